"""The kinds of care that the teaching pages set side by side, and how each is named there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bowlby.evidence.claims_register.aspects import KINDS

SEED = 0
"""Of everything that the teaching pages show."""


@dataclass(frozen=True)
class TaughtCare:
    """One kind of care on the teaching pages.

    Args:
        key: as claims and results name it.
        name: in both vocabularies.
        exposure: the named care that stands for it in the model.
        colour: name of its colour in the palette.
        says: what such a caregiver does, one sentence.
    """

    key: str
    name: str
    exposure: str
    colour: str
    says: str


INCONSISTENT = TaughtCare(
    "inconsistent",
    "Inconsistent care",
    "inconsistent",
    "unpredictability",
    "Comes and goes; answers loud protest, and that in some hours only.",
)

CARES: Mapping[str, TaughtCare] = MappingProxyType(
    {
        **{key: TaughtCare(key, kind.name, kind.exposure, kind.axis, kind.says) for key, kind in KINDS.items()},
        "inconsistent": INCONSISTENT,
    }
)
"""Secure care first."""
