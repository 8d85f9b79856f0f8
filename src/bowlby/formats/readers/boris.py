"""BORIS projects (.boris): one JSON object with an ethogram and any number of observations.

BORIS (Friard and Gamba, 2016, Methods in Ecology and Evolution 7:1325) logs an event with its observation's time
offset already added, so times are taken as they stand and the media window starts at the offset.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers._clock import clock_seconds
from bowlby.formats.readers._numbers import (
    EITHER,
    EITHER_REMEDY,
    Notation,
    is_either,
    notation_of,
    notation_of_program,
    number_of,
)
from bowlby.formats.readers._pairing import EdgeMark, StateEdge, pair
from bowlby.formats.readers._salvage import SalvagedJson, salvage
from bowlby.formats.readers._text import decode, head_text, read_bytes
from bowlby.formats.source import SourceFile
from bowlby.records.quality import EventLoss, LostEvent, Problem, ProblemKind, problem
from bowlby.records.record import WINDOW_SCHEMA, ObservedFrom, UncheckedRecord, WindowKind
from bowlby.records.resolution import MILLISECOND

NAME = "boris"
NO_SUBJECT = "No focal subject"
"""BORIS's own words for an event without a subject, in its windows and exports."""

_SIGNS = ('"observations"', '"behaviors_conf"', '"project_format_version"', '"subjects_conf"', '"time_format"')
_PRIVATE = ("description", "date", "file", "independent_variables")

Json = Mapping[str, object]


@dataclass(frozen=True)
class Ethogram:
    """The codes a project declares.

    Args:
        is_state: code to whether it is a state event.
        category: code to behavioural category, "" where none.
        modifiers: code to the names of its modifier sets, "" where a set has none.
    """

    is_state: Mapping[str, bool]
    category: Mapping[str, str]
    modifiers: Mapping[str, Sequence[str]]


def recognises(source: SourceFile) -> bool:
    """Return whether the file is a JSON object with a BORIS project's keys, or is named as one.

    Args:
        source: the file.

    Returns:
        True where it is.
    """
    text = head_text(source).lstrip()
    if not text.startswith("{"):
        return False
    return source.path.suffix.lower() == ".boris" or sum(sign in text for sign in _SIGNS) >= 2


def read(source: SourceFile) -> UncheckedRecord:
    """Read a BORIS project: each observation is a session.

    The project does not mark starts and stops: state events pair by parity per subject, code and modifiers. The
    observed window is the media's length (files played one after the other add up), or the interval that the
    observer set.

    Args:
        source: the file.

    Returns:
        Events and windows of all observations; comments, media paths, dates and independent variables only when
        they were asked for.

    Raises:
        FormatError: the file is not JSON, or holds no observation.
    """
    decoded = decode(read_bytes(source.path), source.path)
    parsed = salvage(decoded.text)
    observations = _observations(parsed, source)
    ethogram, lost = _ethogram(_mapping(parsed.value))
    marks, as_text = _marks(observations, ethogram, source)
    events, unplaced = pair(marks)
    windows = _windows({name: o for name, o in observations.items() if name != _broken(parsed)}, source)
    speaking = set(windows["session"]) | set(events["session"])
    silent = [name for name in observations if name not in speaking]
    problems = decoded.problems + _salvaged(parsed, observations, lost) + unplaced
    problems += as_text + _silent(silent) + (() if lost else _strangers(marks, ethogram))
    metadata = _metadata(parsed, observations, silent, source) | _scheme(ethogram)
    return UncheckedRecord(events, windows, metadata, problems, resolution=MILLISECOND)


def _observations(parsed: SalvagedJson, source: SourceFile) -> dict[str, Json]:
    found = _mapping(_mapping(parsed.value).get("observations"))
    if not parsed.whole and not found:
        raise FormatError(
            f"the project breaks off at {parsed.place}, before any observation",
            file=source.path,
            row=parsed.line,
            remedy="Take it from a backup: BORIS keeps one, ending in .bak, beside a project it saves.",
        )
    if not found:
        raise FormatError(
            "the project holds no observation", file=source.path, column="observations", remedy="Code one in BORIS."
        )
    for name, observation in found.items():
        if not isinstance(observation, Mapping):
            raise FormatError(
                "an observation is no JSON object", file=source.path, column=f"observations.{name}", value=observation
            )
    return cast("dict[str, Json]", dict(found))


