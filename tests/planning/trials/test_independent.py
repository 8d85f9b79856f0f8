"""Designs under every kind of leaving, with and without an effect, against trials simulated by other code.

`python -m tests.planning.trials.test_independent` prints the table of docs/measurements.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bowlby.planning.trials.grid import PowerGrid
from tests.planning.trials.designs import design, normal_pool
from tests.planning.trials.independent import Loss, rejected

REPLICATES = 2000
LOSSES = {
    "none": Loss(),
    "by chance": Loss(0.25),
    "by stress": Loss(0.25, "stress", 1.0),
    "by outcome": Loss(0.25, "outcome", -1.0),
    "by outcome and arm": Loss(0.25, "outcome", -1.0, 1.0),
}
SITES = {"sites": {"families_each": 20, "icc": 0.05}}
PARTS: dict[str, dict[str, Any]] = {
    "difference": {},
    "ancova": {"baseline": {"name": "rated sensitivity", "age": "4mo"}},
    "sites as strata": SITES,
    "sites randomised": SITES | {"randomisation": {"kind": "cluster"}},
}
DESIGNS = [(name, loss) for name in PARTS for loss in LOSSES]
"""Four designs with five kinds of leaving: twenty."""
N, D = 240, 0.4


def own(name: str, loss: Loss) -> tuple[float, float]:
    """Return power and false alarms as bowlby gives them."""
    lost: dict[str, Any] = {"rate": loss.rate, "treated": loss.treated} if loss.rate else {}
    if loss.on:
        lost |= {"on": "caregiver stress" if loss.on == "stress" else "outcome", "log_odds": loss.slope}
    plan = {"n": [N], "pool": 256, "replicates": REPLICATES}
    asked = design(trial=plan, drop_out=lost, **PARTS[name])
    pool = normal_pool(D)
    pool = pool if "baseline" in PARTS[name] else replace(pool, baseline=None)
    point = PowerGrid(asked, pool, seed=20).point(N, "model")
    return point.power, point.type1


def error_of(*shares: float) -> float:
    """Return the Monte-Carlo error of the difference of two shares of as many replicates."""
    return float(np.sqrt(sum(one * (1 - one) for one in shares) / REPLICATES))


@pytest.mark.parametrize(("name", "loss"), DESIGNS, ids=[f"{name}, {loss}" for name, loss in DESIGNS])
def test_power_and_false_alarms_are_those_of_other_code(name: str, loss: str):
    """Each share to 3.9 Monte-Carlo errors, and .003 for a pool that is finite: in one of 250 seeds one of 40 fails."""
    for ours, d in zip(own(name, LOSSES[loss]), (D, 0.0), strict=True):
        other = rejected(name, N, d, LOSSES[loss], REPLICATES)
        assert abs(ours - other) < 3.9 * error_of(ours, other) + 0.003, (ours, other)


def table() -> str:
    """Return the twenty designs as rows of Markdown."""
    rows = [
        "| design | leaving | power | other code | MC error | false alarms | other code | MC error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, loss in DESIGNS:
        ours = own(name, LOSSES[loss])
        others = [rejected(name, N, d, LOSSES[loss], REPLICATES) for d in (D, 0.0)]
        cells = [f"{a:.1%} | {b:.1%} | {error_of(a, b):.1%}" for a, b in zip(ours, others, strict=True)]
        rows.append(f"| {name} | {loss} | {' | '.join(cells)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    import sys

    sys.stdout.write(table() + "\n")
