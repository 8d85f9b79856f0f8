"""Draws as labelled arrays in ArviZ's layout: trees of datasets, saved to Zarr or netCDF and read back."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from bowlby.atomic import remove, unwritable, writing
from bowlby.errors import FormatError, InputError, OverwriteError
from bowlby.plain_arrays import refuse_unless_plain
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.scratch import scratch

if TYPE_CHECKING:
    import xarray as xr


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
