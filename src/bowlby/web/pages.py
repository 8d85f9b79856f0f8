"""Pages for people: server-rendered, each with its JSON twin under /api."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.report.page import markup
from bowlby.report.vega import inline_json
from bowlby.web.static import address

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Page:
    """One page.

    Args:
        path: its address.
        name: in the bar.
        title: its heading.
        lead: what it is for, one or two sentences.
        script: its own script, or "".
        twin: address of the same as JSON.
        content: what its template takes, from the request.
        charts: whether it draws.
    """

    path: str
    name: str
    title: str
    lead: str
    script: str
    twin: str
    content: Callable[[Request], Mapping[str, Any]]
    charts: bool = True

    @property
    def template(self) -> str:
        """Name of its template."""
        return f"{self.path.strip('/')}.html.j2"


def _explore(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.web.charts import COLOURS, DASHES, PANELS, curve_chart
    from bowlby.web.course import CHILDREN, QUANTITIES, STEP, UNTIL

    charts = {quantity.name: curve_chart(quantity) for quantity in QUANTITIES}
    return {
        "panels": PANELS,
        "quantities": QUANTITIES,
        "kinds": [{"name": name, "colour": colour, "dash": DASHES[name]} for name, colour in COLOURS.items()],
        "children": CHILDREN,
        "data": markup(inline_json({"charts": charts, "colours": dict(COLOURS), "step": STEP, "until": UNTIL})),
    }


PAGES: tuple[Page, ...] = (
    Page(
        "/explore",
        "Explore",
        "How care becomes expectation",
        "Move the care that a child gets, and watch what it comes to expect, what its body does and how it acts over "
        "the first three years.",
        "explore.js",
        "/api/explore/about",
        _explore,
    ),
)


def page_routes() -> list[Route]:
    """Return the routes of all pages.

    Args:
        None.

    Returns:
        One route a page, and one for the front door.

    Raises:
        Nothing.
    """
    return [Route("/", _front_door), *(Route(page.path, _answers(page)) for page in PAGES)]


async def _front_door(request: Request) -> Response:
    del request
    return RedirectResponse(PAGES[0].path, 303)


def _answers(page: Page) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(_render, page, request))

    return answer


def _render(page: Page, request: Request) -> str:
    return environment().get_template(page.template).render(
        page=page,
        pages=PAGES,
        version=version("bowlby"),
        purpose=PURPOSE_AND_LIMITS,
        safeguarding=request.app.state.desk.settings.safeguarding,
        **page.content(request),
    )


@cache
def environment() -> jinja2.Environment:
    """Return the templates' environment, which escapes all that is not marked as markup.

    Args:
        None.

    Returns:
        The environment.

    Raises:
        Nothing.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["address"] = address
    return made
