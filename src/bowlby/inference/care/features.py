"""What the posterior reads of a record: rates, shares and latencies with their spread, what was codable, how long.

How often the child signals is no feature: where answers are coded, what follows from them is counted per answer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bowlby.measures.care_blocks import (
    ANSWER_SETS,
    COUNTED,
    CUE_KINDS,
    LINES,
    TIMED,
    WITHIN_S,
    CareBlocks,
    CareLine,
)
from bowlby.records.constructs import FRIGHT_TIERS, Construct

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

POPULATIONS: tuple[str, ...] = ("pooled", "low-risk", "at risk")
"""Populations that a record can be read in; each is a context of the networks."""

_BY_ANSWER = (CareLine(Construct.INTRUDE), CareLine(Construct.HOLD))
"""What the caregiver does when it answers; where answers are coded it is counted per answer."""
_RATES = tuple(line for line in COUNTED if line.construct is not Construct.ANSWER)
_ORDINARY = tuple(line for line in _RATES if line.construct not in FRIGHT_TIERS)
_PLACE = {line: place for place, line in enumerate(LINES)}
_ANSWER = _PLACE[CareLine(Construct.ANSWER)]


ANSWERED = 0.7
"""Answered share of the one cue that every record is taken to have had before; near that of most families, so that few
cues alone move nothing."""
AN_ANSWER = {Construct.INTRUDE: 0.1, Construct.HOLD: 0.3}
"""Acts of the one answer likewise."""


class RecordContext(NamedTuple):
    """What is known beside the record, each of shape (records,) but for `error`.

    Args:
        age: of the child, months.
        population: place in `POPULATIONS`.
        error: of the coder, shape (records, 3): missed, false, displaced seconds; NaN where unknown.
    """

    age: Floats
    population: npt.NDArray[np.int64]
    error: Floats


def names() -> tuple[str, ...]:
    """Return the name of each feature, in the order of `features`.

    Returns:
        Names; those that begin with "codable" or "context" are never missing.
    """
    return tuple(_table(_nothing(), RecordContext(np.ones(1), np.zeros(1, np.int64), np.full((1, 3), np.nan))))


def _nothing() -> CareBlocks:
    shape, pairs = (1, 1, 1, len(LINES)), (1, 1, 1, len(CUE_KINDS), len(ANSWER_SETS))
    zero, none = np.zeros(shape), np.zeros(pairs)
    return CareBlocks(zero, zero, zero, none, none, np.zeros((*pairs, len(WITHIN_S))), none)


def features(blocks: CareBlocks, context: RecordContext) -> Floats:
    """Return the features of some records.

    Args:
        blocks: the records.
        context: of each.

    Returns:
        Shape (records, features); NaN where a feature is missing, which is not 0.
    """
    return np.stack(list(_table(blocks, context).values()), axis=1)


def _table(blocks: CareBlocks, context: RecordContext) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    exposure = blocks.exposure.sum(axis=(1, 2))
    codable = exposure > 0.0
    by_answer = codable[:, _ANSWER]
    for line in _RATES:
        kept = _kept(codable, line)
        _add(found, f"rate of {line}", _rate(blocks, line, exposure), kept)
    for line in _ORDINARY:
        kept = _kept(codable, line)
        _add(found, f"bursts of {line}", {"": _bursts(blocks, line)}, kept)
        _add(found, f"sessions of {line}", {"": _between(blocks, line)}, kept)
    for line in TIMED:
        kept = _kept(codable, line)
        _add(found, f"time of {line}", _share(blocks, line, exposure), kept)
    for line in _BY_ANSWER:
        _add(found, f"{line} an answer", _an_answer(blocks, line), codable[:, _PLACE[line]] & by_answer)
    sets = _answer_sets(blocks)
    for kind, cue in enumerate(CUE_KINDS):
        _add(found, f"answered {cue}", _answered(blocks, kind, sets[:, kind]), sets[:, kind] >= 0)
    return found | _flags(codable, sets) | _context(blocks, context)


def _kept(codable: Bools, line: CareLine) -> Bools:
    """Return where a line is read by the hour: where it was coded, and answers were not if it goes with these."""
    own = codable[:, _PLACE[line]]
    return own & ~codable[:, _ANSWER] if line in _BY_ANSWER else own


def _add(found: dict[str, Floats], name: str, values: dict[str, Floats], kept: Bools) -> None:
    found |= {f"{name}{more}": np.where(kept, value, np.nan) for more, value in values.items()}


def _digamma(x: Floats) -> Floats:
    """Return the derivative of log gamma, by its series above 6 and the recurrence below."""
    below = sum(1.0 / (x + step) for step in range(6))
    y = x + 6.0
    return np.log(y) - 0.5 / y - 1.0 / (12.0 * y**2) + 1.0 / (120.0 * y**4) - 1.0 / (252.0 * y**6) - below


def _trigamma(x: Floats) -> Floats:
    below = sum(1.0 / (x + step) ** 2 for step in range(6))
    y = x + 6.0
    return 1.0 / y + 0.5 / y**2 + 1.0 / (6.0 * y**3) - 1.0 / (30.0 * y**5) + 1.0 / (42.0 * y**7) + below


def _rate(blocks: CareBlocks, line: CareLine, exposure: Floats) -> dict[str, Floats]:
    """Return mean and sd of log acts an hour, after a gamma prior of half an act in a time stated by line."""
    before = 2.0 if line.construct in FRIGHT_TIERS else 0.02
    return log_rate(blocks.count[..., _PLACE[line]].sum(axis=(1, 2)), exposure[:, _PLACE[line]], before)


def log_rate(acts: Floats, exposure: Floats, before: float) -> dict[str, Floats]:
    """Return mean and sd of log acts an hour, after a gamma prior of half an act in some time.

    Args:
        acts: shape (records,).
        exposure: seconds, same shape.
        before: hours of the prior, > 0.

    Returns:
        Mean and sd, by what is added to the name of the feature.
    """
    count = acts + 0.5
    hours = exposure / 3600.0 + before
    return {"": _digamma(count) - np.log(hours), ", sd": np.sqrt(_trigamma(count))}


def _dispersion(count: Floats, exposure: Floats) -> Floats:
    """Return the log of Pearson's statistic over its degrees of freedom; NaN for one piece or no act.

    Args:
        count: shape (records, pieces).
        exposure: seconds, same shape.
    """
    total, time = count.sum(axis=1, keepdims=True), exposure.sum(axis=1, keepdims=True)
    expected = total * exposure / np.maximum(time, 1e-9)
    seen = exposure > 0.0
    pearson = np.where(seen, (count - expected) ** 2 / np.maximum(expected, 1e-9), 0.0).sum(axis=1)
    freedom = seen.sum(axis=1) - 1.0
    told = (freedom > 0) & (total[:, 0] > 0)
    return np.where(told, np.log((pearson + 2.0) / (freedom + 2.0)), np.nan)


def _bursts(blocks: CareBlocks, line: CareLine) -> Floats:
    place, rows = _PLACE[line], len(blocks.count)
    return _dispersion(blocks.count[..., place].reshape(rows, -1), blocks.exposure[..., place].reshape(rows, -1))


def _between(blocks: CareBlocks, line: CareLine) -> Floats:
    place = _PLACE[line]
    return _dispersion(blocks.count[..., place].sum(axis=2), blocks.exposure[..., place].sum(axis=2))


def _share(blocks: CareBlocks, line: CareLine, exposure: Floats) -> dict[str, Floats]:
    place = _PLACE[line]
    by_session, time = blocks.seconds[..., place].sum(axis=2), blocks.exposure[..., place].sum(axis=2)
    each = logit_share(by_session, time)
    seen = time > 0.0
    count = seen.sum(axis=1)
    mean = np.where(seen, each, 0.0).sum(axis=1) / np.maximum(count, 1)
    spread = np.where(seen, (each - mean[:, None]) ** 2, 0.0).sum(axis=1) / np.maximum(count - 1, 1)
    between = np.where(count > 1, np.log(np.sqrt(spread) + 0.05), np.nan)
    return {"": logit_share(by_session.sum(axis=1), exposure[:, place]), ", sessions": between}


def logit_share(seconds: Floats, time: Floats) -> Floats:
    """Return the logit of a share of time, three seconds being added to either side.

    Args:
        seconds: for which it went on, any shape.
        time: in which it could be coded, same shape.

    Returns:
        The same shape.
    """
    return np.log(seconds + 3.0) - np.log(np.maximum(time - seconds, 0.0) + 3.0)


def _an_answer(blocks: CareBlocks, line: CareLine) -> dict[str, Floats]:
    count = blocks.count.sum(axis=(1, 2))
    answers = count[:, _ANSWER] + 1.0
    seconds = blocks.seconds[..., _PLACE[line]].sum(axis=(1, 2))
    own = count[:, _PLACE[line]] + AN_ANSWER[line.construct]
    return {
        "": np.log(own / answers),
        ", sd": np.sqrt(1.0 / own + 1.0 / answers),
        ", time": np.log((seconds + 3.0) / answers + 0.5),
    }


def _answer_sets(blocks: CareBlocks) -> npt.NDArray[np.int64]:
    """Return the best set of answers that each kind of cue was codable with, -1 for none, shape (records, 2)."""
    held = blocks.paired_s.sum(axis=(1, 2)) > 0.0
    return np.where(held.any(axis=-1), held.argmax(axis=-1), -1)


def _answered(blocks: CareBlocks, kind: int, chosen: npt.NDArray[np.int64]) -> dict[str, Floats]:
    place = np.maximum(chosen, 0)
    rows = np.arange(len(chosen))
    by_session = blocks.answered.sum(axis=2)[rows, :, kind, place], blocks.waited.sum(axis=2)[rows, :, kind, place]
    answered, waited = (values.sum(axis=1) for values in by_session)
    within = blocks.within.sum(axis=(1, 2))[rows, kind, place]
    found = {
        "": _digamma(answered + ANSWERED) - _digamma(waited + 1.0 - ANSWERED),
        ", sd": np.sqrt(_trigamma(answered + ANSWERED) + _trigamma(waited + 1.0 - ANSWERED)),
        ", sessions": _dispersion(by_session[0], by_session[0] + by_session[1]),
    }
    for step, reach in enumerate(WITHIN_S):
        soon, before = within[:, step], ANSWERED * reach / (reach + 3.0)
        found[f" within {reach:g} s"] = np.log(soon + before) - np.log(answered + waited - soon + 1.0 - before)
    return found


def _flags(codable: Bools, sets: npt.NDArray[np.int64]) -> dict[str, Floats]:
    found = {f"codable {line}": codable[:, place].astype(np.float64) for place, line in enumerate(LINES)}
    for kind, cue in enumerate(CUE_KINDS):
        for place in range(len(ANSWER_SETS)):
            found[f"codable {cue}, answers {place}"] = np.equal(sets[:, kind], place).astype(np.float64)
    return found


def _context(blocks: CareBlocks, context: RecordContext) -> dict[str, Floats]:
    by_session = blocks.session_s
    known: Bools = np.isfinite(context.error).all(axis=1, keepdims=False) & np.ones(len(context.age), np.bool_)
    error: Floats = np.where(known[:, None], context.error, np.nan)
    found: dict[str, Floats] = {
        "context hours": np.log(by_session.sum(axis=1) / 3600.0 + 0.01),
        "context sessions": np.log(np.maximum((by_session > 0.0).sum(axis=1), 1)),
        "context age": np.log(context.age),
        "context coder known": known.astype(np.float64),
        "missed": error[:, 0],
        "false": error[:, 1],
        "displaced": error[:, 2],
    }
    for place, name in enumerate(POPULATIONS):
        found[f"context {name}"] = np.equal(context.population, place).astype(np.float64)
    return found


MASKS: dict[str, tuple[Construct, ...]] = {
    "answers": (Construct.ANSWER,),
    "signals": (Construct.OBJECT, Construct.TOUCH, Construct.VOICE),
    "play": (Construct.SMILE, Construct.PLAY),
    "holding": (Construct.HOLD,),
    "presence": (Construct.PRESENT, Construct.IGNORE),
    "look": (Construct.LOOK,),
    "affect": (Construct.AFFECT,),
    "intrusion": (Construct.INTRUDE,),
    "fright": FRIGHT_TIERS,
    "distress": (Construct.CUE_DISTRESS,),
    "bids": (Construct.CUE_BID,),
}
"""Constructs that laboratories code together or not at all."""


def masked(blocks: CareBlocks, kept: Bools) -> CareBlocks:
    """Return records of which some constructs were not coded.

    Args:
        blocks: the records.
        kept: whether each group of `MASKS` was coded, shape (records, groups).

    Returns:
        The same with no exposure to what was not.
    """
    of = {construct: kept[:, place] for place, group in enumerate(MASKS.values()) for construct in group}
    lines = np.stack([of[line.construct] for line in LINES], axis=1)[:, None, None, :]
    pairs = np.stack(
        [
            np.stack([of[cue] & np.all([of[act] for act in answers], axis=0) for answers in ANSWER_SETS], axis=1)
            for cue in CUE_KINDS
        ],
        axis=1,
    )[:, None, None, :, :]
    return replace(
        blocks,
        exposure=blocks.exposure * lines,
        count=blocks.count * lines,
        seconds=blocks.seconds * lines,
        answered=blocks.answered * pairs,
        waited=blocks.waited * pairs,
        within=blocks.within * pairs[..., None],
        paired_s=blocks.paired_s * pairs,
    )
