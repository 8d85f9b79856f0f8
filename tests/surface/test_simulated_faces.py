"""Results that are simulated show, tabulate, draw and save themselves too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import bowlby

DESIGN = {
    "title": "A small trial",
    "population": "pooled",
    "arms": [{"name": "usual"}, {"name": "help", "intervention": "responsiveness training", "start": "5mo"}],
    "measures": [{"name": "security", "ages": ["14mo"]}],
    "trial": {"n": [100], "effects": [0.5], "pool": 256, "replicates": 100},
}
MAKERS: dict[str, Callable[[], bowlby.Result]] = {
    "simulate": lambda: bowlby.simulate("inconsistent", children=8, until="6mo", seed=1),
    "watch": lambda: bowlby.watch("sensitive", minutes=10, visits=2, coders=2, seed=1),
    "strange_situation": lambda: bowlby.strange_situation(children=8, seed=1),
    "forecast": lambda: bowlby.forecast("usual", children=64, until="5y", interventions=[], seed=1),
    "trial": lambda: bowlby.trial(DESIGN, seed=1),
}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", MAKERS)
def test_a_simulated_result_has_every_face(name: str, tmp_path: Path):
    found = MAKERS[name]()
    lines = repr(found).splitlines()
    assert 1 < len(lines) < 20 and max(map(len, lines)) <= 160
    assert found._repr_html_().startswith('<div class="bowlby">')
    table, arrays = found.to_polars(), found.to_xarray()
    assert table.height > 0 and len(found.to_pandas()) == table.height
    assert not {"row", "dim_0"} & set(arrays.sizes)
    assert all(one.attrs["units"] for one in arrays.data_vars.values() if one.dtype.kind in "fiu")
    plot = found.plot()
    assert plot._repr_mimebundle_()["text/html"].count("<svg") == len(plot)
    for ending in ("csv", "parquet", "json", "nc", "html"):
        assert found.save(tmp_path / f"one.{ending}").stat().st_size > 0
    assert pl.read_parquet(tmp_path / "one.parquet").equals(table)


def test_visits_are_measured_inferred_from_and_agreed_on():
    visits = bowlby.watch("sensitive", minutes=10, visits=2, coders=2, seed=1)
    assert visits.coded().sessions and bowlby.infer(visits.coded(), one_dyad=True).title.endswith("pooled families")
    found = bowlby.agree(visits.record(0, "a"), visits.record(0, "b"))
    assert found.value.matched > 0 and found.value.omitted + found.value.added > 0
    assert bowlby.agree(visits.record(1), visits.record(1)).value.omitted == 0


def test_the_same_seed_gives_the_same_lives():
    one, other = (bowlby.simulate("harsh", children=4, until="3mo", seed=5).to_xarray() for _ in range(2))
    assert one.equals(other)
