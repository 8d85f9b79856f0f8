"""Claims on teachers (M8), emotion (M9), behaviour (M10), and body and brain (M11)."""

from __future__ import annotations

from bowlby.evidence.claims_register import findings as f
from bowlby.evidence.claims_register.claim import (
    Aspect,
    Claim,
    ClaimEvidence,
    ClaimSide,
    ExpectedDirection,
    FindingDirection,
)
from bowlby.evidence.claims_register.contrast import (
    ArmAssociation,
    ArmDifference,
    GroupDifference,
    SignInformation,
    SmallerDifference,
)
from bowlby.evidence.claims_register.lives import ContrastArm
from bowlby.evidence.claims_register.reading import classed, outcome, sign, state
from bowlby.evidence.claims_register.rows.care import BOTH, HARSH, NEGLECT, POOLED, SECURE, TRAUMA

_UP, _DOWN, _SAME = ExpectedDirection.HIGHER, ExpectedDirection.LOWER, ExpectedDirection.SAME
_MORE, _LESS = FindingDirection.HIGHER, FindingDirection.LOWER
_T, _N, _B, _C = ClaimSide.TRAUMA, ClaimSide.NEGLECT, ClaimSide.BOTH, ClaimSide.CARE
_EMOTION, _BEHAVIOUR, _BODY = Aspect.EMOTION, Aspect.BEHAVIOUR, Aspect.BODY

_RAD = (
    "reactive attachment disorder requires insufficient care, not fright (DSM-5; ICD-11; Zeanah & Gleason 2015, "
    "J Child Psychol Psychiatry 56:207)"
)


def _sign(
    id: str, where: tuple[ClaimSide, Aspect], says: str, name: str, published: tuple[ClaimEvidence, ...] = ()
) -> Claim:
    """Return the claim that a sign is more frequent under its own kind of care than under secure care."""
    care = {_T: TRAUMA, _N: NEGLECT}[where[0]]
    return Claim(id, *where, says, ArmDifference(care, SECURE, sign(name)), _UP, published)


def _own(
    id: str, where: tuple[ClaimSide, Aspect], says: str, name: str, published: tuple[ClaimEvidence, ...] = ()
) -> Claim:
    """Return the claim that a sign is more frequent under its own kind of care than under the other."""
    care, other = (TRAUMA, NEGLECT) if where[0] is _T else (NEGLECT, TRAUMA)
    return Claim(id, *where, says, ArmDifference(care, other, sign(name)), _UP, published)


def _shared(id: str, aspect: Aspect, says: str, name: str, published: tuple[ClaimEvidence, ...] = ()) -> Claim:
    return Claim(id, _B, aspect, says, SmallerDifference((TRAUMA, NEGLECT), SECURE, sign(name)), _UP, published)


def _tells_nothing(id: str, aspect: Aspect, name: str) -> Claim:
    says = f"As a sign of both, {name.replace('_', ' ')} does not tell trauma and neglect apart."
    return Claim(id, _B, aspect, says, SignInformation((TRAUMA, NEGLECT), sign(name)), _SAME)


