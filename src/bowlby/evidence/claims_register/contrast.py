"""Contrasts: what is compared with what, and the number that comes of it for any weights of the children.

Weights are those of the Bayesian bootstrap (Rubin 1981, Ann Stat 9:130). Arms share their chances, child by child, so
that one set of weights for all arms keeps the pairing, and intervals hold what a finite number of children leaves open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bowlby.evidence.claims_register.lives import ClaimLives, ContrastArm, Need
from bowlby.evidence.claims_register.reading import Reading, ReadingKind
from bowlby.lives.counterfactual import NODES, refused_at
from bowlby.lives.counterfactual import plan as plan_of

Floats = npt.NDArray[np.float64]
Statistic = Callable[[Floats, Floats], Floats]
"""From weights, shape (draws, children), and a standard normal for each draw, to the number of each draw."""

REFERENCE = ContrastArm("pooled")
"""Whose standard deviation a difference of states is given in."""

Steps = tuple[tuple[str, float], ...]
"""Interventions by name and age at start in months, in order."""


class Contrast(Protocol):
    """What tests a claim."""

    @property
    def unit(self) -> str:
        """What the number is given in."""
        ...

    @property
    def least(self) -> float:
        """Size below which a number counts as nothing, in its unit. Assumed."""
        ...

    def words(self) -> str:
        """Return what is compared with what."""
        ...

    def arms(self) -> tuple[ContrastArm, ...]:
        """Return the arms that it lives."""
        ...

    def readings(self) -> tuple[Reading, ...]:
        """Return what is read of them."""
        ...

    def without(self, mechanism: str) -> Contrast:
        """Return the same contrast with a mechanism switched off in every arm."""
        ...

    def statistic(self, lives: ClaimLives) -> Statistic:
        """Return the number as a function of weights of the children."""
        ...


LEAST = {"sd": 0.1, "share": 0.03, "r": 0.04, "d": 0.05, "bits": 0.02, "of 1": 0.05}
"""Sizes below which a number counts as nothing, by unit; assumed. A sign of .02 bits moves even odds to 58 in 100."""


def needs_of(contrast: Contrast) -> list[Need]:
    """Return every arm and age that a contrast reads, its unit included.

    Args:
        contrast: what tests a claim.

    Returns:
        Arms and ages in months.
    """
    ages = {reading.age for reading in contrast.readings()}
    found = [(arm, age) for arm in contrast.arms() for age in sorted(ages)]
    scaled = [reading.age for reading in contrast.readings() if reading.kind is ReadingKind.STATE]
    return found + [(REFERENCE, age) for age in sorted(set(scaled))]


def _scale(lives: ClaimLives, reading: Reading) -> float:
    """Return what a difference is divided by: the reference lives' standard deviation of a state, else 1."""
    if reading.kind is not ReadingKind.STATE:
        return 1.0
    spread = float(np.nanstd(lives.read(REFERENCE, reading)))
    return spread if spread > 1e-9 else 1.0


def _rows(lives: ClaimLives, *asked: tuple[ContrastArm, Reading]) -> list[Floats]:
    """Return readings of those children that all of these arms have lived: the first of each."""
    found = [lives.read(arm, reading) for arm, reading in asked]
    count = min(len(row) for row in found)
    return [row[:count] for row in found]


def _mean(weights: Floats, row: Floats) -> Floats:
    fine = np.isfinite(row)
    own = weights[:, : len(row)] * fine
    total = own.sum(axis=1)
    return (own @ np.where(fine, row, 0.0)) / np.where(total > 0, total, np.nan)


@dataclass(frozen=True)
class ArmDifference:
    """Mean of a reading in one arm less that in another.

    Args:
        of: the one.
        against: the other.
        reading: what is read.
    """

    of: ContrastArm
    against: ContrastArm
    reading: Reading

    @property
    def unit(self) -> str:
        """sd of the reference lives, or a share of children."""
        return self.reading.unit

    @property
    def least(self) -> float:
        """Size below which it counts as nothing."""
        return LEAST[self.unit]

    def words(self) -> str:
        """Return what is compared with what."""
        return f"{arm_name(self.of)} against {arm_name(self.against)}: {self.reading}"

    def arms(self) -> tuple[ContrastArm, ...]:
        """Return both arms."""
        return (self.of, self.against)

    def readings(self) -> tuple[Reading, ...]:
        """Return the reading."""
        return (self.reading,)

    def without(self, mechanism: str) -> ArmDifference:
        """Return the same with a mechanism switched off."""
        return ArmDifference(self.of.without(mechanism), self.against.without(mechanism), self.reading)

    def statistic(self, lives: ClaimLives) -> Statistic:
        """Return the mean difference under weights."""
        one, other = _rows(lives, (self.of, self.reading), (self.against, self.reading))
        scale = _scale(lives, self.reading)
        return lambda weights, _: _mean(weights, (one - other) / scale)


