"""`bowlby demo`: a visit to a simulated family, its report, and how to do the same with a record of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit, log
from bowlby.cli.report import make_report, report_json, report_text

POPULATION = "pooled"
AGE_MONTHS = 12.0
MINUTES = 60.0


def demo_command(
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder for the record and its report.")] = Path(
        "bowlby-demo"
    ),
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Visit a simulated family, write the report, and say how to run on a real record.

    Example: bowlby demo --seed 3
    """
    from bowlby.atomic import make_folder
    from bowlby.cli.cache import cache_folder, use_compile_cache

    use_compile_cache()
    from bowlby.records.load import Loading, load_coded
    from bowlby.records.write import write_record
    from bowlby.report.build import Building
    from bowlby.simulate.coder import CoderError
    from bowlby.simulate.observed import VisitPlan, observe
    from bowlby.simulate.population import families
    from bowlby.simulate.procedures import ordinary

    log("a child is raised and visited")
    make_folder(folder)
    record, report = folder / "session.csv", folder / "report.html"
    visit = observe(families(POPULATION, 1, AGE_MONTHS, seed), VisitPlan(ordinary(MINUTES)))
    write_record(visit.coded_by(0, CoderError()), record, force=True)
    # The record is read back from its file: the demo walks the same road as a record of one's own.
    coded = load_coded([record], Loading())
    parts = make_report(coded, Building(seed=seed, cache=cache_folder()), report, force=True)
    simulated = {"population": POPULATION, "age_months": AGE_MONTHS, "minutes": MINUTES, "seed": seed}
    result = report_json(parts, report) | {"record": str(record), "simulated": simulated}
    text = [
        f"{MINUTES:g} minutes at home with a simulated family, the child {AGE_MONTHS:g} months old, seed {seed}:",
        *report_text(parts, report),
        "your own:  bowlby codebook init FILE -o codes.toml, fill it in, then",
        "           bowlby report FILE --codebook codes.toml -o report.html",
    ]
    emit(result, text, as_json=as_json)
