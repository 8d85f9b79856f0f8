"""One unwatched episode of a child with a caregiver, sampled from given random words."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtri

from bowlby.model.caregiver import (
    TIER_MAGNITUDES,
    TIER_RATES,
    Caregiver,
    Scalar,
    willingness,
)
from bowlby.model.child import SIGNALS, Child, Event, Signal, State, Words, policy, step
from bowlby.model.parameters import default


class EpisodeWords(NamedTuple):
    """Random words of one sampled episode, each uniform in (0, 1)."""

    need: Scalar
    signal: Scalar
    answered: Scalar
    latency: Scalar
    attuned: Scalar
    warm: Scalar
    present: Scalar
    unprovoked: Scalar
    provoked: Scalar
    engaged: Scalar
    notice: Scalar


def need_intensity(word: Scalar) -> Scalar:
    """Return the intensity of a need from a uniform word: 1 - (1 - word)^(1/2), many small and few large.

    Args:
        word: in (0, 1).

    Returns:
        Intensity in (0, 1), Beta(1, 2), mean 1/3. Assumed.
    """
    return 1.0 - jnp.sqrt(1.0 - word)


def choose(logits: jax.Array, word: Scalar) -> Scalar:
    """Return the signal level that a uniform word picks from logits.

    Args:
        logits: shape (3,).
        word: in (0, 1).

    Returns:
        A `Signal` level.
    """
    return jnp.sum(word > jnp.cumsum(jax.nn.softmax(logits))[:-1])


def answer_probability(caregiver: Caregiver, signal: Scalar) -> Scalar:
    """Return the probability that a signal level is noticed and ever answered, over all regimes.

    Args:
        caregiver: parameters.
        signal: a `Signal` level.

    Returns:
        Probability in (0, 1).
    """
    strength = jnp.asarray(SIGNALS)[signal]
    noticed = jnp.where(signal == Signal.MINIMISE, default("detect_minimise"), 1.0)
    return noticed * willingness(caregiver.answer_probability, caregiver.answer_slope, strength)


def live(child: Child, caregiver: Caregiver, state: State, age_months: Scalar, words: EpisodeWords) -> State:
    """Return the child's state after one more episode with this caregiver.

    Args:
        child: the child's parameters.
        caregiver: the caregiver's usual parameters.
        state: before the episode.
        age_months: age of the child, >= 0.
        words: the episode's random words.

    Returns:
        The state after need, signal, answer and learning.
    """
    need = need_intensity(words.need)
    signal = choose(policy(child, state, need), words.signal)
    gap_s = 3600.0 / child.need_rate
    latency = caregiver.latency_median * jnp.exp(caregiver.latency_spread * ndtri(words.latency))
    unprovoked, provoked = _threat(caregiver, child, words)
    event = Event(
        need=need,
        signal=signal,
        answered=_hit(words.answered, answer_probability(caregiver, signal)),
        attuned=1.0 - _hit(words.attuned, caregiver.intrusion_share),
        latency_s=latency,
        warm=_hit(words.warm, caregiver.warm_share),
        present=_hit(words.present, caregiver.presence_share),
        threat_unprovoked=unprovoked,
        threat_contingent=jnp.where(signal == Signal.MINIMISE, 0.0, provoked),
        engaged=_hit(words.engaged, -jnp.expm1(-caregiver.engagement_rate * gap_s / 3600.0)),
        elapsed_s=gap_s,
        seen=1.0,
        age_months=age_months,
    )
    return step(child, state, event, Words(words.notice))


def _hit(word: Scalar, probability: Scalar) -> Scalar:
    return jnp.where(word < probability, 1.0, 0.0)


def _threat(caregiver: Caregiver, child: Child, words: EpisodeWords) -> tuple[Scalar, Scalar]:
    """Return the largest unprovoked and bid-contingent magnitudes of one episode.

    One word a kind decides over all tiers, severest first: tiers are rare enough for two at once not to matter.
    """
    unprovoked, provoked = 0.0, 0.0
    from_top, contingent = 0.0, caregiver.fright_contingent_share
    for rate, size in zip(reversed(TIER_RATES), reversed(TIER_MAGNITUDES), strict=True):
        below = from_top
        from_top = from_top + getattr(caregiver, rate) / child.need_rate
        magnitude = default(size)
        unprovoked = unprovoked + magnitude * _between(words.unprovoked, below, from_top, 1.0 - contingent)
        provoked = provoked + magnitude * _between(words.provoked, below, from_top, contingent)
    return unprovoked, provoked


def _between(word: Scalar, low: Scalar, high: Scalar, share: Scalar) -> Scalar:
    return jnp.where((word >= low * share) & (word < high * share), 1.0, 0.0)
