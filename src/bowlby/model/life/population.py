"""A population of families: how they are spread over the dimensions of care, and how long they stay there."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError, suggestion
from bowlby.model.life.dimensions import Dimension

Floats = npt.NDArray[np.float64]

RISK_SHARE = 0.4
"""Share of families at risk in the pooled literature, which counts clinical and poor samples among its own. Assumed."""

RISK: Mapping[Dimension, float] = {
    Dimension.DEPRIVATION: 0.12,
    Dimension.REJECTION: 0.10,
    Dimension.INCONSISTENCY: 0.20,
    Dimension.INTRUSIVENESS: 0.10,
    Dimension.FRIGHT: 0.25,
}
"""Direction in which families at risk differ; how far they do is fitted. Assumed."""

_TOGETHER = (
    (Dimension.DEPRIVATION, Dimension.INCONSISTENCY),
    (Dimension.DEPRIVATION, Dimension.FRIGHT),
    (Dimension.INCONSISTENCY, Dimension.FRIGHT),
    (Dimension.DEPRIVATION, Dimension.REJECTION),
    (Dimension.REJECTION, Dimension.INTRUSIVENESS),
    (Dimension.INTRUSIVENESS, Dimension.FRIGHT),
)
"""Dimensions that go together, all with one correlation."""

ORDINARY = "low-risk"
"""Population of ordinary families: the contrast of named care is added to these, and foster carers come from it."""

_FILE = "populations.json"


@dataclass(frozen=True)
class Population:
    """How families are spread over the dimensions of care.

    Position of a family is normal with these means and spreads; dimensions that go together share one correlation;
    families at risk, a share of all, stand `risk` times `RISK` further.

    Args:
        name: printed with every result.
        statement: what it is and what it is not.
        mean: of each dimension, unit 1.
        spread: standard deviation of each, > 0.
        correlation: of dimensions that go together, in (-.3, .6).
        risk: how far families at risk stand apart, >= 0.
        risk_share: share of families at risk, in [0, 1].
        continuity: correlation of a family's position with the one that it takes at the next turn, in [0, 1].
    """

    name: str
    statement: str
    mean: Mapping[Dimension, float]
    spread: Mapping[Dimension, float]
    correlation: float
    risk: float
    risk_share: float
    continuity: float = 1.0

    def factor(self) -> Floats:
        """Return L with L L' the covariance of positions, shape (dimensions, dimensions), lower triangular."""
        place = {one: number for number, one in enumerate(Dimension)}
        covariance = np.eye(len(place))
        for one, other in _TOGETHER:
            covariance[place[one], place[other]] = covariance[place[other], place[one]] = self.correlation
        spread = np.array([self.spread[one] for one in Dimension])
        return np.asarray(np.linalg.cholesky(covariance * spread[:, None] * spread[None, :]), np.float64)

    def centre(self, *, at_risk: bool) -> Floats:
        """Return the mean position of families at risk, or of the others, shape (dimensions,)."""
        return np.array([self.mean[one] + (self.risk * RISK[one] if at_risk else 0.0) for one in Dimension])

    def log_density(self, position: Floats) -> Floats:
        """Return the log density of positions: log of the sum over both kinds of families of share * normal.

        Args:
            position: shape (families, dimensions), in the order of `Dimension`.

        Returns:
            Shape (families,).
        """
        factor = self.factor()
        parts = [
            math.log(share) + _normal_log_density(position - self.centre(at_risk=at_risk), factor)
            for at_risk, share in ((False, 1.0 - self.risk_share), (True, self.risk_share))
            if share > 0
        ]
        return np.asarray(np.logaddexp.reduce(parts, axis=0), np.float64)  # (E153) assumed

    def as_dict(self) -> dict[str, object]:
        """Return plain values for JSON and report."""
        return {
            "name": self.name,
            "statement": self.statement,
            "mean": {str(one): self.mean[one] for one in Dimension},
            "spread": {str(one): self.spread[one] for one in Dimension},
            "correlation": self.correlation,
            "risk": self.risk,
            "risk_share": self.risk_share,
            "continuity": self.continuity,
        }


def _normal_log_density(away: Floats, factor: Floats) -> Floats:
    standard = np.linalg.inv(factor) @ away.T
    constant = np.log(np.diag(factor)).sum() + 0.5 * away.shape[1] * math.log(2.0 * math.pi)
    return np.asarray(-0.5 * (standard**2).sum(axis=0) - constant, np.float64)


