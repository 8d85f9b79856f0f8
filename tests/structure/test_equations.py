"""Equations of docs/model.md and lines of the model that compute them point at each other, with the same source."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from bowlby.model.registry import MOMENT_REGISTRY, REGISTRY
from bowlby.model.rules.policy import INVERSE_TEMPERATURE, UNCERTAINTY_BONUS
from bowlby.model.rules.registry import RULES

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "src" / "bowlby" / "model"
PAGE = ROOT / "docs" / "model.md"
RULES_PAGE = ROOT / "docs" / "learning-rules.md"
ROW = re.compile(r"^\| E(\d+) \| `([^`]+)` \| (.*) \| (\S.*) \|$", re.MULTILINE)
PARAMETER = re.compile(r"`(\S+)` (\w+)")
MARK = re.compile(r"# \(E(\d+)\) (\S.*)")
REFERENCE = re.compile(r"^- (\S[^:]* \d{4}): \S", re.MULTILINE)
NUMBERED = re.compile(r"^    (\S.*\S) +\((\d+)\)$", re.MULTILINE)
OF_RULES = 28
"""E1 to E28 are the equations of the learning rules, under the numbers of their page."""
OWN = ("assumed", "derived")
"""Sources that are no publication."""


@dataclass(frozen=True)
class Equation:
    """A row of the page: number, equation, names of parameters with their symbols, source."""

    number: int
    text: str
    parameters: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class EquationMark:
    """A comment of the model: where it stands, the code of its function, and whether a line of code goes with it."""

    place: str
    number: int
    source: str
    function: str
    beside_code: bool


def equations(page: str) -> list[Equation]:
    """Return the equations of a page in their order."""
    return [
        Equation(int(number), text, {name: symbol for symbol, name in PARAMETER.findall(cell)}, source)
        for number, text, cell, source in ROW.findall(page)
    ]


def marks(source: str, place: str) -> Iterator[EquationMark]:
    """Yield the comments of a module that name equations."""
    lines = source.splitlines()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and "(E" in token.string:
            row, column = token.start
            found = MARK.fullmatch(token.string)
            assert found, f"{place}:{row}: {token.string!r} is not of the form '# (E12) source'"
            inside = [node for node in functions if node.lineno <= row <= (node.end_lineno or 0)]
            code = ast.get_source_segment(source, max(inside, key=lambda node: node.lineno)) if inside else source
            after = next((line.strip() for line in lines[row:] if not line.strip().startswith("#")), "")
            beside = bool(lines[row - 1][:column].strip() or after)
            yield EquationMark(f"{place}:{row}", int(found[1]), found[2], code or "", beside)


@cache
def of_the_page() -> tuple[Equation, ...]:
    return tuple(equations(PAGE.read_text(encoding="utf-8")))


@cache
def of_the_model() -> tuple[EquationMark, ...]:
    files = sorted(MODEL.rglob("*.py"))
    return tuple(
        mark for path in files for mark in marks(path.read_text(encoding="utf-8"), path.relative_to(MODEL).as_posix())
    )


def symbols(number: int) -> Mapping[str, str]:
    """Return the symbol of each parameter that an equation of this number may read."""
    if number <= OF_RULES:
        entries = [entry for rule in RULES.values() for entry in rule.parameters]
        return {entry.name: entry.symbol for entry in (*entries, INVERSE_TEMPERATURE, UNCERTAINTY_BONUS)}
    return {name: entry.symbol for name, entry in {**REGISTRY, **MOMENT_REGISTRY}.items()}


def stands_in(symbol: str, equation: str) -> bool:
    """Return whether a symbol, without its backslash, is one of an equation's own."""
    plain = re.escape(symbol.replace("\\", ""))
    return re.search(rf"(?<![A-Za-z0-9_]){plain}(?![A-Za-z0-9_])", equation) is not None


def publications(source: str) -> list[str]:
    """Return the publications of a source, such as "assumed, after Main 1990; Sabol & Pianta 2012"."""
    return [] if source in OWN else source.removeprefix("assumed, after ").split("; ")


