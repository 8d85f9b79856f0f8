"""Resilience: the rate at which a simulated child's arousal returns to rest after a standard perturbation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.simulation.moments import SituationRun
from bowlby.simulation.procedures import MINUTE_APART, STILL_FACE

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

PERTURBS: Mapping[str, tuple[int, int]] = MappingProxyType({MINUTE_APART.name: (0, 2), STILL_FACE.name: (0, 2)})
"""Procedures that perturb in one and the same way for every child: numbers of the calm phase and of the reunion."""
REST_S = 30
"""Seconds at the end of the calm phase whose mean arousal is rest; assumed."""
FEWEST = 5
"""Children who returned halfway under which no rate is fitted."""
Z = 1.959964
LEAST_SPREAD = 0.05
"""Of log rate over children; assumed."""
SLOWEST, FASTEST = 1e-5, 1.0
"""Rates a second between which a child's is looked for."""


class ReturnVerdict(StrEnum):
    """Whether there is a rate, and why not."""

    FITTED = "fitted"
    NOTHING_TO_RETURN_FROM = "nothing to return from"
    TOO_FEW_RETURNED = "too few returned"


@dataclass(frozen=True)
class ArousalCourse:
    """The return of each child's arousal; arrays of shape (children,).

    Args:
        rest: mean arousal over the end of the calm phase, in [0, 1].
        height: arousal at the reunion's start less rest.
        rate: r of rest + h exp(-r t) by least squares over the reunion, 1/s.
        explained: share of variance over the reunion that the exponential accounts for; nan where there is none.
        halved: whether arousal came halfway back to rest within the reunion.
        seconds: of the reunion.
    """

    rest: Floats
    height: Floats
    rate: Floats
    explained: Floats
    halved: Mask
    seconds: Floats


@dataclass(frozen=True)
class Resilience:
    """The rate of return of a group of children.

    Args:
        children: watched.
        perturbed: whose arousal stood high enough over rest for there to be a return; the others are left out.
        returned: of these, who came halfway back within the reunion; the others are censored.
        rate: median rate of return over the perturbed, 1/s, or None.
        low: lower end of its 95 % interval, or None.
        high: upper end, or, where too few returned, the rate that more than half stayed below; None for neither.
        spread: standard deviation of log rate over children, or None.
        explained: median share of variance that the exponential accounts for, or None.
        verdict: whether there is a rate, and why not.
    """

    children: int
    perturbed: int
    returned: int
    rate: float | None
    low: float | None
    high: float | None
    spread: float | None
    explained: float | None
    verdict: ReturnVerdict

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        row: dict[str, object] = asdict(self)
        return row | {"unit": "1/s", "verdict": str(self.verdict)}

    def describe(self) -> str:
        """Return the rate, or why there is none, in words."""
        match self.verdict:
            case ReturnVerdict.NOTHING_TO_RETURN_FROM:
                return "no rate of return: there was nothing to return from"
            case ReturnVerdict.TOO_FEW_RETURNED:
                return f"no rate of return: too few returned, more than half at less than {self.high:.4f} a second"
            case ReturnVerdict.FITTED:
                return f"resilience {self.rate:.4f} a second ({self.low:.4f} to {self.high:.4f})"


def course(played: SituationRun) -> ArousalCourse:
    """Return how the arousal of each child came back to rest in the reunion.

    a(t) = rest + h exp(-r t), t in seconds since the reunion began; rest is taken from before the perturbation, h and r
    by least squares. Nothing but the caregiver's going, or its still face, perturbs, and no state is set by hand.

    Args:
        played: one of the procedures of `PERTURBS`.

    Returns:
        The courses.

    Raises:
        InputError: the procedure perturbs no one in a standard way.
    """
    if played.procedure.name not in PERTURBS:
        raise InputError(
            "this procedure has no standard perturbation",
            column="procedure",
            value=played.procedure.name,
            remedy=f"Play one of: {', '.join(PERTURBS)}.",
        )
    calm, reunion = PERTURBS[played.procedure.name]
    arousal = played.activation.astype(np.float64) / 255.0
    before, after = played.phase == calm, played.phase == reunion
    began = after.argmax(axis=0)
    seconds = after.sum(axis=0)
    column = np.arange(arousal.shape[1])
    ended = before.sum(axis=0)
    rest = np.stack([arousal[ended - back, column] for back in range(1, REST_S + 1)]).mean(axis=0)
    place = began + np.arange(int(seconds.max()))[:, None]
    inside = np.arange(int(seconds.max()))[:, None] < seconds
    above = np.where(inside, arousal[np.minimum(place, len(arousal) - 1), column] - rest, 0.0)
    height = arousal[np.maximum(began - 1, 0), column] - rest
    rate, explained = _fitted(above, inside)
    halved = ((above <= 0.5 * height) & inside).any(axis=0)
    return ArousalCourse(rest, height, rate, explained, halved, seconds.astype(np.float64))


