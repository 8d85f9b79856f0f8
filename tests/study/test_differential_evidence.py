"""Each kind of evidence carries its own bits, and only its own."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest

from bowlby.infer.posterior import posterior
from bowlby.study.axes import Axes
from bowlby.study.differential import Differential, differential, weigh
from bowlby.study.differential_evidence import Weight
from bowlby.study.reference import reference_population
from tests.infer.by_hand import CODABLE, Act, bids, record

PLAYS: list[Act] = [("caregiver", "play", 20.0 + 13 * i, None) for i in range(90)]
FRIGHTS: list[Act] = [("caregiver", "fright.harsh", 25.0 + 60 * i, None) for i in range(18)]


def bits(found: Differential) -> dict[str, Weight]:
    return {one.row: one for one in found.evidence}


@pytest.fixture(scope="module")
def neglected() -> dict[str, Weight]:
    """Return the weights of a record with many cries, hardly an answer and hardly any play."""
    return bits(differential(record([*bids(28, 2, cue="cue.distress", every=40.0), *PLAYS[:2]]), seed=1))


@pytest.fixture(scope="module")
def frightened() -> dict[str, Weight]:
    return bits(differential(record([*bids(28, 26), *PLAYS, *FRIGHTS]), seed=1))


def test_what_speaks_for_deprivation_has_bits_above_nothing(neglected: dict[str, Weight]):
    assert neglected["whether cues were answered"].bits > 1.0
    assert neglected["play, talk and smiles"].bits > 0.5
    assert neglected["frightening acts"].bits < 0


def test_what_speaks_against_it_has_bits_below_nothing(frightened: dict[str, Weight]):
    assert frightened["whether cues were answered"].bits < -1.0
    assert frightened["play, talk and smiles"].bits <= 0
    assert frightened["frightening acts"].bits > 3.0


def test_bits_of_threat_are_odds_after_over_odds_before(frightened: dict[str, Weight]):
    found = differential(record([*bids(28, 26), *PLAYS, *FRIGHTS[:2]]), seed=1)
    drawn, reference = weigh(found.posterior).drawn, reference_population(12.0)
    after, before = (float((axes.threat > reference.threat_cut).mean()) for axes in (drawn, reference.prior))
    wanted = log2(after / (1 - after)) - log2(before / (1 - before))
    assert bits(found)["frightening acts"].bits == pytest.approx(wanted, abs=0.05)
    assert not bits(found)["frightening acts"].at_least
    assert frightened["frightening acts"].axis == "threat"


def test_leaving_out_all_that_bears_on_deprivation_returns_to_the_prior(neglected: dict[str, Weight]):
    found = differential(record([*bids(28, 2, cue="cue.distress", every=40.0)], codable=CODABLE), seed=1)
    only = {one.row: one.bits for one in found.evidence if one.axis == "deprivation"}
    no_play = CODABLE | {"caregiver": ["answer", "intrude"]}
    alone = differential(record(bids(28, 2, cue="cue.distress", every=40.0), codable=no_play), seed=1)
    sums = sum(one.bits for one in alone.evidence if one.axis == "deprivation")
    high = next(axis.above_cut for axis in alone.axes if axis.name == "deprivation")
    assert high is not None and only.keys() == {row for row in neglected if row != "frightening acts"}
    # Answers, intrusions and warmth are all there is: what they add up to is nearly all that moved the odds. They are
    # not independent given the axis, hence the half bit.
    wanted = log2(high / (1 - high)) - log2(0.1 / 0.9)
    assert sums == pytest.approx(wanted, abs=0.5)


def test_what_was_not_codable_weighs_nothing_at_all():
    caregiver = [name for name in CODABLE["caregiver"] if name not in ("play", "voice", "smile")]
    found = bits(differential(record(bids(12, 6), codable=CODABLE | {"caregiver": caregiver})))
    assert found["play, talk and smiles"].bits == 0.0
    assert found["whether cues were answered"].bits != 0.0


def test_an_empty_record_weighs_next_to_nothing_but_by_its_time():
    found = bits(differential(record([])))
    assert found["whether cues were answered"].bits == found["how soon they were answered"].bits == 0.0
    assert found["play, talk and smiles"].bits > 0.0 > found["frightening acts"].bits


def test_weights_do_not_move_the_posterior():
    coded = record(bids(12, 6))
    found = posterior(coded, seed=3)
    told = differential(found)
    assert isinstance(told.axis_draws, Axes)
    assert np.array_equal(found.free["answer_probability"], posterior(coded, seed=3).free["answer_probability"])
