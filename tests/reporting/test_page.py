"""The page: one file that asks nothing of any network, says what it must, and cannot be broken by a lab's codes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import lxml.html
import pytest

from bowlby.errors import InputError, OverwriteError
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.records.coded_record import UnmappedCode
from bowlby.reporting.page import figures_of, report_html, write_figures, write_report
from bowlby.reporting.parts import ReportParts

NAMESPACES = {"http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg", "http://www.w3.org/2000/xmlns/"}
"""Names in SVG that look like addresses; nothing ever fetches them."""

SECTIONS = [
    *("summary", "observed", "codable", "session-1", "comparison", "unknown", "quality"),
    *("method", "citations", "provenance", "purpose"),
]


@pytest.fixture(scope="module")
def page(rich: ReportParts) -> str:
    """Return the page of the record with much coded."""
    return report_html(rich)


@pytest.fixture(scope="module")
def tree(page: str) -> lxml.html.HtmlElement:
    """Return it parsed."""
    return lxml.html.document_fromstring(page)


def text_of(element: lxml.html.HtmlElement) -> str:
    """Return an element's text, scripts left out, white space folded."""
    parts = element.xpath(".//text()[not(ancestor::script) and not(ancestor::style)]")
    return " ".join(" ".join(parts).split())


def test_no_address_of_any_kind(page: str):
    found = set(re.findall(r"(?:https?:)?//[a-zA-Z0-9-]+\.[^\s\"'<>)`]*", page))
    assert found <= NAMESPACES | {name.partition(":")[2] for name in NAMESPACES}
    assert "$schema" not in "".join(re.findall(r"<script type=\"application/json\".*?</script>", page, re.S))
    for loader in ("@import", "src=", "<link", "<iframe", "<img", "<object", "<embed", "srcset"):
        assert loader not in re.sub(r"<script>.*?</script>", "", page, flags=re.S), loader


def test_browser_is_forbidden_to_fetch(tree: lxml.html.HtmlElement):
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy


def test_structure_a_reader_and_a_screen_reader_need(tree: lxml.html.HtmlElement):
    assert tree.get("lang") == "en"
    assert tree.xpath("//title")[0].text
    assert len(tree.xpath("//main")) == len(tree.xpath("//h1")) == len(tree.xpath("//nav")) == 1
    assert tree.xpath("//header") and tree.xpath("//footer")
    assert tree.xpath("//a[@class='skip']/@href") == ["#main"]
    assert [section.get("id") for section in tree.xpath("//main/section")] == SECTIONS
    for section in tree.xpath("//main/section"):
        assert tree.xpath(f"//*[@id='{section.get('aria-labelledby')}']"), section.get("id")


def test_tables_and_figures_carry_their_words(tree: lxml.html.HtmlElement):
    for table in tree.xpath("//table"):
        assert table.xpath("./caption/text()")
        assert all(head.get("scope") for head in table.xpath(".//th"))
    figures = tree.xpath("//figure")
    assert len(figures) == 3
    for figure in figures:
        assert figure.xpath(".//figcaption//text()")
        assert len(figure.xpath(".//*[@role='img']/@aria-label")[0]) > 20
        assert figure.xpath(".//*[local-name()='svg']")


def test_ids_are_unique_and_links_lead_somewhere(tree: lxml.html.HtmlElement):
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in tree.xpath("//a/@href")} <= set(ids)
    own = re.compile(r"url\(#([^)]+)\)")
    used = {name for value in tree.xpath("//@*[contains(., 'url(#')]") for name in own.findall(value)}
    assert used <= set(ids)


def test_elements_are_closed(page: str):
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S)
    void = {"meta", "br", "hr", "link", "!doctype"}
    stack: list[str] = []
    for closing, name, self_closed in re.findall(r"<(/?)([a-zA-Z!][\w:-]*)[^>]*?(/?)>", body):
        if closing:
            assert stack.pop() == name
        elif not self_closed and name.lower() not in void:
            stack.append(name)
    assert stack == []


def test_purpose_and_limits_verbatim(tree: lxml.html.HtmlElement):
    assert [text_of(item) for item in tree.xpath("//section[@id='purpose']//li")] == list(PURPOSE_AND_LIMITS)
    assert PURPOSE_AND_LIMITS[0] in text_of(tree.xpath("//header")[0])


def test_five_lines_first(tree: lxml.html.HtmlElement):
    assert len(tree.xpath("//section[@id='summary']//li")) == 5
    assert tree.xpath("//main/section")[0].get("id") == "summary"