@dataclass(frozen=True)
class SmallerDifference:
    """The smaller of two arms' differences from a third, so that both must differ for it to be large.

    Args:
        of: the two.
        against: the third.
        reading: what is read.
        sign: 1 where both should be higher, -1 where both should be lower.
    """

    of: tuple[ContrastArm, ContrastArm]
    against: ContrastArm
    reading: Reading
    sign: float = 1.0

    @property
    def unit(self) -> str:
        """As of a difference."""
        return self.reading.unit

    @property
    def least(self) -> float:
        """Size below which it counts as nothing."""
        return LEAST[self.unit]

    def words(self) -> str:
        """Return what is compared with what."""
        one, other = (arm_name(arm) for arm in self.of)
        return f"the smaller difference of {one} and of {other} from {arm_name(self.against)}: {self.reading}"

    def arms(self) -> tuple[ContrastArm, ...]:
        """Return the three arms."""
        return (*self.of, self.against)

    def readings(self) -> tuple[Reading, ...]:
        """Return the reading."""
        return (self.reading,)

    def without(self, mechanism: str) -> SmallerDifference:
        """Return the same with a mechanism switched off."""
        one, other = (arm.without(mechanism) for arm in self.of)
        return SmallerDifference((one, other), self.against.without(mechanism), self.reading, self.sign)

    def statistic(self, lives: ClaimLives) -> Statistic:
        """Return sign * min(sign * difference) under weights."""
        rows = _rows(lives, *((arm, self.reading) for arm in self.arms()))
        scale = _scale(lives, self.reading)

        def smaller(weights: Floats, _: Floats) -> Floats:
            each = [self.sign * _mean(weights, (row - rows[2]) / scale) for row in rows[:2]]
            return self.sign * np.minimum(*each)

        return smaller


@dataclass(frozen=True)
class ArmAssociation:
    """Correlation of two readings among the children of one arm.

    Args:
        among: the arm.
        first: of the two readings.
        second: the other.
    """

    among: ContrastArm
    first: Reading
    second: Reading

    @property
    def unit(self) -> str:
        """A correlation."""
        return "r"

    @property
    def least(self) -> float:
        """Size below which it counts as nothing."""
        return LEAST["r"]

    def words(self) -> str:
        """Return what goes with what."""
        return f"{self.first} with {self.second}, among {arm_name(self.among)}"

    def arms(self) -> tuple[ContrastArm, ...]:
        """Return the arm."""
        return (self.among,)

    def readings(self) -> tuple[Reading, ...]:
        """Return both readings."""
        return (self.first, self.second)

    def without(self, mechanism: str) -> ArmAssociation:
        """Return the same with a mechanism switched off."""
        return ArmAssociation(self.among.without(mechanism), self.first, self.second)

    def statistic(self, lives: ClaimLives) -> Statistic:
        """Return the weighted product-moment correlation."""
        one, other = _rows(lives, (self.among, self.first), (self.among, self.second))

        def r(weights: Floats, _: Floats) -> Floats:
            left, right = (row - np.nanmean(row) for row in (one, other))
            means = [_mean(weights, row) for row in (left * right, left, right, left**2, right**2)]
            spread = np.sqrt((means[3] - means[1] ** 2) * (means[4] - means[2] ** 2))
            return (means[0] - means[1] * means[2]) / np.where(spread > 0, spread, np.nan)

        return r


