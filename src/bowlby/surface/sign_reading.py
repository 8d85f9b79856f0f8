"""What signs say of a child's states, and of nothing that anybody did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from bowlby.errors import InputError
from bowlby.surface.inputs import PathLike
from bowlby.surface.result import Result, ResultOrigin

if TYPE_CHECKING:
    from bowlby.inference.signs.result import SignsResult  # noqa: F401  (named in a base class)
    from bowlby.reporting.figure import Figure


@dataclass(frozen=True, repr=False, eq=False)
class SignsReading(Result["SignsResult"]):
    """What signs say of a child's states, with base rates beside everything; never what anybody did."""

    dimensions: ClassVar = ("state",)

    @property
    def title(self) -> str:
        """Return the verdict."""
        return f"signs of a child of {self.value.age:g} months: {self.value.verdict}"

    @property
    def lines(self) -> Sequence[str]:
        """Return a line a state, what is unexplained, and what to look for next."""
        states = [
            f"{row['state']}: in its hardest tenth {row['probability']:.2f}, base rate {row['base_rate']:.2f}"
            for row in self.to_polars().iter_rows(named=True)
        ]
        look = [f"look next for {one.sign}: {one.bits:.3f} bits" for one in self.value.next[:3]]
        return [*states, f"not explained by this model: {self.value.unexplained:.2f}", *look, *self.value.notes]

    def to_polars(self) -> pl.DataFrame:
        """Return a row a state: probability of its hardest tenth, and its base rate."""
        found = self.value
        rows = [
            {"state": name, "probability": one.probability, "base_rate": found.base_rates[name].probability}
            for name, one in found.states.items()
        ]
        return pl.DataFrame(rows)

    def figures(self) -> tuple[Figure, ...]:
        """Return the probability of each state beside its base rate."""
        from bowlby.reporting.figures.estimates import Estimate, estimates_figure

        rows = [
            Estimate(row["state"].replace("_", " "), row["probability"], reference=row["base_rate"])
            for row in self.to_polars().iter_rows(named=True)
        ]
        caption = "Probability that a state is in its hardest tenth; the grey stroke is the base rate."
        return (estimates_figure("States after the signs", rows, "1", "states", caption),)


def signs(observed: Mapping[str, str] | PathLike | Sequence[str], *, age_months: float | None = None) -> SignsReading:
    """Read signs that were looked for: what they say of the child's states, and of nothing that anybody did.

    Args:
        observed: signs by name with "present", "absent" or "not looked for"; or a csv or TOML file; or words such as
            "fear=absent:teacher:preschool:2026-03-01".
        age_months: of the child at the last look; None where the file says it.

    Returns:
        Probabilities beside base rates, what is unexplained, and what to look for next.

    Raises:
        InputError: a sign, value or date cannot be used, or no age is given.

    Example:
        >>> import bowlby
        >>> bowlby.signs({"fear": "present"}, age_months=40).value.verdict
        'not enough to tell'
    """
    from bowlby.inference.signs.result import read_signs
    from bowlby.inference.signs.sheet import SignSheet, parse_word, read_sheet

    today = date.today()
    if isinstance(observed, str | Path):
        sheet = read_sheet(Path(observed), today)
    else:
        words = [f"{name}={value}" for name, value in observed.items()] if isinstance(observed, Mapping) else observed
        sheet = SignSheet(tuple(parse_word(word, today) for word in words))
    age = sheet.age if age_months is None else age_months
    if age is None:
        remedy = "Give the child's age in months, as in age_months=40."
        raise InputError("signs are read for an age", column="age_months", remedy=remedy)
    return SignsReading(read_signs(sheet.observations, age), provenance=ResultOrigin("signs", {"age_months": age}))
