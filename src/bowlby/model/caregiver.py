"""The caregiver as an agent: how a bid is answered, how often warmth and fright come, what an answer is worth."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jaxtyping import Array, Float

from bowlby.model.parameters import CAREGIVER_NAMES, default

Scalar: TypeAlias = Float[Array, "..."] | npt.NDArray[np.floating[Any]] | np.floating[Any] | float
"""One number inside the step; batches come in from outside, by vmap or as draws."""


class Caregiver(NamedTuple):
    """Parameters of one caregiver, each on its own scale and in the registry's unit."""

    answer_probability: Scalar
    answer_slope: Scalar
    latency_median: Scalar
    latency_spread: Scalar
    warm_share: Scalar
    engagement_rate: Scalar
    intrusion_share: Scalar
    fright_startle_rate: Scalar
    fright_frightening_rate: Scalar
    fright_harsh_rate: Scalar
    fright_abusive_rate: Scalar
    fright_contingent_share: Scalar
    regime_share: Scalar
    regime_sojourn: Scalar
    presence_share: Scalar


TIER_RATES = ("fright_startle_rate", "fright_frightening_rate", "fright_harsh_rate", "fright_abusive_rate")
TIER_MAGNITUDES = ("magnitude_startle", "magnitude_frightening", "magnitude_harsh", "magnitude_abusive")
REFERENCE_SIGNAL = default("signal_express")


def usual_caregiver() -> Caregiver:
    """Return the caregiver with every parameter at its default.

    Returns:
        The caregiver.
    """
    return Caregiver(**{name: default(name) for name in CAREGIVER_NAMES})


def logit(share: Scalar) -> Scalar:
    """Return the log odds of a share.

    Args:
        share: in (0, 1).

    Returns:
        log(share / (1 - share)).
    """
    return jnp.log(share) - jnp.log1p(-share)


def willingness(answer_probability: Scalar, answer_slope: Scalar, signal: Scalar) -> Scalar:
    """Return the probability that a noticed signal is ever answered: sigmoid(logit(p) + b_s (signal - .6)).

    A slope below 0 is rejection of bids, far above 0 answering of protest only (after Main 1990, Human Development
    33:48, on conditional strategies). The cure fraction of the latency model is one minus this probability.

    Args:
        answer_probability: p at the reference signal, in (0, 1).
        answer_slope: b_s, logit per unit of signal, any real number.
        signal: strength in [0, 1].

    Returns:
        Probability in (0, 1).
    """
    return jax.nn.sigmoid(logit(answer_probability) + answer_slope * (signal - REFERENCE_SIGNAL))


def available_share(caregiver: Caregiver) -> Scalar:
    """Return the long-run share of time in which the caregiver is available: a = 1 - g (1 - p).

    Written so that p stays the marginal probability: within available time a clear bid is answered with p / a, in a
    spell of unavailability never, and g says how much of the not answering is due to spells.

    Args:
        caregiver: parameters.

    Returns:
        Share in (p, 1).
    """
    return 1.0 - caregiver.regime_share * (1.0 - caregiver.answer_probability)


def relief(answered: Scalar, latency_s: Scalar, warm: Scalar, tau_s: Scalar) -> Scalar:
    """Return the relief of contact: answered * exp(-latency / tau) * (w_0 + w_1 warm).

    Args:
        answered: 1 where an attuned answer came, else 0; values between are expectations.
        latency_s: seconds to the answer, >= 0.
        warm: 1 where the answer was warm, else 0; values between are expectations.
        tau_s: time constant, seconds, > 0.

    Returns:
        Relief in [0, 1].
    """
    return answered * jnp.exp(-latency_s / tau_s) * (default("relief_base") + default("relief_warmth") * warm)


def relief_tau(distress: Scalar, age_months: Scalar) -> Scalar:
    """Return the time constant of relief in seconds: tau_0 + tau_1 * age in distress, tau_s otherwise.

    In distress comfort keeps its worth for minutes; to any other cue an answer is worth its contingency, which infants
    lose over seconds (Millar & Watson 1979, Child Development 50:747).

    Args:
        distress: 1 for a cue of distress, else 0.
        age_months: age of the child in months, >= 0.

    Returns:
        Seconds, > 0.
    """
    comfort = 60.0 * (default("relief_tau_base") + default("relief_tau_age") * age_months)
    return distress * comfort + (1.0 - distress) * default("relief_tau_social")


def noticed_share(acts_per_hour: Scalar) -> Scalar:
    """Return the expected share of warm acts that are noticed when they come evenly at a rate.

    An act is noticed with probability 1 - exp(-density / n_0), where density counts the acts before it, each weighted
    by exp(-elapsed / t_n); under an even rate its mean is rate * t_n, at which the share is taken. Acts so rare that
    the child does not notice them thus count as absent (mission, M5). Kernel and constants are assumed.

    Args:
        acts_per_hour: rate, >= 0.

    Returns:
        Share in [0, 1).
    """
    return -jnp.expm1(-acts_per_hour / 3600.0 * default("notice_time") / default("notice_density"))


def threat_rate(caregiver: Caregiver) -> Scalar:
    """Return threat an hour: the sum over tiers 2 to 4 of rate times magnitude.

    Startling acts alone never raise it (mission, M1).

    Args:
        caregiver: parameters.

    Returns:
        Magnitude an hour, >= 0.
    """
    pairs = zip(TIER_RATES[1:], TIER_MAGNITUDES[1:], strict=True)
    return sum((getattr(caregiver, rate) * default(size) for rate, size in pairs), start=0.0)
