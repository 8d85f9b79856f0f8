"""The episode rule: what counts as a cue, what as an answer, and for how long an answer is waited for."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import cast

from bowlby.errors import CodebookError, suggestion
from bowlby.measures.turn_rule import CHATTR, TurnRule
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import CUES, DISTRESS_CUES, FRIGHT_TIERS, Construct, Role, roles_of

ANSWERS_WITHOUT_A_CODE = (
    Construct.HOLD,
    Construct.TOUCH,
    Construct.VOICE,
    Construct.SMILE,
    Construct.PLAY,
    Construct.OBJECT,
)
"""What counts as an answer where coders did not code answers as such."""


_NEVER_ANSWERS = frozenset(
    {*FRIGHT_TIERS, Construct.AFFECT, Construct.INTRUDE, Construct.IGNORE, Construct.LEAVE, Construct.PRESENT}
)
POSSIBLE_ANSWERS = tuple(act for act in Construct if Role.CAREGIVER in roles_of(act) and act not in _NEVER_ANSWERS)


@dataclass(frozen=True)
class EpisodeRule:
    """How cues and answers are paired; printed with every result.

    The 5 s for a prompt answer is the coding tradition of Tamis-LeMonda, Bornstein & Baumwell (2001, Child Development
    72:748) and of Bornstein et al. (2017, PNAS 114:E9465, on crying); Van Egeren, Barratt & Roach (2001, Developmental
    Psychology 37:684) find that most of the contingency lies within 3 s. The windows behind it and the bout gap are
    assumed: long enough that a late answer is seen as late and not as none, and longer for distress, where the
    caregiver may have to come.

    Args:
        cues: child constructs that open an episode.
        answers: caregiver constructs that close it; None for "answer" where codable, else contact, voice, smile, play
            and objects.
        window_s: seconds, > 0, that an answer to a cue other than distress is waited for.
        distress_window_s: seconds, > 0, for distress.
        prompt_s: seconds, > 0, up to which an answer is prompt; later ones are late.
        merge_s: seconds, >= 0; cues no further apart are one bid, unless an answer lies between them.
        from_offset: cues whose latency counts from their end; for the others it counts from their onset.
        turns: when one utterance takes up another.
    """

    cues: tuple[Construct, ...] = CUES
    answers: tuple[Construct, ...] | None = None
    window_s: float = 10.0
    distress_window_s: float = 30.0
    prompt_s: float = 5.0
    merge_s: float = 0.5
    from_offset: tuple[Construct, ...] = (Construct.CUE_POSITIVE, Construct.CUE_VOCAL)
    turns: TurnRule = CHATTR

    def __post_init__(self) -> None:
        """Refuse what no rule can mean."""
        for name in ("window_s", "distress_window_s", "prompt_s", "merge_s"):
            _check_seconds(name, getattr(self, name), zero_allowed=name == "merge_s")
        _check_acts("cues", self.cues, CUES)
        _check_acts("from_offset", self.from_offset, CUES, may_be_empty=True)
        if self.answers is not None:
            _check_acts("answers", self.answers, POSSIBLE_ANSWERS)

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> EpisodeRule:
        """Return the rule of a codebook's [episodes] and [turns]; keys that they leave out keep their defaults.

        Args:
            settings: keys named as the fields of this class; lists of construct names, or seconds; the table of turns.

        Returns:
            The rule.

        Raises:
            CodebookError: a key or construct is unknown (the nearest is suggested), or a time is out of its support.
        """
        known = [field.name for field in fields(cls)]
        values: dict[str, object] = {}
        for key, value in settings.items():
            _check_known(key, known, "key in episodes", key)
            if key == "turns":
                values[key] = TurnRule.from_settings(value)
            else:
                values[key] = _constructs(key, value) if key in ("cues", "answers", "from_offset") else value
        return cls(**values)  # pyright: ignore[reportArgumentType]

    def window_of(self, cue: Construct) -> float:
        """Return the seconds that an answer to this cue is waited for."""
        return self.distress_window_s if cue in DISTRESS_CUES else self.window_s

    def cues_in(self, coded: CodedRecord) -> tuple[Construct, ...]:
        """Return the cues that this record's coders looked for, distress first."""
        return tuple(cue for cue in CUES if cue in self.cues and coded.is_codable(Role.CHILD, cue))

    def answers_in(self, coded: CodedRecord) -> tuple[Construct, ...]:
        """Return the acts that count as answers in this record; empty where coders looked for none."""
        return self.answers_among({construct for role, construct in coded.codable if role is Role.CAREGIVER})

    def answers_among(self, looked_for: Collection[Construct]) -> tuple[Construct, ...]:
        """Return the acts that count as answers where coders looked for these acts of the caregiver."""
        wanted = self.answers
        if wanted is None:
            wanted = (Construct.ANSWER,) if Construct.ANSWER in looked_for else ANSWERS_WITHOUT_A_CODE
        return tuple(act for act in wanted if act in looked_for)

    def describe(self) -> str:
        """Return the rule as one readable sentence."""
        if self.answers is None:
            closing = f"act coded as answer (where none is codable: {_listed(ANSWERS_WITHOUT_A_CODE)})"
        else:
            closing = _listed(self.answers)
        late = [cue for cue in self.cues if cue in self.from_offset]
        counted = f", for {_listed(late)} from its end" if late else ""
        return (
            f"An episode opens with {_listed(self.cues)} (cues up to {self.merge_s:g} s apart are one bid) and is "
            f"closed by the first {closing} within {self.window_s:g} s, for distress {self.distress_window_s:g} s; "
            f"latency counts from the cue's onset{counted}; it is censored at the next cue, at the window's end, "
            f"where coding stops or where it was not possible; answers after {self.prompt_s:g} s are late, and a "
            f"frightening act is never an answer. {self.turns.describe()}"
        )


