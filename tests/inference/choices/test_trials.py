"""Trials from csv files and records: what is refused, and that what is missing shifts nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import FormatError, InputError
from bowlby.inference.choices.trials import RECORD_ACTS, joined, read_trials, trials_of_records
from bowlby.measures.episodes import episodes
from bowlby.measures.rule import EpisodeRule
from bowlby.records.identity import coded_as_itself
from tests.inference.care.visits import visit

HEAD = "child,session,trial,act,outcome"
GOOD = f"{HEAD}\nA,1,2,cry,0\nA,1,1,smile,1\nB,1,1,cry,\nB,1,2,,0.5\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "trials.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_trials_are_read_in_order_with_what_is_missing_masked(tmp_path: Path):
    found = read_trials(written(tmp_path, GOOD))
    assert found.acts == ("cry", "smile") and found.children == ("A", "B")
    first, second = found.series
    assert first.act.tolist() == [1, 0] and first.outcome.tolist() == [1.0, 0.0]
    assert second.act_seen.tolist() == [True, False] and second.outcome_seen.tolist() == [False, True]
    assert found.trials == 3 and found.missing_outcomes == 1


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("A,1,3,cry,high", "outcome", "high"),
        ("A,1,3,cry,1.5", "outcome", "1.5"),
        ("A,1,x,cry,1", "trial", "x"),
        ("A,1,1,cry,1", "trial", "1.0"),
        (",1,3,cry,1", "child", None),
        ("A,1,3,cry,nan", "outcome", "nan"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(tmp_path: Path, row: str, column: str, value: str | None):
    path = written(tmp_path, GOOD + row + "\n")
    with pytest.raises(FormatError) as failure:
        read_trials(path)
    assert (failure.value.row, failure.value.column, failure.value.value) == (6, column, value)


def test_a_missing_column_and_an_empty_file_are_told(tmp_path: Path):
    with pytest.raises(FormatError) as failure:
        read_trials(written(tmp_path, "child,session,trial,act\nA,1,1,cry\n"))
    assert failure.value.column == "outcome"
    with pytest.raises(FormatError):
        read_trials(written(tmp_path, f"{HEAD}\n"))
    with pytest.raises(InputError):
        read_trials(tmp_path / "absent.csv")


def test_one_act_tells_nothing_unless_others_are_named(tmp_path: Path):
    path = written(tmp_path, f"{HEAD}\nA,1,1,cry,1\n")
    with pytest.raises(InputError):
        read_trials(path)
    assert read_trials(path, ("cry", "smile")).acts == ("cry", "smile")
    with pytest.raises(FormatError) as failure:
        read_trials(path, ("smile", "cling"))
    assert failure.value.column == "act" and failure.value.value == "cry"


def test_a_group_must_not_change_within_a_child(tmp_path: Path):
    text = f"{HEAD},group\nA,1,1,cry,1,x\nA,2,1,smile,1,y\n"
    with pytest.raises(FormatError) as failure:
        read_trials(written(tmp_path, text))
    assert (failure.value.row, failure.value.column) == (3, "group")


def test_sessions_are_joined_child_by_child(tmp_path: Path):
    text = f"{HEAD}\nA,1,1,cry,1\nB,1,1,cry,1\nA,2,1,smile,0\n"
    found = joined(read_trials(written(tmp_path, text)))
    assert [len(one) for one in found.series] == [2, 1]
    assert found.series[0].act.tolist() == [0, 1]


def test_trials_of_a_record_are_its_episodes():
    coded = coded_as_itself(visit(0, 60.0, distress=6))
    table = episodes(coded, EpisodeRule.from_settings(coded.settings))
    found = trials_of_records({"A": [coded]})
    assert found.acts == RECORD_ACTS and found.trials == table.height
    (one,) = found.series
    assert np.array_equal(one.act == 1, table["distress"].to_numpy())
    told = table["censored_by"].is_in(["answer", "window"]).to_numpy()
    assert np.array_equal(one.outcome_seen, told) and not told.all()
    assert np.array_equal(one.outcome[told] == 1, table["answered"].to_numpy()[told])
