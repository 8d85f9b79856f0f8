"""Findings: one published figure a row, in the small language of `vocabulary`; ours and a user's own alike."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from bowlby.errors import InputError, suggestion
from bowlby.evidence.published.vocabulary import CARE, HELD, INTERVENTION, PLACED, POPULATIONS, VARIABLES, FindingMetric
from bowlby.model.interventions.registry import intervention

NEEDED = ("population", "predictor", "outcome", "metric", "age_predictor", "age_outcome", "n", "estimate")
"""Columns that a table must have; `ci_low`, `ci_high`, `citation`, `id`, `role`, `source_seen`, `k`, `tau` and
`note` may."""

KNOWN = (*NEEDED, "ci_low", "ci_high", "citation", "id", "role", "source_seen", "k", "tau", "note")
ROLES = ("calibrate", "check")
_TABLES = "bowlby.evidence.published"
_WITHOUT_PREDICTOR = (FindingMetric.PERCENT, FindingMetric.MEAN, FindingMetric.SIGN)


@dataclass(frozen=True)
class Predictor:
    """What a finding compares or relates.

    Args:
        care: another population that is compared with the finding's own, or "".
        intervention: name of an intervention whose arm is compared with the same children without it, or "".
        variable: what is related to the outcome, or "".
        held: what is held constant, or "".
    """

    care: str = ""
    intervention: str = ""
    variable: str = ""
    held: str = ""


@dataclass(frozen=True)
class Finding:
    """One published figure.

    Args:
        id: of the row; parts of one finding end in .1, .2 and so on.
        role: "calibrate" or "check".
        source_seen: whether the figure was read in its source.
        population: who was studied.
        predictor: what is compared or related.
        outcome: variable.
        metric: what the figure says.
        age_predictor: months, or None where the predictor has no age.
        age_outcome: months.
        n: persons, or None.
        k: studies, or None.
        estimate: published; +1 or -1 for a sign, 0 for nothing.
        interval: published, or None.
        citation: of the source.
        note: what is to be known of the row.
        tau: published standard deviation between studies, on Fisher's z, d, the logit, the logarithm of a ratio or as
            it stands, > 0; None where none was published.
    """

    id: str
    role: str
    source_seen: bool
    population: str
    predictor: Predictor
    outcome: str
    metric: FindingMetric
    age_predictor: float | None
    age_outcome: float
    n: int | None
    k: int | None
    estimate: float
    interval: tuple[float, float] | None
    citation: str
    note: str
    tau: float | None = None

    @property
    def of(self) -> str:
        """The finding that this row is a part of."""
        return self.id.split(".")[0]

    @property
    def from_age(self) -> float:
        """Age of the predictor, months, where it has one."""
        assert self.age_predictor is not None
        return self.age_predictor


def shipped_findings(role: str | None = None) -> tuple[Finding, ...]:
    """Return bowlby's own table.

    Args:
        role: only rows of this role; rows of another are dropped while they are read, their figures unseen.

    Returns:
        Findings in the table's order.
    """
    path = files(_TABLES) / "findings.csv"
    return _read(path.read_text(encoding="utf-8").splitlines(), path.name, role)


def read(path: Path) -> tuple[Finding, ...]:
    """Return the findings of a user's own table.

    Args:
        path: a csv file with the columns `NEEDED`; others of `KNOWN` may be there.

    Returns:
        Findings in the table's order; ids are row numbers where the table has none.

    Raises:
        InputError: the file cannot be read, a column is missing or unknown, or a cell is not of the vocabulary; the
            message names file, row, column and value.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the table cannot be read: {error}", file=str(path), remedy="Give a csv file.") from error
    found = _read(lines, str(path), None)
    if not found:
        raise InputError("the table has no rows", file=str(path), remedy=f"Give rows with {', '.join(NEEDED)}.")
    return found


def unmodelled_rows() -> dict[str, str]:
    """Return why the model does not speak to rows of the published table, by id.

    Returns:
        Reasons.
    """
    text = (files(_TABLES) / "speaks_to.csv").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row["by"] for row in csv.DictReader(text) if row["speaks_to"] == "no"}


def _read(lines: Iterable[str], name: str, role: str | None) -> tuple[Finding, ...]:
    rows = csv.DictReader(lines)
    columns = [column.strip() for column in rows.fieldnames or ()]
    for column in NEEDED:
        if column not in columns:
            raise InputError("a column is missing", file=name, column=column, remedy=f"Needed: {', '.join(NEEDED)}.")
    for column in columns:
        if column not in KNOWN:
            remedy = f"{suggestion(column, KNOWN)}Known: {', '.join(KNOWN)}."
            raise InputError("there is no such column", file=name, column=column, remedy=remedy)
    found: list[Finding] = []
    for number, row in enumerate(rows, start=2):
        cells = _Cells(name, number, {(key or "").strip(): (value or "").strip() for key, value in row.items()})
        if role in (None, cells.text("role") or "check"):
            found.append(_finding(cells))
    _once([one.id for one in found], name)
    return tuple(found)


def _once(ids: list[str], name: str) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise InputError("an id stands twice", file=name, column="id", value=one, remedy="Give each row its own.")
        seen.add(one)


