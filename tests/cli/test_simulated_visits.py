"""Visits of `bowlby simulate`: their files, their days, their coders, and what cannot be asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bowlby.formats.read import read_record
from tests.cli.running import run

SHORT = ("simulate", "--age", "1mo", "--minutes", "2", "--seed", "3")


def test_several_sessions_and_coders_have_a_file_each(tmp_path: Path):
    words = ("--sessions", 2, "--coders", 2, "--record", tmp_path / "family.csv", "--json")
    told = json.loads(run(*SHORT, *words).out)
    names = [Path(name).name for name in told["written"]]
    assert names == ["family-1.csv", "family-1-b.csv", "family-2.csv", "family-2-b.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert (told["sessions"], told["coders"]) == (2, ["a", "b"])
    assert told["coder_error"] == {"missed": 0.1, "false": 0.05, "displaced_s": 0.3}
    said = [read_record(name).metadata for name in told["written"]]
    assert [(one["day"], one["coder"]["name"]) for one in said] == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]  # pyright: ignore[reportIndexIssue]
    agreed = json.loads(run("agree", told["written"][0], told["written"][1], "--json").out)
    assert agreed["matched"] > 0


def test_one_session_of_one_coder_without_error_has_the_name_that_was_given(tmp_path: Path):
    told = json.loads(run(*SHORT, "--record", tmp_path / "one.csv", "--json").out)
    assert told["written"] == [str(tmp_path / "one.csv")]
    assert told["coder_error"] is None
    assert "coder" not in read_record(tmp_path / "one.csv").metadata


def test_an_error_is_as_it_is_written(tmp_path: Path):
    words = ("--coder-error", "jitter=.2, missed=.5", "--record", tmp_path / "one.csv", "--json")
    assert json.loads(run(*SHORT, *words).out)["coder_error"] == {"missed": 0.5, "false": 0.0, "displaced_s": 0.2}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--coder-error", "mised=.1"), "Did you mean 'missed'?"),
        (("--coder-error", "missed=.1,missed=.2"), "given twice"),
        (("--coder-error", "missed"), "a number is wanted"),
        (("--coder-error", "missed=1"), "lies outside its support"),
        (("--coder-error", "jitter=nan"), "lies outside its support"),
        (("--sessions", "0"), "at least once"),
        (("--coders", "27"), "from 1 to 26"),
        (("--record", "visit.xlsx"), ".boris"),
    ],
)
def test_what_cannot_be_coded_is_refused_before_anything_is_simulated(words: tuple[str, ...], said: str):
    done = run(*SHORT, *words)
    assert done.code == 2
    assert said in done.err
    assert "episodes" not in done.err


def test_no_file_is_written_where_one_of_them_exists(tmp_path: Path):
    (tmp_path / "family-2.csv").write_text("mine", encoding="utf-8")
    done = run(*SHORT, "--sessions", 2, "--record", tmp_path / "family.csv")
    assert done.code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["family-2.csv"]
