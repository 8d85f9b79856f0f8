"""Simulation-based calibration: ranks of truths among posterior draws, and whether they are uniform."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ranks:
    """Ranks of truths, one a fit and quantity.

    Args:
        names: of the quantities.
        ranks: how many thinned draws lie below the truth, shape (fits, quantities), 0 to `draws`.
        draws: thinned draws of each fit.
    """

    names: tuple[str, ...]
    ranks: Ints
    draws: int

    def histogram(self, name: str, bins: int) -> Ints:
        """Return counts of ranks in bins of equal width; `draws` + 1 must be a multiple of `bins`."""
        width = (self.draws + 1) // bins
        return np.bincount(self.ranks[:, self.names.index(name)] // width, minlength=bins)


@dataclass(frozen=True)
class Uniformity:
    """How far one quantity's ranks are from uniform.

    Args:
        name: the quantity.
        chi_square: over bins of equal width.
        p: probability of so large a value under uniform ranks.
        histogram: the counts.
    """

    name: str
    chi_square: float
    p: float
    histogram: tuple[int, ...]


def ranks_of(truth: Floats, draws: Floats) -> Ints:
    """Return the rank of each truth among thinned draws.

    Args:
        truth: shape (fits, quantities).
        draws: shape (fits, draws, quantities), thinned to be nearly independent.

    Returns:
        Shape (fits, quantities).
    """
    return (draws < truth[:, None]).sum(axis=1)


def uniformity(found: Ranks, bins: int = 8) -> tuple[Uniformity, ...]:
    """Return a chi-square test of uniform ranks a quantity (Talts et al. 2018, arXiv:1804.06788).

    Args:
        found: ranks; `draws` + 1 must be a multiple of `bins`.
        bins: how many, at least five expected fits in each.

    Returns:
        One row a quantity; at a false-alarm rate a over q quantities, hold p against a / q.

    Raises:
        ValueError: the bins do not divide the ranks.
    """
    if (found.draws + 1) % bins:
        raise ValueError("the bins do not divide the ranks")
    expected = len(found.ranks) / bins
    rows: list[Uniformity] = []
    for name in found.names:
        counts = found.histogram(name, bins)
        chi_square = float(((counts - expected) ** 2 / expected).sum())
        rows.append(Uniformity(name, chi_square, _upper_tail(chi_square, bins - 1), tuple(int(one) for one in counts)))
    return tuple(rows)


def _upper_tail(chi_square: float, degrees: int) -> float:
    from scipy.special import gammaincc

    return float(gammaincc(degrees / 2, chi_square / 2))


def all_uniform(found: Ranks, rate: float, bins: int = 8) -> bool:
    """Return whether all ranks pass as uniform at one false-alarm rate over all quantities together.

    Args:
        found: ranks.
        rate: chance to fail although all is right, in (0, 1).
        bins: as in `uniformity`.

    Returns:
        True where no quantity's p falls below its share of the rate (Bonferroni).

    Raises:
        ValueError: the bins do not divide the ranks.
    """
    return min(row.p for row in uniformity(found, bins)) >= rate / len(found.names)


def bias(found: Ranks) -> dict[str, float]:
    """Return the mean rank of each quantity as a z-score: below 0 the posterior lies above the truth.

    Args:
        found: ranks.

    Returns:
        z by name; beyond 3 once in 370 by chance.
    """
    fits, draws = len(found.ranks), found.draws
    sd = np.sqrt(((draws + 1) ** 2 - 1) / 12 / fits)
    z = (found.ranks.mean(axis=0) - draws / 2) / sd
    return dict(zip(found.names, z.tolist(), strict=True))


def two_sided(z: float) -> float:
    """Return the probability of a z-score at least so far from 0.

    Args:
        z: a standard normal's value.

    Returns:
        In [0, 1].
    """
    return 2 * NormalDist().cdf(-abs(z))
