"""The register of claims as one HTML file: disagreements first, then every claim with result, origin and evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bowlby.atomic import write_text
from bowlby.model.generated import between
from bowlby.report.blocks import Block
from bowlby.report.figure import Figure, Table
from bowlby.report.figures.claims import VERDICTS, contrasts_figure, verdicts_figure
from bowlby.report.sections import Section, sections_html
from bowlby.study.claims.aspects import MARKED
from bowlby.study.claims.lives import Numbers
from bowlby.study.claims.words import Row, amount, published
from bowlby.study.comparison.result import load_result

BEGIN, END = "<!-- claims begin: made by bowlby.report.claims_page -->", "<!-- claims end -->"

RULES = (
    MARKED,
    "Agrees: the model gives it by more than assumption (a mechanism whose removal removes it, or a size that a "
    "published figure checks), and published findings that were read support it.",
    "Disagrees: published findings or a definition are against it and no tested result is for it, or the model does "
    "not give it and nothing published is at hand.",
    "Mixed: findings disagree with one another or with the model, or they support a claim that the model only repeats "
    "because it was put in.",
    "No evidence: nothing published is at hand; a model alone is none.",
    "Differences of states are in standard deviations of the mixed population. The kinds of care lie at the edge of "
    "families at risk: read signs and order, not sizes.",
)
"""How verdicts come about, for the page and the docs."""

ROWS_A_PAGE = 40
"""Claims that one figure holds before a printer would cut it in two."""

_TITLES = {
    "disagrees": "Disagrees",
    "mixed": "Mixed",
    "no evidence": "No evidence",
    "agrees": "Agrees",
}
_HEAD = ("claim", "the source says", "tested by", "the model gives", "origin", "published", "why")


def plain_words(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the register in a few sentences.

    Args:
        rows: of the command's JSON.

    Returns:
        Sentences.
    """
    verdicts, origins = Counter(row["verdict"] for row in rows), Counter(row["origin"] for row in rows)
    put_in = sum(row["rule"] == "findings for, model put in" for row in rows)
    lines = [
        f"{len(rows)} claims: {', '.join(f'{verdict} {verdicts[verdict]}' for verdict in VERDICTS)}.",
        f"Of the {verdicts['mixed']} mixed ones, {put_in} are supported by published findings while the model only "
        "repeats what was put in.",
        f"Results that are {', '.join(f'{name}: {count}' for name, count in sorted(origins.items()))}.",
    ]
    return tuple(lines)


def claims_html(rows: Sequence[Row], numbers: Numbers, cache: Path | None = None) -> str:
    """Return the register as one HTML document.

    Args:
        rows: of the command's JSON.
        numbers: of children and seed.
        cache: folder in which the drawing script is kept between runs, or None.

    Returns:
        The whole document.

    Raises:
        OSError: the cache folder cannot be written.
    """
    subtitle = (
        f"{len(rows)} claims; {numbers.children} children of each kind of care, {numbers.fewer} with a mechanism off "
        f"or an intervention; seed {numbers.seed}"
    )
    return sections_html("Claims and what becomes of them", subtitle, _sections(rows), cache)


def write_claims(
    rows: Sequence[Row], numbers: Numbers, path: str | Path, *, cache: Path | None = None, force: bool = False
) -> Path:
    """Write the register, whole or not at all.

    Args:
        rows: of the command's JSON.
        numbers: of children and seed.
        path: the target file.
        cache: folder in which the drawing script is kept between runs, or None.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    return write_text(path, claims_html(rows, numbers, cache), force=force)


def _sections(rows: Sequence[Row]) -> list[Section]:
    figures = [verdicts_figure(rows, "verdicts"), *_contrasts(rows)]
    found = [
        Section("plain", "In plain words", (Block("", bullets=plain_words(rows)),)),
        Section("rules", "How a verdict comes about", (Block("", bullets=RULES),)),
    ]
    for verdict, title in _TITLES.items():
        own = [row for row in rows if row["verdict"] == verdict]
        if own:
            found.append(
                Section(
                    verdict.replace(" ", "-"),
                    title,
                    (Block("", tables=(claims_table(f"{title}: {len(own)} of {len(rows)} claims.", own),)),),
                )
            )
    return [*found, Section("figures", "Figures", (Block("", figures=tuple(figures)),))]


def _contrasts(rows: Sequence[Row]) -> list[Figure]:
    drawn = [
        contrasts_figure(part, unit, f"contrasts-{unit}-{place}")
        for unit in ("share", "sd", "r", "d")
        for place, part in enumerate(_pages([row for row in rows if row["unit"] == unit]))
    ]
    return [figure for figure in drawn if figure is not None]


def _pages(rows: Sequence[Row]) -> list[Sequence[Row]]:
    pages = -(-len(rows) // ROWS_A_PAGE) or 1
    size = -(-len(rows) // pages) or 1
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def claims_table(caption: str, rows: Sequence[Row]) -> Table:
    """Return claims as a table.

    Args:
        caption: of the table.
        rows: of the command's JSON.

    Returns:
        One row a claim.
    """
    return Table(caption, _HEAD, tuple(map(_cells, rows)))


def _cells(row: Row) -> tuple[str, ...]:
    origin = f"{row['origin']}: {row['origin_because']}"
    gives = f"{amount(row)}; {row['expected']} expected"
    return (row["id"], row["claim"], row["contrast"], gives, origin, published(row), row["because"])


def claims_markdown(rows: Sequence[Row]) -> str:
    """Return the register as Markdown tables by verdict, disagreements first, for the docs.

    Args:
        rows: of the command's JSON.

    Returns:
        A heading and a table a verdict.
    """
    parts: list[str] = []
    for verdict, title in _TITLES.items():
        own = [row for row in rows if row["verdict"] == verdict]
        head = "| claim | the source says | the model gives | origin | published | why |\n|---|---|---|---|---|---|"
        lines = [f"| {' | '.join(cell.replace('|', '/') for cell in _short(row))} |" for row in own]
        parts.append(f"### {title} ({len(own)})\n\n" + "\n".join([head, *lines]))
    return "\n\n".join(parts) + "\n"


def _short(row: Row) -> tuple[str, ...]:
    return (row["id"], row["claim"], amount(row), row["origin"], published(row), row["rule"])


def with_claims(page: str) -> str:
    """Return a page of docs with the shipped register between its marks.

    Args:
        page: the text of the page.

    Returns:
        The page, its tables made anew.

    Raises:
        ValueError: the marks are missing.
    """
    return between(page, (BEGIN, END), claims_markdown(load_result()["claims"]))
