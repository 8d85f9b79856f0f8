"""Records drawn from processes whose parameters are known: NumPy event generators, without the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.measures.episodes import EPISODE_SCHEMA
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import VOCABULARY, Construct, Role
from bowlby.records.identity import coded_as_itself
from bowlby.records.record import EVENT_SCHEMA, WINDOW_SCHEMA, ObservedFrom, Record

Floats: TypeAlias = npt.NDArray[np.float64]
Row: TypeAlias = tuple[str, str, float, float | None]
"""Actor, code, onset and offset, seconds."""

BURST_SIZE, BURST_S = 4.0, 20.0
"""Mean number of cues in a burst and how far they spread, where cues come in bursts."""
STATES_S = {
    "hold": (15.0, 45.0),
    "gaze.partner": (8.0, 8.0),
    "gaze.object": (7.0, 14.0),
    "look": (10.0, 6.0),
    "object": (6.0, 10.0),
}
"""States and their mean time on and off, seconds; both are exponential."""
AFFECT_S = (5.0, 12.0, 8.0)
"""Mean time in negative, neutral and positive affect, seconds, exponential; the next is either of the other two."""
VIEW_S = 30.0
"""How long a cue is watched at most where episodes are drawn; a next cue comes after twice that on average."""
CALLS_PER_MINUTE = 4.0
"""Vocal cues of the child."""
PER_MINUTE = {"smile": 1.0, "intrude": 0.5, "fright.startle": 0.1, "touch": 1.0}
"""Acts that come at random times, and how often a minute."""
EFFECT = 0.9
"""Standard deviation between sessions, and between dyads, on the logit scale of answering and of log latency by half
of it, where they differ."""


@dataclass(frozen=True)
class Exchange:
    """How a child calls and a caregiver answers.

    Args:
        minutes: length of the session, > 0.
        cues_per_minute: mean number of cues a minute.
        bursts: whether cues come in bursts (Neyman & Scott 1958), not at random times.
        answered: probability that a cue is answered.
        median_s: median latency of an answer, seconds, lognormal.
        spread: standard deviation of log latency.
        unasked_per_minute: acts of answering that no cue asked for, a minute.
    """

    minutes: float = 20.0
    cues_per_minute: float = 2.0
    bursts: bool = False
    answered: float = 0.6
    median_s: float = 2.0
    spread: float = 0.6
    unasked_per_minute: float = 1.0


def session(exchange: Exchange, generator: np.random.Generator) -> CodedRecord:
    """Return one session: cues and answers, states and affect of both, warm and intrusive acts, all independent.

    Args:
        exchange: how the two of them behave.
        generator: random numbers.

    Returns:
        A coded record of one session, "s".
    """
    total = 60 * exchange.minutes
    rows = [*_cues_and_answers(exchange, total, generator), *_talk(total, generator)]
    rows += _affect("child", total, generator)
    rows += _affect("caregiver", total, generator)
    for code, (on, off) in STATES_S.items():
        actor = "child" if code.startswith("gaze.") else "caregiver"
        rows += [(actor, code, start, end) for start, end in _alternating(on, off, total, generator)]
    for code, often in PER_MINUTE.items():
        times = _random_times(often, total, generator)
        rows += [("caregiver", code, float(t), min(float(t) + 1.0, total)) for t in times]
    return coded_as_itself(_record(rows, total))


def _record(rows: list[Row], total: float) -> Record:
    ordered = sorted(rows, key=lambda row: row[2])
    events = [
        ("s", actor, "", "", code, onset, offset, "", k) for k, (actor, code, onset, offset) in enumerate(ordered, 1)
    ]
    windows = [("s", "observed", None, None, 0.0, total, "", str(ObservedFrom.STATED))]
    codable: dict[str, list[str]] = {}
    for role, construct in VOCABULARY:
        if role is not Role.CONTEXT and construct is not Construct.UNCODABLE:
            codable.setdefault(str(role), []).append(str(construct))
    return Record(
        pl.DataFrame(events, schema=EVENT_SCHEMA, orient="row"),
        pl.DataFrame(windows, schema=WINDOW_SCHEMA, orient="row"),
        {"codable": codable, "actors": {"child": ["child"], "caregiver": ["caregiver"]}},
    )


def _random_times(per_minute: float, total: float, generator: np.random.Generator) -> Floats:
    return np.sort(generator.uniform(0, total, generator.poisson(per_minute * total / 60)))


def _cue_times(exchange: Exchange, total: float, generator: np.random.Generator) -> Floats:
    if not exchange.bursts:
        return _random_times(exchange.cues_per_minute, total, generator)
    parents = _random_times(exchange.cues_per_minute / BURST_SIZE, total + BURST_S, generator) - BURST_S
    number = generator.poisson(BURST_SIZE, len(parents))
    times = np.repeat(parents, number) + generator.uniform(0, BURST_S, number.sum())
    return np.sort(times[(times >= 0) & (times < total)])


def _cues_and_answers(exchange: Exchange, total: float, generator: np.random.Generator) -> list[Row]:
    cues = _cue_times(exchange, total, generator)
    comes = generator.random(len(cues)) < exchange.answered
    latency = exchange.median_s * np.exp(exchange.spread * generator.normal(size=len(cues)))
    answers = np.concatenate([(cues + latency)[comes], _random_times(exchange.unasked_per_minute, total, generator)])
    rows: list[Row] = [("child", "cue.distress", float(t), min(float(t) + 0.4, total)) for t in cues]
    for t in answers[answers < total - 0.1]:
        rows += [("caregiver", code, float(t), min(float(t) + 1.0, total)) for code in ("answer", "voice")]
    return rows


def _talk(total: float, generator: np.random.Generator) -> list[Row]:
    """Return the child's vocal cues, and the voice that takes up half of them after about a second."""
    calls = _random_times(CALLS_PER_MINUTE, total, generator)
    rows: list[Row] = [("child", "cue.vocal", float(t), min(float(t) + 0.4, total)) for t in calls]
    comes = generator.random(len(calls)) < 0.5
    voices = (calls + 0.4 + np.exp(0.5 * generator.normal(size=len(calls))))[comes]
    rows += [("caregiver", "voice", float(t), min(float(t) + 1.0, total)) for t in voices if t < total - 0.1]
    return rows


