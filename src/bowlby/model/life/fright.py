"""Frightening acts: how often they come, how intense they are, and what of them a trained coder would code.

Rates of the registry are of acts that a trained coder codes, an hour in which the caregiver is with the child and the
child is awake (unprovoked), or a noticed signal of a need (provoked); everyday talk provokes none. Three tiers carry
threat, each with a magnitude; within a tier acts differ in intensity I, which is Pareto with exponent 1 between its
least value I_0 and 1:

    P(I > x) = A (1 / x - 1), A = I_0 / (1 - I_0).

A trained coder codes an act with the probability I / (I + I_c), so that of all acts the share

    q = (A / I_c) log((I_0 + I_c) / (I_0 (1 + I_c)))

is coded, and acts come 1 / q times as often as they are coded. What an act teaches is magnitude times intensity: most
coded acts leave little and few leave much. Startling acts carry no threat and no intensity.
"""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.life.arithmetic import indicator, namespace
from bowlby.model.life.traits import Caregiver, Constants
from bowlby.model.scalar import Scalar

Rates = tuple[Scalar, Scalar, Scalar, Scalar]
"""Coded acts of the four tiers, from startling to abusive, each >= 0."""

CHANCE = 2.0**-10
"""Chances of a second below it are drawn by two words: one has too few digits for an act in months."""


class FrighteningAct(NamedTuple):
    """A frightening act, or none.

    Args:
        threat: magnitude times intensity, in [0, 1]; 0 for a startling act.
        startle: 1 for a startling act, else 0.
        tier: 1 to 4, 0 for none.
        intensity: in [0, 1]; 0 for none and for a startling act.
    """

    threat: Scalar
    startle: Scalar
    tier: Scalar
    intensity: Scalar


def coded(half: Scalar, intensity: Scalar) -> Scalar:
    """Return the probability that a trained coder codes an act: I / (I + I_c).

    Args:
        half: I_c, `fright_coded`, the intensity at which half of the acts are coded, in (0, 1).
        intensity: I, in (0, 1].

    Returns:
        In (0, 1).
    """
    return intensity / (intensity + half)  # (E44) assumed


def coded_share(constants: Constants) -> Scalar:
    """Return the share of all acts that a trained coder codes, q above.

    Args:
        constants: of the model.

    Returns:
        In (0, 1).
    """
    xp = namespace(constants.fright_coded)
    least, half = constants.fright_least, constants.fright_coded
    return _odds(constants) / half * xp.log((least + half) / (least * (1.0 + half)))  # (E45) derived


def mean_intensity(constants: Constants) -> Scalar:
    """Return the mean intensity of all acts, A log(1 / I_0).

    Args:
        constants: of the model.

    Returns:
        In (0, 1).
    """
    return -_odds(constants) * namespace(constants.fright_least).log(constants.fright_least)  # (E46) derived


def intensity_at(constants: Constants, exceeded: Scalar) -> Scalar:
    """Return the intensity that a share of all acts exceed: A / (A + p).

    Args:
        constants: of the model.
        exceeded: p, in (0, 1); uniform, it gives an act's intensity.

    Returns:
        In (I_0, 1).
    """
    odds = _odds(constants)
    return odds / (odds + exceeded)  # (E43) assumed


def _odds(constants: Constants) -> Scalar:
    return constants.fright_least / (1.0 - constants.fright_least)  # (E43) assumed


