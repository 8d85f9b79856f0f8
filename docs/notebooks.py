"""Notebooks of `examples/notebooks`: executed cell by cell as Jupyter does, and rendered as pages."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
FOLDER = DOCS.parent / "examples" / "notebooks"
NAMES = ("ten-minutes", "two-coders", "an-hour", "a-life", "your-own-trials", "a-trial")
FAST = ("ten-minutes", "two-coders")
"""Those that simulate nothing."""


@dataclass(frozen=True)
class CellOutput:
    """What a cell shows: what it printed, and its last value in text and, where it has one, as HTML.

    Args:
        text: printed, and the last value's own text.
        html: the last value's HTML, or "".
    """

    text: str
    html: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook.

    Args:
        kind: markdown or code.
        source: its text.
    """

    kind: str
    source: str


def cells_of(name: str) -> list[Cell]:
    """Return the cells of a notebook."""
    found = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    return [Cell(one["cell_type"], "".join(one["source"])) for one in found["cells"]]


def executed(name: str) -> list[CellOutput | None]:
    """Run a notebook from top to bottom in one namespace; None stands for a cell of words."""
    space: dict[str, Any] = {"__name__": "__main__"}
    return [
        _run(cell.source, space, f"{name}-{place}") if cell.kind == "code" else None
        for place, cell in enumerate(cells_of(name))
    ]


def _run(source: str, space: dict[str, Any], name: str) -> CellOutput:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, name, "exec"), space)
        value = None if last is None else eval(compile(ast.Expression(last.value), name, "eval"), space)
    if value is None:
        return CellOutput(printed.getvalue())
    return CellOutput(f"{printed.getvalue()}{value!r}\n", _html_of(value))


def _html_of(value: Any) -> str:
    if hasattr(value, "_repr_mimebundle_"):
        return value._repr_mimebundle_()["text/html"]
    # What xarray shows is a page of its own, scripts and styles included.
    foreign = type(value).__module__.startswith("xarray")
    return value._repr_html_() if hasattr(value, "_repr_html_") and not foreign else ""


def page(name: str, outputs: list[CellOutput | None]) -> str:
    """Return a notebook with its outputs as a page."""
    parts = [f"<!-- made by docs.notebooks from examples/notebooks/{name}.ipynb -->"]
    for place, (cell, output) in enumerate(zip(cells_of(name), outputs, strict=True)):
        if output is None:
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        if output.html:
            parts.append(_shown(output.html, f"{name}-{place}"))
        elif output.text.strip():
            parts.append(f"```text\n{output.text.rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def _shown(html: str, name: str) -> str:
    """Return HTML as a page holds it: drawings in files of their own, so that pages stay small."""
    drawings = re.findall(r"<svg.*?</svg>", html, flags=re.S)
    for number, drawing in enumerate(drawings, 1):
        path = DOCS / "figures" / f"notebook-{name}-{number}.svg"
        path.write_text(drawing + "\n", encoding="utf-8")
        html = html.replace(drawing, f'<img src="figures/{path.name}" alt="drawing {number}">', 1)
    return re.sub(r"\n\s*\n", "\n", html)


def write_notebook(name: str, cells: list[tuple[str, str]]) -> None:
    """Write a notebook without outputs, as Jupyter would save it."""
    made = [
        {"cell_type": kind, "id": f"cell-{place}", "metadata": {}, "source": source.splitlines(keepends=True)}
        | ({"execution_count": None, "outputs": []} if kind == "code" else {})
        for place, (kind, source) in enumerate(cells)
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    whole = {
        "cells": made,
        "metadata": kernel | {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (FOLDER / f"{name}.ipynb").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> int:
    """Execute the notebooks that are named, or all, and write their pages."""
    for name in sys.argv[1:] or NAMES:
        (DOCS / f"notebook-{name}.md").write_text(page(name, executed(name)), encoding="utf-8")
        sys.stderr.write(f"{name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
