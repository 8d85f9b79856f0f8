"""A forecast: fans that start where they are asked to, plans that share all chances, refusals that are told."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.lives.fan import QUANTILES
from bowlby.lives.forecast import Forecast, ForecastDesign, forecast
from bowlby.reporting.forecast_page import forecast_html, plain_words


@pytest.fixture(scope="module")
def found() -> Forecast:
    plans = ("foster placement", "teacher consultation", "dyadic developmental psychotherapy")
    return forecast(
        ForecastDesign(care="institution", children=48, start=40.0, until=60.0, interventions=plans, seed=2)
    )


def test_fans_begin_at_the_start_and_are_in_order(found: Forecast):
    for band in found.fans:
        assert band.ages[0] >= 39.9
        assert band.quantiles.shape == (len(band.ages), len(QUANTILES))
        assert (np.diff(band.quantiles, axis=1) >= 0).all(), band.name
    told = {band.name for band in found.fans}
    assert {"adults_relief", "teacher closeness", "externalizing"} <= told
    assert "adult anxiety" not in told


def test_a_new_home_changes_what_is_expected_at_home_and_a_consultation_does_not(found: Forecast):
    """Foster carers answer, an institution does not; teachers are elsewhere: .3 of the scale, standard error .03."""

    def at_end(plan: str) -> float:
        return float(next(band for band in found.with_plans[plan] if band.name == "relief_express").mean[-1])

    base = float(next(band for band in found.fans if band.name == "relief_express").mean[-1])
    assert at_end("foster placement") > base + 0.2
    assert abs(at_end("teacher consultation") - base) < 0.05


def test_what_has_no_adequate_trial_is_not_ranked(found: Forecast):
    told = found.as_dict()
    rows = [row for row in told["interventions"] if row["outcome"].startswith("teacher closeness")]  # pyright: ignore
    best = {row["name"]: row["p_best"] for row in rows}
    assert best["dyadic developmental psychotherapy"] is None
    ranked = [value for value in best.values() if value is not None]
    assert sum(ranked) == pytest.approx(1.0)
    assert set(told["fans"]) == {"no intervention", *found.with_plans}  # pyright: ignore


def test_the_page_says_limits_and_numbers(found: Forecast):
    page = forecast_html(found, "Care named institution")
    assert "not what will become of one child" in page
    assert "Not for diagnosis" in page
    assert "Mechanism only" in page
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page
    assert page.count('role="img"') == len(found.fans)
    assert plain_words(found)[0].startswith("This is what a model would expect")


def test_an_age_or_an_end_that_means_nothing_is_refused():
    with pytest.raises(InputError, match="later age"):
        forecast(ForecastDesign(start=60.0, until=48.0))
    with pytest.raises(InputError, match="no outcome"):
        forecast(ForecastDesign(start=10.0, until=30.0))
    with pytest.raises(InputError):
        forecast(ForecastDesign(children=4, start=40.0, until=60.0, interventions=("holding",)))
