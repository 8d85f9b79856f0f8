"""A page of headed sections, one HTML file: what forecasts, validations, claims and trials are shown on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.reporting.blocks import ReportBlock
from bowlby.reporting.page import TEMPLATES, drawn_blocks, environment, markup
from bowlby.reporting.palette import style_variables
from bowlby.reporting.vega import live_script


@dataclass(frozen=True)
class Section:
    """One heading of the page and what stands under it.

    Args:
        id: of the heading, unique on the page.
        title: of the heading.
        blocks: words, figures and tables.
    """

    id: str
    title: str
    blocks: tuple[ReportBlock, ...]


def sections_html(title: str, subtitle: str, sections: Sequence[Section], cache: Path | None = None) -> str:
    """Return one HTML document; purpose and limits stand at its end.

    Args:
        title: of the page.
        subtitle: what it rests on, one line.
        sections: in order.
        cache: folder in which the drawing script is kept between runs, or None.

    Returns:
        The whole document; it opens offline and prints.

    Raises:
        OSError: the cache folder cannot be written.
    """
    shown = drawn_blocks([section.blocks for section in sections])
    page: dict[str, Any] = {
        "title": title,
        "subtitle": subtitle,
        "version": version("bowlby"),
        "style": markup(style_variables() + (TEMPLATES / "style.css").read_text(encoding="utf-8")),
        "live": markup((TEMPLATES / "live.js").read_text(encoding="utf-8")),
        "bundle": markup(live_script(cache)),
        "sections": [
            {"id": section.id, "title": section.title, "blocks": blocks}
            for section, blocks in zip(sections, shown, strict=True)
        ],
        "purpose": PURPOSE_AND_LIMITS,
    }
    return environment().get_template("sections.html.j2").render(page=page)
