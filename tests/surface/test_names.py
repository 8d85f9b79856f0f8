"""`import bowlby`: names, types and documentation, and nothing heavy before it is asked for."""

from __future__ import annotations

import ast
import doctest
import inspect
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import bowlby

SOURCE = Path(bowlby.__file__)
ASKED_FOR = {
    *(
        "read",
        "load",
        "Codebook",
        "codebook_for",
        "measure",
        "agree",
        "infer",
        "simulate",
        "watch",
        "strange_situation",
    ),
    *("still_face", "forecast", "fit", "compare_rules", "trial", "cohort", "signs", "validate", "claims", "compare"),
    *("recover", "report", "example", "citation", "__version__"),
}
FUNCTIONS = [name for name in bowlby.__all__ if inspect.isfunction(getattr(bowlby, name))]


def loaded_by(code: str) -> set[str]:
    """Return the modules that a new process has loaded after some code."""
    script = f"{code}\nimport sys\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_every_name_is_there_and_listed():
    assert set(bowlby.__all__) >= ASKED_FOR
    assert dir(bowlby) == sorted(bowlby.__all__)
    assert all(getattr(bowlby, name) is not None for name in bowlby.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'mesure'"):
        _ = bowlby.mesure  # pyright: ignore[reportAttributeAccessIssue]


def test_importing_it_loads_nothing_but_itself():
    own = {name for name in loaded_by("import bowlby") if name.startswith("bowlby")}
    assert own == {"bowlby"}
    assert not loaded_by("import bowlby") & {"jax", "polars", "numpy", "xarray", "pandas", "typing", "dataclasses"}


def test_asking_for_every_name_starts_no_jax():
    assert not loaded_by("import bowlby\nfor name in bowlby.__all__: getattr(bowlby, name)") & {
        "jax",
        "xarray",
        "pandas",
    }


def test_types_and_lazy_names_say_the_same():
    """Editors read the block under TYPE_CHECKING, Python reads the table of homes."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    typed = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert typed == bowlby._HOME_OF  # pyright: ignore[reportPrivateUsage]
    assert set(typed) | {"__version__"} == set(bowlby.__all__)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_an_example_and_says_what_it_takes(name: str):
    function = getattr(bowlby, name)
    text = inspect.getdoc(function) or ""
    assert "Example:" in text and ">>> " in text
    taken = text.partition("Args:")[2].partition("Returns:")[0]
    for parameter in inspect.signature(function).parameters.values():
        assert f"    {parameter.name}: " in taken, parameter.name
        assert parameter.annotation is not inspect.Parameter.empty


def test_help_shows_what_a_newcomer_types():
    text = pydoc.render_doc(bowlby, renderer=pydoc.plaintext)
    assert "bowlby.load(bowlby.example" in text
    assert all(f"    {name}(" in text for name in FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_examples_of_the_documentation_run(name: str):
    function = getattr(bowlby, name)
    (found,) = doctest.DocTestFinder(recurse=False).find(function, name, globs={})
    assert found.examples
    ran = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(found)
    assert ran.failed == 0
