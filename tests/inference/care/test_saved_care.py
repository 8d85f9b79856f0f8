"""A saved posterior of care: whole, labelled, plain, and what ArviZ's usual calls make of it."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import xarray as xr

from bowlby.errors import InputError, OutputError, OverwriteError
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.predictive import predictive
from bowlby.inference.care.reading import read_care
from bowlby.inference.care.saved_care import NOT_LEARNT, load_care, save_care, save_dyads
from bowlby.inference.care.statement import CareStatement, care_statement
from bowlby.inference.draw_files import load_tree, save_tree
from bowlby.model.registry import lookup
from tests.inference.care.visits import FRIGHTENING, coded, visit


@pytest.fixture(scope="module")
def found() -> CareStatement:
    """Two visits with distress and a frightening act."""
    return care_statement(read_care(coded(visit(0, 40.0, [FRIGHTENING], distress=4), visit(5, 40.0, distress=2))))


@pytest.fixture(scope="module")
def saved(found: CareStatement, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_care(found, tmp_path_factory.mktemp("saved") / "post.nc")


@pytest.fixture(scope="module")
def arviz() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("arviz")


def test_every_variable_says_its_unit_and_what_it_is(saved: Path):
    tree = load_tree(saved)
    assert {"posterior", "prior", "posterior_predictive", "observed_data", "sample_stats"} == set(tree.children)
    for group in tree.children.values():
        for name, values in group.data_vars.items():
            assert values.attrs["unit"] and values.attrs["long_name"], name
    assert tree["posterior"]["warmth"].attrs["unit"] == lookup("warmth").unit
    assert set(tree["prior"].data_vars) == {str(axis) for axis in Axis}
    assert (
        "No real family" in tree.attrs["what_this_is_not"] and "Not for diagnosis" in tree.attrs["purpose_and_limits"]
    )


@pytest.mark.parametrize("ending", ["nc", "zarr"])
def test_what_is_saved_comes_back(found: CareStatement, tmp_path: Path, ending: str):
    path = save_care(found, tmp_path / f"post.{ending}")
    tree = load_tree(path)
    np.testing.assert_array_equal(tree["posterior"]["threat"].values.ravel(), found.posterior.draws[Axis.THREAT])
    back = load_care(path)
    assert back.age_months == 12.0 and back.population == found.posterior.population
    assert set(back.traits) == set(found.posterior.traits)
    np.testing.assert_array_equal(back.traits["warmth"], found.posterior.traits["warmth"])


def test_summary_trace_and_predictive_check_work_as_usual(saved: Path, arviz: ModuleType):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import matplotlib

        matplotlib.use("Agg")
        data = arviz.from_netcdf(saved)
        table = arviz.summary(data, var_names=["threat", "deprivation", "unpredictability"])
        traces = arviz.plot_trace(data, var_names=["threat", "deprivation"])
        checks = arviz.plot_ppc(data, var_names=["frightening_acts"])
    assert table.shape[0] == 3 and np.isfinite(table["mean"].to_numpy(dtype=float)).all()
    assert traces is not None and checks is not None


def test_predicted_counts_are_those_of_the_same_time_and_kinds(found: CareStatement):
    counted = predictive(found.posterior)
    acts = counted["frightening_acts"]
    assert acts.predicted.shape == (2000, 4) and acts.kinds[1] == FRIGHTENING
    assert acts.observed.tolist() == [0, 1, 0, 0]
    # More frightening acts than abusive ones, as in every population.
    assert acts.predicted[:, 1].sum() > acts.predicted[:, 3].sum()


def test_twice_the_time_predicts_twice_the_acts():
    """Poisson means over 2,000 draws; the draws of both posteriors have the same traits but for what time tells."""
    from dataclasses import replace

    one = care_statement(read_care(coded(visit(0, 20.0), visit(5, 20.0)))).posterior
    blocks = one.evidence.blocks
    longer = replace(one, evidence=replace(one.evidence, blocks=replace(blocks, exposure=50.0 * blocks.exposure)))
    few, many = (predictive(found)["frightening_acts"].predicted.sum() for found in (one, longer))
    # 50 times the time: the relative Poisson error of the smaller sum is 1 / sqrt(few).
    assert few > 100 and many / few == pytest.approx(50.0, rel=4.0 / np.sqrt(few))


def test_what_was_not_codable_says_that_it_was_not_learnt(tmp_path: Path):
    path = save_care(care_statement(read_care(coded(visit(0, 20.0, without=["fright"])))), tmp_path / "post.nc")
    tree = load_tree(path)
    assert tree["posterior"]["threat"].attrs["note"] == NOT_LEARNT
    assert "note" not in tree["posterior"]["deprivation"].attrs
    assert "frightening_acts" not in tree["posterior_predictive"].data_vars


def test_several_dyads_are_one_file_and_no_forecast(found: CareStatement, tmp_path: Path, arviz: ModuleType):
    path = save_dyads(["a", "b"], [found.posterior] * 2, tmp_path / "all.nc", {"population": "pooled"}, force=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert arviz.summary(arviz.from_netcdf(path)).shape[0] == 6
    with pytest.raises(InputError, match="several dyads") as failure:
        load_care(path)
    assert "--one-dyad" in failure.value.remedy


def test_a_posterior_of_the_first_edition_is_refused_with_what_to_do(tmp_path: Path):
    draws = {"answer_probability": (("chain", "draw"), np.full((1, 9), 0.5))}
    tree = xr.DataTree.from_dict({"/posterior": xr.Dataset(draws)})
    tree.attrs = {"method": "NUTS"}
    with pytest.raises(InputError, match="first edition") as failure:
        load_care(save_tree(tree, tmp_path / "old.nc"))
    assert failure.value.remedy.startswith("Infer again from the record: bowlby infer")
    other = xr.DataTree.from_dict({"/posterior": xr.Dataset({"x": (("chain", "draw"), np.zeros((1, 9)))})})
    with pytest.raises(InputError, match="no posterior of care"):
        load_care(save_tree(other, tmp_path / "other.nc"))


def test_a_posterior_with_numbers_that_are_none_is_refused(saved: Path, tmp_path: Path):
    tree = load_tree(saved)
    broken = tree["posterior"].to_dataset().copy(deep=True)
    broken["warmth"][0, 3] = np.nan
    tree["posterior"] = xr.DataTree(broken)
    with pytest.raises(InputError, match="none"):
        load_care(save_tree(tree, tmp_path / "broken.nc"))


@pytest.mark.parametrize("name", ["post.zarr", "post.nc"])
def test_nothing_is_overwritten_without_leave(found: CareStatement, tmp_path: Path, name: str):
    save_care(found, tmp_path / name)
    with pytest.raises(OverwriteError):
        save_care(found, tmp_path / name)
    save_care(found, tmp_path / name, force=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_unknown_ending_and_a_missing_folder_leave_nothing(found: CareStatement, tmp_path: Path):
    with pytest.raises(InputError) as failure:
        save_care(found, tmp_path / "post.txt")
    assert ".zarr" in failure.value.remedy
    with pytest.raises(OutputError):
        save_care(found, tmp_path / "missing" / "post.zarr")
    assert list(tmp_path.iterdir()) == []
