"""One child, episode by episode: the model's own step in NumPy, with the words of chance of that child and seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bowlby.model import registry
from bowlby.model.life.episode import episode
from bowlby.model.life.event import EpisodeTime, EpisodeWords, Event
from bowlby.model.life.exposures import exposure
from bowlby.model.life.learning import forgetting
from bowlby.model.life.state import VARIABLES, LifeState, from_leaves
from bowlby.model.life.traits import Caregiver, Child, Constants, Parameters
from bowlby.simulation.engine.age import DAYS_PER_MONTH
from bowlby.simulation.streams import EPISODE_STREAMS, seed_words, stream_key, uniform, word
from bowlby.web.course import BIDS_A_DAY
from bowlby.web.lessons.cares import CARES, SEED

CHILD = 5
"""Number of the child whose days are shown."""
WEEKS = 6
"""Age at which the day is shown; until then the child lives under the same care."""
LEVELS = ("hardly shows it", "shows it", "cries out")


def parameters_under(care: str) -> Parameters:
    """Return the traits of the median family under some care, an average child and the model's constants.

    Args:
        care: an exposure.

    Returns:
        Double-precision numbers.
    """
    setting = exposure(care).of_the_median_family()

    def group(kind: Any, entries: tuple[Any, ...], own: Mapping[str, float]) -> Any:
        return kind(*(np.float64(own.get(entry.name, entry.default)) for entry in entries))

    return Parameters(
        group(Caregiver, registry.CAREGIVER, setting),
        group(Child, registry.CHILD, {}),
        group(Constants, registry.CONSTANTS, {}),
    )


def words_of(number: int, child: int = CHILD, seed: int = SEED) -> EpisodeWords:
    """Return the words of chance of one episode, the same under every kind of care.

    Args:
        number: of the episode since birth, >= 0.
        child: its number.
        seed: of all chances.

    Returns:
        Uniform numbers.
    """
    streams = np.array(EPISODE_STREAMS, np.uint32)
    key = stream_key(seed_words(seed), np.full(streams.shape, child, np.uint32), streams)
    return EpisodeWords(*np.asarray(uniform(word(key, np.full(streams.shape, number, np.uint32))), np.float64))


def when(number: int, waking_hours: float) -> EpisodeTime:
    """Return when an episode takes place; the first of a day comes after the night.

    Args:
        number: of the episode since birth.
        waking_hours: a day.

    Returns:
        Age, and hours since the episode before.
    """
    waking = waking_hours / BIDS_A_DAY
    elapsed = 24.0 - waking_hours + waking if number % BIDS_A_DAY == 0 else waking
    age = number / BIDS_A_DAY / DAYS_PER_MONTH
    return EpisodeTime(np.float64(age), np.float64(elapsed), np.float64(waking))


def birth() -> LifeState:
    """Return the child at birth.

    Returns:
        Every variable where it starts.
    """
    return from_leaves([np.float64(variable.start) for variable in VARIABLES])


@dataclass(frozen=True)
class Bid:
    """One need of the child and what came of it.

    Args:
        number: of the episode since birth.
        before: the child's state.
        after: the state that it left.
        event: what happened.
        lost: share of the earlier evidence that it made obsolete.
    """

    number: int
    before: LifeState
    after: LifeState
    event: Event
    lost: float

    @property
    def level(self) -> int:
        """0 minimised, 1 expressed, 2 intensified."""
        return 2 if self.event.intensify > 0 else 1 if self.event.express > 0 else 0

    def relief(self, state: LifeState) -> tuple[float, float]:
        """Return expected relief of the level that was signalled, and the evidence that it rests on."""
        name = ("minimise", "express", "intensify")[self.level]
        return float(getattr(state.child, f"relief_{name}")), float(getattr(state.child, f"concentration_{name}"))

    def as_dict(self) -> dict[str, object]:
        """Return what the pages show of it."""
        (mean, evidence), (then, evidence_then) = self.relief(self.before), self.relief(self.after)
        strategic = not self.event.frozen > 0
        gain = _weight(evidence, evidence_then, self.lost) if strategic else 0.0
        return {
            "level": LEVELS[self.level],
            "frozen": bool(self.event.frozen > 0),
            "answered": bool(self.event.answered > 0),
            "routine": bool(self.event.routine > 0),
            "minutes": round(float(self.event.latency), 2),
            "threat": round(float(self.event.threat), 3),
            "need": round(float(self.event.need), 3),
            "relief_before": round(mean, 4),
            "relief_after": round(then, 4),
            "evidence_before": round(evidence, 2),
            "evidence_after": round(evidence_then, 2),
            "weight": round(gain, 3),
            "relief": _relief((mean, then), evidence_then, gain),
            "threat_before": round(_threat(self.before), 4),
            "threat_after": round(_threat(self.after), 4),
        }


def _weight(evidence: float, then: float, lost: float) -> float:
    """Return x of an episode from n' = n + x - h x (n - 1)."""
    return (then - evidence) / (1.0 - lost * (evidence - 1.0))


