"""A watched interval of one dyad, in seconds, written as a record like any coded one."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from statistics import NormalDist

import jax
import numpy as np
import polars as pl

from bowlby.errors import InputError
from bowlby.model.caregiver import TIER_MAGNITUDES, TIER_RATES, Caregiver, available_share
from bowlby.model.child import Child, Event, Signal, State, Words, newborn, policy, step, usual_child
from bowlby.model.episode import EpisodeWords, answer_probability, live, need_intensity
from bowlby.model.parameter import check
from bowlby.model.parameters import default, lookup
from bowlby.records.constructs import FRIGHT_TIERS, Construct
from bowlby.records.record import (
    EVENT_SCHEMA,
    WINDOW_SCHEMA,
    ObservedFrom,
    Provenance,
    Reading,
    Record,
    WindowKind,
    assemble,
)
from bowlby.simulate.exposures import checked, exposure

CODABLE = {
    "child": [Construct.CUE_DISTRESS, Construct.CUE_BID, Construct.EXPLORE],
    "caregiver": [
        Construct.ANSWER,
        Construct.HOLD,
        Construct.TOUCH,
        Construct.VOICE,
        Construct.SMILE,
        Construct.PLAY,
        Construct.PRESENT,
        Construct.INTRUDE,
        *FRIGHT_TIERS,
    ],
}
HISTORY = 200
"""Episodes lived with this caregiver before the watched interval."""

ANSWER_S = 2.0
"""Length of an answering act; assumed."""
CUE_S = {Signal.EXPRESS: 0.8, Signal.INTENSIFY: 2.5}
"""Length of a cue; assumed."""
REFRACTORY_S = 4.0
"""Shortest time between needs, so that one bid is over before the next; assumed."""


class Stream(IntEnum):
    """Independent streams of random words: a change in what one decides leaves the others as they are."""

    HISTORY = 0
    NEED = 1
    SIGNAL = 2
    ANSWER = 3
    WARMTH = 4
    INTRUSION = 5
    ENGAGEMENT = 6
    FRIGHT = 7
    REGIME = 8
    PRESENCE = 9
    NOTICE = 10


@dataclass(frozen=True)
class _Response:
    """What a caregiver is going to do about a signal: when, with its own agenda or not, with which contact."""

    onset: float
    intrudes: bool
    contact: Construct | None


@dataclass
class _Scene:
    """The interval as it grows: events so far, and the answer that is still due."""

    caregiver: Caregiver
    child: Child
    seconds: float
    random: dict[Stream, np.random.Generator]
    rows: list[tuple[str, str, float, float | None]] = field(default_factory=list)
    busy: list[tuple[float, float]] = field(default_factory=list)
    waiting: _Response | None = None

    def add(self, actor: str, code: Construct, onset: float, length: float | None = None) -> None:
        """Add an act, cut at the end of the interval; what would start later is not seen."""
        if onset < self.seconds:
            end = None if length is None else min(onset + length, self.seconds)
            self.rows.append((actor, str(code), onset, end))


_policy = jax.jit(policy)
_step = jax.jit(step)


def simulate_dyad(
    caregiver: Caregiver | str,
    child: Child | None = None,
    minutes: float = 20.0,
    seed: int = 0,
    *,
    age_months: float | None = None,
) -> Record:
    """Return the record of one simulated dyad, watched for some minutes.

    The child has lived `HISTORY` episodes with this caregiver; while watched it chooses its signals and goes on
    learning. A minimised need shows as exploring, not as a cue; a cue that comes while another waits takes its place,
    and what would have answered the first is lost.

    Args:
        caregiver: parameters, or the name of an exposure.
        child: parameters, or None for the defaults.
        minutes: length of the interval, > 0.
        seed: 0 <= seed < 2**64; equal seeds give equal records.
        age_months: age of the child in months, or None for the default.

    Returns:
        A record whose codes are construct names and whose metadata says what was codable and simulated.

    Raises:
        InputError: minutes or seed cannot be used, or there is no such exposure.
        ParameterError: a parameter lies outside its support.
    """
    _check(minutes, seed)
    name = caregiver if isinstance(caregiver, str) else None
    parameters = exposure(caregiver) if isinstance(caregiver, str) else checked(caregiver)
    learner = _checked_child(usual_child() if child is None else child)
    age = default("age_default") if age_months is None else age_months
    scene = _Scene(parameters, learner, 60.0 * minutes, {stream: _stream(seed, stream) for stream in Stream})
    _watch(scene, age)
    settings: dict[str, object] = {
        "exposure": name,
        "seed": seed,
        "minutes": minutes,
        "parameters": {key: float(value) for key, value in parameters._asdict().items()},
        "child": {key: float(value) for key, value in learner._asdict().items()},
    }
    return _record(scene, settings, age)


def _check(minutes: float, seed: int) -> None:
    if not (math.isfinite(minutes) and 0 < minutes <= 24 * 60):
        raise InputError("an interval is between 0 and 1440 minutes", column="minutes", value=minutes)
    if not 0 <= seed < 2**64:
        raise InputError("a seed is a whole number from 0 to 2**64 - 1", column="seed", value=seed)


def _checked_child(child: Child) -> Child:
    for name, value in child._asdict().items():
        check(lookup(name), float(value))
    return child


def _stream(seed: int, stream: Stream) -> np.random.Generator:
    """Return one counter-based stream, keyed by seed and stream (Philox; Salmon et al. 2011, SC11)."""
    return np.random.Generator(np.random.Philox(key=np.array([seed, int(stream)], dtype=np.uint64)))


def _watch(scene: _Scene, age_months: float) -> None:
    away = _spells(scene)
    _presence(scene, away)
    frights = _unprovoked(scene)
    _episodes(scene, away, frights, age_months)


def _spells(scene: _Scene) -> list[tuple[float, float]]:
    """Return spells of unavailability of a two-state Markov process in its steady state."""
    available = float(available_share(scene.caregiver))
    random = scene.random[Stream.REGIME]
    mean_away = 60.0 * float(scene.caregiver.regime_sojourn)
    mean_there = mean_away * available / (1.0 - available)
    spells: list[tuple[float, float]] = []
    now, there = 0.0, random.random() < available
    while now < scene.seconds:
        length = random.exponential(mean_there if there else mean_away)
        if not there:
            spells.append((now, now + length))
        now, there = now + length, not there
    return spells


def _within(time: float, spells: list[tuple[float, float]]) -> bool:
    return any(start <= time < end for start, end in spells)


def _presence(scene: _Scene, away: list[tuple[float, float]]) -> None:
    """Add minutes of calm presence; a whole minute is present or not."""
    random = scene.random[Stream.PRESENCE]
    for start in np.arange(0.0, scene.seconds, 60.0):
        if random.random() < scene.caregiver.presence_share and not _within(start, away):
            scene.add("caregiver", Construct.PRESENT, float(start), 60.0)


def _unprovoked(scene: _Scene) -> list[tuple[float, float]]:
    """Add frightening acts that nothing set off; return (onset, magnitude)."""
    random, found = scene.random[Stream.FRIGHT], []
    alone = 1.0 - float(scene.caregiver.fright_contingent_share)
    for rate, size, code in zip(TIER_RATES, TIER_MAGNITUDES, FRIGHT_TIERS, strict=True):
        per_s = float(getattr(scene.caregiver, rate)) * alone / 3600.0
        for onset in _poisson(random, per_s, scene.seconds):
            scene.add("caregiver", code, onset)
            found.append((onset, default(size)))
    return sorted(found)


def _poisson(random: np.random.Generator, rate: float, length: float) -> list[float]:
    return sorted(random.uniform(0.0, length, random.poisson(rate * length)).tolist())


@jax.jit
def _history(child: Child, caregiver: Caregiver, age_months: float, words: EpisodeWords) -> State:
    live_on = partial(live, child, caregiver)
    start = jax.tree.map(lambda value: jax.numpy.asarray(value, float), newborn())
    return jax.lax.scan(lambda state, word: (live_on(state, age_months, word), None), start, words)[0]


def _episodes(
    scene: _Scene, away: list[tuple[float, float]], frights: list[tuple[float, float]], age_months: float
) -> None:
    words = scene.random[Stream.HISTORY].random((len(EpisodeWords._fields), HISTORY), dtype=np.float32)
    state = _history(scene.child, scene.caregiver, age_months, EpisodeWords(*words))
    engagement = _poisson(
        scene.random[Stream.ENGAGEMENT], float(scene.caregiver.engagement_rate) / 3600.0, scene.seconds
    )
    last = 0.0
    for onset, until in _needs(scene):
        need = float(need_intensity(scene.random[Stream.NEED].random()))
        signal = _pick(scene, state, need)
        event = _episode(scene, (onset, until), Signal(signal), _within(onset, away))
        since = [size for at, size in frights if last <= at < onset]
        event = event._replace(
            need=need,
            threat_unprovoked=max(since, default=0.0),
            engaged=float(sum(last <= at < onset for at in engagement)),
            elapsed_s=onset - last,
            age_months=age_months,
        )
        state = _step(scene.child, state, event, Words(scene.random[Stream.NOTICE].random()))
        last = onset
    _engage(scene, engagement)


def _needs(scene: _Scene) -> list[tuple[float, float]]:
    """Return (onset, onset of the next) of each need."""
    random, rate = scene.random[Stream.NEED], float(scene.child.need_rate) / 3600.0
    pause = max(1.0 / rate - REFRACTORY_S, 1.0)
    onsets = [random.exponential(pause)]
    while onsets[-1] < scene.seconds:
        onsets.append(onsets[-1] + REFRACTORY_S + random.exponential(pause))
    return list(pairwise(onsets))


def _pick(scene: _Scene, state: State, need: float) -> int:
    logits = np.asarray(_policy(scene.child, state, need), dtype=float)
    chances = np.exp(logits - logits.max())
    word = scene.random[Stream.SIGNAL].random()
    return int(np.sum(word > np.cumsum(chances / chances.sum())[:-1]))


def _episode(scene: _Scene, time: tuple[float, float], signal: Signal, away: bool) -> Event:
    """Add one need's signal and what it met until the next need."""
    onset, until = time
    _signal(scene, signal, onset)
    response = _response(scene, onset, signal, away)
    _settle_waiting(scene, signal, until)
    answered = response is not None and response.onset < until
    if response is not None and answered:
        _answer(scene, response)
    elif signal != Signal.MINIMISE:
        scene.waiting = response
    return Event(
        need=0.0,
        signal=float(signal),
        answered=float(answered),
        attuned=float(response is None or not response.intrudes),
        latency_s=until - onset if response is None else response.onset - onset,
        warm=float(response is not None and response.contact is not None),
        present=float(not away),
        threat_unprovoked=0.0,
        threat_contingent=_provoked(scene, signal, onset),
        engaged=0.0,
        elapsed_s=0.0,
        seen=1.0,
        age_months=0.0,
    )


