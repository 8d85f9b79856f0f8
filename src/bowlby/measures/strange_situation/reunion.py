"""The four interactive scales of each reunion, from initiative, completion, delay and duration."""

from __future__ import annotations

import polars as pl

from bowlby.measures import session_spans
from bowlby.measures.strange_situation.anchors import Anchors, on_scale, prompt_seconds, promptness
from bowlby.measures.strange_situation.procedure import REUNIONS
from bowlby.measures.strange_situation.scored_acts import ScoredActs, contact
from bowlby.records.constructs import Construct

SCALES = ("proximity_seeking", "contact_maintaining", "avoidance", "resistance")
"""Names of the scales, as the study manifest has them."""

COMPLETED_WITHIN_S = 3.0
"""Contact that begins up to this many seconds after an approach or a reach was begun by the child; assumed."""

USUAL_S = 180.0
"""A reunion's nominal length: counts are taken per so much time where there was more of it."""

_KEYS = ["session", "episode"]
_SEEKING = (Construct.APPROACH, Construct.CUE_BID)


def components(watched: ScoredActs, anchors: Anchors) -> pl.DataFrame:
    """Return the amounts that the scales are made of.

    Args:
        watched: what is scored.
        anchors: how the parts are weighed.

    Returns:
        One row a reunion that took place: `session`, `episode`, `scorable_s`, `first_s` (seconds to the first act of
        seeking, null for none), `completed` (contacts that the child began), `contact_s`, `maintain_s`, `avoid_s`,
        `resist_s`, and what the scales are functions of: `seeking_amount` (weighed acts), `maintaining_amount`,
        `avoidance_amount` and `resistance_amount` (weighed shares of scorable time).
    """
    rows = watched.seconds().filter(pl.col("episode").is_in(REUNIONS))
    bouts = _begun(watched, contact(watched))
    parts = (
        _sought(watched, anchors, rows),
        _completed(bouts, anchors, rows),
        _maintained(watched, bouts, anchors),
        _avoided(watched, anchors),
        _resisted(watched, anchors),
    )
    for part in parts:
        rows = rows.join(part, on=_KEYS, how="left")
    rows = rows.with_columns(pl.exclude("first_s").fill_null(0))
    over = pl.col("scorable_s")
    return rows.with_columns(
        seeking_amount=pl.col("sought") + pl.col("completion"),
        maintaining_amount=(pl.col("maintain_s") + pl.col("held_s")) / over,
        avoidance_amount=pl.col("avoid_prompt_s") / over,
        resistance_amount=pl.col("resist_counted_s") / over,
    ).drop("sought", "completion", "held_s", "avoid_prompt_s", "resist_counted_s")


def interactive_scales(parts: pl.DataFrame, anchors: Anchors, codable: frozenset[Construct]) -> pl.DataFrame:
    """Return the four scales, 1 to 7, of each reunion; null where their acts were not codable.

    Args:
        parts: columns of `components`.
        anchors: the amounts that lie in the middle.
        codable: what the coding scheme could have caught.

    Returns:
        `session`, `episode` and the columns of `SCALES`.
    """
    made_of = {
        "proximity_seeking": ("seeking_amount", anchors.seeking, _SEEKING),
        "contact_maintaining": ("maintaining_amount", anchors.maintaining, (Construct.CONTACT_MAINTAIN,)),
        "avoidance": ("avoidance_amount", anchors.avoidance, (Construct.AVOID,)),
        "resistance": ("resistance_amount", anchors.resistance, (Construct.RESIST,)),
    }
    return parts.select(
        *_KEYS,
        *(
            (on_scale(pl.col(amount), middle, 7.0) if codable & set(acts) else pl.lit(None, pl.Float64())).alias(name)
            for name, (amount, middle, acts) in made_of.items()
        ),
    )


def _in_reunions(watched: ScoredActs, *constructs: Construct) -> pl.DataFrame:
    return watched.to_caregiver(*constructs).filter(pl.col("episode").is_in(REUNIONS))


def _since(column: str = "onset_s") -> pl.Expr:
    return pl.col(column) - pl.col("began_s")


def _weight(anchors: Anchors) -> pl.Expr:
    """Return the weight of one act of seeking: its share in the usual time, and its promptness."""
    rate = pl.min_horizontal(pl.lit(1.0), USUAL_S / pl.col("scorable_s"))
    return rate + promptness(_since(), anchors.early_s)


