"""The guided story: ten steps from one cry to what repairs, each with its picture and the claims that it rests on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from bowlby.reporting.palette import COLOURS
from bowlby.web.evidence import Mark, marks_of, row_of
from bowlby.web.lessons.cares import CARES
from bowlby.web.lessons.result import lessons
from bowlby.web.picture import Axes, Curve, chart, framed, words

DAY_TICKS = ((1.0, "1 day"), (7.0, "1 wk"), (30.4, "1 mo"), (183.0, "6 mo"), (1095.75, "3 y"))
FULL = ((0.0, "none"), (0.5, "half"), (1.0, "all"))


@dataclass(frozen=True)
class Step:
    """One step of the story.

    Args:
        number: from 1.
        title: its heading.
        says: sentences beside the picture.
        picture: drawn.
        equation: behind the picture, in the model's symbols and in words.
        sure: how sure the picture is, one or two sentences.
        marks: the claims that it rests on, with their two marks.
        question: to be guessed before the picture is seen; empty for none.
    """

    number: int
    title: str
    says: tuple[str, ...]
    picture: Markup
    equation: str
    sure: str
    marks: tuple[Mark, ...]
    question: str = ""


@cache
def story() -> tuple[Step, ...]:
    """Return the ten steps, from the shipped numbers.

    Returns:
        In order.

    Raises:
        InputError: the numbers are missing or of another version.
    """
    makers: Sequence[Callable[[int], Step]] = (
        _cry,
        _update,
        _day,
        _secure,
        _neglect,
        _trauma,
        _inconsistent,
        _others,
        _repair,
        _sure,
    )
    return tuple(make(number) for number, make in enumerate(makers, start=1))


ONE_CHILD = "One simulated child of the median family, seed 0. The rule is the model's; no child was measured here."
MANY = "Middle of 64 simulated children, seed 0. Rates are assumed, not fitted to any child; read order, not sizes."


def _cry(number: int) -> Step:
    found = lessons()["cry"]
    came, none = found["answered"], found["not answered"]
    return Step(
        number,
        "One cry",
        (
            f"A child of {found['weeks']} weeks needs somebody, and shows it.",
            f"Once an answer comes after {came['minutes']:.1f} minutes: {came['relief']:.2f} of the need is relieved.",
            f"Once, in the very same moment, none comes: {none['relief']:.2f} is.",
        ),
        _cry_picture(came, none),
        "r = relief that came, 0 to 1: warmth and holding add to it, delay and fright take from it",
        ONE_CHILD,
        marks_of("M4.1", "M4.2"),
    )


def _cry_picture(came: Mapping[str, Any], none: Mapping[str, Any]) -> Markup:
    rows = [
        _moment(20.0, "answered", came["minutes"], came["relief"], "deprivation"),
        _moment(140.0, "not answered", None, none["relief"], "faint"),
    ]
    says = f"The same cry answered after {came['minutes']:.1f} minutes and not answered"
    return framed(Markup("").join(rows), 250, says)


def _moment(y: float, title: str, minutes: float | None, relief: float, colour: str) -> Markup:
    arrow = Markup('<line x1="24%" x2="{}%" y1="{:g}" y2="{:g}" stroke="{}" stroke-width="3"/>').format(
        58 if minutes else 74, y + 52, y + 52, COLOURS["rule" if minutes is None else colour]
    )
    adult = _person(68, y + 34, 17, colour) if minutes is not None else Markup("")
    told = f"{minutes:.1f} minutes" if minutes is not None else "nobody comes"
    return Markup("").join(
        [
            words(2, y + 8, title, size=15),
            _person(14, y + 46, 10, "threat" if minutes is None else "child"),
            words(24, y + 42, told, fill="muted"),
            arrow,
            adult,
            words(80, y + 44, "relief"),
            words(80, y + 62, f"{relief:.2f} of 1", size=15),
        ]
    )


def _person(x: float, y: float, size: float, colour: str) -> Markup:
    """A head and shoulders: `size` is the radius of the head, pixels."""
    return Markup(
        '<svg x="{x:g}%" y="{y:g}" width="1" height="1" overflow="visible"><circle r="{r:g}" fill="{c}"/>'
        '<path d="M {l:g} {b:g} q 0 {h:g} {w:g} {h:g} t {w:g} {d:g} z" fill="{c}"/></svg>'
    ).format(
        x=x, y=y, r=size, c=COLOURS[colour], l=-1.6 * size, b=3.2 * size, h=-1.9 * size, w=1.6 * size, d=1.9 * size
    )


def _update(number: int) -> Step:
    found = lessons()["cry"]
    came, none = found["answered"], found["not answered"]
    up, down = came["relief_after"] - came["relief_before"], none["relief_after"] - none["relief_before"]
    return Step(
        number,
        "The expectation moves, a little",
        (
            f"Before the cry the child expected {came['relief_before']:.3f} of the relief that it might get.",
            f"The answer moves that by {up:+.3f}, its absence by {down:+.3f}: one step towards what came.",
            "No single cry makes or breaks anything. The more a child has met, the smaller each step.",
        ),
        _update_picture(came, none),
        f"m ← m + (x / n) (r − m): here {came['relief_before']:.3f} + ({came['weight']:.2f} / "
        f"{came['evidence_after']:.2f}) × ({came['relief']:.2f} − {came['relief_before']:.3f}) = "
        f"{came['relief_after']:.3f}",
        ONE_CHILD,
        marks_of("M2.4", "M6.2"),
    )


def _update_picture(came: Mapping[str, Any], none: Mapping[str, Any]) -> Markup:
    before = came["relief_before"]
    low, high = before - 0.025, before + 0.025
    near = lambda value: 8.0 + 84.0 * (value - low) / (high - low)  # noqa: E731
    parts = [
        words(0, 16, "relief expected of showing a need, 0 to 1", fill="muted"),
        _scale(40.0),
        words(8, 66, "0", anchor="middle", fill="muted"),
        words(92, 66, "1", anchor="middle", fill="muted"),
        _dot(8 + 84 * before, 40.0, "ink"),
        _fan((8 + 84 * low, 8 + 84 * high), (46.0, 110.0)),
        words(0, 100, "twenty times closer", fill="muted"),
        _scale(126.0),
        _dot(near(before), 126.0, "ink"),
        words(near(before), 108, f"before {before:.3f}", anchor="middle"),
    ]
    for branch, y, colour in ((came, 172.0, "deprivation"), (none, 222.0, "threat")):
        after = branch["relief_after"]
        parts += [
            _arrow(near(before), near(after), y, colour),
            words(
                near(after) + (2 if after > before else -2),
                y + 5,
                f"{after:.3f}",
                anchor="start" if after > before else "end",
            ),
            words(50, y + 24, "after an answer" if branch is came else "after none", anchor="middle", fill="muted"),
        ]
    return framed(
        Markup("").join(parts),
        252,
        f"Expected relief {before:.3f} before; {came['relief_after']:.3f} after an answer, "
        f"{none['relief_after']:.3f} after none",
    )


def _scale(y: float) -> Markup:
    return Markup('<line x1="8%" x2="92%" y1="{0:g}" y2="{0:g}" stroke="{1}" stroke-width="4"/>').format(
        y, COLOURS["grid"]
    )


def _dot(x: float, y: float, colour: str) -> Markup:
    return Markup('<circle cx="{:g}%" cy="{:g}" r="7" fill="{}"/>').format(x, y, COLOURS[colour])


def _fan(ends: tuple[float, float], heights: tuple[float, float]) -> Markup:
    return Markup("").join(
        Markup('<line x1="{:g}%" y1="{:g}" x2="{:g}%" y2="{:g}" stroke="{}" stroke-dasharray="3 3"/>').format(
            start, heights[0], end, heights[1], COLOURS["edge"]
        )
        for start, end in zip(ends, (8.0, 92.0), strict=True)
    )


def _arrow(start: float, end: float, y: float, colour: str) -> Markup:
    return Markup(
        '<line x1="{0:g}%" x2="{1:g}%" y1="{2:g}" y2="{2:g}" stroke="{3}" stroke-width="4"/>'
        '<circle cx="{1:g}%" cy="{2:g}" r="6" fill="{3}"/>'
    ).format(start, end, y, COLOURS[colour])


def _bids(key: str) -> list[Mapping[str, Any]]:
    return list(lessons()["days"][key])


def _answered(key: str) -> str:
    bids = _bids(key)
    shown = [bid for bid in bids if bid["level"] != "hardly shows it" and not bid["frozen"]]
    came = sum(bid["answered"] for bid in bids)
    return f"{len(shown)} of {len(bids)} needs are shown, {came} are answered"


def _day(number: int) -> Step:
    bids = _bids("secure")
    first, last = bids[0]["relief_before"], [bid for bid in bids if bid["level"] == "shows it"][-1]["relief_after"]
    return Step(
        number,
        "A day of bids",
        (
            "Twelve needs come up in a waking day. Each stands for one column: how loudly it was shown, and what came.",
            f"In secure care {_answered('secure')}. Good enough is not perfect.",
            f"Over this day the expectation goes from {first:.3f} to {last:.3f}: a day, good or bad, does not do much.",
        ),
        _day_picture(("secure",)),
        "P(act) ∝ exp(β V_act): what brings relief is shown again, what costs more than it brings is not",
        ONE_CHILD,
        marks_of("M2.3", "M4.4"),
    )


LOUD = {"hardly shows it": 14.0, "shows it": 34.0, "cries out": 56.0}


def _day_picture(keys: Sequence[str]) -> Markup:
    rows = [_day_row(key, 42.0 + 136.0 * row) for row, key in enumerate(keys)]
    height = 136.0 * len(keys) + 48.0
    legend = Markup("").join(
        [
            words(0, height - 24, "height: how loudly a need is shown", fill="muted"),
            words(0, height - 7, "filled: answered; hollow: not; red cross: frightened", fill="muted"),
        ]
    )
    told = "; ".join(f"{CARES[key].name}: {_answered(key)}" for key in keys)
    return framed(Markup("").join([*rows, legend]), height, f"One day of twelve needs. {told}")


def _day_row(key: str, top: float) -> Markup:
    care = CARES[key]
    parts = [words(0, top - 26, care.name, fill=care.colour), words(0, top - 8, _answered(key))]
    for place, bid in enumerate(_bids(key)):
        parts.append(_column(place, bid, top + 76.0, care.colour))
    return Markup("").join(parts)


def _column(place: int, bid: Mapping[str, Any], foot: float, colour: str) -> Markup:
    height, x = LOUD[bid["level"]], 1.0 + 8.2 * place
    fill = COLOURS[colour] if bid["answered"] else COLOURS["paper"]
    bar = Markup(
        '<rect x="{:g}%" y="{:g}" width="5.4%" height="{:g}" fill="{}" stroke="{}" '
        'stroke-width="2"><title>{}</title></rect>'
    ).format(x, foot - height, height, fill, COLOURS[colour], _in_words(bid))
    if bid["threat"] <= 0:
        return bar
    return bar + words(x + 2.7, foot + 16, "×", anchor="middle", fill="threat", size=18)


def _in_words(bid: Mapping[str, Any]) -> str:
    came = f"answered after {bid['minutes']:.1f} minutes" if bid["answered"] else "not answered"
    fright = ", and frightened" if bid["threat"] > 0 else ""
    return f"{bid['level']}: {came}{fright}; expectation {bid['relief_before']:.3f} to {bid['relief_after']:.3f}"


def log_place(days: float) -> float:
    """Return where an age stands on the axis of the story, 0 at one day and 1 at three years.

    Args:
        days: >= 1.

    Returns:
        Its place.
    """
    return math.log(days) / math.log(DAY_TICKS[-1][0])


def _lines(quantity: str, keys: Sequence[str], strong: str = "") -> list[Curve]:
    found = lessons()["months"]
    curves: list[Curve] = []
    for key in keys:
        rows, care = found["cares"][key][quantity], CARES[key]
        points = [(log_place(day), row[1]) for day, row in zip(found["days"], rows, strict=True)]
        band = [(row[0], row[2]) for row in rows] if key == strong else ()
        curves.append(Curve(care.name, care.colour, points, band, key == strong))
    return curves


def _over_months(quantity: str, keys: Sequence[str], strong: str, says: str) -> Markup:
    ticks = [(log_place(day), text) for day, text in DAY_TICKS]
    return _titled(says, chart(_lines(quantity, keys, strong), Axes(ticks, FULL, says)))


def _titled(says: str, drawing: Markup) -> Markup:
    return Markup('<p class="drawn">{}</p>{}').format(says, drawing)


def middle(quantity: str, key: str, days: float) -> float:
    """Return what the middle child of a kind of care has reached at an age.

    Args:
        quantity: one of those drawn.
        key: of the kind of care.
        days: the nearest age that was read is taken.

    Returns:
        From 0 to 1.
    """
    found = lessons()["months"]
    place = min(range(len(found["days"])), key=lambda one: abs(found["days"][one] - days))
    return float(found["cares"][key][quantity][place][1])


LAST = 1095.75
APART = tuple(key for key in CARES if key not in ("both", "inconsistent"))
"""Kinds of care that stand side by side where the two axes are told apart."""


def lowered(sentence: str) -> str:
    """Return a sentence that goes on after other words.

    Args:
        sentence: with a capital.

    Returns:
        The same without it.
    """
    return sentence[:1].lower() + sentence[1:]


def _secure(number: int) -> Step:
    at = [middle("comfort_expectation", "secure", days) for days in (1, 30, 183, LAST)]
    return Step(
        number,
        "Months of secure care",
        (
            "Somebody is near, calm, can be reached, and answers most of the time: soon, warmly, to the need.",
            f"The comfort that the child expects goes from {at[0]:.2f} after a day to {at[1]:.2f} after a month, "
            f"{at[2]:.2f} after half a year and {at[3]:.2f} after three years.",
            "Most is learned early and quickly; what is known later moves more slowly. The axis is stretched to show "
            "it.",
        ),
        _over_months("comfort_expectation", ("secure",), "secure", "comfort that the child expects when it asks"),
        "n ← n + x − h x (n − 1): the evidence n grows, so that each step x / n becomes smaller",
        MANY,
        marks_of("M2.5", "M12.14"),
    )


def _neglect(number: int) -> Step:
    fall = middle("comfort_expectation", "neglect", LAST), middle("comfort_expectation", "secure", LAST)
    hidden = middle("minimising", "neglect", LAST), middle("minimising", "secure", LAST)
    return Step(
        number,
        "Neglect (deprivation): nothing comes",
        (
            f"Nobody harms this child. But of the same day, {_answered('neglect')}.",
            f"It comes to expect {fall[0]:.2f} of the comfort, against {fall[1]:.2f} in secure care; and it hardly "
            "shows "
            f"{_of_hundred(hidden[0])} of a hundred needs, against {_of_hundred(hidden[1])}.",
            "It looks easy. It has stopped asking because asking brings nothing, and it comes to feel unseen.",
        ),
        _day_picture(("secure", "neglect"))
        + _over_months("comfort_expectation", ("secure", "neglect"), "neglect", "comfort expected when it asks"),
        "r is near 0 bid after bid, so that m falls; worth S ← S + α χ (noticed − S) falls with it",
        MANY,
        marks_of("M2.1", "M2.4", "M7.2", "M9.7"),
        "Nobody answers. Will this child cry more, or less?",
    )


def _of_hundred(share: float) -> str:
    return f"{100 * share:.0f}"


def _trauma(number: int) -> Step:
    threat = middle("threat_expectation", "trauma", LAST), middle("threat_expectation", "neglect", LAST)
    freeze = middle("freezing", "trauma", LAST), middle("freezing", "secure", LAST)
    loud = middle("intensifying", "trauma", LAST), middle("intensifying", "secure", LAST)
    return Step(
        number,
        "Trauma (threat): what comes frightens",
        (
            f"This caregiver {lowered(CARES['trauma'].says)}",
            f"The child comes to expect threat: {threat[0]:.2f} of 1, against {threat[1]:.2f} in neglect "
            "(deprivation). "
            "It rises within days and fades over many months.",
            "It does not stop needing. The one it needs is the one it fears: it freezes or contradicts itself at "
            f"{_of_hundred(freeze[0])} of a hundred needs, against {_of_hundred(freeze[1])} in secure care, and "
            "cries out "
            f"at {_of_hundred(loud[0])}, against {_of_hundred(loud[1])}.",
        ),
        _over_months("threat_expectation", APART, "trauma", "threat that the child expects")
        + _over_months("freezing", APART, "trauma", "needs at which it freezes, share"),
        "T ← T + α₊ (d − T) when fright d is above T, T ← T + α₋ (d − T) below: up fast (.1), down slowly (.004)",
        MANY,
        marks_of("M1.1", "M1.6", "M3.2", "M9.1"),
        "Answers come, and some of them frighten. Does the child cry out more, or less?",
    )


def _inconsistent(number: int) -> Step:
    keys = ("secure", "inconsistent", "neglect")
    loud = {key: middle("intensifying", key, LAST) for key in keys}
    comfort = {key: middle("comfort_expectation", key, LAST) for key in keys}
    resistant = 100.0 * row_of("M3.5")["model"]
    return Step(
        number,
        "Inconsistent care: now and then",
        (
            "This caregiver comes and goes, and answers loud protest, in some hours only.",
            f"The child expects {comfort['inconsistent']:.2f} of the comfort, against {comfort['neglect']:.2f} in "
            "neglect "
            f"(deprivation) and {comfort['secure']:.2f} in secure care. At 18 months {resistant:.0f} more of a "
            "hundred are "
            "resistant: they seek contact and push it away in anger. That is organized, and in the normal range.",
            "Texts expect a louder child. The middle one here is not: it cries out at "
            f"{_of_hundred(loud['inconsistent'])} "
            f"of a hundred needs after three years, against {_of_hundred(loud['secure'])} in secure care.",
        ),
        _over_months("comfort_expectation", keys, "inconsistent", "comfort expected when it asks")
        + _over_months("intensifying", keys, "inconsistent", "needs at which it cries out, share"),
        "willingness to answer b(signal) = σ(b₀ + b_s (signal − ½)): only loud signals are answered, in some hours "
        "only",
        MANY,
        marks_of("M3.4", "M3.5", "M4.7"),
    )


WHO = (("stranger", "a stranger, at 3 years"), ("teacher", "its teacher, at 4"), ("friend", "its friends, at 4"))


def _others(number: int) -> Step:
    new = lessons()["school"]["new"]
    stranger = {key: new[key]["stranger"]["comfort"]["mean"] for key in CARES}
    teacher = {key: new[key]["teacher"]["comfort"]["mean"] for key in CARES}
    return Step(
        number,
        "A stranger, a teacher, a friend",
        (
            "Whom it does not know the child meets with what it has learned of adults in general.",
            f"Of a stranger, a child from secure care expects {stranger['secure']:.2f} of the comfort, one from "
            "neglect "
            f"{stranger['neglect']:.2f}, one from trauma (threat) {stranger['trauma']:.2f}.",
            f"After a year with a usual teacher, who has many children, they expect {teacher['secure']:.2f}, "
            f"{teacher['neglect']:.2f} and {teacher['trauma']:.2f} of her: who she is counts more than where they "
            "come from.",
        ),
        _others_picture(),
        "a new person starts at G, the belief about adults: G ← G + α_g χ p (m − G)",
        "Mean of 512 simulated children, seed 0; a quarter of them lie beyond each end of a line.",
        marks_of("M6.2", "M7.1", "M8.1", "M8.4"),
    )


def _others_picture() -> Markup:
    new = lessons()["school"]["new"]
    parts: list[Markup] = []
    for block, (who, says) in enumerate(WHO):
        top = 24.0 + 148.0 * block
        parts.append(words(0, top, f"comfort expected of {says}", size=15))
        for row, (key, care) in enumerate(CARES.items()):
            parts.append(span_row(top + 24.0 + 22.0 * row, care.name, care.colour, new[key][who]["comfort"]))
    return framed(
        Markup("").join(parts),
        24 + 148 * len(WHO),
        "Comfort expected of a stranger, a teacher and friends, by care at home",
    )


def span_row(y: float, name: str, colour: str, value: Mapping[str, float], top: float = 1.0) -> Markup:
    """Return one labelled mean with its middle half, on a scale from 0.

    Args:
        y: pixels.
        name: its label.
        colour: name in the palette.
        value: mean, low and high.
        top: end of the scale.

    Returns:
        SVG.
    """
    at = {key: 46.0 + 42.0 * value[key] / top for key in ("mean", "low", "high")}
    return Markup("").join(
        [
            words(0, y + 4, name, fill=colour),
            Markup('<line x1="46%" x2="88%" y1="{0:g}" y2="{0:g}" stroke="{1}" stroke-width="4"/>').format(
                y, COLOURS["grid"]
            ),
            Markup('<line x1="{:g}%" x2="{:g}%" y1="{:g}" y2="{:g}" stroke="{}" stroke-width="4"/>').format(
                at["low"], at["high"], y, y, COLOURS[colour]
            ),
            _dot(at["mean"], y, colour),
            words(100, y + 4, f"{value['mean']:.2f}", anchor="end"),
        ]
    )


def _repair(number: int) -> Step:
    lines = lessons()["repair"]["lines"]
    ends = {line["says"]: line["middle"][-1] for line in lines}
    unhelped = {line["care"]: line["middle"][-1] for line in lines if not line["steps"]}
    drawings = [_line_chart(lines, care, quantity, says) for care, quantity, says in _DRAWN]
    return Step(
        number,
        "What repairs it",
        (
            "After trauma (threat), safety comes first: expected threat falls when threat ends, to "
            f"{ends['threat ends at 3½ years']:.2f} at seven years. Therapy adds little to that here, and training of "
            f"answers alone leaves {ends['training alone at 3½ years']:.2f}.",
            "After neglect (deprivation) somebody who answers is what was missing. Training brings expected comfort "
            "from "
            f"{unhelped['neglect']:.2f} to {ends['training at 2 years']:.2f}, an end of threat to "
            f"{ends['threat ends at 2 years (there was none)']:.2f}; for a child in an institution another family "
            "brings it "
            f"to {ends['institution, then a family at 2½ years']:.2f}.",
            "Help that does not fit changes next to nothing; and what fits often changes little, if those who care "
            "stay as "
            "they are.",
        ),
        Markup("").join(drawings),
        "an intervention moves traits of the caregiver or the child by its effect in trials; what the child then "
        "expects is "
        "learned, by the same rule as in step 2",
        "Middle of 512 simulated children, seed 0. Most sizes of interventions are assumed; intervals stand under "
        "What helps.",
        marks_of("M14.1", "M14.2", "M15.1", "M15.8", "M16.1", "M16.2"),
    )


_DRAWN = (
    (("trauma",), "threat_expectation", "after trauma (threat): threat expected"),
    (("neglect", "placed at 30 months"), "comfort_expectation", "after neglect (deprivation): comfort expected"),
)
SHORT: Mapping[str, str] = {
    "nothing changes": "nothing (changes)",
    "threat ends at 3½ years": "safety (at 3½)",
    "threat ends, then trauma-focused therapy at 4½": "safety, (then therapy)",
    "training alone at 3½ years": "training (alone, 3½)",
    "training at 2 years": "training (at 2)",
    "child-parent psychotherapy at 2 years": "CPP (at 2)",
    "threat ends at 2 years (there was none)": "safety (no threat)",
    "institution, then a family at 2½ years": "institution, (family at 2½)",
}
"""Labels at the ends of lines; the whole stands in the words."""
_SERIES = ("ink", "deprivation", "amber", "unpredictability", "leaf")


def _line_chart(lines: Sequence[Mapping[str, Any]], cares: Sequence[str], quantity: str, says: str) -> Markup:
    chosen = [line for line in lines if line["care"] in cares and line["quantity"] == quantity]
    curves = [
        Curve(
            SHORT[line["says"]],
            colour,
            [((age - 18.0) / 66.0, value) for age, value in zip(line["months"], line["middle"], strict=True)],
            strong=line["says"] == "nothing changes",
        )
        for line, colour in zip(chosen, _SERIES, strict=False)
    ]
    ticks = [((12.0 * year - 18.0) / 66.0, f"{year} y") for year in (2, 3, 4, 5, 6, 7)]
    return _titled(says, chart(curves, Axes(ticks, FULL, says)))


def _sure(number: int) -> Step:
    counts = marks_counted()
    evidence, model = counts["evidence"], counts["model"]
    return Step(
        number,
        "How sure is this?",
        (
            f"Of {sum(evidence.values())} claims that popular texts make, published findings are for "
            f"{evidence['for']}, "
            f"against {evidence['against']} and in conflict on {evidence['conflicting']}; on {evidence['none']} none "
            "is at hand.",
            f"The model was given {model['put in']} of them, so that it only repeats them; {model['emerges']} "
            "emerge, and "
            f"{model['does not give it']} it does not give.",
            "Nothing here is about your child, or about any family. Signs in a child never say what anybody did.",
        ),
        _sure_picture(counts),
        "two marks a claim: what published findings say, and what the model does with it",
        "Both marks are computed; the rules and every claim stand under Compare.",
        marks_of("M10.6", "M11.1", "M13.4"),
    )


def marks_counted() -> dict[str, dict[str, int]]:
    """Return how many claims have each mark.

    Returns:
        Counts by mark, of the evidence and of the model.
    """
    from bowlby.evidence.comparison.result import load_result

    found = load_result()
    return {"evidence": dict(found["evidence_marks"]), "model": dict(found["model_marks"])}


def _sure_picture(counts: Mapping[str, Mapping[str, int]]) -> Markup:
    from bowlby.reporting.palette import EVIDENCE_COLOURS, MODEL_COLOURS

    parts: list[Markup] = []
    y = 18.0
    for of, says, colours in (
        ("evidence", "what published findings say", EVIDENCE_COLOURS),
        ("model", "what the model does", MODEL_COLOURS),
    ):
        parts.append(words(0, y, says, size=15))
        for mark, count in counts[of].items():
            y += 26.0
            parts.append(words(0, y + 4, mark))
            parts.append(
                Markup('<rect x="34%" y="{:g}" width="{:g}%" height="14" fill="{}"/>').format(
                    y - 7, 54.0 * count / 90.0, colours[mark]
                )
            )
            parts.append(words(35.5 + 54.0 * count / 90.0, y + 4, str(count)))
        y += 40.0
    return framed(Markup("").join(parts), y - 10, "How many claims have each mark")
