"""Read a record: hand a file in, map its codes, see it in time, have its report; in memory, deletable at any time."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from pydantic import Field

from bowlby.errors import InputError
from bowlby.records.constructs import Construct, Role, roles_of
from bowlby.records.layout import TableLayout, TimeUnit
from bowlby.records.pattern import escaped
from bowlby.reporting.build import ReportOptions
from bowlby.reporting.words import LABELS
from bowlby.web.api.jobs import DeletionAnswer, JobAnswer, job_answer
from bowlby.web.endpoint import Endpoint, EndpointAnswer, EndpointCall, EndpointInput, InputPlace
from bowlby.web.jobs import Job
from bowlby.web.record_store import StoredRecord
from bowlby.web.view import LONGEST, MOST_CODES, session_view


class CodeMeaning(EndpointInput):
    """What one code of the file means."""

    actor: str = Field("", max_length=LONGEST)
    channel: str = Field("", max_length=LONGEST)
    code: str = Field(max_length=LONGEST)
    role: Role | None = None
    means: list[Construct] = Field(default_factory=list, max_length=6, description="Empty: the code stays unmapped.")
    value: float | None = Field(None, description="Affect valence.")
    ignore: bool = Field(False, description="The code means nothing that bowlby knows.")


class TableLayoutInput(EndpointInput):
    """Which column of a plain table holds what."""

    unit: TimeUnit
    onset: str = Field(max_length=300)
    code: str = Field(max_length=300)
    offset: str | None = Field(None, max_length=300)
    duration: str | None = Field(None, max_length=300)
    session: str | None = Field(None, max_length=300)
    actor: str | None = Field(None, max_length=300)
    partner: str | None = Field(None, max_length=300)
    channel: str | None = Field(None, max_length=300)
    frames_per_second: float | None = Field(None, gt=0)


class CodebookInput(EndpointInput):
    """A codebook: what each code means."""

    codes: list[CodeMeaning] = Field(max_length=MOST_CODES)


class ReportInput(EndpointInput):
    """How a report is made."""

    infer: bool = Field(True, description="Say what may be inferred of the care too.")
    seed: int = Field(0, ge=0, le=2**32 - 1)
    window_s: float | None = Field(None, gt=0, le=3600, description="Answer window; None for the default.")


class SessionInput(EndpointInput):
    """Which session is drawn."""

    session: int = Field(0, ge=0, description="Its number, from 0.")


class RecordAnswer(EndpointAnswer):
    """A record that is held in memory."""

    id: str
    name: str
    reader: str
    bytes: int
    events: int
    sessions: int
    observed_s: float
    speaks_bowlby: bool = Field(description="Whether its codes are bowlby's own constructs: nothing is left to map.")
    mapped: bool = Field(description="Whether its codes have a meaning, so that it can be measured.")
    codes: list[dict[str, Any]]
    codes_left_out: int = Field(description="Codes that are not listed: too long, or too many to be mapped on a page.")
    layout: dict[str, Any] | None
    columns: list[str] = Field(description="Columns of a plain table, as many as can be chosen from on a page.")
    quality: list[dict[str, Any]]
    unmapped: list[dict[str, Any]]
    codable: list[str]


class RecordsAnswer(EndpointAnswer):
    """All records that are held, and how much room there is."""

    records: list[RecordAnswer]
    most_records: int
    most_bytes: int
    vocabulary: dict[str, dict[str, str]] = Field(description="By role, each construct and its name in words.")


class TimelineAnswer(EndpointAnswer):
    """A session in time."""

    session: int
    title: str
    caption: str
    alt: str
    spec: dict[str, Any] = Field(description="Vega-Lite.")
    marked: list[dict[str, Any]] = Field(description="Quality problems that stand at a known time.")
    counts: dict[str, int]


def _shown(held: StoredRecord) -> RecordAnswer:
    view = held.view
    told: dict[str, Any] = {one.name: getattr(view, one.name) for one in fields(view)} | {
        "layout": _layout(view.layout)
    }
    return RecordAnswer(id=held.id, name=held.name, bytes=len(held.content), **told)


def _layout(layout: TableLayout | None) -> dict[str, Any] | None:
    if layout is None:
        return None
    return {name: value for name, value in asdict(layout).items() if value not in (None, ())}


def _put(call: EndpointCall) -> RecordAnswer:
    return _shown(call.desk.shelf.put(call.content, call.name))


EXAMPLE = Path(__file__).parents[2] / "examples" / "play.csv"
"""The example record, simulated; no real child."""


def _put_example(call: EndpointCall) -> RecordAnswer:
    return _shown(call.desk.shelf.put(EXAMPLE.read_bytes(), "simulated example.csv"))


def _all(call: EndpointCall) -> RecordsAnswer:
    settings = call.desk.settings
    return RecordsAnswer(
        records=[_shown(held) for held in call.desk.shelf.all()],
        most_records=settings.most_records,
        most_bytes=settings.most_upload,
        vocabulary={str(role): {str(one): LABELS[one] for one in Construct if role in roles_of(one)} for role in Role},
    )


def _get(call: EndpointCall) -> RecordAnswer:
    return _shown(call.desk.shelf.get(call.path["record"]))


def _lay_out(call: EndpointCall) -> RecordAnswer:
    layout = TableLayout(**dict(call.taken))
    return _shown(call.desk.shelf.lay_out(call.path["record"], layout))


def _map(call: EndpointCall) -> RecordAnswer:
    return _shown(call.desk.shelf.map(call.path["record"], codebook_tables(call.taken)))


def codebook_tables(taken: CodebookInput) -> dict[str, Any]:
    """Return the sections of the codebook that a mapping stands for.

    Args:
        taken: what each code means.

    Returns:
        Sections as a codebook file has them; what is mapped counts as codable, and nothing else does.

    Raises:
        InputError: no code has a meaning.
    """
    meant = [one for one in taken.codes if one.means and not one.ignore]
    if not meant:
        raise InputError("no code has a meaning yet", column="codes", remedy="Choose what at least one code means.")
    codable: dict[str, list[str]] = {}
    for one in meant:
        for construct in one.means:
            role = one.role or next(iter(sorted(roles_of(construct))))
            names = codable.setdefault(str(role), [])
            if construct is not Construct.UNCODABLE and str(construct) not in names:
                names.append(str(construct))
    return {
        "codebook": {"name": "mapped on screen"},
        "codable": {role: names for role, names in codable.items() if names},
        "code": [_entry(one) for one in meant],
        "ignore": [_place(one) for one in taken.codes if one.ignore],
    }


def _place(one: CodeMeaning) -> dict[str, Any]:
    named = {"actor": one.actor, "channel": one.channel}
    return {"code": escaped(one.code)} | {key: escaped(value) for key, value in named.items() if value}


def _entry(one: CodeMeaning) -> dict[str, Any]:
    entry = _place(one) | {"means": [str(construct) for construct in one.means]}
    entry |= {"role": str(one.role)} if one.role is not None else {}
    return entry | ({"value": one.value} if one.value is not None else {})


def _timeline(call: EndpointCall) -> TimelineAnswer:
    number = call.taken.session
    found = call.desk.shelf.look(call.path["record"], session_view, number)
    return TimelineAnswer(session=number, **{one.name: getattr(found, one.name) for one in fields(found)})


def _report(call: EndpointCall) -> JobAnswer:
    taken, shelf = call.taken, call.desk.shelf
    held = shelf.get_mapped(call.path["record"])
    rule = {} if taken.window_s is None else {"window_s": taken.window_s, "distress_window_s": taken.window_s}
    how = ReportOptions(rule, taken.infer, seed=taken.seed, cache=call.desk.settings.cache)

    def make(job: Job) -> bytes:
        return shelf.report(held, how, job)

    return job_answer(call.desk.jobs.start(Job("report", held.id), make))


def _drop(call: EndpointCall) -> DeletionAnswer:
    held = call.desk.shelf.get(call.path["record"])
    call.desk.shelf.drop(held.id)
    call.desk.jobs.forget_about(held.id)
    return DeletionAnswer()


def _drop_all(call: EndpointCall) -> DeletionAnswer:
    for held in call.desk.shelf.all():
        call.desk.jobs.forget_about(held.id)
    call.desk.shelf.clear()
    return DeletionAnswer()


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/record", "All records that are held, and the vocabulary.", _all, RecordsAnswer),
    Endpoint("POST", "/record", "Hand a file in.", _put, RecordAnswer, body=InputPlace.FILE, status=201, errors=(409,)),
    Endpoint(
        "POST",
        "/record/example",
        "Open the simulated example.",
        _put_example,
        RecordAnswer,
        body=InputPlace.JSON,
        status=201,
        errors=(409,),
    ),
    Endpoint("DELETE", "/record", "Forget all records.", _drop_all, DeletionAnswer),
    Endpoint("GET", "/record/{record}", "One record.", _get, RecordAnswer, errors=(404,)),
    Endpoint("DELETE", "/record/{record}", "Forget a record and all made of it.", _drop, DeletionAnswer, errors=(404,)),
    Endpoint(
        "POST",
        "/record/{record}/layout",
        "Read a plain table anew with other columns.",
        _lay_out,
        RecordAnswer,
        TableLayoutInput,
        InputPlace.JSON,
        errors=(404,),
    ),
    Endpoint(
        "POST",
        "/record/{record}/codebook",
        "Say what its codes mean.",
        _map,
        RecordAnswer,
        CodebookInput,
        InputPlace.JSON,
        errors=(404,),
    ),
    Endpoint(
        "GET", "/record/{record}/timeline", "A session in time.", _timeline, TimelineAnswer, SessionInput, errors=(404,)
    ),
    Endpoint(
        "POST",
        "/record/{record}/report",
        "Begin its report.",
        _report,
        JobAnswer,
        ReportInput,
        InputPlace.JSON,
        status=202,
        errors=(404,),
    ),
)
