"""The register covers every row, calls nothing by a wrong name, and quotes published figures as they stand."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from bowlby.evidence.claims_register import findings
from bowlby.evidence.claims_register.claim import ROWS, Aspect, Claim, ClaimSide
from bowlby.evidence.claims_register.contrast import needs_of
from bowlby.evidence.claims_register.findings import ClaimFinding, ClaimMetric
from bowlby.evidence.claims_register.kinds_of_care import CARES
from bowlby.evidence.claims_register.rows import CLAIMS
from bowlby.model.registry import SWITCHES

TABLE = Path(__file__).parents[4] / "shared" / "data" / "published" / "benchmarks.csv"
SHOWN = [claim.id for claim in CLAIMS]


def test_every_row_has_claims_and_most_have_several():
    counts = Counter(claim.row for claim in CLAIMS)
    assert set(counts) == set(ROWS)
    assert min(counts.values()) >= 2
    assert sum(count >= 4 for count in counts.values()) >= 12
    assert len(set(SHOWN)) == len(SHOWN)


def test_every_side_and_aspect_of_the_comparison_has_claims():
    assert {claim.side for claim in CLAIMS} == set(ClaimSide)
    pairs = {(claim.side, claim.aspect) for claim in CLAIMS}
    for aspect in Aspect:
        assert {(ClaimSide.TRAUMA, aspect), (ClaimSide.NEGLECT, aspect)} & pairs, aspect


@pytest.mark.parametrize("claim", CLAIMS, ids=SHOWN)
def test_a_claim_names_lives_and_mechanisms_that_there_are(claim: Claim):
    assert claim.says.endswith(".")
    assert not claim.mechanism or claim.mechanism in SWITCHES
    needs = needs_of(claim.contrast)
    assert needs
    assert all(arm.care in CARES and age > 0 for arm, age in needs)
    if claim.mechanism:
        ablated = needs_of(claim.contrast.without(claim.mechanism))
        assert {arm.off for arm, _ in ablated} >= {claim.mechanism}


def test_caregivers_are_not_mothers():
    assert not any("mother" in claim.says.lower() for claim in CLAIMS)


def every_finding() -> list[ClaimFinding]:
    named = [one for one in vars(findings).values() if isinstance(one, ClaimFinding)]
    return named + [one.finding for claim in CLAIMS for one in claim.published]


@pytest.fixture(scope="module")
def published() -> dict[str, dict[str, str]]:
    if not TABLE.is_file():
        pytest.skip("the table of published figures is not here")
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_findings_stand_as_in_the_table(published: dict[str, dict[str, str]]):
    for finding in every_finding():
        if finding.id:
            row = published[finding.id]
            assert finding.read is (row["source_seen"] == "yes"), finding.id
            assert finding.citation.split(" ")[0].rstrip(",") in row["citation"], finding.id
            if finding.estimate is not None:
                assert finding.estimate == float(row["estimate"]), finding.id
            ends = [None if row[key] == "" else float(row[key]) for key in ("ci_low", "ci_high")]
            assert [finding.low, finding.high] in (ends, [None, None]), finding.id


def test_what_the_model_was_set_by_is_marked(published: dict[str, dict[str, str]]):
    for finding in every_finding():
        if finding.id and published[finding.id]["role"] == "calibrate":
            assert finding.used, finding.id


def test_a_figure_has_its_scale():
    for finding in every_finding():
        assert (finding.estimate is None) == (finding.metric is ClaimMetric.NONE), finding.citation
        assert finding.citation
