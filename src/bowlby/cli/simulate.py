"""`bowlby simulate`: the model run forward, as a watched dyad, a cohort of lives, or a cohort in a procedure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

if TYPE_CHECKING:
    from bowlby.cli.visits import Coding
    from bowlby.simulation.engine.cohort import CohortResult
    from bowlby.simulation.engine.design import CohortDesign
    from bowlby.simulation.lives_plan import LivesPlan
    from bowlby.simulation.visits import VisitedChildren

Traces = Annotated[
    str, typer.Option("--trace", help="Ages at which every child's state is kept in the store: 6mo,12mo,18mo.")
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", help="Switch a mechanism off: threat_learning, uncertainty, adults... May be repeated."),
]


def simulate_command(
    exposure: Annotated[
        str,
        typer.Option(
            "--exposure",
            help="Named care that is added to low-risk families, such as sensitive or deprived; or institution.",
        ),
    ] = "usual",
    exposures: Annotated[
        bool, typer.Option("--exposures", help="Print where each named care stands among families, and stop.")
    ] = False,
    population: Annotated[
        str | None,
        typer.Option("--population", help="A calibrated population of families instead: pooled, low-risk, at-risk."),
    ] = None,
    children: Annotated[
        int | None, typer.Option("-n", "--children", help="Number of children: simulates a cohort from birth.")
    ] = None,
    until: Annotated[
        str, typer.Option("--until", "--age", help="Age at the end, when the child is watched: 18mo, 2y, 90d.")
    ] = "12mo",
    trace: Traces = "",
    procedure: Annotated[
        str | None,
        typer.Option(
            "--procedure",
            help="Play strange-situation, still-face, minute-apart or preschool with each child at the end.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Zarr store of a cohort; an interrupted run resumes there.")
    ] = None,
    minutes: Annotated[float, typer.Option("--minutes", help="Length of an ordinary watched interval.")] = 20.0,
    sessions: Annotated[
        int, typer.Option("--sessions", help="Visits on as many days; each departs somewhat from usual care.")
    ] = 1,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            help="Write what was watched: .csv, .parquet, or .boris for a BORIS project. Several sessions add -1, -2 "
            "to the name, further coders -b, -c.",
        ),
    ] = None,
    coders: Annotated[int, typer.Option("--coders", help="Coders who code each visit independently.")] = 1,
    coder_error: Annotated[
        str | None,
        typer.Option(
            "--coder-error",
            help="How each coder errs: missed=.1,false=.05,jitter=.3, shares of acts and seconds. Without it one coder "
            "makes no error, and several make this one.",
        ),
    ] = None,
    without: Without = None,
    company: Annotated[
        bool, typer.Option("--company", help="Beside home: a second caregiver, teachers, peers, an adult partner.")
    ] = False,
    seed: options.Seed = 0,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Simulate children from birth, and watch them in an ordinary interval or in a procedure.

    Example: bowlby simulate --exposures

    Example: bowlby simulate --exposure inconsistent --minutes 20 --seed 1 --record dyad.csv

    Example: bowlby simulate --exposure harsh --sessions 3 --minutes 60 --coders 2 --record family.csv

    Example: bowlby simulate --exposure usual --age 18mo --coder-error missed=.1,false=.05,jitter=.3 --record coded.csv

    Example: bowlby simulate --exposure inconsistent -n 4000 --procedure strange-situation --seed 1 --json

    Example: bowlby simulate --population pooled -n 4000 --until 13mo --procedure strange-situation --json

    Example: bowlby simulate --exposure deprived -n 20720 --until 18mo --seed 1 -o deprived.zarr

    Example: bowlby simulate --exposure harsh -n 1000 --until 25y --company --trace 4y,7y -o lives.zarr
    """
    from bowlby.simulation.entry import start_jax

    start_jax()
    if exposures:
        _percentiles(as_json=as_json)
        return
    from bowlby.simulation.lives_plan import LivesPlan, lives_design

    ages = tuple(age.strip() for age in trace.split(",") if age.strip())
    asked = LivesPlan(
        exposure, 1 if children is None else children, until, ages, tuple(without or ()), seed, company, population
    )
    design = lives_design(asked)
    if procedure is None and children is not None and record is None and sessions == 1:
        _cohort(asked, design, output, force=force, as_json=as_json)
        return
    from bowlby.cli.visits import coding
    from bowlby.progress import progress_bar as shown
    from bowlby.simulation import procedures
    from bowlby.simulation.visits import VisitPlan, observe

    plan = VisitPlan(
        procedures.ordinary(minutes) if procedure is None else procedures.procedure(procedure), visits=sessions
    )
    coded = coding(coder_error, coders, record, sessions)
    coded.check(force=force)
    with shown("episodes") as progress:
        found = observe(design, plan, store=output, progress=progress, force=force)
    _tell(asked, found, coded, force=force, as_json=as_json)


