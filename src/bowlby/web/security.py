"""Who is let in: loopback names only, one token, nothing from another site; and what every answer forbids a browser."""

from __future__ import annotations

import secrets
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bowlby.web.refusal import refuse
from bowlby.web.settings import ServerSettings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Nothing inline runs, nothing is fetched from elsewhere, nobody frames a page."""

HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}

_READING = frozenset({"GET", "HEAD"})
_TRUSTED_SITES = frozenset({"same-origin", "none"})


class Guard:
    """The outermost layer: refuses strangers, sets headers, and lets no message of an error out or into a log.

    Args:
        app: what is guarded.
        settings: of the server.
    """

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            with anyio.fail_after(self._settings.answer_seconds):
                await send(message)

        refused = self._refusal(scope)
        try:
            await (refused or self._app)(scope, receive, guarded)
        except Exception as error:
            _log(error)
            if not begun:
                await refuse(scope, 500, "the work failed", "Try again; other pages still work.")(
                    scope, receive, guarded
                )

    def _refusal(self, scope: Scope) -> Response | None:
        """Return why a request is not let in, or how it is let in for the first time; None where it may pass."""
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self._settings.hosts:
            return refuse(scope, 403, "this name is not answered", "Open the address that bowlby serve printed.")
        if self._from_elsewhere(scope, headers):
            return refuse(scope, 403, "requests from other sites are refused", "Use the pages of bowlby themselves.")
        if _same(_bearer(headers), self._settings.token):
            return None
        given = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)).get("token")
        if given is not None and scope["method"] == "GET" and not scope["path"].startswith("/api"):
            return self._let_in(scope) if _same(given, self._settings.token) else _no_token(scope)
        cookie = cookie_parser(headers.get("cookie", "")).get(self._settings.cookie, "")
        if not _same(cookie, self._settings.session):
            return _no_token(scope)
        if scope["method"] not in _READING and not self._from_own_page(headers):
            return refuse(scope, 403, "requests from other sites are refused", "Use the pages of bowlby themselves.")
        return None

    def _from_elsewhere(self, scope: Scope, headers: Headers) -> bool:
        """Whether a browser says that another site asks; another port of this machine is another site too."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and origin != f"http://{headers.get('host')}":
            return True
        opened = scope["method"] == "GET" and headers.get("sec-fetch-mode") == "navigate"
        return site is not None and site not in _TRUSTED_SITES and not opened

    def _from_own_page(self, headers: Headers) -> bool:
        return headers.get("origin") is not None or headers.get("sec-fetch-site") == "same-origin"

    def _let_in(self, scope: Scope) -> Response:
        """Exchange the token for a cookie and leave the address clean."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        path = "/" + scope["path"].lstrip("/\\")
        answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
        answer.set_cookie(self._settings.cookie, self._settings.session, httponly=True, samesite="strict", path="/")
        return answer


def _no_token(scope: Scope) -> Response:
    remedy = "Open the address that bowlby serve printed in the terminal; it carries a token that only you know."
    return refuse(scope, 403, "this page is closed without the token", remedy)


def _bearer(headers: Headers) -> str:
    kind, _, word = headers.get("authorization", "").partition(" ")
    return word if kind.lower() == "bearer" else ""


def _same(given: str, wanted: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _log(error: Exception) -> None:
    """Say what kind of error it was and where; never its message, which may hold what a record says."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    sys.stderr.write(f"bowlby serve: {type(error).__name__} at {Path(place.filename).name}:{place.lineno}\n")
