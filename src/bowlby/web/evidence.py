"""What the evidence says of a page's claims: two marks each, from the register's shipped result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bowlby.evidence.claims_register.words import amount, published
from bowlby.evidence.comparison.result import load_result


@dataclass(frozen=True)
class Mark:
    """One claim with its two marks.

    Args:
        id: of the claim, such as "M1.1".
        claim: the source's, restated.
        evidence: what published findings say.
        model: what the model does with it.
        gives: the model's number in words.
        published: findings with their citations.
    """

    id: str
    claim: str
    evidence: str
    model: str
    gives: str
    published: str


@cache
def _rows() -> Mapping[str, Mapping[str, Any]]:
    return {row["id"]: row for row in load_result()["claims"]}


def row_of(claim: str) -> Mapping[str, Any]:
    """Return a judged claim as the register's JSON has it.

    Args:
        claim: its number.

    Returns:
        The row.

    Raises:
        KeyError: there is no such claim.
    """
    return _rows()[claim]


def marks_of(*claims: str) -> tuple[Mark, ...]:
    """Return claims with their marks.

    Args:
        claims: their numbers.

    Returns:
        In the same order.

    Raises:
        KeyError: there is no such claim.
    """
    return tuple(_mark(_rows()[one]) for one in claims)


def marks_of_rows(*rows: str) -> tuple[Mark, ...]:
    """Return every claim of some rows of the mission.

    Args:
        rows: such as "M8".

    Returns:
        In the register's order.
    """
    return tuple(_mark(row) for row in _rows().values() if row["row"] in rows)


def _mark(row: Mapping[str, Any]) -> Mark:
    return Mark(row["id"], row["claim"], row["evidence"], row["model_mark"], amount(row), published(row))
