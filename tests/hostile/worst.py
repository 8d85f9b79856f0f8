"""Worst cases of every reader, in any size: what grows fastest in it, however senseless as a record."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

Maker = Callable[[int], bytes]
"""Makes a file of about so many bytes."""

XML_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def repeated(piece: str, head: str = "", tail: str = "") -> Maker:
    """Return a maker of one piece over and over between a head and a tail."""

    def made(size: int) -> bytes:
        count = max(1, (size - len(head) - len(tail)) // len(piece.encode()))
        return (head + piece * count + tail).encode()

    return made


def project(inner: Maker) -> Maker:
    """Return a maker of a Datavyu project whose database another makes, stored as it is."""

    def made(size: int) -> bytes:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
            out.writestr("db", inner(size))
        return archive.getvalue()

    return made


def eaf(inside: Maker) -> Maker:
    """Return a maker of an ELAN document around something."""
    head, tail = XML_HEAD + b"<ANNOTATION_DOCUMENT><TIME_ORDER>", b"</TIME_ORDER></ANNOTATION_DOCUMENT>"
    return lambda size: head + inside(size) + tail


def distinct_columns(size: int) -> bytes:
    """A table of two rows and as many columns as fit, each with a name of its own."""
    count = max(2, size // 10)
    return ("onset,code," + ",".join(f"c{n}" for n in range(count)) + "\n0,a\n").encode()


def deep_json(size: int) -> bytes:
    """A BORIS project in whose observations lists stand within lists."""
    depth = size // 2
    return b'{"project_format_version": "7.0", "observations": ' + b"[" * depth + b"]" * depth + b"}"


def many_observations(size: int) -> bytes:
    """A BORIS project with many observations of one event."""
    one = {"events": [[1.0, "", "cry", "", ""]], "type": "LIVE", "media_info": {}}
    observations = {f"o{n}": one for n in range(max(1, size // 90))}
    return json.dumps(
        {"project_format_version": "7.0", "subjects_conf": {}, "behaviors_conf": {}, "observations": observations}
    ).encode()


def time_slots(size: int) -> bytes:
    """An ELAN document of annotations that all refer to each other in a chain."""
    head = XML_HEAD + b'<ANNOTATION_DOCUMENT><HEADER/><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="0"/>'
    head += b'<TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="9"/></TIME_ORDER><TIER TIER_ID="t" LINGUISTIC_TYPE_REF="x">'
    first = b'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a0" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">'
    first += b"<ANNOTATION_VALUE>v</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
    chain = b"".join(
        b'<TIER TIER_ID="t%d" LINGUISTIC_TYPE_REF="y"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a%d" '
        b'ANNOTATION_REF="a%d"><ANNOTATION_VALUE>v</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>'
        % (n, n, n - 1)
        for n in range(1, max(2, size // 190))
    )
    return head + first + chain + b"</ANNOTATION_DOCUMENT>"


TEXTGRID = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
BORIS_TABLE = "Observation id,Time,Subject,Behavior,Status\n"

WORST: dict[str, tuple[str, Maker]] = {
    "datavyu: kinds without an end": ("a.opf", project(repeated("(MATRIX,", "#4\n"))),
    "datavyu: brackets": ("a.opf", project(repeated("(", "#4\n"))),
    "datavyu: blanks before nothing": ("a.opf", project(repeated(" ", "#4\n", "x"))),
    "datavyu: version of blanks": ("a.opf", project(repeated(" ", "#", "4\n"))),
    "datavyu: values of backslashes": (
        "a.opf",
        project(repeated("\\", "#4\nc (MATRIX,true,)-a|NOMINAL\n00:00:01:000,00:00:02:000,(", "x)\n")),
    ),
    "datavyu: arguments": ("a.opf", project(repeated("a|NOMINAL,", "#4\nc (MATRIX,true,)-", "\n"))),
    "datavyu: one line broken by backslashes": ("a.opf", project(repeated("a\\\n", "#4\nc (MATRIX,true,)-"))),
    "datavyu: columns": ("a.opf", project(repeated("c (MATRIX,true,)-a|NOMINAL\n", "#4\n"))),
    "elan: comments": ("a.eaf", eaf(repeated("<!--x-->"))),
    "elan: a comment without an end": ("a.eaf", eaf(repeated("<!-- "))),
    "elan: processing instructions": ("a.eaf", eaf(repeated("<?a b?>"))),
    "elan: text in CDATA": ("a.eaf", eaf(repeated("<![CDATA[<]]>"))),
    "elan: elements within each other": ("a.eaf", eaf(repeated("<a>"))),
    "elan: attributes": ("a.eaf", eaf(repeated(' a="b>"', "<TIME_SLOT", "/>"))),
    "elan: tags that are none": ("a.eaf", eaf(repeated("<a b >> "))),
    "elan: blanks in a tag": ("a.eaf", eaf(repeated(" ", '<TIME_SLOT a=">"', "!/>"))),
    "elan: references": ("a.eaf", eaf(repeated("&amp;"))),
    "elan: a chain of annotations": ("a.eaf", time_slots),
    "lena: segments": ("a.its", repeated('<Segment spkr="CHN" startTime="PT0S" endTime="PT1S"/>', "<ITS>", "</ITS>")),
    "lena: comments": ("a.its", repeated("<!---->", "<ITS>", "</ITS>")),
    "praat: quotation marks": ("a.TextGrid", repeated('"', TEXTGRID)),
    "praat: open tags": ("a.TextGrid", repeated("<a ", TEXTGRID)),
    "praat: words": ("a.TextGrid", repeated("a1 ", TEXTGRID)),
    "praat: numbers": ("a.TextGrid", repeated("1 ", TEXTGRID + "0 1 <exists> 99999999 ")),
    "chat: bullets that do not close": ("a.cha", repeated("\x15", "@UTF8\n@Begin\n*CHI:\t", "\n@End\n")),
    "chat: digits in a bullet": ("a.cha", repeated("1", "@UTF8\n@Begin\n*CHI:\thi \x15", "\n@End\n")),
    "chat: brackets": ("a.cha", repeated("[", "@UTF8\n@Begin\n*CHI:\t", "\n@End\n")),
    "chat: continued lines": ("a.cha", repeated("\tx\n", "@UTF8\n@Begin\n*CHI:\thi\n", "@End\n")),
    "chat: headings": ("a.cha", repeated("@Comment:\tx\n", "@UTF8\n@Begin\n", "*CHI:\thi \x151_2\x15\n@End\n")),
    "rttm: words in one line": ("a.rttm", repeated("SPEAKER ", "SPEAKER a 1 1 1 <NA> <NA> CHI <NA> <NA>\n")),
    "rttm: blanks": ("a.rttm", repeated(" ", "SPEAKER a 1 1 1 <NA> <NA> CHI <NA> <NA>\nSPEAKER", "x\n")),
    "jwatcher: keys": ("a.dat", repeated("1, a\n", "FirstLineOfData=3\n#BEGIN\n", "9, EOF\n")),
    "jwatcher: commas": ("a.dat", repeated(",", "FirstLineOfData=3\n#BEGIN\n1,a\n2", "\n9, EOF\n")),
    "boris: lists within lists": ("a.boris", deep_json),
    "boris: brackets": ("a.boris", repeated("[", '{"project_format_version": "7.0", "observations": ')),
    "boris: a project that breaks off": (
        "a.boris",
        repeated('{"a": 1},', '{"project_format_version": "7.0", "observations": {"o": {"events": ['),
    ),
    "boris: digits": ("a.boris", repeated("9", '{"project_format_version": "7.0", "observations": ', "}")),
    "boris: observations": ("a.boris", many_observations),
    "boris: quotation marks": ("a.boris", repeated('"', '{"project_format_version": "7.0", "observations": {')),
    "boris table: starts": ("a.csv", repeated("o,1,,cry,START\n", BORIS_TABLE)),
    "boris table: commas": ("a.csv", repeated(",", BORIS_TABLE)),
    "table: columns": ("a.csv", distinct_columns),
    "table: delimiters in the header": ("a.csv", repeated(";", "onset,code", "\n0,a\n")),
    "table: a quote without an end": ("a.csv", repeated("0,a\n", 'onset,code\n0,"')),
    "table: quotes": ("a.csv", repeated('"', "onset,code\n0,")),
    "table: a quote in each line": ("a.csv", repeated('0,"a\n', "onset,code\n")),
    "table: one line": ("a.csv", repeated("a")),
    "table: one cell": ("a.csv", repeated("a", "onset,code\n0,", "\n")),
    "table: a cell of blanks": ("a.csv", repeated(" ", "onset,code\n0,-", "x\n")),
    "table: a column of underscores": ("a.csv", repeated("_", "onset,code,", "x\n0,a,b\n")),
    "table: digits in a time": ("a.csv", repeated("9", "onset,code\n0,a\n", ",b\n")),
    "table: carriage returns": ("a.csv", repeated("0,a\r", "onset,code\r")),
    "table: line ends of many kinds": ("a.csv", repeated("\r\n\x0b\x0c", "onset,code\n")),
    "table: one event each session": (
        "a.csv",
        lambda size: ("onset,code,session\n" + "".join(f"{n},a,s{n}\n" for n in range(size // 14 + 1))).encode(),
    ),
    "table: one code each event": (
        "a.csv",
        lambda size: ("onset,code\n" + "".join(f"{n},code{n}\n" for n in range(size // 16 + 1))).encode(),
    ),
    "mangold: rows": (
        "a.csv",
        repeated("3,,1,1,2,1,x\n", "Level,Description,Number,Onset_Time,Offset_Time,Duration_Time,A\n"),
    ),
    "noldus: starts": (
        "a.csv",
        repeated(
            "2024;00:00:01;1;1;v;c;cry;State start\n",
            "Date;Time_Relative_hms;Time_Relative_sf;Duration_sf;Observation;Subject;Behavior;Event_Type\n",
        ),
    ),
    "datavyu table: cells": ("a.csv", repeated("1,0,9,x\n", "a.ordinal,a.onset,a.offset,a.code01\n")),
    "own csv: deep heading": ("a.csv", repeated("[", '# bowlby-record 1\n# {"metadata": {"a": ', "\n")),
    "own csv: headings": ("a.csv", repeated("# x\n", "# bowlby-record 1\n", "session,code,onset_s\ns,a,1\n")),
}
"""Name of the case to the file's name and its maker."""
