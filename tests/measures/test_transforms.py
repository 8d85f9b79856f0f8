"""Five changes of a file, and what each measure makes of them: the table of `transforms`, on records made at random."""

from __future__ import annotations

import random
from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.measures.definitions import all_definitions
from bowlby.measures.value import Measure
from tests.measures.transforms import (
    HOUR_S,
    NAMES,
    OBSERVED_S,
    PAGE,
    TABLE,
    Change,
    Measured,
    Outcome,
    alike,
    expected,
    filled,
    measured,
    outcome_of,
    shifted,
    split,
    visit,
)

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=3, deadline=None)
MAY_CHANGE = (Outcome.BY_LENGTH, Outcome.NO_PROCEDURE)
NUMBERS = ("estimate", "low", "high", "baseline", "denominator", "n", "status", "unit")


def differing(one: Measured, other: Measured) -> list[str]:
    """Return the measures that are not the same in every number."""
    found = [str(key) for key in one.keys() ^ other.keys()]
    for key in one.keys() & other.keys():
        pairs = [(getattr(one[key], name), getattr(other[key], name)) for name in NUMBERS]
        found += [f"{key}: {pairs}"] if any(a != b for a, b in pairs) else []
    return found


@FEW
@given(SEEDS, st.integers(-300_000, 90_000_000))
def test_times_that_are_all_shifted(seed: int, by_ms: int):
    rows, by = visit(seed), by_ms / 1000
    assert differing(measured(rows), measured(shifted(rows, by_ms), (by, (by_ms + 1000 * OBSERVED_S) / 1000))) == []


@FEW
@given(SEEDS)
def test_rows_in_another_order(seed: int):
    rows = visit(seed)
    assert differing(measured(rows), measured(random.Random(seed).sample(rows, len(rows)))) == []


@FEW
@given(SEEDS)
def test_actors_renamed(seed: int):
    rows = visit(seed)
    assert differing(measured(rows), measured(rows, names=NAMES)) == []


@FEW
@given(SEEDS)
def test_a_codeless_hour_more(seed: int):
    rows = visit(seed)
    one, other = (measured(rows, (0.0, end)) for end in (OBSERVED_S, OBSERVED_S + HOUR_S))
    found = [str(key) for key in one if not _as_the_table_says(one, other, key)]
    assert found == []


def _as_the_table_says(one: Measured, other: Measured, key: tuple[str, str]) -> bool:
    outcome = outcome_of(Change.HOUR, key[1], one[key].unit)
    if outcome is Outcome.NO_PROCEDURE or (outcome is Outcome.LAST_EPISODE and key[1].endswith("episode 8")):
        return True
    if key not in other or one[key].estimate is None:
        return outcome is Outcome.LAST_EPISODE or other[key].estimate is None
    wanted = expected(outcome, one, key)
    if outcome is Outcome.DRAWN_ANEW:
        return other[key].n == one[key].n and other[key].denominator == one[key].denominator
    return alike(other[key].estimate, wanted)


@FEW
@given(SEEDS)
def test_a_state_split_at_a_tick(seed: int):
    rows = visit(seed)
    pieces, more = split(rows, seed)
    whole, parted, with_more = measured(rows), measured(pieces), measured(more)
    assert parted.keys() == whole.keys()
    found: list[str] = []
    for key, one in parted.items():
        outcome = outcome_of(Change.SPLIT, key[1], one.unit)
        if outcome in MAY_CHANGE or (outcome is Outcome.UTTERANCES and seed % 2 == 0):
            continue
        wanted = with_more[key] if outcome is Outcome.ACT_MORE else whole[key]
        found += [] if _same(one, wanted) else [f"{key}: {one.estimate} {wanted.estimate} {outcome}"]
    assert found == []
    # One tick apart is split at a tick: the hole is closed.
    assert differing(parted, measured(split(rows, seed, 0.001)[0])) == []


def _same(one: Measure, other: Measure) -> bool:
    return one.status is other.status and alike(one.estimate, other.estimate)


def test_a_split_adds_an_act_to_the_rate_and_nothing_to_the_time():
    rows = [("Mum", "caregiver:hold", 10.0 * k, 10.0 * k + 5) for k in range(6)]
    pieces = [*rows[1:], ("Mum", "caregiver:hold", 0.0, 2.0), ("Mum", "caregiver:hold", 2.0, 5.0)]
    one, other = measured(rows), measured(pieces)
    rate, share, bout = (("caregiver", f"{name}: hold") for name in ("rate", "share of time", "mean bout"))
    assert (one[rate].n, other[rate].n) == (6, 7)
    assert other[rate].estimate == pytest.approx(7 * 3600 / OBSERVED_S, rel=1e-12)
    assert (other[share].estimate, other[bout].estimate) == (one[share].estimate, one[bout].estimate)


def test_what_the_table_speaks_of_is_measured():
    """Each pattern fits a measure of a visit or a measure that is defined, and nearly all of them have a number."""
    made = [one for seed in range(3) for one in measured(visit(seed)).values()]
    told = {f"{one.name}|{one.unit}" for one in made} | {f"{name}|x" for name in all_definitions()}
    for change, rows in TABLE.items():
        for pattern, outcome in rows:
            assert any(_fits(pattern, name) for name in told), (change, pattern, outcome)
    assert len({one.name for one in made if one.estimate is not None}) > 150


def _fits(pattern: str, name: str) -> bool:
    return fnmatchcase(name, pattern)


def test_the_page_has_the_table():
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page