_TEACHERS: tuple[Claim, ...] = (
    Claim(
        "M8.1",
        _B,
        _BEHAVIOUR,
        "Insecure at home, insecure with the preschool teacher.",
        GroupDifference(POOLED, classed("insecure"), outcome("attachment to the teacher", 37.0)),
        _DOWN,
        (
            ClaimEvidence(f.TEACHER_DEPENDENCY, _LESS),
            ClaimEvidence(f.TEACHER_MEDIATES, _LESS),
            ClaimEvidence(f.TEACHER_RELATION, _LESS),
        ),
        "adults",
    ),
    Claim(
        "M8.2",
        _B,
        _BEHAVIOUR,
        "It stays so with the teacher over the whole first year.",
        GroupDifference(POOLED, classed("insecure"), outcome("attachment to the teacher", 48.0)),
        _DOWN,
        (ClaimEvidence(f.TEACHER_DEPENDENCY, _LESS), ClaimEvidence(f.TEACHER_RELATION, _LESS)),
        "adults",
    ),
    Claim(
        "M8.3",
        _B,
        _BEHAVIOUR,
        "Children who expect little of adults act out.",
        GroupDifference(POOLED, classed("insecure"), outcome("externalizing", 48.0)),
        _UP,
        (ClaimEvidence(f.EXTERNALIZING, _MORE, comparable=True),),
    ),
    Claim(
        "M8.4",
        _B,
        _BEHAVIOUR,
        "A teacher whom acting out keeps at a distance finds it hard to help: the child comes to expect less of her.",
        ArmAssociation(POOLED, state("school.distance", 42.0), state("school.relief_express", 54.0)),
        _DOWN,
        (ClaimEvidence(f.TEACHER_PROBLEMS, _LESS),),
    ),
    Claim(
        "M8.5",
        _B,
        Aspect.LONG_TERM,
        "Where the relationship with the teacher is good, the child engages more at school.",
        ArmAssociation(POOLED, state("school.relief_express", 54.0), outcome("school engagement", 54.0)),
        _UP,
        (ClaimEvidence(f.TEACHER_ENGAGEMENT, _MORE),),
    ),
    Claim(
        "M8.6",
        _B,
        Aspect.LONG_TERM,
        "A child that was insecure early adjusts and learns less well at school.",
        GroupDifference(POOLED, classed("insecure"), outcome("school adjustment", 78.0)),
        _DOWN,
        (ClaimEvidence(f.TEACHER_ACHIEVEMENT, _LESS),),
    ),
    Claim(
        "M8.7",
        _C,
        Aspect.THERAPY,
        "A kind teacher is trusted, also after harsh care at home.",
        ArmDifference(ContrastArm("harsh, kind teacher"), HARSH, state("school.relief_express", 48.0)),
        _UP,
    ),
    Claim(
        "M8.8",
        _C,
        Aspect.THERAPY,
        "A kind teacher corrects what such a child expects of adults in general.",
        ArmDifference(ContrastArm("harsh, kind teacher"), HARSH, state("adults_relief", 60.0)),
        _UP,
        (),
        "adults",
    ),
)

_EMOTIONS: tuple[Claim, ...] = (
    _sign(
        "M9.1", (_T, _EMOTION), "Trauma brings fear and anxiety.", "fear", (ClaimEvidence(f.THREAT_PROBLEMS, _MORE),)
    ),
    _sign(
        "M9.2", (_T, _EMOTION), "Trauma brings hypervigilance.", "hypervigilance", (ClaimEvidence(f.ANGER_SOON, _MORE),)
    ),
    _sign(
        "M9.3",
        (_T, _EMOTION),
        "Trauma makes feelings volatile.",
        "volatility",
        (ClaimEvidence(f.EMOTION_REGULATION, _MORE),),
    ),
    _sign("M9.4", (_N, _EMOTION), "Neglect makes numb.", "numbness"),
    _sign(
        "M9.5", (_N, _EMOTION), "Neglect brings low self-esteem.", "low_self_esteem", (ClaimEvidence(f.WORTH, _MORE),)
    ),
    _sign(
        "M9.6",
        (_N, _EMOTION),
        "Neglected children have trouble with emotional expression.",
        "restricted_expression",
        (ClaimEvidence(f.POOR_DISCRIMINATION, _MORE),),
    ),
    _sign("M9.7", (_N, _EMOTION), "Neglected children feel unseen.", "feeling_unseen"),
    _shared(
        "M9.8",
        _EMOTION,
        "Both bring dysregulation.",
        "dysregulation",
        (ClaimEvidence(f.EMOTION_REGULATION, _MORE),),
    ),
    _shared(
        "M9.9",
        _EMOTION,
        "Both bring difficulty forming bonds.",
        "difficulty_forming_bonds",
        (ClaimEvidence(f.TRUST_LOW, _MORE),),
    ),
    _tells_nothing("M9.10", _EMOTION, "dysregulation"),
    _tells_nothing("M9.11", _EMOTION, "difficulty_forming_bonds"),
    Claim(
        "M9.12",
        _B,
        _EMOTION,
        "Insecure children are more anxious and withdrawn.",
        GroupDifference(POOLED, classed("insecure"), outcome("internalizing", 48.0)),
        _UP,
        (ClaimEvidence(f.INTERNALIZING, _MORE, comparable=True),),
    ),
)

