"""One anchor outside the model: how far maltreating parents differ from others in behaviour that is watched.

Wilson, Rack, Shi & Norris (2008, Child Abuse & Neglect 32:897) pool 33 studies of documented maltreating parents: d of
.46 to .62 by kind of behaviour. Here families at risk beyond the low-risk 97.5th percentile of threat or deprivation
are held against low-risk families, watched for as long and coded with the same error. Which summaries stand for a kind
of behaviour is assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.inference.care.axes import STATED, Axis
from bowlby.inference.care.posterior import CareNetworks
from bowlby.measures.care_blocks import LINES, CareBlocks, CareLine
from bowlby.records.constructs import THREAT_ACTS, Construct
from bowlby.recovery.care.examples import joined_blocks
from bowlby.recovery.care.recovery import records_of

Floats = npt.NDArray[np.float64]

PUBLISHED = (0.46, 0.62)
TOO_FAR = 1.5
"""Times the published end beyond which the statement's page says what follows."""
BEYOND = 0.975


@dataclass(frozen=True)
class AnchorRow:
    """One kind of behaviour.

    Args:
        behaviour: kind.
        minutes: watched.
        d: standardised difference, the worse care positive.
    """

    behaviour: str
    minutes: float
    d: float


def anchor(networks: CareNetworks, families: int, minutes: Sequence[float], seed: int) -> list[AnchorRow]:
    """Return the model's own differences.

    Args:
        networks: whose priors give the cuts.
        families: of each kind that are drawn.
        minutes: lengths of one visit.
        seed: of all chances.

    Returns:
        A row a kind of behaviour and length.
    """
    low = networks.prior["low-risk"]
    cuts = {axis: float(np.quantile(low[:, list(Axis).index(axis)], BEYOND)) for axis in STATED}
    found: list[AnchorRow] = []
    for length in minutes:
        risky = records_of(families, length, 1, seed, proposal="at risk")
        others = records_of(families, length, 1, seed + 1, proposal="low-risk")
        beyond = np.any([risky.truth[:, list(Axis).index(axis)] > cut for axis, cut in cuts.items()], axis=0)
        both = behaviours(joined_blocks([risky.blocks, others.blocks]))
        for name, values in both.items():
            found.append(AnchorRow(name, length, difference(values[:families][beyond], values[families:])))
    return found


def behaviours(blocks: CareBlocks) -> dict[str, Floats]:
    """Return each kind of behaviour, the worse care higher, shape (records,).

    Args:
        blocks: the records.

    Returns:
        By kind.
    """
    count, seconds = blocks.count.sum(axis=(1, 2)), blocks.seconds.sum(axis=(1, 2))
    answered, waited = (values.sum(axis=(1, 2))[..., 0].sum(axis=-1) for values in (blocks.answered, blocks.waited))

    def of(construct: Construct, sign: int | None = None) -> int:
        return LINES.index(CareLine(construct, sign))

    aversive = count[:, [of(tier) for tier in (*THREAT_ACTS, Construct.INTRUDE)]].sum(axis=1)
    return {
        "aversive acts and cross affect": _z(aversive) + _z(seconds[:, of(Construct.AFFECT, -1)]),
        "little warm affect": -_z(seconds[:, of(Construct.AFFECT, 1)]),
        "little involvement": -_z(count[:, of(Construct.PLAY)]) - _z(answered / np.maximum(answered + waited, 1.0)),
    }


def _z(values: Floats) -> Floats:
    return values / max(float(values.std()), 1e-9)


def difference(worse: Floats, others: Floats) -> float:
    """Return Cohen's d with the pooled standard deviation.

    Args:
        worse: of one group.
        others: of the other.

    Returns:
        d.
    """
    pooled = ((len(worse) - 1) * worse.var(ddof=1) + (len(others) - 1) * others.var(ddof=1)) / (
        len(worse) + len(others) - 2
    )
    return float((worse.mean() - others.mean()) / np.sqrt(pooled))
