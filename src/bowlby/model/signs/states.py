"""The states of a child that signs can inform: what each is, and which of its ends is the hard one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from bowlby.model.life.action import expected_relief, expected_threat
from bowlby.model.life.arithmetic import namespace
from bowlby.model.life.state import ChildState
from bowlby.model.life.traits import Constants
from bowlby.model.moment.constants import default_moments
from bowlby.model.scalar import Scalar


class End(StrEnum):
    """The end of a state at which life is hard for the child."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True)
class SignState:
    """A state of the child that signs load on.

    Args:
        name: as in JSON and tables.
        end: its hard end.
        forward: True for body and development, which no observation record shows and which are only simulated forward.
        meaning: one sentence.
        value: from the simulated child's state and the model's constants.
    """

    name: str
    end: End
    forward: bool
    meaning: str
    value: Callable[[ChildState, Constants], Scalar]


def _comfort(child: ChildState, constants: Constants) -> Scalar:
    _, express, intensify = expected_relief(child)
    return namespace(express).maximum(express, intensify)


def _exploration(child: ChildState, constants: Constants) -> Scalar:
    """Worth of exploring beside the caregiver, (1 - a)^3 (1 - m (1 - max(trust, attached))), as in the moment clock."""
    moments = default_moments()
    xp = namespace(child.formation)
    usable = constants.social_floor + (1.0 - constants.social_floor) * child.social_cognition
    relief = usable * _comfort(child, constants)
    trust = relief * relief / (relief * relief + moments.trust_half * moments.trust_half)
    attached = child.formation / (child.formation + moments.attached_half)
    calm = (1.0 - child.autonomic_load) * (1.0 - child.autonomic_load) * (1.0 - child.autonomic_load)
    return calm * (1.0 - moments.play_unsafe * (1.0 - xp.maximum(trust, attached)))


def _same(name: str) -> Callable[[ChildState, Constants], Scalar]:
    return lambda child, _: getattr(child, name)


_HIGH, _LOW = End.HIGH, End.LOW
SIGN_STATES: Mapping[str, SignState] = MappingProxyType(
    {
        state.name: state
        for state in (
            SignState(
                "threat_expectation",
                _HIGH,
                False,
                "How much threat the child expects of people close by.",
                lambda child, constants: expected_threat(constants, child),
            ),
            SignState(
                "threat_reactivity", _HIGH, True, "How strongly threat is reacted to.", _same("threat_reactivity")
            ),
            SignState(
                "conflict", _HIGH, False, "How far being drawn near and shying away meet at once.", _same("conflict")
            ),
            SignState(
                "comfort_expectation", _LOW, False, "How much relief the child expects of asking for it.", _comfort
            ),
            SignState("trust_in_adults", _LOW, False, "Relief expected of adults in general.", _same("adults_relief")),
            SignState(
                "efficacy",
                _LOW,
                False,
                "How much more relief came with own signals than without.",
                lambda child, _: child.with_signal - child.without_signal,
            ),
            SignState("worth", _LOW, False, "How far the child expects to be noticed unasked.", _same("worth")),
            SignState("frustration", _HIGH, False, "Running unmet need.", _same("frustration")),
            SignState("protest", _HIGH, False, "Share of needs told at full strength.", _same("intensifying")),
            SignState("minimising", _HIGH, False, "Share of needs hardly shown.", _same("minimising")),
            SignState(
                "attachment_formed",
                _LOW,
                False,
                "How far an attachment to the usual partner has formed.",
                _same("formation"),
            ),
            SignState(
                "exploration", _LOW, False, "How much exploring is worth with a familiar person near.", _exploration
            ),
            SignState("regulation", _LOW, True, "The child's own power to calm down.", _same("regulation")),
            SignState("arousal", _HIGH, True, "Slow mean of arousal.", _same("autonomic_load")),
            SignState("social_cognition", _LOW, True, "Understanding of others.", _same("social_cognition")),
            SignState("language", _LOW, True, "Language and executive development.", _same("language")),
        )
    }
)


def sign_states(child: ChildState, constants: Constants) -> dict[str, Scalar]:
    """Return the states that signs load on.

    Args:
        child: simulated states, arrays of one shape.
        constants: of the model.

    Returns:
        Values by name, in the order of `SIGN_STATES`.
    """
    return {name: state.value(child, constants) for name, state in SIGN_STATES.items()}