_BEHAVIOURS: tuple[Claim, ...] = (
    _own(
        "M10.1",
        (_T, _BEHAVIOUR),
        "Aggression belongs to trauma rather than to neglect.",
        "aggression",
        (ClaimEvidence(f.NEGLECT_WITHDRAWS, _MORE), ClaimEvidence(f.ANGER_BIAS, _MORE)),
    ),
    _sign("M10.2", (_T, _BEHAVIOUR), "Trauma makes mistrustful.", "mistrust", (ClaimEvidence(f.TRUST_LOW, _MORE),)),
    _sign("M10.3", (_T, _BEHAVIOUR), "Trauma makes clingy.", "clinginess"),
    _sign("M10.4", (_T, _BEHAVIOUR), "Trauma brings fear of being abandoned.", "fear_of_abandonment"),
    _sign(
        "M10.5",
        (_T, _BEHAVIOUR),
        "Trauma shows in a post-traumatic pattern: it is played over again.",
        "re_experiencing_play",
        (ClaimEvidence(f.PTSD_YOUTH, _MORE),),
    ),
    Claim(
        "M10.6",
        _T,
        _BEHAVIOUR,
        "Reactive attachment disorder is a consequence of trauma rather than of neglect (read by little comfort "
        "seeking).",
        ArmDifference(TRAUMA, NEGLECT, sign("little_comfort_seeking")),
        _UP,
        (ClaimEvidence(f.RAD_FOSTER, FindingDirection.BOTH_WAYS),),
        definition=_RAD,
    ),
    Claim(
        "M10.7",
        _T,
        _BEHAVIOUR,
        "Reactive attachment disorder is a consequence of trauma rather than of neglect (read by unresponsiveness).",
        ArmDifference(TRAUMA, NEGLECT, sign("unresponsiveness")),
        _UP,
        (ClaimEvidence(f.RAD_FOSTER, FindingDirection.BOTH_WAYS),),
        definition=_RAD,
    ),
    _own(
        "M10.8",
        (_N, _BEHAVIOUR),
        "Isolation belongs to neglect.",
        "isolation",
        (ClaimEvidence(f.NEGLECT_WITHDRAWS, _MORE),),
    ),
    _own(
        "M10.9",
        (_N, _BEHAVIOUR),
        "Passivity belongs to neglect.",
        "passivity",
        (ClaimEvidence(f.NEGLECT_WITHDRAWS, _MORE),),
    ),
    _own(
        "M10.10",
        (_N, _BEHAVIOUR),
        "Neglected children seek little comfort.",
        "little_comfort_seeking",
        (ClaimEvidence(f.COMFORT_SEEKING, _MORE),),
    ),
    _own("M10.11", (_N, _BEHAVIOUR), "Neglected children seek little help.", "little_help_seeking"),
    _own(
        "M10.12",
        (_N, _BEHAVIOUR),
        "Neglected children are detached, and friendly to anybody.",
        "indiscriminate_approach",
        (ClaimEvidence(f.DISINHIBITED, _MORE),),
    ),
    Claim(
        "M10.13",
        _N,
        _BEHAVIOUR,
        "Neglected children keep their signals down.",
        ArmDifference(NEGLECT, SECURE, state("minimising", 18.0)),
        _UP,
        (ClaimEvidence(f.UNAVAILABLE, _MORE), ClaimEvidence(f.COMFORT_SEEKING, _MORE)),
        "self_model",
    ),
    Claim(
        "M10.14",
        _T,
        _BEHAVIOUR,
        "Where the one who frightens is the one who comforts, approach and avoidance meet: contradictory acts.",
        ArmDifference(TRAUMA, SECURE, state("freezing", 18.0)),
        _UP,
        (ClaimEvidence(f.ANOMALOUS, _MORE), ClaimEvidence(f.FRIGHT_THEORY, _MORE)),
        "separate_drives",
    ),
    _shared("M10.15", _BEHAVIOUR, "Both bring withdrawal.", "withdrawal", (ClaimEvidence(f.THREAT_PROBLEMS, _MORE),)),
    _tells_nothing("M10.16", _BEHAVIOUR, "withdrawal"),
)

