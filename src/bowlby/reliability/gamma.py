"""Gamma: agreement on where units are and what they are, at once, for any number of coders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from bowlby.errors import ParameterError
from bowlby.reliability.alignment import Events
from bowlby.reliability.kappa import FEW_UNITS, FEWEST_UNITS

Floats = npt.NDArray[np.float64]
Group = tuple[int, ...]
"""One unitary alignment: the index of a unit for each coder, or ABSENT."""

ABSENT = -1
MOST_CANDIDATES = 400_000
FIRST_CHANCE_SAMPLES = 30
MOST_CHANCE_SAMPLES = 400
FEWER_GROUPS = 1e-6
"""Cost of one more unitary alignment: among equally good partitions the one with the fewest is taken."""


@dataclass(frozen=True)
class Weighting:
    """How much place and category weigh against leaving a unit alone (which costs 1 a pair of coders).

    Args:
        place: alpha of the paper, weight of the difference in place, > 0.
        category: beta of the paper, weight of a different category, >= 0.
    """

    place: float = 1.0
    category: float = 1.0


@dataclass(frozen=True)
class Gamma:
    """Gamma with its parts.

    Args:
        estimate: 1 perfect, 0 chance, negative worse than chance; None where it is undefined.
        low: lower end of the 95 % interval, or None.
        high: upper end of the 95 % interval, or None.
        disorder: of the best alignment, >= 0, or None.
        chance: mean disorder of the chance alignments, or None.
        groups: the best alignment.
        n: number of units of all coders.
        reason: why there is no estimate or no interval, or empty.
    """

    estimate: float | None
    low: float | None
    high: float | None
    disorder: float | None
    chance: float | None
    groups: tuple[Group, ...]
    n: int
    reason: str = ""


def gamma(
    coders: Sequence[Events], weighting: Weighting = Weighting(), *, precision: float = 0.05, seed: int = 0
) -> Gamma:
    """Return gamma, the holistic agreement of Mathet, Widlöcher & Métivier (2015, Computational Linguistics 41:437).

    gamma = 1 - delta_o / delta_e, delta_o the disorder of the best alignment, delta_e the mean disorder of the best
    alignments of chance continua: each a real coder's units, turned around the continuum by a random amount (the
    paper's own resampling). As many chance continua are drawn as the precision needs, 30 at least and 400 at most.
    The interval resamples unitary alignments and holds delta_e. Units of no length have no place in the
    dissimilarity and are refused.

    Args:
        coders: two or more coders' units, each lasting; seconds.
        weighting: weights of place and category.
        precision: wanted 95 % half-width of delta_e, as a share of it, in (0, 1).
        seed: of chance continua and resampling.

    Returns:
        Gamma, or the reason why there is none.

    Raises:
        ParameterError: fewer than two coders, a unit without length, or more candidate alignments than fit.
    """
    _check(coders)
    n = sum(len(events) for events in coders)
    if min(len(events) for events in coders) == 0:
        return Gamma(None, None, None, None, None, (), n, "a coder has no unit")
    groups, costs = best_alignment(coders, weighting)
    mean_units = n / len(coders)
    disorder = float(costs.sum() / mean_units)
    rng = np.random.default_rng(seed)
    chance = _chance_disorder(coders, weighting, precision, rng)
    if chance <= 0:
        return Gamma(None, None, None, disorder, chance, groups, n, "chance continua agree completely")
    if len(groups) < FEWEST_UNITS:
        return Gamma(1 - disorder / chance, None, None, disorder, chance, groups, n, FEW_UNITS)
    low, high = _interval(groups, costs, chance, rng)
    return Gamma(1 - disorder / chance, low, high, disorder, chance, groups, n)


def best_alignment(coders: Sequence[Events], weighting: Weighting) -> tuple[tuple[Group, ...], Floats]:
    """Return the partition of all units into unitary alignments of least total disorder.

    A unitary alignment holds at most one unit of each coder and costs the mean dissimilarity of its pairs; a pair
    with an absent unit, or of two, counts 1, so that a unit alone costs 1. Two coders: an assignment problem, solved
    exactly. More: set partitioning over the alignments that cost no more than their units alone, solved exactly by
    branch and cut (HiGHS).

    Args:
        coders: two or more coders' units, each lasting; seconds.
        weighting: weights of place and category.

    Returns:
        The unitary alignments, and their costs, shape (alignments,).

    Raises:
        ParameterError: more candidate alignments than fit.
    """
    if len(coders) == 2:
        return _assignment(coders[0], coders[1], weighting)
    return _partition(coders, weighting)


def dissimilarity(a: Events, b: Events, weighting: Weighting) -> Floats:
    """Return how unlike each unit of one coder is to each of the other.

    d = place * ((|start difference| + |end difference|) / (length + length))^2 + category * [codes differ]
    (equations 3 and 6 of the paper, in units of the cost of an absent unit).

    Args:
        a: n units, each lasting; seconds.
        b: m units, each lasting; seconds.
        weighting: weights of place and category.

    Returns:
        Shape (n, m), >= 0.
    """
    moved = np.abs(a.onset[:, None] - b.onset[None, :]) + np.abs(a.offset[:, None] - b.offset[None, :])
    length = (a.offset - a.onset)[:, None] + (b.offset - b.onset)[None, :]
    differ = np.asarray(a.codes)[:, None] != np.asarray(b.codes)[None, :]
    return weighting.place * (moved / length) ** 2 + weighting.category * differ


def _check(coders: Sequence[Events]) -> None:
    if len(coders) < 2:
        raise ParameterError("gamma needs two or more coders", column="coders", value=len(coders))
    for events in coders:
        if not events.lasting.all():
            place = float(events.onset[~events.lasting][0])
            raise ParameterError(
                "gamma compares units that last", column="offset", value=f"point at {place:g} s", remedy="Leave it out."
            )


def _assignment(a: Events, b: Events, weighting: Weighting) -> tuple[tuple[Group, ...], Floats]:
    from scipy.optimize import linear_sum_assignment

    unlike = dissimilarity(a, b, weighting)
    rows, columns = linear_sum_assignment(np.minimum(unlike, 2.0))
    together = [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if unlike[i, j] < 2.0]
    in_a, in_b = {i for i, _ in together}, {j for _, j in together}
    alone = [(i, ABSENT) for i in range(len(a)) if i not in in_a] + [
        (ABSENT, j) for j in range(len(b)) if j not in in_b
    ]
    costs = [float(unlike[pair]) for pair in together] + [1.0] * len(alone)
    return tuple(together + alone), np.array(costs)


def _partition(coders: Sequence[Events], weighting: Weighting) -> tuple[tuple[Group, ...], Floats]:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    groups, costs = _candidates(coders, weighting)
    first = np.concatenate([[0], np.cumsum([len(events) for events in coders])])
    held = [
        (first[coder] + unit, column) for column, g in enumerate(groups) for coder, unit in enumerate(g) if unit >= 0
    ]
    rows, columns = np.array(held).T
    cover = csr_array((np.ones(len(rows)), (rows, columns)), shape=(int(first[-1]), len(groups)))
    solved = milp(
        costs + FEWER_GROUPS,
        integrality=np.ones(len(costs)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(cover, 1, 1),
        options={"mip_rel_gap": 0.0},
    )
    if solved.x is None:
        raise ParameterError(
            "the best alignment was not found", value=solved.message, remedy="Compare shorter stretches."
        )
    chosen = np.flatnonzero(solved.x > 0.5)
    return tuple(groups[index] for index in chosen), costs[chosen]


def _candidates(coders: Sequence[Events], weighting: Weighting) -> tuple[list[Group], Floats]:
    """Return every unitary alignment that costs no more than its units alone.

    A dearer one is never in a best alignment: parting it lowers the total. Grown coder by coder; a partial group is
    kept while its pairs so far, the rest at no cost, stay within the bound for a full one.
    """
    k = len(coders)
    pairs = k * (k - 1) // 2
    unlike = {(p, q): dissimilarity(coders[p], coders[q], weighting) for p, q in combinations(range(k), 2)}
    partial: list[tuple[Group, float]] = [((), 0.0)]
    for coder in range(k):
        partial = [grown for group, cost in partial for grown in _grown(group, cost, coders, unlike)]
        partial = [(group, cost) for group, cost in partial if cost <= _alone(group, k, coder) + 1e-12]
        if len(partial) > MOST_CANDIDATES:
            raise ParameterError(
                "too many ways to align the units",
                column="units",
                value=sum(len(events) for events in coders),
                remedy="Compare two coders at a time, or shorter stretches.",
            )
    kept = [(group, cost) for group, cost in partial if any(unit >= 0 for unit in group)]
    return [group for group, _ in kept], np.array([cost for _, cost in kept]) / pairs


def _alone(group: Group, k: int, coder: int) -> float:
    """Return the summed pair cost of a group's units, each alone; coders still to come may add a unit each."""
    units = sum(unit >= 0 for unit in group) + (k - 1 - coder)
    return units * k * (k - 1) / 2


