"""One episode of one dyad: the caregiver and the child together, given the words of chance."""

from __future__ import annotations

from bowlby.model.life import action, caregiver, child, need
from bowlby.model.life.child import Happened, derive
from bowlby.model.life.event import Event, Time, Words
from bowlby.model.life.state import State
from bowlby.model.life.traits import Parameters


def episode(parameters: Parameters, state: State, time: Time, words: Words) -> tuple[State, Event]:
    """Play one episode: time passes, a need arises, the child acts, the caregiver answers, the child learns.

    Args:
        parameters: traits of the two and constants.
        state: after the episode before.
        time: of this one.
        words: its random words.

    Returns:
        The new state and what happened.

    Raises:
        Nothing.
    """
    derived = derive(parameters.constants, time)
    partner = caregiver.wait(parameters, state.caregiver, (time, derived), words)
    gap = caregiver.meanwhile(parameters, partner, time, words)
    before = Happened(time, derived, gap, *_NOTHING_YET)
    waiting = child.wait(parameters, state.child, before, words)
    wanted = need.arises(parameters.constants, derived, words)
    act, conduct = action.act(parameters, waiting, wanted, words)
    event = caregiver.answer(parameters, partner, act, words)
    after = child.live(parameters, waiting, Happened(time, derived, gap, event, conduct), words)
    return State(caregiver.after(parameters, partner, event), after), event


_NOTHING_YET = (Event(*([0.0] * len(Event._fields))), action.Conduct(0.0, 0.0, 0.0))
