"""Every constant is moved within its support, a child has the same everywhere, and the model reads what it is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bowlby.errors import ParameterError
from bowlby.evidence.screening.design import FACTORS, HELD, NAMES, deviates, moved_to, with_own_constants
from bowlby.model.parameter import Group
from bowlby.model.registry import CHILD, CONSTANTS, MOMENTS
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.moments import play
from bowlby.simulation.procedures import ordinary

DESIGN = CohortDesign(300, (Care(0.2),), seed=4)
NUMBERS = DESIGN.child_numbers()


def test_every_constant_in_doubt_is_moved_but_those_that_are_held():
    doubted = {entry.name for entry in (*CHILD, *CONSTANTS, *MOMENTS) if entry.doubt is not None}
    assert {entry.name for entry in FACTORS} | set(HELD) == doubted
    design = with_own_constants(DESIGN, seed=1)
    assert set(design.own_constants) | set(design.child) == {entry.name for entry in FACTORS}
    for entry in FACTORS:
        values = design.child[entry.name] if entry.group is Group.CHILD else design.own_constants[entry.name]
        assert np.ptp(values) > 0.0, entry.name


def test_values_stay_in_their_supports_at_five_widths():
    for entry in FACTORS:
        assert entry.doubt is not None
        low, high = entry.support
        values = moved_to(entry, entry.doubt, entry.default, np.array([-5.0, 0.0, 5.0]))
        assert ((values > low) & (values < high)).all(), entry.name
        assert values[1] == pytest.approx(entry.default, rel=1e-9), entry.name
        assert values[0] <= values[1] <= values[2] or entry.default < 0.0, entry.name


def test_a_child_has_the_same_constants_in_every_study():
    some = np.array([7, 250, 3], np.uint32)
    np.testing.assert_array_equal(deviates(NUMBERS, 1)[:, some], deviates(some, 1))
    assert not np.allclose(deviates(NUMBERS, 1), deviates(NUMBERS, 2))


def test_no_two_constants_go_together():
    """Of some 15,000 pairs none correlates beyond 5 / sqrt(n): false alarms once in a hundred designs."""
    together = np.corrcoef(deviates(np.arange(4000, dtype=np.uint32), 0))
    assert np.abs(together - np.eye(len(NAMES))).max() < 5.0 / 4000**0.5


def test_own_constants_are_checked():
    with pytest.raises(ParameterError, match="no such constant"):
        replace(DESIGN, own_constants={"nonsense": np.ones(300)})
    with pytest.raises(ParameterError, match="one value a child"):
        replace(DESIGN, own_constants={"relief_base": np.full(299, 0.5)})
    with pytest.raises(ParameterError, match="outside its support"):
        replace(DESIGN, own_constants={"relief_base": np.full(300, -1.0)})
    assert replace(DESIGN, own_constants={"relief_base": np.full(300, 0.4)}).digest() != DESIGN.digest()


@pytest.mark.slow
def test_a_child_with_constants_of_its_own_lives_as_one_in_a_world_of_them():
    """Half of the children have another gain of arousal and another alarm; each half is that of a world where all have.

    The program is compiled for other shapes, so that last bits of single precision may differ: 1e-4 of a state is a
    thousand times that after some seventy episodes.
    """
    half = np.arange(300) < 150
    own = {"threat_arousal": np.where(half, 0.6, 0.9), "separation_alarm": np.where(half, 0.9, 0.2)}
    own |= {"arousal_decay": np.where(half, 1.2, 0.3)}
    mixed = simulate_cohort(replace(DESIGN, own_constants=own))
    for part, constants in ((half, {}), (~half, {"threat_arousal": 0.9, "arousal_decay": 0.3})):
        alike = simulate_cohort(replace(DESIGN, constants=constants))
        np.testing.assert_allclose(mixed.state[:, part], alike.state[:, part], atol=1e-4)
    assert np.abs(mixed.state - simulate_cohort(DESIGN).state)[:, ~half].max() > 0.01
    seen = play(mixed, ordinary(1.0)).seen
    other = play(
        replace(mixed, design=replace(mixed.design, own_constants=own | {"need_floor": np.full(300, 0.9)})),
        ordinary(1.0),
    ).seen
    assert any(not np.array_equal(seen[name], other[name]) for name in seen)
