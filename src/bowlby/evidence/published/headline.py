"""One line about a validation: rows inside beside what a null model and two numbers would reach, and skill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.evidence.published.rule import Z95
from bowlby.evidence.published.standing import CAPPED_Z

Floats = npt.NDArray[np.float64]
RESAMPLES = 2000
LEVEL = 0.90


@dataclass(frozen=True)
class ScoredRow:
    """A judged numeric row.

    Args:
        id: of the row.
        source: its citation; rows of one source share weight 1.
        z: the model's distance from the published figure, in s.
        null_z: that of a model in which care has no effect.
        baseline_z: that of two numbers, |r| = .20 and |d| = .40 with the published signs.
    """

    id: str
    source: str
    z: float
    null_z: float
    baseline_z: float


@dataclass(frozen=True)
class Headline:
    """What a validation comes to.

    Args:
        inside: M, rows of D that the model has inside.
        discriminating: D, rows in which a model without any effect of care is outside.
        baseline: C, rows of D that the two-number baseline has inside.
        passed: E, rows that the model without effect passes.
        spoiled: F, rows of E that the model has outside.
        skill: 1 - sum min(z2, 9) / sum min(z2 of the better baseline, 9), or None without rows.
        interval: of skill, 90 %, bootstrap over sources; None with fewer than two sources.
    """

    inside: int
    discriminating: int
    baseline: int
    passed: int
    spoiled: int
    skill: float | None
    interval: tuple[float, float] | None

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        low, high = self.interval or (None, None)
        return {
            "M": self.inside,
            "D": self.discriminating,
            "baseline": self.baseline,
            "E": self.passed,
            "F": self.spoiled,
            "skill": self.skill,
            "skill_low": low,
            "skill_high": high,
        }

    def sentence(self) -> str:
        """Return the headline in words."""
        if self.skill is None:
            return "No numeric row could be judged."
        low, high = self.interval or (float("nan"), float("nan"))
        doubt = f"90 % interval {low:.2f} to {high:.2f}" if self.interval else "no interval: a single source"
        return (
            f"{self.inside} of {self.discriminating} rows inside; the two-number baseline {self.baseline} of "
            f"{self.discriminating}; of the {self.passed} rows that a model without any effect of care passes, "
            f"{self.spoiled} spoiled. Skill {self.skill:.2f} ({doubt})."
        )


def headline(rows: Sequence[ScoredRow], seed: int = 0) -> Headline:
    """Return what judged rows come to.

    Args:
        rows: numeric rows with all three distances.
        seed: of the bootstrap.

    Returns:
        Counts of rows, and skill with every source at weight 1.
    """
    hard = [row for row in rows if abs(row.null_z) > Z95]
    easy = [row for row in rows if abs(row.null_z) <= Z95]
    sums = _sums(rows)
    return Headline(
        inside=sum(abs(row.z) <= Z95 for row in hard),
        discriminating=len(hard),
        baseline=sum(abs(row.baseline_z) <= Z95 for row in hard),
        passed=len(easy),
        spoiled=sum(abs(row.z) > Z95 for row in easy),
        skill=_skill(sums.sum(axis=0)) if len(sums) else None,
        interval=_interval(sums, seed) if len(sums) > 1 else None,
    )


def _sums(rows: Sequence[ScoredRow]) -> Floats:
    """Return for each source the mean capped square of the model, the null and the two numbers, shape (sources, 3)."""
    counts = Counter(row.source for row in rows)
    place = {source: number for number, source in enumerate(counts)}
    sums = np.zeros((len(counts), 3))
    for row in rows:
        squares = np.minimum(np.square([row.z, row.null_z, row.baseline_z]), CAPPED_Z**2)
        sums[place[row.source]] += squares / counts[row.source]
    return sums


def _skill(total: Floats) -> float:
    return float(1 - total[0] / min(total[1], total[2])) if min(total[1], total[2]) > 0 else 0.0


def _interval(sums: Floats, seed: int) -> tuple[float, float]:
    """Return the percentile interval over resampled sources, the better baseline chosen anew in each resample."""
    generator = np.random.default_rng([seed, len(sums)])
    chosen = generator.integers(len(sums), size=(RESAMPLES, len(sums)))
    totals = sums[chosen].sum(axis=1)
    better = np.minimum(totals[:, 1], totals[:, 2])
    found = np.where(better > 0, 1 - totals[:, 0] / np.where(better > 0, better, 1.0), 0.0)
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
