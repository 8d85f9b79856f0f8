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

from bowlby.evidence.claims_register.aspects import TITLE
from bowlby.purpose import PURPOSE_AND_LIMITS
from bowlby.reporting.page import markup
from bowlby.reporting.vega import inline_json
from bowlby.web.static import address

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class WebPage:
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


def _record(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.inference.care.words import NO_EVIDENCE
    from bowlby.records.layout import TimeUnit

    units = [str(unit) for unit in TimeUnit]
    return {"units": units, "data": markup("{}"), "no_evidence": NO_EVIDENCE}


def _signs(request: Request) -> Mapping[str, Any]:
    from bowlby.web.api.signs import checklist

    known = checklist(request.app.state.desk.settings.safeguarding)
    return {"known": known, "data": markup(inline_json(known.model_dump(mode="json")))}


def _helps(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.web.api.interventions import catalogue
    from bowlby.web.kinds import PRESETS

    known = catalogue()
    data = markup(inline_json({"most": known.most_arms}))
    return {"known": known, "kinds": PRESETS, "data": data}


def _situation(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.web.api.situation import CHILDREN
    from bowlby.web.kinds import PRESETS

    return {"kinds": PRESETS, "children": CHILDREN, "data": markup("{}")}


def _compare(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.evidence.claims_register.aspects import KINDS, MARKED
    from bowlby.evidence.comparison.compare import NAMES, SIDES, comparison
    from bowlby.reporting.compare_page import cell_rows
    from bowlby.web.charts import COLOURS

    found = comparison()
    lines = [
        {
            "line": one.line,
            "profile": one.profile,
            "told": [
                (
                    side,
                    {
                        "source": cell.source,
                        "claims": cell.claims,
                        "marks": cell.marks,
                        "rows": cell_rows(cell),
                    },
                )
                for side in SIDES
                if (cell := one.cells[side]).source or cell.claims
            ],
        }
        for one in found.lines
    ]
    colours = {key: COLOURS[kind.axis] for key, kind in KINDS.items()}
    return {
        "lines": lines,
        "marked": MARKED,
        "kinds": KINDS,
        "rests_on": found.rests_on,
        "names": NAMES,
        "colours": colours,
        "place": _place,
    }


def _place(row: Mapping[str, Any], value: float) -> float:
    """Return where a value stands on its scale, 0 to 100."""
    share = (value - row["bottom"]) / (row["top"] - row["bottom"])
    return round(100.0 * min(1.0, max(0.0, share)), 2)


def _glossary(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.web.api.glossary import glossary

    return {"known": glossary()}


PAGES: tuple[WebPage, ...] = (
    WebPage(
        "/explore",
        "Explore",
        "How care becomes expectation",
        "Move the care that a child gets, and watch what it comes to expect, what its body does and how it acts over "
        "the first three years.",
        "explore.js",
        "/api/explore/about",
        _explore,
    ),
    WebPage(
        "/record",
        "Read a record",
        "Read a record",
        "Hand in a coded file, say what its codes mean, and get it in time, measured and explained. It stays in the "
        "memory of this machine until you delete it or end the program.",
        "record.js",
        "/api/record",
        _record,
    ),
    WebPage(
        "/signs",
        "Signs",
        "What signs tell, and what they do not",
        "Tick what was looked for in a child. Probabilities of the child's states move away from their base rates, "
        "mostly a little. Signs say nothing of what anybody did.",
        "signs.js",
        "/api/signs",
        _signs,
        charts=False,
    ),
    WebPage(
        "/helps",
        "What helps",
        "What helps",
        "The same simulated lives with and without an intervention: what it would change, how sure that is, and how "
        "good its trials are.",
        "helps.js",
        "/api/helps",
        _helps,
    ),
    WebPage(
        "/strange-situation",
        "Strange Situation",
        "The Strange Situation, played through",
        "Eight short episodes with a child of a chosen history. The coder sees the acts and nothing else; watch the "
        "scales fill in.",
        "situation.js",
        "/api/strange-situation",
        _situation,
        charts=False,
    ),
    WebPage(
        "/compare",
        "Compare",
        TITLE,
        "What popular texts say of attachment trauma and attachment neglect, line by line; each cell opens to the "
        "model's result and the published evidence.",
        "",
        "/api/compare",
        _compare,
        charts=False,
    ),
    WebPage(
        "/glossary",
        "Glossary",
        "Glossary and equations",
        "The field's words in ours, the equation behind each curve, and every parameter of the model with its source.",
        "",
        "/api/glossary",
        _glossary,
        charts=False,
    ),
)


def page_routes() -> list[Route]:
    """Return the routes of all pages.

    Returns:
        One route a page, and one for the front door.
    """
    return [Route("/", _front_door), *(Route(page.path, _answers(page)) for page in PAGES)]


async def _front_door(request: Request) -> Response:
    del request
    return RedirectResponse(PAGES[0].path, 303)


def _answers(page: WebPage) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        return HTMLResponse(await run_in_threadpool(_render, page, request))

    return answer


def _render(page: WebPage, request: Request) -> str:
    return (
        environment()
        .get_template(page.template)
        .render(
            page=page,
            pages=PAGES,
            version=version("bowlby"),
            purpose=PURPOSE_AND_LIMITS,
            safeguarding=request.app.state.desk.settings.safeguarding,
            **page.content(request),
        )
    )


@cache
def environment() -> jinja2.Environment:
    """Return the templates' environment, which escapes all that is not marked as markup.

    Returns:
        The environment.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    known: dict[str, Any] = made.globals
    known["address"] = address
    return made
