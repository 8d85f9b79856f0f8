"""What is told of simulated children who were watched: scores by the coders that real records have."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from bowlby.records.coded_record import CodedRecord

if TYPE_CHECKING:
    from bowlby.simulation.moments import SituationRun

Told: TypeAlias = tuple[dict[str, object], list[str]]
"""Keys of the JSON object, and the lines of text."""

STOPPED_EARLIEST_S = 25.0
"""The still phase stops after half a minute of crying, so that a shorter one than the coder's default counts here."""


def score(procedure: str, coded: CodedRecord) -> Told:
    """Score a watched record by the coders and raters of its procedure.

    Args:
        procedure: name of the procedure, or of none.
        coded: the record.

    Returns:
        Keys for the JSON object, and lines for a reader.
    """
    match procedure:
        case "strange-situation":
            return _strange_situation(coded)
        case "still-face":
            return _still_face(coded)
        case "minute-apart":
            return _return_to_calm(coded)
        case "preschool":
            return _preschool(coded)
        case _:
            return _ordinary(coded)


def _strange_situation(coded: CodedRecord) -> Told:
    from bowlby.measures.strange_situation import ClassThresholds, classify, scales, shares

    rule = ClassThresholds()
    scored = scales(coded)
    found = shares(classify(scored, rule)).as_dict()
    names = ("proximity_seeking", "contact_maintaining", "avoidance", "resistance")
    means = {f"{name}_{reunion}": scored[f"{name}_{reunion}"].mean() for name in names for reunion in (5, 8)}
    means["disorganization"] = scored["disorganization"].mean()
    rows = cast(dict[str, dict[str, float]], found["shares"])
    lines = [f"  {name:<3}{_share(row)}" for name, row in rows.items()]
    return found | {"scales": means, "rule": rule.describe()}, [*lines, f"rule: {rule.describe()}"]


def _preschool(coded: CodedRecord) -> Told:
    from bowlby.measures.preschool import PreschoolThresholds, classify, scales, shares

    rule = PreschoolThresholds()
    scored = scales(coded)
    found = shares(classify(scored, rule))
    names = ("control", "disorganization", "avoidance_8", "resistance_8", "contact_maintaining_8")
    lines = [f"  {name:<15}{_share(cast(dict[str, float], row))}" for name, row in found.items() if row["n"]]
    told: dict[str, object] = {
        "shares": found,
        "scales": {name: scored[name].mean() for name in names},
        "rule": rule.describe(),
    }
    return told, [*lines, f"rule: {rule.describe()}"]


def _share(row: dict[str, float]) -> str:
    return f"{row['estimate']:7.1%}  ({row['low']:.1%} to {row['high']:.1%})"


def _still_face(coded: CodedRecord) -> Told:
    from bowlby.measures.still_face import StillFaceCriteria, effect, summary

    rows = summary(effect(coded, StillFaceCriteria(fewest_s=STOPPED_EARLIEST_S))).to_dicts()
    lines = [
        f"  {row['outcome']:<10} {row['contrast']:<11}{row['estimate']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})"
        for row in rows
        if row["estimate"] is not None and row["low"] is not None
    ]
    told, more = _return_to_calm(coded)
    return {"still_face": rows} | told, lines + more


def _return_to_calm(coded: CodedRecord) -> Told:
    from bowlby.measures.return_to_calm import ReturnToCalmCriteria, rates, returns
    from bowlby.measures.still_face import StillFaceCriteria as StillFace

    rows = rates(returns(coded, ReturnToCalmCriteria(still_face=StillFace(STOPPED_EARLIEST_S)))).to_dicts()
    lines = [
        f"  coded {row['outcome']} ends at "
        + (
            f"{row['rate']:.4f} a second ({row['low']:.4f} to {row['high']:.4f})"
            if row["rate"] is not None
            else "no known rate"
        )
        + f": {row['perturbed']} of {row['reunions']} began the reunion with it, {row['returned']} ended it"
        for row in rows
    ]
    return {"return_to_calm": rows}, lines


def resilience_of(played: SituationRun) -> Told:
    """Return how fast the simulated arousal came back to rest, where the procedure perturbs in a standard way.

    Args:
        played: what was played.

    Returns:
        Keys for the JSON object, and lines for a reader; empty for other procedures.
    """
    from bowlby.simulation.resilience import PERTURBS, course, resilience

    if played.procedure.name not in PERTURBS:
        return {}, []
    found = resilience(course(played))
    lines = [
        f"arousal, which no record shows: {found.perturbed} of {found.children} perturbed, {found.returned} came "
        f"halfway back; {found.describe()}"
    ]
    return {"resilience": found.as_dict()}, lines


def _ordinary(coded: CodedRecord) -> Told:
    from bowlby.measures.episodes import episodes
    from bowlby.measures.rule import EpisodeRule

    found = episodes(coded, EpisodeRule.from_settings(coded.settings))
    answered = int(found["answered"].sum())
    told: dict[str, object] = {"cue_episodes": found.height, "answered": answered}
    return told, [f"{found.height} cues, {answered} answered"]
