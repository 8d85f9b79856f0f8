"""The screening of constants as tables for the docs: the rows it was read from, and every constant that it moved."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from bowlby.evidence.screening.screen import load_screening
from bowlby.model.generated_pages import replace_between
from bowlby.model.registry import CHILD, CONSTANTS, MOMENTS

BEGIN, END = "<!-- screening begins: made by bowlby.reporting.screening_page -->", "<!-- screening ends -->"
CARD_MARKS = (
    "<!-- sensitive constants begin: made by bowlby.reporting.screening_page -->",
    "<!-- sensitive constants end -->",
)
MOST = 10
"""Constants that the model card names."""

Result = Mapping[str, Any]
_STUDIES = tomllib.loads((files("bowlby.evidence.screening") / "measure.toml").read_text(encoding="utf-8"))["study"]
MEASURE: Mapping[str, str] = {name: study["what"] for study in _STUDIES for name in study["constants"]}
"""What kind of study would measure a constant, by its name."""
_ENTRIES = {entry.name: entry for entry in (*CHILD, *CONSTANTS, *MOMENTS)}


def most_sensitive(result: Result) -> tuple[str, ...]:
    """Return the constants to which the validation is most sensitive.

    Args:
        result: of the screening.

    Returns:
        Names, most sensitive first.
    """
    return tuple(factor["name"] for factor in result["factors"][:MOST])


def screening_markdown(result: Result) -> str:
    """Return the screening in words and tables.

    Args:
        result: of the screening.

    Returns:
        Markdown.
    """
    return "\n\n".join((_head(result), _rows(result), _factors(result))) + "\n"


def _head(result: Result) -> str:
    beyond = sum(factor["beyond_chance"] for factor in result["factors"])
    count = len(result["factors"])
    held = "; ".join(f"`{name}` ({why})" for name, why in result["held"].items())
    lines = [
        f"{count} constants, {result['children']} children a study ({result['late']} where lives go on "
        f"beyond seven years), seed {result['seed']}, drawn at {result['reach']:g} widths; "
        f"{result['cpu_seconds'] / 60:.0f} minutes of processor time. Not moved: {held}.",
        f"Of {result['nothing']} factors that stand for nothing the largest moves z by {result['chance']:.2f}; "
        f"{beyond} constants move it more. Skill as it is: {result['skill']:.2f}, from studies of this size.",
    ]
    if result["unusable"]:
        lines.append(f"Without a figure, and left out: {', '.join(result['unusable'])}.")
    if result["missing"]:
        lines.append(f"Not lived in this run, and left out: {', '.join(result['missing'])}.")
    return "\n\n".join(lines)


def _rows(result: Result) -> str:
    rows = [
        (one["name"], f"{one['as_it_is']:.3g}", f"{one['moved']:.3g}", f"{one['z']:+.1f}") for one in result["rows"]
    ]
    rows += [(one["name"], f"{one['as_it_is']:.3g}", f"{one['moved']:.3g}", "") for one in result["figures"]]
    return _table(("figure", "constants as they are", "constants moved", "z as they are"), rows)


def _factors(result: Result) -> str:
    names = [one["name"] for one in result["figures"]]
    rows = [
        (
            f"`{factor['name']}`",
            _ENTRIES[factor["name"]].doubted if factor["name"] in _ENTRIES else "no longer in the model",
            f"{factor['z']:.2f}{'' if factor['beyond_chance'] else ' (chance)'}",
            f"{factor['skill_down']:+.2f}, {factor['skill_up']:+.2f}",
            "; ".join(f"{one['row']} {one['by_width']:+.2f} ± {one['error']:.2f}" for one in factor["most"]),
            *(f"{factor['figures'][name]['by_width']:+.3f}" for name in names),
        )
        for factor in result["factors"]
    ]
    head = ("constant", "width", "z moved (rms)", "skill a width down, up", "rows moved most, in s", *names)
    return _table(head, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ("---",) * len(head), *rows))


def card_markdown(result: Result) -> str:
    """Return the constants to which the validation is most sensitive, with what rests on them and would measure them.

    Args:
        result: of the screening.

    Returns:
        A Markdown table.
    """
    rows = [
        (
            f"`{factor['name']}`",
            f"{_ENTRIES[factor['name']].default:g} ({_ENTRIES[factor['name']].doubted})",
            f"{factor['z']:.2f}{'' if factor['beyond_chance'] else ' (chance)'}",
            _ENTRIES[factor["name"]].rests or _ENTRIES[factor["name"]].meaning.rstrip("."),
            MEASURE.get(factor["name"], "nothing is said"),
        )
        for factor in result["factors"][:MOST]
    ]
    return _table(("constant", "value (width)", "z moved", "on it rests", "what would measure it"), rows) + "\n"


def with_sensitive(page: str) -> str:
    """Return the model card with the shipped screening's most sensitive constants between its marks.

    Args:
        page: the text of the page.

    Returns:
        The page, its table made anew.

    Raises:
        ValueError: the marks are missing.
    """
    return replace_between(page, CARD_MARKS, card_markdown(load_screening()))


def with_screening(page: str) -> str:
    """Return a page of docs with the shipped screening between its marks.

    Args:
        page: the text of the page.

    Returns:
        The page, its tables made anew.

    Raises:
        ValueError: the marks are missing.
    """
    return replace_between(page, (BEGIN, END), screening_markdown(load_screening()))
