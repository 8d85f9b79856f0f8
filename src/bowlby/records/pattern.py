"""Patterns of a codebook: `*` for any text, `?` for one character, a backslash before either for itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

import polars as pl

_TOKEN = re.compile(r"\\([\\*?])|([*?])|(.)", re.DOTALL)
_WILD = {"*": ".*", "?": "."}
ANYTHING = "*"


@dataclass(frozen=True)
class Pattern:
    r"""A text of a codebook that stands for one label or for many.

    `*` stands for any text, also none, and `?` for one character. `\*`, `\?` and `\\` stand for the character itself;
    a backslash before anything else is a backslash. Capital letters matter.

    Args:
        text: as written in the codebook.

    Example:
        >>> Pattern("cry*").matches("crying"), Pattern(r"cry\*").matches("crying")
        (True, False)
    """

    text: str

    @cached_property
    def literal(self) -> str | None:
        """The one label that the pattern stands for, or None where it has a wildcard."""
        tokens = _TOKEN.findall(self.text)
        return None if any(wild for _, wild, _ in tokens) else "".join(escaped or plain for escaped, _, plain in tokens)

    @property
    def is_anything(self) -> bool:
        """Whether every label matches."""
        return self.text == ANYTHING

    @cached_property
    def regex(self) -> str:
        """A regular expression for whole labels, in the words that Python and Polars share."""
        parts = (_WILD[wild] if wild else re.escape(escaped or plain) for escaped, wild, plain in self._tokens)
        return f"(?s)^(?:{''.join(parts)})$"

    @property
    def _tokens(self) -> list[tuple[str, str, str]]:
        return _TOKEN.findall(self.text)

    def matches(self, label: str) -> bool:
        """Return whether a label is what the pattern stands for."""
        return label == self.literal if self.literal is not None else re.fullmatch(self.regex, label) is not None

    def within(self, column: pl.Expr) -> pl.Expr:
        """Return an expression that says which texts of a column match."""
        return column == self.literal if self.literal is not None else column.str.contains(self.regex)

    def among(self, labels: pl.Series) -> pl.Series:
        """Return those of some distinct labels that match."""
        return labels if self.is_anything else labels.filter(labels.to_frame("x").select(self.within(pl.col("x")))["x"])


@lru_cache(maxsize=4096)
def pattern(text: str) -> Pattern:
    """Return the pattern that a text of a codebook means.

    Args:
        text: as written.

    Returns:
        The pattern; the same object for the same text.
    """
    return Pattern(text)


def escaped(label: str) -> str:
    r"""Return the text by which a codebook means one label and no other.

    Args:
        label: as it stands in a file.

    Returns:
        The label, with a backslash before what would be a wildcard.

    Example:
        >>> escaped("cry?")
        'cry\\?'
    """
    return label if Pattern(label).literal == label else re.sub(r"[\\*?]", r"\\\g<0>", label)
