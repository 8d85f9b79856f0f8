"""ELAN annotation documents (.eaf): time slots, reference tiers, controlled vocabularies.

An annotation's value is its code, its tier the channel, the tier's participant the actor. Times are those of ELAN's own
timeline; TIME_ORIGIN says where in a medium that timeline starts and is kept as metadata, since adding it would tie the
events to one of several media. See the ELAN Annotation Format schema, Max Planck Institute for Psycholinguistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from bowlby.errors import FormatError
from bowlby.records.quality import Problem, ProblemKind, problem
from bowlby.records.read import Source
from bowlby.records.readers._events import event_frame, in_time
from bowlby.records.readers._text import head_text
from bowlby.records.readers._xml import attribute, content, elements, unescaped
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
_SECONDS_PER_UNIT = {"milliseconds": 0.001, "PAL-frames": 1 / 25, "NTSC-frames": 1001 / 30000}
_SUBDIVISION = "Symbolic_Subdivision"


@dataclass(frozen=True)
class _Document:
    path: Path
    elements: pl.DataFrame

    def named(self, name: str) -> pl.DataFrame:
        return self.elements.filter(pl.col("name") == name)

    def attributes(self, name: str, *names: str) -> pl.DataFrame:
        found = self.named(name).select("line", *(attribute(key).alias(key) for key in names))
        return found.with_columns(unescaped(found[key], self.path).alias(key) for key in names)


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


def _tiers(document: _Document) -> pl.DataFrame:
    names = ("TIER_ID", "LINGUISTIC_TYPE_REF", "PARENT_REF", "PARTICIPANT", "LANG_REF", "ANNOTATOR")
    tiers = document.attributes("TIER", *names).with_row_index("tier")
    types = document.attributes("LINGUISTIC_TYPE", "LINGUISTIC_TYPE_ID", "CONSTRAINTS").unique("LINGUISTIC_TYPE_ID")
    tiers = tiers.join(
        types.select("LINGUISTIC_TYPE_ID", "CONSTRAINTS"),
        left_on="LINGUISTIC_TYPE_REF",
        right_on="LINGUISTIC_TYPE_ID",
        how="left",
        maintain_order="left",
    )
    unnamed = tiers.filter(pl.col("TIER_ID").is_null())
    if not unnamed.is_empty():
        raise FormatError(
            "a tier has no name", file=document.path, row=unnamed["line"][0], remedy="Name the tier in ELAN."
        )
    return tiers.with_columns(actor=pl.Series(_actors(tiers), dtype=pl.String))


def _actors(tiers: pl.DataFrame) -> list[str]:
    """Return each tier's participant, or that of the nearest tier above that has one."""
    said = dict(zip(tiers["TIER_ID"], tiers["PARTICIPANT"], strict=True))
    above = dict(zip(tiers["TIER_ID"], tiers["PARENT_REF"], strict=True))
    actors: list[str] = []
    for tier in tiers["TIER_ID"]:
        name, seen = tier, set[str]()
        while name in said and not said[name] and name not in seen:
            seen.add(name)
            name = above[name]
        actors.append(said.get(name) or "")
    return actors


def _annotations(document: _Document) -> pl.DataFrame:
    """Return one row an annotation, in the file's order, with the number of its tier and its own value."""
    kinds = ["TIER", "ALIGNABLE_ANNOTATION", "REF_ANNOTATION", "ANNOTATION_VALUE"]
    rows = document.elements.filter(pl.col("name").is_in(kinds))
    following = pl.col("name").shift(-1) == "ANNOTATION_VALUE"
    rows = rows.with_columns(
        tier=(pl.col("name") == "TIER").cum_sum().cast(pl.Int64) - 1,
        value=pl.when(following).then(content().shift(-1)),
    ).filter(pl.col("name").is_in(kinds[1:3]))
    rows = rows.select(
        "line",
        "tier",
        "value",
        id=attribute("ANNOTATION_ID"),
        start=attribute("TIME_SLOT_REF1"),
        stop=attribute("TIME_SLOT_REF2"),
        parent=attribute("ANNOTATION_REF"),
        previous=attribute("PREVIOUS_ANNOTATION"),
        entry=attribute("CVE_REF"),
    )
    value = unescaped(rows["value"], document.path).fill_null("").str.strip_chars()
    return rows.with_columns(value=value, tier=pl.col("tier").cast(pl.UInt32))


