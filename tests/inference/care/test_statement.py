"""What is said of a record: where it is said, where it is not, and what stands beside it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.inference.care import words
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.base_rates import base_rates, base_rates_of, quadrants
from bowlby.inference.care.misfit import Misfit
from bowlby.inference.care.posterior import CarePosterior
from bowlby.inference.care.reading import DyadPosteriors, ReadingPlan, read_care, sparsely_watched
from bowlby.inference.care.rule import StatementCode, StatementCondition
from bowlby.inference.care.statement import CareStatement, care_statement, share_above, weighed_interval
from bowlby.inference.care.visits_needed import VisitsNeeded
from tests.inference.care.visits import CARE, FRIGHTENING, HARSH, coded, visit

DAYS = (0, 3, 7)
FORBIDDEN = re.compile(r"trauma|neglect|abuse[^d]|abuse$|diagnos|\bneither\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def ordinary() -> DyadPosteriors:
    """Three visits of 40 minutes, on three days, with distress."""
    found = read_care(coded(*(visit(day, 40.0, distress=3) for day in DAYS)))
    # A record written by hand is like none that the model writes; here it is taken to be.
    return replace(found, misfit=Misfit(flagged=False, summary="rate of play", z=0.4))


def moved(reading: DyadPosteriors, axis: Axis, above: float, sparse: float | None = None) -> DyadPosteriors:
    """The same reading with a share of its draws above the cut, on both sides of it as far as they lie."""

    def shifted(found: CarePosterior, share: float) -> CarePosterior:
        draws = dict(found.draws)
        count = len(draws[axis])
        high = np.arange(count) < round(share * count)
        draws[axis] = found.cuts[axis] * np.where(high, 1.05, 0.95)
        return replace(found, draws=draws)

    views = tuple(shifted(one, above) for one in reading.views)
    rare = tuple(shifted(one, above if sparse is None else sparse) for one in reading.sparse)
    return replace(reading, views=views, sparse=rare)


def text_of(found: CareStatement) -> str:
    return "\n".join(found.lines)


def test_an_ordinary_record_says_its_numbers_whatever_is_told(ordinary: DyadPosteriors):
    found = care_statement(ordinary).as_dict()
    for axis in ("threat", "deprivation"):
        said = found["axes"][axis]
        assert 0 < said["above_cut"] < 1 and said["bayes_factor"] > 0
        assert said["low"] < said["median"] < said["high"]
    assert found["axes"]["unpredictability"]["above_cut"] is None
    assert json.loads(json.dumps(found, allow_nan=False)) is not None


def test_threat_below_is_said_with_its_sentence_and_clears_nobody(ordinary: DyadPosteriors):
    found = care_statement(moved(ordinary, Axis.THREAT, 0.001))
    assert found.axes[Axis.THREAT].told is StatementCode.BELOW
    hours = found.posterior.evidence.fright_hours
    assert found.threat_below is not None and "clears nobody" in found.threat_below
    # The coder is unknown: half of the acts may be missed, so that the bound is twice 3 / T.
    assert f"More than {3.0 / (0.5 * hours):.2g} an hour" in found.threat_below
    assert "harsh or abusive" in found.threat_below and found.threat_below in found.lines


def test_threat_below_does_not_hold_where_few_acts_happen_while_watched(ordinary: DyadPosteriors):
    found = care_statement(moved(ordinary, Axis.THREAT, 0.001, sparse=0.05))
    assert found.axes[Axis.THREAT].told is StatementCode.NOT_TOLD and found.threat_below is None
    assert [one.name for one in found.axes[Axis.THREAT].lacking] == [StatementCondition.SPARSE]


def test_one_act_that_was_coded_forbids_threat_below():
    reading = read_care(coded(*(visit(day, 20.0, [FRIGHTENING] * (day == 0), distress=3) for day in DAYS)))
    found = care_statement(moved(reading, Axis.THREAT, 0.001))
    assert [one.name for one in found.axes[Axis.THREAT].lacking] == [StatementCondition.UNSEEN]


def test_two_statements_are_a_pair_and_no_word_for_both(ordinary: DyadPosteriors):
    both = moved(moved(ordinary, Axis.THREAT, 0.001), Axis.DEPRIVATION, 0.001)
    found = care_statement(both)
    assert found.pair == {"threat": "below", "deprivation": "below"}
    assert "Threat below, deprivation below." in found.lines
    assert not FORBIDDEN.search(text_of(found))
    assert care_statement(moved(ordinary, Axis.THREAT, 0.4)).pair is None


@pytest.mark.parametrize("share", [0.999, 0.001])
def test_what_stands_beside_a_statement_stands_there_in_json_too(ordinary: DyadPosteriors, share: float):
    found = care_statement(moved(ordinary, Axis.DEPRIVATION, share))
    said = found.as_dict()
    for line in (words.ABOUT, words.NO_EVIDENCE):
        assert line in found.lines and line in said["beside"] and line in said["what_this_is_not"]
    assert any("fewer than 1 are wrong" in line for line in found.beside)
    lines = list(found.lines)
    intervals = [place for place, line in enumerate(lines) if "90 % interval" in line]
    stated = [place for place, line in enumerate(lines) if "percentile of simulated families." in line]
    assert stated and max(intervals) < min(stated)


@pytest.mark.parametrize("chance", [0.95, 0.97, 0.99])
def test_the_number_of_wrong_calls_is_that_of_the_stated_side(ordinary: DyadPosteriors, chance: float):
    found = care_statement(moved(ordinary, Axis.DEPRIVATION, 1 - (1 - chance) / 10))
    assert found.axes[Axis.DEPRIVATION].told is StatementCode.ABOVE
    wrong = 100 * (1 - found.axes[Axis.DEPRIVATION].above)
    assert words.wrong_per_hundred(1 - wrong / 100) in " ".join(found.beside)


def test_one_visit_gives_numbers_and_no_statement():
    reading = read_care(coded(visit(0, 40.0)))
    found = care_statement(moved(moved(reading, Axis.DEPRIVATION, 0.999), Axis.THREAT, 0.999))
    assert all(found.axes[axis].told is StatementCode.NOT_TOLD for axis in (Axis.THREAT, Axis.DEPRIVATION))
    assert words.ONE_VISIT in text_of(found) and "P(above" in text_of(found)


def test_ten_hours_in_one_session_and_visits_of_unknown_day_are_one_visit():
    for visits in ([visit(0, 600.0)], [visit(None, 20.0)]):
        found = care_statement(moved(read_care(coded(*visits)), Axis.DEPRIVATION, 0.999))
        assert found.axes[Axis.DEPRIVATION].told is StatementCode.NOT_TOLD and words.ONE_VISIT in text_of(found)


def test_what_nobody_coded_is_not_assessable_and_no_number_is_given():
    found = care_statement(read_care(coded(*(visit(day, 20.0, without=["fright"]) for day in DAYS))))
    said = found.as_dict()["axes"]["threat"]
    assert said["statement"] == "not assessable" and said["conditions"] == []
    assert said["median"] is said["above_cut"] is said["bayes_factor"] is None
    assert "not coded is not absent" in text_of(found) and "no frightening act was coded" not in text_of(found)


def test_a_record_in_which_nothing_happened_tells_nothing():
    empty = coded(*(visit(day, 20.0, left_out=[*CARE, "cue", "affect", "intrude", "ignore"]) for day in DAYS))
    reading = read_care(empty)
    for axis in (Axis.THREAT, Axis.DEPRIVATION):
        for share in (0.999, 0.001):
            assert care_statement(moved(reading, axis, share)).axes[axis].told is StatementCode.NOT_TOLD


def test_a_misfit_forbids_every_statement(ordinary: DyadPosteriors):
    odd = replace(moved(ordinary, Axis.DEPRIVATION, 0.999), misfit=Misfit(True, "bursts of play", 4.2))
    found = care_statement(odd)
    assert found.axes[Axis.DEPRIVATION].told is StatementCode.NOT_TOLD
    assert "bursts of play" in text_of(found)
    fine = replace(odd, misfit=Misfit(False, "bursts of play", 1.2))
    assert care_statement(fine).axes[Axis.DEPRIVATION].told is StatementCode.ABOVE


def test_what_is_missing_is_said_where_it_is_known(ordinary: DyadPosteriors):
    reading = replace(moved(ordinary, Axis.THREAT, 0.3), missing={Axis.THREAT: VisitsNeeded(2, 60.0, 0.5)})
    found = care_statement(reading)
    assert "2 more visits of 60 minutes: told in 50 % of such families" in text_of(found)
    assert found.as_dict()["axes"]["threat"]["needed"]["share_told"] == 0.5
    assert VisitsNeeded(None, None, None).words == "more than 8 hours"
    told = replace(moved(ordinary, Axis.THREAT, 0.999), missing={Axis.THREAT: VisitsNeeded(2, 60.0, 0.5)})
    assert care_statement(told).axes[Axis.THREAT].needed is None


def test_base_rates_weigh_quadrants_and_leave_severity_and_evidence(ordinary: DyadPosteriors):
    plain = care_statement(ordinary)
    rates = base_rates_of(".4,.3,.2,.1")
    assert rates is not None
    stated = care_statement(ordinary, rates)
    assert stated.base_rates.prior(Axis.THREAT) == pytest.approx(0.4)
    assert stated.axes[Axis.THREAT].above > plain.axes[Axis.THREAT].above
    main = ordinary.posterior
    weights = stated.base_rates.weights(main.draws, main.cuts)
    place = quadrants(main.draws, main.cuts)
    for quadrant in range(4):
        inside = place == quadrant
        if inside.any():
            assert np.ptp(weights[inside]) == 0
    # Twice the share of one quadrant, all else in proportion, doubles its odds (Bayes).
    own = plain.base_rates.simulated
    doubled = {name: share * (2.0 if name == "threat" else 1.0) for name, share in own.items()}
    total = sum(doubled.values())
    twice = base_rates(main.prior, main.cuts, {name: share / total for name, share in doubled.items()})
    before, after = (np.bincount(place, w, 4) for w in (np.ones(len(place)), twice.weights(main.draws, main.cuts)))
    assert after[1] / after[0] == pytest.approx(2.0 * before[1] / before[0])


def test_base_rates_that_leave_too_few_draws_are_refused(ordinary: DyadPosteriors):
    main = ordinary.posterior
    place = quadrants(main.draws, main.cuts)
    rarest = int(np.bincount(place, minlength=4).argmin())
    rates = ",".join(".999997" if number == rarest else ".000001" for number in range(4))
    with pytest.raises(InputError, match="effective draws"):
        care_statement(ordinary, base_rates_of(rates))


def test_weights_of_one_give_plain_quantiles_and_shares(ordinary: DyadPosteriors):
    draws = ordinary.posterior.draws[Axis.THREAT]
    even = np.full(len(draws), 1.0 / len(draws))
    np.testing.assert_allclose(weighed_interval(draws, even), np.quantile(draws, [0.5, 0.05, 0.95]), rtol=5e-3)
    assert share_above(ordinary.posterior, Axis.THREAT, even) == pytest.approx(
        (draws > ordinary.posterior.cuts[Axis.THREAT]).mean()
    )


def test_a_quarter_of_the_time_is_asked_of_frightening_acts_alone(ordinary: DyadPosteriors):
    evidence = ordinary.posterior.evidence
    rare = sparsely_watched(evidence)
    assert rare.fright_hours == pytest.approx(0.25 * evidence.fright_hours)
    assert rare.hours == pytest.approx(evidence.hours) and rare.fright == evidence.fright


def test_no_word_of_a_record_is_one_that_nobody_may_read_there():
    for frights in ([], [HARSH] * 6):
        for left_out in ([], CARE):
            reading = read_care(coded(*(visit(day, 20.0, frights, left_out=left_out) for day in DAYS)))
            found = care_statement(reading)
            assert not FORBIDDEN.search(text_of(found))
            assert "percentile of simulated families" in text_of(found)


def test_the_same_record_and_seed_say_the_same():
    record = coded(*(visit(day, 20.0) for day in DAYS))
    first, again = (care_statement(read_care(record, ReadingPlan(seed=4))).as_dict() for _ in range(2))
    assert first == again
