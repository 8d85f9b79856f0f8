"""`bowlby trial`, as a user types it, from a small design to numbers, page and kept children."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import run

DESIGN = """
title = "Small"
population = "usual"
[[arms]]
name = "care as usual"
[[arms]]
name = "training"
intervention = "responsiveness training"
start = "5mo"
[[measures]]
name = "avoidance"
ages = ["14mo"]
[drop_out]
rate = 0.2
on = "caregiver stress"
log_odds = 0.8
[costs]
family = 100
measurement = 250
[trial]
n = [60, 120]
effects = [0.4, "model"]
pool = 256
replicates = 200
"""


@pytest.fixture
def design(tmp_path: Path) -> Path:
    """Return a design file."""
    path = tmp_path / "design.toml"
    path.write_text(DESIGN)
    return path


def test_a_design_becomes_numbers_and_a_page_and_its_children_are_kept(design: Path, tmp_path: Path):
    words = ("trial", design, "--seed", 3, "--resume", tmp_path / "pool", "--json")
    done = run(*words, "-o", tmp_path / "t.html")
    assert done.code == 0, done.out
    found = json.loads(done.out)
    contract = {"n", "power", "low", "high", "type1", "typeM", "coverage", "mde", "closed_form", "cost"}
    assert all(contract <= set(point) for point in found["grid"])
    assert [point["n"] for point in found["grid"]] == [60, 120, 60, 120]
    assert {"smallest_n", "smallest_n_low", "smallest_n_high", "estimand", "ethics", "caveats"} <= set(found)
    assert found["purpose_and_limits"]
    assert found["smallest_n_low"] <= found["smallest_n"] <= found["smallest_n_high"]
    assert found["effect"]["true_d"] != found["effect"]["observed_d"]
    page = (tmp_path / "t.html").read_text()
    assert all(word in page for word in ("ethics form", "mean difference in avoidance", "Purpose and limits", "<svg"))
    kept = sorted(path.stat().st_mtime_ns for path in (tmp_path / "pool").rglob("*.npz"))
    again = run(*words)
    apart = {"written": None, "run": None}
    assert {**json.loads(again.out), **apart} == {**found, **apart}
    assert sorted(path.stat().st_mtime_ns for path in (tmp_path / "pool").rglob("*.npz")) == kept
    fewer = json.loads(run(*words, "-n", "80", "--replicates", 100).out)
    assert [(point["n"], point["replicates"]) for point in fewer["grid"]] == [(80, 100)] * 2
    refused = run(*words, "-o", tmp_path / "t.html")
    assert refused.code == 2 and json.loads(refused.out)["kind"] == "overwrite"


def test_the_schema_is_printed_without_a_design():
    done = run("trial", "--schema")
    assert done.code == 0 and "drop_out" in json.loads(done.out)["properties"]


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        (('ages = ["14mo"]', 'ages = ["8mo"]'), "measures.0", "12 to 20 months"),
        (("rate = 0.2", "rat = 0.2"), "drop_out.rat", "Extra"),
        (("n = [60, 120]", "n = [2]"), "trial", "from 8"),
    ],
)
def test_a_wrong_design_is_bad_input(design: Path, change: tuple[str, str], column: str, said: str):
    assert change[0] in DESIGN
    design.write_text(DESIGN.replace(*change))
    done = run("trial", design, "--json")
    error = json.loads(done.out)
    assert (done.code, error["column"], error["file"]) == (2, column, str(design))
    assert said in error["message"] and error["remedy"]


@pytest.mark.parametrize("words", [("--sizes", "10,x"), ("--sizes", "200,100"), ("--replicates", "3")])
def test_wrong_options_are_bad_input(design: Path, words: tuple[str, str]):
    done = run("trial", design, *words, "--json")
    assert done.code == 2 and json.loads(done.out)["kind"] == "input"
    assert run("trial", "--json").code == 2
