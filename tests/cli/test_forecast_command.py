"""`bowlby forecast`, as a user types it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

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
        ((), "not from both"),
        (("x.nc", "--exposure", "usual"), "not from both"),
        (("x.nc",), "no such file"),
        (("--exposure", "usul"), "no such exposure"),
    ],
)
def test_what_cannot_be_forecast_is_refused(words: tuple[str, ...], said: str):
    done = run("forecast", *words, "--json")
    assert done.code == 2
    assert said in json.loads(done.out)["message"]


@pytest.mark.slow
def test_the_remedy_of_a_refused_forecast_forecasts():
    remedy = json.loads(run("forecast", "--json").out)["remedy"]
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


@pytest.fixture(scope="module")
def posterior(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("posterior") / "post.nc"
    play = Path(__file__).parents[2] / "examples" / "records" / "play.csv"
    assert run("infer", play, "-o", path).code == 0
    return path


@pytest.mark.slow
def test_a_record_is_forecast_as_children_under_care_like_this(posterior: Path, tmp_path: Path):
    done = run("forecast", posterior, "--intervention", "none", *SHORT, "-o", tmp_path / "f.html")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["population"].startswith("children under care like this: 6 draws")
    assert {"outcome", "mean", "care", "children"} == set(found["doubts"][0])
    assert all(one["children"] > 0 and one["care"] >= 0 for one in found["doubts"])
    assert "Doubt about care" in (tmp_path / "f.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("children", "said"), [("30", "multiple of 4"), ("9000", "at most 8000")])
def test_children_under_inferred_care_come_by_the_draw(posterior: Path, children: str, said: str):
    done = run("forecast", posterior, "-n", children, "--json")
    assert done.code == 2 and said in json.loads(done.out)["remedy"]


def test_what_is_no_posterior_of_care_is_refused_with_what_to_do(tmp_path: Path):
    import numpy as np
    import xarray as xr

    from bowlby.inference.draw_files import save_tree

    draws = {"answer_probability": (("chain", "draw"), np.full((1, 9), 0.5))}
    old = save_tree(xr.DataTree.from_dict({"/posterior": xr.Dataset(draws)}), tmp_path / "old.nc")
    done = run("forecast", old, "--json")
    assert done.code == 2 and "first edition" in json.loads(done.out)["message"]
    assert "bowlby infer" in json.loads(done.out)["remedy"]
    text = tmp_path / "post.nc"
    text.write_text("nothing", encoding="utf-8")
    assert run("forecast", text, "--json").code == 2
