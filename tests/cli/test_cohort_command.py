"""`bowlby cohort`, as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import run

DESIGN = """
title = "Lives"
population = "sensitive"
children = 60
[[measures]]
name = "externalizing"
ages = ["24mo"]
"""


def test_a_design_becomes_a_data_set_with_checksums(tmp_path: Path):
    path = tmp_path / "d.toml"
    path.write_text(DESIGN)
    words = ("cohort", path, "-o", tmp_path / "data", "--seed", 2, "--json")
    done = run(*words)
    assert done.code == 0, done.out
    found = json.loads(done.out)
    assert found["children"] == 60 and found["purpose_and_limits"]
    names = {one["file"] for one in found["files"]}
    assert {"data_dictionary.csv", "README.md", "observed/part-000000.parquet", "truth.zarr/zarr.json"} <= names
    assert all((tmp_path / "data" / one["file"]).stat().st_size == one["bytes"] for one in found["files"])
    refused = run(*words)
    assert refused.code == 2 and json.loads(refused.out)["kind"] == "overwrite"
    again = json.loads(run(*words, "--force").out)
    assert again["files"] == found["files"]
    assert json.loads(run(*words, "-n", 20, "--force").out)["children"] == 20


def test_a_profile_that_is_not_there_is_bad_input(tmp_path: Path):
    path = tmp_path / "d.toml"
    path.write_text(DESIGN)
    done = run("cohort", path, "-o", tmp_path / "data", "--cluster", tmp_path / "none.toml", "--json")
    assert done.code == 2 and "no such profile" in json.loads(done.out)["message"]
    assert not (tmp_path / "data").exists()
