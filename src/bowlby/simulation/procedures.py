"""Situations played second by second: an ordinary watch, the Strange Situation, the still-face, a minute apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bowlby.errors import InputError

UNSETTLED_S = 60.0
"""A separation is cut short after about a minute of crying (Ainsworth et al. 1978, Patterns of Attachment)."""
STILL_UNSETTLED_S = 30.0
"""A still phase is cut short after half a minute of crying; the field's usual rule (Mesman et al. 2009)."""


@dataclass(frozen=True)
class ProcedurePhase:
    """One phase of a situation.

    Args:
        name: in the field's words.
        seconds: its longest duration, > 0.
        present: whether the caregiver is in the room.
        stranger: whether a stranger is.
        still: whether the caregiver is instructed not to respond.
        play: whether it is instructed to play face to face.
        stop_s: seconds of unbroken crying after which the phase ends; None for never.
    """

    name: str
    seconds: float
    present: bool = True
    stranger: bool = False
    still: bool = False
    play: bool = False
    stop_s: float | None = None


@dataclass(frozen=True)
class Procedure:
    """A sequence of phases.

    Args:
        name: as on the command line.
        phases: in order.
        novelty: of the room, in [0, 1].
        staged: whether the situation, and no need of everyday life, activates.
        ages: youngest and oldest age in months for which it is meant.
    """

    name: str
    phases: tuple[ProcedurePhase, ...]
    novelty: float
    staged: bool
    ages: tuple[float, float]

    @property
    def longest(self) -> int:
        """Seconds at the longest."""
        return int(sum(phase.seconds for phase in self.phases))

    def table(self) -> np.ndarray:
        """Return seconds, present, stranger, still, play and stop of each phase, float32, shape (phases, 6)."""
        return np.array(
            [
                [p.seconds, p.present, p.stranger, p.still, p.play, np.inf if p.stop_s is None else p.stop_s]
                for p in self.phases
            ],
            np.float32,
        )

    def check_age(self, age: float) -> None:
        """Refuse an age at which the procedure means nothing.

        Args:
            age: months.

        Raises:
            InputError: the age lies outside the window.
        """
        low, high = self.ages
        if not low <= age <= high:
            raise InputError(
                f"the {self.name} is meant for {low:g} to {high:g} months",
                column="age",
                value=age,
                remedy="Give an age inside the window; older children have procedures of their own.",
            )


STRANGE_SITUATION = Procedure(
    "strange-situation",
    (
        ProcedurePhase("introduction", 60),
        ProcedurePhase("caregiver and child", 180),
        ProcedurePhase("stranger enters", 180, stranger=True),
        ProcedurePhase("first separation", 180, present=False, stranger=True, stop_s=UNSETTLED_S),
        ProcedurePhase("first reunion", 180),
        ProcedurePhase("second separation, alone", 180, present=False, stop_s=UNSETTLED_S),
        ProcedurePhase("stranger returns", 180, present=False, stranger=True, stop_s=UNSETTLED_S),
        ProcedurePhase("second reunion", 180),
    ),
    novelty=1.0,
    staged=True,
    ages=(9.0, 24.0),
)
"""Eight episodes (Ainsworth et al. 1978); meant for 12 to 20 months, played from 9 to 24."""

STILL_FACE = Procedure(
    "still-face",
    (
        ProcedurePhase("play", 120, play=True),
        ProcedurePhase("still", 120, still=True, stop_s=STILL_UNSETTLED_S),
        ProcedurePhase("reunion", 120, play=True),
    ),
    novelty=0.0,
    staged=True,
    ages=(2.0, 12.0),
)
"""Play, still, reunion, two minutes each (Tronick et al. 1978, J Am Acad Child Psychiatry 17:1); 2 to 9 months."""

PRESCHOOL = Procedure(
    "preschool",
    (
        ProcedurePhase("caregiver and child", 180),
        ProcedurePhase("first separation", 180, present=False, stop_s=UNSETTLED_S),
        ProcedurePhase("first reunion", 180),
        ProcedurePhase("second separation", 300, present=False, stop_s=UNSETTLED_S),
        ProcedurePhase("second reunion", 180),
    ),
    novelty=0.5,
    staged=True,
    ages=(30.0, 84.0),
)
"""Two separations without a stranger, the second a longer one; 30 to 84 months. The situation after Cassidy & Marvin
1992, as named by Solomon & George 2016 (in Cassidy & Shaver, Handbook of Attachment); lengths assumed."""

MINUTE_APART = Procedure(
    "minute-apart",
    (ProcedurePhase("together", 120), ProcedurePhase("apart", 60, present=False), ProcedurePhase("reunion", 300)),
    novelty=0.0,
    staged=True,
    ages=(6.0, 60.0),
)
"""A perturbation that is the same for every child, at home, and the return from it: the caregiver leaves for a minute,
however much the child cries, and comes back for five. bowlby's own; lengths assumed."""

PROCEDURES = {procedure.name: procedure for procedure in (STRANGE_SITUATION, STILL_FACE, PRESCHOOL, MINUTE_APART)}


def ordinary(minutes: float) -> Procedure:
    """Return an ordinary interval at home, watched and not staged.

    Args:
        minutes: > 0, at most a day.

    Returns:
        One phase.

    Raises:
        InputError: the length cannot be watched.
    """
    if not (np.isfinite(minutes) and 0 < minutes <= 24 * 60):
        raise InputError("an interval is between 0 and 1440 minutes", column="minutes", value=minutes)
    return Procedure(
        "ordinary", (ProcedurePhase("watched", 60.0 * minutes),), novelty=0.0, staged=False, ages=(0.0, 1200.0)
    )


def procedure(name: str) -> Procedure:
    """Return a procedure by name.

    Args:
        name: one of `PROCEDURES`.

    Returns:
        The procedure.

    Raises:
        InputError: there is no such procedure.
    """
    if name in PROCEDURES:
        return PROCEDURES[name]
    raise InputError(
        "there is no such procedure", column="procedure", value=name, remedy=f"Known: {', '.join(PROCEDURES)}."
    )
