"""A validation as one HTML file: misses first, a forest of every row, and what the model does not speak to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bowlby.atomic import write_text
from bowlby.report.blocks import Block
from bowlby.report.figure import Figure, Table
from bowlby.report.figures.forest import forest_figure
from bowlby.report.sections import Section, sections_html
from bowlby.study.published.bands import Verdict
from bowlby.study.published.validate import Row, Share, Validation, predictor_text
from bowlby.study.published.vocabulary import Metric

_METRICS = {
    Metric.PERCENT: "Percentages",
    Metric.R: "Correlations",
    Metric.D: "Standardized differences",
    Metric.KAPPA: "Agreement over time, kappa",
    Metric.MEAN: "Means",
    Metric.RATIO: "Ratios",
}


def plain_words(found: Validation, prior: Validation | None = None) -> tuple[str, ...]:
    """Return the validation in a few sentences, the share that counts first.

    Args:
        found: of the calibrated populations.
        prior: the same rows with populations from their prior, or None.

    Returns:
        Sentences.

    Raises:
        Nothing.
    """
    shares = found.shares()
    lines = [f"{name}: {share_text(share)} inside." for name, share in shares.items() if share.of]
    if prior is not None:
        seen = prior.shares()["check rows, source seen"]
        whole = prior.shares()["check rows"]
        lines.append(
            f"With populations from their prior, before any fit: {share_text(seen)} of check rows whose source was "
            f"seen, {share_text(whole)} of all check rows."
        )
    if found.unspoken:
        lines.append(f"The model does not speak to {len(found.unspoken)} rows; why is said at the end.")
    return tuple(lines)


def share_text(share: Share) -> str:
    """Return a share in words, such as "12 of 20 (60 %)".

    Args:
        share: findings inside, of how many.

    Returns:
        The words.

    Raises:
        Nothing.
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
    html = sections_html("Held against published figures", subtitle, _sections(found, prior), cache)
    return write_text(path, html, force=force)


def _sections(found: Validation, prior: Validation | None) -> list[Section]:
    missed = [row for row in found.rows if row.judgement.verdict is Verdict.OUTSIDE]
    sections = [
        Section("plain", "In plain words", (Block("", bullets=plain_words(found, prior)),)),
        Section("misses", "Misses", (Block("", tables=(_table("Rows that come out elsewhere.", missed),)),)),
    ]
    figures = tuple(figure for figure in (_forest(found, metric) for metric in _METRICS) if figure is not None)
    if figures:
        sections.append(Section("forest", "Published and simulated, side by side", (Block("", figures=figures),)))
    sections.append(Section("rows", "Every row", (Block("", tables=(_table("All rows.", found.misses_first()),)),)))
    if found.unspoken:
        cells = tuple(found.unspoken.items())
        table = Table("Rows without a figure of the model.", ("row", "why not"), cells)
        sections.append(Section("unspoken", "What the model does not speak to", (Block("", tables=(table,)),)))
    return sections


def _forest(found: Validation, metric: Metric) -> Figure | None:
    rows = [row for row in found.rows if row.finding.metric is metric]
    return forest_figure(_METRICS[metric], rows, f"forest-{metric}") if rows else None


def _table(caption: str, rows: Sequence[Row]) -> Table:
    head = ("row", "who", "what", "published", "band", "model", "95 % interval", "verdict", "because of")
    return Table(caption, head, tuple(map(_cells, rows)), numeric=(3, 4, 5, 6))


def _cells(row: Row) -> tuple[str, ...]:
    one, (low, high) = row.finding, row.simulated.interval
    band = row.judgement.band
    signs = one.metric in (Metric.SIGN, Metric.MEDIATED)
    what = " → ".join(filter(None, (predictor_text(one), one.outcome)))
    return (
        one.id,
        one.population,
        f"{one.metric}: {what}",
        ("+" if one.estimate > 0 else "−") if signs else f"{one.estimate:g}",
        "" if band is None else f"{band[0]:.3g} to {band[1]:.3g}",
        f"{row.simulated.estimate:.3g}",
        f"{low:.3g} to {high:.3g}",
        str(row.judgement.verdict),
        row.judgement.reason or str(row.judgement.by),
    )
