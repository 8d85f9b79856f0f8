"""How expectation follows experience: Beta beliefs about partners and about adults, threat, and the model of self."""

from __future__ import annotations

from typing import NamedTuple

from bowlby.model.life.arithmetic import namespace
from bowlby.model.life.state import ChildState
from bowlby.model.life.traits import Constants, Parameters
from bowlby.model.scalar import Scalar

LEAST_EVIDENCE = 1.0
"""n of Jeffreys' prior, Beta(1/2, 1/2): no belief is weaker."""
LEAST_SPREAD = 1e-3
"""Adults are never believed to differ less: N is 999 at most."""


class Belief(NamedTuple):
    """A Beta belief about the relief of one signal level: shapes m n and (1 - m) n.

    Args:
        mean: m, in [0, 1].
        concentration: n, the evidence that it rests on, in episodes, >= 1.
    """

    mean: Scalar
    concentration: Scalar


def updated(belief: Belief, outcome: Scalar, weight: Scalar, lost: Scalar) -> Belief:
    """Return a Beta belief after an episode that counts as evidence, and that made earlier evidence obsolete.

    n' = n + x - h (n - 1); m' = m + (x / n') (o - m). Without loss these are the counts of Bayes' rule, and the gain
    x / n' falls with experience; with a steady loss it goes to h, and the belief is the exponential filter to which
    Bayes comes close where care may change at any time (Yu & Cohen 2008, Adv Neural Inf Process Syst 21:1873).

    Args:
        belief: before.
        outcome: o, relief in [0, 1].
        weight: x, of the outcome, >= 0; 0 where another level was signalled.
        lost: h, share of the evidence that is lost, in [0, 1].

    Returns:
        The belief after it.
    """
    # (E94) assumed, after Yu & Cohen 2008
    concentration = belief.concentration + weight - lost * (belief.concentration - LEAST_EVIDENCE)
    # (E95) assumed, after Yu & Cohen 2008
    return Belief(belief.mean + weight / concentration * (outcome - belief.mean), concentration)


def forgetting(constants: Constants, state: ChildState) -> Scalar:
    """Return the share of the evidence on a partner that an episode makes obsolete, h = D^2 / Q.

    D and Q are the running means of the prediction error and of its square. Where care varies by chance around what is
    believed, errors cancel and h stays near half of their rate; where care has changed they do not (Piray & Daw 2021,
    Nat Commun 12:6587: stochasticity and volatility both make errors large, only volatility makes them go together).
    D^2 estimates how far off the belief is and Q - D^2 the noise of an episode, so that D^2 / Q is the Kalman gain that
    the errors ask for; a belief that loses the share h an episode learns with the gain h in the long run.

    Args:
        constants: the switch, and the share that is lost where nothing is inferred.
        state: with the running errors.

    Returns:
        A value in [0, 1].
    """
    xp = namespace(state.drift)
    share = xp.minimum(state.drift * state.drift / xp.maximum(state.error_square, 1e-6), 1.0)
    # (E96) assumed, after Piray & Daw 2021
    return constants.forgetting + constants.inferred_forgetting * (share - constants.forgetting)


def adults_concentration(state: ChildState) -> Scalar:
    """Return how much the belief about adults in general weighs, in episodes: N = 1 / spread - 1.

    Args:
        state: with the believed spread of adults.

    Returns:
        N, >= 1.
    """
    xp = namespace(state.adults_spread)
    return xp.maximum(1.0 / xp.maximum(state.adults_spread, LEAST_SPREAD) - 1.0, LEAST_EVIDENCE)  # (E104) derived


