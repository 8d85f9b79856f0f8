"""A guarded application, a client with the token, and a real server on loopback."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

with warnings.catch_warnings():
    # Starlette 1.x wants another HTTP client for its test client than the one that is locked; both work.
    warnings.filterwarnings("ignore", message="Using `httpx`", category=Warning)
    from starlette.testclient import TestClient

from bowlby.web.app import make_app
from bowlby.web.server import listen, server
from bowlby.web.settings import ServerSettings

PORT = 8000
BASE = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="session", autouse=True)
def _apart(known_apart: None):
    pass


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> ServerSettings:
    return ServerSettings(PORT, "Duty desk, 555 0100", Path(__file__).parents[2] / ".cache")


@pytest.fixture(scope="session")
def stranger(settings: ServerSettings) -> Generator[TestClient]:
    """A client without token or cookie."""
    with TestClient(make_app(settings), base_url=BASE, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="session")
def client(settings: ServerSettings) -> Generator[TestClient]:
    """A program with the token."""
    bearer = {"authorization": f"Bearer {settings.token}"}
    with TestClient(make_app(settings), base_url=BASE, headers=bearer, follow_redirects=False) as client:
        yield client


@pytest.fixture
def small(settings: ServerSettings) -> Generator[TestClient]:
    """A program with the token before a server with little room."""
    tight = replace(settings, most_upload=20_000, most_json=2_000, most_records=2, most_held=30_000, body_seconds=1.0)
    bearer = {"authorization": f"Bearer {tight.token}"}
    with TestClient(make_app(tight), base_url=BASE, headers=bearer) as client:
        yield client


@pytest.fixture
def real() -> Generator[ServerSettings]:
    """A real server in a thread of its own; its settings."""
    listener = listen(0)
    settings = ServerSettings(listener.getsockname()[1], working=2, waiting=6, body_seconds=2.0)
    running = server(settings, warm=False)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield settings
    running.should_exit = True
    thread.join(120)
    assert not thread.is_alive()
