"""Posteriors of several dyads as labelled arrays in ArviZ's layout, in one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bowlby.infer.pooled import Pooled
from bowlby.infer.pooling import POOLED
from bowlby.infer.posterior import Posterior
from bowlby.infer.saved import attributes, made_by, save_tree

if TYPE_CHECKING:
    import xarray as xr

Floats = npt.NDArray[np.float64]

DRAWS = 2000
"""Draws of each dyad where dyads were not pooled, as one chain: methods may differ from dyad to dyad."""


def save_dyads(
    names: Sequence[str],
    found: Sequence[Posterior],
    pooled: Pooled | None,
    path: str | Path,
    *,
    force: bool = False,
) -> Path:
    """Save posteriors of several dyads in one file, with the group's where they were pooled.

    Args:
        names: of the dyads.
        found: each dyad's posterior by itself; used where `pooled` is None.
        pooled: the group, or None.
        path: ends in .zarr or .nc.
        force: replace what is there.

    Returns:
        The path written.

    Raises:
        InputError: the ending is neither.
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    import xarray as xr

    shown = [_one_chain(one) for one in found] if pooled is None else [one.draws for one in pooled.together]
    groups: dict[str, xr.Dataset] = {"/posterior": _posterior(names, shown)}
    if pooled is not None:
        groups["/posterior"] = groups["/posterior"].merge(_group(pooled))
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = made_by("each dyad by itself" if pooled is None else str(pooled.diagnostics.method))
    return save_tree(tree, path, force=force)


def _one_chain(found: Posterior) -> dict[str, Floats]:
    places = np.linspace(0, next(iter(found.draws.values())).size - 1, DRAWS).round().astype(int)
    return {name: values.ravel()[places][None] for name, values in found.draws.items()}


def _posterior(names: Sequence[str], shown: Sequence[dict[str, Floats]]) -> xr.Dataset:
    import xarray as xr

    chains, draws = next(iter(shown[0].values())).shape
    whole = {
        name: (("chain", "draw", "dyad"), np.stack([one[name] for one in shown], axis=-1), attributes(name))
        for name in shown[0]
    }
    return xr.Dataset(whole, coords={"chain": np.arange(chains), "draw": np.arange(draws), "dyad": list(names)})


def _group(pooled: Pooled) -> xr.Dataset:
    """Return mean and effects, and sds between dyads, in prior sds of the transformed scale."""
    import xarray as xr

    unit = {"unit": "prior sd of the transformed scale"}
    columns = ["mean", *(one.name for one in pooled.covariates)]
    return xr.Dataset(
        {
            "group_effect": (("chain", "draw", "column", "parameter"), pooled.effects, unit),
            "group_sd": (("chain", "draw", "parameter"), pooled.spread, unit),
        },
        coords={"column": columns, "parameter": list(POOLED)},
    )
