"""Which reports can be used, and why the others cannot: nothing is dropped without a word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bowlby.errors import InputError
from bowlby.model.signs.observation import Observation, ObservedValue
from bowlby.model.signs.registry import SIGNS, find_sign

DAYS_PER_MONTH = 30.4375
LONG_DAYS = 183
"""Days between the first and the last look after which the reader is reminded that children change."""


@dataclass(frozen=True)
class UnusedReport:
    """One report that is not used.

    Args:
        observation: the report.
        reason: why.
    """

    observation: Observation
    reason: str

    def as_dict(self) -> dict[str, object]:
        """Return the report without its rater, and the reason."""
        told = self.observation
        return {
            "sign": told.sign,
            "value": str(told.value),
            "setting": str(told.setting),
            "date": None if told.day is None else told.day.isoformat(),
            "row": told.row,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class SortedReports:
    """Observations sorted.

    Args:
        reports: used ones by sign, in the order of the registry.
        set_aside: the others that said something.
        notes: what the reader must know.
    """

    reports: Mapping[str, tuple[Observation, ...]]
    set_aside: tuple[UnusedReport, ...]
    notes: tuple[str, ...]


def sort_observations(observations: Sequence[Observation], age: float) -> SortedReports:
    """Sort observations into those that count and those that cannot.

    Set aside are looks at an age at which the sign does not show, or in a setting in which it does not, a second
    identical report of one occasion, and both reports of one rater who says present and absent of one occasion.

    Args:
        observations: in any order.
        age: months, at the last look.

    Returns:
        The sorted observations.

    Raises:
        InputError: an observation names no known sign.
    """
    known = [observation for observation in observations if observation.value != ObservedValue.NOT_LOOKED_FOR]
    for observation in observations:
        find_sign(observation.sign)
    days = [observation.day for observation in known if observation.day]
    last = max(days, default=None)
    usable: list[Observation] = []
    aside: list[UnusedReport] = []
    for observation in known:
        reason = _unfit(observation, _age_then(age, observation.day, last))
        if reason:
            aside.append(UnusedReport(observation, reason))
        else:
            usable.append(observation)
    once, repeated = _occasions(usable)
    reports = {name: tuple(one for one in once if one.sign == name) for name in SIGNS}
    kept = {name: found for name, found in reports.items() if found}
    return SortedReports(kept, (*aside, *repeated), _notes(kept, days))


def _age_then(age: float, day: date | None, last: date | None) -> float:
    return age if day is None or last is None else age - (last - day).days / DAYS_PER_MONTH


def _unfit(observation: Observation, age: float) -> str:
    sign = SIGNS[observation.sign]
    if not sign.shows_at(age):
        return f"tells nothing at {age:.0f} months; it is looked for from {sign.ages[0]:g} to {sign.ages[1]:g} months"
    if observation.setting not in sign.settings:
        return f"does not show there; look for it in: {', '.join(sign.settings)}"
    return ""


def _occasions(observations: Sequence[Observation]) -> tuple[list[Observation], list[UnusedReport]]:
    """Keep one report of each occasion, and none where the same eyes said both."""
    groups: dict[tuple[object, ...], list[Observation]] = defaultdict(list)
    for observation in observations:
        groups[(observation.sign, *observation.eyes, observation.day)].append(observation)
    kept: list[Observation] = []
    aside: list[UnusedReport] = []
    for group in groups.values():
        if len({observation.value for observation in group}) > 1:
            aside += [UnusedReport(one, "the same rater says present and absent of one occasion") for one in group]
        else:
            kept.append(group[0])
            aside += [UnusedReport(one, "says the same of the same occasion again") for one in group[1:]]
    return kept, aside


def _notes(reports: Mapping[str, Sequence[Observation]], days: Sequence[date]) -> tuple[str, ...]:
    notes: list[str] = []
    if days and (max(days) - min(days)).days > LONG_DAYS:
        notes.append(
            f"The looks span {(max(days) - min(days)).days} days: the child may have changed in between, "
            "and all of them are read as if it had not."
        )
    if reports and all(len({report.day for report in found}) == 1 for found in reports.values()):
        notes.append("No sign was looked for on more than one occasion: persistence is not known.")
    if reports and len({report.setting for found in reports.values() for report in found}) == 1:
        notes.append("All looks come from one setting: whether a sign shows elsewhere is not known.")
    return tuple(notes)


def check_age(age: float, lowest: float, highest: float) -> None:
    """Refuse an age for which there are no reference children.

    Args:
        age: months.
        lowest: months.
        highest: months.

    Raises:
        InputError: the age is not a number or lies outside.
    """
    if not lowest <= age <= highest:
        raise InputError(
            "signs are read for ages that the reference children have",
            column="--age",
            value=age,
            remedy=f"Give the child's age in months, from {lowest:g} to {highest:g}.",
        )
