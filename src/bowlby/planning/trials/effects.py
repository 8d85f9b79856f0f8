"""Outcomes of a pool under an effect: the mechanism's own, or one that the planner assumes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from bowlby.errors import InputError
from bowlby.planning.trials.design import FROM_MODEL
from bowlby.planning.trials.pool import TrialPool

Floats = npt.NDArray[np.float64]

LOGISTIC_SD = math.pi / math.sqrt(3.0)
"""Standard deviation of the logistic distribution: d = ln(OR) / LOGISTIC_SD (Hasselblad & Hedges 1995, Psychol Bull
117:167)."""


@dataclass(frozen=True)
class OutcomeByArm:
    """One outcome of every child under both arms.

    Args:
        outcome: shape (2, children), the control arm first.
        binary: whether it is yes or no.
    """

    outcome: Floats
    binary: bool

    @property
    def means(self) -> Floats:
        """Mean of each arm, shape (2,)."""
        return self.outcome.mean(axis=1)

    @property
    def sd(self) -> float:
        """Standard deviation of the control arm."""
        return float(self.outcome[0].std())

    @property
    def difference(self) -> float:
        """Mean difference that the treatment makes, in the outcome's unit."""
        return float(self.means[1] - self.means[0])

    @property
    def d(self) -> float:
        """The same in standard units: over the control arm's sd, or ln(OR) / 1.81 where it is yes or no."""
        if self.binary:
            control, treated = np.clip(self.means, 1e-9, 1 - 1e-9)
            return float(logit(treated) - logit(control)) / LOGISTIC_SD
        return self.difference / self.sd

    @property
    def error(self) -> float:
        """Standard error of the mean difference: that of paired lives of a finite pool."""
        change = self.outcome[1] - self.outcome[0]
        return float(change.std() / math.sqrt(len(change)))

    def null(self) -> OutcomeByArm:
        """Return the control arm against itself."""
        return OutcomeByArm(np.stack([self.outcome[0]] * 2), self.binary)


def outcome_under(pool: TrialPool, effect: float | str, *, true: bool = False) -> OutcomeByArm:
    """Return the outcomes of a pool under an effect.

    A continuous outcome is moved by d control standard deviations for every child; one that is yes or no becomes yes
    in so many more children that ln(OR) = 1.81 d. Assumed effects are effects on what is observed.

    Args:
        pool: children under both arms.
        effect: "model", or a standardised difference d.
        true: without error of coder or instrument; of the model's effect only.

    Returns:
        The outcomes.

    Raises:
        InputError: every child has the same outcome, so that nothing can be told apart.
    """
    outcome = pool.true if true else pool.observed
    if outcome[0].std() == 0:
        raise InputError(
            "every child of the pool has the same outcome",
            column="measures",
            value=float(outcome[0, 0]),
            remedy="Choose another outcome, another population or a larger pool.",
        )
    if effect == FROM_MODEL:
        return OutcomeByArm(outcome, pool.binary)
    control = outcome[0]
    moved = _more(control, float(effect)) if pool.binary else control + float(effect) * control.std()
    return OutcomeByArm(np.stack([control, moved]), pool.binary)


def _more(control: Floats, d: float) -> Floats:
    """Return yes or no with the odds multiplied: as many as needed change, each by chance that hangs on its place."""
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