def _ethogram(project: Json) -> tuple[Ethogram, bool]:
    rows = [_mapping(row) for row in _mapping(project.get("behaviors_conf")).values()]
    states = {str(row.get("code")): str(row.get("type", "")).lower().startswith("state") for row in rows}
    categories = {str(row.get("code")): str(row.get("category") or "") for row in rows}
    modifiers = {str(row.get("code")): _set_names(row.get("modifiers")) for row in rows}
    return Ethogram(states, categories, modifiers), "behaviors_conf" not in project


def _set_names(sets: object) -> tuple[str, ...]:
    """Return the names of a behaviour's modifier sets, in their order; a behaviour without sets has an empty text."""
    return tuple(str(_mapping(one).get("name") or "").strip() for one in _mapping(sets).values())


def _marks(
    observations: Mapping[str, Json], ethogram: Ethogram, source: SourceFile
) -> tuple[list[EdgeMark], tuple[Problem, ...]]:
    """Return the events, and a note of times that are text: a project that went through another program has such."""
    events = {name: _events(observation, name, source) for name, observation in observations.items()}
    texts = [str(event[0]).strip() for rows in events.values() for event in rows if isinstance(event[0], str)]
    notation = notation_of([pl.Series(texts, dtype=pl.String)], source.layout, own_point=True)
    marks: list[EdgeMark] = []
    as_text: list[str] = []
    for name, rows in events.items():
        for number, event in enumerate(rows, start=1):
            place = (f"observations.{name}.events", number)
            time = _time(event[0], notation, place, source)
            if isinstance(event[0], str) and not math.isnan(time):
                as_text.append(f"{name}, row {number}: {event[0]!r} is read as {time:g} s")
            marks.append(_mark(name, event, time, number, ethogram))
    return marks, problem(ProblemKind.TEXT_TIME, as_text)


def _time(value: object, notation: Notation, place: tuple[str, int], source: SourceFile) -> float:
    """Return a time in seconds, NaN where there is none."""
    if isinstance(value, str):
        text = value.strip()
        number = number_of(text, notation)
        if number is None and is_either(text):
            raise FormatError(
                EITHER, file=source.path, column=place[0], row=place[1], value=value, remedy=EITHER_REMEDY
            )
        number = clock_seconds(text) if number is None else number
        return math.nan if number is None else number
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(cast(float, value)) if is_number else math.nan


def _events(observation: Json, name: str, source: SourceFile) -> Sequence[Sequence[object]]:
    events = observation.get("events", [])
    if not isinstance(events, list):
        raise FormatError("events are no list", file=source.path, column=f"observations.{name}.events", value=events)
    for number, event in enumerate(cast("list[object]", events), start=1):
        if not isinstance(event, list) or len(cast("list[object]", event)) < 3:
            raise FormatError(
                "an event is no list of time, subject and code",
                file=source.path,
                row=number,
                column=f"observations.{name}.events",
                value=str(cast(object, event))[:80],
                remedy="Open and save the project in BORIS, or take the event out.",
            )
    return cast("Sequence[Sequence[object]]", events)


def _mark(name: str, event: Sequence[object], time: float, number: int, ethogram: Ethogram) -> EdgeMark:
    code = str(event[2])
    return EdgeMark(
        session=name,
        actor=str(event[1] or "") or NO_SUBJECT,
        code=code,
        time_s=time,
        edge=StateEdge.TOGGLE if ethogram.is_state.get(code, False) else StateEdge.POINT,
        row=number,
        modifiers=modifiers_of(event[3]) if len(event) > 3 else "",
        channel=ethogram.category.get(code, ""),
    )


def modifiers_of(text: object) -> str:
    """Return BORIS modifiers with the blanks around each taken off; sets left empty ("None") keep their place.

    Args:
        text: such as "a|None|b".

    Returns:
        The same, or "" where every set is empty.
    """
    parts = [part.strip() for part in str(text or "").split("|")]
    return "" if all(part in ("", "None") for part in parts) else "|".join(parts)


def _windows(observations: Mapping[str, Json], source: SourceFile) -> pl.DataFrame:
    rows = [
        (name, str(WindowKind.OBSERVED), None, None, *window)
        for name, observation in observations.items()
        if (window := _window(observation, name, source)) is not None
    ]
    return pl.DataFrame(rows, schema=WINDOW_SCHEMA, orient="row")


def _window(observation: Json, name: str, source: SourceFile) -> tuple[float, float, str, str] | None:
    offset = _stated_s(observation, "time offset", name, source)
    first, last = _interval(observation, name, source)
    if last > first:
        return offset + first, offset + last, "interval set by the observer", str(ObservedFrom.STATED)
    media = _media_s(observation)
    if media is None or media <= first:
        return None
    return offset + first, offset + media, "length of the media", str(ObservedFrom.RECORDING)