NAMES: tuple[str, ...] = (
    *(f"mean of {one}" for one in Dimension),
    *(f"log spread of {one}" for one in Dimension),
    "correlation",
    "log risk",
)
"""Numbers of a population that are fitted, in the order of every vector of them; the correlation as arctanh."""

PRIOR_MEAN: Floats = np.array(
    [*np.zeros(len(Dimension)), *np.log([0.15, 0.35, 0.3, 0.25, 0.25]), math.atanh(0.2), 0.0], np.float64
)
"""Most families near usual care, few at a named end. Assumed."""

PRIOR_SD: Floats = np.array([0.1, 0.2, 0.2, 0.15, 0.2, *[0.4] * len(Dimension), 0.2, 0.5], np.float64)
"""Wide: two standard deviations of a spread are a factor of 2.2. Assumed."""

_STATEMENTS = {
    "pooled": "Fitted to published shares of classes in samples of all kinds, families at risk among them.",
    "low-risk": "The same families without those at risk; fitted to the share of D in middle-class samples.",
    "at risk": "Families at risk alone, as far from the others as the two published shares of D ask for.",
}
_SHARES = {"pooled": RISK_SHARE, "low-risk": 0.0, "at risk": 1.0}


def of_vector(values: Floats, name: str = "pooled", continuity: float = 1.0) -> Population:
    """Return the population that a vector of fitted numbers stands for.

    Args:
        values: in the order of `NAMES`, shape (12,).
        name: "pooled", "low-risk" or "at risk".
        continuity: as for `Population`.

    Returns:
        The population.
    """
    size = len(Dimension)
    return Population(
        name,
        _STATEMENTS[name],
        dict(zip(Dimension, map(float, values[:size]), strict=True)),
        dict(zip(Dimension, map(float, np.exp(values[size : 2 * size])), strict=True)),
        float(np.tanh(values[2 * size])),
        float(np.exp(values[2 * size + 1])),
        _SHARES[name],
        continuity,
    )


@cache
def reference_file() -> dict[str, Any]:
    """Return what the calibration wrote: its rows, posterior, continuity and training, as plain values.

    Returns:
        The reference file's contents.
    """
    return json.loads((files("bowlby.model.life") / _FILE).read_text(encoding="utf-8"))


def population(name: str) -> Population:
    """Return a calibrated population by name.

    Args:
        name: "pooled", "low-risk" or "at risk"; underscores count as spaces.

    Returns:
        The population at the posterior mean of its numbers.

    Raises:
        InputError: there is no such population; the nearest is suggested.
    """
    plain = name.strip().lower().replace("_", " ")
    plain = {"low risk": "low-risk", "at-risk": "at risk"}.get(plain, plain)
    if plain not in _STATEMENTS:
        remedy = f"{suggestion(plain, _STATEMENTS)}Known: {', '.join(_STATEMENTS)}."
        raise InputError("there is no such population", column="population", value=name, remedy=remedy)
    fitted = reference_file()
    return of_vector(np.array(fitted["posterior"]["mean"]), plain, fitted["continuity"]["estimate"])


def drawn_populations(name: str) -> tuple[Population, ...]:
    """Return draws of the posterior over populations, for results that carry its uncertainty.

    Args:
        name: as for `population`.

    Returns:
        The draws kept in the reference file.

    Raises:
        InputError: there is no such population.
    """
    known = population(name)
    return tuple(
        replace(of_vector(np.array(draw), known.name), continuity=known.continuity)
        for draw in reference_file()["posterior"]["draws"]
    )


def drawn_from_prior(name: str, count: int) -> tuple[Population, ...]:
    """Return draws of the prior over populations, to show what the fit has added.

    Args:
        name: "pooled", "low-risk" or "at risk".
        count: how many, >= 1.

    Returns:
        Populations; care is kept or changes at each turn with a continuity drawn between 0 and 1.
    """
    generator = np.random.default_rng(1969)
    values = PRIOR_MEAN + PRIOR_SD * generator.standard_normal((count, len(NAMES)))
    kept = generator.random(count)
    return tuple(of_vector(one, name, float(own)) for one, own in zip(values, kept, strict=True))
