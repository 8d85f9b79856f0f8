"""Records of several dyads in one `bowlby infer`: whose they are, each by itself, and pooled."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bowlby.errors import InputError
from bowlby.infer.edition import FIRST_EDITION
from bowlby.records.dyads import by_dyad
from bowlby.records.load import Loading
from bowlby.records.manifest import read_manifest
from bowlby.records.write import write_record
from bowlby.simulate.dyad import simulate_dyad
from bowlby.study.dyads import covariates_of
from tests.cli.running import run

MANIFEST = """file,child,caregiver,visit,age_months,group,site
a1.csv,c01,,1,10,control,north
a2.csv,c01,,2,12,control,north
b.csv,c02,,1,13,trained,south
c.csv,c03,grandmother,1,9,trained,north
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    for seed, name in enumerate(("a1", "a2", "b", "c"), start=1):
        record = simulate_dyad("usual", minutes=4.0, seed=seed)
        ageless = {key: value for key, value in record.metadata.items() if key != "age_months"}
        write_record(replace(record, metadata=ageless), folder / f"{name}.csv")
    (folder / "study.csv").write_text(MANIFEST)
    return folder


def files(study: Path, *names: str) -> list[Path]:
    return [study / f"{name}.csv" for name in names]


def test_several_records_without_an_owner_are_refused(study: Path):
    done = run("infer", *files(study, "a1", "b"), "--json")
    assert done.code == 2
    assert "which child" in done.out and "--one-dyad" in done.out and "--manifest" in done.out


def test_one_dyad_is_said_and_then_all_sessions_are_its_own(study: Path):
    done = run("infer", *files(study, "a1", "a2"), "--one-dyad", "--json")
    by_manifest = run("infer", *files(study, "a1", "a2"), "--manifest", study / "study.csv", "--json")
    assert done.code == by_manifest.code == 0
    said, found = json.loads(done.out), json.loads(by_manifest.out)
    assert said["parameters"] == found["parameters"] and "dyads" not in said
    assert said["edition"] == FIRST_EDITION
    text = run("infer", *files(study, "a1", "a2"), "--one-dyad").out
    assert text.startswith(FIRST_EDITION)


def test_a_manifest_tells_dyads_apart_and_sessions_stay_with_their_child(study: Path):
    dyads = by_dyad(files(study, "a1", "b", "a2", "c"), Loading(), read_manifest(study / "study.csv"))
    assert [dyad.name for dyad in dyads] == ["c01", "c02", "c03 with grandmother"]
    assert [len(dyad.coded.sessions) for dyad in dyads] == [2, 1, 1]
    assert dyads[0].coded.record.metadata["age_months"] == 11.0


def test_dyads_that_are_not_pooled_are_as_if_each_were_given_by_itself(study: Path, tmp_path: Path):
    saved = tmp_path / "all.nc"
    manifest = ("--manifest", study / "study.csv")
    done = run("infer", *files(study, "a1", "b"), *manifest, "--no-pooling", "--json", "-o", saved, "--seed", "3")
    assert done.code == 0
    found = json.loads(done.out)
    assert found["pooling"] is False and found["group"] is None
    assert found["edition"] == FIRST_EDITION
    for dyad, name in zip(found["dyads"], ("a1", "b"), strict=True):
        single = json.loads(run("infer", study / f"{name}.csv", *manifest, "--json", "--seed", "3").out)
        assert dyad["pooled"] is None
        assert dyad["alone"]["parameters"] == single["parameters"] and dyad["alone"]["axes"] == single["axes"]


