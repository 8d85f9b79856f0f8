"""Bad input gets a typed error with its place and remedy, exit code 2, and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.running import run

CODEBOOK = """
[codebook]
name = "test"
[table]
unit = "s"
onset = "start"
offset = "stop"
code = "code"
[codable]
child = ["cue.vocal"]
caregiver = ["answer"]
[[code]]
code = "babble"
means = ["cue.vocal"]
[[code]]
code = "reply"
means = ["answer"]
"""
ROWS = "start,stop,code\n1,2,babble\n3,4,reply\n10,11,babble\n"


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """Return a function that writes a table and a codebook."""

    def write(rows: str | bytes = ROWS, codebook: str = CODEBOOK) -> tuple[Path, Path]:
        table = tmp_path / "session.csv"
        table.write_bytes(rows if isinstance(rows, bytes) else rows.encode())
        book = tmp_path / "codes.toml"
        book.write_text(codebook)
        return table, book

    return write


CASES = {
    "empty file": (dict(rows=""), "empty"),
    "wrong delimiter": (dict(rows="start,stop,code\n1;2;babble\n3;4;reply\n"), "1"),
    "missing column": (dict(rows=ROWS.replace("start", "begin")), "start"),
    "text for a number": (dict(rows=ROWS + "x,5,babble\n"), "x"),
    "not a number": (dict(rows=ROWS + "nan,5,babble\n"), "nan"),
    "unit not stated": (dict(codebook=CODEBOOK.replace('unit = "s"', "")), "unit"),
    "unknown unit": (dict(codebook=CODEBOOK.replace('"s"', '"sec"')), "sec"),
    "construct with a typo": (
        dict(codebook=CODEBOOK.replace('["cue.vocal"]\n[[code]]', '["cue.vocl"]\n[[code]]')),
        "cue.vocal",
    ),
    "section with a typo": (dict(codebook=CODEBOOK.replace("[codable]", "[codible]")), "codable"),
    "not TOML": (dict(codebook="[codebook\n"), "TOML"),
    "codable without a code": (dict(codebook=CODEBOOK.replace('["answer"]\n[[', '["answer", "hold"]\n[[')), "hold"),
}


@pytest.mark.parametrize("command", ["measure", "report"])
@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_named_and_leaves_nothing(study: Callable[..., tuple[Path, Path]], command: str, case: str):
    changes, said = CASES[case]
    table, book = study(**changes)
    before = sorted(table.parent.iterdir())
    words = [command, table, "--codebook", book, "--json"]
    done = run(*words, *(["-o", table.parent / "out.html"] if command == "report" else []))
    assert done.code == 2
    error = json.loads(done.out)
    assert {"kind", "file", "row", "column", "value", "remedy"} <= error.keys()
    assert said in json.dumps(error)
    assert sorted(table.parent.iterdir()) == before


def test_a_missing_file_is_named(tmp_path: Path):
    for words in (["record"], ["measure"], ["infer"], ["report", "-o", tmp_path / "r.html"]):
        done = run(*words, tmp_path / "none.csv", "--json")
        assert done.code == 2
        assert json.loads(done.out)["file"].endswith("none.csv")


def test_a_codebook_just_begun_says_that_nothing_is_mapped(study: Callable[..., tuple[Path, Path]]):
    table, book = study(rows="start,stop,actor,code\n1,2,baby,cry\n3,4,mum,xyz\n")
    done = run("codebook", "init", table, "-o", book, "--force")
    assert "1 with a suggestion and 1 without" in done.out
    assert "Nothing is mapped yet" in done.out


def test_a_code_of_ones_own_needs_a_codebook(study: Callable[..., tuple[Path, Path]]):
    table, _ = study()
    done = run("measure", table, "--json")
    assert done.code == 2
    assert "codebook init" in json.loads(done.out)["remedy"]


def test_a_wrong_option_is_bad_input_too(tmp_path: Path):
    done = run("measure", "--no-such-option", "--json")
    assert done.code == 2
    assert json.loads(done.out)["kind"] == "input"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("measure", "nowhere.csv"), "bowlby: there is no such file (file nowhere.csv). Did you mean a.csv?"),
        (("codebook", "init", "a.csv"), "Missing option '--output' / '-o'. See `bowlby --help`"),
        (("recrod", "a.csv"), "Did you mean 'record', 'recover'? See `bowlby --help`"),
        (("compare-models", "a.csv", "--rules", "pearcehall"), "Did you mean 'pearce-hall'? Choose from"),
    ],
)
def test_an_error_reads_as_sentences(words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("child,session,trial,act,outcome\nc,1,1,0,1\nc,1,2,1,0\nd,1,1,0,1\n")
    done = run(*words)
    assert done.code == 2
    assert said in done.err


@pytest.mark.parametrize("words", [(), ("codebook",), ("pseudonyms",)])
def test_a_group_of_commands_by_itself_prints_its_help_and_nothing_else(words: tuple[str, ...]):
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: ") and "See `bowlby" not in done.err


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (ROWS + "20,19,babble\n", "offset before onset"),
        (ROWS + "20,21,hum\n", "unmapped code"),
        (ROWS + "3,4,reply\n", "duplicate"),
        (ROWS + "20,20,babble\n", "zero length"),
    ],
)
def test_quality_problems_are_reported_and_strict_refuses_them(
    study: Callable[..., tuple[Path, Path]], rows: str, kind: str
):
    table, book = study(rows=rows)
    out = table.parent / "out.html"
    done = run("report", table, "--codebook", book, "-o", out, "--json")
    assert done.code == 0
    assert kind in out.read_text()
    strict = run("report", table, "--codebook", book, "-o", table.parent / "strict.html", "--strict", "--json")
    assert strict.code == 2
    assert kind in json.loads(strict.out)["message"]
    assert not (table.parent / "strict.html").exists()


@pytest.mark.parametrize(
    "rows",
    [
        "start,stop,code\n3,4,reply\n8,9,reply\n",
        "start,stop,code\n1,2,babble\n8,9,babble\n",
        "start,stop,code\n0,1,babble\n",
    ],
    ids=["no child event", "no caregiver event", "one second"],
)
def test_a_record_with_little_in_it_gets_a_report_that_says_so(study: Callable[..., tuple[Path, Path]], rows: str):
    table, book = study(rows=rows)
    done = run("report", table, "--codebook", book, "-o", table.parent / "out.html", "--json")
    assert done.code == 0
    statuses = {row["status"] for row in json.loads(done.out)["measures"]}
    assert statuses & {"too few", "not assessable"}


def test_nothing_is_overwritten_without_leave(study: Callable[..., tuple[Path, Path]]):
    table, book = study()
    out = table.parent / "out.html"
    out.write_text("mine")
    done = run("report", table, "--codebook", book, "-o", out, "--json")
    assert done.code == 2
    assert json.loads(done.out)["kind"] == "overwrite"
    assert out.read_text() == "mine"
    assert run("report", table, "--codebook", book, "-o", out, "--force", "--json").code == 0
    assert out.read_text() != "mine"
