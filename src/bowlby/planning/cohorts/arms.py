"""Who is in which arm of a cohort, and who leaves it when: by each child's number alone, wherever it is lived."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from bowlby.errors import InputError
from bowlby.planning.cohorts.sharing import site_of
from bowlby.planning.trials.design import Randomisation, StudyDesign
from bowlby.simulation.draws import chance

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]


def places(design: StudyDesign, numbers: Numbers, seed: int) -> Places:
    """Return the arm of each child.

    Args:
        design: of the study.
        numbers: of the children.
        seed: of all chances.

    Returns:
        Position among the design's arms, shape (children,).

    Raises:
        InputError: a stepped wedge, which a data set of one cohort does not lay out.
    """
    ratio = design.randomisation.ratio if len(design.arms) == 2 else 1.0
    shares = np.array([1.0, *[ratio] * (len(design.arms) - 1)])
    edges = np.cumsum(shares / shares.sum())[:-1]
    match design.randomisation.kind:
        case Randomisation.SIMPLE:
            return np.searchsorted(edges, chance(numbers, seed, "study/arm"))
        case Randomisation.CLUSTER:
            site = site_of(design, numbers)
            units = numbers if site is None else site.astype(np.uint32)
            return np.searchsorted(edges, chance(units, seed, "study/arm of site"))
        case Randomisation.BLOCKED:
            return np.searchsorted(edges, _rank_in_block(numbers, seed, design.randomisation.block))
        case Randomisation.STEPPED_WEDGE:
            raise InputError(
                "a data set of one cohort has no periods",
                column="randomisation.kind",
                value=design.randomisation.kind,
                remedy="Use `bowlby trial` for a stepped wedge.",
            )


def _rank_in_block(numbers: Numbers, seed: int, block: int) -> Floats:
    """Return the middle of each child's rank within its block of consecutive numbers, in (0, 1)."""
    first, last = int(numbers.min()) // block, int(numbers.max()) // block
    every = np.arange(first * block, (last + 1) * block, dtype=np.uint32)
    drawn = chance(every, seed, "study/arm").reshape(-1, block)
    rank = (np.argsort(np.argsort(drawn, axis=1), axis=1).ravel() + 0.5) / block
    return rank[numbers.astype(np.int64) - first * block]


@dataclass(frozen=True)
class Attrition:
    """Who leaves: logit P = level + log_odds * (x - mean) / sd + treated * (arm > 0).

    Args:
        level: logit.
        mean: of what it depends on, in the first children.
        sd: likewise; 1 where it depends on nothing.
    """

    level: float
    mean: float
    sd: float

    def as_dict(self) -> dict[str, float]:
        """Return plain values."""
        return {"level": self.level, "mean": self.mean, "sd": self.sd}


def calibrated(design: StudyDesign, on: Floats | None, arm: Places) -> Attrition:
    """Return the level at which the wanted rate of some children leaves.

    Args:
        design: of the study.
        on: what it depends on, shape (children,), or None.
        arm: of each child.

    Returns:
        The numbers that all children are then judged by.
    """
    from scipy.optimize import brentq

    wanted = design.drop_out.rate
    if wanted == 0.0:
        return Attrition(-math.inf, 0.0, 1.0)
    known = None if on is None else on[np.isfinite(on)]
    mean, sd = (0.0, 1.0) if known is None else (float(known.mean()), float(known.std()) or 1.0)
    start = Attrition(0.0, mean, sd)
    moved = _logits(design, start, on, arm)
    level = brentq(lambda a: float(expit(a + moved).mean()) - wanted, -60.0, 60.0, xtol=1e-9)
    return Attrition(float(np.asarray(level)), mean, sd)


def leaving_age(
    design: StudyDesign, leaving: Attrition, numbers: Numbers, seed: int, who: tuple[Floats | None, Places]
) -> Floats:
    """Return the age at which each child's family leaves, infinity where it stays.

    Args:
        design: of the study.
        leaving: who leaves.
        numbers: of the children.
        seed: of all chances.
        who: what it depends on, or None, and the arm of each child.

    Returns:
        Months, shape (children,): between the start and the last visit, evenly or by the design's `by_visit`; the start
        for children of a site that leaves whole.
    """
    on, arm = who
    share = expit(_logits(design, leaving, on, arm))
    leaves = chance(numbers, seed, "study/leaves") < share
    first = design.start or 0.0
    gone = np.where(leaves, _when(design, chance(numbers, seed, "study/when")), np.inf)
    site = site_of(design, numbers)
    if design.sites is None or site is None or design.sites.lost == 0.0:
        return gone
    whole = chance(site.astype(np.uint32), seed, "study/site leaves") < design.sites.lost
    return np.where(whole, first, gone)


def _when(design: StudyDesign, draw: Floats) -> Floats:
    """Return when those who leave do so: at the first visit by which their share has left."""
    first = design.start or 0.0
    last = design.visits[-1] if design.visits else design.until
    if not design.drop_out.by_visit:
        return first + (last - first) * draw
    place = np.searchsorted(design.drop_out.by_visit, draw, side="right")
    return np.array(design.visits)[np.minimum(place, len(design.visits) - 1)]


def _logits(design: StudyDesign, leaving: Attrition, on: Floats | None, arm: Places) -> Floats:
    lost = design.drop_out
    away = np.zeros(len(arm)) if on is None else np.nan_to_num((on - leaving.mean) / leaving.sd)
    return leaving.level + lost.log_odds * away + lost.treated * (arm > 0)
