"""What eight children come to expect: under steady usual care from birth, and placed at 6, 12 and 24 months.

Run from the project's folder: python examples/expectations.py docs/figures
Writes the SVG file of docs/mechanisms.md; with a second word, a PNG file of that name beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from bowlby.simulation.entry import prepare_jax

prepare_jax()

from bowlby.evidence.learner import DAYS_PER_MONTH, LearningCourse, course_after_placement, course_from_birth  # noqa: E402
from bowlby.reporting.chart import chart, mark, nominal, quantitative  # noqa: E402
from bowlby.reporting.palette import CHANCE, CONFIG, DEPRIVATION, INK  # noqa: E402

CHILDREN, SHOWN, SEED = 512, 8, 26
STEP, UNTIL = 0.25, 35.5
"""Months between two points, and at the end."""
PLACEMENTS = (6.0, 12.0, 24.0)
BIRTH = "usual care from birth"
MEAN, OWN = "mean of 512 children", "each of eight"


def courses() -> dict[str, LearningCourse]:
    """Return the children of each panel."""
    ages = np.arange(STEP, UNTIL + 1e-6, STEP)
    found = {BIRTH: course_from_birth(ages.tolist(), (CHILDREN, SEED))}
    for at in PLACEMENTS:
        weeks = (ages - at) * DAYS_PER_MONTH / 7.0
        found[f"placed at {at:g} months"] = course_after_placement(at, weeks.tolist(), (CHILDREN, SEED))
    return found


def rows_of(found: dict[str, LearningCourse]) -> list[dict[str, Any]]:
    """Return one row a panel, line and age."""
    rows: list[dict[str, Any]] = []
    for panel, course in found.items():
        expected = course.of("relief_express")
        lines = [(OWN, str(child), expected[:, child]) for child in range(SHOWN)] + [(MEAN, "", expected.mean(axis=1))]
        for kind, child, values in lines:
            rows += [
                {"panel": panel, "kind": kind, "child": child, "months": float(age), "expected": float(value)}
                for age, value in zip(course.ages, values, strict=True)
            ]
    return rows


def figure(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw the expectations, one panel a kind of life, the mean over the eight."""
    channels = {
        "x": quantitative("months", title="age in months", scale={"domain": [0, 36]}),
        "y": quantitative("expected", title="relief expected of asking", scale={"domain": [0, 0.8]}),
        "detail": nominal("child"),
        "color": nominal("kind", scale={"domain": [OWN, MEAN], "range": [CHANCE, DEPRIVATION]}, legend={"title": None}),
        "strokeWidth": {"condition": {"test": f"datum.kind === '{MEAN}'", "value": 3}, "value": 1},
    }
    whole = chart([mark("line", rows, channels)], 150)
    sets = whole.pop("datasets")
    order = list(dict.fromkeys(row["panel"] for row in rows))
    header = {"labelColor": INK}
    line = {key: whole[key] for key in ("mark", "encoding")}
    return {
        "datasets": sets,
        "data": {"name": "table-1"},
        "facet": {"field": "panel", "type": "nominal", "title": None, "sort": order, "header": header},
        "columns": 2,
        "spec": {"width": 310, "height": 150, **line},
    }


def main(folder: Path, picture: str | None) -> None:
    """Simulate and draw."""
    import vl_convert

    spec = {**figure(rows_of(courses())), "config": {**CONFIG, "background": "white"}, "background": "white"}
    (folder / "expectations.svg").write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")
    if picture:
        (folder / picture).write_bytes(vl_convert.vegalite_to_png(spec, scale=2.0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
