"""The headline: a perfect model, one without effect, and the two numbers themselves get what they deserve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bowlby.evidence.published.headline import ScoredRow, headline

RNG = np.random.default_rng(3)
ROWS = [
    ScoredRow(f"r{number}", f"source {number // 2}", z=0.0, null_z=null, baseline_z=base)
    for number, (null, base) in enumerate(zip(RNG.uniform(3, 9, 20), RNG.normal(0, 2.5, 20), strict=True))
]
EASY = [replace(row, id=f"e{number}", null_z=1.0, baseline_z=0.5) for number, row in enumerate(ROWS[:4])]


def test_a_perfect_model_has_every_row_and_skill_one():
    found = headline([*ROWS, *EASY])
    assert (found.inside, found.discriminating, found.passed, found.spoiled) == (20, 20, 4, 0)
    assert (found.skill, found.interval) == (1.0, (1.0, 1.0))


def test_a_model_without_any_effect_has_no_row_and_no_skill():
    found = headline([replace(row, z=-row.null_z) for row in [*ROWS, *EASY]])
    assert (found.inside, found.spoiled) == (0, 0)
    assert found.skill <= 0 and found.interval[1] <= 0


def test_the_two_numbers_are_the_better_baseline_and_have_skill_zero():
    found = headline([replace(row, z=row.baseline_z) for row in [*ROWS, *EASY]])
    assert found.inside == found.baseline
    assert found.skill == pytest.approx(0.0)


def test_rows_of_one_source_share_weight_one():
    spoiled = [replace(ROWS[0], z=9.0), *(replace(row, z=0.1) for row in ROWS[2:])]
    repeated = [replace(spoiled[0], id=f"again {number}") for number in range(30)]
    assert headline([*spoiled, *repeated]).skill == pytest.approx(headline(spoiled).skill)


def test_a_row_can_be_no_more_wrong_than_three_s():
    far, near = (headline([replace(ROWS[0], z=z), *ROWS[1:]]).skill for z in (50.0, 3.0))
    assert far == pytest.approx(near)


def test_the_interval_covers_skill_over_new_sources():
    """90 % intervals over 100 tables of 25 sources: coverage below .76 has probability 1e-4 at .90."""
    rng = np.random.default_rng(8)

    def table(sources: int) -> list[ScoredRow]:
        spread = rng.normal(0, 1.2, sources)
        null, base = 4 + rng.normal(0, 2, sources), rng.normal(0, 2.5, sources)
        triples = zip(spread, null, base, strict=True)
        return [ScoredRow(str(place), str(place), *map(float, three)) for place, three in enumerate(triples)]

    truth = headline(table(2_000), 0).skill
    intervals = [headline(table(25), seed).interval for seed in range(100)]
    assert np.mean([low <= truth <= high for low, high in intervals]) >= 0.76


def test_without_rows_nothing_is_claimed():
    found = headline([])
    assert (found.skill, found.interval, found.sentence()) == (None, None, "No numeric row could be judged.")
