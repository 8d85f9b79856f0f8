"""TrialRuns of a trial: drawn from its pool in portions, and analysed for everything that the trial tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.planning.trials.analyses import analyse
from bowlby.planning.trials.design import FROM_MODEL, Adjustment, Analysis, StudyDesign
from bowlby.planning.trials.effects import OutcomeByArm, outcome_under
from bowlby.planning.trials.endpoints import TrialEndpoint, Visit, endpoints
from bowlby.planning.trials.estimates import TrialEstimates
from bowlby.planning.trials.pool import TrialPool
from bowlby.planning.trials.sampling import TrialLayout, TrialSampler
from bowlby.planning.trials.testing import Test, adjusted, primary_test

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Outcomes = Mapping[Visit, OutcomeByArm]

MOST_NUMBERS = 1_500_000
"""Families of all replicates that are held at once: it bounds memory to some 200 MB."""


@dataclass(frozen=True)
class ReplicateResults:
    """What replicates of a trial found.

    Args:
        tests: estimates of each endpoint.
        seen: share of families whose outcome is seen, of each endpoint, both of its arms together.
        treated: families in treated arms, shape (replicates,).
        lost: share of the first treated arm whose primary outcome is not seen, shape (replicates,).
    """

    tests: tuple[TrialEstimates, ...]
    seen: tuple[float, ...]
    treated: Floats
    lost: Floats

    @property
    def primary(self) -> TrialEstimates:
        """Estimates of the primary outcome."""
        return self.tests[0]


class TrialRuns:
    """Draws trials of a design and analyses them.

    Args:
        design: of the trial.
        pool: children.
        seed: of drawing; each size and purpose has random numbers of its own.
    """

    def __init__(self, design: StudyDesign, pool: TrialPool, seed: int) -> None:
        self.design, self.pool, self._seed = design, pool, seed
        self._drawing = TrialSampler(design, pool)
        self.endpoints: tuple[TrialEndpoint, ...] = endpoints(design)

    def outcomes(self, effect: float | str, *, true: bool = False) -> Outcomes:
        """Return outcomes of the pool under an effect at every visit that is needed.

        Args:
            effect: "model", d, or a text of kind and size.
            true: without error of coder or instrument.

        Returns:
            By measure and age.
        """
        visits = {visit for one in self.endpoints for visit in one.visits}
        primary = self.endpoints[0].measure.name
        return {
            visit: outcome_under(self.pool, self._of_measure(effect, visit), true=true, visit=visit)
            if visit[0] != primary
            else outcome_under(self.pool, effect, true=true, visit=visit)
            for visit in visits
        }

    def _of_measure(self, effect: float | str, visit: Visit) -> float | str:
        """Return what an assumed effect is on another measure: as large, in the direction that the model gives.

        Where a treatment makes more of the primary outcome and less of the other under the model, so does the assumed
        effect.
        """
        if effect == FROM_MODEL:
            return effect
        d = outcome_under(self.pool, effect).d
        own, other = (outcome_under(self.pool, FROM_MODEL, visit=one).difference for one in (None, visit))
        return -d if own * other < 0 else d

    def null(self, outcomes: Outcomes) -> Outcomes:
        """Return outcomes without an effect; with a margin, a primary outcome that is worse by just as much."""
        test, primary = primary_test(self.design), self.endpoints[0]
        odds = primary.analysis is Analysis.LOGISTIC
        worse = -test.sign * test.margin
        return {
            visit: arms.null(worse, odds=odds) if worse and visit[0] == primary.measure.name else arms.null()
            for visit, arms in outcomes.items()
        }

    def found(
        self, outcomes: Outcomes, size: TrialLayout, what: str, replicates: int, *, at_random: bool = False
    ) -> ReplicateResults:
        """Return what replicates find.

        Args:
            outcomes: of the pool at each visit.
            size: of the trial.
            what: purpose of the random numbers.
            replicates: how many.
            at_random: families leave by chance alone.

        Returns:
            Estimates of every endpoint.
        """
        generator = np.random.default_rng([self._seed, size.n, *what.encode()])
        at_once = max(1, MOST_NUMBERS // size.n)
        counts = [min(at_once, replicates - first) for first in range(0, replicates, at_once)]
        primary = outcomes[self.endpoints[0].visit]
        parts: list[ReplicateResults] = []
        for count in counts:
            who = self._drawing.recruits(primary, size, count, generator, at_random=at_random)
            drawn = [self._drawing.drawn(who, outcomes, one) for one in self.endpoints]
            compared = [
                one.against(endpoint.arm, len(self.design.arms))
                for one, endpoint in zip(drawn, self.endpoints, strict=True)
            ]
            tests = tuple(
                analyse(one, endpoint.analysis, self.design)
                for one, endpoint in zip(compared, self.endpoints, strict=True)
            )
            first = drawn[0].arm == 1
            lost = (first & ~drawn[0].seen).sum(axis=1) / np.maximum(first.sum(axis=1), 1.0)
            seen = tuple(float(one.seen.mean()) for one in compared)
            parts.append(ReplicateResults(tests, seen, (who.arm > 0).sum(axis=1).astype(float), lost))
        return _joined(parts, counts)

    def p_values(self, tests: Sequence[TrialEstimates]) -> Floats:
        """Return adjusted p values of all endpoints, shape (endpoints, replicates)."""
        many = self.design.multiplicity
        return adjusted(self.unadjusted(tests), Adjustment.NONE if many is None else many.method)

    def unadjusted(self, tests: Sequence[TrialEstimates]) -> list[Floats]:
        """Return p values of each endpoint as if it alone were tested."""
        return [test.p_values(found) for test, found in zip(self.tests, tests, strict=True)]

    @property
    def tests(self) -> tuple[Test, ...]:
        """The test of each endpoint: as planned for the primary measure, two-sided for the others."""
        first, other = primary_test(self.design), Test(self.design.trial.alpha)
        name = self.design.primary.name
        return tuple(first if one.measure.name == name else other for one in self.endpoints)


def _joined(parts: Sequence[ReplicateResults], counts: Sequence[int]) -> ReplicateResults:
    tests = tuple(
        TrialEstimates(
            np.concatenate([part.tests[place].estimate for part in parts]),
            np.concatenate([part.tests[place].error for part in parts]),
            np.concatenate([part.tests[place].df for part in parts]),
        )
        for place in range(len(parts[0].tests))
    )
    seen = np.average([part.seen for part in parts], axis=0, weights=counts)
    treated, lost = (np.concatenate([getattr(part, name) for part in parts]) for name in ("treated", "lost"))
    return ReplicateResults(tests, tuple(float(one) for one in seen), treated, lost)
