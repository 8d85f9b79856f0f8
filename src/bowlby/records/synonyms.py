"""Words that labs often code with, and the construct each most likely means: suggestions for a person to check."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from functools import cache

from bowlby.records.constructs import Construct, Role
from bowlby.records.label_words import stem, words_of
from bowlby.records.negation import is_negated
from bowlby.records.role_words import contradicts, is_person, named_first, names_another, role_suggested

_WORDS: dict[Role, dict[Construct, str]] = {
    Role.CHILD: {
        Construct.CUE_DISTRESS: "cry crying cries fuss fussing fussy distress distressed whimper whine scream wail",
        Construct.CUE_POSITIVE: "smile smiling smiles laugh laughing laughter positive joy giggle",
        Construct.CUE_BID: "bid reach reaching request signal pointing gesture cue showing offer",
        Construct.CUE_VOCAL: "vocal voc vocalise vocalize vocalisation vocalization babble babbling coo cooing "
        "utterance speech talk chnsp chnnsp chi",
        Construct.GAZE_PARTNER: "gaze look looking eyecontact face eye eyes",
        Construct.GAZE_OBJECT: "gazeobject gazetoy lookobject looktoy jointattention",
        Construct.GAZE_AWAY: "away avert aversion gazeaway lookaway",
        Construct.EXPLORE: "explore exploring exploration toy play playing object",
        Construct.APPROACH: "approach approaching proximity follow",
        Construct.CONTACT_MAINTAIN: "cling clinging contact hug hold holding",
        Construct.AVOID: "avoid avoiding avoidance",
        Construct.RESIST: "resist resisting resistance push anger angry arching",
        Construct.DISORGANIZED: "disorganized disorganised disorganization freeze freezing stilling stereotypy",
        Construct.CONTROL: "control controlling controls punitive caregiving bossy rolereversal",
        Construct.AFFECT: "affect valence mood",
    },
    Role.CAREGIVER: {
        Construct.ANSWER: "answer answers respond responds response responsive comfort soothe soothing",
        Construct.HOLD: "hold holding held carry carrying cuddle cuddling hug rock rocking",
        Construct.TOUCH: "touch touching stroke stroking pat kiss kissing tickle caress",
        Construct.VOICE: "talk talking voice vocal voc speech speak speaking sing singing say utterance fan man "
        "fem mal",
        Construct.LOOK: "look looking gaze watch",
        Construct.SMILE: "smile smiling smiles laugh laughing laughter",
        Construct.PLAY: "play playing game peekaboo",
        Construct.OBJECT: "object toy demonstrate manipulate",
        Construct.PRESENT: "present presence available attentive",
        Construct.SUPPORT_AUTONOMY: "autonomy autonomysupport autonomysupporting autonomysupportive",
        Construct.INTRUDE: "intrude intruding intrusion intrusive interrupt grab restrain overstimulate",
        Construct.FRIGHT_STARTLE: "startle startling loud abrupt",
        Construct.FRIGHT_FRIGHTENING: "frighten frightening frightened loom looming scare scary dissociate",
        Construct.FRIGHT_HARSH: "harsh yell yelling shout shouting scold threaten rough",
        Construct.FRIGHT_ABUSIVE: "hit hitting slap shake abuse",
        Construct.IGNORE: "ignore ignoring neglect phone",
        Construct.LEAVE: "leave leaves leaving depart exit",
        Construct.RETURN: "return returns returning reunion",
        Construct.AFFECT: "affect valence mood",
    },
    Role.CONTEXT: {
        Construct.SEPARATION: "separation separated alone",
        Construct.STRANGER: "stranger",
        Construct.UNCODABLE: "uncodable uncodeable offscreen occluded invisible missing oln unclear",
    },
}


_UNSEEN = frozenset(
    {
        *("not codable", "not codeable", "non codable", "not visible", "not in view", "not on screen", "not seen"),
        *("no view", "out of view", "out of sight", "out of frame", "offscreen", "off camera", "cannot see"),
    }
)
"""Phrases for what could not be coded, though a word in them negates."""

_BESIDE_LOOKS = "eye face contact glance mutual direct partner social at to in into from"
_LOOKS = frozenset(_BESIDE_LOOKS.split())
"""Words beside which a look is one at the partner; beside any other it may be at a toy, or down."""

_OF_EYES = (Construct.GAZE_PARTNER, Construct.GAZE_AWAY, Construct.LOOK)

_TURNING = (
    Construct.AVOID,
    Construct.RESIST,
    Construct.GAZE_AWAY,
    Construct.IGNORE,
    Construct.LEAVE,
    Construct.SEPARATION,
    Construct.UNCODABLE,
)
"""Constructs whose words turn others round: "touch avoided" is no touch, whoever acts."""

_SELF = frozenset({"self", "own", "oneself", "himself", "herself"})
_INTRANSITIVE = (
    Construct.CUE_DISTRESS,
    Construct.CUE_POSITIVE,
    Construct.CUE_VOCAL,
    Construct.SMILE,
    Construct.VOICE,
)
"""Acts that a person named first does: "BabyCry" is the baby's, but "MomTouch" and "BabyHold" may be done to them."""

_OWN_AFFECT = re.compile(r"affect ([+-]?\d+(?:\.\d+)?)")
_LEAST_ALIKE = 0.9
_LONGEST_SAME = 2


