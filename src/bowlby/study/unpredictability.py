"""Unpredictability of care: the order of sensory signals, and how answering varies between sessions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.infer.posterior import Posterior
from bowlby.measures.entropy_rate import CEILING, CORRECTED, measures_of
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure
from bowlby.study.axes import between_session_share

Floats = npt.NDArray[np.float64]

DRAWS = 2000


@dataclass(frozen=True)
class Unpredictability:
    """The third axis.

    Args:
        draws: shape (draws,), in [0, 1], or None where nothing of it can be told.
        assessable: whether the order of sensory signals could be estimated.
        note: what it rests on.
    """

    draws: Floats | None
    assessable: bool
    note: str


def unpredictability(found: Posterior) -> Unpredictability:
    """Return entropy rate over its ceiling, averaged with the between-session share of the variance of answering.

    The entropy rate is the measure's (Davis et al. 2017, PNAS 114:10390), its uncertainty that of the measure's
    interval; several sessions are averaged. The between-session share enters where there is more than one session.

    Args:
        found: the posterior.

    Returns:
        The axis, or what is missing for it.
    """
    rng = np.random.Generator(np.random.Philox(key=[found.seed, 5]))
    order = _entropy_share(found, rng)
    between = _between(found, rng)
    if order is None and between is None:
        return Unpredictability(None, False, f"Not assessable: {_lacking(found)}, and there is one session only.")
    if order is None:
        note = f"Not assessable in full: {_lacking(found)}; shown is the between-session share of answering alone."
        return Unpredictability(between, False, note)
    if between is None:
        return Unpredictability(order, True, "Entropy rate of sensory signals over its ceiling; one session.")
    note = "Mean of the entropy rate of sensory signals over its ceiling and the between-session share of answering."
    return Unpredictability((order + between) / 2, True, note)


def _entropies(found: Posterior) -> list[Measure]:
    return [
        measure
        for coded in found.evidence.records
        for session in coded.sessions
        for measure in measures_of(coded, EpisodeRule.from_settings(coded.settings), session, found.seed)
        if measure.name == CORRECTED
    ]


def _entropy_share(found: Posterior, rng: np.random.Generator) -> Floats | None:
    drawn: list[Floats] = []
    for measure in _entropies(found):
        if measure.estimate is not None and measure.low is not None and measure.high is not None:
            sd = (measure.high - measure.low) / (2 * 1.96)
            drawn.append(np.clip(measure.estimate + sd * rng.standard_normal(DRAWS), 0.0, CEILING) / CEILING)
    return np.mean(drawn, axis=0) if drawn else None


def _between(found: Posterior, rng: np.random.Generator) -> Floats | None:
    if len(found.evidence.sessions) < 2:
        return None
    answering = found.session_draws["answer_probability"]
    shares = between_session_share(answering.reshape(-1, answering.shape[-1]))
    return rng.choice(shares, DRAWS)


def _lacking(found: Posterior) -> str:
    lacking = [measure for measure in _entropies(found) if measure.estimate is None]
    reason = lacking[0].note.rstrip(".") if lacking and lacking[0].note else "no session shows enough of them"
    return f"order of sensory signals: {reason}"
