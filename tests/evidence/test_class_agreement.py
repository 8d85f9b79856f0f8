"""Classes as coders give them: a coder's error makes nobody disorganized, and coders agree as trained ones do."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from bowlby.evidence.class_agreement import FOUR_WAY, ClassShares, agreement, agreement_table, agreements, share_table
from bowlby.evidence.published.lives import SimulatedStudy, live
from bowlby.evidence.published.staged_procedures import Occasion, four_way_class, scores, visit
from bowlby.simulation.coder import OF_PROCEDURES, WITHOUT_ERROR
from bowlby.simulation.engine.cohort import CohortResult
from bowlby.simulation.moments import SituationRun
from bowlby.simulation.procedures import STRANGE_SITUATION

CHILDREN = 256
FITTING = FOUR_WAY.index("D")


@cache
def children() -> CohortResult:
    (design,) = SimulatedStudy("pooled", CHILDREN, 5).designs([13.0])
    return live(design).result


@cache
def played(again: bool = False) -> SituationRun:
    return visit(children(), STRANGE_SITUATION, Occasion.PROCEDURE, again=again)


def test_two_coders_of_one_session_agree_as_trained_coders_do():
    """Kappa .7 to .9 is taken for them. 1,000 children gave .79; its standard error at 256 is .033 (delta method, .88
    agreeing), so that it leaves .66 to .92 by chance in fewer than one of 10,000 seeds."""
    found = agreements(played(), played(again=True), played(again=True))[0]
    assert found.kappa.estimate is not None
    assert 0.66 < found.kappa.estimate < 0.92
    assert found.agreed > 0.8


def test_a_coder_with_error_codes_nobody_disorganized_who_showed_nothing_of_it():
    """No chance in it: a false act has the kind and length of a true one of the same child, at whatever time."""
    shown = ((played().seen["theme"] > 0) & (played().phase >= 0)).any(axis=0)
    coded = scores(played())
    quiet = coded.filter(coded["session"].is_in([str(number) for number in played().numbers[~shown]]))
    assert quiet.height > CHILDREN / 8
    assert (quiet["disorganization"] == 1.0).all()


def test_a_coder_with_error_adds_little_to_the_share_of_d():
    """The share fell by .032 among 1,000. Paired, .05 of children change, so that its standard error at 256 is .014: a
    rise of .03 comes by chance once in 3,000 seeds; errors on the bounded scale gave one of .06."""
    true, coded = (four_way_class(played(), error) == FITTING for error in (WITHOUT_ERROR, OF_PROCEDURES))
    assert coded.mean() - true.mean() < 0.03


def test_two_sessions_of_a_day_agree_less_than_two_coders_and_more_than_chance():
    """Kappa .47 among 1,000, standard error .045 at 256: above .25 but once in 100,000 seeds, and below the .79 too."""
    coders, same_day, *_ = agreements(played(), played(again=True), played(again=True))
    assert coders.kappa.estimate is not None
    assert same_day.kappa.estimate is not None
    assert 0.25 < same_day.kappa.estimate < coders.kappa.estimate


def test_every_day_has_chances_and_a_departure_of_its_own():
    usual = visit(children(), STRANGE_SITUATION, Occasion.PROCEDURE, usual=True)
    other = visit(children(), STRANGE_SITUATION, Occasion.SECOND)
    numbers = {played().session, played(again=True).session, other.session}
    assert len(numbers) == 3
    assert usual.session == played().session
    for one in (usual, played(again=True), other):
        assert not np.array_equal(one.seen["act"], played().seen["act"])


def test_agreement_is_counted_as_by_hand():
    """Of B B A D against B A A D three of four agree; of A alone: two by two, one each wrong."""
    first, second = np.array([1.0, 1.0, 0.0, 3.0, np.nan]), np.array([1.0, 0.0, 0.0, 3.0, 1.0])
    found = agreement("by hand", first, second)
    assert found.agreed == 0.75
    assert found.kappa.estimate == pytest.approx((0.75 - 5 / 16) / (1 - 5 / 16))
    assert found.each["A"][0] == 0.75
    assert found.each["A"][1].estimate == pytest.approx(0.5)
    assert found.each["D"][1].estimate == 1.0
    assert "| by hand | 75, 0.64 (unknown to unknown) | 75, 0.50 |" in agreement_table([found])
    assert "| 12 | with error | 10.0 |" in share_table([ClassShares(12.0, "with error", {"A": 0.1})])
