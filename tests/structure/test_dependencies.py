"""What is imported is declared and the other way round; locks are pinned by hash; licences allow what we do."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks import imports
from checks.audit import PAGE, WHY
from checks.imports import declared, import_complaints
from checks.licences import is_allowed, licence_of
from checks.locks import LOCKS, lock_complaints, pinned

RUN = pinned(LOCKS / "run.txt")
HASH = "--hash=sha256:" + "0" * 64


def test_what_is_imported_is_declared_and_what_is_declared_is_imported_where_it_may_be():
    assert import_complaints() == []


@pytest.mark.parametrize(
    ("file", "code", "told"),
    [
        ("records/new.py", "import lifelines", "lifelines, which pyproject.toml does not declare"),
        ("records/new.py", "def f():\n    from starlette.routing import Route", "starlette of the extra web"),
        ("cli/new.py", "import distributed.client", "distributed of the extra cluster"),
    ],
)
def test_an_import_that_may_not_be_is_told(tmp_path: Path, monkeypatch, file: str, code: str, told: str):
    (tmp_path / file).parent.mkdir()
    (tmp_path / file).write_text(code, encoding="utf-8")
    monkeypatch.setattr(imports, "SOURCE", tmp_path)
    found = import_complaints()
    assert [line for line in found if line.startswith(file) and told in line]
    assert "pyproject.toml: numpy is declared, and imported nowhere" in found


@pytest.mark.parametrize("lock", sorted(LOCKS.glob("*.txt")), ids=lambda lock: lock.name)
def test_a_lock_pins_all_by_hash_and_names_no_place(lock: Path):
    assert lock_complaints(lock) == []
    assert len(pinned(lock)) > 40


@pytest.mark.parametrize(
    "entry",
    [
        "numpy==2.0.0",
        f"numpy>=2.0.0 \\\n    {HASH}",
        "numpy==2.0.0 \\\n    --hash=md5:0",
        f"numpy==2.0.0 \\\n    {HASH}\n--index-url https://example.org/simple",
        f"numpy @ https://example.org/numpy.whl \\\n    {HASH}",
    ],
)
def test_a_lock_entry_that_is_not_pinned_by_hash_is_told(tmp_path: Path, entry: str):
    lock = tmp_path / "lock.txt"
    lock.write_text(f"good==1.0 ; python_version < '3.12' \\\n    {HASH} \\\n    {HASH}\n{entry}\n", encoding="utf-8")
    assert len(lock_complaints(lock)) == 1
    assert pinned(lock)["good"] == "1.0"


def test_every_run_lock_holds_what_is_declared():
    ends = [pinned(LOCKS / f"{end}.txt") for end in ("lowest", "newest")]
    assert all(set(declared()) <= set(lock) for lock in (RUN, *ends))
    assert all(pinned(LOCKS / name).items() >= RUN.items() for name in ("test.txt", "bench.txt"))


def test_licences_of_all_that_runs_are_allowed():
    licences = {name: licence_of(name) for name in RUN}
    told = {name: licence for name, licence in licences.items() if licence is not None}
    assert len(told) > 40
    assert {name: licence for name, licence in told.items() if not is_allowed(licence)} == {}


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND (Apache-2.0 OR GPL-2.0-only)", True),
        ("MIT AND GPL-3.0-only", False),
        ("LGPL-2.1-or-later", False),
        ("unknown", False),
    ],
)
def test_an_expression_is_allowed_where_each_of_its_parts_is(licence: str, allowed: bool):
    assert is_allowed(licence) is allowed


def test_the_page_names_every_package_with_its_version_and_reason():
    page = PAGE.read_text(encoding="utf-8")
    assert set(WHY) == set(declared())
    assert [name for name, why in WHY.items() if f"| {why} |" not in page] == []
    assert [name for name, version in RUN.items() if f"| {name} | {version} |" not in page] == []
