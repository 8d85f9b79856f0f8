"""Named exposures: settings of caregiver parameters. A name never reaches the child, only what the caregiver does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bowlby.errors import InputError, suggestion
from bowlby.model.caregiver import Caregiver, usual_caregiver
from bowlby.model.parameter import check
from bowlby.model.parameters import lookup

_RARE = {"fright_frightening_rate": 0.01, "fright_harsh_rate": 0.01, "fright_abusive_rate": 0.0005}
_NEGLECT = {
    "answer_probability": 0.12,
    "latency_median": 7.0,
    "warm_share": 0.1,
    "engagement_rate": 4.0,
    "presence_share": 0.15,
    "regime_share": 0.5,
}
_FRIGHT = {
    "fright_startle_rate": 6.0,
    "fright_frightening_rate": 5.0,
    "fright_harsh_rate": 4.0,
    "fright_abusive_rate": 0.2,
    "fright_contingent_share": 0.3,
}

EXPOSURES: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "usual": {},
        "sensitive": {
            "answer_probability": 0.9,
            "latency_median": 1.6,
            "warm_share": 0.8,
            "engagement_rate": 120.0,
            "intrusion_share": 0.05,
            "presence_share": 0.9,
            "regime_share": 0.1,
            **_RARE,
        },
        "rejecting": {
            "answer_probability": 0.35,
            "answer_slope": -5.0,
            "warm_share": 0.2,
            "engagement_rate": 50.0,
            "intrusion_share": 0.35,
            **_RARE,
        },
        "inconsistent": {
            "answer_probability": 0.4,
            "answer_slope": 6.0,
            "latency_spread": 1.2,
            "regime_share": 0.8,
            "regime_sojourn": 10.0,
            **_RARE,
        },
        "intrusive": {"intrusion_share": 0.6, "warm_share": 0.25, "fright_startle_rate": 4.0, **_RARE},
        "frightening": {"answer_probability": 0.75, **_FRIGHT},
        "harsh": {
            "answer_probability": 0.6,
            "fright_harsh_rate": 8.0,
            "fright_frightening_rate": 0.5,
            "fright_contingent_share": 0.95,
        },
        "deprived": {**_NEGLECT, **_RARE},
        "frightening and deprived": {**_NEGLECT, **_FRIGHT},
    }
)
"""Values that differ from the usual caregiver, in the registry's units; assumed, ordered after design 2, section 12."""


def exposure(name: str) -> Caregiver:
    """Return the caregiver that a named exposure stands for.

    Args:
        name: one of `EXPOSURES`.

    Returns:
        The caregiver's parameters.

    Raises:
        InputError: there is no such exposure; the nearest is suggested.
    """
    if name not in EXPOSURES:
        remedy = f"{suggestion(name, EXPOSURES)}Known: {', '.join(EXPOSURES)}."
        raise InputError("there is no such exposure", value=name, remedy=remedy)
    return checked(usual_caregiver()._replace(**EXPOSURES[name]))


def checked(caregiver: Caregiver) -> Caregiver:
    """Return a caregiver whose parameters all lie inside their support.

    Args:
        caregiver: parameters on their own scales.

    Returns:
        The same caregiver.

    Raises:
        ParameterError: a parameter is not finite or outside its support.
    """
    for name, value in caregiver._asdict().items():
        check(lookup(name), float(value))
    return caregiver
