"""The constants of the moment clock as a step takes them."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.registry import MOMENTS
from bowlby.model.scalar import Scalar


class MomentConstants(NamedTuple):
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
    session_departure: Scalar
    exploration: Scalar


def default_moments(**changed: float) -> MomentConstants:
    """Return the constants at their defaults, but for those that are given.

    Args:
        changed: values by name, in the registry's unit.

    Returns:
        The constants.

    Raises:
        TypeError: there is no such constant.
    """
    return MomentConstants(*(entry.default for entry in MOMENTS))._replace(**changed)
