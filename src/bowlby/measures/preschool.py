"""Attachment in the preschool years, read from two reunions: its own classes, with controlling and insecure-other.

The older child has more words and its caregiver's goals in mind, and so is not scored as an infant is: what would be
disorganized in infancy may be organized around taking charge (Main & Cassidy 1988, Dev Psychol 24:415; the classes of
Cassidy & Marvin as named by Solomon & George 2016, in Cassidy & Shaver, Handbook of Attachment). The rule is bowlby's
own; no manual's text or cut points are used.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from bowlby.measures import session_spans
from bowlby.measures.confidence import share_interval
from bowlby.measures.strange_situation.anchors import Anchors, on_scale
from bowlby.measures.strange_situation.procedure import REUNIONS, EpisodeCriteria
from bowlby.measures.strange_situation.scored_acts import watch
from bowlby.measures.strange_situation.scoring import scales as reunion_scales
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct

CLASSES = ("secure", "avoidant", "dependent", "controlling", "insecure-other")
FOUR_WAY = {"secure": "B", "avoidant": "A", "dependent": "C", "controlling": "D", "insecure-other": "D"}
"""The infant's class that each stands beside in studies of stability."""


@dataclass(frozen=True)
class PreschoolThresholds:
    """Thresholds of the classes, on scales from 1 to 7 (disorganization 1 to 9); bowlby's own.

    Args:
        controlling: score of taking charge from which a session is controlling.
        disorganized: score of disorganization from which it is insecure-other.
        avoidance: score of avoidance in the second reunion from which it may be avoidant.
        resistance: score of resistance in either reunion from which it may be dependent.
        contact: score of contact maintaining in the second reunion from which a child of this age, settled or not,
            may be dependent, and under which avoidant.
        welcome: score of contact maintaining in either reunion without which a child that shows nothing else is not
            secure but insecure-other: one that only calls, as it calls to anyone, has not shown that it is glad.
        control_middle: share of the reunions' time, > 0, in taking charge that scores 4.
    """

    controlling: int = 4
    disorganized: int = 6
    avoidance: int = 4
    resistance: int = 4
    contact: int = 4
    welcome: int = 2
    control_middle: float = 0.06

    def describe(self) -> str:
        """Return the rule as readable sentences."""
        return (
            f"Controlling: taking charge {self.controlling} or more. Else insecure-other: disorganization "
            f"{self.disorganized} or more, or avoidance {self.avoidance} and resistance {self.resistance} or more in "
            f"the second reunion. Else avoidant: avoidance there {self.avoidance} or more, contact maintaining under "
            f"{self.contact}. Else dependent: resistance {self.resistance} or more in either reunion. Else secure "
            f"where contact maintaining reaches {self.welcome} in either, insecure-other where it does not. The "
            "thresholds are bowlby's own."
        )


def scales(coded: CodedRecord, anchors: Anchors | None = None, rule: PreschoolThresholds | None = None) -> pl.DataFrame:
    """Return the scales of both reunions of every session, and how far the child took charge.

    Args:
        coded: a record in the closed vocabulary, with the caregiver's absence coded as separation.
        anchors: the amounts that lie in the middle of each scale; None for the defaults.
        rule: of which only `control_middle` is read; None for the defaults.

    Returns:
        Columns of `strange_situation.scales`, and `control` (1 to 7; null where not codable) with `punitive` (share of
        its time that was punitive; null without any).

    Raises:
        InputError: a theme or a strength of disorganization lies outside its support.
    """
    found = reunion_scales(coded, anchors)
    taken = _control(coded)
    middle = (rule or PreschoolThresholds()).control_middle
    seconds = pl.sum_horizontal("scorable_5", "scorable_8")
    codable = Construct.CONTROL in {construct for _, construct in coded.codable}
    score = (
        on_scale(pl.col("control_s").fill_null(0.0) / seconds, middle, 7.0) if codable else pl.lit(None, pl.Float64())
    )
    joined = found.join(taken, on="session", how="left", maintain_order="left")
    return joined.with_columns(control=score, punitive=pl.col("punitive_s") / pl.col("control_s")).drop(
        "control_s", "punitive_s"
    )


def _control(coded: CodedRecord) -> pl.DataFrame:
    watched = watch(coded, EpisodeCriteria())
    own = pl.col("construct") == str(Construct.CONTROL)
    acts = session_spans.timed(coded.acts.filter(own).select("session", "event", "onset_s", "offset_s", "modifiers"))
    inside = session_spans.clip(acts, watched.pieces.filter(pl.col("episode").is_in(REUNIONS)))
    length = pl.col("offset_s") - pl.col("onset_s")
    punitive = pl.col("modifiers").str.contains("kind=punitive")
    return inside.group_by("session").agg(control_s=length.sum(), punitive_s=length.filter(punitive).sum())


def classify(found: pl.DataFrame, rule: PreschoolThresholds | None = None) -> pl.DataFrame:
    """Return the class of every session.

    Args:
        found: columns of `scales`.
        rule: the thresholds; None for the defaults.

    Returns:
        One row a session: `session`, `class` (a member of `CLASSES`; null where a code that the rule needs was not
        codable or a reunion is missing) and `four_way` (A, B, C or D, as studies of stability set them side by side).
    """
    marks = rule or PreschoolThresholds()
    rounded = {name: pl.col(name).round(0, mode="half_to_even") for name in _SCORES}
    angry = pl.max_horizontal(rounded["resistance_5"], rounded["resistance_8"]) >= marks.resistance
    away = rounded["avoidance_8"] >= marks.avoidance
    welcomed = pl.max_horizontal(*(rounded[name] for name in _WELCOME))
    torn = (rounded["disorganization"] >= marks.disorganized).fill_null(False)
    scored = pl.all_horizontal(pl.col(name).is_not_null() for name in ("avoidance_8", "resistance_5", "resistance_8"))
    named = (
        pl.when((pl.col("not_codable").list.len() > 0) | ~scored)
        .then(None)
        .when((rounded["control"] >= marks.controlling).fill_null(False))
        .then(pl.lit("controlling"))
        .when(torn | (away & (rounded["resistance_8"] >= marks.resistance)))
        .then(pl.lit("insecure-other"))
        .when(away & (rounded["contact_maintaining_8"] < marks.contact))
        .then(pl.lit("avoidant"))
        .when(angry)
        .then(pl.lit("dependent"))
        .when(welcomed >= marks.welcome)
        .then(pl.lit("secure"))
        .otherwise(pl.lit("insecure-other"))
    )
    classed = found.select("session", named.alias("class"))
    return classed.with_columns(four_way=pl.col("class").replace_strict(FOUR_WAY, default=None, return_dtype=pl.String))


_WELCOME = ("contact_maintaining_5", "contact_maintaining_8")
_SCORES = ("control", "disorganization", "avoidance_8", "resistance_5", "resistance_8", *_WELCOME)


def shares(classes: pl.DataFrame) -> dict[str, dict[str, float | None]]:
    """Return the share of each class among the sessions that have one, with Wilson's interval.

    Args:
        classes: columns of `classify`.

    Returns:
        Class to estimate, low, high and n; estimates are None where no session has a class.
    """
    named = classes["class"].drop_nulls()
    total = len(named)
    rows: dict[str, dict[str, float | None]] = {}
    for name in CLASSES:
        n = int((named == name).sum())
        low, high = share_interval(n, total) if total else (None, None)
        rows[name] = {"estimate": n / total if total else None, "low": low, "high": high, "n": n}
    return rows
