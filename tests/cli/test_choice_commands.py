"""`bowlby recover` and `bowlby compare-models`, as a user types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bowlby.inference.choices.hierarchy import Hierarchy
from bowlby.recovery.choices import ChoiceDesign, simulate
from tests.cli.running import run


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trials") / "trials.csv"
    trials = simulate(Hierarchy(), ChoiceDesign(4, 1, 25, missing=0.1), 1, typical=True).trials
    lines = ["child,session,trial,act,outcome,coder"]
    for one in trials.series:
        for number in range(len(one)):
            outcome = f"{one.outcome[number]:g}" if one.outcome_seen[number] else ""
            lines.append(f"{one.child},1,{number + 1},{trials.acts[one.act[number]]},{outcome},x")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_rules_are_compared_and_fits_written(file: Path, tmp_path: Path):
    rules = "rescorla-wagner,pearce-hall"
    done = run("compare-models", file, "--rules", rules, "-o", tmp_path / "fits", "--seed", 2, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert {row["rule"] for row in found["comparison"]} == set(rules.split(","))
    assert found["comparison"][0]["difference"] == 0.0
    assert found["trials"] == 100 and found["unused_columns"] == ["coder"] and found["missing_outcomes"] > 0
    assert {Path(name).name for name in found["written"]} == {"rescorla-wagner.nc", "pearce-hall.nc"}
    assert "Not for diagnosis" in " ".join(found["purpose_and_limits"])
    again = run("compare-models", file, "--rules", rules, "-o", tmp_path / "fits", "--seed", 2, "--json")
    assert again.code == 2 and json.loads(again.out)["kind"] == "overwrite"


@pytest.mark.parametrize("words", [("--rules", "q-learning"), ("--covariate", "learning_rate"), ("--acts", "cry")])
def test_bad_input_is_told_as_json(file: Path, words: tuple[str, str]):
    done = run("compare-models", file, *words, "--json")
    assert done.code == 2 and json.loads(done.out)["remedy"]


@pytest.mark.slow
def test_recovery_is_told_for_every_number_of_sessions():
    done = run("recover", "--children", 5, "--trials", 15, "--sessions", "1,2", "--seed", 1, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert {row["sessions"] for row in found["recovery"]} == {1, 2}
    assert all(0 <= row["coverage"] <= 1 for row in found["recovery"])
    assert run("recover", "--sessions", "one").code == 2


def test_axes_come_back_by_length():
    done = run("recover", "axes", "--children", 24, "--minutes", "15,30", "--sessions", 3, "--seed", 3, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert {(row["axis"], row["minutes"], row["n"]) for row in found["axes"]} >= {
        ("threat", 15.0, 24),
        ("deprivation", 30.0, 24),
    }
    assert all(0 <= row["coverage90"] <= 1 and row["crps"] > 0 and row["sessions"] == 3 for row in found["axes"])
    assert set(found["base_rates"]) == {"threat", "deprivation"}


@pytest.mark.parametrize(
    "words",
    [("--what", "nothing"), ("axes", "--template", "no one"), ("axes", "--minutes", "x"), ("axes", "--minutes", "1")],
)
def test_what_is_not_known_to_recover_is_told(words: tuple[str, ...]):
    done = run("recover", *words, "--json")
    assert done.code == 2 and json.loads(done.err or done.out)["remedy"]


@pytest.mark.parametrize("command", ["recover", "compare-models"])
def test_help_gives_an_example(command: str):
    assert f"Example: bowlby {command}" in run(command, "--help").out