def valence_of(code: str) -> float | None:
    """Return the valence of bowlby's own affect codes, such as "affect +1".

    Args:
        code: as it stands in the file.

    Returns:
        The number, or None for any other code.
    """
    found = _OWN_AFFECT.fullmatch(code.strip().lower())
    return None if found is None else float(found[1])


def meaning_suggested(actor: str, channel: str, code: str) -> tuple[Role, Construct] | None:
    """Return whose act a code most likely is, and what it means.

    Args:
        actor: label, "" where the file has none.
        channel: label, "" where the file has none.
        code: as it stands in the file.

    Returns:
        Role and construct, or None: see `construct_suggested`. Acts of others, such as siblings, get none.
    """
    meaning = construct_suggested(code, role_suggested(actor, channel))
    of_another = meaning is not None and meaning[0] != Role.CONTEXT and names_another(actor or channel)
    return None if of_another else meaning


def construct_suggested(code: str, role: Role | None) -> tuple[Role, Construct] | None:
    """Return the construct that a code's words most likely mean.

    Args:
        code: as it stands in the file.
        role: of who acts, from the actor or the channel, or None where they do not say.

    Returns:
        Role and construct, or None where no word is known, where the words mean different things, where one negates,
        and where the code names persons so that it is not clear whose act it is.
    """
    spelt = _spelt_out(code, role)
    if spelt is not None:
        return spelt
    words = _compounded(words_of(code))
    if _is_unseen(words):
        return Role.CONTEXT, Construct.UNCODABLE
    if is_negated(code, is_known) or not _SELF.isdisjoint(words) or _is_done_by_another(words, role):
        return None
    found = _meanings(words, role)
    if len(found) != 1:
        return None
    owner, construct = found.pop()
    return (owner, construct) if _fits(words, role, owner, construct) else None


def _spelt_out(code: str, role: Role | None) -> tuple[Role, Construct] | None:
    """Return the construct whose own dotted name the code is; a name without a dot is a word like others."""
    name = code.strip().lower()
    if valence_of(name) is not None:
        return None if role in (None, Role.CONTEXT) else (role, Construct.AFFECT)
    roles = Role if role is None else (role, Role.CONTEXT)
    return next(((one, each) for one in roles for each in _WORDS[one] if name == str(each) and "." in name), None)


def _meanings(words: Sequence[str], role: Role | None) -> set[tuple[Role, Construct]]:
    """Return what the words mean in any role that may act; a look that goes away is one meaning, not two."""
    acting = named_first(words) if role is None else role
    roles = tuple(Role) if acting is None else (acting, Role.CONTEXT)
    found = {meaning for word in words for meaning in _known(word) if meaning[0] in roles}
    away = (Role.CHILD, Construct.GAZE_AWAY)
    return {away} if away in found and all(map(_is_look, words)) else found


def _fits(words: Sequence[str], role: Role | None, owner: Role, construct: Construct) -> bool:
    """Return whether no other word turns the meaning round, and whether the act is that of the person named."""
    if any(one in _TURNING and one != construct for word in words for _, one in _known(word)):
        return False
    if construct in _OF_EYES and not all(map(_is_look, words)):
        return False
    if role is not None or owner == Role.CONTEXT or not any(map(is_person, words)):
        return True
    return named_first(words) == owner and construct in _INTRANSITIVE and words[:2] != ["baby", "talk"]


def _is_look(word: str) -> bool:
    return word in _LOOKS or _is_beside(word) or any(meaning in _OF_EYES for _, meaning in _known(word))


def _is_beside(word: str) -> bool:
    """Persons and numbers say nothing of the act."""
    return is_person(word) or word.isdecimal()


def _is_done_by_another(words: Sequence[str], role: Role | None) -> bool:
    return names_another(*words) or (role is not None and contradicts(words, role))


def _compounded(words: Sequence[str]) -> list[str]:
    """Return words with those joined that are one word of the vocabulary: "eye contact", "look away"."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] + word in _by_word():
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _is_unseen(words: Sequence[str]) -> bool:
    rest = [word for word in words if not _is_beside(word) and word not in ("face", "eyes")]
    return " ".join(rest) in _UNSEEN


def is_known(word: str) -> bool:
    """Return whether a word means something in the vocabulary, whoever acts.

    Args:
        word: in lower case.

    Returns:
        True for words that labs often code with, in any form.
    """
    return bool(_known(word))


@cache
def _known(word: str) -> frozenset[tuple[Role, Construct]]:
    """Return all that one word can mean, exactly, by its stem, or by a spelling next to it."""
    exact = _by_word().get(word) or _by_stem().get(stem(word))
    if exact is not None:
        return exact
    close = difflib.get_close_matches(word, _by_word(), n=1, cutoff=_LEAST_ALIKE)
    alike = bool(close) and close[0][:_LONGEST_SAME] == word[:_LONGEST_SAME]
    return _by_word()[close[0]] if alike else frozenset()


@cache
def _by_word() -> dict[str, frozenset[tuple[Role, Construct]]]:
    return _indexed(lambda word: word)


@cache
def _by_stem() -> dict[str, frozenset[tuple[Role, Construct]]]:
    return _indexed(stem)


def _indexed(key: Callable[[str], str]) -> dict[str, frozenset[tuple[Role, Construct]]]:
    found: dict[str, set[tuple[Role, Construct]]] = {}
    for role, constructs in _WORDS.items():
        for construct, words in constructs.items():
            names = [*words.split(), *([] if "." in construct else [str(construct)])]
            for word in names:
                found.setdefault(key(word), set()).add((role, construct))
    return {word: frozenset(meanings) for word, meanings in found.items()}
