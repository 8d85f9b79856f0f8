"""The registry of signs as a page of docs: tables that can never disagree with the code."""

from __future__ import annotations

from bowlby.model.generated_pages import replace_between
from bowlby.model.signs.accuracy import (
    GENERAL_SPREAD,
    INFORMANTS,
    OCCASION,
    SHOWS_IN_SETTING,
    UNEXPLAINED_PRIOR,
    UNEXPLAINED_RATES,
    ReportLayer,
)
from bowlby.model.signs.registry import SIGNS, WHAT_ELSE, WHAT_HELPS
from bowlby.model.signs.sign import Family, Loading, Sign
from bowlby.model.signs.states import SIGN_STATES

BEGIN, END = "<!-- signs begin: made by bowlby.model.signs.page -->", "<!-- signs end -->"


def signs_markdown() -> str:
    """Return states, layers and signs as markdown.

    Returns:
        Headed tables and lists.
    """
    parts = ["### States", _states(), "### How well signs are seen", _layers()]
    for family in Family:
        own = [sign for sign in SIGNS.values() if sign.family == family]
        parts += [f"### Signs: {family}", *[_sign(sign) for sign in own]]
    parts += ["### What any of them can mean besides", _list(WHAT_ELSE)]
    parts += ["### What helps whatever the cause", _list(WHAT_HELPS)]
    return "\n\n".join(parts)


def with_signs(page: str) -> str:
    """Return a page with the registry of signs between its two marks.

    Args:
        page: markdown that holds both marks once.

    Returns:
        The page with what stood between them replaced.

    Raises:
        ValueError: a mark is missing.
    """
    return replace_between(page, (BEGIN, END), signs_markdown())


def _states() -> str:
    lines = ["| state | hard end | known by | meaning |", "|---|---|---|---|"]
    for state in SIGN_STATES.values():
        known = "simulated forward" if state.forward else "acts and signs"
        lines.append(f"| {state.name} | {state.end} | {known} | {state.meaning} |")
    return "\n".join(lines)


def _layers() -> str:
    lines = ["| layer | yes if yes above | yes if no above | basis | source |", "|---|---|---|---|---|"]
    rows: list[tuple[str, ReportLayer]] = [("shows in a setting", SHOWS_IN_SETTING)]
    rows += [(f"is seen there: {informant}", layer) for informant, layer in INFORMANTS.items()]
    rows += [("is reported on an occasion", OCCASION)]
    lines += [f"| {name} | {row.hit:g} | {row.false:g} | {row.basis} | {row.source} |" for name, row in rows]
    first, second = UNEXPLAINED_RATES
    lines += [
        f"| what all signs share | sd {GENERAL_SPREAD:g} log odds | | assumed | Caspi et al. 2014, Clin Psychol Sci "
        "2:119; halo: Abikoff et al. 1993, J Abnorm Child Psychol 21:519 |",
        f"| unexplained by this model | prior {UNEXPLAINED_PRIOR:g} | every sign at one rate from Beta({first:g}, "
        f"{second:g}) | assumed | diffuse on purpose |",
    ]
    return "\n".join(lines)


def _sign(sign: Sign) -> str:
    lines = [
        f"**{sign.name}**: {sign.description}",
        f"- from {sign.ages[0]:g} to {sign.ages[1]:g} months; {', '.join(sign.settings)}; base rate "
        f"{sign.base_rate:g} ({sign.base_source})",
        *[_loading(loading, sign.slopes()[loading.state]) for loading in sign.loadings],
        f"- can also mean: {' '.join(sign.what_else)}",
        f"- helps whatever the cause: {sign.helps}",
    ]
    return "\n".join([*lines, f"- note: {sign.note}"] if sign.note else lines)


def _loading(loading: Loading, slope: float) -> str:
    return (
        f"- {loading.state}: r = {loading.effect:+.2f}, {slope:+.2f} log odds a standard deviation ({loading.basis}; "
        f"{loading.source})"
    )


def _list(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines)
