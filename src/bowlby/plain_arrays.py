"""Stores of arrays that are plain: numbers and texts in their own files, unpacked by known means, with nothing to run.

Zarr names the codecs that unpack an array, one of which is pickle; HDF5 knows links and arrays in other files, and
filters that are loaded as programs. A store that asks for any of these is refused before a library reads it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from math import prod
from pathlib import Path
from typing import Any, cast

from bowlby.errors import FormatError, InputError, unreadable

HDF5_MARK = b"\x89HDF\r\n\x1a\n"
MOST_CELLS = 1 << 28
"""Cells of one chunk, which is unpacked at once."""

_MOST_DESCRIPTION = 1 << 24
_DESCRIPTIONS = frozenset({"zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata"})
_NUMBER = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)|complex(64|128)|string|fixed_length_utf32")
_OLD_NUMBER = re.compile(r"[<>|][biufcUS][0-9]{1,5}")
_CODECS = frozenset({"bytes", "zstd", "gzip", "blosc", "crc32c", "transpose", "vlen-utf8", "sharding_indexed"})
_OLD_CODECS = frozenset({"blosc", "zstd", "lz4", "zlib", "gzip", "bz2", "shuffle", "delta", "vlen-utf8"})
_HDF5_FILTERS = frozenset({1, 2, 3})
"""Deflate, shuffle and checksum; all others may be programs that HDF5 loads."""

_REMEDY = "Open only what bowlby or somebody you trust has written; tables (csv, Parquet) hold the same numbers."


def refuse_unless_plain(path: str | Path) -> None:
    """Refuse a Zarr folder or a netCDF file that is not plain.

    Args:
        path: of the store.

    Raises:
        InputError: there is none, or it is neither.
        FormatError: it is damaged, or asks for what could run something or reach other files.
    """
    path = Path(path)
    if path.is_dir():
        _check_zarr(path)
        return
    try:
        with path.open("rb") as file:
            mark = file.read(len(HDF5_MARK))
    except OSError as error:
        raise unreadable(error, path) from None
    if mark != HDF5_MARK:
        raise InputError(
            "this is neither a Zarr folder nor a netCDF file", file=path, remedy="Give what `bowlby infer -o` wrote."
        )
    _check_hdf5(path)


def _refused(path: Path, what: str, place: str, value: object = None) -> FormatError:
    return FormatError(f"the store {what}", file=path, column=place, value=value, remedy=_REMEDY)


def _check_zarr(path: Path) -> None:
    described = False
    for folder, folders, files in os.walk(path):
        for name in [*folders, *files]:
            one = Path(folder, name)
            if one.is_symlink() or not (one.is_dir() or one.is_file()):
                raise _refused(path, "holds a link or a device", str(one.relative_to(path)))
            if name in _DESCRIPTIONS and one.is_file():
                described = True
                _check_description(path, one)
    if not described:
        raise InputError("the folder is no Zarr store", file=path, remedy="Give what `bowlby infer -o` wrote.")


def _check_description(path: Path, file: Path) -> None:
    place = str(file.relative_to(path))
    try:
        if file.stat().st_size > _MOST_DESCRIPTION:
            raise _refused(path, "has a description that is too large", place)
        told = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise _refused(path, "has a description that cannot be read", place) from None
    if not isinstance(told, dict):
        raise _refused(path, "has a description that is no object", place)
    for name, node in _nodes(file.name, cast(Mapping[str, Any], told)):
        _check_node(path, f"{place} {name}".strip(), node)


def _nodes(name: str, told: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what a description says of arrays, its own and those of a description of all."""
    yield "", ({} if name == ".zattrs" else told)
    whole = told if name == ".zmetadata" else told.get("consolidated_metadata") or {}
    nodes = whole.get("metadata") if isinstance(whole, dict) else None
    for key, node in (nodes if isinstance(nodes, dict) else {}).items():
        if isinstance(node, dict) and not str(key).endswith(".zattrs"):
            yield str(key), cast(Mapping[str, Any], node)


def _check_node(path: Path, place: str, node: Mapping[str, Any]) -> None:
    if "data_type" in node or "codecs" in node or node.get("node_type") == "array":
        _check_array(path, place, node)
    elif "dtype" in node or "compressor" in node or "filters" in node:
        _check_old_array(path, place, node)


