"""What was watched, as a record: in the files of other programs, and as a coder who errs would have coded it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bowlby.measures.episodes import episodes
from bowlby.measures.rule import EpisodeRule
from bowlby.model.moment.state import Voice
from bowlby.records.identity import coded_as_itself
from bowlby.records.read import read_record
from bowlby.records.record import Record
from bowlby.records.write import write_record
from bowlby.records.writers.boris import write_boris
from bowlby.simulate.coder import CONTEXT, CoderError, miscode
from bowlby.simulate.procedures import STRANGE_SITUATION, Procedure, ordinary
from bowlby.simulate.watch import Watched, watch
from tests.simulate.moments.watching import design

SAID = ["session", "actor", "code", "onset_s", "offset_s", "modifiers"]


@cache
def seen(procedure: Procedure, children: int = 8) -> Watched:
    return watch(design("frightening", children), procedure)


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
            assert np.allclose(coded.sort().to_numpy(), starts + at[starts] / 256.0, atol=6e-4)


def test_a_coder_without_error_codes_what_there_was():
    record = seen(ordinary(20.0)).record
    assert said(miscode(record, CoderError(0.0, 0.0, 0.0), seed=1)) == said(record)


def test_a_coder_misses_and_imagines_about_the_stated_share():
    """Bounds of four standard errors of a binomial share: either fails once in 15,000 seeds; the seed is fixed."""
    record = seen(ordinary(20.0)).record
    true = record.events.filter(pl.col("actor") != CONTEXT).height
    missing = miscode(record, CoderError(missed=0.2, false=0.0, displaced_s=0.0), seed=2)
    imagined = miscode(record, CoderError(missed=0.0, false=0.1, displaced_s=0.0), seed=2)
    assert abs(1 - missing.events.height / true - 0.2) < 4 * np.sqrt(0.2 * 0.8 / true)
    assert abs(imagined.events.height / true - 1 - 0.1) < 4 * np.sqrt(0.1 * 0.9 / true)
    assert set(said(missing)) <= set(said(record)) < set(said(imagined))


def test_a_coder_displaces_by_the_stated_spread_and_never_out_of_the_session():
    """The spread of thousands of normal moves is within a tenth but for one seed in a million."""
    record = seen(ordinary(20.0)).record
    coded = miscode(record, CoderError(0.0, 0.0, 0.3), seed=3)
    moves = coded.events.join(record.events, on="row", suffix="_true").filter(pl.col("onset_s_true") > 2)
    assert abs((moves["onset_s"] - moves["onset_s_true"]).std() / 0.3 - 1) < 0.1  # pyright: ignore[reportOperatorIssue]
    assert coded.events["onset_s"].min() >= 0  # pyright: ignore[reportOptionalOperand]
    ends = coded.events.join(record.windows.select("session", end="offset_s"), on="session")
    # A tenth of a second is kept even by what is pushed against the end.
    assert ends.filter(pl.col("offset_s") > pl.col("end") + 0.1 + 1e-9).is_empty()


def test_what_frames_a_procedure_is_never_missed():
    record = seen(STRANGE_SITUATION).record
    coded = miscode(record, CoderError(missed=0.9), seed=4)
    frame = pl.col("actor") == CONTEXT
    assert coded.events.filter(frame).select(SAID).equals(record.events.filter(frame).select(SAID))
