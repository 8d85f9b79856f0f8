"""The Strange Situation played through: eight episodes, scales that fill in, and the coder's own end."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bowlby.measures.strange_situation import ClassThresholds, classify, scales
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.named_care import cohort
from bowlby.simulation.procedures import STRANGE_SITUATION
from bowlby.simulation.visits import VisitPlan, observe
from bowlby.web.api.situation import CHILDREN, SCALES
from tests.web.conftest import TestClient

ASKED = {"kind": "inconsistent", "child": 3, "seed": 1}


@pytest.fixture(scope="module")
def played(client: TestClient) -> dict:
    return client.get("/api/strange-situation", params=ASKED).json()


def test_eight_episodes_follow_one_another(played: dict):
    episodes = played["episodes"]
    assert [one["number"] for one in episodes] == list(range(1, 9))
    assert all(one["to_s"] == after["from_s"] for one, after in pairwise(episodes))
    assert [one["number"] for one in episodes if not one["caregiver"]] == [4, 6, 7]


def test_scales_fill_in_and_end_where_the_coder_ends(played: dict):
    coded = coded_as_itself(
        observe(cohort("inconsistent", CHILDREN, 13.0, seed=1), VisitPlan(STRANGE_SITUATION)).record
    )
    whole = scales(coded)
    own = whole.filter(whole["session"] == "3").row(0, named=True)
    assert played["scales"] == {name: pytest.approx(own[name], abs=1e-3) for name in SCALES}
    classes = classify(whole, ClassThresholds())
    assert played["class_named"] == classes.filter(classes["session"] == "3")["class"][0]
    first, last = played["readings"][0], played["readings"][-1]
    assert first["avoidance_8"] is None and last["avoidance_8"] is not None
    assert len(played["readings"]) > 20


def test_no_reading_sees_what_has_not_happened_yet(played: dict):
    eighth = played["episodes"][-1]
    for reading in played["readings"]:
        if reading["at_s"] <= eighth["from_s"]:
            assert reading["resistance_8"] is None
    times = [reading["at_s"] for reading in played["readings"]]
    assert times == sorted(set(times))


def test_shares_are_of_all_children_of_the_history(played: dict):
    assert sum(row["n"] for row in played["shares"].values()) == CHILDREN


@pytest.mark.parametrize("query", ["age_months=40", "child=64", "child=-1", "kind=mother", "age_months=nan"])
def test_a_history_that_cannot_be_is_refused(client: TestClient, query: str):
    assert client.get(f"/api/strange-situation?{query}").status_code == 422
