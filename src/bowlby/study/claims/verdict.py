"""Verdicts on claims: computed by stated rules from the model's result, its origin and the published evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from bowlby.study.claims.claim import Expected, Published, Shown
from bowlby.study.claims.findings import Finding
from bowlby.study.claims.origin import Origin


class Found(StrEnum):
    """What the model's result says of a claim."""

    FOR = "for"
    AGAINST = "against"
    UNCLEAR = "unclear"


class Evidence(StrEnum):
    """What the published findings say of a claim."""

    FOR = "for"
    AGAINST = "against"
    MIXED = "mixed"
    NONE = "none"


class Rule(StrEnum):
    """Which rule gave a verdict."""

    DEFINITION = "by definition"
    CONTRARY = "model contrary, nothing published"
    UNPUBLISHED = "nothing published"
    PUBLISHED_AGAINST = "published findings against"
    TORN = "model and findings disagree"
    FINDINGS_DIFFER = "findings disagree with one another"
    NOT_REPRODUCED = "findings for, model not"
    PUT_IN = "findings for, model put in"
    NOT_READ = "both for, findings not read"
    BOTH = "both for"


class Verdict(StrEnum):
    """What comes of both."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    MIXED = "mixed"
    NO_EVIDENCE = "no evidence"


@dataclass(frozen=True)
class Result:
    """A number with its 95 % interval, in the contrast's unit.

    Args:
        estimate: the number.
        low: end of the interval.
        high: end of the interval.
        least: size below which a number counts as nothing.
    """

    estimate: float
    low: float
    high: float
    least: float


@dataclass(frozen=True)
class Ruling:
    """A verdict and the rule that gave it.

    Args:
        verdict: of a closed set.
        rule: that gave it, of a closed set.
        because: the rule in a sentence.
    """

    verdict: Verdict
    rule: Rule
    because: str


@dataclass(frozen=True)
class Grounds:
    """What a verdict is computed from.

    Args:
        found: what the model's result says.
        evidence: what the published findings say.
        read: whether one of them was read in the paper's abstract or first page.
        tested: whether the model's result is more than what was put in: emergent, or its size checked.
        definition: the definition that the claim conflicts with; empty for none.
    """

    found: Found
    evidence: Evidence
    read: bool
    tested: bool
    definition: str = ""


def found_of(expected: Expected, result: Result) -> Found:
    """Return what a result says of a claim.

    Higher or lower: for where the whole interval lies beyond nothing on the claimed side, against where it lies beyond
    nothing on the other side or inside what counts as nothing. The same: for where it lies inside, against where
    it lies outside. Else unclear.

    Args:
        expected: what the contrast gives if the claim holds.
        result: the number.

    Returns:
        For, against or unclear.
    """
    low, high, least = result.low, result.high, result.least
    if not all(math.isfinite(value) for value in (low, high)):
        return Found.UNCLEAR
    nothing = -least <= low and high <= least
    up, down = low > 0 and result.estimate >= least, high < 0 and result.estimate <= -least
    match expected:
        case Expected.SAME:
            return Found.FOR if nothing else Found.AGAINST if low > least or high < -least else Found.UNCLEAR
        case Expected.HIGHER:
            return Found.FOR if up else Found.AGAINST if down or nothing else Found.UNCLEAR
        case Expected.LOWER:
            return Found.FOR if down else Found.AGAINST if up or nothing else Found.UNCLEAR


def evidence_of(expected: Expected, published: tuple[Published, ...]) -> tuple[Evidence, bool]:
    """Return what the published findings say of a claim, and whether one of them was read.

    Findings that were read decide; those known only in general count where none was read.

    Args:
        expected: what the contrast gives if the claim holds.
        published: findings with what they show.

    Returns:
        For, against, mixed or none; and whether one was read.
    """
    read = [one for one in published if one.finding.read]
    stands = {_stand(expected, one.shows) for one in (read or published)}
    if not stands:
        return Evidence.NONE, False
    return (stands.pop() if len(stands) == 1 else Evidence.MIXED), bool(read)


def _stand(expected: Expected, shown: Shown) -> Evidence:
    if shown is Shown.MIXED:
        return Evidence.MIXED
    return Evidence.FOR if str(shown) == str(expected) else Evidence.AGAINST


def checked(result: Result, published: tuple[Published, ...]) -> str:
    """Return the citation of a finding that checks the result's size independently, or an empty text.

    It is the same quantity, was read, has a 95 % interval, and set none of the model's numbers; one of the two
    intervals holds the other's number, and the model's is no wider than four times the published one.

    Args:
        result: the model's.
        published: findings.

    Returns:
        A citation, or "".
    """
    for one in published:
        finding = one.finding
        if one.comparable and finding.read and not finding.used and _same_size(result, finding):
            return finding.citation
    return ""


def _same_size(result: Result, finding: Finding) -> bool:
    if finding.estimate is None or finding.low is None or finding.high is None:
        return False
    held = finding.low <= result.estimate <= finding.high or result.low <= finding.estimate <= result.high
    return held and result.high - result.low <= 4.0 * (finding.high - finding.low)


def is_tested(origin: Origin, check: str) -> bool:
    """Return whether a result is more than what was put in.

    Args:
        origin: of the result.
        check: citation of what checks its size, or "".

    Returns:
        True for emergent results and for sizes that were checked.
    """
    return origin is Origin.EMERGENT or bool(check)


def rule_on(grounds: Grounds) -> Ruling:
    """Return the verdict, by the first rule that fits.

    1. A definition that rules the claim out: disagrees, or mixed where the model is for it.
    2. No published evidence: disagrees where the model is against the claim, else no evidence.
    3. Evidence against: mixed where a tested result is for the claim, and where the evidence was not read while the
       model is not against; else disagrees.
    4. Evidence mixed: mixed.
    5. Evidence for: agrees where a tested result is for the claim and the evidence was read; else mixed.

    Args:
        grounds: result, origin and evidence.

    Returns:
        The verdict and its rule.
    """
    if grounds.definition:
        return _by_definition(grounds)
    match grounds.evidence:
        case Evidence.NONE:
            return _without_evidence(grounds)
        case Evidence.AGAINST:
            return _against(grounds)
        case Evidence.MIXED:
            return Ruling(
                Verdict.MIXED, Rule.FINDINGS_DIFFER, "Published findings disagree with one another, or with themselves."
            )
        case Evidence.FOR:
            return _for(grounds)


def _by_definition(grounds: Grounds) -> Ruling:
    if grounds.found is Found.FOR:
        return Ruling(Verdict.MIXED, Rule.DEFINITION, "The model is for it, the definition is not.")
    return Ruling(Verdict.DISAGREES, Rule.DEFINITION, "Ruled out by definition.")


def _without_evidence(grounds: Grounds) -> Ruling:
    if grounds.found is Found.AGAINST:
        return Ruling(
            Verdict.DISAGREES, Rule.CONTRARY, "The model does not give it, and no published finding is at hand."
        )
    return Ruling(Verdict.NO_EVIDENCE, Rule.UNPUBLISHED, "No published finding is at hand; a model alone is none.")


def _against(grounds: Grounds) -> Ruling:
    if grounds.found is Found.FOR and grounds.tested:
        return Ruling(
            Verdict.MIXED, Rule.TORN, "The model is for it by more than assumption, published findings are against it."
        )
    if not grounds.read and grounds.found is not Found.AGAINST:
        return Ruling(Verdict.MIXED, Rule.TORN, "Findings known only in general are against it, and the model is not.")
    if grounds.found is Found.FOR:
        because = "Published findings are against it; the model is for it only since that was put in."
    else:
        because = "Published findings are against it, and the model is not for it."
    return Ruling(Verdict.DISAGREES, Rule.PUBLISHED_AGAINST, because)


def _for(grounds: Grounds) -> Ruling:
    if grounds.found is not Found.FOR:
        because = f"Published findings are for it, the model's result is {grounds.found}."
        return Ruling(Verdict.MIXED, Rule.NOT_REPRODUCED, because)
    if not grounds.tested:
        because = "Published findings are for it; the model says so only since that was put in, and tests nothing."
        return Ruling(Verdict.MIXED, Rule.PUT_IN, because)
    if not grounds.read:
        because = "The model is for it, and so are findings known only in general, not read here."
        return Ruling(Verdict.MIXED, Rule.NOT_READ, because)
    because = "The model is for it by more than assumption, and so are published findings."
    return Ruling(Verdict.AGREES, Rule.BOTH, because)
