"""Minutes and sessions for a wanted precision: the rule by hand, cut records, and what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from bowlby.errors import InputError
from bowlby.records.excerpt import first_minutes
from bowlby.records.identity import coded_as_itself
from bowlby.study import precision as module
from bowlby.study.precision import KNOWN, Seen, Wanted, Width, needed, sentence, table, watch
from bowlby.study.recovery import simulate_sessions
from tests.cli.running import run

FALLING = {(1, 5): 0.9, (1, 20): 0.5, (2, 5): 0.45, (2, 20): 0.2}


def dyad(worse: float) -> tuple[Seen, ...]:
    return tuple(
        Seen(minutes, sessions, dict.fromkeys(KNOWN, sd + worse), dict.fromkeys(KNOWN, 1.7 * (sd + worse)))
        for (sessions, minutes), sd in FALLING.items()
    )


ROWS = [dyad(0.01 * number) for number in range(10)]


def test_the_shortest_watching_is_that_with_the_fewest_minutes_in_all():
    found = needed(ROWS, Wanted("threat", 0.525, 0.8))
    assert [one.share for one in found.lengths] == [0.0, 0.3, 0.8, 1.0]
    assert found.shortest is not None and (found.shortest.sessions, found.shortest.minutes) == (2, 5)
    assert found.by_sessions[1] is None and found.by_sessions[2] == found.shortest
    assert found.shortest.low == pytest.approx(0.490, abs=1e-3) and found.shortest.high == pytest.approx(
        0.943, abs=1e-3
    )
    assert "2 sessions of 5 minutes" in sentence(found) and "more dyads would tell" in sentence(found)
    assert "| 2 | 5 | 0.80 * |" in table(found)


def test_half_widths_are_another_question_and_what_is_never_reached_is_said():
    found = needed(ROWS, Wanted("threat", 0.3, 0.8, Width.HALF_WIDTH))
    assert found.shortest is None and set(found.by_sessions.values()) == {None}
    assert "No length tried" in sentence(found) and found.as_dict()["shortest"] is None


@pytest.mark.parametrize(
    ("name", "within", "share", "column"),
    [("thraet", 0.3, 0.8, "--parameter"), ("threat", 0.0, 0.8, "--within"), ("threat", 0.3, 1.0, "--prob")],
)
def test_what_cannot_be_wanted_is_refused(name: str, within: float, share: float, column: str):
    with pytest.raises(InputError) as refused:
        Wanted(name, within, share)
    assert refused.value.column == column


def test_a_shorter_watching_is_the_beginning_of_the_longer():
    record = simulate_sessions(1, 20.0, 2, 0)[0]
    short = first_minutes(record, 5.0)
    inside = record.events.filter(pl.col("onset_s") < 300.0)
    assert 0 < short.events.height == inside.height < record.events.height
    assert short.events.filter(pl.col("offset_s") > 300.0).is_empty()
    coded = coded_as_itself(short)
    assert all(window[1] == 300.0 for window in coded.observed(coded.sessions[0]))


def test_sessions_of_a_dyad_hang_on_its_own_number_alone():
    one, other = simulate_sessions(2, 5.0, 3, 1), simulate_sessions(2, 5.0, 3, 1)
    assert [record.events.equals(again.events) for record, again in zip(one, other, strict=True)] == [True, True]
    assert not one[0].events.equals(one[1].events) and not simulate_sessions(1, 5.0, 3, 2)[0].events.equals(
        one[0].events
    )


def test_finished_dyads_are_kept_and_longer_watching_tells_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MINUTES", (5, 20))
    monkeypatch.setattr(module, "SESSIONS", (1,))
    monkeypatch.setenv("BOWLBY_CACHE", str(tmp_path))
    rows = watch(2, 4, folder=tmp_path / "precision")
    for short, long in rows:
        assert long.sd["latency_median"] < short.sd["latency_median"] or long.sd["warm_share"] < short.sd["warm_share"]
    monkeypatch.setattr(module, "simulate_sessions", None)
    assert watch(2, 4, folder=tmp_path / "precision") == rows
    words = ("--what", "precision", "--parameter", "warm_share", "--within", "1", "--children", "3", "--seed", "4")
    monkeypatch.undo()
    monkeypatch.setattr(module, "MINUTES", (5, 20))
    monkeypatch.setattr(module, "SESSIONS", (1,))
    monkeypatch.setenv("BOWLBY_CACHE", str(tmp_path))
    done = run("recover", *words, "--json")
    found = json.loads(done.out)
    assert found["shortest"]["minutes"] == 5 and found["dyads"] == 3 and found["wanted"]["unit"] == "1"
    assert len(list((tmp_path / "precision").iterdir())) == 3
