"""The block program: W lives over any number of episodes, compiled once.

Width is fixed and blocks are padded to it, since a plain program differs in its last bits between sizes. The random
words of the next episode are carried as loop state, since XLA on CPU would hash them anew in every fusion that reads
them. For the same reason what is learned from passes through a loop that runs once: XLA cannot know that, and keeps
the values instead of working them out again for each variable that learns. Traits are drawn again from their keys at
every start, so that they cost no memory.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtri

from bowlby.model import registry
from bowlby.model.life.episode import episode
from bowlby.model.life.event import EpisodeTime, EpisodeWords
from bowlby.model.life.partners import present_only, put_back
from bowlby.model.life.state import from_leaves, leaves_of
from bowlby.model.life.traits import Caregiver, Child, Constants, Parameters
from bowlby.model.parameter import Transform
from bowlby.simulation.engine.age import DAYS_PER_MONTH
from bowlby.simulation.streams import EPISODE_STREAMS, PARTNER_STREAM, Seed, stream_key, uniform, word

WIDTH = 256
"""Lives in a block; part of every result's identity."""

TRAITS = (*registry.CAREGIVER, *registry.CHILD)
_WARMTH = [entry.name for entry in TRAITS].index("warmth")
_INTRUSION = [entry.name for entry in TRAITS].index("intrusion")

Array = jax.Array


class EpisodeClock(NamedTuple):
    """Which episodes a block is to live.

    Args:
        first: number of the first episode since birth, uint32.
        count: episodes, int32, >= 0.
        bids_per_day: episodes a waking day, int32, >= 1.
    """

    first: Any
    count: Any
    bids_per_day: Any


class LifeBlock(NamedTuple):
    """W lives and what they live under.

    Args:
        seed: of the run.
        children: numbers of the children, uint32, shape (W,).
        streams: trait streams, uint32, shape (traits,): those of `TRAITS`, then caregiver traits of further partners.
        location: of each trait on its transformed scale, float32, shape (traits, W).
        spread: its standard deviation over persons on that scale, float32, shape (traits, W).
        constants: float32, shape (constants,), or (constants, W) where each life has its own.
        shares: of the episodes that are with each further partner, float32, shape (places,); none for one partner.
    """

    seed: Seed
    children: Any
    streams: Any
    location: Any
    spread: Any
    constants: Any
    shares: Any = ()


@cache
def program() -> Any:
    """Return the compiled block program: (block, clock, state) -> state.

    Returns:
        A jitted function; the state is float32 of shape (variables, W).
    """
    return jax.jit(_live)


def _live(block: LifeBlock, clock: EpisodeClock, state: Array) -> Array:
    parameters, further = block_parameters(block), further_partners(block)
    streams = jnp.asarray((*EPISODE_STREAMS, *([PARTNER_STREAM] if further else [])), jnp.uint32)[:, None]
    key = stream_key(block.seed, block.children[None, :], streams)

    once = jnp.minimum(clock.bids_per_day, 1)

    def keep(values: Any) -> Any:
        return jax.lax.fori_loop(0, once, lambda _, kept: jax.lax.optimization_barrier(kept), values)

    def body(count: Array, carried: tuple[tuple[Array, ...], Array]) -> tuple[Any, Any]:
        leaves, drawn = carried
        number = clock.first + count.astype(jnp.uint32)
        time = _time(number, clock, parameters)
        here = _who_is_here(block.shares, drawn[-1], len(further))
        before = from_leaves(present_only(jnp, list(leaves), here))
        people = parameters._replace(caregiver=_present(parameters.caregiver, further, here))
        lived, _ = episode(people, before, time, EpisodeWords(*drawn[: len(EPISODE_STREAMS)]), keep)
        after = put_back(jnp, list(leaves), leaves_of(lived), here)
        return tuple(after), uniform(word(key, number + jnp.uint32(1)))

    carried = (tuple(state), uniform(word(key, clock.first)))
    leaves, _ = jax.lax.fori_loop(0, clock.count, body, carried)
    return jnp.stack(leaves)


def _who_is_here(shares: Any, drawn: Array, places: int) -> list[Array]:
    """Return for each further partner where it is the one present; where none is, the first one is."""
    top = jnp.cumsum(shares) if places else ()
    return [(drawn < top[place]) & (drawn >= top[place] - shares[place]) for place in range(places)]


def _present(first: Caregiver, further: list[Caregiver], here: list[Array]) -> Caregiver:
    for other, where in zip(further, here, strict=True):
        first = Caregiver(*(jnp.where(where, its, own) for its, own in zip(other, first, strict=True)))
    return first


def _time(number: Array, clock: EpisodeClock, parameters: Parameters) -> EpisodeTime:
    """The first episode of a day comes after the night."""
    bids = clock.bids_per_day
    waking = parameters.constants.waking_hours / bids
    of_day = number.astype(jnp.int32) % bids
    elapsed = jnp.where(of_day == 0, 24.0 - parameters.constants.waking_hours + waking, waking)
    days = number.astype(jnp.float32) / bids
    return EpisodeTime(age=days * jnp.float32(1 / DAYS_PER_MONTH), elapsed=elapsed, waking=waking)


def block_parameters(block: LifeBlock) -> Parameters:
    """Return the traits of a block's people, drawn from their keys, and the constants.

    Args:
        block: who and under what.

    Returns:
        Parameters with one value a child, shape (W,), on their own scales.
    """
    traits = _traits(block, slice(0, len(TRAITS)))
    cut = len(registry.CAREGIVER)
    return Parameters(Caregiver(*traits[:cut]), Child(*traits[cut:]), Constants(*block.constants))


def further_partners(block: LifeBlock) -> list[Caregiver]:
    """Return the traits of the partners in further places, drawn from their keys.

    Args:
        block: who and under what.

    Returns:
        One caregiver a place, each trait of shape (W,).
    """
    size = len(registry.CAREGIVER)
    starts = range(len(TRAITS), block.streams.shape[0], size)
    return [Caregiver(*_traits(block, slice(start, start + size))) for start in starts]


def _traits(block: LifeBlock, rows: slice) -> list[Array]:
    """Return some traits on their own scales; those of a caregiver come first among them."""
    streams = block.streams[rows]
    draws = ndtri(uniform(word(stream_key(block.seed, block.children[None, :], streams[:, None]), jnp.uint32(0))))
    correlation = registry.WARMTH_INTRUSION_CORRELATION
    own = (1.0 - correlation**2) ** 0.5
    draws = draws.at[_INTRUSION].set(correlation * draws[_WARMTH] + own * draws[_INTRUSION])
    free = block.location[rows] + block.spread[rows] * draws
    return [_natural(entry.transform, free[row]) for row, entry in enumerate(TRAITS[: streams.shape[0]])]


def _natural(transform: Transform, free: Array) -> Array:
    match transform:
        case Transform.LOG:
            return jnp.exp(free)
        case Transform.LOGIT:
            return jax.nn.sigmoid(free)
        case Transform.IDENTITY:
            return free
