"""The comparison on one A4 page: source, model and marks of claims, drawn from results; as SVG and as PNG.

Lengths are points (1/72 inch) on a page of 595 by 842; no text is smaller than 9 points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html import escape
from importlib.metadata import version
from typing import Any

from bowlby.evidence.claims_register.aspects import KINDS, TITLE, EvidenceMark, ModelMark
from bowlby.evidence.claims_register.words import Row
from bowlby.evidence.comparison.compare import NAMES, Comparison, ComparisonCell, ComparisonLine
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.reporting.palette import COLOURS, FONT, FORWARD, INK, MUTED, RULE

WIDTH, HEIGHT = 595, 842
MARGIN = 30
SMALLEST = 9.0
"""Points of the smallest text."""
LINE = 10.8
"""From one line of text to the next."""
COLUMNS = (MARGIN, 208, 388)
"""Where the source on trauma, the source on neglect, and the model begin."""
TEXT_WIDTH = 164
CHART_WIDTH = 177
ROOM = 7.6
"""Points between the middles of two marks, so that neither hides the other."""
CLAIM = (8.0, 10.2)
"""Width and height that a claim's square and bar take."""
UNDER = 7.6
"""Points from the top of a claim's square to that of its bar."""
BARS = {ModelMark.PUT_IN: 0.8, ModelMark.EMERGES: 2.2}
"""Points of the bar under the square of a claim that the model gives."""
BOLD = 1.08
"""How much wider bold type runs."""

EFFECTS: tuple[tuple[str, str], ...] = (
    ("M14.1", "after trauma: safety"),
    ("M14.4", "… then trauma-focused therapy"),
    ("M15.1", "neglect: training"),
    ("M15.3", "neglect: child-parent therapy"),
    ("M15.8", "institution: other caregivers"),
)
"""Claims whose effects stand beside what helps, and what they are called there."""

_WIDTHS: dict[str, float] = {
    **dict.fromkeys("ijl'’", 0.222),
    **dict.fromkeys("ft .,:;/I!", 0.278),
    **dict.fromkeys("r-()“”", 0.333),
    **dict.fromkeys("ckvsxyzJ", 0.5),
    **dict.fromkeys("wCDHNRU", 0.722),
    **dict.fromkeys("mM", 0.833),
    **dict.fromkeys("W—…%", 1.0),
}
"""Widths of letters in ems, as in sans-serif type of the Helvetica kind; capitals else .667, the rest .556."""


