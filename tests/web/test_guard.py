"""Strangers are refused: no token, another host, another site, another port; and nothing leaks."""

from __future__ import annotations

import pytest

from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.web.security import POLICY
from bowlby.web.settings import ServerSettings
from tests.web.conftest import BASE, PORT, TestClient

OWN_PAGE = {"origin": BASE, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"}


@pytest.fixture
def cookie(settings: ServerSettings) -> dict[str, str]:
    return {"cookie": f"{settings.cookie}={settings.session}"}


@pytest.mark.parametrize(
    "path", ["/", "/explore", "/signs", "/api/explore", "/api/openapi.json", "/static/x/bowlby.css"]
)
def test_nothing_is_answered_without_the_token(stranger: TestClient, path: str):
    assert stranger.get(path).status_code == 403


def test_a_refusal_says_what_to_do_and_what_bowlby_is_for(stranger: TestClient):
    told = stranger.get("/api/explore").json()
    assert told["kind"] == "refused" and "address" in told["remedy"]
    assert told["purpose_and_limits"] == list(PURPOSE_AND_LIMITS)
    assert all(
        line.split("'")[0][:40] in stranger.get("/explore").text.replace("&quot;", '"') for line in PURPOSE_AND_LIMITS
    )


def test_the_token_is_exchanged_for_a_cookie_that_scripts_and_other_sites_do_not_get(
    stranger: TestClient, settings: ServerSettings
):
    answer = stranger.get(f"/explore?token={settings.token}&kind=harsh")
    assert answer.status_code == 303 and answer.headers["location"] == "/explore?kind=harsh"
    flags = answer.headers["set-cookie"].lower()
    assert "httponly" in flags and "samesite=strict" in flags and settings.session.lower() in flags
    assert settings.token.lower() not in flags
    stranger.cookies.clear()


def test_a_redirect_never_leaves_this_server(stranger: TestClient, settings: ServerSettings):
    for path in ("//evil.example/x", "/\\evil.example/"):
        answer = stranger.request("GET", f"{BASE}{path}?token={settings.token}")
        assert not answer.headers.get("location", "/x").startswith(("//", "/\\", "http"))
    stranger.cookies.clear()


@pytest.mark.parametrize("token", ["", "x", "wrong" * 9, "é"])
def test_another_token_is_refused(stranger: TestClient, token: str):
    assert stranger.get("/explore", params={"token": token}).status_code == 403
    header = {"authorization": f"Bearer {token}".encode()}
    assert stranger.get("/api/signs", headers=header).status_code == 403
    assert "set-cookie" not in stranger.get("/explore", params={"token": token}).headers


def test_two_servers_share_neither_token_nor_cookie():
    one, other = ServerSettings(PORT), ServerSettings(PORT + 1)
    assert len({one.token, one.session, other.token, other.session}) == 4 and one.cookie != other.cookie
    assert min(len(one.token), len(one.session)) >= 43


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1:1", f"127.0.0.1.evil.example:{PORT}", ""]
)
def test_a_name_that_was_pointed_at_loopback_is_refused(client: TestClient, host: str):
    assert client.get("/api/signs", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", [f"localhost:{PORT}", f"127.0.0.1:{PORT}", f"[::1]:{PORT}"])
def test_loopback_names_are_answered(client: TestClient, host: str):
    assert client.get("/api/signs", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": f"https://127.0.0.1:{PORT}"},
        {"origin": f"http://127.0.0.1:{PORT + 1}"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
    ],
)
def test_requests_from_other_sites_and_ports_are_refused(
    stranger: TestClient, cookie: dict[str, str], sent: dict[str, str]
):
    assert stranger.get("/api/signs", headers=cookie | sent).status_code == 403
    assert stranger.post("/api/signs", json={"age_months": 40}, headers=cookie | sent).status_code == 403


def test_the_cookie_alone_lets_a_page_read_but_change_nothing(stranger: TestClient, cookie: dict[str, str]):
    assert stranger.get("/api/signs", headers=cookie).status_code == 200
    assert stranger.delete("/api/record", headers=cookie).status_code == 403
    assert stranger.delete("/api/record", headers=cookie | OWN_PAGE).status_code == 200


def test_every_answer_forbids_what_a_page_does_not_need(client: TestClient, stranger: TestClient):
    answers = [client.get("/explore"), client.get("/api/signs"), client.get("/none"), stranger.get("/explore")]
    for answer in answers:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "unsafe" not in POLICY and "http" not in POLICY


def test_what_an_unexpected_error_says_reaches_neither_client_nor_log(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def trip(*_: object) -> None:
        raise RuntimeError("what the record said")

    monkeypatch.setattr("bowlby.web.api.signs.read_signs", trip)
    answer = client.post("/api/signs", json={"age_months": 40})
    assert answer.status_code == 500 and answer.json()["kind"] == "error"
    logged = "".join(capsys.readouterr())
    assert "RuntimeError at" in logged
    assert "what the record said" not in answer.text + logged


def test_other_methods_and_paths_are_refused_in_the_shape_of_every_error(client: TestClient):
    assert client.get("/api/nothing").json()["kind"] == "not found"
    assert client.put("/api/signs").status_code == 405
    for path in (
        "/static/x/../settings.py",
        "/static/x/..%2f..%2fsettings.py",
        "/static/x/nothing.js",
        "/static/x/%2e%2e",
    ):
        assert client.get(path).status_code == 404
