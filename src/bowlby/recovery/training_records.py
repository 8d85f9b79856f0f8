"""Records that an inference is trained on: families, visits, coders, and each coded visit in blocks, kept in parts.

`python -m bowlby.recovery.training_records FOLDER --families 8192` makes them; an interrupted run goes on where it
stopped.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bowlby.atomic import make_folder, target_lock, write_text, writing
from bowlby.errors import InputError, OverwriteError
from bowlby.measures.care_blocks import (
    ANSWER_SETS,
    CUE_KINDS,
    LINES,
    NUMBER_OF,
    ActColumns,
    CareBlocks,
    blocks_of_columns,
)
from bowlby.measures.child_blocks import CHILD_LINES, ChildBlocks, child_blocks_of_columns
from bowlby.model.life import population as model
from bowlby.model.life.dimensions import RESIDUAL, Dimension, setting
from bowlby.model.life.state import NAMES
from bowlby.records.constructs import Construct, Role
from bowlby.simulation.acts import KINDS, Acts, as_written
from bowlby.simulation.coder import Coder, CoderError
from bowlby.simulation.coding import acts_of
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.engine.program import WIDTH
from bowlby.simulation.expected_care import partner_traits, responsiveness_under, threat
from bowlby.simulation.procedures import ordinary
from bowlby.simulation.visits import VisitPlan, visits_of

Floats = npt.NDArray[np.float64]

PART = 2 * WIDTH
"""Families of a part, which share age and plan of visits; whole blocks of the engine."""
PLAN_FILE = "plan.json"
PROPOSALS = ("population", "wide", "half", "low-risk", "at risk")
"""Where families are drawn: the pooled population, one twice as wide, half from each, or one kind of families."""
WIDE_SHARE = {"population": 0.0, "wide": 1.0, "half": 0.5}
WIDER = 2.0
"""By how much spreads of the wide proposal exceed those of the population."""
AGES = (3.0, 60.0)
"""Months, between which the age of a part is uniform on the log scale."""
VISITS: tuple[tuple[int, float], ...] = (
    (10, 60.0),
    (3, 20.0),
    (4, 150.0),
    (10, 60.0),
    (5, 7.0),
    (1, 600.0),
    (10, 30.0),
    (3, 60.0),
    (2, 300.0),
    (3, 200.0),
)
"""Plans that parts take in turn: visits, a day apart, and minutes of each."""
MISSED, FALSE, DISPLACED_S = 0.5, 0.1, 1.0
"""Furthest that a coder errs; each is uniform from 0."""
STUDY = 32
"""Children whom one coder codes: one effect a coder in a study."""

Arrays = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True)
class TrainingPlan:
    """What is to be made.

    Args:
        families: how many, a child each, >= 1.
        proposal: one of `PROPOSALS`.
        coders: independent coders of each visit, >= 1.
        own_child: whether each caregiver is watched with the child that it raised; else with one of another family, so
            that what children do says nothing of who raised them.
        visits: plans that parts take in turn.
        seed: of all chances, 0 <= seed < 2**64.
        part: families that share age and plan of visits, >= 1.
    """

    families: int
    proposal: str = "half"
    coders: int = 2
    own_child: bool = False
    visits: tuple[tuple[int, float], ...] = VISITS
    seed: int = 0
    part: int = PART

    def __post_init__(self) -> None:
        """Refuse what cannot be made, before anything is."""
        if self.families < 1:
            raise InputError("there is at least one family", column="families", value=self.families)
        if self.coders < 1:
            raise InputError("there is at least one coder", column="coders", value=self.coders)
        if self.part < 1:
            raise InputError("a part has at least one family", column="part", value=self.part)
        if self.proposal not in PROPOSALS:
            remedy = f"Known: {', '.join(PROPOSALS)}."
            raise InputError("there is no such proposal", column="proposal", value=self.proposal, remedy=remedy)
        for visits, minutes in self.visits:
            _ = VisitPlan(ordinary(float(minutes)), visits=visits)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return -(-self.families // self.part)

    def as_json(self) -> str:
        """Return what is kept beside the parts, so that another plan is not mixed with them."""
        lines = {"lines": [str(line) for line in LINES]}
        if self.own_child:
            lines |= {"child_lines": [str(line) for line in CHILD_LINES], "held": list(HELD)}
        return json.dumps(asdict(self) | lines, indent=1) + "\n"


def make_training_records(plan: TrainingPlan, folder: Path, done: Callable[[int, int], None] | None = None) -> int:
    """Make the parts that are not there yet; each is written whole or not at all, and is the same whenever it is made.

    A part holds who the families are (`position`), the care that they give (`traits`, `axes`), `age` and, by family and
    coder, `error` and the arrays of `CareBlocks`. Where each child is watched with who raised it, it also holds
    `states`, `HELD` after each visit, and what the child did, the arrays of `ChildBlocks`.

    Args:
        plan: what is to be made.
        folder: where; made where it does not exist.
        done: called with parts done and all parts.

    Returns:
        How many parts were made by this call.

    Raises:
        OverwriteError: the folder holds records of another plan.
        BusyError: another process writes there.
        OutputError: it cannot be written.
    """
    folder = make_folder(folder)
    with target_lock(folder):
        _keep_plan(plan, folder / PLAN_FILE)
        missing = [part for part in range(plan.parts) if not part_file(folder, part).exists()]
        for place, part in enumerate(missing):
            _write(training_part(plan, part), part_file(folder, part))
            if done is not None:
                done(plan.parts - len(missing) + place + 1, plan.parts)
    return len(missing)


def part_file(folder: Path, part: int) -> Path:
    """Return the file of one part.

    Args:
        folder: of the records.
        part: its number, from 0.

    Returns:
        Its path.
    """
    return folder / f"part-{part:05d}.npz"


def parts_of(folder: Path) -> Iterator[Arrays]:
    """Yield the parts of a folder in order.

    Args:
        folder: of the records.

    Returns:
        Arrays by name, one part after another.
    """
    for path in sorted(folder.glob("part-*.npz")):
        with np.load(path) as held:
            yield {name: held[name] for name in held.files}


def _keep_plan(plan: TrainingPlan, path: Path) -> None:
    text = plan.as_json()
    if path.exists() and path.read_text(encoding="utf-8") != text:
        remedy = "Choose another folder, or the plan that stands there."
        raise OverwriteError("the folder holds records of another plan", file=path, remedy=remedy)
    write_text(path, text, force=True)


def _write(arrays: Arrays, path: Path) -> None:
    with writing(path) as draft, draft.open("wb") as stream:
        np.savez(stream, **arrays)  # pyright: ignore[reportArgumentType]


class _Families(NamedTuple):
    """The families of one part: who raised each child, and who is watched with it."""

    raised: CohortDesign
    watched: CohortDesign
    position: Floats


def training_part(plan: TrainingPlan, part: int) -> Arrays:
    """Return one part of the records.

    Args:
        plan: what is to be made.
        part: its number, from 0.

    Returns:
        Arrays by name, each of which begins with the families; `error` and those of records then have coders. A record
        has as many visits and blocks as the plan of its part.
    """
    generator = np.random.default_rng([plan.seed, part])
    drawn = _families(plan, part, generator)
    lived = replace(simulate_cohort(drawn.raised), design=drawn.watched)
    visits, minutes = plan.visits[part % len(plan.visits)]
    errors = _errors(plan.coders, drawn.watched.children, generator)
    records: list[list[CareBlocks]] = [[] for _ in range(plan.coders)]
    of_child: list[list[ChildBlocks]] = [[] for _ in range(plan.coders)]
    held: list[Floats] = []
    for played in visits_of(lived, VisitPlan(ordinary(float(minutes)), visits=visits)):
        acts = acts_of(played) if plan.own_child else _of_care(acts_of(played))
        held.append(expectation_states(played.state))
        for coder, own in enumerate(errors):
            coded = _coded(acts, own, (played.seed, played.numbers, played.session), f"{coder}")
            records[coder].append(blocks_of_acts(coded))
            if plan.own_child:
                of_child[coder].append(child_blocks_of_acts(coded))
    care = drawn.watched.care[-1]
    axes = (threat(drawn.watched, care), 1.0 - responsiveness_under(drawn.watched, care))
    traits = partner_traits(drawn.watched, care)[None]
    child = {"states": np.stack(held, axis=1), **_together_of_child(of_child)} if plan.own_child else {}
    return {
        "age": np.full(drawn.watched.children, drawn.watched.until),
        "position": drawn.position,
        "traits": np.stack(list(traits.values()), axis=1),
        "axes": np.stack([*axes, 1.0 - traits["signal_order"]], axis=1),
        "error": np.stack([_error_rows(own, drawn.watched.children) for own in errors], axis=1),
        "lengths": records[0][0].exposure[0, 0, :, 0],
        **{name: _by_coder(records, name) for name in KEPT},
        **child,
    }


def _by_coder(records: Sequence[Sequence[CareBlocks | ChildBlocks]], name: str) -> npt.NDArray[np.generic]:
    """Return one array of visits by coder, shape (families, coders, visits, ...)."""
    return np.stack(
        [np.concatenate([compact_numbers(getattr(one, name)) for one in own], axis=1) for own in records], axis=1
    )


def _together_of_child(records: Sequence[Sequence[ChildBlocks]]) -> Arrays:
    return {f"child_{name}": _by_coder(records, name) for name in KEPT_OF_CHILD}


HELD = ("relief", "threat", "efficacy")
"""What a child has come to expect, in the order of `expectation_states`."""


def expectation_states(state: Floats) -> Floats:
    """Return what children expect of the caregiver, as the model's state holds it.

    Relief is the larger expectation of an expressed and an intensified signal; threat what comes by itself and what a
    bid sets off together, at most 1; efficacy delta-P, relief after own signals minus relief without them.

    Args:
        state: shape (variables, children), in the order of the state's variables.

    Returns:
        Shape (children, 3), in the order of `HELD`.
    """
    of = {name: np.asarray(state[place], np.float64) for place, name in enumerate(NAMES)}
    relief = np.maximum(of["relief_express"], of["relief_intensify"])
    threats = np.minimum(of["threat_unprovoked"] + of["threat_provoked"], 1.0)
    return np.stack([relief, threats, of["with_signal"] - of["without_signal"]], axis=1)


KEPT = ("count", "seconds", "answered", "waited", "within")
"""Arrays of `CareBlocks` that are kept; everything is codable, so that exposure is the length of each block."""
KEPT_OF_CHILD = ("count", "seconds")
"""The same of `ChildBlocks`."""


def compact_numbers(values: Floats) -> npt.NDArray[np.generic]:
    """Return numbers of a part as they are kept: whole ones in 16 bits, others in single precision.

    Args:
        values: to be kept.

    Returns:
        The same shape.
    """
    return values.astype(np.uint16 if (values == np.round(values)).all() else np.float32)


def blocks_of_part(part: Arrays, coder: int) -> CareBlocks:
    """Return the records of one part as one coder coded them.

    Args:
        part: as made.
        coder: its number.

    Returns:
        A record a family.
    """
    held = {name: np.asarray(part[name][:, coder], np.float64) for name in KEPT}
    lengths = np.asarray(part["lengths"], np.float64)[None, None, :, None]
    exposure = np.broadcast_to(lengths, held["count"].shape)
    return CareBlocks(exposure, **held, paired_s=np.broadcast_to(lengths[..., None], held["answered"].shape))


def child_blocks_of_part(part: Arrays, coder: int) -> ChildBlocks:
    """Return what the children of one part do as one coder coded it.

    Args:
        part: as made with own children.
        coder: its number.

    Returns:
        A record a family.
    """
    held = {name: np.asarray(part[f"child_{name}"][:, coder], np.float64) for name in KEPT_OF_CHILD}
    exposure = np.broadcast_to(np.asarray(part["lengths"], np.float64)[None, None, :, None], held["count"].shape)
    return ChildBlocks(exposure, exposure, **held)


def _families(plan: TrainingPlan, part: int, generator: np.random.Generator) -> _Families:
    count = min(plan.part, plan.families - part * plan.part)
    numbers = np.arange(part * plan.part, part * plan.part + count, dtype=np.uint32)
    age = math.exp(generator.uniform(*np.log(AGES)))
    position = proposed_positions(plan.proposal, count, generator)
    care = Care(age, setting(dict(zip(Dimension, position.T, strict=True))), RESIDUAL)
    watched = CohortDesign(count, (care,), seed=plan.seed, numbers=numbers)
    if plan.own_child:
        return _Families(watched, watched, position)
    other = setting(dict(zip(Dimension, proposed_positions(plan.proposal, count, generator).T, strict=True)))
    return _Families(replace(watched, care=(Care(age, other, RESIDUAL, person=1),)), watched, position)


def proposed_positions(proposal: str, count: int, generator: np.random.Generator) -> Floats:
    """Return positions of families on the dimensions of care.

    Args:
        proposal: one of `PROPOSALS`.
        count: how many.
        generator: of chances.

    Returns:
        Shape (count, dimensions).
    """
    pooled = model.population("pooled")
    risk_share = {"low-risk": 0.0, "at risk": 1.0}.get(proposal, pooled.risk_share)
    risk = generator.random(count) < risk_share
    centre = np.where(risk[:, None], pooled.centre(at_risk=True), pooled.centre(at_risk=False))
    wide = generator.random(count) < WIDE_SHARE.get(proposal, 0.0)
    z = generator.standard_normal((count, len(Dimension)))
    return centre + np.where(wide, WIDER, 1.0)[:, None] * (z @ pooled.factor().T)


def proposal_density(position: Floats, proposal: str = "half") -> Floats:
    """Return the log density of positions under a proposal.

    Args:
        position: shape (families, dimensions).
        proposal: population, wide or half.

    Returns:
        Shape (families,).
    """
    pooled = model.population("pooled")
    wide = replace(pooled, spread={one: WIDER * own for one, own in pooled.spread.items()})
    share = WIDE_SHARE[proposal]
    parts = [math.log(each) + own.log_density(position) for own, each in ((pooled, 1.0 - share), (wide, share)) if each]
    return np.asarray(np.logaddexp.reduce(parts, axis=0), np.float64)


def _errors(coders: int, children: int, generator: np.random.Generator) -> list[list[CoderError]]:
    studies = -(-children // STUDY)
    drawn = generator.random((coders, studies, 3)) * (MISSED, FALSE, DISPLACED_S)
    return [[CoderError(*map(float, one)) for one in own] for own in drawn]


def _error_rows(errors: list[CoderError], children: int) -> Floats:
    rows = np.array([(one.missed, one.false, one.displaced_s) for one in errors])
    return np.repeat(rows, STUDY, axis=0)[:children]


_GIVEN = np.array([kind.role is Role.CAREGIVER for kind in KINDS])
_NUMBER = np.array([NUMBER_OF[kind.construct] for kind in KINDS], np.int64)
_SIGN = np.array([int(kind.code.split()[1]) if kind.construct is Construct.AFFECT else 0 for kind in KINDS], np.int64)
_OF_CARE = np.isin(_NUMBER, [NUMBER_OF[one] for one in (*CUE_KINDS, *(line.construct for line in LINES))]) & (
    _GIVEN | np.isin(_NUMBER, [NUMBER_OF[one] for one in CUE_KINDS])
)
assert all(one in {line.construct for line in LINES} for answers in ANSWER_SETS for one in answers)


def _of_care(acts: Acts) -> Acts:
    return acts.some(_OF_CARE[acts.kind])


def _coded(acts: Acts, errors: list[CoderError], visit: tuple[int, npt.NDArray[np.uint32], int], name: str) -> Acts:
    """Return the acts as coders code them, each of whom codes `STUDY` children."""
    seed, numbers, session = visit
    study = acts.child // STUDY
    coded = [
        Coder(error, seed, numbers, f"{name}/{place}", session).code(acts.some(study == place))
        for place, error in enumerate(errors)
    ]
    names = ("child", "kind", "onset", "offset", "to_stranger", "noticed")
    return replace(acts, **{one: np.concatenate([getattr(part, one) for part in coded]) for one in names})


def blocks_of_acts(acts: Acts) -> CareBlocks:
    """Return one visit as one coder coded it, a record a child.

    Args:
        acts: as coded, of children who were watched for the same time.

    Returns:
        What `care_blocks` gives for the record of these acts.
    """
    return blocks_of_columns(_as_columns(acts), len(acts.watched), float(acts.watched[0]))


def child_blocks_of_acts(acts: Acts) -> ChildBlocks:
    """Return what children do at one visit as one coder coded it, a record a child.

    Args:
        acts: as coded, of children who were watched for the same time.

    Returns:
        What `child_blocks` gives for the record of these acts.
    """
    return child_blocks_of_columns(_as_columns(acts), len(acts.watched), float(acts.watched[0]))


def _as_columns(acts: Acts) -> ActColumns:
    written = as_written(acts)
    kind = written.kind
    return ActColumns(written.child, _NUMBER[kind], _SIGN[kind], _GIVEN[kind], written.onset, written.offset)


def main() -> None:
    """Make training records as the command line asks.

    Raises:
        BowlbyError: what `make_training_records` raises.
    """
    from bowlby.simulation.entry import prepare_jax

    parser = argparse.ArgumentParser(prog="python -m bowlby.recovery.training_records", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--families", type=int, required=True)
    parser.add_argument("--proposal", default=TrainingPlan.proposal, choices=PROPOSALS)
    parser.add_argument("--coders", type=int, default=TrainingPlan.coders)
    parser.add_argument("--own-child", action="store_true", help="watch caregivers with the child that they raised")
    parser.add_argument("--seed", type=int, default=TrainingPlan.seed)
    given = parser.parse_args()
    prepare_jax()
    plan = TrainingPlan(given.families, given.proposal, given.coders, given.own_child, seed=given.seed)
    make_training_records(plan, given.folder, lambda part, of: _say(f"part {part} of {of}"))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