@dataclass
class _Page:
    """What has been drawn so far."""

    parts: list[str] = field(default_factory=list)

    def text(self, at: tuple[float, float], words: str, **look: object) -> None:
        """Draw one line of text with its baseline at a place."""
        style = {"font_size": SMALLEST, "fill": INK, **look}
        names = " ".join(f'{key.replace("_", "-")}="{value}"' for key, value in style.items())
        self.parts.append(f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" {names}>{escape(words)}</text>')

    def block(self, at: tuple[float, float], words: str, width: float, **look: object) -> float:
        """Draw wrapped text and return where the next line would stand."""
        x, y = at
        for line in wrapped(words, width):
            self.text((x, y), line, **look)
            y += LINE
        return y

    def line(self, start: tuple[float, float], end: tuple[float, float], colour: str = RULE, wide: float = 0.6) -> None:
        """Draw a straight line."""
        self.parts.append(
            f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" '
            f'stroke="{colour}" stroke-width="{wide}"/>'
        )

    def box(self, at: tuple[float, float], size: tuple[float, float], fill: str) -> None:
        """Draw a filled rectangle."""
        self.parts.append(
            f'<rect x="{at[0]:.1f}" y="{at[1]:.1f}" width="{size[0]:.1f}" height="{size[1]:.1f}" fill="{fill}"/>'
        )

    def mark(self, kind: str, at: tuple[float, float]) -> None:
        """Draw the mark of a kind of care: told apart by shape as well as by colour."""
        x, y = at
        colour = colour_of(kind)
        match kind:
            case "secure":
                shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" fill="white" stroke="{INK}" stroke-width="1.5"/>'
            case "trauma":
                shape = f'<path d="M{x:.1f} {y - 4.4:.1f}l4.2 7.6h-8.4z" fill="{colour}"/>'
            case "neglect":
                shape = f'<rect x="{x - 3.4:.1f}" y="{y - 3.4:.1f}" width="6.8" height="6.8" fill="{colour}"/>'
            case _:
                shape = f'<path d="M{x:.1f} {y - 4.8:.1f}l4.4 4.8l-4.4 4.8l-4.4 -4.8z" fill="{colour}"/>'
        self.parts.append(shape)

    def evidence(self, mark: EvidenceMark, at: tuple[float, float]) -> None:
        """Draw the square of the evidence: filled, half filled, empty or crossed out, in ink alone."""
        x, y = at
        if mark is EvidenceMark.FOR:
            self.box(at, (6.4, 6.4), INK)
            return
        if mark is EvidenceMark.CONFLICTING:
            self.parts.append(f'<path d="M{x:.1f} {y + 6.4:.1f}v-6.4l6.4 6.4z" fill="{INK}"/>')
        self.parts.append(
            f'<rect x="{x + 0.4:.1f}" y="{y + 0.4:.1f}" width="5.6" height="5.6" fill="none" stroke="{INK}" '
            f'stroke-width="0.8"/>'
        )
        if mark is EvidenceMark.AGAINST:
            self.line((x + 0.8, y + 0.8), (x + 5.6, y + 5.6), INK, 1.1)
            self.line((x + 5.6, y + 0.8), (x + 0.8, y + 5.6), INK, 1.1)

    def model(self, mark: ModelMark, at: tuple[float, float]) -> None:
        """Draw the bar of the model: thick where it emerges, thin where it was put in, none where it is not given."""
        if mark is not ModelMark.DOES_NOT_GIVE:
            self.box(at, (6.4, BARS[mark]), INK)


def colour_of(kind: str) -> str:
    """Return the colour of a kind of care.

    Args:
        kind: its key.

    Returns:
        The colour.
    """
    return COLOURS[KINDS[kind].axis]


def width_of(words: str, size: float = SMALLEST) -> float:
    """Return about how wide a text is in a sans-serif of usual widths.

    Args:
        words: the text.
        size: points.

    Returns:
        Points.
    """
    return size * sum(_WIDTHS.get(one, 0.667 if one.isupper() else 0.556) for one in words)


def wrapped(words: str, width: float, size: float = SMALLEST) -> list[str]:
    """Return a text in lines that fit a width.

    Args:
        words: the text.
        width: points.
        size: points of the type.

    Returns:
        Lines; a word wider than the line stands alone.
    """
    lines: list[str] = []
    for word in words.split():
        if lines and width_of(f"{lines[-1]} {word}", size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


def infographic(found: Comparison) -> str:
    """Return the comparison on one A4 page as SVG.

    Args:
        found: the comparison.

    Returns:
        The SVG document; it names no address but those of its format.
    """
    page = _Page()
    y = _header(page)
    for one in found.lines:
        y = _row(page, one, found, y)
    _footer(page, found, y)
    alt = "; ".join(f"{one.line.name}: {cell.marked}" for one in found.lines for cell in one.cells.values())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}pt" height="{HEIGHT}pt" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{escape(FONT)}" role="img" aria-labelledby="t d">'
        f'<title id="t">{escape(TITLE)}</title><desc id="d">{escape(alt)}</desc>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{"".join(page.parts)}</svg>\n'
    )


def infographic_png(found: Comparison, scale: float = 3.0) -> bytes:
    """Return the comparison on one A4 page as a PNG file's bytes.

    Args:
        found: the comparison.
        scale: pixels a point, > 0.

    Returns:
        The bytes.

    Raises:
        ValueError: the drawing engine fails.
    """
    import vl_convert

    return vl_convert.svg_to_png(infographic(found).replace(f'width="{WIDTH}pt" height="{HEIGHT}pt" ', ""), scale=scale)


