"""CHAT transcripts (.cha): who spoke when, best effort; what was said stays out unless asked for.

Main lines `*SPK:\\t...` with time bullets between U+0015 characters (MacWhinney, The CHILDES Project, 3rd ed. 2000, and
the CHAT manual). A transcript of a home holds names and secrets; an utterance's time and speaker do not.

Not every main line is speech. "0" stands for an act without words, "&=" and "[=! ]" say what it was: crying, laughing,
walking away. "xxx", "yyy" and "www" stand for words that were spoken and not written down.
"""

from __future__ import annotations

import re
from itertools import islice

import polars as pl

from bowlby.errors import FormatError
from bowlby.formats.readers._events import event_frame, in_time
from bowlby.formats.readers._text import head_text, lines_of, read_text
from bowlby.formats.source import SourceFile
from bowlby.records.quality import EventLoss, LostEvent, ProblemKind, problem
from bowlby.records.record import UncheckedRecord
from bowlby.records.resolution import MILLISECOND

NAME = "chat"

_BULLET = r"\x15(?:[^\x15\n]*?[^\x15\n\d-])?(-?\d+)_(-?\d+)[^\x15\d]*\x15"
"""`start_end` in ms, also with the media's name before it as older files have it."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|$)")
_SPEAKER = r"^\*([^:\s]+):"
_SOUND = r"&(?:\{[ln])?=[^\s\x15\[\]]+"
_MANNER = r"\[=![^\]]*\]"
_POSTCODE = r"\[\+[^\]|]*\]"
_ZERO = r"(?:^|[\s<⌈⌉⌊⌋])0(?:[\s>⌈⌉⌊⌋.!?\[]|$)"
_NAMELESS = "0"
_MAY_BE_AN_ACT = r"\b0|&(?:\{[ln])?=|\[=!"
_NO_WORDS = r"\[[^\]]*\]|&[={}*][^\s\x15]*|(?:^|[\s<⌈⌉⌊⌋])0\p{L}*|\([\d.:]+\)"
"""Codes in brackets, events, "0" and omitted words, pauses."""

_NAME = r"\b\p{Lu}[\p{Ll}'’]+"
"""CHAT writes nothing but names with a capital."""


def recognises(source: SourceFile) -> bool:
    """Return whether this is a CHAT transcript.

    Args:
        source: the file.

    Returns:
        True where a line @Begin or @UTF8 opens the file.
    """
    lines = islice(_LINE.finditer(head_text(source).lstrip()), 10)
    return any(line[0].rstrip() in ("@Begin", "@UTF8") for line in lines)


def read(source: SourceFile) -> UncheckedRecord:
    """Return utterances that carry time bullets; several bullets in one span from the first to the last.

    Args:
        source: the file.

    Returns:
        Events by onset. A line with words is an "utterance" on the channel "speech", its acts ("&=cries") are
        modifiers, and the words follow them where private content is kept. A line without words gives an event on the
        channel "act" for each act, with its name as code, or "0" where none is named. Postcodes ("[+ bch]") are
        modifiers of both ("postcode=bch"). Lines without a bullet are counted as "no time".

    Raises:
        InputError: the file cannot be read.
        FormatError: no utterance carries a bullet.
    """
    decoded = read_text(source)
    lines = _joined(decoded.text)
    spoken = lines.filter(pl.col("line").str.starts_with("*")).with_columns(_timing())
    timed = spoken.drop_nulls("onset_s")
    if timed.is_empty():
        raise FormatError(
            f"none of {spoken.height} utterances carries a time bullet",
            file=source.path,
            remedy="Link the transcript to its media in CLAN, or align it.",
        )
    events = event_frame(_rows(timed, source.keep_private), source.path, session=source.path.stem)
    events, late = in_time(events)
    untimed = spoken.filter(pl.col("onset_s").is_null())
    problems = decoded.problems + late + problem(ProblemKind.NO_TIME, _left_out(untimed, source))
    return UncheckedRecord(
        events, metadata=_metadata(lines, source), problems=problems, resolution=MILLISECOND, is_speech=True
    )


def _joined(text: str) -> pl.DataFrame:
    """Return lines with those that continue them, which start with a tab or a blank, and their line numbers."""
    lines = pl.Series("line", lines_of(text), dtype=pl.String).to_frame().with_row_index("row", 1)
    starts = ~pl.col("line").str.contains(r"^(?:[\t ]|$)")
    lines = lines.filter(pl.col("line") != "").with_columns(entry=starts.cum_sum())
    wanted = lines.filter(pl.col("line").str.contains(r"^[*@\t ]")).group_by("entry", maintain_order=True)
    return wanted.agg(pl.col("row").first(), pl.col("line").str.strip_chars(" \r").str.join(" "))


def _timing() -> list[pl.Expr]:
    bullets = pl.col("line").str.extract_all(_BULLET)
    return [
        pl.col("line").str.extract(_SPEAKER).fill_null("").alias("actor"),
        (bullets.list.first().str.extract(_BULLET, 1).cast(pl.Float64) / 1000).alias("onset_s"),
        (bullets.list.last().str.extract(_BULLET, 2).cast(pl.Float64) / 1000).alias("offset_s"),
    ]


def _rows(timed: pl.DataFrame, keep_private: bool) -> pl.DataFrame:
    """Return utterances and acts without words, one row each."""
    lines = timed.with_columns(words=pl.col("line").str.replace(_SPEAKER, "").str.replace_all(_BULLET, ""))
    may_act = lines["line"].str.contains(_MAY_BE_AN_ACT)
    spoken = lines.filter(~may_act).with_columns(modifiers=pl.lit(""))
    if not may_act.any():
        return _labelled(spoken, keep_private, channel=pl.lit("speech"), code=pl.lit("utterance"))
    others = lines.filter(may_act).with_columns(_acts(keep_private))
    wordless = others.select(_is_wordless()).to_series()
    with_acts = others.filter(~wordless).with_columns(modifiers=_joined_acts()).select(spoken.columns)
    acts = others.filter(wordless).with_columns(modifiers=pl.lit(""))
    rows = [
        _labelled(pl.concat([spoken, with_acts]), keep_private, channel=pl.lit("speech"), code=pl.lit("utterance")),
        _labelled(acts, keep_private, channel=pl.lit("act"), code=_each_act()).explode("code"),
    ]
    return pl.concat(rows).sort("row", maintain_order=True)


def _labelled(rows: pl.DataFrame, keep_words: bool, **labels: pl.Expr) -> pl.DataFrame:
    words = pl.col("words").str.replace_all(r"\s+", " ").str.strip_chars()
    coded = rows["words"].str.contains("[+", literal=True).any()
    parts = ["modifiers", *([_postcodes(keep_words)] if coded else []), *([words] if keep_words else [])]
    if parts == ["modifiers"]:
        return rows.select("actor", "onset_s", "offset_s", "row", **labels, modifiers="modifiers")
    said = pl.concat_str(parts, separator="|").str.replace_all(r"\|{2,}", "|").str.strip_chars("|")
    return rows.select("actor", "onset_s", "offset_s", "row", **labels, modifiers=said)


def _postcodes(keep_names: bool) -> pl.Expr:
    """What a lab codes of a whole line, "[+ bch]", as "postcode=bch"; names are dropped like those of acts."""
    code = pl.element().str.replace_all(r"^\[\+\s*|\s*\]$", "")
    code = pl.format("postcode={}", code if keep_names else code.str.replace_all(_NAME, "..."))
    return pl.col("words").str.extract_all(_POSTCODE).list.eval(code).list.join("|")


def _acts(keep_names: bool) -> pl.Expr:
    """What each line says was done: events, then manners; names are dropped where nothing private is kept."""
    said = [pl.col("words").str.extract_all(pattern) for pattern in (_SOUND, _MANNER)]
    act = pl.element().str.replace_all(r"^(?:&(?:\{[ln])?=|\[=!\s*)|\s*\]$", "")
    acts = said[0].list.concat(said[1]).list.eval(act if keep_names else act.str.replace_all(_NAME, "..."))
    return acts.list.eval(pl.element().filter(pl.element() != "")).alias("acts")


def _joined_acts() -> pl.Expr:
    return pl.col("acts").list.eval(pl.format("&={}", pl.element())).list.join("|")


def _each_act() -> pl.Expr:
    none = pl.col("acts").list.len() == 0
    return pl.when(none).then(pl.lit([_NAMELESS], pl.List(pl.String))).otherwise(pl.col("acts"))


def _is_wordless() -> pl.Expr:
    """Whether a line says "0" or an act, and nothing that was spoken."""
    spoken = pl.col("words").str.replace_all(_NO_WORDS, " ").str.contains(r"[\p{L}\p{N}]")
    return ~spoken & ((pl.col("acts").list.len() > 0) | pl.col("words").str.contains(_ZERO))


def _left_out(untimed: pl.DataFrame, source: SourceFile) -> list[LostEvent]:
    rows = _rows(untimed, keep_private=False).select("row", "actor", "code", "channel").iter_rows()
    return [
        LostEvent(f"row {row}: {actor} has no time bullet, left out", EventLoss(source.path.stem, code, actor, channel))
        for row, actor, code, channel in rows
    ]


def _metadata(lines: pl.DataFrame, source: SourceFile) -> dict[str, object]:
    """Return each speaker's role and the languages; names, ages and the media only where private content is kept."""
    heads: dict[str, list[str]] = {}
    for line in lines.filter(pl.col("line").str.starts_with("@"))["line"]:
        key, _, value = line.partition(":")
        heads.setdefault(key, []).append(" ".join(value.split()))
    people = [part.split() for part in ",".join(heads.get("@Participants", [])).split(",")]
    about: dict[str, object] = {
        "roles": {words[0]: words[-1] for words in people if len(words) > 1},
        "languages": heads.get("@Languages", []),
    }
    if source.keep_private:
        about["headers"] = heads
    return about
