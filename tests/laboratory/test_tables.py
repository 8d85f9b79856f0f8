"""Long, wide, by person and dictionary: names that stay, means with intervals, and why a number is missing."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from bowlby.formats.load import load_coded
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.words import ABOUT, NO_EVIDENCE
from bowlby.laboratory import table_files
from bowlby.laboratory.axes import StudyAxes
from bowlby.laboratory.run import StudyRun, run_study
from bowlby.laboratory.sessions import open_study
from bowlby.laboratory.table_files import write_tables
from bowlby.laboratory.tables import exact, missing_values, person_table
from bowlby.laboratory.variables import LONGEST, Missing, variable_name, variables_of
from bowlby.measures.definitions import all_definitions
from bowlby.measures.session import measure
from tests.cli.running import run
from tests.laboratory.conftest import Edit


def silent(label: str):
    """Show no progress."""
    return nullcontext(lambda done, total: None)


def running(study: Path, output: Path) -> StudyRun:
    """Run a study in this process."""
    return run_study(open_study(study), output, 1, silent)


def table(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema_length=None)


def test_names_are_syntactic_stable_and_differ():
    names = [variable_name(actor, measure) for actor in ("caregiver", "child", "dyad") for measure in all_definitions()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) and len(name) <= LONGEST for name in names)
    assert variable_name("dyad", "Yule's Q: distress") == "dy_yules_q_distress"
    long = "share answered promptly of everything that was ever asked: other cues"
    assert variable_name("child", long) == variable_name("child", long)
    assert variable_name("child", long) != variable_name("child", f"{long}!"[:-1].replace("other", "othre"))


def test_two_measures_of_one_column_are_refused():
    with pytest.raises(Exception, match="two measures have one column"):
        variables_of([("child", "rate: a b", "s"), ("child", "rate: a-b", "s")])


def test_the_tables_hold_what_measure_gives(study: Path, tmp_path: Path):
    found = running(study, tmp_path / "out")
    wide, long = found.tables.wide, found.tables.long
    assert (wide.height, found.tables.person.height) == (12, 6)
    path = study.parent / "sessions" / "warm" / "c1_v2_anna.csv"
    alone = measure(load_coded([path], open_study(study).how))
    own = wide.filter((pl.col("child") == "c1") & (pl.col("visit") == "2"))
    compared = 0
    for one in alone.measures:
        name = variable_name(one.actor, one.name)
        if name in wide.columns:
            compared += one.estimate is not None
            assert own[name].item() == one.estimate
            assert (own[f"{name}_low"].item(), own[f"{name}_high"].item()) == (one.low, one.high)
            assert own[f"{name}_n"].item() == one.n
    assert compared > 30
    assert long.filter(pl.col("coding") == "double")["child"].n_unique() == 2
    assert set(long["missing"]) <= {int(code) for code in Missing}


def test_a_missing_number_says_why(study: Path, tmp_path: Path, edit: Edit):
    edit("c5_v2_anna.csv", "c5_v2_gone.csv")
    found = running(study, tmp_path / "out")
    wide = found.tables.wide
    name = "cg_rate_voice"
    gone = wide.filter((pl.col("child") == "c5") & (pl.col("visit") == "2"))
    assert gone[name].item() is None
    assert gone[f"{name}_miss"].item() == Missing.NOT_MEASURED
    for column in (one.name for one in found.tables.variables):
        numbers = wide[f"{column}_miss"].is_in([0, 1, 2])
        assert (wide[column].is_not_null() == numbers).all(), column
    assert [one.kind for one in found.problems] == ["there is no such file"] * len(found.problems)


def test_a_mean_over_visits_has_the_pooled_interval(study: Path, tmp_path: Path):
    tables = running(study, tmp_path / "out").tables
    name = "cg_rate_voice"
    visits = np.array([rows[name].to_list() for _, rows in tables.wide.group_by("child", maintain_order=True)])
    spread = np.sqrt(visits.var(axis=1, ddof=1).mean())
    reach = stats.t.ppf(0.975, len(visits)) * spread / np.sqrt(2)
    assert tables.person[name].to_numpy() == pytest.approx(visits.mean(axis=1))
    assert tables.person[f"{name}_high"].to_numpy() == pytest.approx(visits.mean(axis=1) + reach)
    assert tables.person[f"{name}_low"].to_numpy() == pytest.approx(visits.mean(axis=1) - reach)


def test_intervals_of_persons_cover():
    """1,000 studies of 6 children and 2 visits, one child counted in each, so that hits are binomial.

    The standard error of coverage is sqrt(.05 .95 / 1000) = .0069: within 3.3 of them, .927 to .973, a right interval
    fails once in a thousand times.
    """
    rng = np.random.default_rng(5)
    variables = variables_of([("caregiver", "rate: voice", "per hour")])
    (voice,) = variables.values()
    hits, draws = 0, 1000
    for _ in range(draws):
        usual = rng.normal(0, 1, 6)
        values = (usual[:, None] + rng.normal(0, 0.7, (6, 2))).ravel()
        children = [f"c{child}" for child in range(6) for _ in range(2)]
        cells = {voice.name: values, f"{voice.name}_miss": [0] * 12}
        wide = pl.DataFrame({"child": children, "caregiver": [None] * 12, "visit": ["1", "2"] * 6} | cells)
        first = person_table(wide, (voice,), StudyAxes()).row(0, named=True)
        hits += first[f"{voice.name}_low"] <= usual[0] <= first[f"{voice.name}_high"]
    assert 0.927 <= hits / draws <= 0.973


def test_a_lower_bound_makes_no_mean():
    wide = pl.DataFrame({"x": [1.0, 10.0], "x_miss": [0, int(Missing.LOWER_BOUND)]})
    assert exact(wide, "x").null_count() == 2
    assert exact(wide.with_columns(x_miss=pl.lit(0)), "x").to_list() == [1.0, 10.0]


def test_axes_go_in_as_estimate_interval_and_probability_and_never_as_a_word(study: Path, tmp_path: Path):
    found = running(study, tmp_path / "out")
    write_tables(found.tables, tmp_path / "out")
    person = table(tmp_path / "out" / "person.csv")
    for axis in (Axis.THREAT, Axis.DEPRIVATION):
        assert f"{axis}_p_above" in person.columns
    known = person.drop_nulls("deprivation_median")
    assert known.height == 6
    assert (
        (known["deprivation_low"] <= known["deprivation_median"])
        & (known["deprivation_median"] <= known["deprivation_high"])
    ).all()
    assert known["deprivation_p_above"].is_between(0, 1).all()
    for name in ("long.csv", "wide.csv", "person.csv"):
        _, *rows = (tmp_path / "out" / name).read_text().splitlines()
        cells = {cell for row in rows for cell in row.split(",")}
        assert not cells & {"above", "below", "not told", "neither", "both"}
    dictionary = table(tmp_path / "out" / "dictionary.csv").filter(pl.col("kind") == "axis")
    assert dictionary["meaning"].unique().to_list() == [f"{ABOUT} {NO_EVIDENCE}"]
    assert set(dictionary["column"]) == {name for name in person.columns if name.split("_")[0] in set(map(str, Axis))}


def test_the_dictionary_describes_every_column(study: Path, tmp_path: Path):
    found = running(study, tmp_path / "out").tables
    for name in ("long", "wide", "person"):
        rows = found.dictionary.filter(pl.col("table") == name)
        assert rows["column"].to_list() == getattr(found, name).columns
        assert (rows["label"].str.len_chars() > 0).all()
    codes = found.dictionary.filter(pl.col("column") == "cg_rate_voice_miss")["values"].unique().to_list()
    assert codes == [missing_values()]


def test_a_second_run_measures_nothing_anew_and_a_changed_file_only_itself(study: Path, tmp_path: Path):
    first = running(study, tmp_path / "out")
    again = running(study, tmp_path / "out")
    assert (first.measured.reused, again.measured.reused) == (0, 16)
    assert again.tables.wide.equals(first.tables.wide)
    assert again.tables.person.equals(first.tables.person)
    path = study.parent / "sessions" / "warm" / "c1_v2_anna.csv"
    path.write_text(path.read_text() + "caregiver,voice,590.0,592.0\n")
    changed = running(study, tmp_path / "out")
    assert changed.measured.reused == 15
    assert not changed.tables.wide.equals(first.tables.wide)
    assert not changed.tables.person.equals(first.tables.person)


def test_two_processes_give_what_one_gives(study: Path, tmp_path: Path):
    alone = running(study, tmp_path / "one")
    both = run_study(open_study(study), tmp_path / "two", 2, silent)
    assert both.tables.long.equals(alone.tables.long)


def test_spss_files_have_labels_and_codes(study: Path, tmp_path: Path):
    pyreadstat = pytest.importorskip("pyreadstat", reason="the extra study is not installed")
    found = running(study, tmp_path / "out")
    write_tables(found.tables, tmp_path / "out")
    frame, about = pyreadstat.read_sav(str(tmp_path / "out" / "wide.sav"), output_format="polars")
    assert frame.columns == found.tables.wide.columns
    assert about.column_names_to_labels["cg_rate_voice"] == "rate: voice, caregiver (per hour)"
    assert about.variable_value_labels["cg_rate_voice_miss"] == {float(code): code.label for code in Missing}
    assert frame["cg_rate_voice"].to_list() == found.tables.wide["cg_rate_voice"].to_list()
    assert about.variable_measure["cg_rate_voice"] == "scale"


def test_without_the_extra_the_csv_files_are_written_and_it_is_named(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(table_files, "find_spec", lambda name: None)
    done = run("study", "run", study, "-o", tmp_path / "out", "--workers", "1", "--json")
    told = json.loads(done.out)
    assert done.code == 0
    names = {Path(name).name for name in told["written"]}
    assert {"long.csv", "wide.csv", "person.csv", "dictionary.csv", "read.R"} <= names
    assert not any(name.endswith(".sav") for name in names)
    assert "bowlby[study]" in told["problems"][0]["remedy"]


def test_parquet_on_request_holds_the_same(study: Path, tmp_path: Path):
    found = running(study, tmp_path / "out").tables
    write_tables(found, tmp_path / "out", parquet=True)
    assert pl.read_parquet(tmp_path / "out" / "wide.parquet").equals(found.wide)


def test_the_script_for_r_reads_every_column_of_every_table(study: Path, tmp_path: Path):
    found = running(study, tmp_path / "out").tables
    write_tables(found, tmp_path / "out")
    script = (tmp_path / "out" / "read.R").read_text()
    for name in ("long", "wide", "person"):
        line = next(line for line in script.splitlines() if line.startswith(f"{name} <- "))
        assert re.findall(r"`([^`]+)` = ", line) == getattr(found, name).columns
    strings = re.sub(r'"(\\.|[^"\\])*"', "", re.sub(r"#.*", "", script))
    assert strings.count("(") == strings.count(")")
    assert strings.count("{") == strings.count("}")


def test_a_session_of_its_own_row_is_measured_by_itself(tmp_path: Path):
    rows = ["session,actor,code,onset_s,offset_s"]
    for number, gap in ((1, 6), (2, 9)):
        rows += [f"p{number}_v1,child,cue.bid,{at},{at + 1}" for at in range(0, 300, gap)]
        rows += [f"p{number}_v1,caregiver,answer,{at + 2},{at + 3}" for at in range(0, 300, 2 * gap)]
        rows += [f"p{number}_v1,caregiver,voice,{at + 1},{at + 4}" for at in range(0, 300, 4 * gap)]
    (tmp_path / "all.csv").write_text("\n".join([*rows, ""]))
    assert run("study", "init", tmp_path, "-o", tmp_path / "study.toml").code == 0
    found = running(tmp_path / "study.toml", tmp_path / "out")
    assert found.problems == ()
    assert found.tables.wide.select("child", "visit").rows() == [("p1", "1"), ("p2", "1")]
    counts = dict(found.tables.wide.select("child", "ch_rate_cue_bid_n").iter_rows())
    assert counts == {"p1": 50, "p2": 34}
    assert [one.dyad[0] for one in found.axes.dyads] == ["p1", "p2"]
