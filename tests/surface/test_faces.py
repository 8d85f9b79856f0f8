"""Results show, tabulate, draw and save themselves; every kind of result that needs no simulation is tried here."""

from __future__ import annotations

import json
import math
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import xarray as xr

import bowlby
from bowlby.errors import InputError, OverwriteError
from bowlby.surface.arrays import dataset

PLAY, CODER_A, CODER_B = (bowlby.example(name) for name in ("play", "coder-a", "coder-b"))
MOST_LINES = 20
VOID = {"br", "hr", "img", "input", "meta", "link"}


class Balance(HTMLParser):
    """Fails where an element is closed that is not open, or left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag


def balanced(text: str) -> bool:
    parser = Balance()
    parser.feed(text)
    parser.close()
    return not parser.open


@pytest.fixture(scope="module")
def results() -> dict[str, bowlby.Result]:
    return {
        "read": bowlby.read(PLAY),
        "load": bowlby.load(PLAY),
        "codebook_for": bowlby.codebook_for(PLAY),
        "measure": bowlby.measure(PLAY),
        "measure many": bowlby.measure([CODER_A, CODER_B, PLAY]),
        "agree": bowlby.agree(CODER_A, CODER_B),
        "infer": bowlby.infer(PLAY),
        "signs": bowlby.signs({"fear": "present"}, age_months=40),
        "report": bowlby.report(PLAY, measures_only=True),
        "compare": bowlby.compare(),
    }


KINDS = (
    "read", "load", "codebook_for", "measure", "measure many", "agree", "infer", "signs", "report", "compare",
)  # fmt: skip
WITHOUT_FIGURES = {"codebook_for", "compare"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_repr_is_short_and_a_summary_whole(results: dict[str, bowlby.Result], kind: str):
    found = results[kind]
    lines = repr(found).splitlines()
    assert 1 < len(lines) < MOST_LINES
    assert max(map(len, lines)) <= 160
    assert lines[0].startswith(f"{type(found).__name__}: ")
    assert all(line in found.summary() for line in found.lines)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_notebook_shows_is_html_that_hides_nothing(results: dict[str, bowlby.Result], kind: str):
    text = results[kind]._repr_html_()
    assert balanced(text) and "<script" not in text
    assert text.count("<tr>") <= 10


@pytest.mark.parametrize("kind", KINDS)
def test_tables_agree_whatever_they_are_asked_for_as(results: dict[str, bowlby.Result], kind: str):
    found = results[kind]
    table, frame = found.to_polars(), found.to_pandas()
    assert table.height > 0 and isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == table.columns and len(frame) == table.height
    for name, column in ((one, table[one]) for one in table.columns if table[one].dtype.is_numeric()):
        ours = column.cast(float).fill_null(float("nan")).to_numpy()
        assert np.array_equal(ours, frame[name].to_numpy(dtype=float), equal_nan=True), name


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_have_named_dimensions_and_each_number_its_unit(results: dict[str, bowlby.Result], kind: str):
    found = results[kind].to_xarray()
    assert set(found.sizes) and not {"dim_0", "row"} & set(found.sizes)
    numbers = [one for one in found.data_vars.values() if one.dtype.kind in "fiu"]
    assert all(one.attrs["units"] for one in numbers)
    assert not any("unit" in one.attrs for one in numbers), "one spelling: units"


@pytest.mark.parametrize("kind", KINDS)
def test_every_ending_is_saved_once_and_not_over_another(results: dict[str, bowlby.Result], kind: str, tmp_path: Path):
    found = results[kind]
    for ending in ("csv", "parquet", "json", "nc", "zarr"):
        path = found.save(tmp_path / f"one.{ending}")
        assert path.exists()
        with pytest.raises(OverwriteError):
            found.save(path)
        found.save(path, force=True)
    assert pl.read_parquet(tmp_path / "one.parquet").equals(found.to_polars())
    whole = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    assert whole["run"]["versions"]["bowlby"] == bowlby.__version__
    with pytest.raises(InputError, match="the ending names no format"):
        found.save(tmp_path / "one.doc")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in WITHOUT_FIGURES])
def test_figures_show_and_save_themselves(results: dict[str, bowlby.Result], kind: str, tmp_path: Path):
    plot = results[kind].plot()
    shown = plot._repr_mimebundle_()
    assert len(plot) == len(set(plot.names)) == shown["text/html"].count("<svg")
    assert len(repr(plot).splitlines()) < MOST_LINES
    one = plot[plot.names[0]]
    assert one.save(tmp_path / "one.svg").read_text(encoding="utf-8").startswith("<svg")
    assert one.save(tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match="no such figure"):
        _ = plot["nothing"]


def test_a_page_of_figures_opens_offline(results: dict[str, bowlby.Result], tmp_path: Path):
    page = results["agree"].plot().save(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "vegaEmbed" in page and "Agreement" in page


def test_what_cannot_be_drawn_says_so(results: dict[str, bowlby.Result]):
    with pytest.raises(InputError, match="nothing to draw"):
        results["codebook_for"].plot()


def test_provenance_names_inputs_by_their_hash(results: dict[str, bowlby.Result]):
    (first,) = results["measure"].provenance.inputs
    assert first[0] == "play.csv" and len(first[1]) == 64
    assert results["infer"].provenance.as_dict()["settings"]["population"] == "pooled"


def test_a_saved_posterior_is_read_back(results: dict[str, bowlby.Result], tmp_path: Path):
    from bowlby.inference.care.saved_care import load_care, saved_care

    care = results["infer"]
    assert isinstance(care, bowlby.CareInference)
    ours, theirs = saved_care(care.statement), load_care(care.save(tmp_path / "post.nc"))
    assert set(ours.traits) == set(theirs.traits) and ours.age_months == theirs.age_months
    assert all(np.array_equal(ours.traits[name], theirs.traits[name]) for name in ours.traits)


def test_a_grid_keeps_every_number_where_it_belongs():
    table = pl.DataFrame(
        {"arm": ["a", "a", "b"], "age_months": [6.0, 12.0, 12.0], "mean": [1.0, 2.0, 3.0], "n": [4, 5, 6]}
    )
    found = dataset(table, ("arm", "age_months"), {"mean": "z"})
    assert dict(found.sizes) == {"arm": 2, "age_months": 2}
    assert found["mean"].sel(arm="a", age_months=12.0) == 2.0 and found["mean"].attrs == {"units": "z"}
    assert math.isnan(found["mean"].sel(arm="b", age_months=6.0))


def test_what_is_missing_is_nan_in_arrays_and_never_nan_in_words():
    table = pl.DataFrame({"row": [1, 2], "estimate": [None, 2.0], "unit": ["s", "s"], "note": [None, "x"]})
    found = dataset(table, ("row",), {})
    assert (
        isinstance(found, xr.Dataset) and math.isnan(found["estimate"][0]) and found["estimate"].attrs["units"] == "s"
    )
    assert found["note"].values.tolist() == ["", "x"]