def _settle_waiting(scene: _Scene, signal: Signal, until: float) -> None:
    """Let an answer that is still due come, unless the child has cued anew, which takes its place."""
    if signal != Signal.MINIMISE:
        scene.waiting = None
    elif scene.waiting is not None and scene.waiting.onset < until:
        _answer(scene, scene.waiting)
        scene.waiting = None


def _response(scene: _Scene, onset: float, signal: Signal, away: bool) -> _Response | None:
    """Return what the caregiver will do, if anything; every word is drawn whether it is used or not."""
    words = {stream: scene.random[stream].random(2) for stream in (Stream.ANSWER, Stream.WARMTH, Stream.INTRUSION)}
    caregiver = scene.caregiver
    chance = float(answer_probability(caregiver, signal)) / float(available_share(caregiver))
    if away or words[Stream.ANSWER][0] >= chance:
        return None
    latency = float(caregiver.latency_median) * math.exp(
        float(caregiver.latency_spread) * _normal(words[Stream.ANSWER][1])
    )
    intrudes = bool(words[Stream.INTRUSION][0] < caregiver.intrusion_share)
    warm = not intrudes and words[Stream.WARMTH][0] < caregiver.warm_share
    contact = Construct.HOLD if words[Stream.WARMTH][1] < 0.5 else Construct.TOUCH
    return _Response(onset + latency, intrudes, contact if warm else None)


