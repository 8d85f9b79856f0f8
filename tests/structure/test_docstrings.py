"""Every public function says what it does, what it takes, what it gives and how it fails."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "bowlby"
FILES = sorted(SOURCE.rglob("*.py"))
OneLine = "one sentence first, ending in a full stop"
SECTION = re.compile(r"^(Args|Returns|Yields|Raises):\n((?: +\S.*\n?|\n(?= ))*)", re.MULTILINE)
EMPTY = re.compile(r"(nothing|none|never)\b *[.;]?(?= *$|;)", re.IGNORECASE | re.MULTILINE)
ERROR = re.compile(r" *[A-Z]\w*(\.\w+)*:")


def public_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return the module-level functions that do not start with an underscore."""
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def raises(node: ast.FunctionDef) -> bool:
    """Return whether a function itself raises an error; what it passes on, or inner functions raise, is not its own."""
    inside: list[ast.AST] = list(node.body)
    while inside:
        part = inside.pop()
        if isinstance(part, ast.Raise) and part.exc is not None:
            return True
        if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            inside += ast.iter_child_nodes(part)
    return False


def gives(node: ast.FunctionDef) -> bool:
    """Return whether a function gives a value back."""
    return node.returns is not None and ast.unparse(node.returns) not in ("None", "NoReturn")


def complaints(node: ast.FunctionDef) -> list[str]:
    """Return what is missing from a function's docstring."""
    text = ast.get_docstring(node) or ""
    names = [arg.arg for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
    wanted = (("Args:", bool(names)), ("Returns:", gives(node)), ("Raises:", raises(node)))
    found = [f"no {part}" for part, needed in wanted if needed and part not in text]
    described = text.partition("Args:")[2].partition("Returns:")[0]
    found += [f"argument {name} not described" for name in names if f"{name}:" not in described]
    first = text.split("\n\n")[0].strip()
    if not first.endswith((".", ":")):
        found.append(OneLine)
    return found


def ceremony(text: str) -> list[str]:
    """Return what of a docstring is a section for its own sake: one that says nothing, or Raises without an error."""
    found: list[str] = []
    for name, body in SECTION.findall(text):
        if EMPTY.match(body.strip()):
            found.append(f"{name}: says nothing")
        elif name == "Raises" and not ERROR.match(body):
            found.append("Raises: names no error")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_section_stands_for_its_own_sake(path: Path):
    documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, documented)]
    problems = [f"{node.name}: {what}" for node in nodes for what in ceremony(ast.get_docstring(node) or "")]
    assert problems == []


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


def function(source: str) -> ast.FunctionDef:
    """Return the one function of a source text."""
    (node,) = public_functions(ast.parse(source))
    return node


@pytest.mark.parametrize(
    ("body", "complained"),
    [
        ("raise ValueError(size)", ["no Raises:"]),
        ("if size:\n        raise ValueError(size)", ["no Raises:"]),
        ("return size", []),
        ("try:\n        return size\n    except ValueError:\n        raise", []),
        ("def inner() -> None:\n        raise ValueError(size)\n    return size", []),
    ],
)
def test_raises_is_asked_for_where_something_is_raised(body: str, complained: list[str]):
    doc = '"""Return a size.\n\n    Args:\n        size: m.\n\n    Returns:\n        m.\n    """'
    assert complaints(function(f"def sized(size: float) -> float:\n    {doc}\n    {body}\n")) == complained


def test_a_function_without_arguments_or_value_needs_its_sentence_only():
    assert complaints(function('def shut() -> None:\n    """Close the door."""\n')) == []
    assert complaints(function("def shut() -> None:\n    pass\n")) == [OneLine]
    assert complaints(function('def wide() -> float:\n    """Return the width."""\n')) == ["no Returns:"]


@pytest.mark.parametrize(
    ("section", "complained"),
    [
        ("Raises:\n    Nothing.", ["Raises: says nothing"]),
        ("Raises:\n    Nothing; trouble shows in the diagnostics.", ["Raises: says nothing"]),
        ("Raises:\n    None", ["Raises: says nothing"]),
        ("Returns:\n    Never.", ["Returns: says nothing"]),
        ("Args:\n    None.\n\nReturns:\n    Nothing.", ["Args: says nothing", "Returns: says nothing"]),
        ("Raises:\n    what the reader passes on.", ["Raises: names no error"]),
        ("Raises:\n    InputError: nothing is to be read.", []),
        ("Returns:\n    None where nothing was coded, else seconds.", []),
        ("Returns:\n    None, one or both of child and caregiver.", []),
    ],
)
def test_ceremony_is_refused(section: str, complained: list[str]):
    assert ceremony(f"Do it.\n\n{section}") == complained
