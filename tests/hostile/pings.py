"""How long a server keeps a ping waiting while it has each hostile file: `python -m tests.hostile.pings`."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tests.hostile.attacks import ATTACKS

PLAY = Path(__file__).parents[2] / "examples" / "records" / "play.csv"


def main() -> None:
    """Start the server as a person does; print the longest wait for an answer during each file, in seconds."""
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
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        told = ""
        while not told.endswith("\n}\n"):
            told += run.stdout.readline()
            assert run.poll() is None, "the server did not start"
        base, _, token = str(json.loads(told)["url"]).partition("/?token=")
        bearer = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=base, headers=bearer, timeout=600) as client:
            first = put(client, "play.csv", PLAY.read_bytes()).json()["id"]
            tell(waits(client, lambda: time.sleep(20)), "nothing but the start of the server")
            for name, (file, make) in ATTACKS.items():
                content = make()
                worst = waits(client, lambda file=file, content=content: work(client, file, content))
                held = [one["id"] for one in client.get("/api/record").json()["records"]]
                assert held == [first], "a record was lost"
                tell(worst, name)
        run.terminate()


def tell(seconds: float, name: str) -> None:
    """Say how long the longest wait was."""
    sys.stdout.write(f"{seconds:.2f} {name}\n")
    sys.stdout.flush()


def put(client: httpx.Client, name: str, content: bytes) -> httpx.Response:
    """Hand a file in."""
    return client.post("/api/record", content=content, headers={"x-file-name": name})


def work(client: httpx.Client, name: str, content: bytes) -> None:
    """Hand a file in; what is taken is mapped, drawn, reported and deleted."""
    taken = put(client, name, content)
    if taken.status_code != 201:
        return
    found: dict[str, Any] = taken.json()
    path = f"/api/record/{found['id']}"
    meant = [
        {"actor": one["actor"], "channel": one["channel"], "code": one["code"], "role": "child", "means": ["cue.bid"]}
        for one in found["codes"]
    ]
    if client.post(f"{path}/codebook", json={"codes": meant}).status_code == 200:
        client.get(f"{path}/timeline")
        begun = client.post(f"{path}/report", json={"infer": False})
        while begun.status_code == 202 and client.get(f"/api/jobs/{begun.json()['id']}").json()["state"] in (
            "waiting",
            "working",
        ):
            time.sleep(0.2)
    client.delete(path)


def waits(client: httpx.Client, piece: Callable[[], None]) -> float:
    """Return the longest wait for an answer, seconds, while a piece of work is done."""
    worker = threading.Thread(target=piece)
    worker.start()
    worst = 0.0
    with httpx.Client(base_url=client.base_url, headers=client.headers, timeout=60) as pinging:
        while worker.is_alive():
            before = time.perf_counter()
            assert pinging.get("/api/record").status_code == 200
            worst = max(worst, time.perf_counter() - before)
            time.sleep(0.02)
    worker.join()
    return worst


if __name__ == "__main__":
    main()
