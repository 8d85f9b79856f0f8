"""Saved posteriors and stores are read without running anything; what is not plain is refused before it is read."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numcodecs.pickles
import numpy as np
import pytest
import xarray as xr
import zarr

from bowlby.errors import BowlbyError, FormatError, InputError
from bowlby.inference.draw_files import load_tree, save_tree
from bowlby.lives import arm_lives
from bowlby.plain_arrays import MOST_CELLS, refuse_unless_plain
from bowlby.simulation.store import read_store


class _Harmful:
    """Makes a folder where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._path),)


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """A folder that stands where something has run."""
    return tmp_path / "ran"


def tree() -> xr.DataTree:
    """Draws with names of sessions, as a posterior has them."""
    places = {"chain": [0, 1], "draw": np.arange(3), "session": ["first", "zweite é"]}
    draws = xr.Dataset({"warmth": (("chain", "draw", "session"), np.arange(12.0).reshape(2, 3, 2))}, coords=places)
    return xr.DataTree.from_dict({"/posterior": draws, "/sample_stats": xr.Dataset({"ess": ((), 12.0)})})


@pytest.mark.parametrize("ending", ["zarr", "nc"])
def test_what_bowlby_saves_is_plain_and_comes_back(tmp_path: Path, ending: str):
    saved = save_tree(tree(), tmp_path / f"post.{ending}")
    refuse_unless_plain(saved)
    read = load_tree(saved)
    for name in ("posterior", "sample_stats"):
        xr.testing.assert_equal(read[name].to_dataset(), tree()[name].to_dataset())


def old_array(path: Path, **said: Any) -> Path:
    """A Zarr 2 store of one array `a` of one object, and what it says of it."""
    told = {
        "zarr_format": 2,
        "shape": [1],
        "chunks": [1],
        "dtype": "|O",
        "fill_value": None,
        "order": "C",
        "filters": [{"id": "pickle", "protocol": 4}],
        "compressor": None,
    }
    (path / "a").mkdir(parents=True)
    (path / ".zgroup").write_text('{"zarr_format": 2}')
    (path / "a" / ".zarray").write_text(json.dumps(told | said))
    (path / "a" / ".zattrs").write_text('{"_ARRAY_DIMENSIONS": ["x"]}')
    return path


