"""What is counted from a record, and over what time."""

from __future__ import annotations

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.infer.evidence import gather
from tests.infer.by_hand import CODABLE, Act, bids, record


def test_counts_are_those_of_the_record():
    acts: list[Act] = [
        *bids(6, 4),
        ("caregiver", "hold", 7.0, 8.0),
        ("caregiver", "intrude", 47.0, 48.0),
        ("caregiver", "play", 300.0, 301.0),
        ("caregiver", "smile", 320.0, None),
        ("caregiver", "voice", 6.0, 6.5),
        ("caregiver", "fright.harsh", 86.0, None),
        ("caregiver", "fright.harsh", 900.0, None),
        ("caregiver", "fright.startle", 1000.0, None),
    ]
    seen = gather(record(acts))
    (counts,) = seen.counts
    assert seen.informative == 6 and seen.distress_informative == 0
    assert (counts.warm, counts.warm_of) == (1, 3)
    assert (counts.intruded, counts.intruded_of) == (1, 4)
    assert counts.engagement == 2
    # Four answered episodes of 3 s each and two windows of 10 s are open.
    assert counts.engagement_h * 3600 == pytest.approx(1200 - 4 * 3 - 2 * 10)
    assert counts.frights == (1, 0, 2, 0)
    assert counts.provoked == 1
    assert counts.open_share == pytest.approx(32 / 1200)


def test_latencies_are_told_apart_by_outcome_and_strength():
    acts = [*bids(3, 2, latency=2.0), ("child", "cue.distress", 500.0, 501.0)]
    rows = gather(record(acts)).latencies
    found = sorted(np.stack([rows.kind, rows.signal, rows.time_s, rows.count], axis=1).tolist())
    assert [(kind, signal, count) for kind, signal, _, count in found] == [(0, 0.6, 2.0), (2, 0.6, 1.0), (2, 1.0, 1.0)]
    assert [time for *_, time, _ in found] == pytest.approx([2.0, 10.0, 30.0], rel=0.011)


def test_an_answer_at_zero_lies_below_the_shortest_positive_latency():
    acts = [*bids(2, 2, latency=0.8), ("child", "cue.bid", 200.0, 201.0), ("caregiver", "answer", 200.0, 201.0)]
    seen = gather(record(acts))
    assert seen.resolution_s[0] == pytest.approx(0.8)
    assert sorted(seen.latencies.kind.tolist()) == [0, 1]


def test_what_was_not_codable_leaves_no_exposure():
    codable = {"child": ["cue.bid"], "caregiver": ["answer"]}
    (counts,) = gather(record(bids(5, 5), codable=codable)).counts
    assert counts.engagement_h == 0 and counts.warm_of == 0 and counts.intruded_of == 0
    assert counts.fright_h == (0, 0, 0, 0)


def test_hidden_time_is_no_exposure():
    hidden: list[Act] = [("context", "uncodable", 100.0, 700.0)]
    (counts,) = gather(record(hidden, codable=CODABLE)).counts
    assert counts.fright_h == pytest.approx((600 / 3600,) * 4)


def test_sessions_of_several_records_are_kept_apart():
    seen = gather([record(bids(4, 2), session="a"), record(bids(5, 5), session="b"), record([], session="a")])
    assert seen.sessions == ("a", "b", "a (3)")
    assert seen.episodes.group_by("index").len().sort("index")["len"].to_list() == [4, 5]
    assert [one.fright_h[1] > 0 for one in seen.counts] == [True, True, True]


def test_no_record_is_refused():
    with pytest.raises(InputError):
        gather([])
