"""What stands beside a cohort data set: the dictionary of its columns, and a guide for readers in Python and R."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bowlby.model.life.state import StateVariable
from bowlby.model.outcomes import OUTCOMES
from bowlby.planning.trials.design import NO_INTERVENTION, RATED_SENSITIVITY, StudyDesign, StudyMeasure
from bowlby.planning.trials.words import drop_out_words
from bowlby.purpose import PURPOSE_AND_LIMITS

_COLUMNS = (
    ("child", "number of the child; the same in every table and in the store"),
    ("arm", "name of the arm"),
    ("site", "number of the site, empty without sites; sites share their arm and no variance here"),
    ("age_months", "age at the visit, months of 30.4375 days"),
    ("measure", "what was measured, a row of this dictionary"),
    ("value", "as a coder, rater or instrument with error gives it; empty where missing says why"),
    ("missing", "left the study, or not scored; empty where there is a value"),
)
_SITUATION = {
    "security": "1 where the Strange Situation is classified B, else 0; bowlby's own rule",
    "disorganized": "1 where it is classified D, else 0; bowlby's own rule",
    "avoidance": "scale of avoidance in the second reunion, 1 to 7",
    "resistance": "scale of resistance in the second reunion, 1 to 7",
    "disorganization": "scale of disorganization, 1 to 9",
}


def dictionary(design: StudyDesign, states: Sequence[StateVariable]) -> pl.DataFrame:
    """Return the data dictionary: every column, measure and state.

    Args:
        design: of the study.
        states: variables of the store.

    Returns:
        Columns table, item, unit and meaning.
    """
    rows = [("observed", name, "", meaning) for name, meaning in _COLUMNS]
    rows += [("observed, truth", one.name, _unit(one), _meaning(one)) for one in design.measures]
    rows += [("truth.zarr", one.name, one.unit, _of_state(one)) for one in states]
    return pl.DataFrame(rows, schema=["table", "item", "unit", "meaning"], orient="row")


def _unit(one: StudyMeasure) -> str:
    if one.name in OUTCOMES:
        return OUTCOMES[one.name].unit
    return "0/1" if one.binary else "points"


def _meaning(one: StudyMeasure) -> str:
    if one.name in OUTCOMES:
        return OUTCOMES[one.name].meaning
    if one.name == RATED_SENSITIVITY:
        return f"sensitivity 1 to 9, rated from {one.minutes:g} minutes at home"
    return _SITUATION[one.name]


def _of_state(one: StateVariable) -> str:
    return one.meaning if one.observable else f"{one.meaning} Simulated forward; never inferred from a record."


def guide(design: StudyDesign, seed: int, *, csv: bool) -> str:
    """Return the guide: what the files are, how they are read in Python and R, and what they are not.

    Args:
        design: of the study.
        seed: of all chances.
        csv: whether tables are there as csv too.

    Returns:
        Markdown.
    """
    arms = "; ".join(
        arm.name if arm.intervention == NO_INTERVENTION else f"{arm.name} ({arm.intervention})" for arm in design.arms
    )
    tables = 'observed <- read.csv("observed.csv")' if csv else 'observed <- arrow::open_dataset("observed")'
    limits = "\n".join(f"- {line}" for line in PURPOSE_AND_LIMITS)
    return f"""# {design.title}

{design.children} simulated children, seed {seed}. No one of them is or was a real child. Arms: {arms}.
Of the families {drop_out_words(design)}.

- `observed/`: what a researcher would have measured, one row a child, visit and measure, with error and losses.
- `truth/`: the same measures without error and without losses, one row a child and visit.
- `truth.zarr`: everything that each child carries, at each age that was kept. Not measurable in life.
- `data_dictionary.csv`: every column, measure and state. `manifest.json`: design, seed and checksums.

Analyse `observed` first; open the truth afterwards.

## R

```r
{tables}
dictionary <- read.csv("data_dictionary.csv")
library(dplyr)
observed |> filter(is.na(missing) | missing == "") |> collect() |>
  group_by(arm, measure, age_months) |> summarise(mean = mean(value), n = n())
truth <- {'read.csv("truth.csv")' if csv else 'arrow::open_dataset("truth")'}
```

## Python

```python
import polars as pl, xarray as xr
observed = pl.read_parquet("observed/*.parquet")
truth = xr.open_zarr("truth.zarr", consolidated=False)
stress = truth.state.isel(variable=truth.state.attrs["variables"].index("stress"))
```

## Purpose and limits

{limits}
"""