def _grown(
    group: Group, cost: float, coders: Sequence[Events], unlike: dict[tuple[int, int], Floats]
) -> list[tuple[Group, float]]:
    coder = len(group)
    present = [(other, unit) for other, unit in enumerate(group) if unit >= 0]
    absent = coder - len(present)
    added = np.full(len(coders[coder]), float(absent))
    for other, unit in present:
        added = added + unlike[other, coder][unit]
    near = np.flatnonzero(cost + added <= _alone((*group, 0), len(coders), coder) + 1e-12)
    joined = [((*group, int(unit)), cost + float(added[unit])) for unit in near]
    return [((*group, ABSENT), cost + coder), *joined]


def _chance_disorder(
    coders: Sequence[Events], weighting: Weighting, precision: float, rng: np.random.Generator
) -> float:
    found = [_chance_sample(coders, weighting, rng) for _ in range(FIRST_CHANCE_SAMPLES)]
    mean = float(np.mean(found))
    if mean <= 0:
        return mean
    variation = float(np.std(found, ddof=1)) / mean
    wanted = min(MOST_CHANCE_SAMPLES, int(np.ceil((1.96 * variation / precision) ** 2)))
    found += [_chance_sample(coders, weighting, rng) for _ in range(wanted - len(found))]
    return float(np.mean(found))


