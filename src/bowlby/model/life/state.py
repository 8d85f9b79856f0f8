"""What is carried from one episode to the next, with unit, starting value and bounds of every variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bowlby.model.life.traits import Scalar


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


class State(NamedTuple):
    """One dyad."""

    caregiver: CaregiverState
    child: ChildState


@dataclass(frozen=True)
class Variable:
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

VARIABLES: tuple[Variable, ...] = (
    Variable("available", "0/1", 1.0, 1.0, True, "Whether the caregiver is available."),
    Variable("separated", "0/1", 0.0, 1.0, True, "Whether caregiver and child are apart."),
    Variable("stress", "1", 0.15, 1.0, False, "The caregiver's own stress."),
    Variable("distance", "1", 0.0, 1.0, False, "How far the partner keeps from a child that has acted out."),
    Variable("relief_minimise", "1", 0.5, 1.0, True, "Expected relief after a minimised signal."),
    Variable("relief_express", "1", 0.5, 1.0, True, "Expected relief after an expressed signal."),
    Variable("relief_intensify", "1", 0.5, 1.0, True, "Expected relief after an intensified signal."),
    Variable("concentration_minimise", "episodes", CONCENTRATION, 1e6, True, "Evidence that relief_minimise rests on."),
    Variable("concentration_express", "episodes", CONCENTRATION, 1e6, True, "Evidence that relief_express rests on."),
    Variable(
        "concentration_intensify", "episodes", CONCENTRATION, 1e6, True, "Evidence that relief_intensify rests on."
    ),
    Variable(
        "drift", "1", 0.0, 1.0, True, "Running mean of the prediction error: care better or worse than believed.", -1.0
    ),
    Variable("error_square", "1", 0.1, 1.0, True, "Running mean of the squared prediction error."),
    Variable(
        "surprise", "1", 0.2, 1.0, True, "Running mean of the absolute prediction error: unpredictability as met."
    ),
    Variable("threat_unprovoked", "1", 0.0, 1.0, True, "Expected threat that comes by itself."),
    Variable("threat_provoked", "1", 0.0, 1.0, True, "Expected threat that a bid sets off."),
    Variable("with_signal", "1", 0.5, 1.0, True, "Relief that followed own signals."),
    Variable("without_signal", "1", 0.25, 1.0, True, "Relief that came although nothing was signalled."),
    Variable("worth", "1", 0.25, 1.0, True, "Expected noticing of the self when no bid is made."),
    Variable("adults_relief", "1", 0.5, 1.0, True, "Relief expected of adults in general when something is signalled."),
    Variable(
        "adults_unasked", "1", 0.25, 1.0, True, "Relief expected of adults in general although nothing is signalled."
    ),
    Variable(
        "adults_spread",
        "1",
        ADULTS_SPREAD,
        1.0,
        True,
        "How far adults are believed to differ: variance of relief among them over its largest, 1 / (N + 1).",
    ),
    Variable("adults_threat", "1", 0.0, 1.0, True, "Threat expected of adults in general."),
    Variable("warm_density", "acts", 0.0, 1e6, True, "Recent warm acts, weighted by recency."),
    Variable("frustration", "1", 0.0, 1.0, True, "Running unmet need."),
    Variable("arousal", "1", 0.1, 1.0, True, "Present arousal."),
    Variable("minimising", "1", 0.33, 1.0, True, "Running share of minimised signals."),
    Variable("intensifying", "1", 0.33, 1.0, True, "Running share of intensified signals."),
    Variable("conflict", "1", 0.0, 3.0, True, "Running mean of min(approach, avoidance)."),
    Variable("no_strategy", "1", 0.0, 1.0, True, "Running mean of arousal without hope or preference."),
    Variable("freezing", "1", 0.0, 1.0, True, "Running share of episodes with a disorganized act."),
    Variable("formation", "1", 0.0, 1.0, True, "How far an attachment to this partner has formed."),
    Variable("autonomic_load", "1", 0.1, 1.0, False, "Slow average of arousal."),
    Variable("hpa_sensitised", "1", 0.1, 1.0, False, "Sensitisation of the HPA axis: stress of recent weeks."),
    Variable("hpa_downregulated", "1", 0.1, 1.0, False, "Down-regulation of the HPA axis: stress of years."),
    Variable("hpa_basal", "1", 0.2, 1.0, False, "Basal output of the HPA axis."),
    Variable(
        "hpa_reactivity",
        "1",
        0.5,
        1.0,
        False,
        "Reactivity of the HPA axis: raised by stress of weeks, blunted by stress of years.",
    ),
    Variable("threat_reactivity", "1", 1.0, 2.0, False, "Reactivity to threat (amygdala)."),
    Variable("hippocampal_integrity", "1", 1.0, 1.0, False, "Integrity of the hippocampus: a hypothesis in children."),
    Variable("regulation", "1", 0.1, 1.0, False, "Own regulation, taken over from being soothed."),
    Variable("social_cognition", "1", 0.2, 1.0, False, "Social cognition, grown by contingent exchange."),
    Variable("language", "1", 0.1, 1.0, False, "Language, grown towards what exchange and stimulation offer."),
    Variable("executive", "1", 0.1, 1.0, False, "Executive function, grown towards regulation unspent on arousal."),
)
NAMES: tuple[str, ...] = tuple(variable.name for variable in VARIABLES)


def from_leaves(leaves: list[Scalar]) -> State:
    """Build a state from its variables.

    Args:
        leaves: one value a variable, in the order of `VARIABLES`.

    Returns:
        The state.
    """
    cut = len(CaregiverState._fields)
    return State(CaregiverState(*leaves[:cut]), ChildState(*leaves[cut:]))


def leaves_of(state: State) -> list[Scalar]:
    """Return the variables of a state in the order of `VARIABLES`.

    Args:
        state: one dyad.

    Returns:
        One value a variable.
    """
    return [*state.caregiver, *state.child]
