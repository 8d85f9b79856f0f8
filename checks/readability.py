"""How easily each page reads: Flesch reading ease of its prose, and its words.

206.835 - 1.015 words / sentences - 84.6 syllables / words (Flesch 1948, Journal of Applied Psychology 32:221).
Code, tables and addresses are left out; a heading and an item of a list end a sentence. Syllables are counted by groups
of vowels, so that figures compare pages and dates, and not this program with another.

    python -m checks.readability [FOLDER]
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_CODE = re.compile(r"^```.*?^```|<!--.*?-->|`[^`\n]*`", re.M | re.S)
_TABLE = re.compile(r"^\s*\|.*$", re.M)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_END = re.compile(r"[.!?](?=\s|$)|\n(?=\s*(?:[-*#>]|\d+\.) )|\n\s*\n")
_SILENT = re.compile(r"(?:[^aeiouylscxz]es|[^td]ed|[^laeiouy]e)$")
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True)
class Reading:
    """How one page reads.

    Args:
        words: on the page in all, code and tables included.
        prose: words of its prose.
        ease: Flesch reading ease; 100 is very easy, below 30 very hard; none under 100 words of prose.
    """

    words: int
    prose: int
    ease: float | None


def reading(text: str) -> Reading:
    """Return how the text of one page reads."""
    prose = prose_of(text)
    words = _WORD.findall(prose)
    whole = len(text.split())
    if len(words) < 100:
        return Reading(whole, len(words), None)
    sentences = sum(1 for part in _END.split(prose) if _WORD.search(part))
    count = len(words)
    ease = 206.835 - 1.015 * count / sentences - 84.6 * sum(map(syllables, words)) / count
    return Reading(whole, count, ease)


def prose_of(text: str) -> str:
    """Return a page without its code, tables and addresses."""
    return _LINK.sub(r"\1", _TABLE.sub("\n", _CODE.sub(" ", text))).replace("*", "")


def syllables(word: str) -> int:
    """Return the syllables of one English word, by groups of vowels, a silent ending left out."""
    lower = word.lower()
    return max(1, len(_VOWELS.findall(_SILENT.sub("", lower))))


def pages(root: Path) -> list[Path]:
    """Return the pages of a source tree, README first."""
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def table(root: Path) -> str:
    """Return one row for each page, and their sum."""
    lines = ["| page | words | of prose | Flesch |", "|---|---|---|---|"]
    found = {page.name: reading(page.read_text(encoding="utf-8")) for page in pages(root)}
    for name, page in found.items():
        lines.append(f"| {name} | {page.words} | {page.prose} | {'' if page.ease is None else f'{page.ease:.0f}'} |")
    return "\n".join([*lines, f"| all | {sum(page.words for page in found.values())} | | |"])


if __name__ == "__main__":
    print(table(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT))
