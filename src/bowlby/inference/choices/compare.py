"""Which rule predicts the choices best: one table over fits of the same trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.inference.choices.fit import Fit
from bowlby.inference.choices.psis import PredictiveDensity, loo, waic
from bowlby.model.rules.rule import RuleName

Floats = npt.NDArray[np.float64]

TOLD_APART = 2.0
"""A difference of so many standard errors distinguishes two rules; less does not."""


@dataclass(frozen=True)
class RulePrediction:
    """One rule's predictions.

    Args:
        rule: which.
        elpd: expected log predictive density over known acts, by PSIS-LOO, nats.
        se: its standard error, acts taken as independent.
        p: effective number of parameters.
        waic: the same density by WAIC.
        difference: elpd below the best rule's, <= 0.
        difference_se: its standard error, children taken as independent.
        unreliable: acts whose Pareto k exceeds .7.
        bits_per_act: elpd an act in bits above choosing at random.
        trusted: whether the fit that it rests on can be trusted.
    """

    rule: RuleName
    elpd: float
    se: float
    p: float
    waic: float
    difference: float
    difference_se: float
    unreliable: int
    bits_per_act: float
    trusted: bool

    @property
    def told_apart(self) -> bool:
        """Return whether the best rule predicts clearly better than this one."""
        return self.difference < -TOLD_APART * max(self.difference_se, 1e-12)

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {**self.__dict__, "rule": str(self.rule), "told_apart": self.told_apart}


def compare(fits: Mapping[RuleName, Fit]) -> tuple[RulePrediction, ...]:
    """Return the rules by how well they predict each act from the others, best first.

    One act is left out at a time; what was learned from it stays, as in all one-step predictions of choice models.

    Args:
        fits: fits of the same trials by rule, at least one.

    Returns:
        One row a rule, with the number of unreliable weights.
    """
    found: dict[RuleName, tuple[PredictiveDensity, PredictiveDensity]] = {}
    for name, one in fits.items():
        likelihoods = one.log_likelihoods()
        found[name] = (loo(likelihoods), waic(likelihoods))
    best = max(found, key=lambda name: found[name][0].total)
    any_fit = fits[best]
    owner = children_of_acts(any_fit)
    chance = len(owner) * np.log(len(any_fit.problem.trials.acts))
    rows = [_row(fits[name], *found[name], found[best][0], owner, float(chance)) for name in found]
    return tuple(sorted(rows, key=lambda row: -row.elpd))


def children_of_acts(found: Fit) -> npt.NDArray[np.int64]:
    """Return the index of the child of every known act, in the order of `Fit.log_likelihoods`.

    Args:
        found: a fit.

    Returns:
        Shape (known acts,).
    """
    seen = found.problem.trials.padded("act_seen").astype(bool)
    return np.broadcast_to(found.problem.data.child, seen.shape)[seen]


def _row(
    fit: Fit,
    loos: PredictiveDensity,
    waics: PredictiveDensity,
    best: PredictiveDensity,
    owner: npt.NDArray[np.int64],
    chance: float,
) -> RulePrediction:
    of_child = np.bincount(owner, weights=loos.elpd - best.elpd)
    error = float(np.sqrt(len(of_child) * of_child.var(ddof=1))) if len(of_child) > 1 else _of_acts(loos, best)
    bits = (loos.total + chance) / np.log(2) / len(owner)
    return RulePrediction(
        fit.problem.layout.model.rule,
        loos.total,
        loos.se,
        float(loos.p.sum()),
        waics.total,
        float(of_child.sum()),
        error,
        loos.unreliable,
        float(bits),
        fit.diagnostics.trusted,
    )


def _of_acts(one: PredictiveDensity, best: PredictiveDensity) -> float:
    """Return the difference's standard error from acts, for want of a second child."""
    return float(np.sqrt(len(one.elpd) * (one.elpd - best.elpd).var()))
