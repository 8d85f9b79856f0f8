"""Groups of children: who is counted, what is told of a group, and that no child can be seen in it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowlby.errors import InputError
from bowlby.laboratory.cells import ALL, CELL_SCHEMA, CHILDREN, cells

NUMBERS = ("children", "mean", "sd", "q25", "median", "q75")


def a_table(sizes: dict[str, int], *, sessions: int = 1, seed: int = 0) -> pl.DataFrame:
    """Measures of so many children a site, each with so many sessions."""
    rng = np.random.default_rng(seed)
    rows = [
        ("f", f"{site}{child}", site, "child", name, float(rng.gamma(2.0)), "s")
        for site, children in sizes.items()
        for child in range(children)
        for _ in range(sessions)
        for name in ("latency", "rate")
    ]
    columns = ("file", "child", "site", "actor", "name", "estimate", "unit")
    schema = {**dict.fromkeys(columns, pl.String()), "estimate": pl.Float64()}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(status=pl.lit("assessed"))


def row(found: pl.DataFrame, site: str, name: str) -> dict[str, object]:
    return found.filter(site=site, name=name).row(0, named=True)


def test_mean_sd_and_quantiles_are_those_of_the_children():
    table = a_table({"north": 20, "south": 25})
    found = row(cells(table, ["site"]), "north", "latency")
    own = table.filter(site="north", name="latency")["estimate"].to_numpy()
    assert found["children"] == 20
    told = [found[name] for name in NUMBERS[1:]]
    assert told == pytest.approx([own.mean(), own.std(ddof=1), *np.quantile(own, [0.25, 0.5, 0.75])], rel=1e-12)
    everybody = table.filter(name="latency")["estimate"].to_numpy()
    assert row(cells(table, ["site"]), ALL, "latency")["mean"] == pytest.approx(everybody.mean(), rel=1e-12)


def test_children_are_counted_and_not_their_sessions():
    found = cells(a_table({"north": 4, "south": 5, "west": 9}, sessions=6), ["site"])
    assert row(found, "north", CHILDREN)["children"] is None, "24 sessions of 4 children are 4 children"
    assert row(found, "west", CHILDREN)["children"] == 9
    table = a_table({"north": 6}, sessions=3)
    of_children = table.filter(name="rate").group_by("child").agg(pl.col("estimate").mean())["estimate"]
    told = row(cells(table, ["site"]), "north", "rate")
    assert told["children"] == 6 and told["sd"] == pytest.approx(of_children.std(), rel=1e-12)


def test_what_is_withheld_says_so_and_is_never_left_out():
    table = a_table({"north": 4, "south": 6, "west": 30})
    found = cells(table, ["site"])
    assert found.height == 4 * 3, "three sites and everybody; the children and two measures"
    for name in (CHILDREN, "latency", "rate"):
        for site in ("north", "south"):
            told = row(found, site, name)
            assert all(told[number] is None for number in NUMBERS), "south is needed to hide north"
            assert told["note"].startswith("withheld: fewer than 5 children")
        assert row(found, "west", name)["children"] == 30 and row(found, ALL, name)["children"] == 40


def unassessed(table: pl.DataFrame, *children: str) -> pl.DataFrame:
    """The same table, the rate of some children of the north not assessed."""
    gone = (pl.col("name") == "rate") & pl.col("child").is_in(children)
    return table.with_columns(estimate=pl.when(gone).then(None).otherwise("estimate"))


def test_a_measure_of_few_children_is_withheld_in_a_group_of_many():
    table = a_table({"north": 12, "south": 12, "west": 12})
    found = cells(unassessed(table, *(f"north{k}" for k in range(8))), ["site"])
    assert row(found, "north", "rate")["children"] is None and row(found, "north", "latency")["children"] == 12


def test_a_measure_of_no_child_of_a_group_is_told_as_that():
    table = a_table({"north": 12, "south": 12, "west": 12})
    found = row(cells(unassessed(table, *(f"north{k}" for k in range(12))), ["site"]), "north", "rate")
    assert (found["children"], found["mean"], found["note"]) == (0, None, "assessed in no child")


@pytest.mark.parametrize(("children", "median", "quartiles"), [(9, False, False), (10, True, False), (20, True, True)])
def test_a_quantile_needs_a_cell_of_children_on_either_side(children, median, quartiles):
    found = row(cells(a_table({"north": children}), ["site"]), "north", "rate")
    assert (found["median"] is not None, found["q25"] is not None, found["q75"] is not None) == (
        median,
        quartiles,
        quartiles,
    )
    assert (found["note"] == "") == quartiles


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(1, 24), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_neither_the_smallest_nor_the_largest_value_is_ever_told(sizes, seed):
    table = a_table({f"s{k}": n for k, n in enumerate(sizes)}, seed=seed)
    found = cells(table, ["site"])
    assert {"min", "max"} & set(found.columns) == set()
    told = {value for name in NUMBERS[1:] for value in found[name].drop_nulls()}
    assert told & set(table["estimate"]) <= {
        value for name in ("latency", "rate") for value in inner(table.filter(name=name))
    }


def inner(table: pl.DataFrame) -> list[float]:
    """Values with at least five others below and above in their site or over all, such as a median of eleven is."""
    frames = [table, *table.partition_by("site")]
    return [value for frame in frames for value in frame["estimate"].sort()[5:-5]]


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(1, 12), min_size=2, max_size=5), smallest=st.integers(2, 5))
def test_means_do_not_tell_the_mean_of_few_children_by_subtraction(sizes, smallest):
    """All that is withheld within a published total is, taken together, no small group."""
    found = cells(a_table({f"s{k}": n for k, n in enumerate(sizes)}), ["site"], smallest)
    for name in (CHILDREN, "latency"):
        shown = {one["site"]: one["children"] for one in found.filter(name=name).iter_rows(named=True)}
        total = shown.pop(ALL)
        left = None if total is None else total - sum(n for n in shown.values() if n is not None)
        assert left is None or left == 0 or left >= smallest


def test_one_is_allowed_where_it_is_said():
    found = cells(a_table({"north": 1, "south": 2}), ["site"], 1)
    assert row(found, "north", "rate")["children"] == 1 and row(found, "north", "rate")["sd"] is None


def test_two_columns_are_crossed_and_have_margins():
    table = a_table({"north": 24, "south": 30}).with_columns(
        group=pl.when(pl.col("child").str.slice(5).cast(pl.Int64) % 2 == 0).then(pl.lit("a")).otherwise(pl.lit("b"))
    )
    found = cells(table, ["site", "group"])
    assert found.columns == ["site", "group", *CELL_SCHEMA]
    told = {(one["site"], one["group"]): one["children"] for one in found.filter(name=CHILDREN).iter_rows(named=True)}
    assert (
        told[("north", "a")] == 12 and told[(ALL, "a")] == 27 and told[("south", ALL)] == 30 and told[(ALL, ALL)] == 54
    )
    assert len(told) == 9


@pytest.mark.parametrize(
    ("change", "by", "told"),
    [
        (pl.lit("x").alias("other"), ["nowhere"], "no such column"),
        (pl.when(pl.col("child") == "north1").then(None).otherwise("site").alias("site"), ["site"], "has no site"),
        (pl.when(pl.col("name") == "rate").then(pl.lit("z")).otherwise("site").alias("site"), ["site"], "two groups"),
        (pl.lit(ALL).alias("site"), ["site"], "has no site"),
        (pl.lit("x").alias("other"), [], "one or two columns"),
        (pl.lit("x").alias("other"), ["site", "site"], "one or two columns"),
        (pl.lit("x").alias("other"), ["child"], "one or two columns"),
    ],
)
def test_what_cannot_be_grouped_is_refused(change, by, told):
    with pytest.raises(InputError, match=told) as refusal:
        cells(a_table({"north": 6}).with_columns(change), by)
    assert refusal.value.remedy
