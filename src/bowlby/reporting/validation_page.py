"""A validation as one HTML file: misses first, a forest of every row, and what the model does not speak to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bowlby.atomic import write_text
from bowlby.evidence.published.rule import FindingQuestion
from bowlby.evidence.published.standing import Verdict
from bowlby.evidence.published.validate import TIMES_TAU, InsideShare, Validation, ValidationRow, predictor_text
from bowlby.evidence.published.vocabulary import FindingMetric
from bowlby.reporting.blocks import ReportBlock
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.figures.forest import forest_figure
from bowlby.reporting.sections import Section, sections_html

_METRICS = {
    FindingMetric.PERCENT: "Percentages",
    FindingMetric.R: "Correlations",
    FindingMetric.D: "Standardized differences",
    FindingMetric.KAPPA: "Agreement over time, kappa",
    FindingMetric.MEAN: "Means",
    FindingMetric.RATIO: "Ratios",
}


_TABLES = {FindingQuestion.NUMERIC: "Figures", FindingQuestion.SIGN: "Signs", FindingQuestion.NULL: "Nulls"}


def plain_words(found: Validation, prior: Validation | None = None) -> tuple[str, ...]:
    """Return the validation in a few sentences, the headline first.

    Args:
        found: of the calibrated populations.
        prior: the same rows with populations from their prior, or None.

    Returns:
        Sentences.
    """
    halved, doubled = (found.headline(times).sentence() for times in TIMES_TAU)
    signs, nulls = (found.of_question(one) for one in (FindingQuestion.SIGN, FindingQuestion.NULL))
    lines = [found.headline().sentence()]
    lines += [f"If studies differed half as much as assumed: {halved}", f"If twice as much: {doubled}"]
    lines += [f"Signs: {share_text(signs)} sure and of some size. Nulls: {share_text(nulls)} within their margin."]
    lines += [
        f"First edition, {name}: {share_text(share)} inside." for name, share in found.shares().items() if share.of
    ]
    if prior is not None:
        shares = prior.shares()
        seen, whole = (share_text(shares[name]) for name in ("check rows, source seen", "check rows"))
        lines.append(
            f"First edition, with populations from their prior: {seen} of check rows whose source was seen, {whole} of "
            "all check rows."
        )
    if found.unspoken:
        lines.append(f"The model does not speak to {len(found.unspoken)} rows; why is said at the end.")
    return tuple(lines)


def share_text(share: InsideShare) -> str:
    """Return a share in words, such as "12 of 20 (60 %)".

    Args:
        share: findings inside, of how many.

    Returns:
        The words.
    """
    return f"{share.inside} of {share.of} ({share.inside / share.of:.0%})" if share.of else "none to hold against"


def write_validation(
    found: Validation,
    path: str | Path,
    *,
    prior: Validation | None = None,
    cache: Path | None = None,
    force: bool = False,
) -> Path:
    """Write the page, whole or not at all.

    Args:
        found: of the calibrated populations.
        path: the target file.
        prior: the same with populations from their prior, or None.
        cache: folder in which the drawing script is kept between runs, or None.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    subtitle = (
        f"{len(found.rows)} rows, {found.size.children} children in each simulated study, seed {found.size.seed}; "
        + ("populations from their prior" if found.prior else "calibrated populations")
    )
    html = sections_html("Compared with published figures", subtitle, _sections(found, prior), cache)
    return write_text(path, html, force=force)


def _sections(found: Validation, prior: Validation | None) -> list[Section]:
    sections = [
        Section("plain", "In plain words", (ReportBlock("", bullets=plain_words(found, prior)),)),
        Section("misses", "Misses", (_block("Rows that come out elsewhere.", _missed(found)),)),
    ]
    figures = tuple(figure for figure in (_forest(found, metric) for metric in _METRICS) if figure is not None)
    if figures:
        sections.append(Section("forest", "Published and simulated, side by side", (ReportBlock("", figures=figures),)))
    for question, title in _TABLES.items():
        rows = [row for row in found.misses_first() if row.rule.question is question]
        if rows:
            sections.append(Section(str(question), title, (_block(f"{title}.", rows),)))
    if found.unspoken:
        cells = tuple(found.unspoken.items())
        table = Table("Rows without a figure of the model.", ("row", "why not"), cells)
        sections.append(Section("unspoken", "What the model does not speak to", (ReportBlock("", tables=(table,)),)))
    return sections


def _missed(found: Validation) -> list[ValidationRow]:
    return [row for row in found.misses_first() if row.standing.verdict is Verdict.OUTSIDE]


def _block(caption: str, rows: Sequence[ValidationRow]) -> ReportBlock:
    return ReportBlock("", tables=(_table(caption, rows),))


def _forest(found: Validation, metric: FindingMetric) -> Figure | None:
    rows = [row for row in found.rows if row.finding.metric is metric]
    return forest_figure(_METRICS[metric], rows, f"forest-{metric}") if rows else None


def _table(caption: str, rows: Sequence[ValidationRow]) -> Table:
    head = ("row", "who", "what", "published", "s", "model", "95 % interval", "z", "no effect z", "verdict", "why")
    return Table(caption, head, tuple(map(_cells, rows)), numeric=(3, 4, 5, 6, 7, 8))


def _cells(row: ValidationRow) -> tuple[str, ...]:
    one, (low, high) = row.finding, row.simulated.interval
    signs = row.rule.question is FindingQuestion.SIGN
    what = " → ".join(filter(None, (predictor_text(one), one.outcome)))
    return (
        one.id,
        one.population,
        f"{one.metric}: {what}",
        ("+" if one.estimate > 0 else "−") if signs else f"{one.estimate:g}",
        _number(row.rule.s, ".3g"),
        f"{row.simulated.estimate:.3g}",
        f"{low:.3g} to {high:.3g}",
        _number(row.standing.z, ".1f"),
        _number(row.rule.null_z, ".1f"),
        str(row.standing.verdict),
        row.standing.reason or (str(row.rule.formula) if row.rule.question is FindingQuestion.NUMERIC else ""),
    )


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)
