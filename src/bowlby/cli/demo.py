"""`bowlby demo`: three visits to a simulated family, their report, and how to do the same with records of one's own."""

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
VISITS = 3


def demo_command(
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder for the records and their report.")] = Path(
        "bowlby-demo"
    ),
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Visit a simulated family on three days, write the report, and say how to run on real records.

    Example: bowlby demo --seed 3
    """
    from bowlby.atomic import make_folder
    from bowlby.cache import cache_folder, use_compile_cache

    use_compile_cache()
    from bowlby.formats.dyads import dyads_of
    from bowlby.formats.load import LoadOptions
    from bowlby.formats.write import write_record
    from bowlby.reporting.build import ReportOptions
    from bowlby.simulation.coder import CoderError
    from bowlby.simulation.population import families
    from bowlby.simulation.procedures import ordinary
    from bowlby.simulation.visits import VisitPlan, observe

    log(f"a child is raised and visited on {VISITS} days")
    make_folder(folder)
    records, report = [folder / f"visit-{visit + 1}.csv" for visit in range(VISITS)], folder / "report.html"
    watched = observe(families(POPULATION, 1, AGE_MONTHS, seed), VisitPlan(ordinary(MINUTES), VISITS))
    for visit, record in enumerate(records):
        write_record(watched.coded_by(visit, CoderError()), record, force=True)
    # The records are read back from their files: the demo walks the same road as records of one's own.
    (dyad,) = dyads_of(records, LoadOptions(), one_dyad=True)
    parts = make_report(dyad.coded, ReportOptions(seed=seed, cache=cache_folder()), report, force=True)
    simulated = {"population": POPULATION, "age_months": AGE_MONTHS, "minutes": MINUTES, "visits": VISITS, "seed": seed}
    result = report_json(parts, report) | {"records": [str(record) for record in records], "simulated": simulated}
    visits = f"{VISITS} visits of {MINUTES:g} minutes to a simulated family"
    text = [
        f"{visits}, the child {AGE_MONTHS:g} months old, seed {seed}:",
        *report_text(parts, report),
        "your own:  bowlby codebook init FILE -o codes.toml, fill it in, then",
        "           bowlby report FILE... --one-dyad --codebook codes.toml -o report.html",
    ]
    emit(result, text, as_json=as_json)
