"""What coded records say about a caregiver's parameters: the few figures that the likelihood needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import InputError
from bowlby.infer.clustering import dispersion
from bowlby.measures.episodes import episodes_of
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.unplaced import assessable
from bowlby.model.parameters import default
from bowlby.records import intervals
from bowlby.records.coded import CodedRecord
from bowlby.records.constructs import FRIGHT_TIERS, Construct, Role
from bowlby.records.intervals import Spans
from bowlby.records.pairs import only_pair

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ENGAGEMENT = (Construct.PLAY, Construct.VOICE, Construct.SMILE)
"""Play, talk, smiles (mission, M4); any of them that was codable is counted."""

TIME_GRID = 0.02
"""Latencies are rounded to 1 % (this step in log time) before equal ones are counted together; coding is coarser."""


@dataclass(frozen=True)
class Latencies:
    """Answered, barely delayed and censored episodes, equal ones counted together; arrays of one length.

    Args:
        session: index of the session.
        kind: 0 answered, 1 answered within the coding's resolution, 2 not answered until then.
        signal: strength of the cue in [0, 1].
        time_s: latency or time to censoring, seconds, > 0.
        count: episodes, >= 0.
    """

    session: Ints
    kind: Ints
    signal: Floats
    time_s: Floats
    count: Floats


@dataclass(frozen=True)
class SessionCounts:
    """Counts and exposures of one session; exposure 0 where the construct was not codable.

    Args:
        engagement: spontaneous acts outside episodes.
        engagement_h: hours in which they could be seen.
        engagement_dispersion: variance over mean of their number in a block, at least 1: they come in bouts.
        warm: warm answers among `warm_of`.
        warm_of: answers without intrusion of which warmth is known.
        intruded: intrusive responses among `intruded_of`.
        intruded_of: responses of which intrusion is known.
        frights: frightening acts by tier, shape (4,).
        fright_h: hours in which each tier could be seen, shape (4,).
        provoked: frightening acts within an episode.
        open_share: share of the time, in which fright could be seen, that lies within episodes.
    """

    engagement: int
    engagement_h: float
    engagement_dispersion: float
    warm: int
    warm_of: int
    intruded: int
    intruded_of: int
    frights: tuple[int, int, int, int]
    fright_h: tuple[float, float, float, float]
    provoked: int
    open_share: float


@dataclass(frozen=True)
class Evidence:
    """All that the posterior rests on.

    Args:
        sessions: session names, one an entry of `counts`.
        latencies: the episodes.
        counts: one entry a session.
        episodes: columns of `EPISODE_SCHEMA`, all sessions.
        rules: the episode rule of each record, as a sentence.
        codable: each construct and whether it was codable in every record.
        age_months: age of the child in each session, months, or None where the record does not say.
        observed_s: gross observed seconds a session.
        resolution_s: shortest latency that the coding of each session tells, seconds, > 0.
        records: the coded records.
    """

    sessions: tuple[str, ...]
    latencies: Latencies
    counts: tuple[SessionCounts, ...]
    episodes: pl.DataFrame
    rules: tuple[str, ...]
    codable: dict[str, bool]
    age_months: tuple[float | None, ...]
    observed_s: tuple[float, ...]
    resolution_s: tuple[float, ...]
    records: tuple[CodedRecord, ...]

    @property
    def mean_age_months(self) -> float:
        """Return the child's mean age over the sessions that say it, else the age that is assumed."""
        known = [age for age in self.age_months if age is not None]
        return float(np.mean(known)) if known else default("age_default")

    @property
    def informative(self) -> int:
        """Return the number of informative episodes."""
        return int(self.episodes["informative"].sum())

    @property
    def distress_informative(self) -> int:
        """Return the number of informative episodes that a cue of distress opened."""
        return self.episodes.filter(pl.col("informative") & pl.col("distress")).height


