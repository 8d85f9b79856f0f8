"""The short version of the coverage grid: intervals hold their truth, and the uncorrected variance does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowlby.measures import survival
from bowlby.recovery import interval_coverage
from bowlby.recovery.interval_coverage import (
    CoverageRun,
    SamplingSituation,
    cover,
    of_agreement,
    of_session,
    of_sessions,
    situations,
    table,
)
from bowlby.recovery.sampled_records import Exchange, SampledStudy, session

LONG_SESSIONS = 400
"""Sessions that stand for very many: with about 15 cues each the truth of a share is known to .007 or better."""
DRAWS = 150
BAR = 0.86
"""Of 150 intervals that cover at .95, fewer than .86 do so once in 30,000 runs; of those at .93, once in 500."""
DIFFERENT = of_sessions("3 sessions that differ", SampledStudy(3, differ=True))
SHARES = ("share answered", "share answered promptly")


@pytest.fixture(autouse=True, scope="module")
def _shorter_truths():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interval_coverage, "LONG_SESSIONS", LONG_SESSIONS)
        yield


def coverage_of(situation: SamplingSituation, draws: int, names: tuple[str, ...]) -> list[float]:
    rows = {row.measure: row for row in cover([situation], CoverageRun(draws, seed=5))}
    found = [rows[name].coverage for name in names]
    assert None not in found
    return [value for value in found if value is not None]


@pytest.mark.parametrize("study", [SampledStudy(3), SampledStudy(3, differ=True), SampledStudy(10, 5, differ=True)])
def test_shares_over_sessions_are_covered(study: SampledStudy):
    assert min(coverage_of(of_sessions("x", study), DRAWS, SHARES)) >= BAR


def test_the_old_variance_put_back_fails_the_same_test(monkeypatch: pytest.MonkeyPatch):
    """Squared influences summed, a normal quantile, no correction for few sessions and no floor."""

    def without_correction(share: np.ndarray, trials: np.ndarray, variance: np.ndarray, freedom: float) -> np.ndarray:
        return np.divide(share * (1 - share), variance, out=np.array(trials, float), where=variance > 0)

    monkeypatch.setattr(survival, "cluster_variance", lambda residuals, weights: (residuals**2).sum(axis=0))
    monkeypatch.setattr(survival, "effective_trials", without_correction)
    assert min(coverage_of(DIFFERENT, DRAWS, SHARES)) < BAR


def test_two_sessions_are_too_few_and_three_are_not():
    rows = cover([of_sessions("2", SampledStudy(2)), of_sessions("3", SampledStudy(3))], CoverageRun(5))
    few = {row.design: row.too_few for row in rows if row.measure == "share answered"}
    assert few == {"2": 1.0, "3": 0.0}


def test_agreement_is_covered():
    rows = cover([of_agreement(40)], CoverageRun(400, seed=3))
    # 100 intervals each: a true coverage of .93 gives fewer than 83 once in 5,000 runs
    assert min(row.coverage or 0 for row in rows) >= 0.83


def test_an_interrupted_run_goes_on_and_gives_the_same(tmp_path: Path):
    whole = cover([DIFFERENT], CoverageRun(60, seed=1))
    cover([DIFFERENT], CoverageRun(50, seed=1, folder=tmp_path))
    calls = []

    def counted(generator: np.random.Generator):
        calls.append(1)
        return DIFFERENT.draw(generator)

    again = SamplingSituation(DIFFERENT.design, counted, DIFFERENT.truths, DIFFERENT.freedom)
    assert cover([again], CoverageRun(60, seed=1, folder=tmp_path)) == whole
    assert len(calls) == 10
    next(tmp_path.glob("*.json")).write_text("{", encoding="utf-8")
    assert cover([DIFFERENT], CoverageRun(60, seed=1, folder=tmp_path)) == whole


def test_a_session_measures_every_family_and_says_what_it_was_drawn_from():
    coded = session(Exchange(minutes=5.0, cues_per_minute=6.0), np.random.default_rng(0))
    cues = coded.acts.filter(coded.acts["construct"] == "cue.distress").height
    assert abs(cues - 30) < 25  # four and a half standard deviations of a Poisson count
    rows = cover([of_session("x", Exchange(minutes=5.0))], CoverageRun(2))
    assert {"rate", "delta P", "matched share", "turn gap", "grid visit"} <= {row.measure for row in rows}
    assert "| rate | x |" in table(rows)


def test_designs_have_names_of_their_own():
    names = [one.design for one in situations()]
    assert len(set(names)) == len(names)
