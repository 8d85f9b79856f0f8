"""Whether a code says that something was absent, ended or withheld: then none of its words may suggest that it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from bowlby.records.label_words import words_of

_WORDS = """
no not non none never nothing nobody neither nor without wo cannot cant dont doesnt didnt isnt arent wasnt werent wont
hasnt havent nt absence absent lack lacks lacking lacked stop stops stopped stopping end ends ended ending cease
ceases ceased quit quits finish finishes finished fail fails failed failing failure false zero 0 n off less minus loss
lose loses lost refuse refuses refused reject rejects rejected decline declines silent silence mute unable almost
pretend pretends pretended pretending fake faked

release releases released releasing withdraw withdraws withdrew withdrawn withdrawal withdrawing retreat retreats drop
drops dropped detach detached detaches disengage disengages disengaged disengagement unresponsive nonresponsive
inattentive unavailable remove removes removed

nicht nichts kein keine keinen keiner keines keinem ohne nie niemals weder ende beendet aufhören hört los weg
pas sans aucun aucune jamais ni ne rien arrête arrete cesse fin nunca ningún ningun ninguna jamás jamas nada deja sin
senza mai nessun nessuna sem nenhum nenhuma não nao niet geen zonder nooit inte ej utan ikke ingen uten uden aldrig
aldri
"""
"""Denied, ended or only seeming; let go of; and the same in the languages whose words resemble ours."""

_NEGATING = frozenset(_WORDS.split())
_PHRASES = (("let", "go"), ("lets", "go"), ("letting", "go"), ("put", "down"), ("puts", "down"), ("putting", "down"))
_PREFIXES = ("un", "non", "in", "im", "dis", "mis")
_NO_PREFIX = ("display",)
"""Beginnings of words that look like a prefix before a known word and are none."""

_MARKS = re.compile(r"n['’]t\b|\bw/o\b|^\s*[-−–!~¬^]|[-−–]\s*\)?\s*$|[≠¬]", re.IGNORECASE)


def is_negated(code: str, known: Callable[[str], bool]) -> bool:
    """Return whether a part of a code negates.

    A code is divided at capitals, digits, blanks, underscores and hyphens first, so that "note" and "Nonna" hold no
    "no". Levels of nothing ("smile 0", "cry off", "touch -") negate too.

    Args:
        code: as it stands in the file.
        known: whether a word in lower case means something in the vocabulary.

    Returns:
        True where some word, prefix, ending or mark negates.
    """
    words = words_of(code)
    return (
        bool(_MARKS.search(code))
        or not _NEGATING.isdisjoint(words)
        or any(pair in _PHRASES for pair in pairwise(words))
        or any(_denies(word, known) for word in words)
        or _is_free_of(words, known)
    )


def _denies(word: str, known: Callable[[str], bool]) -> bool:
    """Whether a prefix or ending turns a known word round, as in "unsmiling", "noncontact", "touchless"."""
    if known(word) or word.startswith(_NO_PREFIX):
        return False
    if word.endswith("less") and known(word.removesuffix("less")):
        return True
    return any(word.startswith(prefix) and known(word.removeprefix(prefix)) for prefix in (*_PREFIXES, "no", "not"))


def _is_free_of(words: Sequence[str], known: Callable[[str], bool]) -> bool:
    """Whether "free" follows what it takes away, as in "distress-free"; "free play" is none of it."""
    return any(second == "free" and known(first) for first, second in pairwise(words))
