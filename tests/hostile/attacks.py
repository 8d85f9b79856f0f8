"""Files made to harm whoever reads them, each a small generator of our own."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable

import polars as pl

from bowlby.formats.readers.native import PARQUET_KEY

MEBIBYTE = 1 << 20
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>%s</sheetData></worksheet>'


def cell(reference: str, text: str = "x") -> str:
    """One cell with a text of its own."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, cells: str) -> str:
    """One row of a sheet."""
    return f'<row r="{number}">{cells}</row>'


def workbook(*sheets: bytes | str, names: tuple[str, ...] = ()) -> bytes:
    """An Excel workbook with the given sheets."""
    called = names or tuple(f"s{number}" for number in range(len(sheets)))
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(called, 1))
    related = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": "<Relationships xmlns="
        '"http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships xmlns="
        f'"http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>',
    }
    parts |= {f"xl/worksheets/s{n}.xml": sheet for n, sheet in enumerate(sheets, 1)}
    return zipped(parts)


def zipped(parts: dict[str, bytes | str]) -> bytes:
    """A zip archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return archive.getvalue()


def far_cell() -> bytes:
    """A workbook with a cell in the last row and column: as a table it would take 512 GiB."""
    header = cell("A1", "onset") + cell("B1", "code")
    return workbook(SHEET % (row(1, header) + row(1_048_576, cell("XFD1048576"))))


def wide_and_deep() -> bytes:
    """A workbook of a thousand rows whose last cells all stand in the last column."""
    header = cell("A1", "onset") + cell("B1", "code")
    rows = "".join(row(n, cell(f"XFD{n}")) for n in range(2, 1002))
    return workbook(SHEET % (row(1, header) + rows))


def said_to_be_small() -> bytes:
    """A workbook whose sheet unpacks to 600 MiB and says that it has 1,000 bytes."""
    return _with_member(workbook(b"0123456789"), "xl/worksheets/s1.xml", *_blanks(SHEET.split("%s")[0], 600), said=1000)


def blown_up() -> bytes:
    """A workbook whose sheet unpacks to 2 GiB, a thousandth of it in the file."""
    return _with_member(workbook(b"0123456789"), "xl/worksheets/s1.xml", *_blanks(SHEET.split("%s")[0], 2048))


def _blanks(head: str, mebibytes: int) -> tuple[bytes, int]:
    """Return a deflated text and so many blanks, and the size that they unpack to."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    block = b" " * MEBIBYTE
    stream = packer.compress(head.encode()) + b"".join(packer.compress(block) for _ in range(mebibytes))
    return stream + packer.flush(), len(head) + mebibytes * MEBIBYTE


def _with_member(archive: bytes, name: str, stream: bytes, size: int, said: int | None = None) -> bytes:
    """The same archive with a member that is already deflated, and what its directory says of the unpacked size."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, stream if entry.filename == name else old.read(entry.filename))
    whole = out.getvalue()
    # Method and sizes, in the local header and the directory: what is stored is in truth deflated.
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = -1
        while (place := whole.find(mark, place + 1)) >= 0:
            start = place + (30 if at == 8 else 46)
            if whole[start : start + len(name)] == name.encode():
                fields = bytearray(whole[place : place + 30])
                fields[at : at + 2] = (8).to_bytes(2, "little")
                fields[at + 14 : at + 18] = ((said or size) & 0xFFFFFFFF).to_bytes(4, "little")
                whole = whole[:place] + bytes(fields) + whole[place + 30 :]
    return whole


def many_sheets() -> bytes:
    """A workbook of two thousand sheets."""
    return workbook(*[SHEET % row(1, cell("A1"))] * 2000)


def same_part_many_times() -> bytes:
    """A workbook whose two thousand sheets are all one part of a megabyte: read one by one, two gigabytes."""
    sheet = SHEET % row(1, "".join(cell(f"A{1}", "y" * 1000) for _ in range(1000)))
    names = tuple(f"s{n}" for n in range(2000))
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r1"/>' for n, name in enumerate(names, 1))
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES,
            "_rels/.rels": "<Relationships xmlns="
            '"http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": "<Relationships xmlns="
            '"http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{RELATIONS}/worksheet" Target="worksheets/s1.xml"/></Relationships>',
            "xl/worksheets/s1.xml": sheet,
        }
    )


def project(text: bytes | str) -> bytes:
    """A Datavyu project whose database holds a text."""
    return zipped({"db": text, "project": "x"})


def said_to_be_a_small_project() -> bytes:
    """A Datavyu project that unpacks to 600 MiB and says that it has 1,000 bytes."""
    return _with_member(project("0123456789"), "db", *_blanks("#4\n", 600), said=1000)


def xml(inside: str, head: str = "") -> bytes:
    """An ELAN document."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<ANNOTATION_DOCUMENT>{inside}</ANNOTATION_DOCUMENT>'.encode()


def entity_bomb() -> bytes:
    """A billion laughs."""
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return xml("&a9;", f"<!DOCTYPE x [{entities}]>")


def external_entity() -> bytes:
    """A document that asks for a file of the system."""
    return xml("<V>&secret;</V>", '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>')


