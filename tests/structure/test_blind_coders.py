"""Coders and raters read a record and nothing else: no parameter, no history, no name of an exposure."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bowlby.model.life.exposures import EXPOSURES
from tests.structure.test_names_of_care import WORDS_OF_THE_LANGUAGE

SOURCE = Path(__file__).parents[2] / "src" / "bowlby"
MEASURES = SOURCE / "measures"
CODERS = sorted(
    [
        *(MEASURES / "strange_situation").glob("*.py"),
        *(MEASURES / f"{name}.py" for name in ("sensitivity", "still_face", "still_face_measures", "procedures")),
        *MEASURES.glob("return_to_calm*.py"),
        MEASURES / "session_spans.py",
    ]
)
ALLOWED = ("bowlby.records", "bowlby.measures", "bowlby.errors", "bowlby.purpose")


def exposure_names() -> list[str]:
    """Return the names of care, but for words that are no names only."""
    return [name for name in EXPOSURES if name not in WORDS_OF_THE_LANGUAGE]


def code_of(path: Path) -> str:
    """Return a file's code without docstrings and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [n for n in body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
            node.body = kept or [ast.Pass()]
    return ast.unparse(tree)


def imported(path: Path) -> set[str]:
    """Return every module that a file imports, at its head or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return found


def test_there_are_coders_and_exposures_to_look_at():
    assert len(CODERS) >= 14 and all(path.exists() for path in CODERS)
    assert {"sensitive", "rejecting", "inconsistent", "deprived"} <= set(exposure_names())


@pytest.mark.parametrize("path", CODERS, ids=lambda path: str(path.relative_to(MEASURES)))
def test_a_coder_imports_records_measures_and_nothing_of_the_model(path: Path):
    own = {name for name in imported(path) if name.startswith("bowlby")}
    assert [name for name in own if not name.startswith(ALLOWED)] == []
    assert imported(path) - own <= {
        "__future__",
        "collections.abc",
        "dataclasses",
        "math",
        "numpy",
        "numpy.typing",
        "polars",
        "typing",
    }


@pytest.mark.parametrize("path", CODERS, ids=lambda path: str(path.relative_to(MEASURES)))
def test_no_name_of_an_exposure_occurs_in_a_coder(path: Path):
    code = code_of(path)
    assert [name for name in exposure_names() if re.search(rf"\b{re.escape(name)}\b", code)] == []
