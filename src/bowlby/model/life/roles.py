"""Partners outside home, as centres of partner traits: teachers, peers, a partner in adult life.

Each differs from a caregiver by what its place asks of it: a teacher answers many children and holds few, withdraws
from a child that acts out and hears a quiet one badly for lack of time; a peer plays much and answers protest poorly.
All numbers are assumed; the spread over persons is the population's.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a partner is to the child."""

    SECOND = "second caregiver"
    TEACHER = "teacher"
    PEER = "peer"
    PARTNER = "adult partner"


_MILD = {
    "unprovoked_startling": 0.01,
    "unprovoked_frightening": 1e-4,
    "unprovoked_harsh": 1e-4,
    "unprovoked_abusive": 1e-7,
    "provoked_startling": 0.002,
    "provoked_frightening": 1e-4,
    "provoked_harsh": 5e-4,
    "provoked_abusive": 1e-7,
    "separation_rate": 0.01,
}

ROLES: Mapping[Role, Mapping[str, float]] = MappingProxyType(
    {
        Role.SECOND: {"sojourn_available": 4.0},
        Role.TEACHER: {
            **_MILD,
            "answer_base": 1.5,
            "latency_median": 1.5,
            "holding": 0.15,
            "engagement_rate": 2.0,
            "presence": 0.4,
            "sojourn_available": 1.0,
            "sojourn_unavailable": 0.5,
            "withdrawal": 4.0,
            "stress_gain": 0.1,
        },
        Role.PEER: {
            **_MILD,
            "answer_base": 0.5,
            "answer_slope": -2.0,
            "warmth": 0.5,
            "holding": 0.05,
            "intrusion": 0.3,
            "engagement_rate": 8.0,
            "presence": 0.5,
            "withdrawal": 6.0,
            "stress_gain": 0.15,
        },
        Role.PARTNER: {**_MILD, "answer_base": 1.8, "engagement_rate": 4.0, "withdrawal": 3.0, "stress_gain": 0.1},
    }
)
"""Traits of each role that differ from a caregiver's, on their own scales."""
