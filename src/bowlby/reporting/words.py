"""What a construct is called in a sentence, a row and a table."""

from __future__ import annotations

from bowlby.records.constructs import Construct, Role

LABELS: dict[Construct, str] = {
    Construct.CUE_DISTRESS: "distress cue",
    Construct.CUE_BID: "bid",
    Construct.CUE_POSITIVE: "positive cue",
    Construct.CUE_VOCAL: "vocal cue",
    Construct.GAZE_PARTNER: "gaze at partner",
    Construct.GAZE_OBJECT: "gaze at object",
    Construct.GAZE_AWAY: "gaze away",
    Construct.EXPLORE: "exploration",
    Construct.APPROACH: "approach",
    Construct.CONTACT_MAINTAIN: "contact kept",
    Construct.AVOID: "avoidance",
    Construct.RESIST: "resistance",
    Construct.DISORGANIZED: "disorganized act",
    Construct.CONTROL: "taking charge of the caregiver",
    Construct.AFFECT: "affect",
    Construct.ANSWER: "answer",
    Construct.HOLD: "holding",
    Construct.TOUCH: "touch",
    Construct.VOICE: "voice",
    Construct.LOOK: "look",
    Construct.SMILE: "smile",
    Construct.PLAY: "play",
    Construct.OBJECT: "object shown or moved",
    Construct.PRESENT: "calm presence",
    Construct.SUPPORT_AUTONOMY: "autonomy support",
    Construct.INTRUDE: "intrusion",
    Construct.FRIGHT_STARTLE: "startling act",
    Construct.FRIGHT_FRIGHTENING: "frightening or frightened act",
    Construct.FRIGHT_HARSH: "harsh act",
    Construct.FRIGHT_ABUSIVE: "abusive act",
    Construct.IGNORE: "cue ignored",
    Construct.LEAVE: "caregiver leaves",
    Construct.RETURN: "caregiver returns",
    Construct.SEPARATION: "separation",
    Construct.STRANGER: "stranger present",
    Construct.UNCODABLE: "uncodable",
}

VOCABULARY_ORDER: tuple[Construct, ...] = tuple(LABELS)


def label(role: Role | str, construct: Construct | str) -> str:
    """Return what one role's construct is called in a row: "child, distress cue".

    Args:
        role: whose act.
        construct: which act.

    Returns:
        The label; context constructs stand without a role.

    Raises:
        ValueError: the construct is not in the vocabulary.
    """
    name = LABELS[Construct(construct)]
    return name if Role(role) is Role.CONTEXT else f"{Role(role)}, {name}"
