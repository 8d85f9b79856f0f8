"""The day of a visit comes from its file or from the manifest, and stays with its session through all that is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from bowlby.formats.dyads import dyads_of
from bowlby.formats.load import LoadOptions, load_coded
from bowlby.formats.manifest import read_manifest
from bowlby.formats.read import read_record
from bowlby.formats.write import write_record
from bowlby.records.days import DAY, days_of, days_together, different_days, on_day
from bowlby.records.pseudonyms import new_key, read_key
from bowlby.records.record import Record

PLAY = Path(__file__).parents[2] / "examples" / "records" / "play.csv"


def visit(session: str, **metadata: object) -> Record:
    """The example, under another session id and with other metadata."""
    record = read_record(PLAY)
    named = pl.lit(session).alias("session")
    return replace(
        record,
        events=record.events.with_columns(named),
        windows=record.windows.with_columns(named),
        metadata={**{key: value for key, value in record.metadata.items() if key != DAY}, **metadata},
    )


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Four visits: two on one day, one a week later, one of an unknown day."""
    stated = ({DAY: 0}, {DAY: 0}, {DAY: 7}, {})
    return [write_record(visit(f"v{number}", **own), tmp_path / f"v{number}.csv") for number, own in enumerate(stated)]


def test_days_stay_with_their_sessions_when_files_are_put_together(files: list[Path]):
    (dyad,) = dyads_of(files, LoadOptions(), one_dyad=True)
    assert days_of(dyad.coded.record) == {"v0": 0, "v1": 0, "v2": 7, "v3": None}
    assert different_days(dyad.coded.record) == 2
    reversed_order = dyads_of(files[::-1], LoadOptions(), one_dyad=True)[0].coded.record
    assert days_of(reversed_order) == {"v3": None, "v2": 7, "v1": 0, "v0": 0}


def test_sessions_of_one_name_keep_their_own_day(tmp_path: Path):
    paths = [write_record(visit("play", day=day), tmp_path / f"{day}.csv") for day in (0, 3)]
    (dyad,) = dyads_of(paths, LoadOptions(), one_dyad=True)
    assert list(days_of(dyad.coded.record).values()) == [0, 3]


def test_a_manifest_wins_over_the_file_and_fills_what_it_does_not_say(files: list[Path], tmp_path: Path):
    rows = ["file,child,day", *(f"{path.name},c,{day}" for path, day in zip(files, ("2", "5", "", "9"), strict=True))]
    manifest = tmp_path / "study.csv"
    manifest.write_text("\n".join(rows) + "\n", encoding="utf-8")
    (dyad,) = dyads_of(files, LoadOptions(), read_manifest(manifest))
    assert days_of(dyad.coded.record) == {"v0": 2, "v1": 5, "v2": 7, "v3": 9}


def test_unknown_days_add_none_to_known_ones_and_are_one_where_none_is_known(tmp_path: Path):
    paths = [write_record(visit(f"v{number}"), tmp_path / f"{number}.csv") for number in range(3)]
    assert different_days(load_coded(paths, LoadOptions()).record) == 1


def test_days_survive_a_file_of_several_sessions_and_pseudonyms(files: list[Path], tmp_path: Path):
    whole = load_coded(files, LoadOptions()).record
    path = write_record(whole, tmp_path / "whole.csv")
    assert days_of(load_coded([path], LoadOptions()).record) == days_of(whole)
    key = tmp_path / "key.toml"
    new_key(key)
    hidden = load_coded([path], LoadOptions(pseudonyms=read_key(key))).record
    assert "v0" not in days_of(hidden)
    assert list(days_of(hidden).values()) == [0, 0, 7, None]
    alone = load_coded([files[2]], LoadOptions(pseudonyms=read_key(key))).record
    assert list(days_of(alone).values()) == [7]


@pytest.mark.parametrize("nonsense", ["0", 1.5, True, -1, None, "2026-11-30"])
def test_what_is_no_day_says_nothing(nonsense: object):
    assert list(days_of(visit("v", day=nonsense)).values()) == [None]
    assert days_together([visit("v", day=nonsense)]) == {}
    assert list(days_of(on_day(visit("v", days={"v": 4}), 6)).values()) == [6]
