"""Recovery: can the posterior of simulated dyads be trusted, and what does a short record leave open?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from bowlby.infer.density import DEVIATING, prior_of
from bowlby.infer.posterior import IDENTIFIABLE_20MIN, LEVEL, Posterior, posterior
from bowlby.model.caregiver import Caregiver, usual_caregiver
from bowlby.model.child import usual_child
from bowlby.model.parameters import CAREGIVER_NAMES, lookup
from bowlby.records.coded import CodedRecord
from bowlby.records.identity import coded_as_itself
from bowlby.records.record import Record
from bowlby.simulate.dyad import simulate_dyad

Floats = npt.NDArray[np.float64]

COVERAGE_ALLOWED = (0.83, 0.97)
SD_RATIO_ALLOWED = 0.6

TRUTHS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "answer_probability": (0.2, 0.95),
        "answer_slope": (-1.0, 3.0),
        "latency_median": (0.8, 5.0),
        "latency_spread": (0.4, 1.0),
        "warm_share": (0.1, 0.9),
        "engagement_rate": (15.0, 240.0),
        "intrusion_share": (0.03, 0.6),
        "fright_startle_rate": (0.2, 3.0),
        "fright_frightening_rate": (0.02, 0.5),
        "fright_harsh_rate": (0.02, 0.5),
        "fright_abusive_rate": (0.0005, 0.02),
        "fright_contingent_share": (0.1, 0.6),
        "regime_share": (0.05, 0.4),
        "regime_sojourn": (5.0, 30.0),
        "presence_share": (0.4, 0.9),
    }
)
"""Truths are uniform between these ends on the transformed scale: another distribution than the normal priors."""

SESSION_DEVIATION = 0.3
"""Session care departs from usual care by this many prior sds, uniformly rather than normally distributed."""


@dataclass(frozen=True)
class Dyad:
    """One simulated dyad with its truth.

    Args:
        usual: usual care, which the posterior is asked for.
        record: one session of it, coded.
    """

    usual: Caregiver
    record: CodedRecord


@dataclass(frozen=True)
class Recovered:
    """How one parameter came back over all dyads.

    Args:
        name: parameter.
        coverage: share of dyads whose 90 % interval held the truth.
        sd_ratio: mean posterior over prior sd on the transformed scale.
        correlation: between posterior mean and truth on the transformed scale.
        bias: mean of (posterior mean - truth) in prior sds.
        dyads: number of dyads.
        identifiable: whether a short record tells it: mean sd ratio below .6.
    """

    name: str
    coverage: float
    sd_ratio: float
    correlation: float
    bias: float
    dyads: int
    identifiable: bool


def simulate_truths(dyads: int, minutes: float, seed: int) -> tuple[Dyad, ...]:
    """Return dyads whose usual care comes from `TRUTHS`, each watched once.

    Args:
        dyads: how many, >= 1.
        minutes: length of each session, > 0.
        seed: 0 <= seed < 2**63.

    Returns:
        The dyads.

    Raises:
        InputError: minutes or seed cannot be used.
    """
    rng = np.random.Generator(np.random.Philox(key=seed))
    found: list[Dyad] = []
    for number in range(dyads):
        free = draw_truth(rng)
        session = _departed(free, rng)
        record = simulate_dyad(caregiver_of(session), usual_child(), minutes, seed * 100_003 + number)
        found.append(Dyad(caregiver_of(free), coded_as_itself(record)))
    return tuple(found)


def simulate_sessions(sessions: int, minutes: float, seed: int, number: int) -> tuple[Record, ...]:
    """Return sessions of one dyad whose usual care comes from `TRUTHS`.

    Args:
        sessions: how many, >= 1.
        minutes: length of each, > 0.
        seed: 0 <= seed < 2**63.
        number: of the dyad, >= 0; equal seeds and numbers give equal records, whatever other dyads there are.

    Returns:
        The records, in order.

    Raises:
        InputError: minutes or seed cannot be used.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, number]))
    free = draw_truth(rng)
    cares = [caregiver_of(_departed(free, rng)) for _ in range(sessions)]
    seeds = rng.integers(0, 2**62, sessions).tolist()
    return tuple(simulate_dyad(care, usual_child(), minutes, word) for care, word in zip(cares, seeds, strict=True))


def _departed(free: Mapping[str, float], rng: np.random.Generator) -> dict[str, float]:
    """Return care in one session: usual care and a departure from it."""
    session = dict(free)
    for name in DEVIATING:
        session[name] += SESSION_DEVIATION * prior_of(name).scale * rng.uniform(-np.sqrt(3), np.sqrt(3))
    return session


def draw_truth(rng: np.random.Generator) -> dict[str, float]:
    """Return care drawn from `TRUTHS`.

    Args:
        rng: source of randomness.

    Returns:
        Values by name on the transformed scale.
    """
    return {name: rng.uniform(lookup(name).free(low), lookup(name).free(high)) for name, (low, high) in TRUTHS.items()}


def caregiver_of(free: Mapping[str, float]) -> Caregiver:
    """Return the caregiver with these parameters, the others as usual.

    Args:
        free: values by name on the transformed scale.

    Returns:
        The caregiver.
    """
    return usual_caregiver()._replace(**{name: lookup(name).natural(value) for name, value in free.items()})


def recover(dyads: Sequence[Dyad], *, seed: int = 0) -> tuple[Recovered, ...]:
    """Return how each caregiver parameter comes back from one session a dyad.

    Args:
        dyads: simulated dyads with their truths.
        seed: 0 <= seed < 2**63.

    Returns:
        One row a parameter of the caregiver.
    """
    posteriors = [posterior(dyad.record, seed=seed + number) for number, dyad in enumerate(dyads)]
    return tuple(_recovered(name, dyads, posteriors) for name in CAREGIVER_NAMES)


def _recovered(name: str, dyads: Sequence[Dyad], posteriors: Sequence[Posterior]) -> Recovered:
    prior = prior_of(name)
    truth = np.array([lookup(name).free(float(getattr(dyad.usual, name))) for dyad in dyads])
    edge = (1 - LEVEL) / 2
    draws = [found.free[name].ravel() for found in posteriors]
    low, high = np.array([np.quantile(one, [edge, 1 - edge]) for one in draws]).T
    mean = np.array([one.mean() for one in draws])
    ratio = float(np.mean([one.std() for one in draws]) / prior.scale)
    return Recovered(
        name,
        float(np.mean((low <= truth) & (truth <= high))),
        ratio,
        float(np.corrcoef(mean, truth)[0, 1]),
        float(np.mean(mean - truth) / prior.scale),
        len(dyads),
        ratio < SD_RATIO_ALLOWED,
    )


def table(rows: Sequence[Recovered]) -> str:
    """Return the recovery table as markdown.

    Args:
        rows: from `recover`.

    Returns:
        One line a parameter; those that a short record cannot tell say so.
    """
    head = (
        "| parameter | coverage of 90 % intervals | posterior / prior sd | r with truth | bias (prior sd) | verdict |\n"
        "|---|---|---|---|---|---|"
    )
    lines = [
        f"| {row.name} | {row.coverage:.3f} | {row.sd_ratio:.2f} | {row.correlation:.2f} | {row.bias:+.2f} | "
        f"{_told(row)} |"
        for row in rows
    ]
    return "\n".join([head, *lines])


def _told(row: Recovered) -> str:
    if row.name in IDENTIFIABLE_20MIN:
        return "identifiable"
    return "identifiable here" if row.identifiable else "not identifiable"
