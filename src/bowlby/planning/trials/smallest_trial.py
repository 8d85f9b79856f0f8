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
ROUNDS = 12
"""Sizes that are simulated to find the answer, at the most."""
REFINED = 3
"""Sizes that are simulated once the curve can be fitted."""
NEAR = 0.7
"""Width of the window of the fit, in probits of power about the one that is wanted."""
Z95 = 1.959963984540054
_INSIDE = (0.02, 0.995)
"""Powers that say something of the curve's course; others lie on its flat ends."""


@dataclass(frozen=True)
class SmallestTrial:
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
class SizeSearch:
    """What is searched.

    Args:
        effect: "model" or d.
        wanted: power.
        power: gives power and replicates of a size.
        relative: standard error of the effect over the effect, of a finite pool; 0 for an assumed effect.
        known: (n, power, replicates) of sizes that are known.
        formula: power of a size by a closed formula, None where there is none.
        unit: families of a site, in whole numbers of which sizes go; 1 without sites.
        least: fewest families of a trial.
        what: what is searched for, in words.
    """

    effect: float | str
    wanted: float
    power: Callable[[int], tuple[float, int]]
    relative: float
    known: Sequence[tuple[int, float, int]]
    formula: Callable[[int], float | None] = lambda _: None
    unit: int = 1
    least: int = LEAST
    what: str = "power"

    def whole(self, n: float) -> int:
        """Return the nearest size that can be laid out."""
        return min(max(round(n / self.unit) * self.unit, self.least), max(MOST // self.unit * self.unit, self.least))


def smallest(search: SizeSearch) -> SmallestTrial:
    """Find the smallest n: Phi^-1(power) = a + b sqrt(n), fitted near the answer, weighted by Monte-Carlo error.

    The first guess comes from the curve of the sizes that are known, else from the closed formula by bisection, else
    from sizes eight times as large or small. Sizes near the answer are then simulated, and the curve is fitted anew.
    Where it cannot be fitted, the answer is the smallest simulated size that has the power: there is none only if no
    simulated size has it. The interval on the scale of ln n holds the error of the fit, and 2 * relative error of the
    effect, since n goes with 1 / effect^2.

    Args:
        search: what is searched.

    Returns:
        The answer.
    """
    points = list(search.known)
    refined = 0
    for _ in range(ROUNDS):
        reached = any(power >= search.wanted for _, power, _ in points)
        if refined >= REFINED and reached:
            break
        guess = _next(points, search) if refined < REFINED else _beyond(points, search)
        if guess is None:
            break
        points.append((guess, *search.power(guess)))
        refined += _fitted(points, search.wanted) is not None
    return _from_fit(points, search) or _from_bracket(points, search)


def _from_fit(points: Sequence[tuple[int, float, int]], search: SizeSearch) -> SmallestTrial | None:
    fitted = _fitted(points, search.wanted)
    if fitted is None or fitted[0] > MOST or not any(power >= search.wanted for _, power, _ in points):
        return None
    n, mc = fitted
    whole = max(math.ceil(n / search.unit) * search.unit, search.least)
    sd = math.hypot(mc, 2.0 * search.relative)
    low = max(search.least, math.floor(n * math.exp(-Z95 * sd)))
    high = None if _unsure(search) else max(whole, math.ceil(n * math.exp(Z95 * sd)))
    return SmallestTrial(search.effect, whole, low, high)


def _unsure(search: SizeSearch) -> bool:
    """Return whether the pool does not show that there is an effect at all."""
    return search.relative * Z95 >= 1.0


def _from_bracket(points: Sequence[tuple[int, float, int]], search: SizeSearch) -> SmallestTrial:
    """Return the smallest simulated size that has the power, or that there is none."""
    above = [n for n, power, _ in points if power >= search.wanted]
    if not above:
        return SmallestTrial(search.effect, None, None, None, _why(points, search))
    n = min(above)
    below = [smaller for smaller, power, _ in points if power < search.wanted and smaller < n]
    low = math.floor(max(below, default=search.least) * math.exp(-2.0 * Z95 * min(search.relative, 1.0)))
    high = None if _unsure(search) else math.ceil(n * math.exp(2.0 * Z95 * search.relative))
    return SmallestTrial(search.effect, n, max(search.least, low), high)


def _why(points: Sequence[tuple[int, float, int]], search: SizeSearch) -> str:
    most = max(n for n, _, _ in points)
    formula = "" if search.formula(search.whole(MOST)) is None else f", nor by the closed formula with {MOST}"
    return f"{search.what} does not rise to {search.wanted:g} with up to {most} families{formula}"


def _next(points: Sequence[tuple[int, float, int]], search: SizeSearch) -> int | None:
    """Return the size to simulate next, None where there is nothing left to try."""
    tried = {n for n, _, _ in points}
    for guess in (_by_fit(points, search), _by_formula(points, search), _by_steps(points, search)):
        if guess is not None and guess not in tried:
            return guess
    return None


def _beyond(points: Sequence[tuple[int, float, int]], search: SizeSearch) -> int | None:
    """Return a size a third larger than any that was tried: the fitted ones fell short of the power."""
    most = max(n for n, _, _ in points)
    larger = search.whole(4 * most / 3)
    return larger if larger > most else None


def _by_fit(points: Sequence[tuple[int, float, int]], search: SizeSearch) -> int | None:
    fitted = _fitted(points, search.wanted)
    return None if fitted is None else search.whole(fitted[0])


def _by_formula(points: Sequence[tuple[int, float, int]], search: SizeSearch) -> int | None:
    """Return the size that has the power by the closed formula, found by bisection; within what is simulated."""
    low, high = search.least, search.whole(MOST)
    if (search.formula(high) or 0.0) < search.wanted:
        return None
    while high - low > search.unit:
        middle = search.whole((low + high) / 2)
        if middle in (low, high):
            break
        low, high = (low, middle) if (search.formula(middle) or 0.0) >= search.wanted else (middle, high)
    return search.whole(high)


def _by_steps(points: Sequence[tuple[int, float, int]], search: SizeSearch) -> int | None:
    """Return a size between those that have the power and those that have not, else eight times as large or small."""
    above = min((n for n, power, _ in points if power >= search.wanted), default=None)
    below = max((n for n, power, _ in points if power < search.wanted and n < (above or math.inf)), default=None)
    if above is None:
        known = search.formula(search.whole(MOST))
        hopeless = known is not None and known < search.wanted
        return None if hopeless else search.whole(8 * max(n for n, _, _ in points))
    return search.whole(math.sqrt(above * below) if below else above / 8)


def _fitted(points: Sequence[tuple[int, float, int]], wanted: float) -> tuple[float, float] | None:
    """Return n and the standard error of ln n, or None where the curve does not rise."""
    used = [(n, power, count) for n, power, count in points if _INSIDE[0] < power < _INSIDE[1]]
    if len({n for n, _, _ in used}) < 2:
        return None
    root = np.sqrt([n for n, _, _ in used])
    power = np.array([one for _, one, _ in used])
    y: Floats = ndtri(power)
    window = np.exp(-0.5 * ((y - float(ndtri(wanted))) / NEAR) ** 2)
    density = np.exp(-0.5 * y**2) / math.sqrt(2.0 * math.pi)
    weight = np.array([count for _, _, count in used]) * density**2 / (power * (1.0 - power)) * window
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