def _header(page: _Page) -> float:
    page.text((MARGIN, 36), TITLE, font_size=20, font_weight=700)
    says = (
        "What a popular source says of “attachment trauma” and “attachment neglect” (restated, its own), what a model "
        "of attachment gives beside secure care, and how both stand to published findings."
    )
    y = page.block((MARGIN, 50), says, WIDTH - 2 * MARGIN, fill=MUTED)
    y += 5
    titles = (*((NAMES[kind], colour_of(kind)) for kind in ("trauma", "neglect")), ("The model", INK))
    for x, (title, colour) in zip(COLUMNS, titles, strict=True):
        page.box((x, y - 3), (TEXT_WIDTH if x < COLUMNS[2] else CHART_WIDTH, 2.4), colour)
        page.text((x, y + 10), title, font_size=11, font_weight=700, fill=colour)
        note = "the source" if x < COLUMNS[2] else "each line from 0 to 1"
        page.text((x + 8 + BOLD * width_of(title, 11), y + 10), note, fill=MUTED)
    return y + 16


def _row(page: _Page, one: ComparisonLine, found: Comparison, top: float) -> float:
    page.line((MARGIN, top), (WIDTH - MARGIN, top))
    y = top + 12
    page.text((MARGIN, y), one.line.name, font_size=10.5, font_weight=700)
    start = MARGIN + BOLD * width_of(one.line.name, 10.5) + 12
    page.mark("secure", (start, y - 3))
    said = f"Secure care: {one.line.secure[0].lower()}{one.line.secure[1:]}"
    y = page.block((start + 8, y), said, WIDTH - MARGIN - start - 8, fill=MUTED) + 1.5
    ends = [_said(page, one.cells[side], (x, y)) for side, x in zip(("trauma", "neglect"), COLUMNS, strict=False)]
    left = max(ends)
    if one.line.both or one.cells["both"].claims:
        left = _both(page, one, left)
    right = _effects(page, found, y) if one.line.key == "therapy" else _profile(page, one, y)
    return max(left - 1.0, right + 3.0)


def _said(page: _Page, cell: ComparisonCell, at: tuple[float, float]) -> float:
    y = page.block(at, cell.source, TEXT_WIDTH)
    return _squares(page, cell, (at[0], y - 5.5), TEXT_WIDTH) + 9.8


def _both(page: _Page, one: ComparisonLine, y: float) -> float:
    page.text((COLUMNS[0], y), f"{NAMES['both']}:", font_weight=700, fill=colour_of("both"))
    x = COLUMNS[0] + 26
    words = one.line.both or "(nothing by name)"
    y = page.block((x, y), words, COLUMNS[1] + TEXT_WIDTH - x)
    last = wrapped(words, COLUMNS[1] + TEXT_WIDTH - x)[-1]
    room = COLUMNS[1] + TEXT_WIDTH - x - width_of(last) - 8
    count = len(one.cells["both"].claims)
    if room >= 8 * count:
        _squares(page, one.cells["both"], (x + width_of(last) + 6, y - LINE - 6.5), room)
        return y
    return _squares(page, one.cells["both"], (x, y - 6.5), COLUMNS[1] + TEXT_WIDTH - x) + 10