def gather(records: CodedRecord | Sequence[CodedRecord]) -> Evidence:
    """Return the evidence in one or more coded records of one dyad.

    Args:
        records: coded records; every session in them counts as a session of the same dyad.

    Returns:
        The evidence.

    Raises:
        InputError: no record was given, or a session has several children or caregivers.
    """
    given = (records,) if isinstance(records, CodedRecord) else tuple(records)
    given = tuple(assessable(coded, EpisodeRule.from_settings(coded.settings)) for coded in given)
    if not given:
        raise InputError("no record to infer from", remedy="Give at least one coded record.")
    names: list[str] = []
    tables: list[pl.DataFrame] = []
    counts: list[SessionCounts] = []
    ages: list[float | None] = []
    resolutions: list[float] = []
    for number, coded in enumerate(given):
        rule = EpisodeRule.from_settings(coded.settings)
        for session in coded.sessions:
            pair = only_pair(coded, session).coded
            own = episodes_of(pair, rule, session).with_columns(record=pl.lit(number, pl.UInt32))
            counts.append(_counts(pair, session, own))
            resolutions.append(resolution_of(own))
            tables.append(own.with_columns(index=pl.lit(len(names), pl.Int64), resolution=pl.lit(resolutions[-1])))
            names.append(session if session not in names else f"{session} ({number + 1})")
            ages.append(age_of(coded))
    table = pl.concat(tables)
    return Evidence(
        tuple(names),
        latencies_of(table),
        tuple(counts),
        table,
        tuple(EpisodeRule.from_settings(coded.settings).describe() for coded in given),
        _codable_in_all(given),
        tuple(ages),
        tuple(intervals.duration(coded.observed(session)) for coded in given for session in coded.sessions),
        tuple(resolutions),
        given,
    )


def age_of(coded: CodedRecord) -> float | None:
    """Return the child's age that a record's metadata states.

    Args:
        coded: a coded record.

    Returns:
        Months, >= 0, or None where it does not say.

    Raises:
        InputError: the stated age is no number of months.
    """
    stated = coded.record.metadata.get("age_months")
    if stated is None:
        return None
    if isinstance(stated, bool) or not isinstance(stated, int | float) or not 0 <= stated < 1200:
        raise InputError("an age in months is wanted", column="age_months", value=stated, remedy="Write a number.")
    return float(stated)


def resolution_of(table: pl.DataFrame) -> float:
    """Return the shortest latency that a session's coding tells.

    Where segments tile time, as those of LENA recorders do, no answer comes sooner than the shortest segment and the
    rest falls on zero: an answer at zero is then known only to lie below the shortest positive latency.

    Args:
        table: the session's episodes.

    Returns:
        Seconds, at least the registry's latency_resolution.
    """
    latency = table.filter("answered")["latency_s"]
    positive = latency.filter(latency > 0)
    if len(positive) == 0 or len(positive) == len(latency):
        return default("latency_resolution")
    return max(default("latency_resolution"), float(positive.to_numpy().min()))


def _codable_in_all(records: Sequence[CodedRecord]) -> dict[str, bool]:
    tables = [coded.codable_by_construct() for coded in records]
    return {name: all(table[name] for table in tables) for name in tables[0]}


def latencies_of(table: pl.DataFrame) -> Latencies:
    """Return what episodes say of answering, equal ones counted together.

    Args:
        table: columns of `EPISODE_SCHEMA` with index of the session and resolution, seconds.

    Returns:
        Answered, barely delayed and censored episodes.
    """
    time, resolution = pl.col("latency_s"), pl.col("resolution")
    at_once = pl.col("answered") & (time < resolution)
    rows = (
        table.filter(pl.col("informative"))
        .with_columns(
            kind=pl.when(~pl.col("answered")).then(2).when(at_once).then(1).otherwise(0),
            signal=pl.when("distress").then(default("signal_intensify")).otherwise(default("signal_express")),
            time=pl.when(at_once).then(resolution).otherwise(time),
        )
        .with_columns(time=((pl.col("time").log() / TIME_GRID).round() * TIME_GRID).exp())
        .group_by("index", "kind", "signal", "time", maintain_order=True)
        .len("count")
    )
    return Latencies(
        rows["index"].to_numpy().astype(np.int64),
        rows["kind"].to_numpy().astype(np.int64),
        rows["signal"].to_numpy().astype(float),
        rows["time"].to_numpy().astype(float),
        rows["count"].to_numpy().astype(float),
    )


