"""The reference children that signs are read against, simulated: `python -m bowlby.simulation.sign_reference`."""

from __future__ import annotations

import sys

import numpy as np

from bowlby.model.life.population import reference_file
from bowlby.model.life.state import LifeState, from_leaves
from bowlby.model.life.traits import Constants
from bowlby.model.registry import CONSTANTS
from bowlby.model.signs.reference import FILE, REMAKE, SignReference, save_reference
from bowlby.model.signs.states import SIGN_STATES, sign_states
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.population import population

VERSION = 2
SEED = 20261122
AGES = (12.0, 18.0, 36.0, 60.0)
CHILDREN = 4096
POPULATION = "pooled"
"""Signs are read in children of all kinds of families, those at risk among them."""


def reference_design(age: float, children: int) -> CohortDesign:
    """Return the design of the first children, up to an age.

    Args:
        age: months.
        children: how many, from the first.

    Returns:
        The design; a child is its number, so that fewer children or a lower age are the same lives.
    """
    care = population(POPULATION).care(np.arange(children, dtype=np.uint32), SEED, age)
    return CohortDesign(children, care, seed=SEED)


def simulate_states(design: CohortDesign) -> np.ndarray:
    """Return the states that signs load on at the end of a cohort's time.

    Args:
        design: of the cohort.

    Returns:
        float32, shape (states, children), in the order of `SIGN_STATES`, rounded for keeping.

    Raises:
        ArithmeticError: a child's numbers failed.
    """
    lived = simulate_cohort(design)
    if lived.troubles():
        raise ArithmeticError(f"the numbers of child {lived.troubles()[0].child} failed")
    state: LifeState = from_leaves(list(lived.state.astype(np.float64)))
    constants = Constants(*(np.float64(entry.default) for entry in CONSTANTS))
    found = sign_states(state.child, constants)
    return rounded(np.stack([found[name] for name in SIGN_STATES]))


def rounded(values: np.ndarray) -> np.ndarray:
    """Return values to 14 binary digits, which halves the file and moves no value by more than one part in 16,000.

    Args:
        values: finite numbers.

    Returns:
        float32 of the same shape.
    """
    words = values.astype(np.float32).view(np.uint32)
    return ((words + np.uint32(0x200)) & np.uint32(0xFFFFFC00)).view(np.float32)


def simulate_reference() -> SignReference:
    """Return the whole table, simulated anew.

    Returns:
        The reference, about 200 million episodes.

    Raises:
        ArithmeticError: a child's numbers failed.
    """
    values = [simulate_states(reference_design(age, CHILDREN)) for age in AGES]
    made = {
        "version": VERSION,
        "seed": SEED,
        "children": CHILDREN,
        "population": POPULATION,
        "calibration": reference_file()["version"],
        "command": REMAKE,
    }
    return SignReference(AGES, np.stack(values), made)


def main() -> None:
    """Simulate the table and write it where the package reads it.

    Raises:
        OutputError: the file cannot be written.
    """
    from bowlby.simulation.entry import prepare_jax

    prepare_jax()
    save_reference(simulate_reference())
    sys.stderr.write(f"wrote {FILE.name}\n")


if __name__ == "__main__":
    main()
