"""The two clocks agree, and a watched life is the same however it is watched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bowlby.model.life.state import NAMES
from bowlby.simulation import moments
from bowlby.simulation.engine.cohort import CohortResult, simulate_cohort
from bowlby.simulation.engine.design import Care
from bowlby.simulation.moments import play
from bowlby.simulation.procedures import STRANGE_SITUATION, ordinary
from tests.simulation.moments.watching import design

LEARNED = (
    "relief_minimise",
    "relief_express",
    "threat_unprovoked",
    "threat_provoked",
    "with_signal",
    "without_signal",
    "worth",
    "frustration",
    "social_cognition",
    "adults_relief",
)


def _moved(care: str, days: int, *, watched: bool) -> CohortResult:
    """Return half-year-olds some days later, lived in episodes or watched second by second, twelve hours a day."""
    months = 6.0 + days / 30.4375
    start = simulate_cohort(design(care, until=6.0))
    if not watched:
        later = replace(start.design, care=(replace(start.design.care[0], until=months),))
        return simulate_cohort(later)
    state = start.state
    for day in range(days):
        played = play(replace(start, state=state), ordinary(720.0), session=day, idle_hours=13.0)
        state = played.state
    return replace(start, state=state)


@pytest.mark.slow
@pytest.mark.parametrize("care", ["sensitive", "rejecting", "frightening"])
def test_days_of_moments_teach_what_their_episodes_teach(care: str):
    """Group means after three days differ by less than a quarter of the children's spread, or .03.

    Chances of the two are independent. With 256 children a standard error of a difference is .09 of the spread, and
    three days move the fast expectations by more than one spread where care is new.
    """
    moments, episodes = _moved(care, 3, watched=True), _moved(care, 3, watched=False)
    for name in LEARNED:
        one, other = moments.variable(name).astype(float), episodes.variable(name).astype(float)
        near = max(0.03, 0.27 * float(other.std()))
        assert abs(one.mean() - other.mean()) < near, name


@pytest.mark.slow
def test_new_care_teaches_in_moments_as_in_episodes():
    """Three days of rejection after half a year of sensitive care: both clocks unlearn the relief of bids alike."""
    start = simulate_cohort(design("sensitive", until=6.0))
    harsh = replace(design("rejecting", until=6.0).care[0])
    switched = replace(start, design=replace(start.design, care=(harsh,)))
    state = start.state
    for day in range(3):
        state = play(replace(switched, state=state), ordinary(720.0), session=day, idle_hours=13.0).state
    months = 6.0 + 3 / 30.4375
    both = replace(start.design, care=(start.design.care[0], Care(months, harsh.setting, harsh.spread)))
    lived = simulate_cohort(both)
    row = NAMES.index("relief_express")
    before, moments, episodes = start.state[row].mean(), state[row].mean(), lived.state[row].mean()
    assert before - episodes > 0.1
    assert abs(moments - episodes) < 0.3 * (before - episodes)


def _seen(numbers: np.ndarray | None, children: int) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    lived = replace(design("inconsistent", children), numbers=numbers)
    cohort = simulate_cohort(lived)
    played = play(cohort, STRANGE_SITUATION)
    return played.numbers, played.seen, played.state


def test_a_watched_child_is_the_same_alone_in_company_and_in_any_order():
    numbers, seen, state = _seen(None, 300)
    order = np.random.default_rng(2).permutation(300)[:40].astype(np.uint32)
    _, again, other = _seen(order, 40)
    assert (state[:, order] == other).all()
    for name, channel in seen.items():
        assert (channel[:, order] == again[name]).all(), name
    assert (numbers == np.arange(300)).all()


def test_another_session_is_another_day_and_the_same_one_the_same():
    cohort = simulate_cohort(design("usual", 8))
    one, again = (play(cohort, ordinary(20.0), session=3) for _ in range(2))
    other = play(cohort, ordinary(20.0), session=4)
    assert all((one.seen[name] == again.seen[name]).all() for name in one.seen)
    assert any((one.seen[name] != other.seen[name]).any() for name in one.seen)


def test_how_the_seconds_are_cut_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    cohort = simulate_cohort(design("usual", 8))
    whole = play(cohort, ordinary(20.0), session=3)
    monkeypatch.setattr(moments, "spans", lambda seconds: [(0, 7), (7, 400), (407, 480), (887, seconds - 887)])
    cut = play(cohort, ordinary(20.0), session=3)
    assert (cut.state == whole.state).all() and (cut.activation == whole.activation).all()
    assert all((cut.seen[name] == whole.seen[name]).all() for name in whole.seen)