@dataclass(frozen=True)
class GroupDifference:
    """Standardised difference of a reading between children in a class and the others of one arm.

    Args:
        among: the arm.
        group: the class.
        reading: what is read.
    """

    among: ContrastArm
    group: Reading
    reading: Reading

    @property
    def unit(self) -> str:
        """Cohen's d."""
        return "d"

    @property
    def least(self) -> float:
        """Size below which it counts as nothing."""
        return LEAST["d"]

    def words(self) -> str:
        """Return what is compared with what."""
        return f"{self.group} against the others, among {arm_name(self.among)}: {self.reading}"

    def arms(self) -> tuple[ContrastArm, ...]:
        """Return the arm."""
        return (self.among,)

    def readings(self) -> tuple[Reading, ...]:
        """Return group and reading."""
        return (self.group, self.reading)

    def without(self, mechanism: str) -> GroupDifference:
        """Return the same with a mechanism switched off."""
        return GroupDifference(self.among.without(mechanism), self.group, self.reading)

    def statistic(self, lives: ClaimLives) -> Statistic:
        """Return (m_1 - m_0) / pooled standard deviation under weights."""
        mark, row = _rows(lives, (self.among, self.group), (self.among, self.reading))

        def d(weights: Floats, _: Floats) -> Floats:
            own = weights[:, : len(row)]
            inside, outside = own * (mark == 1.0), own * (mark == 0.0)
            first, second = _mean(inside, row), _mean(outside, row)
            variances = [_mean(part, row**2) - mean**2 for part, mean in ((inside, first), (outside, second))]
            return (first - second) / np.sqrt(0.5 * (variances[0] + variances[1]))

        return d


@dataclass(frozen=True)
class SignInformation:
    """How well one sign distinguishes two kinds of care: mutual information of sign and kind, both equally likely.

    Args:
        between: the two arms.
        reading: of a sign.
    """

    between: tuple[ContrastArm, ContrastArm]
    reading: Reading

    @property
    def unit(self) -> str:
        """Bits."""
        return "bits"

    @property
    def least(self) -> float:
        """Size below which it counts as nothing."""
        return LEAST["bits"]

    def words(self) -> str:
        """Return what is distinguished from what."""
        one, other = (arm_name(arm) for arm in self.between)
        return f"what {self.reading} tells between {one} and {other}"

    def arms(self) -> tuple[ContrastArm, ...]:
        """Return both arms."""
        return self.between

    def readings(self) -> tuple[Reading, ...]:
        """Return the reading."""
        return (self.reading,)

    def without(self, mechanism: str) -> SignInformation:
        """Return the same with a mechanism switched off."""
        one, other = (arm.without(mechanism) for arm in self.between)
        return SignInformation((one, other), self.reading)

    def statistic(self, lives: ClaimLives) -> Statistic:
        """Return H((p + q) / 2) - (H(p) + H(q)) / 2."""
        rows = _rows(lives, *((arm, self.reading) for arm in self.between))

        def bits(weights: Floats, _: Floats) -> Floats:
            p, q = (_mean(weights, row) for row in rows)
            return _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2

        return bits


def _entropy(p: Floats) -> Floats:
    q = np.clip(p, 1e-12, 1 - 1e-12)
    return -(q * np.log2(q) + (1 - q) * np.log2(1 - q))


@dataclass(frozen=True)
class TreatmentEffect:
    """What a plan changes in a reading, against the same lives without it or with another plan.

    The doubt of the mean shifts enters as in `bowlby.lives.counterfactual`: each plan is lived at sureties -1 and 1.

    Args:
        care: whose lives.
        steps: the plan.
        reading: what is read.
        instead: another plan to compare with; empty for none.
    """

    care: str
    steps: Steps
    reading: Reading
    instead: Steps = ()

    @property
    def unit(self) -> str:
        """As of a difference."""
        return self.reading.unit

    @property
    def least(self) -> float:
        """Size below which it counts as nothing."""
        return LEAST[self.unit]

    def words(self) -> str:
        """Return what is given to whom."""
        against = f"against {plan_text(self.instead)}" if self.instead else "against nothing"
        return f"{plan_text(self.steps)} {against}, after {self.care} care: {self.reading}"

    def arms(self) -> tuple[ContrastArm, ...]:
        """Return the plan's arms at both sureties, those of the other plan, and the lives without either."""
        given = tuple(ContrastArm(self.care, plan=self.steps, surety=node, few=True) for node in NODES)
        others = (
            (ContrastArm(self.care, plan=self.instead, surety=node, few=True) for node in NODES) if self.instead else ()
        )
        return (*given, *others, ContrastArm(self.care, few=True))

    def readings(self) -> tuple[Reading, ...]:
        """Return the reading."""
        return (self.reading,)

    def without(self, mechanism: str) -> Contrast:
        """Return itself: what an intervention moves is assumed, and no ablation changes that."""
        del mechanism
        return self

    def statistic(self, lives: ClaimLives) -> Statistic:
        """Return (d(1) + d(-1)) / 2 + z (d(1) - d(-1)) / 2 under weights and a normal z; NaN where it is refused."""
        bare = lives.design(ContrastArm(self.care, few=True))
        if any(refused_at(plan_of(*steps), bare) for steps in (self.steps, self.instead) if steps):
            return lambda weights, _: np.full(len(weights), np.nan)
        rows = _rows(lives, *((arm, self.reading) for arm in self.arms()))
        base = rows[2:4] if self.instead else [rows[2], rows[2]]
        scale = _scale(lives, self.reading)

        def effect(weights: Floats, doubt: Floats) -> Floats:
            low, high = (_mean(weights, (row - other) / scale) for row, other in zip(rows[:2], base, strict=True))
            return (low + high) / 2 + doubt * (high - low) / 2

        return effect


