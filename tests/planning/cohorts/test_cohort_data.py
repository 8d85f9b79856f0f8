"""Data sets of cohorts: tables and store of the same children, who is in which arm, and who leaves."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bowlby.errors import InputError
from bowlby.planning.cohorts.arms import calibrated, leaving_age, places
from bowlby.planning.cohorts.job import CohortJob
from bowlby.planning.cohorts.sharing import Level, level, shared, site_of
from bowlby.planning.cohorts.wide import check_formats, column_of
from bowlby.planning.trials.design import StudyDesign
from bowlby.planning.trials.design_file import design_of
from bowlby.simulation.cluster.run import run

ARMS = [{"name": "usual"}, {"name": "trained", "intervention": "responsiveness training", "start": "4mo"}]
NUMBERS = np.arange(20_000, dtype=np.uint32)


def design(**parts: Any) -> StudyDesign:
    """Return a small cohort in two arms, with parts replaced or added."""
    written: dict[str, Any] = {
        "title": "Small",
        "population": "usual",
        "children": 200,
        "arms": ARMS,
        "measures": [
            {"name": "security", "ages": ["13mo"]},
            {"name": "externalizing", "ages": ["24mo", "26mo"]},
        ],
        "drop_out": {"rate": 0.3, "on": "caregiver stress", "log_odds": 1.0},
    }
    return design_of(written | parts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data set of 200 children in chunks of 96."""
    path = tmp_path_factory.mktemp("cohort") / "data"
    run(CohortJob(design(), 1, csv=True, children_each=96), path)
    return path


def test_every_child_has_a_row_for_each_measure_and_visit(folder: Path):
    observed = pl.read_parquet(folder / "observed" / "*.parquet")
    assert observed.height == 200 * 3
    assert observed["child"].unique().sort().to_list() == list(range(200))
    assert observed.group_by("child").len()["len"].unique().to_list() == [3]
    # A value or the reason why there is none: never both, never neither.
    assert (observed["value"].is_null() == observed["missing"].is_not_null()).all()
    assert not observed["value"].is_nan().any()


def test_the_truth_has_no_losses_and_no_error(folder: Path):
    truth = pl.read_parquet(folder / "truth" / "*.parquet")
    observed = pl.read_parquet(folder / "observed" / "*.parquet")
    assert truth.height == 200 * 3 and truth["externalizing"].null_count() == 200
    both = observed.filter(pl.col("measure") == "externalizing", pl.col("value").is_not_null()).join(
        truth, on=["child", "age_months"]
    )
    assert (both["value"] != both["externalizing"]).all()
    # Reliability .8: r = .89, of some 290 pairs to four standard errors of Fisher's z.
    assert 0.83 < both.select(pl.corr("value", "externalizing")).item() < 0.94
    assert observed["missing"].eq("left the study").any()


def test_who_has_left_stays_away(folder: Path):
    observed = pl.read_parquet(folder / "observed" / "*.parquet").sort("child", "age_months")
    gone = observed.with_columns(gone=(pl.col("missing") == "left the study").fill_null(False).cast(pl.Int8()))
    assert (gone.group_by("child", maintain_order=True).agg(pl.col("gone").diff().min())["gone"] >= 0).all()


def test_the_store_holds_the_states_of_the_same_children(folder: Path):
    import xarray as xr

    store = xr.open_zarr(folder / "truth.zarr", consolidated=False)
    assert store["time"].values.tolist() == [4.0, 13.0, 24.0, 26.0]
    assert store["child"].values.tolist() == list(range(200))
    names = store["state"].attrs["variables"]
    stress = store["state"].isel(variable=names.index("stress")).values
    assert stress.shape == (4, 200) and 0 < stress.mean() < 1
    dictionary = pl.read_csv(folder / "data_dictionary.csv")
    assert set(names) <= set(dictionary["item"]) and {"security", "externalizing", "missing"} <= set(dictionary["item"])
    assert dictionary["meaning"].null_count() == 0


def test_csv_says_the_same_and_the_guide_reads_it(folder: Path):
    observed = pl.read_parquet(folder / "observed" / "*.parquet")
    assert pl.read_csv(folder / "observed.csv").height == observed.height
    guide = (folder / "README.md").read_text()
    assert 'read.csv("observed.csv", na.strings = "")' in guide and "Not for diagnosis" in guide


