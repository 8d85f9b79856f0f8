"""The registry of the moment clock: what turns learned states into acts of seconds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from bowlby.model.life.registry import constant
from bowlby.model.life.traits import Scalar
from bowlby.model.parameter import Parameter


class Moments(NamedTuple):
    """Constants of the moment clock, each in the registry's unit."""

    fear_novelty: Scalar
    fear_stranger: Scalar
    separation_alarm: Scalar
    alone_alarm: Scalar
    stillness_alarm: Scalar
    attached_half: Scalar
    activation_up: Scalar
    soothing_contact: Scalar
    soothing_presence: Scalar
    soothing_own: Scalar
    soothing_stranger: Scalar
    trust_half: Scalar
    presence_half: Scalar
    bonus_gain: Scalar
    play_value: Scalar
    play_unsafe: Scalar
    attend_value: Scalar
    approach_cost: Scalar
    cling_doubt: Scalar
    avoid_rejected: Scalar
    avoid_unwanted: Scalar
    anger_onset: Scalar
    anger_gain: Scalar
    anger_voice: Scalar
    anger_pull: Scalar
    rejection_full: Scalar
    need_floor: Scalar
    social_bids: Scalar
    contact_hurry: Scalar
    first_act_share: Scalar
    episode_seconds: Scalar
    control_onset: Scalar
    control_rise: Scalar
    control_anger: Scalar
    breakdown_seconds: Scalar
    comfort_seconds: Scalar
    engagement_acts: Scalar
    signal_pace: Scalar
    exploration: Scalar