def _relief(means: tuple[float, float], evidence: float, weight: float) -> float | None:
    """Return r from m' = m + (x / n') (r - m), or None where nothing was learned."""
    before, after = means
    return round(max(0.0, before + (after - before) * evidence / weight), 3) if weight > 0 else None


def _threat(state: LifeState) -> float:
    return float(max(state.child.threat_unprovoked, state.child.threat_provoked))


def live(care: str, until: int, state: LifeState | None = None, first: int = 0) -> tuple[LifeState, list[Bid]]:
    """Live some episodes of one child under some care.

    Args:
        care: an exposure.
        until: number of the episode before which it ends.
        state: to start from; None for birth.
        first: number of the first episode.

    Returns:
        The state at the end, and every episode.
    """
    parameters, now = parameters_under(care), state or birth()
    bids: list[Bid] = []
    for number in range(first, until):
        then, event = _step(parameters, now, number, words_of(number))
        bids.append(Bid(number, now, then, event, _lost(parameters, now)))
        now = then
    return now, bids


def _lost(parameters: Parameters, state: LifeState) -> float:
    return float(forgetting(parameters.constants, state.child))


def _step(parameters: Parameters, state: LifeState, number: int, words: EpisodeWords) -> tuple[LifeState, Event]:
    return episode(parameters, state, when(number, float(parameters.constants.waking_hours)), words)


def cry() -> dict[str, object]:
    """Return one cry twice: the same moment of the same child, answered, and not answered.

    It is the first need after six weeks of usual care that the child shows and that is not of the body on schedule;
    nothing differs between the two but the one word of chance that decides whether an answer comes.

    Returns:
        What each branch did to the expectation.

    Raises:
        LookupError: there is no such moment in ten days.
    """
    parameters = parameters_under("usual")
    first = WEEKS * 7 * BIDS_A_DAY
    state, _ = live("usual", first)
    for number in range(first, first + 10 * BIDS_A_DAY):
        branches = {name: _branch(parameters, state, number, chance) for name, chance in _CHANCES.items()}
        came, none = branches["answered"], branches["not answered"]
        if came.level > 0 and came.event.answered > 0 and not none.event.answered and not none.event.routine:
            return {"weeks": WEEKS, **{name: bid.as_dict() for name, bid in branches.items()}}
        state, _ = _step(parameters, state, number, words_of(number))
    raise LookupError("no such moment in ten days: choose another child")


_CHANCES = {"answered": 1e-4, "not answered": 1.0 - 1e-4}


def _branch(parameters: Parameters, state: LifeState, number: int, chance: float) -> Bid:
    words = words_of(number)._replace(answer=np.float64(chance), latency=np.float64(0.5))
    after, event = _step(parameters, state, number, words)
    return Bid(number, state, after, event, _lost(parameters, state))


def days() -> dict[str, list[dict[str, object]]]:
    """Return one day of the child at six weeks under each kind of care: the same needs, other answers.

    Returns:
        Twelve bids by kind of care.
    """
    first = WEEKS * 7 * BIDS_A_DAY
    found: dict[str, list[dict[str, object]]] = {}
    for key, care in CARES.items():
        state, _ = live(care.exposure, first)
        _, bids = live(care.exposure, first + BIDS_A_DAY, state, first)
        found[key] = [bid.as_dict() for bid in bids]
    return found