def test_a_child_is_the_same_in_any_chunk(folder: Path, tmp_path: Path):
    """Outcomes hang on the child alone; a coder's error on the children that are coded together, so it is left out."""
    run(CohortJob(design(), 1, children_each=200), tmp_path / "one")
    parts = [pl.read_parquet(path / "truth" / "*.parquet") for path in (folder, tmp_path / "one")]
    assert parts[0].equals(parts[1])


@pytest.mark.parametrize(
    ("randomisation", "share"),
    [({}, 0.5), ({"ratio": 3.0}, 0.75), ({"kind": "blocked", "block": 4}, 0.5)],
)
def test_arms_have_their_shares(randomisation: dict[str, Any], share: float):
    """20,000 children: four standard errors of a share, missed in one seed of 16,000."""
    asked = design(randomisation=randomisation)
    arm = places(asked, NUMBERS, 1)
    assert abs(arm.mean() - share) < 4 * np.sqrt(share * (1 - share) / len(NUMBERS))
    parts = [
        places(design(randomisation=randomisation), NUMBERS[part], 1) for part in (slice(0, 777), slice(777, None))
    ]
    assert np.array_equal(np.concatenate(parts), arm)
    if randomisation.get("kind") == "blocked":
        assert (arm.reshape(-1, 4).sum(axis=1) == 2).all()


def test_sites_are_randomised_whole():
    asked = design(randomisation={"kind": "cluster"}, sites={"families_each": 10, "icc": 0.05})
    arm = places(asked, NUMBERS, 1).reshape(-1, 10)
    assert (arm == arm[:, :1]).all() and 0.4 < arm.mean() < 0.6
    wedge = design(randomisation={"kind": "stepped wedge"}, sites={"families_each": 10, "icc": 0.05})
    with pytest.raises(InputError, match="no periods"):
        places(wedge, NUMBERS, 1)


def test_families_leave_at_the_rate_asked_for_and_more_often_under_stress():
    asked, arm = design(), np.zeros(len(NUMBERS), np.int64)
    stress = np.random.default_rng(1).random(len(NUMBERS))
    leaving = calibrated(asked, stress, arm)
    gone = np.isfinite(leaving_age(asked, leaving, NUMBERS, 1, (stress, arm)))
    assert abs(gone.mean() - 0.3) < 4 * np.sqrt(0.21 / len(NUMBERS))
    assert stress[gone].mean() > stress[~gone].mean() + 0.1
    none = calibrated(design(drop_out={"rate": 0.0}), None, arm)
    assert np.isinf(leaving_age(design(drop_out={}), none, NUMBERS, 1, (None, arm))).all()


def test_lives_alone_can_be_kept_and_nothing_at_all_cannot(tmp_path: Path):
    lives = design(measures=[], truth=["2mo"], arms=ARMS[:1], children=40, drop_out={})
    done = run(CohortJob(lives, 1), tmp_path / "lives")
    assert "truth.zarr/state/c/0/0/0" in done.files
    with pytest.raises(InputError, match="nothing is measured"):
        design(measures=[], arms=ARMS[:1])
    with pytest.raises(InputError, match="less than or equal to 4294967296"):
        design(children=2**33)


def icc_of(values: np.ndarray, site: np.ndarray) -> float:
    """Return the intraclass correlation of sites of one size, by a one-way analysis of variance."""
    groups = values.reshape(len(np.unique(site)), -1)
    within, size = groups.var(axis=1, ddof=1).mean(), groups.shape[1]
    between = groups.mean(axis=1).var(ddof=1) - within / size
    return float(between / (between + within))


