"""Both marks of a claim follow from findings, result and origin by the stated rules, for every combination."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from bowlby.evidence.claims_register.aspects import EvidenceMark, ModelMark
from bowlby.evidence.claims_register.claim import Claim, ClaimEvidence, ExpectedDirection, FindingDirection
from bowlby.evidence.claims_register.findings import ClaimFinding, ClaimMetric
from bowlby.evidence.claims_register.marks import evidence_of, model_because, model_mark_of, size_check
from bowlby.evidence.claims_register.origin import Origin, OriginEvidence, ablation_origin
from bowlby.evidence.claims_register.result import ContrastResult, ResultDirection, found_of
from bowlby.evidence.claims_register.rows import CLAIMS

FOR, AGAINST, UNCLEAR = ResultDirection.FOR, ResultDirection.AGAINST, ResultDirection.UNCLEAR
E = EvidenceMark
READ = ClaimFinding("x", "something", "Somebody 2020", True, ClaimMetric.D, 0.3, 0.2, 0.4)
KNOWN = ClaimFinding("y", "something", "Somebody else 2020", False, ClaimMetric.D, 0.3)


def claim(expected: ExpectedDirection, *published: ClaimEvidence, definition: str = "") -> Claim:
    return replace(CLAIMS[0], expected=expected, published=published, definition=definition)


@pytest.mark.parametrize(("found", "origin"), list(product(ResultDirection, Origin)))
def test_a_claim_emerges_only_where_the_model_gives_it_and_an_ablation_has_shown_what_carries_it(
    found: ResultDirection, origin: Origin
):
    mark = model_mark_of(found, origin)
    assert (mark is ModelMark.EMERGES) is (found is FOR and origin is Origin.EMERGENT)
    assert (mark is ModelMark.DOES_NOT_GIVE) is (found is not FOR)


@pytest.mark.parametrize("mark", [AGAINST, UNCLEAR, FOR])
def test_what_the_model_does_has_a_reason(mark: ResultDirection):
    descent = OriginEvidence(Origin.ASSUMED, "It was put in.")
    reasons = {model_because(ContrastResult(one, 0.0, 1.0, 0.1), mark, descent) for one in (0.5, float("nan"))}
    assert all(reason.endswith(".") for reason in reasons)
    assert (reasons == {descent.because}) is (mark is FOR)


def test_findings_that_were_read_decide():
    both = (ClaimEvidence(READ, FindingDirection.HIGHER), ClaimEvidence(KNOWN, FindingDirection.LOWER))
    for expected, mark in ((ExpectedDirection.HIGHER, E.FOR), (ExpectedDirection.LOWER, E.AGAINST)):
        found = evidence_of(claim(expected, *both))
        assert (found.mark, found.sources, found.read) == (mark, ("Somebody 2020",), True)
    known = evidence_of(claim(ExpectedDirection.LOWER, both[1]))
    assert (known.mark, known.sources, known.read) == (E.FOR, ("Somebody else 2020",), False)
    assert "not read" in known.because


def test_findings_that_disagree_conflict_and_none_is_none():
    torn = (
        ClaimEvidence(READ, FindingDirection.HIGHER),
        ClaimEvidence(replace(READ, citation="Third 2021"), FindingDirection.SAME),
    )
    found = evidence_of(claim(ExpectedDirection.HIGHER, *torn))
    assert (found.mark, found.sources) == (E.CONFLICTING, ("Somebody 2020", "Third 2021"))
    assert (
        evidence_of(claim(ExpectedDirection.HIGHER, ClaimEvidence(READ, FindingDirection.BOTH_WAYS))).mark
        is E.CONFLICTING
    )
    nothing = evidence_of(claim(ExpectedDirection.HIGHER))
    assert (nothing.mark, nothing.sources, nothing.read) == (E.NONE, (), False)


def test_a_definition_is_against_whatever_was_found():
    found = evidence_of(
        claim(
            ExpectedDirection.HIGHER,
            ClaimEvidence(READ, FindingDirection.HIGHER),
            definition="defined otherwise (ICD-11)",
        )
    )
    assert (found.mark, found.sources) == (E.AGAINST, ("defined otherwise (ICD-11)",))


@pytest.mark.parametrize("one", CLAIMS, ids=[one.id for one in CLAIMS])
def test_every_claim_has_evidence_with_its_source_or_none(one: Claim):
    found = evidence_of(one)
    assert (found.mark is E.NONE) is (not found.sources)
    assert found.because.endswith(".")


@pytest.mark.parametrize(
    ("expected", "ends", "found"),
    [
        (ExpectedDirection.HIGHER, (0.3, 0.2, 0.4), FOR),
        (ExpectedDirection.LOWER, (0.3, 0.2, 0.4), AGAINST),
        (ExpectedDirection.SAME, (0.3, 0.2, 0.4), AGAINST),
        (ExpectedDirection.HIGHER, (0.3, -0.1, 0.7), UNCLEAR),
        (ExpectedDirection.HIGHER, (0.01, 0.005, 0.02), AGAINST),
        (ExpectedDirection.SAME, (0.01, -0.02, 0.04), FOR),
        (ExpectedDirection.SAME, (0.08, -0.02, 0.2), UNCLEAR),
        (ExpectedDirection.LOWER, (-0.3, -0.4, -0.2), FOR),
        (ExpectedDirection.LOWER, (float("nan"),) * 3, UNCLEAR),
    ],
)
def test_what_a_result_says(expected: ExpectedDirection, ends: tuple[float, float, float], found: ResultDirection):
    assert found_of(expected, ContrastResult(*ends, least=0.1)) is found


@pytest.mark.parametrize(
    ("result", "published", "by"),
    [
        (
            ContrastResult(0.3, 0.2, 0.4, 0.05),
            ClaimEvidence(READ, FindingDirection.HIGHER, comparable=True),
            "Somebody 2020",
        ),
        (ContrastResult(0.3, 0.2, 0.4, 0.05), ClaimEvidence(READ, FindingDirection.HIGHER), ""),
        (ContrastResult(0.9, 0.8, 1.0, 0.05), ClaimEvidence(READ, FindingDirection.HIGHER, comparable=True), ""),
        (ContrastResult(0.45, 0.35, 0.55, 0.05), ClaimEvidence(READ, FindingDirection.HIGHER, comparable=True), ""),
        (ContrastResult(0.3, -0.7, 1.3, 0.05), ClaimEvidence(READ, FindingDirection.HIGHER, comparable=True), ""),
        (ContrastResult(0.3, 0.2, 0.4, 0.05), ClaimEvidence(KNOWN, FindingDirection.HIGHER, comparable=True), ""),
    ],
)
def test_only_the_same_quantity_that_was_read_checks_a_size(result: ContrastResult, published: ClaimEvidence, by: str):
    assert size_check(result, (published,)) == by


def test_a_figure_that_set_the_model_checks_nothing():
    used = ClaimFinding("x", "something", "Somebody 2020", True, ClaimMetric.D, 0.3, 0.2, 0.4, used=True)
    assert not size_check(
        ContrastResult(0.3, 0.2, 0.4, 0.05), (ClaimEvidence(used, FindingDirection.HIGHER, comparable=True),)
    )


@pytest.mark.parametrize(
    ("whole", "ablated", "origin"),
    [
        (0.8, 0.1, Origin.EMERGENT),
        (0.8, -0.5, Origin.EMERGENT),
        (0.8, 0.5, Origin.ASSUMED),
        (-0.8, -0.1, Origin.EMERGENT),
        (0.01, 0.0, Origin.ASSUMED),
    ],
)
def test_what_an_ablation_removes_is_emergent(whole: float, ablated: float, origin: Origin):
    found = ablation_origin("threat_learning", whole, ablated, 0.05)
    assert found.origin is origin
    expected = ModelMark.EMERGES if origin is Origin.EMERGENT else ModelMark.PUT_IN
    assert model_mark_of(FOR, found.origin) is expected
