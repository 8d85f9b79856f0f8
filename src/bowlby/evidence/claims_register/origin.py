"""Where a result comes from: put in as an equation or a loading, fitted, or emerging from mechanisms.

Three questions, in this order. Was a published figure behind it used to set the model? Is what is read a sum of states
that was typed in, or a state whose own equation takes what happened as an input, so that one episode already moves it
the claimed way? If neither: does the result go when the mechanism that should carry it is switched off?
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bowlby.evidence.claims_register.claim import Claim
from bowlby.evidence.claims_register.contrast import ArmDifference, SmallerDifference, TherapyRefusal, TreatmentEffect
from bowlby.evidence.claims_register.kinds_of_care import CARES
from bowlby.evidence.claims_register.reading import Reading, ReadingKind
from bowlby.model.life.action import Conduct
from bowlby.model.life.arithmetic import sigmoid
from bowlby.model.life.child import Experience, derive, step
from bowlby.model.life.event import EpisodeGap, EpisodeTime, EpisodeWords, Event
from bowlby.model.life.fright import expected_threat, provoked, unprovoked
from bowlby.model.life.state import VARIABLES, ChildState, from_leaves
from bowlby.model.life.traits import Caregiver, Child, Constants, Parameters
from bowlby.model.outcomes import OUTCOMES
from bowlby.model.registry import CAREGIVER, CHILD, CONSTANTS
from bowlby.model.signs.states import SIGN_STATES, sign_states
from bowlby.simulation.home import HomeCare
from bowlby.simulation.named_care import FamilyChildren

GONE = 0.5
"""Share of a result that must go with a mechanism for the result to count as its doing. Assumed."""

_FAMILIES = 255
"""Families whose median caregiver is taken."""

_AGE = 12.0
"""Age in months of the episode by which it is seen what an equation takes as an input."""


class Origin(StrEnum):
    """Where a result comes from."""

    ASSUMED = "assumed"
    CALIBRATED = "calibrated"
    EMERGENT = "emergent"


@dataclass(frozen=True)
class OriginEvidence:
    """An origin and what shows it.

    Args:
        origin: of a closed set.
        because: what shows it, in a sentence.
        ablated: the contrast's number without the mechanism; None where none was switched off.
    """

    origin: Origin
    because: str
    ablated: float | None = None


def built_in_origin(claim: Claim) -> OriginEvidence | None:
    """Return why a result was put in by hand or by fitting, or None where an ablation has to decide.

    Args:
        claim: with its contrast.

    Returns:
        Assumed or calibrated with the reason, or None.
    """
    fitted = [one.finding.citation for one in claim.published if one.finding.used]
    if fitted:
        return OriginEvidence(Origin.CALIBRATED, f"A number of the model behind it was set by {fitted[0]}.")
    if isinstance(claim.contrast, TreatmentEffect | TherapyRefusal):
        return OriginEvidence(Origin.ASSUMED, "What an intervention moves, and the order of safety, are assumed.")
    for reading in claim.contrast.readings():
        reason = _typed(reading) or _written(claim, reading)
        if reason:
            return OriginEvidence(Origin.ASSUMED, reason)
    if not claim.mechanism:
        return OriginEvidence(Origin.ASSUMED, "No mechanism is named that could be switched off.")
    return None


def ablation_origin(mechanism: str, whole: float, ablated: float, least: float) -> OriginEvidence:
    """Return where a result comes from, by what is left of it without a mechanism.

    Emergent where less than half of it is left, or the contrary; else it does not depend on the mechanism. Of a result
    that counts as nothing no origin can be shown.

    Args:
        mechanism: that was switched off.
        whole: the contrast's number.
        ablated: the same without it.
        least: size below which a number counts as nothing, > 0.

    Returns:
        Emergent or assumed.
    """
    name = mechanism.replace("_", " ")
    if not abs(whole) >= least:
        return OriginEvidence(Origin.ASSUMED, "There is nothing whose origin could be shown.", ablated)
    left = ablated / whole
    if left < GONE:
        return OriginEvidence(Origin.EMERGENT, f"Without {name} {left:.0%} of it is left.", ablated)
    return OriginEvidence(Origin.ASSUMED, f"Without {name} {left:.0%} of it is still there.", ablated)


def _typed(reading: Reading) -> str:
    """Return why a reading is a loading that was typed in, or nothing.

    An outcome of a relationship alone, with no state of the child's own in it, is a way of measuring that relationship;
    that home reaches it at all is not typed in.
    """
    if reading.kind is ReadingKind.SIGN:
        return "A sign is a sum of states with loadings that were typed in."
    if reading.kind is ReadingKind.OUTCOME and any("." not in name for name in OUTCOMES[reading.name].states):
        return "An outcome is a sum of states with loadings that were typed in."
    return ""


def _written(claim: Claim, reading: Reading) -> str:
    """Return why a state's own equation already says what is claimed, or nothing."""
    if reading.kind is not ReadingKind.STATE or "." in reading.name:
        return ""
    pairs = _pairs(claim)
    if pairs and all(one_episode(reading.name, *pair) * _towards(claim) > 0 for pair in pairs):
        return "The equation of this state takes what happened as an input: one episode already moves it so."
    return ""


