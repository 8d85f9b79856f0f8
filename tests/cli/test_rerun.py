"""A result says what made it, and can be made again: identical, or how far off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bowlby.cli.rerun import compare
from tests.cli.running import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "records" / "play.csv"


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("rerun")
    record = folder / "own.csv"
    record.write_bytes(EXAMPLE.read_bytes())
    done = run("measure", record, "--json", "--seed", 3)
    assert done.code == 0
    (folder / "r.json").write_text(done.out, encoding="utf-8")
    return folder / "r.json"


def test_every_json_object_says_what_made_it(result):
    made = json.loads(result.read_text())["run"]
    assert made["command"][:1] == ["measure"]
    assert {"python", "bowlby", "jax", "numpy"} <= set(made["versions"])
    assert made["inputs"][0]["file"].endswith("own.csv")
    assert len(made["inputs"][0]["sha256"]) == 64


def test_the_same_command_gives_the_same_values(result):
    done = run("rerun", result, "--json")
    said = json.loads(done.out)
    assert done.code == 0
    assert (said["identical"], said["differing"], said["same_platform"]) == (True, [], True)
    assert said["compared"] > 100


def test_a_figure_that_was_changed_is_found(result, tmp_path):
    whole = json.loads(result.read_text())
    place, row = next((at, one) for at, one in enumerate(whole["measures"]) if one["estimate"])
    whole["measures"][place]["estimate"] = row["estimate"] + 0.25
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(whole), encoding="utf-8")
    done = run("rerun", forged, "--json")
    said = json.loads(done.out)
    assert done.code == 1
    assert said["largest_difference"] == pytest.approx(0.25)
    assert said["at"] == f"measures[{place}].estimate"


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{", "no result"), ("{}", "does not say"), ('{"run": {"command": ["serve"]}}', "not run again")],
)
def test_what_cannot_be_made_again_is_refused(tmp_path, text, problem):
    path = tmp_path / "odd.json"
    path.write_text(text, encoding="utf-8")
    done = run("rerun", path, "--json")
    assert done.code == 2
    assert problem in json.loads(done.out)["message"]


@pytest.mark.parametrize("key", ["verdict", "verdicts_rest_on"])
def test_a_result_of_the_first_editions_inference_is_refused_with_what_to_do(tmp_path, key):
    path = tmp_path / "old.json"
    path.write_text(json.dumps({key: "not enough to tell", "run": {"command": ["infer", "a.csv"]}}), encoding="utf-8")
    done = run("rerun", path, "--json")
    said = json.loads(done.out)
    assert done.code == 2 and "first edition" in said["message"] and "bowlby infer" in said["remedy"]


def test_what_was_inferred_is_the_same_again(tmp_path):
    play = Path(__file__).parents[2] / "examples" / "records" / "play.csv"
    coder = tmp_path / "agree.json"
    coder.write_text(run("agree", play, play, "--json").out, encoding="utf-8")
    path = tmp_path / "r.json"
    path.write_text(run("infer", play, "--coder", coder, "--json").out, encoding="utf-8")
    done = run("rerun", path, "--json")
    assert done.code == 0, done.out + done.err
    assert json.loads(done.out)["identical"]


def test_an_input_that_has_changed_is_named(result, tmp_path):
    whole = json.loads(result.read_text())
    changed = tmp_path / "own.csv"
    changed.write_text("not what it was", encoding="utf-8")
    whole["run"]["inputs"][0]["file"] = str(changed)
    path = tmp_path / "r.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    done = run("rerun", path)
    assert done.code == 2
    assert "has changed" in done.err


def test_times_and_places_may_move_and_nothing_else():
    before = {"a": [1, {"b": 2.0}], "seconds": 1.0, "written": "x"}
    assert compare(before, before | {"seconds": 2.0, "written": None}).differing == ()
    found = compare(before, {"a": [1, {"b": 2.5}], "c": "new"})
    assert set(found.differing) == {"a[1].b", "c"}
    assert (found.largest, found.at) == (0.5, "a[1].b")


def test_the_doctor_finds_this_installation_well_and_a_missing_cache_ill(monkeypatch):
    done = run("doctor", "--quick", "--json")
    said = json.loads(done.out)
    assert (done.code, said["ok"]) == (0, True)
    monkeypatch.setenv("BOWLBY_CACHE", "/proc/nowhere")
    done = run("doctor", "--quick", "--json")
    told = {check["name"]: check for check in json.loads(done.out)["checks"]}
    assert done.code == 1
    assert told["cache folder"]["ok"] is False
    assert "BOWLBY_CACHE" in told["cache folder"]["remedy"]
