"""What a function may be given: a path, several, a folder, frames of polars and of pandas, what `load` returned."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import bowlby
from bowlby.errors import EXTRAS, InputError, MissingExtraError
from bowlby.surface.inputs import polars_frame
from tests.cli.running import run

PLAY = bowlby.example("play")
EVENTS = pl.DataFrame(
    {
        "time": [1.0, 4.0, 9.0, 12.5],
        "actor": ["child", "caregiver", "child", "caregiver"],
        "code": ["cry", "pick up", "cry", "pick up"],
        "stop": [3.0, None, 11.0, None],
    }
)
CODEBOOK = """
[codebook]
name = "two codes"
child = ["child"]
caregiver = ["caregiver"]
[table]
unit = "s"
onset = "time"
offset = "stop"
actor = "actor"
code = "code"
[codable]
child = ["cue.distress"]
caregiver = ["answer"]
[[code]]
code = "cry"
means = ["cue.distress"]
[[code]]
code = "pick up"
means = ["answer"]
"""


@pytest.fixture
def codebook(tmp_path: Path) -> Path:
    path = tmp_path / "codes.toml"
    path.write_text(CODEBOOK, encoding="utf-8")
    return path


def test_a_frame_gives_what_its_file_gives(codebook: Path, tmp_path: Path):
    EVENTS.write_csv(tmp_path / "events.csv")
    from_file = bowlby.load(tmp_path / "events.csv", codebook=codebook)
    for frame in (EVENTS, pd.DataFrame(EVENTS.to_dict(as_series=False))):
        assert bowlby.load(frame, codebook=codebook).acts.drop("session").equals(from_file.acts.drop("session"))
        measured = [bowlby.measure(one, codebook=codebook).to_polars() for one in (frame, tmp_path / "events.csv")]
        assert measured[0].drop("file", "session").equals(measured[1].drop("file", "session"))


def test_a_codebook_may_be_the_value_itself(codebook: Path):
    from bowlby.records.codebook_file import load_codebook

    own = load_codebook(codebook)
    assert isinstance(own, bowlby.Codebook)
    assert bowlby.load(EVENTS, codebook=own).acts.equals(bowlby.load(EVENTS, codebook=codebook).acts)
    EVENTS.write_csv(codebook.with_name("a.csv"))
    EVENTS.head(3).write_csv(codebook.with_name("b.csv"))
    many = bowlby.measure([codebook.with_name("a.csv"), codebook.with_name("b.csv")], codebook=own)
    assert many.to_polars()["file"].n_unique() == 2


def test_a_folder_and_several_paths_are_the_same(tmp_path: Path):
    for name in ("coder-a", "coder-b"):
        shutil.copy(bowlby.example(name), tmp_path / f"{name}.csv")
    folder = bowlby.measure(tmp_path).to_polars()
    assert folder.equals(bowlby.measure(sorted(tmp_path.glob("*.csv"))).to_polars())
    assert folder["file"].n_unique() == 2


def test_what_was_loaded_is_measured_and_inferred_as_its_file_is():
    loaded = bowlby.load(PLAY)
    one, other = bowlby.measure(PLAY), bowlby.measure(loaded)
    assert one.to_polars().equals(other.to_polars())
    assert bowlby.infer(loaded).to_polars().equals(bowlby.infer(PLAY).to_polars())


def test_the_command_line_says_the_same_as_the_function(tmp_path: Path):
    done = run("measure", str(PLAY), "-o", str(tmp_path / "m.parquet"), "--json")
    assert done.code == 0
    theirs = pl.read_parquet(tmp_path / "m.parquet").filter(pl.col("file").is_not_null()).drop("file")
    assert bowlby.measure(PLAY).to_polars().drop("file").equals(theirs)


def test_what_is_missing_in_pandas_is_missing():
    frame = pd.DataFrame({"a": [1.0, float("nan")], "b": ["x", None], "c": pd.to_datetime(["2026-01-01", None])})
    found = polars_frame(frame)
    assert found["a"].to_list() == [1.0, None] and found["b"].to_list() == ["x", None] and found["c"][1] is None


@pytest.mark.parametrize(("given", "said"), [([], "no file was given"), ([3], "neither a path nor a data frame")])
def test_what_is_no_record_is_refused_with_a_remedy(given: list[object], said: str):
    with pytest.raises(InputError, match=said) as caught:
        bowlby.load(given)  # pyright: ignore[reportArgumentType]
    assert caught.value.remedy


def test_a_table_of_trials_is_no_record_and_what_reads_it_is_named(tmp_path: Path):
    path = tmp_path / "trials.csv"
    path.write_text("subjID,trial,choice,outcome\n1,1,1,-1\n", encoding="utf-8")
    for function in (bowlby.infer, bowlby.report):
        with pytest.raises(InputError, match="choices and outcomes") as caught:
            function(path)
        assert "bowlby compare-models" in caught.value.remedy and "bowlby.fit" in caught.value.remedy
    for words in (("infer", path), ("report", path, "-o", tmp_path / "r.html")):
        done = run(*words, "--json")
        assert done.code == 2 and f"bowlby compare-models {path}" in json.loads(done.out)["remedy"]


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'bowlby\[pandas\]'"):
        bowlby.read(PLAY).to_pandas()


def test_every_extra_is_one_of_the_package():
    import tomllib

    declared = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(EXTRAS.values()) <= set(declared["project"]["optional-dependencies"])


def test_a_command_that_lacks_a_package_says_which_extra_brings_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "starlette.concurrency", None)
    for name in [name for name in sys.modules if name.startswith("bowlby.web")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    done = run("serve", "--no-browser", "--json")
    assert done.code == 1 and "bowlby[web]" in json.loads(done.out)["remedy"]


def test_an_example_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="no such example") as caught:
        bowlby.example("plai")
    assert "Did you mean 'play'" in caught.value.remedy
