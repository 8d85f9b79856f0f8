"""The child: what it has come to expect, how it acts on a need, and how one episode changes it."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from bowlby.model.caregiver import Scalar, relief, relief_tau
from bowlby.model.learning import fast_up_slow_down, rescorla_wagner
from bowlby.model.parameters import CHILD_NAMES, default


class Signal(IntEnum):
    """The levels of signalling a need."""

    MINIMISE = 0
    EXPRESS = 1
    INTENSIFY = 2


SIGNALS = (default("signal_minimise"), default("signal_express"), default("signal_intensify"))
EXPOSURES = (default("exposure_minimise"), default("exposure_express"), default("exposure_intensify"))


class Child(NamedTuple):
    """Parameters of one child, each on its own scale and in the registry's unit."""

    learning_rate: Scalar
    threat_up: Scalar
    threat_down: Scalar
    inverse_temperature: Scalar
    frustration_rate: Scalar
    efficacy_rate: Scalar
    worth_rate: Scalar
    irritability: Scalar
    soothability: Scalar
    threat_caution: Scalar
    arousal_decay: Scalar
    need_rate: Scalar


class State(NamedTuple):
    """What one child expects and how it is, all in [0, 1] but the density.

    Args:
        relief_minimise: expected relief after a minimised signal.
        relief_express: expected relief after an expressed signal.
        relief_intensify: expected relief after an intensified signal.
        answering: expected probability that a signal is answered.
        threat_unprovoked: expected threat that comes by itself.
        threat_contingent: expected threat that a bid sets off.
        frustration: running unmet need.
        with_signal: relief that followed own signals.
        without_signal: relief that came although nothing was signalled.
        worth: expected noticing of the self when no bid is made.
        arousal: present arousal.
        density: recent warm acts, weighted by recency, >= 0.
    """

    relief_minimise: Scalar
    relief_express: Scalar
    relief_intensify: Scalar
    answering: Scalar
    threat_unprovoked: Scalar
    threat_contingent: Scalar
    frustration: Scalar
    with_signal: Scalar
    without_signal: Scalar
    worth: Scalar
    arousal: Scalar
    density: Scalar


class Event(NamedTuple):
    """What happened in one episode and since the one before.

    Args:
        need: intensity in (0, 1].
        signal: a `Signal` level.
        answered: 1 where an answer came, else 0.
        attuned: 1 where it served the need, 0 where the caregiver's agenda took its place; in [0, 1].
        latency_s: seconds to the answer, >= 0; without one it has no effect.
        warm: 1 where the answer was warm, in [0, 1].
        present: 1 where the caregiver was calmly near without a bid, in [0, 1].
        threat_unprovoked: largest magnitude of unprovoked threat since the last episode, in [0, 1].
        threat_contingent: largest magnitude of threat within the episode, in [0, 1].
        engaged: spontaneous warm acts since the last episode, >= 0.
        elapsed_s: seconds since the last episode, >= 0.
        seen: how far the outcome was observed, in [0, 1]; 0 lets time pass and nothing be learned.
        age_months: age of the child, >= 0.
    """

    need: Scalar
    signal: Scalar
    answered: Scalar
    attuned: Scalar
    latency_s: Scalar
    warm: Scalar
    present: Scalar
    threat_unprovoked: Scalar
    threat_contingent: Scalar
    engaged: Scalar
    elapsed_s: Scalar
    seen: Scalar
    age_months: Scalar


class Words(NamedTuple):
    """Random words of one step, uniform in (0, 1); the step never draws."""

    notice: Scalar


def usual_child() -> Child:
    """Return the child with every parameter at its default.

    Returns:
        The child.
    """
    return Child(**{name: default(name) for name in CHILD_NAMES})


def newborn() -> State:
    """Return the state before any experience: a modest expectation of relief, no threat, calm.

    Returns:
        The state.
    """
    start = {name: 0.0 for name in State._fields}
    hope = dict.fromkeys(("relief_minimise", "relief_express", "relief_intensify", "answering"), 0.5)
    return State(**{**start, **hope, "with_signal": 0.25, "worth": 0.25})


def efficacy(state: State) -> Scalar:
    """Return the sense of efficacy, delta-P of relief on own signals: with_signal - without_signal.

    Args:
        state: a child's state.

    Returns:
        A value in [-1, 1].
    """
    return state.with_signal - state.without_signal


def expected_threat(state: State) -> Scalar:
    """Return the larger of the two expectations of threat, in [0, 1].

    Args:
        state: a child's state.

    Returns:
        A value in [0, 1].
    """
    return jnp.maximum(state.threat_unprovoked, state.threat_contingent)


