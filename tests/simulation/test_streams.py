"""The hash behind every chance: known answers, and tests of its evenness with a stated false-alarm rate.

Each statistical test is one draw of a fixed, deterministic sequence judged at |z| < 4.9 (two-sided 1e-6) or at that
level divided among its comparisons; over the file fewer than one in 1e4 choices of seeds would fail a perfect source.
"""

from __future__ import annotations

from math import erfc, sqrt

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.simulation.streams import (
    EPISODE_STREAMS,
    Stream,
    mix,
    seed_words,
    stream_key,
    threefry,
    trait_stream,
    uniform,
    word,
)

ALARM = 1e-6


def words(seed: int, children: np.ndarray, stream: int, episodes: np.ndarray) -> np.ndarray:
    """Return words of shape (children, episodes)."""
    first, second = stream_key(seed_words(seed), children.astype(np.uint32), stream)
    return word((first[:, None], second[:, None]), episodes.astype(np.uint32)[None, :])


def two_sided(z: float) -> float:
    """Return the two-sided normal tail probability."""
    return erfc(abs(z) / sqrt(2))


def correlation_alarm(a: np.ndarray, b: np.ndarray) -> float:
    """Return the tail probability of the correlation of two independent uniform arrays."""
    centred = (a.ravel() - 0.5) * (b.ravel() - 0.5) * 12
    return two_sided(float(centred.sum() / np.sqrt(centred.size)))


@pytest.mark.parametrize(
    ("key", "counter", "answer"),
    [
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), (0x1CB996FC, 0xBB002BE7)),
        ((0x13198A2E, 0x03707344), (0x243F6A88, 0x85A308D3), (0xC4923A9C, 0x483DF7A0)),
    ],
)
def test_threefry_gives_the_known_answers_of_its_authors(key, counter, answer):
    arrays = tuple(np.array([value], np.uint32) for value in counter)
    found = threefry((np.uint32(key[0]), np.uint32(key[1])), arrays)
    assert tuple(int(value[0]) for value in found) == answer


def plain_mix(x: int) -> int:
    """The permutation in Python's unbounded integers."""
    for shift, factor in ((17, 0xED5AD4BB), (11, 0xAC4C1B51), (15, 0x31848BAB)):
        x = (x ^ (x >> shift)) * factor % 2**32
    return x ^ (x >> 14)


def test_mix_agrees_with_unbounded_integers():
    values = np.array([0, 1, 2, 0x80000000, 0xFFFFFFFF, 123456789], np.uint32)
    assert [int(x) for x in mix(values)] == [plain_mix(int(x)) for x in values]


def test_mix_is_a_bijection_on_a_million_consecutive_words():
    assert np.unique(mix(np.arange(1 << 20, dtype=np.uint32))).size == 1 << 20


def test_numpy_and_xla_give_the_same_words_and_uniforms():
    children, episodes = np.arange(300, dtype=np.uint32), np.arange(50, dtype=np.uint32)
    plain = words(7, children, Stream.ANSWER, episodes)

    def compiled(child: jax.Array) -> jax.Array:
        first, second = stream_key(seed_words(7), child, Stream.ANSWER)
        return word((first[:, None], second[:, None]), jnp.asarray(episodes)[None, :])

    other = jax.jit(compiled)(jnp.asarray(children))
    assert np.array_equal(plain, np.asarray(other))
    assert np.array_equal(uniform(plain), np.asarray(jax.jit(uniform)(other)))


def test_uniforms_lie_strictly_inside_the_unit_interval():
    ends = uniform(np.array([0, 0xFFFFFFFF], np.uint32))
    assert 0.0 < ends[0] < ends[1] < 1.0
    assert ends.dtype == np.float32


def test_adding_children_changes_no_other_child():
    episodes = np.arange(20)
    few = words(3, np.arange(5), Stream.SIGNAL, episodes)
    many = words(3, np.arange(1000), Stream.SIGNAL, episodes)
    assert np.array_equal(few, many[:5])


def test_a_trait_keeps_its_stream_whatever_else_is_registered():
    assert trait_stream("warmth") == trait_stream("warmth")
    assert len({trait_stream(name, person) for name in ("warmth", "holding") for person in (0, 1)}) == 4
    assert trait_stream("warmth") > max(Stream)


@pytest.mark.parametrize("seed", [-1, 1 << 64])
def test_a_seed_outside_64_bits_is_refused(seed):
    with pytest.raises(InputError, match="seed"):
        seed_words(seed)


