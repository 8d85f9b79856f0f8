"""`bowlby serve`: loopback only, a token in the printed address, a port that can be had."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import httpx
import pytest

from bowlby.errors import InputError
from bowlby.web.server import LOOPBACK, listen


def test_it_prints_one_object_listens_on_loopback_and_answers_the_token_only(cached_environment: dict[str, str]):
    command = [
        sys.executable,
        "-c",
        "from bowlby.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--no-browser",
        "--json",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=cached_environment
    ) as run:
        try:
            assert run.stdout is not None
            lines = ""
            while not lines.endswith("\n}\n"):
                lines += run.stdout.readline()
            told = json.loads(lines)
            base = f"http://127.0.0.1:{told['port']}"
            assert told["url"].startswith(f"{base}/?token=") and told["purpose_and_limits"]
            assert httpx.get(f"{base}/api/signs", timeout=3000).status_code == 403
            with httpx.Client(follow_redirects=True, timeout=3000) as browser:
                assert browser.get(told["url"]).url == f"{base}/"
                assert browser.get(f"{base}/api/signs").status_code == 200
        finally:
            run.terminate()
            _, said = run.communicate(timeout=300)
    assert "token" not in said and "GET" not in said


def test_it_listens_on_loopback_and_nowhere_else():
    with listen(0) as listener:
        assert listener.getsockname()[0] == LOOPBACK == "127.0.0.1"


def test_a_port_that_is_taken_is_an_error_with_a_remedy():
    with listen(0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(InputError, match="port cannot be used") as caught:
            listen(port)
        assert "--port" in caught.value.remedy


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int):
    with pytest.raises(InputError, match="no such port"):
        listen(port)


def test_where_the_usual_port_is_taken_another_is_found():
    with socket.socket() as other:
        try:
            other.bind((LOOPBACK, 8733))
            other.listen()
        except OSError:
            pass
        with listen(None) as listener:
            assert listener.getsockname()[1] != 8733
