"""`bowlby simulate`: the model run forward, written as records like any other."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit


def simulate_command(
    exposure: Annotated[str, typer.Option("--exposure", help="Named care, such as sensitive or deprived.")] = "usual",
    minutes: Annotated[float, typer.Option("--minutes", help="Length of the watched interval.")] = 20.0,
    record: Annotated[
        Path | None, typer.Option("--record", help="Write the watched interval as .csv or .parquet.")
    ] = None,
    seed: options.Seed = 0,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Simulate a dyad watched for some minutes, and write what a coder would have seen.

    Example: bowlby simulate --exposure inconsistent --minutes 20 --seed 1 --record dyad.csv
    """
    from bowlby.cli.cache import use_compile_cache

    use_compile_cache()
    from bowlby.measures.episodes import episodes
    from bowlby.measures.rule import EpisodeRule
    from bowlby.records.identity import coded_as_itself
    from bowlby.records.write import write_record
    from bowlby.simulate.dyad import simulate_dyad

    begun = time.perf_counter()
    watched = simulate_dyad(exposure, minutes=minutes, seed=seed)
    seen = coded_as_itself(watched)
    found = episodes(seen, EpisodeRule.from_settings(seen.settings))
    if record is not None:
        write_record(watched, record, force=force)
    result: dict[str, object] = {
        "exposure": exposure,
        "children": 1,
        "minutes": minutes,
        "events": watched.events.height,
        "episodes": found.height,
        "answered": int(found["answered"].sum()),
        "seconds": time.perf_counter() - begun,
        "record": None if record is None else str(record),
        "seed": seed,
    }
    text = [
        f"{exposure} care, {minutes:g} minutes, seed {seed}: {watched.events.height} events, {found.height} episodes, "
        f"{result['answered']} answered"
    ]
    if record is not None:
        text.append(f"wrote {record}; read it with: bowlby measure {record}")
    emit(result, text, as_json=as_json)
