"""`bowlby forecast`, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import run

SHORT = ("-n", 24, "--start", "40mo", "--until", "56mo", "--seed", 1, "--json")


@pytest.mark.slow
def test_named_care_is_forecast_written_and_resumed(tmp_path: Path):
    words = ("forecast", "--exposure", "deprived", "--intervention", "foster placement", *SHORT)
    done = run(*words, "--resume", tmp_path / "arms", "-o", tmp_path / "f.html")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert set(found) >= {"fans", "interventions", "refused", "written", "caveats", "purpose_and_limits"}
    assert {"name", "outcome", "effect", "low", "high", "p_best", "evidence"} <= set(found["interventions"][0])
    assert (tmp_path / "f.html").stat().st_size > 100_000
    kept = sorted((tmp_path / "arms").iterdir())
    again = run(*words, "--resume", tmp_path / "arms")
    assert sorted((tmp_path / "arms").iterdir()) == kept
    moving = {"written": None, "run": None}
    assert {**json.loads(again.out), **moving} == {**found, **moving}
    refused = run(*words, "-o", tmp_path / "f.html")
    assert refused.code == 2 and json.loads(refused.out)["kind"] == "overwrite"


@pytest.mark.slow
def test_a_posterior_is_forecast(tmp_path: Path):
    record, posterior = tmp_path / "visit.csv", tmp_path / "post.nc"
    assert run("simulate", "--minutes", 20, "--seed", 3, "--record", record).code == 0
    assert run("infer", record, "-o", posterior).code == 0
    done = run("forecast", posterior, "--intervention", "none", *SHORT)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert list(found["fans"]) == ["no intervention"] and found["interventions"] == []
    assert found["children"] == 24


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "starts from a posterior or from named care"),
        (("x.nc", "--exposure", "usual"), "starts from a posterior or from named care"),
        (("x.nc",), "no such file"),
        (("--exposure", "usul"), "no such exposure"),
    ],
)
def test_what_cannot_be_forecast_is_refused(words: tuple[str, ...], said: str):
    done = run("forecast", *words, "--json")
    assert done.code == 2
    assert said in json.loads(done.out)["message"]


def test_a_cohort_with_company_has_teachers_and_outcomes(tmp_path: Path):
    words = ("--exposure", "harsh", "-n", 16, "--until", "56mo", "--trace", "4y", "--company", "--seed", 1, "--json")
    done = run("simulate", *words, "-o", tmp_path / "lives.zarr")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["outcomes"]["teacher conflict"]["unit"] == "1"
    assert found["states"]["school.relief_express"]["mean"] > 0
    assert "adult anxiety" not in found["outcomes"]
    assert (tmp_path / "lives.zarr" / "school.formation").is_dir()
