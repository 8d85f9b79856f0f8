"""The learning rules by name, and their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bowlby.errors import InputError, suggestion
from bowlby.model.parameter import Parameter
from bowlby.model.rules.binary_volatile_kalman import BINARY_VOLATILE_KALMAN
from bowlby.model.rules.gaussian_filter import GAUSSIAN_FILTER
from bowlby.model.rules.pearce_hall import PEARCE_HALL
from bowlby.model.rules.policy import INVERSE_TEMPERATURE, UNCERTAINTY_BONUS
from bowlby.model.rules.rescorla_wagner import RESCORLA_WAGNER
from bowlby.model.rules.rule import AnyRule, RuleName
from bowlby.model.rules.volatile_kalman import VOLATILE_KALMAN

RULES: Mapping[RuleName, AnyRule] = MappingProxyType(
    {
        rule.name: rule
        for rule in (RESCORLA_WAGNER, PEARCE_HALL, VOLATILE_KALMAN, BINARY_VOLATILE_KALMAN, GAUSSIAN_FILTER)
    }
)


def find_rule(name: str) -> AnyRule:
    """Return a learning rule by its name.

    Args:
        name: one of `RuleName`.

    Returns:
        The rule.

    Raises:
        InputError: there is no such rule.
    """
    try:
        return RULES[RuleName(name)]
    except ValueError:
        remedy = f"{suggestion(name, RuleName)}Choose from {', '.join(RuleName)}."
        raise InputError("no such learning rule", value=name, remedy=remedy) from None


def parameter_table() -> str:
    """Return every parameter of rules and policy as a markdown table.

    Returns:
        One line a parameter and rule.
    """
    lines = [
        "| rule | parameter | symbol | unit | support | prior of the population mean | default | meaning |",
        "|---|---|---|---|---|---|---|---|",
    ]
    rows = [(rule.title, entry, entry.name in rule.held) for rule in RULES.values() for entry in rule.parameters]
    rows += [("all", INVERSE_TEMPERATURE, False), ("all but Rescorla-Wagner", UNCERTAINTY_BONUS, False)]
    return "\n".join([*lines, *(_line(*row) for row in rows)])


def _line(title: str, entry: Parameter, held: bool) -> str:
    row = entry.as_dict()
    prior = f"{row['prior']}; held unless freed" if held else row["prior"]
    cells = (title, entry.name, f"`{entry.symbol}`", entry.unit, row["support"], prior, f"{entry.default:g}")
    return "| " + " | ".join(str(cell) for cell in (*cells, entry.meaning)) + " |"
