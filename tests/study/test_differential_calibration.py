"""What is stated of simulated children, beside what is so."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.infer.evidence import gather
from bowlby.model.parameters import default
from bowlby.records.excerpt import first_minutes
from bowlby.records.identity import coded_as_itself
from bowlby.simulate.dyad import simulate_dyad
from bowlby.simulate.exposures import exposure
from bowlby.study.abstention import Verdict
from bowlby.study.differential_calibration import (
    BASE_RATES,
    Row,
    Study,
    abstention_risk,
    calibration,
    reliability,
    study,
    table,
)
from bowlby.study.differential_children import MINUTES, Writer, known_children, records_of
from bowlby.study.full_child import watch_full_children
from bowlby.study.reference import QUADRANTS

SETTING = "referred"
RATES = np.array([BASE_RATES[SETTING][name] for name in QUADRANTS])


def rows(number: int, blur: float, sharpen: float = 1.0, seed: int = 0) -> list[Row]:
    """Return children told apart by a noisy sign, with their exact probabilities, or these sharpened."""
    rng = np.random.default_rng(seed)
    found: list[Row] = []
    for child in range(number):
        truth = child % len(QUADRANTS)
        sign = np.eye(len(QUADRANTS))[truth] + blur * rng.standard_normal(len(QUADRANTS))
        log_p = sharpen * (np.log(RATES) + sign / blur**2)
        p = np.exp(log_p - np.logaddexp.reduce(log_p))
        named = QUADRANTS[int(p.argmax())] if p.max() >= 0.8 else str(Verdict.NOT_ENOUGH)
        stated = {SETTING: tuple(p.tolist())}
        found.append(Row(child, truth, 20.0, stated, {SETTING: bool(p.max() > 0.6)}, {SETTING: named}, 0.05))
    return found


def test_exact_probabilities_have_the_error_of_chance_alone():
    found = calibration(rows(2000, 0.6), SETTING)
    assert found.error.value == pytest.approx(found.by_chance, abs=0.012)
    assert found.error.value < 0.03 and found.top_error < 0.05
    assert found.skill.low > 0.2 and found.wrong.value < 0.2
    assert found.records == 2000 and found.share == pytest.approx(1.0)


@pytest.mark.parametrize("sharpen", [0.3, 3.0])
def test_probabilities_too_bold_or_too_timid_are_found_out(sharpen: float):
    found = calibration(rows(2000, 0.6, sharpen), SETTING)
    assert found.error.low > 2 * found.by_chance
    assert found.top_error > 0.1


def test_what_is_left_unexplained_enters_the_error_of_the_four_and_not_of_what_is_explained():
    plain = calibration(rows(2000, 0.6), SETTING)
    kept = [
        replace(row, stated={SETTING: tuple(0.8 * p for p in row.stated[SETTING])}, unexplained=0.2)
        for row in rows(2000, 0.6)
    ]
    found = calibration(kept, SETTING)
    assert found.explained_error.value == pytest.approx(plain.error.value)
    assert found.error.value > plain.error.value + 0.03


def test_always_saying_the_base_rates_has_no_skill_and_no_error():
    said = [
        Row(child, child % 4, 5.0, {SETTING: tuple(RATES)}, {SETTING: False}, {SETTING: str(Verdict.NOT_ENOUGH)}, 0.1)
        for child in range(80)
    ]
    found = calibration(said, SETTING)
    assert found.skill.value == pytest.approx(0.0, abs=1e-9)
    assert found.error.value == pytest.approx(0.0, abs=1e-9)
    assert found.decided == 0.0 and np.isnan(found.wrong.value)
    given = calibration(said, SETTING, given=True)
    assert given.records == 0 and given.share == 0.0 and np.isnan(given.error.value)
    assert all(value is None or np.isfinite(value) for value in given.error.as_dict().values())


def test_children_count_as_often_as_their_quadrant_occurs():
    found = reliability(rows(2000, 0.6), SETTING)
    assert sum(one.weight for one in found) == pytest.approx(1.0)
    mean = sum(one.weight * one.so for one in found)
    assert mean == pytest.approx(1 / len(QUADRANTS))
    always = [
        Row(child, child % 4, 5.0, {SETTING: (1.0, 0.0, 0.0, 0.0)}, {SETTING: True}, {SETTING: "neither"}, 0.0)
        for child in range(40)
    ]
    assert calibration(always, SETTING).wrong.value == pytest.approx(1 - RATES[0])


def test_risk_falls_as_more_is_abstained():
    points = abstention_risk(rows(2000, 0.6), SETTING, 20.0)
    free = [point for point in points if not point.rule]
    assert [point.named for point in free] == sorted((point.named for point in free), reverse=True)
    assert free[0].named == pytest.approx(1.0) and free[-1].wrong < 0.5 * free[0].wrong
    ruled = [point for point in points if point.rule]
    assert ruled[0].named < free[0].named


def test_known_children_fill_every_quadrant_and_lie_where_they_are_said_to():
    children = known_children(3, 5)
    assert [child.quadrant for child in children] == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
    assert [child.number for child in children] == list(range(12))
    assert len({child.exposure for child in children}) > 3
    assert known_children(3, 5) == children != known_children(3, 6)
    with pytest.raises(InputError, match="at least one child"):
        known_children(0, 1)


def test_shorter_records_begin_the_longest():
    (child,) = known_children(1, 2)[:1]
    ((_, records),) = records_of([child], Writer.DYAD, (5.0, 20.0), 1)
    short, long = records[5.0].record, records[20.0].record
    assert short.windows["offset_s"].to_list() == [300.0] and long.windows["offset_s"].to_list() == [1200.0]
    assert short.events.height == long.events.filter(long.events["onset_s"] < 300.0).height
    assert (short.events["offset_s"].drop_nulls() <= 300.0).all()


def test_cutting_a_record_leaves_its_own_beginning_as_it_is():
    record = simulate_dyad("usual", minutes=10, seed=3)
    whole = first_minutes(record, 10.0)
    assert whole.events.equals(record.events) and whole.windows.equals(record.windows)


@pytest.fixture(scope="module")
def small() -> Study:
    """Return three children a quadrant, by the small generator: a short form of the proofs below."""
    return study(Writer.DYAD, 3, (5.0, 20.0), 3)


@pytest.mark.parametrize("setting", BASE_RATES)
def test_five_minutes_abstain_and_twenty_tell_more(small: Study, setting: str):
    # Of 200 children skill was .20 to .24 at 5 minutes and .40 to .50 at 20 (docs); of 12 its sd is about .1, and the
    # families that it is measured against are those of a later fit.
    five, twenty = (calibration(small.rows, setting, minutes) for minutes in (5.0, 20.0))
    assert five.decided <= 0.1
    assert twenty.decided >= five.decided
    assert twenty.skill.value > max(five.skill.value, 0)
    assert not twenty.wrong.value > 0.2


def test_the_study_in_figures_is_whole(small: Study):
    told = small.as_dict()
    assert {"calibration", "reliability", "abstention_risk", "by_quadrant", "base_rates"} <= told.keys()
    lines = table(small.calibrations).split("\n")
    assert len(lines) == 2 + len(small.calibrations) == 2 + 2 * 3 * 3
    assert len(small.rows) == 12 * 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sensitive", "usual", "rejecting", "deprived", "frightening"])
def test_the_full_child_s_record_shows_the_care_that_was_asked_for(name: str):
    """The records are pooled; the tolerance is three standard errors of 60 hours in bouts, and the mapping's own."""
    caregiver = exposure(name)
    records = watch_full_children([caregiver] * 20, 180.0, default("age_default"), 8)
    found = [gather(coded_as_itself(record)) for record in records]
    counts = [one.counts[0] for one in found]
    rate = sum(one.engagement for one in counts) / sum(one.engagement_h for one in counts)
    assert rate == pytest.approx(float(caregiver.engagement_rate), rel=0.3)
    bids = [one.episodes.filter("informative").filter(~one.episodes.filter("informative")["distress"]) for one in found]
    answered = sum(table["answered"].sum() for table in bids) / sum(table.height for table in bids)
    assert answered == pytest.approx(float(caregiver.answer_probability), abs=0.1)
    frights = sum(sum(one.frights[1:]) for one in counts) / 60.0
    tiers = ("fright_frightening_rate", "fright_harsh_rate", "fright_abusive_rate")
    wanted = sum(float(getattr(caregiver, tier)) for tier in tiers)
    assert abs(frights - wanted) < 4 * np.sqrt(wanted / 60.0) + 0.02


@pytest.mark.proof
@pytest.mark.parametrize(("writer", "seed"), [(Writer.CHILD, 2026), (Writer.DYAD, 2027)])
def test_stated_probabilities_mean_what_they_say(writer: Writer, seed: int, capsys: pytest.CaptureFixture[str]):
    """200 children on exposures that the reference knows nothing of, at three base rates; seeds used for nothing else.

    Fixed seeds: no false alarm on one machine. Another seed would move an error by about .006 and the share wrong by
    about .02, so that the bars at .05 and .20 would fail once in 20 and hardly ever.
    """
    found = study(writer, 50, MINUTES, seed)
    with capsys.disabled():
        sys.stdout.write(f"\n{writer}\n{table(found.calibrations)}\n")
    for setting in BASE_RATES:
        for given in (True, False):
            every = calibration(found.rows, setting, given=given)
            assert every.error.value <= 0.05, every
            assert every.skill.low > 0, every
        by_length = [calibration(found.rows, setting, minutes) for minutes in MINUTES]
        assert by_length[0].decided <= 0.1
        assert [one.decided for one in by_length] == sorted(one.decided for one in by_length)
        assert calibration(found.rows, setting).wrong.value <= 0.2
