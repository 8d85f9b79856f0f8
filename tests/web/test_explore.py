"""Explore: the engine's own children, moved by sliders, told as curves and files."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

import jax
import numpy as np
import pytest

from bowlby.evidence.claims_register.aspects import KINDS
from bowlby.model.life.state import NAMES, from_leaves
from bowlby.model.life.traits import Constants
from bowlby.model.registry import CONSTANTS
from bowlby.model.signs.reference import load_reference, normal_scores
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.response import GENERAL_NODES, GENERAL_WEIGHTS, intercept
from bowlby.model.signs.states import sign_states
from bowlby.simulation.engine.blocks import Blocks, padded_state
from bowlby.simulation.engine.blocks import live as live_block
from bowlby.simulation.engine.cohort import simulate_cohort
from bowlby.simulation.engine.program import EpisodeClock
from bowlby.simulation.named_care import cohort
from bowlby.web.course import CHILDREN, QUANTITIES, STEP, UNTIL, course, live
from bowlby.web.kinds import FRIGHT, NEVER, SLIDERS
from tests.web.conftest import TestClient


def test_the_children_are_those_of_any_cohort_with_their_numbers():
    states = live("inconsistent", {}, 7)
    lived = simulate_cohort(cohort("inconsistent", CHILDREN, 6 * STEP, seed=7)).state
    place = NAMES.index("relief_express")
    # Another block width may differ in the last bits of a step; over 3,000 steps of single precision, by little.
    assert np.allclose(states[place, 6], lived[place], atol=2e-3)


def test_every_point_of_a_curve_is_where_the_engine_stands_stretch_by_stretch():
    lanes = slice(0, CHILDREN)
    states = live("harsh", {}, 3)
    design = cohort("harsh", CHILDREN, UNTIL, seed=3)
    turns = [design.episode_at(point * STEP) for point in range(states.shape[1])]
    for point, (first, end) in enumerate(pairwise(turns), start=1):
        block = Blocks(design, design.care_at(point * STEP)).block(lanes)
        clock = EpisodeClock(np.uint32(first), np.int32(end - first), np.int32(design.bids_per_day))
        state = live_block(jax.devices()[0], block, clock, padded_state(states[:, point - 1], lanes))
        # One program of 64 lanes or one call a stretch of 256: the same but for a compiler's freedom in the last bits.
        assert np.allclose(states[:, point], state[:, lanes], atol=2e-3), point


def test_curves_and_signs_are_what_each_child_and_each_sign_give_by_themselves():
    found, child = course("inconsistent", {}, 5), from_leaves(list(live("inconsistent", {}, 5))).child
    constants = Constants(*np.array([entry.default for entry in CONSTANTS]))
    told = {name: np.asarray(value, float) for name, value in sign_states(child, constants).items()}
    frustration = np.array([np.quantile(point, [0.25, 0.5, 0.75]) for point in child.frustration])
    assert np.allclose(found.quartiles["frustration"], frustration, atol=1e-6)
    assert list(found.signs) == [12.0, 18.0, 36.0]
    for age, shares in found.signs.items():
        reference = load_reference().at(age)
        assert set(shares) == {name for name, sign in SIGNS.items() if sign.shows_at(age)}
        for name, share in shares.items():
            assert share == pytest.approx(_share(SIGNS[name], reference, told, round(age / STEP)), abs=1e-9)


def _share(sign, reference, told, point) -> float:
    """Return the share of children who would show one sign, worked out child by child from the reference children."""
    fixed = sum(slope * reference.scores[state] for state, slope in sign.slopes().items())
    start = intercept(fixed[:, None] + GENERAL_NODES, sign.base_rate)
    shares = []
    for one in range(CHILDREN):
        linear = start
        for state, slope in sign.slopes().items():
            known, first = np.unique(reference.values[state], return_index=True)
            scores = normal_scores(reference.values[state])[first]
            linear += slope * np.interp(told[state][point, one], known, scores)
        shares.append(GENERAL_WEIGHTS @ (1 / (1 + np.exp(-(linear + GENERAL_NODES)))))
    return float(np.mean(shares))


def test_curves_are_quartiles_in_order_and_signs_are_shares():
    for kind in KINDS.values():
        found = course(kind.exposure)
        for one in QUANTITIES:
            low, middle, high = found.quartiles[one.name].T
            assert found.quartiles[one.name].shape == (25, 3)
            assert np.all((low <= middle) & (middle <= high)) and np.isfinite(high).all()
        assert all(0 < share < 1 for one in found.signs.values() for share in one.values())


def test_threat_and_deprivation_move_what_they_should():
    at_end = {
        kind.axis: {one: values[-1, 1] for one, values in course(kind.exposure).quartiles.items()}
        for kind in KINDS.values()
    }
    assert at_end["threat"]["threat_expectation"] > at_end["deprivation"]["threat_expectation"] + 0.1
    assert at_end["deprivation"]["comfort_expectation"] < at_end["secure"]["comfort_expectation"] - 0.2
    assert at_end["both"]["freezing"] > at_end["secure"]["freezing"] + 0.15
    assert at_end["secure"]["regulation"] > at_end["deprivation"]["regulation"]


QUICK = {"answer_base", "warmth", "provoked_harsh"}


@pytest.mark.parametrize(
    "slider",
    [pytest.param(one, id=one.parameter, marks=[] if one.parameter in QUICK else pytest.mark.slow) for one in SLIDERS],
)
def test_each_slider_changes_what_is_drawn(client: TestClient, slider):
    low, high = (client.get("/api/explore", params={slider.parameter: at}).json() for at in (slider.low, slider.high))
    assert low["curves"] != high["curves"]
    assert low["setting"][slider.parameter] == slider.low


def test_the_same_link_gives_the_same_curves(client: TestClient):
    link = "/api/explore?kind=harsh&warmth=0.2&seed=3"
    assert client.get(link).json() == client.get(link).json()
    assert client.get(link).json()["curves"] != client.get("/api/explore?kind=harsh&warmth=0.2&seed=4").json()["curves"]


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("kind=kind", "kind"),
        ("warmth=2", "warmth"),
        ("warmth=nan", "warmth"),
        ("warmth=.2&warmth=.3", "warmth"),
        ("name=Ann", "name"),
        ("seed=-1", "seed"),
    ],
)
def test_what_is_no_simulated_setting_is_refused(client: TestClient, query: str, column: str):
    answer = client.get(f"/api/explore?{query}")
    assert answer.status_code == 422 and answer.json()["column"] == column


def test_the_table_holds_every_curve_of_every_kind_of_care(client: TestClient):
    answer = client.get("/api/explore/export?kind=harsh&format=csv")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(io.StringIO("\n".join(lines))))
    assert len(rows) == 5 * len(QUANTITIES) * 25
    worth = [row for row in rows if row["care"] == "your care" and row["quantity"] == "worth"]
    shown = client.get("/api/explore?kind=harsh").json()["curves"]["worth"]["middle"]
    assert [float(row["middle"]) for row in worth] == pytest.approx(shown, abs=1e-4)


def test_drawings_are_drawings(client: TestClient):
    picture = client.get("/api/explore/export?format=png")
    assert picture.content[:8] == b"\x89PNG\r\n\x1a\n" and picture.headers["content-type"] == "image/png"
    drawing = client.get("/api/explore/export?format=svg").text
    assert drawing.startswith("<svg") and "comfort expected" in drawing
    assert 'attachment; filename="bowlby-explore.png"' in picture.headers["content-disposition"]


FRIGHT_OFF = {slider.parameter: NEVER for slider in SLIDERS if slider.never and slider.group == FRIGHT}


def test_never_means_never(client: TestClient):
    """With every kind of fright at never no child of any home expects any threat, on any day of three years."""
    states = live("frightening", FRIGHT_OFF, 0)
    child = from_leaves(list(states)).child
    assert max(float(child.threat_unprovoked.max()), float(child.threat_provoked.max())) == 0.0
    told = client.get("/api/explore", params={"kind": "frightening", **FRIGHT_OFF}).json()
    assert told["why"]["frightening_a_week"] < 1e-4 and max(told["curves"]["threat_expectation"]["high"]) == 0.0


def test_every_cause_of_the_care_has_a_control():
    moved = {slider.parameter for slider in SLIDERS}
    tiers = ("startling", "frightening", "harsh", "abusive")
    assert {f"{when}_{tier}" for when in ("unprovoked", "provoked") for tier in tiers} <= moved
    assert {"separation_rate", "separation_length", "engagement_burst", "routine"} <= moved
    assert SLIDERS[0].group == FRIGHT


def test_the_cause_in_the_sentence_follows_the_care(client: TestClient):
    few, many = (client.get("/api/explore", params={"answer_base": at}).json()["why"] for at in (-4.0, 4.5))
    assert few["answered"] < 0.1 < 0.5 < many["answered"]
    seldom, often = (client.get("/api/explore", params={"unprovoked_harsh": at}).json()["why"] for at in (2e-4, 4.0))
    assert seldom["frightening_a_week"] < 10 and often["frightening_a_week"] > 300
