"""School and later life: pictures and sentences from the shipped lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bowlby.evidence.claims_register.words import amount, published
from bowlby.evidence.comparison.result import load_result
from bowlby.reporting.palette import COLOURS
from bowlby.web.lessons.cares import CARES
from bowlby.web.lessons.result import lessons
from bowlby.web.lessons.school import LOOKS, TEACHERS, Look
from bowlby.web.picture import framed, words

ENDS: Mapping[str, tuple[float, float]] = {
    "state": (0.0, 1.0),
    "outcome": (-2.0, 2.0),
    "adult anxiety": (1.0, 7.0),
    "adult avoidance": (1.0, 7.0),
}
"""Ends of a scale: expectations from 0 to 1, bonds from 1 to 7, all else in standard deviations of usual lives."""


@dataclass(frozen=True)
class Picture:
    """One look drawn for all histories and teachers.

    Args:
        label: what is looked at.
        drawing: of it.
        unit: of its scale.
    """

    label: str
    drawing: Markup
    unit: str


def values_of(look: Look) -> Mapping[str, Mapping[str, float]]:
    """Return what the lives gave of one look.

    Args:
        look: what is looked at.

    Returns:
        Mean and middle half by "history/teacher".
    """
    return next(row["values"] for row in lessons()["school"]["looks"] if row["key"] == look.key)


def ends_of(look: Look) -> tuple[float, float]:
    """Return the ends of a scale.

    Args:
        look: what is looked at.

    Returns:
        Low and high.
    """
    if look.source in ENDS:
        return ENDS[look.source]
    return ENDS["state"] if "relief" in look.source else ENDS["outcome"]


def unit_of(look: Look) -> str:
    """Return the unit of a scale.

    Args:
        look: what is looked at.

    Returns:
        In words.
    """
    low, high = ends_of(look)
    if (low, high) == ENDS["state"]:
        return "0 to 1"
    return "1 to 7" if low == 1.0 else "standard deviations of usual lives"


def groups() -> Mapping[str, list[Picture]]:
    """Return all pictures.

    Returns:
        By heading.
    """
    found: dict[str, list[Picture]] = {}
    for look in LOOKS:
        found.setdefault(look.group, []).append(Picture(look.label, _drawing(look), unit_of(look)))
    return found


_ROW = 24.0


def _drawing(look: Look) -> Markup:
    rows = Markup("").join(_history(look, key, 14.0 + _ROW * place) for place, key in enumerate(CARES))
    low, high = ends_of(look)
    foot = 14.0 + _ROW * len(CARES) + 8.0
    ticks = words(46, foot, f"{low:g}".replace("-", "−"), anchor="middle", fill="muted")
    ticks += words(92, foot, f"{high:g}", anchor="middle", fill="muted")
    says = f"{look.label}, {unit_of(look)}: {_in_words(look)}"
    return framed(rows + ticks, foot + 6, says)


def _in_words(look: Look) -> str:
    values = values_of(look)
    told = {
        care.name: ", ".join(f"{values[f'{key}/{teacher.key}']['mean']:.2f}" for teacher in TEACHERS)
        for key, care in CARES.items()
    }
    return "; ".join(f"{name} {means}" for name, means in told.items())


def _place(look: Look, value: float) -> float:
    low, high = ends_of(look)
    return 46.0 + 46.0 * (min(max(value, low), high) - low) / (high - low)


def _history(look: Look, key: str, y: float) -> Markup:
    """Return one history: a dot for each teacher, hollow for one who withdraws, filled for a kind one."""
    care, values = CARES[key], values_of(look)
    colour = COLOURS[care.colour]
    places = [_place(look, values[f"{key}/{teacher.key}"]["mean"]) for teacher in TEACHERS]
    track = Markup('<line x1="46%" x2="92%" y1="{0:g}" y2="{0:g}" stroke="{1}" stroke-width="4"/>').format(
        y, COLOURS["grid"]
    )
    joined = Markup('<line x1="{:g}%" x2="{:g}%" y1="{:g}" y2="{:g}" stroke="{}" stroke-width="2"/>').format(
        min(places), max(places), y, y, colour
    )
    dots = Markup("").join(
        Markup(
            '<circle cx="{:g}%" cy="{:g}" r="6" fill="{}" stroke="{}" stroke-width="2"><title>{}: '
            "{:.2f}</title></circle>"
        ).format(place, y, fill, colour, teacher.name, values[f"{key}/{teacher.key}"]["mean"])
        for place, teacher, fill in zip(places, TEACHERS, (COLOURS["paper"], COLOURS["rule"], colour), strict=True)
    )
    return words(0, y + 4, care.name, fill=care.colour) + track + joined + dots


def kind_teacher() -> tuple[str, ...]:
    """Return the story of the kind teacher, with the numbers that the lives gave.

    Returns:
        Three paragraphs.
    """
    look = {one.key: values_of(one) for one in LOOKS}

    def of(key: str, care: str, teacher: str) -> float:
        return look[key][f"{care}/{teacher}"]["mean"]

    stays = of("trust", "neglect", "stays") - of("trust", "neglect", "withdraws")
    return (
        f"A child from trauma (threat) expects {of('trust', 'trauma', 'withdraws'):.2f} of the comfort of a usual "
        "teacher, "
        f"and {of('trust', 'trauma', 'kind'):.2f} of a kind one who stays; a child from neglect (deprivation) "
        f"{of('trust', 'neglect', 'withdraws'):.2f} and {of('trust', 'neglect', 'kind'):.2f}. That she stays when it "
        "acts out "
        f"adds {stays:.2f}; what she gives adds the rest.",
        f"With a kind teacher a child from neglect (deprivation) joins in by "
        f"{_change(of('engagement', 'neglect', 'kind') - of('engagement', 'neglect', 'withdraws'))} standard "
        "deviations, and "
        f"one from trauma (threat) acts out by "
        f"{_change(of('acting_out', 'trauma', 'kind') - of('acting_out', 'trauma', 'withdraws'))}. Neither comes up "
        "to a child "
        "from secure care with a usual teacher in acting out or in getting on with friends.",
        f"At 25, avoidance in close bonds is {of('adult_avoidance', 'neglect', 'withdraws'):.2f} of 7 after neglect "
        f"(deprivation) with the one and {of('adult_avoidance', 'neglect', 'kind'):.2f} with the other: little of it "
        "is left.",
    )


def _change(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


PUBLISHED_ROWS = ("M8", "M12")


def beside_published() -> list[dict[str, Any]]:
    """Return claims on school and later life: what has been published, and what the model gives beside it.

    Returns:
        A row a claim.
    """
    rows = [row for row in load_result()["claims"] if row["row"] in PUBLISHED_ROWS and row["published"]]
    return [
        {
            "id": row["id"],
            "claim": row["claim"],
            "published": published(row),
            "model": amount(row),
            "evidence": row["evidence"],
            "mark": row["model_mark"],
        }
        for row in rows
    ]
