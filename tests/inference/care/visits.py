"""Visits made from the example record, so that tests know what happened in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from bowlby.formats.load import merge
from bowlby.formats.read import read_record
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import FRIGHT_TIERS
from bowlby.records.identity import coded_as_itself
from bowlby.records.record import Record

PLAY = Path(__file__).parents[3] / "examples" / "records" / "play.csv"
LENGTH_S = 1200.0


def visit(
    day: int | None,
    minutes: float = 60.0,
    frights: Sequence[str] = (),
    distress: int = 0,
    left_out: Sequence[str] = (),
    without: Sequence[str] = (),
    age_months: float | None = 12.0,
) -> Record:
    """Return the example played again and again, on a day.

    Args:
        day: of the visit, or None.
        minutes: of it, a multiple of 20 or fewer than 20.
        frights: codes of frightening acts, spread over the visit.
        distress: cues of distress that are answered at once.
        left_out: codes of caregiver and child that did not happen, though they were looked for.
        without: codes that nobody looked for.
        age_months: of the child, or None where nothing says it.
    """
    play = read_record(PLAY)
    times = max(1, round(minutes * 60.0 / LENGTH_S))
    end = min(minutes * 60.0, times * LENGTH_S)
    shifted = [
        play.events.with_columns(pl.col("onset_s") + LENGTH_S * turn, pl.col("offset_s") + LENGTH_S * turn)
        for turn in range(times)
    ]
    added = [("caregiver", code, end * (place + 0.5) / len(frights)) for place, code in enumerate(frights)]
    for place in range(distress):
        at = end * (place + 0.3) / distress
        added += [("child", "cue.distress", at), ("caregiver", "answer", at + 2.0)]
    events = pl.concat([*shifted, *(_act(play, *one) for one in added)])
    gone = [*left_out, *without]
    events = events.filter(~pl.col("code").str.contains_any(gone) if gone else pl.lit(True))
    name = f"day {day}" if day is not None else "some day"
    session = pl.lit(name).alias("session")
    events = events.filter(pl.col("onset_s") < end).sort("onset_s").with_columns(session)
    codable = {
        role: [one for one in known if not any(one.startswith(code) for code in without)]
        for role, known in dict(play.metadata["codable"]).items()  # type: ignore[call-overload]
    }
    metadata = {**play.metadata, "codable": codable, "age_months": age_months, "day": day}
    return replace(
        play,
        events=events.with_columns(pl.col("offset_s").clip(upper_bound=end)),
        windows=play.windows.with_columns(session, offset_s=pl.lit(end)),
        metadata={key: value for key, value in metadata.items() if value is not None},
    )


def _act(play: Record, actor: str, code: str, at: float) -> pl.DataFrame:
    columns = [pl.lit(actor).alias("actor"), pl.lit(code).alias("code"), pl.lit(at).alias("onset_s")]
    return play.events.head(1).with_columns(*columns, offset_s=pl.lit(at + 1.0))


def coded(*visits: Record) -> CodedRecord:
    """Return visits of one dyad as one coded record."""
    return merge([coded_as_itself(one) for one in visits])


HARSH = str(FRIGHT_TIERS[2])
FRIGHTENING = str(FRIGHT_TIERS[1])
CARE = ("answer", "hold", "touch", "voice", "smile", "play", "present", "object", "look")
"""Codes of care that a depriving caregiver does not show."""