def _counts(coded: CodedRecord, session: str, table: pl.DataFrame) -> SessionCounts:
    open_spans = _open_spans(coded, table)
    engagement, engagement_h, clustered = _engagement(coded, session, table, open_spans)
    responses = table.filter((pl.col("answered") | pl.col("intruded")) & pl.col("intruded").is_not_null())
    plain = table.filter(pl.col("warm").is_not_null() & ~pl.col("intruded").fill_null(False))
    frights, hours = _frights(coded, session)
    provoked, open_share = _provoked(coded, session, open_spans)
    return SessionCounts(
        engagement,
        engagement_h,
        clustered,
        int(plain["warm"].sum()),
        plain.height,
        int(responses["intruded"].sum()),
        responses.height,
        frights,
        hours,
        provoked,
        open_share,
    )


def _open_spans(coded: CodedRecord, table: pl.DataFrame) -> Spans:
    """Return the time from each cue to the end of its answer, or to its censoring."""
    ends = coded.acts.select(answer_event="event", answer_end=pl.coalesce("offset_s", "onset_s"))
    ends = ends.group_by("answer_event").agg(pl.col("answer_end").max())
    closed = table.join(ends, on="answer_event", how="left").with_columns(
        close=pl.max_horizontal("answer_end", pl.col("start_s") + pl.col("latency_s"))
    )
    return intervals.union(closed.select("onset_s", "close").to_numpy())


def _engagement(coded: CodedRecord, session: str, table: pl.DataFrame, open_spans: Spans) -> tuple[int, float, float]:
    seen = tuple(act for act in ENGAGEMENT if coded.is_codable(Role.CAREGIVER, act))
    if not seen:
        return 0, 0.0, 1.0
    time = intervals.subtract(coded.codable_time(session, Role.CAREGIVER, *seen), open_spans)
    acts = coded.of(session, Role.CAREGIVER, seen)
    acts = acts.filter(~pl.col("event").is_in(table["answer_event"].drop_nulls().implode()))
    onsets = acts["onset_s"].to_numpy()
    onsets = onsets[intervals.covers(time, onsets)]
    return len(onsets), intervals.duration(time) / 3600.0, dispersion(onsets, time)


def _frights(coded: CodedRecord, session: str) -> tuple[tuple[int, int, int, int], tuple[float, float, float, float]]:
    counts: list[int] = []
    hours: list[float] = []
    for tier in FRIGHT_TIERS:
        time = coded.codable_time(session, Role.CAREGIVER, tier)
        counts.append(int(intervals.covers(time, coded.onsets(session, Role.CAREGIVER, tier)).sum()))
        hours.append(intervals.duration(time) / 3600.0)
    return (counts[0], counts[1], counts[2], counts[3]), (hours[0], hours[1], hours[2], hours[3])


def _provoked(coded: CodedRecord, session: str, open_spans: Spans) -> tuple[int, float]:
    tiers = tuple(tier for tier in FRIGHT_TIERS if coded.is_codable(Role.CAREGIVER, tier))
    time = coded.codable_time(session, Role.CAREGIVER, *tiers) if tiers else intervals.EMPTY
    onsets = coded.onsets(session, Role.CAREGIVER, *tiers)
    onsets = onsets[intervals.covers(time, onsets)]
    total = intervals.duration(time)
    within = intervals.duration(intervals.intersect(time, open_spans))
    return int(intervals.covers(open_spans, onsets).sum()), within / total if total > 0 else 0.0
