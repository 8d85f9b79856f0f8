"""Notebooks run from top to bottom, and the pages of the documentation show what they give."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from docs.notebooks import DOCS, FAST, FOLDER, NAMES, Cell, cells_of, executed

SLOW = [name for name in NAMES if name not in FAST]
LONGEST = 40
"""Lines of all code of one notebook: small enough to be read at once."""


def shown_text(name: str) -> list[str]:
    """Return the text outputs on a notebook's page."""
    page = (DOCS / f"notebook-{name}.md").read_text(encoding="utf-8")
    return re.findall(r"```text\n(.*?)\n```", page, flags=re.S)


def test_every_notebook_is_named_and_has_its_page():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(NAMES)
    assert all((DOCS / f"notebook-{name}.md").is_file() for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_what_jupyter_writes_and_small(name: str):
    found = json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert found["nbformat"] == 4 and {"cells", "metadata", "nbformat_minor"} <= set(found)
    assert len({one["id"] for one in found["cells"]}) == len(found["cells"])
    assert not any(one.get("outputs") for one in found["cells"]), "outputs stand on the page"
    code = "\n".join(cell.source for cell in cells_of(name) if cell.kind == "code")
    assert len(code.splitlines()) <= LONGEST and "import bowlby" in code
    assert "from bowlby." not in code, "public names only"


@pytest.mark.parametrize("name", NAMES)
def test_its_page_holds_its_cells(name: str):
    page = (DOCS / f"notebook-{name}.md").read_text(encoding="utf-8")
    assert all(cell.source in page for cell in cells_of(name)), f"run python -m docs.notebooks {name}"


def run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = executed(name)
    shown = [one.text.rstrip() for one in found if one is not None and one.text.strip() and not one.html]
    assert shown == shown_text(name)
    assert any(one is not None and "<svg" in one.html for one in found)


@pytest.mark.parametrize("name", FAST)
def test_a_notebook_gives_what_its_page_shows(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run(name, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_a_notebook_that_simulates_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert any(one is not None and "<svg" in one.html for one in executed(name))


def test_a_cell_that_fails_fails():
    from docs.notebooks import _run  # pyright: ignore[reportPrivateUsage]

    with pytest.raises(ZeroDivisionError):
        _run("1 / 0", {}, "cell")
    assert Cell("code", "") == Cell("code", "")
