"""The posteriors that a statement on one dyad rests on: as its coder is known, and at the ends of what it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from bowlby.inference.care.axes import STATED, Axis
from bowlby.inference.care.evidence import CareEvidence, care_evidence
from bowlby.inference.care.known_coder import UNKNOWN, KnownCoder
from bowlby.inference.care.misfit import Misfit
from bowlby.inference.care.posterior import CarePosterior, care_posterior
from bowlby.inference.care.rule import CODABLE_THROUGHOUT, WATCHED_SHARE
from bowlby.inference.care.visits_needed import VisitsNeeded
from bowlby.measures.care_blocks import LINES, CareBlocks
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import FRIGHT_TIERS


@dataclass(frozen=True)
class ReadingPlan:
    """How a record is read.

    Args:
        population: whose families are taken to write such records.
        coder: what is known of its error.
        seed: of the draws, 0 <= seed < 2**63.
    """

    population: str = "pooled"
    coder: KnownCoder = UNKNOWN
    seed: int = 0


@dataclass(frozen=True)
class DyadPosteriors:
    """Posteriors of the records of one dyad.

    Args:
        plan: how they were read.
        views: with the coder's error as known or integrated out, and at its two ends.
        sparse: the same with `WATCHED_SHARE` of the time in which frightening acts could be coded.
        misfit: whether the records are unlike what the model writes; None where that was not tested.
        missing: what might bring a statement, by axis.
    """

    plan: ReadingPlan
    views: tuple[CarePosterior, CarePosterior, CarePosterior]
    sparse: tuple[CarePosterior, CarePosterior, CarePosterior]
    misfit: Misfit | None = None
    missing: Mapping[Axis, VisitsNeeded] = field(default_factory=dict)

    @property
    def posterior(self) -> CarePosterior:
        """With the coder's error as it is known, or integrated out."""
        return self.views[0]

    @property
    def fright_throughout(self) -> bool:
        """Whether frightening acts could be coded in as good as all of the observed time."""
        evidence = self.posterior.evidence
        return evidence.fright_hours >= CODABLE_THROUGHOUT * evidence.hours

    def needed(self, axis: Axis) -> VisitsNeeded | None:
        """Return what might bring a statement on an axis, where that is known.

        Args:
            axis: threat or deprivation.
        """
        return self.missing.get(axis)


def read_care(coded: CodedRecord, plan: ReadingPlan | None = None) -> DyadPosteriors:
    """Read the coded records of one dyad.

    Args:
        coded: all its sessions.
        plan: how; None for the defaults.

    Returns:
        The posteriors.

    Raises:
        InputError: the records cannot be read so; see `care_evidence`.
    """
    plan = plan or ReadingPlan()
    evidence = care_evidence(coded)
    views, sparse = (_views(one, plan) for one in (evidence, sparsely_watched(evidence)))
    main = views[0]
    return DyadPosteriors(plan, views, sparse, main.misfit, {axis: main.needed(axis) for axis in STATED})


def sparsely_watched(evidence: CareEvidence, share: float = WATCHED_SHARE) -> CareEvidence:
    """Return evidence as it would be were only a share of frightening acts to happen while watched.

    By the Poisson law the counts of a rate times the share are those of the time times the share.

    Args:
        evidence: of a record.
        share: in (0, 1].

    Returns:
        The same counts in that share of the time in which frightening acts could be coded.
    """
    return replace(evidence, blocks=with_fright_watched(evidence.blocks, share))


def with_fright_watched(blocks: CareBlocks, share: float = WATCHED_SHARE) -> CareBlocks:
    """Return the same counts in a share of the time in which frightening acts could be coded.

    Args:
        blocks: of records.
        share: in (0, 1].

    Returns:
        The records with less exposure to frightening acts of any tier.
    """
    by = np.array([share if line.construct in FRIGHT_TIERS else 1.0 for line in LINES])
    return replace(blocks, exposure=blocks.exposure * by)


def _views(evidence: CareEvidence, plan: ReadingPlan) -> tuple[CarePosterior, CarePosterior, CarePosterior]:
    coders = (plan.coder.context, *plan.coder.ends)
    first, low, high = (care_posterior(evidence, plan.population, coder, seed=plan.seed) for coder in coders)
    return first, low, high
