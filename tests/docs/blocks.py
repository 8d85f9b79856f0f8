"""The commands that pages print, one whole command line each."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (*sorted(DOCS.glob("*.md")), ROOT / "README.md")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
_SHELL = ("", "sh", "console", "bash")


@dataclass(frozen=True)
class Command:
    """One command line of bowlby as a page prints it.

    Args:
        page: name of the page.
        line: as printed, without comment and prompt.
        words: behind `bowlby`, without redirections.
    """

    page: str
    line: str
    words: tuple[str, ...]


def commands() -> list[Command]:
    """Return every command of a fenced block, of all pages."""
    found: list[Command] = []
    for page in PAGES:
        for kind, block in _FENCE.findall(page.read_text(encoding="utf-8")):
            if kind in _SHELL:
                found += _commands(page.name, block)
    return found


def _commands(page: str, block: str) -> Iterator[Command]:
    for line in block.replace("\\\n", " ").splitlines():
        words = shlex.split(line.removeprefix("$ "), comments=True)
        printed = " ".join(line.removeprefix("$ ").partition("  #")[0].split())
        for part in _split(words, ("&&", "|", ";")):
            if part[:1] == ["bowlby"]:
                yield Command(page, printed, tuple(next(iter(_split(part[1:], (">",))), [])))


def _split(words: list[str], at: tuple[str, ...]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in words:
        if word in at:
            yield part
            part = []
        else:
            part.append(word)
    yield part
