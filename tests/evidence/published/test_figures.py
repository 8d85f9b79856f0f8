"""From variables to figures: each metric on numbers whose answer is known, and its standard error."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.evidence.published.figures import RequiredVariable, SampleSize, figure, required_variables
from bowlby.evidence.published.finding import read
from bowlby.evidence.published.lives import BLOCKS, blocks_of

SIZE = SampleSize(2000, 7)
HEAD = "population,predictor,outcome,metric,age_predictor,age_outcome,n,estimate"
RNG = np.random.default_rng(11)
SECURE = (RNG.random(2000) < 0.6).astype(float)
PROBLEMS = RNG.standard_normal(2000) - 0.5 * SECURE
CLOSE = 0.6 * SECURE + RNG.standard_normal(2000)


def one(tmp_path, row: str):
    path = tmp_path / "one.csv"
    path.write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    return read(path)[0]


def answer(what: RequiredVariable) -> np.ndarray:
    column = {"secure": SECURE, "externalizing": PROBLEMS, "teacher closeness": CLOSE}[what.variable]
    return column + 0.3 if what.study.intervention else column - (0.8 if what.study.population == "harsh" else 0.0)


def test_a_share_has_the_binomial_error(tmp_path):
    found = figure(one(tmp_path, "pooled,,secure,percent,,13,,50"), SIZE, answer)
    assert found.estimate == pytest.approx(100 * SECURE.mean())
    assert found.error == pytest.approx(100 * np.sqrt(SECURE.var() / 2000), rel=0.5)


def test_groups_arms_and_kinds_of_care_are_compared(tmp_path):
    groups = figure(one(tmp_path, "pooled,secure,externalizing,d,13,84,,-.3"), SIZE, answer)
    first, second = PROBLEMS[SECURE == 1], PROBLEMS[SECURE == 0]
    d = (first.mean() - second.mean()) / np.sqrt((first.var() + second.var()) / 2)
    assert groups.estimate == pytest.approx(d)
    assert groups.error == pytest.approx(np.sqrt(1 / len(first) + 1 / len(second)), rel=0.6)
    arms = figure(one(tmp_path, "pooled,intervention: responsiveness training,externalizing,d,12,84,,.3"), SIZE, answer)
    assert arms.estimate == pytest.approx(0.3 / PROBLEMS.std())
    care = figure(one(tmp_path, "pooled,care: harsh,externalizing,r,,84,,-.3"), SIZE, answer)
    apart = -0.8 / PROBLEMS.std()
    assert care.estimate == pytest.approx(apart / np.hypot(apart, 2.0))


def test_two_kinds_of_care_are_lived_by_different_children_and_two_arms_by_the_same(tmp_path):
    care = required_variables(one(tmp_path, "pooled,care: harsh,externalizing,d,,84,,.3"), SIZE)
    assert care[0].study.seed != care[1].study.seed
    arms = required_variables(
        one(tmp_path, "pooled,intervention: responsiveness training,externalizing,d,12,84,,.3"), SIZE
    )
    assert arms[0].study.seed == arms[1].study.seed


def test_what_is_mediated_shrinks_when_the_mediator_is_held(tmp_path):
    row = "pooled,secure | held: teacher closeness,externalizing,mediated,13,84,,+"
    found = figure(one(tmp_path, row), SIZE, answer)
    whole = abs(np.corrcoef(SECURE, PROBLEMS)[0, 1])
    assert -whole < found.estimate < whole


def test_an_arm_alone_has_its_own_share(tmp_path):
    row = one(tmp_path, "pooled,intervention: responsiveness training,externalizing,mean,12,84,,.3")
    assert len(required_variables(row, SIZE)) == 1
    assert figure(row, SIZE, answer).estimate == pytest.approx(PROBLEMS.mean() + 0.3)


def test_monte_carlo_error_leaves_out_what_differs_between_draws_of_the_fit(tmp_path):
    """Blocks with a shift of their own widen the error, not the Monte Carlo error; each within a third of theory."""
    blocks = blocks_of(2000)
    shifted = PROBLEMS + np.random.default_rng(5).normal(0, 0.5, BLOCKS)[blocks]
    finding = one(tmp_path, "pooled,,externalizing,mean,,84,,0")
    plain, moved = (figure(finding, SIZE, lambda _, column=column: column) for column in (PROBLEMS, shifted))
    theory = PROBLEMS.std() / np.sqrt(2000)
    assert plain.chance == pytest.approx(theory, rel=0.33)
    assert moved.chance == pytest.approx(theory, rel=0.33)
    assert moved.error > 3 * moved.chance


def test_the_size_behind_a_sign(tmp_path):
    shift = figure(one(tmp_path, "pooled,,externalizing,sign,,84,,-"), SIZE, answer)
    assert shift.size == pytest.approx(PROBLEMS.mean() / PROBLEMS.std())
    row = "pooled,secure | held: teacher closeness,externalizing,mediated,13,84,,+"
    assert figure(one(tmp_path, row), SIZE, answer).size == pytest.approx(np.corrcoef(SECURE, PROBLEMS)[0, 1])
