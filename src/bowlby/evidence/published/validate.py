"""`bowlby validate`: a simulated study of the same design for each published row, and how many come out inside."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from bowlby.atomic import make_folder, writing
from bowlby.evidence.published.bands import BandVerdict as FirstVerdict
from bowlby.evidence.published.bands import Judgement, SimulatedFigure, VerdictBasis, judge
from bowlby.evidence.published.figures import RequiredVariable, SampleSize, figure, required_variables
from bowlby.evidence.published.finding import Finding
from bowlby.evidence.published.headline import Headline, ScoredRow, headline
from bowlby.evidence.published.lives import SimulatedStudy, live
from bowlby.evidence.published.observed_children import ObservedChildren
from bowlby.evidence.published.rule import FindingQuestion, JudgementRule, rule_of
from bowlby.evidence.published.standing import RowStanding, Verdict, standing
from bowlby.evidence.published.vocabulary import CALIBRATED, CARE, HELD, INTERVENTION, MALTREATED, USUAL_CUT
from bowlby.model.life.population import reference_file
from bowlby.source import source

Floats = npt.NDArray[np.float64]
Told = Callable[[int, int], None]
"""Called with (variables observed, of how many)."""
ROUNDED = 1000
"""Numbers of children of later rounds are multiples of it, so that studies are shared between rows."""
TIMES_TAU = (0.5, 2.0)
"""Multiples of the assumed tau for which the headline is printed too."""


@dataclass(frozen=True)
class ValidationRow:
    """One published figure and the model's.

    Args:
        finding: the row.
        simulated: the model's figure.
        rule: how the row is judged.
        standing: its verdict.
        judgement: the first edition's verdict, kept beside it.
        children: simulated for it.
    """

    finding: Finding
    simulated: SimulatedFigure
    rule: JudgementRule
    standing: RowStanding
    judgement: Judgement
    children: int

    def as_dict(self) -> dict[str, object]:
        """Return the row as plain values."""
        one, (low, high) = self.finding, self.simulated.interval
        band = self.judgement.band
        return {
            "id": one.id,
            "role": one.role,
            "source_seen": one.source_seen,
            "population": one.population,
            "predictor": predictor_text(one),
            "outcome": one.outcome,
            "metric": str(one.metric),
            "question": str(self.rule.question),
            "rule": str(self.rule.formula),
            "scale": str(self.rule.scale),
            "published": one.estimate,
            "s": self.rule.s,
            "model": _finite(self.simulated.estimate),
            "model_low": _finite(low),
            "model_high": _finite(high),
            "monte_carlo_error": _finite(self.simulated.chance),
            "children": self.children,
            "z": self.standing.z,
            "null_z": self.rule.null_z,
            "baseline_z": self.rule.baseline_z,
            "verdict": str(self.standing.verdict),
            "reason": self.standing.reason,
            "first_edition": {
                "verdict": str(self.judgement.verdict),
                "by": str(self.judgement.by),
                "low": None if band is None else band[0],
                "high": None if band is None else band[1],
                "reason": self.judgement.reason,
            },
            "citation": one.citation,
            "note": one.note,
        }

    @property
    def scored(self) -> ScoredRow | None:
        """The row as the headline takes it, or None where it is not judged or no baseline speaks to it."""
        null_z, baseline_z, z = self.rule.null_z, self.rule.baseline_z, self.standing.z
        judged = self.standing.verdict in (Verdict.INSIDE, Verdict.OUTSIDE)
        if not judged or z is None or null_z is None or baseline_z is None:
            return None
        return ScoredRow(self.finding.id, self.finding.citation or self.finding.id, z, null_z, baseline_z)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def predictor_text(one: Finding) -> str:
    """Return a finding's predictor as the table writes it.

    Args:
        one: the finding.

    Returns:
        A variable, "care: ..." or "intervention: ...", or nothing.
    """
    what = one.predictor
    if what.care:
        return CARE + what.care
    if what.intervention:
        return INTERVENTION + what.intervention
    return what.variable + (HELD + what.held if what.held else "")


@dataclass(frozen=True)
class InsideShare:
    """How many findings came out inside.

    Args:
        inside: findings all of whose parts are inside.
        of: findings that there is something to hold against.
    """

    inside: int
    of: int

    def as_dict(self) -> dict[str, object]:
        """Return plain values; the share is None where there is nothing to hold against."""
        return {"inside": self.inside, "of": self.of, "share": self.inside / self.of if self.of else None}


@dataclass(frozen=True)
class Validation:
    """Rows of a table held against the model.

    Args:
        rows: in the table's order.
        unspoken: reasons by id of rows that the model does not speak to.
        size: of the simulated studies.
        prior: whether populations came from the prior and not from the fit.
    """

    rows: tuple[ValidationRow, ...]
    unspoken: dict[str, str]
    size: SampleSize
    prior: bool = False

    def misses_first(self) -> list[ValidationRow]:
        """Return the rows, those outside first, then those that are not judged or not applicable."""
        order = {Verdict.OUTSIDE: 0, Verdict.NOT_JUDGED: 1, Verdict.NOT_APPLICABLE: 2, Verdict.INSIDE: 3}
        return sorted(self.rows, key=lambda row: order[row.standing.verdict])

    def rows_of(self, question: FindingQuestion) -> list[ValidationRow]:
        """Return the rows of one table that count: not calibrated to, their source seen; misses first."""
        return [row for row in self.misses_first() if row.rule.question is question and _counts(row.finding)]

    def headline(self, times_tau: float = 1.0) -> Headline:
        """Return what the numeric rows come to, for the assumed tau or a multiple of it."""
        rows = self.rows_of(FindingQuestion.NUMERIC)
        if times_tau != 1.0:
            rows = [_with(row, rule_of(row.finding, times_tau)) for row in rows]
        scored = [one for row in rows if (one := row.scored) is not None]
        return headline(scored, self.size.seed)

    def of_question(self, question: FindingQuestion) -> InsideShare:
        """Return how many rows of one table are inside, of those that are judged."""
        verdicts = [row.standing.verdict for row in self.rows_of(question)]
        inside = verdicts.count(Verdict.INSIDE)
        return InsideShare(inside, inside + verdicts.count(Verdict.OUTSIDE))

    def share(self, chosen: Callable[[ValidationRow], bool] = lambda _: True) -> InsideShare:
        """Return how many findings the first edition calls inside; one in parts is inside where all its parts are."""
        verdicts: dict[str, list[FirstVerdict]] = {}
        for row in filter(chosen, self.rows):
            verdicts.setdefault(row.finding.of, []).append(row.judgement.verdict)
        held = [own for own in verdicts.values() if any(one is not FirstVerdict.NOT_APPLICABLE for one in own)]
        return InsideShare(sum(FirstVerdict.OUTSIDE not in own for own in held), len(held))

    def shares(self) -> dict[str, InsideShare]:
        """Return the first edition's shares, by name."""
        check = [row for row in self.rows if row.finding.role == "check"]
        ways = {f"check rows, by {by}": by for by in VerdictBasis if any(row.judgement.by is by for row in check)}
        ways.pop(f"check rows, by {VerdictBasis.NOTHING}", None)
        found = {
            "calibrate rows": self.share(lambda row: row.finding.role == "calibrate"),
            "check rows, source seen": self.share(lambda row: row.finding.role == "check" and row.finding.source_seen),
            "check rows": self.share(lambda row: row.finding.role == "check"),
            "all rows": self.share(),
        }
        of_check = {
            name: self.share(lambda row, by=by: row.finding.role == "check" and row.judgement.by is by)
            for name, by in ways.items()
        }
        return found | of_check

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby validate --json` says."""
        reference = reference_file()
        skipped = [
            {"id": one, "verdict": str(Verdict.NOT_APPLICABLE), "reason": why} for one, why in self.unspoken.items()
        ]
        return {
            "rows": [row.as_dict() for row in self.misses_first()] + skipped,
            "headline": self.headline().as_dict(),
            "headline_by_tau": {f"{times:g} tau": self.headline(times).as_dict() for times in TIMES_TAU},
            "signs": self.of_question(FindingQuestion.SIGN).as_dict(),
            "nulls": self.of_question(FindingQuestion.NULL).as_dict(),
            "share_inside": self.share().as_dict()["share"],
            "shares": {name: one.as_dict() for name, one in self.shares().items()},
            "populations": "prior" if self.prior else f"calibrated, version {reference['version']}",
            "children": self.size.children,
            "seed": self.size.seed,
        }


def _counts(finding: Finding) -> bool:
    return finding.role != "calibrate" and finding.source_seen


def _with(row: ValidationRow, rule: JudgementRule) -> ValidationRow:
    return replace(row, rule=rule, standing=standing(row.finding, rule, row.simulated))


def validate(
    findings: Sequence[Finding],
    size: SampleSize,
    *,
    unspoken: dict[str, str] | None = None,
    folder: Path | None = None,
    told: Told | None = None,
    prior: bool = False,
) -> Validation:
    """Hold published rows against simulated studies of the same design.

    Rows whose Monte Carlo error is too large for a verdict are simulated again with as many children as they need,
    `size.most` at most, until it is not or the row is beyond doubt.

    Args:
        findings: rows.
        size: of the simulated studies.
        unspoken: reasons by id of rows that the model does not speak to.
        folder: where finished studies are kept, so that the same call goes on; None keeps nothing.
        told: called with variables observed.
        prior: draw the calibrated populations from their prior, for comparison.

    Returns:
        Figures and verdicts.

    Raises:
        OutputError: the folder cannot be written.
    """
    rows: dict[str, ValidationRow] = {}
    pending, now = list(findings), size
    while pending:
        rows |= {row.finding.id: row for row in _round(pending, now, folder, told, prior=prior)}
        pending = [one for one in pending if not rows[one.id].standing.settled]
        needed = max((rows[one.id].standing.times_children for one in pending), default=1.0) * now.children
        larger = min(math.ceil(needed / ROUNDED) * ROUNDED, size.most)
        if larger <= now.children:
            break
        now = replace(now, children=larger)
    return Validation(tuple(rows[one.id] for one in findings), dict(unspoken or {}), size, prior)


def at_other_cuts(
    findings: Sequence[Finding], size: SampleSize, *, folder: Path | None = None, told: Told | None = None
) -> tuple[tuple[Finding, SimulatedFigure], ...]:
    """Return what rows on maltreated families would give had these been cut off at the other quantiles.

    Args:
        findings: rows; those on other families are left out.
        size: of the simulated studies; none is made larger.
        folder: as for `validate`.
        told: as for `validate`.

    Returns:
        The row with the families it was given, and its figure; by row, then by quantile.

    Raises:
        OutputError: the folder cannot be written.
    """
    others = [name for name in MALTREATED if name != USUAL_CUT]
    rows = [_of_cut(one, name) for one in findings if _of_cut(one, others[0]) != one for name in others]
    answers = _answers(list(dict.fromkeys(one for row in rows for one in required_variables(row, size))), folder, told)
    return tuple((row, figure(row, size, answers.__getitem__)) for row in rows)


def _of_cut(finding: Finding, name: str) -> Finding:
    care = name if finding.predictor.care == USUAL_CUT else finding.predictor.care
    population = name if finding.population == USUAL_CUT else finding.population
    return replace(finding, population=population, predictor=replace(finding.predictor, care=care))


def _round(
    findings: Sequence[Finding], size: SampleSize, folder: Path | None, told: Told | None, *, prior: bool
) -> list[ValidationRow]:
    """Return the rows from studies of one size."""
    wanted = [_of_prior(one, prior) for row in findings for one in required_variables(row, size)]
    answers = _answers(list(dict.fromkeys(wanted)), folder, told)

    def answer(one: RequiredVariable) -> Floats:
        return answers[_of_prior(one, prior)]

    return [_row(finding, figure(finding, size, answer), size.children) for finding in findings]


def _row(finding: Finding, found: SimulatedFigure, children: int) -> ValidationRow:
    rule = rule_of(finding)
    return ValidationRow(finding, found, rule, standing(finding, rule, found), judge(finding, found), children)


def _of_prior(one: RequiredVariable, prior: bool) -> RequiredVariable:
    return one._replace(study=replace(one.study, prior=prior and one.study.population in CALIBRATED))


def _answers(wanted: list[RequiredVariable], folder: Path | None, told: Told | None) -> dict[RequiredVariable, Floats]:
    """Return every variable that is asked for, study by study; a finished study is kept in a file of its own."""
    found: dict[RequiredVariable, Floats] = {}
    for study in dict.fromkeys(one.study for one in wanted):
        own = [one for one in wanted if one.study == study]
        path = None if folder is None else folder / f"{_name(study, own)}.npz"
        columns = _read(path, own) if path is not None else None
        if columns is None:
            columns = _observed(study, own)
            if path is not None:
                _write(path, columns)
        found |= dict(zip(own, columns, strict=True))
        if told:
            told(len(found), len(wanted))
    return found


def _observed(study: SimulatedStudy, own: list[RequiredVariable]) -> list[Floats]:
    parts: list[list[Floats]] = []
    designs = study.designs(sorted({one.age for one in own}))
    for design in designs:
        seen = ObservedChildren(live(design), study.seed)
        parts.append([seen.variable(one.variable, one.age) for one in own])
    order = np.argsort(np.concatenate([design.child_numbers() for design in designs]), kind="stable")
    return [np.concatenate(columns)[order] for columns in zip(*parts, strict=True)]


BEHIND = (
    "records",
    "formats",
    "measures",
    "model",
    "simulation",
    "lives/arms.py",
    *(f"evidence/published/{name}.py" for name in ("lives", "maltreatment", "observed_children", "staged_procedures")),
)
"""Code that a simulated study depends on."""


def _name(study: SimulatedStudy, own: list[RequiredVariable]) -> str:
    """Name of a kept study: what is asked, the code that it depends on, and the fitted populations."""
    variables = [(one.variable, one.age) for one in own]
    said = f"{study} {variables} {source(*BEHIND)} {reference_file()['posterior']['draws']}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _write(path: Path, columns: list[Floats]) -> None:
    make_folder(path.parent)
    with writing(path, force=True) as draft, draft.open("wb") as file:
        np.savez_compressed(file, *columns)


def _read(path: Path, own: list[RequiredVariable]) -> list[Floats] | None:
    """Return a kept study, or None where there is none that can be read: it is simulated again then."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return [kept[f"arr_{place}"] for place in range(len(own))]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
