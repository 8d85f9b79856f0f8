"""Simulated children of whom it is known whether threat, deprivation, both or neither is their lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

import numpy as np

from bowlby.errors import InputError
from bowlby.infer.density import DEVIATING, natural, prior_of
from bowlby.model.caregiver import Caregiver
from bowlby.model.parameters import CAREGIVER_NAMES, default, lookup
from bowlby.records.coded import CodedRecord
from bowlby.records.excerpt import first_minutes
from bowlby.records.identity import coded_as_itself
from bowlby.simulate.coder import CoderError, miscode
from bowlby.simulate.dyad import simulate_dyad
from bowlby.simulate.exposures import EXPOSURES, exposure
from bowlby.study.axes import axes
from bowlby.study.full_child import watch_full_children
from bowlby.study.recovery import SESSION_DEVIATION
from bowlby.study.reference import QUADRANTS, quadrant_of, reference_population

MINUTES = (5.0, 20.0, 60.0, 180.0)
"""Lengths of the records of one child; the shorter ones begin the longest."""
SPREAD = 0.5
"""Caregivers lie around the setting of an exposure with this share of the priors' spread."""


class Writer(StrEnum):
    """Who writes the record."""

    DYAD = "dyad"
    CHILD = "child"


@dataclass(frozen=True)
class KnownChild:
    """A child with the care that it gets, before anything was watched.

    Args:
        number: of the child, >= 0.
        exposure: whose setting its care lies around.
        quadrant: of its usual care, place in `QUADRANTS`.
        threat: of its usual care, on the axis.
        deprivation: of its usual care, on the axis.
        session: care on the day of the visit, numbers.
    """

    number: int
    exposure: str
    quadrant: int
    threat: float
    deprivation: float
    session: Caregiver


def known_children(each: int, seed: int) -> tuple[KnownChild, ...]:
    """Return children whose care lies around the named exposures, equally many in each quadrant.

    The cuts come from the reference population, the calibrated low-risk families; no exposure was used to set them.
    Caregivers are drawn around each exposure in turn until every quadrant is full. On the day of the visit care departs
    from usual care by .3 prior sds.

    Args:
        each: children a quadrant, >= 1.
        seed: 0 <= seed < 2**63.

    Returns:
        4 * each children, by quadrant.

    Raises:
        InputError: no child is asked for.
    """
    if each < 1:
        raise InputError("at least one child a quadrant", column="children", value=each, remedy="Give 1 or more.")
    rng = np.random.Generator(np.random.Philox(key=[seed, 6]))
    found: list[list[KnownChild]] = [[] for _ in QUADRANTS]
    names = tuple(EXPOSURES)
    for drawn in count():
        child = _drawn(names[drawn % len(names)], rng)
        if len(found[child.quadrant]) < each:
            found[child.quadrant].append(child)
        if all(len(one) == each for one in found):
            break
    every = [child for quadrant in found for child in quadrant]
    return tuple(
        KnownChild(number, one.exposure, one.quadrant, one.threat, one.deprivation, one.session)
        for number, one in enumerate(every)
    )


def _drawn(name: str, rng: np.random.Generator) -> KnownChild:
    centre, age = exposure(name), default("age_default")
    free = {
        key: lookup(key).free(float(getattr(centre, key))) + SPREAD * prior_of(key).scale * rng.standard_normal()
        for key in CAREGIVER_NAMES
    }
    session = dict(free)
    for key in DEVIATING:
        session[key] += SESSION_DEVIATION * prior_of(key).scale * rng.standard_normal()
    usual = Caregiver(**{key: natural(key, np.array([value])) for key, value in free.items()})
    place = axes(usual, age)
    quadrant = int(quadrant_of(place, reference_population(age))[0])
    numbers = Caregiver(**{key: float(natural(key, np.array(value))) for key, value in session.items()})
    return KnownChild(0, name, quadrant, float(place.threat[0]), float(place.deprivation[0]), numbers)


def records_of(
    children: Sequence[KnownChild], writer: Writer, minutes: Sequence[float], seed: int
) -> Iterator[tuple[KnownChild, Mapping[float, CodedRecord]]]:
    """Yield each child with its records of every length.

    `dyad` writes them by the likelihood's own small generator, with spells of unavailability that the likelihood does
    not contain. `child` raises the full child from birth under that care, watches it at home in the moment clock, and a
    coder who misses, imagines and misplaces acts codes it.

    Args:
        children: from `known_children`.
        writer: who writes the record.
        minutes: lengths, each > 0.
        seed: 0 <= seed < 2**63.

    Returns:
        An iterator.

    Raises:
        InputError: a length cannot be watched.
    """
    age = default("age_default")
    match writer:
        case Writer.DYAD:
            records = (
                simulate_dyad(child.session, minutes=max(minutes), seed=seed * 100_003 + child.number)
                for child in children
            )
        case Writer.CHILD:
            watched = watch_full_children([child.session for child in children], max(minutes), age, seed)
            records = (
                miscode(record, CoderError(), seed * 100_003 + child.number)
                for child, record in zip(children, watched, strict=True)
            )
    for child, record in zip(children, records, strict=True):
        yield child, {length: coded_as_itself(first_minutes(record, length)) for length in minutes}
