"""What is carried from one episode to the next, with unit, starting value and bounds of every variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bowlby.model.scalar import Scalar


class CaregiverState(NamedTuple):
    """How the caregiver is just now."""

    available: Scalar
    separated: Scalar
    stress: Scalar
    distance: Scalar


class ChildState(NamedTuple):
    """What the child expects, feels, does and has become."""

    relief_minimise: Scalar
    relief_express: Scalar
    relief_intensify: Scalar
    concentration_minimise: Scalar
    concentration_express: Scalar
    concentration_intensify: Scalar
    drift: Scalar
    error_square: Scalar
    surprise: Scalar
    threat_unprovoked: Scalar
    threat_provoked: Scalar
    with_signal: Scalar
    without_signal: Scalar
    worth: Scalar
    adults_relief: Scalar
    adults_unasked: Scalar
    adults_spread: Scalar
    adults_threat: Scalar
    warm_density: Scalar
    frustration: Scalar
    arousal: Scalar
    minimising: Scalar
    intensifying: Scalar
    conflict: Scalar
    no_strategy: Scalar
    freezing: Scalar
    formation: Scalar
    autonomic_load: Scalar
    hpa_sensitised: Scalar
    hpa_downregulated: Scalar
    hpa_basal: Scalar
    hpa_reactivity: Scalar
    threat_reactivity: Scalar
    hippocampal_integrity: Scalar
    regulation: Scalar
    social_cognition: Scalar
    language: Scalar
    executive: Scalar


class LifeState(NamedTuple):
    """One dyad."""

    caregiver: CaregiverState
    child: ChildState


@dataclass(frozen=True)
class StateVariable:
    """One variable of the state.

    Args:
        name: as in the state.
        unit: "1" where it has none.
        start: value at birth.
        high: upper bound.
        observable: False for what is only simulated forward and has no channel in an observation record.
        meaning: one sentence.
        low: lower bound.
    """

    name: str
    unit: str
    start: float
    high: float
    observable: bool
    meaning: str
    low: float = 0.0


ADULTS_SPREAD = 0.1
"""How far adults are believed to differ before any is known, 1 / (N + 1); assumed."""
CONCENTRATION = 1.0 / ADULTS_SPREAD - 1.0
"""N: what a first partner starts from weighs as much as so many episodes."""

VARIABLES: tuple[StateVariable, ...] = (
    StateVariable("available", "0/1", 1.0, 1.0, True, "Whether the caregiver is available."),
    StateVariable("separated", "0/1", 0.0, 1.0, True, "Whether caregiver and child are apart."),
    StateVariable("stress", "1", 0.15, 1.0, False, "The caregiver's own stress."),
    StateVariable("distance", "1", 0.0, 1.0, False, "How far the partner keeps from a child that has acted out."),
    StateVariable("relief_minimise", "1", 0.5, 1.0, True, "Expected relief after a minimised signal."),
    StateVariable("relief_express", "1", 0.5, 1.0, True, "Expected relief after an expressed signal."),
    StateVariable("relief_intensify", "1", 0.5, 1.0, True, "Expected relief after an intensified signal."),
    StateVariable(
        "concentration_minimise", "episodes", CONCENTRATION, 1e6, True, "Evidence that relief_minimise rests on."
    ),
    StateVariable(
        "concentration_express", "episodes", CONCENTRATION, 1e6, True, "Evidence that relief_express rests on."
    ),
    StateVariable(
        "concentration_intensify", "episodes", CONCENTRATION, 1e6, True, "Evidence that relief_intensify rests on."
    ),
    StateVariable(
        "drift", "1", 0.0, 1.0, True, "Running mean of the prediction error: care better or worse than believed.", -1.0
    ),
    StateVariable("error_square", "1", 0.1, 1.0, True, "Running mean of the squared prediction error."),
    StateVariable(
        "surprise", "1", 0.2, 1.0, True, "Running mean of the absolute prediction error: unpredictability as met."
    ),
    StateVariable("threat_unprovoked", "1", 0.0, 1.0, True, "Expected threat that comes by itself."),
    StateVariable("threat_provoked", "1", 0.0, 1.0, True, "Expected threat that a bid sets off."),
    StateVariable("with_signal", "1", 0.5, 1.0, True, "Relief that followed own signals."),
    StateVariable("without_signal", "1", 0.25, 1.0, True, "Relief that came although nothing was signalled."),
    StateVariable("worth", "1", 0.25, 1.0, True, "Expected noticing of the self when no bid is made."),
    StateVariable(
        "adults_relief", "1", 0.5, 1.0, True, "Relief expected of adults in general when something is signalled."
    ),
    StateVariable(
        "adults_unasked", "1", 0.25, 1.0, True, "Relief expected of adults in general although nothing is signalled."
    ),
    StateVariable(
        "adults_spread",
        "1",
        ADULTS_SPREAD,
        1.0,
        True,
        "How far adults are believed to differ: variance of relief among them over its largest, 1 / (N + 1).",
    ),
    StateVariable("adults_threat", "1", 0.0, 1.0, True, "Threat expected of adults in general."),
    StateVariable("warm_density", "acts", 0.0, 1e6, True, "Recent warm acts, weighted by recency."),
    StateVariable("frustration", "1", 0.0, 1.0, True, "Running unmet need."),
    StateVariable("arousal", "1", 0.1, 1.0, True, "Present arousal."),
    StateVariable("minimising", "1", 0.33, 1.0, True, "Running share of minimised signals."),
    StateVariable("intensifying", "1", 0.33, 1.0, True, "Running share of intensified signals."),
    StateVariable("conflict", "1", 0.0, 3.0, True, "Running mean of min(approach, avoidance)."),
    StateVariable("no_strategy", "1", 0.0, 1.0, True, "Running mean of arousal without hope or preference."),
    StateVariable("freezing", "1", 0.0, 1.0, True, "Running share of episodes with a disorganized act."),
    StateVariable("formation", "1", 0.0, 1.0, True, "How far an attachment to this partner has formed."),
    StateVariable("autonomic_load", "1", 0.1, 1.0, False, "Slow average of arousal."),
    StateVariable("hpa_sensitised", "1", 0.1, 1.0, False, "Sensitisation of the HPA axis: stress of recent weeks."),
    StateVariable("hpa_downregulated", "1", 0.1, 1.0, False, "Down-regulation of the HPA axis: stress of years."),
    StateVariable("hpa_basal", "1", 0.2, 1.0, False, "Basal output of the HPA axis."),
    StateVariable(
        "hpa_reactivity",
        "1",
        0.5,
        1.0,
        False,
        "Reactivity of the HPA axis: raised by stress of weeks, blunted by stress of years.",
    ),
    StateVariable("threat_reactivity", "1", 1.0, 2.0, False, "Reactivity to threat (amygdala)."),
    StateVariable(
        "hippocampal_integrity", "1", 1.0, 1.0, False, "Integrity of the hippocampus: a hypothesis in children."
    ),
    StateVariable("regulation", "1", 0.1, 1.0, False, "Own regulation, taken over from being soothed."),
    StateVariable("social_cognition", "1", 0.2, 1.0, False, "Social cognition, grown by contingent exchange."),
    StateVariable("language", "1", 0.1, 1.0, False, "Language, grown towards what exchange and stimulation offer."),
    StateVariable(
        "executive", "1", 0.1, 1.0, False, "Executive function, grown towards regulation unspent on arousal."
    ),
)
NAMES: tuple[str, ...] = tuple(variable.name for variable in VARIABLES)


def from_leaves(leaves: list[Scalar]) -> LifeState:
    """Build a state from its variables.

    Args:
        leaves: one value a variable, in the order of `VARIABLES`.

    Returns:
        The state.
    """
    cut = len(CaregiverState._fields)
    return LifeState(CaregiverState(*leaves[:cut]), ChildState(*leaves[cut:]))


def leaves_of(state: LifeState) -> list[Scalar]:
    """Return the variables of a state in the order of `VARIABLES`.

    Args:
        state: one dyad.

    Returns:
        One value a variable.
    """
    return [*state.caregiver, *state.child]
