"""Children of a trial: the same in both arms, measured with and without error, kept and found again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.planning.trials.effects import outcome_under
from bowlby.planning.trials.lives import design_of_arm, families, live, read
from bowlby.planning.trials.pool import live_pool, pool_name
from bowlby.simulation.named_care import FamilyChildren, homes_under
from tests.planning.trials.designs import TWO_ARMS, design, on

NUMBERS = np.arange(128, dtype=np.uint32)


def test_both_arms_share_every_chance_until_something_is_done():
    asked = design()
    before = families(asked, NUMBERS, 1, (5.0, 14.0))
    arms = [live(design_of_arm(asked, arm, before)) for arm in asked.arms]
    assert np.array_equal(arms[0].states[5.0], arms[1].states[5.0])
    assert not np.array_equal(arms[0].states[14.0], arms[1].states[14.0])


def test_error_moves_what_is_observed_and_not_what_is_true():
    asked = design()
    lived = live(families(asked, NUMBERS, 1, (14.0,)))
    usual = read(asked.primary, 14.0, lived)
    exact = read(design(measures=on("avoidance", error=False)).primary, 14.0, lived)
    worse = read(design(measures=on("avoidance", reliability=0.2)).primary, 14.0, lived)
    assert np.array_equal(usual.true, exact.true) and np.array_equal(exact.observed, exact.true)
    assert np.array_equal(usual.true, worse.true)
    assert 0 < np.abs(usual.observed - usual.true).mean() < np.abs(worse.observed - worse.true).mean()


@pytest.mark.parametrize("name", ["security", "disorganized", "disorganization", "resistance"])
def test_whatever_is_read_from_a_strange_situation_has_its_scale(name: str):
    asked = design(measures=on(name))
    found = read(asked.primary, 14.0, live(families(asked, NUMBERS, 1, (14.0,))))
    values = found.observed[np.isfinite(found.observed)]
    allowed = {0.0, 1.0} if asked.primary.binary else None
    assert values.size > 100
    assert set(values) <= allowed if allowed else (values.min() >= 1 and values.max() <= 9)


def test_ratings_and_outcomes_lose_what_their_reliability_takes():
    """Of 128 children the correlation of truth and observation is that of the reliability to .12, three errors."""
    measures = [
        {"name": "externalizing", "ages": ["30mo"], "reliability": 0.5},
        {"name": "rated sensitivity", "ages": ["30mo"], "minutes": 10},
    ]
    asked = design(measures=measures)
    lived = live(families(asked, NUMBERS, 1, (30.0,)))
    outcome, rating = (read(one, 30.0, lived) for one in asked.measures)
    assert np.corrcoef(outcome.true, outcome.observed)[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.13)
    assert rating.observed.min() >= 1 and rating.observed.max() <= 9
    assert 0.2 < np.corrcoef(rating.true, rating.observed)[0, 1] < 0.999


def test_shares_of_exposures_are_shares_of_families():
    asked = design(population=None, exposures={"sensitive": 0.5, "deprived": 0.5})
    numbers = np.arange(2000, dtype=np.uint32)
    warmth = np.asarray(families(asked, numbers, 1, (14.0,)).care[0].setting["warmth"])
    own = {
        name: np.asarray(homes_under(name, FamilyChildren(numbers, 1), 14.0)[0].setting["warmth"])
        for name in ("sensitive", "deprived")
    }
    sensitive = warmth == own["sensitive"]
    assert (sensitive | (warmth == own["deprived"])).all()
    assert abs(sensitive.mean() - 0.5) < 4 * 0.5 / np.sqrt(2000)


def test_a_dose_of_two_does_more_than_one():
    asked = design(arms=[TWO_ARMS[0], TWO_ARMS[1], {**TWO_ARMS[1], "name": "double", "dose": 2.0}])
    before = families(asked, NUMBERS, 1, (14.0,))
    usual, one, two = (
        np.asarray(design_of_arm(asked, arm, before).care[-1].setting.get("warmth", 0.0)) for arm in asked.arms
    )
    assert two.mean() > one.mean() > usual.mean()


def test_an_intervention_that_is_not_given_is_refused_with_its_reason():
    arm = {"name": "therapy", "intervention": "tf-cbt", "start": "40mo"}
    measures = [{"name": "externalizing", "ages": ["60mo"]}]
    asked = design(population="harsh", arms=[TWO_ARMS[0], arm], measures=measures)
    with pytest.raises(InputError, match="threat goes on"):
        design_of_arm(asked, asked.arms[1], families(asked, NUMBERS, 1, (40.0, 60.0)))


def test_a_pool_is_kept_and_found_again_whatever_is_drawn_from_it(tmp_path: Path):
    asked = design(baseline={"name": "rated sensitivity", "age": "4mo"}, measures=on("security"))
    told: list[tuple[int, int]] = []
    pool = live_pool(asked, tmp_path / "p", 5, progress=lambda done, count: told.append((done, count)))
    assert told[-1] == (1, 1) and pool.children + pool.unscored == 256
    assert pool.baseline is not None and pool.binary
    cheaper = design(
        baseline={"name": "rated sensitivity", "age": "4mo"}, measures=on("security"), drop_out={"rate": 0.3}
    )
    assert pool_name(cheaper, 5) == pool_name(asked, 5) != pool_name(asked, 6)
    again = live_pool(cheaper, tmp_path / "p", 5)
    assert np.array_equal(again.observed, pool.observed)


def test_a_trial_has_two_arms(tmp_path: Path):
    with pytest.raises(InputError, match="two arms"):
        live_pool(design(arms=TWO_ARMS[:1]), tmp_path / "p", 1)


@pytest.mark.slow
def test_pools_of_other_seeds_show_the_same_effect(tmp_path: Path):
    """Two pools of 1,024 children: differences of the same children agree within four standard errors of their own,
    missed in one pair of 16,000."""
    asked = design(measures=on("avoidance"), trial={"n": [100], "pool": 1024})
    arms = [outcome_under(live_pool(asked, tmp_path / str(seed), seed), "model") for seed in (1, 2)]
    assert abs(arms[0].difference - arms[1].difference) < 4 * np.hypot(arms[0].error, arms[1].error)
    assert arms[0].error > 0


def test_further_visits_arms_and_a_programme_of_ones_own_are_lived_in_one_pool(tmp_path: Path):
    asked = design(
        programmes=[{"name": "more warmth", "moves": {"warmth": 0.8, "answer_base": 0.8}}],
        arms=[*TWO_ARMS, {"name": "warmth", "intervention": "more warmth", "start": "5mo"}],
        measures=[
            {"name": "rated sensitivity", "ages": ["9mo", "14mo"]},
            {"name": "security", "ages": ["14mo"]},
        ],
        multiplicity={"method": "holm", "visits": "all"},
        drop_out={"rate": 0.2, "on": "rated sensitivity", "log_odds": -0.5},
        trial={"n": [60], "pool": 256},
    )
    pool = live_pool(asked, tmp_path / "pool", 1)
    assert set(pool.others) == {("rated sensitivity", 9.0), ("security", 14.0)}
    assert pool.true.shape[0] == 3 and pool.others["security", 14.0].binary
    assert pool.drop_on is not None
    assert np.array_equal(pool.drop_on, pool.others["rated sensitivity", 9.0].observed)
    usual, _, warmth = pool.true.mean(axis=1)
    assert warmth > usual
    again = live_pool(asked.model_copy(update={"randomisation": asked.randomisation}), tmp_path / "pool", 1)
    assert np.array_equal(again.true, pool.true)


def test_a_programme_moves_only_what_caregivers_differ_in():
    wrong = [{"name": "x", "moves": {"warmht": 0.5}}]
    with pytest.raises(InputError, match="warmht"):
        design(programmes=wrong, arms=[TWO_ARMS[0], {"name": "b", "intervention": "x", "start": "5mo"}])
    with pytest.raises(InputError, match="no arm is given"):
        design(programmes=[{"name": "x", "moves": {"warmth": 0.5}}])
    with pytest.raises(InputError, match="in the registry"):
        design(programmes=[{"name": "VIPP", "moves": {"warmth": 0.5}}])
