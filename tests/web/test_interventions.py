"""What helps: the forecast's own numbers as long work, with progress, refusals and an end."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bowlby.inference.care.words import NO_EVIDENCE
from tests.web.conftest import TestClient


def _ended(client: TestClient, job: str) -> dict[str, Any]:
    while True:
        now = client.get(f"/api/jobs/{job}").json()
        if now["state"] in ("done", "failed", "cancelled"):
            return now
        time.sleep(0.05)


@pytest.mark.slow
def test_a_comparison_is_the_forecast_s_own(client: TestClient):
    from bowlby.lives.forecast import ForecastDesign, forecast

    names = ["responsiveness training", "trauma-focused cognitive behavioural therapy"]
    body = {"kind": "frightening", "children": 32, "start_months": 36, "interventions": names}
    job = client.post("/api/helps", json=body).json()["id"]
    assert _ended(client, job)["state"] == "done"
    told = client.get(f"/api/helps/{job}").json()
    found = forecast(ForecastDesign("frightening", 32, 36.0, 84.0, tuple(names), 0)).as_dict()
    assert told["interventions"] == found["interventions"] and told["refused"] == found["refused"]
    assert [one["name"] for one in told["refused"]] == [names[1]] and told["refused"][0]["reason"] == "threat goes on"
    assert all(figure["spec"]["datasets"] for figure in told["figures"])


def test_every_intervention_comes_with_its_evidence_and_the_harmful_are_never_offered(client: TestClient):
    told = client.get("/api/helps").json()
    assert all(one["evidence"] and one["citations"] is not None for one in told["interventions"])
    assert "holding therapy" in told["not_modelled"][0]["names"]
    answer = client.post("/api/helps", json={"interventions": ["holding therapy"]})
    assert answer.status_code == 422


def test_a_comparison_can_be_cancelled_and_then_is_gone(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    from bowlby.web.api import interventions

    asked: list[bool] = []

    def forever(_: object, *, watching: Any) -> object:
        while not watching.cancel():
            watching.progress(len(asked), 100)
            asked.append(False)
            time.sleep(0.01)
        asked.append(True)
        from bowlby.simulation.engine.cohort import CancelledError

        raise CancelledError("the run was cancelled")

    monkeypatch.setattr(interventions, "forecast", forever)
    job = client.post("/api/helps", json={}).json()["id"]
    while client.get(f"/api/jobs/{job}").json()["done"] < 3:
        time.sleep(0.01)
    assert client.get(f"/api/helps/{job}").status_code == 404
    assert client.delete(f"/api/jobs/{job}").status_code == 200
    while asked[-1] is not True:
        time.sleep(0.01)
    assert client.get(f"/api/jobs/{job}").status_code == 404


def test_no_life_is_forecast_from_a_record_here_and_the_pages_say_where(client: TestClient):
    assert client.post("/api/helps", json={"record": "none"}).status_code == 422
    for page in ("/record", "/helps"):
        assert "bowlby forecast post.nc" in client.get(page).text
    assert NO_EVIDENCE in client.get("/record").text


@pytest.mark.parametrize(
    "body", [{"children": 5000}, {"until_months": 1e9}, {"start_months": -1}, {"interventions": ["x"]}]
)
def test_what_would_take_for_ever_is_refused(client: TestClient, body: dict[str, Any]):
    assert client.post("/api/helps", json=body).status_code == 422


def test_so_much_long_work_may_wait_and_no_more(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    import threading

    from bowlby.web.api import interventions

    hold = threading.Event()
    monkeypatch.setattr(interventions, "forecast", lambda *_, **__: hold.wait(10))
    answers = [client.post("/api/helps", json={}) for _ in range(20)]
    jobs = [answer.json()["id"] for answer in answers if answer.status_code == 202]
    refused = [answer for answer in answers if answer.status_code == 400]
    assert refused and refused[0].json()["message"] == "too much long work is waiting"
    hold.set()
    for job in jobs:
        client.delete(f"/api/jobs/{job}")