_ASSUMED = "assumed"
_ROWS = (
    ("fear_novelty", "m_n", "1", 0.10, _ASSUMED, "Activation that an unknown room calls for."),
    ("fear_stranger", "m_s", "1", 0.25, _ASSUMED, "Activation that a stranger calls for, times inhibition."),
    (
        "separation_alarm",
        "m_a",
        "1",
        0.90,
        "protest at separation: Bowlby 1973, Separation; size assumed",
        "Activation that the absence of an attachment figure calls for.",
    ),
    ("alone_alarm", "m_l", "1", 0.25, _ASSUMED, "Activation that being alone in the room adds."),
    (
        "stillness_alarm",
        "m_q",
        "1",
        0.55,
        "still-face effect: Mesman et al. 2009, Dev Rev 29:120; size assumed",
        "Activation that a present but unresponsive caregiver calls for, times what is expected of it.",
    ),
    ("attached_half", "m_f", "1", 0.10, _ASSUMED, "Formation at which half of an attachment's pull is there."),
    ("activation_up", "m_u", "1/s", 0.04, _ASSUMED, "Rate at which activation rises to what the situation calls for."),
    ("soothing_contact", "m_c", "1/s", 0.06, _ASSUMED, "Rate at which full contact soothes, times soothability."),
    ("soothing_presence", "m_p", "1/s", 0.008, _ASSUMED, "Rate at which calm presence soothes."),
    ("soothing_own", "m_r", "1/s", 0.010, _ASSUMED, "Rate at which own regulation soothes, times regulation."),
    ("soothing_stranger", "m_k", "1/s", 0.002, _ASSUMED, "Rate at which a friendly stranger soothes."),
    ("trust_half", "m_t", "1", 0.25, _ASSUMED, "Usable expected relief at which contact is half trusted."),
    ("presence_half", "m_5", "1", 0.10, _ASSUMED, "Usable relief without a signal at which presence half soothes."),
    (
        "bonus_gain",
        "m_6",
        "1",
        20.0,
        _ASSUMED,
        "Weight of met unpredictability in the worth of coming near, per unit of the uncertainty bonus.",
    ),
    ("play_value", "m_e", "1", 0.55, _ASSUMED, "Worth of exploring when calm and safe."),
    ("play_unsafe", "m_b", "1", 0.45, _ASSUMED, "Share of it left when no one is expected to be available."),
    ("attend_value", "m_w", "1", 0.12, _ASSUMED, "Worth of watching and waiting."),
    ("approach_cost", "m_d", "1", 0.10, _ASSUMED, "Cost of coming near, to a child that has some effect."),
    ("cling_doubt", "m_h", "1", 0.8, _ASSUMED, "Worth of holding on to contact that is not trusted to last."),
    (
        "avoid_rejected",
        "m_j",
        "1",
        0.55,
        "attention turned away where bids were rejected: Main 1990, Human Development 33:48; size assumed",
        "Worth of turning attention away where signals made things worse, at full activation.",
    ),
    ("avoid_unwanted", "m_i", "1", 0.05, _ASSUMED, "Worth of turning attention away at any time."),
    ("anger_onset", "m_0", "1", 0.34, _ASSUMED, "Frustration at which anger begins."),
    ("anger_gain", "m_g", "1", 50.0, _ASSUMED, "Anger per unit of frustration beyond its onset."),
    ("anger_voice", "m_7", "1", 0.4, _ASSUMED, "Share of anger that is cried out, in an attached child."),
    ("anger_pull", "m_8", "1", 0.15, _ASSUMED, "Pull towards the caregiver at which half of the anger is shown to it."),
    (
        "rejection_full",
        "m_x",
        "1",
        0.15,
        _ASSUMED,
        "Excess of relief without signals at which rejection is fully felt.",
    ),
    ("need_floor", "m_v", "1", 0.15, _ASSUMED, "Activation below which no need is open."),
    ("social_bids", "m_o", "1/h", 60.0, _ASSUMED, "Bids of everyday talk and play an hour when no need is open."),
    (
        "contact_hurry",
        "m_y",
        "1",
        0.06,
        _ASSUMED,
        "Time to an answer in a procedure, where both are in one room, as a share of the time at home.",
    ),
    (
        "first_act_share",
        "m_1",
        "1",
        0.06,
        _ASSUMED,
        "Time to the first act of an answer as a share of the time until the need is served.",
    ),
    ("episode_seconds", "m_z", "s", 600.0, _ASSUMED, "Time after which an unserved need closes."),
    (
        "control_onset",
        "m_k",
        "months",
        24.0,
        "role reversal is seen from the third year on: Main & Cassidy 1988, Dev Psychol 24:415; age assumed",
        "Age at which a child begins to take charge where strategy would break down.",
    ),
    (
        "control_rise",
        "m_l",
        "months",
        30.0,
        _ASSUMED,
        "Time over which that comes to all such children, as far as their language goes.",
    ),
    (
        "control_anger",
        "m_n",
        "1",
        0.3,
        _ASSUMED,
        "Anger at which taking charge is punitive as often as caregiving.",
    ),
    (
        "breakdown_seconds",
        "m_m",
        "s",
        45.0,
        _ASSUMED,
        "Time in which a breakdown of strategy has the hazard that it has in one episode.",
    ),
    ("comfort_seconds", "m_2", "s", 25.0, _ASSUMED, "Shortest stay in contact once a need is served."),
    ("engagement_acts", "m_3", "acts", 15.0, _ASSUMED, "Smiles, words and games in one bout of engagement."),
    ("signal_pace", "m_4", "s", 6.0, _ASSUMED, "Mean stay of the caregiver's sensory signals in a state but silence."),
    ("exploration", "s_x", "0/1", 1.0, "ablation", "0 switches exploration off."),
)
MOMENTS: tuple[Parameter, ...] = tuple(constant(row) for row in _ROWS)
REGISTRY: Mapping[str, Parameter] = MappingProxyType({entry.name: entry for entry in MOMENTS})


def default_moments(**changed: float) -> Moments:
    """Return the constants at their defaults, but for those that are given.

    Args:
        changed: values by name, in the registry's unit.

    Returns:
        The constants.

    Raises:
        TypeError: there is no such constant.
    """
    return Moments(*(entry.default for entry in MOMENTS))._replace(**changed)
