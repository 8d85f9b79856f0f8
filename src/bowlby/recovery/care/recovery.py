"""Do the axes come back: coverage, error and calibrated statements on records that no network saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.inference.care import rule
from bowlby.inference.care.axes import STATED, Axis
from bowlby.inference.care.features import MASKS, masked
from bowlby.inference.care.posterior import CareNetworks, shipped_networks
from bowlby.measures.care_blocks import CareBlocks
from bowlby.recovery.care.examples import TEMPLATES, joined_blocks
from bowlby.recovery.care.reading import BatchPosteriors, BatchReader, read_batch
from bowlby.recovery.training_records import PART, TrainingPlan, blocks_of_part, training_part

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LENGTHS: tuple[float, ...] = (20.0, 60.0, 180.0, 600.0)
"""Minutes in all, over all visits."""
LEVEL = 0.90


@dataclass(frozen=True)
class AxisRow:
    """One axis at one length.

    Args:
        axis: which.
        minutes: watched in all.
        sessions: visits, a day apart.
        coverage90: share of 90 % intervals that hold the truth.
        crps: mean continuous ranked probability score, on the axis' own scale; on the log scale for threat.
        sd_ratio: posterior over prior standard deviation on the same scale, mean.
        told_above: share of records that are stated to be above.
        told_below: share that are stated to be below.
        wrong_above: share of those stated to be above that are not; None where none is.
        wrong_below: share of those stated to be below that are above; None where none is.
        stated_above: what their posteriors say that share is, mean of 1 - P.
        stated_below: the same for below, mean of P.
        high_told_below: share of the truly above that are stated to be below.
        n: records.
    """

    axis: str
    minutes: float
    sessions: int
    coverage90: float
    crps: float
    sd_ratio: float
    told_above: float
    told_below: float
    wrong_above: float | None
    wrong_below: float | None
    stated_above: float | None
    stated_below: float | None
    high_told_below: float | None
    n: int

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return dict(vars(self))


@dataclass(frozen=True)
class AxesRecovery:
    """What comes back of the axes.

    Args:
        rows: by axis and length.
        base_rates: share of the population above each cut.
        population: whose families wrote the records, and in which they are read.
        own_child: whether each caregiver was watched with the child that it raised.
        template: what was coded.
        seed: of all chances.
    """

    rows: tuple[AxisRow, ...]
    base_rates: dict[str, float]
    population: str
    own_child: bool
    template: str
    seed: int

    def as_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "axes": [row.as_dict() for row in self.rows],
            "base_rates": self.base_rates,
            "population": self.population,
            "own_child": self.own_child,
            "template": self.template,
            "seed": self.seed,
        }


class RecoveryRecords(NamedTuple):
    """Records of one length.

    Args:
        blocks: as coded with error.
        age: months.
        truth: of the axes on their own scales, shape (records, axes).
        error: of each coder.
    """

    blocks: CareBlocks
    age: Floats
    truth: Floats
    error: Floats


def records_of(
    children: int, minutes: float, sessions: int, seed: int, *, own_child: bool = False, proposal: str = "population"
) -> RecoveryRecords:
    """Return records of families, each watched for some minutes in all, coded by coders who err.

    Args:
        children: how many, >= 1.
        minutes: in all, > 0.
        sessions: visits, a day apart, >= 1.
        seed: of all chances; the same children at any length.
        own_child: whether each caregiver is watched with the child that it raised.
        proposal: where families are drawn.

    Returns:
        The records.

    Raises:
        InputError: they cannot be made.
    """
    plan = TrainingPlan(children, proposal, 1, own_child, visits=((sessions, minutes / sessions),), seed=seed)
    parts = [training_part(plan, part) for part in range(-(-children // PART))]
    blocks = joined_blocks([blocks_of_part(part, 0) for part in parts])
    age, truth, error = (np.concatenate([part[name] for part in parts]) for name in ("age", "axes", "error"))
    return RecoveryRecords(
        blocks, np.asarray(age, np.float64), np.asarray(truth, np.float64), np.asarray(error[:, 0], np.float64)
    )


@dataclass(frozen=True)
class RecoveryPlan:
    """What is to be recovered.

    Args:
        children: families of the population, a child each, >= 1.
        minutes: watched in all, over all visits.
        sessions: visits, a day apart, >= 1.
        seed: of all chances.
        own_child: whether each caregiver is watched with the child that it raised; else with one of another family.
        template: what is coded, one of `TEMPLATES`.
    """

    children: int
    minutes: Sequence[float] = LENGTHS
    sessions: int = 3
    seed: int = 0
    own_child: bool = False
    template: str = "everything"

    def __post_init__(self) -> None:
        """Refuse what cannot be watched."""
        if self.template not in TEMPLATES:
            remedy = f"Known: {', '.join(TEMPLATES)}."
            raise InputError("there is no such template", column="template", value=self.template, remedy=remedy)
        if not self.minutes or not all(5.0 <= one <= 6000.0 for one in self.minutes):
            raise InputError(
                "records are watched for some minutes in all",
                column="minutes",
                value=",".join(map(str, self.minutes)),
                remedy="Give numbers from 5 to 6000, by commas.",
            )


def recover_axes(
    plan: RecoveryPlan, networks: CareNetworks | None = None, done: Callable[[int, int], None] | None = None
) -> AxesRecovery:
    """Return how well the axes of families of the population come back from records of some lengths.

    Args:
        plan: what is watched.
        networks: the posterior's; None for those that are shipped.
        done: called with lengths done and all lengths.

    Returns:
        A row an axis and length.

    Raises:
        InputError: the records cannot be made.
    """
    reader = BatchReader(networks or shipped_networks(), seed=plan.seed)
    rows: list[AxisRow] = []
    for place, length in enumerate(plan.minutes):
        made = records_of(plan.children, length, plan.sessions, plan.seed, own_child=plan.own_child)
        days = np.full(plan.children, plan.sessions)
        found = read_batch(reader, coded_as(made.blocks, plan.template), made.age, days)
        rows += rows_of(reader, made, found, length, plan.sessions)
        if done is not None:
            done(place + 1, len(plan.minutes))
    rates = {str(axis): reader.prior_above(axis) for axis in STATED}
    return AxesRecovery(tuple(rows), rates, reader.population, plan.own_child, plan.template, plan.seed)


def coded_as(blocks: CareBlocks, template: str) -> CareBlocks:
    """Return records as a laboratory codes them that looks for some constructs only.

    Args:
        blocks: the records.
        template: one of `TEMPLATES`.

    Returns:
        The records.
    """
    kept = np.array([group in TEMPLATES[template] for group in MASKS])
    return masked(blocks, np.broadcast_to(kept, (len(blocks.count), len(kept))))


def rows_of(
    reader: BatchReader, made: RecoveryRecords, found: BatchPosteriors, minutes: float, sessions: int
) -> list[AxisRow]:
    """Return one row an axis.

    Args:
        reader: how they were read.
        made: the records with the truth.
        found: what was read.
        minutes: watched in all.
        sessions: visits.

    Returns:
        The rows.
    """
    return [_row_of(reader, axis, made, found, (minutes, sessions)) for axis in Axis]


def _row_of(
    reader: BatchReader, axis: Axis, made: RecoveryRecords, found: BatchPosteriors, how: tuple[float, int]
) -> AxisRow:
    place = list(Axis).index(axis)
    draws, truth = found.draws[..., place], made.truth[:, place]
    prior = reader.networks.prior[reader.population][:, place]
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    if axis is Axis.THREAT:
        draws, truth, prior = np.log(draws), np.log(truth), np.log(prior)
        low, high = np.log(low), np.log(high)
    above, truly = found.above[:, place], made.truth[:, place] > reader.networks.cuts[axis]
    none = np.full(len(truth), int(rule.StatementCode.NOT_TOLD))
    told = found.told.get(axis, none)
    up, down = told == rule.StatementCode.ABOVE, told == rule.StatementCode.BELOW
    return AxisRow(
        str(axis),
        how[0],
        how[1],
        float(((truth >= low) & (truth <= high)).mean()),
        float(crps(draws, truth).mean()),
        float(draws.std(axis=1).mean() / prior.std()),
        float(up.mean()),
        float(down.mean()),
        _mean(~truly, up),
        _mean(truly, down),
        _mean(1.0 - above, up),
        _mean(above, down),
        _mean(down, truly),
        len(truth),
    )


def _mean(values: Floats | Bools, rows: Bools) -> float | None:
    return float(values[rows].mean()) if rows.any() else None


def crps(draws: Floats, truth: Floats) -> Floats:
    """Return the continuous ranked probability score, mean |x - y| - mean |x - x'| / 2.

    Args:
        draws: shape (records, draws).
        truth: shape (records,).

    Returns:
        Shape (records,).
    """
    count = draws.shape[1]
    ordered = np.sort(draws, axis=1)
    rank = 2.0 * np.arange(1, count + 1) - count - 1.0
    pairs = (ordered * rank).sum(axis=1) / count**2
    return np.abs(draws - truth[:, None]).mean(axis=1) - pairs


HEADS = ("axis", "min", "cover", "CRPS", "sd", "above", "wrong", "says", "below", "wrong", "says", "high told below")


def axes_table(rows: Sequence[AxisRow]) -> str:
    """Return the rows as a table.

    Args:
        rows: by axis and length.

    Returns:
        Markdown.
    """
    lines = [f"| {' | '.join(HEADS)} |", "|" + " --- |" * len(HEADS)]
    for row in sorted(rows, key=lambda one: (list(Axis).index(Axis(one.axis)), one.minutes)):
        told = (row.told_above, row.wrong_above, row.stated_above, row.told_below, row.wrong_below, row.stated_below)
        numbers = (row.coverage90, row.crps, row.sd_ratio, *told, row.high_told_below)
        cells = [row.axis, f"{row.minutes:g}", *("-" if one is None else f"{one:.3f}" for one in numbers)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