def _with_vocabulary(
    annotations: pl.DataFrame, tiers: pl.DataFrame, document: _Document
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


def _timed(annotations: pl.DataFrame, tiers: pl.DataFrame, document: _Document) -> tuple[pl.DataFrame, pl.Series]:
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
    raw = document.named("TIME_SLOT").select("line", slot=attribute("TIME_SLOT_ID"), text=attribute("TIME_VALUE"))
    raw = raw.unique("slot", keep="first", maintain_order=True)
    slots = raw.with_columns(seconds=pl.col("text").cast(pl.Float64, strict=False) * _unit(document))
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
    return pl.DataFrame({"slot": list(known), "seconds": list(known.values())}), sorted(unaligned)


def _unit(document: _Document) -> float:
    units = document.attributes("HEADER", "TIME_UNITS")["TIME_UNITS"].drop_nulls().to_list() or ["milliseconds"]
    if units[0] not in _SECONDS_PER_UNIT:
        raise FormatError(
            "the time unit is not one of ELAN's",
            file=document.path,
            column="TIME_UNITS",
            value=units[0],
            remedy=f"Known: {', '.join(_SECONDS_PER_UNIT)}.",
        )
    return _SECONDS_PER_UNIT[units[0]]


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


def _with_references(aligned: pl.DataFrame, annotations: pl.DataFrame, tiers: pl.DataFrame) -> pl.DataFrame:
    """Add reference annotations, one generation after another; what hangs on nothing or in a circle never comes."""
    waiting = annotations.filter(pl.col("parent").is_not_null())
    waiting = waiting.join(_shares(waiting, tiers), on="line", how="left", maintain_order="left")
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


def _shares(references: pl.DataFrame, tiers: pl.DataFrame) -> pl.DataFrame:
    """Return for each reference which part of how many of its parent's time it takes."""
    dividing = tiers.filter(pl.col("CONSTRAINTS") == _SUBDIVISION)["tier"]
    whole = references.filter(~pl.col("tier").is_in(dividing.implode())).select(
        "line", number=pl.lit(0, pl.Int64), of=pl.lit(1, pl.Int64)
    )
    rows: list[tuple[int, int, int]] = []
    for _, siblings in references.filter(pl.col("tier").is_in(dividing.implode())).group_by("tier", "parent"):
        order = _chained(siblings)
        rows += [(line, number, len(order)) for number, line in enumerate(order)]
    schema = {"line": pl.UInt32, "number": pl.Int64, "of": pl.Int64}
    return pl.concat([whole, pl.DataFrame(rows, schema=schema, orient="row")])


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


def _events(timed: pl.DataFrame, tiers: pl.DataFrame, source: Source) -> pl.DataFrame:
    names = tiers.select("tier", "actor", channel="TIER_ID")
    rows = timed.join(names, on="tier", how="left", maintain_order="left")
    code = pl.when(pl.col("value") == "").then(pl.col("channel")).otherwise(pl.col("value"))
    rows = rows.select("actor", "channel", "onset_s", "offset_s", code=code, row="line")
    return event_frame(rows, source.path, session=source.path.stem)


def _untimed(annotations: pl.DataFrame, timed: pl.DataFrame, interpolated: pl.DataFrame) -> tuple[Problem, ...]:
    left_out = annotations.join(timed, on="line", how="anti", maintain_order="left")
    lines = [f"row {row['line']}: {row['value']} left out, it hangs on no aligned time" for row in left_out.to_dicts()]
    lines += [f"{place(row)}, set between its neighbours" for row in interpolated.to_dicts()]
    return problem(ProblemKind.NO_TIME, lines)


def _metadata(document: _Document, tiers: pl.DataFrame, keep_private: bool) -> dict[str, object]:
    head = document.attributes("ANNOTATION_DOCUMENT", "FORMAT", "AUTHOR", "DATE").to_dicts()
    media = document.attributes("MEDIA_DESCRIPTOR", "MEDIA_URL", "TIME_ORIGIN")
    about: dict[str, object] = {
        "eaf_format": head[0]["FORMAT"] if head else None,
        "tiers": {
            row["TIER_ID"]: {"parent": row["PARENT_REF"], "constraint": row["CONSTRAINTS"]} for row in tiers.to_dicts()
        },
    }
    origins = (media["TIME_ORIGIN"].cast(pl.Float64, strict=False) / 1000).drop_nulls().to_list()
    if origins:
        about["media_origin_s"] = origins
    if keep_private:
        about |= {"author": head[0]["AUTHOR"], "date": head[0]["DATE"]} if head else {}
        about["media"] = media["MEDIA_URL"].drop_nulls().to_list()
        about["annotators"] = sorted(set(tiers["ANNOTATOR"].drop_nulls()))
    return about
