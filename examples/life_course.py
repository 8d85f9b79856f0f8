"""One child from a harsh first year through a kind teacher to adulthood, and three interventions for two cohorts.

Run from the project's folder: python examples/life_course.py docs/figures
Writes two PNG files and prints the tables that docs/life-course.md shows.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bowlby.simulation.entry import prepare_jax

prepare_jax()

from bowlby.lives.fan import AGES  # noqa: E402
from bowlby.lives.forecast import Forecast, ForecastDesign, forecast  # noqa: E402
from bowlby.model.life.exposures import exposure  # noqa: E402
from bowlby.reporting.chart import Mark, chart, end_at, mark, nominal, quantitative  # noqa: E402
from bowlby.reporting.palette import CHANCE, COLOURS, CONFIG, DEPRIVATION, INK, THREAT  # noqa: E402
from bowlby.simulation.engine.cohort import simulate_cohort  # noqa: E402
from bowlby.simulation.life_course import life_course  # noqa: E402
from bowlby.simulation.named_care import CareStage, FamilyChildren, homes_through  # noqa: E402
from bowlby.simulation.outcomes import ChildrenAtAge, children_at_age, measure  # noqa: E402

CHILDREN = 256
CHILD = 20
"""Number of the child that is followed; its traits and its days' chances are the same in both lives."""
SEED = 31
KIND = {**exposure("sensitive").setting(), "withdrawal": 1.0}
LIVES = {"a kind teacher": {"preschool teacher": KIND, "kindergarten teacher": KIND}, "a usual teacher": {}}
LINES = {
    "relief expected at home": ("relief_express", 0.0),
    "relief expected of the teacher": ("school.relief_express", 36.0),
    "relief expected of adults in general": ("adults_relief", 0.0),
    "threat expected of adults in general": ("adults_threat", 0.0),
    "relief expected of the partner": ("partner.relief_express", 216.0),
}
COHORTS = ("institution", "harsh")
PLANS = ("child-parent psychotherapy", "foster placement", "trauma-focused cognitive behavioural therapy")
START = 48.0
TOLD = ("attachment to the teacher", "externalizing", "peer competence", "adult anxiety", "adult avoidance")


def lived(company: Mapping[str, Mapping[str, Any]]) -> list[ChildrenAtAge]:
    """Return 256 children with a harsh first year and usual care after it, at each age of a forecast."""
    children = FamilyChildren(np.arange(CHILDREN, dtype=np.uint32), SEED)
    homes = homes_through((CareStage(12.0, "harsh"), CareStage(300.0, "usual")), children, 300.0)
    ages = tuple(age for age in AGES if age < 300.0)
    design = life_course(CHILDREN, homes, seed=SEED, company=company, trace_at=ages)
    at: list[tuple[float, np.ndarray]] = []
    result = simulate_cohort(design, observe=lambda age, state: at.append((age, state)))
    return [children_at_age(result, one) for one in at]


def rows_of(lives: Mapping[str, list[ChildrenAtAge]]) -> list[dict[str, Any]]:
    """Return one row a life, age and expectation: the child's own value and the middle 80 % of all."""
    rows: list[dict[str, Any]] = []
    for life, stages in lives.items():
        for label, (name, begins) in LINES.items():
            ends = 216.0 if name.startswith("school") else 1e9
            for stage in stages:
                if begins + 0.5 < stage.age <= ends + 0.1 and name in stage.states:
                    values = stage.states[name]
                    low, high = np.quantile(values, (0.1, 0.9))
                    rows.append(
                        {
                            "life": life,
                            "what": label,
                            "years": stage.age / 12.0,
                            "child": float(values[CHILD]),
                            "low": float(low),
                            "high": float(high),
                        }
                    )
    return rows


