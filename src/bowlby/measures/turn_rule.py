"""The turn rule: how much silence and overlap two turns may have between them, and which of several is taken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import cast

from bowlby.errors import CodebookError, suggestion


class Mode(StrEnum):
    """Which utterance is the prompt or response where several qualify; the four modes of chattr."""

    STRICT = "strict"
    """The nearest before and the nearest after."""
    STRETCH = "stretch"
    """The furthest before and the furthest after: the exchange is as long as it can be."""
    STRETCH_LEFT = "luqr"
    """The furthest before, the nearest after."""
    STRETCH_RIGHT = "qulr"
    """The nearest before, the furthest after."""

    @property
    def furthest_prompt(self) -> bool:
        """Return whether the prompt is the furthest that qualifies."""
        return self in (Mode.STRETCH, Mode.STRETCH_LEFT)

    @property
    def furthest_response(self) -> bool:
        """Return whether the response is the furthest that qualifies."""
        return self in (Mode.STRETCH, Mode.STRETCH_RIGHT)


@dataclass(frozen=True)
class TurnRule:
    """When one utterance takes up another; the defaults are those of Casillas & Scaff (2021).

    Args:
        gap_s: longest silence between two turns, seconds, >= 0.
        overlap_s: longest overlap of two turns, seconds, >= 0.
        mode: which utterance is taken where several qualify.
    """

    gap_s: float = 2.0
    overlap_s: float = 1.0
    mode: Mode = Mode.STRICT

    def __post_init__(self) -> None:
        """Refuse what no rule can mean."""
        for name in ("gap_s", "overlap_s"):
            _check_seconds(name, getattr(self, name))

    @classmethod
    def from_settings(cls, settings: object) -> TurnRule:
        """Return the rule of a codebook's [turns] table; keys that it leaves out keep their defaults.

        Raises:
            CodebookError: a key or mode is unknown (the nearest is suggested), or a time is out of its support.
        """
        if not isinstance(settings, Mapping):
            raise CodebookError("turns must be a table", column="turns", value=settings, remedy="Write [turns].")
        values = dict(cast("Mapping[str, object]", settings))
        known = [field.name for field in fields(cls)]
        for key in values:
            _check_known(key, known, "key in turns", "turns")
        if "mode" in values:
            _check_known(str(values["mode"]), [str(mode) for mode in Mode], "mode of turns", "turns.mode")
            values["mode"] = Mode(str(values["mode"]))
        return cls(**values)  # pyright: ignore[reportArgumentType]

    def describe(self) -> str:
        """Return the rule as one readable sentence."""
        return (
            f"A turn follows within {self.gap_s:g} s of silence or {self.overlap_s:g} s of overlap; "
            f"where several utterances qualify, mode {self.mode} chooses."
        )


def _check_known(name: str, known: list[str], what: str, column: str) -> None:
    if name not in known:
        remedy = suggestion(name, known, 0.5).rstrip() or f"Known: {', '.join(known)}."
        raise CodebookError(f"there is no such {what}", column=column, value=name, remedy=remedy)


def _check_seconds(key: str, value: object) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or cast(float, value) < 0:
        raise CodebookError(
            f"{key} is a time in seconds, zero or more", column=f"turns.{key}", value=value, remedy=f"Write {key} = 2."
        )


CHATTR = TurnRule()
"""The defaults of chattr, and ours: 2 s of silence, 1 s of overlap, strict."""