def _check_array(path: Path, place: str, node: Mapping[str, Any]) -> None:
    """Check an array of Zarr 3."""
    kind = node.get("data_type")
    named = kind.get("name") if isinstance(kind, dict) else kind
    if not isinstance(named, str) or not _NUMBER.fullmatch(named):
        raise _refused(path, "has an array of neither numbers nor texts", place, named)
    if node.get("storage_transformers"):
        raise _refused(path, "has an array that is not stored as it is", place)
    _check_codecs(path, place, node.get("codecs"))
    grid = node.get("chunk_grid")
    settings = grid.get("configuration") if isinstance(grid, dict) else None
    _check_chunk(path, place, settings.get("chunk_shape") if isinstance(settings, dict) else None)


def _check_codecs(path: Path, place: str, codecs: object, depth: int = 0) -> None:
    if not isinstance(codecs, list) or depth > 2:
        raise _refused(path, "does not say plainly how an array is packed", place)
    for codec in cast(list[Any], codecs):
        name = codec.get("name") if isinstance(codec, dict) else codec
        if name not in _CODECS:
            raise _refused(path, "has an array that is unpacked by a program bowlby does not know", place, name)
        settings = codec.get("configuration") if isinstance(codec, dict) else None
        if name == "sharding_indexed" and isinstance(settings, dict):
            for key in ("codecs", "index_codecs"):
                _check_codecs(path, place, settings.get(key), depth + 1)


def _check_old_array(path: Path, place: str, node: Mapping[str, Any]) -> None:
    """Check an array of Zarr 2; objects are texts packed as texts, or refused."""
    kind, steps = node.get("dtype"), [*(node.get("filters") or []), node.get("compressor")]
    names = [step.get("id") if isinstance(step, dict) else step for step in steps if step is not None]
    texts = kind == "|O" and names[:1] == ["vlen-utf8"]
    if not texts and not (isinstance(kind, str) and _OLD_NUMBER.fullmatch(kind)):
        raise _refused(path, "has an array of neither numbers nor texts", place, kind)
    for name in names:
        if name not in _OLD_CODECS:
            raise _refused(path, "has an array that is unpacked by a program bowlby does not know", place, name)
    _check_chunk(path, place, node.get("chunks"))


def _check_chunk(path: Path, place: str, shape: object) -> None:
    if not isinstance(shape, Sequence) or not all(isinstance(one, int) and one >= 0 for one in cast(Any, shape)):
        raise _refused(path, "does not say plainly how large an array's chunks are", place)
    if prod(cast(Sequence[int], shape)) > MOST_CELLS:
        raise _refused(path, f"has chunks of more than {MOST_CELLS} cells", place)


def _check_hdf5(path: Path) -> None:
    import h5py

    try:
        with h5py.File(path, "r") as file:
            _check_groups(path, file)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise FormatError(
            f"the file cannot be read ({type(error).__name__})", file=path, remedy="Ask for it again."
        ) from None


def _check_groups(path: Path, file: Any) -> None:
    import h5py

    h5o: Any = import_module("h5py.h5o")
    seen = {h5o.get_info(file.id).addr}
    waiting: list[Any] = [file]
    while waiting:
        group = waiting.pop()
        for name in group:
            place = f"{group.name.rstrip('/')}/{name}"
            if type(group.get(name, getlink=True)) is not h5py.HardLink:
                raise _refused(path, "has a link to something else", place)
            one = group[name]
            address = h5o.get_info(one.id).addr
            if address in seen:
                raise _refused(path, "has one thing under two names", place)
            seen.add(address)
            if isinstance(one, h5py.Group):
                waiting.append(one)
            else:
                _check_dataset(path, place, one)


def _check_dataset(path: Path, place: str, one: Any) -> None:
    import h5py

    if not isinstance(one, h5py.Dataset):
        raise _refused(path, "holds something that is no array", place)
    if one.external or one.is_virtual:
        raise _refused(path, "has an array that stands in another file", place)
    if one.dtype.kind not in "biufcSU" and h5py.check_string_dtype(one.dtype) is None:
        raise _refused(path, "has an array of neither numbers nor texts", place, str(one.dtype))
    made = one.id.get_create_plist()
    for number in range(made.get_nfilters()):
        if made.get_filter(number)[0] not in _HDF5_FILTERS:
            raise _refused(path, "has an array that is unpacked by a program bowlby does not know", place)
