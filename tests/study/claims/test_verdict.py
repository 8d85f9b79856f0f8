"""Verdicts follow from result, evidence and origin by the stated rules, for every combination."""

from __future__ import annotations

from itertools import product

import pytest

from bowlby.study.claims.claim import Expected, Published, Shown
from bowlby.study.claims.findings import Finding, Metric
from bowlby.study.claims.origin import Origin, by_ablation
from bowlby.study.claims.verdict import (
    Evidence,
    Found,
    Grounds,
    Result,
    Rule,
    Verdict,
    checked,
    evidence_of,
    found_of,
    is_tested,
    rule_on,
)

FOR, AGAINST, UNCLEAR = Found.FOR, Found.AGAINST, Found.UNCLEAR
E = Evidence


@pytest.mark.parametrize(
    ("grounds", "verdict", "rule"),
    [
        (Grounds(FOR, E.FOR, read=True, tested=True), Verdict.AGREES, Rule.BOTH),
        (Grounds(FOR, E.FOR, read=True, tested=False), Verdict.MIXED, Rule.PUT_IN),
        (Grounds(FOR, E.FOR, read=False, tested=True), Verdict.MIXED, Rule.NOT_READ),
        (Grounds(AGAINST, E.FOR, read=True, tested=True), Verdict.MIXED, Rule.NOT_REPRODUCED),
        (Grounds(UNCLEAR, E.FOR, read=True, tested=False), Verdict.MIXED, Rule.NOT_REPRODUCED),
        (Grounds(FOR, E.MIXED, read=True, tested=True), Verdict.MIXED, Rule.FINDINGS_DIFFER),
        (Grounds(FOR, E.AGAINST, read=True, tested=True), Verdict.MIXED, Rule.TORN),
        (Grounds(FOR, E.AGAINST, read=True, tested=False), Verdict.DISAGREES, Rule.PUBLISHED_AGAINST),
        (Grounds(UNCLEAR, E.AGAINST, read=True, tested=False), Verdict.DISAGREES, Rule.PUBLISHED_AGAINST),
        (Grounds(UNCLEAR, E.AGAINST, read=False, tested=False), Verdict.MIXED, Rule.TORN),
        (Grounds(AGAINST, E.AGAINST, read=False, tested=False), Verdict.DISAGREES, Rule.PUBLISHED_AGAINST),
        (Grounds(FOR, E.NONE, read=False, tested=True), Verdict.NO_EVIDENCE, Rule.UNPUBLISHED),
        (Grounds(AGAINST, E.NONE, read=False, tested=False), Verdict.DISAGREES, Rule.CONTRARY),
        (Grounds(AGAINST, E.MIXED, True, True, "it is defined otherwise"), Verdict.DISAGREES, Rule.DEFINITION),
        (Grounds(FOR, E.FOR, True, True, "it is defined otherwise"), Verdict.MIXED, Rule.DEFINITION),
    ],
)
def test_each_rule(grounds: Grounds, verdict: Verdict, rule: Rule):
    ruling = rule_on(grounds)
    assert (ruling.verdict, ruling.rule) == (verdict, rule)
    assert ruling.because.endswith(".")


def test_agreement_needs_all_four_things():
    """Of every combination, only a tested result for a claim without a definition against it, and read evidence."""
    agreeing = [
        grounds
        for grounds in (
            Grounds(found, evidence, read, tested, definition)
            for found, evidence, read, tested, definition in product(
                Found, Evidence, (False, True), (False, True), ("", "defined otherwise")
            )
        )
        if rule_on(grounds).verdict is Verdict.AGREES
    ]
    assert agreeing == [Grounds(FOR, E.FOR, read=True, tested=True)]


@pytest.mark.parametrize(
    ("expected", "ends", "found"),
    [
        (Expected.HIGHER, (0.3, 0.2, 0.4), FOR),
        (Expected.LOWER, (0.3, 0.2, 0.4), AGAINST),
        (Expected.SAME, (0.3, 0.2, 0.4), AGAINST),
        (Expected.HIGHER, (0.3, -0.1, 0.7), UNCLEAR),
        (Expected.HIGHER, (0.01, 0.005, 0.02), AGAINST),
        (Expected.SAME, (0.01, -0.02, 0.04), FOR),
        (Expected.SAME, (0.08, -0.02, 0.2), UNCLEAR),
        (Expected.LOWER, (-0.3, -0.4, -0.2), FOR),
        (Expected.LOWER, (float("nan"),) * 3, UNCLEAR),
    ],
)
def test_what_a_result_says(expected: Expected, ends: tuple[float, float, float], found: Found):
    assert found_of(expected, Result(*ends, least=0.1)) is found


READ = Finding("x", "something", "Somebody 2020", True, Metric.D, 0.3, 0.2, 0.4)
KNOWN = Finding("y", "something", "Somebody else 2020", False, Metric.D, 0.3)


def test_findings_that_were_read_decide():
    both = (Published(READ, Shown.HIGHER), Published(KNOWN, Shown.LOWER))
    assert evidence_of(Expected.HIGHER, both) == (E.FOR, True)
    assert evidence_of(Expected.LOWER, both) == (E.AGAINST, True)
    assert evidence_of(Expected.LOWER, both[1:]) == (E.FOR, False)
    assert evidence_of(Expected.HIGHER, (Published(READ, Shown.HIGHER), Published(READ, Shown.SAME)))[0] is E.MIXED
    assert evidence_of(Expected.HIGHER, ()) == (E.NONE, False)


@pytest.mark.parametrize(
    ("result", "published", "by"),
    [
        (Result(0.3, 0.2, 0.4, 0.05), Published(READ, Shown.HIGHER, comparable=True), "Somebody 2020"),
        (Result(0.3, 0.2, 0.4, 0.05), Published(READ, Shown.HIGHER), ""),
        (Result(0.9, 0.8, 1.0, 0.05), Published(READ, Shown.HIGHER, comparable=True), ""),
        (Result(0.45, 0.35, 0.55, 0.05), Published(READ, Shown.HIGHER, comparable=True), ""),
        (Result(0.3, -0.7, 1.3, 0.05), Published(READ, Shown.HIGHER, comparable=True), ""),
        (Result(0.3, 0.2, 0.4, 0.05), Published(KNOWN, Shown.HIGHER, comparable=True), ""),
    ],
)
def test_only_the_same_quantity_that_was_read_checks_a_size(result: Result, published: Published, by: str):
    assert checked(result, (published,)) == by


def test_a_figure_that_set_the_model_checks_nothing():
    used = Finding("x", "something", "Somebody 2020", True, Metric.D, 0.3, 0.2, 0.4, used=True)
    assert not checked(Result(0.3, 0.2, 0.4, 0.05), (Published(used, Shown.HIGHER, comparable=True),))


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
    found = by_ablation("threat_learning", whole, ablated, 0.05)
    assert found.origin is origin
    assert is_tested(found.origin, "") is (origin is Origin.EMERGENT)
