"""The two marks of a claim, each computed: what published findings say of it, and what the model does with it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bowlby.evidence.claims_register.aspects import EVIDENCE_SAYS, EvidenceMark, ModelMark
from bowlby.evidence.claims_register.claim import Claim, ClaimEvidence, ExpectedDirection, FindingDirection
from bowlby.evidence.claims_register.findings import ClaimFinding
from bowlby.evidence.claims_register.origin import Origin, OriginEvidence
from bowlby.evidence.claims_register.result import ContrastResult, ResultDirection


@dataclass(frozen=True)
class PublishedEvidence:
    """What has been published on a claim.

    Args:
        mark: of a closed set.
        because: what decided, in a sentence.
        sources: citations of what decided; empty where nothing is at hand.
        read: whether what decided was read; a finding known only in general counts where none was read.
    """

    mark: EvidenceMark
    because: str
    sources: tuple[str, ...] = ()
    read: bool = False


def evidence_of(claim: Claim) -> PublishedEvidence:
    """Return what has been published on a claim, with its sources.

    A definition that rules the claim out is against it, whatever was found. Else the findings that were read decide;
    those known only in general count where none was read.

    Args:
        claim: of the register.

    Returns:
        The mark and what decided it.
    """
    if claim.definition:
        return PublishedEvidence(EvidenceMark.AGAINST, "Ruled out by definition.", (claim.definition,), read=True)
    read = [one for one in claim.published if one.finding.read]
    deciding = read or list(claim.published)
    if not deciding:
        return PublishedEvidence(EvidenceMark.NONE, EVIDENCE_SAYS[EvidenceMark.NONE])
    stands = {_stand(claim.expected, one.shows) for one in deciding}
    mark = stands.pop() if len(stands) == 1 else EvidenceMark.CONFLICTING
    sources = tuple(dict.fromkeys(one.finding.citation for one in deciding))
    because = EVIDENCE_SAYS[mark] + ("" if read else " They are known only in general and were not read here.")
    return PublishedEvidence(mark, because, sources, bool(read))


def _stand(expected: ExpectedDirection, shown: FindingDirection) -> EvidenceMark:
    if shown is FindingDirection.BOTH_WAYS:
        return EvidenceMark.CONFLICTING
    return EvidenceMark.FOR if str(shown) == str(expected) else EvidenceMark.AGAINST


def model_mark_of(found: ResultDirection, origin: Origin) -> ModelMark:
    """Return what the model does with a claim.

    A result that is not for the claim does not give it, whatever its origin; one that is for it emerges only where an
    ablation has shown the mechanism that carries it.

    Args:
        found: what the result says of the claim.
        origin: of the result.

    Returns:
        The mark.
    """
    if found is not ResultDirection.FOR:
        return ModelMark.DOES_NOT_GIVE
    return ModelMark.EMERGES if origin is Origin.EMERGENT else ModelMark.PUT_IN


def model_because(result: ContrastResult, found: ResultDirection, descent: OriginEvidence) -> str:
    """Return what decided the model's mark, in a sentence.

    Args:
        result: the contrast's number.
        found: what it says of the claim.
        descent: where it comes from.

    Returns:
        The sentence.
    """
    if found is ResultDirection.FOR:
        return descent.because
    if not math.isfinite(result.estimate):
        return "It gives no number: the plan is refused, or too few children are left."
    if found is ResultDirection.UNCLEAR:
        return "Its interval holds both what is claimed and nothing."
    return "It gives nothing of the size that counts, or the contrary."


def size_check(result: ContrastResult, published: tuple[ClaimEvidence, ...]) -> str:
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


def _same_size(result: ContrastResult, finding: ClaimFinding) -> bool:
    if finding.estimate is None or finding.low is None or finding.high is None:
        return False
    held = finding.low <= result.estimate <= finding.high or result.low <= finding.estimate <= result.high
    return held and result.high - result.low <= 4.0 * (finding.high - finding.low)