def gravest_act(rates: Rates, scale: Scalar, word: Scalar, constants: Constants) -> tuple[Scalar, Scalar]:
    """Return the threat of the gravest act of a stretch of time or of a bid, and whether a mere startle came.

    Acts of each tier are Poisson. P(none graver than x) = exp(-G(x)) with G(x) = sum over tiers of
    L_k P(m_k I > x), so that the gravest is where G(x) = -log(word). G is the largest of three curves, with the
    abusive tier alone, with the harsh and with all three, each of which is A (M / x - L) with L the sum of the rates
    and M that of rates times magnitudes; the gravest is the largest of their roots A M / (A L - log(word)). Exact for
    threats above I_0 times the largest magnitude.

    Args:
        rates: of the four tiers.
        scale: time or opportunity, >= 0.
        word: uniform in (0, 1).
        constants: of the model; magnitudes rise from tier to tier.

    Returns:
        Threat in [0, 1], 0 where no act of the three tiers came; 1 where none of them but a startling act came, else 0.
    """
    xp = namespace(word)
    startling, frightening, harsh, abusive = rates
    every, odds = scale / coded_share(constants), _odds(constants)
    rest = -xp.log(word)
    number = abusive * every
    size = number * constants.magnitude_abusive
    threat = odds * size / (rest + odds * number)  # (E48) derived
    for rate, magnitude in ((harsh, constants.magnitude_harsh), (frightening, constants.magnitude_frightening)):
        more = rate * every
        number, size = number + more, size + more * magnitude
        threat = xp.maximum(threat, odds * size / (rest + odds * number))  # (E48) derived
    startle = indicator((rest >= number) & (rest < number + startling * scale))
    return xp.where(rest < number, threat, 0.0), startle


def act(rates: Rates, scale: Scalar, words: tuple[Scalar, Scalar], constants: Constants) -> FrighteningAct:
    """Return the act of a second or of a bid, one at most: P(an act) = min(sum of rates * scale, 1).

    Args:
        rates: of the four tiers.
        scale: time or opportunity, >= 0.
        words: uniform in (0, 1): whether one comes, and of which kind.
        constants: of the model.

    Returns:
        The act.
    """
    xp = namespace(words[0])
    every = scale / coded_share(constants)
    startling, frightening, harsh, abusive = rates[0] * scale, *(rate * every for rate in rates[1:])
    total = xp.minimum(startling + frightening + harsh + abusive, 1.0)  # (E49) assumed
    chance = xp.maximum(total, CHANCE)
    comes = (words[0] < chance) & (words[1] * chance < total)
    place = words[1] * chance
    tier, below, magnitude, within = place * 0.0 + 1.0, frightening + harsh + abusive, 0.0, place
    startles = place >= below
    kinds = (
        (4.0, 0.0, abusive, constants.magnitude_abusive),
        (3.0, abusive, harsh, constants.magnitude_harsh),
        (2.0, abusive + harsh, frightening, constants.magnitude_frightening),
    )
    for number, start, width, size in kinds:
        here = (place >= start) & (place < start + width)
        tier = xp.where(here, number, tier)
        magnitude = xp.where(here, size, magnitude)
        within = xp.where(here, (place - start) / xp.maximum(width, 1e-30), within)
    strength = xp.where(comes & ~startles, intensity_at(constants, xp.minimum(xp.maximum(within, 1e-7), 1.0)), 0.0)
    return FrighteningAct(strength * magnitude, indicator(comes & startles), tier * indicator(comes), strength)


def expected_threat(rates: Rates, constants: Constants) -> Scalar:
    """Return the threat that acts at these rates teach in all: sum over tiers of rate times mean intensity, over q.

    Args:
        rates: of the four tiers.
        constants: of the model.

    Returns:
        Threat in the unit of the rates, >= 0.
    """
    _, frightening, harsh, abusive = rates
    size = (
        frightening * constants.magnitude_frightening
        + harsh * constants.magnitude_harsh
        + abusive * constants.magnitude_abusive
    )
    return size * mean_intensity(constants) / coded_share(constants)  # (E50) derived


def unprovoked(caregiver: Caregiver) -> Rates:
    """Return a caregiver's rates of acts that nothing set off.

    Args:
        caregiver: its traits.

    Returns:
        From startling to abusive.
    """
    return (
        caregiver.unprovoked_startling,  # (E47) assumed
        caregiver.unprovoked_frightening,
        caregiver.unprovoked_harsh,
        caregiver.unprovoked_abusive,
    )


def provoked(caregiver: Caregiver) -> Rates:
    """Return a caregiver's rates of acts that a noticed signal sets off.

    Args:
        caregiver: its traits.

    Returns:
        From startling to abusive.
    """
    return (
        caregiver.provoked_startling,  # (E47) assumed
        caregiver.provoked_frightening,
        caregiver.provoked_harsh,
        caregiver.provoked_abusive,
    )
