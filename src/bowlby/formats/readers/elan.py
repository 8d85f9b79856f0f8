"""ELAN annotation documents (.eaf): time slots, reference tiers, controlled vocabularies.

An annotation's value is its code, its tier the channel, the tier's participant the actor. Times are those of ELAN's own
timeline; TIME_ORIGIN says where in a medium that timeline starts and is kept as metadata, since adding it would tie the
events to one of several media. See the ELAN Annotation Format schema, Max Planck Institute for Psycholinguistics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers._events import event_frame, in_time
from bowlby.formats.readers._spans import (
    Spans,
    attribute_spans,
    attributes,
    distinct_texts,
    identifiers,
    numbers,
    texts,
)
from bowlby.formats.readers._text import head_text
from bowlby.formats.readers._xml import Kinds, Places, Tags, tags_named, unescaped, well_formed
from bowlby.formats.source import SourceFile
from bowlby.records.quality import EventLoss, LostEvent, Problem, ProblemKind, problem
from bowlby.records.record import UncheckedRecord, place
from bowlby.records.resolution import Resolution

NAME = "elan"

_ELEMENTS = (
    "ANNOTATION_DOCUMENT",
    "HEADER",
    "MEDIA_DESCRIPTOR",
    "TIME_SLOT",
    "TIER",
    "ALIGNABLE_ANNOTATION",
    "REF_ANNOTATION",
    "ANNOTATION_VALUE",
    "LINGUISTIC_TYPE",
    "CV_ENTRY_ML",
    "CVE_VALUE",
)
_ANNOTATIONS = ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
_REFERENCES = {
    "id": "ANNOTATION_ID",
    "start": "TIME_SLOT_REF1",
    "stop": "TIME_SLOT_REF2",
    "parent": "ANNOTATION_REF",
    "previous": "PREVIOUS_ANNOTATION",
}
_MS_PER_UNIT = {"milliseconds": 1, "PAL-frames": 40, "NTSC-frames": 1001 / 30}
_SUBDIVISION = "Symbolic_Subdivision"


_Names = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class _Document:
    """The elements of a document: which tag opens each, and which of `_ELEMENTS` it is."""

    tags: Tags
    places: Places
    kinds: Kinds

    @property
    def path(self) -> Path:
        return self.tags.path

    def rows(self, *names: str) -> Places:
        return np.concatenate([np.flatnonzero(self.kinds == _ELEMENTS.index(name)) for name in names])

    def of(self, name: str) -> list[dict[str, str]]:
        return attributes(self.tags, self.places[self.rows(name)])

    def texts_after(self, places: Places, name: str) -> pl.Series:
        """Return the text that follows each of some tags of one name, resolved and without the blanks around it."""
        bare = self.tags.ends[places] - self.tags.starts[places] == len(f"<{name}")
        attribute_spans(self.tags, places[~bare], ())
        raw, which = distinct_texts(self.tags, Spans(self.tags.ends[places] + 1, self.tags.following[places]))
        clean = (unescaped(raw, self.path) if b"&" in self.tags.data else raw).str.strip_chars()
        return clean if which is None else clean[which]


@dataclass(frozen=True)
class _Slots:
    """Names of time slots in order, their seconds (NaN where open), and the names that the file leaves open."""

    names: _Names
    seconds: npt.NDArray[np.float64]
    open: set[int]

    def times(self, names: _Names) -> npt.NDArray[np.float64]:
        at = _places_of(self.names, names)
        return np.where(at >= 0, np.append(self.seconds, math.nan)[at], math.nan)


@dataclass(frozen=True)
class _Tier:
    name: str
    parent: str | None
    constraint: str | None
    participant: str | None
    annotator: str | None


def recognises(source: SourceFile) -> bool:
    """Return whether this is an ELAN annotation document.

    Args:
        source: the file.

    Returns:
        True where the root element is ANNOTATION_DOCUMENT.
    """
    head = head_text(source)
    return head.lstrip().startswith("<") and "<ANNOTATION_DOCUMENT" in head


def read(source: SourceFile) -> UncheckedRecord:
    """Return the annotations of all tiers.

    Unaligned slots are spread evenly between the aligned ones around them in their tier, as ELAN shows them; reference
    annotations take their parent's time, and those that subdivide it share it evenly. Both are how ELAN draws what has
    no time of its own; only the former is reported, for there a coder left a time open.

    Args:
        source: the file.

    Returns:
        Events by onset. An annotation without a value has its tier's name as code.

    Raises:
        InputError: the file cannot be read.
        FormatError: it is not a well-formed document, or a time in it is no number.
    """
    tags, problems = well_formed(source)
    document = _Document(tags, *tags_named(tags, _ELEMENTS))
    tiers = _tiers(document)
    annotations, slots = _annotations(document)
    annotations, disagreeing = _with_vocabulary(annotations, document)
    placed = _placed(annotations, slots, tiers)
    timed = placed if placed["timed"].all() else placed.filter("timed")
    events, late = in_time(_events(timed, tiers, source))
    between = _interpolated(timed, slots.open, tiers, source)
    problems += disagreeing + late + _untimed(placed, tiers, source.path.stem, between)
    metadata = _metadata(document, tiers, source.keep_private)
    tick = Resolution(_unit(document) / 1000)
    return UncheckedRecord(events, metadata=metadata, problems=problems, exclusive=True, resolution=tick)


def _tiers(document: _Document) -> list[_Tier]:
    constraints = {kind.get("LINGUISTIC_TYPE_ID"): kind.get("CONSTRAINTS") for kind in document.of("LINGUISTIC_TYPE")}
    tiers: list[_Tier] = []
    for number, said in zip(document.rows("TIER"), document.of("TIER"), strict=True):
        if not said.get("TIER_ID"):
            line = int(document.tags.lines(document.places[[number]])[0])
            raise FormatError("a tier has no name", file=document.path, row=line, remedy="Name the tier in ELAN.")
        constraint = constraints.get(said.get("LINGUISTIC_TYPE_REF"))
        parts = [said.get(key) for key in ("PARENT_REF", "PARTICIPANT", "ANNOTATOR")]
        tiers.append(_Tier(said["TIER_ID"], parts[0], constraint, parts[1], parts[2]))
    return tiers


def _actors(tiers: list[_Tier]) -> list[str]:
    """Return each tier's participant, or that of the nearest tier above that has one."""
    named = {tier.name: tier for tier in tiers}
    actors: list[str] = []
    for tier in tiers:
        at, seen = tier, {tier.name}
        while not at.participant and at.parent in named and at.parent not in seen:
            seen.add(at.parent)
            at = named[at.parent]
        actors.append(at.participant or "")
    return actors


