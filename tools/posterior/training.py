"""Training of mixture density networks in JAX, weighted by importance, stopped early on families of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from numpyro.optim import ClippedAdam

from bowlby.inference.care.network import Ensemble, Layers, outputs, standardised

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NetworkPlan:
    """How a network is made and trained.

    Args:
        width: of each of two hidden layers.
        components: of the mixture.
        full: whether components have a covariance of their own.
        batch: examples a step.
        epochs: at most.
        patience: epochs without a lower loss before it stops.
        rate: of learning at the start; it falls as a cosine.
        members: networks of the ensemble.
    """

    width: int = 128
    components: int = 8
    full: bool = True
    batch: int = 512
    epochs: int = 30
    patience: int = 6
    rate: float = 2e-3
    members: int = 5


def log_density(raw: Any, y: Any, plan: NetworkPlan) -> Any:
    """Return the log density of outputs under the mixture that a network's numbers stand for.

    Args:
        raw: what the network gives.
        y: outputs.
        plan: of the network.

    Returns:
        Shape (records,).
    """
    count, size = plan.components, y.shape[1]
    log_weight = jax.nn.log_softmax(raw[:, :count])
    end = count * (1 + size)
    away = y[:, None, :] - raw[:, count:end].reshape(-1, count, size)
    if not plan.full:
        log_sd = jnp.clip(raw[:, end:], -7.0, 4.0).reshape(-1, count, size)
        each = -0.5 * (away * jnp.exp(-log_sd)) ** 2 - log_sd
        return jax.nn.logsumexp(log_weight + each.sum(-1), axis=1) - 0.5 * size * jnp.log(2.0 * jnp.pi)
    rows, columns = np.tril_indices(size)
    packed = raw[:, end:].reshape(-1, count, len(rows))
    diagonal = jnp.clip(packed, -7.0, 4.0)
    z: list[Any] = []
    total = 0.0
    for row in range(size):
        places = {int(columns[at]): int(at) for at in np.flatnonzero(rows == row)}
        rest = away[..., row] - sum(packed[..., places[column]] * z[column] for column in range(row))
        log_sd = diagonal[..., places[row]]
        z.append(rest * jnp.exp(-log_sd))
        total = total - 0.5 * z[-1] ** 2 - log_sd
    return jax.nn.logsumexp(log_weight + total, axis=1) - 0.5 * size * jnp.log(2.0 * jnp.pi)


def _forward(layers: Any, x: Any) -> Any:
    for weight, offset in layers[:-1]:
        x = jnp.tanh(x @ weight + offset)
    return x @ layers[-1][0] + layers[-1][1]


Data = tuple[Any, Any, Any]
"""Inputs and targets on the networks' scale, and the weight of each example or of each of its targets; float32."""


def mixture_loss(raw: Any, y: Any, weight: Any, plan: NetworkPlan) -> Any:
    """Return the mean negative log density of mixtures, weighted by importance.

    Args:
        raw: what the network gives.
        y: outputs.
        weight: of each example.
        plan: of the network.

    Returns:
        One number.
    """
    return -(weight * log_density(raw, y, plan)).sum() / weight.sum()


def feature_loss(raw: Any, y: Any, weight: Any, plan: NetworkPlan) -> Any:
    """Return the mean negative log density of single features under normal distributions.

    Args:
        raw: mean and log standard deviation of every feature.
        y: features.
        weight: which of them count, same shape.
        plan: of the network.

    Returns:
        One number.
    """
    del plan
    log_sd = jnp.clip(raw[:, y.shape[1] :], -5.0, 3.0)
    each = 0.5 * ((y - raw[:, : y.shape[1]]) * jnp.exp(-log_sd)) ** 2 + log_sd
    return (weight * each).sum() / weight.sum()


def scales_of(features: Floats) -> tuple[Floats, Floats]:
    """Return centre and scale of features; what never varies has scale 1.

    Args:
        features: shape (examples, features), NaN where missing.

    Returns:
        Each of shape (features,).
    """
    held = np.ma.masked_invalid(features)
    centre, scale = held.mean(axis=0).filled(0.0), held.std(axis=0).filled(1.0)
    return centre, np.where(scale > 1e-6, scale, 1.0)


