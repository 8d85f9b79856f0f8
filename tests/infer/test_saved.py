"""A saved posterior is whole, labelled, and opens in ArviZ."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import InputError, OutputError, OverwriteError
from bowlby.infer.posterior import Posterior
from bowlby.infer.saved import draw_tree, load_tree, save
from bowlby.model.parameters import lookup


def test_every_variable_has_named_dimensions_and_a_unit(usual: Posterior):
    posterior = draw_tree(usual)["posterior"]
    for name, variable in posterior.data_vars.items():
        assert variable.dims[:2] == ("chain", "draw")
        base = str(name).removesuffix("_in_session")
        assert variable.attrs["unit"] == lookup(base).unit
        assert variable.dims[2:] == (("session",) if str(name).endswith("_in_session") else ())


def test_zarr_gives_the_same_draws_back(usual: Posterior, tmp_path: Path):
    path = save(usual, tmp_path / "post.zarr")
    tree = load_tree(path)
    assert {"posterior", "prior", "sample_stats", "observed_data"} <= set(tree.children)
    assert np.array_equal(tree["posterior"]["warm_share"], usual.draws["warm_share"])
    assert "Not for diagnosis" in tree.attrs["purpose_and_limits"]


def test_netcdf_opens_in_arviz(usual: Posterior, tmp_path: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arviz = pytest.importorskip("arviz")
    path = save(usual, tmp_path / "post.nc")
    opened = arviz.from_netcdf(path)
    assert float(opened.posterior["answer_probability"].mean()) == pytest.approx(
        usual.summary("answer_probability").mean
    )
    assert int(opened.observed_data["answered"].sum()) == usual.evidence.episodes["answered"].sum()


@pytest.mark.parametrize("name", ["post.zarr", "post.nc"])
def test_nothing_is_overwritten_without_leave(usual: Posterior, tmp_path: Path, name: str):
    save(usual, tmp_path / name)
    with pytest.raises(OverwriteError):
        save(usual, tmp_path / name)
    save(usual, tmp_path / name, force=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_unknown_ending_is_refused(usual: Posterior, tmp_path: Path):
    with pytest.raises(InputError) as failure:
        save(usual, tmp_path / "post.txt")
    assert ".zarr" in failure.value.remedy


def test_a_missing_folder_is_told_and_leaves_nothing(usual: Posterior, tmp_path: Path):
    with pytest.raises(OutputError):
        save(usual, tmp_path / "missing" / "post.zarr")
    assert list(tmp_path.iterdir()) == []