def _alternating(on: float, off: float, total: float, generator: np.random.Generator) -> list[tuple[float, float]]:
    """Return the bouts of a state that is on and off for exponential times, begun in equilibrium."""
    number = int(total / (on + off) * 2) + 40
    lengths = np.column_stack([generator.exponential(off, number), generator.exponential(on, number)])
    if generator.random() < on / (on + off):
        lengths[0, 0] = 0.0
    edges = np.cumsum(lengths.ravel()).reshape(-1, 2)
    kept = edges[edges[:, 0] < total - 1e-6]
    return [(float(start), min(float(end), total)) for start, end in kept]


def _affect(actor: str, total: float, generator: np.random.Generator) -> list[Row]:
    """Return the states of affect, begun in equilibrium: each is entered equally often."""
    steps = generator.integers(1, 3, int(total / min(AFFECT_S)) + 40)
    steps[0] = generator.choice(3, p=np.array(AFFECT_S) / sum(AFFECT_S))
    states = np.cumsum(steps) % 3
    edges = np.concatenate([[0.0], np.cumsum(generator.exponential(np.array(AFFECT_S)[states]))])
    rows = zip((states - 1).tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    return [(actor, f"affect {value:+d}", start, min(end, total)) for value, start, end in rows if start < total - 1e-6]


@dataclass(frozen=True)
class SampledStudy:
    """Episodes of several sessions.

    Args:
        sessions: how many, >= 1.
        dyads: how many dyads they are of; 0 for each of its own.
        differ: whether sessions, and dyads, differ in how often and how soon they answer.
        cues: mean number of cues a session.
        exchange: the exchange of a typical session.
    """

    sessions: int
    dyads: int = 0
    differ: bool = False
    cues: float = 20.0
    exchange: Exchange = Exchange()


def episode_table(study: SampledStudy, generator: np.random.Generator) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return the episodes of a study's sessions, each cue watched for 30 s or to its next cue, and session to dyad.

    Args:
        study: sessions and dyads.
        generator: random numbers.

    Returns:
        Columns of `EPISODE_SCHEMA`, and session to dyad.
    """
    dyad = np.arange(study.sessions) % study.dyads if study.dyads else np.arange(study.sessions)
    spread = EFFECT if study.differ else 0.0
    levels = generator.normal(0, spread, study.sessions) + generator.normal(0, spread, dyad.max() + 1)[dyad] * bool(
        study.dyads
    )
    ever = 1 / (1 + np.exp(-np.log(study.exchange.answered / (1 - study.exchange.answered)) - levels))
    cues = np.maximum(1, generator.poisson(study.cues, study.sessions))
    medians = study.exchange.median_s * np.exp(-levels / 2)
    place = np.repeat(np.arange(study.sessions), cues)
    names = np.array([f"s{number:04d}" for number in range(study.sessions)])
    table = _episodes(names[place], (ever[place], medians[place], study.exchange.spread), generator)
    return table, {str(name): f"d{own:04d}" for name, own in zip(names, dyad, strict=True)}


def _episodes(
    names: npt.NDArray[np.str_], answering: tuple[Floats, Floats, float], generator: np.random.Generator
) -> pl.DataFrame:
    """Return one episode a cue, given its session, the chance and median latency of an answer, and their spread."""
    ever, median, spread = answering
    latency = median * np.exp(spread * generator.normal(size=len(names)))
    latency[generator.random(len(names)) >= ever] = np.inf
    view = np.minimum(VIEW_S, generator.exponential(2 * VIEW_S, len(names)))
    columns: Mapping[str, object] = dict.fromkeys(EPISODE_SCHEMA) | {
        "session": names,
        "cue": ["cue.distress"] * len(names),
        "distress": np.full(len(names), True),
        "answered": latency <= view,
        "informative": np.full(len(names), True),
        "latency_s": np.minimum(latency, view),
        "window_s": np.full(len(names), VIEW_S),
    }
    return pl.DataFrame(columns, schema=EPISODE_SCHEMA)