def policy(parameters: Child, state: State, need: Scalar) -> Float[Array, " 3"]:
    """Return the logits of minimising, expressing and intensifying a need.

    V_a = n relief_a - cost_a - kappa threat exposure_a, logits = beta V. Suppressing costs more the larger the need;
    protest costs less when aroused, and more where own signals have changed nothing, or else the deprived keep crying.

    Args:
        parameters: the child's parameters.
        state: what it expects.
        need: intensity n in (0, 1].

    Returns:
        Shape (3,), one logit a `Signal` level.
    """
    helpless = 1.0 - jnp.clip(efficacy(state), 0.0, 1.0)
    costs = (
        default("cost_minimise") * need,
        default("cost_express") * (0.5 + helpless),
        default("cost_intensify") * (1.0 - need * (0.5 + 0.5 * state.arousal)) * (0.5 + helpless),
    )
    expected = (state.relief_minimise, state.relief_express, state.relief_intensify)
    caution = parameters.threat_caution * expected_threat(state)
    values = [need * v - c - caution * x for v, c, x in zip(expected, costs, EXPOSURES, strict=True)]
    return jnp.stack([parameters.inverse_temperature * value for value in values])


def step(parameters: Child, state: State, event: Event, words: Words) -> State:
    """Return the state after one episode.

    Args:
        parameters: the child's parameters.
        state: before the episode.
        event: what happened, sampled by a simulation or observed in a record.
        words: random words, used for noticing.

    Returns:
        The new state.
    """
    calmer = _after_waiting(parameters, state, event, words)
    got = _relief_of(event)
    return _arouse(parameters, _learn(parameters, calmer, event, got), event, got)


def _relief_of(event: Event) -> Scalar:
    distress = jnp.where(event.signal == Signal.INTENSIFY, 1.0, 0.0)
    tau = relief_tau(distress, event.age_months)
    contact = relief(event.answered * event.attuned, event.latency_s, event.warm, tau)
    # Presence comforts without contact, and is lost on rebuff: a clear signal that meets no answer.
    rebuffed = jnp.where(event.signal == Signal.MINIMISE, 0.0, 1.0) * (1.0 - event.answered)
    presence = default("relief_presence") * event.present * (1.0 - rebuffed)
    return jnp.maximum(contact, presence) * (1.0 - default("relief_threat_loss") * event.threat_contingent)


def _after_waiting(parameters: Child, state: State, event: Event, words: Words) -> State:
    fade = jnp.exp(-event.elapsed_s / default("notice_time"))
    density = state.density * fade + event.engaged
    noticing = -jnp.expm1(-density / default("notice_density"))
    noticed = jnp.where((event.engaged > 0) & (words.notice < noticing), 1.0, 0.0)
    arousal = state.arousal * jnp.exp(-parameters.arousal_decay * event.elapsed_s / 3600.0)
    rates = (parameters.threat_up, parameters.threat_down)
    return state._replace(
        density=density,
        worth=rescorla_wagner(state.worth, noticed, parameters.worth_rate, 1.0),
        arousal=arousal,
        threat_unprovoked=fast_up_slow_down(state.threat_unprovoked, event.threat_unprovoked, rates, 1.0),
    )


def _learn(parameters: Child, state: State, event: Event, got: Scalar) -> State:
    rate, seen = parameters.learning_rate, event.seen
    chosen = [jnp.where(event.signal == level, seen, 0.0) for level in Signal]
    signalled = seen - chosen[Signal.MINIMISE]
    rates = (parameters.threat_up, parameters.threat_down)
    return state._replace(
        relief_minimise=rescorla_wagner(state.relief_minimise, got, rate, chosen[0]),
        relief_express=rescorla_wagner(state.relief_express, got, rate, chosen[1]),
        relief_intensify=rescorla_wagner(state.relief_intensify, got, rate, chosen[2]),
        answering=rescorla_wagner(state.answering, event.answered, rate, signalled),
        threat_contingent=fast_up_slow_down(state.threat_contingent, event.threat_contingent, rates, signalled),
        with_signal=rescorla_wagner(state.with_signal, got, parameters.efficacy_rate, signalled),
        without_signal=rescorla_wagner(state.without_signal, got, parameters.efficacy_rate, chosen[0]),
    )


def _arouse(parameters: Child, state: State, event: Event, got: Scalar) -> State:
    unmet = event.seen * event.need * (1.0 - got)
    soothed = state.arousal * (1.0 - event.seen * parameters.soothability * got)
    frightened = jnp.maximum(event.threat_unprovoked, event.threat_contingent)
    aroused = jnp.clip(soothed + parameters.irritability * unmet * (1.0 - soothed), 0.0, 1.0)
    return state._replace(
        arousal=jnp.maximum(aroused, frightened),
        frustration=rescorla_wagner(state.frustration, unmet, parameters.frustration_rate, event.seen),
    )
