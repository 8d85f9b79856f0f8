"""Words that labs often code with, and the construct each most likely means: suggestions for a person to check."""

from __future__ import annotations

import difflib
import re

from bowlby.records.constructs import Construct, Role

_ROLE_WORDS: dict[Role, str] = {
    Role.CHILD: "child chi kid infant inf baby toddler newborn chnsp chnnsp",
    Role.CAREGIVER: "caregiver parent mother maternal mom mum mot father paternal dad fat adult grandmother nurse "
    "teacher fan man fem mal",
}

ROLE_LABELS = frozenset(word for words in _ROLE_WORDS.values() for word in words.split())
"""Words for a role, which are nobody's name."""

_WORDS: dict[Role, dict[Construct, str]] = {
    Role.CHILD: {
        Construct.CUE_DISTRESS: "cry crying cries fuss fussing fussy distress distressed whimper whine scream wail",
        Construct.CUE_POSITIVE: "smile smiling smiles laugh laughing laughter positive joy giggle",
        Construct.CUE_BID: "bid reach reaching request signal pointing gesture cue showing offer",
        Construct.CUE_VOCAL: "vocal voc vocalise vocalize vocalisation vocalization babble babbling coo cooing "
        "utterance speech talk chnsp chnnsp chi",
        Construct.GAZE_PARTNER: "gaze look looking eyecontact face",
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
        Construct.INTRUDE: "intrude intruding intrusion intrusive interrupt grab restrain overstimulate",
        Construct.FRIGHT_STARTLE: "startle startling loud abrupt",
        Construct.FRIGHT_FRIGHTENING: "frighten frightening frightened loom looming scare scary dissociate",
        Construct.FRIGHT_HARSH: "harsh yell yelling shout shouting scold threaten rough",
        Construct.FRIGHT_ABUSIVE: "hit hitting slap shake abuse",
        Construct.IGNORE: "ignore ignoring neglect unresponsive phone",
        Construct.LEAVE: "leave leaves leaving depart exit",
        Construct.RETURN: "return returns returning reunion",
        Construct.AFFECT: "affect valence mood",
    },
    Role.CONTEXT: {
        Construct.SEPARATION: "separation separated alone",
        Construct.STRANGER: "stranger",
        Construct.UNCODABLE: "uncodable uncodeable codeable offscreen occluded invisible missing oln unclear",
    },
}


def words_of(*texts: str) -> list[str]:
    """Return the words of some labels in lower case: "lookAway_2" gives "look", "away", "2".

    Args:
        texts: codes, actors, channels.

    Returns:
        Words in order.

    Raises:
        Nothing.
    """
    return [word.lower() for text in texts for word in re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])|\d+", text)]


def role_suggested(*texts: str) -> Role | None:
    """Return whose act some labels speak of.

    Args:
        texts: actor, channel, code; the first that names a role decides.

    Returns:
        Child or caregiver, or None where no word says.

    Raises:
        Nothing.
    """
    for text in texts:
        words = set(words_of(text))
        hits = {role for role, known in _ROLE_WORDS.items() if words & set(known.split())}
        if len(hits) == 1:
            return hits.pop()
    return None


def construct_suggested(code: str, role: Role | None) -> tuple[Role, Construct] | None:
    """Return the construct that a code's words most likely mean.

    Args:
        code: as it stands in the file.
        role: whose act it is, or None where not known.

    Returns:
        Role and construct, or None where no word is known or several meanings are as likely.

    Raises:
        Nothing.
    """
    words = words_of(code)
    roles = (role, Role.CONTEXT) if role is not None else tuple(Role)
    exact = _spelt_out(code, roles) or _hits(words, roles)
    if not exact:
        exact = _hits([match for word in words if (match := _nearest(word, roles))], roles)
    if "away" in words and (Role.CHILD, Construct.GAZE_AWAY) in exact:
        return Role.CHILD, Construct.GAZE_AWAY
    owners = {owner for owner, _ in exact}
    return exact[0] if len(owners) == 1 else None


def _spelt_out(code: str, roles: tuple[Role, ...]) -> list[tuple[Role, Construct]]:
    """Return the constructs whose own dotted name the code is; a name without a dot is a word like others."""
    name = code.strip().lower()
    return [(role, one) for role in roles for one in _WORDS[role] if name == str(one) and "." in name]


def _hits(words: list[str], roles: tuple[Role, ...]) -> list[tuple[Role, Construct]]:
    return [
        (role, construct)
        for word in words
        for role in roles
        for construct, known in _WORDS[role].items()
        if word in known.split() or word == str(construct)
    ]


def _nearest(word: str, roles: tuple[Role, ...]) -> str | None:
    if len(word) < 4:
        return None
    known = [name for role in roles for names in _WORDS[role].values() for name in names.split()]
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.8)
    return close[0] if close else None
