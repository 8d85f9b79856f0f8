"""Arms of a comparison: a design with an intervention in it, or the reason why there is none.

All arms share the chances of the control: the same words for the same child, and only the traits that the intervention
moves differ. Who drops out and who gains more is decided by words of seed, child and intervention alone, so that a
child does the same in every arm, at every start and in every cohort that it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.model import registry as life
from bowlby.model.interventions.intervention import (
    HOME_PLACES,
    SCHOOL_PLACE,
    Intervention,
    Placement,
    Shift,
    TraitTarget,
)
from bowlby.model.life.dimensions import RESIDUAL, along
from bowlby.model.life.population import ORDINARY
from bowlby.simulation.draws import chance, standard
from bowlby.simulation.engine.design import Care, CohortDesign, PartnerStage, Value
from bowlby.simulation.expected_care import responsiveness_under, threat_rate
from bowlby.simulation.population import population

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

STEPS = 3
"""Steps in which an effect grows, and in which it fades."""

SAFE_RATE = 0.2
"""Frightening, harsh and abusive acts a coder would code in a waking hour, four times a usual home's; above it threat
goes on. Assumed."""

MOST_UNDER_THREAT = 1.0 / 3.0
"""Share of children under threat above which a therapy that waits for safety is refused for all. Assumed."""

NO_CARE = 0.02
"""Responsiveness below which there is as good as no care; that of the usual population is .35. Assumed."""

LEAST_IN_NEED = 0.5
"""Share of children under threat or without care below which no other home is compared. Assumed."""


class RefusalReason(StrEnum):
    """Why an intervention is not given."""

    TOO_YOUNG = "too young"
    TOO_OLD = "too old"
    THREAT_GOES_ON = "threat goes on"
    NO_SUCH_PARTNER = "no such partner"
    HOME_IS_SAFE = "home is safe"


@dataclass(frozen=True)
class InterventionRefusal:
    """An intervention that is not given and therefore not ranked.

    Args:
        intervention: its name.
        start: months.
        reason: of a closed set.
        detail: with the numbers, one sentence.
    """

    intervention: str
    start: float
    reason: RefusalReason
    detail: str

    def as_dict(self) -> dict[str, object]:
        """Return the refusal as plain values."""
        return {
            "name": self.intervention,
            "start": self.start,
            "reason": str(self.reason),
            "detail": self.detail,
        }


def refusal(intervention: Intervention, design: CohortDesign, start: float) -> InterventionRefusal | None:
    """Return why an intervention is not given to these children at this age, or None where it may be.

    Args:
        intervention: the entry.
        design: before it, with whatever came earlier.
        start: months, >= 0 and before the design's end.

    Returns:
        The reason; safety is judged over all stretches of care that the programme runs through.

    Raises:
        InputError: the start lies outside the time lived.
    """
    _check_start(design, start)
    limits = intervention.limits
    if start < limits.youngest:
        return InterventionRefusal(
            intervention.name, start, RefusalReason.TOO_YOUNG, f"It begins at {limits.youngest:g} months."
        )
    if start > limits.oldest:
        return InterventionRefusal(
            intervention.name, start, RefusalReason.TOO_OLD, f"It is meant for up to {limits.oldest:g} months at start."
        )
    if TraitTarget.SCHOOL in intervention.targets and SCHOOL_PLACE not in _care_after(design, start).others:
        return InterventionRefusal(
            intervention.name, start, RefusalReason.NO_SUCH_PARTNER, "There is no teacher at that age."
        )
    if intervention.placement and not _in_need(design, start):
        detail = "The trial that there is speaks of children in institutions, not of leaving a home that is safe."
        return InterventionRefusal(intervention.name, start, RefusalReason.HOME_IS_SAFE, detail)
    share = float(under_threat(intervention, design, start).mean())
    if share > MOST_UNDER_THREAT:
        detail = (
            f"{share:.0%} of the children meet more than {SAFE_RATE:g} frightening, harsh or abusive acts a waking "
            f"hour while it would run; it waits until that is {MOST_UNDER_THREAT:.0%} or less. Safety comes first."
        )
        return InterventionRefusal(intervention.name, start, RefusalReason.THREAT_GOES_ON, detail)
    return None


def _in_need(design: CohortDesign, start: float) -> bool:
    care = _care_after(design, start)
    need = (threat_rate(design, care) > SAFE_RATE) | (responsiveness_under(design, care) < NO_CARE)
    return float(need.mean()) >= LEAST_IN_NEED


def under_threat(intervention: Intervention, design: CohortDesign, start: float) -> Mask:
    """Return the children from whom a therapy is withheld because threat goes on while it would run.

    Args:
        intervention: the entry.
        design: before it.
        start: months.

    Returns:
        Shape (children,); all false where the intervention does not wait for safety.
    """
    found = np.zeros(design.children, bool)
    if intervention.limits.needs_safety:
        for care in _meanwhile(design, start, start + intervention.dose.duration):
            found |= threat_rate(design, care) > SAFE_RATE
    return found


def reached_children(intervention: Intervention, design: CohortDesign, start: float) -> Mask:
    """Return the children whom it reaches: those who do not drop out and from whom it is not withheld.

    Args:
        intervention: the entry.
        design: before it.
        start: months.

    Returns:
        Shape (children,).
    """
    leaves = _own(chance, design, intervention, "drop-out") < intervention.limits.drop_out
    return ~leaves & ~under_threat(intervention, design, start)


def apply(
    intervention: Intervention, design: CohortDesign, start: float, *, surety: Value = 0.0
) -> CohortDesign | InterventionRefusal:
    """Return the design with an intervention from an age on, or the reason why there is none.

    Args:
        intervention: the entry.
        design: before it; interventions may follow one another.
        start: months, >= 0 and before the design's end.
        surety: as for `give`.

    Returns:
        The new design, or why there is none.

    Raises:
        InputError: the start lies outside the time lived.
    """
    return refusal(intervention, design, start) or give(intervention, design, start, surety=surety)


def give(intervention: Intervention, design: CohortDesign, start: float, *, surety: Value = 0.0) -> CohortDesign:
    """Return the design with an intervention from an age on, for those children whom it may reach.

    A trait's centre moves on its transformed scale by strength(t) * sign(m) * (|m| + z s + e f) for each child that is
    reached, with m the mean shift, s its standard deviation between trials, f that over families, z the surety, alike
    for all shifts of the entry, and e the child's own standard normal. Strength grows in three steps to 1, stays until
    the programme's end and fades in three steps to what is kept. A child that is not reached keeps every number; those
    under threat never get what waits for safety. What a caregiver or a teacher learned goes with that person.

    Args:
        intervention: the entry.
        design: before it.
        start: months, >= 0 and before the design's end.
        surety: z, how far the mean shifts lie from their means in standard deviations between trials; one number, or
            one a child, shape (children,), where each child is a draw of its own.

    Returns:
        The new design.

    Raises:
        InputError: the start lies outside the time lived.
    """
    _check_start(design, start)
    cut = _cut(design, [age for age, _ in _course(intervention, start)])
    if intervention.placement:
        return _placed(cut, intervention.placement, (start, _number(surety)))
    gains = _Gains(
        reached_children(intervention, design, start),
        _number(surety),
        _own(standard, design, intervention, "effect"),
        _care_after(cut, start),
    )
    care = tuple(
        _moved(cut, one, (intervention, gains), strength)
        for one, strength in zip(cut.care, _strengths(cut, intervention, start), strict=True)
    )
    return replace(cut, care=care)


@dataclass(frozen=True)
class _Gains:
    """Who gains how much, and from which persons."""

    who: Mask
    surety: Floats
    own: Floats
    at_start: Care


def _number(value: Value) -> Floats:
    return np.asarray(value, np.float64)


def _check_start(design: CohortDesign, start: float) -> None:
    if not 0.0 <= start < design.until:
        raise InputError(
            "an intervention starts within the time lived",
            column="start",
            value=start,
            remedy=f"Give an age from 0 to below {design.until:g} months.",
        )


def _course(intervention: Intervention, start: float) -> list[tuple[float, float]]:
    """Return the ages at which the strength changes, and the strength from each on."""
    dose = intervention.dose
    if intervention.placement:
        return [(start, 1.0)]
    growth = [(start + dose.delay * step / STEPS, (step + 0.5) / STEPS) for step in range(STEPS)]
    end = start + max(dose.duration, dose.delay)
    loss = 1.0 - dose.kept
    fading = [(end + dose.fade * step / STEPS, 1.0 - loss * (step + 0.5) / STEPS) for step in range(STEPS)]
    return [*growth, (start + dose.delay, 1.0), *fading, (end + dose.fade, dose.kept)]


def _cut(design: CohortDesign, ages: list[float]) -> CohortDesign:
    """Return the same design with stretches of care that end at these ages too, as far as an episode lies between."""
    known = {design.episode_at(care.until) for care in design.care} | {0}
    care = list(design.care)
    for age in ages:
        episode = design.episode_at(age)
        if age < design.until and episode not in known:
            known.add(episode)
            place = next(index for index, one in enumerate(care) if age < one.until)
            care.insert(place, replace(care[place], until=age))
    return replace(design, care=tuple(care))


def _starts(design: CohortDesign) -> list[float]:
    return [0.0, *(care.until for care in design.care[:-1])]


def _care_after(design: CohortDesign, age: float) -> Care:
    episode = design.episode_at(age)
    return next((care for care in design.care if episode < design.episode_at(care.until)), design.care[-1])


def _meanwhile(design: CohortDesign, start: float, end: float) -> list[Care]:
    return [
        care for since, care in zip(_starts(design), design.care, strict=True) if since < end and care.until > start
    ]


def _strengths(design: CohortDesign, intervention: Intervention, start: float) -> list[float]:
    """Return the strength over each stretch of a design that was cut where it changes."""
    course = [(design.episode_at(age), strength) for age, strength in _course(intervention, start)]
    found: list[float] = []
    for since in _starts(design):
        begun = [strength for episode, strength in course if episode <= design.episode_at(since)]
        found.append(begun[-1] if begun else 0.0)
    return found


def _moved(design: CohortDesign, care: Care, what: tuple[Intervention, _Gains], strength: float) -> Care:
    intervention, gains = what
    if strength == 0.0:
        return care
    by = {target: [one for one in intervention.moves if one.target is target] for target in TraitTarget}
    if by[TraitTarget.HOME] and care.person == gains.at_start.person:
        care = replace(care, setting=_shifted(care.setting, by[TraitTarget.HOME], gains, strength))
    if by[TraitTarget.CHILD]:
        own = {**design.child, **care.child}
        moved = _shifted(own, by[TraitTarget.CHILD], gains, strength)
        care = replace(
            care, child={**care.child, **{one.parameter: moved[one.parameter] for one in by[TraitTarget.CHILD]}}
        )
    if by[TraitTarget.SCHOOL] and _same_teacher(care, gains.at_start):
        teacher = care.others[SCHOOL_PLACE]
        taught = replace(teacher, setting=_shifted(teacher.setting, by[TraitTarget.SCHOOL], gains, strength))
        care = replace(care, others={**care.others, SCHOOL_PLACE: taught})
    return care


def _same_teacher(care: Care, at_start: Care) -> bool:
    now, then = care.others.get(SCHOOL_PLACE), at_start.others.get(SCHOOL_PLACE)
    return now is not None and then is not None and now.person == then.person


def _shifted(setting: Mapping[str, Value], shifts: list[Shift], gains: _Gains, strength: float) -> dict[str, Value]:
    moved = dict(setting)
    for shift in shifts:
        before = np.asarray(moved.get(shift.parameter, life.REGISTRY[shift.parameter].default), np.float64)
        size = abs(shift.mean) + gains.surety * shift.mean_sd + gains.own * shift.family_sd
        by = np.where(gains.who, strength * np.sign(shift.mean) * size, 0.0)
        moved[shift.parameter] = along(shift.parameter, before, by)
    return moved


def _placed(design: CohortDesign, placement: Placement, when: tuple[float, Floats]) -> CohortDesign:
    """Return the design with other people at home from an age on: low-risk families with the placement's shifts."""
    start, surety = when
    taken = {person for care in design.care for person in (care.person, *(one.person for one in care.others.values()))}
    free = (number for number in range(placement.person, 1 << 20) if number not in taken)
    person, companion = next(free), next(free)
    everyone = np.ones(surety.shape, bool)
    gains = _Gains(everyone, surety, np.zeros(()), design.care[0])
    home, other = (_shifted(_ordinary(design, who), list(placement.moves), gains, 1.0) for who in (person, companion))
    care: list[Care] = []
    for since, one in zip(_starts(design), design.care, strict=True):
        if design.episode_at(since) >= design.episode_at(start):
            others = {
                slot: PartnerStage(companion, company.share, other, RESIDUAL) if slot in HOME_PLACES else company
                for slot, company in one.others.items()
            }
            one = replace(one, setting=home, spread=RESIDUAL, person=person, others=others)
        care.append(one)
    return replace(design, care=tuple(care))


def _ordinary(design: CohortDesign, person: int) -> dict[str, Value]:
    return {**population(ORDINARY).setting(design.child_numbers(), design.seed, person=person)}


def _own(draw: Callable[..., Floats], design: CohortDesign, intervention: Intervention, what: str) -> Floats:
    """Return a number of each child that depends on seed, child and the intervention's name alone."""
    return draw(design.child_numbers(), design.seed, f"intervention/{intervention.name}/{what}")
