"""A coder who misses, imagines and misplaces: a record as a person would have coded it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bowlby.errors import ParameterError
from bowlby.records.record import EVENT_SCHEMA, Record

CONTEXT = "context"
"""The actor whose events frame the session; nobody misses a separation."""


@dataclass(frozen=True)
class CoderError:
    """How a coder errs; assumed in size, near what double coding of micro-codes shows.

    Args:
        missed: share of events not coded, in [0, 1).
        false: events coded though nothing was there, as a share of those that were, in [0, 1).
        displaced_s: standard deviation of onset and offset, seconds, >= 0.
    """

    missed: float = 0.1
    false: float = 0.05
    displaced_s: float = 0.3

    def __post_init__(self) -> None:
        """Refuse shares and seconds that mean nothing."""
        for name, top in (("missed", 1.0), ("false", 1.0), ("displaced_s", math.inf)):
            value = getattr(self, name)
            if not 0.0 <= value < top:
                raise ParameterError(
                    f"{name} lies outside its support",
                    column=name,
                    value=value,
                    remedy=f"Give 0 or more, under {top:g}.",
                )


def miscode(record: Record, error: CoderError, seed: int) -> Record:
    """Return the record as a coder with this error would have coded it.

    Each event is missed with one probability; false events copy the kind and length of a true one to a random time of
    the same session; onset and offset move by independent normal errors, kept inside the session and in order. Events
    of the context stand.

    Args:
        record: what there was.
        error: how the coder errs.
        seed: of the coder; another seed is another coder.

    Returns:
        A record with the same windows and metadata, and the error among the metadata.
    """
    random = np.random.default_rng([seed, 0xC0DE])
    frame = record.events.filter(pl.col("actor") == CONTEXT)
    acts = record.events.filter(pl.col("actor") != CONTEXT)
    ends = record.windows.group_by("session").agg(start=pl.col("onset_s").min(), end=pl.col("offset_s").max())
    kept = acts.filter(pl.Series(random.random(acts.height) >= error.missed))
    false = acts.filter(pl.Series(random.random(acts.height) < error.false)).join(ends, on="session", how="left")
    shift = false["start"] + random.random(false.height) * (false["end"] - false["start"]) - false["onset_s"]
    false = false.with_columns(onset_s=pl.col("onset_s") + shift, offset_s=pl.col("offset_s") + shift)
    coded = pl.concat([kept, false.select(list(EVENT_SCHEMA))]).join(ends, on="session", how="left")
    coded = _displaced(coded, error.displaced_s, random).select(list(EVENT_SCHEMA))
    events = pl.concat([frame, coded]).sort("session", "onset_s", maintain_order=True)
    said = {"missed": error.missed, "false": error.false, "displaced_s": error.displaced_s, "seed": seed}
    return replace(record, events=events, metadata={**record.metadata, "coder": said})


def _displaced(coded: pl.DataFrame, spread_s: float, random: np.random.Generator) -> pl.DataFrame:
    moves = [pl.Series(spread_s * random.standard_normal(coded.height)) for _ in range(2)]
    onset = (pl.col("onset_s") + moves[0]).clip(pl.col("start"), pl.col("end"))
    offset = (pl.col("offset_s") + moves[1]).clip(pl.col("start"), pl.col("end"))
    moved = coded.with_columns(onset_s=onset.round(3), offset_s=offset.round(3))
    # A state keeps at least a tenth of a second, or what it lasted where that was less; a point stays one.
    shortest = (coded["offset_s"] - coded["onset_s"]).clip(0.0, 0.1)
    least = (pl.col("onset_s") + shortest).round(3)
    return moved.with_columns(
        offset_s=pl.when(coded["offset_s"].is_null()).then(None).otherwise(pl.max_horizontal("offset_s", least))
    )