def _normal(word: float) -> float:
    return NormalDist().inv_cdf(min(max(word, 1e-12), 1.0 - 1e-12))


def _signal(scene: _Scene, signal: Signal, onset: float) -> None:
    match signal:
        case Signal.MINIMISE:
            scene.add("child", Construct.EXPLORE, onset, REFRACTORY_S)
        case Signal.EXPRESS:
            scene.add("child", Construct.CUE_BID, onset, CUE_S[signal])
        case Signal.INTENSIFY:
            scene.add("child", Construct.CUE_DISTRESS, onset, CUE_S[signal])


def _answer(scene: _Scene, response: _Response) -> None:
    scene.add("caregiver", Construct.ANSWER, response.onset, ANSWER_S)
    if response.intrudes:
        scene.add("caregiver", Construct.INTRUDE, response.onset, ANSWER_S)
    if response.contact is not None:
        scene.add("caregiver", response.contact, response.onset, ANSWER_S)
    scene.busy.append((response.onset, response.onset + ANSWER_S))


def _provoked(scene: _Scene, signal: Signal, onset: float) -> float:
    """Add the frightening act that a bid sets off, if any; return its magnitude."""
    random = scene.random[Stream.FRIGHT]
    word, delay = random.random(), random.exponential(1.0)
    if signal == Signal.MINIMISE:
        return 0.0
    reached = 0.0
    for rate, size, code in zip(reversed(TIER_RATES), reversed(TIER_MAGNITUDES), reversed(FRIGHT_TIERS), strict=True):
        share = float(scene.caregiver.fright_contingent_share)
        reached += float(getattr(scene.caregiver, rate)) * share / float(scene.child.need_rate)
        if word < reached:
            scene.add("caregiver", code, onset + min(delay, REFRACTORY_S / 2))
            return default(size)
    return 0.0


