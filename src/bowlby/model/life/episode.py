"""One episode of one dyad: the caregiver and the child together, given the words of chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bowlby.model.life import action, caregiver, child, need
from bowlby.model.life.child import Experience, aged, derive
from bowlby.model.life.event import EpisodeTime, EpisodeWords, Event
from bowlby.model.life.state import LifeState
from bowlby.model.life.traits import Parameters

Keep = Callable[[Any], Any]
"""Takes a tree of values and gives it back."""


def unchanged(values: Any) -> Any:
    """Return the values as they are.

    Args:
        values: any tree of values.

    Returns:
        The same.
    """
    return values


def episode(
    parameters: Parameters, state: LifeState, time: EpisodeTime, words: EpisodeWords, keep: Keep = unchanged
) -> tuple[LifeState, Event]:
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
    gap = caregiver.between_bids(parameters, partner, time, words)
    before = Experience(time, derived, gap, *_NOTHING_YET)
    waiting = child.wait(parameters, state.child, before, words)
    wanted, physical = need.next_need(parameters.constants, derived, words)
    act, conduct = action.act(parameters, waiting, wanted, words)
    event = caregiver.answer(parameters, partner, act._replace(physical=physical), words)
    partner, waiting, gap, event, conduct = keep((partner, waiting, gap, event, conduct))
    after = child.live(parameters, waiting, Experience(time, derived, gap, event, conduct), words)
    return LifeState(caregiver.after_episode(parameters, partner, event), after), event


_NOTHING_YET = (Event(*([0.0] * len(Event._fields))), action.Conduct(0.0, 0.0, 0.0))
