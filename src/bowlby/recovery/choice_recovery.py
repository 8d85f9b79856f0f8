"""Parameter recovery: do the values that simulated children chose by come back, after 1, 5, 20 sessions?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bowlby.inference.choices.fit import LEVEL, Fit, fit_fast, fit_nuts
from bowlby.inference.choices.hierarchy import Hierarchy, hierarchy_problem
from bowlby.inference.choices.sampling import Progress, SamplerSettings, silent
from bowlby.recovery.choices import ChoiceDesign, SimulatedTrials, simulate

Floats = npt.NDArray[np.float64]

SESSIONS = (1, 5, 20)
RECOVERED = 0.7
"""Least correlation, over children, of posterior mean and truth for a parameter to be called recovered."""


@dataclass(frozen=True)
class ParameterRecovery:
    """How one parameter of children came back.

    Args:
        parameter: its name.
        sessions: sessions a child.
        trials: trials a session.
        children: how many.
        correlation: over children, of posterior mean and truth, on the transformed scale.
        coverage: share of children whose 90 % interval holds the truth.
        sd_ratio: mean posterior sd over the children's true sd.
        trusted: whether the fit's diagnostics are sound.
    """

    parameter: str
    sessions: int
    trials: int
    children: int
    correlation: float
    coverage: float
    sd_ratio: float
    trusted: bool

    @property
    def recovered(self) -> bool:
        """Return whether it distinguishes children: a correlation of at least .7."""
        return self.correlation >= RECOVERED

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {**self.__dict__, "recovered": self.recovered}


def recover(
    hierarchy: Hierarchy,
    design: ChoiceDesign,
    *,
    sessions: Sequence[int] = SESSIONS,
    settings: SamplerSettings | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> tuple[ParameterRecovery, ...]:
    """Return how children's parameters come back from so many sessions each, learning anew in every session.

    Args:
        hierarchy: the rule and what is pooled.
        design: children, trials a session, acts, share missing.
        sessions: numbers of sessions to try.
        settings: of NUTS; None takes the fast approximation, and the rows say where it is not to be trusted.
        seed: 0 <= seed < 2**63.
        progress: called with fits done and in all.

    Returns:
        One row a number of sessions and parameter.

    Raises:
        InputError: the hierarchy cannot be posed.
    """
    rows: list[ParameterRecovery] = []
    for place, number in enumerate(sessions):
        truth = simulate(hierarchy, replace(design, sessions=number), seed, typical=True)
        problem = hierarchy_problem(truth.trials, hierarchy)
        found = fit_fast(problem, seed) if settings is None else fit_nuts(problem, settings, seed)
        rows += [_recovered(name, truth, found, number) for name in found.names]
        progress(place + 1, len(sessions))
    return tuple(rows)


def _recovered(name: str, truth: SimulatedTrials, found: Fit, sessions: int) -> ParameterRecovery:
    place = found.names.index(name)
    first = np.unique(found.problem.data.child, return_index=True)[1]
    true = truth.free[place, first]
    draws = found.free[:, :, place].reshape(-1, truth.free.shape[1])[:, first]
    edge = (1 - LEVEL) / 2
    low, high = np.quantile(draws, [edge, 1 - edge], axis=0)
    return ParameterRecovery(
        name,
        sessions,
        truth.trials.length,
        len(true),
        float(np.corrcoef(draws.mean(axis=0), true)[0, 1]) if len(true) > 2 else 0.0,
        float(np.mean((low <= true) & (true <= high))),
        float(draws.std(axis=0).mean() / max(true.std(), 1e-12)),
        found.diagnostics.trusted,
    )


def recovery_table(rows: Sequence[ParameterRecovery]) -> str:
    """Return recovery as a markdown table.

    Args:
        rows: from `recover`.

    Returns:
        One line a row; what is not recovered says so.
    """
    head = (
        "| parameter | sessions | r with truth | coverage of 90 % | posterior / true sd | |\n|---|---|---|---|---|---|"
    )
    lines = [
        f"| {row.parameter} | {row.sessions} x {row.trials} | {row.correlation:.2f} | {row.coverage:.2f} | "
        f"{row.sd_ratio:.2f} | {'recovered' if row.recovered else 'not recovered'}"
        f"{'' if row.trusted else ', fit not to be trusted'} |"
        for row in rows
    ]
    return "\n".join([head, *lines])
