"""Signs on a page: the same numbers as from Python, in a body only, and nothing of caregivers or names."""

from __future__ import annotations

import re

import pytest

from bowlby.inference.signs.result import read_signs
from bowlby.model.signs.observation import Observation, ObservedValue
from bowlby.web.api.signs import SignInput, SignsInput
from tests.web.conftest import TestClient


def test_the_page_says_what_python_says(client: TestClient):
    looks = [{"sign": "fear", "value": "present"}, {"sign": "isolation", "value": "absent"}]
    told = client.post("/api/signs", json={"age_months": 40, "looks": looks}).json()
    found = read_signs([Observation("fear", ObservedValue.PRESENT), Observation("isolation", ObservedValue.ABSENT)], 40)
    for name, state in found.states.items():
        assert told["states"][name]["probability"] == pytest.approx(state.probability)
    assert told["unexplained"] == pytest.approx(found.unexplained) and told["verdict"] == found.verdict


def test_without_a_look_everything_is_its_base_rate(client: TestClient):
    told = client.post("/api/signs", json={"age_months": 40}).json()
    assert told["states"] == told["base_rates"] and told["verdict"] == "not enough to tell"


def test_signs_never_stand_in_an_address(client: TestClient):
    assert client.get("/api/signs?fear=present").status_code == 422
    assert client.post("/api/signs?age_months=40", content=b"").status_code == 422


def test_no_field_takes_a_name_or_free_text(client: TestClient):
    assert set(SignInput.model_fields) == {"sign", "value", "informant", "setting", "day"}
    assert set(SignsInput.model_fields) == {"age_months", "looks"}
    for extra in ({"name": "Ann"}, {"rater": "Ann"}):
        look = {"sign": "fear", "value": "present", **extra}
        assert client.post("/api/signs", json={"age_months": 40, "looks": [look]}).status_code == 422
    assert 'type="text"' not in client.get("/signs").text


def test_the_page_speaks_of_states_and_never_of_exposure(client: TestClient):
    told = client.post("/api/signs", json={"age_months": 40, "looks": [{"sign": "fear", "value": "present"}]}).json()
    assert not {"quadrant", "axes", "threat", "deprivation", "exposure"} & set(told)
    body = re.search(r"<main.*</main>", client.get("/signs").text, re.S)
    assert body is not None
    words = re.sub(r"<script.*?</script>|<[^>]*>", " ", body[0], flags=re.S).lower()
    assert not re.search(r"\b(mother|abus\w+|neglect\w*|maltreat\w+|perpetrator|exposure)\b", words)


@pytest.mark.parametrize(
    "look",
    [
        {"sign": "fears", "value": "present"},
        {"sign": "fear", "value": "maybe"},
        {"sign": "fear", "value": "present", "day": "2999-01-01"},
        {"sign": "fear", "value": "present", "day": "soon"},
    ],
)
def test_a_look_that_cannot_be_is_refused(client: TestClient, look: dict[str, str]):
    assert client.post("/api/signs", json={"age_months": 40, "looks": [look]}).status_code in (400, 422)


def test_the_safeguarding_contact_is_the_one_configured(client: TestClient):
    assert "Duty desk, 555 0100" in client.get("/signs").text
    assert client.get("/api/signs").json()["safeguarding"] == "Duty desk, 555 0100"
