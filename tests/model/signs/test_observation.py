"""Reports of a sign: layers against brute force, agreement as published, and eyes that count once."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest

from bowlby.model.signs.accuracy import INFORMANTS, OCCASION, SHOWS_IN_SETTING, Informant, ReportLayer, unexplained_grid
from bowlby.model.signs.observation import Observation, ObservedValue, chance_of_report, usual_setting, weigh_reports
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.sign import Setting

DAY = date(2026, 1, 1)
REPORTS = [
    Observation("fear", ObservedValue.PRESENT, Informant.CAREGIVER, Setting.HOME, DAY),
    Observation("fear", ObservedValue.ABSENT, Informant.CAREGIVER, Setting.HOME, DAY + timedelta(7)),
    Observation("fear", ObservedValue.PRESENT, Informant.CAREGIVER, Setting.HOME, DAY, rater="b"),
    Observation("fear", ObservedValue.ABSENT, Informant.TEACHER, Setting.PRESCHOOL, DAY),
]


def bernoulli(yes: bool, chance: float) -> float:
    return chance if yes else 1.0 - chance


def by_hand(shows: bool) -> float:
    """Sum over every truth of two settings and three informants: 2^5 terms, written out apart from the code."""
    total = 0.0
    for home, preschool, first, second, teacher in product([True, False], repeat=5):
        p = bernoulli(home, SHOWS_IN_SETTING.hit if shows else SHOWS_IN_SETTING.false)
        p *= bernoulli(preschool, SHOWS_IN_SETTING.hit if shows else SHOWS_IN_SETTING.false)
        for sees, there, informant in (
            (first, home, Informant.CAREGIVER),
            (second, home, Informant.CAREGIVER),
            (teacher, preschool, Informant.TEACHER),
        ):
            p *= bernoulli(sees, INFORMANTS[informant].hit if there else INFORMANTS[informant].false)
        for said, sees in ((True, first), (False, first), (True, second), (False, teacher)):
            p *= bernoulli(said, OCCASION.hit if sees else OCCASION.false)
        total += p
    return total


def test_the_layers_are_summed_as_by_hand():
    found = weigh_reports(REPORTS)
    assert np.exp(found.shown) == pytest.approx(by_hand(True), rel=1e-12)
    assert np.exp(found.not_shown) == pytest.approx(by_hand(False), rel=1e-12)


def test_the_order_of_reports_does_not_matter():
    rng = np.random.default_rng(0)
    for _ in range(20):
        assert weigh_reports([REPORTS[k] for k in rng.permutation(4)]) == weigh_reports(REPORTS)


@pytest.mark.parametrize("informant", Informant)
def test_one_look_is_the_chance_of_a_report(informant: Informant):
    found = weigh_reports([Observation("fear", ObservedValue.PRESENT, informant)])
    assert (np.exp(found.shown), np.exp(found.not_shown)) == pytest.approx(chance_of_report(informant))


def test_a_thousand_reports_of_one_rater_say_no_more_than_that_rater_knows():
    many = [Observation("fear", ObservedValue.PRESENT, day=DAY + timedelta(k)) for k in range(1000)]
    found = weigh_reports(many)
    layer = INFORMANTS[Informant.CAREGIVER]
    knows = [layer.hit * p + layer.false * (1 - p) for p in (SHOWS_IN_SETTING.hit, SHOWS_IN_SETTING.false)]
    assert found.shown - found.not_shown == pytest.approx(np.log(knows[0] / knows[1]), rel=1e-9)


def test_persistence_raises_and_a_second_place_raises_more():
    def ratio(*reports: Observation) -> float:
        found = weigh_reports(reports)
        return found.shown - found.not_shown

    once = Observation("fear", ObservedValue.PRESENT, day=DAY)
    again = Observation("fear", ObservedValue.PRESENT, day=DAY + timedelta(7))
    elsewhere = Observation("fear", ObservedValue.PRESENT, Informant.TEACHER, Setting.PRESCHOOL, DAY)
    assert 0 < ratio(once) < ratio(once, again) < ratio(once, elsewhere)
    assert ratio(Observation("fear", ObservedValue.ABSENT)) < 0


def agreement(layers: list[ReportLayer], base: float) -> float:
    """Phi of two reports that share everything above the layers given, for a truth of that base rate."""
    phi = 1.0
    for layer in layers:
        below = base * layer.hit + (1 - base) * layer.false
        phi *= (layer.hit - layer.false) * np.sqrt(base * (1 - base) / (below * (1 - below)))
        base = below
    return phi * phi


def test_informants_agree_as_published():
    """Achenbach et al. 1987: .60 in one setting, .28 in two; De Los Reyes et al. 2015: .28."""
    shows, seen = SHOWS_IN_SETTING, INFORMANTS[Informant.TEACHER]
    below = 0.1 * shows.hit + 0.9 * shows.false
    assert agreement([seen], below) == pytest.approx(0.60, abs=0.03)
    assert agreement([shows, seen], 0.1) == pytest.approx(0.28, abs=0.03)


def test_unexplained_rates_are_those_of_the_beta():
    rates = np.array(unexplained_grid(2000))
    assert rates.mean() == pytest.approx(1 / 4, abs=1e-3)
    assert rates.var() == pytest.approx(3 / 80, abs=1e-3)


def test_an_informant_looks_where_the_sign_shows():
    assert usual_setting(SIGNS["isolation"], Informant.TEACHER) == Setting.PRESCHOOL
    assert usual_setting(SIGNS["indiscriminate_approach"], Informant.CAREGIVER) == Setting.STRANGERS
