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
    ("site", "number of the site, empty without sites; a share of the variance of each measure is its own"),
    ("visit", "label of the visit"),
    ("age_months", "age at the visit, months of 30.4375 days"),
    ("measure", "what was measured, a row of this dictionary"),
    ("value", "as a coder, rater or instrument with error gives it; empty where missing says why"),
    ("label", "the class in letters where a class is measured"),
    ("missing", "left the study, or not scored; empty where there is a value"),
)
_COVARIATES = {
    "stress": "the caregiver's stress at the start, without error; what drop-out on caregiver stress depends on",
    "sex": "0 girl, 1 boy, by chance; it moves nothing in the model",
    "ses": "socio-economic status, standard normal, correlated -.3 with stress (assumed); it moves nothing here",
}
_SITUATION = {
    "security": "1 where the Strange Situation is classified B, else 0; bowlby's own rule",
    "disorganized": "1 where it is classified D, else 0; bowlby's own rule",
    "class": "1 A, 2 B, 3 C, 4 D; bowlby's own rule; a site has no share in it",
    "avoidance": "scale of avoidance in the second reunion, 1 to 7",
    "resistance": "scale of resistance in the second reunion, 1 to 7",
    "disorganization": "scale of disorganization, 1 to 9",
}


def dictionary(design: StudyDesign, measures: Sequence[StudyMeasure], states: Sequence[StateVariable]) -> pl.DataFrame:
    """Return the data dictionary: every column, measure and state.

    Args:
        design: of the study.
        measures: of it, the baseline among them.
        states: variables of the store.

    Returns:
        Columns table, item, unit and meaning.
    """
    rows = [("observed", name, "", meaning) for name, meaning in _COLUMNS]
    rows += [("observed, truth", one.name, _unit(one), _meaning(one)) for one in measures]
    rows += [("covariates", name, "", _COVARIATES[name]) for name in design.covariates]
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


def guide(design: StudyDesign, seed: int, also: Sequence[str]) -> str:
    """Return the guide: what the files are, how they are read in Python and R, and what is not in them.

    Args:
        design: of the study.
        seed: of all chances.
        also: tables beside the parquet files: "csv", "wide", "sav", "dta".

    Returns:
        Markdown.
    """
    arms = "; ".join(
        arm.name if arm.intervention == NO_INTERVENTION else f"{arm.name} ({arm.intervention})" for arm in design.arms
    )
    return f"""# {design.title}

{design.children} simulated children, seed {seed}. No one of them is or was a real child. Arms: {arms}.
Of the families {drop_out_words(design)}.{_of_sites(design)}

- `observed/`: what a researcher would have measured, one row a child, visit and measure, with error and losses.
- `truth/`: the same measures without error and without losses, one row a child and visit.
{_of_tables(design, also)}- `truth.zarr`: everything that each child carries, at each age kept. Not measurable in life.
- `data_dictionary.csv`: every column, measure and state. `manifest.json`: design, seed and checksums.

Analyse `observed` first; open the truth afterwards.

## R

```r
{_in_r(design, also)}
```

## Python

```python
import polars as pl, xarray as xr
observed = pl.read_parquet("observed/*.parquet")
truth = xr.open_zarr("truth.zarr", consolidated=False)
stress = truth.state.isel(variable=truth.state.attrs["variables"].index("stress"))
```

## What is not in it

{_bullets(_NOT_IN_IT)}

## Purpose and limits

{_bullets(PURPOSE_AND_LIMITS)}
"""


_NOT_IN_IT = (
    "No item of any questionnaire, no transcript, no video: scales and classes as scored, once each.",
    "No children who were measured by mistake, no data entered wrong, no coder who drifts: errors are those of the "
    "reliability that is stated, independent of one another.",
    "No visit that was missed and made up: a family that leaves stays away. No reason for leaving but what the design "
    "names.",
    "No sex differences, and no effect of socio-economic status: both are labels beside lives that do not know them.",
    "No siblings, no twins, no genes; one child a family.",
    "A site shares variance of what is measured there, not mechanisms; states in `truth.zarr` know no sites.",
)


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _of_sites(design: StudyDesign) -> str:
    sites = design.sites
    if sites is None:
        return ""
    varying = f", varying by {sites.cv:.0%}" if sites.cv else ""
    lost = f" {sites.lost:.0%} of sites leave whole." if sites.lost else ""
    return (
        f"\nSites of {sites.families_each} families{varying}; {sites.icc:g} of the variance of each measure lies "
        f"between them.{lost}"
    )


def _of_tables(design: StudyDesign, also: Sequence[str]) -> str:
    lines = {
        "csv": "`observed.csv`, `truth.csv`: the same as one file each.",
        "wide": "`wide.csv`: one row a child, a column for each measure and visit.",
        "sav": "`wide.sav`: the same for SPSS, with labels.",
        "dta": "`wide.dta`: the same for Stata, with labels.",
    }
    rows = ["`covariates/`: one row a child."] if design.covariates else []
    return "".join(f"- {line}\n" for line in (*rows, *(lines[one] for one in also)))


def _in_r(design: StudyDesign, also: Sequence[str]) -> str:
    """Return lines of R: base R where there is a csv, else the package arrow."""
    if "csv" not in also:
        return (
            'observed <- as.data.frame(arrow::open_dataset("observed"))   # needs the package arrow; --csv needs none\n'
            "aggregate(value ~ arm + measure + visit, data = observed, FUN = mean)\n"
            'truth <- as.data.frame(arrow::open_dataset("truth"))'
        )
    lines = [
        'observed <- read.csv("observed.csv", na.strings = "")',
        'dictionary <- read.csv("data_dictionary.csv")',
        "aggregate(value ~ arm + measure + visit, data = observed, FUN = mean)",
        'table(observed$visit, observed$missing, useNA = "ifany")',
        'truth <- read.csv("truth.csv", na.strings = "")',
    ]
    if design.covariates:
        lines.insert(1, 'observed <- merge(observed, read.csv("covariates.csv"), by = "child")')
    if "wide" in also:
        lines.append('wide <- read.csv("wide.csv", na.strings = "")')
    return "\n".join(lines)
