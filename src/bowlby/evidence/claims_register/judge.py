"""All claims judged: lived, measured, traced to their origin, and held against what has been published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.evidence.claims_register.aspects import EvidenceMark, ModelMark
from bowlby.evidence.claims_register.claim import ROWS, Claim
from bowlby.evidence.claims_register.contrast import Contrast, needs_of
from bowlby.evidence.claims_register.lives import ClaimLives, ClaimSampleSizes, Need
from bowlby.evidence.claims_register.marks import (
    PublishedEvidence,
    evidence_of,
    model_because,
    model_mark_of,
    size_check,
)
from bowlby.evidence.claims_register.origin import OriginEvidence, ablation_origin, built_in_origin
from bowlby.evidence.claims_register.result import ContrastResult, ResultDirection, found_of
from bowlby.evidence.claims_register.rows import CLAIMS
from bowlby.lives.arm_lives import RunMonitor

Floats = npt.NDArray[np.float64]

DRAWS = 500
"""Of the Bayesian bootstrap over children."""

QUICK = ClaimSampleSizes(256, 256)
"""Children where a first look is enough."""


@dataclass(frozen=True)
class JudgedClaim:
    """A claim with all that was found.

    Args:
        claim: of the register.
        result: the contrast's number.
        found: what it says of the claim.
        descent: where it comes from.
        check: citation of the finding that checks its size, or "".
        evidence: what has been published on it.
    """

    claim: Claim
    result: ContrastResult
    found: ResultDirection
    descent: OriginEvidence
    check: str
    evidence: PublishedEvidence

    @property
    def model_mark(self) -> ModelMark:
        """What the model does with the claim."""
        return model_mark_of(self.found, self.descent.origin)

    def as_dict(self) -> dict[str, object]:
        """Return the row of the command contract, with what explains it."""
        claim, result = self.claim, self.result
        return {
            "id": claim.id,
            "row": claim.row,
            "side": str(claim.side),
            "aspect": str(claim.aspect),
            "claim": claim.says,
            "contrast": claim.contrast.words(),
            "unit": claim.contrast.unit,
            "expected": str(claim.expected),
            "model": _finite(result.estimate),
            "low": _finite(result.low),
            "high": _finite(result.high),
            "found": str(self.found),
            "origin": str(self.descent.origin),
            "origin_because": self.descent.because,
            "mechanism": claim.mechanism or None,
            "without_it": None if self.descent.ablated is None else _finite(self.descent.ablated),
            "published": [
                {
                    "figure": one.finding.figure,
                    "shows": str(one.shows),
                    "citation": one.finding.citation,
                    "row": one.finding.id or None,
                    "read": one.finding.read,
                    "comparable": one.comparable,
                }
                for one in claim.published
            ],
            "citation": "; ".join(dict.fromkeys(one.finding.citation for one in claim.published)) or None,
            "checked_by": self.check or None,
            "definition": claim.definition or None,
            "evidence": str(self.evidence.mark),
            "evidence_because": self.evidence.because,
            "evidence_from": list(self.evidence.sources),
            "evidence_read": self.evidence.read,
            "model_mark": str(self.model_mark),
            "model_because": model_because(result, self.found, self.descent),
        }


def _finite(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None


def select_claims(row: str | None) -> tuple[Claim, ...]:
    """Return the claims of one row, or all.

    Args:
        row: such as "M11"; None for all.

    Returns:
        Claims in the register's order.

    Raises:
        InputError: there is no such row.
    """
    if row is None:
        return CLAIMS
    wanted = row.strip().upper()
    if wanted not in ROWS:
        raise InputError("there is no such row", column="--row", value=row, remedy=f"Known: {', '.join(ROWS)}.")
    return tuple(claim for claim in CLAIMS if claim.row == wanted)


def judge(
    claims: Sequence[Claim] = CLAIMS,
    numbers: ClaimSampleSizes | None = None,
    *,
    folder: Path | None = None,
    watching: RunMonitor | None = None,
) -> tuple[JudgedClaim, ...]:
    """Test claims and return each with its two marks.

    Each kind of care is lived once for all claims; ablated lives only where a result is neither put in nor fitted.

    Args:
        claims: of the register, or others of the same form.
        numbers: of children; None for the defaults.
        folder: where finished arms are kept, so that the same call goes on after an interruption; None keeps none.
        watching: called with child episodes, and asked whether to stop.

    Returns:
        Marks in the order of the claims.

    Raises:
        CancelledError: `watching` said so.
    """
    return judge_on(claims, lives_for(claims, numbers, folder=folder, watching=watching))


def lives_for(
    claims: Sequence[Claim],
    numbers: ClaimSampleSizes | None = None,
    *,
    also: Sequence[Need] = (),
    folder: Path | None = None,
    watching: RunMonitor | None = None,
) -> ClaimLives:
    """Return the lives that claims need, not lived yet.

    Args:
        claims: to be judged.
        numbers: of children; None for the defaults.
        also: further arms and ages to be read.
        folder: where finished arms are kept, or None.
        watching: called with child episodes, and asked whether to stop.

    Returns:
        The lives.

    Raises:
        InputError: an arm cannot be lived.
    """
    needs = _needs(claims, {claim.id: built_in_origin(claim) for claim in claims})
    return ClaimLives([*needs, *also], numbers or ClaimSampleSizes(), folder=folder, watching=watching)


def judge_on(claims: Sequence[Claim], lives: ClaimLives) -> tuple[JudgedClaim, ...]:
    """Return each claim with its two marks, from given lives.

    Args:
        claims: to be judged.
        lives: of `lives_for` for these claims.

    Returns:
        Marks in the order of the claims.

    Raises:
        CancelledError: the lives were stopped.
    """
    draws = BootstrapDraws(lives.numbers)
    return tuple(_judged(claim, built_in_origin(claim), lives, draws) for claim in claims)


def _needs(claims: Iterable[Claim], origins: Mapping[str, OriginEvidence | None]) -> list[Need]:
    found: list[Need] = []
    for claim in claims:
        found += needs_of(claim.contrast)
        if origins[claim.id] is None:
            found += needs_of(claim.contrast.without(claim.mechanism))
    return found


class BootstrapDraws:
    """Weights of the children and normals for the doubt of interventions, shared by all claims.

    Args:
        numbers: of children, and the seed.
    """

    def __init__(self, numbers: ClaimSampleSizes) -> None:
        generator = np.random.default_rng(numbers.seed)
        children = max(numbers.children, numbers.fewer)
        weights = generator.standard_exponential((DRAWS, children))
        self.weights = np.vstack([np.ones(children), weights])
        self.doubt = np.concatenate([[0.0], generator.standard_normal(DRAWS)])

    def result(self, contrast: Contrast, lives: ClaimLives) -> ContrastResult:
        """Return a contrast's number with its 95 % interval, NaN where there is none."""
        drawn = contrast.statistic(lives)(self.weights, self.doubt)
        spread = drawn[1:][np.isfinite(drawn[1:])]
        if not np.isfinite(drawn[0]) or spread.size < DRAWS // 2:
            return ContrastResult(float("nan"), float("nan"), float("nan"), contrast.least)
        low, high = (float(end) for end in np.percentile(spread, (2.5, 97.5)))
        return ContrastResult(float(drawn[0]), low, high, contrast.least)


def _judged(claim: Claim, origin: OriginEvidence | None, lives: ClaimLives, draws: BootstrapDraws) -> JudgedClaim:
    result = draws.result(claim.contrast, lives)
    if origin is None:
        ablated = draws.result(claim.contrast.without(claim.mechanism), lives)
        origin = ablation_origin(claim.mechanism, result.estimate, ablated.estimate, result.least)
    found = found_of(claim.expected, result)
    return JudgedClaim(claim, result, found, origin, size_check(result, claim.published), evidence_of(claim))


def summary(judged: Sequence[JudgedClaim]) -> dict[str, dict[str, int]]:
    """Return how many claims have each mark and each origin.

    Args:
        judged: claims with their marks.

    Returns:
        Counts under "evidence_marks", "model_marks" and "origins".
    """
    evidence = Counter(one.evidence.mark for one in judged)
    model = Counter(one.model_mark for one in judged)
    origins = Counter(str(one.descent.origin) for one in judged)
    return {
        "evidence_marks": {str(mark): evidence[mark] for mark in EvidenceMark},
        "model_marks": {str(mark): model[mark] for mark in ModelMark},
        "origins": dict(sorted(origins.items())),
    }
