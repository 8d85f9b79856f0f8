"""Whom a label names, and whether as the one who acts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bowlby.records.constructs import Role
from bowlby.records.label_words import stem, words_of

_WORDS: dict[Role, str] = {
    Role.CHILD: "child chi kid kids infant infants inf baby babies toddler newborn chnsp chnnsp kind säugling enfant "
    "bébé bebe niño niña bambino bambina son daughter",
    Role.CAREGIVER: "caregiver carer cg parent mother maternal mom moms mommy mum mummy mama mot father paternal dad "
    "daddy papa fat adult grandmother grandfather grandma grandpa granny nanny nonna oma opa nurse teacher fan man fem "
    "mal mutter vater mère mere père pere maman madre padre mamá papá",
}
_ROLES: dict[str, Role] = {word: role for role, words in _WORDS.items() for word in words.split()}

_WORDS_FOR_OTHERS = """
sibling siblings sib brother sister experimenter researcher tester assessor examiner clinician peer friend visitor
dog cat pet
"""
_OTHERS = frozenset(_WORDS_FOR_OTHERS.split())
"""Persons and animals that are neither; "stranger" is a construct of its own."""

ROLE_LABELS = frozenset(_ROLES)
"""Words for a role, which are nobody's name."""

_BEFORE_PERSONS = "at to toward towards with for on of from by into directed versus vs zu à al hacia"
_TOWARDS = frozenset(_BEFORE_PERSONS.split())
"""What stands before the person an act is aimed at, or before the one by whom it is done."""

_DONE_TO = {"by", "being", "been", "gets", "got"}
_AIMED = {"gaz", "look", "target", "touch", "reach"}
"""Stems of acts whose object often follows without a word between: "GazeMom"."""


def role_suggested(actor: str, channel: str) -> Role | None:
    """Return whose acts an actor's label speaks of, else a channel's.

    Args:
        actor: label, "" where the file has none.
        channel: label, "" where the file has none; "LookAtMom" names no actor.

    Returns:
        Child or caregiver, or None where no word says or both are named.
    """
    named = roles_named(words_of(actor))
    if named:
        return named.pop() if len(named) == 1 else None
    words = words_of(channel.rpartition("@")[2] or channel)
    named = roles_named(words)
    aimed = not _TOWARDS.isdisjoint(words) or (bool(words) and stem(words[0]) in _AIMED)
    return named.pop() if len(named) == 1 and not aimed else None


def roles_named(words: Sequence[str]) -> set[Role]:
    """Return the roles that words name.

    Args:
        words: in lower case.

    Returns:
        None, one or both of child and caregiver.
    """
    return {_ROLES[word] for word in words if word in _ROLES}


def named_first(words: Sequence[str]) -> Role | None:
    """Return the role of the person a code begins with, where it names nobody else and aims at nobody.

    Args:
        words: of a code, in lower case.

    Returns:
        The role, or None.
    """
    if not words or words[0] not in _ROLES or len(roles_named(words)) > 1 or not _TOWARDS.isdisjoint(words):
        return None
    return _ROLES[words[0]]


def contradicts(words: Sequence[str], role: Role) -> bool:
    """Return whether a code names persons in a way that its actor cannot have acted.

    Args:
        words: of the code, in lower case.
        role: of the actor.

    Returns:
        True for an act done to the actor ("held by mum"), one that another person begins ("MomTouch" of a child), and
        one aimed at the actor ("LookAtMom" of a mother).
    """
    if not _DONE_TO.isdisjoint(words):
        return True
    others = words[1:] and words[0] in _ROLES and _ROLES[words[0]] != role
    aimed = any(first in _TOWARDS and _ROLES.get(second) == role for first, second in pairwise(words))
    return bool(others) or aimed


def names_another(*texts: str) -> bool:
    """Return whether labels name somebody who is neither the child nor a caregiver.

    Args:
        texts: actors, channels, codes.

    Returns:
        True for a sibling, an experimenter, a friend, a dog.
    """
    return not _OTHERS.isdisjoint(words_of(*texts))


def is_person(word: str) -> bool:
    """Return whether a word names a role.

    Args:
        word: in lower case.

    Returns:
        True for child and caregiver words.
    """
    return word in _ROLES
