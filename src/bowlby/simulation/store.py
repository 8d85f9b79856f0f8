"""The Zarr store of a cohort: traces as they come, a checkpoint to go on from, and nothing of when or where it ran.

Layout: one array (time, child) a variable, `time` in months, `child` the children's numbers, `status` and
`trouble_episode` a child. xarray opens it. A store that was interrupted and resumed is the store that was not.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from bowlby.atomic import LOOK_AT_THE_FOLDER, remove, target_lock, unwritable
from bowlby.errors import InputError, OutputError, OverwriteError
from bowlby.plain_arrays import refuse_unless_plain
from bowlby.simulation.engine.age import DAYS_PER_MONTH
from bowlby.simulation.engine.design import CohortDesign
from bowlby.simulation.engine.program import WIDTH
from bowlby.simulation.engine.schedule import trace_episodes

FORMAT = 1
CHUNK = 64 * WIDTH
GOES_ON = f"{LOOK_AT_THE_FOLDER} Then run the same command again: it goes on from its last checkpoint."


@dataclass(frozen=True)
class Checkpoint:
    """Where a run can go on.

    Args:
        episode: episodes lived.
        state: float32, shape (variables, children).
        status: int8, shape (children,).
        trouble: episode of the first trouble, -1 without; int64, shape (children,).
    """

    episode: int
    state: np.ndarray
    status: np.ndarray
    trouble: np.ndarray


class CohortStore:
    """A store open for writing.

    Args:
        path: the folder.
        design: of the cohort.
        group: the Zarr group.
    """

    def __init__(self, path: Path, design: CohortDesign, group: zarr.Group) -> None:
        self.path = path
        self._group = group
        self._variables = design.variables
        self._times = {episode: row for row, episode in enumerate(trace_episodes(design))}

    def trace(self, episode: int, state: np.ndarray) -> None:
        """Keep the state of all children at one time."""
        for row, variable in enumerate(self._variables):
            _array(self._group, variable.name)[self._times[episode]] = state[row]

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep a place to go on from; the one before is removed only once this one stands."""
        old = self._group.attrs.get("checkpoint")
        name = f"checkpoint_{checkpoint.episode}"
        group = self._group.create_group(name, overwrite=True)
        for key in ("state", "status", "trouble"):
            value = getattr(checkpoint, key)
            group.create_array(key, data=value, chunks=(*value.shape[:-1], min(CHUNK, value.shape[-1])))
        self._group.attrs["checkpoint"] = name
        if old and old != name:
            del self._group[str(old)]

    def finish(self, checkpoint: Checkpoint) -> None:
        """Write the statuses, mark the store complete and remove the checkpoint."""
        _array(self._group, "status")[:] = checkpoint.status
        _array(self._group, "trouble_episode")[:] = checkpoint.trouble
        attrs = {key: value for key, value in self._group.attrs.asdict().items() if key != "checkpoint"}
        self._group.attrs.put({**attrs, "complete": True})
        _tidy(self.path, self._group)

    def checkpoint(self) -> Checkpoint | None:
        """Return the place to go on from, or None where the run is at its beginning."""
        name = self._group.attrs.get("checkpoint")
        if name is None:
            return None
        saved = {key: np.asarray(_array(self._group, f"{name}/{key}")[:]) for key in ("state", "status", "trouble")}
        return Checkpoint(int(str(name).removeprefix("checkpoint_")), **saved)


def open_store(path: str | Path, design: CohortDesign, *, force: bool = False) -> CohortStore:
    """Open a store for a design: a new one, or the unfinished one of the same design, to go on with.

    Args:
        path: the folder.
        design: of the cohort.
        force: replace whatever is there.

    Returns:
        The store.

    Raises:
        OverwriteError: something else, or a finished run, is there and force is False.
        FormatError: what is there is not plain.
        OutputError: the folder cannot be written, or the trace is larger than the free space.
    """
    path = Path(path)
    with _told(path):
        group = _unfinished(path, design, force)
        if group is None:
            _check_space(path, design)
            group = _create(path, design)
    return CohortStore(path, design, group)


@contextmanager
def holding(path: str | Path | None) -> Generator[None]:
    """Keep a store to this process while it is written.

    Args:
        path: the folder, or None for no store.

    Returns:
        A context.

    Raises:
        BusyError: another process writes the store.
        OutputError: it cannot be written; what was reached is kept.
    """
    if path is None:
        yield
        return
    with _told(Path(path)), target_lock(path):
        yield


