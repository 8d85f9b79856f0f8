"""Each number of the model has a source, a width of doubt, or what rests on it; none merely stands there."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bowlby.model.parameter import Basis, Parameter, Transform
from bowlby.model.registry import CAREGIVER, CHILD, CONSTANTS, MOMENTS, data

ENTRIES = (*CAREGIVER, *CHILD, *CONSTANTS, *MOMENTS)
SWITCH = "0/1"


def sourced(entry: Parameter) -> bool:
    """Return whether the source says more than that the value is assumed."""
    return entry.source != str(Basis.ASSUMED) and not entry.source.endswith("set by hand; assumed")


def accounted(entry: Parameter) -> bool:
    return sourced(entry) or entry.doubt is not None or bool(entry.rests)


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.name for entry in ENTRIES])
def test_each_entry_has_a_source_a_width_or_what_rests_on_it(entry: Parameter):
    remedy = "say in parameters.toml where it comes from (source), how far it could be off (doubt) or what rests on it"
    assert accounted(entry), remedy


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if not sourced(entry)], ids=lambda entry: entry.name)
def test_what_is_assumed_without_a_source_says_what_rests_on_it(entry: Parameter):
    assert entry.status is Basis.ASSUMED
    assert entry.rests and not entry.rests.endswith("."), "rests = ... in parameters.toml, without a full stop"


def test_an_entry_without_any_of_them_would_be_found():
    bare = replace(CONSTANTS[0], source="feasibility study, constants set by hand; assumed", doubt=None, rests="")
    assert not accounted(bare)


def test_a_width_fits_its_value():
    for entry in ENTRIES:
        if entry.doubt is not None:
            assert entry.unit != SWITCH, entry.name
            assert 0.0 < entry.doubt.sd < 1.0, entry.name
            assert math.isfinite(entry.doubt.scale.free(entry.default)), entry.name
            assert entry.doubt.scale is not Transform.LOGIT or entry.unit == "1", entry.name


def test_one_width_an_entry():
    """A second scale would be dropped by the loader without a word."""
    rows = [row for table in ("child", "constant", "moment") for row in data("parameters.toml")[table].values()]
    assert all(len(row.get("doubt", {"log": 0.0})) == 1 for row in rows)