def test_words_that_must_not_appear(page: str, poor: ReportParts):
    for text in (page, report_html(poor)):
        visible = text_of(lxml.html.document_fromstring(text)).lower()
        assert "mother" not in visible
        assert "diagnosed" not in visible


def test_nothing_of_inference_without_inference(tree: lxml.html.HtmlElement, page: str):
    assert not tree.xpath("//*[@id='inferred']")
    visible = text_of(tree)
    for word in ("posterior", "quadrant", "may have come to expect", "What may be inferred"):
        assert word not in visible
    for box in tree.xpath("//main//section | //main//figure | //main//tbody | //main//ul | //main//p"):
        assert text_of(box), lxml.html.tostring(box)[:200]


def test_same_parts_same_page(rich: ReportParts, page: str):
    assert report_html(rich) == page


def test_another_seed_moves_the_shifted_baseline(rich: ReportParts, page: str):
    other = report_html(replace(rich, seed=2))
    assert other != page


def test_hostile_codes_stay_text(make: Callable[..., ReportParts], coder: Callable[..., object]):
    evil = "</script><script>alert(1)</script><b onclick='x'>&\u2028"
    events = [("child", "cue.bid", 1.0, 2.0), ("caregiver", "answer", 3.0, None)]
    parts = make(coder(events, {"child": ["cue.bid"], "caregiver": ["answer"]}, 60.0, session=evil))
    record = parts.coded.record
    record = replace(record, provenance=(replace(record.provenance[0], file=evil),))
    acts = parts.coded.acts.with_columns(code=parts.coded.acts["code"].replace({"answer": evil}))
    coded = replace(parts.coded, record=record, acts=acts, unmapped=(UnmappedCode(evil, evil, evil, 3),), codebook=evil)
    text = report_html(replace(parts, coded=coded))
    tree = lxml.html.document_fromstring(text)
    assert not [s for s in tree.xpath("//script") if "alert(1)" in (s.text or "") and s.get("type") is None]
    assert not tree.xpath("//b[@onclick]")
    assert "<script>alert" not in text
    assert "alert(1)" in text_of(tree.xpath("//section[@id='quality']")[0])
    codes = [
        row.get("code")
        for script in tree.xpath("//script[@type='application/json']")
        for data in json.loads(script.text)["datasets"].values()
        for row in data
    ]
    assert evil in codes


def test_inline_data_is_json_and_no_script_ends_early(tree: lxml.html.HtmlElement, rich: ReportParts):
    specs = tree.xpath("//script[@type='application/json']")
    assert [spec.get("id") for spec in specs] == [f"spec-{figure.name}" for figure in figures_of(rich)]
    for spec in specs:
        assert json.loads(spec.text)["width"] == "container"
    assert len(tree.xpath("//script[not(@type)]")) == 2


def test_scripts_are_javascript(tree: lxml.html.HtmlElement, tmp_path: Path):
    if shutil.which("node") is None:
        pytest.skip("node is not installed: the page's scripts were not parsed")
    for number, script in enumerate(tree.xpath("//script[not(@type)]")):
        path = tmp_path / f"{number}.js"
        path.write_text(script.text, encoding="utf-8")
        done = subprocess.run(["node", "--check", str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-300:]


def test_page_is_small_enough_to_send(page: str):
    assert len(page.encode()) < 3_000_000


def test_written_whole_and_never_over_another(rich: ReportParts, page: str, tmp_path: Path):
    path = write_report(rich, tmp_path / "r.html")
    assert path.read_text(encoding="utf-8") == page
    with pytest.raises(OverwriteError):
        write_report(rich, path)
    assert write_report(rich, path, force=True) == path
    assert [item.name for item in tmp_path.iterdir()] == ["r.html"]


def test_figures_as_files(poor: ReportParts, tmp_path: Path):
    for path in write_figures(poor, tmp_path / "f"):
        lxml.etree.fromstring(path.read_bytes())
    for path in write_figures(poor, tmp_path / "f", "png"):
        assert path.read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in (tmp_path / "f").iterdir()} == {"timeline-1.svg", "timeline-1.png"}
    with pytest.raises(InputError, match="format"):
        write_figures(poor, tmp_path, "gif")
    with pytest.raises(OverwriteError):
        write_figures(poor, tmp_path / "f")


def test_print_shows_the_drawing_and_not_the_script(page: str):
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style is not None
    printed = style.group(1).partition("@media print")[2]
    assert ".is-live .live { display: none !important; }" in printed
    assert ".is-live .static, .static { display: block !important" in printed
    assert "size: A4" in style.group(1)