@pytest.mark.parametrize("icc", [0.05, 0.3])
@pytest.mark.parametrize("binary", [False, True])
def test_sites_have_the_correlation_that_the_design_says(icc: float, binary: bool):
    """Of 1,000 sites of 20 children: the correlation to four standard errors (Donner 1979), means and spread kept."""
    asked = design(sites={"families_each": 20, "icc": icc})
    numbers = np.arange(20_000, dtype=np.uint32)
    arm, site = places(asked, numbers, 1), site_of(asked, numbers)
    assert site is not None
    draw = np.random.default_rng(2).standard_normal(20_000)
    values = (draw > 0.3).astype(float) if binary else 3.0 + 2.0 * draw
    moved = shared(asked, values, (numbers, arm, site), ("security", level(values, arm, 2), 1))
    error = np.sqrt(2 * (1 - icc) ** 2 * (1 + 19 * icc) ** 2 / (20 * 19 * 999))
    assert icc_of(moved, site) == pytest.approx(icc, abs=4 * error + (0.01 if binary else 0.0))
    assert moved.mean() == pytest.approx(values.mean(), abs=4 * values.std() * np.sqrt((1 + 19 * icc) / 20_000))
    assert moved.std() == pytest.approx(values.std(), rel=0.05)
    later = site_of(asked, numbers[5000:6000])
    assert later is not None and np.array_equal(later, site[5000:6000])
    part = shared(asked, values[:500], (numbers[:500], arm[:500], site[:500]), ("security", level(values, arm, 2), 1))
    assert np.array_equal(part, moved[:500])


def test_sites_differ_in_size_where_the_design_says_so():
    asked = design(sites={"families_each": 20, "icc": 0.1, "cv": 0.6})
    sites = site_of(asked, np.arange(64 * 20, dtype=np.uint32))
    assert sites is not None
    sizes = np.bincount(sites)
    assert sizes.mean() == 20 and sizes.std() / 20 == pytest.approx(0.6, abs=0.05)


def test_a_level_kept_as_plain_values_is_the_same():
    known = level(np.array([1.0, 2.0, np.nan, 4.0]), np.array([0, 0, 1, 1]), 2)
    assert Level.of(known.as_dict()) == known and known.mean[0] == 1.5


def test_columns_are_names_that_spss_stata_and_r_take():
    assert column_of("rated sensitivity", 12.5) == "rated_sensitivity_12_5"
    with pytest.raises(InputError, match="up to 2,000,000"):
        check_formats(("wide",), 3_000_000)


@pytest.fixture(scope="module")
def wide_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data set of 160 children in sites, with classes, covariates and every table, in two chunks."""
    path = tmp_path_factory.mktemp("wide") / "data"
    formats = ("wide", "sav", "dta") if find_spec("pyreadstat") else ("wide",)
    parts = {
        "children": 160,
        "measures": [{"name": "class", "ages": ["13mo"]}, {"name": "avoidance", "ages": ["13mo"]}],
        "sites": {"families_each": 20, "icc": 0.3},
        "covariates": ["stress", "sex", "ses"],
    }
    run(CohortJob(design(**parts), 1, csv=True, children_each=96, formats=formats), path)
    return path


@pytest.mark.slow
def test_one_row_a_child_in_every_format_and_with_classes_in_letters(wide_folder: Path):
    observed = pl.read_parquet(wide_folder / "observed" / "*.parquet")
    table = pl.read_csv(wide_folder / "wide.csv")
    assert table.height == 160 and {"class_13", "avoidance_13", "stress", "sex", "ses", "left"} <= set(table.columns)
    classes = observed.filter((pl.col("measure") == "class") & pl.col("value").is_not_null())
    assert set(classes["label"]) <= {"A", "B", "C", "D"} and classes["label"].null_count() == 0
    assert observed["visit"].unique().to_list() == ["13mo"]
    assert np.corrcoef(table["stress"], table["ses"])[0, 1] < 0
    guide = (wide_folder / "README.md").read_text()
    assert "What is not in it" in guide and "library(" not in guide and "read.csv" in guide


@pytest.mark.slow
def test_spss_and_stata_read_the_wide_table(wide_folder: Path):
    pyreadstat = pytest.importorskip("pyreadstat", reason="the extra study is not installed")
    table = pl.read_csv(wide_folder / "wide.csv")
    for kind in ("sav", "dta"):
        frame, meta = getattr(pyreadstat, f"read_{kind}")(str(wide_folder / f"wide.{kind}"), output_format="polars")
        assert frame.height == 160 and frame.columns == table.columns
        assert frame["avoidance_13"].null_count() == table["avoidance_13"].null_count()
        assert "avoidance" in meta.column_names_to_labels["avoidance_13"]
