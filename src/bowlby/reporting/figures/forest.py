"""A forest: for each row the published band and the model's interval on one scale."""

from __future__ import annotations

from collections.abc import Sequence

from bowlby.evidence.published.standing import Verdict
from bowlby.evidence.published.validate import ValidationRow, predictor_text
from bowlby.reporting.chart import chart, end_at, mark, nominal, quantitative
from bowlby.reporting.figure import Figure
from bowlby.reporting.palette import CHANCE, DEPRIVATION, MUTED, THREAT

ROW_HEIGHT = 22


def forest_figure(title: str, rows: Sequence[ValidationRow], name: str) -> Figure:
    """Return published and simulated figures of one metric, a line each; misses stand first.

    Args:
        title: of the figure.
        rows: of one metric, at least one.
        name: file name of the figure, unique on the page.

    Returns:
        The figure.
    """
    ordered = sorted(rows, key=lambda row: row.standing.verdict is not Verdict.OUTSIDE)
    data = [_point(row) for row in ordered]
    y = nominal("label", title=None, sort=None, axis={"labelLimit": 330, "grid": True})
    x = {"title": title.lower(), "scale": {"zero": False}}
    tips = [nominal("label"), *(quantitative(key, format=".3g") for key in ("published", "model", "low", "high"))]
    banded = [row for row in data if row["band_low"] is not None]
    colour = nominal(
        "verdict",
        scale={"domain": [str(one) for one in Verdict], "range": [DEPRIVATION, THREAT, CHANCE, MUTED]},
        legend={"title": None},
    )
    published = {"y": y, "x": quantitative("published", **x), "tooltip": tips}
    model = {"y": y, "x": quantitative("model", **x), "color": colour, "tooltip": tips}
    band = {"y": y, "x": quantitative("band_low", **x), "x2": end_at("band_high")}
    interval = {"y": y, "x": quantitative("low", **x), "x2": end_at("high"), "color": colour}
    marks = [
        mark("bar", banded, band, opacity=0.3, color=CHANCE, height=12),
        mark("tick", data, published, thickness=2, color=MUTED),
        mark("rule", data, interval),
        mark("point", data, model, filled=True),
    ]
    caption = (
        "Grey: 1.96 s either way of the published figure, with a stroke at the figure. Point and line: the simulated "
        "study with its 95 % interval. Inside means that the point lies in the band."
    )
    missed = [str(row["label"]) for row in data if row["verdict"] == str(Verdict.OUTSIDE)]
    alt = f"{len(data)} rows, {len(missed)} outside" + (f": {'; '.join(missed[:6])}." if missed else ".")
    return Figure(name, title, caption, alt, chart(marks, max(3, len(data)) * ROW_HEIGHT))


def _point(row: ValidationRow) -> dict[str, float | str | None]:
    one, (low, high) = row.finding, row.simulated.interval
    band = row.rule.band
    what = " → ".join(filter(None, (predictor_text(one), one.outcome)))
    return {
        "label": f"{one.id} {what}, {one.population}",
        "published": one.estimate,
        "model": row.simulated.estimate,
        "low": low,
        "high": high,
        "band_low": None if band is None else band[0],
        "band_high": None if band is None else band[1],
        "verdict": str(row.standing.verdict),
    }
