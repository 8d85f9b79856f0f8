"""Refusals: one JSON object for programs, one plain page for people; both say what to do."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from bowlby.errors import BowlbyError
from bowlby.purpose import PURPOSE_AND_LIMITS

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>bowlby: {status}</title></head>
<body><main><h1>bowlby</h1><p><strong>{message}.</strong></p><p>{remedy}</p><h2>Purpose and limits</h2>{purpose}</main>
</body></html>"""


class Refusal(BaseModel):
    """Why a request was not answered, in the shape of every error of bowlby."""

    kind: str = Field(description="Which kind of error.")
    message: str = Field(description="What is wrong, one sentence.")
    file: str | None = Field(default=None, description="File that it was found in.")
    row: int | None = Field(default=None, description="Line, row or event number in that file, from 1.")
    column: str | None = Field(default=None, description="Column, field or key.")
    value: str | None = Field(default=None, description="The offending value, as text.")
    remedy: str = Field(default="", description="What can be done.")
    purpose_and_limits: list[str] = Field(default_factory=lambda: list(PURPOSE_AND_LIMITS))


def refuse(
    scope: Scope, status: int, message: str, remedy: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Return a refusal, as JSON under /api and as a page elsewhere.

    Args:
        scope: of the request.
        status: HTTP status, 400 or above.
        message: what is wrong, one sentence without its stop.
        remedy: what can be done.
        headers: of the answer, such as Retry-After.

    Returns:
        The answer.
    """
    if scope["path"].startswith("/api"):
        body = Refusal(kind=_KINDS.get(status, "input"), message=message, remedy=remedy)
        return JSONResponse(body.model_dump(mode="json"), status, headers=headers)
    purpose = "".join(f"<p>{escape(line)}</p>" for line in PURPOSE_AND_LIMITS)
    text = _PAGE.format(status=status, message=escape(message.capitalize()), remedy=escape(remedy), purpose=purpose)
    return HTMLResponse(text, status, headers=headers)


_KINDS = {403: "refused", 404: "not found", 405: "method", 408: "too slow", 413: "too large", 500: "error", 503: "busy"}


def refuse_error(error: BowlbyError, status: int = 400, name: str | None = None) -> JSONResponse:
    """Return a typed error as its JSON object.

    Args:
        error: what went wrong.
        status: HTTP status.
        name: what the client called the file; the place it was read from is never told.

    Returns:
        The answer.
    """
    told = error.as_dict()
    if told["file"] is not None:
        told["file"] = name
    return JSONResponse(Refusal.model_validate(told).model_dump(mode="json"), status)
