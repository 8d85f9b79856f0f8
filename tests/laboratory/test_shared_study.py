"""Two INTERACT and two Datavyu dyads of the shared data as a study of four."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.cli.running import run

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("BOWLBY_SHARED", ROOT.parent / "shared")) / "data" / "records"
FILES = (
    "mangold/mangold_3367goodman.csv",
    "mangold/mangold_3414goodman.csv",
    "opf/datavyur_dyad1.opf",
    "opf/datavyur_dyad3.opf",
)
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared beside the clone, or BOWLBY_SHARED")


def test_four_dyads_of_two_programs_become_one_study(tmp_path: Path):
    folder = tmp_path / "sessions"
    folder.mkdir()
    for name in FILES:
        shutil.copy(SHARED / name, folder)
    study, book = tmp_path / "study.toml", tmp_path / "study.codebook.toml"
    begun = json.loads(run("study", "init", folder, "-o", study, "--json").out)
    assert (begun["sessions"], begun["children"], begun["pairs"]) == (4, 4, 0)
    children = pl.read_csv(tmp_path / "study.sessions.csv", infer_schema=False)["child"].to_list()
    assert children == ["dyad1", "dyad3", "3367goodman", "3414goodman"]
    checked = json.loads(run("study", "check", study, "--json").out)
    assert [one["kind"] for one in checked["problems"]] == ["nothing is mapped yet"]
    # What bowlby suggests is taken: maternal affect by its numbers. The letters are undocumented by the source.
    book.write_text(re.sub(r"(?m)^#(?=\[\[|[a-z])", "", book.read_text()))
    kinds = [one["kind"] for one in json.loads(run("study", "check", study, "--json").out)["problems"]]
    assert kinds.count("none of its codes is mapped") == 2
    assert any(kind == "unmapped code: W" for kind in kinds)
    done = run("study", "report", study, "-o", tmp_path / "out", "--workers", "1", "--json")
    assert done.code in (0, 1), done.err
    wide = pl.read_csv(tmp_path / "out" / "wide.csv", infer_schema_length=None)
    assert wide.height == 4
    valence = dict(wide.select("child", "cg_mean_valence").iter_rows())
    assert valence["3367goodman"] is not None and valence["3414goodman"] is not None
    assert valence["dyad1"] is None
    assert (wide.filter(pl.col("cg_mean_valence").is_null())["cg_mean_valence_miss"] >= 11).all()
    assert (tmp_path / "out" / "report.html").is_file()
