"""The comparison: for each line and side the source's claim, the model's result, published evidence and both marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bowlby.evidence.claims_register.aspects import KINDS, LINES, AspectLine, EvidenceMark, ModelMark, claim_order
from bowlby.evidence.claims_register.words import Row, amount, findings, marks
from bowlby.evidence.comparison.result import Result, load_result

SIDES: tuple[str, ...] = tuple(key for key in KINDS if key != "secure")
"""Sides under which the source files claims; claims on care in general stand with both."""

NAMES: Mapping[str, str] = {key: kind.name for key, kind in KINDS.items()}
_FILED = {"care": "both"}


@dataclass(frozen=True)
class ComparisonCell:
    """One side of one line.

    Args:
        source: what the source says, restated.
        claims: the register's rows that belong here.
    """

    source: str
    claims: tuple[Row, ...]

    @property
    def marks(self) -> dict[str, dict[str, int]]:
        """How many claims have each mark, of the evidence and of the model; marks that none has are left out."""
        return {
            "evidence": _counted(EvidenceMark, [row["evidence"] for row in self.claims]),
            "model": _counted(ModelMark, [row["model_mark"] for row in self.claims]),
        }

    @property
    def marked(self) -> str:
        """The marks in words."""
        if not self.claims:
            return "no claim tested"
        return "; ".join(
            f"{of}: {', '.join(f'{mark} {count}' for mark, count in counts.items())}"
            for of, counts in self.marks.items()
        )

    @property
    def model(self) -> tuple[str, ...]:
        """What the model gives, a sentence a claim."""
        return tuple(f"{row['id']} {row['claim']} {amount(row)}; {row['origin']}. {marks(row)}." for row in self.claims)

    @property
    def evidence(self) -> tuple[str, ...]:
        """Published findings, each once."""
        found = [text for row in self.claims for text in findings(row)]
        found += [f"By definition: {row['definition']}" for row in self.claims if row["definition"]]
        return tuple(dict.fromkeys(found))

    def as_dict(self) -> dict[str, Any]:
        """Return the cell as plain values."""
        return {"source_says": self.source, "marks": self.marks, "claims": [row["id"] for row in self.claims]}


@dataclass(frozen=True)
class ComparisonLine:
    """One line with its cells.

    Args:
        line: the source's words, restated, and the secure baseline.
        cells: by side.
        profile: the model's numbers under secure care, trauma, neglect and both.
    """

    line: AspectLine
    cells: Mapping[str, ComparisonCell]
    profile: tuple[Row, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the line of the command contract, with more."""
        return {
            "key": str(self.line.key),
            "name": self.line.name,
            **{kind: getattr(self.line, kind) for kind in KINDS},
            "model": {side: list(cell.model) for side, cell in self.cells.items()},
            "profile": list(self.profile),
            "evidence": {side: list(cell.evidence) for side, cell in self.cells.items()},
            "marks": {side: cell.marks for side, cell in self.cells.items()},
            "claims": {side: [row["id"] for row in cell.claims] for side, cell in self.cells.items()},
        }


@dataclass(frozen=True)
class Comparison:
    """The whole comparison.

    Args:
        lines: in the source's order.
        result: that it was made from.
    """

    lines: tuple[ComparisonLine, ...]
    result: Result

    @property
    def rests_on(self) -> str:
        """What the numbers rest on, one sentence."""
        found = self.result
        return (
            f"{found['children']} simulated children under each kind of care, {found['fewer']} with a mechanism off or "
            f"an intervention; seed {found['seed']}. "
            "The kinds of care lie at the edge of families at risk: read signs and order, not sizes."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what `bowlby compare --json` says, but for purpose and limits."""
        counts = ("evidence_marks", "model_marks", "origins")
        kept = {key: self.result[key] for key in ("children", "fewer", "seed", *counts, "made_by")}
        kinds = {key: kind.says for key, kind in KINDS.items()}
        return {"aspects": [line.as_dict() for line in self.lines], "kinds": kinds, "rests_on": self.rests_on, **kept}


def _counted(marks: type[EvidenceMark] | type[ModelMark], found: Sequence[str]) -> dict[str, int]:
    counts = Counter(found)
    return {str(mark): counts[mark] for mark in marks if counts[mark]}


def comparison(result: Result | None = None) -> Comparison:
    """Return trauma and neglect side by side, with the secure baseline.

    Args:
        result: made by `bowlby.evidence.comparison.result.make_result`; None for the shipped one, read at once.

    Returns:
        The comparison; `as_dict()` for JSON.

    Raises:
        InputError: the shipped result is missing or damaged.
    """
    found = load_result() if result is None else result
    return Comparison(tuple(_line(line, found) for line in LINES), found)


def _line(line: AspectLine, found: Result) -> ComparisonLine:
    cells = {
        side: ComparisonCell(getattr(line, side), tuple(_filed(found["claims"], line.key, side))) for side in SIDES
    }
    return ComparisonLine(line, cells, tuple(row for row in found["profile"] if row["aspect"] == line.key))


def _filed(claims: Sequence[Row], aspect: str, side: str) -> list[Row]:
    own = [row for row in claims if row["aspect"] == aspect and _FILED.get(row["side"], row["side"]) == side]
    return sorted(own, key=claim_order)
