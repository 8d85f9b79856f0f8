"""Body, brain and development: slow states, simulated forward and never inferred from a record."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.life.arithmetic import namespace
from bowlby.model.life.state import ChildState
from bowlby.model.life.traits import Constants, Derived, Scalar


class Lived(NamedTuple):
    """What one episode meant to the body.

    Args:
        soothed: arousal that the partner took away, in [0, 1].
        exchange: contingent exchange, in [0, 1].
        stimulation: warm acts noticed, 0 or 1.
        threat: the largest threat met, in [0, 1].
        unanswered: 1 where a bid met no response, else 0.
        openness: susceptibility, > 0.
    """

    soothed: Scalar
    exchange: Scalar
    stimulation: Scalar
    threat: Scalar
    unanswered: Scalar
    openness: Scalar


def develop(constants: Constants, state: ChildState, derived: Derived, lived: Lived) -> ChildState:
    """Return the state after the body has taken in one episode; arousal is already that after the episode.

    Growth goes to its ceiling, x' = x + rate * plasticity * susceptibility * experience * (1 - x). HPA reactivity rises
    with stress, returns to 1/2, and blunts with bids that meet no response (both courses are reviewed by Koss & Gunnar
    2018, J Child Psychol Psychiatry 59:327). Hippocampal loss is a hypothesis in children.

    Args:
        constants: rates and the switch of the body.
        state: before.
        derived: plasticity at this age.
        lived: what the episode meant.

    Returns:
        The new state.
    """
    return _grow(constants, _wear(constants, state, derived, lived), derived, lived)


def _wear(constants: Constants, state: ChildState, derived: Derived, lived: Lived) -> ChildState:
    open_now = constants.body * derived.plasticity * lived.openness
    hpa = constants.body * constants.hpa_rate
    rise = constants.reactivity_rate * open_now * lived.threat * (2.0 - state.threat_reactivity)
    back = constants.body * constants.reactivity_loss * (1.0 - state.threat_reactivity)
    stressed = namespace(state.arousal).minimum(state.arousal + lived.threat, 1.0) * (1.0 - state.hpa_reactivity)
    blunting = constants.body * constants.hpa_blunting * lived.unanswered * state.hpa_reactivity
    loss = constants.body * constants.hippocampus_rate * state.autonomic_load * state.hpa_basal
    integrity, mending = state.hippocampal_integrity, constants.body * constants.hippocampus_return
    load = constants.body * constants.load_rate
    return state._replace(
        autonomic_load=state.autonomic_load + load * (state.arousal - state.autonomic_load),
        hpa_basal=state.hpa_basal + hpa * (state.autonomic_load - state.hpa_basal),
        hpa_reactivity=state.hpa_reactivity + hpa * (stressed + 0.5 - state.hpa_reactivity) - blunting,
        threat_reactivity=state.threat_reactivity + rise + back,
        hippocampal_integrity=integrity - loss * integrity + mending * (1.0 - integrity),
    )


def _grow(constants: Constants, state: ChildState, derived: Derived, lived: Lived) -> ChildState:
    open_now = constants.body * derived.plasticity * lived.openness
    heard = namespace(lived.exchange).minimum(lived.exchange + lived.stimulation, 1.0)
    regulated = constants.regulation_rate * open_now * lived.soothed
    social = constants.social_rate * open_now * lived.exchange
    spoken = constants.language_rate * open_now * heard
    return state._replace(
        regulation=state.regulation + regulated * (1.0 - state.regulation),
        social_cognition=state.social_cognition + social * (1.0 - state.social_cognition),
        language=state.language + spoken * (1.0 - state.language),
    )
