"""Examples to learn from: pieces of the made records, as a laboratory would have coded them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bowlby.inference.care import axes
from bowlby.inference.care.evidence import Blocks
from bowlby.inference.care.features import MASKS, POPULATIONS, RecordContext, features, masked
from bowlby.measures.care_blocks import LINES, CareBlocks
from bowlby.model.life import population
from bowlby.model.life.traits import Caregiver
from bowlby.model.parameter import Transform
from bowlby.model.registry import CAREGIVER
from bowlby.records.constructs import Construct
from bowlby.recovery.training_records import Arrays, blocks_of_part, parts_of, proposal_density

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

GROUPS = tuple(MASKS)
TEMPLATES: dict[str, tuple[str, ...]] = {
    "everything": GROUPS,
    "answers": ("answers", "distress", "bids"),
    "answers and affect": ("answers", "distress", "bids", "affect", "look"),
    "warmth": ("play", "signals", "holding", "affect", "look"),
    "voices": ("signals", "distress", "bids"),
    "fright": ("fright",),
    "answers and fright": ("answers", "distress", "bids", "fright"),
    "without fright": tuple(group for group in GROUPS if group != "fright"),
    "global scales": ("answers", "distress", "bids", "intrusion", "affect", "holding"),
}
"""What laboratories code, by name."""
KNOWN_CODER = 0.4
"""Share of examples in which the coder's error is known."""
MOST_SESSIONS = 10


class RecordPiece(NamedTuple):
    """Which part of each record is seen.

    Args:
        sessions: how many visits, from a first one on, shape (records,).
        first: number of the first visit seen, same shape.
        blocks: of each visit, same shape.
        start: first block of each visit, same shape.
    """

    sessions: Ints
    first: Ints
    blocks: Ints
    start: Ints


@dataclass(frozen=True)
class Examples:
    """Records in features, with the truth.

    Args:
        features: shape (examples, features), single precision.
        axes: on their free scales, shape (examples, axes).
        traits: on their free scales, shape (examples, traits).
        weight: importance of each in the population that it is read in, mean about 1.
        population: place in `POPULATIONS`.
        template: place in `TEMPLATES`, -1 for another mask.
        hours: seen.
        sessions: seen.
        family: number of the family, over all parts.
    """

    features: npt.NDArray[np.float32]
    axes: Floats
    traits: Floats
    weight: Floats
    population: Ints
    template: Ints
    hours: Floats
    sessions: Ints
    family: Ints

    def some(self, rows: Ints | Bools) -> Examples:
        """Return some of the examples."""
        return Examples(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def joined(parts: list[Examples]) -> Examples:
    """Return examples of several parts together.

    Args:
        parts: one or more.

    Returns:
        All of them, in order.
    """
    return Examples(
        **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Examples)}
    )


