"""How well people see a sign: setting, informant and occasion, each a layer between the child and the report.

A child shows a sign persistently or not (T). In each setting it then shows or does not (S given T). An informant comes
to see it or does not (V given S), and reports what was seen on an occasion (X given V). Reports of one informant in one
setting share one V: a thousand of them say no more than V does. Informants in one setting share one S. So neither
counting the same eyes twice nor one place twice is taken for independent evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bowlby.model.parameter import Basis


class Informant(StrEnum):
    """Who reports."""

    CAREGIVER = "caregiver"
    TEACHER = "teacher"
    OBSERVER = "observer"


@dataclass(frozen=True)
class ReportLayer:
    """Two probabilities that link one layer with the next.

    Args:
        hit: P(yes below | yes above).
        false: P(yes below | no above).
        basis: measured, calibrated or assumed.
        source: citation or reason.
    """

    hit: float
    false: float
    basis: Basis
    source: str


_ROLES = (
    "set so that two informants in one setting agree at about .60 (Achenbach, McConaughy & Howell 1987, Psychol Bull "
    "101:213), for a sign of base rate .1; theirs are scale scores, single signs are seen less alike"
)
SHOWS_IN_SETTING = ReportLayer(
    0.74,
    0.03,
    Basis.CALIBRATED,
    "set so that informants in two settings agree at about .28 (Achenbach, McConaughy & Howell 1987, Psychol Bull "
    "101:213; De Los Reyes et al. 2015, Psychol Bull 141:858), for a sign of base rate .1",
)
INFORMANTS: Mapping[Informant, ReportLayer] = MappingProxyType(
    {
        Informant.CAREGIVER: ReportLayer(0.82, 0.028, Basis.CALIBRATED, _ROLES),
        Informant.TEACHER: ReportLayer(0.82, 0.028, Basis.CALIBRATED, _ROLES),
        Informant.OBSERVER: ReportLayer(0.85, 0.02, Basis.ASSUMED, "a little above the others: trained, but sees less"),
    }
)
"""Sensitivity and 1 - specificity of an informant for what shows in the setting."""

OCCASION = ReportLayer(
    0.85, 0.04, Basis.ASSUMED, "reports of the same informant a week or two apart agree at about .57; assumed"
)
"""Of what an informant has come to see, what is reported on one occasion."""

GENERAL_SPREAD = 1.0
"""Standard deviation, in log odds, of what all signs of a child share beyond its states: general liability to trouble
(Caspi et al. 2014, Clin Psychol Sci 2:119) and the halo of ratings (Abikoff et al. 1993, J Abnorm Child Psychol
21:519). Assumed; it makes each sign correlate at .48 with the common factor."""

UNEXPLAINED_PRIOR = 0.1
"""Prior probability that signs come from something this model does not hold (design 2, section 10)."""

UNEXPLAINED_RATES = (1.0, 3.0)
"""There, every sign shows independently of every state at one rate from Beta(1, 3): mean .25, and as likely high
as low rates allow. Assumed, diffuse on purpose."""


def unexplained_grid(points: int = 16) -> tuple[float, ...]:
    """Return equally likely rates of signs that are unexplained, quantiles 1 - (1 - p)^(1/b) of Beta(1, b).

    Args:
        points: how many, >= 1.

    Returns:
        Rates in (0, 1), ascending.
    """
    return tuple(1.0 - (1.0 - (k + 0.5) / points) ** (1.0 / UNEXPLAINED_RATES[1]) for k in range(points))
