"""Moment clock, roles and outcomes as tables of docs: made from what the code holds, so that neither can differ."""

from __future__ import annotations

from bowlby.model.generated_pages import replace_between
from bowlby.model.life.roles import ROLES
from bowlby.model.outcomes import OUTCOME_CONSTANTS, OUTCOMES, VIEWS, Outcome
from bowlby.model.registry import MOMENTS, lookup

MOMENT_MARKS = ("<!-- moment registry begins: made by bowlby.model.life_page -->", "<!-- moment registry ends -->")
ROLE_MARKS = ("<!-- roles begin: made by bowlby.model.life_page -->", "<!-- roles end -->")
RESIDUAL_MARKS = ("<!-- residuals begin: made by bowlby.model.life_page -->", "<!-- residuals end -->")
OUTCOME_MARKS = ("<!-- outcomes begin: made by bowlby.model.life_page -->", "<!-- outcomes end -->")


def moments_markdown() -> str:
    """Return every constant of the moment clock as one table.

    Returns:
        Markdown: name, symbol, unit, value, how far it could be off, status, meaning, source and what rests on it.
    """
    head = ("name", "symbol", "unit", "value", "could be off by", "status", "meaning", "source", "on it rests")
    rows = [
        (e.name, f"`{e.symbol}`", e.unit, f"{e.default:g}", e.doubted, e.status, e.meaning, e.source, e.rests)
        for e in MOMENTS
    ]
    return _table(head, rows)


def roles_markdown() -> str:
    """Return what each role's centres are where they differ from a caregiver's, as one table.

    Returns:
        Markdown: a row a trait, a column a role.
    """
    names = list(dict.fromkeys(name for traits in ROLES.values() for name in traits))
    head = ("trait", "unit", "caregiver", *(str(role) for role in ROLES))
    rows = [
        (
            name,
            lookup(name).unit,
            f"{lookup(name).default:g}",
            *(f"{traits[name]:g}" if name in traits else "as caregiver" for traits in ROLES.values()),
        )
        for name in names
    ]
    return _table(head, rows)


def outcomes_markdown() -> str:
    """Return every outcome with its loadings as one table.

    Returns:
        Markdown: name, kind, informant, ages, loadings, explained share, reliability, scale, status, meaning, source.
    """
    about, told = ("outcome", "kind", "informant", "months", "loadings"), ("scale", "status", "meaning", "source")
    return _table((*about, "explained", "reliability", *told), [_outcome(entry) for entry in OUTCOMES.values()])


def residuals_markdown() -> str:
    """Return how residuals go together as one table.

    Returns:
        Markdown: name, value, status, meaning and source, then who has a view of its own.
    """
    rows = [(name, f"{e.value:g}", str(e.basis), e.meaning, e.source) for name, e in OUTCOME_CONSTANTS.items()]
    table = _table(("share", "value", "status", "meaning", "source"), rows)
    return f"{table}\n\nInformants with a view of their own: {', '.join(VIEWS)}."


def _outcome(entry: Outcome) -> tuple[str, ...]:
    loadings = ", ".join(f"{state} {weight:+g}" for state, weight in entry.loadings.items())
    scale = "standard score" if entry.unit == "1" else f"{entry.unit}, mean {entry.centre:g}, sd {entry.spread:g}"
    ages = f"{entry.ages[0]:g} to {entry.ages[1]:g}"
    numbers = (f"{entry.explained:g}", f"{entry.reliability:g}", scale, str(entry.basis))
    return (entry.name, str(entry.kind), entry.informant, ages, loadings, *numbers, entry.meaning, entry.source)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def with_moments(page: str) -> str:
    """Return a page with the constants of the moment clock between their marks.

    Args:
        page: markdown that holds both marks.

    Returns:
        The page, its table made anew.

    Raises:
        ValueError: a mark is missing.
    """
    return replace_between(page, MOMENT_MARKS, moments_markdown())


def with_life(page: str) -> str:
    """Return a page with the tables of roles, outcomes and their residuals between their marks.

    Args:
        page: markdown that holds all six marks.

    Returns:
        The page, its tables made anew.

    Raises:
        ValueError: a mark is missing.
    """
    page = replace_between(replace_between(page, ROLE_MARKS, roles_markdown()), OUTCOME_MARKS, outcomes_markdown())
    return replace_between(page, RESIDUAL_MARKS, residuals_markdown())
