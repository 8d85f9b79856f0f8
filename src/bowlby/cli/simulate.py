"""`bowlby simulate`: the model run forward, as a watched dyad, a cohort of lives, or a cohort in a procedure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.errors import InputError

if TYPE_CHECKING:
    from bowlby.cli.visits import Coding
    from bowlby.simulation.engine.cohort import CohortResult
    from bowlby.simulation.engine.design import CohortDesign
    from bowlby.simulation.visits import VisitedChildren

Traces = Annotated[
    str, typer.Option("--trace", help="Ages at which every child's state is kept in the store: 6mo,12mo,18mo.")
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", help="Switch a mechanism off: threat_learning, uncertainty, adults... May be repeated."),
]


@dataclass(frozen=True)
class SimulationRequest:
    """What the command line asks for.

    Args:
        exposure: named care; of no account where a population is given.
        children: how many.
        until: age at the end, as written.
        ages: ages at which the state is kept, as written.
        without: mechanisms switched off.
        seed: of all chances.
        company: whether the standard course of further partners is there.
        population: calibrated population whose families are drawn, or None.
    """

    exposure: str
    children: int
    until: str
    ages: tuple[str, ...]
    without: tuple[str, ...]
    seed: int
    company: bool = False
    population: str | None = None

    @property
    def families(self) -> str | None:
        """Population whose families are drawn; None for a setting outside the families' population."""
        from bowlby.model.life.exposures import exposure
        from bowlby.model.life.population import ORDINARY

        return self.population or (ORDINARY if exposure(self.exposure).of_families else None)

    @property
    def care(self) -> str:
        """Whose care it is, in words."""
        if self.population:
            return f"care of {self.population} families"
        return f"{self.exposure} care" + (f" in {self.families} families" if self.families else "")


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
    from bowlby.cli.cache import use_compile_cache
    from bowlby.simulation.entry import prepare_jax

    use_compile_cache()
    prepare_jax()
    if exposures:
        _percentiles(as_json=as_json)
        return
    from bowlby.simulation.engine.design import check_children

    ages = tuple(age.strip() for age in trace.split(",") if age.strip())
    asked = SimulationRequest(
        exposure, 1 if children is None else children, until, ages, tuple(without or ()), seed, company, population
    )
    check_children(asked.children, "-n")
    design = design_of(asked)
    if procedure is None and children is not None and record is None and sessions == 1:
        _cohort(asked, design, output, force=force, as_json=as_json)
        return
    from bowlby.cli.progress import progress_bar as shown
    from bowlby.cli.visits import coding
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


def design_of(asked: SimulationRequest) -> CohortDesign:
    """Return the lives that are asked for.

    Args:
        asked: on the command line.

    Returns:
        The design.

    Raises:
        InputError: no such care, population or mechanism, or care that is named twice.
    """
    from bowlby.model.registry import SWITCHES
    from bowlby.simulation.engine.age import parse_age
    from bowlby.simulation.named_care import cohort

    for name in asked.without:
        if name not in SWITCHES:
            raise InputError(
                "there is no such mechanism", column="--without", value=name, remedy=f"Known: {', '.join(SWITCHES)}."
            )
    traced = tuple(parse_age(age) for age in asked.ages)
    if asked.population:
        design = replace(_of_population(asked, asked.population), trace_at=traced)
    else:
        design = cohort(asked.exposure, asked.children, asked.until, seed=asked.seed, trace_at=traced)
    if asked.company:
        from bowlby.simulation.home import HomeCare
        from bowlby.simulation.life_course import life_course

        course = tuple(HomeCare(care.until, care.setting, care.spread, care.person) for care in design.care)
        design = life_course(asked.children, course, seed=asked.seed, trace_at=traced)
    return replace(design, constants=dict.fromkeys(asked.without, 0.0)) if asked.without else design


def _of_population(asked: SimulationRequest, name: str) -> CohortDesign:
    from bowlby.simulation.engine.age import parse_age
    from bowlby.simulation.population import families

    if asked.exposure != "usual":
        remedy = "Give --exposure or --population."
        raise InputError("care is named twice", column="--population", value=name, remedy=remedy)
    return families(name, asked.children, parse_age(asked.until), asked.seed)


def _cohort(asked: SimulationRequest, design: CohortDesign, output: Path | None, *, force: bool, as_json: bool) -> None:
    from bowlby.cli.progress import progress_bar
    from bowlby.simulation.engine.cohort import simulate_cohort

    with progress_bar("episodes") as progress:
        found = simulate_cohort(design, output, progress=progress, force=force)
    measured = _outcomes(found, asked.seed) if asked.company else {}
    result = found.as_dict() | {
        "exposure": asked.exposure,
        "population": asked.population,
        "families": asked.families,
        "until": asked.until,
        "seed": asked.seed,
    }
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


def _tell(asked: SimulationRequest, found: VisitedChildren, coding: Coding, *, force: bool, as_json: bool) -> None:
    """Print what was watched; a procedure is scored from its records alone, by the coder that real records have."""
    from bowlby.cli.procedure_scores import resilience_of, score
    from bowlby.cli.visits import reading, write
    from bowlby.formats.load import merge
    from bowlby.records.identity import coded_as_itself

    written: list[Path] = []
    records = list(coding.records(found))
    for path, record in records:
        if path is not None:
            write(record, path, force=force)
            written.append(path)
    own = [record for _, record in records[:: len(coding.names)]]
    events = sum(record.events.height for record in own)
    result: dict[str, object] = found.cohort.as_dict() | {
        "exposure": asked.exposure,
        "population": asked.population,
        "families": asked.families,
        "until": asked.until,
        "seed": asked.seed,
        "without": list(asked.without),
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
