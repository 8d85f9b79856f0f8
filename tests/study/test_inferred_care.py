"""Care read off a record and care lived are the same care: each parameter moves the trait that it stands for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.model import registry
from bowlby.model.parameters import CAREGIVER_NAMES, default
from bowlby.study.inferred_care import as_setting, read_draws, thinned


def draws(**changed: float) -> dict[str, np.ndarray]:
    return {name: np.full(3, changed.get(name, default(name))) for name in CAREGIVER_NAMES}


def test_every_trait_is_given_inside_its_support():
    setting = as_setting(draws())
    assert set(setting) == {entry.name for entry in registry.CAREGIVER}
    for name, values in setting.items():
        low, high = registry.REGISTRY[name].support
        assert ((values > low) & (values < high)).all(), name


@pytest.mark.parametrize("answering", [1e-9, 0.2, 0.7, 1 - 1e-9])
def test_extreme_care_stays_inside(answering: float):
    setting = as_setting(draws(answer_probability=answering, fright_abusive_rate=50.0, regime_share=0.999))
    assert all(np.isfinite(values).all() for values in setting.values())


def test_a_clear_bid_is_answered_as_often_as_the_record_says():
    """Over available and unavailable time: P = detect sigmoid(base + slope (.6 - .5)) share available."""
    setting = as_setting(draws(answer_probability=0.6, regime_share=0.5, answer_slope=2.0))
    within = 0.95 / (1 + np.exp(-(setting["answer_base"] + setting["answer_slope"] * 0.1)))
    available = setting["sojourn_available"] / (setting["sojourn_available"] + setting["sojourn_unavailable"])
    assert within * available == pytest.approx(np.full(3, 0.6), rel=1e-3)
    assert available == pytest.approx(np.full(3, 1 - 0.5 * 0.4), rel=1e-5)


def test_frightening_acts_are_split_by_what_sets_them_off():
    setting = as_setting(draws(fright_harsh_rate=0.3, fright_contingent_share=0.25))
    assert setting["unprovoked_harsh"] == pytest.approx(np.full(3, 0.225))
    assert setting["provoked_harsh"] * 0.95 == pytest.approx(np.full(3, 0.075))


@pytest.mark.slow
def test_what_no_record_tells_is_spread_as_in_the_population():
    many = {name: np.full(4000, default(name)) for name in CAREGIVER_NAMES}
    holding = as_setting(many, seed=3)["holding"]
    assert holding.std() > 0.05
    assert holding.mean() == pytest.approx(registry.REGISTRY["holding"].default, abs=0.02)
    assert np.array_equal(holding, as_setting(many, seed=3)["holding"])
    assert not np.array_equal(holding, as_setting(many, seed=4)["holding"])


def test_draws_are_thinned_evenly():
    found = thinned({"a": np.arange(1000.0)}, 11)["a"]
    assert found[0] == 0 and found[-1] == 999 and len(found) == 11
    assert len(thinned({"a": np.arange(5.0)}, 100)["a"]) == 5


def test_a_file_that_is_no_posterior_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="no such file"):
        read_draws(tmp_path / "none.nc")
    wrong = tmp_path / "wrong.nc"
    wrong.write_text("x")
    with pytest.raises(InputError, match="holds no posterior"):
        read_draws(wrong)
