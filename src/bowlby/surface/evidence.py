"""The model held to the literature, to the source's claims, and to itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from bowlby.atomic import writing
from bowlby.cache import cache_folder
from bowlby.errors import InputError
from bowlby.progress import progress_bar
from bowlby.simulation.entry import start_jax
from bowlby.surface.inputs import PathLike
from bowlby.surface.result import Result, ResultOrigin, cell, plain_rows

if TYPE_CHECKING:
    from bowlby.evidence.claims_register.judge import JudgedClaim  # noqa: F401  (named in a base class)
    from bowlby.evidence.claims_register.lives import ClaimSampleSizes
    from bowlby.evidence.comparison.compare import Comparison  # noqa: F401  (named in a base class)
    from bowlby.evidence.published.finding import Finding
    from bowlby.evidence.published.validate import Validation
    from bowlby.reporting.figure import Figure

RECOVERED = ("choices", "axes", "intervals")


@dataclass(frozen=True, repr=False, eq=False)
class ModelValidation(Result["Validation"]):
    """Published figures beside a simulated study of the same design, misses first.

    Args:
        prior: the same with populations from their prior, or None.
    """

    prior: Validation | None = field(default=None, kw_only=True)

    dimensions: ClassVar = ("finding",)

    @property
    def title(self) -> str:
        """Return how many published figures were simulated."""
        return f"{len(self.value.rows)} published figures, beside studies of {self.value.size.children} children"

    @property
    def lines(self) -> Sequence[str]:
        """Return what stands first on its page, and a line a figure."""
        from bowlby.reporting.validation_page import plain_words

        rows = [
            f"{row['verdict']}: {row['finding']} {row['metric']} {row['model']:.3g} "
            f"({row['model_low']:.3g} to {row['model_high']:.3g}), published {row['published']:.3g}"
            for row in self.to_polars().iter_rows(named=True)
        ]
        return [*plain_words(self.value, self.prior), *rows]

    def to_polars(self) -> pl.DataFrame:
        """Return a row a published figure: published, model with its 95 % interval, z, verdict."""
        rows = [row.as_dict() for row in self.value.misses_first()]
        return pl.DataFrame(plain_rows(rows), infer_schema_length=None).rename({"id": "finding"})

    def figures(self) -> tuple[Figure, ...]:
        """Return a forest a metric."""
        from bowlby.reporting.figures.forest import forest_figure

        rows = self.value.rows
        metrics = list(dict.fromkeys(row.finding.metric for row in rows))
        return tuple(
            forest_figure(str(metric), [row for row in rows if row.finding.metric is metric], f"forest-{place}")
            for place, metric in enumerate(metrics, 1)
        )

    def save_page(self, path: Path, *, force: bool = False) -> Path:
        """Save its page, whatever the name's ending.

        Args:
            path: of the page.
            force: replace what is there.

        Returns:
            The path written.
        """
        from bowlby.reporting.validation_page import write_validation

        return write_validation(self.value, path, prior=self.prior, cache=cache_folder(), force=force)


def validate(
    table: PathLike | None = None,
    *,
    rows: Sequence[str] = (),
    children: int = 1000,
    most: int = 64_000,
    prior: bool = False,
    folder: PathLike | None = None,
    seed: int = 0,
) -> ModelValidation:
    """Hold the model against published figures: a simulated study of the same design for each.

    Args:
        table: your own table of findings (csv); None for the shipped one.
        rows: ids of the rows wanted; none takes all.
        children: in each simulated study.
        most: children at most, where a row's Monte Carlo error needs more of them.
        prior: also hold populations from their prior against the rows.
        folder: keeps finished studies; None for one in the user's cache.
        seed: of all chances.

    Returns:
        The rows, misses first.

    Raises:
        InputError: no such row, or too few children for an interval.

    Example:
        >>> import bowlby
        >>> bowlby.validate(rows=["B17"], children=4000)  # doctest: +SKIP
    """
    notes = start_jax()
    from bowlby.evidence.published.figures import SampleSize
    from bowlby.evidence.published.lives import BLOCKS
    from bowlby.evidence.published.validate import validate as simulate_studies

    if children < 5 * BLOCKS:
        remedy = f"Give {5 * BLOCKS} or more: intervals come from {BLOCKS} groups of them."
        raise InputError("too few children for an interval", column="-n", value=children, remedy=remedy)
    findings, unspoken = findings_of(table, rows)
    size, kept = SampleSize(children, seed, most), studies_folder(folder)
    with progress_bar("variables") as progress:
        found = simulate_studies(findings, size, unspoken=unspoken, folder=kept, told=progress)
    before = None
    if prior:
        once = replace(size, most=children)
        with progress_bar("variables, populations from the prior") as progress:
            before = simulate_studies(findings, once, unspoken=unspoken, folder=kept, told=progress, prior=True)
    settings = {"rows": list(rows), "children": children, "most": most, "prior": prior, "seed": seed}
    return ModelValidation(found, prior=before, provenance=ResultOrigin("validate", settings, notes=notes))


def studies_folder(folder: PathLike | None) -> Path | None:
    """Return the folder that keeps finished studies.

    Args:
        folder: asked for, or None for one in the user's cache.

    Returns:
        The folder, or None where there is no cache.
    """
    home = cache_folder()
    return Path(folder) if folder is not None else None if home is None else home / "studies"


def findings_of(table: PathLike | None, chosen: Sequence[str]) -> tuple[tuple[Finding, ...], dict[str, str]]:
    """Return published findings, and why others are not spoken to.

    Args:
        table: of the user's own, or None for the shipped one.
        chosen: ids wanted; none takes all.

    Returns:
        The findings, and reasons by id.

    Raises:
        InputError: there is no row of a wanted id.
    """
    from bowlby.evidence.published.finding import read, shipped_findings, unmodelled_rows

    findings = shipped_findings() if table is None else read(Path(table))
    reasons = unmodelled_rows() if table is None else {}
    if not chosen:
        return findings, reasons
    known = {one.id for one in findings} | {one.of for one in findings}
    for name in chosen:
        if name not in known and name not in reasons:
            raise InputError("there is no such row", column="--row", value=name, remedy="See the table's first column.")
    kept = tuple(one for one in findings if one.id in chosen or one.of in chosen)
    return kept, {one: why for one, why in reasons.items() if one in chosen}


@dataclass(frozen=True, repr=False, eq=False)
class JudgedClaims(Result["tuple[JudgedClaim, ...]"]):
    """The source's causal claims: what the model gives, where it comes from, and what has been published on each.

    Args:
        numbers: of children.
    """

    numbers: ClaimSampleSizes = field(kw_only=True)

    dimensions: ClassVar = ("claim_id",)

    @property
    def title(self) -> str:
        """Return how many claims were tested."""
        return f"{len(self.value)} claims of the source, each tested by a contrast"

    @property
    def lines(self) -> Sequence[str]:
        """Return counts of the marks, and a line a claim."""
        from bowlby.reporting.claims_page import plain_words

        rows = [
            f"{row['id']} model: {row['model_mark']}; evidence: {row['evidence']}. {row['claim']}" for row in self._rows
        ]
        return [*plain_words(self._rows), *rows]

    @property
    def _rows(self) -> list[dict[str, object]]:
        return [one.as_dict() for one in self.value]

    def to_polars(self) -> pl.DataFrame:
        """Return a row a claim: contrast, model with its interval, both marks, published figures."""
        return pl.DataFrame(plain_rows(self._rows), infer_schema_length=None).rename({"id": "claim_id"})

    def as_dict(self) -> dict[str, object]:
        """Return what `bowlby claims --json` says."""
        from bowlby.evidence.claims_register.judge import summary

        said = {"children": self.numbers.children, "fewer": self.numbers.fewer, "seed": self.numbers.seed}
        return {"claims": self._rows, **summary(self.value), **said}

    def figures(self) -> tuple[Figure, ...]:
        """Return what the evidence and the model say, by row."""
        from bowlby.reporting.figures.claims import evidence_figure, model_figure

        return evidence_figure(self._rows, "evidence"), model_figure(self._rows, "model")

    def save_page(self, path: Path, *, force: bool = False) -> Path:
        """Save its page, whatever the name's ending.

        Args:
            path: of the page.
            force: replace what is there.

        Returns:
            The path written.
        """
        from bowlby.reporting.claims_page import write_claims

        return write_claims(self._rows, self.numbers, path, cache=cache_folder(), force=force)


def claims(
    row: str | None = None, *, quick: bool = False, folder: PathLike | None = None, seed: int = 0
) -> JudgedClaims:
    """Test every causal claim of the source by a contrast, and say where the result comes from and what is published.

    Args:
        row: only the claims of one row, "M1" to "M16".
        quick: fewer children: a first look, with wider intervals.
        folder: keeps finished lives; None for one in the user's cache.
        seed: of all chances.

    Returns:
        The claims with both marks.

    Raises:
        InputError: there is no such row.

    Example:
        >>> import bowlby
        >>> bowlby.claims("M11", quick=True)  # doctest: +SKIP
    """
    notes = start_jax()
    from bowlby.evidence.claims_register.judge import QUICK, judge, select_claims
    from bowlby.evidence.claims_register.lives import ClaimSampleSizes
    from bowlby.evidence.claims_register.lives_folder import lives_folder
    from bowlby.lives.arm_lives import RunMonitor

    wanted = select_claims(row)
    numbers = replace(QUICK if quick else ClaimSampleSizes(), seed=seed)
    kept = lives_folder(None if folder is None else Path(folder))
    with progress_bar("lives") as progress:
        judged = judge(wanted, numbers, folder=kept, watching=RunMonitor(progress))
    origin = ResultOrigin("claims", {"row": row, "quick": quick, "seed": seed}, notes=notes)
    return JudgedClaims(tuple(judged), numbers=numbers, provenance=origin)


@dataclass(frozen=True, repr=False, eq=False)
class CareComparison(Result["Comparison"]):
    """Two kinds of care beside each other: what the source says, what the model gives, what is published."""

    dimensions: ClassVar = ("aspect",)

    @property
    def title(self) -> str:
        """Return how many aspects are compared."""
        from bowlby.evidence.claims_register.aspects import TITLE

        return f"{TITLE}: {len(self.value.lines)} aspects"

    @property
    def lines(self) -> Sequence[str]:
        """Return the comparison in words."""
        from bowlby.reporting.compare_page import compare_text

        return [line for line in compare_text(self.value) if line.strip()]

    def to_polars(self) -> pl.DataFrame:
        """Return a row an aspect: what the source says of trauma and of neglect, as it is restated."""
        rows = [_aspect_row(one.as_dict()) for one in self.value.lines]
        return pl.DataFrame(rows, infer_schema_length=None)

    def infographic(self) -> str:
        """Return the comparison on one page, as SVG."""
        from bowlby.reporting.infographic import infographic

        return infographic(self.value)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return what a notebook shows: the one page."""
        del include, exclude
        return {"text/plain": repr(self), "text/html": self.infographic()}

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Save it: the one page as .svg or .png, the whole as .html or .md, the table as any other result.

        Args:
            path: the target.
            force: replace what is there.

        Returns:
            The path written.
        """
        from bowlby.reporting.compare_page import compare_html, compare_markdown
        from bowlby.reporting.infographic import infographic_png

        path = Path(path)
        match path.suffix.lower():
            case ".svg":
                content = self.infographic().encode()
            case ".png":
                content = infographic_png(self.value)
            case ".html":
                content = compare_html(self.value, cache_folder()).encode()
            case ".md":
                content = compare_markdown(self.value).encode()
            case _:
                return super().save(path, force=force)
        with writing(path, force=force) as draft:
            draft.write_bytes(content)
        return path


def _aspect_row(aspect: Mapping[str, Any]) -> dict[str, str]:
    """Return an aspect's cells as words."""
    return {"aspect": str(aspect["name"])} | {key: _said(aspect[key]) for key in ("trauma", "neglect")}


