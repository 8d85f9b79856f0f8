"""Partners outside home, as centres of partner traits: teachers, peers, a partner in adult life."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from bowlby.model.registry import data


class PartnerRole(StrEnum):
    """What a partner is to the child."""

    SECOND = "second caregiver"
    TEACHER = "teacher"
    PEER = "peer"
    PARTNER = "adult partner"


ROLES: Mapping[PartnerRole, Mapping[str, float]] = MappingProxyType(
    {PartnerRole(name): MappingProxyType(traits) for name, traits in data("roles.toml").items()}
)
"""Traits of each role that differ from a caregiver's, on their own scales."""
