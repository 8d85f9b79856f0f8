"""ELAN annotation documents (.eaf): time slots, reference tiers, controlled vocabularies.

An annotation's value is its code, its tier the channel, the tier's participant the actor. Times are those of ELAN's own
timeline; TIME_ORIGIN says where in a medium that timeline starts and is kept as metadata, since adding it would tie the
events to one of several media. See the ELAN Annotation Format schema, Max Planck Institute for Psycholinguistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

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
    annotations, disagreeing = _with_vocabulary(_annotations(document), tiers, document)
    timed, open_slots = _timed(annotations, tiers, document)
    events, late = in_time(_events(timed, tiers, source))
    interpolated = events.filter(pl.col("row").is_in(open_slots.implode())) if len(open_slots) else events.clear()
    problems += disagreeing + late + _untimed(annotations, timed, interpolated)
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
    kinds = [pl.col("name") == kind for kind in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION")]
    return pl.concat([_valued(rows.filter(kind), document) for kind in kinds])


def _valued(rows: pl.DataFrame, document: _Document) -> pl.DataFrame:
    valued = pl.col("following").str.starts_with("ANNOTATION_VALUE")
    value = rows.select(tag=pl.when(valued).then("following").otherwise(pl.lit(">"))).select(content()).to_series()
    value = unescaped(value, document.path).str.strip_chars()
    found = attributes(rows.with_columns(value=value), list(_ANNOTATION.values()))
    return found.select("line", "tier", "value", **{name: pl.col(key) for name, key in _ANNOTATION.items()})


def _with_vocabulary(
    annotations: pl.DataFrame, tiers: list[_Tier], document: _Document
) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Give annotations that point into a controlled vocabulary the value of their entry.

    An annotation that already shows the entry in any language keeps what it shows.
    """
    entries = _entries(document)
    if entries.is_empty():
        return annotations, ()
    first = entries.unique("entry", keep="first", maintain_order=True).select("entry", meant="value")
    joined = annotations.join(first, on="entry", how="left", maintain_order="left")
    shown = joined.join(entries, on=["entry", "value"], how="semi")["line"].implode()
    replaced = pl.col("meant").is_not_null() & ~pl.col("line").is_in(shown)
    at_odds = joined.filter(replaced & (pl.col("value") != ""))
    lines = [f"line {row['line']}: shows {row['value']!r}, means {row['meant']!r}" for row in at_odds.to_dicts()]
    value = pl.when(replaced).then(pl.col("meant")).otherwise(pl.col("value"))
    return joined.with_columns(value=value).drop("meant"), problem(ProblemKind.MISMATCH, lines)


def _entries(document: _Document) -> pl.DataFrame:
    rows = document.elements.filter(pl.col("name").is_in(["CV_ENTRY_ML", "CVE_VALUE"]))
    rows = rows.with_columns(entry=attribute("CVE_ID").forward_fill(), value=content())
    rows = rows.filter(pl.col("name") == "CVE_VALUE").select("entry", "value").drop_nulls()
    return rows.with_columns(value=unescaped(rows["value"], document.path).str.strip_chars())


def _timed(annotations: pl.DataFrame, tiers: list[_Tier], document: _Document) -> tuple[pl.DataFrame, pl.Series]:
    """Return the annotations that can be timed, with onset and offset, and the lines of those with open slots."""
    slots, open_slots = _slots(annotations, document)
    aligned = annotations.filter(pl.col("parent").is_null())
    begin = slots.select(start="slot", onset_s="seconds")
    end = slots.select(stop="slot", offset_s="seconds")
    aligned = aligned.join(begin, on="start", how="left", maintain_order="left")
    aligned = aligned.join(end, on="stop", how="left", maintain_order="left").drop_nulls(["onset_s", "offset_s"])
    interpolated = aligned.filter(pl.col("start").is_in(open_slots) | pl.col("stop").is_in(open_slots))["line"]
    return _with_references(aligned, annotations, tiers), interpolated


