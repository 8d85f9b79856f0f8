"""The site builds without a warning, all its links lead somewhere, and it asks nothing of any network."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown.extensions.toc import slugify

from docs.build import build_site
from tests.docs.blocks import DOCS, PAGES, ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
MACHINE = re.compile(r"(?<![\w.])/(root|home|work|opt|Users|tmp)/[\w.]")
REGISTRY = re.compile("|".join(("py" + "pi\\.org", "python" + "hosted", "npm" + "js\\.", "conda\\.ana" + "conda")))
LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "object": "data"}


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    heads = [re.sub(r"[`*]", "", head) for head in re.findall(r"^#+ (.+)$", text, re.M)]
    slugs = [slugify(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", head), "-") for head in heads]
    return {slug if not before else f"{slug}_{before}" for slug, before in numbered(slugs)}


def numbered(slugs: list[str]) -> list[tuple[str, int]]:
    seen: Counter[str] = Counter()
    found: list[tuple[str, int]] = []
    for slug in slugs:
        found.append((slug, seen[slug]))
        seen[slug] += 1
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path):
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        path = (page.parent / target) if target else page
        assert path.is_file(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(path), f"{page.name}: {link}"


def test_every_page_is_in_the_navigation_and_there():
    named = re.findall(r"^ +- .*?([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.M)
    assert len(named) == len(set(named))
    assert set(named) == {page.name for page in DOCS.glob("*.md")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_this_machine_or_a_registry(page: Path):
    text = page.read_text(encoding="utf-8")
    assert not MACHINE.search(text)
    assert not REGISTRY.search(text)


class Loaded(HTMLParser):
    """Collects what a page loads by itself, and its policy."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.policy = ""
        self.classes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.classes |= set((found.get("class") or "").split())
        if tag in LOADS and found.get("rel") not in ("canonical", "prev", "next"):
            self.loads.append(found.get(LOADS[tag]) or "")
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found.get("content") or ""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    assert build_site(ROOT, folder) == 0, "mkdocs build --strict has something to say"
    return folder


def test_the_site_is_built_whole(site: Path):
    built = {page.stem for page in site.glob("*.html")}
    assert {page.stem for page in DOCS.glob("*.md")} - built == set()


def test_the_site_loads_nothing_from_a_network(site: Path):
    """mermaid is the one thing that the theme would fetch for a page with a diagram; the policy forbids the rest."""
    for path in site.rglob("*.html"):
        page = Loaded()
        page.feed(path.read_text(encoding="utf-8"))
        assert len(page.loads) > 3
        assert [load for load in page.loads if re.match(r"(https?:)?//", load)] == [], path.name
        assert "default-src 'self'" in page.policy and "http" not in page.policy, path.name
        assert "mermaid" not in page.classes, path.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet.name


def test_a_warning_fails_the_build(tmp_path: Path):
    """A broken link is only a warning of mkdocs; shown or not, it must fail the build."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: small\ntheme: {name: mkdocs}\nplugins: []\n", encoding="utf-8")
    (tmp_path / "docs" / "index.md").write_text("# Small\n[whole](index.md)\n", encoding="utf-8")
    assert build_site(tmp_path, tmp_path / "site") == 0
    (tmp_path / "docs" / "index.md").write_text("# Small\n[broken](nowhere.md)\n", encoding="utf-8")
    assert build_site(tmp_path, tmp_path / "site") != 0
