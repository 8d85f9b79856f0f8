"""The kinds of care that claims are tested under: whole lives at home, most of them one named setting throughout.

Single behaviours are sensitive care with that one thing changed, so that what follows is its doing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from bowlby.errors import InputError
from bowlby.model.life.exposures import exposure
from bowlby.simulate.engine.design import CohortDesign, Value
from bowlby.simulate.life_course import Home, life_course
from bowlby.simulate.population import population
from bowlby.study.claims.aspects import KINDS

OWN_SPREAD = 0.5
"""Share of the population's spread that families of one named kind of care keep."""

Homes = Callable[[float, int, int], tuple[Home, ...]]
"""From the age at the end, the number of children and the seed to stretches of care."""


@dataclass(frozen=True)
class LifeCare:
    """Care over a life.

    Args:
        homes: stretches at home.
        company: traits of persons outside it that differ from their role's.
        says: what it is, in words.
    """

    homes: Homes
    says: str
    company: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)


def _always(setting: Mapping[str, float]) -> Homes:
    return lambda until, _children, _seed: (Home(until, setting, OWN_SPREAD if setting else 1.0),)


def _turned(*stretches: tuple[float, str, int]) -> Homes:
    """Return homes that change: (until, exposure, person), the last of them going on to the end."""

    def homes(until: float, _children: int, _seed: int) -> tuple[Home, ...]:
        found: list[Home] = []
        for end, care, person in stretches:
            if not found or found[-1].until < until:
                found.append(Home(min(end, until), exposure(care), OWN_SPREAD, person))
        last = found[-1]
        return (*found[:-1], Home(until, last.setting, last.spread, last.person))

    return homes


def _mixed(until: float, children: int, seed: int) -> tuple[Home, ...]:
    """Return homes of the fitted population of samples of all kinds."""
    return population("pooled").homes(np.arange(children, dtype=np.uint32), seed, until)


def _but(**changes: float) -> Homes:
    return _always({**exposure("sensitive"), **changes})


_NEVER = 1e9
_KIND_TEACHER = {"preschool teacher": {**exposure("sensitive"), "withdrawal": 4.0}}

CARES: Mapping[str, LifeCare] = MappingProxyType(
    {
        **{key: LifeCare(_always(exposure(kind.exposure)), kind.says) for key, kind in KINDS.items()},
        "harsh": LifeCare(_always(exposure("harsh")), "care that meets bids with harshness"),
        "partial neglect": LifeCare(
            _always(
                {
                    "answer_base": 0.0,
                    "latency_median": 2.5,
                    "never_share": 0.1,
                    "warmth": 0.45,
                    "holding": 0.25,
                    "presence": 0.3,
                    "engagement_rate": 1.0,
                    "sojourn_available": 3.0,
                    "sojourn_unavailable": 2.5,
                }
            ),
            "care about half-way from the usual to neglect, as families in trials are",
        ),
        "mixed": LifeCare(_mixed, "the population fitted to samples of all kinds, families at risk among them"),
        "rejecting": LifeCare(_always(exposure("rejecting")), "care that turns away the more the child asks"),
        "inconsistent": LifeCare(_always(exposure("inconsistent")), "care that answers protest, in some hours only"),
        "no response": LifeCare(
            _but(answer_base=-3.0, answer_slope=0.0, presence=0.15), "sensitive but for answers: bids meet none"
        ),
        "late response": LifeCare(
            _but(latency_median=12.0, presence=0.15), "sensitive but for the latency of answers, 12 minutes"
        ),
        "startling": LifeCare(
            _but(unprovoked_startling=1.0, provoked_startling=0.3), "sensitive but for loud and abrupt acts"
        ),
        "no holding": LifeCare(_but(holding=0.01), "sensitive but for holding and cuddling"),
        "no play": LifeCare(_but(engagement_rate=0.1, engagement_burst=1.0), "sensitive but for play, talk and smiles"),
        "imposing": LifeCare(_but(intrusion=0.9, warmth=0.3, presence=0.15), "sensitive but for own interests imposed"),
        "no presence": LifeCare(_but(presence=0.02), "sensitive but for calm presence when nothing is asked"),
        "sparse warmth": LifeCare(
            _but(engagement_rate=0.5, engagement_burst=1.0), "sensitive, six warm acts a day, each by itself"
        ),
        "clustered warmth": LifeCare(
            _but(engagement_rate=0.5, engagement_burst=6.0), "sensitive, six warm acts a day, all together"
        ),
        "separations": LifeCare(
            _but(separation_rate=1.0, separation_length=10.0), "sensitive with a separation of hours every day"
        ),
        "harsh, kind teacher": LifeCare(
            _always(exposure("harsh")), "harsh care at home and a kind preschool teacher", _KIND_TEACHER
        ),
        "placed at 9 months": LifeCare(
            _turned((9.0, "deprived", 0), (_NEVER, "sensitive", 50)), "neglect, then other, sensitive people"
        ),
        "placed at 30 months": LifeCare(
            _turned((30.0, "deprived", 0), (_NEVER, "sensitive", 50)), "neglect, then other, sensitive people"
        ),
        "secure, shaken": LifeCare(
            _turned((30.0, "sensitive", 0), (31.0, "frightening", 0), (_NEVER, "sensitive", 0)),
            "sensitive care with one month of fright at 30 months",
        ),
        "neglect, shaken": LifeCare(
            _turned((30.0, "deprived", 0), (31.0, "frightening and deprived", 0), (_NEVER, "deprived", 0)),
            "neglect with one month of fright at 30 months",
        ),
    }
)


def design_of(care: str, children: int, ages: tuple[float, ...], seed: int) -> CohortDesign:
    """Return the lives under one kind of care, with the standard company outside home.

    Args:
        care: one of `CARES`.
        children: how many, >= 1.
        ages: months at which the state is kept; the last of them is the end.
        seed: of all chances.

    Returns:
        The design.

    Raises:
        InputError: there is no such care, or the lives cannot be lived.
    """
    if care not in CARES:
        raise InputError("there is no such care", column="care", value=care, remedy=f"Known: {', '.join(CARES)}.")
    kind, until = CARES[care], max(ages)
    homes = kind.homes(until, children, seed)
    return life_course(children, homes, seed=seed, company=kind.company, trace_at=tuple(sorted(ages)))
