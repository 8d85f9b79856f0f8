"""The abstention rule: what must hold before probabilities are given, and before a quadrant is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from bowlby.infer.evidence import ENGAGEMENT, Evidence
from bowlby.infer.posterior import Posterior
from bowlby.measures.rule import EpisodeRule
from bowlby.records.constructs import CUES, THREAT_ACTS, Construct
from bowlby.study.axes import Axes

Floats = npt.NDArray[np.float64]

EPISODES_NEEDED = 5
SD_RATIO_ALLOWED = 0.7
VERDICT_FROM = 0.8
ORDER_FROM = 0.05
"""Quadrants whose probabilities differ by less than this have no order to speak of."""


class Verdict(StrEnum):
    """The closed set of answers."""

    NEITHER = "neither"
    THREAT = "threat"
    DEPRIVATION = "deprivation"
    BOTH = "both"
    NOT_ENOUGH = "not enough to tell"


@dataclass(frozen=True)
class Condition:
    """One condition of the abstention rule.

    Args:
        name: what must hold.
        met: whether it holds.
        value: what was found, in words or figures.
        needed_for: "probabilities" or "verdict".
        next: what to observe or do so that it may hold, or empty.
    """

    name: str
    met: bool
    value: str
    needed_for: str
    next: str

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        row: dict[str, object] = dict(vars(self))
        return row | {"next": "" if self.met else self.next}


def codable_conditions(evidence: Evidence) -> tuple[Condition, Condition]:
    """Return whether what either axis rests on could be coded.

    Args:
        evidence: from one or more records.

    Returns:
        A condition for threat and one for deprivation.
    """
    missing_threat = [str(tier) for tier in THREAT_ACTS if not evidence.codable[tier]]
    missing = [
        what
        for what, constructs in (
            ("a cue of the child", CUES),
            ("play, voice or smile", ENGAGEMENT),
            ("intrude", (Construct.INTRUDE,)),
        )
        if not any(evidence.codable[construct] for construct in constructs)
    ]
    if not _answers_codable(evidence):
        missing.insert(0, "answer")
    return (
        Condition(
            "constructs of the threat axis codable",
            not missing_threat,
            "all codable" if not missing_threat else f"not codable: {', '.join(missing_threat)}",
            "probabilities",
            f"Code frightening acts by severity ({', '.join(missing_threat)}), also where none occurs.",
        ),
        Condition(
            "constructs of the deprivation axis codable",
            not missing,
            "all codable" if not missing else f"not codable: {', '.join(missing)}",
            "probabilities",
            f"Code {', '.join(missing)}, so that answering and engagement can be counted.",
        ),
    )


def _answers_codable(evidence: Evidence) -> bool:
    return all(EpisodeRule.from_settings(coded.settings).answers_in(coded) for coded in evidence.records)


def episode_conditions(evidence: Evidence) -> tuple[Condition, Condition]:
    """Return whether there were episodes enough, and distress among them.

    Args:
        evidence: from one or more records.

    Returns:
        Two conditions.
    """
    number, distressed = evidence.informative, evidence.distress_informative
    return (
        Condition(
            f"at least {EPISODES_NEEDED} informative episodes",
            number >= EPISODES_NEEDED,
            f"{number}",
            "probabilities",
            "Observe for longer, or in a situation with more cues.",
        ),
        Condition(
            "distress among the informative episodes",
            distressed > 0,
            f"{distressed}",
            "probabilities",
            "Observe a situation that distresses the child, such as a brief separation or a routine it dislikes.",
        ),
    )


def sd_ratio(axis: str, own: Floats, before: Floats) -> float:
    """Return posterior over prior sd of an axis: threat as the log of threat an hour, deprivation as it is.

    As for parameters, the ratio is taken on a scale on which the prior is about normal. On its own scale the threat
    axis is so skewed that no frightening act in 20 minutes would seem to halve its sd, and many such acts would seem
    to raise it.

    Args:
        axis: threat or deprivation.
        own: posterior draws of the axis.
        before: draws of the prior.

    Returns:
        Ratio >= 0; about 1 where the record tells nothing.
    """
    if axis == "threat":
        own, before = np.log(np.expm1(own)), np.log(np.expm1(before))
    return float(own.std() / before.std())


def precision_conditions(drawn: Axes, prior: Axes) -> tuple[Condition, Condition]:
    """Return whether each axis is known better than before the record.

    Args:
        drawn: posterior draws of the axes.
        prior: draws of what inference assumes before a record.

    Returns:
        A condition for threat and one for deprivation.
    """
    rows: list[Condition] = []
    for name, remedy in (
        ("threat", "Observe for longer, on several days and in stressful routines: frightening acts are rare."),
        ("deprivation", "Observe more episodes, on several days."),
    ):
        ratio = sd_ratio(name, getattr(drawn, name), getattr(prior, name))
        rows.append(
            Condition(
                f"{name}: posterior sd at most {SD_RATIO_ALLOWED:g} of the prior's",
                ratio <= SD_RATIO_ALLOWED,
                f"{ratio:.2f}",
                "probabilities",
                remedy,
            )
        )
    return rows[0], rows[1]


def stable_order(tables: Sequence[Mapping[str, float]], powers: Sequence[float], trusted: bool) -> Condition:
    """Return whether the order of the quadrants survives a weaker and a stronger prior.

    Args:
        tables: shares of the quadrants under the prior to the power 1 and to `powers`.
        powers: exponents of the prior, one fewer than tables.
        trusted: whether all tables can be trusted.

    Returns:
        The condition.
    """
    stable = trusted and not _reversed(tables)
    value = "; ".join(
        f"prior to the power {power:g}: {_ordered(table)}" for power, table in zip((1.0, *powers), tables, strict=True)
    )
    remedy = "Observe for longer: the assumed prior still decides which quadrant comes first."
    name = "order of the quadrants stable when the prior is power-scaled by 1/2 and 2"
    return Condition(name, stable, value if trusted else f"not established: {value}", "probabilities", remedy)


def _reversed(tables: Sequence[Mapping[str, float]]) -> bool:
    """Return whether two quadrants change places by more than `ORDER_FROM` on both sides."""
    names = list(tables[0])
    differences = [np.subtract.outer(list(table.values()), list(table.values())) for table in tables]
    above = np.any([difference > ORDER_FROM for difference in differences], axis=0)
    return bool(np.any([above[i, j] and above[j, i] for i in range(len(names)) for j in range(i)]))


def _ordered(table: Mapping[str, float]) -> str:
    # No figures: a condition must not give away probabilities that the rule as a whole withholds.
    return " > ".join(sorted(table, key=lambda name: -table[name]))


def sound_draws(found: Posterior) -> Condition:
    """Return whether the draws can be trusted.

    Args:
        found: the posterior.

    Returns:
        The condition.
    """
    seen = found.diagnostics
    if seen.r_hat is None:
        value = f"Pareto k {seen.pareto_k:.2f}, effective draws {seen.ess:.0f}"
    else:
        value = f"R-hat {seen.r_hat:.3f}, {seen.divergences} divergences, effective draws {seen.ess:.0f}"
    return Condition("draws to be trusted", seen.converged, value, "probabilities", "Run again with --nuts.")


def large_enough(quadrant: Mapping[str, float] | None) -> Condition:
    """Return whether one quadrant is probable enough to be named.

    Args:
        quadrant: probabilities of the quadrants and of unexplained, or None where none are given.

    Returns:
        The condition.
    """
    name = f"largest quadrant probability at least {VERDICT_FROM:g}"
    if quadrant is None:
        return Condition(name, False, "no probabilities are given", "verdict", "")
    largest = max(quadrant, key=lambda key: quadrant[key])
    met = quadrant[largest] >= VERDICT_FROM and largest != "unexplained"
    return Condition(name, met, f"{largest} {quadrant[largest]:.2f}", "verdict", "Observe more sessions.")


def verdict_of(quadrant: Mapping[str, float] | None) -> Verdict:
    """Return the quadrant that is named, or that there is not enough to tell.

    Args:
        quadrant: probabilities of the quadrants and of unexplained, or None where none are given.

    Returns:
        The verdict.
    """
    if not large_enough(quadrant).met or quadrant is None:
        return Verdict.NOT_ENOUGH
    return Verdict(max(quadrant, key=lambda key: quadrant[key]))
