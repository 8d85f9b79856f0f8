"""Named settings of the caregiver: what each names is a centre for some parameters, the rest stay at the population's.

A name reaches no child: the simulation reads the numbers, so that renaming changes nothing. Needs of one kind of care
are put in the field's words; none describes a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bowlby.errors import InputError, suggestion
from bowlby.model.registry import data

Setting = Mapping[str, float]
"""Caregiver parameters on their own scale; those not named keep the population's centre."""

EXPOSURES: Mapping[str, Setting] = MappingProxyType(
    {name: MappingProxyType(setting) for name, setting in data("exposures.toml").items()}
)


def exposure(name: str) -> Setting:
    """Return a named setting of the caregiver.

    Args:
        name: one of `EXPOSURES`; hyphens and underscores count as spaces.

    Returns:
        Caregiver parameters by name, on their own scale.

    Raises:
        InputError: there is no such exposure; the nearest is suggested.
    """
    plain = name.strip().lower().replace("-", " ").replace("_", " ")
    if plain in EXPOSURES:
        return EXPOSURES[plain]
    remedy = f"{suggestion(plain, EXPOSURES, 0.4)}Known: {', '.join(EXPOSURES)}."
    raise InputError("there is no such exposure", column="exposure", value=name, remedy=remedy)