@pytest.mark.slow
def test_dyads_are_pooled_and_the_group_is_told(study: Path, tmp_path: Path):
    saved = tmp_path / "group.nc"
    words = ("--manifest", study / "study.csv", "--covariate", "age_months", "--json", "-o", saved)
    done = run("infer", *files(study, "a1", "a2", "b", "c"), *words)
    assert done.code == 0
    found = json.loads(done.out)
    assert found["group"]["diagnostics"]["converged"] and found["pooling"] is True
    assert [dyad["dyad"] for dyad in found["dyads"]] == ["c01", "c02", "c03 with grandmother"]
    assert {row["covariate"] for row in found["group"]["effects"]} == {"age_months", "group control", "group trained"}
    engaged = next(row for row in found["group"]["mean"] if row["name"] == "engagement_rate")
    assert engaged["prior_low"] < engaged["low"] < engaged["mean"] < engaged["high"] < engaged["prior_high"]
    pooled = {row["name"]: row["mean"] for row in found["dyads"][1]["pooled"]["parameters"]}
    alone = {row["name"]: row["mean"] for row in found["dyads"][1]["alone"]["parameters"]}
    assert pooled.keys() == alone.keys() and pooled["engagement_rate"] != alone["engagement_rate"]
    import xarray as xr

    with xr.open_datatree(saved, engine="h5netcdf") as tree:
        assert tree["posterior"].sizes["dyad"] == 3 and "group_sd" in tree["posterior"]
    again = run("infer", *files(study, "a1", "a2", "b", "c"), *words, "--force")
    assert json.loads(again.out)["group"] == found["group"]


@pytest.mark.parametrize(
    ("column", "cell", "name", "message"),
    [
        ("site", "north", "nowhere", "no such column"),
        ("site", "", "site", "missing for c02"),
        ("site", "north", "site", "same for all"),
        ("age_months", "11", "age_months", "same for all"),
    ],
)
def test_covariates_that_cannot_be_used_are_refused(study: Path, column: str, cell: str, name: str, message: str):
    rows = [line.split(",") for line in MANIFEST.strip().splitlines()]
    place = rows[0].index(column)
    rows[3][place] = cell
    text = "\n".join(",".join(row) for row in rows) + "\n"
    manifest = study / f"{name}-{column}-{len(cell)}.csv"
    manifest.write_text(text)
    dyads = by_dyad(files(study, "a1", "a2", "b"), Loading(), read_manifest(manifest))
    with pytest.raises(InputError, match=message):
        covariates_of(dyads, [name], manifest)


def test_numbers_are_standardised_over_dyads_and_words_make_categories(study: Path):
    dyads = by_dyad(files(study, "a1", "a2", "b", "c"), Loading(), read_manifest(study / "study.csv"))
    age, control, trained = covariates_of(dyads, ["age_months"])
    assert age.values == pytest.approx([0.0, 1.2247449, -1.2247449], abs=1e-6)
    assert control.values == (1.0, 0.0, 0.0) and trained.values == (0.0, 1.0, 1.0)
    assert [one.name for one in covariates_of(dyads[1:], ["site"])] == ["site south", "site north"]


def test_a_covariate_for_one_dyad_and_two_ways_to_say_whose_they_are_are_refused(study: Path):
    manifest = ("--manifest", study / "study.csv")
    assert "one dyad" in run("infer", study / "b.csv", *manifest, "--covariate", "age_months").err
    assert "already" in run("infer", study / "b.csv", *manifest, "--one-dyad").err
    stranger = study / "stranger.csv"
    stranger.write_text("".join((study / "b.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:-1]))
    assert "no row" in run("infer", study / "b.csv", stranger, *manifest).err


def test_a_record_s_own_metadata_can_say_whose_it_is(tmp_path: Path):
    for seed, child in enumerate(("c7", "c8", "c7")):
        record = simulate_dyad("usual", minutes=4.0, seed=seed)
        write_record(replace(record, metadata={**record.metadata, "child": child}), tmp_path / f"{seed}.csv")
    dyads = by_dyad([tmp_path / f"{seed}.csv" for seed in range(3)], Loading())
    assert [(dyad.name, len(dyad.files)) for dyad in dyads] == [("c7", 2), ("c8", 1)]
