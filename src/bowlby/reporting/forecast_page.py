"""A forecast as one HTML file: what may follow, what interventions would change, and what that rests on."""

from __future__ import annotations

from pathlib import Path

from bowlby.atomic import write_text
from bowlby.lives.counterfactual import InterventionComparison, InterventionEffect
from bowlby.lives.forecast import CAVEATS, Forecast
from bowlby.reporting.blocks import ReportBlock
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.figures.fan import band_named, fan_figure
from bowlby.reporting.sections import Section, sections_html

CLEARLY = 0.8
"""Probability of being the best from which a sentence says so."""


def forecast_html(found: Forecast, source: str, cache: Path | None = None) -> str:
    """Return the forecast as one HTML document.

    Args:
        found: the forecast.
        source: what it starts from, in words: a posterior's file name or a named care.
        cache: folder in which the drawing script is kept between runs, or None.

    Returns:
        The whole document.

    Raises:
        OSError: the cache folder cannot be written.
    """
    return sections_html("What may follow", _subtitle(found, source), _sections(found), cache)


def write_forecast(
    found: Forecast, source: str, path: str | Path, *, cache: Path | None = None, force: bool = False
) -> Path:
    """Write the forecast, whole or not at all.

    Args:
        found: the forecast.
        source: what it starts from, in words.
        path: the target file.
        cache: folder in which the drawing script is kept between runs, or None.
        force: replace an existing file.

    Returns:
        The path written.

    Raises:
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    return write_text(path, forecast_html(found, source, cache), force=force)


def _subtitle(found: Forecast, source: str) -> str:
    asked = found.asked
    return (
        f"{source}; {asked.children} simulated lives from birth, shown from {asked.start / 12:.2g} to "
        f"{asked.until / 12:.3g} years; seed {asked.seed}"
    )


def _sections(found: Forecast) -> tuple[Section, ...]:
    plain = Section("plain", "In plain words", (ReportBlock("", bullets=plain_words(found)),))
    states = Section("states", "What the child comes to expect", (_fans(found, "state"),))
    outcomes = Section("outcomes", "School, friendship, adult bonds", (_fans(found, "outcome"),))
    compared = _compared(found.comparison) if found.comparison else ()
    doubts = (Section("doubts", "Doubt about care, and children", (_doubts(found),)),) if found.doubts else ()
    rests = Section("rests", "What this rests on", (ReportBlock("", bullets=CAVEATS),))
    changed = Section("interventions", "What interventions would change", compared)
    return (plain, *doubts, states, outcomes, changed, rests)


def _doubts(found: Forecast) -> ReportBlock:
    head = ("outcome", "mean", "sd from doubt about care", "sd of children under the same care")
    rows = tuple((one.outcome, f"{one.mean:.2f}", f"{one.care:.2f}", f"{one.children:.2f}") for one in found.doubts)
    text = (
        "Each caregiver that the record leaves possible raises several children. What differs between these caregivers "
        "is doubt, which further visits would lessen; what differs between children of one of them is not."
    )
    return ReportBlock(
        "", text=(text,), tables=(Table("The spread of outcomes, in two parts.", head, rows, (1, 2, 3)),)
    )


def plain_words(found: Forecast) -> tuple[str, ...]:
    """Return the forecast in a few sentences.

    Args:
        found: the forecast.

    Returns:
        Sentences; the limits come first.
    """
    lines = ["This is what a model would expect of many lives, not what will become of one child."]
    trust = band_named(found.fans, "adults_relief").as_rows()[-1]
    lines.append(
        f"At the end, half of the lives expect adults in general to relieve between {trust['q25']:.0%} and "
        f"{trust['q75']:.0%} of a need that they show."
    )
    comparison = found.comparison
    if comparison is not None:
        lines += _best(comparison)
        lines += [f"Not compared is {name}. {why.detail}" for name, why in comparison.refused.items()]
    return tuple(lines)


def _best(comparison: InterventionComparison) -> list[str]:
    """Say for which outcomes an intervention is clearly the best of those compared, and for which none is."""
    clear: dict[str, list[str]] = {}
    for one in comparison.without:
        ranked = comparison.of(one.outcome)
        if ranked:
            name = ranked[0].name if (ranked[0].p_best or 0.0) >= CLEARLY else ""
            clear.setdefault(name, []).append(one.outcome)
    none = clear.pop("", [])
    lines = [
        f"Of those compared, {name} is the best with probability {CLEARLY:g} or more for: {', '.join(outcomes)}."
        for name, outcomes in clear.items()
    ]
    return lines + ([f"No intervention is clearly the best of those compared for: {', '.join(none)}."] if none else [])


def _fans(found: Forecast, kind: str) -> ReportBlock:
    figures: list[Figure] = []
    for number, band in enumerate(band for band in found.fans if band.kind == kind):
        others = {plan: band_named(bands, band.name) for plan, bands in found.with_plans.items()}
        figures.append(fan_figure(band, others, f"fan-{kind}-{number}"))
    return ReportBlock("", figures=tuple(figures))


def _compared(comparison: InterventionComparison) -> tuple[ReportBlock, ...]:
    ranked = [row for one in comparison.without for row in comparison.of(one.outcome)]
    apart = [row for one in comparison.without for row in comparison.apart(one.outcome)]
    blocks = [
        ReportBlock(
            "Compared with the same lives without it",
            text=(
                "Effects are differences between the same simulated lives with and without an intervention. Intervals "
                "hold the doubt about its mean effect and that of a finite number of lives.",
            ),
            tables=(_effects("Interventions with trials, by outcome, the most probably best first.", ranked),),
        )
    ]
    if apart:
        text = "No adequate trial: what the supposed mechanism would do, if it did what is supposed. Not ranked."
        blocks.append(ReportBlock("Mechanism only", text=(text,), tables=(_effects(text, apart),)))
    if comparison.refused:
        bullets = tuple(f"{name}: {why.detail}" for name, why in comparison.refused.items())
        blocks.append(ReportBlock("Not given", bullets=bullets))
    return tuple(blocks)


def _effects(caption: str, rows: list[InterventionEffect]) -> Table:
    head = ("outcome", "intervention", "effect", "95 % interval", "best with probability", "evidence")
    cells = tuple(
        (
            row.outcome,
            row.name,
            f"{row.effect:+.2f}",
            f"{row.low:+.2f} to {row.high:+.2f}",
            "" if row.p_best is None else f"{row.p_best:.2f}",
            str(row.evidence),
        )
        for row in rows
    )
    return Table(caption, head, cells, numeric=(2, 3, 4))