_BODIES: tuple[Claim, ...] = (
    Claim(
        "M11.1",
        _T,
        _BODY,
        "Trauma heightens the stress response.",
        ArmDifference(TRAUMA, SECURE, state("hpa_reactivity", 60.0)),
        _UP,
        (ClaimEvidence(f.BLUNTED, _LESS),),
    ),
    Claim(
        "M11.2",
        _T,
        _BODY,
        "Trauma keeps the body in lasting arousal.",
        ArmDifference(TRAUMA, SECURE, state("autonomic_load", 60.0)),
        _UP,
        (ClaimEvidence(f.REUNION_RSA, FindingDirection.BOTH_WAYS),),
    ),
    Claim(
        "M11.3",
        _T,
        _BODY,
        "Trauma makes the amygdala more reactive.",
        ArmDifference(TRAUMA, SECURE, state("threat_reactivity", 60.0)),
        _UP,
        (ClaimEvidence(f.AMYGDALA, _MORE),),
    ),
    Claim(
        "M11.4",
        _T,
        _BODY,
        "Trauma harms the hippocampus of children.",
        ArmDifference(TRAUMA, SECURE, state("hippocampal_integrity", 78.0)),
        _DOWN,
        (ClaimEvidence(f.HIPPOCAMPUS, FindingDirection.BOTH_WAYS),),
    ),
    Claim(
        "M11.5",
        _T,
        _BODY,
        "A heightened stress response belongs to trauma rather than to neglect.",
        ArmDifference(TRAUMA, NEGLECT, state("hpa_reactivity", 60.0)),
        _UP,
        (),
        "threat_learning",
    ),
    Claim(
        "M11.6",
        _N,
        _BODY,
        "Neglect leaves social cognition underdeveloped.",
        ArmDifference(NEGLECT, SECURE, state("social_cognition", 54.0)),
        _DOWN,
        (ClaimEvidence(f.POOR_DISCRIMINATION, _LESS),),
    ),
    Claim(
        "M11.7",
        _N,
        _BODY,
        "Neglect delays language and development more than trauma does.",
        ArmDifference(NEGLECT, TRAUMA, state("language", 54.0)),
        _DOWN,
        (ClaimEvidence(f.LANGUAGE_BY_TYPE, FindingDirection.SAME), ClaimEvidence(f.EXECUTIVE, _LESS)),
    ),
    Claim(
        "M11.8",
        _N,
        _BODY,
        "Neglect delays language and development.",
        ArmDifference(NEGLECT, SECURE, state("language", 54.0)),
        _DOWN,
        (ClaimEvidence(f.ORPHANAGE_IQ, _LESS), ClaimEvidence(f.LANGUAGE, _LESS)),
    ),
    Claim(
        "M11.9",
        _N,
        _BODY,
        "Neglect leaves the regulation of feelings underdeveloped.",
        ArmDifference(NEGLECT, SECURE, state("regulation", 54.0)),
        _DOWN,
        (ClaimEvidence(f.EMOTION_REGULATION, _LESS),),
    ),
    Claim(
        "M11.10",
        _N,
        _BODY,
        "What early neglect leaves behind in understanding others is harder to mend the later help comes.",
        ArmDifference(
            ContrastArm("placed at 30 months"), ContrastArm("placed at 9 months"), state("social_cognition", 54.0)
        ),
        _DOWN,
        (ClaimEvidence(f.FOSTER, _LESS), ClaimEvidence(f.LATE_ADOPTION, _LESS)),
        "plasticity_decline",
    ),
    Claim(
        "M11.11",
        _B,
        _BODY,
        "After both together development is no better than after neglect alone.",
        ArmDifference(BOTH, NEGLECT, state("language", 54.0)),
        _SAME,
    ),
    Claim(
        "M11.12",
        _B,
        _BODY,
        "Care whose signals cannot be foreseen slows development.",
        ArmDifference(ContrastArm("inconsistent"), SECURE, state("language", 18.0)),
        _DOWN,
        (ClaimEvidence(f.ENTROPY, _LESS),),
    ),
)

CHILD_CLAIMS: tuple[Claim, ...] = (*_TEACHERS, *_EMOTIONS, *_BEHAVIOURS, *_BODIES)
