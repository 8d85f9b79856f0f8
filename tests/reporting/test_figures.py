"""Figures hold the record's own numbers, validate, and do not appear where there is nothing to draw."""

from __future__ import annotations

from collections.abc import Callable

import altair as alt
import numpy as np
import polars as pl
import pytest
from altair.vegalite.v6.schema.core import TopLevelSpec

from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.reporting.figure import Figure
from bowlby.reporting.figures.contingency import contingency_figure
from bowlby.reporting.figures.day import day_figures
from bowlby.reporting.figures.latency import latency_figure
from bowlby.reporting.figures.timeline import rows_of, timeline
from bowlby.reporting.page import figures_of
from bowlby.reporting.palette import CONFIG
from bowlby.reporting.parts import ReportParts
from bowlby.reporting.vega import drawing, inline_json, specification

Maker = Callable[..., ReportParts]
Coder = Callable[..., CodedRecord]


def data_of(figure: Figure, *columns: str) -> pl.DataFrame:
    """Return the first table of a figure's specification that has these columns."""
    for rows in specification(figure, 600)["datasets"].values():
        if rows and set(columns) <= set(rows[0]):
            return pl.DataFrame(rows, infer_schema_length=None)
    raise AssertionError(f"no table with {columns}")


def test_specifications_validate_and_name_no_address(rich: ReportParts, day: ReportParts):
    for parts in (rich, day):
        for figure in figures_of(parts):
            spec = specification(figure, "container")
            TopLevelSpec.from_dict(spec)
            assert "http" not in inline_json(spec)
            assert spec["description"] == figure.alt


def test_configuration_is_valid():
    alt.Config.from_dict(CONFIG)


def test_timeline_holds_every_act_and_an_empty_row_for_what_was_not_seen(rich: ReportParts):
    figure = timeline(rich.coded, "s1")
    tables = specification(figure, 600)["datasets"].values()
    drawn = [(row["row"], row["onset"]) for rows in tables for row in rows if "code" in row]
    assert len(drawn) == rich.coded.acts.height
    assert ("caregiver, harsh act", rich.coded.onsets("s1", Role.CAREGIVER, Construct.FRIGHT_HARSH)[0]) in drawn
    domain = {tuple(row) for row in _domains(figure)}
    assert any("child, exploration" in rows for rows in domain)
    assert dict((row[0], row[1]) for row in figure.numbers.rows)["child, exploration"] == "0"
    assert not any("avoidance" in row.label for row in rows_of(rich.coded, "s1"))


def _domains(figure: Figure) -> list[list[str]]:
    spec = specification(figure, 600)
    layers = spec.get("layer", [spec])
    return [layer["encoding"]["y"]["scale"]["domain"] for layer in layers if "scale" in layer["encoding"]["y"]]


def test_timeline_marks_uncodable_time(rich: ReportParts, calm: ReportParts):
    grey = [
        rows for rows in specification(timeline(rich.coded, "s1"), 600)["datasets"].values() if "code" not in rows[0]
    ]
    assert {(row["onset"], row["offset"]) for row in grey[0]} == {(300.0, 360.0)}
    assert "Grey" in timeline(rich.coded, "s1").caption
    assert "Grey" not in timeline(calm.coded, "s1").caption


def test_affect_has_a_row_for_each_valence(poor: ReportParts):
    labels = [row.label for row in rows_of(poor.coded, "s1")]
    assert labels == [f"caregiver, affect {value}" for value in ("−1", "+0", "+1", "+2")]


def test_long_record_is_drawn_as_density_and_loses_no_act(day: ReportParts):
    figure = timeline(day.coded, "s1")
    cells = data_of(figure, "depth", "what")
    counted = cells.filter(pl.col("row") != "could not be coded")["what"].str.extract(r"(\d+)").cast(pl.Int64).sum()
    assert counted == day.coded.acts.height
    hidden = cells.filter(pl.col("row") == "could not be coded")
    assert (hidden["depth"] * (hidden["to"] - hidden["from"])).sum() == pytest.approx(0.5, abs=0.01)


def test_latency_curve_rises_to_the_share_answered(rich: ReportParts):
    figure = latency_figure(rich.episodes, rich.rule)
    assert figure is not None
    curve = data_of(figure, "share", "low", "high")
    for (cues,), own in curve.group_by("cues"):
        assert (np.diff(own["share"].to_numpy()) >= 0).all()
        measured = rich.measured.named(f"share answered: {cues}")
        assert measured is not None
        assert own["share"].to_list()[-1] == pytest.approx(measured.estimate, abs=1e-4)
    assert "mass at zero" not in figure.caption


def test_mass_at_zero_is_drawn_and_explained(make: Maker, coder: Coder):
    events = [("child", "cue.vocal", 30.0 * i, 30.0 * i + 2) for i in range(1, 13)]
    events += [("caregiver", "answer", 30.0 * i + (2 if i <= 4 else 5), None) for i in range(1, 9)]
    parts = make(coder(events, {"child": ["cue.vocal"], "caregiver": ["answer"]}, 400.0))
    figure = latency_figure(parts.episodes, parts.rule)
    assert figure is not None
    assert "mass at zero (other cues 33 %)" in figure.caption
    assert "tiles time" in figure.caption
    points = [
        rows for rows in specification(figure, 600)["datasets"].values() if set(rows[0]) == {"cues", "time", "share"}
    ]
    assert [(row["time"], row["share"]) for row in points[0]] == [(0.0, pytest.approx(1 / 3))]


def test_contingency_shows_what_was_measured_against_shifts(rich: ReportParts):
    figure = contingency_figure(rich, "s1")
    assert figure is not None
    drawn = data_of(figure, "null_low", "null_high")
    for row in drawn.iter_rows(named=True):
        cues, _, held = row["row"].partition(", ")
        name = f"delta P, {held}: {cues}" if held else f"delta P: {cues}"
        measured = rich.measured.named(name)
        assert measured is not None
        assert row["estimate"] == pytest.approx(measured.estimate, abs=1e-4)
        assert row["null_low"] < row["null_mean"] < row["null_high"] < row["estimate"]


def test_day_figures_only_for_long_records(rich: ReportParts, day: ReportParts):
    assert day_figures(rich, "s1", "1") == ()
    density, share = day_figures(day, "s1", "1")
    hours = data_of(density, "answers_per_hour")
    assert hours.height == 8
    assert hours["cues"].sum() == day.episodes["informative"].sum()
    assert data_of(share, "share_answered")["share_answered"].is_between(0, 1).all()


def test_nothing_to_draw_gives_no_figure(poor: ReportParts):
    assert latency_figure(poor.episodes, poor.rule) is None
    assert contingency_figure(poor, "s1") is None
    assert [figure.name for figure in figures_of(poor)] == ["timeline-1"]


def test_drawings_share_no_id(rich: ReportParts):
    import re

    ids = [set(re.findall(r'\bid="([^"]+)"', drawing(figure))) for figure in figures_of(rich)]
    assert not set.intersection(*ids)


def test_inline_json_cannot_end_its_element():
    text = inline_json({"a": "</script><!-- & \u2028"})
    assert not set("<>&\u2028") & set(text)
