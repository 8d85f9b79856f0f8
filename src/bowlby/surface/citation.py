"""How to cite: the software with its version, and the works behind a parameter, a learning rule or the reports."""

from __future__ import annotations

from importlib.metadata import version

from bowlby.errors import InputError, suggestion

TITLE = "bowlby: the attachment system as an executable, testable model"


def citation(*names: str) -> str:
    """Return how to cite bowlby, and the source of what is named.

    Args:
        names: parameters of the model, learning rules, or measures; none gives the software alone.

    Returns:
        Text, a work a line; the software comes last, as BibTeX.

    Raises:
        InputError: nothing is called so.

    Example:
        >>> import bowlby
        >>> print(bowlby.citation("volatile-kalman").splitlines()[0])
        volatile-kalman: Piray & Daw 2020, PLoS Comput Biol 16:e1007963
    """
    return "\n".join([*(f"{name}: {_source(name)}" for name in names), _software()])


def _source(name: str) -> str:
    known = _sources()
    if name not in known:
        remedy = f"{suggestion(name, known)}Give a parameter, a learning rule or a measure."
        raise InputError("nothing is called so", value=name, remedy=remedy)
    return known[name]


def _sources() -> dict[str, str]:
    from bowlby.measures.definitions import all_definitions
    from bowlby.model.registry import MOMENT_REGISTRY, REGISTRY
    from bowlby.model.rules.registry import RULES

    parameters = {name: entry.source for name, entry in {**MOMENT_REGISTRY, **REGISTRY}.items()}
    own = {entry.name: entry.source for rule in RULES.values() for entry in rule.parameters}
    rules = {str(name): rule.source for name, rule in RULES.items()}
    measures = {name: one.source for name, one in all_definitions().items()}
    return measures | own | parameters | rules


def _software() -> str:
    now = version("bowlby")
    return (
        f"@software{{bowlby,\n  author = {{{{The bowlby developers}}}},\n  title = {{{TITLE}}},\n"
        f"  year = {{2026}},\n  version = {{{now}}},\n  license = {{Apache-2.0}}\n}}"
    )
