"""Threat, deprivation and unpredictability as functions of what a caregiver does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jaxtyping import Array, Float

from bowlby.infer.programs import Kept
from bowlby.model.caregiver import Caregiver, Scalar, noticed_share, relief_tau, threat_rate, willingness
from bowlby.model.child import SIGNALS, Signal
from bowlby.model.parameters import CAREGIVER_NAMES, default

Floats = npt.NDArray[np.float64]

_NODES, _MASSES = np.polynomial.hermite_e.hermegauss(24)


class Axes(NamedTuple):
    """Draws of the axes that care parameters alone decide, shape (draws,)."""

    threat: Floats
    deprivation: Floats


def axes(caregiver: Caregiver, age_months: float) -> Axes:
    """Return threat and deprivation for each draw of a caregiver.

    Args:
        caregiver: each field of shape (draws,), on its own scale.
        age_months: age of the child, >= 0; comfort keeps its worth for longer as a child grows.

    Returns:
        Threat >= 0 and deprivation in [0, 1], each of shape (draws,).
    """
    single = Caregiver(*(np.float32(value) for value in caregiver))
    threat, deprivation = _axes(single, np.float32(age_months))
    return Axes(np.asarray(threat, dtype=float), np.asarray(deprivation, dtype=float))


def axes_of(draws: Mapping[str, Floats], age_months: float) -> Axes:
    """Return threat and deprivation for each draw of a posterior.

    Args:
        draws: by parameter, each of any one shape; those of the caregiver are used.
        age_months: age of the child, >= 0.

    Returns:
        As `axes`, of shape (draws,), chains one after the other.

    Raises:
        KeyError: a parameter of the caregiver is missing.
    """
    return axes(Caregiver(**{name: draws[name].ravel() for name in CAREGIVER_NAMES}), age_months)


@Kept
def _axes(caregiver: Caregiver, age_months: Scalar) -> tuple[Scalar, Scalar]:
    return jax.vmap(lambda one: (threat_axis(one), deprivation_axis(one, age_months)))(caregiver)


def threat_axis(caregiver: Caregiver) -> Scalar:
    """Return log(1 + sum over tiers 2 to 4 of rate an hour times magnitude).

    Args:
        caregiver: parameters.

    Returns:
        A value >= 0; startling acts never enter.
    """
    return jnp.log1p(threat_rate(caregiver))


def deprivation_axis(caregiver: Caregiver, age_months: Scalar) -> Scalar:
    """Return 1 - (effective answer share + noticed engagement share) / 2.

    Args:
        caregiver: parameters.
        age_months: age of the child, >= 0.

    Returns:
        A value in [0, 1].
    """
    return 1.0 - (effective_answer_share(caregiver, age_months) + noticed_engagement_share(caregiver)) / 2.0


def effective_answer_share(caregiver: Caregiver, age_months: Scalar) -> Scalar:
    """Return P(answered) * attuned * E[exp(-latency / tau)], over a fixed mix of bids and distress.

    Args:
        caregiver: parameters.
        age_months: age of the child, >= 0.

    Returns:
        Share in (0, 1).
    """
    distress = default("distress_share")
    shares = ((Signal.EXPRESS, 0.0, 1.0 - distress), (Signal.INTENSIFY, 1.0, distress))
    total = 0.0
    for signal, is_distress, share in shares:
        chance = willingness(caregiver.answer_probability, caregiver.answer_slope, SIGNALS[signal])
        total = total + share * chance * _mean_worth(caregiver, relief_tau(is_distress, age_months))
    return total * (1.0 - caregiver.intrusion_share)


def _mean_worth(caregiver: Caregiver, tau_s: Scalar) -> Float[Array, ""]:
    latency = caregiver.latency_median * jnp.exp(caregiver.latency_spread * _NODES)
    return jnp.sum(_MASSES * jnp.exp(-latency / tau_s)) / _MASSES.sum()


def noticed_engagement_share(caregiver: Caregiver) -> Scalar:
    """Return noticed engagement over that of the reference median, at most 1.

    Acts so rare that the child does not notice them count as absent (mission, M5).

    Args:
        caregiver: parameters.

    Returns:
        Share in [0, 1].
    """
    reference = default("engagement_rate")
    noticed = caregiver.engagement_rate * noticed_share(caregiver.engagement_rate)
    return jnp.minimum(noticed / (reference * noticed_share(reference)), 1.0)


def between_session_share(answering: Floats) -> Floats:
    """Return the share of the variance of answering that lies between sessions.

    Var(p_j) / (Var(p_j) + mean p_j (1 - p_j)), the second term being the variance of single answers within sessions.

    Args:
        answering: answer probability, shape (draws, sessions), sessions >= 2.

    Returns:
        Shape (draws,), in [0, 1].
    """
    between = answering.var(axis=1)
    return between / (between + (answering * (1 - answering)).mean(axis=1))
