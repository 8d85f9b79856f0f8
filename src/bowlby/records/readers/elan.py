"""ELAN annotation documents (.eaf): time slots, reference tiers, controlled vocabularies.

An annotation's value is its code, its tier the channel, the tier's participant the actor. Times are those of ELAN's own
timeline; TIME_ORIGIN says where in a medium that timeline starts and is kept as metadata, since adding it would tie the
events to one of several media. See the ELAN Annotation Format schema, Max Planck Institute for Psycholinguistics.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import FormatError
from bowlby.records.quality import Problem, ProblemKind, problem
from bowlby.records.read import Source
from bowlby.records.readers._events import event_frame, in_time
from bowlby.records.readers._text import head_text
from bowlby.records.readers._xml import attribute, attributes, content, elements, plain_attributes, unescaped
from bowlby.records.record import Reading, place

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
_ANNOTATION = {
    "id": "ANNOTATION_ID",
    "start": "TIME_SLOT_REF1",
    "stop": "TIME_SLOT_REF2",
    "parent": "ANNOTATION_REF",
    "previous": "PREVIOUS_ANNOTATION",
    "entry": "CVE_REF",
}
_MS_PER_UNIT = {"milliseconds": 1, "PAL-frames": 40, "NTSC-frames": 1001 / 30}
_SUBDIVISION = "Symbolic_Subdivision"


@dataclass(frozen=True)
class _Document:
    path: Path
    elements: pl.DataFrame

    @cached_property
    def _by_name(self) -> dict[tuple[object, ...], pl.DataFrame]:
        return self.elements.partition_by("name", as_dict=True, maintain_order=True)

    def named(self, name: str) -> pl.DataFrame:
        return self._by_name.get((name,), self.elements.clear())

    def of(self, name: str) -> list[dict[str, str]]:
        return plain_attributes(self.named(name), self.path)


@dataclass(frozen=True)
class _Tier:
    name: str
    parent: str | None
    constraint: str | None
    participant: str | None
    annotator: str | None


def recognises(source: Source) -> bool:
    """Return whether this is an ELAN annotation document.

    Args:
        source: the file.

    Returns:
        True where the root element is ANNOTATION_DOCUMENT.

    Raises:
        Nothing.
    """
    head = head_text(source)
    return head.lstrip().startswith("<") and "<ANNOTATION_DOCUMENT" in head


def read(source: Source) -> Reading:
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
    found, problems = elements(source, _ELEMENTS)
    document = _Document(source.path, found)
    tiers = _tiers(document)
    annotations, disagreeing = _with_vocabulary(_annotations(document), document)
    slots, open_slots = _slots(annotations, document)
    placed = _placed(annotations, slots, tiers)
    timed = placed.filter("timed").sort("line", maintain_order=True)
    events, late = in_time(_events(timed, tiers, source))
    problems += disagreeing + late + _untimed(placed, _interpolated(timed, open_slots, tiers, source))
    return Reading(events, metadata=_metadata(document, tiers, source.keep_private), problems=problems, exclusive=True)


def _tiers(document: _Document) -> list[_Tier]:
    constraints = {kind.get("LINGUISTIC_TYPE_ID"): kind.get("CONSTRAINTS") for kind in document.of("LINGUISTIC_TYPE")}
    tiers: list[_Tier] = []
    for line, said in zip(document.named("TIER")["line"], document.of("TIER"), strict=True):
        if not said.get("TIER_ID"):
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


def _annotations(document: _Document) -> pl.DataFrame:
    """Return one row an annotation with its tier's number and its own value, those with times of their own first."""
    rows = document.elements.with_columns(
        tier=((pl.col("name") == "TIER").cum_sum() - 1).cast(pl.UInt32), following=pl.col("tag").shift(-1)
    )
    kinds = ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")
    return pl.concat([_valued(rows.filter(pl.col("name") == kind), document) for kind in kinds])


def _valued(rows: pl.DataFrame, document: _Document) -> pl.DataFrame:
    valued = pl.col("following").str.starts_with("ANNOTATION_VALUE")
    value = rows.select(tag=pl.when(valued).then("following").otherwise(pl.lit(">"))).select(content()).to_series()
    value = unescaped(value, document.path).str.strip_chars()
    found = attributes(rows.with_columns(value=value), list(_ANNOTATION.values()))
    return found.select("line", "tier", "value", **{name: pl.col(key) for name, key in _ANNOTATION.items()})


