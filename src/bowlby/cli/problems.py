"""What is wrong with the records, as every command that computes from them prints it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bowlby.records.quality import Problem

    Found = Sequence[tuple[str, Problem]]


def problem_rows(found: Found) -> list[dict[str, object]]:
    """Return problems as the JSON contract has them.

    Args:
        found: the file, by the name that results give it, and one thing that is wrong with it.

    Returns:
        Objects of file, kind, count and examples.
    """
    return [{"file": file, **problem.as_dict()} for file, problem in found]


def problem_lines(found: Found) -> list[str]:
    """Return problems as lines of text.

    Args:
        found: as for `problem_rows`.

    Returns:
        A heading and a line each; nothing where nothing is wrong.
    """
    return ["problems", *(_line(file, problem) for file, problem in found)] if found else []


def _line(file: str, problem: Problem) -> str:
    examples = f": {'; '.join(problem.examples[:2])}" if problem.examples else ""
    return f"  {file}: {problem.kind} ({problem.count}){examples}"
