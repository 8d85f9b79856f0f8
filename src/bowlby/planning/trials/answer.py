"""The answer of a trial under one effect: the smallest size by power and by assurance, or why none is recommended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bowlby.planning.trials.design import FROM_MODEL
from bowlby.planning.trials.doubt import assured_by_formula, spread_of
from bowlby.planning.trials.effects import outcome_under
from bowlby.planning.trials.grid import PowerEstimate, PowerGrid
from bowlby.planning.trials.point import PowerGridPoint
from bowlby.planning.trials.sampling import families_of_site, fewest_sites
from bowlby.planning.trials.smallest_trial import LEAST, SizeSearch, SmallestTrial, smallest

ALL_SEEN = 0.9999
"""Share of families analysed above which none leaves."""


@dataclass(frozen=True)
class SizeAnswer:
    """What size a trial needs under one effect.

    Args:
        found: the smallest size by power, as the search found it.
        assured: the smallest size by assurance; None where the doubt about the effect is not known.
        at: the trial simulated at the size found, or at the largest of the plan where there is none.
        faults: why that size is not recommended; none where it is.
    """

    found: SmallestTrial
    assured: SmallestTrial | None
    at: PowerGridPoint
    faults: tuple[str, ...]

    @property
    def effect(self) -> float | str:
        """ "model" or d."""
        return self.found.effect

    @property
    def n(self) -> int | None:
        """Families recommended, None where there is no such size or it is not recommended."""
        return None if self.faults else self.found.n

    @property
    def low(self) -> int | None:
        """Lower end of its 95 % interval."""
        return None if self.faults else self.found.low

    @property
    def high(self) -> int | None:
        """Upper end."""
        return None if self.faults else self.found.high

    @property
    def reason(self) -> str:
        """Why there is no n, or ""."""
        if not self.faults:
            return self.found.reason
        said = " and ".join(self.faults)
        leaving = ", as families leave in this design" if self.at.analysed < ALL_SEEN else ""
        return f"{said}{leaving}; with {self.at.n} families power is {self.at.power:.0%}"

    @property
    def stopped(self) -> bool:
        """Whether a size has the power and is not recommended."""
        return bool(self.faults) and self.found.n is not None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values."""
        assured = self.assured if not self.faults else None
        return {
            "effect": self.effect,
            "n": self.n,
            "low": self.low,
            "high": self.high,
            "reason": self.reason,
            "stopped": self.stopped,
            "n_by_power_alone": self.found.n,
            "assured_n": None if assured is None else assured.n,
            "assured_low": None if assured is None else assured.low,
            "assured_high": None if assured is None else assured.high,
            "assured_reason": None if self.assured is None else self.assured.reason,
            "at": self.at.as_dict(),
        }


def answer(grid: PowerGrid, effect: float | str, points: Sequence[PowerGridPoint]) -> SizeAnswer:
    """Return the answer of a trial under one effect.

    Args:
        grid: of the trial.
        effect: "model" or d.
        points: of its plan.

    Returns:
        The answer; no size where the trial of that size is biased or its intervals miss the effect.

    Raises:
        InputError: no trial of the size found can be analysed.
    """
    plan, strengths = grid.design.trial, _SizePowers(grid, effect)
    found = smallest(
        strengths.search(plan.power, [(one.n, one.power, one.replicates) for one in points], strengths.power)
    )
    assured = _assured(strengths, points)
    known = {point.n: point for point in points}
    n = points[-1].n if found.n is None else found.n
    at = known[n] if n in known else grid.point(n, effect)
    return SizeAnswer(found, assured, at, at.faults(plan.alpha))


def _assured(strengths: _SizePowers, points: Sequence[PowerGridPoint]) -> SmallestTrial | None:
    known = [(one.n, one.assurance, one.replicates) for one in points if one.assurance is not None]
    if len(known) < len(points):
        return None
    plan = strengths.grid.design.trial
    wanted = plan.power if plan.assurance is None else plan.assurance
    return smallest(strengths.search(wanted, known, strengths.assurance))


@dataclass(frozen=True)
class _SizePowers:
    """Power and assurance of sizes under one effect, each simulated once for both searches."""

    grid: PowerGrid
    effect: float | str

    def search(self, wanted: float, known: Sequence[tuple[int, float, int]], of: Any) -> SizeSearch:
        arms = outcome_under(self.grid.pool, self.effect)
        away = abs(arms.difference)
        relative = 0.0 if self.effect != FROM_MODEL else (arms.error / away if away > 0 else float("inf"))
        design = self.grid.design
        unit = families_of_site(design)
        least = max(LEAST, fewest_sites(design) * unit)
        what = "assurance" if of == self.assurance else "power"
        formula = self.assured_by_formula if what == "assurance" else self.formula
        return SizeSearch(self.effect, wanted, of, relative, known, formula, unit, least, what)

    def formula(self, n: int) -> float | None:
        return self.grid.formula(n, self.effect)

    def assured_by_formula(self, n: int) -> float | None:
        power, spread = self.formula(n), spread_of(self.grid.design)
        return None if power is None or spread is None else assured_by_formula(power, spread, self._alpha)

    @property
    def _alpha(self) -> float:
        return self.grid.design.trial.alpha

    def power(self, n: int) -> tuple[float, int]:
        known = self._strength(n)
        return known.power, known.replicates

    def assurance(self, n: int) -> tuple[float, int]:
        known = self._strength(n)
        return known.assurance or 0.0, known.replicates

    def _strength(self, n: int) -> PowerEstimate:
        return self.grid.strength(n, self.effect)
