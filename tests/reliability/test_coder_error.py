"""What two coders' difference says of the error of one, against coders whose error is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowlby.reliability.alignment import Events, align
from bowlby.reliability.coder_error import FEWEST, CodersDifference, difference_of
from bowlby.reliability.streams import StreamPair


def coders(missed: float, displaced_s: float, events: int, seed: int = 1) -> CodersDifference | None:
    """Two coders of acts a minute apart, each of whom misses some and misplaces all."""
    rng = np.random.default_rng(seed)
    times = 60.0 * np.arange(1, events + 1)
    each: list[Events] = []
    for _ in range(2):
        kept = times[rng.random(events) >= missed]
        at = np.sort(kept + displaced_s * rng.standard_normal(len(kept)))
        each.append(Events(("cry",) * len(at), at, at))
    stream = StreamPair("s", "child", each[0], each[1], np.array([[0.0, 60.0 * events + 60.0]]))
    return difference_of([(stream, align(each[0], each[1], 3.0))])


@pytest.mark.parametrize(("missed", "displaced_s"), [(0.1, 0.3), (0.3, 0.6), (0.0, 0.2)])
def test_the_error_of_one_coder_comes_back(missed: float, displaced_s: float):
    """4,000 acts: both lie within their 95 % intervals for these seeds; that of the share is under .05 long."""
    found = coders(missed, displaced_s, 4000)
    assert found is not None and found.displaced_s is not None
    assert found.apart[1] - 1e-12 <= missed <= found.apart[2]
    assert found.apart[2] - found.apart[1] < 0.05
    assert found.displaced_s[1] <= displaced_s <= found.displaced_s[2]


def test_the_interval_of_the_displacement_covers_as_often_as_it_says():
    """200 pairs of coders, 40 acts each: under .95 coverage fewer than 180 hits have a chance below .002."""
    hits = 0
    for seed in range(200):
        found = coders(0.1, 0.4, 40, seed)
        assert found is not None and found.displaced_s is not None
        hits += found.displaced_s[1] <= 0.4 <= found.displaced_s[2]
    assert hits >= 180


def test_too_few_events_tell_no_error():
    assert coders(0.0, 0.1, FEWEST - 1) is None
    assert coders(0.0, 0.1, FEWEST) is not None


def test_agree_says_it(tmp_path: Path):
    from bowlby.formats.read import read_record
    from bowlby.reliability.compare import compare

    play = read_record(Path(__file__).parents[2] / "examples" / "records" / "play.csv")
    said = compare(play, play).as_dict()["coder_error"]
    assert isinstance(said, dict) and said["apart"]["estimate"] == 0.0 and said["apart"]["high"] > 0.0
    assert said["displaced_s"]["estimate"] == 0.0
