"""One endpoint of the API: what it takes, what it gives and who does it; routes and OpenAPI document come from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bowlby.errors import BowlbyError
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.web.absence import FullError, NotFoundError
from bowlby.web.refusal import refuse, refuse_error
from bowlby.web.work import GoneError, WorkQueueFullError

if TYPE_CHECKING:
    from bowlby.web.server_state import ServerState


class EndpointInput(BaseModel):
    """What an endpoint takes: nothing that is not named, no number that is not finite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class EndpointAnswer(BaseModel):
    """What an endpoint gives; purpose and limits are part of every object."""

    model_config = ConfigDict(ser_json_inf_nan="null")

    purpose_and_limits: list[str] = Field(default_factory=lambda: list(PURPOSE_AND_LIMITS))


class NoInput(EndpointInput):
    """Nothing is taken."""


@dataclass(frozen=True)
class FileAnswer:
    """An answer that is a file: a drawing, a table, a page.

    Args:
        content: its bytes.
        media: its type.
        name: under which a browser saves it; "" to show it.
        policy: its own Content-Security-Policy, or "" for the usual one.
    """

    content: bytes
    media: str
    name: str = ""
    policy: str = ""


@dataclass(frozen=True)
class EndpointCall:
    """One call of an endpoint.

    Args:
        desk: what the server holds.
        taken: query or body, checked.
        path: parameters in the path, by name.
        content: the body as it came, where the endpoint takes a file.
        name: what the client calls that file, without folders.
    """

    desk: ServerState
    taken: Any
    path: dict[str, str]
    content: bytes = b""
    name: str = ""


class InputPlace(Enum):
    """Where what is taken stands."""

    QUERY = "query"
    JSON = "json"
    FILE = "file"


@dataclass(frozen=True)
class Endpoint:
    """One endpoint.

    Args:
        method: GET, POST or DELETE.
        path: under /api, with {names} of parameters.
        summary: one sentence.
        work: what it does, away from the event loop.
        answer: its object, or None for a file.
        takes: its query or body.
        body: which of the two.
        media: types of a file that it gives.
        status: of success.
        errors: further statuses that it can answer with, beside those of every endpoint.
    """

    method: str
    path: str
    summary: str
    work: Callable[[EndpointCall], EndpointAnswer | FileAnswer]
    answer: type[EndpointAnswer] | None = None
    takes: type[EndpointInput] = NoInput
    body: InputPlace = InputPlace.QUERY
    media: tuple[str, ...] = ()
    status: int = 200
    errors: tuple[int, ...] = ()

    def route(self) -> Route:
        """Return its route."""

        async def answer(request: Request) -> Response:
            return await _answered(self, request)

        return Route(f"/api{self.path}", answer, methods=[self.method], name=f"{self.method} {self.path}")


_STATUS: dict[type[BowlbyError], int] = {NotFoundError: 404, FullError: 409}


async def _answered(endpoint: Endpoint, request: Request) -> Response:
    desk: ServerState = request.app.state.desk
    name = file_name(request.headers.get("x-file-name", ""))
    try:
        call = await _call(endpoint, request, desk, name)
        return await desk.work.run(request, lambda: _response(endpoint, call))
    except ValidationError as error:
        return _refuse_shape(error)
    except BowlbyError as error:
        return refuse_error(error, _STATUS.get(type(error), 400), name or None)
    except WorkQueueFullError:
        remedy = "Wait a moment and ask again."
        return refuse(request.scope, 503, "too much is being asked at once", remedy, {"retry-after": "1"})
    except (GoneError, ClientDisconnect):
        return Response(status_code=408)


def _response(endpoint: Endpoint, call: EndpointCall) -> Response:
    """Return what an endpoint answers, as it is sent: a large object is not made into JSON in the event loop."""
    found = endpoint.work(call)
    if isinstance(found, FileAnswer):
        return _file(found, endpoint.status)
    return JSONResponse(found.model_dump(mode="json"), endpoint.status)


async def _call(endpoint: Endpoint, request: Request, desk: ServerState, name: str) -> EndpointCall:
    path = {key: str(value) for key, value in request.path_params.items()}
    settings = desk.settings
    match endpoint.body:
        case InputPlace.QUERY:
            return EndpointCall(desk, endpoint.takes.model_validate(_query(request)), path)
        case InputPlace.JSON:
            content = await _read(request, settings.most_json, settings.body_seconds)
            return EndpointCall(desk, endpoint.takes.model_validate_json(content), path)
        case InputPlace.FILE:
            content = await _read(request, settings.most_upload, settings.body_seconds)
            return EndpointCall(desk, endpoint.takes.model_validate(_query(request)), path, content, name)


def _query(request: Request) -> dict[str, object]:
    """Return the query; a name that comes twice is a list, which no field takes."""
    pairs = request.query_params
    return {key: values[0] if len(values := pairs.getlist(key)) == 1 else values for key in pairs}


async def _read(request: Request, most: int, seconds: float) -> bytes:
    """Return the body, refused as soon as it is too large or too slow."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > most:
        raise _too_large(most)
    content = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                content += chunk
                if len(content) > most:
                    raise _too_large(most)
    except TimeoutError:
        raise HTTPException(408, "the request came too slowly") from None
    return bytes(content)


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"the body is larger than {most / (1 << 20):g} MB")


def file_name(told: str) -> str:
    """Return what a client calls a file, without folders and without what a screen or a file system trips over.

    Args:
        told: the header's value, percent-encoded UTF-8.

    Returns:
        At most 80 printable characters; "" where nothing is left.
    """
    from urllib.parse import unquote

    last = unquote(told, errors="replace").replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*')
    return kept.strip(". ")[-80:]


def _refuse_shape(error: ValidationError) -> JSONResponse:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    told = BowlbyError(first["msg"], column=place or None, remedy="The OpenAPI document says what is taken.")
    told.kind = "input"
    return refuse_error(told, 422)


def _file(found: FileAnswer, status: int) -> Response:
    headers = {"content-disposition": f'attachment; filename="{found.name}"'} if found.name else {}
    if found.policy:
        headers["content-security-policy"] = found.policy
    return Response(found.content, status, headers, found.media)
