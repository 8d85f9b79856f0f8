"""The page on Python's surface, made from signatures and docstrings: what is public, and nothing else."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass

import bowlby

_HEAD = """# Python

Made from the docstrings of `bowlby`; their examples run as tests. `import bowlby` loads nothing else: each name
brings its part when it is first asked for. [Ten minutes from file to figure](notebook-ten-minutes.md) shows the first
five lines.

Where a function takes files it takes one path or many, a folder, or data frames of polars or pandas. Every result has

- `.summary()`: what it says, in words; a short form is its `repr`, and a notebook shows it as HTML;
- `.to_polars()`, `.to_pandas()`: a tidy table; `.to_xarray()`: named dimensions, each number with its `units`;
- `.plot()`: its figures, which show themselves in a notebook and save themselves as svg, png or html;
- `.save(path)`: .csv, .parquet, .json, .nc, .zarr, .html, .svg or .png, whole or not at all;
- `.value`: the whole of it, as bowlby computes it; `.provenance`: inputs with their hashes, settings, seed, versions.

Functions that simulate prepare JAX and its compile cache by themselves. Where JAX has started before with other options
they still run, say so once, and in the result's provenance.
"""
_SECTION = re.compile(r"^(Args|Returns|Raises|Example):$", re.M)


@dataclass(frozen=True)
class Docstring:
    """A docstring, in its parts.

    Args:
        text: what stands before the sections.
        sections: by name.
    """

    text: str
    sections: dict[str, str]


def parsed(text: str) -> Docstring:
    """Return a docstring in its parts."""
    pieces = _SECTION.split(text)
    return Docstring(
        pieces[0].strip(), {name: inspect.cleandoc(body) for name, body in zip(pieces[1::2], pieces[2::2], strict=True)}
    )


def python_page() -> str:
    """Return the page."""
    public = {name: getattr(bowlby, name) for name in bowlby.__all__ if name != "__version__"}
    functions = {name: one for name, one in public.items() if inspect.isfunction(one)}
    errors = {name: one for name, one in public.items() if inspect.isclass(one) and issubclass(one, Exception)}
    classes = {name: one for name, one in public.items() if name not in functions and name not in errors}
    lines = [_HEAD, "## Functions", ""]
    for name, function in functions.items():
        lines += _function(name, function)
    lines += ["## Results and values", ""]
    for name, kind in classes.items():
        lines += _class(name, kind)
    lines += [
        "## Errors",
        "",
        "Each names file, row, column, value and a remedy: `error.remedy`, `error.as_dict()`.",
        "",
    ]
    lines += [f"- `{name}`: {_first(one)}" for name, one in errors.items()]
    return "\n".join(lines) + "\n"


def _function(name: str, function: object) -> list[str]:
    known = parsed(inspect.getdoc(function) or "")
    lines = [f"### {name}", "", f"```python\n{_call(name, function)}\n```", "", known.text, ""]
    for word, of in (("Args", "Takes"), ("Returns", "Returns"), ("Raises", "Raises")):
        if word in known.sections:
            lines += [f"**{of}**", "", *_entries(known.sections[word], listed=word != "Returns"), ""]
    if "Example" in known.sections:
        lines += [f"```python\n{re.sub(r'  # doctest: .*', '', known.sections['Example'])}\n```", ""]
    return lines


def _call(name: str, function: object) -> str:
    """Return how it is called: names and defaults, a line each where there are many."""
    signature = inspect.signature(function)  # pyright: ignore[reportArgumentType]
    words: list[str] = []
    star = False
    for one in signature.parameters.values():
        if one.kind is one.KEYWORD_ONLY and not star:
            words.append("*")
            star = True
        before = "*" if one.kind is one.VAR_POSITIONAL else ""
        star = star or one.kind is one.VAR_POSITIONAL
        words.append(f"{before}{one.name}" if one.default is one.empty else f"{one.name}={_literal(one.default)}")
    inside = ", ".join(words)
    return f"bowlby.{name}({inside})" if len(inside) < 90 else f"bowlby.{name}(\n    " + ",\n    ".join(words) + ",\n)"


def _literal(value: object) -> str:
    """Return a default as the house writes it, with double quotes."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _entries(text: str, *, listed: bool) -> Iterator[str]:
    """Yield the lines of a section, an item each where it is a list."""
    if not listed:
        yield " ".join(text.split())
        return
    for entry in re.split(r"\n(?=\S)", text):
        name, _, said = " ".join(entry.split()).partition(": ")
        yield f"- `{name}`: {said}"


def _class(name: str, kind: type) -> list[str]:
    known = parsed(inspect.getdoc(kind) or "")
    lines = [f"### {name}", "", known.text, ""]
    if "Args" in known.sections:
        lines += [*_entries(known.sections["Args"], listed=True)]
    own = [
        (key, member)
        for key, member in vars(kind).items()
        if not key.startswith("_") and (callable(member) or isinstance(member, property))
    ]
    lines += [
        f"- `.{key}{'' if isinstance(member, property) else '()'}`: {_first(member)}"
        for key, member in own
        if inspect.getdoc(member)
    ]
    return [*lines, ""]


def _first(of: object) -> str:
    return " ".join((inspect.getdoc(of) or "").split("\n\n")[0].split())
