"""Files that the pages load: our own scripts and styles, and the drawing script; nothing comes from a network."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bowlby.reporting.palette import filled_in, style_variables
from bowlby.reporting.vega import live_script

FOLDER = Path(__file__).parent / "static"
_MEDIA = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_KEPT = {"cache-control": "private, max-age=31536000, immutable"}
"""Addresses of static files carry a hash of their content, so that a browser may keep them."""


@cache
def file_names() -> frozenset[str]:
    """Return the names of the static files; no other path is ever opened.

    Returns:
        Names without folders.
    """
    return frozenset(path.name for path in FOLDER.iterdir() if path.suffix in _MEDIA)


def address(name: str) -> str:
    """Return the address of a static file, with a hash of all of them.

    Args:
        name: of the file.

    Returns:
        A path on this server.

    Raises:
        KeyError: there is no such file.
    """
    if name != "vega.js" and name not in file_names():
        raise KeyError(name)
    return f"/static/{_stamp()}/{name}"


@cache
def content_of(name: str) -> bytes:
    """Return a static file with the colours that it names: styles as variables, drawings filled in.

    Args:
        name: of the file.

    Returns:
        Its bytes.
    """
    text = (FOLDER / name).read_text(encoding="utf-8")
    match Path(name).suffix:
        case ".css":
            text = style_variables() + text
        case ".svg":
            text = filled_in(text)
        case _:
            pass
    return text.encode()


@cache
def _stamp() -> str:
    from importlib.metadata import version

    known = hashlib.sha256("".join(version(name) for name in ("bowlby", "vl-convert-python")).encode())
    for name in sorted(file_names()):
        known.update(content_of(name))
    return known.hexdigest()[:12]


@lru_cache(maxsize=1)
def drawing_script(cache_folder: Path | None) -> bytes:
    """Return the script that draws every chart, the report's own.

    Args:
        cache_folder: folder in which it is kept between runs, or None.

    Returns:
        JavaScript.

    Raises:
        OSError: the cache folder cannot be written.
    """
    return live_script(cache_folder).encode()


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name == "vega.js":
        script = await run_in_threadpool(drawing_script, request.app.state.desk.settings.cache)
        return Response(script, headers=_KEPT, media_type=_MEDIA[".js"])
    if name not in file_names():
        raise HTTPException(404)
    return Response(await run_in_threadpool(content_of, name), headers=_KEPT, media_type=_MEDIA[Path(name).suffix])


def static_routes() -> list[Route]:
    """Return the route of static files.

    Returns:
        One route.
    """
    return [Route("/static/{stamp}/{name}", _static)]
