"""Errors that say where the trouble is and what to do about it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path


def suggestion(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return a question that names the nearest of the known names, for the beginning of a remedy.

    Args:
        name: as it was written.
        known: names there are.
        cutoff: least similarity, in (0, 1].

    Returns:
        "Did you mean 'x'? " with its blank, or nothing where none is near.
    """
    import difflib

    near = difflib.get_close_matches(name, [str(one) for one in known], n=1, cutoff=cutoff)
    return f"Did you mean {near[0]!r}? " if near else ""


def reason(error: OSError) -> str:
    """Return why the system refused, in its own words where it has any.

    Args:
        error: of the system.

    Returns:
        Its text, or the name of its kind.
    """
    return error.strerror or str(error) or type(error).__name__


class BowlbyError(Exception):
    """An expected failure, told with its place and its remedy.

    Args:
        message: what is wrong, one sentence.
        file: the file it was found in.
        row: line, row or event number in that file, counted from 1.
        column: column, field or key name.
        value: the offending value, as text.
        remedy: what the user can do.
    """

    kind = "error"
    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
        remedy: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = None if file is None else str(file)
        self.row = row
        self.column = column
        self.value = None if value is None else str(value)
        self.remedy = remedy

    def as_dict(self) -> dict[str, object]:
        """Return the JSON error object of the command contract."""
        return {
            "kind": self.kind,
            "message": self.message,
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "remedy": self.remedy,
        }

    def __str__(self) -> str:
        place = [
            f"{name} {value}"
            for name, value in (
                ("file", self.file),
                ("row", self.row),
                ("column", self.column),
                ("value", self.value),
            )
            if value is not None
        ]
        text = self.message if not place else f"{self.message} ({', '.join(place)})"
        if not self.remedy:
            return text
        return f"{text}{'' if text.endswith(('.', '?', '!')) else '.'} {self.remedy}"


class InputError(BowlbyError):
    """The input cannot be used as it is."""

    kind = "input"
    exit_code = 2


def unreadable(error: OSError, path: str | Path, what: str = "file", kind: type[InputError] = InputError) -> InputError:
    """Return the error of a file that the system does not let us read, with the remedy for its reason.

    Args:
        error: of the system.
        path: of the file.
        what: it is, such as "codebook".
        kind: class of the error.

    Returns:
        The error.
    """
    path = Path(path)
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return kind(f"there is no such {what}", file=path, remedy=_nearby(path))
        case IsADirectoryError():
            return kind(f"this is a folder, and one {what} is wanted", file=path, remedy=_inside(path))
        case PermissionError():
            remedy = f"Run `chmod u+r {shlex.quote(str(path))}`, or ask its owner."
            return kind(f"you are not allowed to read the {what}", file=path, remedy=remedy)
        case _:
            remedy = "Copy it to another disk, and name the copy."
            return kind(f"the {what} cannot be read: {reason(error)}", file=path, remedy=remedy)


def _nearby(path: Path) -> str:
    """Return where the nearest existing name lies, or what does not exist."""
    if not path.parent.is_dir():
        return f"There is no folder {path.parent}: check the path."
    names = [one.name for one in path.parent.iterdir() if one.is_file()]
    near = suggestion(path.name, names, 0.5).partition("'")[2].rpartition("'")[0]
    return f"Did you mean {path.parent / near}?" if near else f"{path.parent} has no such file: check its name."


def _inside(path: Path) -> str:
    files = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))
    return f"Name a file in it, such as {files[0]}." if files else "Name a file; this folder holds none."


class FormatError(InputError):
    """A file is not, or not wholly, in the format it was read as."""

    kind = "format"


class LimitError(InputError):
    """A file takes more memory, processor time or output than it may."""

    kind = "limit"


class CodebookError(InputError):
    """A codebook is malformed or names what does not exist."""

    kind = "codebook"


class QualityError(InputError):
    """A quality problem that `--strict` does not let pass."""

    kind = "quality"


class ParameterError(InputError):
    """A parameter lies outside its support."""

    kind = "parameter"


class OutputError(BowlbyError):
    """A result could not be written."""

    kind = "output"


class OverwriteError(InputError):
    """A result would overwrite a file and `--force` was not given."""

    kind = "overwrite"


class BusyError(OutputError):
    """Another process is writing the same target."""

    kind = "busy"


EXTRAS: Mapping[str, str] = {
    "anyio": "web",
    "starlette": "web",
    "uvicorn": "web",
    "distributed": "cluster",
    "dask_jobqueue": "cluster",
    "pyreadstat": "study",
    "statsmodels": "trials",
    "pandas": "pandas",
}
"""Packages that an extra of bowlby brings, by the name under which they are imported."""


class MissingExtraError(BowlbyError):
    """A part of bowlby needs a package that is not installed.

    Args:
        package: one of `EXTRAS`.
    """

    kind = "missing"

    def __init__(self, package: str) -> None:
        remedy = f"Install it with: pip install 'bowlby[{EXTRAS[package]}]'."
        super().__init__(f"this needs {package}, which is not installed", value=package, remedy=remedy)
