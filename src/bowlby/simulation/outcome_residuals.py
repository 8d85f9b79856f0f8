"""What of an outcome no state carries: a factor of the child, factors of its informants, and what is the outcome's own.

L = a s (sqrt(c) child + sqrt(1 - c) own) + sum over informants of w (s sqrt(k) halo + sqrt(1 - k) view)

with s the sign of the outcome (problem -1, competence +1; an outcome that is neither has c = k = 0), c the child's
share, k the halo's, and a and w by `bowlby.model.outcomes.report_weights`. Child and own are for life; halo and view
are for as long as the informant is the same person: a teacher until the next turn of the course.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.model.outcomes import RESIDUAL_SHARES, Outcome, ResidualShares, report_weights
from bowlby.simulation.draws import standard

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class OutcomeReport:
    """An outcome as some persons report it.

    Args:
        what: the outcome.
        informants: whose reports are averaged, with the number of the person in that place.
        shares: of residuals.
    """

    what: Outcome
    informants: tuple[tuple[str, int], ...]
    shares: ResidualShares = RESIDUAL_SHARES

    @property
    def child(self) -> float:
        """Weight of the child's factor in the residual."""
        agreed = report_weights(self._names, self.shares).agreed
        return agreed * self.what.kind.sign * float(np.sqrt(self.shares.child))

    @property
    def halos(self) -> dict[tuple[str, int], float]:
        """Weight of each informant's halo in the residual."""
        views = report_weights(self._names, self.shares).views
        strength = self.what.kind.sign * float(np.sqrt(self.shares.halo))
        return {one: views[one[0]] * strength for one in self.informants if one[0] in views}

    @property
    def own(self) -> float:
        """Weight in the residual of what is the outcome's own and every informant sees."""
        return float(np.sqrt(report_weights(self._names, self.shares).agreed ** 2 - self.child**2))

    @property
    def views(self) -> dict[tuple[str, int], float]:
        """Weight in the residual of what each informant alone sees of this outcome and of no other."""
        weights = report_weights(self._names, self.shares).views
        halos = self.halos
        return {one: float(np.sqrt(weights[one[0]] ** 2 - halo**2)) for one, halo in halos.items()}

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.informants)


def outcome_residual(report: OutcomeReport, numbers: np.ndarray, seed: int) -> Floats:
    """Return the residual of a report.

    Args:
        report: an outcome and who reports it.
        numbers: of the children, uint32, shape (children,).
        seed: 0 <= seed < 2**64.

    Returns:
        Shape (children,), standard normal.

    Raises:
        InputError: the seed has more than 64 bits.
    """
    name = report.what.name
    total = report.own * standard(numbers, seed, f"outcome/{name}")
    if report.child:
        total = total + report.child * standard(numbers, seed, "leftover/child")
    for (informant, person), weight in report.halos.items():
        if weight:
            total = total + weight * standard(numbers, seed, f"halo/{informant}", person)
    for (informant, person), weight in report.views.items():
        if weight:
            total = total + weight * standard(numbers, seed, f"view/{informant}/{name}", person)
    return total
