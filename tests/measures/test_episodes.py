"""Episodes against hand-made cases and a brute-force oracle."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.measures.episodes import EPISODE_SCHEMA, EpisodeRule, episodes
from bowlby.records.constructs import CUES, FRIGHT_TIERS

RULE = EpisodeRule()


def rows(coded, rule=RULE):
    table = episodes(coded, rule)
    assert dict(table.schema) == EPISODE_SCHEMA
    return table.to_dicts()


def test_vocal_latency_counts_from_the_offset_and_distress_from_the_onset(make_coded):
    vocal, cry = rows(
        make_coded([("cue.vocal", 10, 12), ("answer", 13, 14), ("cue.distress", 30, 40), ("answer", 34, None)])
    )
    assert (vocal["start_s"], vocal["latency_s"], vocal["answered"], vocal["distress"]) == (12, 1, True, False)
    assert (cry["start_s"], cry["latency_s"], cry["answered"], cry["distress"]) == (30, 4, True, True)
    assert (vocal["answer_event"], vocal["answer"], vocal["censored_by"]) == (1, "answer", "answer")


def test_an_answer_during_a_vocal_cue_has_no_latency(make_coded):
    (row,) = rows(make_coded([("cue.vocal", 10, 14), ("answer", 12, 13)]))
    assert (row["answered"], row["latency_s"], row["informative"]) == (True, 0, True)


@pytest.mark.parametrize(
    ("acts", "options", "reason", "latency"),
    [
        ([("cue.bid", 10, None)], {}, "window", 10),
        ([("cue.distress", 10, None)], {}, "window", 30),
        ([("cue.bid", 10, None), ("cue.bid", 14, None)], {}, "next cue", 4),
        ([("cue.bid", 10, None)], {"observed": [(0, 13)]}, "end", 3),
        ([("cue.bid", 10, None)], {"masks": [(None, 12, 20)]}, "uncodable", 2),
        ([("cue.bid", 10, None)], {"masks": [("answer", 12, 20)]}, "uncodable", 2),
        ([("cue.bid", 10, None)], {"masks": [("voice", 12, 20)]}, "window", 10),
    ],
)
def test_each_way_of_censoring(make_coded, acts, options, reason, latency):
    row = rows(make_coded(acts, **options))[0]
    assert (row["answered"], row["censored_by"], row["latency_s"], row["informative"]) == (False, reason, latency, True)


def test_the_window_includes_its_last_instant_and_the_next_cue_takes_an_answer_at_its_onset(make_coded):
    edge, beyond = (rows(make_coded([("cue.bid", 0, None), ("answer", at, None)]))[0] for at in (10, 10.001))
    assert (edge["answered"], beyond["answered"]) == (True, False)
    first, second = rows(make_coded([("cue.bid", 0, None), ("cue.bid", 5, None), ("answer", 5, None)]))
    assert (first["answered"], second["answered"], second["latency_s"]) == (False, True, 0)


def test_cues_close_together_are_one_bid_unless_answered_between(make_coded):
    together = [("cue.vocal", 1, 2), ("cue.vocal", 2.4, 3)]
    assert len(rows(make_coded(together))) == 1
    assert len(rows(make_coded([*together, ("answer", 2.2, None)]))) == 2
    assert len(rows(make_coded(together), EpisodeRule(merge_s=0.1))) == 2


def test_a_bid_with_distress_in_it_is_distress(make_coded):
    (row,) = rows(make_coded([("cue.vocal", 1, 2), ("cue.distress", 2.2, 3)]))
    assert (row["cue"], row["distress"], row["start_s"], row["window_s"]) == ("cue.distress", True, 1, 30)


def test_a_frightening_act_is_never_an_answer_and_closes_nothing(make_coded):
    for tier in FRIGHT_TIERS:
        (row,) = rows(make_coded([("cue.distress", 0, 1), (("answer", str(tier)), 2, 3), ("answer", 8, 9)]))
        assert (row["answered"], row["latency_s"], row["frightened"]) == (True, 8, str(tier))
        (row,) = rows(make_coded([("cue.distress", 0, 1), (("answer", str(tier)), 2, 3)]))
        assert (row["answered"], row["censored_by"]) == (False, "window")


def test_the_highest_tier_within_the_episode_is_told(make_coded):
    acts = [
        ("cue.distress", 0, 1),
        ("fright.harsh", 3, None),
        ("fright.startle", 4, None),
        ("fright.abusive", 90, None),
    ]
    assert rows(make_coded(acts))[0]["frightened"] == "fright.harsh"


@pytest.mark.parametrize(
    "answer",
    [
        [("answer", 12, 20)],
        [("answer", 12, 14), ("answer", 14, 20)],
        [("answer", 12, 13), ("answer", 13, 17), ("answer", 17, 20)],
        [("answer", 12, 20), ("answer", 15, None)],
        [("answer", 12, 16), ("answer", 14, 20)],
    ],
    ids=["whole", "two pieces", "three pieces", "a point within", "overlapping"],
)
@pytest.mark.parametrize(
    ("other", "column"), [("intrude", "intruded"), ("hold", "warm"), (str(FRIGHT_TIERS[0]), "frightened")]
)
def test_an_answer_lasts_over_all_its_pieces(make_coded, answer, other, column):
    """What goes on until 20 s meets what happens at 18 s, however it was coded, and not what happens at 25 s."""
    cue = ("cue.bid", 10, None)
    within, after = (rows(make_coded([cue, *answer, (other, at, at + 1)]))[0] for at in (18, 25))
    assert (bool(within[column]), bool(after[column])) == (True, False)


def test_an_answer_ends_where_another_act_goes_on(make_coded):
    acts = [("cue.bid", 10, None), ("answer", 12, 14), ("voice", 14, 20), ("intrude", 18, 19)]
    assert rows(make_coded(acts))[0]["intruded"] is False
    apart = [("cue.bid", 10, None), ("answer", 12, 14), ("answer", 14.5, 20), ("intrude", 18, 19)]
    assert rows(make_coded(apart))[0]["intruded"] is False


def test_warmth_is_null_unless_it_could_be_seen(make_coded):
    acts = [("cue.bid", 0, None), ("answer", 2, 4)]
    assert rows(make_coded(acts))[0]["warm"] is False
    assert rows(make_coded([*acts, ("hold", 3, 9)]))[0]["warm"] is True
    assert rows(make_coded([*acts, ("hold", 5, 9)]))[0]["warm"] is False
    assert rows(make_coded([*acts, ("caregiver:affect", 0, 20, 1.0)]))[0]["warm"] is True
    assert rows(make_coded([*acts, ("caregiver:affect", 0, 20, -1.0)]))[0]["warm"] is False
    assert rows(make_coded(acts, codable=["cue.bid", "answer", "voice"]))[0]["warm"] is None
    assert rows(make_coded(acts[:1]))[0]["warm"] is None


def test_intrusion_instead_of_the_answer_or_with_it(make_coded):
    acts = [("cue.bid", 0, None), ("answer", 2, 4)]
    assert rows(make_coded(acts))[0]["intruded"] is False
    assert rows(make_coded([*acts, ("intrude", 1, 1.5)]))[0]["intruded"] is True
    assert rows(make_coded([*acts, ("intrude", 3, 9)]))[0]["intruded"] is True
    assert rows(make_coded([*acts, ("intrude", 5, 9)]))[0]["intruded"] is False
    assert rows(make_coded(acts, codable=["cue.bid", "answer"]))[0]["intruded"] is None


def test_what_could_not_be_seen_is_not_informative(make_coded):
    hidden = rows(make_coded([("cue.bid", 10, None), ("answer", 11, None)], masks=[(None, 9, 20)]))[0]
    at_end = rows(make_coded([("cue.vocal", 590, 600)]))[0]
    unasked = rows(make_coded([("cue.bid", 10, None)], codable=["cue.bid", "voice"]), EpisodeRule(answers=("hold",)))[0]
    for row, reason in ((hidden, "uncodable"), (at_end, "end"), (unasked, "uncodable")):
        assert (row["answered"], row["latency_s"], row["informative"]) == (False, 0, False)
        assert row["censored_by"] == reason


def test_sessions_do_not_touch_each_other(make_coded):
    acts = [("cue.bid", 10, None, None, "a"), ("answer", 11, None, None, "b"), ("cue.bid", 10.2, None, None, "b")]
    table = episodes(make_coded(acts, sessions=["b", "a"]), RULE)
    assert table.select("session", "answered").rows() == [("b", True), ("a", False)]


def test_no_cue_no_row(make_coded):
    assert rows(make_coded([])) == []
    assert rows(make_coded([("answer", 1, 2)])) == []
    assert rows(make_coded([("cue.bid", 1, 2)], codable=["answer"])) == []


def oracle(cues, answers, codable, rule):
    """Return (onset, answered, latency, reason) of each bid, walking through time; none spans a gap in watching."""
    cues = sorted(cues, key=lambda cue: cue[1])
    answers = sorted(answers)
    bids: list[list[object]] = []
    before = (0.0, 0)
    for name, on, off in cues:
        reach, windows = before
        begun = sum(start <= on for start, _ in codable)
        before = (max(reach, off), begun)
        gap_answered = any(reach <= a < on for a in answers) and on > reach
        if bids and on <= reach + rule.merge_s and not gap_answered and begun == windows:
            bids[-1][0].append(name)
            bids[-1][2] = max(reach, off)
            continue
        bids.append([[name], on, max(reach, off)])
    found = []
    for place, (names, on, off) in enumerate(bids):
        cue = next(c for c in CUES if str(c) in names)
        start = off if cue in rule.from_offset else on
        span = next(((a, b) for a, b in codable if a <= on < b), None)
        if span is None:
            found.append((on, False, 0.0, "end" if any(on == b for _, b in codable) else "uncodable"))
            continue
        ends = [("window", start + rule.window_of(cue)), ("end", span[1])]
        if place + 1 < len(bids):
            ends.insert(1, ("next cue", bids[place + 1][1]))
        reason, end = min(ends, key=lambda pair: pair[1])
        hits = [a for a in answers if a >= on and (a <= end if reason == "window" else a < end)]
        if hits:
            found.append((on, True, max(0.0, hits[0] - start), "answer"))
        else:
            found.append((on, False, max(0.0, end - start), reason))
    return found


TIMES = st.integers(0, 240).map(lambda quarter: quarter / 4)
CUE = st.tuples(st.sampled_from([str(c) for c in CUES]), TIMES, st.integers(0, 24)).map(
    lambda c: (c[0], c[1], c[1] + c[2] / 4)
)


@settings(max_examples=100, deadline=None)
@given(
    cues=st.lists(CUE, max_size=12),
    answers=st.lists(TIMES, max_size=12),
    spans=st.sampled_from([[(0.0, 61.0)], [(5.0, 20.0), (22.0, 50.0)], [(0.0, 1.0)]]),
    window=st.sampled_from([0.5, 3.0, 10.0]),
    merge=st.sampled_from([0.0, 0.5, 2.0]),
)
def test_against_a_walk_through_time(make_coded, cues, answers, spans, window, merge):
    rule = EpisodeRule(window_s=window, distress_window_s=2 * window, merge_s=merge)
    acts = [(n, a, b if b > a else None) for n, a, b in cues] + [("answer", a, a + 0.5) for a in answers]
    table = episodes(make_coded(acts, observed=spans), rule)
    got = table.select("onset_s", "answered", "latency_s", "censored_by").rows()
    assert got == oracle(cues, answers, spans, rule)


def test_a_hundred_thousand_cues_are_paired(make_coded):
    generator = np.random.default_rng(5)
    onset = np.sort(generator.uniform(0, 2e6, 100_000))
    coded = make_coded([], observed=[(0, 2e6)])
    blank = {"session": "s", "actor": "", "channel": "", "code": "", "modifiers": "", "partner": "", "person": ""}
    frames = [
        pl.DataFrame(
            {"event": np.arange(100_000) + k * 100_000, "onset_s": times, "offset_s": times + 0.3}
        ).with_columns(
            role=pl.lit(role), construct=pl.lit(name), value=pl.lit(None), **{k: pl.lit(v) for k, v in blank.items()}
        )
        for k, (role, name, times) in enumerate(
            [("child", "cue.bid", onset), ("caregiver", "answer", onset + generator.exponential(4, 100_000))]
        )
    ]
    acts = pl.concat([f.select(coded.acts.columns).cast(dict(coded.acts.schema)) for f in frames])
    many = type(coded)(coded.record, acts.sort("onset_s"), coded.masks, coded.codable, (), "", {})
    table = episodes(many, RULE)
    assert 90_000 < len(table) < 100_001
    assert table["latency_s"].max() <= 10