def joined_blocks(parts: list[Blocks]) -> Blocks:
    """Return records of several parts together; all have the same visits and blocks.

    Args:
        parts: one or more.

    Returns:
        All of them, in order.
    """
    names = [field.name for field in fields(parts[0])]
    return replace(parts[0], **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def piece(blocks: Blocks, seen: RecordPiece) -> Blocks:
    """Return what was seen of each record.

    Args:
        blocks: whole records.
        seen: which visits and blocks.

    Returns:
        The same shapes, 0 where nobody watched.
    """
    visits, size = blocks.count.shape[1:3]
    visit, block = np.arange(visits)[None, :, None], np.arange(size)[None, None, :]
    first, sessions, start, length = (
        values[:, None, None] for values in (seen.first, seen.sessions, seen.start, seen.blocks)
    )
    kept = (visit >= first) & (visit < first + sessions) & (block >= start) & (block < start + length)
    cut = {
        field.name: values * kept.reshape(*kept.shape, *[1] * (values.ndim - 3))
        for field in fields(blocks)
        for values in [getattr(blocks, field.name)]
    }
    return replace(blocks, **cut)


def thinned(blocks: CareBlocks, generator: np.random.Generator) -> CareBlocks:
    """Return records of which nine in ten lost the cues of some blocks, with all that answered them.

    How many cues there are is thereby next to no evidence of care: a child of another temper would have cried less.

    Args:
        blocks: the records.
        generator: of chances.

    Returns:
        The same with fewer cues in nine of ten.
    """
    share = np.where(generator.random(len(blocks.count)) < 0.1, 1.0, generator.uniform(0.1, 1.0, len(blocks.count)))
    stay = (generator.random(blocks.count.shape[:3]) < share[:, None, None]).astype(np.float64)
    by_line = np.ones((*stay.shape, len(LINES)))
    by_line[..., _BY_CUES] = stay[..., None]
    return replace(
        blocks,
        count=blocks.count * by_line,
        seconds=blocks.seconds * by_line,
        answered=blocks.answered * stay[..., None, None],
        waited=blocks.waited * stay[..., None, None],
        within=blocks.within * stay[..., None, None, None],
    )


_BY_CUES = [
    place for place, line in enumerate(LINES) if line.construct in (Construct.ANSWER, Construct.HOLD, Construct.INTRUDE)
]


def random_piece(shape: tuple[int, int, int], generator: np.random.Generator) -> RecordPiece:
    """Return pieces of five minutes to the whole, one to all visits.

    Args:
        shape: records, visits, blocks of a visit.
        generator: of chances.

    Returns:
        A piece a record.
    """
    records, visits, size = shape
    sessions = np.minimum(1 + np.floor(visits * generator.random(records) ** 1.5).astype(np.int64), visits)
    blocks = np.clip(np.exp(generator.uniform(0.0, np.log(size + 0.999), records)).astype(np.int64), 1, size)
    whole = generator.random(records) < 0.4
    blocks = np.where(whole, size, blocks)
    first = np.floor((visits - sessions + 1) * generator.random(records)).astype(np.int64)
    start = np.floor((size - blocks + 1) * generator.random(records)).astype(np.int64)
    return RecordPiece(sessions, first, blocks, start)


def random_masks(records: int, generator: np.random.Generator) -> tuple[Bools, Ints]:
    """Return what was coded: everything in half of the records, else a template, one group, all but one, or any.

    Args:
        records: how many.
        generator: of chances.

    Returns:
        Groups of `MASKS` kept, shape (records, groups), and the template's place or -1.
    """
    kept = np.ones((records, len(GROUPS)), np.bool_)
    template = np.zeros(records, np.int64)
    kind = generator.random(records)
    rows = np.flatnonzero(kind < 0.2)
    chosen = generator.integers(1, len(TEMPLATES), len(rows))
    table = np.array([[group in held for group in GROUPS] for held in TEMPLATES.values()])
    kept[rows], template[rows] = table[chosen], chosen
    one = np.eye(len(GROUPS), dtype=np.bool_)
    for low, high, without in ((0.2, 0.3, True), (0.3, 0.38, False)):
        rows = np.flatnonzero((kind >= low) & (kind < high))
        picked = one[generator.integers(0, len(GROUPS), len(rows))]
        kept[rows], template[rows] = (~picked if without else picked), -1
    rows = np.flatnonzero((kind >= 0.38) & (kind < 0.5))
    kept[rows] = generator.random((len(rows), len(GROUPS))) < generator.random((len(rows), 1))
    template[rows] = -1
    return kept, template


def weights_of(position: Floats, chosen: Ints, proposal: str) -> Floats:
    """Return the importance of families in the populations that they are read in, p(family) / q(family).

    Args:
        position: of families on the dimensions of care, shape (families, dimensions).
        chosen: places in `POPULATIONS`, shape (families,).
        proposal: that they were drawn from.

    Returns:
        Shape (families,), mean about 1.
    """
    under = np.stack([population.population(name).log_density(position) for name in POPULATIONS])
    return np.exp(under[chosen, np.arange(len(chosen))] - proposal_density(position, proposal))


def free_traits(values: Floats) -> Floats:
    """Return caregiver traits on their transformed scales.

    Args:
        values: on their own scales, shape (families, traits).

    Returns:
        The same shape.
    """
    columns = [_free(entry.transform, values[:, place]) for place, entry in enumerate(CAREGIVER)]
    return np.stack(columns, axis=1)


def _free(transform: Transform, values: Floats) -> Floats:
    match transform:
        case Transform.IDENTITY:
            return values
        case Transform.LOG:
            return np.log(np.maximum(values, 1e-12))
        case Transform.LOGIT:
            inside = np.clip(values, 1e-9, 1.0 - 1e-6)
            return np.log(inside / (1.0 - inside))


assert tuple(entry.name for entry in CAREGIVER) == Caregiver._fields


def examples(folder: Path, proposal: str, each: int, seed: int) -> Examples:
    """Return examples from every record of a folder, in random pieces and codings.

    Args:
        folder: of made records.
        proposal: that its families were drawn from.
        each: examples of each coder's record.
        seed: of all chances.

    Returns:
        The examples.
    """
    found: list[Examples] = []
    families = 0
    for number, part in enumerate(parts_of(folder)):
        generator = np.random.default_rng([seed, number])
        for coder in range(part["count"].shape[1]):
            whole = blocks_of_part(part, coder)
            for _ in range(each):
                seen = random_piece(whole.count.shape[:3], generator)
                kept, template = random_masks(len(whole.count), generator)
                chosen = generator.choice(len(POPULATIONS), len(whole.count), p=(0.6, 0.2, 0.2))
                seen_of = thinned(piece(whole, seen), generator)
                found.append(example(part, coder, seen_of, (kept, template, chosen), generator, proposal))
        for place in range(len(found) - each * part["count"].shape[1], len(found)):
            found[place] = _numbered(found[place], families)
        families += len(part["age"])
    return joined(found)


def _numbered(one: Examples, first: int) -> Examples:
    return replace(one, family=one.family + first)


def example(
    part: Arrays,
    coder: int,
    blocks: CareBlocks,
    how: tuple[Bools, Ints, Ints],
    generator: np.random.Generator,
    proposal: str,
) -> Examples:
    """Return one example of each record of a part.

    Args:
        part: as made.
        coder: whose record.
        blocks: what was seen of it.
        how: groups that were coded, their template, and the population each is read in.
        generator: of chances.
        proposal: that the families were drawn from.

    Returns:
        The examples; families are numbered within the part.
    """
    kept, template, chosen = how
    error = np.asarray(part["error"][:, coder], np.float64)
    known = generator.random(len(error)) < KNOWN_CODER
    context = RecordContext(np.asarray(part["age"], np.float64), chosen, np.where(known[:, None], error, np.nan))
    read = features(masked(blocks, kept), context)
    by_session = blocks.exposure[..., 0].sum(axis=2)
    return Examples(
        read.astype(np.float32),
        axes.free(np.asarray(part["axes"], np.float64)),
        free_traits(np.asarray(part["traits"], np.float64)),
        weights_of(np.asarray(part["position"], np.float64), chosen, proposal),
        chosen,
        template,
        by_session.sum(axis=1) / 3600.0,
        (by_session > 0.0).sum(axis=1),
        np.arange(len(error)),
    )
