"""A visit to one family of a calibrated population: its child raised from birth, watched at home, coded with error."""

from __future__ import annotations

import numpy as np

from bowlby.records.record import Record
from bowlby.simulate.coder import CoderError, miscode
from bowlby.simulate.engine.design import CohortDesign
from bowlby.simulate.population import population
from bowlby.simulate.procedures import ordinary
from bowlby.simulate.watch import watch


def home_visit(name: str, *, age_months: float, minutes: float, seed: int) -> Record:
    """Return the coded record of an ordinary stretch at home with a family drawn at random.

    Args:
        name: of the population: "pooled", "low-risk" or "at risk".
        age_months: age of the child at the visit, > 0.
        minutes: length of the visit, > 0.
        seed: which family, and all that chance does to it, 0 <= seed < 2**64.

    Returns:
        One session, as a coder saw it.

    Raises:
        InputError: there is no such population, or the seed, the age or the minutes cannot be used.
    """
    care = population(name).care(np.zeros(1, dtype=np.uint32), seed, age_months)
    watched = watch(CohortDesign(1, care, seed=seed), ordinary(minutes))
    return miscode(watched.record, CoderError(), seed)
