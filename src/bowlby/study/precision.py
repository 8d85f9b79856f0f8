"""How long must a dyad be watched for a wanted precision? Simulated dyads, watched for many lengths."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from bowlby.atomic import make_folder, writing
from bowlby.errors import InputError, suggestion
from bowlby.infer.density import LEVELS
from bowlby.infer.posterior import LEVEL, posterior
from bowlby.infer.programs import source
from bowlby.infer.sampling import Progress, silent
from bowlby.measures.confidence import share_interval
from bowlby.model.parameters import lookup
from bowlby.records.coded import CodedRecord
from bowlby.records.excerpt import first_minutes
from bowlby.records.identity import coded_as_itself
from bowlby.study.axes import axes_of
from bowlby.study.recovery import simulate_sessions

MINUTES = (5, 20, 60, 180)
SESSIONS = (1, 2, 5)
AXES: Mapping[str, str] = {"threat": "log(1 + magnitude/h)", "deprivation": "1"}
KNOWN = (*LEVELS, *AXES)
"""What a wanted precision may be of: parameters of usual care, and the two axes."""


MADE_BY = ("infer", "measures", "model", "records", "simulate/dyad.py", "study/precision.py", "study/recovery.py")
"""Source that kept results hang on."""


class Width(StrEnum):
    """What must fall under the wanted figure."""

    SD = "sd"
    HALF_WIDTH = "half-width"


@dataclass(frozen=True)
class Seen:
    """How wide one dyad's posterior is after one length of watching, each quantity on its own scale.

    Args:
        minutes: of each session.
        sessions: how many.
        sd: posterior sd by quantity.
        half_width: half of the 90 % interval by quantity.
    """

    minutes: int
    sessions: int
    sd: Mapping[str, float]
    half_width: Mapping[str, float]


@dataclass(frozen=True)
class Wanted:
    """The precision that is wanted.

    Args:
        name: a parameter of usual care, or an axis.
        within: largest width, in the quantity's unit, > 0.
        share: least share of dyads that must come under it, in (0, 1).
        width: the posterior's sd, or half of its 90 % interval.
    """

    name: str
    within: float
    share: float = 0.8
    width: Width = Width.SD

    def __post_init__(self) -> None:
        """Refuse what nothing can be reckoned from."""
        if self.name not in KNOWN:
            remedy = f"{suggestion(self.name, KNOWN)}Known: {', '.join(KNOWN)}."
            raise InputError("no precision is known of this", column="--parameter", value=self.name, remedy=remedy)
        if not (np.isfinite(self.within) and self.within > 0):
            raise InputError(
                "a precision is above 0", column="--within", value=self.within, remedy="Write it in the unit."
            )
        if not 0 < self.share < 1:
            raise InputError("a share lies between 0 and 1", column="--prob", value=self.share, remedy="Say .8.")

    @property
    def unit(self) -> str:
        """Return the unit of `within`."""
        return AXES[self.name] if self.name in AXES else lookup(self.name).unit


@dataclass(frozen=True)
class Reached:
    """What one length of watching reaches.

    Args:
        minutes: of each session.
        sessions: how many.
        share: of dyads whose posterior is narrow enough.
        low: lower end of its 95 % interval, the Monte Carlo error.
        high: upper end.
        median: of the widths over dyads.
        enough: whether the share is at least the wanted one.
    """

    minutes: int
    sessions: int
    share: float
    low: float
    high: float
    median: float
    enough: bool

    @property
    def total(self) -> int:
        """Return the minutes of all sessions."""
        return self.minutes * self.sessions


@dataclass(frozen=True)
class Needed:
    """The answer: what each length reaches, and the shortest that is enough.

    Args:
        wanted: the question.
        dyads: simulated.
        lengths: every length, by sessions and minutes.
        shortest: with the fewest minutes in all among those that are enough, or None where none is.
        by_sessions: the shortest for each number of sessions, or None.
    """

    wanted: Wanted
    dyads: int
    lengths: tuple[Reached, ...]
    shortest: Reached | None
    by_sessions: Mapping[int, Reached | None]

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "wanted": asdict(self.wanted) | {"unit": self.wanted.unit},
            "dyads": self.dyads,
            "lengths": [asdict(one) for one in self.lengths],
            "shortest": None if self.shortest is None else asdict(self.shortest),
            "by_sessions": {
                str(number): None if one is None else asdict(one) for number, one in self.by_sessions.items()
            },
        }


def watch(
    dyads: int, seed: int, *, folder: Path | None = None, progress: Progress = silent
) -> tuple[tuple[Seen, ...], ...]:
    """Return how wide the posteriors of simulated dyads are after every length of watching.

    Care is drawn from `recovery.TRUTHS`. Each dyad is simulated for the longest sessions once, and shorter ones are
    their beginnings, so that lengths differ by nothing else.

    Args:
        dyads: how many, >= 1.
        seed: 0 <= seed < 2**63.
        folder: where each finished dyad is kept, so that a second call, or one after an interruption, goes on; or None.
        progress: told dyads done and in all.

    Returns:
        One row of lengths a dyad.

    Raises:
        InputError: the seed cannot be used.
    """
    rows: list[tuple[Seen, ...]] = []
    for number in range(dyads):
        path = None if folder is None else folder / f"{_key(seed, number)}.json"
        found = None if path is None else _read(path)
        if found is None:
            found = _watched(seed, number)
            if path is not None:
                _write(path, found)
        rows.append(found)
        progress(number + 1, dyads)
    return tuple(rows)


def needed(rows: Sequence[Sequence[Seen]], wanted: Wanted) -> Needed:
    """Return the shortest watching after which enough dyads are known as well as wanted.

    Args:
        rows: from `watch`, or for dyads of one's own; all with the same lengths.
        wanted: the precision.

    Returns:
        Every length with its share and Monte Carlo error, and the shortest that is enough.
    """
    lengths = tuple(_reached([row[place] for row in rows], wanted) for place in range(len(rows[0])))
    counts = sorted({one.sessions for one in lengths})
    by_sessions = {count: _shortest([one for one in lengths if one.sessions == count]) for count in counts}
    return Needed(wanted, len(rows), lengths, _shortest(lengths), by_sessions)


def _shortest(lengths: Sequence[Reached]) -> Reached | None:
    enough = [one for one in lengths if one.enough]
    return min(enough, key=lambda one: (one.total, one.sessions)) if enough else None


def _reached(seen: Sequence[Seen], wanted: Wanted) -> Reached:
    by_width = [one.sd if wanted.width is Width.SD else one.half_width for one in seen]
    widths = np.array([one[wanted.name] for one in by_width])
    count = int((widths <= wanted.within).sum())
    low, high = share_interval(count, len(widths))
    share = count / len(widths)
    first = seen[0]
    return Reached(first.minutes, first.sessions, share, low, high, float(np.median(widths)), share >= wanted.share)


def _watched(seed: int, number: int) -> tuple[Seen, ...]:
    records = simulate_sessions(max(SESSIONS), float(max(MINUTES)), seed, number)
    found: list[Seen] = []
    for sessions in SESSIONS:
        for minutes in MINUTES:
            coded = [coded_as_itself(first_minutes(record, minutes)) for record in records[:sessions]]
            found.append(_seen(coded, minutes, seed + number))
    return tuple(found)


def _seen(coded: Sequence[CodedRecord], minutes: int, seed: int) -> Seen:
    found = posterior(coded, seed=seed)
    drawn = axes_of(found.draws, found.evidence.mean_age_months)
    draws = {name: found.draws[name].ravel() for name in LEVELS} | drawn._asdict()
    edges = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    half = {name: float(np.diff(np.quantile(values, edges))[0]) / 2 for name, values in draws.items()}
    return Seen(minutes, len(coded), {name: float(values.std()) for name, values in draws.items()}, half)


def _key(seed: int, number: int) -> str:
    """Return the name of a dyad's kept result: what it was made by, so that none outlives a change of the model."""
    return hashlib.sha256(f"{seed} {number} {MINUTES} {SESSIONS} {source(*MADE_BY)}".encode()).hexdigest()[:32]