def _squares(page: _Page, cell: ComparisonCell, at: tuple[float, float], width: float) -> float:
    """Draw a square for the evidence of each claim, with a bar under it for the model, and return the lower edge."""
    fits = max(1, int(width // CLAIM[0]))
    for place, row in enumerate(cell.claims):
        x, y = at[0] + CLAIM[0] * (place % fits), at[1] + CLAIM[1] * (place // fits)
        page.evidence(EvidenceMark(row["evidence"]), (x, y))
        page.model(ModelMark(row["model_mark"]), (x, y + UNDER))
    return at[1] + CLAIM[1] * max(1, math.ceil(len(cell.claims) / fits))


def _profile(page: _Page, one: ComparisonLine, y: float) -> float:
    for row in one.profile:
        colour = FORWARD if row["simulated_forward"] else INK
        page.text((COLUMNS[2], y), row["label"], fill=colour)
        y += 8.5
        _strip(page, row, y)
        y += 15
    return y - 5


def _strip(page: _Page, row: Row, y: float) -> None:
    x, width = COLUMNS[2] + 5, CHART_WIDTH - 10
    page.line((x, y), (x + width, y), RULE, 1.0)
    for end in (0.0, 0.5, 1.0):
        page.line((x + end * width, y - 2.5), (x + end * width, y + 2.5), RULE, 1.0)
    shares = {
        kind: (each["mean"] - row["bottom"]) / (row["top"] - row["bottom"]) for kind, each in row["values"].items()
    }
    for kind, place in spread_apart({kind: share * width for kind, share in shares.items()}, width).items():
        page.mark(kind, (x + place, y))


def spread_apart(places: dict[str, float], width: float) -> dict[str, float]:
    """Return places on a line moved so far apart that no mark hides another; the order stays.

    Args:
        places: by kind, points from the left end.
        width: of the line, points.

    Returns:
        Places between 0 and the width, at least `ROOM` apart.
    """
    order = sorted(places, key=lambda kind: places[kind])
    found = [min(max(places[kind], 0.0), width) for kind in order]
    for _ in range(100):
        for left in range(len(found) - 1):
            lack = max(0.0, ROOM - (found[left + 1] - found[left]))
            found[left], found[left + 1] = found[left] - lack / 2, found[left + 1] + lack / 2
        found = [min(max(place, 0.0), width) for place in found]
    return dict(zip(order, found, strict=True))


def _effects(page: _Page, found: Comparison, y: float) -> float:
    page.text((COLUMNS[2], y), "Change in fear (trauma) or trust (neglect), sd", fill=MUTED)
    rows: dict[str, Any] = {row["id"]: row for row in found.result["claims"]}
    drawn = [(rows[id], label) for id, label in EFFECTS if id in rows and rows[id]["model"] is not None]
    most = max((math.sqrt(abs(row["model"])) for row, _ in drawn), default=1.0)
    for row, label in drawn:
        y += LINE
        page.text((COLUMNS[2], y), label)
        colour = colour_of(row["side"])
        page.text(
            (WIDTH - MARGIN, y),
            f"{row['model']:+.1f}".replace("-", "−"),
            fill=colour,
            font_weight=700,
            text_anchor="end",
        )
        y += 5
        page.box((COLUMNS[2], y - 2), (max(1.0, CHART_WIDTH * math.sqrt(abs(row["model"])) / most), 3.0), colour)
    return y + 8


def _footer(page: _Page, found: Comparison, y: float) -> None:
    page.line((MARGIN, y), (WIDTH - MARGIN, y), INK, 0.8)
    y = _legend(page, found, y + 12) + 3
    limits = (
        "Marks that would meet are moved apart; bars of effects are as long as the square root of the change.",
        found.rests_on,
        PURPOSE_AND_LIMITS[0],
        PURPOSE_AND_LIMITS[2],
        "Autism, illness, loss, temperament and present stress can look alike. Insecure attachment is organized and "
        "within the normal range.",
    )
    y = page.block((MARGIN, y), " ".join(limits), WIDTH - 2 * MARGIN, fill=MUTED)
    page.text((MARGIN, y), f"bowlby {version('bowlby')} · every claim, number and citation: bowlby compare", fill=MUTED)


def _legend(page: _Page, found: Comparison, y: float) -> float:
    x: float = MARGIN
    for kind in KINDS:
        page.mark(kind, (x + 4, y - 3))
        page.text((x + 12, y), NAMES[kind].lower())
        x += 24 + width_of(NAMES[kind])
    page.text((x, y), "in this colour: simulated forward, seen in no record", fill=FORWARD)
    y += LINE + 2
    x = MARGIN
    x = _worded(page, (x, y), "a square for each claim tested; the evidence:")
    for mark in EvidenceMark:
        page.evidence(mark, (x, y - 6.5))
        x = _worded(page, (x + 10, y), f"{mark} ({found.result['evidence_marks'][mark]})")
    y += LINE
    x = _worded(page, (MARGIN, y), "the bar under it; the model:")
    for mark in ModelMark:
        page.model(mark, (x, y - 3.5))
        words = f"{mark if mark in BARS else f'none: {mark}'} ({found.result['model_marks'][mark]})"
        x = _worded(page, (x + (10 if mark in BARS else 0), y), words)
    return y + LINE


def _worded(page: _Page, at: tuple[float, float], words: str) -> float:
    """Draw words of the legend and return where the next would stand."""
    page.text(at, words)
    return at[0] + width_of(words) + 7