def _said(found: Any) -> str:
    return str(found.get("says", "")) if isinstance(found, Mapping) else str(found)


def compare(*, fresh: bool = False, folder: PathLike | None = None, seed: int = 0) -> CareComparison:
    """Compare trauma and neglect: what the source says, what the model gives, what is published.

    Args:
        fresh: live all lives anew instead of showing the shipped result.
        folder: with `fresh`, keeps finished lives; None for one in the user's cache.
        seed: with `fresh`, of all chances.

    Returns:
        The comparison; a notebook shows it on one page.

    Example:
        >>> import bowlby
        >>> bowlby.compare().to_polars().columns
        ['aspect', 'trauma', 'neglect']
    """
    from bowlby.evidence.comparison.compare import comparison

    if not fresh:
        return CareComparison(comparison(), provenance=ResultOrigin("compare"))
    notes = start_jax()
    from bowlby.evidence.claims_register.lives import ClaimSampleSizes
    from bowlby.evidence.claims_register.lives_folder import lives_folder
    from bowlby.evidence.comparison.result import make_result
    from bowlby.lives.arm_lives import RunMonitor

    kept = lives_folder(None if folder is None else Path(folder))
    with progress_bar("lives") as progress:
        found = comparison(make_result(ClaimSampleSizes(seed=seed), folder=kept, watching=RunMonitor(progress)))
    return CareComparison(found, provenance=ResultOrigin("compare", {"fresh": True, "seed": seed}, notes=notes))


