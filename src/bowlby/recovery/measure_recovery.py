"""Recovery of measures: do the measures of simulated ordinary records come back to what generated them?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import polars as pl

from bowlby.measures import contingency, density, entropy_rate, latency
from bowlby.measures.confidence import share_interval
from bowlby.measures.episodes import episodes
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure
from bowlby.model import registry
from bowlby.model.life.body import entropy_share
from bowlby.model.registry import MOMENTS
from bowlby.records.coded_record import CodedRecord
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.procedures import ordinary
from bowlby.simulation.visits import VisitPlan, observe

AGE = 12.0
"""Months at which the children are watched."""
LENGTHS = ((10.0, 200), (60.0, 200), (300.0, 40))
"""Minutes of a record, and how many children are watched for so long."""
REFERENCE = (300.0, 256)
"""The same for the independent simulation that gives pooled values."""
SHIFTS = 1
"""Circular shifts: they make the chance baseline and its p, neither of which is looked at here."""

STEADY: Mapping[str, float] = MappingProxyType({"sojourn_available": 2000.0, "sojourn_unavailable": 0.02})
"""Usual care without spells of unavailability: what is left of bias and undercoverage is the record's or measure's."""
CARE: Mapping[str, Mapping[str, float]] = MappingProxyType({"steady": STEADY, "usual": {}})


class TruthSource(StrEnum):
    """Where a generating value comes from."""

    ANALYTIC = "analytic"
    POOLED = "pooled"


FITTED = "answer latency median, fitted: other cues"
MEDIAN = "response latency median: other cues"
DELTA_P = "delta P: other cues"
WARM = "warm acts noticed"
ENTROPY = entropy_rate.CORRECTED
NAMES: Mapping[str, TruthSource] = MappingProxyType(
    {
        FITTED: TruthSource.ANALYTIC,
        MEDIAN: TruthSource.POOLED,
        DELTA_P: TruthSource.POOLED,
        WARM: TruthSource.POOLED,
        ENTROPY: TruthSource.ANALYTIC,
    }
)
"""The measures, as `bowlby measure` names them."""


@dataclass(frozen=True)
class MeasureRecovery:
    """How one measure came back from records of one length.

    Args:
        name: of the measure.
        minutes: length of each record.
        children: records.
        assessed: records that gave an estimate and both ends of its interval.
        truth: the generating value, in the measure's unit.
        source: where that value comes from.
        bias: mean of estimate less truth.
        spread: standard deviation of the estimates.
        covered: assessed records whose 95 % interval held the truth.
    """

    name: str
    minutes: float
    children: int
    assessed: int
    truth: float
    source: TruthSource
    bias: float
    spread: float
    covered: int

    @property
    def coverage(self) -> float:
        """Return the share of assessed records whose interval held the truth; nan where there is none."""
        return self.covered / self.assessed if self.assessed else math.nan


def latency_median(setting: Mapping[str, float]) -> float:
    """Return the median time to the first act of an answer: 60 m s seconds, the answer's median m in minutes.

    Args:
        setting: caregiver parameters; those not named are at their defaults.

    Returns:
        Seconds.
    """
    share = next(entry.default for entry in MOMENTS if entry.name == "first_act_share")
    return 60.0 * _trait(setting, "latency_median") * share


def signal_entropy(setting: Mapping[str, float]) -> float:
    """Return the entropy rate of the sensory signals: - p log2 p - 6 q log2 q, p = o + (1 - o) / 7, q = (1 - o) / 7.

    One successor of each of the eight states is favoured by the order o, the six others share the rest.

    Args:
        setting: caregiver parameters; those not named are at their defaults.

    Returns:
        Bits per transition.
    """
    return entropy_rate.CEILING * float(entropy_share(np.float64(_trait(setting, "signal_order"))))


def _trait(setting: Mapping[str, float], name: str) -> float:
    return setting.get(name, registry.lookup(name).default)


def ordinary_intervals(setting: Mapping[str, float], minutes: float, children: int, seed: int) -> CodedRecord:
    """Return an ordinary interval with each of some children, all under caregivers of exactly one setting.

    Args:
        setting: caregiver parameters; those not named are at their defaults.
        minutes: length of each record, > 0.
        children: how many, >= 1.
        seed: of all chances.

    Returns:
        The coded record, one session a child.

    Raises:
        InputError: the minutes or the seed cannot be used.
    """
    design = CohortDesign(children, (Care(AGE, dict(setting), spread=0.0),), seed=seed)
    return coded_as_itself(observe(design, VisitPlan(ordinary(minutes), departure=0.0)).record)


def recovered_measures(coded: CodedRecord) -> list[Measure]:
    """Return the measures of `NAMES` of each session.

    Args:
        coded: a record in the closed vocabulary.

    Returns:
        What `bowlby measure` gives, by session; fewer circular shifts change none of them.
    """
    rule = EpisodeRule.from_settings(coded.settings)
    found: list[Measure] = []
    for session in coded.sessions:
        every = latency.measures_of(coded, rule, session, 0) + density.measures_of(coded, rule, session, 0)
        every += contingency.measures_of(coded, rule, session, 0, shifts=SHIFTS)
        every += entropy_rate.measures_of(coded, rule, session, 0)
        found += [measure for measure in every if measure.name in NAMES]
    return found


def generating_values(setting: Mapping[str, float], reference: CodedRecord) -> dict[str, float]:
    """Return the generating value of each measure: analytic where there is one, else pooled over a large simulation.

    Args:
        setting: caregiver parameters; those not named are at their defaults.
        reference: many long records under that setting, independent of those to be judged.

    Returns:
        Values by name of measure.
    """
    return {
        FITTED: latency_median(setting),
        MEDIAN: _pooled_median(reference),
        DELTA_P: _pooled_delta_p(reference),
        WARM: _mean(reference, WARM),
        ENTROPY: signal_entropy(setting),
    }


def _pooled_median(coded: CodedRecord) -> float:
    rule = EpisodeRule.from_settings(coded.settings)
    cues = latency.CUE_CLASSES[1]
    table = episodes(coded, rule).filter(pl.col("distress") == cues.distress)
    measures = latency.latency_measures(table, rule, "all", cues)
    found = next(measure for measure in measures if measure.name == MEDIAN)
    return math.nan if found.estimate is None else found.estimate


def _pooled_delta_p(coded: CodedRecord) -> float:
    rule, cues = EpisodeRule.from_settings(coded.settings), latency.CUE_CLASSES[1]
    total = np.zeros(8)
    for session in coded.sessions:
        windows, answers = contingency.observed_windows(coded, rule, session, cues)
        total += contingency.contingency(windows, answers, SHIFTS, np.random.default_rng(0)).counts
    return float(contingency.delta_p(total))


def _mean(coded: CodedRecord, name: str) -> float:
    known = [m.estimate for m in recovered_measures(coded) if m.name == name and m.estimate is not None]
    return float(np.mean(known))


def judge(measures: Sequence[Measure], truths: Mapping[str, float], minutes: float) -> tuple[MeasureRecovery, ...]:
    """Return bias and coverage of each measure over the records of one length.

    Args:
        measures: of all records.
        truths: generating values by name.
        minutes: length of each record.

    Returns:
        One row a measure, in the order of `NAMES`.
    """
    return tuple(_judged([m for m in measures if m.name == name], truths[name], minutes) for name in NAMES)


def _judged(measures: Sequence[Measure], truth: float, minutes: float) -> MeasureRecovery:
    name = measures[0].name
    known = [
        (m.estimate, m.low, m.high)
        for m in measures
        if m.estimate is not None and m.low is not None and m.high is not None
    ]
    values = np.array(known, dtype=np.float64).reshape(-1, 3)
    return MeasureRecovery(
        name,
        minutes,
        len(measures),
        len(known),
        truth,
        NAMES[name],
        float(values[:, 0].mean()) - truth if known else math.nan,
        float(values[:, 0].std(ddof=1)) if len(known) > 1 else math.nan,
        int(((values[:, 1] <= truth) & (truth <= values[:, 2])).sum()),
    )


def recover(setting: Mapping[str, float], *, seed: int = 0) -> tuple[MeasureRecovery, ...]:
    """Return how the measures come back from 10, 60 and 300 minutes under one setting.

    Args:
        setting: caregiver parameters; those not named are at their defaults.
        seed: of all chances; the reference has the next one.

    Returns:
        A row for each measure and length.

    Raises:
        InputError: the seed cannot be used.
    """
    truths = generating_values(setting, ordinary_intervals(setting, *REFERENCE, seed + 1))
    return tuple(
        row
        for minutes, children in LENGTHS
        for row in judge(recovered_measures(ordinary_intervals(setting, minutes, children, seed)), truths, minutes)
    )


def table(rows: Sequence[MeasureRecovery]) -> str:
    """Return the recovery table as markdown.

    Args:
        rows: from `recover`.

    Returns:
        One line a row, by measure and length.
    """
    head = (
        "| measure | generating value | minutes | assessed | bias | sd | coverage of 95 % intervals |\n"
        "|---|---|---|---|---|---|---|"
    )
    order = list(NAMES)
    lines = [_line(row) for row in sorted(rows, key=lambda row: (order.index(row.name), row.minutes))]
    return "\n".join([head, *lines])


def _line(row: MeasureRecovery) -> str:
    start = f"| {row.name} | {row.truth:.3g} ({row.source}) | {row.minutes:g} | {row.assessed} of {row.children} |"
    if not row.assessed:
        return f"{start} | | none was assessed |"
    low, high = share_interval(row.covered, row.assessed)
    return f"{start} {row.bias:+.3g} | {row.spread:.3g} | {row.coverage:.2f} ({low:.2f} to {high:.2f}) |"


def main() -> None:
    """Print the tables of docs/recovery-of-measures.md."""
    import sys

    from bowlby.simulation.entry import prepare_jax

    prepare_jax()
    for name, setting in CARE.items():
        sys.stdout.write(f"\n{name}\n{table(recover(setting, seed=1))}\n")


if __name__ == "__main__":
    main()
