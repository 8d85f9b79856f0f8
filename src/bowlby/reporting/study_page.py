"""The report of a study: what was found on one page, then the tables and figures that it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl

from bowlby.atomic import write_text
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.words import ABOUT, NO_EVIDENCE
from bowlby.laboratory.agreement import ALPHA, CODES, CONSTRUCTS, EVENTS, KAPPA, AgreementRow
from bowlby.laboratory.associations import Association, AxisContrast
from bowlby.laboratory.contrasts import EXPLORATORY, PRIMARY, GroupContrast
from bowlby.laboratory.findings import StudyFindings
from bowlby.laboratory.variables import Missing, Variable
from bowlby.reporting.block import ReportBlock
from bowlby.reporting.figure import Figure, Table
from bowlby.reporting.figures.study import axes_figure, contrast_forest, missing_figure, outcome_by_group
from bowlby.reporting.numbers import count_of, interval, listed, number, percent
from bowlby.reporting.sections import Section, sections_html

WORST_SHOWN, DISTRIBUTIONS = 8, 6
LEVEL = 0.05
ROWS_A_FOREST = 30
NO_ETHICS = "not stated (ethics in the study file)"
INCIDENTAL = (
    "Incidental findings: an estimate about one dyad is no ground for action, and is reported to nobody. What a person "
    "saw who coded or visited is: whoever worries about a child follows the local safeguarding procedure."
)


def write_study_report(found: StudyFindings, path: Path, *, cache: Path | None = None) -> Path:
    """Write the report of a study, over that of an earlier run.

    Args:
        found: of the study.
        path: the HTML file.
        cache: folder in which the drawing script is kept between runs, or None.

    Returns:
        The path.

    Raises:
        OutputError: it cannot be written.
    """
    return write_text(path, study_html(found, cache), force=True)


def study_html(found: StudyFindings, cache: Path | None = None) -> str:
    """Return the report of a study.

    Args:
        found: of the study.
        cache: folder in which the drawing script is kept between runs, or None.

    Returns:
        The whole document; it opens offline and prints.

    Raises:
        OSError: the cache folder cannot be written.
    """
    parts = (
        Section("findings", "What was found", _findings(found)),
        Section("sample", "Who was seen, and what is missing", _sample(found)),
        Section("distributions", "Outcomes", _distributions(found)),
        Section("contrasts", "Groups", _contrasts(found)),
        Section("associations", "Ratings", _associations(found)),
        Section("axes", "Axes of care", _axes(found)),
        Section("reliability", "Reliability of the coding", _reliability(found)),
        Section("paper", "For the paper", _paper(found)),
    )
    return sections_html(found.run.study.plan.title, _subtitle(found), [one for one in parts if one.blocks], cache)


def _subtitle(found: StudyFindings) -> str:
    study = found.run.study
    pairs = count_of(len(study.pairs), "session")
    return f"{_sizes(found)}; {pairs} coded twice; ethics approval: {study.plan.ethics or NO_ETHICS}"


def _sizes(found: StudyFindings) -> str:
    study = found.run.study
    children = "1 child" if len(study.children) == 1 else f"{len(study.children)} children"
    return f"{children}, {count_of(len(study.main), 'session')}"


def _primary(found: StudyFindings) -> list[Variable]:
    named = found.run.study.plan.groups.outcomes
    known = {one.name: one for one in found.run.tables.variables}
    return [known[name] for name in named if name in known]


def _findings(found: StudyFindings) -> tuple[ReportBlock, ...]:
    primary = [one for one in found.contrasts if one.family == PRIMARY]
    told = [one for one in primary if one.g is not None]
    lines = [*_verdicts(found, told), *_not_compared(primary), *_could_show(told), found.agreement.sentence]
    lines.append(_missing_line(found))
    if found.run.axes.dyads:
        lines.append(f"The axes of care stand below for all dyads together, unnamed. {ABOUT}")
    shown = [one for one in told if (one.first, one.second) == (told[0].first, told[0].second)]
    figures = (contrast_forest(shown, "Primary outcomes by group", "primary-forest"),) if shown else ()
    held = [one for one in found.associations if one.rho is not None and one.family == PRIMARY]
    tables = [*_contrast_tables(told, PRIMARY), _association_table(held, "Primary outcomes with ratings.")]
    return (ReportBlock("", bullets=tuple(lines), figures=figures, tables=tuple(one for one in tables if one.rows)),)


def _verdicts(found: StudyFindings, told: Sequence[GroupContrast]) -> list[str]:
    """Return how many primary outcomes differ between groups, and go with ratings, after correction."""
    lines: list[str] = []
    differ = [one.label for one in told if one.p_holm is not None and one.p_holm < LEVEL]
    if told:
        which = f": {listed(differ)}" if differ else ""
        lines.append(
            f"After Holm {len(differ)} of {len(told)} contrasts of primary outcomes between groups are "
            f"significant{which}."
        )
    held = [one for one in found.associations if one.rho is not None and one.family == PRIMARY]
    go = [f"{one.label} with {one.rating}" for one in held if one.p_holm is not None and one.p_holm < LEVEL]
    if held:
        which = f": {listed(go)}" if go else ""
        lines.append(
            f"After Holm {len(go)} of {len(held)} rank correlations of primary outcomes with ratings are "
            f"significant{which}."
        )
    return lines


def _contrast_line(one: GroupContrast) -> str:
    return (
        f"{one.label}: {one.first} {number(one.mean_first)}, {one.second} {number(one.mean_second)}; difference "
        f"{interval(one.difference, one.low, one.high)}, g {interval(one.g, one.g_low, one.g_high)}, {_p(one.p_holm)} "
        f"after Holm over the primary outcomes."
    )


def _not_compared(primary: Sequence[GroupContrast]) -> list[str]:
    reasons = Counter(one.reason for one in primary if one.reason)
    return [f"Not compared: {count_of(count, 'primary outcome')}, since {reason}." for reason, count in reasons.items()]


def _could_show(told: Sequence[GroupContrast]) -> list[str]:
    known = [one for one in told if one.detectable is not None]
    if not known:
        return []
    one = known[0]
    return [
        f"With {one.children_first} and {one.children_second} children a difference of g = {number(one.detectable)} is "
        "found with a power of 80 % (two-sided, .05, one outcome); smaller ones would mostly be missed, so that what "
        "is not "
        "significant here is not absent."
    ]


def _best_associations(found: StudyFindings) -> list[str]:
    known = [one for one in found.associations if one.rho is not None and one.family == PRIMARY]
    return [
        f"{one.label} with {one.rating}: rank correlation {interval(one.rho, one.low, one.high)}, n {one.children}, "
        f"{_p(one.p_holm)} after Holm."
        for one in known
    ]


def _missing_line(found: StudyFindings) -> str:
    counts = missing_counts(found)
    every, numbers = (int(table["visits"].sum()) for table in (counts, counts.filter(pl.col("code") == 0)))
    if not every:
        return "No primary outcome has a number."
    share = percent(numbers / every)
    return f"{numbers} of {every} primary outcomes of visits ({share}) are numbers without a reservation."


def missing_counts(found: StudyFindings) -> pl.DataFrame:
    """Return how many visits have which code, by primary outcome.

    Args:
        found: of the study.

    Returns:
        Columns outcome, code and visits.
    """
    wide = found.run.tables.wide
    parts = [
        wide.group_by(pl.col(f"{one.name}_miss").alias("code"))
        .agg(pl.len().cast(pl.Int64).alias("visits"))
        .select(pl.lit(one.label).alias("outcome"), "code", "visits")
        .sort("code")
        for one in _primary(found)
    ]
    empty = pl.DataFrame(schema={"outcome": pl.String(), "code": pl.Int64(), "visits": pl.Int64()})
    return pl.concat([empty, *parts])


def _p(value: float | None) -> str:
    if value is None:
        return "p unknown"
    return "p < .001" if value < 0.001 else f"p = {value:.3f}"


def _sample(found: StudyFindings) -> tuple[ReportBlock, ...]:
    counts = missing_counts(found)
    figures = (missing_figure(counts, "missing"),) if counts.height else ()
    rows = tuple(
        (row["outcome"], Missing(row["code"]).label, str(row["visits"])) for row in counts.iter_rows(named=True)
    )
    tables = [_sample_table(found)]
    if rows:
        tables.append(
            Table("Primary outcomes of visits, by what the number is.", ("outcome", "code", "visits"), rows, (2,))
        )
    return (ReportBlock("", figures=figures, tables=tuple(tables)),)


def _sample_table(found: StudyFindings) -> Table:
    column = found.run.study.plan.groups.column
    person, wide = found.run.tables.person, found.run.tables.wide
    by = column if column in person.columns else ""
    names = person[by].drop_nulls().unique(maintain_order=True).to_list() if by else [""]
    rows: list[tuple[str, ...]] = []
    for name in names:
        own, visits = ((table.filter(pl.col(by) == name) if by else table) for table in (person, wide))
        ages = own["age_months"].drop_nulls() if "age_months" in own.columns else pl.Series(dtype=pl.Float64())
        age = number(float(np.mean(ages.to_numpy()))) if len(ages) else "—"
        rows.append((name or "all children", str(own["child"].n_unique()), str(visits.height), age))
    return Table("Children and visits.", ("group", "children", "visits", "mean age, months"), tuple(rows), (1, 2, 3))


def _distributions(found: StudyFindings) -> tuple[ReportBlock, ...]:
    person, column = found.run.tables.person, found.run.study.plan.groups.column
    by = column if column in person.columns else ""
    shown = [one for one in _primary(found) if person[one.name].drop_nulls().len() > 0][:DISTRIBUTIONS]
    figures = tuple(outcome_by_group(person, one, by, f"outcome-{at}") for at, one in enumerate(shown, 1))
    rows = tuple(row for one in shown for row in _outcome_rows(person, one, by))
    head = ("outcome", "group", "children", "mean", "sd", "lowest", "highest")
    table = Table("Primary outcomes, means of children over their visits.", head, rows, (2, 3, 4, 5, 6))
    return (ReportBlock("", figures=figures, tables=(table,)),) if shown else ()


def _outcome_rows(person: pl.DataFrame, one: Variable, by: str) -> list[tuple[str, ...]]:
    groups = person[by].drop_nulls().unique(maintain_order=True).to_list() if by else [""]
    rows: list[tuple[str, ...]] = []
    for name in groups:
        own = (person.filter(pl.col(by) == name) if by else person)[one.name].drop_nulls().to_numpy()
        if len(own):
            sd = float(own.std(ddof=1)) if len(own) > 1 else None
            values = (float(own.mean()), sd, float(own.min()), float(own.max()))
            rows.append((one.label, name or "all children", str(len(own)), *map(number, values)))
    return rows


def _contrasts(found: StudyFindings) -> tuple[ReportBlock, ...]:
    blocks: list[ReportBlock] = []
    for title, contrasts in (("", found.contrasts), ("Classes", found.classes)):
        if not contrasts:
            continue
        told = [one for one in contrasts if one.g is not None]
        families = (EXPLORATORY,) if contrasts is found.contrasts else (PRIMARY, EXPLORATORY)
        tables = [table for family in families for table in _contrast_tables(told, family)]
        left = Counter(one.reason for one in contrasts if one.reason)
        lines = tuple(f"Not compared: {count_of(count, 'outcome')}, since {reason}." for reason, count in left.items())
        figures = tuple(_forests(told, title.lower() or "groups"))
        blocks.append(
            ReportBlock(title, tables=tuple(one for one in tables if one.rows), figures=figures, bullets=lines)
        )
    return tuple(blocks)


def _forests(told: Sequence[GroupContrast], name: str) -> Iterator[Figure]:
    """Yield a forest for each pair of groups and each role, so that none is longer than a sheet of paper."""
    for at, (first, second) in enumerate(dict.fromkeys((one.first, one.second) for one in told), 1):
        for prefix, role in (("cg", "caregiver"), ("ch", "child"), ("dy", "dyad")):
            own = [one for one in told if (one.first, one.second) == (first, second) and one.outcome.startswith(prefix)]
            for part in range(0, len(own), ROWS_A_FOREST):
                title = f"Outcomes of the {role}, {first} less {second}"
                yield contrast_forest(own[part : part + ROWS_A_FOREST], title, f"forest-{name}-{at}-{prefix}-{part}")


def _contrast_tables(told: Sequence[GroupContrast], family: str) -> list[Table]:
    """Return a table for each pair of groups, so that each row has room for its outcome."""
    own = [one for one in told if one.family == family]
    pairs = dict.fromkeys((one.first, one.second) for one in own)
    note = f"Holm over the {len(own)} {family} contrasts. Intervals are 95 % and not corrected."
    return [_pair_table([one for one in own if (one.first, one.second) == pair], family, note) for pair in pairs]


def _pair_table(own: Sequence[GroupContrast], family: str, note: str) -> Table:
    """Return the contrasts of two groups; means stand beside primary outcomes alone, since paper is narrow."""
    first, second = own[0].first, own[0].second
    means = family == PRIMARY
    rows = tuple(
        (
            one.label,
            f"{one.children_first} + {one.children_second}",
            *((number(one.mean_first), number(one.mean_second)) if means else ()),
            interval(one.difference, one.low, one.high),
            interval(one.g, one.g_low, one.g_high),
            _p_alone(one.p_holm),
        )
        for one in own
    )
    head = ("outcome", "children", *((first, second) if means else ()), "difference", "Hedges' g", "p, Holm")
    return Table(f"{first} less {second}, {family} outcomes.", head, rows, tuple(range(1, len(head))), (note,))


def _p_alone(value: float | None) -> str:
    return _p(value).removeprefix("p = ").removeprefix("p ")


def _associations(found: StudyFindings) -> tuple[ReportBlock, ...]:
    known = [one for one in found.associations if one.rho is not None]
    if not known:
        return ()
    tables = tuple(
        _association_table([one for one in known if one.family == family], caption)
        for family, caption in (
            ("axis", "Axes of care with ratings."),
            ("exploratory", "Other measures with ratings."),
        )
    )
    least = min(one.detectable for one in known if one.detectable is not None)
    text = (
        f"Spearman's rank correlation, a child one point. With so many children a correlation of {number(least)} is "
        "found with a power of 80 %. Each dyad is read without its rating, which draws correlations of axes towards "
        "zero.",
    )
    return (ReportBlock("", text=text, tables=tuple(one for one in tables if one.rows)),)


def _association_table(known: Sequence[Association], caption: str) -> Table:
    rows = tuple(
        (
            one.label,
            one.rating,
            str(one.children),
            interval(one.rho, one.low, one.high),
            _p_alone(one.p_holm),
        )
        for one in known
    )
    return Table(caption, ("what", "rating", "children", "rank correlation", "p, Holm"), rows, (2, 3, 4))


def _axes(found: StudyFindings) -> tuple[ReportBlock, ...]:
    dyads = found.run.axes.dyads
    if not dyads:
        return ()
    lot = np.random.default_rng([found.run.study.plan.seed, len(dyads)]).permutation(len(dyads))
    shuffled = [dyads[at] for at in lot]
    figures = tuple(
        axes_figure(shuffled, axis, f"axis-{axis}")
        for axis in Axis
        if any(one.axes[axis].median is not None for one in dyads)
    )
    tables = (_axis_table(found.axes),) if found.axes else ()
    return (ReportBlock("", text=(ABOUT, NO_EVIDENCE), figures=figures, tables=tables),)


def _axis_table(contrasts: Sequence[AxisContrast]) -> Table:
    rows = tuple(
        (
            one.axis,
            f"{one.first} less {one.second}",
            f"{one.dyads_first} and {one.dyads_second}",
            interval(one.median, one.low, one.high),
            one.unit,
            "yes" if one.trusted else "no",
        )
        for one in contrasts
    )
    head = ("axis", "groups", "dyads", "contrast, 90 % interval", "unit", "trusted")
    note = (
        "Dyads under one hierarchy; not trusted where the posterior of a dyad must be stretched far to serve its group."
    )
    return Table("Groups on the axes.", head, rows, (2, 3), (note,))


def _reliability(found: StudyFindings) -> tuple[ReportBlock, ...]:
    agreement = found.agreement
    if not agreement.rows:
        return (ReportBlock("", text=(agreement.sentence,)),)
    everything = [row for row in agreement.rows if row.facet == "all"]
    tables = [
        _agreement_table(
            [row for row in everything if not row.code and row.level == CONSTRUCTS], "All that a role did."
        ),
        _agreement_table([row for row in everything if row.code and row.level == CONSTRUCTS], "By construct."),
        _agreement_table([row for row in everything if row.code and row.level == CODES], "By code."),
        _facet_table([row for row in agreement.rows if row.facet == "coder"], "By pair of coders."),
        _facet_table([row for row in agreement.rows if row.facet == "month"], "By month of coding."),
        _icc_table(found),
    ]
    worst = [
        f"{row.stream} {row.code}: kappa {interval(row.estimate, row.low, row.high)}"
        for row in agreement.worst[:WORST_SHOWN]
    ]
    text = (agreement.sentence, *_drift_lines(found))
    lines = [ReportBlock("", text=text, tables=tuple(one for one in tables if one.rows))]
    if worst:
        said = (
            "The lowest kappas of single constructs; disagreements.csv lists where the coders part, to train with.",
        )
        lines.append(ReportBlock("Worst codes", text=said, bullets=tuple(worst)))
    return tuple(lines)


def _drift_lines(found: StudyFindings) -> list[str]:
    return [
        f"Drift, {one.stream}: kappa changes by {interval(one.slope, one.low, one.high)} a month "
        f"({one.sessions} sessions in {one.months} months)."
        if one.slope is not None
        else f"Drift, {one.stream}: not looked for, since there are {one.reason}."
        for one in found.agreement.drift
    ]


def _agreement_table(rows: Sequence[AgreementRow], caption: str) -> Table:
    keys = list(dict.fromkeys((row.stream, row.code) for row in rows))
    figures = [figure for figure in (KAPPA, ALPHA, EVENTS) if any(row.figure == figure for row in rows)]
    by_key = {(row.stream, row.code, row.figure): row for row in rows}
    cells: list[tuple[str, ...]] = []
    for stream, code in keys:
        own = [by_key.get((stream, code, figure)) for figure in figures]
        shown = tuple(
            "—" if row is None or row.estimate is None else interval(row.estimate, row.low, row.high) for row in own
        )
        events = by_key.get((stream, code, EVENTS))
        cells.append((" ".join(filter(None, (stream, code))), *shown, str(events.n if events else 0)))
    head = ("who and what", *figures, "events of both coders")
    return Table(f"{caption} 95 % intervals over sessions.", head, tuple(cells), tuple(range(1, len(head))))


def _facet_table(rows: Sequence[AgreementRow], caption: str) -> Table:
    own = [row for row in rows if row.figure == KAPPA]
    cells = tuple((row.of, row.stream, interval(row.estimate, row.low, row.high), str(row.sessions)) for row in own)
    return Table(f"{caption} Kappa of time units.", ("", "role", "kappa", "sessions"), cells, (2, 3))


def _icc_table(found: StudyFindings) -> Table:
    rows = tuple(
        (one.label, interval(one.estimate, one.low, one.high), number(one.difference), str(one.sessions))
        for one in found.agreement.icc
        if one.estimate is not None
    )
    left = Counter(one.reason for one in found.agreement.icc if one.estimate is None)
    notes = tuple(f"{count_of(count, 'measure')} without: {reason}." for reason, count in left.items())
    head = ("measure", "ICC(2,1)", "second less main coding", "sessions")
    return Table("Measures between coders.", head, rows, (1, 2, 3), notes)


def _paper(found: StudyFindings) -> tuple[ReportBlock, ...]:
    ethics = found.run.study.plan.ethics or NO_ETHICS
    return (
        ReportBlock("Methods", text=(_methods(found),)),
        ReportBlock("Results", text=(_results(found),)),
        ReportBlock("Ethics", text=(f"Ethics approval: {ethics}.", INCIDENTAL)),
    )


def _methods(found: StudyFindings) -> str:
    study, plan = found.run.study, found.run.study.plan
    rule = found.run.measured.rule
    window = rule.get("window_s") if isinstance(rule, dict) else None
    parts = [
        f"Coded records of {_sizes(found)} were measured with bowlby {version('bowlby')}"
        + (
            f"; an answer counted within {number(float(window))} s of a cue" if isinstance(window, (int, float)) else ""
        ),
        f"{count_of(len(study.pairs), 'session')} were coded a second time, and agreement was computed with a "
        "tolerance of "
        f"{number(plan.agreement.tolerance_s)} s for events and in units of {number(plan.agreement.unit_s)} s, with "
        "intervals that resample sessions",
    ]
    if found.contrasts:
        held = f", {listed(list(plan.groups.covariates))} held constant" if plan.groups.covariates else ""
        parts.append(
            "groups were compared by linear mixed models (REML) with a random intercept of the child, degrees of "
            "freedom "
            f"those between children{held}; {count_of(len(plan.groups.outcomes), 'outcome')} were primary, all "
            "others exploratory, "
            "each set corrected by Holm's method"
        )
    if found.associations:
        parts.append("associations with ratings are Spearman's rank correlations of means of children")
    if found.run.axes.dyads:
        parts.append(
            "axes of care are posteriors of each dyad under a model of simulated families, compared between groups "
            "by a "
            "second-stage hierarchy"
        )
    return f"{'. '.join(part[0].upper() + part[1:] for part in parts)}."


def _results(found: StudyFindings) -> str:
    told = [one for one in found.contrasts if one.family == PRIMARY and one.g is not None]
    lines = [found.agreement.sentence, *map(_contrast_line, told), *_could_show(told), *_best_associations(found)]
    return " ".join([*lines, _missing_line(found)])