@pytest.fixture
def pickled(tmp_path: Path, ran: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store whose array is a pickle that makes a folder, where the library may unpickle, as its older versions do."""
    monkeypatch.setattr(numcodecs.pickles, "ALLOW_UNSAFE_PICKLE_DECODE", True, raising=False)
    path = old_array(tmp_path / "post.zarr", filters=[{"id": "vlen-utf8"}, {"id": "pickle", "protocol": 4}])
    (path / "a" / "0").write_bytes(pickle.dumps([_Harmful(ran)]))
    return path


def test_a_pickle_in_a_store_is_not_run(pickled: Path, ran: Path):
    with pytest.raises(FormatError, match="a program bowlby does not know"):
        load_tree(pickled)
    with pytest.raises(BowlbyError):
        read_store(pickled)
    assert not ran.exists()


def test_the_library_alone_would_run_it(pickled: Path, ran: Path):
    with suppress(Exception):
        xr.open_zarr(pickled, consolidated=False).load()
    assert ran.exists()


OLD: dict[str, dict[str, Any]] = {
    "pickle after texts": {"filters": [{"id": "vlen-utf8"}, {"id": "pickle"}]},
    "pickle of numbers": {"dtype": "<f8", "filters": [{"id": "pickle"}]},
    "pickle as compressor": {"dtype": "<f8", "filters": None, "compressor": {"id": "pickle"}},
    "a codec without a name": {"dtype": "<f8", "filters": [{}]},
    "objects": {"filters": None},
    "a structure of objects": {"dtype": [["a", "|O"]], "filters": None},
    "a vast chunk": {"dtype": "<f8", "filters": None, "chunks": [MOST_CELLS + 1]},
    "a chunk of text": {"dtype": "<f8", "filters": None, "chunks": "all"},
}


@pytest.mark.parametrize("what", OLD)
def test_an_array_of_zarr_2_that_is_not_plain_is_refused(tmp_path: Path, what: str):
    with pytest.raises(FormatError):
        refuse_unless_plain(old_array(tmp_path / "s.zarr", **OLD[what]))


def test_a_description_of_all_is_looked_at_too(tmp_path: Path):
    path = old_array(tmp_path / "s.zarr", dtype="<f8", filters=None)
    refuse_unless_plain(path)
    inside = {"metadata": {"a/.zarray": {"dtype": "|O", "filters": [{"id": "pickle"}]}}}
    (path / ".zmetadata").write_text(json.dumps(inside))
    with pytest.raises(FormatError):
        refuse_unless_plain(path)


def store(path: Path) -> Path:
    """A Zarr 3 store of one array of numbers."""
    group = zarr.create_group(path)
    group.create_array("a", data=np.arange(4.0), chunks=(2,), dimension_names=("x",))
    return path


NEW: dict[str, dict[str, Any]] = {
    "an unknown codec": {"codecs": [{"name": "numcodecs.pickle"}]},
    "a codec within shards": {
        "codecs": [{"name": "sharding_indexed", "configuration": {"codecs": [{"name": "x"}], "index_codecs": []}}]
    },
    "no codecs": {"codecs": None},
    "objects": {"data_type": "variable_length_bytes"},
    "a structure": {"data_type": {"name": "structured", "configuration": {"fields": []}}},
    "a transformer": {"storage_transformers": [{"name": "x"}]},
    "a vast chunk": {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [10**12]}}},
}


@pytest.mark.parametrize("what", NEW)
def test_an_array_of_zarr_3_that_is_not_plain_is_refused(tmp_path: Path, what: str):
    path = store(tmp_path / "s.zarr")
    refuse_unless_plain(path)
    said = path / "a" / "zarr.json"
    plain = json.loads(said.read_text())
    said.write_text(json.dumps(plain | NEW[what]))
    for read in (load_tree, read_store):
        with pytest.raises(FormatError):
            read(path)
    said.write_text(json.dumps(plain))
    whole = json.loads((path / "zarr.json").read_text())
    whole["consolidated_metadata"] = {"metadata": {"a": plain | NEW[what]}}
    (path / "zarr.json").write_text(json.dumps(whole))
    with pytest.raises(FormatError):
        refuse_unless_plain(path)


@pytest.mark.parametrize("said", ["[" * 200_000, "3", "{", '{"node_type": "array"}', " " * (1 << 24) + "{}"])
def test_a_description_that_tells_nothing_is_refused(tmp_path: Path, said: str):
    path = store(tmp_path / "s.zarr")
    (path / "a" / "zarr.json").write_text(said)
    with pytest.raises(FormatError):
        refuse_unless_plain(path)


def test_a_store_reaches_no_file_outside(tmp_path: Path):
    path = store(tmp_path / "s.zarr")
    (tmp_path / "secret").write_bytes(b"12345678" * 2)
    (path / "a" / "c" / "0").unlink()
    (path / "a" / "c" / "0").symlink_to(tmp_path / "secret")
    with pytest.raises(FormatError, match="link"):
        refuse_unless_plain(path)


def _cycle(file: h5py.File) -> None:
    file.create_group("g")["back"] = file["/"]


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((3,), "f8")
    layout[:] = h5py.VirtualSource("other.h5", "a", (3,))
    file.create_virtual_dataset("a", layout)


HDF5: dict[str, Callable[[h5py.File], Any]] = {
    "a link to another file": lambda file: file.__setitem__("a", h5py.ExternalLink("/etc/other.h5", "/x")),
    "a link by name": lambda file: file.__setitem__("a", h5py.SoftLink("/nowhere")),
    "a link deeper down": lambda file: file.create_group("g/h").__setitem__("a", h5py.ExternalLink("o.h5", "/")),
    "numbers in another file": lambda file: file.create_dataset(
        "a", (4,), "u1", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)]
    ),
    "an array made of others": _virtual,
    "a group within itself": _cycle,
    "one array under two names": lambda file: file.__setitem__("b", file.create_dataset("a", data=[1.0])),
    "references": lambda file: file.create_dataset("a", (2,), h5py.ref_dtype),
    "arrays of arrays": lambda file: file.create_dataset("a", (2,), h5py.vlen_dtype(np.dtype("f8"))),
    "structures": lambda file: file.create_dataset("a", (2,), np.dtype([("x", "f8")])),
    "opaque bytes": lambda file: file.create_dataset("a", data=np.void(b"abc")),
    "a type of its own": lambda file: file.__setitem__("a", np.dtype("f8")),
    "a filter that is a program": lambda file: file.create_dataset("a", data=np.arange(9.0), compression="lzf"),
}


@pytest.mark.parametrize("what", HDF5)
def test_a_netcdf_file_that_is_not_plain_is_refused(tmp_path: Path, what: str):
    path = tmp_path / "post.nc"
    with h5py.File(path, "w") as file:
        HDF5[what](file)
    with pytest.raises(FormatError):
        load_tree(path)


@pytest.mark.parametrize("cut", [9, 600, -2000])
def test_a_netcdf_file_that_is_cut_is_refused(tmp_path: Path, cut: int):
    path = save_tree(tree(), tmp_path / "post.nc")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(FormatError):
        load_tree(path)


def test_what_is_no_store_says_so(tmp_path: Path):
    (tmp_path / "a.nc").write_text("onset,code\n")
    (tmp_path / "folder").mkdir()
    for path in ("a.nc", "folder", "nothing.nc"):
        with pytest.raises(InputError):
            load_tree(tmp_path / path)


def test_a_kept_arm_of_a_stranger_runs_nothing(tmp_path: Path, ran: Path):
    """Arms are kept for `--resume`; one that is no plain array is lived again."""
    harmful = np.array([_Harmful(ran)], dtype=object)
    names = ("state", "status", "trouble", "ages", "traces")
    np.savez(tmp_path / "arm.npz", **dict.fromkeys(names, harmful))
    assert arm_lives._read(tmp_path / "arm.npz", None) is None  # type: ignore[arg-type]
    assert not ran.exists()
