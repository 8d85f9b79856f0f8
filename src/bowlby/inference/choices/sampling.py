"""NUTS over any log density: chains over the host's devices, in stretches that can be watched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
from jaxtyping import Array, Float

Floats = npt.NDArray[np.float64]
LogDensity = Callable[[Float[Array, " unknowns"], Any], Float[Array, ""]]
Progress = Callable[[int, int], None]

STRETCH = 50
"""Transitions between two looks at the clock."""
JITTER = 0.1
"""Sd of the chains' starts round the given one, in units of the prior."""


@dataclass(frozen=True)
class SamplerSettings:
    """How long and how carefully to sample; hashable.

    Args:
        chains: number of chains, >= 1; four show trouble better than two.
        warmup: adaptive transitions a chain.
        draws: kept transitions a chain.
        target: wanted acceptance probability.
    """

    chains: int = 4
    warmup: int = 500
    draws: int = 1000
    target: float = 0.8


@dataclass(frozen=True)
class Draws:
    """What NUTS left.

    Args:
        unknowns: shape (chains, draws, unknowns).
        diverging: whether each transition diverged, shape (chains, draws).
        leapfrogs: gradient evaluations of each transition, shape (chains, draws).
    """

    unknowns: Floats
    diverging: npt.NDArray[np.bool_]
    leapfrogs: npt.NDArray[np.int64]


def silent(done: int, total: int) -> None:
    """Show nothing.

    Args:
        done: transitions done.
        total: of so many.
    """
    del done, total


def nuts(
    density: LogDensity, data: Any, start: Floats, settings: SamplerSettings, seed: int, progress: Progress = silent
) -> Draws:
    """Return draws by the no-U-turn sampler (Hoffman & Gelman 2014, JMLR 15:1593; NumPyro's transition).

    Chains are dealt to the host's devices, which run at once; the result does not depend on their number.

    Args:
        density: log density; the same function object keeps its compiled program.
        data: arrays that it conditions on.
        start: shape (unknowns,), round which chains begin.
        settings: chains, warm-up and draws.
        seed: 0 <= seed < 2**63.
        progress: called with transitions done and in all.

    Returns:
        The draws; trouble shows in their diagnostics.
    """
    devices = usable_devices(settings.chains)
    with jax.enable_x64(True):
        begin, stretch = _programs(density, settings, devices)
        rng = np.random.Generator(np.random.Philox(key=[seed, 11]))
        starts = start + JITTER * rng.standard_normal((settings.chains, len(start)))
        keys = jax.random.split(jax.random.key(seed), settings.chains)
        state = begin(keys, jnp.asarray(starts), data)
        parts: list[tuple[Any, Any, Any]] = []
        total = settings.warmup + settings.draws
        for done in range(0, total, STRETCH):
            state, part = stretch(state, data)
            parts.append(jax.tree.map(np.asarray, part))
            progress(min(done + STRETCH, total), total)
    whole = [np.concatenate(column, axis=1)[:, settings.warmup : total] for column in zip(*parts, strict=True)]
    return Draws(whole[0], whole[1], whole[2])


def usable_devices(chains: int) -> int:
    """Return over how many devices so many chains are dealt: the most that divide them.

    Args:
        chains: number of chains, >= 1.

    Returns:
        At least 1.
    """
    return max(count for count in range(1, min(chains, jax.device_count()) + 1) if chains % count == 0)


@cache
def _programs(density: LogDensity, settings: SamplerSettings, devices: int) -> tuple[Any, Any]:
    """Return the compiled start and stretch of transitions, each over (chains, ...) arrays."""
    from jax.sharding import Mesh, PartitionSpec

    begin, transition = kernel(density, settings)

    def start(keys: Array, starts: Array, data: Any) -> Any:
        return jax.lax.map(lambda one: begin(*one, data), (keys, starts))

    def stretch(states: Any, data: Any) -> Any:
        def one(state: Any) -> Any:
            return jax.lax.scan(lambda at, _: transition(at, data), state, None, length=STRETCH)

        return jax.lax.map(one, states)

    mesh = Mesh(np.array(jax.devices()[:devices]), ("chain",))
    own, shared = PartitionSpec("chain"), PartitionSpec()

    def over(function: Any, specs: tuple[Any, ...]) -> Any:
        return jax.jit(jax.shard_map(function, mesh=mesh, in_specs=specs, out_specs=own, check_vma=False))

    return over(start, (own, own, shared)), over(stretch, (own, shared))


def kernel(density: LogDensity, settings: SamplerSettings) -> tuple[Any, Any]:
    """Return the start of a chain and its transition, both traceable.

    Args:
        density: log density.
        settings: warm-up and wanted acceptance.

    Returns:
        From key, start and data to a state; from state and data to the next state and (unknowns, diverging, leapfrogs).
    """
    from numpyro.infer.hmc import hmc

    def potential(data: Any) -> Any:
        return lambda unknowns: -density(unknowns, data)

    initialise, sample = hmc(potential_fn_gen=potential, algo="NUTS")

    def begin(key: Array, start: Array, data: Any) -> Any:
        return initialise(
            start,
            settings.warmup,
            step_size=0.1,
            target_accept_prob=settings.target,
            model_args=(data,),
            rng_key=key,
        )

    def transition(state: Any, data: Any) -> Any:
        after = sample(state, model_args=(data,))
        return after, (after.z, after.diverging, after.num_steps)

    return begin, transition


def nuts_of_many(density: LogDensity, data: Any, starts: Floats, settings: SamplerSettings, seed: int) -> Floats:
    """Return draws by NUTS of many small problems of one shape, one chain each, all in step.

    Args:
        density: log density of one problem.
        data: its arrays, those of all problems stacked in front.
        starts: shape (problems, unknowns).
        settings: warm-up and draws; chains are ignored.
        seed: 0 <= seed < 2**63.

    Returns:
        Shape (problems, draws, unknowns).
    """
    devices = usable_devices(len(starts))
    with jax.enable_x64(True):
        keys = jax.random.split(jax.random.key(seed), len(starts))
        return np.asarray(_program_of_many(density, settings, devices)(keys, jnp.asarray(starts), data))


@cache
def _program_of_many(density: LogDensity, settings: SamplerSettings, devices: int) -> Any:
    from jax.sharding import Mesh, PartitionSpec

    begin, transition = kernel(density, settings)

    def one(key: Array, start: Array, data: Any) -> Array:
        def step(state: Any, _: None) -> tuple[Any, Array]:
            after, (unknowns, _diverging, _leapfrogs) = transition(state, data)
            return after, unknowns

        return jax.lax.scan(step, begin(key, start, data), None, length=settings.warmup + settings.draws)[1]

    own = PartitionSpec("problem")
    mesh = Mesh(np.array(jax.devices()[:devices]), ("problem",))
    every = jax.shard_map(jax.vmap(one), mesh=mesh, in_specs=(own, own, own), out_specs=own, check_vma=False)
    return jax.jit(lambda keys, starts, data: every(keys, starts, data)[:, settings.warmup :])
