"""`bowlby demo`: a simulated session, its report, and how to do the same with a record of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit, log
from bowlby.cli.report import make_report, report_json, report_text

EXPOSURE = "inconsistent"
MINUTES = 30.0


def demo_command(
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder for the record and its report.")] = Path(
        "bowlby-demo"
    ),
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Simulate a session, write its report, and say how to run on a real one.

    Example: bowlby demo --seed 3
    """
    from bowlby.cli.cache import cache_folder, use_compile_cache

    use_compile_cache()
    from bowlby.records.load import Loading, load_coded
    from bowlby.records.write import write_record
    from bowlby.report.build import Building
    from bowlby.simulate.dyad import simulate_dyad

    log("simulating")
    folder.mkdir(parents=True, exist_ok=True)
    record, report = folder / "session.csv", folder / "report.html"
    write_record(simulate_dyad(EXPOSURE, minutes=MINUTES, seed=seed), record, force=True)
    # The record is read back from its file: the demo walks the same road as a record of one's own.
    coded = load_coded([record], Loading())
    parts = make_report(coded, Building(seed=seed, cache=cache_folder()), report, force=True)
    result = report_json(parts, report) | {"record": str(record), "simulated": {"exposure": EXPOSURE, "seed": seed}}
    text = [
        f"A simulated session of {EXPOSURE} care, {MINUTES:g} minutes, seed {seed}; no real child:",
        *report_text(parts, report),
        "your own:  bowlby codebook init FILE -o codes.toml, fill it in, then",
        "           bowlby report FILE --codebook codes.toml -o report.html",
    ]
    emit(result, text, as_json=as_json)
