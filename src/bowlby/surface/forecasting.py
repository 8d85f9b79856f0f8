"""What may follow from care, and what each intervention would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from bowlby.progress import progress_bar
from bowlby.simulation.entry import start_jax
from bowlby.surface.inferring import CareInference
from bowlby.surface.result import Result, ResultOrigin

if TYPE_CHECKING:
    from bowlby.inference.care.saved_care import SavedCare
    from bowlby.lives.forecast import Forecast  # noqa: F401  (named in a base class)
    from bowlby.reporting.figure import Figure

NO_PLAN = "no intervention"
EFFECTS: dict[str, type[pl.DataType]] = {
    "outcome": pl.String,
    "intervention": pl.String,
    "effect": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "evidence": pl.String,
}
"""Columns of `LifeForecast.effects`."""


@dataclass(frozen=True, repr=False, eq=False)
class LifeForecast(Result["Forecast"]):
    """What may follow: fans of states and outcomes by age, without and with each intervention, and what they change.

    Args:
        source: what it starts from, in words.
    """

    source: str = field(kw_only=True)

    dimensions: ClassVar = ("intervention", "quantity", "age_months")
    units: ClassVar = dict.fromkeys(("mean", "q05", "q25", "q50", "q75", "q95"), "given by the coordinate unit")

    @property
    def title(self) -> str:
        """Return what it starts from and how far it goes."""
        asked = self.value.asked
        return f"{self.source}, {asked.start:g} to {asked.until:g} months: {self.value.population}"

    @property
    def lines(self) -> Sequence[str]:
        """Return what stands first on its page, and the effect of each intervention on each outcome."""
        from bowlby.reporting.forecast_page import plain_words

        effects = [
            f"{row['outcome']}: {row['intervention']} {row['effect']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})"
            for row in self.effects().iter_rows(named=True)
        ]
        return [*plain_words(self.value), *effects]

    def effects(self) -> pl.DataFrame:
        """Return a row an outcome and intervention: effect with its 95 % interval, probability of being the best."""
        found = self.value.comparison
        rows = [] if found is None else [row for one in found.without for row in found.of(one.outcome)]
        kept = [(row.outcome, row.name, row.effect, row.low, row.high, str(row.evidence)) for row in rows]
        return pl.DataFrame(kept, schema=EFFECTS, orient="row")

    def to_polars(self) -> pl.DataFrame:
        """Return a row an intervention, quantity and age: mean and quantiles over lives."""
        arms = {NO_PLAN: self.value.fans, **self.value.with_plans}
        rows = [
            {"intervention": arm, "quantity": band.name, "label": band.label, "unit": band.unit}
            | {"age_months" if key == "age" else key: value for key, value in row.items()}
            for arm, bands in arms.items()
            for band in bands
            for row in band.as_rows()
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby forecast --json` says."""
        return self.value.as_dict() | {"source": self.source}

    def figures(self) -> tuple[Figure, ...]:
        """Return a fan an outcome, with the medians under each intervention."""
        from bowlby.reporting.figures.fan import band_named, fan_figure

        return tuple(
            fan_figure(
                band,
                {name: band_named(bands, band.name) for name, bands in self.value.with_plans.items()},
                f"fan-{band.name.replace(' ', '-').replace('_', '-')}",
            )
            for band in self.value.fans
        )

    def save_page(self, path: Path, *, force: bool = False) -> Path:
        """Save its page, whatever the name's ending.

        Args:
            path: of the page.
            force: replace what is there.

        Returns:
            The path written.
        """
        from bowlby.cache import cache_folder
        from bowlby.reporting.forecast_page import write_forecast

        return write_forecast(self.value, self.source, path, cache=cache_folder(), force=force)


def forecast(
    care: CareInference | str | Path = "usual",
    *,
    children: int = 400,
    start: str = "12mo",
    until: str = "25y",
    interventions: Sequence[str] | None = None,
    folder: str | Path | None = None,
    seed: int = 0,
) -> LifeForecast:
    """Forecast the life course that may follow from care, with and without interventions.

    Args:
        care: what `bowlby.infer` returned, a posterior that it saved (.nc or .zarr), or named care such as "deprived".
        children: lives to simulate, from birth.
        start: age at which interventions start: "12mo", "3y".
        until: age at the end: "7y", "25y".
        interventions: by name; None takes those with trials in those whom a child is with, an empty list none.
        folder: keeps finished arms, so that the same call goes on after an interruption.
        seed: of all chances.

    Returns:
        Fans by age, and what each intervention changes.

    Raises:
        InputError: no such care or intervention, or ages out of order.

    Example:
        >>> import bowlby
        >>> fans = bowlby.forecast("deprived", children=200, until="7y", interventions=[])  # doctest: +SKIP
        >>> fans.plot().save("fans.html")  # doctest: +SKIP
    """
    notes = start_jax()
    from bowlby.lives.arm_lives import RunMonitor
    from bowlby.lives.forecast import SUITED, ForecastDesign
    from bowlby.lives.forecast import forecast as forecast_lives
    from bowlby.simulation.engine.age import parse_age

    start_care, source = _start_of(care)
    chosen = SUITED if interventions is None else tuple(interventions)
    asked = ForecastDesign(start_care, children, parse_age(start), parse_age(until), chosen, seed)
    with progress_bar("episodes") as progress:
        found = forecast_lives(asked, folder=None if folder is None else Path(folder), watching=RunMonitor(progress))
    settings = {"source": source, "children": children, "start": start, "until": until, "seed": seed}
    origin = ResultOrigin("forecast", settings | {"interventions": list(chosen)}, notes=notes)
    return LifeForecast(found, source=source, provenance=origin)


def _start_of(care: CareInference | str | Path) -> tuple[str | SavedCare, str]:
    """Return what a forecast starts from, and that in words."""
    from bowlby.inference.care.saved_care import load_care, saved_care

    if isinstance(care, CareInference):
        return saved_care(care.statement), "Care inferred from records"
    if isinstance(care, Path) or care.endswith((".nc", ".zarr")):
        return load_care(care), f"Care inferred in {Path(care).name}"
    return care, f"Care named “{care}”"
