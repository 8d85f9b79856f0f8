"""A study begun from a folder, and everything that is wrong with it listed once."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from bowlby.errors import InputError
from bowlby.laboratory.begin import begin_study
from bowlby.laboratory.check import REMEDIES, check_study
from bowlby.laboratory.sessions import open_study
from bowlby.laboratory.study_file import read_study
from bowlby.measures.batch import coded_files
from bowlby.records.quality import ProblemKind
from tests.cli.running import run
from tests.laboratory.conftest import Edit


def test_a_folder_becomes_a_study_with_its_pairs_and_groups(study: Path):
    opened = open_study(study)
    assert opened.counts() == {"sessions": 12, "children": 6, "pairs": 4}
    assert [(a.said("coder"), b.said("coder")) for a, b in opened.pairs] == [("anna", "ben")] * 4
    assert {one.said("group") for one in opened.main} == {"warm", "cool"}
    assert read_study(study).groups.column == "group"


def test_what_is_no_record_is_named_and_what_stands_twice_is_left_out(folder: Path):
    (folder / "notes.txt").write_text("nothing coded here\n")
    (folder / "film.mp4").write_bytes(b"\0" * 10)
    shutil.copy(folder / "warm" / "c1_v1_anna.csv", folder / "warm" / "copy.csv")
    found = begin_study(coded_files(folder), folder, folder.parent)
    kinds = {Path(one.file).name: one.kind for one in found.problems}
    assert kinds["notes.txt"].startswith("left out")
    assert "byte for byte" in kinds["copy.csv"]
    assert found.rows.height == 16
    assert "film.mp4" not in kinds


def test_a_file_of_several_sessions_has_a_row_for_each(tmp_path: Path):
    rows = ["session,actor,code,onset_s,offset_s"]
    for number in (1, 2):
        rows += [f"p{number}_v1,child,cue.bid,{at},{at + 1}" for at in range(0, 60, 7)]
        rows += [f"p{number}_v1,caregiver,answer,{at + 2},{at + 3}" for at in range(0, 60, 7 + number)]
    (tmp_path / "all.csv").write_text("\n".join([*rows, ""]))
    found = begin_study([tmp_path / "all.csv"], tmp_path, tmp_path)
    assert found.rows.select("session", "child", "visit").rows() == [("p1_v1", "p1", "1"), ("p2_v1", "p2", "1")]


def test_a_study_in_order_has_no_problem(study: Path):
    assert check_study(open_study(study, strict=False)) == ()


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("c0,1,anna,main", ",1,anna,main", "no child"),
        ("c0,1,anna,main", "c0,,anna,main", "no visit"),
        ("c0,1,anna,main", "c0,1,anna,first", "neither main nor double"),
        ("c0,1,anna,main", "c0,1,,main", "no coder, though coded twice"),
        ("c0,1,anna,main", "c0,1,ben,main", "by one coder"),
        ("c0,1,anna,main", "c0,2,anna,main", "two main codings"),
        ("c0,1,ben,double", "c0,9,ben,double", "without a main one"),
        ("c0_v1_anna.csv", "c0_v1_nobody.csv", "no such file"),
        (",0,cool", ",,cool", "no day"),
        (",0,cool", ",0,warm", "more than one group"),
        (",4,", ",44,", "no rating on its scale"),
    ],
)
def test_each_mistake_of_a_manifest_is_named_with_a_remedy(study: Path, edit: Edit, old: str, new: str, kind: str):
    edit(old, new)
    problems = check_study(open_study(study, strict=False))
    assert any(kind in one.kind for one in problems), problems
    assert all(one.remedy for one in problems)


def test_several_mistakes_are_listed_at_once_where_a_run_stops_at_the_first(study: Path, edit: Edit):
    edit(",4,", ",44,")
    edit(",7,,0", ",70,,0")
    edit("c3,1,anna", ",1,anna")
    kinds = [one.kind for one in check_study(open_study(study, strict=False))]
    assert sum("no rating" in kind for kind in kinds) == 2
    assert sum("no child" in kind for kind in kinds) == 1
    with pytest.raises(InputError, match="no rating on its scale"):
        open_study(study)


def test_an_unmapped_code_of_many_files_stands_once(study: Path, folder: Path):
    for path in sorted((folder / "cool").glob("*_anna.csv")):
        path.write_text(path.read_text() + "caregiver,hums,500.0,501.0\n")
    study.write_text(study.read_text().replace('codebook = ""', 'codebook = "book.toml"'))
    entries = [
        f'[[code]]\ncode = "{code}"\nrole = "{role}"\nmeans = ["{code}"]\n'
        for role, code in (
            ("child", "cue.bid"),
            ("child", "gaze.partner"),
            ("caregiver", "voice"),
            ("caregiver", "answer"),
        )
    ]
    codable = '[codable]\nchild = ["cue.bid", "gaze.partner"]\ncaregiver = ["voice", "answer"]\n'
    book = '[codebook]\nname = "small"\nversion = "1"\n' + codable + "\n".join(entries)
    study.with_name("book.toml").write_text(book)
    problems = [one for one in check_study(open_study(study, strict=False)) if "unmapped" in one.kind]
    assert [one.kind for one in problems] == ["unmapped code: hums of caregiver"]
    assert "and 3 more" in problems[0].file


def test_an_unknown_key_is_refused_with_the_nearest(study: Path):
    study.write_text(study.read_text().replace("seed = 0", "sed = 0"))
    with pytest.raises(InputError, match="'seed'"):
        read_study(study)


def test_every_kind_of_problem_has_a_remedy():
    assert set(REMEDIES) == set(ProblemKind)


def test_the_commands_print_what_the_contract_says(folder: Path):
    path = folder.parent / "new.toml"
    done = run("study", "init", folder, "-o", path, "--json")
    told = json.loads(done.out)
    assert (told["sessions"], told["children"], told["pairs"]) == (12, 6, 4)
    assert [Path(name).name for name in told["written"]] == ["new.sessions.csv", "new.toml"]
    assert all(set(one) == {"file", "kind", "remedy"} for one in told["problems"])
    with path.with_name("new.sessions.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 16
    again = run("study", "init", folder, "-o", path)
    assert again.code == 2
    checked = json.loads(run("study", "check", path, "--json").out)
    assert checked["written"] == []
    assert any("no day" in one["kind"] for one in checked["problems"])