def learn_relief(parameters: Parameters, state: ChildState, got: Scalar, acted: tuple[Scalar, ...]) -> ChildState:
    """Return the state after relief was met on the level that was signalled.

    An episode counts as x = susceptibility * plasticity of one; the share h x of what was known is lost on all three
    levels, since it is the partner that has changed; errors are averaged at the rate rho_e x.

    Args:
        parameters: traits and constants.
        state: before.
        got: relief in [0, 1].
        acted: minimised, expressed, intensified (1 or 0 each; all 0 where no strategy was followed), and x of an
            episode in which one was, >= 0.

    Returns:
        The new state.
    """
    xp = namespace(got)
    constants = parameters.constants
    minimised, expressed, intensified, openness = acted
    strategic = minimised + expressed + intensified
    weight = openness * strategic  # (E93) assumed
    lost = xp.minimum(forgetting(constants, state) * weight, 1.0)
    minimise = updated(_of(state, "minimise"), got, weight * minimised, lost)
    express = updated(_of(state, "express"), got, weight * expressed, lost)
    intensify = updated(_of(state, "intensify"), got, weight * intensified, lost)
    error = got - _chosen(acted, state.relief_minimise, state.relief_express, state.relief_intensify)
    known = Belief(*(_chosen(acted, *levels) for levels in zip(minimise, express, intensify, strict=True)))
    rate = xp.minimum(constants.error_rate * weight, 1.0)
    return state._replace(
        relief_minimise=minimise.mean,
        relief_express=express.mean,
        relief_intensify=intensify.mean,
        concentration_minimise=minimise.concentration,
        concentration_express=express.concentration,
        concentration_intensify=intensify.concentration,
        drift=state.drift + rate * (error - state.drift),  # (E97) assumed, after Piray & Daw 2021
        # (E97) assumed, after Piray & Daw 2021
        error_square=state.error_square + rate * (error * error - state.error_square),
        surprise=state.surprise + constants.summary_rate * strategic * (abs(error) - state.surprise),  # (E91) assumed
        adults_spread=_spread_of_adults(constants, state, known, (minimised, weight)),
    )


def _spread_of_adults(constants: Constants, state: ChildState, known: Belief, acted: tuple[Scalar, Scalar]) -> Scalar:
    """Return the believed spread of adults after an episode with one of them.

    phi' = phi + alpha_g x (((m - mu)^2 + m (1 - m) / (n + 1)) / (mu (1 - mu)) - phi): the variance of relief among
    adults is estimated as in empirical Bayes, from how far this one lies from the mean and how uncertain that is. Who
    has met consistent care comes to expect it of everyone (Panchanathan & Frankenhuis 2016, Proc R Soc B 283:20152439:
    those who sample consistent cues lose plasticity sooner).
    """
    xp = namespace(known.mean)
    minimised, weight = acted
    mean = xp.where(minimised > 0.0, state.adults_unasked, state.adults_relief)
    apart = known.mean - mean
    found = apart * apart + known.mean * (1.0 - known.mean) / (known.concentration + 1.0)
    share = xp.minimum(found / xp.maximum(mean * (1.0 - mean), LEAST_SPREAD), 1.0)
    # (E103) assumed, after Panchanathan & Frankenhuis 2016
    return state.adults_spread + xp.minimum(constants.adults_rate * weight, 1.0) * (share - state.adults_spread)


def _of(state: ChildState, level: str) -> Belief:
    return Belief(getattr(state, f"relief_{level}"), getattr(state, f"concentration_{level}"))


def _chosen(acted: tuple[Scalar, ...], minimise: Scalar, express: Scalar, intensify: Scalar) -> Scalar:
    xp = namespace(minimise)
    return xp.where(acted[2] > 0.0, intensify, xp.where(acted[1] > 0.0, express, minimise))


def fast_up_slow_down(expected: Scalar, met: Scalar, rates: tuple[Scalar, Scalar, Scalar]) -> Scalar:
    """Return expected threat after an episode: it rises at one rate and falls at another, far smaller.

    Args:
        expected: in [0, 1].
        met: threat in [0, 1].
        rates: up, down, and a common gain (0 where the episode says nothing), each >= 0.

    Returns:
        A value in [0, 1].
    """
    xp = namespace(expected)
    up, down, openness = rates
    rate = xp.where(met > expected, up, down) * openness  # (E98) assumed
    return expected + xp.minimum(rate, 1.0) * (met - expected)