@contextmanager
def _told(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(path, error, GOES_ON) from error


def read_store(path: str | Path) -> Any:
    """Open a store for reading.

    Args:
        path: the folder.

    Returns:
        An `xarray.Dataset` with dimensions time (months) and child, loaded lazily.

    Raises:
        InputError: there is no store.
        FormatError: it is not plain, so that reading it could run something.
    """
    import xarray

    if not (Path(path) / "zarr.json").is_file():
        raise InputError(
            "there is no cohort store", file=path, remedy="Give the folder that `bowlby simulate -o` wrote."
        )
    refuse_unless_plain(path)
    return xarray.open_zarr(path, consolidated=False, zarr_format=3)


def trace_bytes(design: CohortDesign) -> int:
    """Return the space that a design's traces take before compression, with two checkpoints.

    Args:
        design: of the cohort.

    Returns:
        Bytes.
    """
    per_child = 4 * len(design.variables) * (len(trace_episodes(design)) + 2) + 2 * 9
    return design.children * per_child


def _array(group: zarr.Group, name: str) -> Any:
    return group[name]


def _unfinished(path: Path, design: CohortDesign, force: bool) -> zarr.Group | None:
    if not path.exists() or force:
        return None
    if (path / "zarr.json").is_file():
        refuse_unless_plain(path)
        group = zarr.open_group(path, mode="r+", zarr_format=3)
        if group.attrs.get("design_sha256") == design.digest():
            if not group.attrs.get("complete"):
                return group
            _tidy(path, group)
    raise OverwriteError(
        "a finished run or something else is there already", file=path, remedy="Choose another name or add --force."
    )


def _check_space(path: Path, design: CohortDesign) -> None:
    free = shutil.disk_usage(path.resolve().parent).free
    needed = trace_bytes(design)
    if needed > free:
        raise OutputError(
            "the trace is larger than the free space on the disk",
            file=path,
            value=f"{needed / 1e9:.1f} GB needed, {free / 1e9:.1f} GB free",
            remedy="Trace fewer times or fewer children, or choose another disk.",
        )


def _tidy(path: Path, group: zarr.Group) -> None:
    """Remove what a finished store needs no more, and what a killed process left in it."""
    for name in [name for name in group.group_keys() if name.startswith("checkpoint_")]:
        del group[name]
    for draft in path.rglob("*.partial"):
        draft.unlink(missing_ok=True)


def _create(path: Path, design: CohortDesign) -> zarr.Group:
    """Lay the store out beside its place, which it takes once it is whole."""
    draft = path.with_name(f".{path.name}.draft")
    remove(draft)
    try:
        _lay_out(draft, design)
        remove(path)
        draft.rename(path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return zarr.open_group(path, mode="r+", zarr_format=3)


def _lay_out(path: Path, design: CohortDesign) -> None:
    group = zarr.create_group(path)
    n, times = design.children, trace_episodes(design)
    chunk = min(CHUNK, n)
    months = np.array(times) / design.bids_per_day / DAYS_PER_MONTH
    _coordinate(group, "time", months, {"units": "months"})
    _coordinate(group, "child", design.child_numbers(), {"long_name": "number of the child"})
    for variable in design.variables:
        array = group.create_array(
            variable.name,
            shape=(len(times), n),
            chunks=(1, chunk),
            dtype="float32",
            fill_value=float("nan"),
            dimension_names=("time", "child"),
        )
        forward = {} if variable.observable else {"note": "simulated forward; never inferred from a record"}
        array.attrs.update({"units": variable.unit, "long_name": variable.meaning, **forward})
    group.create_array("status", shape=(n,), chunks=(chunk,), dtype="int8", dimension_names=("child",))
    group.create_array(
        "trouble_episode", shape=(n,), chunks=(chunk,), dtype="int64", fill_value=-1, dimension_names=("child",)
    )
    attrs: dict[str, Any] = {
        "format": FORMAT,
        "width": WIDTH,
        "design": design.as_dict(),
        "design_sha256": design.digest(),
        "complete": False,
    }
    group.attrs.put(attrs)


def _coordinate(group: zarr.Group, name: str, values: np.ndarray, attrs: dict[str, str]) -> None:
    array = group.create_array(name, data=values, chunks=values.shape, dimension_names=(name,))
    array.attrs.update(attrs)