def _once(acts: pl.DataFrame) -> pl.DataFrame:
    """Return one row an act, which a mask may have cut in two."""
    return acts.unique([*_KEYS, "event"], keep="first", maintain_order=True)


def _sought(watched: ScoredActs, anchors: Anchors, rows: pl.DataFrame) -> pl.DataFrame:
    acts = _once(_in_reunions(watched, *_SEEKING).sort("session", "onset_s")).join(rows, on=_KEYS)
    value = pl.when(pl.col("construct") == str(Construct.APPROACH)).then(1.0).otherwise(anchors.bid)
    return acts.group_by(_KEYS).agg(sought=(value * _weight(anchors)).sum(), first_s=_since().min())


def _begun(watched: ScoredActs, bouts: pl.DataFrame) -> pl.DataFrame:
    """Return the bouts of contact with whether the child began them: it approached or reached just before."""
    seeking = _in_reunions(watched, *_SEEKING).select(*_KEYS, from_s="onset_s", to_s="offset_s")
    before = (pl.col("from_s") <= pl.col("onset_s")) & (pl.col("onset_s") <= pl.col("to_s") + COMPLETED_WITHIN_S)
    pairs = bouts.join(seeking, on=_KEYS).filter(before & (pl.col("onset_s") > pl.col("began_s")))
    begun = pairs.select(*_KEYS, "onset_s", by_child=pl.lit(True)).unique()
    joined = bouts.join(begun, on=[*_KEYS, "onset_s"], how="left")
    return joined.with_columns(pl.col("by_child").fill_null(False))


def _completed(bouts: pl.DataFrame, anchors: Anchors, rows: pl.DataFrame) -> pl.DataFrame:
    begun = bouts.filter("by_child").join(rows, on=_KEYS)
    value = (anchors.completion * _weight(anchors)).sum()
    return begun.group_by(_KEYS).agg(completion=value, completed=pl.len().cast(pl.Int64()))


def _maintained(watched: ScoredActs, bouts: pl.DataFrame, anchors: Anchors) -> pl.DataFrame:
    active = session_spans.union(_in_reunions(watched, Construct.CONTACT_MAINTAIN), _KEYS)
    inside = bouts.join(active.rename({"onset_s": "from_s", "offset_s": "to_s"}), on=_KEYS)
    overlap = pl.min_horizontal("offset_s", "to_s") - pl.max_horizontal("onset_s", "from_s")
    held_on = inside.group_by(*_KEYS, "onset_s").agg(active_s=pl.max_horizontal(overlap, pl.lit(0.0)).sum())
    every = bouts.join(held_on, on=[*_KEYS, "onset_s"], how="left").with_columns(pl.col("active_s").fill_null(0.0))
    length = pl.col("offset_s") - pl.col("onset_s")
    weight = pl.when("by_child").then(anchors.held).otherwise(anchors.held_passive)
    passive = (length - pl.col("active_s")).clip(0.0)
    return every.group_by(_KEYS).agg(
        contact_s=length.sum(), maintain_s=pl.col("active_s").sum(), held_s=(weight * passive).sum()
    )


def _avoided(watched: ScoredActs, anchors: Anchors) -> pl.DataFrame:
    bouts = session_spans.union(_in_reunions(watched, Construct.AVOID), [*_KEYS, "began_s"])
    weighed = prompt_seconds(_since(), _since("offset_s"), anchors)
    length = pl.col("offset_s") - pl.col("onset_s")
    return bouts.group_by(_KEYS).agg(avoid_s=length.sum(), avoid_prompt_s=weighed.sum())


def _resisted(watched: ScoredActs, anchors: Anchors) -> pl.DataFrame:
    acts = _in_reunions(watched, Construct.RESIST)
    length = pl.col("offset_s") - pl.col("onset_s")
    counted = acts.group_by(_KEYS).agg(acts=pl.col("event").n_unique())
    went_on = session_spans.union(acts, _KEYS).group_by(_KEYS).agg(resist_s=length.sum())
    return went_on.join(counted, on=_KEYS).select(
        *_KEYS, "resist_s", resist_counted_s=pl.col("resist_s") + anchors.bout_s * pl.col("acts")
    )
