"""The words of codes, actors and channels, however a lab writes them: lookAway_2, HOLD-baby, "no smile"."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])|\d+")
_ENDINGS = ("ations", "ation", "ingly", "ing", "ed", "es", "s", "e")
_SHORTEST_STEM = 3


def words_of(*texts: str) -> list[str]:
    """Return the words of some labels in lower case: "lookAway_2" gives "look", "away", "2".

    Args:
        texts: codes, actors, channels.

    Returns:
        Words in order.
    """
    return [word.lower() for text in texts for word in _WORD.findall(text)]


def stem(word: str) -> str:
    """Return a word without its inflection, so that "whimpers", "whimpering" and "whimper" are one.

    Args:
        word: in lower case.

    Returns:
        The stem, at least three letters; the word itself where nothing can be taken off.
    """
    if word.endswith(("ies", "ied")) and len(word) > _SHORTEST_STEM:
        return f"{word[:-3]}y"
    ends = (ending for ending in _ENDINGS if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM)
    short = word.removesuffix(next(ends, ""))
    return short[:-1] if len(short) > _SHORTEST_STEM and short[-1] == short[-2] else short
