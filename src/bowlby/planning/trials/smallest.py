"""The smallest trial with a wanted power, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]

MOST = 50_000
"""Families beyond which no trial is looked for."""
LEAST = 8
ROUNDS = 3
Z95 = 1.959963984540054
_INSIDE = (0.02, 0.995)
"""Powers that say something of the curve's course; others lie on its flat ends."""


@dataclass(frozen=True)
class Smallest:
    """The smallest trial.

    Args:
        effect: "model" or d.
        n: families in all arms; None where none up to `MOST` has the power.
        low: lower end of the 95 % interval: Monte-Carlo error of the power, and for the model's effect that of the
            pool.
        high: upper end; None where the pool does not show that there is an effect.
        reason: why there is no n, or "".
    """

    effect: float | str
    n: int | None
    low: int | None
    high: int | None
    reason: str = ""


@dataclass(frozen=True)
class Search:
    """What is searched.

    Args:
        effect: "model" or d.
        wanted: power.
        power: gives power and replicates of a size.
        relative: standard error of the effect over the effect, of a finite pool; 0 for an assumed effect.
        known: (n, power, replicates) of sizes that are known.
    """

    effect: float | str
    wanted: float
    power: Callable[[int], tuple[float, int]]
    relative: float
    known: Sequence[tuple[int, float, int]]


def smallest(search: Search) -> Smallest:
    """Find the smallest n: Phi^-1(power) = a + b sqrt(n), fitted by least squares weighted by Monte-Carlo error.

    Sizes near the answer are simulated in some rounds, and the curve is fitted anew. The interval on the scale of
    ln n holds the error of the fit, and 2 * relative error of the effect, since n goes with 1 / effect^2.

    Args:
        search: what is searched.

    Returns:
        The answer.
    """
    points = list(search.known)
    guess = _next(points, search)
    for _ in range(ROUNDS):
        points.append((guess, *search.power(guess)))
        guess = _next(points, search)
    fitted = _fitted(points, search.wanted)
    if fitted is None:
        return Smallest(search.effect, None, None, None, _why(points, search))
    n, mc = fitted
    if n > MOST:
        return Smallest(search.effect, None, None, None, f"more than {MOST} families")
    sd = math.hypot(mc, 2.0 * search.relative)
    unsure = search.relative * Z95 >= 1.0
    high = None if unsure else math.ceil(n * math.exp(Z95 * sd))
    return Smallest(search.effect, math.ceil(n), max(LEAST, math.floor(n * math.exp(-Z95 * sd))), high)


def _why(points: Sequence[tuple[int, float, int]], search: Search) -> str:
    most = max(n for n, _, _ in points)
    least = min(n for n, _, _ in points)
    if all(power >= search.wanted for _, power, _ in points):
        return f"fewer than {least} families"
    return f"power does not rise to {search.wanted:g} with up to {most} families"


def _next(points: Sequence[tuple[int, float, int]], search: Search) -> int:
    """Return the size to simulate next: where the curve says, else twice or half of what there was."""
    fitted = _fitted(points, search.wanted)
    if fitted is not None:
        return int(min(max(round(fitted[0]), LEAST), MOST))
    highest = max(power for _, power, _ in points)
    if highest < search.wanted:
        return min(8 * max(n for n, _, _ in points), MOST)
    return max(min(n for n, _, _ in points) // 4, LEAST)


def _fitted(points: Sequence[tuple[int, float, int]], wanted: float) -> tuple[float, float] | None:
    """Return n and the standard error of ln n, or None where the curve does not rise."""
    used = [(n, power, count) for n, power, count in points if _INSIDE[0] < power < _INSIDE[1]]
    if len({n for n, _, _ in used}) < 2:
        return None
    root = np.sqrt([n for n, _, _ in used])
    power = np.array([one for _, one, _ in used])
    y: Floats = ndtri(power)
    density = np.exp(-0.5 * y**2) / math.sqrt(2.0 * math.pi)
    weight = np.array([count for _, _, count in used]) * density**2 / (power * (1.0 - power))
    x = np.stack([np.ones_like(root), root], axis=1)
    covariance = np.linalg.inv((x * weight[:, None]).T @ x)
    a, b = covariance @ (x * weight[:, None]).T @ y
    if b <= 2.0 * math.sqrt(covariance[1, 1]):
        return None
    at = (float(ndtri(wanted)) - a) / b
    if at <= 0:
        return None
    slope = np.array([-1.0 / b, -at / b])
    return at**2, 2.0 / at * math.sqrt(float(slope @ covariance @ slope))
