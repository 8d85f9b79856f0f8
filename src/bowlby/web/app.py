"""The application: pages, API and static files behind one guard."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bowlby.web.api import compare, explore, glossary, interventions, jobs, record, school, signs, situation, story
from bowlby.web.endpoint import Endpoint
from bowlby.web.openapi import openapi
from bowlby.web.pages import page_routes
from bowlby.web.refusal import refuse
from bowlby.web.security import Guard
from bowlby.web.server_state import ServerState
from bowlby.web.settings import ServerSettings
from bowlby.web.static import static_routes

ENDPOINTS: tuple[Endpoint, ...] = (
    *story.ENDPOINTS,
    *explore.ENDPOINTS,
    *record.ENDPOINTS,
    *signs.ENDPOINTS,
    *interventions.ENDPOINTS,
    *school.ENDPOINTS,
    *situation.ENDPOINTS,
    *compare.ENDPOINTS,
    *glossary.ENDPOINTS,
    *jobs.ENDPOINTS,
)


def make_app(settings: ServerSettings, *, warm: bool = False) -> ASGIApp:
    """Return the application of one server.

    Args:
        settings: of the server.
        warm: compile the model and bundle the drawing script in a thread of its own at start.

    Returns:
        An ASGI application.
    """
    desk = ServerState(settings)
    document = openapi(ENDPOINTS)

    async def answer_document(request: Request) -> Response:
        del request
        return JSONResponse(document)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        del app
        if warm:
            threading.Thread(target=_warm, args=(settings,), daemon=True).start()
        yield
        desk.close()

    app = Starlette(
        routes=[
            *page_routes(),
            *static_routes(),
            Route("/api/openapi.json", answer_document),
            *(endpoint.route() for endpoint in ENDPOINTS),
        ],
        exception_handlers={HTTPException: _refused, Exception: _failed},
        lifespan=lifespan,
    )
    app.state.desk = desk
    return Guard(app, settings)


async def _refused(request: Request, error: Any) -> Response:
    message = {404: "there is no such page", 405: "this is not done here"}.get(error.status_code) or str(error.detail)
    remedy = {404: "The pages stand in the bar above.", 408: "Send the body at once."}.get(error.status_code, "")
    return refuse(request.scope, error.status_code, message, remedy, error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    """Answer an unexpected error without its message; the guard logs its kind and place."""
    del error
    return refuse(request.scope, 500, "the work failed", "Try again; other pages still work.")


def _warm(settings: ServerSettings) -> None:
    from bowlby.web.api.situation import warm_up
    from bowlby.web.course import side_by_side
    from bowlby.web.static import drawing_script

    side_by_side()
    drawing_script(settings.cache)
    warm_up()
