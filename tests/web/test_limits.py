"""Too large, too slow, too many: refused cleanly, and the server goes on."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from bowlby.web import server as serving
from bowlby.web.settings import ServerSettings
from tests.web.conftest import TestClient


def test_a_body_that_says_it_is_too_large_is_refused_unread(small: TestClient):
    answer = small.post("/api/record", content=b"x" * 20_001)
    assert answer.status_code == 413 and answer.json()["kind"] == "too large"


def test_a_body_that_grows_too_large_without_saying_so_is_refused(small: TestClient):
    def pieces() -> Iterator[bytes]:
        yield from [b"x" * 5_000] * 5

    assert small.post("/api/record", content=pieces()).status_code == 413
    assert small.post("/api/signs", content=b'{"age_months": 40' + b" " * 2_000 + b"}").status_code == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "²", "9" * 40])
def test_a_false_length_harms_nothing(small: TestClient, length: str):
    answer = small.post("/api/signs", content=b'{"age_months": 40}', headers={"content-length": length.encode()})
    assert answer.status_code in (200, 413)


def _bearer(settings: ServerSettings) -> dict[str, str]:
    return {"authorization": f"Bearer {settings.token}"}


def _opened(settings: ServerSettings) -> socket.socket:
    return socket.create_connection(("127.0.0.1", settings.port), timeout=120)


def test_a_client_that_sends_its_body_too_slowly_is_refused(real: ServerSettings):
    with _opened(real) as connection:
        head = f"POST /api/signs HTTP/1.1\r\nHost: 127.0.0.1:{real.port}\r\nContent-Length: 100\r\n"
        connection.sendall(f"{head}Authorization: Bearer {real.token}\r\n\r\n{{".encode())
        assert b" 408 " in connection.recv(400)


def test_a_client_that_never_ends_its_head_is_hung_up_on(monkeypatch: pytest.MonkeyPatch, real: ServerSettings):
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.2)
    with _opened(real) as silent, _opened(real) as drips:
        drips.sendall(b"GET /explore HTTP/1.1\r\nHost: ")
        assert silent.recv(100) == b"" and drips.recv(100) == b""
    assert httpx.get(f"http://127.0.0.1:{real.port}/api/signs", headers=_bearer(real)).status_code == 200


def test_a_second_request_on_a_kept_connection_has_its_time_too(monkeypatch: pytest.MonkeyPatch, real: ServerSettings):
    monkeypatch.setattr(serving, "HEAD_SECONDS", 1.0)
    with _opened(real) as connection:
        connection.sendall(f"GET /explore HTTP/1.1\r\nHost: 127.0.0.1:{real.port}\r\n\r\n".encode())
        assert b" 403 " in connection.recv(100_000)
        connection.sendall(b"GET /explore HTTP/1.1\r\nHo")
        connection.settimeout(120)
        while connection.recv(100_000):
            pass


def test_a_hundred_parallel_requests_are_served_or_refused_and_the_server_goes_on(
    monkeypatch: pytest.MonkeyPatch, real: ServerSettings
):
    at_work, most, lock = 0, 0, threading.Lock()

    def slowly(*_: object, **__: object) -> object:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.05)
        with lock:
            at_work -= 1
        return read(*_, **__)

    from bowlby.web.api import signs

    read = signs.read_signs
    monkeypatch.setattr(signs, "read_signs", slowly)

    async def ask() -> list[httpx.Response]:
        address = f"http://127.0.0.1:{real.port}/api/signs"
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(headers=_bearer(real), limits=limits, timeout=300) as client:
            return await asyncio.gather(*(client.post(address, json={"age_months": 40}) for _ in range(100)))

    answers = asyncio.run(ask())
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 503} and statuses.count(200) >= real.working + real.waiting
    assert most <= real.working
    busy = next(answer for answer in answers if answer.status_code == 503)
    assert busy.headers["retry-after"] == "1" and busy.json()["kind"] == "busy"
    assert httpx.get(f"http://127.0.0.1:{real.port}/api/signs", headers=_bearer(real)).status_code == 200


def test_work_whose_client_has_gone_before_it_began_is_dropped(monkeypatch: pytest.MonkeyPatch, real: ServerSettings):
    begun, hold = [], threading.Event()

    def wait(*_: object) -> object:
        begun.append(1)
        hold.wait(120)
        raise RuntimeError

    monkeypatch.setattr("bowlby.web.api.signs.read_signs", wait)
    request = b'{"age_months": 40}'
    head = f"POST /api/signs HTTP/1.1\r\nHost: 127.0.0.1:{real.port}\r\nContent-Length: {len(request)}\r\n"
    whole = f"{head}Authorization: Bearer {real.token}\r\n\r\n".encode() + request
    clients = [_opened(real) for _ in range(real.working + 4)]
    for client in clients:
        client.sendall(whole)
    while len(begun) < real.working:
        time.sleep(0.01)
    time.sleep(0.5)
    for client in clients:
        client.close()
    time.sleep(1.5)
    hold.set()
    time.sleep(0.5)
    assert len(begun) == real.working