def resilience(found: ArousalCourse, *, least: float = 0.1) -> Resilience:
    """Return the median rate of return of a group, children who did not come halfway back censored.

    log r is normal over children, cut off from below: of a child that was not halfway back after T seconds only
    r < ln 2 / T is known (Tobin 1958, Econometrica 26:24), in Olsen's concave form (1978, Econometrica 46:1211).

    Args:
        found: the courses.
        least: height over rest, in (0, 1), from which there is something to return from.

    Returns:
        The rate with its interval, or why there is none.
    """
    upset = (found.height >= least) & (found.seconds > 0)
    halved = found.halved & upset
    counts = (len(upset), int(upset.sum()), int(halved.sum()))
    if counts[1] < FEWEST:
        return Resilience(*counts, None, None, None, None, None, ReturnVerdict.NOTHING_TO_RETURN_FROM)
    bound = math.log(2.0) / float(np.median(found.seconds[upset]))
    known = found.explained[upset & np.isfinite(found.explained)]
    explained = float(np.median(known)) if known.size else None
    if counts[2] < max(FEWEST, 0.1 * counts[1]):
        return Resilience(*counts, None, None, bound, None, explained, ReturnVerdict.TOO_FEW_RETURNED)
    rates = np.log(found.rate[halved])
    cut = np.log(math.log(2.0) / found.seconds[upset & ~halved])
    middle, error, spread = _censored_normal(rates, cut)
    low, high = (math.exp(middle + sign * Z * error) for sign in (-1.0, 1.0))
    return Resilience(*counts, math.exp(middle), low, high, spread, explained, ReturnVerdict.FITTED)


def _fitted(above: Floats, inside: Mask) -> tuple[Floats, Floats]:
    """Return the rate and the share of variance explained of each child: a grid on the log scale, then bisection."""
    time = np.arange(len(above), dtype=np.float64)[:, None]

    def gain(log_rate: Floats) -> Floats:
        shape = np.exp(-np.exp(log_rate) * time) * inside
        return (shape * above).sum(axis=0).clip(0.0) ** 2 / (shape * shape).sum(axis=0).clip(1e-12)

    grid = np.linspace(math.log(SLOWEST), math.log(FASTEST), 47)
    best = np.stack([gain(np.full(above.shape[1], point)) for point in grid]).argmax(axis=0)
    step = grid[1] - grid[0]
    log_rate = grid[best]
    while step > 1e-4:
        step = 0.5 * step
        tried = np.stack([log_rate - step, log_rate, log_rate + step])
        better = np.stack([gain(row) for row in tried]).argmax(axis=0)
        log_rate = np.take_along_axis(tried, better[None, :], axis=0)[0]
    return np.exp(np.clip(log_rate, math.log(SLOWEST), math.log(FASTEST))), _explained(above, inside, gain(log_rate))


def _explained(above: Floats, inside: Mask, gained: Floats) -> Floats:
    count = inside.sum(axis=0).clip(1)
    mean = (above * inside).sum(axis=0) / count
    total = (((above - mean) * inside) ** 2).sum(axis=0)
    left = ((above * inside) ** 2).sum(axis=0) - gained
    moved = total > 1e-6 * count
    return np.where(moved, 1.0 - left / np.where(moved, total, 1.0), np.nan)


def _censored_normal(known: Floats, cut: Floats) -> tuple[float, float, float]:
    """Return mean, its standard error and standard deviation of a normal with left-censored values, by Newton steps.

    With d = mean / s and q = 1 / s: sum log q - (q y - d)^2 / 2 + sum log Phi(q c - d), concave in (d, q). A pull of
    two children who lie `LEAST_SPREAD` off the mean keeps s above zero where all are alike.
    """
    from scipy.special import log_ndtr

    pull = 2.0 * LEAST_SPREAD**2

    def score(d: float, q: float) -> tuple[Floats, npt.NDArray[np.float64]]:
        left, z = q * known - d, q * cut - d
        mills = np.exp(-0.5 * z * z - 0.5 * math.log(2.0 * math.pi) - log_ndtr(z))
        bend = -mills * (mills + z)
        gradient = np.array(
            [left.sum() - mills.sum(), len(known) / q - (left * known).sum() + (mills * cut).sum() - pull * q]
        )
        cross = known.sum() - (bend * cut).sum()
        second = -len(known) / q**2 - (known * known).sum() + (bend * cut * cut).sum() - pull
        return gradient, np.array([[-len(known) + bend.sum(), cross], [cross, second]])

    start = max(float(known.std()), LEAST_SPREAD)
    d, q = float(known.mean()) / start, 1.0 / start
    for _ in range(100):
        gradient, hessian = score(d, q)
        move = np.linalg.solve(hessian, -gradient)
        shrink = min(1.0, 0.5 * q / max(-move[1], 1e-300)) if move[1] < 0 else 1.0
        d, q = d + shrink * float(move[0]), q + shrink * float(move[1])
        if np.abs(move).max() < 1e-9 * max(abs(d), q):
            break
    covariance = np.linalg.inv(-score(d, q)[1])
    slope = np.array([1.0 / q, -d / q**2])
    return d / q, math.sqrt(float(slope @ covariance @ slope)), 1.0 / q