def _read(path: Path) -> tuple[Seen, ...] | None:
    """Return a kept dyad, or None where the file is missing or damaged: it is watched again then."""
    try:
        return tuple(Seen(**row) for row in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(path: Path, found: Sequence[Seen]) -> None:
    make_folder(path.parent)
    with writing(path, force=True) as draft:
        draft.write_text(json.dumps([asdict(one) for one in found]), encoding="utf-8")


def table(found: Needed) -> str:
    """Return what each length reaches as a markdown table.

    Args:
        found: from `needed`.

    Returns:
        One line a length.
    """
    lines = ["| sessions | minutes each | share of dyads | 95 % interval | median width |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.sessions} | {one.minutes} | {one.share:.2f}{' *' if one.enough else ''} | {one.low:.2f} to "
        f"{one.high:.2f} | {one.median:.3g} |"
        for one in found.lengths
    ]
    return "\n".join(lines)


def sentence(found: Needed) -> str:
    """Return the answer in a sentence.

    Args:
        found: from `needed`.

    Returns:
        What is needed, or that no length of the table is enough.
    """
    wanted, best = found.wanted, found.shortest
    what = f"{wanted.width} of {wanted.name} at most {wanted.within:g} {wanted.unit}"
    which = f"in at least {wanted.share:.0%} of dyads"
    if best is None:
        longest = max(found.lengths, key=lambda one: one.total)
        return (
            f"No length tried brings the posterior {what} {which}: {longest.sessions} sessions of {longest.minutes} "
            f"minutes do in {longest.share:.0%} ({longest.low:.0%} to {longest.high:.0%})."
        )
    sessions = "session" if best.sessions == 1 else "sessions"
    sure = "" if best.low >= wanted.share else "; the interval reaches below what is wanted, more dyads would tell"
    return (
        f"{best.sessions} {sessions} of {best.minutes} minutes bring the posterior {what} {which}: in {best.share:.0%} "
        f"({best.low:.0%} to {best.high:.0%}{sure})."
    )
