"""What the child has come to expect: states of the model, from what the child does given what the caregiver does.

Never evidence of exposure: nothing here is read by the axes of care, and children of any temper do the same for many
reasons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.inference.care.child_features import child_features
from bowlby.inference.care.coder import CoderContext
from bowlby.inference.care.evidence import CareEvidence, care_evidence, join_sessions
from bowlby.inference.care.network import Ensemble, drawn
from bowlby.inference.care.posterior import (
    DRAWS,
    LEVEL,
    context_of,
    population_name,
    shipped_ensemble,
    shipped_file,
    spread_about_median,
    spread_of,
)
from bowlby.measures.child_blocks import ChildBlocks, child_blocks
from bowlby.records.coded_record import CodedRecord

Floats = npt.NDArray[np.float64]

NOT_EVIDENCE = (
    "What a child is estimated to have come to expect is never evidence of what it was exposed to: children of another "
    "temper do the same, and no estimate of care reads it. It is what children of the model expect who act so under "
    "care like this; no real child's expectations have been measured to test it."
)
NOTHING = "Nothing of the child could be coded: nothing is said of what it has come to expect."
HARDLY = "hardly learnt from such a record"
LEAST_R, MOST_RATIO = 0.3, 0.9
"""A state is hardly learnt where its r with the truth is lower, or its own spread over that before larger."""
_FILE, _CARD = "child_states.npz", "child_states.json"
HEAD = "states"


class Expectation(StrEnum):
    """States of the child, in the order in which the networks have them."""

    RELIEF = "expected relief"
    THREAT = "expected threat"
    EFFICACY = "efficacy"


MEANINGS: Mapping[Expectation, str] = {
    Expectation.RELIEF: "relief expected of asking for it, 0 to 1",
    Expectation.THREAT: "threat expected of the caregiver, 0 to 1",
    Expectation.EFFICACY: "relief after own signals minus relief without them, -1 to 1",
}
_LEAST = 1e-3


def free_states(states: Floats) -> Floats:
    """Return states on the scales on which they are estimated: logit, for efficacy of (1 + x) / 2.

    Args:
        states: in the order of `Expectation` in the last dimension.

    Returns:
        The same shape.
    """
    share = np.concatenate([states[..., :2], 0.5 * (1.0 + states[..., 2:])], axis=-1)
    share = np.clip(share, _LEAST, 1.0 - _LEAST)
    return np.log(share / (1.0 - share))


def natural_states(values: Floats) -> Floats:
    """Return states on their own scales; the inverse of `free_states`.

    Args:
        values: as `free_states` returns them.

    Returns:
        The same shape.
    """
    share = 1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0)))
    return np.concatenate([share[..., :2], 2.0 * share[..., 2:] - 1.0], axis=-1)


@dataclass(frozen=True)
class StateNetworks:
    """What training wrote.

    Args:
        states: networks from features to the states, on their free scales.
        card: how they were made, and what comes back.
    """

    states: Ensemble
    card: Mapping[str, Any]

    def draws(self, features: Floats, hours: Floats, count: int, generator: np.random.Generator) -> Floats:
        """Return draws of the states on their free scales, spread as the calibration by length asks.

        Args:
            features: shape (records, features).
            hours: watched, shape (records,).
            count: draws of each.
            generator: of chances.

        Returns:
            Shape (records, draws, states).
        """
        factors = [spread_of(self.card, state, hours) for state in Expectation]
        return spread_about_median(drawn(self.states.mixture(features), count, generator), factors)


@cache
def shipped_states() -> StateNetworks:
    """Return the networks that come with bowlby.

    Returns:
        Networks and card.
    """
    arrays, card = shipped_file(_FILE, _CARD)
    return StateNetworks(shipped_ensemble(arrays, card, HEAD), card)


@dataclass(frozen=True)
class StateRecovery:
    """What comes back of a state from simulated records that are coded in full.

    Args:
        minutes: watched in all.
        r: of medians with the truth, beyond what age and population say.
        coverage90: share of 90 % intervals that hold the truth.
        sd_ratio: spread over that before the record, on the free scale, mean.
        n: records.
    """

    minutes: float
    r: float
    coverage90: float
    sd_ratio: float
    n: int

    @property
    def words(self) -> str:
        """The recovery in words."""
        return (
            f"in simulated records of {self.minutes:g} minutes, coded in full: r {self.r:.2f} beyond age, 90 % "
            f"intervals held {100.0 * self.coverage90:.0f} %, spread {self.sd_ratio:.2f} of that before"
        )


@dataclass(frozen=True)
class StateEstimate:
    """One state.

    Args:
        state: which.
        median: on its own scale.
        low: end of the 90 % interval.
        high: the other end.
        before: median and ends before the record, of a child of this age.
        sd_ratio: spread over that before the record, on the free scale.
        recovery: at the length nearest to the record's.
    """

    state: Expectation
    median: float
    low: float
    high: float
    before: tuple[float, float, float]
    sd_ratio: float
    recovery: StateRecovery

    @property
    def hardly_learnt(self) -> bool:
        """Whether the record says next to nothing of it."""
        return self.sd_ratio > MOST_RATIO or self.recovery.r < LEAST_R

    @property
    def line(self) -> str:
        """The estimate in words."""
        end = f"; {HARDLY}" if self.hardly_learnt else ""
        return (
            f"{self.state}: {self.median:.2f}, 90 % interval {self.low:.2f} to {self.high:.2f} "
            f"({MEANINGS[self.state]}; before the record {self.before[1]:.2f} to {self.before[2]:.2f}); "
            f"{self.recovery.words}{end}"
        )

    def as_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "median": self.median,
            "low": self.low,
            "high": self.high,
            "meaning": MEANINGS[self.state],
            "before": dict(zip(("median", "low", "high"), self.before, strict=True)),
            "sd_ratio": self.sd_ratio,
            "hardly_learnt": self.hardly_learnt,
            "recovery": vars(self.recovery) | {"words": self.recovery.words},
        }


@dataclass(frozen=True)
class ChildStates:
    """What a child has come to expect by the end of the visits.

    Args:
        states: estimates; empty where nothing of the child could be coded.
        draws: of each state on its own scale, shape (draws,); empty likewise.
        population: in which the records were read.
    """

    states: Mapping[Expectation, StateEstimate]
    draws: Mapping[Expectation, Floats]
    population: str

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it in words, and what it is not."""
        if not self.states:
            return (NOTHING,)
        return (*(one.line for one in self.states.values()), NOT_EVIDENCE)

    def as_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "codable": bool(self.states),
            "states": {str(state): one.as_dict() for state, one in self.states.items()},
            "said": list(self.lines),
            "not_evidence": NOT_EVIDENCE,
            "population": self.population,
        }


