"""Children raised and watched for the tests of this folder, each group once."""

from __future__ import annotations

from functools import cache

import polars as pl

from bowlby.measures import still_face, strange_situation
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.engine.design import Care, CohortDesign
from bowlby.simulation.procedures import STILL_FACE, STRANGE_SITUATION
from bowlby.simulation.visits import VisitedChildren, VisitPlan, observe
from tests.simulation.extremes import extreme

MIXTURES = {
    "protest-answering": {
        **extreme("inconsistent"),
        "answer_base": -2.0,
        "answer_slope": 8.0,
        "sojourn_available": 8.0,
        "sojourn_unavailable": 1.0,
    },
    "unpredictable": {
        **extreme("inconsistent"),
        "answer_base": 2.0,
        "answer_slope": 0.3,
        "answer_unavailable": 0.05,
    },
}
"""Care that is inconsistent in one way only."""

CLASSES = ("A", "B", "C", "D", "CC")


def design(name: str, children: int = 256, off: str = "", until: float = 12.0, **child: float) -> CohortDesign:
    """Return children under one kind of care, with a mechanism of the episode clock switched off where one is named."""
    care = Care(until, MIXTURES.get(name) or extreme(name), 0.5 if name != "usual" else 1.0)
    return CohortDesign(children, (care,), seed=31, constants={off: 0.0} if off else {}, child=child)


@cache
def strange(name: str, off: str = "", children: int = 256) -> tuple[VisitedChildren, pl.DataFrame, pl.DataFrame]:
    """Return what was watched in the Strange Situation, the scales and the classes."""
    moments = {"exploration": 0.0} if off == "exploration" else None
    lived = design(name, children, "" if off == "exploration" else off)
    found = observe(lived, VisitPlan(STRANGE_SITUATION), moments=moments)
    scored = strange_situation.scales(coded_as_itself(found.record))
    return found, scored, strange_situation.classify(scored)


def shares(name: str, off: str = "", children: int = 256) -> dict[str, float]:
    """Return the share of each class."""
    classes = strange(name, off, children)[2]["class"]
    return {label: float((classes == label).mean() or 0.0) for label in CLASSES}


def scale(name: str, column: str, off: str = "") -> float:
    """Return the mean of one scale."""
    return float(strange(name, off)[1][column].mean() or 0.0)  # pyright: ignore[reportArgumentType]


@cache
def stilled() -> pl.DataFrame:
    """Return the contrasts of the still-face over 256 children of six months."""
    found = observe(design("usual", until=6.0), VisitPlan(STILL_FACE))
    effects = still_face.effect(coded_as_itself(found.record), still_face.StillFaceCriteria(fewest_s=25.0))
    return still_face.summary(effects)
