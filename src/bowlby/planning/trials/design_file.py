"""Design files: read from TOML, refused with file, key, value and remedy, and a JSON schema for editors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bowlby.errors import InputError, suggestion
from bowlby.input_file import toml_tables
from bowlby.planning.trials.design import StudyDesign


def read_design(path: str | Path, plan: Mapping[str, Any] | None = None) -> StudyDesign:
    """Read a design file.

    Args:
        path: a TOML file.
        plan: values in place of those under [trial]; sizes take the place of centres too.

    Returns:
        The design.

    Raises:
        InputError: no such file, no TOML, an unknown or missing key, or a value that cannot be; the first problem is
            named with its key, its value and what to do, and how many there are beside it.
    """
    path = Path(path)
    try:
        written = toml_tables(path.read_text(encoding="utf-8-sig"), path, InputError, "See examples/designs.")
    except FileNotFoundError as error:
        raise InputError("there is no such file", file=path, remedy="Give the path of a design file.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the file cannot be read as text", file=path, remedy="Save it as UTF-8 TOML.") from error
    return design_of(planned(written, plan) if plan else written, path)


def planned(written: Mapping[str, Any], plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is written of a design with other values of its trial; sizes take the place of centres too.

    Args:
        written: keys of the schema.
        plan: values in place of those under [trial].

    Returns:
        The same keys.
    """
    before = written.get("trial", {})
    if not isinstance(before, Mapping):
        return dict(written)
    gone = {"centres"} if "n" in plan else set[str]()
    return {**written, "trial": {key: value for key, value in before.items() if key not in gone} | dict(plan)}


def design_of(written: Mapping[str, Any], path: str | Path | None = None) -> StudyDesign:
    """Return the design that plain values stand for.

    Args:
        written: keys of the schema.
        path: the file they came from, for messages.

    Returns:
        The design.

    Raises:
        InputError: an unknown or missing key, or a value that cannot be.
    """
    try:
        return StudyDesign.model_validate(written)
    except ValidationError as error:
        raise _told(error, path) from error


def schema() -> dict[str, Any]:
    """Return the JSON schema of a design file.

    Returns:
        A JSON schema, draft 2020-12.
    """
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **StudyDesign.model_json_schema()}


def _told(error: ValidationError, path: str | Path | None) -> InputError:
    problems = error.errors(include_url=False)
    first = problems[0]
    key = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    head, colon, rest = message.partition(": ")
    if not key and colon and head in StudyDesign.model_fields:
        key, message = head, rest
    value = None if isinstance(first["input"], (dict, Mapping)) else first["input"]
    more = f" {len(problems) - 1} more problems stand beside it." if len(problems) > 1 else ""
    return InputError(
        message, file=path, column=key or None, value=value, remedy=_remedy(first["type"], first["loc"]) + more
    )


def _remedy(kind: str, place: Sequence[int | str]) -> str:
    match kind:
        case "extra_forbidden":
            return f"{suggestion(str(place[-1]), _keys())}See `bowlby trial --schema` for the keys there are."
        case "missing":
            return "Add it; examples/designs shows how."
        case _:
            return "See `bowlby trial --schema` for what may stand here."


def _keys() -> set[str]:
    parts = [schema(), *schema()["$defs"].values()]
    return {key for part in parts for key in part.get("properties", {})}
