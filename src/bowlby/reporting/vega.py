"""From a figure to a drawing: the specification for the page, SVG and PNG, and the script that draws it live."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bowlby.atomic import make_folder, write_text
from bowlby.errors import OutputError
from bowlby.reporting.drawing_process import draw_here
from bowlby.reporting.figure import Figure
from bowlby.reporting.palette import CONFIG

STATIC_WIDTH = 660
SMALL_WIDTH = 330
"""Pixels; widths of the drawing for print and for readers without scripts."""

LEAST_PX = 13
"""Pixels; nine points are twelve, and a drawing may be made a little narrower on paper."""

_SIZES = ("labelFontSize", "titleFontSize")
_PADDING = {"left": 24, "right": 14, "top": 5, "bottom": 5}
"""Pixels; room for readers whose fonts run wider than the ones the drawing was measured with."""

_ADDRESS = re.compile(r"https?://(?!www\.w3\.org/)[^\s\"'`)<>]*")
_IDENTIFIER = re.compile(r'(\bid="|url\(#|href="#)')


def specification(figure: Figure, width: int | str) -> dict[str, Any]:
    """Return a figure's Vega-Lite specification without any address in it.

    Args:
        figure: the figure.
        width: pixels, or "container" to fill the page.

    Returns:
        A JSON-ready dictionary, its data inside.
    """
    return {
        **figure.chart,
        "width": width,
        "config": CONFIG,
        "description": figure.alt,
        "autosize": {"type": "fit-x", "contains": "padding"},
    }


def legible(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a specification none of whose text is smaller than nine points.

    Args:
        spec: Vega-Lite.

    Returns:
        The specification with its configuration changed.
    """
    config: dict[str, Any] = {**CONFIG, **spec.get("config", {})}
    for part, keys in (("axis", _SIZES), ("legend", _SIZES), ("text", ("fontSize",))):
        own = dict(config.get(part, {}))
        config[part] = own | {key: max(LEAST_PX, own.get(key, LEAST_PX)) for key in keys}
    return {**spec, "config": config}


def inline_json(value: object) -> str:
    """Return JSON that can stand inside a script element, whatever text it holds.

    Args:
        value: anything JSON can hold.

    Returns:
        JSON in which no markup can begin or end.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def drawing(figure: Figure) -> str:
    """Return the figure as an SVG element that can stand beside others in one page.

    Args:
        figure: the figure.

    Returns:
        The SVG text.

    Raises:
        ValueError: the specification cannot be drawn.
    """
    return own_ids(figure, draw_here([static(figure, specification(figure, "container"))])[0])


def static(figure: Figure, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a specification as it is drawn for paper: a fixed width, and room for wider fonts.

    Args:
        figure: the figure.
        spec: its specification, of any width.

    Returns:
        The specification to draw.
    """
    return {**spec, "width": _static_width(figure), "padding": _PADDING}


def own_ids(figure: Figure, svg: str) -> str:
    """Return a drawing whose ids carry the figure's name, so that drawings do not share clip paths.

    Args:
        figure: the figure.
        svg: its drawing.

    Returns:
        The SVG text.
    """
    return _IDENTIFIER.sub(lambda found: found.group(1) + figure.name + "-", svg)


def picture(figure: Figure, scale: float = 2.0) -> bytes:
    """Return the figure as a PNG file's bytes.

    Args:
        figure: the figure.
        scale: pixels a unit of the drawing, > 0.

    Returns:
        The bytes.

    Raises:
        ValueError: the specification cannot be drawn.
    """
    import vl_convert

    spec = specification(figure, _static_width(figure))
    spec["background"] = "white"
    spec["config"] = {**CONFIG, "background": "white"}
    return vl_convert.vegalite_to_png(spec, scale=scale)


def _static_width(figure: Figure) -> int:
    return SMALL_WIDTH if figure.small else STATIC_WIDTH


def live_script(cache: Path | None = None) -> str:
    """Return the script that draws all figures of a page, the same for every page of one library version.

    Bundling takes some seconds; with a cache folder it is done once for a library version.

    Args:
        cache: an existing or new folder, or None; where nothing can be written it is bundled each time.

    Returns:
        JavaScript without any address that a browser could follow.
    """
    if cache is None:
        return _bundle()
    kept = cache / f"vega-{_bundle_version()}.js"
    if kept.exists():
        return kept.read_text(encoding="utf-8")
    script = _bundle()
    # A full or read-only cache costs time, not the page.
    with suppress(OutputError):
        make_folder(cache)
        write_text(kept, script, force=True)
    return script


@lru_cache(maxsize=1)
def _bundle() -> str:
    import vl_convert

    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return _ADDRESS.sub("", script).replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _bundle_version() -> str:
    return version("vl-convert-python")