@dataclass(frozen=True, repr=False, eq=False)
class Recovery(Result["tuple[Any, ...]"]):
    """What comes back of simulated values, and how often stated intervals hold the truth.

    Args:
        what: choices, axes or intervals.
    """

    what: str = field(kw_only=True)

    dimensions: ClassVar = ("recovered",)

    @property
    def title(self) -> str:
        """Return what was recovered."""
        return f"recovery of {self.what}: {len(self.value)} rows"

    @property
    def lines(self) -> Sequence[str]:
        """Return a line a row."""
        return [
            ", ".join(f"{key} {cell(value)}" for key, value in row.items() if value is not None)
            for row in self.to_polars().iter_rows(named=True)
        ]

    def to_polars(self) -> pl.DataFrame:
        """Return the rows."""
        rows = plain_rows([_plain(one) for one in self.value])
        return pl.DataFrame(rows, infer_schema_length=None)

    def as_dict(self) -> dict[str, object]:
        """Return the rows as plain values."""
        return {"what": self.what, "rows": [_plain(one) for one in self.value]}


def _plain(one: Any) -> dict[str, object]:
    return one.as_dict() if hasattr(one, "as_dict") else dict(vars(one))


def recover(
    what: str = "choices",
    *,
    rule: str = "rescorla-wagner",
    children: int | None = None,
    trials: int = 40,
    sessions: Sequence[int] = (),
    minutes: Sequence[int] = (20, 60, 180, 600),
    draws: int = 200,
    seed: int = 0,
) -> Recovery:
    """Simulate, infer from what was simulated, and say what comes back.

    Args:
        what: "choices" (parameters of a learning rule), "axes" (threat and deprivation of care), or "intervals" (of
            measures).
        rule: of choices: the learning rule.
        children: of choices and axes: simulated children; None for 30 and 512.
        trials: of choices: trials a session.
        sessions: of choices: sessions a child to try, 1, 5 and 20 where none are given; of axes: visits, 3.
        minutes: of axes: minutes watched in all.
        draws: of intervals: simulated records a situation.
        seed: of all chances.

    Returns:
        A row a parameter or measure and length.

    Raises:
        InputError: nothing of this name can be recovered.

    Example:
        >>> import bowlby
        >>> bowlby.recover("choices", rule="pearce-hall", sessions=[1, 5])  # doctest: +SKIP
    """
    if what not in RECOVERED:
        remedy = f"Known: {', '.join(RECOVERED)}."
        raise InputError("there is nothing of this name to recover", column="what", value=what, remedy=remedy)
    notes = start_jax()
    match what:
        case "choices":
            rows = _choices(rule, children or 30, trials, tuple(sessions) or (1, 5, 20), seed)
        case "axes":
            rows = _axes(tuple(minutes), children or 512, (*sessions, 3)[0], seed)
        case _:
            rows = _intervals(draws, seed)
    return Recovery(rows, what=what, provenance=ResultOrigin("recover", {"what": what, "seed": seed}, notes=notes))


