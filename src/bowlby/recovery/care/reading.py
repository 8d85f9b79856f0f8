"""Many simulated records read at once, as `bowlby infer` reads one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.inference.care import axes as scales
from bowlby.inference.care import rule
from bowlby.inference.care.axes import STATED, Axis
from bowlby.inference.care.coder import ENDS
from bowlby.inference.care.features import POPULATIONS, RecordContext, features
from bowlby.inference.care.network import median, share_above
from bowlby.inference.care.posterior import CareNetworks, axis_draws, spread_of
from bowlby.inference.care.reading import with_fright_watched
from bowlby.measures.care_blocks import CUE_KINDS, LINES, CareBlocks, CareLine
from bowlby.records.constructs import THREAT_ACTS, Construct

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

THREATENING = [LINES.index(CareLine(tier)) for tier in THREAT_ACTS]
LEAST = 1e-4
"""P of either side is held to be at least that: networks know no tail better."""
_DISTRESS = CUE_KINDS.index(Construct.CUE_DISTRESS)


@dataclass(frozen=True)
class BatchReader:
    """How records are read.

    Args:
        networks: the posterior's.
        population: in which they are read.
        draws: of each record.
        seed: of the draws.
    """

    networks: CareNetworks
    population: str = "pooled"
    draws: int = 1000
    seed: int = 0

    def prior_above(self, axis: Axis) -> float:
        """Return the share of the population above the cut of an axis."""
        own = self.networks.prior[self.population][:, list(Axis).index(axis)]
        return float((own > self.networks.cuts[axis]).mean())

    def draw(self, blocks: CareBlocks, age: Floats, error: Floats | None = None) -> Floats:
        """Return draws of the axes on their own scales.

        Args:
            blocks: the records.
            age: of each child, months.
            error: of each coder, shape (records, 3); None where unknown.

        Returns:
            Shape (records, draws, axes).
        """
        generator = np.random.default_rng([self.seed, 2])
        read = self.features(blocks, age, error)
        return scales.natural(axis_draws(self.networks, read, blocks.hours, self.draws, generator))

    def features(self, blocks: CareBlocks, age: Floats, error: Floats | None = None) -> Floats:
        """Return the features of records, as for `draw`."""
        known = np.broadcast_to(np.full(3, np.nan) if error is None else error, (len(age), 3))
        return features(blocks, RecordContext(age, np.full(len(age), POPULATIONS.index(self.population)), known))

    def above(self, blocks: CareBlocks, age: Floats, error: Floats | None = None) -> Floats:
        """Return P(above the cut) of each axis, of all draws that there could be, shape (records, axes)."""
        mixture, hours = self.networks.axes.mixture(self.features(blocks, age, error)), blocks.hours
        found: list[Floats] = []
        for place, axis in enumerate(Axis):
            middle, spread = median(mixture, place), spread_of(self.networks.card, axis, hours)
            cut = float(scales.free_axis(np.array(self.networks.cuts[axis]), axis))
            found.append(share_above(mixture, place, middle + (cut - middle) / spread))
        return np.clip(np.stack(found, axis=1), LEAST, 1.0 - LEAST)


@dataclass(frozen=True)
class BatchPosteriors:
    """What was read of some records.

    Args:
        draws: of the axes on their own scales, with the coder's error unknown, shape (records, draws, axes).
        above: P(above the cut) with that, shape (records, axes).
        told: codes of `rule.Told`, by axis that is stated, shape (records,).
    """

    draws: Floats
    above: Floats
    told: dict[Axis, Ints]


def read_batch(
    reader: BatchReader, blocks: CareBlocks, age: Floats, days: Ints, misfit: Bools | None = None
) -> BatchPosteriors:
    """Return what each record says.

    Args:
        reader: how they are read.
        blocks: the records.
        age: of each child, months.
        days: on which each was watched.
        misfit: which records are unlike what the model writes; None for none.

    Returns:
        Draws, probabilities and statements.
    """
    coders = (None, *(_row(end) for end in ENDS))
    above, sparse = (
        np.stack([reader.above(seen, age, error) for error in coders], axis=1)
        for seen in (blocks, with_fright_watched(blocks))
    )
    ground = _ground(blocks, days, misfit)
    told: dict[Axis, Ints] = {}
    for axis in STATED:
        fright = None
        prior = np.full(len(age), reader.prior_above(axis))
        if axis is Axis.THREAT:
            fright = fright_ground(blocks, rule.AxisProbability(sparse[..., list(Axis).index(axis)], prior))
        told[axis] = rule.statement_codes(
            rule.AxisProbability(above[..., list(Axis).index(axis)], prior), ground[axis], fright
        )
    return BatchPosteriors(reader.draw(blocks, age), above[:, 0], told)


def _row(end: object) -> Floats:
    return np.array(list(vars(end).values()), np.float64)


def _ground(blocks: CareBlocks, days: Ints, misfit: Bools | None) -> dict[Axis, rule.StatementGround]:
    events = blocks.count.sum(axis=(1, 2, 3)).astype(np.int64)
    cues = (blocks.answered + blocks.waited).sum(axis=(1, 2)).max(axis=-1).sum(axis=-1).astype(np.int64)
    fits = np.zeros(len(days), np.bool_) if misfit is None else misfit
    fright = blocks.exposure[..., THREATENING].sum(axis=(1, 2, 3)) > 0.0
    seen = blocks.exposure.sum(axis=(1, 2, 3)) + blocks.paired_s.sum(axis=(1, 2, 3, 4)) > 0.0
    return {
        Axis.THREAT: rule.StatementGround(fright, np.where(fright, events + cues, 0), days, fits),
        Axis.DEPRIVATION: rule.StatementGround(seen, events + cues, days, fits),
    }


def fright_ground(blocks: CareBlocks, sparse: rule.AxisProbability) -> rule.FrightGround:
    """Return what "threat below" rests on.

    Args:
        blocks: the records.
        sparse: the belief where a quarter of the acts happens while watched.

    Returns:
        The ground of each record.
    """
    exposure = blocks.exposure.sum(axis=(1, 2))
    throughout = exposure[:, THREATENING].min(axis=1) >= rule.CODABLE_THROUGHOUT * exposure.max(axis=1)
    acts = blocks.count[..., THREATENING].sum(axis=(1, 2, 3)).astype(np.int64)
    distress = (blocks.answered + blocks.waited).sum(axis=(1, 2))[:, _DISTRESS].max(axis=-1).astype(np.int64)
    return rule.FrightGround(throughout, acts, distress, sparse)
