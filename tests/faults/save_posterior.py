"""Saves a posterior as `bowlby infer -o` does, without its sampling: python -m tests.faults.save_posterior FILE."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import xarray as xr

from bowlby.cli.output import fail
from bowlby.errors import BowlbyError
from bowlby.inference.draw_files import save_tree


def _tree() -> xr.DataTree:
    rng = np.random.default_rng(1)
    places = {"chain": range(4), "draw": range(500)}
    draws = {f"parameter_{number}": (("chain", "draw"), rng.normal(size=(4, 500))) for number in range(8)}
    return xr.DataTree.from_dict({"/posterior": xr.Dataset(draws, places), "/prior": xr.Dataset(draws, places)})


if __name__ == "__main__":
    try:
        save_tree(_tree(), Path(sys.argv[1]), force="--force" in sys.argv)
    except BowlbyError as error:
        sys.exit(fail(error, as_json=False))