def _annotations(document: _Document) -> tuple[pl.DataFrame, _Slots]:
    """Return one row an annotation, in document order, with its tier's number and its own value, and their slots.

    Names are numbers, 0 for none.
    """
    rows = np.sort(document.rows(*_ANNOTATIONS))
    places = document.places[rows]
    spans = attribute_spans(document.tags, places, [*_REFERENCES.values(), "CVE_REF"])
    slots = attribute_spans(document.tags, document.places[document.rows("TIME_SLOT")], ("TIME_SLOT_ID", "TIME_VALUE"))
    names = identifiers(document.tags, *(spans[name] for name in _REFERENCES.values()), slots["TIME_SLOT_ID"])
    tier = np.searchsorted(document.places[document.rows("TIER")], places) - 1
    annotations = pl.DataFrame(
        {
            "line": document.tags.lines(places),
            "tier": tier.astype(np.uint32),
            "value": _values(document, rows),
            "entry": texts(document.tags, spans["CVE_REF"]),
            **dict(zip(_REFERENCES, names[:-1], strict=True)),
        }
    )
    return annotations, _slots(annotations, names[-1], _times(slots["TIME_VALUE"], document), document)


def _values(document: _Document, rows: Places) -> pl.Series:
    """Return the text of the value that follows each annotation, "" where none does."""
    valued = np.append(document.kinds, -1)[rows + 1] == _ELEMENTS.index("ANNOTATION_VALUE")
    values = document.texts_after(document.places[rows[valued] + 1], "ANNOTATION_VALUE")
    return values if valued.all() else pl.Series([""] * len(rows)).scatter(np.flatnonzero(valued), values)


