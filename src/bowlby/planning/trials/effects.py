"""Outcomes of a pool under an effect: the mechanism's own, or one that the planner assumes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from bowlby.errors import InputError
from bowlby.planning.trials.design import FROM_MODEL
from bowlby.planning.trials.endpoints import Visit
from bowlby.planning.trials.pool import TrialPool

Floats = npt.NDArray[np.float64]

DIFFERENCE, ODDS = "difference", "odds ratio"
LOGISTIC_SD = math.pi / math.sqrt(3.0)
"""Standard deviation of the logistic distribution: d = ln(OR) / LOGISTIC_SD (Hasselblad & Hedges 1995, Psychol Bull
117:167)."""


@dataclass(frozen=True)
class OutcomeByArm:
    """One outcome of every child under both arms.

    Args:
        outcome: shape (arms, children), the control arm first.
        binary: whether it is yes or no.
    """

    outcome: Floats
    binary: bool

    @property
    def means(self) -> Floats:
        """Mean of each arm, shape (arms,)."""
        return self.outcome.mean(axis=1)

    @property
    def sd(self) -> float:
        """Standard deviation of the control arm."""
        return float(self.outcome[0].std())

    @property
    def difference(self) -> float:
        """Mean difference that the first treatment makes, in the outcome's unit."""
        return float(self.means[1] - self.means[0])

    @property
    def d(self) -> float:
        """The same in standard units: over the control arm's sd, or ln(OR) / 1.81 where it is yes or no."""
        if self.binary:
            control, treated = np.clip(self.means[:2], 1e-9, 1 - 1e-9)
            return float(logit(treated) - logit(control)) / LOGISTIC_SD
        return self.difference / self.sd

    @property
    def error(self) -> float:
        """Standard error of the mean difference: that of paired lives of a finite pool."""
        change: Floats = self.outcome[1] - self.outcome[0]
        return float(change.std() / math.sqrt(len(change)))

    def null(self, difference: float = 0.0, *, odds: bool = False) -> OutcomeByArm:
        """Return the control arm in all arms, or treated ones that differ from it by as much and no more.

        Args:
            difference: of treated ones, in the outcome's unit.
            odds: whether it is ln(OR).

        Returns:
            The outcomes.
        """
        control = self.outcome[0]
        if odds:
            moved = _more(control, difference / LOGISTIC_SD)
        else:
            moved = _differing(control, difference, binary=self.binary) if difference else control
        return OutcomeByArm(np.stack([control, *[moved] * (len(self.outcome) - 1)]), self.binary)

    def pair(self, arm: int) -> OutcomeByArm:
        """Return one treated arm beside the control."""
        return OutcomeByArm(self.outcome[[0, arm]], self.binary)


def outcome_under(
    pool: TrialPool, effect: float | str, *, true: bool = False, visit: Visit | None = None
) -> OutcomeByArm:
    """Return the outcomes of a pool under an effect.

    A continuous outcome is moved by d control standard deviations, or by a difference, for every child; one that is yes
    or no becomes yes in so many more children that ln(OR) = 1.81 d, that the odds ratio is there, or the difference in
    shares. Assumed effects are effects on what is observed, the same in every treated arm.

    Args:
        pool: children under all arms.
        effect: "model", a standardised difference d, "difference 0.4" or "odds ratio 1.5".
        true: without error of coder or instrument; of the model's effect only.
        visit: measure and age; None for the primary outcome.

    Returns:
        The outcomes.

    Raises:
        InputError: every child has the same outcome, so that nothing can be distinguished, or a difference in shares
            leaves [0, 1].
    """
    outcome, binary = pool.outcome(visit, true=true)
    if outcome[0].std() == 0:
        raise InputError(
            "every child of the pool has the same outcome",
            column="measures",
            value=float(outcome[0, 0]),
            remedy="Choose another outcome, another population or a larger pool.",
        )
    if effect == FROM_MODEL:
        return OutcomeByArm(outcome, binary)
    control = outcome[0]
    moved = _assumed(control, effect, binary=binary)
    return OutcomeByArm(np.stack([control, *[moved] * (len(outcome) - 1)]), binary)


def _assumed(control: Floats, effect: float | str, *, binary: bool) -> Floats:
    """Return the control arm's outcomes moved by an assumed effect."""
    kind, size = effect_of(effect)
    if kind == DIFFERENCE:
        return _differing(control, size, binary=binary)
    d = math.log(size) / LOGISTIC_SD if kind == ODDS else size
    return _more(control, d) if binary else control + d * control.std()


def effect_of(effect: float | str) -> tuple[str, float]:
    """Return what an assumed effect is: "d", "difference" or "odds ratio", and its size.

    Args:
        effect: a number for d, or a text of kind and size.

    Returns:
        Kind and size.
    """
    if not isinstance(effect, str):
        return "d", float(effect)
    kind, _, size = effect.rpartition(" ")
    return kind, float(size)


def _differing(control: Floats, difference: float, *, binary: bool) -> Floats:
    """Return outcomes that differ in mean by as much: all by it, or so many more that the share does."""
    if not binary:
        return control + difference
    share = float(control.mean())
    if not 0.0 < share + difference < 1.0:
        raise InputError(
            f"with a control share of {share:.2f} no share differs by as much",
            column="trial.effects",
            value=difference,
            remedy="Give a smaller difference.",
        )
    return _more(control, float(logit(share + difference) - logit(share)) / LOGISTIC_SD)


def _more(control: Floats, d: float) -> Floats:
    """Return yes or no with the odds multiplied: as many as needed change, each by chance that depends on its place."""
    share = control.mean()
    wanted = expit(logit(share) + d * LOGISTIC_SD)
    draw = np.random.default_rng(len(control)).permutation(len(control)) / len(control)
    if wanted >= share:
        return np.where((control == 0) & (_ranked(draw, control == 0) < (wanted - share) / (1 - share)), 1.0, control)
    return np.where((control == 1) & (_ranked(draw, control == 1) < (share - wanted) / share), 0.0, control)


def _ranked(draw: Floats, among: npt.NDArray[np.bool_]) -> Floats:
    """Return the rank of each draw among some, as a share in [0, 1); 1 for the others."""
    ranks = np.ones(len(draw))
    ranks[among] = np.argsort(np.argsort(draw[among])) / max(int(among.sum()), 1)
    return ranks
