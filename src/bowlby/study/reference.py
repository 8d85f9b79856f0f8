"""The population that "much" and "little" are measured against, stated with every result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bowlby.infer.density import PRIOR_ONLY, draw_usual, natural, prior_of
from bowlby.model.caregiver import Caregiver
from bowlby.model.parameters import CAREGIVER_NAMES
from bowlby.study.axes import Axes, axes

Floats = npt.NDArray[np.float64]

CUT_AT = 0.90
"""An axis is high above this share of the reference population."""

DRAWS = 8000


@dataclass(frozen=True)
class Reference:
    """A population of caregivers and the cuts that it gives.

    Args:
        name: printed with every result.
        statement: what it is and what it is not.
        axes: draws of the axes.
        threat_cut: 90th percentile of threat.
        deprivation_cut: 90th percentile of deprivation.
    """

    name: str
    statement: str
    axes: Axes
    threat_cut: float
    deprivation_cut: float

    @property
    def base_rates(self) -> dict[str, float]:
        """Return the share of the reference population in each quadrant."""
        return quadrant_shares(self.axes, self)

    def as_dict(self) -> dict[str, object]:
        """Return plain values for JSON and report."""
        return {
            "name": self.name,
            "statement": self.statement,
            "cut_at": CUT_AT,
            "cuts": {"threat": self.threat_cut, "deprivation": self.deprivation_cut},
            "base_rates": self.base_rates,
        }


STATEMENT = (
    "Provisional: distributions of caregiver parameters assumed by bowlby, not fitted to any sample; the same as the "
    "priors. An axis counts as high above the 90th percentile of this population, so one in ten caregivers is high on "
    "each by definition. Replace it by a calibrated population before reading the probabilities as more than a "
    "comparison within this model."
)


@lru_cache(maxsize=16)
def provisional_reference(age_months: float) -> Reference:
    """Return the provisional reference population: the registry's priors.

    Args:
        age_months: age of the child, >= 0.

    Returns:
        The population with its cuts.

    Raises:
        Nothing.
    """
    found = axes(population(DRAWS, np.random.Generator(np.random.Philox(key=1969))), age_months)
    cuts = (float(np.quantile(found.threat, CUT_AT)), float(np.quantile(found.deprivation, CUT_AT)))
    return Reference("provisional reference population", STATEMENT, found, *cuts)


def population(draws: int, rng: np.random.Generator) -> Caregiver:
    """Return caregivers drawn from the registry's priors.

    Args:
        draws: how many, >= 1.
        rng: source of randomness.

    Returns:
        Each field of shape (draws,).

    Raises:
        Nothing.
    """
    values = {name: natural(name, free) for name, free in draw_usual(draws, rng).items()}
    for name in PRIOR_ONLY:
        prior = prior_of(name)
        values[name] = natural(name, prior.location + prior.scale * rng.standard_normal(draws))
    return Caregiver(**{name: values[name] for name in CAREGIVER_NAMES})


def quadrant_shares(found: Axes, reference: Reference, weights: Floats | None = None) -> dict[str, float]:
    """Return the share of draws in each quadrant.

    Args:
        found: draws of the axes.
        reference: whose cuts to use.
        weights: shape (draws,), sum 1, or None for equal ones.

    Returns:
        Shares of neither, threat, deprivation and both; sum 1.

    Raises:
        Nothing.
    """
    threat, deprivation = found.threat > reference.threat_cut, found.deprivation > reference.deprivation_cut
    inside = {
        "neither": ~threat & ~deprivation,
        "threat": threat & ~deprivation,
        "deprivation": ~threat & deprivation,
        "both": threat & deprivation,
    }
    return {name: float(np.average(hit, weights=weights)) for name, hit in inside.items()}
