"""The documented codebook loads, and the docs name every reader, problem and construct."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from bowlby.formats.read import readers
from bowlby.records.codebook_file import load_codebook
from bowlby.records.constructs import Construct
from bowlby.records.layout import TimeUnit
from bowlby.records.quality import ProblemKind

DOCS = Path(__file__).parents[2] / "docs"


def test_the_documented_codebook_loads(write: Callable[..., Path]):
    text = re.findall(r"```toml\n(.*?)```", (DOCS / "codebooks.md").read_text(encoding="utf-8"), re.S)[0]
    book = load_codebook(write("book.toml", text))
    assert len(book.codable) == 4
    assert book.layout is not None
    assert book.layout.unit == TimeUnit.MILLISECONDS


def test_every_construct_is_in_the_docs():
    text = (DOCS / "codebooks.md").read_text(encoding="utf-8")
    assert [construct for construct in Construct if f"`{construct}`" not in text] == []


def test_every_problem_is_in_the_docs():
    text = (DOCS / "formats.md").read_text(encoding="utf-8")
    assert [kind for kind in ProblemKind if kind not in text] == []


def test_every_reader_is_in_the_docs():
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("formats*.md")))
    assert [reader.NAME for reader in readers() if f"`{reader.NAME}`" not in text] == []
