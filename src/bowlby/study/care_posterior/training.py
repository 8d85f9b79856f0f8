"""Training of mixture density networks in JAX, weighted by importance, stopped early on families of their own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from numpyro.optim import ClippedAdam

from bowlby.inference.network import Ensemble, Layers, outputs, standardised

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


@dataclass(frozen=True)
class Lesson:
    """What a network learns from.

    Args:
        x: features on the networks' scale, float32.
        y: outputs on the networks' scale, float32.
        weight: importance.
    """

    x: Any
    y: Any
    weight: Any


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


def _loss(layers: Any, x: Any, y: Any, weight: Any, plan: NetworkPlan) -> Any:
    return -(weight * log_density(_forward(layers, x), y, plan)).sum() / weight.sum()


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
    centre, scale = np.nanmean(features[learned], axis=0), np.nanstd(features[learned], axis=0)
    centre, scale = np.nan_to_num(centre), np.where(np.nan_to_num(scale) > 1e-6, np.nan_to_num(scale, nan=1.0), 1.0)
    offset, unit = np.average(y[learned], axis=0, weights=weight[learned]), y[learned].std(axis=0)
    x = standardised(features, centre, scale).astype(np.float32)
    out = ((y - offset) / unit).astype(np.float32)
    lessons = [Lesson(x[rows], out[rows], weight[rows].astype(np.float32)) for rows in (learned, ~learned)]
    members, losses = [], []
    for member in range(plan.members):
        layers, loss = _member(lessons[0], lessons[1], plan, seed + member)
        members.append(layers)
        losses.append(loss)
    return Ensemble(centre, scale, offset, unit, tuple(members), plan.components, plan.full), losses


def _member(lesson: Lesson, held: Lesson, plan: NetworkPlan, seed: int) -> tuple[Layers, float]:
    generator = np.random.default_rng(seed)
    sizes = (lesson.x.shape[1], plan.width, plan.width, outputs(plan.components, lesson.y.shape[1], full=plan.full))
    layers = [
        (
            (generator.standard_normal((a, b)) / np.sqrt(a)).astype(np.float32) * (0.3 if place == 2 else 1.0),
            np.zeros(b, np.float32),
        )
        for place, (a, b) in enumerate(pairwise(sizes))
    ]
    count, size = plan.components, lesson.y.shape[1]
    layers[-1][1][count : count * (1 + size)] = generator.standard_normal(count * size).astype(np.float32)
    steps = max(len(lesson.x) // plan.batch, 1)
    total = steps * plan.epochs
    optimiser = ClippedAdam(
        lambda step: plan.rate * (0.02 + 0.98 * 0.5 * (1.0 + jnp.cos(jnp.pi * step / total))), clip_norm=5.0
    )
    state = optimiser.init(layers)
    epoch = jax.jit(partial(_epoch, plan=plan, optimiser=optimiser))
    loss_of = jax.jit(partial(_loss, plan=plan))
    data = tuple(jnp.asarray(values) for values in (lesson.x, lesson.y, lesson.weight))
    test = tuple(jnp.asarray(values) for values in (held.x, held.y, held.weight))
    best, kept, since = np.inf, layers, 0
    for _ in range(plan.epochs):
        order = generator.permutation(len(lesson.x))[: steps * plan.batch].reshape(steps, plan.batch)
        state = epoch(state, data, jnp.asarray(order))
        now = float(loss_of(optimiser.get_params(state), *test))
        since += 1
        if now < best - 1e-4:
            best, kept, since = now, optimiser.get_params(state), 0
        if since >= plan.patience:
            break
    return tuple((np.asarray(weight, np.float64), np.asarray(offset, np.float64)) for weight, offset in kept), best


def _epoch(state: Any, data: Any, order: Any, plan: NetworkPlan, optimiser: Any) -> Any:
    def step(state: Any, rows: Any) -> tuple[Any, None]:
        x, y, weight = (values[rows] for values in data)
        slope = jax.grad(_loss)(optimiser.get_params(state), x, y, weight, plan)
        return optimiser.update(slope, state), None

    return jax.lax.scan(step, state, order)[0]
