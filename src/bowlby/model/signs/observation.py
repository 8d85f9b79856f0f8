"""What somebody reports of a sign, and what all reports of it say of whether it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType

import numpy as np

from bowlby.model.signs.accuracy import INFORMANTS, OCCASION, SHOWS_IN_SETTING, Informant, ReportLayer
from bowlby.model.signs.sign import Setting, Sign


class ObservedValue(StrEnum):
    """What was found."""

    PRESENT = "present"
    ABSENT = "absent"
    NOT_LOOKED_FOR = "not looked for"


PLACES: Mapping[Informant, tuple[Setting, ...]] = MappingProxyType(
    {
        Informant.CAREGIVER: (Setting.HOME, Setting.STRANGERS),
        Informant.TEACHER: (Setting.PRESCHOOL, Setting.STRANGERS),
        Informant.OBSERVER: (Setting.VISIT, Setting.HOME, Setting.PRESCHOOL, Setting.STRANGERS),
    }
)
"""Where each kind of informant usually sees a child, the most usual place first."""


@dataclass(frozen=True)
class Observation:
    """One look for one sign.

    Args:
        sign: name of the sign.
        value: what was found.
        informant: who reports.
        setting: where the child was.
        day: of the look, or None; undated looks of one rater in one setting count as one occasion.
        rater: a code that distinguishes two raters of one kind; never a name.
        row: of the file, or None.
    """

    sign: str
    value: ObservedValue
    informant: Informant = Informant.CAREGIVER
    setting: Setting = Setting.HOME
    day: date | None = None
    rater: str = ""
    row: int | None = None

    @property
    def eyes(self) -> tuple[str, str, str]:
        """Whose look it was: setting, informant, rater."""
        return (self.setting, self.informant, self.rater)


@dataclass(frozen=True)
class SignEvidence:
    """What the reports of one sign say.

    Args:
        shown: log P(reports | the child shows it persistently).
        not_shown: log P(reports | the child does not).
    """

    shown: float
    not_shown: float


def usual_setting(sign: Sign, informant: Informant) -> Setting:
    """Return where an informant would usually see a sign.

    Args:
        sign: looked for.
        informant: who looks.

    Returns:
        The informant's most usual place in which the sign shows; where there is none, the informant's usual place.
    """
    places = PLACES[informant]
    return next((place for place in places if place in sign.settings), places[0])


def weigh_reports(reports: Sequence[Observation]) -> SignEvidence:
    """Return the likelihood of all reports of one sign under each answer to whether the child shows it.

    P(reports | T) = prod over settings sum_S P(S | T) prod over informants sum_V P(V | S) prod over occasions P(X | V).
    The order of the reports does not matter.

    Args:
        reports: of one sign, each present or absent.

    Returns:
        Two log likelihoods, both 0 without reports.
    """
    shown = not_shown = 0.0
    for _, there in groupby(sorted(reports, key=_order), key=lambda report: report.setting):
        if_yes, if_no = _seen(list(there))
        shown += _mix(SHOWS_IN_SETTING.hit, if_yes, if_no)
        not_shown += _mix(SHOWS_IN_SETTING.false, if_yes, if_no)
    return SignEvidence(shown, not_shown)


def chance_of_report(informant: Informant) -> tuple[float, float]:
    """Return the probability that one look reports a sign, if the child shows it and if not.

    Args:
        informant: who looks, in a setting of the sign.

    Returns:
        Sensitivity and 1 - specificity over all three layers.
    """
    seen = INFORMANTS[informant]
    by_setting = [_through(seen, shows) for shows in (SHOWS_IN_SETTING.hit, SHOWS_IN_SETTING.false)]
    hit, false = (_through(OCCASION, sees) for sees in by_setting)
    return hit, false


def _order(report: Observation) -> tuple[str, ...]:
    return (*report.eyes, report.day.isoformat() if report.day else "", report.value)


def _seen(reports: Sequence[Observation]) -> tuple[float, float]:
    """Log likelihood of one setting's reports if the sign shows there, and if not."""
    if_yes = if_no = 0.0
    for (_, informant, _), own in groupby(reports, key=lambda report: report.eyes):
        layer = INFORMANTS[Informant(informant)]
        saw, saw_not = _told([report.value == ObservedValue.PRESENT for report in own])
        if_yes += _mix(layer.hit, saw, saw_not)
        if_no += _mix(layer.false, saw, saw_not)
    return if_yes, if_no


def _told(present: Sequence[bool]) -> tuple[float, float]:
    """Log likelihood of one informant's occasions if the informant has come to see the sign, and if not."""
    yes, no = sum(present), len(present) - sum(present)
    saw = yes * float(np.log(OCCASION.hit)) + no * float(np.log1p(-OCCASION.hit))
    saw_not = yes * float(np.log(OCCASION.false)) + no * float(np.log1p(-OCCASION.false))
    return saw, saw_not


def _mix(chance: float, if_yes: float, if_no: float) -> float:
    return float(np.logaddexp(np.log(chance) + if_yes, np.log1p(-chance) + if_no))


def _through(layer: ReportLayer, chance: float) -> float:
    return layer.hit * chance + layer.false * (1.0 - chance)
