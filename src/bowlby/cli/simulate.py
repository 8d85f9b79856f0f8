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
    from bowlby.simulate.engine.cohort import CohortResult
    from bowlby.simulate.engine.design import CohortDesign
    from bowlby.simulate.watch import Watched

Traces = Annotated[
    str, typer.Option("--trace", help="Ages at which every child's state is kept in the store: 6mo,12mo,18mo.")
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", help="Switch a mechanism off: threat_learning, uncertainty, adults... May be repeated."),
]


@dataclass(frozen=True)
class Asked:
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
    def care(self) -> str:
        """Whose care it is, in words."""
        return f"{self.population} families'" if self.population else self.exposure


def simulate_command(
    exposure: Annotated[str, typer.Option("--exposure", help="Named care, such as sensitive or deprived.")] = "usual",
    population: Annotated[
        str | None,
        typer.Option("--population", help="A calibrated population of families instead: pooled, low-risk, at-risk."),
    ] = None,
    children: Annotated[
        int | None, typer.Option("-n", "--children", help="Number of children: simulates a cohort from birth.")
    ] = None,
    until: Annotated[str, typer.Option("--until", help="Age at the end: 18mo, 2y, 90d.")] = "12mo",
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
    record: Annotated[
        Path | None,
        typer.Option("--record", help="Write what was watched: .csv, .parquet, or .boris for a BORIS project."),
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

    Example: bowlby simulate --exposure inconsistent --minutes 20 --seed 1 --record dyad.csv

    Example: bowlby simulate --exposure inconsistent -n 4000 --procedure strange-situation --seed 1 --json

    Example: bowlby simulate --population pooled -n 4000 --until 13mo --procedure strange-situation --json

    Example: bowlby simulate --exposure deprived -n 20720 --until 18mo --seed 1 -o deprived.zarr

    Example: bowlby simulate --exposure harsh -n 1000 --until 25y --company --trace 4y,7y -o lives.zarr
    """
    from bowlby.cli.cache import use_compile_cache
    from bowlby.simulate.entry import prepare_jax

    use_compile_cache()
    prepare_jax()
    from bowlby.simulate.engine.design import check_children

    ages = tuple(age.strip() for age in trace.split(",") if age.strip())
    asked = Asked(
        exposure, 1 if children is None else children, until, ages, tuple(without or ()), seed, company, population
    )
    check_children(asked.children, "-n")
    design = _design(asked)
    if procedure is None and children is not None and record is None:
        _cohort(asked, design, output, force=force, as_json=as_json)
        return
    from bowlby.cli.progress import watched as shown
    from bowlby.simulate import procedures
    from bowlby.simulate.watch import watch

    situation = procedures.ordinary(minutes) if procedure is None else procedures.procedure(procedure)

    with shown("episodes") as progress:
        found = watch(design, situation, store=output, progress=progress, force=force)
    _tell(asked, found, record, force=force, as_json=as_json)


def _design(asked: Asked) -> CohortDesign:
    from bowlby.model.registry import SWITCHES
    from bowlby.simulate.engine.age import parse_age
    from bowlby.simulate.engine.design import cohort

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
        from bowlby.simulate.life_course import Home, life_course

        course = tuple(Home(care.until, care.setting, care.spread) for care in design.care)
        design = life_course(asked.children, course, seed=asked.seed, trace_at=traced)
    return replace(design, constants=dict.fromkeys(asked.without, 0.0)) if asked.without else design


def _of_population(asked: Asked, name: str) -> CohortDesign:
    import numpy as np

    from bowlby.simulate.engine.age import parse_age
    from bowlby.simulate.engine.design import CohortDesign
    from bowlby.simulate.population import population

    if asked.exposure != "usual":
        remedy = "Give --exposure or --population."
        raise InputError("care is named twice", column="--population", value=name, remedy=remedy)
    care = population(name).care(np.arange(asked.children, dtype=np.uint32), asked.seed, parse_age(asked.until))
    return CohortDesign(asked.children, care, seed=asked.seed)


def _cohort(asked: Asked, design: CohortDesign, output: Path | None, *, force: bool, as_json: bool) -> None:
    from bowlby.cli.progress import watched
    from bowlby.simulate.engine.cohort import simulate_cohort

    with watched("episodes") as progress:
        found = simulate_cohort(design, output, progress=progress, force=force)
    measured = _outcomes(found, asked.seed) if asked.company else {}
    result = found.as_dict() | {
        "exposure": asked.exposure,
        "population": asked.population,
        "until": asked.until,
        "seed": asked.seed,
    }
    result |= {"outcomes": measured} if asked.company else {}
    text = [
        f"{asked.children} children under {asked.care} care to {asked.until}: {found.episodes} episodes each, "
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
    from bowlby.simulate.outcomes import measure, seen

    values = measure(seen(found), seed=seed)
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


def _tell(asked: Asked, found: Watched, record: Path | None, *, force: bool, as_json: bool) -> None:
    """Print what was watched; a procedure is scored from its record alone, by the coder that real records have."""
    from bowlby.cli.watching import resilience_of, score
    from bowlby.records.identity import coded_as_itself

    coded = coded_as_itself(found.record)
    result: dict[str, object] = found.cohort.as_dict() | {
        "exposure": asked.exposure,
        "population": asked.population,
        "until": asked.until,
        "seed": asked.seed,
        "without": list(asked.without),
        "procedure": found.played.procedure.name,
        "watched_s": float((found.played.phase >= 0).sum(axis=0).mean()),
        "events": found.record.events.height,
        "record": None if record is None else str(record),
    }
    text = [
        f"{asked.care} care to {asked.until}, seed {asked.seed}: {asked.children} watched in "
        f"{found.played.procedure.name}, {found.record.events.height} events"
    ]
    scored, lines = score(found.played.procedure.name, coded)
    returned, told = resilience_of(found.played)
    lines += told
    if record is not None:
        _write(found, record, force=force)
        lines.append(f"wrote {record}; read it with: bowlby {_reading(record)}")
    emit(result | scored | returned, text + lines, as_json=as_json)
    if found.cohort.troubles():
        raise typer.Exit(1)


def _reading(record: Path) -> str:
    """Return what reads a record: BORIS knows no vocabulary, bowlby's own formats bring theirs along."""
    if record.suffix.lower() == ".boris":
        return f"codebook init {record} -o {record.stem}.toml"
    return f"measure {record}"


def _write(found: Watched, record: Path, *, force: bool) -> None:
    from bowlby.records.write import write_record
    from bowlby.records.writers.boris import write_boris

    if record.suffix.lower() == ".boris":
        write_boris(found.record, record, force=force)
    else:
        write_record(found.record, record, force=force)
