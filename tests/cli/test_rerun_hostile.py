"""A stranger's result file: rerun reads what the result names, and writes nothing outside its throw-away folder."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
import typer

from bowlby.cli.command_line import READ, WRITTEN, parse
from bowlby.cli.main import app
from bowlby.cli.rerun import COMPUTING, redirect_outputs
from tests.cli.running import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "records" / "play.csv"


@pytest.fixture
def record(tmp_path) -> Path:
    path = tmp_path / "own.csv"
    path.write_bytes(EXAMPLE.read_bytes())
    return path


def crafted(folder: Path, words: list[object], inputs: list[Path] = ()) -> Path:  # type: ignore[assignment]
    """Write a result that claims to have been made by some words."""
    named = [{"file": str(one), "sha256": hashlib.sha256(one.read_bytes()).hexdigest()} for one in inputs]
    made = {"command": [str(word) for word in words], "versions": {}, "platform": "", "inputs": named}
    path = folder / "crafted.json"
    path.write_text(json.dumps({"run": made}), encoding="utf-8")
    return path


def test_every_path_of_every_command_is_known_to_be_read_or_written():
    unknown = []
    commands = dict(typer.main.get_command(app).commands)
    for group in ("codebook", "pseudonyms", "study"):
        commands |= {f"{group} {name}": one for name, one in commands.pop(group).commands.items()}
    for name, command in commands.items():
        for one in command.params:
            long = next((option for option in one.opts if option.startswith("--")), "")
            if type(one.type).__name__ == "TyperPath" and long and long not in WRITTEN | READ:
                unknown.append(f"{name} {long}")
    assert unknown == []
    assert {name.split()[0] for name in commands} >= COMPUTING
    assert not WRITTEN & READ


@pytest.mark.parametrize("form", [["-o", "{}"], ["-o{}"], ["--output={}"], ["--output", "{}"]])
def test_no_way_of_writing_the_output_option_overwrites_a_file(tmp_path, record, form):
    treasure = tmp_path / "treasure.csv"
    treasure.write_text("mine", encoding="utf-8")
    words = ["record", record, "--force", *(part.format(treasure) for part in form)]
    done = run("rerun", crafted(tmp_path, words, [record]), "--json")
    assert "differing" in json.loads(done.out)
    assert treasure.read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crafted.json", "own.csv", "treasure.csv"]


@pytest.mark.parametrize("target", ["..", "/", ".", "a/..", "x.csv"])
def test_outputs_stay_in_the_folder_whatever_they_are_called(tmp_path, target):
    words = ["agree", "a.csv", "b.csv", "-o", target, "--figures", target, "--force"]
    moved = parse(app, redirect_outputs(parse(app, words), tmp_path))
    assert len(moved.writes) == 2
    assert len(set(moved.writes)) == 2
    assert all(tmp_path in path.resolve().parents for path in moved.writes)
    assert not moved.states("--force")
    assert [str(path) for path in moved.reads] == ["a.csv", "b.csv"]


def test_an_output_that_is_written_by_default_is_moved_too(tmp_path):
    moved = parse(app, redirect_outputs(parse(app, ["demo"]), tmp_path))
    assert all(tmp_path in path.parents for path in moved.writes)
    assert moved.writes


def test_values_that_look_like_options_stay_values(tmp_path):
    line = parse(app, ["simulate", "--exposure=--force", "--without=-o", "--", *[]])
    again = parse(app, redirect_outputs(line, tmp_path))
    assert {one.option: one.value for one in again.parameters if one.stated} == {
        "--exposure": "--force",
        "--without": ("-o",),
        "--json": True,
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serve"], "not run again"),
        (["pseudonyms", "new", "key"], "not run again"),
        (["codebook", "init", "x", "-o", "y"], "not run again"),
        (["rerun", "x"], "not run again"),
        (["nothing"], "not run again"),
        (["cohort", "design.toml", "-o", "x", "--cluster", "tcp://127.0.0.1:1"], "cluster"),
        (["cohort", "design.toml", "-o", "x", "--cluster=tcp://127.0.0.1:1"], "cluster"),
        (["measure", "--help"], "none of this version"),
        (["measure", "--no-such"], "none of this version"),
        (["measure", "/etc/hostname"], "does not name"),
        (["measure", "x\0y"], "does not say"),
        (["measure", "\ud800"], "does not say"),
        ([], "does not say"),
    ],
)
def test_what_is_no_computing_of_named_inputs_is_refused(tmp_path, words, said):
    done = run("rerun", crafted(tmp_path, words), "--json")
    assert done.code == 2
    assert said in json.loads(done.out)["message"]


def test_a_folder_is_read_only_where_all_its_files_are_named(tmp_path):
    folder = tmp_path / "sessions"
    folder.mkdir()
    (folder / "a.csv").write_bytes(EXAMPLE.read_bytes())
    words = ["measure", folder, "--workers", 1]
    named = json.loads(run(*words, "--json").out)["run"]["inputs"]
    assert [one["file"] for one in named] == [str(folder / "a.csv")]
    result = crafted(tmp_path, words, [folder / "a.csv"])
    assert json.loads(run("rerun", result, "--json").out)["compared"] > 0
    (folder / "b.csv").write_text("secret", encoding="utf-8")
    done = run("rerun", result, "--json")
    assert done.code == 2
    assert json.loads(done.out)["value"].endswith("b.csv")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"run": {"command": ["measure"], "versions": [], "inputs": []}}',
        '{"run": {"command": ["measure"], "versions": {}, "inputs": [3]}}',
        '{"run": {"command": ["measure"], "versions": {}, "inputs": [{"file": 3, "sha256": null}]}}',
        '{"run": {"command": {"measure": 1}, "versions": {}, "inputs": []}}',
        '{"run": {"command": [1], "versions": {}, "inputs": []}}',
        '{"run": 3}',
        "3",
        "9" * 10_000,
    ],
)
def test_a_malformed_result_is_refused(tmp_path, text):
    path = tmp_path / "odd.json"
    path.write_text(text, encoding="utf-8")
    done = run("rerun", path, "--json")
    assert done.code == 2
    assert json.loads(done.out)["kind"] == "input"


def test_code_in_the_working_folder_is_not_imported(tmp_path, record, monkeypatch):
    (tmp_path / "polars.py").write_text("open('ran', 'w').write('x')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = run("rerun", crafted(tmp_path, ["record", record], [record]), "--json")
    assert "differing" in json.loads(done.out)
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have names on POSIX only")
@pytest.mark.parametrize("words", [["record"], ["measure"], ["rerun"], ["trial"], ["signs"], ["codebook", "init"]])
def test_a_pipe_or_a_device_is_refused_as_input(tmp_path, words):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    more = ["-o", tmp_path / "x.toml"] if words[0] == "codebook" else []
    for endless in (pipe, "/dev/zero"):
        done = run(*words, endless, *more, "--json")
        assert done.code == 2
        assert "not a file" in json.loads(done.out)["message"]


def test_a_pipe_behind_an_option_is_refused_too(tmp_path, record):
    os.mkfifo(tmp_path / "pipe")
    done = run("measure", record, "--codebook", tmp_path / "pipe", "--json")
    assert done.code == 2
    assert "not a file" in json.loads(done.out)["message"]


@pytest.mark.parametrize("link", [None, "symbolic", "hard"])
def test_an_output_that_is_one_of_the_inputs_is_refused(tmp_path, record, link):
    target = record if link is None else tmp_path / "other.csv"
    if link == "symbolic":
        target.symlink_to(record)
    elif link == "hard":
        target.hardlink_to(record)
    before = record.read_bytes()
    done = run("record", record, "-o", target, "--force", "--json")
    assert done.code == 2
    assert "one of the inputs" in json.loads(done.out)["message"]
    assert record.read_bytes() == before


def test_a_group_that_is_a_command_too_is_run_again(tmp_path):
    words = ["recover", "--rule", "pearce-hall", "--children", "30", "--seed", "1"]
    line = parse(app, words)
    assert line.command == "recover"
    assert parse(app, redirect_outputs(line, tmp_path)).command == "recover"
