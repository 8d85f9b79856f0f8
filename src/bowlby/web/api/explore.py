"""Explore: care as sliders, and what children come to expect, feel and do."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, cast

import numpy as np
from pydantic import Field, create_model

from bowlby.evidence.claims_register.aspects import KINDS
from bowlby.model.life.exposures import EXPOSURES
from bowlby.model.registry import CAREGIVER, CONSTANTS, REGISTRY
from bowlby.model.signs.registry import SIGNS
from bowlby.simulation.expected_care import answered, frightening_acts
from bowlby.web.charts import FORMATS, chart_file, explore_chart
from bowlby.web.course import BIDS_A_DAY, CHILDREN, QUANTITIES, UNTIL, CareCourse, course
from bowlby.web.endpoint import Endpoint, EndpointAnswer, EndpointCall, EndpointInput, FileAnswer
from bowlby.web.kinds import PRESETS, SLIDERS, setting_of

NOTES = (
    f"Simulated: {CHILDREN} children from birth to three years under each kind of care, in the same low-risk families "
    "with the same chances under each: a kind of care adds to what each family does, and an institution stands in its "
    "place. Middle of the children, and their middle half.",
    "Parameters are assumed, not fitted to any child. Curves show how the model works, not what becomes of a child.",
    "What is marked as simulated forward (arousal, body, development) has no channel in an observation record and is "
    "never inferred from one.",
)

KindName = Literal[tuple(EXPOSURES)]  # pyright: ignore[reportInvalidTypeForm]
"""A named kind of care."""


class _CareInput(EndpointInput):
    """Simulated care: a named kind, with some sliders moved."""

    kind: KindName = Field("usual", description="Named kind of care.")  # pyright: ignore[reportInvalidTypeForm]
    seed: int = Field(0, ge=0, le=2**32 - 1, description="Of all chances.")


_MOVED: Any = {
    slider.parameter: (
        float | None,
        Field(None, ge=slider.least, le=slider.high, description=REGISTRY[slider.parameter].meaning),
    )
    for slider in SLIDERS
}
Care = create_model("Care", __base__=_CareInput, **_MOVED)


class FileKind(StrEnum):
    """What can be saved."""

    CSV = "csv"
    SVG = "svg"
    PNG = "png"


Saved = create_model(
    "Saved", __base__=Care, format=(FileKind, Field(FileKind.CSV, description="csv, svg or png.")), **cast(Any, {})
)


class CurveAnswer(EndpointAnswer):
    """One quantity over age."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    low: list[float] = Field(description="Lower quartile over children, one a point.")
    middle: list[float] = Field(description="Median.")
    high: list[float] = Field(description="Upper quartile.")


class Why(EndpointAnswer):
    """What the care comes to, of the median family: what the page's sentence gives as the cause."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    answered: float = Field(description="Share of clear signals that are answered.")
    minutes: float = Field(description="Median time to an answer.")
    frightening_a_week: float = Field(description="Frightening, harsh or abusive acts a week of waking hours.")
    warm_an_hour: float = Field(description="Warm acts that nobody asked for.")


class ExploreAnswer(EndpointAnswer):
    """What becomes of the children under one kind of care."""

    kind: str
    seed: int
    setting: dict[str, float] = Field(description="Caregiver parameters of the median family.")
    why: Why
    children: int
    ages_months: list[float]
    curves: dict[str, CurveAnswer]
    signs: dict[str, dict[str, float]] = Field(
        description="By age in months, share of such children who would show each sign persistently."
    )
    notes: list[str]


class SliderAnswer(EndpointAnswer):
    """One slider."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    parameter: str
    group: str
    label: str
    left: str
    right: str
    low: float
    high: float
    never: bool = Field(description="Whether its left end stands for never.")
    usual: float
    unit: str
    symbol: str
    transform: str
    meaning: str
    basis: str


