"""Every public function says what it does, what it takes, what it gives and how it fails."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "bowlby"
FILES = sorted(SOURCE.rglob("*.py"))
OneLine = "one sentence first, ending in a full stop"


def public_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return the module-level functions that do not start with an underscore."""
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def complaints(node: ast.FunctionDef) -> list[str]:
    """Return what is missing from a function's docstring."""
    text = ast.get_docstring(node) or ""
    found = [f"no {part}" for part in ("Args:", "Returns:", "Raises:") if part not in text]
    described = text.partition("Args:")[2].partition("Returns:")[0]
    names = [arg.arg for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
    found += [f"argument {name} not described" for name in names if f"{name}:" not in described]
    first = text.split("\n\n")[0].strip()
    if not first.endswith((".", ":")):
        found.append(OneLine)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_public_functions_are_documented(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name != "__init__.py" or tree.body:
        assert ast.get_docstring(tree), "a module says what it is"
    problems = [
        f"{node.name}: {complaint}"
        for node in public_functions(tree)
        if not is_command(node)
        for complaint in complaints(node)
    ]
    assert problems == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_public_classes_are_documented(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                    assert ast.get_docstring(member), f"{node.name}.{member.name} has no docstring"


def is_command(node: ast.FunctionDef) -> bool:
    """Return whether a function is a command, whose docstring is its help text."""
    return node.name.endswith("_command") or any("callback" in ast.unparse(item) for item in node.decorator_list)
