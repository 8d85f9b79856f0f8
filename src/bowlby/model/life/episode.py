"""One episode of one dyad: the caregiver and the child together, given the words of chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bowlby.model.life import action, caregiver, child, need
from bowlby.model.life.child import Happened, aged, derive
from bowlby.model.life.event import Event, Time, Words
from bowlby.model.life.state import State
from bowlby.model.life.traits import Parameters

Keep = Callable[[Any], Any]
"""Takes a tree of values and gives it back."""


def as_it_is(values: Any) -> Any:
    """Return the values as they are.

    Args:
        values: any tree of values.

    Returns:
        The same.
    """
    return values


def episode(
    parameters: Parameters, state: State, time: Time, words: Words, keep: Keep = as_it_is
) -> tuple[State, Event]:
    """Play one episode: time passes, a need arises, the child acts, the caregiver answers, the child learns.

    Args:
        parameters: traits of the two and constants.
        state: after the episode before.
        time: of this one.
        words: its random words.
        keep: applied to what is about to be learned from, where a compiler would otherwise work it out anew for every
            variable that learns from it; gives its argument back.

    Returns:
        The new state and what happened.
    """
    derived = derive(parameters.constants, time)
    parameters = aged(parameters, derived)
    partner = caregiver.wait(parameters, state.caregiver, (time, derived), words)
    gap = caregiver.meanwhile(parameters, partner, time, words)
    before = Happened(time, derived, gap, *_NOTHING_YET)
    waiting = child.wait(parameters, state.child, before, words)
    wanted, physical = need.arises(parameters.constants, derived, words)
    act, conduct = action.act(parameters, waiting, wanted, words)
    event = caregiver.answer(parameters, partner, act._replace(physical=physical), words)
    partner, waiting, gap, event, conduct = keep((partner, waiting, gap, event, conduct))
    after = child.live(parameters, waiting, Happened(time, derived, gap, event, conduct), words)
    return State(caregiver.after(parameters, partner, event), after), event


_NOTHING_YET = (Event(*([0.0] * len(Event._fields))), action.Conduct(0.0, 0.0, 0.0))
