"""What a public function may be given where a command takes files: one path or many, a folder, or data frames."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import polars as pl

from bowlby.errors import InputError
from bowlby.formats.read import file_hash
from bowlby.records.codebook import Codebook
from bowlby.scratch import scratch

if TYPE_CHECKING:
    import pandas as pd

    Frame: TypeAlias = pl.DataFrame | pd.DataFrame
else:
    Frame: TypeAlias = pl.DataFrame

PathLike: TypeAlias = str | Path
Given: TypeAlias = "PathLike | Frame | Sequence[PathLike | Frame]"
"""A path, a folder, a data frame of polars or pandas, or several of them."""

FRAME = "frame.csv"
"""What provenance calls a data frame."""


def is_frame(value: object) -> bool:
    """Return whether a value is a data frame of polars or pandas, without importing the latter.

    Args:
        value: anything.

    Returns:
        True or False.
    """
    return isinstance(value, pl.DataFrame) or type(value).__module__.partition(".")[0] == "pandas"


def polars_frame(frame: Any) -> pl.DataFrame:
    """Return a data frame as one of polars; what pandas calls not a number or not a time is missing.

    Args:
        frame: of polars or pandas.

    Returns:
        The frame; one of polars is returned as it is.
    """
    if isinstance(frame, pl.DataFrame):
        return frame
    columns = {str(name): [_known(value) for value in frame[name].tolist()] for name in frame.columns}
    return pl.DataFrame(columns, strict=False)


def _known(value: Any) -> object:
    """Return a cell of pandas, or None where it says that nothing is known (NaN, NaT, NA)."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return None if isinstance(value, float) and math.isnan(value) else value


@contextmanager
def files_of(given: Given) -> Generator[list[Path]]:
    """Give the files that stand for what was given; frames are written where readers of plain tables find them.

    Args:
        given: paths, folders, frames.

    Returns:
        A context that yields paths; those of frames are gone behind it.

    Raises:
        InputError: nothing was given, or something that is neither path nor frame.
    """
    several = [given] if isinstance(given, str | Path) or is_frame(given) else list(given)
    if not several:
        raise InputError("no file was given", remedy="Give a path, several paths, a folder or a data frame.")
    with scratch() as folder:
        yield [path for place, one in enumerate(several) for path in _paths(one, folder / str(place))]


def _paths(one: Any, folder: Path) -> list[Path]:
    if is_frame(one):
        folder.mkdir()
        polars_frame(one).write_csv(folder / FRAME)
        return [folder / FRAME]
    if not isinstance(one, str | Path):
        raise InputError(
            "this is neither a path nor a data frame",
            value=type(one).__name__,
            remedy="Give a path, a folder, or a data frame of polars or pandas; what bowlby.load returned goes alone.",
        )
    path = Path(one)
    return _coded_files(path) if path.is_dir() and path.suffix != ".zarr" else [path]


def _coded_files(folder: Path) -> list[Path]:
    from bowlby.measures.batch import coded_files

    return coded_files(folder)


def holds_frames(given: Given) -> bool:
    """Return whether a data frame is among what was given.

    Args:
        given: paths, folders, frames.

    Returns:
        True or False.
    """
    return is_frame(given) or (not isinstance(given, str | Path) and any(map(is_frame, given)))


def book_of(codebook: PathLike | Codebook | None) -> Path | Codebook | None:
    """Return a codebook as files are loaded with it.

    Args:
        codebook: itself, its path, or None.

    Returns:
        The same, a path as `Path`.
    """
    return Path(codebook) if isinstance(codebook, str | Path) else codebook


def inputs(paths: Sequence[Path]) -> tuple[tuple[str, str], ...]:
    """Return name and SHA-256 of each file, for provenance.

    Args:
        paths: of files.

    Returns:
        A pair a file; what cannot be read is left to who reads it.
    """
    return tuple((path.name, file_hash(path)) for path in paths if path.is_file())
