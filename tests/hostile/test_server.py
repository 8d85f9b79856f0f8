"""The server goes on answering while it reads files made to harm, and keeps the records it held before."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bowlby.web.server import listen, server
from bowlby.web.settings import ServerSettings
from bowlby.web.view import LONGEST, MOST_CODES
from tests.hostile.attacks import ATTACKS

PLAY = Path(__file__).parents[2] / "examples" / "records" / "play.csv"
PATIENCE_S = 60.0
"""A ping that has no answer by then has none; nothing else here depends on how fast the machine is."""


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A program before a real server that holds one record."""
    listener = listen(0)
    settings = ServerSettings(listener.getsockname()[1])
    running = server(settings, warm=False)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    bearer = {"authorization": f"Bearer {settings.token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{settings.port}", headers=bearer, timeout=PATIENCE_S) as opened:
        put(opened, PLAY.read_bytes(), "play.csv")
        yield opened
    running.should_exit = True
    thread.join(120)
    assert not thread.is_alive()


def put(client: httpx.Client, content: bytes, name: str) -> httpx.Response:
    return client.post("/api/record", content=content, headers={"x-file-name": name}, timeout=600)


def held(client: httpx.Client) -> list[dict[str, Any]]:
    """Return what the server holds: the ping."""
    answer = client.get("/api/record")
    assert answer.status_code == 200
    return answer.json()["records"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_pings_are_answered_while_a_file_is_read_and_records_are_kept(attack: str, client: httpx.Client):
    before = held(client)
    name, make = ATTACKS[attack]
    content = make()
    answers: list[httpx.Response] = []
    reading = threading.Thread(target=lambda: answers.append(put(client, content, name)))
    reading.start()
    pings = 0
    while not answers and reading.is_alive():
        seen = held(client)
        pings += not answers  # answered before the file was
        assert before[0] in seen
    reading.join()
    told = answers[0]
    assert pings, "the server answered nothing while it read the file"
    assert told.status_code in (200, 201) or (told.status_code in (400, 413) and told.json()["remedy"]), told.text[:300]
    if told.status_code < 300:
        listed = told.json()["codes"]
        assert len(listed) <= MOST_CODES and all(len(one["code"]) <= LONGEST for one in listed)
        assert len(held(client)) == len(before) + 1
        assert client.delete(f"/api/record/{told.json()['id']}").status_code == 200
    assert held(client) == before
