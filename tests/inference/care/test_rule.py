"""The rule of statements: each number bites, in both directions, and an exact Poisson world bears it out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bowlby.inference.care import rule
from bowlby.inference.care.rule import (
    AxisProbability,
    FrightGround,
    StatementCode,
    StatementCondition,
    StatementGround,
    at_odds,
    conditions,
    odds,
    statement_codes,
)

PRIOR = 0.1


def belief(*above: float, prior: float = PRIOR) -> AxisProbability:
    """One record, seen with some coders."""
    return AxisProbability(np.array([above]), np.array([prior]))


def ground(*, codable: bool = True, events: int = 40, days: int = 3, misfit: bool = False) -> StatementGround:
    return StatementGround(np.array([codable]), np.array([events]), np.array([days]), np.array([misfit]))


def fright(
    *, throughout: bool = True, acts: int = 0, distress: int = rule.DISTRESS_CUES, sparse: AxisProbability | None = None
) -> FrightGround:
    sparse = belief(0.001) if sparse is None else sparse
    return FrightGround(np.array([throughout]), np.array([acts]), np.array([distress]), sparse)


def test_a_clear_record_is_told_in_either_direction():
    assert statement_codes(belief(0.99), ground()) == [StatementCode.ABOVE]
    assert statement_codes(belief(0.001), ground()) == [StatementCode.BELOW]
    assert statement_codes(belief(0.99), ground(), fright()) == [StatementCode.ABOVE]
    assert statement_codes(belief(0.001), ground(), fright()) == [StatementCode.BELOW]


@pytest.mark.parametrize("side", [0.99, 0.001])
@pytest.mark.parametrize(
    ("lacks", "code"),
    [
        ({"events": 0}, StatementCode.NOT_TOLD),
        ({"days": 1}, StatementCode.NOT_TOLD),
        ({"misfit": True}, StatementCode.NOT_TOLD),
        ({"codable": False}, StatementCode.NOT_ASSESSABLE),
    ],
)
def test_whatever_the_posterior_a_record_without_ground_tells_nothing(
    side: float, lacks: dict[str, int], code: StatementCode
):
    assert statement_codes(belief(side), ground(**lacks)) == [code]


def test_threat_below_asks_for_more_and_threat_above_does_not():
    for lacking in (
        fright(throughout=False),
        fright(acts=1),
        fright(distress=rule.DISTRESS_CUES - 1),
        fright(sparse=belief(0.05)),
    ):
        assert statement_codes(belief(0.001), ground(), lacking) == [StatementCode.NOT_TOLD]
        assert statement_codes(belief(0.99), ground(), lacking) == [StatementCode.ABOVE]
    assert statement_codes(belief(0.001), ground(days=2), fright()) == [StatementCode.NOT_TOLD]
    assert statement_codes(belief(0.001), ground(days=2)) == [StatementCode.BELOW]


def test_a_statement_holds_at_half_and_twice_the_base_odds():
    # At half the base odds .93 is 6.6 to 1, at twice the base odds .06 is .11: neither is sure there.
    assert statement_codes(belief(0.93, prior=0.3), ground()) == [StatementCode.NOT_TOLD]
    assert statement_codes(belief(0.95, prior=0.3), ground()) == [StatementCode.ABOVE]
    assert statement_codes(belief(0.06, prior=0.5), ground()) == [StatementCode.NOT_TOLD]
    assert statement_codes(belief(0.05, prior=0.5), ground()) == [StatementCode.BELOW]


def test_a_statement_asks_for_evidence_and_not_for_a_small_prior():
    # An empty record of a population in which one family in a hundred lies above is sure, and says nothing.
    empty = belief(0.01, prior=0.01)
    assert conditions(empty, ground(), StatementCode.BELOW)[StatementCondition.SURE].all()
    assert statement_codes(empty, ground()) == [StatementCode.NOT_TOLD]
    assert statement_codes(belief(0.99, prior=0.95), ground()) == [StatementCode.NOT_TOLD]


@pytest.mark.parametrize("worst", [1, 2])
def test_a_statement_holds_at_both_ends_of_the_coders_error(worst: int):
    for clear, doubtful in ((0.99, 0.9), (0.001, 0.05)):
        seen = [clear] * 3
        assert statement_codes(belief(*seen), ground()) != [StatementCode.NOT_TOLD]
        seen[worst] = doubtful
        assert statement_codes(belief(*seen), ground()) == [StatementCode.NOT_TOLD]


def test_certainty_in_every_draw_and_no_number_at_all_are_not_confused():
    assert statement_codes(belief(1.0), ground()) == [StatementCode.ABOVE]
    assert statement_codes(belief(0.0), ground()) == [StatementCode.BELOW]
    assert statement_codes(belief(np.nan), ground()) == [StatementCode.NOT_TOLD]
    assert statement_codes(belief(np.nan), ground(codable=False)) == [StatementCode.NOT_ASSESSABLE]


def test_records_do_not_touch_each_other():
    above = np.array([[0.99], [0.001], [0.5], [0.99]])
    many = AxisProbability(above, np.full(4, PRIOR))
    held = StatementGround(
        np.array([True, True, True, False]), np.array([9, 9, 9, 0]), np.array([2, 2, 2, 2]), np.zeros(4, np.bool_)
    )
    assert statement_codes(many, held).tolist() == [
        StatementCode.ABOVE,
        StatementCode.BELOW,
        StatementCode.NOT_TOLD,
        StatementCode.NOT_ASSESSABLE,
    ]


def test_odds_multiply():
    shares = np.array([0.0, 0.2, 0.9, 1.0])
    np.testing.assert_allclose(odds(at_odds(shares, 2.0))[:3], 2.0 * odds(shares)[:3])
    assert at_odds(shares, 0.5)[[0, 3]].tolist() == [0.0, 1.0]


RATES = np.exp(np.linspace(-9.0, 4.0, 2001))
WEIGHTS = np.exp(-0.5 * ((np.log(RATES) - np.log(0.05)) / 1.4) ** 2)
WEIGHTS /= WEIGHTS.sum()
CUT = RATES[np.searchsorted(np.cumsum(WEIGHTS), 0.9)]
COUNTS = np.arange(4000)


def chances(hours: float) -> np.ndarray:
    """P(count | rate) of the Poisson law, shape (rates, counts)."""
    mean = RATES[:, None] * hours
    logs = COUNTS * np.log(mean) - mean - np.concatenate([[0.0], np.cumsum(np.log(COUNTS[1:]))])
    return np.exp(logs)


def exact(hours: float) -> tuple[np.ndarray, AxisProbability]:
    """Chances, and the exact posterior of each count."""
    likelihood = chances(hours)
    joint = WEIGHTS[:, None] * likelihood
    total = joint.sum(axis=0)
    above = np.divide(joint[RATES > CUT].sum(axis=0), total, out=np.zeros(len(COUNTS)), where=total > 0)
    prior = np.full(len(COUNTS), WEIGHTS[RATES > CUT].sum())
    return likelihood, AxisProbability(np.clip(above, 0.0, 1.0)[:, None], prior)


@pytest.mark.parametrize("hours", [1.0, 3.0, 10.0, 30.0])
def test_in_an_exact_poisson_world_few_statements_are_wrong_and_the_high_are_not_cleared(hours: float):
    """Sums over all rates and counts: nothing here is random."""
    likelihood, found = exact(hours)
    many = len(COUNTS)
    held = StatementGround(np.ones(many, np.bool_), np.ones(many, np.int64), np.full(many, 3), np.zeros(many, np.bool_))
    _, sparse = exact(hours * rule.WATCHED_SHARE)
    watch = FrightGround(np.ones(many, np.bool_), COUNTS, np.full(many, 9), sparse)
    told = statement_codes(found, held, watch)
    joint, high = WEIGHTS[:, None] * likelihood, RATES > CUT
    as_above, as_below = told == StatementCode.ABOVE, told == StatementCode.BELOW
    if as_above.any():
        assert joint[~high][:, as_above].sum() <= 0.1 * joint[:, as_above].sum()
    cleared = joint[high][:, as_below].sum() / joint[high].sum()
    assert cleared <= 0.02
    careless = found.above[:, 0] <= 0.1
    assert joint[high][:, careless].sum() / joint[high].sum() > 10 * max(cleared, 0.001)


def test_the_sparse_condition_is_the_poisson_law_of_a_quarter_of_the_rate():
    slow = 1.0 / rule.WATCHED_SHARE
    at_quarter_rate = np.exp(-RATES * rule.WATCHED_SHARE * 12.0)
    np.testing.assert_allclose(at_quarter_rate, chances(12.0 / slow)[:, 0])


def test_the_number_of_distress_cues_is_the_least_that_bounds_the_share_below_a_half():
    bound = 1.0 - 0.05 ** (1.0 / np.arange(1, 10))
    assert np.flatnonzero(bound < 0.5)[0] + 1 == rule.DISTRESS_CUES


def test_a_rule_asked_of_fewer_views_is_never_stricter():
    three = belief(0.96, 0.99, 0.97)
    one = replace(three, above=three.above[:, :1])
    assert statement_codes(one, ground()) >= statement_codes(three, ground())