@dataclass(frozen=True)
class TherapyRefusal:
    """Whether a therapy is refused because threat goes on: 1 where it is, 0 where it is given.

    Args:
        care: whose lives.
        steps: the plan; its last step is in question.
    """

    care: str
    steps: Steps

    @property
    def unit(self) -> str:
        """Yes or no."""
        return "of 1"

    @property
    def least(self) -> float:
        """Half-way."""
        return 0.5

    def words(self) -> str:
        """Return what is asked."""
        return f"whether {plan_text(self.steps)} is refused under {self.care} care"

    def arms(self) -> tuple[ContrastArm, ...]:
        """Return the lives without it."""
        return (ContrastArm(self.care, few=True),)

    def readings(self) -> tuple[Reading, ...]:
        """Return a reading that lets the lives last beyond the start."""
        return (Reading(ReadingKind.STATE, "threat_expectation", max(age for _, age in self.steps) + 6.0),)

    def without(self, mechanism: str) -> Contrast:
        """Return itself: the rule is stated, not learned."""
        del mechanism
        return self

    def statistic(self, lives: ClaimLives) -> Statistic:
        """Return 1 or 0, whatever the weights."""
        refused = refused_at(plan_of(*self.steps), lives.design(self.arms()[0])) is not None
        return lambda weights, _: np.full(len(weights), float(refused))


@dataclass(frozen=True)
class ShiftReversal:
    """Share of a shift that is gone again: 1 - shift later / shift at once, in one kind of care less another.

    Args:
        of: care, shaken and not.
        against: care, shaken and not.
        first: reading right after the perturbation.
        later: the same reading some months on.
        off: mechanism that is switched off; empty for none.
    """

    of: tuple[str, str]
    against: tuple[str, str]
    first: Reading
    later: Reading
    off: str = ""

    @property
    def unit(self) -> str:
        """A share of the shift."""
        return "of 1"

    @property
    def least(self) -> float:
        """Size below which it counts as nothing."""
        return LEAST["of 1"]

    def words(self) -> str:
        """Return what is compared with what."""
        return (
            f"share of the shift that is gone by {self.later.age:g} months, {self.of[1]} against {self.against[1]} "
            f"care: {self.first}"
        )

    def arms(self) -> tuple[ContrastArm, ...]:
        """Return both kinds of care, shaken and not."""
        whole = tuple(ContrastArm(care) for care in (*self.of, *self.against))
        return tuple(arm.without(self.off) for arm in whole) if self.off else whole

    def readings(self) -> tuple[Reading, ...]:
        """Return both readings."""
        return (self.first, self.later)

    def without(self, mechanism: str) -> Contrast:
        """Return the same contrast with a mechanism switched off."""
        return replace(self, off=mechanism)

    def statistic(self, lives: ClaimLives) -> Statistic:
        """Return the difference of the two shares under weights."""
        rows = [_rows(lives, *((arm, reading) for arm in self.arms())) for reading in self.readings()]

        def gone(weights: Floats, shaken: int) -> Floats:
            at_once, later = (_mean(weights, row[shaken] - row[shaken + 1]) for row in rows)
            return 1.0 - later / np.where(np.abs(at_once) > 1e-6, at_once, np.nan)

        return lambda weights, _: gone(weights, 0) - gone(weights, 2)


def arm_name(arm: ContrastArm) -> str:
    """Return what an arm is called.

    Args:
        arm: the lives.

    Returns:
        Such as "trauma care without adults".
    """
    plan = f" with {plan_text(arm.plan)}" if arm.plan else ""
    care = "the pooled population" if arm.care == REFERENCE.care else f"{arm.care} care"
    return f"{care}{plan}" + (f" without {arm.off.replace('_', ' ')}" if arm.off else "")


def plan_text(steps: Steps) -> str:
    """Return a plan in words.

    Args:
        steps: interventions and ages at start.

    Returns:
        Such as "foster placement at 24 months, then mindfulness at 72 months".
    """
    return ", then ".join(f"{name} at {age:g} months" for name, age in steps)
