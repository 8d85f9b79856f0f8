"""What every learning rule offers, to a simulator and to a likelihood alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from bowlby.model.parameter import Parameter
from bowlby.model.scalar import Scalar

S = TypeVar("S", bound=tuple[Scalar, ...])

Parameters = Mapping[str, Scalar]
"""Values by name, each on its own scale."""


class RuleName(StrEnum):
    """The learning rules."""

    RESCORLA_WAGNER = "rescorla-wagner"
    PEARCE_HALL = "pearce-hall"
    VOLATILE_KALMAN = "volatile-kalman"
    BINARY_VOLATILE_KALMAN = "volatile-kalman-binary"
    GAUSSIAN_FILTER = "hgf"


@dataclass(frozen=True)
class LearningRule(Generic[S]):
    """One learning rule: pure functions of scalars, for outcomes in [0, 1].

    Every function is elementwise, so that arrays of one shape (acts by children) may stand for each scalar.

    Args:
        name: which rule.
        title: as written in tables.
        source: citation.
        parameters: registry entries, constants included.
        held: names that have a prior but stay at their default unless asked to be free.
        state: makes a latent state, a NamedTuple of scalars, from its leaves.
        initial: from parameters to the state before any outcome.
        learned: from parameters, state and an observed outcome to the next state.
        expected: from a state to the expected outcome, in [0, 1].
        uncertainty: from a state to its uncertainty, in the outcome's unit, >= 0.
        tells_uncertainty: whether that changes with experience; else no bonus for it can be inferred.
    """

    name: RuleName
    title: str
    source: str
    parameters: tuple[Parameter, ...]
    held: tuple[str, ...]
    state: Callable[..., S]
    initial: Callable[[Parameters], S]
    learned: Callable[[Parameters, S, Scalar], S]
    expected: Callable[[S], Scalar]
    uncertainty: Callable[[S], Scalar]
    tells_uncertainty: bool

    def update(self, parameters: Parameters, state: S, outcome: Scalar, observed: Scalar) -> S:
        """Return the state after a trial; where the outcome was not observed, the state as it was.

        Args:
            parameters: values by name.
            state: before the trial.
            outcome: in [0, 1]; any value, NaN included, where it was not observed.
            observed: 1 where this expectation met an outcome that was seen, else 0.

        Returns:
            The next state.
        """
        seen = jnp.asarray(observed) > 0
        # Gradients pass through both branches of a choice: what was not seen must be a harmless number there.
        after = self.learned(parameters, state, jnp.where(seen, outcome, self.expected(state)))
        return self.state(*(jnp.where(seen, new, old) for new, old in zip(after, state, strict=True)))

    def pack(self, state: S, shape: tuple[int, ...] = ()) -> Float[Array, "leaves ..."]:
        """Return a state as one array, its leaves first: gradients through scans of many leaves are slow."""
        return jnp.stack([jnp.broadcast_to(leaf, shape) for leaf in state])

    def unpack(self, packed: Float[Array, "leaves ..."]) -> S:
        """Return the state that `pack` made one array of."""
        return self.state(*packed)

    def defaults(self) -> dict[str, float]:
        """Return every parameter at its default."""
        return {entry.name: entry.default for entry in self.parameters}


AnyRule = LearningRule[Any]
