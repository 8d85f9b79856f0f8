"""`python -m tools.posterior.states`: make the networks of the child's states that are shipped.

Each caregiver is watched with the child that it raised: how the child acts then has to do with what it lived through,
which is what is to be read. Never run for the axes. An interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bowlby.inference.care.child_features import CHILD_MASKS, child_features, child_masked, child_names
from bowlby.inference.care.child_states import HEAD, Expectation, StateNetworks, free_states, uncoded
from bowlby.inference.care.features import POPULATIONS, RecordContext, masked
from bowlby.inference.care.network import drawn
from bowlby.inference.care.posterior import LEVEL, packed_ensemble
from bowlby.measures.care_blocks import CareBlocks
from bowlby.measures.child_blocks import ChildBlocks
from bowlby.recovery.care.examples import (
    GROUPS,
    KNOWN_CODER,
    RecordPiece,
    joined_blocks,
    piece,
    random_masks,
    random_piece,
    weights_of,
)
from bowlby.recovery.training_records import (
    Arrays,
    TrainingPlan,
    blocks_of_part,
    child_blocks_of_part,
    make_training_records,
    parts_of,
    training_part,
)
from tools.posterior.make import HELD, KNOTS_H, spread_by_length, write_networks
from tools.posterior.training import NetworkPlan, train

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Say = Callable[[str], None]

VISITS: tuple[tuple[int, float], ...] = (
    (3, 20.0),
    (3, 60.0),
    (5, 7.0),
    (1, 60.0),
    (6, 60.0),
    (2, 30.0),
    (10, 20.0),
    (2, 20.0),
)
"""Plans that parts take in turn: visits, a day apart, and minutes of each."""
PART = 256
"""Families that share an age; fewer than for the axes, since what is expected depends on age."""
EACH = 6
"""Examples of each record."""
NETWORK = NetworkPlan(components=6)
LENGTHS: tuple[tuple[int, float], ...] = ((1, 20.0), (3, 20.0), (3, 60.0), (6, 60.0))
"""Visits, and minutes of each, at which it is said what comes back."""
RECOVERED = 1024
"""Families of each length, none of whom any network saw."""
CHILD_GROUPS = tuple(CHILD_MASKS)
WEIGHTS, CARD = "child_states.npz", "child_states.json"


@dataclass(frozen=True)
class StateExamples:
    """Records in features, with the truth.

    Args:
        features: shape (examples, features), single precision.
        states: on their free scales, shape (examples, states).
        weight: importance of each in the population that it is read in.
        hours: seen.
        family: number of the family, over all parts.
    """

    features: npt.NDArray[np.float32]
    states: Floats
    weight: Floats
    hours: Floats
    family: Ints

    def some(self, rows: Bools) -> StateExamples:
        """Return some of the examples."""
        return StateExamples(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def state_plan(families: int, seed: int) -> TrainingPlan:
    """Return the plan of the records to learn from.

    Args:
        families: how many.
        seed: of all chances.

    Returns:
        The plan.
    """
    return TrainingPlan(families, coders=1, own_child=True, visits=VISITS, seed=seed, part=PART)


def state_examples(folder: Path, proposal: str, each: int, seed: int) -> StateExamples:
    """Return examples from every record of a folder, in random pieces and codings.

    Args:
        folder: of records made with own children.
        proposal: that its families were drawn from.
        each: examples of each record.
        seed: of all chances.

    Returns:
        The examples.
    """
    found: list[StateExamples] = []
    first = 0
    for number, part in enumerate(parts_of(folder)):
        generator = np.random.default_rng([seed, number, 5])
        found += [_example(part, first, generator, proposal) for _ in range(each)]
        first += len(part["age"])
    names = [field.name for field in fields(StateExamples)]
    return StateExamples(**{name: np.concatenate([getattr(one, name) for one in found]) for name in names})


def _example(part: Arrays, first: int, generator: np.random.Generator, proposal: str) -> StateExamples:
    care, child = blocks_of_part(part, 0), child_blocks_of_part(part, 0)
    seen = random_piece(care.count.shape[:3], generator)
    care, child = piece(care, seen), piece(child, seen)
    by_care, by_child = random_child_masks(len(care.count), generator)
    chosen = generator.choice(len(POPULATIONS), len(care.count), p=(0.6, 0.2, 0.2))
    error = np.asarray(part["error"][:, 0], np.float64)
    known = generator.random(len(error)) < KNOWN_CODER
    context = RecordContext(np.asarray(part["age"], np.float64), chosen, np.where(known[:, None], error, np.nan))
    hours = care.exposure[..., 0].sum(axis=(1, 2)) / 3600.0
    read = child_features(child_masked(child, by_child), masked(care, by_care), context)
    read = np.where(by_care.any(axis=1, keepdims=True), read, uncoded(read, child_names()))
    read[:, child_names().index("context hours")] = np.log(hours + 0.01)
    read[:, child_names().index("context sessions")] = np.log(seen.sessions)
    return StateExamples(
        read.astype(np.float32),
        free_states(last_states(part, seen)),
        weights_of(np.asarray(part["position"], np.float64), chosen, proposal),
        hours,
        first + np.arange(len(error)),
    )


def last_states(part: Arrays, seen: RecordPiece) -> Floats:
    """Return what children expect after the last visit that was seen.

    Args:
        part: as made with own children.
        seen: which visits.

    Returns:
        Shape (families, states).
    """
    states = np.asarray(part["states"], np.float64)
    return states[np.arange(len(states)), seen.first + seen.sessions - 1]


def random_child_masks(records: int, generator: np.random.Generator) -> tuple[Bools, Bools]:
    """Return what was coded of care and of the child; cues are of both.

    Of the child everything in half of the records, else all but one group, one alone, or any; in one of twenty nothing
    at all was coded, of either.

    Args:
        records: how many.
        generator: of chances.

    Returns:
        Groups of `MASKS`, shape (records, groups), and of `CHILD_MASKS`.
    """
    care, _ = random_masks(records, generator)
    size = len(CHILD_GROUPS)
    child = np.ones((records, size), np.bool_)
    kind = generator.random(records)
    one = np.eye(size, dtype=np.bool_)[generator.integers(0, size, records)]
    any_of = generator.random((records, size)) < generator.random((records, 1))
    child = np.where((kind < 0.2)[:, None], ~one, child)
    child = np.where(((kind >= 0.2) & (kind < 0.3))[:, None], one, child)
    child = np.where(((kind >= 0.3) & (kind < 0.5))[:, None], any_of, child)
    for cue in ("distress", "bids"):
        both = care[:, GROUPS.index(cue)] & child[:, CHILD_GROUPS.index(cue)]
        care[:, GROUPS.index(cue)] = child[:, CHILD_GROUPS.index(cue)] = both
    nothing = generator.random(records) < 0.05
    return care & ~nothing[:, None], child & ~nothing[:, None]


def make_states(plan: TrainingPlan, folder: Path, target: Path, say: Say) -> StateNetworks:
    """Make records, train on them, see what comes back, and write weights and card.

    Args:
        plan: of the records.
        folder: where records stay, so that an interrupted run goes on.
        target: folder of weights and card.
        say: is given a line at each step.

    Returns:
        What was written.
    """
    began, used = time.time(), time.process_time()
    make_training_records(plan, folder, lambda part, of: say(f"records: part {part} of {of}"))
    found = state_examples(folder, plan.proposal, EACH, plan.seed)
    say(f"{len(found.states)} examples of {int(found.family.max()) + 1} families")
    held = found.family % HELD == 0
    network, losses = train(found.features.astype(np.float64), found.states, found.weight, held, NETWORK, plan.seed)
    say(f"losses {', '.join(f'{loss:.3f}' for loss in losses)}")
    card: dict[str, Any] = {
        "what": "Expected relief, expected threat and efficacy at the end of the visits; never evidence of exposure.",
        "networks": {HEAD: {"members": len(network.members), "components": network.components, "full": network.full}},
        "features": list(child_names()),
        "losses": losses,
        "plan": asdict(plan),
        "training": asdict(NETWORK) | {"each": EACH},
        "examples": len(found.states),
        "versions": {name: version(name) for name in ("bowlby", "jax", "numpy", "numpyro")},
        "command": f"python -m tools.posterior.states --families {plan.families} --seed {plan.seed}",
    }
    kept = found.some(held)
    draws = drawn(network.mixture(kept.features.astype(np.float64)), 400, np.random.default_rng([plan.seed, 7]))
    factors = spread_by_length(draws, kept.states, kept.weight, kept.hours)
    card["spread"] = {"hours": list(KNOTS_H)} | {str(one): factors[at] for at, one in enumerate(Expectation)}
    made = StateNetworks(network, card)
    card["recovery"] = [row.as_dict() for row in recover_states(made, RECOVERED, plan.seed + 1)]
    card["hours"] = round((time.time() - began) / 3600.0, 2)
    card["processor_hours"] = round((time.process_time() - used) / 3600.0, 2)
    write_states(made, target)
    say(f"written to {target}")
    return made


def write_states(made: StateNetworks, target: Path) -> None:
    """Write weights and card.

    Args:
        made: networks and card.
        target: folder.
    """
    arrays = {name: values.astype(np.float32) for name, values in packed_ensemble(HEAD, made.states).items()}
    write_networks(arrays, made.card, target, (WEIGHTS, CARD))


class RecoveryChildren(NamedTuple):
    """Records of families of the population, with what their children expect.

    Args:
        care: as coded with error.
        child: likewise.
        age: months.
        truth: states on their free scales after the last visit, shape (records, states).
        hours: watched.
    """

    care: CareBlocks
    child: ChildBlocks
    age: Floats
    truth: Floats
    hours: Floats


def children_watched(families: int, visits: int, minutes: float, seed: int) -> RecoveryChildren:
    """Return records of families of the population, each child with the caregiver that raised it.

    Args:
        families: how many, >= 1.
        visits: a day apart, >= 1.
        minutes: of each, > 0.
        seed: of all chances.

    Returns:
        The records.
    """
    plan = TrainingPlan(families, "population", 1, own_child=True, visits=((visits, minutes),), seed=seed, part=128)
    parts = [training_part(plan, part) for part in range(plan.parts)]
    age, states = (np.concatenate([np.asarray(part[name], np.float64) for part in parts]) for name in ("age", "states"))
    return RecoveryChildren(
        joined_blocks([blocks_of_part(part, 0) for part in parts]),
        joined_blocks([child_blocks_of_part(part, 0) for part in parts]),
        age,
        free_states(states[:, -1]),
        np.full(families, visits * minutes / 60.0),
    )


@dataclass(frozen=True)
class StateRow:
    """What comes back of one state at one length.

    Args:
        state: which.
        minutes: watched in all.
        sessions: visits.
        r: of medians with the truth, each less what age and population tell.
        r_alone: of what age and population alone tell with the truth.
        coverage90: share of 90 % intervals that hold the truth.
        sd_ratio: spread over that before the record, mean.
        n: records.
    """

    state: str
    minutes: float
    sessions: int
    r: float
    r_alone: float
    coverage90: float
    sd_ratio: float
    n: int

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return dict(vars(self))


def recover_states(networks: StateNetworks, families: int, seed: int) -> list[StateRow]:
    """Return what comes back of each state at each of `LENGTHS`.

    Args:
        networks: of the states.
        families: of each length.
        seed: of all chances.

    Returns:
        A row a state and length.
    """
    rows: list[StateRow] = []
    for place, (visits, minutes) in enumerate(LENGTHS):
        made = children_watched(families, visits, minutes, seed + place)
        rows += state_rows(networks, made, (visits, minutes))
    return rows


def state_rows(
    networks: StateNetworks, made: RecoveryChildren, how: tuple[int, float], seed: int = 0
) -> list[StateRow]:
    """Return what comes back of each state from some records.

    Args:
        networks: of the states.
        made: the records with the truth.
        how: visits and minutes of each.
        seed: of the draws.

    Returns:
        A row a state.
    """
    pooled = np.full(len(made.age), POPULATIONS.index("pooled"))
    context = RecordContext(made.age, pooled, np.full((len(made.age), 3), np.nan))
    read = child_features(made.child, made.care, context)
    generator = np.random.default_rng([seed, 4])
    draws = networks.draws(read, made.hours, 500, generator)
    before = networks.draws(uncoded(read, child_names()), made.hours, 500, generator)
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
    middle, alone = np.median(draws, axis=1), np.median(before, axis=1)
    ratio = (draws.std(axis=1) / before.std(axis=1)).mean(axis=0)
    visits, minutes = how
    return [
        StateRow(
            str(state),
            visits * minutes,
            visits,
            _correlation(middle[:, at] - alone[:, at], made.truth[:, at] - alone[:, at]),
            _correlation(alone[:, at], made.truth[:, at]),
            float(((made.truth[:, at] >= low[:, at]) & (made.truth[:, at] <= high[:, at])).mean()),
            float(ratio[at]),
            len(made.age),
        )
        for at, state in enumerate(Expectation)
    ]


def _correlation(x: Floats, y: Floats) -> float:
    return float(np.corrcoef(x, y)[0, 1])


def main() -> None:
    """Make them as the command line asks."""
    from bowlby.simulation.entry import prepare_jax

    parser = argparse.ArgumentParser(prog="python -m tools.posterior.states", description=__doc__)
    parser.add_argument("--families", type=int, default=8192)
    parser.add_argument("--seed", type=int, default=2711)
    parser.add_argument("--records", type=Path, default=Path("build/child_states"), help="where records are kept")
    parser.add_argument("--output", type=Path, default=Path(str(files("bowlby.inference.care"))))
    given = parser.parse_args()
    prepare_jax()
    make_states(state_plan(given.families, given.seed), given.records, given.output, _say)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