@dataclass(frozen=True)
class _Cells:
    """One row of a table, and how to complain about it."""

    file: str
    row: int
    values: dict[str, str]

    def text(self, column: str) -> str:
        return self.values.get(column, "")

    def wrong(self, problem: str, column: str, remedy: str) -> InputError:
        return InputError(problem, file=self.file, row=self.row, column=column, value=self.text(column), remedy=remedy)

    def number(self, column: str) -> float:
        try:
            value = float(self.text(column))
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.wrong("this is not a number", column, "Write a number such as 0.25.")
        return value

    def count(self, column: str) -> int | None:
        if not self.text(column):
            return None
        value = self.number(column)
        if value < 1 or value != int(value):
            raise self.wrong("this is not a count", column, "Write a whole number of at least 1, or leave it empty.")
        return int(value)

    def spread(self, column: str) -> float | None:
        if not self.text(column):
            return None
        value = self.number(column)
        if value <= 0:
            raise self.wrong("this is no standard deviation", column, "Write a number above 0, or leave it empty.")
        return value

    def one_of(self, column: str, names: Iterable[str]) -> str:
        value, known = self.text(column), list(names)
        if value not in known:
            remedy = f"{suggestion(value, known)}See the vocabulary in docs/published.md."
            raise self.wrong(f"the vocabulary has no such {column}", column, remedy)
        return value


def _finding(cells: _Cells) -> Finding:
    metric = FindingMetric(cells.one_of("metric", list(FindingMetric)))
    outcome = cells.one_of("outcome", VARIABLES)
    predictor = _predictor(cells)
    found = Finding(
        id=cells.text("id") or str(cells.row),
        role=cells.one_of("role", ROLES) if cells.text("role") else "check",
        source_seen=cells.values.get("source_seen", "yes") == "yes",
        population=_population(cells, "population", cells.text("population")),
        predictor=predictor,
        outcome=outcome,
        metric=metric,
        age_predictor=cells.number("age_predictor") if predictor.variable or predictor.intervention else None,
        age_outcome=cells.number("age_outcome"),
        n=cells.count("n"),
        k=cells.count("k"),
        estimate=_estimate(cells, metric),
        interval=_interval(cells),
        citation=cells.text("citation"),
        note=cells.text("note"),
        tau=cells.spread("tau"),
    )
    _check_ages(cells, found)
    _check_metric(cells, found)
    return found


def _population(cells: _Cells, column: str, name: str) -> str:
    placed = re.fullmatch(PLACED, name)
    if placed and float(placed[1]) > float(placed[2]):
        raise cells.wrong("the ages at placement are out of order", column, "Write the younger age first.")
    if not placed and name not in POPULATIONS:
        remedy = f"{suggestion(name, POPULATIONS)}Known: {', '.join(POPULATIONS)}."
        raise cells.wrong("the vocabulary has no such population", column, remedy)
    return name


def _predictor(cells: _Cells) -> Predictor:
    text = cells.text("predictor")
    if text.startswith(CARE):
        return Predictor(care=_population(cells, "predictor", text.removeprefix(CARE)))
    if text.startswith(INTERVENTION):
        return Predictor(intervention=intervention(text.removeprefix(INTERVENTION)).name)
    variable, _, held = text.partition(HELD)
    for name in filter(None, (variable, held)):
        if name not in VARIABLES:
            remedy = f"{suggestion(name, VARIABLES)}Write a variable, or 'care: ...' or 'intervention: ...'."
            raise cells.wrong("the vocabulary has no such predictor", "predictor", remedy)
    return Predictor(variable=variable, held=held)


_SIGNS = {"+": 1.0, "-": -1.0, "positive": 1.0, "negative": -1.0}


def _estimate(cells: _Cells, metric: FindingMetric) -> float:
    if metric in (FindingMetric.SIGN, FindingMetric.MEDIATED):
        if cells.text("estimate") not in _SIGNS:
            raise cells.wrong("this is not a sign", "estimate", "Write + or -.")
        return _SIGNS[cells.text("estimate")]
    return 0.0 if metric is FindingMetric.NULL and not cells.text("estimate") else cells.number("estimate")


def _interval(cells: _Cells) -> tuple[float, float] | None:
    if not (cells.text("ci_low") or cells.text("ci_high")):
        return None
    low, high = cells.number("ci_low"), cells.number("ci_high")
    if low > high:
        raise cells.wrong("the interval is upside down", "ci_low", "Write the lower end first.")
    return low, high


def _check_ages(cells: _Cells, found: Finding) -> None:
    asked = [("age_outcome", found.outcome, found.age_outcome)]
    if found.predictor.variable:
        asked.append(("age_predictor", found.predictor.variable, found.from_age))
    if found.predictor.held:
        asked.append(("age_outcome", found.predictor.held, found.age_outcome))
    for column, name, age in asked:
        low, high = VARIABLES[name].ages
        if not max(low, 0.1) <= age <= high:
            raise cells.wrong(f"{name} has no meaning at this age", column, f"Give {low:g} to {high:g} months.")
    if found.predictor.intervention and not found.from_age < found.age_outcome:
        raise cells.wrong("the intervention begins after its outcome", "age_predictor", "Give an earlier age.")


def _check_metric(cells: _Cells, found: Finding) -> None:
    rules: dict[FindingMetric, Callable[[Predictor], bool]] = {
        FindingMetric.KAPPA: lambda one: one.variable == found.outcome == "four-way class",
        FindingMetric.RATIO: lambda one: bool(one.care),
        FindingMetric.MEDIATED: lambda one: bool(one.variable and one.held),
        FindingMetric.PERCENT: lambda one: not one.care and not one.variable,
        FindingMetric.MEAN: lambda one: not one.care and not one.variable,
    }
    one = found.predictor
    if not rules.get(found.metric, lambda _: True)(one):
        raise cells.wrong(f"{found.metric} does not fit this predictor", "predictor", "See the metrics' meanings.")
    if found.metric not in _WITHOUT_PREDICTOR and one == Predictor():
        raise cells.wrong(f"{found.metric} needs a predictor", "predictor", "Name a variable, care or intervention.")
    if found.metric is FindingMetric.D and one.variable and not VARIABLES[one.variable].binary:
        raise cells.wrong("d needs two groups", "predictor", "Name a variable that is 0 or 1, or use r.")