def _with_vocabulary(annotations: pl.DataFrame, document: _Document) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Give annotations that point into a controlled vocabulary the value of their entry.

    An annotation that already shows the entry in any language keeps what it shows.
    """
    if len(document.rows("CVE_VALUE")) == 0:
        return annotations, ()
    entries = _entries(document)
    first = entries.unique("entry", keep="first", maintain_order=True).select("entry", meant="value")
    joined = annotations.join(first, on="entry", how="left", maintain_order="left").with_row_index("place")
    shown = joined.join(entries, on=["entry", "value"], how="semi")["place"].implode()
    replaced = pl.col("meant").is_not_null() & ~pl.col("place").is_in(shown)
    at_odds = joined.filter(replaced & (pl.col("value") != ""))
    lines = [f"line {row['line']}: shows {row['value']!r}, means {row['meant']!r}" for row in at_odds.to_dicts()]
    value = pl.when(replaced).then(pl.col("meant")).otherwise(pl.col("value"))
    return joined.with_columns(value=value).drop("meant", "place"), problem(ProblemKind.MISMATCH, lines)


def _entries(document: _Document) -> pl.DataFrame:
    """Return the values of vocabulary entries, in any language; a value belongs to the entry that it follows."""
    entries, values = (document.places[document.rows(name)] for name in ("CV_ENTRY_ML", "CVE_VALUE"))
    names = texts(document.tags, attribute_spans(document.tags, entries, ("CVE_ID",))["CVE_ID"])
    shown = {"entry": np.searchsorted(entries, values) - 1, "value": document.texts_after(values, "CVE_VALUE")}
    rows = pl.DataFrame(shown).filter(pl.col("entry") >= 0)
    return rows.with_columns(entry=names[rows["entry"]]).drop_nulls()


def _times(values: Spans, document: _Document) -> npt.NDArray[np.float64]:
    """Return the times of slots as the document counts them, NaN where it gives none."""
    times = numbers(document.tags, values)
    wrong = np.flatnonzero(values.given & ~np.isfinite(times))
    if len(wrong):
        place_ = document.places[document.rows("TIME_SLOT")[wrong[:1]]]
        start, stop = (int(side[wrong[0]]) for side in values)
        raise FormatError(
            "a time slot has no number for its time",
            file=document.path,
            row=int(document.tags.lines(place_)[0]),
            column="TIME_VALUE",
            value=document.tags.data[start:stop].decode("utf-8", "replace"),
            remedy="Correct the slot, or save the document again from ELAN.",
        )
    return times


def _slots(annotations: pl.DataFrame, names: _Names, times: npt.NDArray[np.float64], document: _Document) -> _Slots:
    seconds = times * (_unit(document) / 1000)
    # Of two slots of one name the first counts.
    names, first = np.unique(names, return_index=True)
    seconds = seconds[first]
    unaligned = set(names[np.isnan(seconds) & (names > 0)].tolist())
    if unaligned:
        known = {name: time for name, time in zip(names.tolist(), seconds.tolist(), strict=True) if time == time}
        _interpolate(annotations, unaligned, known)
        seconds = np.array([known.get(name, math.nan) for name in names.tolist()])
    return _Slots(names, np.where(names > 0, seconds, math.nan), unaligned)


def _places_of(names: _Names, wanted: _Names) -> Places:
    """Return where each name stands among ordered ones, -1 where it does not."""
    at = np.searchsorted(names, wanted)
    found = np.append(names, np.uint64(0))[at] == wanted
    return np.where(found & (wanted > 0), at, -1)


def _unit(document: _Document) -> float:
    units = [header.get("TIME_UNITS", "milliseconds") for header in document.of("HEADER")] or ["milliseconds"]
    if units[0] not in _MS_PER_UNIT:
        raise FormatError(
            "the time unit is not one of ELAN's",
            file=document.path,
            column="TIME_UNITS",
            value=units[0],
            remedy=f"Known: {', '.join(_MS_PER_UNIT)}.",
        )
    return _MS_PER_UNIT[units[0]]


def _interpolate(annotations: pl.DataFrame, unaligned: set[int], known: dict[int, float]) -> None:
    """Add times of unaligned slots: a tier's slots in order, open ones evenly between the nearest known ones.

    A slot may be known only once the tier above is done, hence another round as long as one adds something.
    """
    chains: list[list[int]] = []
    aligned = annotations.filter(pl.col("parent") == 0, pl.col("start") > 0, pl.col("stop") > 0)
    for _, rows in aligned.group_by("tier", maintain_order=True):
        chain: list[int] = []
        for pair in rows.select("start", "stop").iter_rows():
            chain += [slot for slot in pair if not chain or slot != chain[-1]]
        if unaligned.intersection(chain):
            chains.append(chain)
    before = -1
    while len(known) > before:
        before = len(known)
        for chain in chains:
            _fill(chain, known)


def _fill(chain: list[int], known: dict[int, float]) -> None:
    fixed = [index for index, slot in enumerate(chain) if slot in known]
    for left, right in pairwise(fixed):
        begin, length = known[chain[left]], known[chain[right]] - known[chain[left]]
        for index in range(left + 1, right):
            known.setdefault(chain[index], begin + length * (index - left) / (right - left))


def _placed(annotations: pl.DataFrame, slots: _Slots, tiers: list[_Tier]) -> pl.DataFrame:
    """Return annotations with onset and offset: of their slots, or, one generation after another, of their parents.

    What is attached to nothing, or in a circle, never gets a time.
    """
    ids, parents, starts, stops = (annotations[name].to_numpy() for name in ("id", "parent", "start", "stop"))
    aligned, waiting = np.flatnonzero(parents == 0), np.flatnonzero(parents)
    times = np.full((len(annotations), 2), np.nan)
    times[aligned] = np.column_stack([slots.times(names[aligned]) for names in (starts, stops)])
    done: npt.NDArray[np.bool_] = ~np.isnan(times[:, 0] + times[:, 1])
    shares = _shares(annotations, tiers)
    rows = np.flatnonzero(done)
    while len(waiting) and len(rows):
        # Of two annotations of one name the first is the parent.
        names, first = np.unique(ids[rows], return_index=True)
        above = _places_of(names, parents[waiting])
        rows, waiting, above = waiting[above >= 0], waiting[above < 0], rows[first[above[above >= 0]]]
        times[rows] = times[above]
        done[rows] = True
        for row in shares.keys() & set(rows.tolist() if shares else ()):
            times[row] = _part(times[row], *shares[row])
    columns = [pl.Series(name, times[:, side]) for side, name in enumerate(("onset_s", "offset_s"))]
    return annotations.with_columns(*columns, pl.Series("timed", done))


def _part(span: npt.NDArray[np.float64], number: int, of: int) -> tuple[float, float]:
    begin, end = span.tolist()
    part = (end - begin) / of
    return begin + part * number, end if number + 1 == of else begin + part * (number + 1)


def _shares(annotations: pl.DataFrame, tiers: list[_Tier]) -> dict[int, tuple[int, int]]:
    """Return which part of how many of its parent's time each reference takes that divides it with others."""
    dividing = [number for number, tier in enumerate(tiers) if tier.constraint == _SUBDIVISION]
    if not dividing:
        return {}
    references = annotations.with_row_index("place").filter((pl.col("parent") > 0) & pl.col("tier").is_in(dividing))
    shares: dict[int, tuple[int, int]] = {}
    for _, siblings in references.group_by("tier", "parent"):
        order = _chained(siblings)
        shares |= {place: (number, len(order)) for number, place in enumerate(order)}
    return shares


