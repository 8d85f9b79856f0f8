"""The closed vocabulary that every codebook maps a lab's own codes to."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who an act belongs to."""

    CHILD = "child"
    CAREGIVER = "caregiver"
    CONTEXT = "context"


class Construct(StrEnum):
    """What an act is, independent of the words a lab codes it with."""

    CUE_DISTRESS = "cue.distress"
    CUE_BID = "cue.bid"
    CUE_POSITIVE = "cue.positive"
    CUE_VOCAL = "cue.vocal"
    GAZE_PARTNER = "gaze.partner"
    GAZE_OBJECT = "gaze.object"
    GAZE_AWAY = "gaze.away"
    EXPLORE = "explore"
    APPROACH = "approach"
    CONTACT_MAINTAIN = "contact.maintain"
    AVOID = "avoid"
    RESIST = "resist"
    DISORGANIZED = "disorganized"
    CONTROL = "control"
    AFFECT = "affect"
    ANSWER = "answer"
    HOLD = "hold"
    TOUCH = "touch"
    VOICE = "voice"
    LOOK = "look"
    SMILE = "smile"
    PLAY = "play"
    OBJECT = "object"
    PRESENT = "present"
    SUPPORT_AUTONOMY = "support.autonomy"
    INTRUDE = "intrude"
    FRIGHT_STARTLE = "fright.startle"
    FRIGHT_FRIGHTENING = "fright.frightening"
    FRIGHT_HARSH = "fright.harsh"
    FRIGHT_ABUSIVE = "fright.abusive"
    IGNORE = "ignore"
    LEAVE = "leave"
    RETURN = "return"
    SEPARATION = "separation"
    STRANGER = "stranger"
    UNCODABLE = "uncodable"


CUES = (Construct.CUE_DISTRESS, Construct.CUE_BID, Construct.CUE_POSITIVE, Construct.CUE_VOCAL)
DISTRESS_CUES = (Construct.CUE_DISTRESS,)
WARM_ACTS = (Construct.HOLD, Construct.TOUCH, Construct.VOICE, Construct.SMILE, Construct.PLAY)
FRIGHT_TIERS = (
    Construct.FRIGHT_STARTLE,
    Construct.FRIGHT_FRIGHTENING,
    Construct.FRIGHT_HARSH,
    Construct.FRIGHT_ABUSIVE,
)
THREAT_ACTS = FRIGHT_TIERS[1:]
"""Tiers 2 to 4: startling acts alone never raise the threat axis (mission M1)."""

_CHILD = frozenset(
    {
        *CUES,
        Construct.GAZE_PARTNER,
        Construct.GAZE_OBJECT,
        Construct.GAZE_AWAY,
        Construct.EXPLORE,
        Construct.APPROACH,
        Construct.CONTACT_MAINTAIN,
        Construct.AVOID,
        Construct.RESIST,
        Construct.DISORGANIZED,
        Construct.CONTROL,
        Construct.AFFECT,
    }
)
_CONTEXT = frozenset({Construct.SEPARATION, Construct.STRANGER, Construct.UNCODABLE})
_CAREGIVER = (frozenset(Construct) - _CHILD - _CONTEXT) | {Construct.AFFECT}


def roles_of(construct: Construct) -> frozenset[Role]:
    """Return the roles a construct can belong to; only affect has two.

    Args:
        construct: a member of the vocabulary.

    Returns:
        The possible roles, never empty.
    """
    members = {Role.CHILD: _CHILD, Role.CAREGIVER: _CAREGIVER, Role.CONTEXT: _CONTEXT}
    return frozenset(role for role, constructs in members.items() if construct in constructs)


VOCABULARY: tuple[tuple[Role, Construct], ...] = tuple(
    (role, construct) for role in Role for construct in Construct if role in roles_of(construct)
)
"""Every (role, construct) pair that can be codable."""
