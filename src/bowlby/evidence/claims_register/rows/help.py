"""Claims on therapy for trauma (M14), for neglect (M15), matching (M16), and resilience."""

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
from bowlby.evidence.claims_register.contrast import ArmDifference, ShiftReversal, TherapyRefusal, TreatmentEffect
from bowlby.evidence.claims_register.lives import ContrastArm
from bowlby.evidence.claims_register.reading import outcome, state
from bowlby.evidence.claims_register.rows.care import NEGLECT

_UP, _DOWN, _SAME = ExpectedDirection.HIGHER, ExpectedDirection.LOWER, ExpectedDirection.SAME
_MORE, _LESS = FindingDirection.HIGHER, FindingDirection.LOWER
_T, _N, _B = ClaimSide.TRAUMA, ClaimSide.NEGLECT, ClaimSide.BOTH
_HELP = Aspect.THERAPY

_SAFE = ("safe predictable environment", 42.0)
_CBT = ("trauma-focused cognitive behavioural therapy", 54.0)
_EMDR = ("eye movement desensitization and reprocessing", 54.0)
_SOMATIC = ("somatic regulation", 60.0)
_MINDFUL = ("mindfulness", 72.0)
_SUPPORT = ("consistent emotional support", 54.0)
_FOSTER = ("foster placement", 42.0)
_END = 84.0
_FEAR, _SOON = state("threat_expectation", _END), state("threat_expectation", 60.0)
_LOAD = state("autonomic_load", _END)

_START = 24.0
_TRAINING = ("responsiveness training", _START)
_CATCH_UP = ("attachment and biobehavioral catch-up", _START)
_CPP = ("child-parent psychotherapy", _START)
_AVAILABLE = ("emotional-availability enhancement", _START)
_DDP = ("dyadic developmental psychotherapy", 36.0)
_PLAY = ("attachment-focused play therapy", _START)
_SENSORY = ("sensory integration", _START)
_PLACED = ("foster placement", _START)
_TRUST = state("comfort_expectation", 48.0)


def _safe_then(
    id: str, says: str, therapy: tuple[str, float], published: tuple[ClaimEvidence, ...], late: bool = False
) -> Claim:
    """Return the claim that a therapy adds something to safety."""
    reading = _LOAD if late else _SOON
    return Claim(id, _T, _HELP, says, TreatmentEffect("trauma", (_SAFE, therapy), reading, (_SAFE,)), _DOWN, published)


def _for_neglect(id: str, says: str, therapy: tuple[str, float], published: tuple[ClaimEvidence, ...]) -> Claim:
    care = "institution" if therapy is _PLACED else "neglect"
    return Claim(id, _N, _HELP, says, TreatmentEffect(care, (therapy,), _TRUST), _UP, published)


