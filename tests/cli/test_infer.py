"""`bowlby infer`: one dyad, several, groups, coders and bad input, as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bowlby.formats.write import write_record
from bowlby.inference.care.words import ABOUT, NO_EVIDENCE, ONE_VISIT
from tests.cli.running import Done, run
from tests.inference.care.visits import CARE, FRIGHTENING, visit

DAYS = (0, 4, 9)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six dyads of two visits each, in two groups; dyads of group b are answered less."""
    folder = tmp_path_factory.mktemp("study")
    rows = ["file,child,age_months,group,day"]
    for number in range(6):
        group = "ab"[number % 2]
        for day in (0, 6):
            name = f"c{number}-{day}.csv"
            left_out = ["answer", "hold", "play"] if group == "b" else ()
            write_record(visit(day, 20.0, distress=number % 3, left_out=left_out), folder / name)
            rows.append(f"{name},c{number},12,{group},{day}")
    (folder / "study.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def records(study: Path) -> list[Path]:
    return sorted(study.glob("c*-*.csv"))


def saved(folder: Path, *visits: object) -> list[Path]:
    return [write_record(one, folder / f"v{number}.csv", force=True) for number, one in enumerate(visits)]  # type: ignore[arg-type]


def said(done: Done) -> dict:
    assert done.code == 0, done.out + done.err
    return json.loads(done.out)


def error(done: Done) -> dict:
    assert done.code == 2
    return json.loads(done.out)


def test_json_has_the_keys_of_the_contract(tmp_path: Path):
    found = said(run("infer", *saved(tmp_path, *(visit(day, 20.0) for day in DAYS)), "--one-dyad", "--json"))
    for key in ("axes", "pair", "misfit", "codable", "what_this_is_not", "not_identifiable", "base_rates", "written"):
        assert key in found
    assert set(found["axes"]) == {"threat", "deprivation", "unpredictability"}
    for axis in found["axes"].values():
        assert {"mean", "low", "high", "above_cut", "bayes_factor", "statement", "conditions", "needed"} <= set(axis)
        assert axis["statement"] in ("above", "below", "not told", "not assessable")
    assert ABOUT in found["what_this_is_not"] and NO_EVIDENCE in found["what_this_is_not"]
    assert found["evidence"]["days"] == 3


def test_what_the_child_expects_has_a_section_of_its_own_and_is_no_evidence(tmp_path: Path):
    files = saved(tmp_path, *(visit(day, 20.0) for day in DAYS))
    child = said(run("infer", *files, "--one-dyad", "--json"))["child"]
    assert set(child["states"]) == {"expected relief", "expected threat", "efficacy"}
    for one in child["states"].values():
        assert {"median", "low", "high", "before", "hardly_learnt"} <= set(one)
        assert {"r", "coverage90", "sd_ratio", "n"} <= set(one["recovery"])
    text = run("infer", *files, "--one-dyad").out
    assert "never evidence" in child["not_evidence"]
    plain = " ".join(text.split())
    assert plain.index("what the child has come to expect") > plain.index("deprivation: ")
    assert "never evidence of what it was exposed to" in plain
    alone = [visit(day, 20.0, without=CHILD) for day in DAYS]
    (tmp_path / "b").mkdir()
    none = said(run("infer", *saved(tmp_path / "b", *alone), "--one-dyad", "--json"))["child"]
    assert none["codable"] is False
    assert none["states"] == {}
    assert "Nothing of the child could be coded" in none["said"][0]


CHILD = (
    "explore",
    "approach",
    "contact.maintain",
    "avoid",
    "resist",
    "disorganized",
    "control",
    "cue.distress",
    "cue.bid",
    "gaze.partner",
    "gaze.away",
    "affect",
)


def test_depriving_care_is_told_and_ordinary_care_is_not_called_so(tmp_path: Path):
    low = said(run("infer", *saved(tmp_path, *(visit(day, 60.0) for day in DAYS)), "--one-dyad", "--json"))
    assert low["axes"]["deprivation"]["statement"] == "below"
    bare = [visit(day, 60.0, left_out=CARE) for day in DAYS]
    (tmp_path / "b").mkdir()
    high = said(run("infer", *saved(tmp_path / "b", *bare), "--one-dyad", "--json"))
    assert high["axes"]["deprivation"]["above_cut"] > 0.5
    assert high["axes"]["deprivation"]["bayes_factor"] > 9


def test_one_file_is_one_visit_in_text(tmp_path: Path):
    done = run("infer", *saved(tmp_path, visit(0, 20.0)))
    assert done.code == 0 and ONE_VISIT in done.out and "90 % interval" in done.out and NO_EVIDENCE in done.out


def test_days_come_from_the_manifest(tmp_path: Path):
    files = saved(tmp_path, *(visit(None, 20.0) for _ in range(2)))
    assert "same data" in error(run("infer", *files, "--one-dyad", "--json"))["message"]
    files = saved(tmp_path, visit(None, 20.0), visit(None, 20.0, distress=1))
    assert said(run("infer", *files, "--one-dyad", "--json"))["evidence"]["days"] == 1
    manifest = tmp_path / "study.csv"
    manifest.write_text("file,child,day\nv0.csv,c,0\nv1.csv,c,5\n", encoding="utf-8")
    assert said(run("infer", *files, "--manifest", manifest, "--json"))["evidence"]["days"] == 2


def test_an_age_outside_the_range_is_said_to_be_an_extrapolation(tmp_path: Path):
    done = run("infer", *saved(tmp_path, visit(0, 20.0, age_months=90.0)))
    assert done.code == 0 and "extrapolation" in done.out
    assert "assumed" in run("infer", *saved(tmp_path, visit(0, 20.0, age_months=None))).out


@pytest.mark.parametrize("name", ["pooled", "low-risk", "at-risk", "at risk"])
def test_the_population_is_a_context(tmp_path: Path, name: str):
    found = said(run("infer", *saved(tmp_path, visit(0, 20.0)), "--population", name, "--json"))
    assert found["population"].replace("-", " ") == name.replace("-", " ")


def test_an_unknown_population_is_refused(tmp_path: Path):
    found = error(run("infer", *saved(tmp_path, visit(0, 20.0)), "--population", "pooledd", "--json"))
    assert "pooled" in found["remedy"]


def test_a_coder_is_stated_or_read_from_agree(tmp_path: Path):
    files = saved(tmp_path, visit(0, 20.0, [FRIGHTENING]))
    stated = said(run("infer", *files, "--coder", "missed=.1,false=.05,jitter=.3", "--json"))
    assert stated["coder"]["known"] == {"missed": 0.1, "false": 0.05, "displaced_s": 0.3}
    other = write_record(visit(0, 20.0), tmp_path / "other.csv")
    agree = tmp_path / "agree.json"
    agree.write_text(run("agree", files[0], other, "--json").out, encoding="utf-8")
    read = said(run("infer", *files, "--coder", agree, "--json"))["coder"]
    assert 0 < read["known"]["missed"] < 0.01 and read["ends"][0]["missed"] == 0 < read["ends"][1]["missed"]
    assert said(run("infer", *files, "--json"))["coder"]["known"] is None


@pytest.mark.parametrize(
    ("coder", "word"),
    [
        ("missed=.9", "missed"),
        ("missed=-1", "missed"),
        ("missed=nan", "missed"),
        ("jitter=5", "displaced_s"),
        ("mised=.1", "missed"),
        ("no-such-file.json", "agree"),
    ],
)
def test_a_coder_far_outside_what_was_learnt_is_refused(tmp_path: Path, coder: str, word: str):
    found = error(run("infer", *saved(tmp_path, visit(0, 20.0)), "--coder", coder, "--json"))
    assert word in json.dumps(found)


@pytest.mark.parametrize("text", ["{}", "[1]", "{", '{"coder_error": null}', '{"coder_error": {"apart": {}}}', "\x00"])
def test_a_file_that_is_no_json_of_agree_is_refused(tmp_path: Path, text: str):
    file = tmp_path / "agree.json"
    file.write_text(text, encoding="utf-8")
    assert "agree" in error(run("infer", *saved(tmp_path, visit(0, 20.0)), "--coder", file, "--json"))["remedy"]


def test_several_records_without_an_owner_are_refused(study: Path, tmp_path: Path):
    files = saved(tmp_path, visit(0, 20.0), visit(3, 20.0))
    done = run("infer", *files, "--json")
    assert done.code == 2 and "--one-dyad" in done.out and "--manifest" in done.out


def test_dyads_keep_their_order_and_their_own_statements(study: Path):
    manifest = ("--manifest", study / "study.csv")
    found = said(run("infer", *records(study), *manifest, "--by", "group", "--json"))
    assert [one["dyad"] for one in found["dyads"]] == [f"c{number}" for number in range(6)]
    alone = said(run("infer", *records(study)[:2], *manifest, "--json"))
    assert found["dyads"][0]["axes"] == alone["axes"]
    assert all(NO_EVIDENCE in one["beside"] for one in found["dyads"])
    assert "never on the other dyads" in found["statements_rest_on"]


def test_groups_give_contrasts_and_no_dummies(study: Path):
    found = said(run("infer", *records(study), "--manifest", study / "study.csv", "--by", "group", "--json"))
    axis = found["group"]["axes"]["deprivation"]
    assert [one["name"] for one in axis["means"]] == ["a", "b"]
    (contrast,) = axis["contrasts"]
    assert contrast["name"] == "a - b" and contrast["high"] > contrast["low"] and contrast["median"] < 0
    assert len(axis["pareto_k"]) == 6
    text = run("infer", *records(study), "--manifest", study / "study.csv", "--by", "group").out
    assert "Pareto k" in text and "a - b" in text


@pytest.mark.parametrize("by", ["colour", "child"])
def test_a_group_that_is_none_is_refused(study: Path, by: str):
    found = error(run("infer", *records(study), "--manifest", study / "study.csv", "--by", by, "--json"))
    assert found["remedy"]


def test_few_dyads_are_not_pooled_and_the_remedy_works(study: Path):
    files, manifest = records(study)[:4], ("--manifest", study / "study.csv")
    assert "--no-pooling" in error(run("infer", *files, *manifest, "--json"))["remedy"]
    assert said(run("infer", *files, *manifest, "--no-pooling", "--json"))["group"] is None


def test_a_group_of_one_dyad_is_refused(study: Path):
    files = records(study)[:2]
    found = error(run("infer", *files, "--manifest", study / "study.csv", "--by", "group", "--json"))
    assert found["column"] == "--by"


def test_nothing_of_the_caregiver_codable_is_refused(tmp_path: Path):
    plain = tmp_path / "plain.csv"
    plain.write_text("actor,code,onset_s,offset_s\nchild,cue.distress,1,2\nchild,cue.bid,5,6\n", encoding="utf-8")
    found = error(run("infer", plain, "--json"))
    assert "nothing of the caregiver" in found["message"] and "codebook init" in found["remedy"]


@pytest.mark.parametrize("seed", ["-1", str(2**63)])
def test_a_seed_out_of_range_is_refused(tmp_path: Path, seed: str):
    assert error(run("infer", *saved(tmp_path, visit(0, 20.0)), "--seed", seed, "--json"))["column"] == "--seed"


def test_nothing_is_read_where_the_output_cannot_be_written(tmp_path: Path):
    files = saved(tmp_path, visit(0, 20.0))
    assert "zarr" in error(run("infer", *files, "-o", tmp_path / "x.txt", "--json"))["remedy"]
    (tmp_path / "post.nc").write_text("mine")
    assert run("infer", *files, "-o", tmp_path / "post.nc").code == 2
    assert (tmp_path / "post.nc").read_text() == "mine"


def test_inferring_loads_no_jax_and_no_arviz(tmp_path: Path):
    file = saved(tmp_path, visit(0, 20.0))[0]
    script = (
        f"from bowlby.cli import main\ntry: main(['infer', {str(file)!r}, '--json'])\nexcept SystemExit: pass\n"
        "import sys\nprint(' '.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["axes"]
    assert not {"jax", "arviz", "xarray", "scipy.stats", "numpyro"} & set(done.stderr.split())
