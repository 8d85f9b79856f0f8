"""The class of a session by bowlby's own rule, and how it shifts when a threshold moves by one point."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from bowlby.errors import ParameterError
from bowlby.measures.strange_situation.formation import SIGNS
from bowlby.measures.strange_situation.procedure import EPISODES

CLASSES = ("A", "B", "C", "D", "CC")
"""Avoidant, secure, resistant, disorganized, cannot classify; as in the study manifest. A and C are organized and in
the normal range."""

FORCED = CLASSES[:3]


@dataclass(frozen=True)
class FormationThresholds:
    """From where each sign says that an attachment was formed; one is enough. Assumed.

    A child that bids to whoever is there, once or twice a minute, reaches none of them by chance more often than not:
    over six minutes of reunions its difference of two rates has a standard deviation near .8 a minute.

    Args:
        seeking_preference: acts a minute, > 0.
        separation_distress: share of time, > 0.
        greeting_preference: entrances, > 0.
        reunion_change: share of time, > 0.
    """

    seeking_preference: float = 0.8
    separation_distress: float = 0.08
    greeting_preference: float = 2.0
    reunion_change: float = 0.1


@dataclass(frozen=True)
class ClassThresholds:
    """The thresholds of the classes, on rounded scales; no official ones exist, these are bowlby's own.

    Args:
        disorganized: score from which a session is D.
        avoidance: score of avoidance in the second reunion from which it may be A.
        contact: score of contact maintaining in the second reunion from which it may be C, and under which A.
        resistance: score of resistance in either reunion from which it may be C; in the second, under which A.
        resistance_kept: score of resistance that C still has in the second reunion.
        settled_s: seconds within which a child that is not C for its contact has settled in the second reunion.
        needed: episodes without which a session cannot be classified.
        formation: from where the signs of a formed attachment count.
    """

    disorganized: int = 6
    avoidance: int = 4
    contact: int = 4
    resistance: int = 4
    resistance_kept: int = 3
    settled_s: float = 120.0
    needed: tuple[int, ...] = EPISODES[1:]
    formation: FormationThresholds = field(default_factory=FormationThresholds)

    def __post_init__(self) -> None:
        """Refuse episodes that the procedure does not have."""
        for episode in self.needed:
            if episode not in EPISODES:
                raise ParameterError(
                    "the procedure has no such episode",
                    column="needed",
                    value=episode,
                    remedy=f"Known: {', '.join(map(str, EPISODES))}.",
                )

    def moved(self, threshold: str, by: int) -> ClassThresholds:
        """Return the rule with one threshold moved; that of resistance takes `resistance_kept` along."""
        changes = {threshold: getattr(self, threshold) + by}
        if threshold == "resistance":
            changes["resistance_kept"] = self.resistance_kept + by
        return replace(self, **changes)

    def describe(self) -> str:
        """Return the rule as readable sentences."""
        return (
            f"D: disorganization {self.disorganized} or more. Else A: avoidance in the second reunion {self.avoidance} "
            f"or more, contact maintaining under {self.contact} and resistance under {self.resistance}. Else C: "
            f"resistance {self.resistance} or more in either reunion and {self.resistance_kept} or more in the second, "
            f"with contact maintaining {self.contact} or more in it or the child not settled within "
            f"{self.settled_s:g} s. Else B. Cannot classify: an episode of {_listed(self.needed)} missing, no "
            f"attachment formed (none of {self._marks()}), or, where not D, avoidance of {self.avoidance} and "
            f"resistance of {self.resistance} or more in the same second reunion. The thresholds are bowlby's own."
        )

    def _marks(self) -> str:
        return ", ".join(f"{sign.replace('_', ' ')} {getattr(self.formation, sign):g}" for sign in SIGNS)


MOVES = tuple((threshold, by) for threshold in ("disorganized", "avoidance", "contact", "resistance") for by in (-1, 1))
"""The thresholds moved by one point, one at a time."""

BOTH_HIGH = "avoidance and resistance both high"

AT_FIVE = "class_at_disorganized_5"
"""Column of the class with the lower of the two thresholds of disorganization that are in use."""


def moved_column(threshold: str, by: int) -> str:
    """Return the name of the column that holds the class with one threshold moved.

    Args:
        threshold: a field of `ClassThresholds`.
        by: points, -1 or 1.

    Returns:
        Such as "class_avoidance+1".
    """
    return f"class_{threshold}{by:+d}"


def classify(scales: pl.DataFrame, rule: ClassThresholds | None = None) -> pl.DataFrame:
    """Return the class of every session.

    Disorganization 6 or more is D, with the best organized class as second; else avoidance(8) >= 4, contact(8) <= 3
    and resistance(8) <= 3 is A; else resistance >= 4 in either reunion and >= 3 in 8, with contact(8) >= 4 or not
    settled, is C; else B. Episodes missing or no attachment formed come before everything: who has no attachment has
    no strategy to lose. A and C both high comes after D: such mixtures are one of its signs. Scales are rounded for
    the rule, halves to the even number.

    Args:
        scales: columns of `bowlby.measures.strange_situation.scales`, recoded with error or not.
        rule: the thresholds; None for the defaults.

    Returns:
        One row a session: `session`; `class` (a member of `CLASSES`, null where a code that the rule needs was not
        codable); `second` (A, B or C where the class is D or cannot classify, as the rule would have it otherwise; null
        else and where a reunion is missing); `reason` (why it cannot be classified or has no class, or empty);
        `attachment_formed`; `AT_FIVE`; and a class for each of `MOVES`.
    """
    rule = rule or ClassThresholds()
    formed = _formed(rule.formation)
    alternatives = {AT_FIVE: replace(rule, disorganized=5)}
    alternatives |= {moved_column(threshold, by): rule.moved(threshold, by) for threshold, by in MOVES}
    named = _class(rule)
    forced = pl.when((named == "D") | ((named == "CC") & (_reason(rule) == BOTH_HIGH))).then(_organized(rule))
    return scales.select(
        "session",
        named.alias("class"),
        forced.alias("second"),
        _reason(rule).alias("reason"),
        formed.alias("attachment_formed"),
        *(_class(other).alias(name) for name, other in alternatives.items()),
    )


def _rounded(column: str) -> pl.Expr:
    return pl.col(column).round(0, mode="half_to_even")


def _avoidant(rule: ClassThresholds) -> pl.Expr:
    near = (_rounded("contact_maintaining_8") < rule.contact) & (_rounded("resistance_8") < rule.resistance)
    return (_rounded("avoidance_8") >= rule.avoidance) & near


def _unsettled(rule: ClassThresholds) -> pl.Expr:
    late = pl.col("settle_8") > rule.settled_s
    return (pl.col("unsettled_8") | late).fill_null(False)


def _resistant(rule: ClassThresholds) -> pl.Expr:
    either = pl.max_horizontal(_rounded("resistance_5"), _rounded("resistance_8")) >= rule.resistance
    kept = _rounded("resistance_8") >= rule.resistance_kept
    return either & kept & ((_rounded("contact_maintaining_8") >= rule.contact) | _unsettled(rule))


def _organized(rule: ClassThresholds) -> pl.Expr:
    return pl.when(_avoidant(rule)).then(pl.lit("A")).when(_resistant(rule)).then(pl.lit("C")).otherwise(pl.lit("B"))


def _both_high(rule: ClassThresholds) -> pl.Expr:
    return (_rounded("avoidance_8") >= rule.avoidance) & (_rounded("resistance_8") >= rule.resistance)


def _formed(marks: FormationThresholds) -> pl.Expr:
    """Return whether any sign reaches its mark; null where none could be read."""
    readings = [pl.col(sign) >= getattr(marks, sign) for sign in SIGNS]
    return pl.when(pl.any_horizontal(pl.col(sign).is_not_null() for sign in SIGNS)).then(
        pl.any_horizontal(reading.fill_null(False) for reading in readings)
    )


def _scored() -> pl.Expr:
    needed = ("avoidance_8", "contact_maintaining_8", "resistance_5", "resistance_8")
    return pl.all_horizontal(pl.col(column).is_not_null() for column in needed)


def _lacking(rule: ClassThresholds) -> pl.Expr:
    return pl.col("missing").list.set_intersection(list(rule.needed))


def _class(rule: ClassThresholds) -> pl.Expr:
    unknown = pl.col("not_codable").list.len() > 0
    incomplete = (_lacking(rule).list.len() > 0) | ~_scored()
    unformed = ~_formed(rule.formation).fill_null(True)
    disorganized = (_rounded("disorganization") >= rule.disorganized).fill_null(False)
    return (
        pl.when(unknown)
        .then(None)
        .when(incomplete | unformed)
        .then(pl.lit("CC"))
        .when(disorganized)
        .then(pl.lit("D"))
        .when(_both_high(rule))
        .then(pl.lit("CC"))
        .otherwise(_organized(rule))
    )


def _reason(rule: ClassThresholds) -> pl.Expr:
    lacking = _lacking(rule)
    unknown = pl.col("not_codable")
    disorganized = (_rounded("disorganization") >= rule.disorganized).fill_null(False)
    return (
        pl.when(unknown.list.len() > 0)
        .then(pl.lit("not codable: ") + unknown.list.join(", "))
        .when(lacking.list.len() > 0)
        .then(pl.lit("episode missing: ") + lacking.list.sort().cast(pl.List(pl.String())).list.join(", "))
        .when(~_scored())
        .then(pl.lit("a reunion is missing"))
        .when(~_formed(rule.formation).fill_null(True))
        .then(pl.lit("no attachment formed"))
        .when(_both_high(rule) & ~disorganized)
        .then(pl.lit(BOTH_HIGH))
        .otherwise(pl.lit(""))
    )


def _listed(episodes: tuple[int, ...]) -> str:
    return ", ".join(map(str, episodes))
