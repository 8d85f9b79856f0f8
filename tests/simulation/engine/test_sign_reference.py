"""The shipped reference children are those that the engine lives today."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.model.life.population import reference_file
from bowlby.model.signs.reference import FILE, REMAKE, ReferenceChildren, load_reference, normal_scores, save_reference
from bowlby.model.signs.states import SIGN_STATES
from bowlby.simulation.sign_reference import (
    AGES,
    CHILDREN,
    POPULATION,
    SEED,
    VERSION,
    reference_design,
    rounded,
    simulate_states,
)

PART = 256


def test_the_first_children_come_out_as_shipped():
    """Bit for bit on one instruction set; elsewhere one decision in a million may turn: 2 % of children may differ."""
    found = simulate_states(reference_design(AGES[0], PART))
    shipped = load_reference().values[0][:, :PART]
    same = np.isclose(found, shipped, rtol=1e-3, atol=1e-6).all(axis=0)
    assert same.mean() >= 0.98, f"the engine or the population has changed: {REMAKE}"


def test_the_table_says_how_it_was_made():
    made = load_reference().made
    assert (made["version"], made["seed"], made["command"]) == (VERSION, SEED, REMAKE)
    assert (made["children"], made["population"]) == (CHILDREN, POPULATION)
    assert made["calibration"] == reference_file()["version"]
    assert load_reference().values.shape == (len(AGES), len(SIGN_STATES), CHILDREN)
    assert np.isfinite(load_reference().values).all()


def test_a_child_keeps_its_life_when_fewer_or_younger_are_asked_for():
    few, more = (reference_design(18.0, count) for count in (3, 10))
    assert (few.care[0].setting["answer_base"] == more.care[0].setting["answer_base"][:3]).all()


def test_rounding_moves_no_value_by_more_than_one_part_in_sixteen_thousand():
    values = np.random.default_rng(0).lognormal(sigma=3, size=10_000).astype(np.float32)
    assert np.max(np.abs(rounded(values) / values - 1)) < 1 / 16_000


def test_normal_scores_are_ranks_and_ties_share():
    scores = normal_scores(np.array([3.0, 1.0, 2.0, 2.0]))
    assert scores[1] < scores[2] == scores[3] < scores[0]
    assert scores.sum() == pytest.approx(0, abs=1e-12)
    many = normal_scores(np.random.default_rng(0).exponential(size=4000))
    assert many.std() == pytest.approx(1, abs=0.01)


def test_the_hard_tenth_is_a_tenth_at_the_hard_end():
    children: ReferenceChildren = load_reference().at(40)
    assert children.age == 36.0
    for name, hard in children.hard.items():
        assert hard.mean() == pytest.approx(0.1, abs=0.005), name
        easy, difficult = children.scores[name][~hard], children.scores[name][hard]
        assert (difficult.min() >= easy.max()) if SIGN_STATES[name].end == "high" else (difficult.max() <= easy.min())


def test_a_table_survives_the_file_and_a_broken_one_is_refused(tmp_path):
    save_reference(load_reference(), tmp_path / "kept.npz")
    assert np.array_equal(load_reference(tmp_path / "kept.npz").values, load_reference(FILE).values)
    (tmp_path / "broken.npz").write_bytes(FILE.read_bytes()[:1000])
    with pytest.raises(InputError):
        load_reference(tmp_path / "broken.npz")
    with pytest.raises(InputError):
        load_reference(tmp_path / "none.npz")