def _with_vocabulary(annotations: pl.DataFrame, document: _Document) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Give annotations that point into a controlled vocabulary the value of their entry.

    An annotation that already shows the entry in any language keeps what it shows.
    """
    entries = _entries(document)
    if entries.is_empty():
        return annotations, ()
    first = entries.unique("entry", keep="first", maintain_order=True).select("entry", meant="value")
    joined = annotations.join(first, on="entry", how="left", maintain_order="left").with_row_index("place")
    shown = joined.join(entries, on=["entry", "value"], how="semi")["place"].implode()
    replaced = pl.col("meant").is_not_null() & ~pl.col("place").is_in(shown)
    at_odds = joined.filter(replaced & (pl.col("value") != ""))
    lines = [f"line {row['line']}: shows {row['value']!r}, means {row['meant']!r}" for row in at_odds.to_dicts()]
    value = pl.when(replaced).then(pl.col("meant")).otherwise(pl.col("value"))
    return joined.with_columns(value=value).drop("meant", "place"), problem(ProblemKind.MISMATCH, lines)


def _entries(document: _Document) -> pl.DataFrame:
    rows = document.elements.filter(pl.col("name").is_in(["CV_ENTRY_ML", "CVE_VALUE"]))
    rows = rows.with_columns(entry=attribute("CVE_ID").forward_fill(), value=content())
    rows = rows.filter(pl.col("name") == "CVE_VALUE").select("entry", "value").drop_nulls()
    return rows.with_columns(value=unescaped(rows["value"], document.path).str.strip_chars())


def _slots(annotations: pl.DataFrame, document: _Document) -> tuple[dict[str, float], set[str]]:
    """Return seconds for each time slot, the interpolated ones included, and the names of the latter."""
    raw = attributes(document.named("TIME_SLOT"), ("TIME_SLOT_ID", "TIME_VALUE"))
    raw = raw.select("line", slot="TIME_SLOT_ID", text="TIME_VALUE")
    seconds = raw["text"].cast(pl.Float64, strict=False) * (_unit(document) / 1000)
    wrong = raw["text"].is_not_null() & ~seconds.is_finite().fill_null(False)
    if wrong.any():
        first = raw.filter(wrong).row(0, named=True)
        raise FormatError(
            "a time slot has no number for its time",
            file=document.path,
            row=first["line"],
            column="TIME_VALUE",
            value=first["text"],
            remedy="Correct the slot, or save the document again from ELAN.",
        )
    # Backwards, so that of two slots of one name the first counts.
    named = dict(zip(raw["slot"].reverse().to_list(), seconds.reverse().to_list(), strict=True))
    known = {slot: time for slot, time in named.items() if slot is not None and time is not None}
    unaligned = {slot for slot, time in named.items() if slot is not None and time is None}
    if unaligned:
        _interpolate(annotations, unaligned, known)
    return known, unaligned


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


def _interpolate(annotations: pl.DataFrame, unaligned: set[str], known: dict[str, float]) -> None:
    """Add times of unaligned slots: a tier's slots in order, open ones evenly between the nearest known ones.

    A slot may be known only once the tier above is done, hence another round as long as one adds something.
    """
    chains: list[list[str]] = []
    for _, rows in annotations.filter(pl.col("parent").is_null()).group_by("tier", maintain_order=True):
        chain: list[str] = []
        for pair in rows.select("start", "stop").drop_nulls().iter_rows():
            chain += [slot for slot in pair if not chain or slot != chain[-1]]
        if unaligned.intersection(chain):
            chains.append(chain)
    before = -1
    while len(known) > before:
        before = len(known)
        for chain in chains:
            _fill(chain, known)


def _fill(chain: list[str], known: dict[str, float]) -> None:
    fixed = [index for index, slot in enumerate(chain) if slot in known]
    for left, right in pairwise(fixed):
        begin, length = known[chain[left]], known[chain[right]] - known[chain[left]]
        for index in range(left + 1, right):
            known.setdefault(chain[index], begin + length * (index - left) / (right - left))


def _placed(annotations: pl.DataFrame, slots: dict[str, float], tiers: list[_Tier]) -> pl.DataFrame:
    """Return annotations with onset and offset: of their slots, or, one generation after another, of their parents.

    What hangs on nothing or in a circle never gets a time. Mappings of some thousand names are several times faster
    than joins here.
    """
    starts, stops, ids, parents = (annotations[name].to_list() for name in ("start", "stop", "id", "parent"))
    times = np.column_stack([_looked_up(slots, names) for names in (starts, stops)])
    waiting = np.flatnonzero(annotations["parent"].is_not_null().to_numpy())
    times[waiting] = np.nan
    done: npt.NDArray[np.bool_] = ~np.isnan(times[:, 0] + times[:, 1])
    shares = _shares(annotations, tiers)
    rows = np.flatnonzero(done)
    while len(waiting) and len(rows):
        # Backwards, so that of two annotations of one name the first is the parent.
        places = dict(zip([ids[row] for row in rows[::-1]], rows[::-1].tolist(), strict=True))
        places.pop(None, None)
        above = np.array([places.get(parents[row], -1) for row in waiting], np.int64)
        rows, waiting, above = waiting[above >= 0], waiting[above < 0], above[above >= 0]
        times[rows] = times[above]
        done[rows] = True
        for row in set(rows.tolist()).intersection(shares):
            times[row] = _part(times[row], *shares[row])
    columns = [pl.Series(name, times[:, side]) for side, name in enumerate(("onset_s", "offset_s"))]
    return annotations.with_columns(*columns, pl.Series("timed", done.tolist(), dtype=pl.Boolean))


def _looked_up(slots: dict[str, float], names: Sequence[str | None]) -> npt.NDArray[np.float64]:
    return np.array([math.nan if name is None else slots.get(name, math.nan) for name in names], np.float64)


def _part(span: npt.NDArray[np.float64], number: int, of: int) -> tuple[float, float]:
    begin, end = span.tolist()
    part = (end - begin) / of
    return begin + part * number, end if number + 1 == of else begin + part * (number + 1)


def _shares(annotations: pl.DataFrame, tiers: list[_Tier]) -> dict[int, tuple[int, int]]:
    """Return which part of how many of its parent's time each reference takes that divides it with others."""
    dividing = [number for number, tier in enumerate(tiers) if tier.constraint == _SUBDIVISION]
    if not dividing:
        return {}
    references = annotations.with_row_index("place").filter(
        pl.col("parent").is_not_null() & pl.col("tier").is_in(dividing)
    )
    shares: dict[int, tuple[int, int]] = {}
    for _, siblings in references.group_by("tier", "parent"):
        order = _chained(siblings)
        shares |= {place: (number, len(order)) for number, place in enumerate(order)}
    return shares


