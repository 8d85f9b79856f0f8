"""The commands keep their contract: keys of design 7, purpose and limits, seeds, no file left by accident."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from bowlby.purpose import PURPOSE_AND_LIMITS
from tests.cli.running import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "records" / "play.csv"


def answer(*words: object) -> dict[str, object]:
    done = run(*words, "--json")
    assert done.code == 0, done.out + done.err
    found = json.loads(done.out)
    assert found["purpose_and_limits"] == list(PURPOSE_AND_LIMITS)
    return found


def test_record():
    (file,) = answer("record", EXAMPLE)["files"]
    assert {"file", "format", "reader", "sha256", "observations", "quality"} <= file.keys()
    (observation,) = file["observations"]
    assert {"id", "events", "observed_s", "actors", "codes"} <= observation.keys()
    assert observation["observed_s"] == 1200
    assert sum(observation["codes"].values()) == observation["events"]


def test_record_converts_and_back(tmp_path: Path):
    copy = tmp_path / "copy.parquet"
    answer("record", EXAMPLE, "-o", copy)
    (first,), (second,) = (answer("record", path)["files"][0]["observations"] for path in (EXAMPLE, copy))
    assert first == second


def test_codebook_init(tmp_path: Path):
    book = tmp_path / "codes.toml"
    found = answer("codebook", "init", EXAMPLE, "-o", book)
    assert {"written", "codes", "unmapped"} <= found.keys()
    assert "[codable]" in book.read_text()


def test_measure():
    found = answer("measure", EXAMPLE)
    keys = {"session", "actor", "name", "estimate", "low", "high", "unit", "n", "baseline", "note"}
    assert found["rule"]
    assert all(keys <= row.keys() for row in found["measures"])


def test_measure_the_same_seed_gives_the_same_and_another_gives_another_baseline():
    first, again, other = (answer("measure", EXAMPLE, "--seed", seed)["measures"] for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert [row["estimate"] for row in first if row["name"] == "delta P"] == [
        row["estimate"] for row in other if row["name"] == "delta P"
    ]


def test_measure_a_study(tmp_path: Path):
    folder = tmp_path / "sessions"
    folder.mkdir()
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    for name, kept in (("one", lines), ("two", lines[:-1])):
        (folder / f"{name}.csv").write_text("".join(kept), encoding="utf-8")
    (folder / "three.csv").write_text("not,a\nrecord,at all\n")
    (tmp_path / "study.csv").write_text("file,child,sensitivity\nsessions/one.csv,c1,7\nsessions/two.csv,c2,3\n")
    out = tmp_path / "table.csv"
    done = run("measure", folder, "--manifest", tmp_path / "study.csv", "-o", out, "--json")
    assert done.code == 1
    assert "without a row" in done.err and "three.csv" in done.err and "one.csv" not in done.err
    found = json.loads(done.out)
    assert [Path(failure["file"]).name for failure in found["failures"]] == ["three.csv"]
    table = pl.read_csv(out, infer_schema_length=None)
    assert set(table.drop_nulls("file")["sensitivity"].unique()) == {3.0, 7.0}
    assert table.filter(pl.col("file").is_null())["session"].unique().to_list() == ["all sessions"]
    assert {"child", "name", "estimate", "status"} <= set(table.columns)
    dictionary = pl.read_csv(tmp_path / "table.dictionary.csv")
    assert set(table.columns) | set(table["name"]) == set(dictionary["item"])
    assert dictionary["meaning"].null_count() == 0
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_manifest_whose_names_meet_no_file_is_refused_before_any_work(tmp_path: Path):
    shutil.copy(EXAMPLE, tmp_path / "one.csv")
    (tmp_path / "study.csv").write_text("file,child\nsessions/one.csv,c1\n")
    out = tmp_path / "table.csv"
    done = run("measure", tmp_path / "one.csv", "--manifest", tmp_path / "study.csv", "-o", out, "--json")
    error = json.loads(done.out)
    assert (done.code, error["value"]) == (2, "sessions/one.csv")
    assert "write one.csv" in error["remedy"] and not out.exists()


def test_agree_takes_two_bare_tables(tmp_path: Path):
    """The regression case of the design: one code, so that kappa has no chance to be compared with."""
    onsets = {"a.csv": (155.105, 169.855, 264.855), "b.csv": (156.405, 170.852, 264.606)}
    for name, times in onsets.items():
        rows = "".join(f"Baby,cry,{time},\n" for time in times)
        (tmp_path / name).write_text(f"actor,code,onset_s,offset_s\n{rows}")
    found = answer("agree", *(tmp_path / name for name in onsets), "--tolerance", "2")
    assert (found["matched"], found["omitted"], found["added"]) == (3, 0, 0)
    kappa = next(row for row in found["agreement"] if row["name"] == "event-alignment kappa")
    assert kappa["estimate"] is None and "only one code" in kappa["reason"]


def test_agree_with_oneself_is_perfect(tmp_path: Path):
    found = answer("agree", EXAMPLE, EXAMPLE, "-o", tmp_path / "differences.csv")
    assert {"agreement", "matched", "omitted", "added", "disagreements"} <= found.keys()
    assert found["omitted"] == found["added"] == 0
    assert pl.read_csv(tmp_path / "differences.csv").is_empty()


def test_agree_on_constructs_gives_the_icc_of_measures_over_sessions(tmp_path: Path):
    rows = {"a": [], "b": []}
    for session in range(4):
        for place in range(6 + 3 * session):
            rows["a"].append(f"s{session},{5 * place},bid")
            rows["b"].append(f"s{session},{5 * place + 0.4},bid")
    for coder, lines in rows.items():
        (tmp_path / f"{coder}.csv").write_text("session,onset,code\n" + "\n".join(lines) + "\n")
    (tmp_path / "codes.toml").write_text(
        '[table]\nunit = "s"\nonset = "onset"\ncode = "code"\nsession = "session"\n'
        '[codable]\nchild = ["cue.bid"]\n[[code]]\ncode = "bid"\nmeans = ["cue.bid"]\n'
    )
    words = (tmp_path / "a.csv", tmp_path / "b.csv", "--codebook", tmp_path / "codes.toml", "--constructs")
    found = answer("agree", *words)
    assert found["omitted"] == found["added"] == 0
    icc = [row for row in found["icc"] if row["name"] == "rate: cue.bid" and row["estimate"] is not None]
    assert len(icc) == 3
    assert all(row["n"] == 4 for row in icc)


@pytest.mark.parametrize("command", ["demo", "record", "measure", "agree", "infer", "report", "simulate"])
def test_help_has_an_example(command: str):
    done = run(command, "--help")
    assert done.code == 0
    assert f"Example: bowlby {command}" in " ".join(done.out.split())


def test_one_object_on_stdout_logs_on_stderr(tmp_path: Path):
    done = run("report", EXAMPLE, "-o", tmp_path / "r.html", "--measures-only", "--json")
    assert done.code == 0
    assert json.loads(done.out)["written"] == str(tmp_path / "r.html")
    assert "measuring" in done.err


def test_a_script_has_no_address_to_follow(tmp_path: Path):
    run("report", EXAMPLE, "-o", tmp_path / "r.html", "--measures-only")
    text = (tmp_path / "r.html").read_text()
    for sentence in PURPOSE_AND_LIMITS:
        assert sentence.replace("'", "&#39;").replace('"', "&#34;") in text or sentence in text


def test_simulate_a_cohort(tmp_path: Path):
    words = ("simulate", "--exposure", "deprived", "-n", 3, "--until", "2mo", "--trace", "1mo", "--seed", 1)
    found = answer(*words, "-o", tmp_path / "cohort.zarr")
    assert {"children", "episodes", "seconds", "states"} <= found.keys()
    assert found["children"] == 3
    assert all({"mean", "sd", "unit"} <= state.keys() for state in found["states"].values())
    again = answer(*words)
    assert again["states"] == found["states"]


@pytest.mark.parametrize(
    "words",
    [
        ("-n", 0),
        ("-n", 5, "--until", "soon"),
        ("-n", 5, "--exposure", "sensitve"),
        ("--procedure", "adult"),
        ("--without", "love"),
    ],
)
def test_simulate_refuses_before_any_work(words: tuple[object, ...]):
    done = run("simulate", *words, "--json")
    assert done.code == 2
    assert json.loads(done.out)["remedy"]


def test_the_window_holds_for_measures_and_what_was_learnt_keeps_its_own(tmp_path: Path):
    found, plain = (
        answer("report", EXAMPLE, "-o", tmp_path / f"{name}.html", *words)
        for name, words in (("r", ("--window", 4)), ("p", ()))
    )
    assert "within 4 s" in found["rule"] and "within 4 s" not in plain["rule"]
    assert found["axes"] == plain["axes"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["watched.csv", "watched.boris"])
def test_what_is_said_to_read_a_simulated_record_reads_it(tmp_path: Path, monkeypatch, name: str):
    monkeypatch.chdir(tmp_path)
    done = run("simulate", "--minutes", "1", "--seed", "3", "--record", name)
    assert done.code == 0
    _, line = done.out.rstrip().rsplit("read it with: bowlby ", 1)
    assert run(*line.split()).code == 0
