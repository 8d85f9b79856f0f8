"""From expectations to acts: a softmax over what each act is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float

from bowlby.model.parameter import Basis, Group, Parameter, Prior, Transform
from bowlby.model.scalar import Scalar

INVERSE_TEMPERATURE = Parameter(
    "inverse_temperature",
    "\\beta",
    "1",
    (0.0, math.inf),
    Transform.LOG,
    Prior(math.log(5.0), 0.6),
    5.0,
    "assumed; an act worth .5 more is taken in 92 of 100 trials at the median",
    Basis.ASSUMED,
    Group.CHILD,
    "Choice consistency, for outcomes in [0, 1].",
)
UNCERTAINTY_BONUS = Parameter(
    "uncertainty_bonus",
    "\\beta_u",
    "1",
    (-math.inf, math.inf),
    Transform.IDENTITY,
    Prior(0.0, 0.5),
    0.0,
    "assumed; after Wilson et al. 2014, J Exp Psychol Gen 143:2074",
    Basis.ASSUMED,
    Group.CHILD,
    "Worth of an uncertain outcome, per unit of its uncertainty; below 0 it is shunned.",
)
COST_PREFIX = "cost_of_"


def cost_of(act: str, first: str) -> Parameter:
    """Return the registry entry of what an act costs; only costs relative to one act can be inferred from choices.

    Args:
        act: name of the act.
        first: name of the act whose cost is 0.

    Returns:
        The entry, in the outcome's unit.
    """
    return Parameter(
        f"{COST_PREFIX}{act}",
        "c",
        "1",
        (-math.inf, math.inf),
        Transform.IDENTITY,
        Prior(0.0, 0.3),
        0.0,
        "assumed",
        Basis.ASSUMED,
        Group.CHILD,
        f"Cost of {act} beyond that of {first}, in the outcome's unit.",
    )


def logits(
    expected: Float[Array, "acts ..."],
    uncertainty: Float[Array, "acts ..."],
    temperature: Scalar,
    bonus: Scalar,
    costs: Sequence[Scalar],
) -> Float[Array, "acts ..."]:
    """Return the logits of each act (docs/learning-rules.md, equation 22).

    beta (E_a + beta_u U_a - c_a)   (22)

    Args:
        expected: E, shape (acts, ...), in the outcome's unit.
        uncertainty: U, the same shape.
        temperature: beta, the inverse_temperature, > 0.
        bonus: beta_u, the uncertainty_bonus; 0 where uncertainty is worth nothing.
        costs: c of each act, or none at all.

    Returns:
        Shape (acts, ...).
    """
    worth = expected + bonus * uncertainty
    if costs:
        worth = worth - jnp.stack([jnp.broadcast_to(cost, worth.shape[1:]) for cost in costs])
    return jnp.asarray(temperature * worth)  # (E22) assumed, after Wilson et al. 2014
