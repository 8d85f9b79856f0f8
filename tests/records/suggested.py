"""Codes as labs write them: such as must get no suggestion, such as name persons, and such as are clear."""

from __future__ import annotations

from bowlby.records.constructs import Construct, Role

NEGATED = (
    *("NotHoldingBaby", "no smile", "not crying", "NoSMILE", "no_touch", "no-gaze", "nosmile", "neverTouches"),
    *("touch without voice", "doesn't respond", "DoesntRespond", "dont look", "w/o touch", "smile absent"),
    *("absence of smile", "lack-of-gaze", "lacks response", "stops crying", "cryStop", "end_of_cry", "talk ended"),
    *("fuss ceases", "noncontact", "non-contact", "unsmiling", "touchless play", "distress-free", "smile_0", "-crying"),
    *("!cry", "~touch", "touch -", "smile off", "release hold", "LetGoOfHold", "hug withdrawn", "put down, hold"),
    *("play disengaged", "inattentive look", "unresponsive talk", "almost smile", "PretendCry", "fails to respond"),
    *("nicht touch", "kein smile", "ohne contact", "hört auf cry", "pas de contact", "sans touch", "jamais talk"),
    *("sin contacto", "nunca smile", "senza contact", "geen contact", "ikke smile", "inattentive", "unavailable"),
)
"""Each denies, ends or undoes an act that a word in it names."""

_CHILD, _CAREGIVER, _CONTEXT = Role.CHILD, Role.CAREGIVER, Role.CONTEXT

PERSON_NAMING: tuple[tuple[str, str, tuple[Role, Construct] | None], ...] = (
    ("Baby", "LookAtMom", (_CHILD, Construct.GAZE_PARTNER)),
    ("", "LookAtMom", None),
    ("Mum", "LookAtMom", None),
    ("Mum", "HoldBaby", (_CAREGIVER, Construct.HOLD)),
    ("", "HoldBaby", None),
    ("", "BabyHold", None),
    ("Mum", "BabyHold", None),
    ("", "TouchMom", None),
    ("", "MomTouch", None),
    ("Baby", "MomTouch", None),
    ("Baby", "held by mum", None),
    ("Mum", "hugged by baby", None),
    ("", "GazeMom", None),
    ("", "CryAtMom", None),
    ("", "MomCry", None),
    ("", "answers mom", None),
    ("", "baby talk", None),
    ("", "infant-directed speech", None),
    ("Mum", "talks to baby", (_CAREGIVER, Construct.VOICE)),
    ("Baby", "LookAtBaby", None),
    ("Mum", "self touch", None),
    ("", "self soothing", None),
    ("Sister", "touch", None),
    ("", "experimenter touch", None),
    ("", "InfantCry", (_CHILD, Construct.CUE_DISTRESS)),
    ("", "infant_smile", (_CHILD, Construct.CUE_POSITIVE)),
    ("", "MotherSmile", (_CAREGIVER, Construct.SMILE)),
)
"""(actor, code, what may be suggested): nothing where it is not clear whose act it is."""

CLEAR: tuple[tuple[str, str, Construct], ...] = (
    ("Mum", "nose touch", Construct.TOUCH),
    ("Mum", "note touch", Construct.TOUCH),
    ("", "notice cry", Construct.CUE_DISTRESS),
    ("Baby", "unwrap toy", Construct.EXPLORE),
    ("Mum", "Nonna talks", Construct.VOICE),
    ("Nonna", "talk", Construct.VOICE),
    ("Baby", "free play", Construct.EXPLORE),
    ("Mum", "indoor play", Construct.PLAY),
    ("Baby", "unhappy cry", Construct.CUE_DISTRESS),
    ("Mum", "understands, talks", Construct.VOICE),
    ("Mum", "display toy", Construct.OBJECT),
    ("Baby", "look away", Construct.GAZE_AWAY),
    ("", "lookAway_2", Construct.GAZE_AWAY),
    ("Baby", "eye contact", Construct.GAZE_PARTNER),
    ("Baby", "whimpers", Construct.CUE_DISTRESS),
    ("Mum", "kisses", Construct.TOUCH),
    ("Mum", "carries baby", Construct.HOLD),
    ("Mum", "LookAtBaby", Construct.LOOK),
    ("Baby", "vocal_infant", Construct.CUE_VOCAL),
    ("Baby", "not visible", Construct.UNCODABLE),
    ("", "out of view", Construct.UNCODABLE),
    ("Mum", "off screen", Construct.UNCODABLE),
    ("Baby", "AvoidTouch", Construct.AVOID),
    ("Mum", "ignores cry", Construct.IGNORE),
    ("Baby", "disorganized", Construct.DISORGANIZED),
    ("", "uncodable", Construct.UNCODABLE),
    ("Mum", "present", Construct.PRESENT),
    ("Mum", "intrudes", Construct.INTRUDE),
    ("Baby", "distress", Construct.CUE_DISTRESS),
    ("Baby", "affect -1", Construct.AFFECT),
    ("Mum", "fright.harsh", Construct.FRIGHT_HARSH),
    ("", "cue.distress", Construct.CUE_DISTRESS),
    ("FEM", "FEM", Construct.VOICE),
    ("", "CHI", Construct.CUE_VOCAL),
)
"""(actor, code, construct)."""
