"""The kinds of care that claims are tested under: whole lives at home, most of them one named care throughout.

Families are low-risk ones. Single behaviours are sensitive care with that one thing changed, so that what follows is
its doing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from bowlby.errors import InputError
from bowlby.evidence.claims_register.aspects import KINDS
from bowlby.model.life.exposures import exposure
from bowlby.simulation.engine.design import CohortDesign, Value
from bowlby.simulation.home import HomeCare
from bowlby.simulation.life_course import life_course
from bowlby.simulation.named_care import CareStage, FamilyChildren, homes_through, homes_under, with_traits
from bowlby.simulation.population import population

Homes = Callable[[float, FamilyChildren], tuple[HomeCare, ...]]
"""From the age at the end and the children to stretches of care."""


@dataclass(frozen=True)
class LifeCare:
    """Care over a life.

    Args:
        homes: stretches at home.
        says: what it is, in words.
        company: traits of persons outside it that differ from their role's.
        without: persons of the standard company whom the child does not have.
    """

    homes: Homes
    says: str
    company: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    without: tuple[str, ...] = ()


def _always(care: str) -> Homes:
    return lambda until, children: homes_under(care, children, until)


def _turned(*stages: CareStage) -> Homes:
    """Return homes that change, the last of them going on to the end."""
    return lambda until, children: homes_through(stages, children, until)


def _pooled(until: float, children: FamilyChildren) -> tuple[HomeCare, ...]:
    """Return homes of the fitted population of samples of all kinds."""
    return population("pooled").homes(children.numbers, children.seed, until)


def _but(**traits: float) -> Homes:
    """Return homes of families under sensitive care in which some traits have centres of their own."""
    return lambda until, children: with_traits(homes_under("sensitive", children, until), traits)


_NEVER = 1e9
_KIND_TEACHER = {"preschool teacher": {**exposure("sensitive").setting(), "withdrawal": 4.0}}

CARES: Mapping[str, LifeCare] = MappingProxyType(
    {
        **{key: LifeCare(_always(kind.exposure), kind.says) for key, kind in KINDS.items()},
        "harsh": LifeCare(_always("harsh"), "care that meets bids with harshness"),
        "institution": LifeCare(
            _always("institution"), "institutional care, with no second caregiver", without=("second caregiver",)
        ),
        "pooled": LifeCare(_pooled, "the population fitted to samples of all kinds, families at risk among them"),
        "rejecting": LifeCare(_always("rejecting"), "care that turns away the more the child asks"),
        "inconsistent": LifeCare(_always("inconsistent"), "care that answers protest, in some hours only"),
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
            _always("harsh"), "harsh care at home and a kind preschool teacher", _KIND_TEACHER
        ),
        "placed at 9 months": LifeCare(
            _turned(CareStage(9.0, "institution"), CareStage(_NEVER, "sensitive", 50)),
            "an institution, then other, sensitive people",
            without=("second caregiver",),
        ),
        "placed at 30 months": LifeCare(
            _turned(CareStage(30.0, "institution"), CareStage(_NEVER, "sensitive", 50)),
            "an institution, then other, sensitive people",
            without=("second caregiver",),
        ),
        "secure, shaken": LifeCare(
            _turned(CareStage(30.0, "sensitive"), CareStage(31.0, "frightening"), CareStage(_NEVER, "sensitive")),
            "sensitive care with one month of fright at 30 months",
        ),
        "neglect, shaken": LifeCare(
            _turned(
                CareStage(30.0, "deprived"), CareStage(31.0, "frightening and deprived"), CareStage(_NEVER, "deprived")
            ),
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
    homes = kind.homes(until, FamilyChildren(np.arange(children, dtype=np.uint32), seed))
    return life_course(
        children, homes, seed=seed, company=kind.company, without=kind.without, trace_at=tuple(sorted(ages))
    )
