"""A life from birth to adulthood: home and, by age, a second caregiver, teachers, peers and an adult partner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from bowlby.errors import InputError
from bowlby.model.life.dimensions import RESIDUAL
from bowlby.model.life.population import ORDINARY
from bowlby.model.life.roles import ROLES, PartnerRole
from bowlby.model.registry import lookup
from bowlby.simulation.engine.design import Care, CohortDesign, PartnerStage, Value
from bowlby.simulation.home import HomeCare
from bowlby.simulation.population import population, shifted

ADULT = 216.0
"""Months at which the standard course begins an adult bond."""
END = 300.0
"""Months at which it ends: 25 years."""


@dataclass(frozen=True)
class PartnerPost:
    """Someone outside the first caregiver, over a stretch of life.

    Args:
        name: by which a course may give it traits of its own, such as "preschool teacher".
        place: "second", "school", "peer" or "partner".
        role: what it is to the child.
        person: number of the person.
        start: months.
        until: months.
        share: of the child's episodes.
    """

    name: str
    place: str
    role: PartnerRole
    person: int
    start: float
    until: float
    share: float


STANDARD: tuple[PartnerPost, ...] = (
    PartnerPost("second caregiver", "second", PartnerRole.SECOND, 10, 0.0, ADULT, 0.2),
    PartnerPost("preschool teacher", "school", PartnerRole.TEACHER, 11, 36.0, 60.0, 0.25),
    PartnerPost("kindergarten teacher", "school", PartnerRole.TEACHER, 12, 60.0, 72.0, 0.25),
    PartnerPost("first-grade teacher", "school", PartnerRole.TEACHER, 13, 72.0, 84.0, 0.25),
    PartnerPost("primary-school teacher", "school", PartnerRole.TEACHER, 14, 84.0, 132.0, 0.25),
    PartnerPost("secondary-school teacher", "school", PartnerRole.TEACHER, 15, 132.0, ADULT, 0.2),
    PartnerPost("preschool peers", "peer", PartnerRole.PEER, 21, 36.0, 72.0, 0.1),
    PartnerPost("school friends", "peer", PartnerRole.PEER, 22, 72.0, ADULT, 0.2),
    PartnerPost("adult friends", "peer", PartnerRole.PEER, 23, ADULT, END, 0.2),
    PartnerPost("partner", "partner", PartnerRole.PARTNER, 31, ADULT, END, 0.5),
)
"""Who is there when; shares of episodes are assumed."""

POSTS: Mapping[str, PartnerPost] = MappingProxyType({post.name: post for post in STANDARD})


def life_course(
    children: int | np.ndarray,
    home: tuple[HomeCare, ...],
    *,
    seed: int = 0,
    company: Mapping[str, Mapping[str, Value]] | None = None,
    without: tuple[str, ...] = (),
    trace_at: tuple[float, ...] = (),
) -> CohortDesign:
    """Return the design of a life under some care at home and the standard company outside it.

    Args:
        children: how many, >= 1, or their numbers, uint32, shape (children,).
        home: stretches of care at home in order of age; the last one's end is the end.
        seed: of all chances.
        company: traits of persons of `STANDARD`, by name, that differ from their role's.
        without: persons of `STANDARD` whom the child does not have.
        trace_at: ages in months at which the state is kept.

    Returns:
        The design.

    Raises:
        InputError: no home, an unknown person, or a design that cannot be lived.
    """
    own = dict(company or {})
    for name in (*own, *without):
        if name not in POSTS:
            raise InputError("there is no such person", column="company", value=name, remedy=f"Known: {list(POSTS)}.")
    if not home:
        raise InputError("a life has a home", column="home", value=home, remedy="Give at least one stretch of care.")
    posts = [post for post in STANDARD if post.name not in without]
    numbers = np.arange(children, dtype=np.uint32) if isinstance(children, int) else children
    end = home[-1].until
    turns = {stretch.until for stretch in home} | {age for post in posts for age in (post.start, post.until)}

    @cache
    def met(post: PartnerPost) -> PartnerStage:
        return _company(post, own.get(post.name, {}), (numbers, seed))

    care: list[Care] = []
    for until in sorted(turn for turn in turns if 0 < turn <= end):
        start = care[-1].until if care else 0.0
        now = next(stretch for stretch in home if until <= stretch.until)
        others = {post.place: met(post) for post in posts if post.start <= start and until <= post.until}
        care.append(Care(until, now.setting, now.spread, now.person, others))
    own_numbers = None if isinstance(children, int) else numbers
    return CohortDesign(len(numbers), tuple(care), seed=seed, trace_at=trace_at, numbers=own_numbers)


def _company(post: PartnerPost, own: Mapping[str, Value], who: tuple[np.ndarray, int]) -> PartnerStage:
    """Return the person at a post: of the low-risk population, moved as its role asks.

    g(trait) = g(person) + g(role) - g(usual). A second caregiver stays around usual care with the population's whole
    spread: it is there in the lives that the population is fitted to, so that it may not come from that fit.
    """
    traits = {**ROLES[post.role], **own}
    if post.role is PartnerRole.SECOND:
        return PartnerStage(post.person, post.share, traits)
    numbers, seed = who
    by = {name: _shift(name, value) for name, value in traits.items()}
    person = population(ORDINARY).setting(numbers, seed, person=post.person)
    return PartnerStage(post.person, post.share, shifted(person, by), RESIDUAL)


def _shift(name: str, value: Value) -> np.ndarray:
    """Return g(value) - g(usual)."""
    entry = lookup(name)
    return np.vectorize(entry.free, otypes=[float])(value) - entry.free(entry.default)
