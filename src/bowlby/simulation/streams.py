"""Randomness without a state: every word is a hash of (seed, child, stream, episode).

A word never depends on how many children there are, on their order, on chunks, devices or other streams, so that a
child lives the same life wherever it is simulated, and arms of a comparison share their chances.

Two steps, both in 32-bit arithmetic that NumPy and XLA carry out alike:

* once per child and stream, Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011, SC'11) turns
  (seed; child, stream) into a key of two words;
* once per episode, a bijection of 32 bits with three multiplications (the "triple32" constants of Wellons' hash
  search, 2018, bias .021 by its avalanche measure) mixes the key and the episode.
"""

from __future__ import annotations

import zlib
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from bowlby.errors import InputError

Words = Any
"""An array of unsigned 32-bit words, of NumPy or of JAX."""

_GOLDEN = np.uint32(0x9E3779B9)
_PARITY = np.uint32(0x1BD11BDA)
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))


class Stream(IntEnum):
    """What a word decides within one episode; a value is never reused for another meaning."""

    NEED_KIND = 1
    NEED_INTENSITY = 2
    SIGNAL = 3
    REGIME = 4
    ANSWER = 5
    LATENCY = 6
    ATTUNEMENT = 7
    HOLDING = 8
    UNPROVOKED = 9
    PROVOKED = 10
    ENGAGEMENT = 11
    NOTICING = 12
    FREEZING = 13
    SEPARATION = 14
    ROUTINE = 15


EPISODE_STREAMS: tuple[Stream, ...] = tuple(Stream)
PARTNER_STREAM = 32
"""Decides which of several partners is present in an episode."""


class Seed(NamedTuple):
    """A seed of 64 bits as two words."""

    low: np.uint32
    high: np.uint32


def seed_words(seed: int) -> Seed:
    """Split a seed into two words.

    Args:
        seed: integer, 0 <= seed < 2**64.

    Returns:
        Its low and high 32 bits.

    Raises:
        InputError: the seed is negative or has more than 64 bits.
    """
    if not 0 <= seed < 1 << 64:
        raise InputError(
            "the seed has no 64 bits", column="seed", value=seed, remedy="Give an integer from 0 to 2**64 - 1."
        )
    return Seed(np.uint32(seed & 0xFFFFFFFF), np.uint32(seed >> 32))


def trait_stream(name: str, person: int = 0) -> int:
    """Return the stream that a lasting trait is drawn from, known by the trait's name alone.

    Hashing the name keeps every other trait's draw when the registry gains a parameter.

    Args:
        name: the registry's name of the trait.
        person: which person bears it; 0 is the child or its first caregiver, others count up. Unit 1, >= 0.

    Returns:
        A stream number with its highest bit set, so that it never meets a `Stream`.
    """
    return zlib.crc32(f"{name}/{person}".encode()) | 0x80000000


def _rotate(x: Words, by: int) -> Words:
    return (x << np.uint32(by)) | (x >> np.uint32(32 - by))


def threefry(key: tuple[Words, Words], counter: tuple[Words, Words]) -> tuple[Words, Words]:
    """Hash a counter under a key: Threefry-2x32 with 20 rounds (Salmon et al. 2011).

    Args:
        key: two words, arrays or scalars of uint32 that broadcast with the counter.
        counter: two words, arrays of uint32.

    Returns:
        Two words of the broadcast shape.
    """
    keys = (key[0], key[1], key[0] ^ key[1] ^ _PARITY)
    x, y = counter[0] + keys[0], counter[1] + keys[1]
    for group in range(5):
        for by in _ROTATIONS[group % 2]:
            x = x + y
            y = _rotate(y, by) ^ x
        x = x + keys[(group + 1) % 3]
        y = y + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x, y


def stream_key(seed: Seed, child: Words, stream: Words | int) -> tuple[Words, Words]:
    """Return the key of one stream of each child.

    Args:
        seed: the seed's two words.
        child: shape (n,), uint32: the children's numbers.
        stream: a `Stream` or the result of `trait_stream`, or an array of such that broadcasts with the children.

    Returns:
        Two words for each child, shape (n,), uint32.
    """
    number = np.uint32(stream) if isinstance(stream, int) else stream
    return threefry((seed.low, seed.high), (child, child * np.uint32(0) + number))


def mix(x: Words) -> Words:
    """Permute the 32-bit words so that each bit of the argument moves each bit of the result.

    Args:
        x: array of uint32.

    Returns:
        Array of uint32 of the same shape.
    """
    x = (x ^ (x >> np.uint32(17))) * np.uint32(0xED5AD4BB)
    x = (x ^ (x >> np.uint32(11))) * np.uint32(0xAC4C1B51)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(0x31848BAB)
    return x ^ (x >> np.uint32(14))


def word(key: tuple[Words, Words], episode: Words) -> Words:
    """Return the word of one stream in one episode: mix((k0 + e g) xor floor(k1 / 2)) xor k1, g = 2**32 / golden ratio.

    The additive walk of the episode under one key and the exclusive-or with the other keep two streams from ever
    running along each other, shifted by some episodes, unless 63 bits of their keys agree.

    Args:
        key: the stream's key.
        episode: uint32 scalar or array that broadcasts with the key.

    Returns:
        Array of uint32.
    """
    return mix((key[0] + episode * _GOLDEN) ^ (key[1] >> np.uint32(1))) ^ key[1]


def uniform(words: Words) -> Words:
    """Turn words into numbers strictly between 0 and 1: u = (floor(w / 2**9) + 1/2) / 2**23, exact in single precision.

    Args:
        words: array of uint32.

    Returns:
        Array of float32 of the same shape, in (0, 1).
    """
    whole = (words >> np.uint32(9)).astype(np.int32).astype(np.float32)
    return (whole + np.float32(0.5)) * np.float32(2.0**-23)
