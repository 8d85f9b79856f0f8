"""`bowlby simulate`: the model run forward, as a watched dyad or as a cohort of lives."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit
from bowlby.errors import InputError

Traces = Annotated[
    str, typer.Option("--trace", help="Ages at which every child's state is kept in the store: 6mo,12mo,18mo.")
]


@dataclass(frozen=True)
class Cohort:
    """What `-n` asks for.

    Args:
        exposure: named care.
        children: how many.
        until: age at the end, as written.
        ages: ages at which the state is kept, as written.
        seed: of all chances.
    """

    exposure: str
    children: int
    until: str
    ages: tuple[str, ...]
    seed: int


def simulate_command(
    exposure: Annotated[str, typer.Option("--exposure", help="Named care, such as sensitive or deprived.")] = "usual",
    children: Annotated[
        int | None, typer.Option("-n", "--children", help="Number of children: simulates a cohort from birth.")
    ] = None,
    until: Annotated[str, typer.Option("--until", help="Age at the end of a cohort: 18mo, 2y, 90d.")] = "12mo",
    trace: Traces = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Zarr store of a cohort; an interrupted run resumes there.")
    ] = None,
    minutes: Annotated[float, typer.Option("--minutes", help="Length of the watched interval of a dyad.")] = 20.0,
    record: Annotated[Path | None, typer.Option("--record", help="Write the watched dyad as .csv or .parquet.")] = None,
    seed: options.Seed = 0,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Simulate a dyad watched for some minutes, or with -n a cohort from birth.

    Example: bowlby simulate --exposure inconsistent --minutes 20 --seed 1 --record dyad.csv

    Example: bowlby simulate --exposure deprived -n 20720 --until 18mo --seed 1 -o deprived.zarr
    """
    from bowlby.cli.cache import use_compile_cache
    from bowlby.simulate.entry import prepare_jax

    if children is not None and record is not None:
        raise InputError(
            "a cohort has no single record", column="--record", value=record, remedy="Leave out -n, or --record."
        )
    use_compile_cache()
    prepare_jax()
    if children is None:
        _dyad(exposure, minutes, seed, record, force=force, as_json=as_json)
    else:
        ages = tuple(age.strip() for age in trace.split(",") if age.strip())
        _cohort(Cohort(exposure, children, until, ages, seed), output, force=force, as_json=as_json)


def _dyad(exposure: str, minutes: float, seed: int, record: Path | None, *, force: bool, as_json: bool) -> None:
    from bowlby.measures.episodes import episodes
    from bowlby.measures.rule import EpisodeRule
    from bowlby.records.identity import coded_as_itself
    from bowlby.records.write import write_record
    from bowlby.simulate.dyad import simulate_dyad

    begun = time.perf_counter()
    watched = simulate_dyad(exposure, minutes=minutes, seed=seed)
    seen = coded_as_itself(watched)
    found = episodes(seen, EpisodeRule.from_settings(seen.settings))
    answered = int(found["answered"].sum())
    if record is not None:
        write_record(watched, record, force=force)
    result: dict[str, object] = {
        "exposure": exposure,
        "children": 1,
        "minutes": minutes,
        "events": watched.events.height,
        "episodes": found.height,
        "answered": answered,
        "seconds": time.perf_counter() - begun,
        "record": None if record is None else str(record),
        "seed": seed,
    }
    text = [
        f"{exposure} care, {minutes:g} minutes, seed {seed}: {watched.events.height} events, {found.height} episodes, "
        f"{answered} answered"
    ]
    if record is not None:
        text.append(f"wrote {record}; read it with: bowlby measure {record}")
    emit(result, text, as_json=as_json)


def _cohort(asked: Cohort, output: Path | None, *, force: bool, as_json: bool) -> None:
    from bowlby.cli.progress import watched
    from bowlby.simulate.engine.age import parse_age
    from bowlby.simulate.engine.cohort import simulate_cohort
    from bowlby.simulate.engine.design import cohort

    ages = tuple(parse_age(age) for age in asked.ages)
    design = cohort(asked.exposure, asked.children, asked.until, seed=asked.seed, trace_at=ages)
    with watched("episodes") as progress:
        found = simulate_cohort(design, output, progress=progress, force=force)
    result = found.as_dict() | {"exposure": asked.exposure, "until": asked.until, "seed": asked.seed}
    text = [
        f"{asked.children} children under {asked.exposure} care to {asked.until}: {found.episodes} episodes each, "
        f"{found.seconds:.1f} s",
        *(f"  {name:<28} {_summary(row)}" for name, row in found.states().items()),
    ]
    if output is not None:
        text.append(f"wrote {output}")
    emit(result, text, as_json=as_json)
    if found.troubles():
        raise typer.Exit(1)


def _summary(row: dict[str, object]) -> str:
    if row["mean"] is None:
        return "no child whose numbers stayed fine"
    return f"{row['mean']:.3g} (sd {row['sd']:.3g}) {row['unit']}"
