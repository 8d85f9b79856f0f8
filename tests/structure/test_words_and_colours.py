"""Words of the comparison, tiers of frightening acts and colours have one home each; everything else reads it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from bowlby.evidence.claims_register.aspects import (
    EVIDENCE_SAYS,
    KINDS,
    LINES,
    MARKED,
    MODEL_SAYS,
    TITLE,
    Aspect,
    EvidenceMark,
    ModelMark,
)
from bowlby.model.registry import THREAT_TIERS, TIERS
from bowlby.records.constructs import FRIGHT_TIERS, THREAT_ACTS
from bowlby.reporting.palette import COLOURS, EVIDENCE_COLOURS, MODEL_COLOURS, filled_in, style_variables

SOURCE = Path(__file__).parents[2] / "src" / "bowlby"
COLOUR = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
SHORT_COLOUR = re.compile(r"#[0-9a-f]{3}\b", re.IGNORECASE)
STYLED = (".css", ".js", ".j2", ".svg")
RUN = 6
"""Words in a row that make a second home, or a whole text that is shorter: fewer are the field's own phrases."""
FEWEST = 4
"""Words of the shortest text that is looked for."""
SETS: Mapping[str, frozenset[str]] = {
    "tiers": frozenset(TIERS),
    "kinds of care": frozenset(KINDS),
    "axes": frozenset(kind.axis for kind in KINDS.values()),
    "aspects": frozenset(Aspect),
    "evidence marks": frozenset(EvidenceMark),
    "model marks": frozenset(ModelMark),
}
VARIABLE = re.compile(r"var\(--([a-z-]+)")


def sources(*suffixes: str) -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in suffixes:
            yield path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")


def colours_in(name: str, text: str) -> list[str]:
    return COLOUR.findall(text) + (SHORT_COLOUR.findall(text) if name.endswith(STYLED) else [])


def said(name: str, text: str) -> Iterator[str]:
    """Yield what a file says: strings of Python but for docstrings, and all of another file."""
    if name.endswith(".py"):
        nodes = list(ast.walk(ast.parse(text)))
        documented = {node.value for node in nodes if isinstance(node, ast.Expr)}
        yield from (
            node.value
            for node in nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documented
        )
    else:
        yield text


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-zäöüß'-]+", text.lower())
    return {tuple(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1))}


TEXTS = (
    TITLE,
    MARKED,
    *(kind.says for kind in KINDS.values()),
    *EVIDENCE_SAYS.values(),
    *MODEL_SAYS.values(),
    *(text for line in LINES for text in (line.trauma, line.neglect, line.both, line.secure, line.published)),
)
HOMED = {run for text in TEXTS for run in runs(text) if len(run) >= FEWEST}


def words_again(name: str, text: str) -> set[str]:
    return {" ".join(run) for part in said(name, text) for run in runs(part) & HOMED}


def sets_again(text: str) -> list[str]:
    """Return literals of three or more strings that are all of one set that stands in data."""
    return [
        f"{name}: {', '.join(found)}"
        for node in ast.walk(ast.parse(text))
        if len(found := strings(node)) >= 3
        for name, members in SETS.items()
        if members.issuperset(found)
    ]


def strings(node: ast.AST) -> list[str]:
    elements: Iterable[ast.expr | None] = ()
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        elements = node.elts
    elif isinstance(node, ast.Dict):
        elements = node.keys
    found = [one.value for one in elements if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return found if len(found) == len(list(elements)) else []


def test_a_colour_stands_in_the_data_alone():
    found = {name: hits for name, text in sources(".py", *STYLED) if (hits := colours_in(name, text))}
    assert not found


def test_words_of_the_comparison_stand_in_the_data_alone():
    found = {name: hits for name, text in sources(".py", ".js", ".j2") if (hits := words_again(name, text))}
    assert not found


def test_tiers_kinds_and_aspects_are_listed_in_the_data_alone():
    found = {name: hits for name, text in sources(".py") if (hits := sets_again(text))}
    assert not found


def test_a_second_home_would_be_found():
    assert colours_in("a.py", "X = '#B4431F'") and colours_in("a.css", "a { color: #fff }")
    assert words_again("a.py", "X = ('Active harm or fright ' 'by the caregiver.')")
    assert words_again("a.j2", "<p>Needs ignored or met late, no holding</p>")
    assert sets_again("X = ('frightening', 'harsh', 'abusive')")
    assert sets_again("X = {'secure': 1, 'threat': 2, 'deprivation': 3}")
    assert not sets_again("X = ('harsh', 'frightening', 'deprived')")


@pytest.mark.parametrize("name", sorted(name for name, _ in sources(*STYLED)))
def test_every_colour_that_a_style_names_is_there(name: str):
    known = set(re.findall(r"--([a-z-]+):", style_variables()))
    text = (SOURCE / name).read_text(encoding="utf-8")
    own = set(re.findall(r"--([a-z-]+):", text))
    assert set(VARIABLE.findall(text)) <= known | own
    if name.endswith(".svg"):
        assert "var(" not in filled_in(text)


def test_the_data_is_whole():
    assert [line.key for line in LINES] == list(Aspect)
    assert all(kind.axis in COLOURS for kind in KINDS.values())
    for marks, says, colours in (
        (EvidenceMark, EVIDENCE_SAYS, EVIDENCE_COLOURS),
        (ModelMark, MODEL_SAYS, MODEL_COLOURS),
    ):
        assert list(marks) == list(says) == list(colours)
    for line in LINES:
        assert all((line.name, line.trauma, line.neglect, line.secure, line.published)), line.key


def test_tiers_of_records_are_those_of_the_model_in_the_same_order():
    """A record's code is the act, the model's tier what it is like: fright.startle, startling."""
    for codes, tiers in ((FRIGHT_TIERS, TIERS), (THREAT_ACTS, THREAT_TIERS)):
        acts = [str(code).removeprefix("fright.").removesuffix("e") for code in codes]
        assert len(acts) == len(tiers) and all(map(str.startswith, tiers, acts))