def train(
    features: Floats, y: Floats, weight: Floats, held: Floats, plan: NetworkPlan, seed: int
) -> tuple[Ensemble, list[float]]:
    """Return an ensemble that was trained on some examples and stopped on others.

    Args:
        features: shape (examples, features), NaN where missing.
        y: outputs, shape (examples, dimensions).
        weight: importance of each example, shape (examples,).
        held: whether an example is for stopping only, bool, shape (examples,).
        plan: of the networks.
        seed: of all chances.

    Returns:
        The ensemble and the loss of each member on the examples held out.
    """
    learned = ~held.astype(bool)
    centre, scale = scales_of(features[learned])
    offset, unit = np.average(y[learned], axis=0, weights=weight[learned]), y[learned].std(axis=0)
    x = standardised(features, centre, scale).astype(np.float32)
    data = (x, ((y - offset) / unit).astype(np.float32), weight.astype(np.float32))
    size = outputs(plan.components, y.shape[1], full=plan.full)
    members = [fitted_layers(data, ~learned, size, mixture_loss, plan, seed + place) for place in range(plan.members)]
    layers = tuple(layers for layers, _ in members)
    return Ensemble(centre, scale, offset, unit, layers, plan.components, plan.full), [loss for _, loss in members]


def fitted_layers(
    data: Data, held: Any, size: int, loss: Callable[..., Any], plan: NetworkPlan, seed: int
) -> tuple[Layers, float]:
    """Return the layers of one network.

    Args:
        data: of all examples.
        held: which are for stopping only, bool, shape (examples,).
        size: of the network's output.
        loss: of outputs, targets, weights and plan.
        plan: of the network.
        seed: of all chances.

    Returns:
        Weights and offsets, and the least loss on the examples held out.
    """
    generator = np.random.default_rng(seed)
    lesson = tuple(jnp.asarray(values[~held]) for values in data)
    test = tuple(jnp.asarray(values[held]) for values in data)
    layers = _first_layers(lesson[0].shape[1], size, lesson[1].shape[1], plan, generator)
    steps = max(len(lesson[0]) // plan.batch, 1)
    total = steps * plan.epochs
    optimiser = ClippedAdam(
        lambda step: plan.rate * (0.02 + 0.49 * (1.0 + jnp.cos(jnp.pi * step / total))), clip_norm=5.0
    )

    def loss_of(layers: Any, x: Any, y: Any, weight: Any) -> Any:
        return loss(_forward(layers, x), y, weight, plan)

    state = optimiser.init(layers)
    epoch = jax.jit(partial(_epoch, loss_of, optimiser))
    tried = jax.jit(loss_of)
    best, kept, since = np.inf, layers, 0
    for _ in range(plan.epochs):
        order = generator.permutation(len(lesson[0]))[: steps * plan.batch].reshape(steps, -1)
        state = epoch(state, lesson, jnp.asarray(order))
        now, since = float(tried(optimiser.get_params(state), *test)), since + 1
        if now < best - 1e-4:
            best, kept, since = now, optimiser.get_params(state), 0
        if since >= plan.patience:
            break
    return tuple((np.asarray(weight, np.float64), np.asarray(offset, np.float64)) for weight, offset in kept), best


def _first_layers(given: int, size: int, dimensions: int, plan: NetworkPlan, generator: np.random.Generator) -> Any:
    sizes = (given, plan.width, plan.width, size)
    layers = [
        (
            (generator.standard_normal((a, b)) / np.sqrt(a)).astype(np.float32) * (0.3 if place == 2 else 1.0),
            np.zeros(b, np.float32),
        )
        for place, (a, b) in enumerate(pairwise(sizes))
    ]
    count = plan.components
    if size == outputs(count, dimensions, full=plan.full):
        spread = generator.standard_normal(count * dimensions).astype(np.float32)
        layers[-1][1][count : count * (1 + dimensions)] = spread
    return layers


def _epoch(loss: Callable[..., Any], optimiser: Any, state: Any, data: Data, order: Any) -> Any:
    def step(state: Any, rows: Any) -> tuple[Any, None]:
        slope = jax.grad(loss)(optimiser.get_params(state), *(values[rows] for values in data))
        return optimiser.update(slope, state), None

    return jax.lax.scan(step, state, order)[0]
