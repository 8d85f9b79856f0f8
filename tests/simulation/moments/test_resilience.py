"""Resilience is a rate that emerges: it differs between kinds of care and goes with the mechanisms that carry it.

Groups of 256 children. Found medians, a second: sensitive .032, frightening .023, usual .015, intrusive and harsh .009,
rejecting .007, inconsistent .006; a median's standard error is below .05 of it. Each comparison lies at least five of
these apart, so that another seed fails one of them less than once in 100,000; the seed is fixed.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.measures.return_to_calm import rates, returns
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.coding import record_of
from bowlby.simulation.engine.cohort import CohortResult, simulate_cohort
from bowlby.simulation.moments import SituationRun, play
from bowlby.simulation.procedures import MINUTE_APART, STILL_FACE, STRANGE_SITUATION, Procedure
from bowlby.simulation.resilience import Resilience, ReturnVerdict, course, resilience
from tests.simulation.moments.watching import design, shares

HELP = ("soothing_contact", "soothing_presence")
"""What the caregiver does for a return."""


@cache
def lived(care: str, off: str = "", until: float = 12.0) -> CohortResult:
    return simulate_cohort(design(care, off=off, until=until))


@cache
def apart(care: str, off: str = "", without: tuple[str, ...] = ()) -> Resilience:
    return resilience(course(play(lived(care, off), MINUTE_APART, moments=dict.fromkeys(without, 0.0))))


def _between(one: Resilience, other: Resilience) -> bool:
    """Return whether the interval of one lies wholly above that of the other, or above what few of it reached."""
    assert one.low is not None and other.high is not None
    return one.low > other.high


@pytest.mark.parametrize(
    "care", ["usual", "rejecting", "inconsistent", "harsh", "intrusive", "frightening", "deprived"]
)
def test_sensitive_care_makes_for_the_fastest_return(care: str):
    assert apart("sensitive").returned == apart("sensitive").perturbed == 256
    assert _between(apart("sensitive"), apart(care))


def test_deprived_children_hardly_return_within_five_minutes():
    assert apart("deprived").verdict is ReturnVerdict.TOO_FEW_RETURNED
    assert apart("deprived").perturbed > 200 and apart("deprived").rate is None
    assert _between(apart("frightening"), apart("frightening and deprived"))


def test_the_still_face_finds_the_same_order_and_refuses_where_nothing_was_perturbed():
    found = {
        care: resilience(course(play(lived(care, until=6.0), STILL_FACE)))
        for care in ("sensitive", "usual", "harsh", "deprived")
    }
    assert all(_between(found[one], found[other]) for one, other in pairwise(("sensitive", "usual", "harsh")))
    none = found["deprived"]
    assert none.verdict is ReturnVerdict.NOTHING_TO_RETURN_FROM and (none.rate, none.high) == (None, None)
    assert "nothing to return from" in none.describe()


def test_without_a_body_no_child_returns_by_itself():
    """Left to itself in the reunion a child of sensitive care returns by the regulation it took over from soothing."""
    own = apart("sensitive", without=HELP)
    assert own.rate is not None and own.rate > 0.003
    assert apart("sensitive", "body", HELP).verdict is ReturnVerdict.TOO_FEW_RETURNED
    assert _between(apart("sensitive"), apart("sensitive", "body"))
    assert _between(apart("rejecting"), apart("rejecting", "body"))


def test_contact_is_most_of_the_return_and_without_any_soothing_there_is_none():
    assert (apart("sensitive", without=("soothing_contact",)).rate or 1.0) < 0.5 * (apart("sensitive").rate or 0.0)
    nobody = apart("sensitive", without=(*HELP, "soothing_own"))
    assert nobody.perturbed == 256 and nobody.returned == 0 and nobody.rate is None


@pytest.mark.parametrize(
    "care",
    [
        "sensitive",
        "rejecting",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("inconsistent", "frightening")),
    ],
)
def test_without_own_regulation_return_is_slower_and_classes_are_the_same(care: str):
    """Each share moves by less than 3.5 standard errors of a difference of independent groups, or by .02.

    One of the 20 shares of four kinds of care would go beyond by chance less than once in 100; chances are shared, so
    that it is rarer still. With 1,000 children the largest move found is .03 (docs/moments.md).
    """
    assert (apart(care).rate or 0.0) > (apart(care, "regulation_rate").rate or 1.0)
    whole, without = shares(care), shares(care, "regulation_rate")
    for name, share in whole.items():
        error = (2.0 * share * (1.0 - share) / 256) ** 0.5
        assert abs(without[name] - share) < max(3.5 * error, 0.02), name


def test_a_return_can_be_coded_where_distress_is():
    """From the record alone, as real ones are measured: who cries at the reunion, and how soon that ends."""

    def coded(care: str) -> dict[str, object]:
        record = record_of(play(lived(care), MINUTE_APART), {})
        return rates(returns(coded_as_itself(record)).filter(outcome="distress")).row(0, named=True)

    fast, slow, none = coded("sensitive"), coded("inconsistent"), coded("deprived")
    assert fast["low"] > slow["high"]  # pyright: ignore[reportOperatorIssue]
    assert fast["unperturbed"] > 0 and fast["perturbed"] + fast["unperturbed"] == 256  # pyright: ignore[reportOperatorIssue]
    assert none["perturbed"] < 0.05 * 256  # pyright: ignore[reportOperatorIssue]


def test_a_procedure_without_a_standard_perturbation_is_refused():
    with pytest.raises(InputError, match="no standard perturbation"):
        course(play(lived("sensitive"), STRANGE_SITUATION))


# The estimator, on returns drawn at known rates.


def _drawn(rate: np.ndarray, height: float = 0.5, procedure: Procedure = MINUTE_APART) -> SituationRun:
    """Return children whose arousal is exactly exponential, in the byte that arousal is kept in."""
    calm, upset, reunion = (int(phase.seconds) for phase in procedure.phases)
    time = np.arange(reunion)[:, None]
    arousal = np.concatenate(
        [
            np.full((calm, len(rate)), 0.02),
            np.full((upset, len(rate)), 0.02 + height),
            0.02 + height * np.exp(-rate * time),
        ]
    )
    phase = np.repeat(np.arange(3, dtype=np.int8), (calm, upset, reunion))[:, None] * np.ones(len(rate), np.int8)
    activation = (255.0 * arousal).astype(np.uint8)
    return SituationRun(procedure, np.arange(len(rate)), 12.0, {}, phase, np.empty((0, len(rate))), activation, 0, 0)


def test_a_known_return_comes_back_child_by_child():
    rate = np.array([0.002, 0.01, 0.03, 0.1])
    found = course(_drawn(rate))
    assert found.rate == pytest.approx(rate, rel=0.05)
    assert (found.explained > 0.99).all() and found.halved.tolist() == [False, True, True, True]


def test_the_median_rate_is_covered_though_some_do_not_return():
    """Sixty groups of 60 children, log-sd .8 about .004 a second; some 25 of each are censored at five minutes.

    A true coverage of .95 falls below 50 of 60 less than once in 1,000; the seed is fixed.
    """
    generator = np.random.default_rng(5)
    found = [resilience(course(_drawn(0.004 * np.exp(0.8 * generator.standard_normal(60))))) for _ in range(60)]
    assert sum((one.low or 1.0) <= 0.004 <= (one.high or 0.0) for one in found) >= 50
    assert all(5 <= one.perturbed - one.returned <= 30 for one in found)
    middle = np.log([one.rate or np.nan for one in found])
    assert abs(middle.mean() - np.log(0.004)) < 4 * middle.std() / np.sqrt(60)


def test_children_who_were_not_perturbed_are_left_out_and_counted():
    upset, calm = _drawn(np.full(20, 0.02)), _drawn(np.full(30, 0.02), height=0.05)
    both = SituationRun(
        MINUTE_APART,
        np.arange(50),
        12.0,
        {},
        np.concatenate([upset.phase, calm.phase], axis=1),
        np.empty((0, 50)),
        np.concatenate([upset.activation, calm.activation], axis=1),
        0,
        0,
    )
    found = resilience(course(both))
    assert (found.children, found.perturbed, found.returned) == (50, 20, 20)
    assert found.rate == pytest.approx(0.02, rel=0.05)
    assert resilience(course(calm)).verdict is ReturnVerdict.NOTHING_TO_RETURN_FROM
