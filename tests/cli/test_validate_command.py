"""`bowlby validate` on a user's own table: figures, verdicts, page, resume, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import run

HEAD = "population,predictor,outcome,metric,age_predictor,age_outcome,n,estimate,ci_low,ci_high,citation"
ROWS = (
    "deprived,,secure,percent,,13,100,10,0,30,Somebody 2020",
    "sensitive,care: deprived,adult anxiety,sign,,217,,+,,,Somebody 2021",
)


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("validate") / "own.csv"
    path.write_text("\n".join([HEAD, *ROWS[:1]]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def said(table) -> dict[str, object]:
    done = run(
        "validate", "--table", table, "-n", 100, "--seed", 1, "--json", "--resume", table.parent / "kept",
        "-o", table.parent / "v.html",
    )  # fmt: skip
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_rows_carry_published_and_simulated_figures_and_a_verdict(said):
    (row,) = said["rows"]
    keys = {"id", "role", "source_seen", "rule", "published", "s", "model", "model_low", "model_high", "z", "null_z"}
    assert keys | {"verdict", "reason", "first_edition"} <= set(row)
    first = row["first_edition"]
    assert (row["published"], first["low"], first["high"]) == (10.0, 0.0, 30.0)
    assert row["model_low"] <= row["model"] <= row["model_high"]
    assert (first["verdict"] == "inside") == (0 <= row["model"] <= 30)
    assert said["share_inside"] == float(first["verdict"] == "inside")
    assert (row["rule"], row["verdict"] == "inside") == ("interval", abs(row["z"]) <= 1.96)
    assert set(said["headline"]) == {"M", "D", "baseline", "E", "F", "skill", "skill_low", "skill_high"}
    assert "prior_shares" in said


def test_the_page_shows_the_row_and_the_limits(said, table):
    page = (table.parent / "v.html").read_text(encoding="utf-8")
    assert said["written"] == str(table.parent / "v.html")
    assert all(text in page for text in ("percent: secure", "Misses", "Not for diagnosis"))


def test_a_second_call_goes_on_from_what_is_kept(said, table):
    kept = {path: path.stat().st_mtime_ns for path in (table.parent / "kept").iterdir()}
    again = run("validate", "--table", table, "-n", 100, "--seed", 1, "--json", "--resume", table.parent / "kept")
    assert json.loads(again.out)["rows"] == said["rows"]
    assert {path: path.stat().st_mtime_ns for path in (table.parent / "kept").iterdir()} == kept


def test_rows_on_maltreated_families_are_given_at_the_other_quantiles_too(tmp_path):
    own = tmp_path / "own.csv"
    rows = ("maltreated,,secure,percent,,13,100,10,0,30,Somebody 2020", ROWS[0])
    own.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    kept = ("-n", 100, "--most", 100, "--resume", tmp_path / "kept", "--no-prior", "--seed", 1)
    told = json.loads(run("validate", "--table", own, *kept, "--cuts", "--json").out)
    assert [(row["id"], row["families"]) for row in told["cuts"]] == [
        (told["rows"][0]["id"], name) for name in ("maltreated beyond .95", "maltreated beyond .99")
    ]
    assert all(0 <= row["low"] <= row["estimate"] <= row["high"] <= 100 for row in told["cuts"])
    assert "cuts" not in json.loads(run("validate", "--table", own, *kept, "--json").out)
    assert "maltreated beyond .99: percent" in run("validate", "--table", own, *kept, "--cuts").out


def test_what_cannot_be_validated_is_refused(table):
    assert run("validate", "--table", table, "-n", 20, "--json").code == 2
    assert run("validate", "--table", table.parent / "none.csv", "--json").code == 2
    done = run("validate", "--row", "Z99", "--json")
    assert done.code == 2
    assert "Z99" in done.out


@pytest.mark.slow
def test_any_combination_of_the_vocabulary_works(tmp_path):
    """Also ages, populations and pairs that no shipped row has."""
    rows = [
        *ROWS,
        "low-risk,second caregiver,secure,r,13,13,,.2,,,X".replace("second caregiver", "secure with second caregiver"),
        '"institution, then foster care from 9 to 18 months",entropy rate,language,r,24,36,,.1,,,X',
        "maltreated,intervention: child-parent psychotherapy,rated sensitivity,d,6,18,,.5,,,X",
        "intrusive,four-way class,four-way class,kappa,15,40,,.2,,,X",
        "harsh,care: sensitive,still-face: gaze,null,,4,,0,,,X",
        "at risk,secure | held: teacher closeness,school adjustment,mediated,20,100,,+,,,X",
        "frightening,care: low-risk,play: seconds between matches,ratio,,8,,1,.5,2,X",
    ]
    path = tmp_path / "own.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    done = run("validate", "--table", path, "-n", 100, "--no-prior", "--json")
    assert done.code == 0, done.out
    said = json.loads(done.out)["rows"]
    assert len(said) == len(rows)
    assert sum(row["model"] is not None for row in said) >= len(rows) - 1
