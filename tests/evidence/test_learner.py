"""The learner: its gain falls with experience, expectations settle in time, change is told from chance; slow.

Signs and orders with distances that were found several times larger; none fails by chance in 1,000 seeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from bowlby.evidence import learner
from bowlby.evidence.learner import FIXED, NO_ADULTS, WHOLE, WHOLE_MEMORY, LearningCourse

pytestmark = pytest.mark.slow

PEOPLE = (256, 3)
MONTHS = np.arange(0.25, learner.BIRTH_END + 0.01, 0.25)
WEEKS = np.arange(0.5, learner.WEEKS + 0.01, 0.5)
UNASKED = "relief_minimise"


@cache
def from_birth(changed: tuple[tuple[str, float], ...] = ()) -> LearningCourse:
    return learner.course_from_birth(MONTHS.tolist(), PEOPLE, dict(changed))


def settles(at: float, changed: Mapping[str, float] = WHOLE) -> float:
    """Return the weeks from placement until what is expected without a bid stays where it ends."""
    return learner.plateau(WEEKS, learner.course_after_placement(at, WEEKS.tolist(), PEOPLE, changed).of(UNASKED))


def frozen(changed: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(changed.items())


def test_gain_falls_with_experience_of_a_steady_caregiver_and_only_where_forgetting_is_inferred():
    whole, fixed = (from_birth(frozen(changed)).gain().mean(axis=1) for changed in (WHOLE, FIXED))
    at = {month: int(np.searchsorted(MONTHS, month)) for month in (2.0, 6.0, 11.75)}
    assert whole[at[2.0]] > 1.5 * whole[at[6.0]] > 1.8 * whole[at[11.75]]
    assert whole[at[11.75]] < 0.02
    assert fixed[at[11.75]] > 0.8 * fixed[at[2.0]]


def test_months_from_birth_weeks_after_placement_and_more_of_them_after_eighteen_months():
    birth = learner.plateau(MONTHS, from_birth().of(UNASKED)) * learner.DAYS_PER_MONTH / 7.0
    early, late = (settles(at) for at in (6.0, 24.0))
    assert birth > 5.0 > early
    assert late > early + 1.0
    assert settles(36.0) > late
    memory = learner.plateau(MONTHS, from_birth(frozen(WHOLE_MEMORY)).of(UNASKED)) * learner.DAYS_PER_MONTH / 7.0
    assert memory < 0.6 * birth


def test_fixed_forgetting_learns_as_fast_at_any_age():
    assert settles(24.0, FIXED) - settles(6.0, FIXED) < 0.7 * (settles(24.0) - settles(6.0))


def test_what_is_expected_of_a_new_partner_comes_from_others_and_only_by_the_belief_about_adults():
    first = [
        float(learner.course_after_placement(24.0, (0.05, 0.5), PEOPLE, changed).of(UNASKED)[0].mean())
        for changed in (WHOLE, NO_ADULTS)
    ]
    assert first[0] < 0.15 < 0.4 < first[1]


def test_instability_over_months_is_told_from_chance_from_bid_to_bid():
    """The same caregiver is there half of the time; only how long it lasts differs, and with it what is inferred."""
    chance, months = (learner.course_under_regime(name, PEOPLE) for name in ("bid to bid", "every month"))
    assert months.forgetting().mean() > 5.0 * chance.forgetting().mean()
    assert months.gain().mean() > 5.0 * chance.gain().mean()
    apart = [course.of("relief_express").std(axis=0).mean() for course in (chance, months)]
    assert apart[0] < 0.04 < 0.1 < apart[1]
    fixed = [learner.course_under_regime(name, PEOPLE, FIXED).gain().mean() for name in ("bid to bid", "every month")]
    assert fixed[1] < 1.3 * fixed[0]