def child_states(
    records: CodedRecord | Sequence[CodedRecord],
    population: str = "pooled",
    seed: int = 0,
    coder: CoderContext | None = None,
) -> ChildStates:
    """Return what the child of one dyad has come to expect by the end of its last visit.

    Args:
        records: coded records of one child with one caregiver.
        population: in which families they are read: pooled, low-risk, at risk.
        seed: of the draws.
        coder: how the coder errs; None for unknown.

    Returns:
        Estimates with intervals, and the recovery that they have; none where nothing of the child could be coded.

    Raises:
        InputError: as `care_evidence`, or there is no such population.
    """
    parts = [records] if isinstance(records, CodedRecord) else list(records)
    evidence, name = care_evidence(parts), population_name(population)
    blocks = join_sessions([child_blocks(one) for one in parts])
    if not blocks.exposure.any():
        return ChildStates({}, {}, name)
    found, before = _read(evidence, blocks, name, (seed, coder))
    own, prior = natural_states(found), natural_states(before)
    states = {
        state: StateEstimate(
            state,
            *_interval(own[:, place]),
            before=_interval(prior[:, place]),
            sd_ratio=float(found[:, place].std() / before[:, place].std()),
            recovery=recovery_at(state, 60.0 * evidence.hours),
        )
        for place, state in enumerate(Expectation)
    }
    return ChildStates(states, {state: own[:, place] for place, state in enumerate(Expectation)}, name)


def _read(
    evidence: CareEvidence, blocks: ChildBlocks, population: str, how: tuple[int, CoderContext | None]
) -> tuple[Floats, Floats]:
    """Return draws after the record, and before it: as of one in which nothing could be coded."""
    networks, hours = shipped_states(), np.array([evidence.hours])
    seed, coder = how
    context = context_of(evidence, population, coder)
    read = child_features(blocks, evidence.blocks, context)
    rows = np.concatenate([read, uncoded(read, networks.card["features"])])
    after, before = networks.draws(rows, np.repeat(hours, 2), DRAWS, np.random.default_rng([seed, 3]))
    return after, before


def uncoded(features: Floats, names: Sequence[str]) -> Floats:
    """Return features of the same children, visits and coders in which nothing could be coded.

    Args:
        features: shape (records, features).
        names: of the features.

    Returns:
        The same shape.
    """
    found = np.full_like(features, np.nan)
    for place, name in enumerate(names):
        if name.startswith("codable"):
            found[:, place] = 0.0
        elif name.startswith("context") or name in ("missed", "false", "displaced"):
            found[:, place] = features[:, place]
    return found


def _interval(draws: Floats) -> tuple[float, float, float]:
    median, low, high = np.quantile(draws, [0.5, (1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(median), float(low), float(high)


def recovery_at(state: Expectation, minutes: float) -> StateRecovery:
    """Return what comes back of a state at the length nearest to a record's, on the log scale.

    Args:
        state: which.
        minutes: watched in all, > 0.

    Returns:
        From the card of the networks.
    """
    rows = [row for row in shipped_states().card["recovery"] if row["state"] == str(state)]
    row = min(rows, key=lambda one: abs(np.log(one["minutes"] / max(minutes, 1e-3))))
    return StateRecovery(**{name: row[name] for name in StateRecovery.__dataclass_fields__})
