"""Named settings of the caregiver: what each names is a centre for some parameters, the rest stay at the population's.

A name reaches no child: the simulation reads the numbers, so that renaming changes nothing. Needs of one kind of care
are put in the field's words; none describes a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bowlby.errors import InputError, suggestion

Setting = Mapping[str, float]
"""Caregiver parameters on their own scale; those not named keep the population's centre."""

_CALM = {
    "unprovoked_startling": 0.005,
    "unprovoked_frightening": 1e-5,
    "unprovoked_harsh": 1e-5,
    "unprovoked_abusive": 1e-7,
    "provoked_startling": 0.001,
    "provoked_frightening": 1e-5,
    "provoked_harsh": 1e-5,
    "provoked_abusive": 1e-7,
}
_RESPONSIVE = {
    "answer_base": 3.5,
    "answer_slope": 0.3,
    "latency_median": 0.5,
    "never_share": 0.01,
    "intrusion": 0.05,
    "warmth": 0.85,
    "holding": 0.7,
    "presence": 0.85,
    "engagement_rate": 8.0,
    "sojourn_available": 16.0,
    "sojourn_unavailable": 0.5,
}
_ABSENT = {
    "answer_base": -3.0,
    "answer_slope": 1.0,
    "latency_median": 8.0,
    "never_share": 0.3,
    "warmth": 0.2,
    "holding": 0.1,
    "presence": 0.05,
    "engagement_rate": 0.2,
    "engagement_burst": 1.0,
    "sojourn_available": 1.0,
    "sojourn_unavailable": 6.0,
}
_FRIGHTENING = {
    "unprovoked_startling": 0.1,
    "unprovoked_frightening": 0.03,
    "unprovoked_harsh": 0.01,
    "unprovoked_abusive": 0.002,
    "provoked_frightening": 0.01,
    "provoked_harsh": 0.01,
    "provoked_abusive": 0.001,
}

EXPOSURES: Mapping[str, Setting] = MappingProxyType(
    {
        "usual": {},
        "sensitive": {**_RESPONSIVE, **_CALM},
        "rejecting": {
            **_CALM,
            "answer_base": 0.0,
            "answer_slope": -11.0,
            "warmth": 0.4,
            "holding": 0.15,
            "presence": 0.75,
            "engagement_rate": 2.0,
        },
        "inconsistent": {
            **_CALM,
            "answer_base": 0.3,
            "answer_slope": 5.0,
            "presence": 0.35,
            "sojourn_available": 3.0,
            "sojourn_unavailable": 4.0,
            "answer_unavailable": 0.1,
        },
        "intrusive": {**_CALM, "intrusion": 0.7, "warmth": 0.4, "answer_base": 3.0, "unprovoked_startling": 0.1},
        "deprived": {**_CALM, **_ABSENT},
        "frightening": {**_RESPONSIVE, **_FRIGHTENING},
        "harsh": {
            **_CALM,
            "answer_base": 1.0,
            "warmth": 0.35,
            "provoked_startling": 0.1,
            "provoked_frightening": 0.05,
            "provoked_harsh": 0.12,
            "provoked_abusive": 0.005,
        },
        "frightening and deprived": {**_ABSENT, **_FRIGHTENING},
    }
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
