"""What events that could not be placed do to each measure: a bound, a reservation, or no number at all.

The rules, in the order in which they are asked:

1. A measure rests on the constructs that `needed` names, each in the acts of its own pair.
2. Nothing of them was lost: the measure stays as it is.
3. It is a plain count over time, and some of its acts were placed: a lower bound, which each lost act would raise.
4. At most one event in twenty was lost: the number stays, and its note says what was lost.
5. Otherwise it is not assessable. A median of latencies, a share or a contingency may lie on either side of what the
   placed events give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from bowlby.measures import entropy_rate
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.value import Measure, MeasureStatus
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import THREAT_ACTS, WARM_ACTS, Construct, Role
from bowlby.records.pairs import Pair

Needed = frozenset[tuple[Role, Construct]]

SMALL_SHARE = 0.05
"""Share of events lost up to which a number stays, with a note: the usual limit below which missing data are taken as
harmless (Schafer 1999, Statistical Methods in Medical Research 8:3). Assumed for coded records."""

LOST = "could not be placed"
"""Words by which a note says that events were lost."""

_OF_ITS_CONSTRUCT = frozenset({"rate", "share of time", "mean bout", "scaring acts"})
_COUNTS = frozenset({"rate", "scaring acts", "warm acts", "threat density", "own interests imposed"})
"""Names before the colon; a measure of such a name in "per hour" counts acts and nothing else."""

_OF_CUES = frozenset(
    {
        *("response latency median", "share answered", "share answered promptly", "share answered at once"),
        *("share never answered, fitted", "answer latency median, fitted", "answer latency spread, fitted"),
        *("P(answer | cue)", "P(answer | no cue)", "delta P", "odds ratio", "Yule's Q", "contingency p"),
        *("delta P, previous interval held", "odds ratio, previous interval held", "no response", "late response"),
        "cue then answer, lag 1",
    }
)
_AFFECT, _GAZE = (
    ((Role.CHILD, Construct.AFFECT), (Role.CAREGIVER, Construct.AFFECT)),
    ((Role.CHILD, Construct.GAZE_PARTNER), (Role.CAREGIVER, Construct.LOOK)),
)
_OF_STATES = frozenset({"matched share", "mismatches", "repairs", "time to repair"})
_OF_TURNS = frozenset({"turn transitions", "utterances taken up", "turn gap", "turns in overlap"})
_SIGNALS = (Construct.OBJECT, Construct.TOUCH, Construct.HOLD, Construct.VOICE)


@dataclass(frozen=True)
class MeasureLoss:
    """How much of what a measure rests on could not be placed.

    Args:
        lost: number of events, or None where nobody can count them.
        placed: number of events that are in their place.
        kinds: why, each kind of problem once.
    """

    lost: int | None
    placed: int
    kinds: tuple[str, ...]

    @property
    def share(self) -> float:
        """Return the share of events lost, 0 where nobody can count them."""
        return 0.0 if not self.lost else self.lost / (self.lost + self.placed)

    def __str__(self) -> str:
        count = "some" if self.lost is None else str(self.lost)
        events = "event" if self.lost == 1 else "events"
        return f"{count} {events} of what it rests on {LOST} ({', '.join(self.kinds)})"


def with_reservations(found: Sequence[Measure], pair: Pair, rule: EpisodeRule) -> list[Measure]:
    """Return measures with what lost events do to them.

    Args:
        found: the measures of one pair in one session.
        pair: whose they are.
        rule: what counts as cue and answer.

    Returns:
        The same measures in the same order.
    """
    lost = lost_of(pair)
    if lost.is_empty():
        return list(found)
    own = pair.coded.acts.filter(pl.col("session") == pair.session)
    return [_reserved(one, loss_of(required_constructs(one, pair.coded, rule), lost, own)) for one in found]


def lost_of(pair: Pair) -> pl.DataFrame:
    """Return what was lost of one pair's acts, or of nobody's in particular.

    Args:
        pair: one child with one caregiver.

    Returns:
        Columns of `LOST_SCHEMA`.
    """
    names = ["", *(name for name in (pair.child, pair.caregiver) if name)]
    everyone = not (pair.child and pair.caregiver)
    whose = pl.lit(True) if everyone else pl.col("person").is_in(names)
    return pair.coded.lost.filter((pl.col("session") == pair.session) & whose)


def loss_of(constructs: Needed, lost: pl.DataFrame, acts: pl.DataFrame) -> MeasureLoss | None:
    """Return how much of some constructs was lost.

    Args:
        constructs: which, each of its role.
        lost: columns of `LOST_SCHEMA`.
        acts: the acts that were placed.

    Returns:
        The loss, or None where nothing of them was lost.
    """
    names = [f"{role}:{construct}" for role, construct in constructs]
    of_them = pl.concat_str("role", pl.lit(":"), "construct").is_in(names)
    own = lost.filter(pl.col("construct").is_null() | of_them)
    if own.is_empty():
        return None
    counted = int(own["count"].sum()) if own["count"].null_count() < len(own) else None
    return MeasureLoss(
        counted, acts.filter(of_them)["event"].n_unique(), tuple(own["kind"].unique(maintain_order=True))
    )


def _reserved(measure: Measure, loss: MeasureLoss | None) -> Measure:
    if loss is None or measure.status is MeasureStatus.NOT_ASSESSABLE:
        return measure
    note = "; ".join(part for part in (str(loss), measure.note) if part)
    if measure.status is not MeasureStatus.ASSESSED:
        return replace(measure, note=note)
    if _is_count(measure) and loss.placed:
        return replace(measure, high=None, status=MeasureStatus.LOWER_BOUND, note=f"at least this: {note}")
    if loss.share <= SMALL_SHARE and loss.placed:
        return replace(measure, note=note)
    return replace(
        measure, estimate=None, low=None, high=None, baseline=None, status=MeasureStatus.NOT_ASSESSABLE, note=note
    )


def _is_count(measure: Measure) -> bool:
    return measure.name.partition(": ")[0] in _COUNTS and measure.unit == "per hour"


def required_constructs(measure: Measure, coded: CodedRecord, rule: EpisodeRule) -> Needed:
    """Return the constructs that a measure rests on; all that were codable where no rule says less.

    Args:
        measure: of the record.
        coded: the record.
        rule: what counts as cue and answer.

    Returns:
        Pairs of role and construct.
    """
    base, _, of = measure.name.partition(": ")
    if base in _OF_ITS_CONSTRUCT:
        role = Role.CONTEXT if measure.actor == "dyad" else Role(measure.actor)
        return frozenset({(role, Construct(of))})
    if base in ("affect", "affect coded", "mean valence"):
        return frozenset({(Role(measure.actor), Construct.AFFECT)})
    if base in _OF_CUES:
        return cues_of(coded, rule) | answers_of(coded, rule)
    if base in _OF_STATES or base.startswith("grid "):
        return frozenset(_GAZE if of == "gaze" else _AFFECT)
    if base in _OF_TURNS:
        return frozenset({(Role.CHILD, Construct.CUE_VOCAL), (Role.CAREGIVER, Construct.VOICE)})
    return _of_caregiver(base, of, coded, rule) or frozenset(coded.codable)


def _of_caregiver(base: str, of: str, coded: CodedRecord, rule: EpisodeRule) -> Needed:
    match base:
        case "no holding or cuddling":
            constructs: Sequence[Construct] = (Construct.HOLD, Construct.TOUCH)
        case "no play, talk or smiles":
            constructs = (Construct.PLAY, Construct.VOICE, Construct.SMILE)
        case "warm acts" | "warm acts noticed" | "warm acts noticed, share":
            constructs = WARM_ACTS
        case "threat density":
            constructs = THREAT_ACTS
        case "own interests imposed":
            also = cues_of(coded, rule) | answers_of(coded, rule) if of else frozenset[tuple[Role, Construct]]()
            return frozenset({(Role.CAREGIVER, Construct.INTRUDE)}) | also
        case entropy_rate.CORRECTED | entropy_rate.PLUG_IN | entropy_rate.EQUAL:
            signals = frozenset((Role.CAREGIVER, one) for one in _SIGNALS)
            return signals | {(Role.CHILD, Construct.GAZE_PARTNER)}
        case _:
            return frozenset()
    return frozenset((Role.CAREGIVER, one) for one in constructs)


def cues_of(coded: CodedRecord, rule: EpisodeRule) -> Needed:
    """Return the rule's cues, each of the child.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer.

    Returns:
        Pairs of role and construct.
    """
    return frozenset((Role.CHILD, one) for one in rule.cues_in(coded))


def answers_of(coded: CodedRecord, rule: EpisodeRule) -> Needed:
    """Return the rule's answers, each of the caregiver.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer.

    Returns:
        Pairs of role and construct.
    """
    return frozenset((Role.CAREGIVER, one) for one in rule.answers_in(coded))


def enough_placed(pair: Pair, rule: EpisodeRule) -> bool:
    """Return whether so few cues and answers of a pair were lost that its latencies can be put with those of others.

    Args:
        pair: one child with one caregiver in one session.
        rule: what counts as cue and answer.

    Returns:
        False where more than one in twenty was lost.
    """
    own = pair.coded.acts.filter(pl.col("session") == pair.session)
    loss = loss_of(cues_of(pair.coded, rule) | answers_of(pair.coded, rule), lost_of(pair), own)
    return loss is None or (loss.share <= SMALL_SHARE and loss.placed > 0)


def without_lossy_constructs(coded: CodedRecord, rule: EpisodeRule) -> CodedRecord:
    """Return a record in which what lost too many events counts as not coded, for inference.

    A lost answer cannot be distinguished from none, nor a lost cue; so these go together.

    Args:
        coded: a record in the closed vocabulary.
        rule: what counts as cue and answer.

    Returns:
        The record, with fewer constructs codable where some were lost.
    """
    if coded.lost.is_empty():
        return coded
    lost = {pair for pair in coded.codable if _much_lost(coded, pair)}
    for together in (cues_of(coded, rule), answers_of(coded, rule)):
        lost |= together if together & lost else frozenset()
    return replace(coded, codable=coded.codable - lost)


def _much_lost(coded: CodedRecord, pair: tuple[Role, Construct]) -> bool:
    for session in coded.sessions:
        own = pl.col("session") == session
        loss = loss_of(frozenset({pair}), coded.lost.filter(own), coded.acts.filter(own))
        if loss is not None and (loss.share > SMALL_SHARE or not loss.placed):
            return True
    return False
