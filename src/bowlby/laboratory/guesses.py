"""Who and when, guessed from how a laboratory names its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

CHILD, VISIT, CODER, AGE = "child", "visit", "coder", "age_months"

_WORDS = {
    CHILD: ("child", "kid", "infant", "baby", "participant", "subject", "subj", "sub", "pid", "id", "family", "fam",
            "dyad", "case", "c", "p"),
    VISIT: ("visit", "session", "sess", "ses", "wave", "time", "occasion", "v", "t", "w"),
    CODER: ("coder", "rater", "observer", "annotator"),
}  # fmt: skip
_KEYED = {
    what: re.compile(rf"^(?:{'|'.join(sorted(words, key=len, reverse=True))})(\d+[a-z]?)$", re.IGNORECASE)
    for what, words in _WORDS.items()
}
_AGE = re.compile(r"^(\d{1,2})(?:mo|m|mos|month|months)$", re.IGNORECASE)
_SHORT = 2
"""Words of at most so many letters, such as c, name a child only with their number behind them."""


@dataclass(frozen=True)
class NameGuess:
    """What the name of a session says.

    Args:
        known: child, visit, coder and age in months, as far as the name says them.
        rest: words of the name that say none of these.
        sources: what each was guessed from.
    """

    known: dict[str, str] = field(default_factory=dict)
    rest: tuple[str, ...] = ()
    sources: dict[str, str] = field(default_factory=dict)


def guesses_of(names: Sequence[str]) -> list[NameGuess]:
    """Return what the names of sessions say, each in view of the others.

    A word that says what follows it ("visit2", "child_07", "coder-anna", "12mo") is taken at its word. What is left is
    compared over the names: where no word says the child, it is what stands at the first place at which they differ;
    then small numbers are visits, and what tells apart sessions of one child and visit is the coder.

    Args:
        names: of all sessions of a study, without folder and suffix.

    Returns:
        One guess a name.
    """
    found = [_keyed(_words(name)) for name in names]
    if not all(CHILD in one.known for one in found):
        found = _first_that_differs(found)
    if not all(VISIT in one.known for one in found):
        found = _numbers(found)
    return _coders(found)


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]


def _keyed(words: Sequence[str]) -> NameGuess:
    known, sources, rest = dict[str, str](), dict[str, str](), list[str]()
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        what, value = _said(word, waiting[0] if waiting else None)
        if what is None or what in known:
            rest.append(word)
            continue
        if value is None:
            value = waiting.pop(0)
        known[what] = value
        sources[what] = "a word of the name"
    return NameGuess(known, tuple(rest), sources)


def _said(word: str, following: str | None) -> tuple[str | None, str | None]:
    """Return what a word says and its value; None as the value where the next word holds it."""
    age = _AGE.match(word)
    if age:
        return AGE, age[1]
    for what, pattern in _KEYED.items():
        match = pattern.match(word)
        if match:
            return what, word if what == CHILD else match[1]
        if following is not None and word.lower() in _WORDS[what] and len(word) > _SHORT:
            return what, None
    return None, None


def _first_that_differs(found: Sequence[NameGuess]) -> list[NameGuess]:
    """Take the first place at which the names differ for the child, in names of which no word says it."""
    bare = [one for one in found if CHILD not in one.known]
    places = range(max((len(one.rest) for one in bare), default=0))
    for place in places:
        if len({one.rest[place] if place < len(one.rest) else "" for one in bare}) > 1:
            return [_taken(one, CHILD, place, "where the names differ") for one in found]
    return list(found)


def _numbers(found: Sequence[NameGuess]) -> list[NameGuess]:
    """Take a number of one or two digits for the visit, in names of which no word says it."""
    return [
        _taken(one, VISIT, place, "a small number of the name") if place is not None else one
        for one in found
        for place in [next((at for at, word in enumerate(one.rest) if re.fullmatch(r"\d{1,2}", word)), None)]
    ]


def _taken(one: NameGuess, what: str, place: int, source: str) -> NameGuess:
    if what in one.known or place >= len(one.rest):
        return one
    rest = (*one.rest[:place], *one.rest[place + 1 :])
    return replace(one, known=one.known | {what: one.rest[place]}, rest=rest, sources=one.sources | {what: source})


def _coders(found: Sequence[NameGuess]) -> list[NameGuess]:
    """Name coders by what tells apart several codings of one child and visit."""
    alike: dict[tuple[str | None, str | None], list[int]] = {}
    for at, one in enumerate(found):
        alike.setdefault((one.known.get(CHILD), one.known.get(VISIT)), []).append(at)
    shared = _common(one.rest for one in found)
    named = list(found)
    for places in (group for group in alike.values() if len(group) > 1):
        for at in (at for at in places if CODER not in found[at].known):
            own = [word for word in found[at].rest if word not in shared]
            source = "what tells two codings of one visit apart"
            named[at] = replace(
                found[at],
                known=found[at].known | {CODER: "-".join(own) or "main"},
                sources=found[at].sources | {CODER: source},
            )
    return _known_again(named)


def _known_again(found: Sequence[NameGuess]) -> list[NameGuess]:
    """Take the coders of sessions coded twice wherever else their names stand."""
    coders = {one.known[CODER] for one in found if CODER in one.known}
    return [
        _taken(one, CODER, place, "a coder of other sessions") if CODER not in one.known and place is not None else one
        for one in found
        for place in [next((at for at, word in enumerate(one.rest) if word in coders), None)]
    ]


def _common(every: Iterable[tuple[str, ...]]) -> set[str]:
    sets = [set(words) for words in every]
    return set.intersection(*sets) if sets else set()
