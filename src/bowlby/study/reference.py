"""The population that "much" and "little" are measured against, stated with every result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.study.axes import Axes, axes
from bowlby.study.families import families, prior_caregivers

Floats = npt.NDArray[np.float64]

QUADRANTS = ("neither", "threat", "deprivation", "both")
"""In the order of every table: neither axis high, one of them, both."""

CUT_AT = 0.90
"""An axis is high above this share of the reference population."""

DRAWS = 8000


@dataclass(frozen=True)
class Reference:
    """A population of caregivers and the cuts that it gives.

    Args:
        name: printed with every result.
        statement: what it is and what it is not.
        axes: of its families.
        prior: draws of the axes from what inference assumes before a record.
        threat_cut: 90th percentile of threat.
        deprivation_cut: 90th percentile of deprivation.
    """

    name: str
    statement: str
    axes: Axes
    prior: Axes
    threat_cut: float
    deprivation_cut: float

    @property
    def base_rates(self) -> dict[str, float]:
        """Return the share of the reference population in each quadrant."""
        return quadrant_shares(self.axes, self)

    @property
    def prior_rates(self) -> dict[str, float]:
        """Return the prior probability of each quadrant, which a posterior's shares hold."""
        return quadrant_shares(self.prior, self)

    def weights(self, rates: Mapping[str, float] | None) -> dict[str, float]:
        """Return by how much each quadrant is more frequent than the prior has it: rate over prior rate.

        Args:
            rates: base rates of the setting, or None for those of this population.

        Returns:
            One weight a quadrant, > 0.
        """
        wanted, prior = self.base_rates if rates is None else rates, self.prior_rates
        return {name: wanted[name] / prior[name] for name in QUADRANTS}

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
    "Families of the low-risk population that was fitted to published figures, in the terms of a record. A family "
    "counts as high on an axis above the 90th percentile of these, so one in ten is high on each by definition. How "
    "often frightening acts are seen in a record is assumed; the fitted population says only who frightens more, and "
    "how that goes together with deprivation."
)


@lru_cache(maxsize=16)
def reference_population(age_months: float) -> Reference:
    """Return the reference population: calibrated low-risk families.

    Args:
        age_months: age of the child, >= 0.

    Returns:
        The population with its cuts.
    """
    care, version = families()
    found = axes(care, age_months)
    cuts = (float(np.quantile(found.threat, CUT_AT)), float(np.quantile(found.deprivation, CUT_AT)))
    prior = axes(prior_caregivers(DRAWS, np.random.Generator(np.random.Philox(key=1969))), age_months)
    return Reference(f"low-risk families, calibrated (version {version})", STATEMENT, found, prior, *cuts)


def quadrant_shares(found: Axes, reference: Reference, weights: Floats | None = None) -> dict[str, float]:
    """Return the share of draws in each quadrant.

    Args:
        found: draws of the axes.
        reference: whose cuts to use.
        weights: shape (draws,), sum 1, or None for equal ones.

    Returns:
        Shares of neither, threat, deprivation and both; sum 1.
    """
    place = quadrant_of(found, reference)
    return {name: float(np.average(place == number, weights=weights)) for number, name in enumerate(QUADRANTS)}


def quadrant_of(found: Axes, reference: Reference) -> npt.NDArray[np.int64]:
    """Return the quadrant of each draw.

    Args:
        found: draws of the axes.
        reference: whose cuts to use.

    Returns:
        Places in `QUADRANTS`, shape (draws,).
    """
    threat, deprivation = found.threat > reference.threat_cut, found.deprivation > reference.deprivation_cut
    return threat.astype(np.int64) + 2 * deprivation


def checked_base_rates(rates: Mapping[str, float]) -> dict[str, float]:
    """Return the base rates of a setting, in the order of `QUADRANTS`.

    Args:
        rates: share of each quadrant among the children who come to this setting, each > 0, sum 1.

    Returns:
        The same shares.

    Raises:
        InputError: a quadrant is missing or unknown, a share is not above 0, or they do not make 1.
    """
    wanted = f"Give {', '.join(QUADRANTS)}, each above 0, together 1; one that cannot occur leaves nothing to tell."
    if set(rates) != set(QUADRANTS):
        raise InputError("a base rate for each quadrant", column="base rates", value=sorted(rates), remedy=wanted)
    if not all(math.isfinite(rates[name]) and rates[name] > 0 for name in QUADRANTS):
        raise InputError("a base rate is a share above 0", column="base rates", value=dict(rates), remedy=wanted)
    if abs(sum(rates.values()) - 1) > 1e-6:
        raise InputError("base rates do not make 1", column="base rates", value=dict(rates), remedy=wanted)
    return {name: float(rates[name]) for name in QUADRANTS}


def under_base_rates(
    shares: Mapping[str, float], reference: Reference, rates: Mapping[str, float] | None
) -> dict[str, float]:
    """Return quadrant probabilities where the quadrants are as frequent as stated, and not as in the reference.

    P(q | record) is proportional to share(q) * rate(q) / prior(q): what the record says of a quadrant is its posterior
    share over its prior one, and does not hang on how frequent the quadrant is (Bayes).

    Args:
        shares: posterior shares under the prior.
        reference: whose cuts make the quadrants.
        rates: base rates of the setting, or None for the reference population's.

    Returns:
        Probabilities, sum 1.
    """
    weights = reference.weights(rates)
    odds = {name: share * weights[name] for name, share in shares.items()}
    total = sum(odds.values())
    return {name: value / total for name, value in odds.items()}
