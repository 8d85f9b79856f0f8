"""One Zarr store that many workers write at once: each its own children, in whole chunks of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zarr

FORMAT = 1


@dataclass(frozen=True)
class StoreShape:
    """What a store holds.

    Args:
        children: how many.
        chunk: children of one region and of one chunk of the store.
        variables: names of what is kept of each child.
        months: ages at which it is kept.
    """

    children: int
    chunk: int
    variables: tuple[str, ...]
    months: tuple[float, ...]

    def region(self, index: int) -> slice:
        """Return the children of a region."""
        return slice(index * self.chunk, min((index + 1) * self.chunk, self.children))


@dataclass(frozen=True)
class StoreRegion:
    """What one worker writes.

    Args:
        numbers: of the children, uint32, shape (children,).
        status: int8, 0 where a child's numbers stayed fine, shape (children,).
        state: float32, shape (times, variables, children).
    """

    numbers: npt.NDArray[np.uint32]
    status: npt.NDArray[np.int8]
    state: npt.NDArray[np.float32]


def lay_out(path: Path, shape: StoreShape, attributes: dict[str, Any]) -> None:
    """Make an empty store; times are written, children by regions later.

    Args:
        path: the folder, replaced where it is there.
        shape: of the store.
        attributes: plain values, kept with it.

    Raises:
        OSError: it cannot be written.
    """
    group = zarr.create_group(path, overwrite=True)
    n, chunk = shape.children, min(shape.chunk, shape.children)
    variables = len(shape.variables)
    array = group.create_array(
        "state",
        shape=(len(shape.months), variables, n),
        chunks=(1, variables, chunk),
        dtype="float32",
        fill_value=float("nan"),
        dimension_names=("time", "variable", "child"),
    )
    array.attrs.update({"variables": list(shape.variables)})
    months = group.create_array("time", data=np.array(shape.months), dimension_names=("time",))
    months.attrs.update({"units": "months"})
    for name, kind in (("child", "uint32"), ("status", "int8")):
        # A value that no child has, so that every chunk is written whatever it holds.
        empty = np.iinfo(kind).max
        group.create_array(name, shape=(n,), chunks=(chunk,), dtype=kind, fill_value=empty, dimension_names=("child",))
    group.attrs.put({"format": FORMAT, **attributes})


def write_region(path: Path, shape: StoreShape, index: int, region: StoreRegion) -> Sequence[str]:
    """Write the children of one region, each file whole or not at all.

    Args:
        path: the folder of the store.
        shape: of the store.
        index: of the region.
        region: its children.

    Returns:
        Files written, relative to the store.

    Raises:
        OSError: it cannot be written.
    """
    group: Any = zarr.open_group(path, mode="r+", zarr_format=3)
    members = shape.region(index)
    group["state"][:, :, members] = region.state
    group["child"][members] = region.numbers
    group["status"][members] = region.status
    names = [f"child/c/{index}", f"status/c/{index}"]
    return [*names, *(f"state/c/{time}/0/{index}" for time in range(len(shape.months)))]


def standing_files(path: Path) -> Sequence[str]:
    """Return the files of a store that belong to no region.

    Args:
        path: the folder of the store.

    Returns:
        Names relative to the store, in order.
    """
    described = [str(one.relative_to(path)) for one in sorted(path.rglob("zarr.json"))]
    return [*described, "time/c/0"]
