"""Where named care stands among families is told by a command and by the documentation, both from one computation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bowlby.model.life.dimensions import Dimension
from bowlby.model.life.exposures import EXPOSURES, TEST_POINTS
from bowlby.simulation.care_percentiles import POPULATIONS, care_percentiles, with_named_care
from bowlby.simulation.population import population
from tests.cli.running import run

PAGE = Path(__file__).parents[2] / "docs" / "people-and-outcomes.md"


def test_the_page_holds_what_the_code_computes():
    page = PAGE.read_text(encoding="utf-8")
    assert with_named_care(page) == page, "run with_named_care over docs/people-and-outcomes.md"


def test_percentiles_on_dimensions_are_those_of_drawn_families():
    """20,000 families of each population; four standard errors of a share are at most 1.4 points: false alarm 6e-5."""
    numbers = np.arange(20_000, dtype=np.uint32)
    places = {name: population(name).position(numbers, 8) for name in POPULATIONS}
    for row in care_percentiles():
        for one, found in row.dimensions.items():
            for name in POPULATIONS:
                share = 100 * float((places[name][one] < found.value).mean())
                assert found.percentiles[name] == pytest.approx(share, abs=1.5), (row.care.name, one, name)


def test_what_a_care_is_named_for_is_where_it_stands_out():
    rows = {row.care.name: row for row in care_percentiles()}
    assert list(rows) == list(EXPOSURES)
    assert rows["frightening"].axes["threat"].percentiles["low-risk"] > 97.5
    assert rows["frightening"].axes["deprivation"] == rows["usual"].axes["deprivation"]
    assert rows["deprived"].axes["threat"] == rows["usual"].axes["threat"]
    assert rows["deprived"].axes["deprivation"].percentiles["low-risk"] > 90
    assert rows["institution"].axes["deprivation"].percentiles["at risk"] > 99
    assert rows["sensitive"].axes["deprivation"].percentiles["low-risk"] < 15


def test_the_command_tells_the_same_and_no_test_point():
    told = json.loads(run("simulate", "--exposures", "--json").out)["exposures"]
    assert told == [json.loads(json.dumps(row.as_dict())) for row in care_percentiles()]
    text = run("simulate", "--exposures").out
    assert all(f"\n{name}: " in text for name in EXPOSURES)
    assert not any(name in text for name in TEST_POINTS) and "extreme" not in text
    assert all(str(one) in text for one in Dimension)
