"""Where the shared real files lie, and how a test writes a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.records.quality import Problem, ProblemKind
from bowlby.records.record import Record

ROOT = Path(__file__).parents[2]


@pytest.fixture
def real() -> Callable[[str], Path]:
    """Return a function from a name under the shared records to its path; skips where the folder is absent."""

    def find(name: str) -> Path:
        path = ROOT.parent / "shared" / "data" / "records" / name
        if not path.exists():
            pytest.skip(f"needs ../shared/data/records/{name} beside the clone")
        return path

    return find


@pytest.fixture
def golden() -> Path:
    """Return the folder of synthetic files and their expected tables."""
    return ROOT / "tests" / "golden"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes text or bytes to a file of a given name."""

    def put(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


@pytest.fixture
def found() -> Callable[[Record, ProblemKind], Problem]:
    """Return a function from a record and a kind to the one problem of that kind."""

    def only(record: Record, kind: ProblemKind) -> Problem:
        hits = [entry for entry in record.quality if entry.kind == kind]
        assert len(hits) == 1, (kind, record.quality)
        return hits[0]

    return only
