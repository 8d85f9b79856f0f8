"""The model run backward, as the report takes it: the differential and what the child may have come to expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bowlby.records.coded import CodedRecord

if TYPE_CHECKING:
    from bowlby.infer.trajectory import Trajectory
    from bowlby.study.differential import Differential


@dataclass(frozen=True)
class Inference:
    """The model run backward.

    Args:
        differential: posterior, axes, quadrants, conditions, verdict and predictive checks.
        trajectories: what the child may have come to expect, one a session.
    """

    differential: Differential
    trajectories: tuple[Trajectory, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the JSON keys of `bowlby infer`, and the trajectories."""
        found = self.differential.as_dict()
        return found | {"trajectories": [trajectory.as_dict() for trajectory in self.trajectories]}


def infer(coded: CodedRecord, *, nuts: bool = False, seed: int = 0) -> Inference:
    """Run the model backward on a record.

    Args:
        coded: the record in the closed vocabulary.
        nuts: draw by NUTS instead of the fast approximation.
        seed: 0 <= seed < 2**63.

    Returns:
        The differential and one trajectory a session.

    Raises:
        InputError: the seed is out of range.
    """
    from bowlby.infer.trajectory import trajectories
    from bowlby.study.differential import differential

    found = differential(coded, nuts=nuts, seed=seed)
    return Inference(found, trajectories(found.posterior))
