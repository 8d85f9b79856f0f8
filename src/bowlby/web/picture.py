"""Pictures of the teaching pages, drawn on the server: positions in per cent and letters in pixels, so that a picture
fits every width and nothing in it shrinks below what can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from bowlby.reporting.palette import COLOURS

LETTERS, SMALL = 15, 13
"""Pixels."""
_LINE = 17.0

DASHES = {"secure": "7 3", "threat": "2 3", "deprivation": "10 3 2 3", "both": "4 2 1 2", "unpredictability": "12 3"}
"""By colour: kinds of care are told apart by dashes too."""


@dataclass(frozen=True)
class Curve:
    """One line of a chart, labelled at its end.

    Args:
        label: words at its end; " (" begins a second line.
        colour: name in the palette.
        points: x and y, each from 0 to 1.
        band: lower and upper y at each x, or none.
        strong: drawn heavier, without dashes.
    """

    label: str
    colour: str
    points: Sequence[tuple[float, float]]
    band: Sequence[tuple[float, float]] = ()
    strong: bool = False


@dataclass(frozen=True)
class Axes:
    """The frame of a chart.

    Args:
        x: position from 0 to 1 and words of each tick.
        y: the same, from the bottom.
        says: what is drawn, for those who cannot see it.
        height: pixels of the plot.
        marks: position from 0 to 1 and words of upright rules.
        band: y from and to, and words, of a shaded strip.
    """

    x: Sequence[tuple[float, str]]
    y: Sequence[tuple[float, str]]
    says: str
    height: float = 220.0
    marks: Sequence[tuple[float, str]] = field(default_factory=tuple)


WIDEST = 13
"""Letters of a label that stand beside a chart on a phone."""
LEFT, WIDE = 9.0, 62.0
"""Per cent of the width: where the plot begins, and how wide it is; labels stand to its right."""


def chart(curves: Sequence[Curve], axes: Axes) -> Markup:
    """Return a line chart.

    Args:
        curves: at least one.
        axes: its frame.

    Returns:
        SVG.
    """
    top = 26.0 if axes.marks else 10.0
    whole = top + axes.height + 28.0
    parts = [_grid(axes, top)]
    inner = Markup("").join([*(_band(one) for one in curves if one.band), *(_stroke(one) for one in curves)])
    parts.append(
        Markup(
            '<svg x="{}%" y="{}" width="{}%" height="{}" viewBox="0 0 100 100" preserveAspectRatio="none" '
            'overflow="visible">{}</svg>'
        ).format(LEFT, top, WIDE, axes.height, inner)
    )
    parts.append(_labels(curves, top, axes.height))
    return framed(Markup("").join(parts), whole, axes.says)


def framed(inside: Markup, height: float, says: str) -> Markup:
    """Return a drawing as wide as its place.

    Args:
        inside: its parts.
        height: pixels.
        says: what it shows, in words.

    Returns:
        SVG.
    """
    return Markup('<svg class="picture" width="100%" height="{:g}" role="img" aria-label="{}">{}</svg>').format(
        height, says, inside
    )


def words(x: float, y: float, text: str, *, anchor: str = "start", fill: str = "ink", size: int = SMALL) -> Markup:
    """Return a text.

    Args:
        x: per cent.
        y: pixels.
        text: one line.
        anchor: start, middle or end.
        fill: name in the palette.
        size: pixels.

    Returns:
        SVG.
    """
    return Markup('<text x="{:g}%" y="{:g}" text-anchor="{}" fill="{}" font-size="{}">{}</text>').format(
        x, y, anchor, COLOURS[fill], size, text
    )


def _grid(axes: Axes, top: float) -> Markup:
    parts: list[Markup] = []
    for at, text in axes.y:
        y = top + (1.0 - at) * axes.height
        parts.append(_rule((LEFT, y), (LEFT + WIDE, y), "rule"))
        parts.append(words(LEFT - 1.0, y + 4.0, text, anchor="end", fill="muted"))
    for at, text in axes.x:
        anchor = "start" if at == 0 else "end" if at == 1 else "middle"
        parts.append(words(LEFT + at * WIDE, top + axes.height + 20.0, text, anchor=anchor, fill="muted"))
    for at, text in axes.marks:
        x = LEFT + at * WIDE
        parts.append(_rule((x, top - 6.0), (x, top + axes.height), "faint"))
        parts.append(words(x, top - 11.0, text, anchor="middle" if at < 0.8 else "end", fill="ink"))
    return Markup("").join(parts)


def _rule(start: tuple[float, float], end: tuple[float, float], colour: str) -> Markup:
    return Markup('<line x1="{:g}%" y1="{:g}" x2="{:g}%" y2="{:g}" stroke="{}"/>').format(*start, *end, COLOURS[colour])


def _stroke(one: Curve) -> Markup:
    path = " ".join(
        f"{'M' if not place else 'L'}{100 * x:.2f} {100 * (1 - y):.2f}" for place, (x, y) in enumerate(one.points)
    )
    dash = "" if one.strong else DASHES.get(one.colour, "")
    return Markup(
        '<path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{}" '
        'vector-effect="non-scaling-stroke">'
        "<title>{}: {:.2f} at the end</title></path>"
    ).format(path, COLOURS[one.colour], 3.2 if one.strong else 2.2, dash, one.label, one.points[-1][1])


def _band(one: Curve) -> Markup:
    xs = [x for x, _ in one.points]
    there = [f"{100 * x:.2f} {100 * (1 - high):.2f}" for x, (_, high) in zip(xs, one.band, strict=True)]
    back = [f"{100 * x:.2f} {100 * (1 - low):.2f}" for x, (low, _) in zip(xs, one.band, strict=True)]
    return Markup('<path d="M{}Z" fill="{}" opacity="0.14"/>').format(
        "L".join([*there, *reversed(back)]), COLOURS[one.colour]
    )


def _labels(curves: Sequence[Curve], top: float, height: float) -> Markup:
    """Labels at the ends of the lines, pushed apart where lines end close together."""
    ordered = sorted(curves, key=lambda one: one.points[-1][1], reverse=True)
    ends = [(1.0 - one.points[-1][1]) * height for one in ordered]
    places = spread(ends, [_LINE * len(_split(one.label)) for one in ordered], height)
    return Markup("").join(
        words(LEFT + WIDE + 1.5, top + place + 4.0 + _LINE * row, text, fill=one.colour)
        for place, one in zip(places, ordered, strict=True)
        for row, text in enumerate(_split(one.label))
    )


def _split(label: str) -> list[str]:
    head, bracket, rest = label.partition(" (")
    first, space, last = head.rpartition(" ")
    lines = [first, last] if space and len(head) > WIDEST else [head]
    return [*lines, f"({rest}"] if bracket else lines


def spread(wanted: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Return places that keep labels apart, as near as may be to where they are wanted.

    Args:
        wanted: ascending, pixels.
        heights: of each label.
        room: pixels in which they should end.

    Returns:
        Ascending places, none closer to the next than its own height.
    """
    places: list[float] = []
    for at, _ in zip(wanted, heights, strict=True):
        least = places[-1] + heights[len(places) - 1] if places else 0.0
        places.append(max(at, least))
    below = room + heights[-1] if places else room
    for place in reversed(range(len(places))):
        places[place] = min(places[place], below - heights[place])
        below = places[place]
    return places
