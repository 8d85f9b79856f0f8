"""The register of claims as one HTML file: every claim with its two marks, by its evidence, contrary evidence first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bowlby.atomic import write_text
from bowlby.evidence.claims_register.aspects import (
    EVIDENCE_SAYS,
    MARKED,
    MODEL_SAYS,
    EvidenceMark,
    ModelMark,
    claim_order,
)
from bowlby.evidence.claims_register.lives import ClaimSampleSizes
from bowlby.evidence.claims_register.words import Row, amount, published, reasons
from bowlby.evidence.comparison.result import load_result
from bowlby.model.generated_pages import replace_between
from bowlby.reporting.blocks import ReportBlock
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.figures.claims import contrasts_figure, evidence_figure, model_figure
from bowlby.reporting.sections import Section, sections_html

BEGIN, END = "<!-- claims begin: made by bowlby.reporting.claims_page -->", "<!-- claims end -->"

RULES = (
    MARKED,
    *(f"Evidence {mark}: {says}" for mark, says in EVIDENCE_SAYS.items()),
    *(f"Model {mark}: {says}" for mark, says in MODEL_SAYS.items()),
    "The marks are independent: a claim may have findings for it and be put in, or emerge against the evidence.",
    "Differences of states are in standard deviations of the pooled population. The kinds of care lie at the edge of "
    "families at risk: read signs and order, not sizes.",
)
"""How the marks come about."""

ROWS_A_PAGE = 40
"""Claims that one figure holds before a printer would cut it in two."""

_TITLES = {
    EvidenceMark.AGAINST: "Evidence against",
    EvidenceMark.CONFLICTING: "Evidence conflicting",
    EvidenceMark.FOR: "Evidence for",
    EvidenceMark.NONE: "No evidence at hand",
}
_HEAD = ("claim", "the source says", "tested by", "the model gives", "model", "evidence", "published", "why")
_SHORT = ("claim", "the source says", "the model gives", "model", "published", "why the model has its mark")


def plain_words(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the register in a few sentences.

    Args:
        rows: of the command's JSON.

    Returns:
        Sentences.
    """
    evidence, model = (Counter(row[key] for row in rows) for key in ("evidence", "model_mark"))
    origins = Counter(row["origin"] for row in rows)
    both = Counter((row["evidence"], row["model_mark"]) for row in rows)
    supported = {mark: both[EvidenceMark.FOR, mark] for mark in ModelMark}
    return (
        f"{len(rows)} claims. Evidence: {', '.join(f'{mark} {evidence[mark]}' for mark in EvidenceMark)}.",
        f"Model: {', '.join(f'{mark} {model[mark]}' for mark in ModelMark)}.",
        f"Of the {evidence[EvidenceMark.FOR]} claims with evidence for them, {supported[ModelMark.EMERGES]} emerge in "
        f"the model, {supported[ModelMark.PUT_IN]} were put in, and {supported[ModelMark.DOES_NOT_GIVE]} it does not "
        "give.",
        f"Results that are {', '.join(f'{name}: {count}' for name, count in sorted(origins.items()))}.",
    )


def crossing(rows: Sequence[Row]) -> Table:
    """Return how many claims have each pair of marks.

    Args:
        rows: of the command's JSON.

    Returns:
        A row for each mark of the evidence, a column for each of the model.
    """
    both = Counter((row["evidence"], row["model_mark"]) for row in rows)
    cells = tuple((title, *(str(both[mark, model]) for model in ModelMark)) for mark, title in _TITLES.items())
    return Table("Claims by both marks.", ("", *(f"model: {mark}" for mark in ModelMark)), cells)


def claims_html(rows: Sequence[Row], numbers: ClaimSampleSizes, cache: Path | None = None) -> str:
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
    rows: Sequence[Row], numbers: ClaimSampleSizes, path: str | Path, *, cache: Path | None = None, force: bool = False
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
    figures = [evidence_figure(rows, "evidence"), model_figure(rows, "model"), *_contrasts(rows)]
    found = [
        Section("plain", "In plain words", (ReportBlock("", bullets=plain_words(rows), tables=(crossing(rows),)),)),
        Section("rules", "How the marks come about", (ReportBlock("", bullets=RULES),)),
    ]
    for mark, title in _TITLES.items():
        own = _marked(rows, mark)
        if own:
            table = claims_table(f"{title}: {len(own)} of {len(rows)} claims.", own)
            found.append(Section(f"evidence-{mark}", title, (ReportBlock("", tables=(table,)),)))
    return [*found, Section("figures", "Figures", (ReportBlock("", figures=tuple(figures)),))]


def _marked(rows: Sequence[Row], mark: EvidenceMark) -> list[Row]:
    return sorted((row for row in rows if row["evidence"] == mark), key=claim_order)


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
    gives = f"{amount(row)}; {row['expected']} expected"
    model = f"{row['model_mark']} ({row['origin']})"
    return (row["id"], row["claim"], row["contrast"], gives, model, row["evidence"], published(row), reasons(row))


def claims_markdown(rows: Sequence[Row]) -> str:
    """Return the register as Markdown tables by evidence, contrary evidence first, for the docs.

    Args:
        rows: of the command's JSON.

    Returns:
        Counts of both marks, then a heading and a table for each mark of the evidence.
    """
    parts = [_markdown(crossing(rows))]
    for mark, title in _TITLES.items():
        own = _marked(rows, mark)
        parts.append(f"### {title} ({len(own)})\n\n{_markdown(Table('', _SHORT, tuple(map(_short, own))))}")
    return "\n\n".join(parts) + "\n"


def _markdown(table: Table) -> str:
    lines = [table.head, ("---",) * len(table.head), *table.rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _short(row: Row) -> tuple[str, ...]:
    return (row["id"], row["claim"], amount(row), row["model_mark"], published(row), row["model_because"])


def with_claims(page: str) -> str:
    """Return a page of docs with the shipped register between its marks.

    Args:
        page: the text of the page.

    Returns:
        The page, its tables made anew.

    Raises:
        ValueError: the marks are missing.
    """
    return replace_between(page, (BEGIN, END), claims_markdown(load_result()["claims"]))