def _pairs(claim: Claim) -> list[tuple[str, str]]:
    contrast = claim.contrast
    if isinstance(contrast, ArmDifference):
        return [(contrast.of.care, contrast.against.care)]
    if isinstance(contrast, SmallerDifference):
        return [(one.care, contrast.against.care) for one in contrast.of]
    return []


def _towards(claim: Claim) -> float:
    return {"higher": 1.0, "lower": -1.0}.get(str(claim.expected), 0.0)


def one_episode(name: str, of: str, against: str) -> float:
    """Return by how much one episode under one kind of care moves a state more than one under another does.

    The child is an average one at 12 months that expresses a need of .6; what the caregiver does is what such a
    caregiver does on average (an answer is then a share). The equation is the model's own step.

    Args:
        name: of a variable of the child, or of a state that signs load on.
        of: a kind of care.
        against: another.

    Returns:
        The difference after one episode, in the state's unit; 0 where no equation takes what happened as an input.
    """
    moved = [_after(_first_home(care))[name] for care in (of, against)]
    difference = moved[0] - moved[1]
    return difference if abs(difference) > 1e-9 else 0.0


def _first_home(care: str) -> HomeCare:
    return CARES[care].homes(12.0, FamilyChildren(np.arange(_FAMILIES, dtype=np.uint32)))[0]


def _after(home: HomeCare) -> dict[str, float]:
    setting = {entry.name: np.median(home.setting.get(entry.name, entry.default)) for entry in CAREGIVER}
    constants = Constants(*(np.float64(entry.default) for entry in CONSTANTS))
    child = Child(*(np.float64(entry.default) for entry in CHILD))
    parameters = Parameters(Caregiver(*(setting[name] for name in Caregiver._fields)), child, constants)
    before = from_leaves(
        [np.float64(0.5 * (one.start + one.high) if one.name == "formation" else one.start) for one in VARIABLES]
    )
    time = EpisodeTime(np.float64(_AGE), np.float64(1.0), np.float64(1.0))
    nothing = Conduct(*(np.float64(0.0) for _ in Conduct._fields))
    happened = Experience(time, derive(constants, time), _gap(setting, constants), _event(setting, constants), nothing)
    words = EpisodeWords(*(np.float64(0.01) for _ in EpisodeWords._fields))
    return _named(step(parameters, before.child, happened, words), constants)


def _named(child: ChildState, constants: Constants) -> dict[str, float]:
    whole = {**child._asdict(), **sign_states(child, constants)}
    return {name: float(value) for name, value in whole.items() if name in ChildState._fields or name in SIGN_STATES}


def _gap(setting: Mapping[str, np.float64], constants: Constants) -> EpisodeGap:
    threat = expected_threat(unprovoked(Caregiver(**setting)), constants)
    return EpisodeGap(setting["engagement_rate"], np.float64(threat), setting["unprovoked_startling"])


def _event(setting: Mapping[str, np.float64], constants: Constants) -> Event:
    zero = np.float64(0.0)
    available = setting["sojourn_available"] / (setting["sojourn_available"] + setting["sojourn_unavailable"])
    answered = sigmoid(setting["answer_base"] + 0.1 * setting["answer_slope"]) * available
    answered = answered * (1.0 - setting["never_share"])
    threat = expected_threat(provoked(Caregiver(**setting)), constants)
    return Event(
        need=np.float64(0.6),
        express=np.float64(1.0),
        intensify=zero,
        frozen=zero,
        answered=answered,
        latency=setting["latency_median"],
        attuned=1.0 - setting["intrusion"],
        held=setting["holding"],
        warmth=setting["warmth"],
        present=setting["presence"] * available,
        threat=np.float64(threat),
        startle=setting["provoked_startling"],
        physical=zero,
        routine=zero,
        wait=zero,
    )
