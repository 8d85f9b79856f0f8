"""A visit to one family of a calibrated population."""

from __future__ import annotations

import pytest

from bowlby.errors import InputError
from bowlby.simulate.visit import home_visit


def test_the_seed_is_the_family():
    first, again, other = (home_visit("pooled", age_months=12.0, minutes=10.0, seed=seed) for seed in (3, 3, 4))
    assert first.events.equals(again.events)
    assert not first.events.equals(other.events)
    assert first.windows["offset_s"].max() == 600.0
    assert first.windows["session"].n_unique() == 1


def test_an_unknown_population_is_refused():
    with pytest.raises(InputError, match="population"):
        home_visit("poold", age_months=12.0, minutes=10.0, seed=0)