def _interval(observation: Json, name: str, source: SourceFile) -> tuple[float, float]:
    interval = observation.get("observation time interval")
    if not isinstance(interval, list) or len(cast("list[object]", interval)) != 2:
        return 0.0, 0.0
    bounds: Json = dict(zip(("first", "last"), cast("list[object]", interval), strict=True))
    return _stated_s(bounds, "first", name, source), _stated_s(bounds, "last", name, source)


def _stated_s(holder: Json, key: str, name: str, source: SourceFile) -> float:
    """Return a time that an observation states, 0 where it states none; one that cannot be read is no 0."""
    value = holder.get(key)
    number = _number(value)
    if number is None and value not in (None, ""):
        raise FormatError(
            "an observation's time is no number of seconds",
            file=source.path,
            column=f"observations.{name}.{'time offset' if key == 'time offset' else 'observation time interval'}",
            value=str(value)[:60],
            remedy="Write it as a number of seconds, or open and save the project in BORIS.",
        )
    return number or 0.0


def _media_s(observation: Json) -> float | None:
    """Length of the first player's files, played one after the other; other players run beside it."""
    lengths = _mapping(_mapping(observation.get("media_info")).get("length"))
    for files in _mapping(observation.get("file")).values():
        if isinstance(files, list) and files:
            each = [_number(lengths.get(str(name))) for name in cast("list[object]", files)]
            known = [length for length in each if length is not None and length > 0]
            return sum(known) if len(known) == len(each) else None
    return None


def _number(value: object) -> float | None:
    """Return a number, also one written as text; BORIS itself writes no thousands."""
    if isinstance(value, str):
        number = number_of(value.strip(), notation_of_program(None))
        return clock_seconds(value) if number is None else number
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _broken(parsed: SalvagedJson) -> str | None:
    """Return the observation that the file breaks off in: how much of its media was coded is lost with the rest."""
    return parsed.inside[1] if len(parsed.inside) > 1 and parsed.inside[0] == "observations" else None


def _salvaged(parsed: SalvagedJson, observations: Mapping[str, Json], lost: bool) -> tuple[Problem, ...]:
    if parsed.whole and not lost:
        return ()
    lines: list[str | LostEvent] = []
    if not parsed.whole:
        last = list(observations)[-1]
        line = f"the project breaks off at {parsed.place}; read up to there, {last!r} may be incomplete"
        lines.append(LostEvent(line, EventLoss(last, None, count=None)))
    if lost:
        lines.append("the ethogram is missing: states cannot be distinguished from points, every event is a point")
    return problem(ProblemKind.SALVAGED, lines)


def _silent(names: Sequence[str]) -> tuple[Problem, ...]:
    return problem(
        ProblemKind.NO_TIME,
        [f"{name}: neither an event nor a length, so no session can be made of it" for name in names],
    )


def _strangers(marks: Sequence[EdgeMark], ethogram: Ethogram) -> tuple[Problem, ...]:
    unknown = [mark for mark in marks if mark.is_timed and mark.code not in ethogram.is_state]
    return problem(
        ProblemKind.MISMATCH,
        [f"{mark.session}, row {mark.row}: {mark.code!r} is not in the ethogram; kept as a point" for mark in unknown],
    )


def _metadata(
    parsed: SalvagedJson, observations: Mapping[str, Json], silent: Sequence[str], source: SourceFile
) -> dict[str, object]:
    version = _mapping(parsed.value).get("project_format_version")
    found: dict[str, object] = {"project_format_version": str(version or "")}
    if silent:
        found["observations_without_time"] = list(silent)
    if source.keep_private:
        found["private"] = {name: _private(observation) for name, observation in observations.items()}
    return found


def _scheme(ethogram: Ethogram) -> dict[str, object]:
    """Return what the ethogram declares beside what was coded: its codes, and the names of their modifiers."""
    named = [{"code": code, "names": list(names)} for code, names in ethogram.modifiers.items() if any(names)]
    declared: dict[str, object] = {"codes_declared": list(ethogram.is_state)} if ethogram.is_state else {}
    return declared | ({"modifier_names": named} if named else {})


def _private(observation: Json) -> dict[str, object]:
    kept: dict[str, object] = {key: observation[key] for key in _PRIVATE if observation.get(key)}
    events = cast("Sequence[Sequence[object]]", observation.get("events", []))
    comments = {str(number): event[4] for number, event in enumerate(events, start=1) if len(event) > 4 and event[4]}
    return kept | ({"comments": comments} if comments else {})


def _mapping(value: object) -> Json:
    return cast(Json, value) if isinstance(value, dict) else {}
