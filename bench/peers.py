"""The same model as users would write it today: vectorised NumPy, a Numba loop, Mesa agents."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from bench import scalar
from bowlby.model import registry
from bowlby.model.life.episode import episode
from bowlby.model.life.event import EpisodeTime, EpisodeWords
from bowlby.model.life.state import CaregiverState, ChildState, LifeState, from_leaves, leaves_of
from bowlby.model.life.traits import Caregiver, Child, Constants, Parameters
from bowlby.simulation.streams import uniform, word

People = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Traits (traits, n), stream keys (words, 2, n) and constants."""


def persons(people: People, child: Any) -> tuple[Caregiver, Child, Constants]:
    """Return the traits of one child, or of a slice of children, and the constants."""
    traits, _, constants = people
    cut = len(registry.CAREGIVER)
    return Caregiver(*traits[:cut, child]), Child(*traits[cut:, child]), Constants(*constants)


def time_of(number: int, constants: Constants, bids: int) -> EpisodeTime:
    """Return the time of an episode as NumPy scalars."""
    waking = constants.waking_hours / np.float32(bids)
    elapsed = np.float32(24.0) - constants.waking_hours + waking if number % bids == 0 else waking
    return EpisodeTime(np.float32(number / bids / 30.4375), elapsed, waking)


def numpy_live(state: np.ndarray, people: People, clock: tuple[int, int, int]) -> np.ndarray:
    """Live all children at once with NumPy."""
    first, count, bids = clock
    parameters = Parameters(*persons(people, slice(None)))
    key = (people[1][:, 0], people[1][:, 1])
    dyads = from_leaves(list(state))
    for number in range(first, first + count):
        words = EpisodeWords(*uniform(word(key, np.array(number, np.uint32))))
        dyads, _ = episode(parameters, dyads, time_of(number, parameters.constants, bids), words)
    return np.stack(leaves_of(dyads))


def numba_live() -> Callable[[np.ndarray, People, tuple[int, int, int]], np.ndarray]:
    """Return the scalar loop compiled by Numba, children over all cores; ImportError without Numba."""
    import numba

    inner = {
        name: numba.njit(fastmath=True)(getattr(scalar, name)) for name in ("uniform", "normal", "spell", "sigmoid")
    }
    step = numba.njit(fastmath=True)(FunctionType(scalar.episode.__code__, {**vars(scalar), **inner}))
    names = {
        "Caregiver": Caregiver,
        "Child": Child,
        "Constants": Constants,
        **vars(scalar),
        **inner,
        "step": step,
        "np": np,
    }
    exec(_numba_source(), names)
    for name in ("persons", "newborn", "words", "keep"):
        names[name] = numba.njit(fastmath=True)(names[name])
    names["prange"] = numba.prange
    loop = numba.njit(fastmath=True, parallel=True)(names["live"])

    def live(state: np.ndarray, people: People, clock: tuple[int, int, int]) -> np.ndarray:
        state = state.copy()
        loop(state, *people, *clock)
        return state

    return live


def _row(template: str, rows: range) -> str:
    return ", ".join(template.format(row) for row in rows)


def _numba_source() -> str:
    """Numba has no way to fill a named tuple from an array but to spell it out."""
    cut, end, some = len(registry.CAREGIVER), len(registry.CAREGIVER) + len(registry.CHILD), len(CaregiverState._fields)
    variables = some + len(ChildState._fields)
    stored = [f"    state[{row}, i] = dyad.caregiver[{row}]" for row in range(some)]
    stored += [f"    state[{row + some}, i] = dyad.child[{row}]" for row in range(variables - some)]
    return f"""
def persons(traits, c, i):
    return (
        Caregiver({_row("traits[{0}, i]", range(cut))}),
        Child({_row("traits[{0}, i]", range(cut, end))}),
        Constants({_row("c[{0}]", range(len(registry.CONSTANTS)))}),
    )

def newborn(state, i):
    return State(
        CaregiverState({_row("np.float64(state[{0}, i])", range(some))}),
        ChildState({_row("np.float64(state[{0}, i])", range(some, variables))}),
    )

def words(keys, i, number):
    return ({_row("uniform(keys[{0}, 0, i], keys[{0}, 1, i], number)", range(len(EpisodeWords._fields)))})

def keep(state, i, dyad):
{chr(10).join(stored)}

def live(state, traits, keys, c, first, count, bids):
    for i in prange(state.shape[1]):
        caregiver, child, constants = persons(traits, c, i)
        dyad = newborn(state, i)
        for number in range(first, first + count):
            dyad = step(caregiver, child, constants, dyad, words(keys, i, number), number, bids)
        keep(state, i, dyad)
"""


def mesa_live() -> Callable[[np.ndarray, People, tuple[int, int, int]], np.ndarray]:
    """Return a Mesa model whose agents are dyads, stepped together; ImportError without Mesa."""
    import mesa

    class Dyad(mesa.Agent):
        def __init__(self, model: Any, traits: tuple[Any, ...], keys: list[list[int]], state: LifeState) -> None:
            super().__init__(model)
            self.traits, self.keys, self.state = traits, keys, state

        def step(self) -> None:
            number, bids = self.model.number, self.model.bids
            words = tuple([scalar.uniform(first, second, number) for first, second in self.keys])
            self.state = scalar.episode(*self.traits, self.state, words, number, bids)

    def live(state: np.ndarray, people: People, clock: tuple[int, int, int]) -> np.ndarray:
        model = mesa.Model()
        model.bids = clock[2]
        plain = (people[0].astype(float), people[1], people[2].astype(float))
        for i in range(state.shape[1]):
            traits = tuple(type(group)(*map(float, group)) for group in persons(plain, i))
            keys = [[int(half[i]) for half in pair] for pair in people[1]]
            Dyad(model, traits, keys, from_leaves([float(value) for value in state[:, i]]))
        for number in range(clock[0], clock[0] + clock[1]):
            model.number = number
            model.agents.do("step")
        return np.array([leaves_of(dyad.state) for dyad in model.agents]).T

    return live