def _chained(siblings: pl.DataFrame) -> list[int]:
    """Return the places of annotations that share a parent, in the order of their PREVIOUS_ANNOTATION."""
    rows = siblings.sort("place").select("place", "id", "previous").rows()
    after: dict[str | None, list[tuple[int, str]]] = {}
    ids = {name for _, name, _ in rows}
    for place_, name, previous in rows:
        after.setdefault(previous if previous in ids else None, []).append((place_, name))
    order: list[int] = []
    pending = after.pop(None, [])[::-1]
    while pending:
        place_, name = pending.pop()
        order.append(place_)
        pending += after.pop(name, [])[::-1]
    return order + [place_ for place_, *_ in rows if place_ not in set(order)]


def _events(timed: pl.DataFrame, tiers: list[_Tier], source: Source) -> pl.DataFrame:
    tier = timed["tier"]
    channel = pl.Series([tier.name for tier in tiers], dtype=pl.String)[tier]
    actor = pl.Series(_actors(tiers), dtype=pl.String)[tier]
    code = pl.when(pl.col("value") == "").then("channel").otherwise("value")
    rows = timed.with_columns(actor=actor, channel=channel)
    rows = rows.select("actor", "channel", "onset_s", "offset_s", code=code, row="line")
    return event_frame(rows, source.path, session=source.path.stem)


def _interpolated(timed: pl.DataFrame, open_slots: set[str], tiers: list[_Tier], source: Source) -> pl.DataFrame | None:
    if not open_slots:
        return None
    names = pl.Series(sorted(open_slots), dtype=pl.String).implode()
    between = timed.filter(pl.col("parent").is_null() & (pl.col("start").is_in(names) | pl.col("stop").is_in(names)))
    return in_time(_events(between, tiers, source))[0]


def _untimed(placed: pl.DataFrame, interpolated: pl.DataFrame | None) -> tuple[Problem, ...]:
    left_out = placed.clear() if placed["timed"].all() else placed.filter(~pl.col("timed"))
    lines = [f"row {row['line']}: {row['value']} left out, it hangs on no aligned time" for row in left_out.to_dicts()]
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