def course_figure(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw the expectations of one child in two lives."""
    x = quantitative("years", title="age in years", scale={"domain": [0, 25]})
    y: dict[str, Any] = {"title": None, "scale": {"domain": [0, 0.8]}}
    colour = nominal("life", scale={"domain": list(LIVES), "range": [DEPRIVATION, CHANCE]}, legend={"title": None})
    band: Mark = mark(
        "area",
        rows,
        {"x": x, "y": quantitative("low", **y), "y2": end_at("high"), "color": colour},
        opacity=0.15,
    )
    own = mark("line", rows, {"x": x, "y": quantitative("child", **y), "color": colour}, strokeWidth=2, point=True)
    base = chart([band, own], 130)
    sets = base.pop("datasets")
    facet = {
        "datasets": sets,
        "data": {"name": "table-1"},
        "facet": {
            "field": "what",
            "type": "nominal",
            "title": None,
            "sort": list(LINES),
            "header": {"labelColor": INK},
        },
        "columns": 2,
        "spec": {"layer": [{key: value for key, value in layer.items() if key != "data"} for layer in base["layer"]]},
    }
    facet["spec"]["width"], facet["spec"]["height"] = 310, 130
    return facet


def effect_rows(found: Mapping[str, Forecast]) -> list[dict[str, Any]]:
    """Return one row a cohort, intervention and outcome."""
    rows: list[dict[str, Any]] = []
    for cohort, one in found.items():
        assert one.comparison is not None
        for effect in one.comparison.effects:
            if effect.standardised and effect.outcome.startswith(TOLD):
                value, low, high = effect.standardised
                rows.append(
                    {
                        "cohort": cohort,
                        "plan": effect.name,
                        "outcome": effect.outcome,
                        "effect": value,
                        "low": low,
                        "high": high,
                    }
                )
    return rows


def effects_figure(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw effects in standard deviations, one row an outcome, one colour an intervention."""
    x = quantitative("effect", title="effect in standard deviations of the outcome without intervention")
    colour = nominal(
        "plan",
        scale={"domain": list(PLANS), "range": [DEPRIVATION, COLOURS["leaf"], THREAT]},
        legend={"title": None, "columns": 1},
    )
    off = {"field": "plan", "type": "nominal", "sort": list(PLANS)}
    place = {"y": nominal("outcome", title=None), "yOffset": off, "color": colour}
    span = {"x": quantitative("low", title=x["title"]), "x2": end_at("high"), **place}
    layers = chart(
        [mark("rule", rows, span, strokeWidth=2), mark("point", rows, {"x": x, **place}, filled=True, size=60)], 200
    )
    sets = layers.pop("datasets")
    facet = {
        "datasets": sets,
        "data": {"name": "table-1"},
        "facet": {"field": "cohort", "type": "nominal", "title": None, "sort": list(COHORTS)},
        "columns": 1,
        "spec": {
            "width": 420,
            "height": 230,
            "layer": [{key: value for key, value in layer.items() if key != "data"} for layer in layers["layer"]],
        },
    }
    return facet


def compared(cohort: str) -> Forecast:
    """Return what three interventions from four years on would change for a cohort."""
    return forecast(ForecastDesign(care=cohort, children=400, start=START, interventions=PLANS, seed=SEED))


def table_of_lives(lives: Mapping[str, list[ChildrenAtAge]]) -> list[str]:
    """Return means of outcomes under both teachers, a line each."""
    lines: list[str] = []
    for age in (54.0, 78.0, 300.0):
        by_life = {life: min(stages, key=lambda one: abs(one.age - age)) for life, stages in lives.items()}
        found = {life: measure(stage, seed=SEED) for life, stage in by_life.items()}
        for name in next(iter(found.values())):
            cells = " | ".join(f"{values[name].mean():.2f}" for values in found.values())
            lines.append(f"| {age / 12:g} | {name} | {cells} |")
    return lines


def draw(spec: dict[str, Any], path: Path) -> None:
    """Write a specification as a PNG file on white."""
    import vl_convert

    config = {**CONFIG, "background": "white"}
    path.write_bytes(vl_convert.vegalite_to_png({**spec, "config": config, "background": "white"}, scale=2.0))


def main(folder: Path) -> None:
    """Simulate, draw, print."""
    lives = {life: lived(company) for life, company in LIVES.items()}
    draw(course_figure(rows_of(lives)), folder / "life-course-child.png")
    sys.stdout.write("\n".join(table_of_lives(lives)) + "\n")
    found = {cohort: compared(cohort) for cohort in COHORTS}
    rows = effect_rows(found)
    draw(effects_figure(rows), folder / "life-course-interventions.png")
    for row in rows:
        cells = (
            row["cohort"],
            row["outcome"],
            row["plan"],
            f"{row['effect']:+.2f}",
            f"{row['low']:+.2f} to {row['high']:+.2f}",
        )
        sys.stdout.write("| " + " | ".join(cells) + " |\n")
    for cohort, one in found.items():
        assert one.comparison is not None
        for name, why in one.comparison.refused.items():
            sys.stdout.write(f"{cohort}: {name}: {why.reason}: {why.detail}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