def _slots(annotations: pl.DataFrame, document: _Document) -> tuple[pl.DataFrame, list[str]]:
    """Return seconds for each time slot, the interpolated ones included, and the names of the latter."""
    raw = attributes(document.named("TIME_SLOT"), ("TIME_SLOT_ID", "TIME_VALUE"))
    raw = raw.select("line", slot="TIME_SLOT_ID", text="TIME_VALUE").unique("slot", keep="first", maintain_order=True)
    slots = raw.with_columns(seconds=pl.col("text").cast(pl.Float64, strict=False) * _unit(document) / 1000)
    wrong = slots.filter(pl.col("text").is_not_null() & ~pl.col("seconds").is_finite().fill_null(False))
    if not wrong.is_empty():
        raise FormatError(
            "a time slot has no number for its time",
            file=document.path,
            row=wrong["line"][0],
            column="TIME_VALUE",
            value=wrong["text"][0],
            remedy="Correct the slot, or save the document again from ELAN.",
        )
    unaligned = set(slots.filter(pl.col("seconds").is_null())["slot"].drop_nulls())
    if not unaligned:
        return slots.select("slot", "seconds"), []
    known = dict(slots.drop_nulls(["slot", "seconds"]).select("slot", "seconds").iter_rows())
    _interpolate(annotations, unaligned, known)
    schema = {"slot": pl.String(), "seconds": pl.Float64()}
    return pl.DataFrame(list(known.items()), schema=schema, orient="row"), sorted(unaligned)


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


def _with_references(aligned: pl.DataFrame, annotations: pl.DataFrame, tiers: list[_Tier]) -> pl.DataFrame:
    """Add reference annotations, one generation after another; what hangs on nothing or in a circle never comes."""
    waiting = annotations.filter(pl.col("parent").is_not_null())
    if waiting.is_empty():
        return aligned
    waiting = _with_shares(waiting, tiers)
    done, generation = [aligned], aligned
    while not waiting.is_empty() and not generation.is_empty():
        times = generation.select(parent="id", begin="onset_s", end="offset_s").drop_nulls("parent").unique("parent")
        generation = waiting.join(times, on="parent", how="inner", maintain_order="left")
        waiting = waiting.join(times, on="parent", how="anti", maintain_order="left")
        part = (pl.col("end") - pl.col("begin")) / pl.col("of")
        generation = generation.with_columns(
            onset_s=pl.col("begin") + part * pl.col("number"),
            offset_s=pl.when(pl.col("number") + 1 == pl.col("of"))
            .then(pl.col("end"))
            .otherwise(pl.col("begin") + part * (pl.col("number") + 1)),
        )
        done.append(generation.select(aligned.columns))
    return pl.concat(done).sort("line", maintain_order=True)


def _with_shares(references: pl.DataFrame, tiers: list[_Tier]) -> pl.DataFrame:
    """Add which part (`number`) of how many (`of`) of its parent's time each reference takes."""
    dividing = [number for number, tier in enumerate(tiers) if tier.constraint == _SUBDIVISION]
    rows: list[tuple[int, int, int]] = []
    for _, siblings in references.filter(pl.col("tier").is_in(dividing)).group_by("tier", "parent"):
        order = _chained(siblings)
        rows += [(line, number, len(order)) for number, line in enumerate(order)]
    shares = pl.DataFrame(rows, schema={"line": pl.UInt32, "number": pl.Int64, "of": pl.Int64}, orient="row")
    joined = references.join(shares, on="line", how="left", maintain_order="left")
    return joined.with_columns(pl.col("number").fill_null(0), pl.col("of").fill_null(1))


def _chained(siblings: pl.DataFrame) -> list[int]:
    """Return the lines of annotations that share a parent, in the order of their PREVIOUS_ANNOTATION."""
    rows = siblings.sort("line").select("line", "id", "previous").rows()
    after: dict[str | None, list[tuple[int, str]]] = {}
    ids = {name for _, name, _ in rows}
    for line, name, previous in rows:
        after.setdefault(previous if previous in ids else None, []).append((line, name))
    order: list[int] = []
    pending = after.pop(None, [])[::-1]
    while pending:
        line, name = pending.pop()
        order.append(line)
        pending += after.pop(name, [])[::-1]
    return order + [line for line, *_ in rows if line not in set(order)]


def _events(timed: pl.DataFrame, tiers: list[_Tier], source: Source) -> pl.DataFrame:
    tier = timed["tier"]
    channel = pl.Series([tier.name for tier in tiers], dtype=pl.String)[tier]
    actor = pl.Series(_actors(tiers), dtype=pl.String)[tier]
    code = pl.when(pl.col("value") == "").then("channel").otherwise("value")
    rows = timed.with_columns(actor=actor, channel=channel)
    rows = rows.select("actor", "channel", "onset_s", "offset_s", code=code, row="line")
    return event_frame(rows, source.path, session=source.path.stem)


def _untimed(annotations: pl.DataFrame, timed: pl.DataFrame, interpolated: pl.DataFrame) -> tuple[Problem, ...]:
    left_out = annotations.join(timed, on="line", how="anti", maintain_order="left")
    lines = [f"row {row['line']}: {row['value']} left out, it hangs on no aligned time" for row in left_out.to_dicts()]
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
