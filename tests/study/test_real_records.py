"""Real records: too little to tell, and said why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bowlby.infer.trajectory import trajectories
from bowlby.records.codebook_file import load_codebook
from bowlby.records.coded import CodedRecord
from bowlby.records.read import read_record
from bowlby.study.abstention import Verdict
from bowlby.study.differential import differential

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "records"


def coded(path: str, codebook: str) -> CodedRecord:
    """Return a shared record, or skip where the shared data are absent."""
    if not (SHARED / path).exists():
        pytest.skip(f"shared record {path} is not beside this checkout")
    book = load_codebook(ROOT / "examples" / "codebooks" / codebook)
    return book.apply(read_record(SHARED / path, book.layout))


@pytest.mark.parametrize("dyad", ["3367", "3414"])
def test_affect_alone_is_not_enough(dyad: str):
    found = differential(coded(f"mangold/mangold_{dyad}goodman.csv", "affect-interact.toml"))
    assert found.verdict == Verdict.NOT_ENOUGH and found.quadrant is None
    failed = {condition.name for condition in found.conditions if not condition.met}
    assert {
        "constructs of the threat axis codable",
        "constructs of the deprivation axis codable",
        "at least 5 informative episodes",
        "distress among the informative episodes",
    } <= failed
    minutes = {"3367": "5.34", "3414": "5.05"}[dyad]
    assert f"not codable in these {minutes} minutes" in found.rare_event
    assert not any(parameter.moved for parameter in found.posterior.parameters)


def test_a_day_of_voices_tells_answering_and_no_more():
    found = differential(coded("lena_segments/warlaumont_0300_000607_segments.csv", "lena-segments.toml"), seed=1)
    assert found.verdict == Verdict.NOT_ENOUGH and found.quadrant is None
    failed = {condition.name for condition in found.conditions if not condition.met}
    assert {"constructs of the threat axis codable", "distress among the informative episodes"} <= failed
    assert "says nothing about them" in found.rare_event
    answering = found.posterior.summary("answer_probability")
    assert answering.moved and answering.sd_ratio < 0.6
    (path,) = trajectories(found.posterior)
    expected = path.bands[0]
    assert expected.name == "expected answering"
    assert len(path.times_s) == found.posterior.evidence.episodes.height + 1
    assert path.times_s[-1] - path.times_s[0] > 8 * 3600
    assert np.ptp(expected.mean) > 0.05 and np.all(expected.high >= expected.low)
    assert path.assumptions
