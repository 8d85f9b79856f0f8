"""The claims themselves, by the part of the mission that they restate."""

from __future__ import annotations

from bowlby.study.claims.claim import Claim
from bowlby.study.claims.register.care import CARE_CLAIMS
from bowlby.study.claims.register.child import CHILD_CLAIMS
from bowlby.study.claims.register.help import HELP_CLAIMS
from bowlby.study.claims.register.life import LIFE_CLAIMS

CLAIMS: tuple[Claim, ...] = (*CARE_CLAIMS, *CHILD_CLAIMS, *LIFE_CLAIMS, *HELP_CLAIMS)
"""All claims in the order of the mission's rows."""
