"""One number with its interval, its denominator, its chance baseline and its reservations."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from enum import StrEnum


class MeasureStatus(StrEnum):
    """Whether there is a number at all."""

    ASSESSED = "assessed"
    NOT_ASSESSABLE = "not assessable"
    """A construct that it needs was not codable: not zero, not small, unknown."""
    TOO_FEW = "too few"
    """Codable, but not enough happened to estimate it."""
    LOWER_BOUND = "lower bound"
    """It is at least the estimate: some of the acts it counts could not be placed, or a median was not reached."""
    WINDOW_NOT_STATED = "window not stated"
    """There is a number, over a span that nobody stated and that what was coded does not bear out."""


@dataclass(frozen=True)
class Measure:
    """One measure of one session.

    Args:
        session: session id.
        actor: "caregiver", "child" or "dyad".
        name: the measure's name, as docs/measures.md lists it.
        estimate: the value in `unit`, or None where there is none.
        low: lower end of the 95 % interval, or None.
        high: upper end of the 95 % interval, or None.
        unit: unit of estimate, low, high and baseline.
        n: number of events or episodes that it rests on, >= 0.
        denominator: what it is a share or rate of (seconds, episodes), or None.
        denominator_unit: unit of the denominator.
        baseline: what chance alone would give, or None where chance has no meaning.
        note: the reservation a reader must know, one sentence, or empty.
        status: whether there is a number.
        child: label of the child, or None where the record names none.
        caregiver: label of the caregiver, likewise.
        span: what says when the session was observed, a value of `ObservedFrom`; empty where it is of several.
    """

    session: str
    actor: str
    name: str
    estimate: float | None
    low: float | None
    high: float | None
    unit: str
    n: int
    denominator: float | None = None
    denominator_unit: str = ""
    baseline: float | None = None
    note: str = ""
    status: MeasureStatus = MeasureStatus.ASSESSED
    child: str | None = None
    caregiver: str | None = None
    span: str = ""

    def __post_init__(self) -> None:
        """Refuse NaN and infinity: what is unknown is None with a status."""
        for name in ("estimate", "low", "high", "denominator", "baseline"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                raise ValueError(f"{self.name}: {name} is not finite; use None and a status")

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form of the command contract."""
        row: dict[str, object] = asdict(self)
        return row | {"status": str(self.status)}


def missing(  # noqa: PLR0913  (the columns of a Measure, less its numbers)
    session: str, actor: str, name: str, unit: str, note: str, *, status: MeasureStatus, n: int = 0
) -> Measure:
    """Return a measure without a number.

    Args:
        session: session id.
        actor: "caregiver", "child" or "dyad".
        name: the measure's name.
        unit: the unit it would have had.
        note: why there is no number.
        status: not assessable, or too few.
        n: number of events there were, >= 0.

    Returns:
        The measure with estimate None.
    """
    return Measure(session, actor, name, None, None, None, unit, n, note=note, status=status)
