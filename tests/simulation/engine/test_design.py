"""Designs that cannot be lived are refused, each with its place and remedy, before any work."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from bowlby.errors import InputError, ParameterError
from bowlby.simulation.engine.age import parse_age
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.engine.schedule import schedule

CARE = (Care(1.0),)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"children": 0}, "at least one child"),
        ({"children": -3}, "at least one child"),
        ({"bids_per_day": 0}, "at least one bid"),
        ({"seed": -1}, "seed"),
        ({"care": ()}, "care must cover"),
        ({"care": (Care(0.0),)}, "care must cover"),
        ({"care": (Care(math.nan),)}, "care must cover"),
        ({"care": (Care(2.0), Care(1.0))}, "care must cover"),
        ({"care": (Care(1e-6),)}, "no episode"),
        ({"care": (Care(1e6),)}, "too many"),
        ({"trace_at": (1.5,)}, "outside the time"),
        ({"numbers": np.array([1, 1], np.uint32), "children": 2}, "number of its own"),
    ],
)
def test_an_impossible_cohort_is_refused(changes, word):
    with pytest.raises(InputError, match=word):
        CohortDesign(**{"children": 3, "care": CARE, **changes})


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"care": (Care(1.0, {"warmth": 1.2}),)}, "warmth"),
        ({"care": (Care(1.0, {"warmth": math.nan}),)}, "warmth"),
        ({"care": (Care(1.0, {"latency_median": -1.0}),)}, "latency_median"),
        ({"care": (Care(1.0, {"warmt": 0.5}),)}, "warmt"),
        ({"care": (Care(1.0, {"irritability": 0.5}),)}, "irritability"),
        ({"care": (Care(1.0, {}, spread=-1.0),)}, "spread"),
        ({"child": {"susceptibility": math.inf}}, "susceptibility"),
        ({"child": {"susceptibility": np.ones(2)}}, "susceptibility"),
        ({"constants": {"body": 1.5}}, "body"),
        ({"child_spread": math.nan}, "spread"),
    ],
)
def test_a_parameter_outside_its_support_is_refused(changes, column):
    with pytest.raises(ParameterError) as caught:
        CohortDesign(**{"children": 3, "care": CARE, **changes})
    assert caught.value.column == column
    assert caught.value.remedy


def test_the_offending_child_is_named():
    with pytest.raises(ParameterError) as caught:
        CohortDesign(3, CARE, child={"irritability": np.array([0.5, 0.5, 1.0])})
    assert caught.value.row == 3


@pytest.mark.parametrize(
    ("text", "months"),
    [("18mo", 18.0), ("2y", 24.0), ("90d", 90 / 30.4375), ("12 weeks", 84 / 30.4375), ("1.5Y", 18.0)],
)
def test_ages_are_read(text, months):
    assert parse_age(text) == pytest.approx(months, rel=1e-12)


@pytest.mark.parametrize("text", ["", "18", "mo", "-3mo", "0d", "3 fortnights", "nan y"])
def test_what_is_no_age_is_refused(text):
    with pytest.raises(InputError) as caught:
        parse_age(text)
    assert caught.value.column == "until"


def test_stretches_cover_every_episode_once_and_keep_to_their_care():
    design = CohortDesign(1, (Care(2.2), Care(5.0), Care(5.5)), trace_at=(0.3, 2.2, 4.9))
    stretches = schedule(design)
    assert stretches[0].first == 0
    assert all(a.end == b.first for a, b in pairwise(stretches))
    assert stretches[-1].end == design.episodes
    for stretch in stretches:
        born, over = ([0.0, 2.2, 5.0][stretch.care], design.care[stretch.care].until)
        assert design.episode_at(born) <= stretch.first < stretch.end <= design.episode_at(over)
    assert sum(stretch.traced for stretch in stretches) == 4
    assert schedule(design, stretches[3].end) == stretches[4:]