def _percentiles(*, as_json: bool) -> None:
    from bowlby.simulation.care_percentiles import care_percentiles, lines

    rows = care_percentiles()
    emit({"exposures": [row.as_dict() for row in rows]}, lines(), as_json=as_json)


def _cohort(asked: LivesPlan, design: CohortDesign, output: Path | None, *, force: bool, as_json: bool) -> None:
    from bowlby.progress import progress_bar
    from bowlby.simulation.engine.cohort import simulate_cohort

    with progress_bar("episodes") as progress:
        found = simulate_cohort(design, output, progress=progress, force=force)
    measured = _outcomes(found, asked.seed) if asked.company else {}
    result = found.as_dict() | asked.as_dict()
    result |= {"outcomes": measured} if asked.company else {}
    text = [
        f"{asked.children} children under {asked.care} to {asked.until}: {found.episodes} episodes each, "
        f"{found.seconds:.1f} s",
        *(f"  {name:<28} {_summary(row)}" for name, row in (found.states() | measured).items()),
    ]
    if output is not None:
        text.append(f"wrote {output}")
    emit(result, text, as_json=as_json)
    if found.troubles():
        raise typer.Exit(1)


def _outcomes(found: CohortResult, seed: int) -> dict[str, dict[str, object]]:
    """Return what a study would measure at the end: mean, sd and unit of each outcome."""
    from bowlby.model.outcomes import OUTCOMES
    from bowlby.simulation.outcomes import children_at_age, measure

    values = measure(children_at_age(found), seed=seed)
    fine = {name: each[found.status == 0] for name, each in values.items()}
    return {
        name: {"mean": float(each.mean()), "sd": float(each.std()), "unit": OUTCOMES[name].unit}
        for name, each in fine.items()
        if each.size
    }


def _summary(row: dict[str, object]) -> str:
    if row["mean"] is None:
        return "no child whose numbers stayed fine"
    return f"{row['mean']:.3g} (sd {row['sd']:.3g}) {row['unit']}"


def _tell(asked: LivesPlan, found: VisitedChildren, coding: Coding, *, force: bool, as_json: bool) -> None:
    """Print what was watched; a procedure is scored from its records alone, by the coder that real records have."""
    from bowlby.cli.visits import reading, write
    from bowlby.formats.load import merge
    from bowlby.records.identity import coded_as_itself
    from bowlby.reporting.procedure_scores import resilience_of, score

    written: list[Path] = []
    records = list(coding.records(found))
    for path, record in records:
        if path is not None:
            write(record, path, force=force)
            written.append(path)
    own = [record for _, record in records[:: len(coding.names)]]
    events = sum(record.events.height for record in own)
    result: dict[str, object] = found.cohort.as_dict() | asked.as_dict()
    result |= {
        "procedure": found.plan.procedure.name,
        "sessions": found.plan.visits,
        "departure": found.plan.departure,
        "coders": list(coding.names),
        "coder_error": None if coding.error is None else coding.error.as_dict(),
        "watched_s": float((found.played.phase >= 0).sum(axis=0).mean()),
        "events": events,
        "written": [str(path) for path in written],
    }
    sessions = "" if found.plan.visits == 1 else f", {found.plan.visits} sessions on as many days"
    text = [
        f"{asked.care} to {asked.until}, seed {asked.seed}: {asked.children} watched in "
        f"{found.plan.procedure.name}{sessions}, {events} events"
    ]
    scored, lines = score(found.plan.procedure.name, merge([coded_as_itself(record) for record in own]))
    returned, more = resilience_of(found.played)
    lines += more
    if written:
        lines += [f"wrote {path}" for path in written]
        lines.append(f"read {'it' if len(written) == 1 else 'the first'} with: bowlby {reading(written[0])}")
    emit(result | scored | returned, text + lines, as_json=as_json)
    if found.cohort.troubles():
        raise typer.Exit(1)