HELP_CLAIMS: tuple[Claim, ...] = (
    Claim(
        "M14.1",
        _T,
        _HELP,
        "Safety comes first: an end of threat lets the expectation of threat fall.",
        TreatmentEffect("trauma", (_SAFE,), _FEAR),
        _DOWN,
        (ClaimEvidence(f.CATCH_UP, _LESS),),
    ),
    Claim(
        "M14.2",
        _T,
        _HELP,
        "Therapy of the trauma waits until threat has ended.",
        TherapyRefusal("trauma", (_CBT,)),
        _UP,
    ),
    Claim(
        "M14.3",
        _T,
        _HELP,
        "A safe and predictable environment calms the body.",
        TreatmentEffect("trauma", (_SAFE,), _LOAD),
        _DOWN,
    ),
    _safe_then(
        "M14.4", "Trauma-focused cognitive behavioural therapy lessens fear.", _CBT, (ClaimEvidence(f.TF_CBT, _LESS),)
    ),
    _safe_then("M14.5", "Eye movement desensitization lessens fear.", _EMDR, (ClaimEvidence(f.EMDR, _LESS),)),
    _safe_then(
        "M14.6",
        "Mindfulness calms the body.",
        _MINDFUL,
        (ClaimEvidence(f.MINDFULNESS, FindingDirection.SAME),),
        late=True,
    ),
    _safe_then("M14.7", "Somatic experiencing calms the body.", _SOMATIC, (), late=True),
    _safe_then("M14.8", "Consistent emotional support lessens fear.", _SUPPORT, (ClaimEvidence(f.PROTECTIVE, _LESS),)),
    Claim(
        "M14.9",
        _T,
        _HELP,
        "Secure relationships with other people lessen fear after trauma.",
        TreatmentEffect("trauma", (_FOSTER,), _FEAR),
        _DOWN,
        (ClaimEvidence(f.FOSTER, _LESS),),
    ),
    Claim(
        "M14.10",
        _T,
        _HELP,
        "Secure care makes resilient: more of what a month of fright did to the body is gone two months later.",
        ShiftReversal(
            ("secure, shaken", "secure"),
            ("neglect, shaken", "neglect"),
            state("autonomic_load", 31.0),
            state("autonomic_load", 33.0),
        ),
        _UP,
        (ClaimEvidence(f.PROTECTIVE, _MORE),),
    ),
    _for_neglect(
        "M15.1",
        "Training of the caregiver's responsiveness restores the expectation of comfort.",
        _TRAINING,
        (
            ClaimEvidence(f.TRAINING_SECURITY, _MORE),
            ClaimEvidence(f.TRAINING_SENSITIVITY, _MORE),
            ClaimEvidence(f.VIDEO_SECURITY, FindingDirection.BOTH_WAYS),
        ),
    ),
    _for_neglect(
        "M15.2",
        "Attachment and biobehavioral catch-up restores the expectation of comfort.",
        _CATCH_UP,
        (ClaimEvidence(f.CATCH_UP, _MORE), ClaimEvidence(f.ORGANIZED, _MORE)),
    ),
    _for_neglect(
        "M15.3", "Child-parent psychotherapy restores the expectation of comfort.", _CPP, (ClaimEvidence(f.CPP, _MORE),)
    ),
    _for_neglect("M15.4", "Enhancing emotional availability restores the expectation of comfort.", _AVAILABLE, ()),
    _for_neglect(
        "M15.5",
        "Dyadic developmental psychotherapy restores the expectation of comfort.",
        _DDP,
        (ClaimEvidence(f.DDP, FindingDirection.BOTH_WAYS),),
    ),
    _for_neglect("M15.6", "Attachment-focused play therapy restores the expectation of comfort.", _PLAY, ()),
    _for_neglect(
        "M15.7",
        "Sensory integration restores the expectation of comfort.",
        _SENSORY,
        (ClaimEvidence(f.SENSORY, FindingDirection.BOTH_WAYS),),
    ),
    _for_neglect(
        "M15.8",
        "Responsive and consistent care, given by other people, restores the expectation of comfort.",
        _PLACED,
        (ClaimEvidence(f.FOSTER, _MORE),),
    ),
    Claim(
        "M15.9",
        _N,
        _HELP,
        "Attachment can be repaired: children who are placed with responsive people come to trust them.",
        ArmDifference(ContrastArm("placed at 30 months"), NEGLECT, state("comfort_expectation", 54.0)),
        _UP,
        (ClaimEvidence(f.FOSTER, _MORE),),
    ),
    Claim(
        "M15.10",
        _N,
        _HELP,
        "The earlier the change of care the more is repaired, of attachment itself: the expectation of comfort.",
        ArmDifference(
            ContrastArm("placed at 9 months"), ContrastArm("placed at 30 months"), state("comfort_expectation", 54.0)
        ),
        _UP,
        (ClaimEvidence(f.FOSTER, _MORE), ClaimEvidence(f.LATE_ADOPTION, _MORE)),
        "plasticity_decline",
    ),
    Claim(
        "M15.11",
        _N,
        _HELP,
        "Training of responsiveness lessens problem behaviour.",
        TreatmentEffect("neglect", (_TRAINING,), outcome("externalizing", 48.0)),
        _DOWN,
        (ClaimEvidence(f.VIDEO_BEHAVIOUR, FindingDirection.SAME),),
    ),
    Claim(
        "M16.1",
        _T,
        _HELP,
        "Therapy must fit: after trauma, safety lessens fear more than training of responsiveness does.",
        TreatmentEffect("trauma", (_SAFE,), _FEAR, (("responsiveness training", 42.0),)),
        _DOWN,
        (),
    ),
    Claim(
        "M16.2",
        _N,
        _HELP,
        "Therapy must fit: after neglect, psychotherapy of child and parent restores comfort more than safety does.",
        TreatmentEffect("neglect", (_CPP,), _TRUST, (("safe predictable environment", _START),)),
        _UP,
        (),
    ),
    Claim(
        "M16.3",
        _N,
        _HELP,
        "After neglect, therapy of the trauma does not restore comfort.",
        TreatmentEffect("neglect", (_CBT,), state("comfort_expectation", 72.0)),
        _SAME,
    ),
    Claim(
        "M16.4",
        _B,
        _HELP,
        "After neglect, a change of caregivers restores more than any training of those who are there.",
        TreatmentEffect("institution", (_PLACED,), _TRUST, (_TRAINING,)),
        _UP,
        (ClaimEvidence(f.FOSTER, _MORE),),
    ),
)