def _choices(rule: str, children: int, trials: int, sessions: tuple[int, ...], seed: int) -> tuple[Any, ...]:
    from bowlby.inference.choices.hierarchy import Hierarchy
    from bowlby.model.rules.registry import find_rule
    from bowlby.recovery.choice_recovery import recover as recover_choices
    from bowlby.recovery.choices import ChoiceDesign

    hierarchy = Hierarchy(rule=find_rule(rule).name)
    design = ChoiceDesign(children, 1, trials)
    with progress_bar("fits") as progress:
        return tuple(recover_choices(hierarchy, design, sessions=sessions, seed=seed, progress=progress))


def _axes(minutes: tuple[int, ...], children: int, visits: int, seed: int) -> tuple[Any, ...]:
    from bowlby.recovery.care.recovery import RecoveryPlan, recover_axes

    with progress_bar("lengths") as progress:
        return recover_axes(RecoveryPlan(children, minutes, visits, seed), done=progress).rows


def _intervals(draws: int, seed: int) -> tuple[Any, ...]:
    from bowlby.recovery.interval_coverage import CoverageRun, cover, situations

    home = cache_folder()
    with progress_bar("draws") as progress:
        return tuple(
            cover(situations(), CoverageRun(draws, seed, None if home is None else home / "intervals"), progress)
        )