def changed(settings: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """Return a codebook's settings with some of them changed; a change to the turns leaves their other keys.

    Args:
        settings: the codebook's.
        changes: what takes their place.

    Returns:
        The settings to use.
    """
    new = {**settings, **changes}
    if isinstance(settings.get("turns"), Mapping) and "turns" in changes:
        new["turns"] = {
            **cast("Mapping[str, object]", settings["turns"]),
            **cast("Mapping[str, object]", changes["turns"]),
        }
    return new


def _listed(acts: Sequence[Construct]) -> str:
    return ", ".join(acts[:-1]) + " or " + acts[-1] if len(acts) > 1 else str(acts[0])


def _constructs(key: str, value: object) -> tuple[Construct, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in cast(list[object], names)):
        raise CodebookError(
            "a list of construct names is wanted",
            column=f"episodes.{key}",
            value=value,
            remedy=f'Write {key} = ["..."].',
        )
    for name in cast(list[str], names):
        _check_known(name, [str(act) for act in Construct], "construct", key)
    return tuple(Construct(name) for name in cast(list[str], names))


def _check_known(name: str, known: Sequence[str], what: str, key: str) -> None:
    if name in known:
        return
    remedy = suggestion(name, known, 0.5).rstrip() or f"Known: {', '.join(known)}."
    raise CodebookError(f"there is no such {what}", column=f"episodes.{key}", value=name, remedy=remedy)


def _check_seconds(key: str, value: object, *, zero_allowed: bool) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or cast(float, value) < 0 or (value == 0 and not zero_allowed):
        support = "zero or more" if zero_allowed else "more than zero"
        raise CodebookError(
            "a time in seconds is wanted",
            column=f"episodes.{key}",
            value=value,
            remedy=f"Write {key} as a number of seconds, {support}.",
        )


def _check_acts(
    key: str, acts: Sequence[Construct], possible: Sequence[Construct], *, may_be_empty: bool = False
) -> None:
    if not acts and not may_be_empty:
        raise CodebookError("at least one construct is needed", column=f"episodes.{key}", value="[]")
    for act in acts:
        if act not in possible:
            raise CodebookError(
                f"{act} cannot stand in {key}",
                column=f"episodes.{key}",
                value=act,
                remedy=f"Possible: {', '.join(possible)}.",
            )
