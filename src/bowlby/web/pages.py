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
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bowlby.evidence.claims_register.aspects import TITLE
from bowlby.purpose import ONE_LINE, PURPOSE_AND_LIMITS
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
        tour: the page in four sentences.
        script: its own script, or "".
        twin: address of the same as JSON.
        content: what its template takes, from the request.
        charts: whether it draws.
    """

    path: str
    name: str
    title: str
    lead: str
    tour: tuple[str, str, str, str]
    script: str
    twin: str
    content: Callable[[Request], Mapping[str, Any]]
    charts: bool = True

    @property
    def template(self) -> str:
        """Name of its template."""
        return f"{self.path.strip('/') or 'story'}.html.j2"


def _story(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.web.story import story

    return {"steps": story()}


CHART_HEIGHT = 210
"""Pixels of a large chart."""


def _explore(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.web.charts import COLOURS, DASHES, LABELS, LARGE, top_of
    from bowlby.web.course import CHILDREN, QUANTITIES, STEP, UNTIL
    from bowlby.web.evidence import marks_of
    from bowlby.web.kinds import NEVER

    kinds = [
        {"name": name, "label": LABELS[name], "colour": colour, "dash": DASHES[name]}
        for name, colour in COLOURS.items()
    ]
    charts = {quantity.name: {"top": top_of(quantity)} for quantity in QUANTITIES}
    told = {"charts": charts, "kinds": kinds, "step": STEP, "until": UNTIL, "never": NEVER, "height": CHART_HEIGHT}
    return {
        "quantities": sorted(QUANTITIES, key=lambda one: (*LARGE, one.name).index(one.name)),
        "large": LARGE,
        "kinds": kinds,
        "children": CHILDREN,
        "claims": marks_of("M1.4", "M1.6", "M2.4", "M4.1", "M5.1", "M3.3"),
        "data": markup(inline_json(told)),
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


SEQUENCE = (
    "safe predictable environment",
    "trauma-focused cognitive behavioural therapy",
    "responsiveness training",
)
"""What the builder starts with: safety, then therapy, then training."""


def _helps(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.web import grid
    from bowlby.web.api.interventions import catalogue
    from bowlby.web.evidence import marks_of_rows
    from bowlby.web.kinds import PRESETS
    from bowlby.web.lessons.cares import CARES
    from bowlby.web.lessons.repair import DISTURBANCES
    from bowlby.web.lessons.result import lessons

    known, repair = catalogue(), lessons()["repair"]
    defaults = {care: grid.default_help(care) for care in DISTURBANCES}
    of_kind = {CARES[care].exposure if care in CARES else care: names for care, names in defaults.items()}
    told = {"most": known.most_arms, "least": repair["least"], "low": grid.LOW, "high": grid.HIGH, "defaults": of_kind}
    return {
        "known": known,
        "kinds": PRESETS,
        "data": markup(inline_json(told)),
        "fits": [grid.fits(care) for care in DISTURBANCES],
        "outcomes": grid.OUTCOMES,
        "axis": grid.axis(),
        "disturbances": DISTURBANCES,
        "groups": grid.GROUPS,
        "grades": {one["name"]: one["evidence"] for one in known.interventions},
        "cell": grid.cell,
        "children": repair["children"],
        "least": repair["least"],
        "start": SEQUENCE,
        "defaults": defaults,
        "claims": marks_of_rows("M14", "M15", "M16"),
        "equation": "a trait's centre moves by strength(t) · shift of the trials; what the child then expects is "
        "learned",
        "sure": "95 % intervals hold the doubt about mean effects and that of a finite number of lives. Most sizes are "
        "assumed; where there is no adequate trial, only the mechanism is shown.",
    }


def _school(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.web.api.school import schooled
    from bowlby.web.evidence import marks_of_rows
    from bowlby.web.lessons.cares import CARES
    from bowlby.web.lessons.school import TEACHERS
    from bowlby.web.school import groups

    known = schooled()
    return {
        "kind": known.says,
        "children": known.children,
        "cares": CARES,
        "teachers": TEACHERS,
        "groups": groups(),
        "published": known.published,
        "claims": marks_of_rows("M8", "M12"),
        "equation": "a teacher's willingness falls by g_w · w, w ← w + ρ_w (acting out − w); an outcome is a sum of "
        "what the "
        "child has come to expect, feel and do, and of what it shares with nobody",
        "sure": "One seed. Loadings of outcomes were set by hand from the literature, so that direction tests "
        "nothing; read "
        "whether anything is left after years.",
        "data": markup(inline_json({"looks": known.looks})),
    }


def _situation(request: Request) -> Mapping[str, Any]:
    del request
    from bowlby.web.api.situation import CHILDREN
    from bowlby.web.evidence import marks_of
    from bowlby.web.kinds import PRESETS

    claims = marks_of("M1.2", "M2.1", "M3.5", "M4.7")
    return {"kinds": PRESETS, "children": CHILDREN, "data": markup("{}"), "claims": claims}


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
        "/",
        "Story",
        "From one cry to what a child expects",
        "Ten steps. One child, one cry, one answer or none; then days, months, other people, and what repairs it.",
        (
            "Ten steps, each with one picture that the model computed from one seed.",
            "Scroll, or press the arrow keys; twice you are asked to guess first.",
            "Under each picture stand its equation and how sure it is.",
            "Each step ends with what the evidence says: two marks for every claim that it rests on.",
        ),
        "story.js",
        "/api/story",
        _story,
        charts=False,
    ),
    WebPage(
        "/explore",
        "Explore",
        "How care becomes expectation",
        "Move the care that a child gets, and watch what it comes to expect, what its body does and how it acts over "
        "the first three years.",
        (
            "Start from a named kind of care, or move one thing that a caregiver does.",
            "Four charts show what 64 simulated children come to expect and do over three years.",
            "Point at a chart to read its values; the sentence above says what follows, and why.",
            "Everything is simulated from assumed rates: read order and direction, not sizes.",
        ),
        "explore.js",
        "/api/explore/about",
        _explore,
        charts=False,
    ),
    WebPage(
        "/helps",
        "What helps",
        "What helps",
        "The same simulated lives with and without an intervention: what it would change, how sure that is, and how "
        "good its trials are.",
        (
            "Each row is a kind of help, each column a kind of disturbance; a cell says what it would change.",
            "One axis for all, in standard deviations, with a band for what is too small to matter.",
            "Safety comes before any therapy of trauma, and such therapy only where there was threat.",
            "Build a sequence of your own below and live the lives with and without it.",
        ),
        "helps.js",
        "/api/helps",
        _helps,
    ),
    WebPage(
        "/school",
        "School and later life",
        "School and later life",
        "What a child brings to a teacher, to class, to friends and to a partner at 25, and how much a teacher can do.",
        (
            "Five histories at home, each with three kinds of teacher: one who withdraws, one who stays, a kind one.",
            "Choose one of each and read what follows in words.",
            "Each picture holds all of them: colour for the history, filling for the teacher.",
            "Below, what studies found stands beside what the model gives.",
        ),
        "school.js",
        "/api/school",
        _school,
        charts=False,
    ),
    WebPage(
        "/strange-situation",
        "Strange Situation",
        "The Strange Situation, played through",
        "Eight short episodes with a child of a chosen history. The coder sees the acts and nothing else; watch the "
        "scales fill in.",
        (
            "Choose a history and press Play: eight short episodes in a strange room.",
            "The words say what happens as it happens; the child is drawn as it acts.",
            "The scales fill in beside the room as a coder would give them, from the acts alone.",
            "The class is named at the end; avoidant and resistant are organized, and none says what a caregiver did.",
        ),
        "situation.js",
        "/api/strange-situation",
        _situation,
        charts=False,
    ),
    WebPage(
        "/signs",
        "Signs",
        "What signs tell, and what they do not",
        "Tick what was looked for in a child. Probabilities of the child's states move away from their base rates, "
        "mostly a little. Signs say nothing of what anybody did.",
        (
            "Open a group and say what was looked for: seen, not seen, or not looked for.",
            "States of the child that have moved come first, each beside its base rate.",
            "Most signs have many causes; what else each can mean, and what helps anyhow, stands below.",
            "Nothing here says what anybody did, and nothing is kept.",
        ),
        "signs.js",
        "/api/signs",
        _signs,
        charts=False,
    ),
    WebPage(
        "/compare",
        "Compare",
        TITLE,
        "What popular texts say of attachment trauma and attachment neglect, line by line; each cell opens to the "
        "model's result and the published evidence.",
        (
            "Seven lines: what popular texts say of trauma (threat) and neglect (deprivation), beside secure care.",
            "Each claim has two marks: what published findings say, and what the model does with it.",
            "Open a cell for the numbers and the citations; what is against a claim comes first.",
            "The same fits on one printed page.",
        ),
        "",
        "/api/compare",
        _compare,
        charts=False,
    ),
    WebPage(
        "/record",
        "Read a record",
        "Read a record",
        "Hand in a coded file, say what its codes mean, and get it in time, measured and explained. It stays in the "
        "memory of this machine until you delete it or end the program.",
        (
            "Hand in a coded file, or open the simulated example.",
            "Say which column holds what and what each code means; nothing is guessed for you.",
            "See the record in time, with every problem of the file marked where it is.",
            "Make the report: measures with intervals, and what may be said of the care, each axis by itself.",
        ),
        "record.js",
        "/api/record",
        _record,
    ),
    WebPage(
        "/glossary",
        "Glossary",
        "Glossary and equations",
        "The field's words in ours, the equation behind each curve, and every parameter of the model with its source.",
        (
            "The field’s words in ours, in the order of the alphabet.",
            "Then the equation behind each curve, with its source.",
            "Then every parameter of the model with value, unit, basis and source.",
            "Most parameters are assumed: set by hand, not measured.",
        ),
        "",
        "/api/glossary",
        _glossary,
        charts=False,
    ),
)


def page_routes() -> list[Route]:
    """Return the routes of all pages.

    Returns:
        One route a page; the story is the front page.
    """
    return [Route(page.path, _answers(page)) for page in PAGES]


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
            one_line=ONE_LINE,
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
