"""Body, brain and development: slow states, simulated forward and never inferred from a record."""

from __future__ import annotations

import math
from typing import NamedTuple

from bowlby.model.life.arithmetic import namespace
from bowlby.model.life.state import ChildState
from bowlby.model.life.traits import Constants, DerivedConstants
from bowlby.model.scalar import Scalar


class EpisodeLoad(NamedTuple):
    """What one episode meant to the body.

    Args:
        soothed: arousal that the partner took away, in [0, 1].
        exchange: contingent exchange, in [0, 1].
        stimulation: warm acts noticed, 0 or 1.
        threat: the largest threat met, in [0, 1].
        order: of the partner's sensory signals, in [0, 1].
        openness: susceptibility, > 0.
    """

    soothed: Scalar
    exchange: Scalar
    stimulation: Scalar
    threat: Scalar
    order: Scalar
    openness: Scalar


SUCCESSORS = 7
"""States of the sensory signals that can follow one: all eight but itself."""
_LEAST = 1e-12
"""Under it x log x is 0 in single precision."""


def entropy_share(order: Scalar) -> Scalar:
    """Return the entropy rate of sensory signals over its ceiling, H / log 7.

    H = -(p log p + 6 q log q), q = (1 - o) / 7, p = o + q: with order o the usual successor follows, else any of the
    seven with equal chance (`moment.caregiver`); the states are visited equally often.

    Args:
        order: share of changes that go to the usual successor, in [0, 1].

    Returns:
        In [0, 1]: 1 without order, 0 where nothing but the usual follows.
    """
    xp = namespace(order)
    other = (1.0 - order) * (1.0 / SUCCESSORS)
    usual = order + other
    scattered = (SUCCESSORS - 1.0) * other * xp.log(xp.maximum(other, _LEAST))
    return (usual * xp.log(usual) + scattered) * (-1.0 / math.log(SUCCESSORS))  # (E113) derived


def develop(constants: Constants, state: ChildState, derived: DerivedConstants, lived: EpisodeLoad) -> ChildState:
    """Return the state after the body has taken in one episode; arousal is already that after the episode.

    Args:
        constants: rates and the switch of the body.
        state: before.
        derived: plasticity at this age.
        lived: what the episode meant.

    Returns:
        The new state.
    """
    return _grow(constants, _secrete(constants, _wear(constants, state, derived, lived), lived), derived, lived)


def _wear(constants: Constants, state: ChildState, derived: DerivedConstants, lived: EpisodeLoad) -> ChildState:
    """Load follows arousal, threat sensitises, and load with basal output wears (a hypothesis in children)."""
    open_now = constants.body * derived.plasticity * lived.openness
    rise = constants.reactivity_rate * open_now * lived.threat * (2.0 - state.threat_reactivity)  # (E107) assumed
    back = constants.body * constants.reactivity_loss * (1.0 - state.threat_reactivity)  # (E107) assumed
    loss = constants.body * constants.hippocampus_rate * state.autonomic_load * state.hpa_basal
    integrity, mending = state.hippocampal_integrity, constants.body * constants.hippocampus_return
    load = constants.body * constants.load_rate
    return state._replace(
        autonomic_load=state.autonomic_load + load * (state.arousal - state.autonomic_load),  # (E106) assumed
        threat_reactivity=state.threat_reactivity + rise + back,
        hippocampal_integrity=integrity - loss * integrity + mending * (1.0 - integrity),  # (E108) assumed
    )


def _secrete(constants: Constants, state: ChildState, lived: EpisodeLoad) -> ChildState:
    """Two systems of one axis, each raised by stress of weeks (s) and lowered by stress of years (d).

    s' = s + lambda_h (stress - s), d' = d + lambda_d (stress - d), stress = min(arousal + threat, 1);
    reactivity = 1/2 + h_r s - c_r d, basal = h_0 + h_b s - c_b d, both kept in [0, 1]. Under lasting stress both are
    raised first and low after years (basal output: Trickett et al. 2010, Dev Psychopathol 22:165; time since onset:
    Miller, Chen & Zhou 2007, Psychol Bull 133:25; reactivity: Bunea et al. 2017, Transl Psychiatry 7:1274).
    """
    xp = namespace(state.arousal)
    stress = xp.minimum(state.arousal + lived.threat, 1.0)
    # (E109) assumed, after Miller, Chen & Zhou 2007
    fast = state.hpa_sensitised + constants.body * constants.hpa_rate * (stress - state.hpa_sensitised)
    # (E110) assumed, after Miller, Chen & Zhou 2007
    slow = state.hpa_downregulated + constants.body * constants.hpa_slow_rate * (stress - state.hpa_downregulated)
    # (E111) assumed, after Trickett et al. 2010
    basal = constants.hpa_rest + constants.hpa_basal_gain * fast - constants.hpa_basal_loss * slow
    # (E112) assumed, after Bunea et al. 2017
    reactive = 0.5 + constants.hpa_reactive_gain * fast - constants.hpa_reactive_loss * slow
    on = constants.body
    return state._replace(
        hpa_sensitised=fast,
        hpa_downregulated=slow,
        hpa_basal=state.hpa_basal + on * (xp.minimum(xp.maximum(basal, 0.0), 1.0) - state.hpa_basal),
        hpa_reactivity=state.hpa_reactivity + on * (xp.minimum(xp.maximum(reactive, 0.0), 1.0) - state.hpa_reactivity),
    )


def _grow(constants: Constants, state: ChildState, derived: DerivedConstants, lived: EpisodeLoad) -> ChildState:
    """Growth goes to what is offered: x' = x + rate plasticity susceptibility (T - x), T = a + (1 - a) offered.

    Offered are exchange and noticed warm acts to language (Hoff 2003, Child Dev 74:1368), exchange to social cognition,
    and to executive function the regulation that arousal history leaves free; threat takes the share v of what is
    offered to both (McLaughlin, Sheridan & Lambert 2014, Neurosci Biobehav Rev 47:578, against Smith & Pollak 2021,
    Perspect Psychol Sci 16:67; v is 0 by default). Signals in no order take the share c H / log 7 of what is offered to
    both (Davis et al. 2017, PNAS 114:10390; Davis et al. 2019, EBioMedicine 46:256; the form and c are assumed).
    Regulation grows only by being soothed, to 1.
    """
    xp = namespace(lived.exchange)
    open_now = constants.body * derived.plasticity * lived.openness
    floor, left = constants.growth_floor, 1.0 - constants.growth_floor
    unhurt = 1.0 - constants.threat_on_growth * lived.threat
    # (E114) assumed, after McLaughlin, Sheridan & Lambert 2014; Davis et al. 2017
    taken_in = unhurt * (1.0 - constants.disorder_on_growth * entropy_share(lived.order))
    heard = xp.minimum(lived.exchange + lived.stimulation, 1.0) * taken_in
    free = state.regulation * (1.0 - state.autonomic_load) * taken_in
    regulated = constants.regulation_rate * open_now * lived.soothed
    social, spoken = constants.social_rate * open_now, constants.language_rate * open_now
    governed = constants.executive_rate * open_now
    return state._replace(
        regulation=state.regulation + regulated * (1.0 - state.regulation),  # (E115) assumed
        # (E116) assumed
        social_cognition=state.social_cognition + social * (floor + left * lived.exchange - state.social_cognition),
        language=state.language + spoken * (floor + left * heard - state.language),  # (E117) assumed, after Hoff 2003
        executive=state.executive + governed * (floor + left * free - state.executive),  # (E118) assumed
    )