def _chance_sample(coders: Sequence[Events], weighting: Weighting, rng: np.random.Generator) -> float:
    start = min(float(events.onset.min()) for events in coders)
    end = max(float(events.offset.max()) for events in coders)
    turns = _turns(len(coders), end - start, _mean_length(coders), rng)
    drawn = [coders[int(index)] for index in rng.integers(len(coders), size=len(coders))]
    continua = [_turned(events, turn, start, end) for events, turn in zip(drawn, turns, strict=True)]
    _, costs = best_alignment(continua, weighting)
    return float(costs.sum() / (sum(len(events) for events in continua) / len(continua)))


def _turns(count: int, length: float, least: float, rng: np.random.Generator) -> list[float]:
    """Return turns that differ from each other by a mean unit at least, around the circle, where there is room."""
    turns: list[float] = []
    for _ in range(count):
        free = rng.uniform(0, length, size=64)
        apart = [
            min((abs(t - turn) % length, length - abs(t - turn) % length), default=0) for t in free for turn in turns
        ]
        gaps = np.array(apart).reshape(64, -1)
        far = np.flatnonzero((gaps >= min(least, length / (2 * count))).all(1)) if turns else np.arange(64)
        turns.append(float(free[far[0]]) if len(far) else float(free[0]))
    return turns


def _mean_length(coders: Sequence[Events]) -> float:
    return float(np.mean(np.concatenate([events.offset - events.onset for events in coders])))


def _turned(events: Events, turn: float, start: float, end: float) -> Events:
    """Move units around the continuum; a unit is not cut: it goes where its onset goes."""
    onset = start + (events.onset - start + turn) % (end - start)
    order = np.argsort(onset, kind="stable")
    length = (events.offset - events.onset)[order]
    return Events(tuple(events.codes[index] for index in order), onset[order], onset[order] + length)


def _interval(groups: Sequence[Group], costs: Floats, chance: float, rng: np.random.Generator) -> tuple[float, float]:
    present = np.array([sum(unit >= 0 for unit in group) for group in groups], dtype=float)
    weights = rng.multinomial(len(groups), np.full(len(groups), 1 / len(groups)), size=1000)
    coders = len(groups[0])
    disorder = (weights @ costs) / ((weights @ present) / coders)
    low, high = np.quantile(1 - disorder / chance, [0.025, 0.975])
    return float(low), float(high)
