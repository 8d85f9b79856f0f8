"""The registry is complete, consistent and says what is wrong."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bowlby.errors import ParameterError
from bowlby.model.caregiver import Caregiver
from bowlby.model.child import Child
from bowlby.model.parameters import CAREGIVER_NAMES, CHILD_NAMES, REGISTRY, lookup, registry_table
from bowlby.model.registry_page import with_registry


@pytest.mark.parametrize("name", REGISTRY)
def test_each_entry_is_consistent(name: str):
    entry = REGISTRY[name]
    low, high = entry.support
    assert low < entry.default <= high
    assert entry.source and entry.meaning.endswith(".") and entry.unit
    if entry.prior is not None:
        assert entry.prior.scale > 0
        assert entry.natural(entry.prior.location) == pytest.approx(entry.default)
        assert entry.natural(entry.free(entry.default)) == pytest.approx(entry.default)


def test_caregiver_and_child_hold_the_registry_s_names():
    assert Caregiver._fields == CAREGIVER_NAMES
    assert Child._fields == CHILD_NAMES
    assert all(REGISTRY[name].prior is not None for name in (*CAREGIVER_NAMES, *CHILD_NAMES))


def test_a_wrong_name_suggests_the_nearest():
    with pytest.raises(ParameterError) as failure:
        lookup("answer_probabilty")
    assert "answer_probability" in failure.value.remedy


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, math.nan, math.inf])
def test_a_share_outside_its_support_is_refused(value: float):
    with pytest.raises(ParameterError) as failure:
        lookup("warm_share").free(value)
    assert failure.value.column == "warm_share"
    assert failure.value.exit_code == 2


def test_the_table_has_a_row_a_parameter():
    table = registry_table()
    assert [row["name"] for row in table] == list(REGISTRY)
    assert {"symbol", "unit", "support", "prior", "default", "source", "status"} <= set(table[0])


def test_the_page_on_the_model_holds_the_registry_as_it_is():
    page = (Path(__file__).parents[2] / "docs" / "model.md").read_text(encoding="utf-8")
    assert with_registry(page) == page, "run with_registry over docs/model.md"
