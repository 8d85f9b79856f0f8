"""The claims themselves, by the part of the mission that they restate."""

from __future__ import annotations

from bowlby.evidence.claims_register.claim import Claim
from bowlby.evidence.claims_register.rows.care import CARE_CLAIMS
from bowlby.evidence.claims_register.rows.child import CHILD_CLAIMS
from bowlby.evidence.claims_register.rows.help import HELP_CLAIMS
from bowlby.evidence.claims_register.rows.life import LIFE_CLAIMS

CLAIMS: tuple[Claim, ...] = (*CARE_CLAIMS, *CHILD_CLAIMS, *LIFE_CLAIMS, *HELP_CLAIMS)
"""All claims in the order of the mission's rows."""