def test_equations_are_numbered_in_order():
    numbers = [equation.number for equation in of_the_page()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > OF_RULES


def test_each_equation_is_borne_by_a_line_and_each_comment_points_at_an_equation():
    assert {mark.number for mark in of_the_model()} == {equation.number for equation in of_the_page()}
    assert [mark.place for mark in of_the_model() if not mark.beside_code] == []


def test_the_source_of_a_line_is_that_of_its_equation():
    sources = {equation.number: equation.source for equation in of_the_page()}
    wrong = [(mark.place, mark.source) for mark in of_the_model() if mark.source != sources.get(mark.number)]
    assert wrong == []


@pytest.mark.parametrize("equation", of_the_page(), ids=lambda equation: f"E{equation.number}")
def test_parameters_of_an_equation_are_those_of_the_registry_and_read_where_it_is_computed(equation: Equation):
    known = symbols(equation.number)
    code = "\n".join(mark.function for mark in of_the_model() if mark.number == equation.number)
    for name, symbol in equation.parameters.items():
        assert known.get(name) == symbol, f"{name} has the symbol {known.get(name)}"
        assert stands_in(symbol, equation.text), f"{symbol} is not in the equation"
    assert [name for name in equation.parameters if not re.search(rf"\b{name}\b", code)] == []


def test_each_parameter_that_the_model_reads_stands_in_an_equation():
    read = {
        node.attr
        for room in ("life", "moment")
        for path in sorted((MODEL / room).glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    standing = {name for equation in of_the_page() if equation.number > OF_RULES for name in equation.parameters}
    assert sorted(read & {*REGISTRY, *MOMENT_REGISTRY} - standing) == []


def test_each_publication_has_a_reference_and_each_reference_is_cited():
    cited = {one for equation in of_the_page() for one in publications(equation.source)}
    assert cited == set(REFERENCE.findall(PAGE.read_text(encoding="utf-8")))


def test_learning_rules_have_the_same_equations_on_both_pages():
    """Spaces apart, and the coupling, which the page of the rules writes without its level."""
    theirs = {int(number): text for text, number in NUMBERED.findall(RULES_PAGE.read_text(encoding="utf-8"))}
    ours = {one.number: one.text for one in of_the_page() if one.number <= OF_RULES}
    assert {number: bare(text) for number, text in theirs.items()} == {
        number: bare(text) for number, text in ours.items()
    }


def bare(equation: str) -> str:
    """Return an equation without what two hands write differently."""
    return re.sub(r"\|(\w+)\|", r"abs(\1)", equation.replace(" ", "").replace("kappa_2", "kappa"))


PAGE_OF_TWO = """| | equation | parameters | source |
|---|---|---|---|
| E1 | `V' = V + alpha (o - V)` | `\\alpha` learning_rate | Rescorla & Wagner 1972 |
| E2 | `S' = S + g_s (1 - S)` | `g_s` stress_gain, `B` background_stress | assumed |
"""


def test_a_page_is_read_row_by_row():
    first, second = equations(PAGE_OF_TWO)
    assert (first.number, first.text, first.source) == (1, "V' = V + alpha (o - V)", "Rescorla & Wagner 1972")
    assert second.parameters == {"stress_gain": "g_s", "background_stress": "B"}
    assert stands_in("g_s", second.text)
    assert not stands_in("B", second.text)
    assert not stands_in("g", second.text)


def test_a_comment_is_read_with_its_function_and_must_be_well_formed():
    beside, above = marks(
        "def one(x):\n    return x  # (E1) assumed\n\ndef two(y):\n    # (E2) derived\n    return y\n", "a"
    )
    assert (beside.place, beside.number, beside.source, beside.beside_code) == ("a:2", 1, "assumed", True)
    assert (above.number, above.beside_code) == (2, True)
    assert ("x" in beside.function, "x" in above.function) == (True, False)
    with pytest.raises(AssertionError, match="is not of the form"):
        list(marks("x = 1  # (E12)\n", "a"))
    (loose,) = marks("x = 1\n# (E1) assumed\n\ny = 2\n", "a")
    assert not loose.beside_code