def _engage(scene: _Scene, onsets: list[float]) -> None:
    """Add spontaneous play, talk and smiles wherever the caregiver is not answering."""
    random = scene.random[Stream.ENGAGEMENT]
    for onset in onsets:
        kind = (Construct.VOICE, Construct.SMILE, Construct.PLAY)[int(random.integers(3))]
        if not any(start - 1.0 <= onset <= end for start, end in scene.busy):
            scene.add("caregiver", kind, onset, 1.0)


def _record(scene: _Scene, settings: dict[str, object], age_months: float) -> Record:
    session = "simulated"
    partner = {"child": "caregiver", "caregiver": "child"}
    rows = [
        (session, actor, partner[actor], "", code, round(onset, 3), None if end is None else round(end, 3), "", number)
        for number, (actor, code, onset, end) in enumerate(sorted(scene.rows, key=lambda row: row[2]), start=1)
    ]
    kind, stated = str(WindowKind.OBSERVED), str(ObservedFrom.STATED)
    window = (session, kind, None, None, 0.0, scene.seconds, "simulated interval", stated)
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    reading = Reading(
        pl.DataFrame(rows, schema=EVENT_SCHEMA, orient="row"),
        pl.DataFrame([window], schema=WINDOW_SCHEMA, orient="row"),
        {
            "codable": {role: [str(construct) for construct in found] for role, found in CODABLE.items()},
            "actors": {"child": ["child"], "caregiver": ["caregiver"]},
            "episodes": {"cues": [str(Construct.CUE_DISTRESS), str(Construct.CUE_BID)]},
            "age_months": age_months,
            "simulated": settings,
        },
    )
    return assemble(reading, Provenance("simulated", digest, "simulate", version("bowlby")))
