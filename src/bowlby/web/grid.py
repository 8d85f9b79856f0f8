"""What helps as a grid: every help by every disturbance, on one fixed axis, with what is too small to matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from bowlby.model.interventions.intervention import EvidenceLevel
from bowlby.model.interventions.registry import INTERVENTIONS
from bowlby.reporting.palette import COLOURS
from bowlby.web.lessons.repair import BETTER, DISTURBANCES, HELP, EffectVerdict
from bowlby.web.lessons.result import lessons
from bowlby.web.picture import framed, words

OUTCOMES: Mapping[str, str] = {
    "comfort": "Comfort expected when it asks",
    "fear": "Threat expected",
    "school": "Adjusts and learns at school, 7 years",
}
LOW, HIGH = -0.5, 3.5
"""Ends of the axis of every cell and of every live comparison, standard deviations, better to the right."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Make it safe": ("safe predictable environment", "foster placement"),
    "Work with the caregiver": tuple(one.name for one in HELP[2:9]),
    "Work with the child": ("sensory integration", *(one.name for one in HELP[10:15])),
    "At school": ("teacher consultation",),
}

_COLOURS: Mapping[str, str] = {
    EffectVerdict.HELPS: "deprivation",
    EffectVerdict.HARMS: "threat",
    EffectVerdict.SMALL: "faint",
    EffectVerdict.OPEN: "edge",
}
MOST_DEFAULT = 4
_TRIED = (EvidenceLevel.META_ANALYSIS, EvidenceLevel.RANDOMIZED)


@dataclass(frozen=True)
class Cell:
    """One help under one disturbance.

    Args:
        care: key of the disturbance.
        refused: why no number is given, one sentence; empty where there is one.
        words: the verdict with its number.
        verdict: one of `EffectVerdict`; empty where refused.
        picture: the interval on the axis.
        note: when it begins, what it is compared with.
    """

    care: str
    refused: str
    words: str
    verdict: str
    picture: Markup
    note: str


@cache
def rows() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """Return the grid's cells as they were computed.

    Returns:
        Cells by disturbance and intervention.
    """
    return {(row["care"], row["intervention"]): row for row in lessons()["repair"]["grid"]}


def cell(care: str, name: str, outcome: str) -> Cell:
    """Return one cell as the page shows it.

    Args:
        care: key of the disturbance.
        name: of the intervention.
        outcome: comfort, fear or school.

    Returns:
        The cell.
    """
    row = rows()[care, name]
    if row["refused"]:
        return Cell(care, row["refused"], "", "", Markup(""), "")
    found = row["outcomes"][outcome]
    sign = BETTER[outcome]
    better = [sign * found[key] for key in ("effect", "low", "high")]
    return Cell(care, "", _told(found, better[0]), found["verdict"], _interval(found, better), _note(row, outcome))


def _told(found: Mapping[str, Any], better: float) -> str:
    size = f"{abs(better):.2f} sd"
    match found["verdict"]:
        case EffectVerdict.HELPS:
            return f"helps: {size}"
        case EffectVerdict.HARMS:
            return f"makes it worse: {size}"
        case EffectVerdict.SMALL:
            return f"too small to matter ({round(better, 2) + 0.0:+.2f})".replace("-", "−")
        case _:
            return f"open: {round(better, 2) + 0.0:+.2f} sd, may be nothing".replace("-", "−")


def _note(row: Mapping[str, Any], outcome: str) -> str:
    begun = f"from {row['steps'][-1][1]:g} months on, read at {row['read_months'][outcome]:g}"
    return f"{begun}; beside safety alone" if row["instead"] else begun


def place(value: float) -> float:
    """Return where a number stands on the axis.

    Args:
        value: standard deviations, better to the right.

    Returns:
        Per cent of the width.
    """
    return round(100.0 * (min(max(value, LOW), HIGH) - LOW) / (HIGH - LOW), 2)


def _interval(found: Mapping[str, Any], better: Sequence[float]) -> Markup:
    ends = sorted(place(value) for value in better[1:])
    colour = COLOURS[_COLOURS[found["verdict"]]]
    inside = Markup(
        '<line x1="{x:g}%" x2="{y:g}%" y1="11" y2="11" stroke="{c}" stroke-width="3"/>'
        '<circle cx="{m:g}%" cy="11" r="5" fill="{c}"/>'
    ).format(x=ends[0], y=max(ends[1], ends[0] + 0.5), m=place(better[0]), c=colour)
    says = f"{better[0]:+.2f} sd better, 95 % interval {min(better[1:]):+.2f} to {max(better[1:]):+.2f}"
    return framed(_band(22) + inside, 22, says)


def _band(height: int) -> Markup:
    least = lessons()["repair"]["least"]
    return Markup(
        '<rect x="{:g}%" y="0" width="{:g}%" height="{}" fill="{}"/><line x1="{:g}%" x2="{:g}%" y1="0" y2="{}" '
        'stroke="{}"/>'
    ).format(
        place(-least),
        place(least) - place(-least),
        height,
        COLOURS["grid"],
        place(0),
        place(0),
        height,
        COLOURS["edge"],
    )


def axis() -> Markup:
    """Return the one axis of all cells, with its band.

    Returns:
        SVG.
    """
    ticks = Markup("").join(
        words(place(at), 40, f"{at:+g} sd".replace("-", "−") if at else "0", anchor="middle") for at in (0, 1, 2, 3)
    )
    says = words(place(0.15), 14, "grey band: too small to matter")
    return framed(
        _band(24) + ticks + says, 46, "The axis of every cell, −0.5 to 3.5 standard deviations, better to the right"
    )


def default_help(care: str) -> tuple[str, ...]:
    """Return what is compared where nothing is chosen, by a rule that looks at trials and not at results.

    Every intervention with an adequate randomized trial that is indicated under this care and not refused, the
    better trials first, at most four.

    Args:
        care: key of the disturbance.

    Returns:
        Names.
    """
    given = [name for (kind, name), row in rows().items() if kind == care and not row["refused"]]
    tried = [name for name in given if INTERVENTIONS[name].evidence in _TRIED]
    return tuple(sorted(tried, key=lambda name: _TRIED.index(INTERVENTIONS[name].evidence))[:MOST_DEFAULT])


def fits(care: str) -> str:
    """Return what fits a disturbance in one sentence: the largest effects of helps with a trial.

    Args:
        care: key of the disturbance.

    Returns:
        The sentence.
    """
    found = [
        (BETTER[outcome] * row["outcomes"][outcome]["effect"], name, outcome)
        for (kind, name), row in rows().items()
        if kind == care and not row["refused"] and INTERVENTIONS[name].evidence.tried
        for outcome in ("comfort", "fear")
        if row["outcomes"][outcome]["verdict"] == EffectVerdict.HELPS
    ]
    if not found:
        return f"{DISTURBANCES[care]}: nothing with a trial moves comfort or fear by more than is too small to matter."
    best = {outcome: max(one for one in found if one[2] == outcome) for outcome in sorted({one[2] for one in found})}
    told = [f"{outcome}, {name} ({effect:.1f} sd)" for outcome, (effect, name, _) in best.items()]
    return f"{DISTURBANCES[care]}: most for {'; for '.join(told)}."
