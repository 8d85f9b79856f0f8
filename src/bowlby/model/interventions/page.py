"""The registry of interventions as a page of docs: tables that can never disagree with the code."""

from __future__ import annotations

from bowlby.model.generated_pages import replace_between
from bowlby.model.interventions.intervention import Intervention, Shift
from bowlby.model.interventions.registry import INTERVENTIONS, ITEMS, NOT_MODELLED

BEGIN, END = "<!-- interventions begin: made by bowlby.model.interventions.page -->", "<!-- interventions end -->"


def interventions_markdown() -> str:
    """Return the registry as markdown: a table of all, each in turn, what covers which item, what is not modelled.

    Returns:
        Headed tables and paragraphs.
    """
    each = "\n\n".join(_entry(entry) for entry in INTERVENTIONS.values())
    return "\n\n".join([_overview(), each, _coverage(), _harmful()])


def _overview() -> str:
    head = (
        "| intervention | works through | sessions | months | ages (months) | drop-out | waits for safety | evidence |"
    )
    lines = [_line(entry) for entry in INTERVENTIONS.values()]
    return "\n".join(["### All", "", head, "|---|---|---|---|---|---|---|---|", *lines])


def _line(entry: Intervention) -> str:
    sessions = "-" if entry.dose.sessions is None else str(entry.dose.sessions)
    through = "another home" if entry.placement else ", ".join(sorted(str(target) for target in entry.targets))
    cells = (
        entry.name,
        through,
        sessions,
        f"{entry.dose.duration:g}",
        f"{entry.limits.youngest:g} to {entry.limits.oldest:g}",
        f"{entry.limits.drop_out:.0%}",
        "yes" if entry.limits.needs_safety else "no",
        str(entry.evidence),
    )
    return "| " + " | ".join(cells) + " |"


def _entry(entry: Intervention) -> str:
    dose = entry.dose
    course = (
        f"Full effect after {dose.delay:g} months; of it {dose.kept:.0%} stay, the rest goes over {dose.fade:g} months "
        "after the end."
    )
    head = "| moves | whose | mean shift | sd between trials | sd over families | basis |"
    rows = [_shift(shift) for shift in entry.all_moves]
    cited = "; ".join(entry.citations)
    parts = [f"### {entry.name.capitalize()}", entry.statement, f"Evidence: {entry.evidence}. {entry.says}", course]
    return "\n\n".join([*parts, "\n".join([head, "|---|---|---|---|---|---|", *rows]), f"Sources: {cited}."])


def _shift(shift: Shift) -> str:
    cells = (
        shift.parameter,
        str(shift.target),
        f"{shift.mean:+.3g}",
        f"{shift.mean_sd:.2g}",
        f"{shift.family_sd:.2g}",
        str(shift.basis),
    )
    return "| " + " | ".join(cells) + " |"


def _coverage() -> str:
    rows = [
        f"| {row} | {item} | {', '.join(entry.name for entry in INTERVENTIONS.values() if item in entry.covers)} |"
        for row, items in ITEMS.items()
        for item in items
    ]
    return "\n".join(
        ["### What stands for which item of the mission", "", "| row | item | entries |", "|---|---|---|", *rows]
    )


def _harmful() -> str:
    parts = [f"**{', '.join(one.names)}.** {one.why} ({'; '.join(one.citations)})" for one in NOT_MODELLED]
    return "\n\n".join(["### Harmful, and not modelled", *parts])


def with_interventions(page: str) -> str:
    """Return a page with the registry between its two marks.

    Args:
        page: markdown that holds both marks once.

    Returns:
        The page with what stood between them replaced.

    Raises:
        ValueError: a mark is missing.
    """
    return replace_between(page, (BEGIN, END), interventions_markdown())
