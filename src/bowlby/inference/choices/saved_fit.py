"""Fits of choice models as labelled arrays in ArviZ's layout, saved to netCDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bowlby.atomic import writing
from bowlby.errors import InputError
from bowlby.inference.choices.fit import Fit, PopulationFigure, prior_draws
from bowlby.inference.draw_files import made_by, write_netcdf

if TYPE_CHECKING:
    import xarray as xr

Floats = npt.NDArray[np.float64]


def fit_tree(found: Fit) -> xr.DataTree:
    """Return a fit as a tree of datasets: posterior, prior, log_likelihood, sample_stats, observed_data.

    Args:
        found: a fit.

    Returns:
        A tree that ArviZ reads. In `posterior`, what is common has dimensions (chain, draw), and each parameter of
        children, `NAME_of_child`, (chain, draw, child); in `log_likelihood`, `act` has (chain, draw, known_act).
    """
    import xarray as xr

    tree = xr.DataTree.from_dict(
        {
            "/posterior": _posterior(found),
            "/prior": _prior(found),
            "/log_likelihood": _log_likelihood(found),
            "/sample_stats": _sample_stats(found),
            "/observed_data": _observed(found),
        }
    )
    tree.attrs = made_by(str(found.diagnostics.method)) | {
        "rule": str(found.problem.layout.model.rule),
        "pooling": str(found.problem.layout.pooling),
        "seed": str(found.seed),
    }
    return tree


def save_fit(found: Fit, path: str | Path, *, force: bool = False) -> Path:
    """Save a fit as netCDF, whole or not at all.

    Args:
        found: a fit.
        path: ends in .nc.
        force: replace what is there.

    Returns:
        The path written.

    Raises:
        InputError: the ending is another.
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    path = Path(path)
    if path.suffix != ".nc":
        raise InputError("a fit is saved as netCDF", file=path, remedy="End the name in .nc.")
    with writing(path, force=force) as draft:
        write_netcdf(fit_tree(found), draft)
    return path


def _posterior(found: Fit) -> xr.Dataset:
    import xarray as xr

    rows = {row.name: row for row in found.rows()}
    common = {name: (("chain", "draw"), draws, _attributes(rows[name])) for name, draws in found.population.items()}
    entries = {entry.name: entry for entry in found.problem.layout.model.free}
    own = {
        f"{name}_of_child": (
            ("chain", "draw", "child"),
            found.of_children(name),
            {"unit": entry.unit, "long_name": entry.meaning, "symbol": entry.symbol},
        )
        for name, entry in entries.items()
    }
    return xr.Dataset(common | own, coords=_places(found) | {"child": list(found.problem.trials.children)})


def _places(found: Fit) -> dict[str, object]:
    chains, draws = found.unknowns.shape[:2]
    return {"chain": np.arange(chains), "draw": np.arange(draws)}


def _attributes(row: PopulationFigure) -> dict[str, str]:
    return {"unit": row.unit, "long_name": f"{row.kind} of {row.name}"}


def _prior(found: Fit) -> xr.Dataset:
    import xarray as xr

    draws = prior_draws(found.problem, found.seed)
    return xr.Dataset({name: (("chain", "draw"), values) for name, values in draws.items()})


def _log_likelihood(found: Fit) -> xr.Dataset:
    import xarray as xr

    chains, draws = found.unknowns.shape[:2]
    flat = found.log_likelihoods_of(found.free.reshape(-1, *found.free.shape[2:]))
    values = flat.reshape(chains, draws, -1)
    return xr.Dataset({"act": (("chain", "draw", "known_act"), values)}, coords=_places(found))


def _sample_stats(found: Fit) -> xr.Dataset:
    import xarray as xr

    shown = {name: value for name, value in found.diagnostics.as_dict().items() if isinstance(value, int | float)}
    return xr.Dataset({name: ((), float(value)) for name, value in shown.items()})


def _observed(found: Fit) -> xr.Dataset:
    import xarray as xr

    trials = found.problem.trials
    names = ("act", "act_seen", "outcome", "outcome_seen")
    columns = {name: (("trial", "series"), trials.padded(name).astype(float)) for name in names}
    labels = {
        "child_of_series": (("series",), [one.child for one in trials.series]),
        "session_of_series": (("series",), [one.session for one in trials.series]),
    }
    return xr.Dataset(columns | labels, attrs={"acts": ", ".join(trials.acts)})
