"""The page on reading a report names the sections that the page has, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path

import lxml.html
import pytest

from bowlby.reporting.page import report_html
from bowlby.reporting.parts import ReportParts

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "how-to-read-a-report.md").read_text(encoding="utf-8")


def test_every_section_of_the_page_is_told(rich: ReportParts):
    tree = lxml.html.document_fromstring(report_html(rich))
    told = TEXT.lower()
    for link in tree.xpath("//nav//a/text()"):
        assert link.lower() in told, link


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    if not (ROOT / "examples" / "records" / "play.csv").exists():
        pytest.skip("the example record is not there")
    code = re.search(r"```python\n(.*?)```", TEXT, re.S)
    assert code is not None
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    exec(compile(code.group(1), "how-to-read-a-report.md", "exec"), {})
    assert (tmp_path / "report.html").stat().st_size > 100_000
    assert (tmp_path / "figures-timeline-1.svg").exists()
