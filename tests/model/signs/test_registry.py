"""The registry of signs: complete, sourced, in words that say nothing of what was done to a child."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from bowlby.errors import InputError
from bowlby.model.parameter import Basis
from bowlby.model.signs.accuracy import GENERAL_SPREAD
from bowlby.model.signs.page import with_signs
from bowlby.model.signs.reference import load_reference
from bowlby.model.signs.registry import SIGNS, find_sign
from bowlby.model.signs.response import GENERAL_NODES, GENERAL_WEIGHTS, response
from bowlby.model.signs.sign import Sign
from bowlby.model.signs.states import SIGN_STATES

ROOT = Path(__file__).parents[3]
EXPOSURE = re.compile(r"abus|neglect|maltreat|depriv|trauma|exposure|mother|father|parent|perpetrat", re.IGNORECASE)
NAMED_BY_THE_SOURCE = {
    "expecting threat": {
        *("fear", "hypervigilance", "volatility", "aggression", "mistrust", "clinginess", "fear_of_abandonment"),
        "re_experiencing_play",
    },
    "expecting little": {
        *("numbness", "low_self_esteem", "restricted_expression", "feeling_unseen", "isolation", "passivity"),
        *("little_comfort_seeking", "little_help_seeking", "unresponsiveness", "detachment"),
        "indiscriminate_approach",
    },
    "shared": {"dysregulation", "difficulty_forming_bonds", "withdrawal"},
}


@pytest.mark.parametrize("family", NAMED_BY_THE_SOURCE)
def test_every_sign_that_the_source_names_is_there(family: str):
    assert NAMED_BY_THE_SOURCE[family] <= {sign.name for sign in SIGNS.values() if sign.family == family}


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_each_sign_is_whole(sign: Sign):
    assert sign.description.endswith(".") and sign.settings and 0 < sign.base_rate < 0.5
    assert sign.ages[0] < sign.ages[1]
    assert len(sign.what_else) >= 4 and sign.helps
    for loading in sign.loadings:
        assert loading.state in SIGN_STATES and 0 < abs(loading.effect) < 1
        if loading.basis == Basis.MEASURED:
            assert re.search(r"[rd] = \.\d+", loading.source) and re.search(r"\b(19|20)\d\d\b", loading.source)
        else:
            assert "assumed" in loading.source


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_measured_sizes_are_the_published_ones(sign: Sign):
    for loading in sign.loadings:
        if loading.basis == Basis.MEASURED:
            found = re.search(r"([rd]) = (\.\d+)", loading.source)
            assert found
            size = float(found[2])
            r = size / np.sqrt(size * size + 4.0) if found[1] == "d" else size
            assert abs(loading.effect) == pytest.approx(r, abs=0.006)


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_name_and_description_tell_what_the_child_does_and_of_nobody_elses_doing(sign: Sign):
    assert not EXPOSURE.search(f"{sign.name} {sign.description} {sign.family}")
    assert not EXPOSURE.search(sign.helps)


def test_signs_of_missing_attachment_are_filed_with_expecting_little_and_say_so():
    for name in ("unresponsiveness", "indiscriminate_approach"):
        assert SIGNS[name].family == "expecting little"
        assert "insufficient care" in SIGNS[name].note


@pytest.mark.parametrize("age", [12.0, 36.0, 60.0])
@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_the_reference_population_shows_each_sign_at_its_stated_base_rate(sign: Sign, age: float):
    chance = response(sign, load_reference().at(age).scores)
    assert np.all((chance > 0) & (chance < 1))
    assert float(chance.mean(axis=0) @ GENERAL_WEIGHTS) == pytest.approx(sign.base_rate, abs=1e-9)


def test_a_slope_is_the_correlation_it_stands_for():
    """Liability of a single loading, simulated: 400,000 draws put the standard error of r at .0016; 5 of them."""
    rng = np.random.default_rng(1)
    sign = SIGNS["avoids_reminders"]
    z, g = rng.standard_normal((2, 400_000))
    slope = sign.slopes()["threat_expectation"]
    liability = slope * z + GENERAL_SPREAD * g + rng.logistic(size=z.size)
    assert np.corrcoef(z, liability)[0, 1] == pytest.approx(0.38, abs=0.008)


def test_the_nodes_have_the_moments_of_a_normal():
    for power, moment in ((0, 1.0), (1, 0.0), (2, 1.0), (4, 3.0), (6, 15.0)):
        assert float((GENERAL_NODES / GENERAL_SPREAD) ** power @ GENERAL_WEIGHTS) == pytest.approx(moment, abs=1e-9)


def test_an_unknown_sign_is_met_with_the_nearest():
    with pytest.raises(InputError) as error:
        find_sign("isolatoin")
    assert "'isolation'" in error.value.remedy
    assert find_sign("Fear of abandonment").name == "fear_of_abandonment"


def test_the_page_is_what_the_registry_says():
    page = (ROOT / "docs" / "signs.md").read_text(encoding="utf-8")
    assert with_signs(page) == page, "run with_signs over docs/signs.md"
