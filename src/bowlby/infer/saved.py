"""Posteriors as labelled arrays in ArviZ's layout, saved to Zarr or netCDF."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bowlby.atomic import remove, unwritable, writing
from bowlby.errors import FormatError, InputError, OverwriteError
from bowlby.infer.density import natural, prior_of
from bowlby.infer.posterior import Posterior
from bowlby.model.parameters import lookup
from bowlby.plain_arrays import refuse_unless_plain
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.scratch import scratch

if TYPE_CHECKING:
    import xarray as xr

Floats = npt.NDArray[np.float64]

PRIOR_DRAWS = 1000


def draw_tree(found: Posterior) -> xr.DataTree:
    """Return the posterior as a tree of datasets: posterior, prior, sample_stats, observed_data.

    Args:
        found: a posterior.

    Returns:
        A tree that ArviZ reads; every variable has dimensions (chain, draw[, session]) and attributes unit, long_name.
    """
    import xarray as xr

    tree = xr.DataTree.from_dict(
        {
            "/posterior": _posterior(found),
            "/prior": _prior(found),
            "/sample_stats": _sample_stats(found),
            "/observed_data": _observed(found),
        }
    )
    tree.attrs = made_by(str(found.diagnostics.method)) | {"seed": str(found.seed)}
    return tree


def made_by(method: str) -> dict[str, str]:
    """Return what a file of draws says about how they were made, in ArviZ's names.

    Args:
        method: of the inference.

    Returns:
        Attributes: the library, its version, the method, what the draws are good for and what not.
    """
    return {
        "inference_library": "bowlby",
        "inference_library_version": version("bowlby"),
        "method": method,
        "purpose_and_limits": " ".join(PURPOSE_AND_LIMITS),
    }


def save(found: Posterior, path: str | Path, *, force: bool = False) -> Path:
    """Save a posterior: Zarr where the name ends in .zarr, netCDF where it ends in .nc; whole or not at all.

    Args:
        found: a posterior.
        path: ends in .zarr or .nc.
        force: replace what is there.

    Returns:
        The path written.

    Raises:
        InputError: the ending is neither.
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    return save_tree(draw_tree(found), path, force=force)


def save_tree(tree: xr.DataTree, path: str | Path, *, force: bool = False) -> Path:
    """Save a tree of datasets: Zarr where the name ends in .zarr, netCDF where it ends in .nc; whole or not at all.

    Args:
        tree: what is to be saved.
        path: ends in .zarr or .nc.
        force: replace what is there.

    Returns:
        The path written.

    Raises:
        InputError: the ending is neither.
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    path = Path(path)
    match path.suffix:
        case ".zarr":
            return _save_zarr(tree, path, force=force)
        case ".nc":
            with writing(path, force=force) as draft:
                write_netcdf(tree, draft)
            return path
        case _:
            raise InputError("the ending tells no format", file=path, remedy="End the name in .zarr or .nc.")


def load_tree(path: str | Path) -> xr.DataTree:
    """Return what `save_tree` saved; a file of anybody's is read without running anything.

    Args:
        path: a Zarr folder or a netCDF file.

    Returns:
        The tree, in memory.

    Raises:
        InputError: there is none, or it is neither.
        FormatError: it is damaged or not plain: see `bowlby.plain_arrays`.

    Example:
        >>> load_tree("post.nc")["posterior"]["sensitivity"].mean()  # doctest: +SKIP
    """
    import xarray as xr

    path = Path(path)
    refuse_unless_plain(path)
    try:
        if path.is_dir():
            return xr.open_datatree(path, engine="zarr", consolidated=False).load()
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            return tree.load()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise FormatError(
            f"the store cannot be read ({type(error).__name__})", file=path, remedy="Ask for it again."
        ) from None


def write_netcdf(tree: xr.DataTree, draft: Path) -> None:
    """Write a tree as netCDF, by way of the system's temporary folder.

    HDF5 ends the whole process where the disk fails under a file that it has open; plain bytes only raise.

    Args:
        tree: of datasets.
        draft: where the bytes go.

    Raises:
        OSError: it cannot be written.
    """
    with scratch() as folder:
        whole = folder / "whole.nc"
        tree.to_netcdf(whole, engine="h5netcdf")
        draft.write_bytes(whole.read_bytes())


def _save_zarr(tree: xr.DataTree, path: Path, *, force: bool) -> Path:
    if path.exists() and not force:
        raise OverwriteError("the folder exists already", file=path, remedy="Choose another name or add --force.")
    try:
        with scratch(f".{path.name}.", path.parent) as folder:
            draft = folder / path.name
            tree.to_zarr(draft, consolidated=False, zarr_format=2)
            remove(path)
            draft.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def attributes(name: str) -> dict[str, str]:
    """Return what a saved variable says of itself.

    Args:
        name: of a parameter.

    Returns:
        Unit, long name and symbol.

    Raises:
        ParameterError: there is no such parameter.
    """
    entry = lookup(name)
    return {"unit": entry.unit, "long_name": entry.meaning, "symbol": entry.symbol}


def _posterior(found: Posterior) -> xr.Dataset:
    import xarray as xr

    usual = {name: (("chain", "draw"), values, attributes(name)) for name, values in found.draws.items()}
    own = {
        f"{name}_in_session": (("chain", "draw", "session"), values, attributes(name))
        for name, values in found.session_draws.items()
    }
    chains, draws = next(iter(found.draws.values())).shape
    places = {"chain": np.arange(chains), "draw": np.arange(draws), "session": list(found.evidence.sessions)}
    return xr.Dataset(usual | own, coords=places)


def _prior(found: Posterior) -> xr.Dataset:
    import xarray as xr

    rng = np.random.Generator(np.random.Philox(key=[found.seed, 4]))
    values: dict[str, tuple[tuple[str, str], Floats, dict[str, str]]] = {}
    for name in found.draws:
        prior = prior_of(name)
        free = prior.location + prior.scale * rng.standard_normal((1, PRIOR_DRAWS))
        values[name] = (("chain", "draw"), natural(name, free), attributes(name))
    return xr.Dataset(values, coords={"chain": [0], "draw": np.arange(PRIOR_DRAWS)})


def _sample_stats(found: Posterior) -> xr.Dataset:
    import xarray as xr

    shown = {name: value for name, value in found.diagnostics.as_dict().items() if isinstance(value, int | float)}
    return xr.Dataset({name: ((), float(value)) for name, value in shown.items()})


def _observed(found: Posterior) -> xr.Dataset:
    import xarray as xr

    table, counts = found.evidence.episodes, found.evidence.counts
    episodes = {
        "session_index": table["index"].to_numpy(),
        "onset_s": table["onset_s"].to_numpy(),
        "latency_s": table["latency_s"].to_numpy(),
        "answered": table["answered"].to_numpy().astype(np.int8),
        "distress": table["distress"].to_numpy().astype(np.int8),
    }
    sessions = {
        name: (("session",), np.array([getattr(one, name) for one in counts], dtype=float))
        for name in (
            "engagement",
            "engagement_h",
            "engagement_dispersion",
            "warm",
            "warm_of",
            "intruded",
            "intruded_of",
            "provoked",
        )
    }
    tiers = {
        name: (("session", "tier"), np.array([getattr(one, name) for one in counts], dtype=float))
        for name in ("frights", "fright_h")
    }
    return xr.Dataset(
        {name: (("episode",), values) for name, values in episodes.items()} | sessions | tiers,
        coords={"session": list(found.evidence.sessions)},
    )