class QuantityAnswer(EndpointAnswer):
    """One curve and the equation behind it."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    name: str
    label: str
    panel: str
    simulated_forward: bool
    says: str
    equation: str
    source: str


class ExploreCatalogue(EndpointAnswer):
    """What can be moved, what is drawn, and the kinds of care that stand side by side."""

    sliders: list[SliderAnswer]
    presets: dict[str, str]
    settings: dict[str, dict[str, float]] = Field(description="Where each named kind of care puts the sliders.")
    quantities: list[QuantityAnswer]
    signs: dict[str, str] = Field(description="Signs in plain words.")
    base_rates: dict[str, float]
    side_by_side: dict[str, ExploreAnswer]


def explore_answer(kind: str, moved: Mapping[str, float], seed: int) -> ExploreAnswer:
    """Return what becomes of children under some care.

    Args:
        kind: a named kind of care.
        moved: sliders by parameter.
        seed: of all chances.

    Returns:
        The object of the API.

    Raises:
        ParameterError: a slider is unknown or beyond its ends.
    """
    found = course(kind, moved, seed)
    return ExploreAnswer(
        kind=kind,
        seed=seed,
        setting=setting_of(kind, moved),
        why=_why(setting_of(kind, moved)),
        children=CHILDREN,
        ages_months=found.ages.tolist(),
        curves={name: _curve(values) for name, values in found.quartiles.items()},
        signs={f"{age:g}": {name: round(share, 4) for name, share in one.items()} for age, one in found.signs.items()},
        notes=list(NOTES),
    )


def _why(setting: Mapping[str, float]) -> Why:
    traits = {one.name: np.float64(setting.get(one.name, one.default)) for one in CAREGIVER}
    constants = {one.name: one.default for one in CONSTANTS}
    acts = float(frightening_acts(traits, constants, BIDS_A_DAY))  # pyright: ignore[reportArgumentType]
    return Why(
        answered=round(float(answered(traits, constants)), 4),  # pyright: ignore[reportArgumentType]
        minutes=round(float(traits["latency_median"]), 3),
        frightening_a_week=round(acts * 7 * constants["waking_hours"], 4),
        warm_an_hour=round(float(traits["engagement_rate"]), 3),
    )


def _curve(quartiles: np.ndarray) -> CurveAnswer:
    low, middle, high = np.round(quartiles.astype(float), 4).T.tolist()
    return CurveAnswer(low=low, middle=middle, high=high)


def _asked(taken: Any) -> tuple[str, dict[str, float], int]:
    values = taken.model_dump()
    moved = {slider.parameter: value for slider in SLIDERS if (value := values[slider.parameter]) is not None}
    return str(taken.kind), moved, taken.seed


def _explore(call: EndpointCall) -> ExploreAnswer:
    return explore_answer(*_asked(call.taken))


def _about(call: EndpointCall) -> ExploreCatalogue:
    del call
    return about()


def about() -> ExploreCatalogue:
    """Return what can be moved and what is drawn.

    Returns:
        The object of the API.
    """
    return ExploreCatalogue(
        sliders=[_slider(slider.parameter) for slider in SLIDERS],
        presets=dict(PRESETS),
        settings={kind: _slid(setting_of(kind, {})) for kind in PRESETS},
        quantities=[
            QuantityAnswer(
                name=one.name,
                label=one.label,
                panel=one.panel,
                simulated_forward=one.forward,
                says=one.says,
                equation=one.equation,
                source=one.source,
            )
            for one in QUANTITIES
        ],
        signs={name: sign.description for name, sign in SIGNS.items()},
        base_rates={name: sign.base_rate for name, sign in SIGNS.items()},
        side_by_side={kind.axis: explore_answer(kind.exposure, {}, 0) for kind in KINDS.values()},
    )


def _slid(setting: Mapping[str, float]) -> dict[str, float]:
    return {one.parameter: setting.get(one.parameter, REGISTRY[one.parameter].default) for one in SLIDERS}


def _slider(parameter: str) -> SliderAnswer:
    slider = next(one for one in SLIDERS if one.parameter == parameter)
    entry = REGISTRY[parameter]
    return SliderAnswer(
        parameter=parameter,
        group=slider.group,
        label=slider.label,
        left=slider.left,
        right=slider.right,
        low=slider.low,
        high=slider.high,
        never=slider.never,
        usual=entry.default,
        unit=entry.unit,
        symbol=entry.symbol,
        transform=str(entry.transform),
        meaning=entry.meaning,
        basis=str(entry.status),
    )


def _export(call: EndpointCall) -> FileAnswer:
    kind, moved, seed = _asked(call.taken)
    yours = course(kind, moved, seed)
    courses = {"your care": yours} | {one.axis: course(one.exposure, {}, seed) for one in KINDS.values()}
    form = FileKind(call.taken.format)
    if form is FileKind.CSV:
        return FileAnswer(_csv(courses).encode(), "text/csv; charset=utf-8", "bowlby-explore.csv")
    return FileAnswer(
        chart_file(explore_chart(courses, f"{kind}, seed {seed}"), form), FORMATS[form], f"bowlby-explore.{form}"
    )


def _csv(courses: Mapping[str, CareCourse]) -> str:
    text = io.StringIO()
    text.write(
        f"# Simulated, {CHILDREN} children, birth to {UNTIL:g} months; quartiles over children. Not a prediction.\n"
    )
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("care", "quantity", "simulated_forward", "age_months", "low", "middle", "high"))
    for label, found in courses.items():
        for one in QUANTITIES:
            for age, values in zip(found.ages, found.quartiles[one.name], strict=True):
                rows.writerow((label, one.name, str(one.forward).lower(), f"{age:g}", *(f"{v:.4f}" for v in values)))
    return text.getvalue()


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/explore", "What children come to expect, feel and do under some care.", _explore, ExploreAnswer, Care
    ),
    Endpoint(
        "GET",
        "/explore/about",
        "Sliders, curves with their equations, and care side by side.",
        _about,
        ExploreCatalogue,
    ),
    Endpoint(
        "GET",
        "/explore/export",
        "The curves as a table or a drawing.",
        _export,
        None,
        Saved,
        media=("text/csv", "image/svg+xml", "image/png"),
    ),
)
