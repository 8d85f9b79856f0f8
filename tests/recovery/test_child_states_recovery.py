"""The child's states on fresh records: intervals hold what they say, and the states of other children fail."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.inference.care.child_states import LEAST_R, Expectation, shipped_states
from tools.posterior.states import (
    RecoveryChildren,
    StateRow,
    children_watched,
    random_child_masks,
    state_rows,
)

FAMILIES, VISITS, MINUTES = 512, 3, 20.0
COVERED = 0.86, 0.94


@pytest.fixture(scope="module")
def fresh() -> RecoveryChildren:
    return children_watched(FAMILIES, VISITS, MINUTES, seed=90_127)


def _holds(rows: list[StateRow]) -> bool:
    return all(COVERED[0] <= row.coverage90 <= COVERED[1] for row in rows)


def test_intervals_hold_and_medians_follow_the_truth(fresh: RecoveryChildren):
    """At true coverage .9 a state of 512 records leaves .86 to .94 once in 400 runs."""
    rows = state_rows(shipped_states(), fresh, (VISITS, MINUTES))
    assert _holds(rows)
    kept = {(row["state"], row["minutes"]): row for row in shipped_states().card["recovery"]}
    for row in rows:
        known = kept[row.state, VISITS * MINUTES]
        assert row.r == pytest.approx(known["r"], abs=0.16), "of 512 and of 1,024 records, three errors of .05"
        assert row.sd_ratio == pytest.approx(known["sd_ratio"], abs=0.05)


def test_states_of_other_children_fail(fresh: RecoveryChildren):
    other = np.random.default_rng(1).permutation(fresh.truth)
    rows = {row.state: row for row in state_rows(shipped_states(), fresh._replace(truth=other), (VISITS, MINUTES))}
    relief = rows[str(Expectation.RELIEF)]
    assert not _holds(list(rows.values()))
    assert relief.r < LEAST_R
    assert relief.coverage90 < COVERED[0]


def test_cues_are_masked_in_care_and_child_alike_and_some_records_hold_nothing():
    care, child = random_child_masks(4000, np.random.default_rng(2))
    assert np.array_equal(care[:, -2:], child[:, :2])
    assert 0.03 < (~care.any(axis=1) & ~child.any(axis=1)).mean() < 0.08, "5 %, and those of the random masks"
    assert 0.33 < child.all(axis=1).mean() < 0.43, "half, less those that lack cues of care"
