"""What the reader found wrong stands in every output, beside the numbers that it touches."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.cli.running import run

BOOK = (
    '[codebook]\nname = "lab"\n[codable]\nchild = ["cue.distress"]\ncaregiver = ["answer"]\n'
    '[[code]]\ncode = "cry"\nmeans = ["cue.distress"]\n[[code]]\ncode = "soothe"\nmeans = ["answer"]\n'
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a folder with a BORIS project in which two of 22 cries have no time, and its codebook."""
    events: list[list[object]] = []
    for number in range(20):
        events += [[30.0 * number + 5, "Baby", "cry", "", ""], [30.0 * number + 8, "Mum", "soothe", "", ""]]
    events += [[None, "Baby", "cry", "", ""]] * 2
    observation = {"events": events, "type": "MEDIA", "media_info": {"length": {"a": 1200}}, "file": {"1": ["a"]}}
    behaviours = {"0": {"type": "Point event", "code": "cry"}, "1": {"type": "Point event", "code": "soothe"}}
    head = {"project_format_version": "7.0", "behaviors_conf": behaviours, "subjects_conf": {}}
    (tmp_path / "p.boris").write_text(json.dumps({**head, "observations": {"o": observation}}))
    (tmp_path / "b.toml").write_text(BOOK)
    return tmp_path


def problems(text: str) -> list[tuple[str, str, int]]:
    return [(Path(one["file"]).name, one["kind"], one["count"]) for one in json.loads(text)["problems"]]


def test_measure_carries_them_in_text_json_and_a_table(files: Path):
    words = ("measure", files / "p.boris", "--codebook", files / "b.toml")
    found = json.loads(run(*words, "--json").out)
    assert ("p.boris", "no time", 2) in problems(json.dumps(found))
    rate = next(row for row in found["measures"] if row["name"] == "rate: cue.distress")
    assert (rate["status"], rate["child"], rate["caregiver"], rate["high"]) == ("lower bound", "Baby", "Mum", None)
    text = run(*words)
    assert "lower bound: at least this: 2 events of what it rests on could not be placed (no time)" in text.out
    assert "no time (2): o, row 41: Baby cry has no time" in text.out
    assert run(*words, "-o", files / "m.csv").code == 0
    table = pl.read_csv(files / "m.problems.csv")
    assert table.filter(kind="no time")["count"].to_list() == [2]


def test_agree_carries_them(files: Path):
    (files / "q.boris").write_text((files / "p.boris").read_text().replace("5.0", "5.5"))
    words = ("agree", files / "p.boris", files / "q.boris", "--codebook", files / "b.toml")
    assert {("p.boris", "no time", 2), ("q.boris", "no time", 2)} <= set(problems(run(*words, "--json").out))
    assert "no time (2)" in run(*words).out


def test_a_report_shows_them_beside_the_numbers(files: Path):
    words = ("report", files / "p.boris", "--codebook", files / "b.toml", "--measures-only", "-o", files / "r.html")
    assert ("p.boris", "no time", 2) in problems(run(*words, "--json").out)
    page = (files / "r.html").read_text(encoding="utf-8")
    assert "at least 60" in page
    assert "2 events of what it rests on could not be placed (no time)" in page


@pytest.mark.slow
def test_infer_carries_them(files: Path):
    done = run("infer", files / "p.boris", "--codebook", files / "b.toml", "--json")
    assert ("p.boris", "no time", 2) in problems(done.out)
    assert json.loads(done.out)["codable"]["cue.distress"] is False


def test_an_unmapped_codebook_warns_at_the_end(files: Path):
    (files / "b.toml").write_text('[codebook]\nname = "nothing"\n[codable]\nchild = []\ncaregiver = []\n')
    done = run("measure", files / "p.boris", "--codebook", files / "b.toml")
    last = done.err.strip().splitlines()[-1]
    assert last.startswith("0 of ") and "assessed: nothing is mapped" in last


def test_text_says_whose_each_part_is_where_a_session_has_several_pairs(tmp_path: Path):
    acts = "Ann,Mum,cue.distress,5,8\nBen,Mum,cue.distress,15,18\nMum,Ann,answer,6,9\nDad,Ben,answer,16,19\n"
    (tmp_path / "twins.csv").write_text(f"actor,partner,code,onset_s,offset_s\n{acts}")
    heads = [line for line in run("measure", tmp_path / "twins.csv").out.splitlines() if "(observed: " in line]
    assert [line.split("twins  ")[1].split("  (")[0] for line in heads] == [
        "Ann with Mum", "Ann with Dad", "Ben with Mum", "Ben with Dad",
    ]  # fmt: skip
