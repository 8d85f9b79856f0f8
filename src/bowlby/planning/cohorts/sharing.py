"""What children of one site share in a data set: a part of the variance of every measure, by their numbers alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from bowlby.planning.trials.design import StudyDesign
from bowlby.planning.trials.sampling import latent_icc, relative_sizes, whole_sizes
from bowlby.simulation.draws import chance, standard

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]

CYCLE = 64
"""Sites after which their sizes come again."""


@dataclass(frozen=True)
class Level:
    """Mean and standard deviation of a measure at a visit in each arm, by which a site's share is added.

    Args:
        mean: of each arm; the share of yes where it is yes or no.
        sd: of each arm.
    """

    mean: tuple[float, ...]
    sd: tuple[float, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @staticmethod
    def of(values: Mapping[str, Any]) -> Level:
        """Return a level kept as plain values."""
        return Level(tuple(values["mean"]), tuple(values["sd"]))


def level(values: Floats, arm: Places, arms: int) -> Level:
    """Return the level of a measure among some children.

    Args:
        values: NaN where not scored.
        arm: of each.
        arms: how many there are.

    Returns:
        Its level in each arm; an arm without children has that of all.
    """
    known = np.isfinite(values)

    def of(which: int) -> Floats:
        own = values[known & (arm == which)]
        return own if own.size > 1 else values[known]

    parts = [of(which) for which in range(arms)]
    return Level(tuple(float(one.mean()) for one in parts), tuple(float(one.std()) for one in parts))


def site_of(design: StudyDesign, numbers: Numbers) -> Places | None:
    """Return the site of each child, or None without sites.

    Sites hold `families_each` on average; with `cv` their sizes are those of a trial of 64 sites, which come again.

    Args:
        design: of the study.
        numbers: of the children.

    Returns:
        Shape (children,).
    """
    if design.sites is None:
        return None
    cycle = CYCLE * design.sites.families_each
    ends = np.cumsum(whole_sizes(cycle, relative_sizes(CYCLE, design.sites.cv)))
    turn, place = np.divmod(numbers.astype(np.int64), cycle)
    return turn * CYCLE + np.searchsorted(ends, place, side="right")


def shared(
    design: StudyDesign, values: Floats, who: tuple[Numbers, Places, Places], what: tuple[str, Level, int]
) -> Floats:
    """Return values of which a share icc of the variance is the site's, arms' means and variances kept.

    Continuous: y' = m + sqrt(1 - icc) (y - m) + sqrt(icc) s u. Yes or no: the same on a normal scale behind it that is
    cut at the arm's share, with the correlation there that gives icc for what is seen.

    Args:
        design: with sites.
        values: NaN where not scored.
        who: numbers, arm and site of each child.
        what: name of the measure, its level, and the seed of all chances.

    Returns:
        The values.
    """
    assert design.sites is not None
    icc = design.sites.icc
    numbers, arm, site = who
    name, known, seed = what
    effect = standard(site.astype(np.uint32), seed, f"study/site/{name}")
    mean, sd = np.array(known.mean)[arm], np.array(known.sd)[arm]
    if not _yes_or_no(values):
        return mean + np.sqrt(1.0 - icc) * (values - mean) + np.sqrt(icc) * sd * effect
    found = np.full(len(values), np.nan)
    draw = chance(numbers, seed, f"study/site scale/{name}")
    for which, share in enumerate(np.clip(known.mean, 1e-6, 1.0 - 1e-6)):
        own = arm == which
        behind, cut = latent_icc(icc, float(share)), ndtri(1.0 - share)
        scale = np.where(values == 1.0, ndtri(1.0 - share + draw * share), ndtri(draw * (1.0 - share)))
        moved = np.sqrt(1.0 - behind) * scale + np.sqrt(behind) * effect > cut
        found[own] = moved[own]
    return np.where(np.isfinite(values), found, np.nan)


def _yes_or_no(values: Floats) -> bool:
    known = values[np.isfinite(values)]
    return bool(np.isin(known, (0.0, 1.0)).all())
