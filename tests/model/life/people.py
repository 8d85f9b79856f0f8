"""Usual persons, states and moments as NumPy values, for tests of single equations."""

from __future__ import annotations

from typing import Any

import numpy as np

from bowlby.model import registry
from bowlby.model.life.action import Conduct
from bowlby.model.life.child import Experience, derive
from bowlby.model.life.event import EpisodeGap, EpisodeTime, EpisodeWords, Event
from bowlby.model.life.state import VARIABLES, LifeState, from_leaves
from bowlby.model.life.traits import Caregiver, Child, Constants, Parameters


def one(value: float) -> np.ndarray:
    return np.array(value, np.float32)


def parameters(**changes: float) -> Parameters:
    """Return usual traits and constants, some changed by name."""

    def group(kind: Any, entries: tuple[Any, ...]) -> Any:
        return kind(*(one(changes.get(entry.name, entry.default)) for entry in entries))

    assert set(changes) <= set(registry.REGISTRY)
    return Parameters(
        group(Caregiver, registry.CAREGIVER), group(Child, registry.CHILD), group(Constants, registry.CONSTANTS)
    )


def newborn(**changes: float) -> LifeState:
    """Return the state at birth, some variables changed."""
    assert set(changes) <= {variable.name for variable in VARIABLES}
    return from_leaves([one(changes.get(variable.name, variable.start)) for variable in VARIABLES])


def words(**changes: float) -> EpisodeWords:
    """Return words of one half, some changed."""
    return EpisodeWords(**{name: one(changes.get(name, 0.5)) for name in EpisodeWords._fields})


def at(age: float = 6.0, elapsed: float = 1.0, waking: float = 1.0) -> EpisodeTime:
    return EpisodeTime(one(age), one(elapsed), one(waking))


def event(**changes: float) -> Event:
    """Return an episode in which an expressed need met a prompt, warm, attuned answer; some of it changed."""
    good = {"need": 0.6, "express": 1.0, "answered": 1.0, "attuned": 1.0, "warmth": 1.0, "held": 1.0}
    return Event(**{name: one({**good, **changes}.get(name, 0.0)) for name in Event._fields})


def happened(
    what: Event, gap: EpisodeGap | None = None, when: EpisodeTime | None = None, who: Parameters | None = None
) -> Experience:
    """Return what a child's step is told."""
    time = when or at()
    nothing = EpisodeGap(one(0.0), one(0.0), one(0.0))
    calm = Conduct(one(0.0), one(0.0), one(0.0))
    return Experience(time, derive((who or parameters()).constants, time), gap or nothing, what, calm)