def _chained(siblings: pl.DataFrame) -> list[int]:
    """Return the places of annotations that share a parent, in the order of their PREVIOUS_ANNOTATION."""
    rows = siblings.sort("place").select("place", "id", "previous").rows()
    after: dict[int | None, list[tuple[int, int]]] = {}
    ids = {name for _, name, _ in rows if name}
    for place_, name, previous in rows:
        after.setdefault(previous if previous in ids else None, []).append((place_, name))
    order: list[int] = []
    pending = after.pop(None, [])[::-1]
    while pending:
        place_, name = pending.pop()
        order.append(place_)
        pending += after.pop(name, [])[::-1]
    return order + [place_ for place_, *_ in rows if place_ not in set(order)]


def _events(timed: pl.DataFrame, tiers: list[_Tier], source: SourceFile) -> pl.DataFrame:
    tier = timed["tier"]
    channel = pl.Series([tier.name for tier in tiers], dtype=pl.String)[tier]
    actor = pl.Series(_actors(tiers), dtype=pl.String)[tier]
    code = pl.when(pl.col("value") == "").then("channel").otherwise("value")
    rows = timed.with_columns(actor=actor, channel=channel)
    rows = rows.select("actor", "channel", "onset_s", "offset_s", code=code, row="line")
    return event_frame(rows, source.path, session=source.path.stem)


