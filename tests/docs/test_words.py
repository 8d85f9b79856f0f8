"""Idioms that a reader must decode stay out of the documentation and of the strings that users read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.readability import reading, syllables
from tests.docs.blocks import DOCS, PAGES, ROOT

INSTEAD = {
    r"hang(?:s|ing)? on(?! to\b)|hung on(?! to\b)": "depends on",
    r"of no account": "does not matter, is rejected",
    r"told apart": "distinguished",
    r"told from": "distinguished from",
    r"to tell by": "to judge by",
    r"fore(?:tells?|told)": "predicts",
    r"leans? on": "rests on, depends on",
    r"save for": "except for",
    r"held against": "compared with",
    r"tells? (?:threat|deprivation) from": "estimates each by itself",
    r"(?:as|is|are|was|were) told elsewhere": "reported elsewhere",
}
"""Patterns of words, and what an English reader expects in their place. "Not told" is the name of a statement."""

FOUND = re.compile("|".join(rf"\b(?:{pattern})\b" for pattern in INSTEAD).replace(" ", r"\s+"), re.I)
LEDGERS = frozenset({"claims.md"})
"""Pages whose words are those of published findings."""

SOURCES = tuple(sorted((ROOT / "src").rglob("*.py")))
TEMPLATES = tuple(sorted((ROOT / "src").rglob("*.html")))


def idioms(text: str) -> list[str]:
    return [" ".join(match.split()) for match in FOUND.findall(text)]


def messages(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of every string of a module that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in LEDGERS], ids=lambda page: page.name)
def test_pages_hold_no_idiom(page: Path):
    assert idioms(page.read_text(encoding="utf-8")) == []


def test_no_string_that_a_user_reads_holds_an_idiom():
    said = [(path.name, line, found) for path in SOURCES for line, text in messages(path) for found in idioms(text)]
    said += [(path.name, 0, found) for path in TEMPLATES for found in idioms(path.read_text(encoding="utf-8"))]
    assert said == []


@pytest.mark.parametrize(
    "text", ["that hangs\non rounding", "Two are told apart.", "save for one", "Held against figures", "it leans on x"]
)
def test_idioms_are_found(text: str):
    assert idioms(text)


@pytest.mark.parametrize(
    "text", ["threat was not told", "it may hang on to her", "save forms here", "told by its mother", "tell a story"]
)
def test_plain_words_are_left_alone(text: str):
    assert idioms(text) == []


def test_messages_are_strings_and_no_docstrings(tmp_path: Path):
    path = tmp_path / "some.py"
    path.write_text('"""Hangs on."""\nSAID = f"it hangs on {1}"\n', encoding="utf-8")
    assert [text for _, text in messages(path) if idioms(text)] == ["it hangs on "]


def test_reading_ease_is_flesch():
    """Eighty words in ten sentences and two headings, one syllable each; with code and tables beside."""
    line = "The cat sat on the mat all day. "
    text = f"# A head\n\n{line * 13}\n\n```sh\nbowlby serve\n```\n\n| a | table |\n"
    words = 2 + 13 * 8
    found = reading(text)
    assert found.prose == words
    assert found.ease == pytest.approx(206.835 - 1.015 * words / 14 - 84.6)
    assert [syllables(word) for word in ("needed", "asked", "table", "the", "deprivation")] == [2, 1, 2, 1, 4]


def test_the_measurements_say_how_pages_read():
    """Before and after, for nearly all pages; one that was added since may be missing."""
    text = (DOCS / "measurements.md").read_text(encoding="utf-8").partition("\n## Words")[2]
    rows = set(re.findall(r"^\| ([\w-]+\.md) \| \d+ \| \d+ \| \d+ \| \d+ \|$", text, re.M))
    assert len(rows & {page.name for page in PAGES}) >= 50
