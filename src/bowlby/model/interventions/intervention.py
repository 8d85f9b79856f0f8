"""What an intervention is to the model: shifts of somebody's traits over time, with limits and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bowlby.model import registry as life
from bowlby.model.parameter import Basis


class EvidenceLevel(StrEnum):
    """The best evidence that there is for it with children who had such care."""

    META_ANALYSIS = "meta-analysis of randomized trials"
    RANDOMIZED = "randomized trials"
    MIXED = "few, small or disagreeing trials"
    NO_ADEQUATE_TRIAL = "no adequate trial"

    @property
    def tried(self) -> bool:
        """Whether an effect may be ranked; without an adequate trial a mechanism is shown and no more."""
        return self is not EvidenceLevel.NO_ADEQUATE_TRIAL

    @property
    def doubt(self) -> float:
        """Standard deviation of the mean shift between trials, as a share of the mean shift. Assumed."""
        return _DOUBT[self]


_DOUBT: Mapping[EvidenceLevel, float] = {
    EvidenceLevel.META_ANALYSIS: 0.25,
    EvidenceLevel.RANDOMIZED: 0.4,
    EvidenceLevel.MIXED: 0.7,
    EvidenceLevel.NO_ADEQUATE_TRIAL: 1.0,
}

OVER_FAMILIES = 0.5
"""Standard deviation of the shift over families, as a share of the mean shift. Assumed."""


class TraitTarget(StrEnum):
    """Whose traits are moved."""

    HOME = "caregiver at home"
    SCHOOL = "teacher"
    CHILD = "child"


SCHOOL_PLACE = "school"
"""Place of the teacher among a child's further partners."""
HOME_PLACES: tuple[str, ...] = ("second",)
"""Places of further partners who live at home and are left with it."""


@dataclass(frozen=True)
class Shift:
    """How far one trait of one person is moved at full effect.

    Args:
        parameter: name in the registry of the episode clock.
        target: whose trait it is.
        mean: shift of the trait's centre on its transformed scale, averaged over families.
        mean_sd: standard deviation of that mean between trials, >= 0: how sure it is.
        family_sd: standard deviation of the shift over families, >= 0.
        basis: measured, calibrated or assumed.
    """

    parameter: str
    target: TraitTarget
    mean: float
    mean_sd: float
    family_sd: float
    basis: Basis = Basis.ASSUMED

    def natural(self, value: float) -> float:
        """Return a value on the trait's own scale after the mean shift."""
        entry = life.REGISTRY[self.parameter]
        return entry.natural(entry.free(value) + self.mean)


@dataclass(frozen=True)
class Placement:
    """Another home: a new person, met as a stranger, in the caregiver's place.

    Args:
        person: number of the new caregiver, as far as no one in the child's life has it.
        moves: shifts of the new caregiver's traits from those of a low-risk family; `family_sd` is not used.
    """

    person: int
    moves: tuple[Shift, ...]


@dataclass(frozen=True)
class Dose:
    """How much, over which time, and what stays.

    Args:
        sessions: number of sessions; None where there are none to count.
        duration: months from start to end, > 0.
        delay: months until full effect, > 0.
        kept: share of the effect that stays in the end, in [0, 1].
        fade: months over which the rest goes after the end, > 0.
    """

    sessions: int | None
    duration: float
    delay: float
    kept: float
    fade: float


@dataclass(frozen=True)
class Indication:
    """For whom and when it is.

    Args:
        youngest: months at start.
        oldest: months at start.
        drop_out: share who leave it and are taken to gain nothing, in [0, 1).
        needs_safety: whether it waits until threat has ended.
    """

    youngest: float
    oldest: float
    drop_out: float
    needs_safety: bool = False


@dataclass(frozen=True)
class Intervention:
    """One entry of the registry.

    Args:
        name: key, in plain words.
        statement: what is done and what it moves, in one or two sentences.
        covers: items of the mission's lists of therapies that this entry stands for.
        moves: shifts at full effect; empty where the person is replaced.
        dose: how much and how long.
        limits: for whom.
        evidence: grade.
        says: what the evidence says, and what it does not.
        citations: author, year, journal.
        placement: another home, for those that replace the person.
    """

    name: str
    statement: str
    covers: tuple[str, ...]
    moves: tuple[Shift, ...]
    dose: Dose
    limits: Indication
    evidence: EvidenceLevel
    says: str
    citations: tuple[str, ...]
    placement: Placement | None = field(default=None)

    @property
    def all_moves(self) -> tuple[Shift, ...]:
        """Its shifts and those of the new home."""
        return (*self.moves, *(self.placement.moves if self.placement else ()))

    @property
    def targets(self) -> frozenset[TraitTarget]:
        """Whose traits it moves."""
        return frozenset(shift.target for shift in self.all_moves)

    def as_dict(self) -> dict[str, object]:
        """Return the entry as plain values."""
        return {
            "name": self.name,
            "statement": self.statement,
            "covers": list(self.covers),
            "moves": [
                {
                    "parameter": shift.parameter,
                    "target": str(shift.target),
                    "mean": shift.mean,
                    "mean_sd": shift.mean_sd,
                    "family_sd": shift.family_sd,
                    "basis": str(shift.basis),
                }
                for shift in self.all_moves
            ],
            "replaces_the_person": self.placement is not None,
            "sessions": self.dose.sessions,
            "duration_months": self.dose.duration,
            "delay_months": self.dose.delay,
            "kept": self.dose.kept,
            "fade_months": self.dose.fade,
            "ages_months": [self.limits.youngest, self.limits.oldest],
            "drop_out": self.limits.drop_out,
            "needs_safety": self.limits.needs_safety,
            "evidence": str(self.evidence),
            "says": self.says,
            "citations": list(self.citations),
        }


def moves(
    target: TraitTarget, evidence: EvidenceLevel, sizes: Mapping[str, float], basis: Basis = Basis.ASSUMED
) -> tuple[Shift, ...]:
    """Return shifts given in standard deviations of the population, with the doubt that the evidence leaves.

    mean = size * spread of the trait over persons; its standard deviation between trials is `EvidenceLevel.doubt` of
    it, that over families `OVER_FAMILIES` of it.

    Args:
        target: whose traits.
        evidence: grade of the intervention.
        sizes: by name of the trait, in population standard deviations on the transformed scale.
        basis: where the sizes come from.

    Returns:
        One shift a trait.

    Raises:
        ParameterError: there is no such trait.
    """
    return tuple(_shift(target, evidence, (name, size), basis) for name, size in sizes.items())


def _shift(target: TraitTarget, evidence: EvidenceLevel, sized: tuple[str, float], basis: Basis) -> Shift:
    name, size = sized
    prior = life.lookup(name).prior
    mean = size * (0.0 if prior is None else prior.scale)
    return Shift(name, target, mean, evidence.doubt * abs(mean), OVER_FAMILIES * abs(mean), basis)
