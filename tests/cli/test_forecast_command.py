"""`bowlby forecast`, as a user types it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bowlby.infer.edition import NO_FORECAST
from tests.cli.running import run

SHORT = ("-n", 24, "--start", "40mo", "--until", "56mo", "--seed", 1, "--json")


@pytest.mark.slow
def test_named_care_is_forecast_written_and_resumed(tmp_path: Path):
    words = ("forecast", "--exposure", "institution", "--intervention", "foster placement", *SHORT)
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


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "starts from named care"),
        (("x.nc", "--exposure", "usual"), NO_FORECAST),
        (("x.nc",), NO_FORECAST),
        (("--exposure", "usul"), "no such exposure"),
    ],
)
def test_what_cannot_be_forecast_is_refused(words: tuple[str, ...], said: str):
    done = run("forecast", *words, "--json")
    assert done.code == 2
    assert said in json.loads(done.out)["message"]


@pytest.mark.slow
@pytest.mark.parametrize("words", [(), ("x.nc",)])
def test_the_remedy_of_a_refused_forecast_forecasts(words: tuple[str, ...]):
    remedy = json.loads(run("forecast", *words, "--json").out)["remedy"]
    typed = re.search(r"bowlby (.+)$", remedy)
    assert typed, remedy
    done = run(*typed[1].split(), "--intervention", "none", *SHORT)
    assert done.code == 0, done.err
    assert list(json.loads(done.out)["fans"]) == ["no intervention"]


def test_a_cohort_with_company_has_teachers_and_outcomes(tmp_path: Path):
    words = ("--exposure", "harsh", "-n", 16, "--until", "56mo", "--trace", "4y", "--company", "--seed", 1, "--json")
    done = run("simulate", *words, "-o", tmp_path / "lives.zarr")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["outcomes"]["teacher conflict"]["unit"] == "1"
    assert found["states"]["school.relief_express"]["mean"] > 0
    assert "adult anxiety" not in found["outcomes"]
    assert (tmp_path / "lives.zarr" / "school.formation").is_dir()