def remote_document_type() -> bytes:
    """A document whose type stands at an address on loopback."""
    return xml("<V>x</V>", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">')


def million_comments() -> bytes:
    """A million comments, one in each place where one may stand."""
    return xml("<!---->" * 1_000_000)


def traversal() -> bytes:
    """An archive with members that lead out of it."""
    return zipped({"db": "#4\n", "../../escaped": "x", "/tmp/escaped": "x"})


def parquet_of_repetition() -> bytes:
    """A Parquet file of 40 million equal events, run-length coded into some kilobytes."""
    out = io.BytesIO()
    count = 40_000_000
    pl.DataFrame({"onset": pl.repeat(1, count, dtype=pl.Int8, eager=True)}).with_columns(
        code=pl.lit("a")
    ).write_parquet(out, row_group_size=count)
    return out.getvalue()


def deep_json(depth: int = 2_000_000) -> bytes:
    """A BORIS project of lists within lists."""
    return b'{"project_format_version": "7.0", "observations": {"o": {"events": ' + b"[" * depth + b"]" * depth + b"}}}"


def many_columns(count: int) -> bytes:
    """A table with very many columns."""
    return ("onset,code," + ",".join(f"c{n}" for n in range(count)) + "\n0,a\n").encode()


def own(heading: object) -> bytes:
    """A file of bowlby's own with a heading."""
    return f"# bowlby-record 1\n# {json.dumps(heading)}\nsession,code,onset_s\ns,a,1\n".encode()


ATTACKS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "workbook: a cell at XFD1048576": ("a.xlsx", far_cell),
    "workbook: rows that end in the last column": ("a.xlsx", wide_and_deep),
    "workbook: a sheet said to be small": ("a.xlsx", said_to_be_small),
    "workbook: a sheet of 2 GiB of blanks": ("a.xlsx", blown_up),
    "workbook: two thousand sheets": ("a.xlsx", many_sheets),
    "workbook: one part as two thousand sheets": ("a.xlsx", same_part_many_times),
    "workbook: cut short": ("a.xlsx", lambda: far_cell()[:-40]),
    "project: kinds without an end": ("a.opf", lambda: project("#4\n" + "(MATRIX," * 120_000)),
    "project: a database said to be small": ("a.opf", said_to_be_a_small_project),
    "project: paths that lead out": ("a.opf", traversal),
    "project: a million columns": ("a.opf", lambda: project("#4\n" + "c (MATRIX,true,)-a|NOMINAL\n" * 37_000)),
    "XML: entities within entities": ("a.eaf", entity_bomb),
    "XML: a file of the system": ("a.eaf", external_entity),
    "XML: a type from elsewhere": ("a.eaf", remote_document_type),
    "XML: a million comments": ("a.eaf", million_comments),
    "XML: a million comments that do not end": ("a.eaf", lambda: xml("<!-- " * 1_000_000)),
    "XML: elements a million deep": ("a.eaf", lambda: xml("<a>" * 1_000_000)),
    "JSON: lists two million deep": ("a.boris", deep_json),
    "JSON: a number of a million digits": ("a.boris", lambda: b'{"project_format_version": ' + b"9" * 1_000_000 + b"}"),
    "table: one line of 20 MB": ("a.csv", lambda: b"a" * 20_000_000),
    "table: one cell of 20 MB": ("a.csv", lambda: b"onset,code\n0," + b"a" * 20_000_000 + b"\n"),
    "table: a million columns": ("a.csv", lambda: many_columns(1_000_000)),
    "table: fifty thousand columns": ("a.csv", lambda: many_columns(50_000)),
    "table: a quote that never closes": ("a.csv", lambda: b'onset,code\n0,"' + b"0,a\n" * 4_000_000),
    "table: a million quotes that never close": ("a.csv", lambda: b"onset,code\n" + b'0,"a\n' * 1_000_000),
    "table: a column named with a million underscores": (
        "a.csv",
        lambda: b"onset,code," + b"_" * 1_000_000 + b"x\n0,a,b\n",
    ),
    "table: a code each event": (
        "a.csv",
        lambda: ("onset,code\n" + "".join(f"{n},code {n}\n" for n in range(300_000))).encode(),
    ),
    "own: a heading 100,000 lists deep": (
        "a.csv",
        lambda: b'# bowlby-record 1\n# {"metadata": {"a": ' + b"[" * 100_000 + b"\nsession,code,onset_s\ns,a,1\n",
    ),
    "own: a million lines of heading": (
        "a.csv",
        lambda: b"# bowlby-record 1\n" + b"# x\n" * 1_000_000 + b"session,code,onset_s\ns,a,1\n",
    ),
    "Parquet: 40 million events in some kilobytes": ("a.parquet", parquet_of_repetition),
    "Parquet: nothing but its mark": ("a.parquet", lambda: b"PAR1" + b"\xff" * 1000 + b"PAR1"),
    "own Parquet: a deep heading": (
        "a.parquet",
        lambda: _parquet({PARQUET_KEY: '{"metadata": {"a": ' + "[" * 200_000}),
    ),
    "own Parquet: a heading that is no object": ("a.parquet", lambda: _parquet({PARQUET_KEY: "3"})),
    "own Parquet: 30 MB of heading": (
        "a.parquet",
        lambda: _parquet({PARQUET_KEY: json.dumps({"metadata": {"a": "b" * 30_000_000}})}),
    ),
}
"""Name of the attack to the file's name and its maker."""


def _parquet(metadata: dict[str, str]) -> bytes:
    out = io.BytesIO()
    pl.DataFrame({"session": ["s"], "code": ["c"], "onset_s": [1.0]}).write_parquet(out, metadata=metadata)
    return out.getvalue()
