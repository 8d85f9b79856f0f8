"""What was watched, as a record: in the files of other programs, and second for second what was played."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bowlby.formats.read import read_record
from bowlby.formats.write import write_record
from bowlby.formats.writers.boris import write_boris
from bowlby.measures.episodes import episodes
from bowlby.measures.rule import EpisodeRule
from bowlby.model.moment.state import Voice
from bowlby.records.identity import coded_as_itself
from bowlby.records.record import Record
from bowlby.simulation.procedures import STRANGE_SITUATION, Procedure, ordinary
from bowlby.simulation.visits import VisitedChildren, VisitPlan, observe
from tests.simulation.moments.watching import design

SAID = ["session", "actor", "code", "onset_s", "offset_s", "modifiers"]


@cache
def seen(procedure: Procedure, children: int = 8) -> VisitedChildren:
    return observe(design("frightening", children), VisitPlan(procedure))


def said(record: Record) -> list[tuple]:
    return record.events.select(SAID).sort(SAID).rows()


@pytest.mark.parametrize("procedure", [ordinary(20.0), STRANGE_SITUATION], ids=lambda found: found.name)
def test_it_opens_in_boris_with_the_same_events(tmp_path: Path, procedure: Procedure):
    record = seen(procedure).record
    again = read_record(write_boris(record, tmp_path / "watched.boris"))
    assert again.provenance[0].reader == "boris"
    assert said(again) == said(record)
    assert [again.observed(name).tolist() for name in record.sessions] == [
        record.observed(name).tolist() for name in record.sessions
    ]


def test_a_table_of_it_is_measured_like_the_record_itself(tmp_path: Path):
    record = seen(ordinary(20.0)).record
    again = read_record(write_record(record, tmp_path / "watched.csv"))
    one, other = coded_as_itself(record), coded_as_itself(again)
    rule = EpisodeRule.from_settings(one.settings)
    kept = ["session", "onset_s", "answered", "latency_s"]
    assert (
        episodes(other, EpisodeRule.from_settings(other.settings)).select(kept).equals(episodes(one, rule).select(kept))
    )


def test_no_event_leaves_its_session():
    for procedure in (ordinary(20.0), STRANGE_SITUATION):
        record = seen(procedure).record
        ends = record.windows.select("session", end="offset_s")
        events = record.events.join(ends, on="session")
        late = pl.max_horizontal("onset_s", "offset_s") > pl.col("end")
        assert events.filter(late | (pl.col("onset_s") < 0) | (pl.col("offset_s") < pl.col("onset_s"))).is_empty()


def test_every_voice_begins_at_the_share_of_its_second_that_answers_are_timed_from():
    found = seen(ordinary(20.0))
    codes = {Voice.VOCAL: "cue.bid", Voice.CRY: "cue.distress"}
    for column, session in enumerate(found.record.sessions):
        voice, at = found.played.seen["voice"][:, column], found.played.seen["bid_at"][:, column]
        for kind, code in codes.items():
            starts = np.flatnonzero((voice == kind) & (np.r_[0, voice[:-1]] != kind))
            coded = found.record.events.filter((pl.col("session") == session) & (pl.col("code") == code))["onset_s"]
            assert np.allclose(coded.sort().to_numpy(), starts + at[starts] / 256.0, atol=6e-3)
