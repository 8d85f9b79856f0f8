"""Everything that can be measured of a record, in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import polars as pl

from bowlby.measures import (
    affect,
    attention,
    caregiving,
    contingency,
    density,
    entropy_rate,
    grid,
    latency,
    matching,
    procedures,
    rates,
    sequence,
    turns,
)
from bowlby.measures.both_spans import Measuring, over_both_spans
from bowlby.measures.episodes import EPISODE_SCHEMA, episodes_of
from bowlby.measures.relative_times import from_origins, origins_of, since_start
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.unplaced_events import enough_placed, with_reservations
from bowlby.measures.value import Measure
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import FRIGHT_TIERS
from bowlby.records.pairs import Pair, pairs
from bowlby.records.unconfirmed_windows import UnconfirmedWindow, unconfirmed

Family: TypeAlias = Callable[[CodedRecord, EpisodeRule, str, int], list[Measure]]
"""(coded, rule, session, seed) to measures; never raises for a record without events."""


def _order_of_acts(coded: CodedRecord, rule: EpisodeRule, session: str, seed: int) -> list[Measure]:
    # A frightening act is counted, in the rows of threat; it stands between no two other acts. So a record without them
    # differs in those rows alone.
    other = coded.acts.filter(~pl.col("construct").is_in([str(tier) for tier in FRIGHT_TIERS]))
    return sequence.measures_of(replace(coded, acts=other), rule, session, seed)


FAMILIES: tuple[Family, ...] = (
    rates.measures_of,
    latency.measures_of,
    contingency.measures_of,
    caregiving.measures_of,
    density.measures_of,
    affect.measures_of,
    attention.measures_of,
    entropy_rate.measures_of,
    matching.measures_of,
    _order_of_acts,
    turns.measures_of,
    grid.measures_of,
    procedures.measures_of,
)
"""In the order in which they are shown. A family draws random numbers from `streams.stream` under names of its own."""

PAIR_EPISODE_SCHEMA: dict[str, pl.DataType] = {
    **EPISODE_SCHEMA,
    "child": pl.String(),
    "caregiver": pl.String(),
    "whole": pl.Boolean(),
}
"""One row an episode, with the pair whose it is; `whole` is false where too many of the pair's cues or answers were
lost for latencies (`unplaced.whole`)."""

GRID_SCHEMA: dict[str, pl.DataType] = {
    "window_s": pl.Float64(),
    "session": pl.String(),
    "child": pl.String(),
    "caregiver": pl.String(),
    "name": pl.String(),
    "estimate": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "baseline": pl.Float64(),
    "n": pl.Int64(),
}


@dataclass(frozen=True)
class Measures:
    """What was measured, and the rule and episodes it rests on.

    Args:
        rule: the episode rule.
        measures: by session, then pair of child and caregiver, then family, in a fixed order; what could not be
            assessed is among them.
        episodes: columns of `PAIR_EPISODE_SCHEMA`.
    """

    rule: EpisodeRule
    measures: list[Measure]
    episodes: pl.DataFrame

    def of(self, session: str) -> list[Measure]:
        """Return the measures of one session."""
        return [measure for measure in self.measures if measure.session == session]

    def named(self, name: str, session: str | None = None, actor: str | None = None) -> Measure | None:
        """Return the first measure of this name, of one session and actor where they are given, or None."""
        return next(
            (
                measure
                for measure in self.measures
                if measure.name == name and session in (None, measure.session) and actor in (None, measure.actor)
            ),
            None,
        )


def measure(
    coded: CodedRecord, rule: EpisodeRule | None = None, *, seed: int = 0, shifts: int = contingency.SHIFTS
) -> Measures:
    """Return every measure of every pair of child and caregiver in every session of a record.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer; None for the codebook's own, with defaults where it is silent.
        seed: of the circular shifts; each measure of each session draws from a stream of its own.
        shifts: number of circular shifts behind each chance baseline, >= 1.

    Returns:
        The measures; a session without events has them too, with a status instead of a number where there is none.

    Raises:
        CodebookError: the codebook's episode settings are malformed.
    """
    rule = EpisodeRule.from_settings(coded.settings) if rule is None else rule
    families = _with_shifts(FAMILIES, shifts)
    found: list[Measure] = []
    tables = [pl.DataFrame(schema=PAIR_EPISODE_SCHEMA)]
    begins = {session: -origin for session, origin in origins_of(coded.record).items()}
    coded = since_start(coded)
    doubts = {session: unconfirmed(coded, session) for session in coded.sessions}
    for pair in (pair for session in coded.sessions for pair in pairs(coded, session)):
        measuring = partial(_measured, pair=pair, families=families, rule=rule, seed=seed)
        found += _of_pair(pair, doubts[pair.session], measuring)
        child, caregiver = (pl.lit(name, pl.String) for name in (pair.child, pair.caregiver))
        paired = from_origins(episodes_of(pair.coded, rule, pair.session), begins, ("onset_s", "start_s"))
        tables.append(paired.with_columns(child=child, caregiver=caregiver, whole=pl.lit(enough_placed(pair, rule))))
    return Measures(rule, found, pl.concat(tables))


def _of_pair(pair: Pair, doubt: UnconfirmedWindow | None, measuring: Measuring) -> list[Measure]:
    measured = measuring(pair.coded) if doubt is None else over_both_spans(pair.coded, doubt, measuring)
    span = str(pair.coded.record.observed_from(pair.session))
    return [
        replace(
            one,
            child=pair.child,
            caregiver=pair.caregiver,
            span=one.span or span,
            note=_notes(one.note, pair.note),
        )
        for one in measured
    ]


def _measured(
    coded: CodedRecord, pair: Pair, families: Sequence[Family], rule: EpisodeRule, seed: int
) -> list[Measure]:
    """Return the measures of a pair's record, whatever its windows, with what is lost of it."""
    return with_reservations(
        [one for family in families for one in family(coded, rule, pair.session, seed)], pair, rule
    )


def _notes(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


_CONTINGENCY = FAMILIES.index(contingency.measures_of)


def _with_shifts(families: Sequence[Family], shifts: int) -> list[Family]:
    shifted = partial(contingency.measures_of, shifts=shifts)
    return [shifted if family is contingency.measures_of else family for family in families]


def windows_grid(
    coded: CodedRecord,
    rule: EpisodeRule,
    windows: Sequence[float],
    *,
    seed: int = 0,
    shifts: int = contingency.SHIFTS,
) -> pl.DataFrame:
    """Return latency and contingency over a grid of windows, since no one window is right.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer; each window of the grid takes the place of all three of its times.
        windows: seconds, > 0.
        seed: of the circular shifts.
        shifts: number of circular shifts, >= 1.

    Returns:
        Columns of `GRID_SCHEMA`, by window, session and measure; null where there was no number.

    Raises:
        CodebookError: a window is not positive.
    """
    rows: list[dict[str, object]] = []
    coded = since_start(coded)
    for window in windows:
        own = replace(rule, window_s=window, distress_window_s=window, prompt_s=window)
        for pair in (pair for session in coded.sessions for pair in pairs(coded, session)):
            families = (latency.measures_of, _with_shifts(FAMILIES, shifts)[_CONTINGENCY])
            measuring = partial(_measured, pair=pair, families=families, rule=own, seed=seed)
            found = _of_pair(pair, None, measuring)
            rows += [{"window_s": window, **item.as_dict()} for item in found]
    kept = [{key: row[key] for key in GRID_SCHEMA} for row in rows]
    return pl.DataFrame(kept, schema=GRID_SCHEMA)