def _interpolated(
    timed: pl.DataFrame, open_slots: set[int], tiers: list[_Tier], source: SourceFile
) -> pl.DataFrame | None:
    if not open_slots:
        return None
    names = pl.Series(sorted(open_slots), dtype=pl.UInt64).implode()
    between = timed.filter((pl.col("parent") == 0) & (pl.col("start").is_in(names) | pl.col("stop").is_in(names)))
    return in_time(_events(between, tiers, source))[0]


def _untimed(
    placed: pl.DataFrame, tiers: list[_Tier], session: str, interpolated: pl.DataFrame | None
) -> tuple[Problem, ...]:
    left_out = placed.clear() if placed["timed"].all() else placed.filter(~pl.col("timed"))
    actors = _actors(tiers)
    lines: list[str | LostEvent] = [
        LostEvent(
            f"row {row['line']}: {row['value']} left out, it depends on no aligned time",
            EventLoss(session, row["value"] or tiers[row["tier"]].name, actors[row["tier"]], tiers[row["tier"]].name),
        )
        for row in left_out.to_dicts()
    ]
    if interpolated is not None:
        lines += [f"{place(row)}, set between its neighbours" for row in interpolated.to_dicts()]
    return problem(ProblemKind.NO_TIME, lines)


def _metadata(document: _Document, tiers: list[_Tier], keep_private: bool) -> dict[str, object]:
    head = next(iter(document.of("ANNOTATION_DOCUMENT")), {})
    media = document.of("MEDIA_DESCRIPTOR")
    about: dict[str, object] = {
        "eaf_format": head.get("FORMAT"),
        "tiers": {tier.name: {"parent": tier.parent, "constraint": tier.constraint} for tier in tiers},
    }
    origins = [medium["TIME_ORIGIN"] for medium in media if "TIME_ORIGIN" in medium]
    if origins:
        about["media_origin_ms"] = origins
    if keep_private:
        about |= {"author": head.get("AUTHOR"), "date": head.get("DATE")}
        about["media"] = [medium.get("MEDIA_URL") for medium in media]
        about["annotators"] = sorted({tier.annotator for tier in tiers if tier.annotator})
    return about