@pytest.mark.parametrize("stream", EPISODE_STREAMS)
def test_uniform_over_children_and_episodes(stream):
    """Chi-square over 256 cells of 2**20 draws, normal by Wilson and Hilferty (1931)."""
    drawn = uniform(words(11, np.arange(1024), stream, np.arange(1024)))
    counts = np.bincount((drawn.ravel() * 256).astype(int), minlength=256)
    expected = drawn.size / 256
    chi2, freedom = float(((counts - expected) ** 2 / expected).sum()), 255
    z = ((chi2 / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / sqrt(2 / (9 * freedom))
    assert two_sided(z) > ALARM / len(EPISODE_STREAMS)


def test_every_bit_is_balanced():
    drawn = words(5, np.arange(512), Stream.NEED_KIND, np.arange(2048))
    for bit in range(32):
        ones = int(((drawn >> np.uint32(bit)) & 1).sum())
        assert two_sided((ones - drawn.size / 2) / sqrt(drawn.size / 4)) > ALARM / 32


def test_neighbouring_children_are_uncorrelated():
    drawn = uniform(words(5, np.arange(2048), Stream.ANSWER, np.arange(512)))
    for lag in (1, 2, 3, 16, 256, 1024):
        assert correlation_alarm(drawn[lag:], drawn[:-lag]) > ALARM / 6


def test_neighbouring_episodes_are_uncorrelated():
    drawn = uniform(words(5, np.arange(512), Stream.ANSWER, np.arange(4096)))
    for lag in (1, 2, 3, 7, 12, 84, 365):
        assert correlation_alarm(drawn[:, lag:], drawn[:, :-lag]) > ALARM / 7


def test_streams_of_one_child_are_uncorrelated():
    drawn = [uniform(words(5, np.arange(256), stream, np.arange(1024))) for stream in EPISODE_STREAMS]
    pairs = [(a, b) for a in range(len(drawn)) for b in range(a)]
    for a, b in pairs:
        assert correlation_alarm(drawn[a], drawn[b]) > ALARM / len(pairs)


@pytest.mark.parametrize("other", [1, 5 ^ 1, 5 + 256, 5 + 2**32, 2**63 + 5])
def test_seeds_that_differ_by_a_bit_are_uncorrelated(other):
    one = uniform(words(5, np.arange(512), Stream.ANSWER, np.arange(1024)))
    two = uniform(words(other, np.arange(512), Stream.ANSWER, np.arange(1024)))
    assert correlation_alarm(one, two) > ALARM / 5


def test_one_bit_of_the_child_or_the_episode_moves_half_the_bits():
    """Avalanche: mean Hamming distance 16 of 32, judged by its standard error over 2**16 words."""
    children, episodes = np.arange(256), np.arange(256)
    base = words(9, children, Stream.ANSWER, episodes)
    for bit in (0, 1, 5, 13, 31):
        for moved in (
            words(9, children ^ (1 << bit), Stream.ANSWER, episodes),
            words(9, children, Stream.ANSWER, episodes ^ (1 << bit)),
        ):
            distance = np.bitwise_count(base ^ moved)
            z = (distance.mean() - 16) / (sqrt(8) / sqrt(distance.size))
            assert two_sided(float(z)) > ALARM / 10


def test_the_tests_catch_a_weak_source():
    """A linear congruential walk without mixing fails the correlation test, so that the test can fail at all."""
    walk = uniform(np.arange(1 << 16, dtype=np.uint32) * np.uint32(0x9E3779B9))
    assert correlation_alarm(walk[1:], walk[:-1]) < ALARM


def test_runs_of_a_threshold_have_the_length_chance_gives():
    """Serial test on triples: 8 x 8 x 8 cells of three consecutive episodes."""
    drawn = uniform(words(21, np.arange(1024), Stream.REGIME, np.arange(768)))
    cell = (drawn * 8).astype(int).reshape(1024, 256, 3)
    counts = np.bincount((cell[..., 0] * 64 + cell[..., 1] * 8 + cell[..., 2]).ravel(), minlength=512)
    expected = cell[..., 0].size / 512
    chi2, freedom = float(((counts - expected) ** 2 / expected).sum()), 511
    z = ((chi2 / freedom) ** (1 / 3) - (1 - 2 / (9 * freedom))) / sqrt(2 / (9 * freedom))
    assert two_sided(z) > ALARM
