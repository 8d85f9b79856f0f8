"""Numbers and designs that cannot be: refused before any work, with what to do, and nothing left on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import run

DESIGN = """
title = "Lives"
population = "sensitive"
children = {children}
{more}
[[measures]]
name = "externalizing"
ages = ["24mo"]
"""
DEEP = "[" * 3000 + "]" * 3000


@pytest.mark.parametrize(
    "procedure", [(), ("--procedure", "strange-situation"), ("--population", "pooled"), ("--company",)]
)
@pytest.mark.parametrize("children", [0, -1, 10**12, 10**30])
def test_a_simulation_of_too_many_or_no_children_is_refused(children: int, procedure: tuple[str, ...], tmp_path: Path):
    done = run("simulate", "-n", children, *procedure, "-o", tmp_path / "lives.zarr", "--json")
    told = json.loads(done.out)
    assert done.code == 2 and told["column"] == "-n" and told["value"] == str(children) and told["remedy"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("children", "more", "column"),
    [
        ("true", "", "children"),
        ("0", "", "children"),
        (str(10**12), "", "children"),
        ("1" * 5000, "", None),
        ("10", f"x = {DEEP}", None),
        ("10", f"x = {'{a=' * 3000}1{'}' * 3000}", None),
        ("10", 'drop_out = {rate = true, on = "stress"}', "drop_out.rate"),
        ("10", "drop_out = {rate = nan}", "drop_out.rate"),
        ("10", "costs = {fixed = inf}", "costs.fixed"),
        ("10", "trial = {pool = 1000000000000}", "trial.pool"),
        ("10", "trial = {n = [8, 1000000000000]}", "trial"),
        ("10", "trial = {n = [true]}", "trial.n"),
        ("10", "trial = {replicates = true}", "trial.replicates"),
        ("10", 'randomisation = {kind = "blocked", block = 1000000000000}', "randomisation.block"),
        ("10", "sites = {families_each = 1000000000000, icc = 0.1}", "sites.families_each"),
    ],
)
@pytest.mark.parametrize("command", ["cohort", "trial"])
def test_a_design_that_cannot_be_is_refused(command: str, children: str, more: str, column: str | None, tmp_path: Path):
    path = tmp_path / "d.toml"
    path.write_text(DESIGN.format(children=children, more=more))
    done = run(command, path, *(("-o", tmp_path / "data") if command == "cohort" else ()), "--json")
    told = json.loads(done.out)
    assert done.code == 2 and told["file"] == str(path) and told["column"] == column and told["remedy"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("children", [0, -5, 10**12])
def test_the_number_of_a_cohort_is_held_to_the_same_limits(children: int, tmp_path: Path):
    path = tmp_path / "d.toml"
    path.write_text(DESIGN.format(children=10, more=""))
    done = run("cohort", path, "-n", children, "-o", tmp_path / "data", "--json")
    told = json.loads(done.out)
    assert done.code == 2 and told["column"] == "-n" and told["value"] == str(children) and told["remedy"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("deep", [f"a = {DEEP}", f"a = {'1' * 5000}"])
def test_toml_of_any_depth_and_length_ends_in_a_typed_error(deep: str, tmp_path: Path):
    path, table = tmp_path / "a.toml", tmp_path / "a.csv"
    path.write_text(deep)
    table.write_text("onset,offset,actor,code\n0,1,child,cry\n")
    for words in (("measure", table, "--codebook", path), ("signs", path), ("trial", path)):
        done = run(*words, "--json")
        told = json.loads(done.out)
        assert done.code == 2 and told["file"] == str(path) and "TOML" in told["message"], words
