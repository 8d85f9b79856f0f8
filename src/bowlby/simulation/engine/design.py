"""What a cohort is to be: who, under which care, for how long; refused before any work where it cannot be lived."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bowlby.errors import InputError, ParameterError
from bowlby.model import registry
from bowlby.model.life.partners import variables_with
from bowlby.model.life.state import StateVariable
from bowlby.model.parameter import Group, Parameter, Transform
from bowlby.simulation.engine.age import DAYS_PER_MONTH
from bowlby.simulation.streams import seed_words

Value = float | np.ndarray
"""One number for all children, or one a child, shape (children,)."""

MOST_EPISODES = 1 << 24
"""Beyond it single precision no longer distinguishes two episodes' ages."""

MOST_CHILDREN = 1 << 24
"""Children whose states are held in memory at once, some gigabytes."""


@dataclass(frozen=True)
class PartnerStage:
    """A further partner over a stretch of life: a second caregiver, a teacher, a friend, a partner.

    Args:
        person: who it is; a number that no other person of the design has, >= 1.
        share: of the child's episodes that are with this one, in (0, 1).
        setting: centres of the partner's traits, on their own scale; those not named keep the population's.
        spread: multiple of the population's spread around the centres, >= 0.
    """

    person: int
    share: float
    setting: Mapping[str, Value] = field(default_factory=dict)
    spread: float = 1.0


@dataclass(frozen=True)
class Care:
    """The care that is given until an age.

    Args:
        until: age at which it ends, months, > 0.
        setting: centres of caregiver parameters, on their own scale; those not named keep the population's.
        spread: multiple of the population's spread around the centres, >= 0.
        person: who gives it; another number is another person with other traits, met as one meets a stranger.
        others: further partners by place, such as "second" or "school"; the rest of the episodes is with the first.
        child: centres of child traits over this stretch, on their own scale; those not named keep the design's.
    """

    until: float
    setting: Mapping[str, Value] = field(default_factory=dict)
    spread: float = 1.0
    person: int = 0
    others: Mapping[str, PartnerStage] = field(default_factory=dict)
    child: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class CohortDesign:
    """A cohort from birth.

    Args:
        children: how many, >= 1.
        care: stretches of care in order of age.
        seed: of all chances, 0 <= seed < 2**64.
        bids_per_day: episodes a waking day, >= 1.
        child: centres of child traits, on their own scale.
        child_spread: multiple of the spread of traits over children, >= 0.
        constants: constants and switches that differ from the registry.
        own_constants: constants of either clock of which each child has a value of its own, shape (children,), as a
            screening of constants gives them; they go before `constants`.
        trace_at: ages in months at which the state is kept, each > 0; the end is always kept.
        first_child: number of the first child; a child is its number and nothing else.
        numbers: the children's numbers where they are not consecutive, shape (children,).
    """

    children: int
    care: tuple[Care, ...]
    seed: int = 0
    bids_per_day: int = 12
    child: Mapping[str, Value] = field(default_factory=dict)
    child_spread: float = 1.0
    constants: Mapping[str, float] = field(default_factory=dict)
    own_constants: Mapping[str, np.ndarray] = field(default_factory=dict)
    trace_at: tuple[float, ...] = ()
    first_child: int = 0
    numbers: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Refuse a design that cannot be lived."""
        check_design(self)

    @property
    def until(self) -> float:
        """Age at the end, months."""
        return self.care[-1].until

    def episode_at(self, age: float) -> int:
        """Return the number of episodes lived by an age.

        Args:
            age: months, >= 0.

        Returns:
            Episodes, >= 0.
        """
        return round(age * DAYS_PER_MONTH * self.bids_per_day)

    @property
    def episodes(self) -> int:
        """Episodes of each child from birth to the end."""
        return self.episode_at(self.until)

    def care_at(self, age: float) -> Care:
        """Return the stretch of care that an age lies in, its end included.

        Args:
            age: months, > 0.

        Returns:
            The stretch; the last one beyond the end.
        """
        lived = self.episode_at(age)
        return next((care for care in self.care if lived <= self.episode_at(care.until)), self.care[-1])

    @property
    def slots(self) -> tuple[str, ...]:
        """Places of further partners, in order of first appearance."""
        return tuple(dict.fromkeys(slot for care in self.care for slot in care.others))

    @property
    def variables(self) -> tuple[StateVariable, ...]:
        """What is carried of each child, in the order of the rows of a state."""
        return variables_with(self.slots)

    def newcomers(self, stretch: int) -> tuple[int, ...]:
        """Return the places whose partner is met for the first time as a stretch of care begins.

        Args:
            stretch: index of the stretch; at birth everyone is there from the start.

        Returns:
            0 for the first partner, 1 and up for the places of `slots`.
        """
        found: list[int] = []
        for place in range(1 + len(self.slots)):
            now = _person(self, self.care[stretch], place)
            before = [who for care in self.care[:stretch] if (who := _person(self, care, place)) is not None]
            if stretch and now is not None and now != (before[-1] if before else None):
                found.append(place)
        return tuple(found)

    def child_numbers(self) -> np.ndarray:
        """Return the children's numbers, uint32, shape (children,)."""
        if self.numbers is not None:
            return np.asarray(self.numbers, np.uint32)
        return np.arange(self.first_child, self.first_child + self.children, dtype=np.uint32)

    def as_dict(self) -> dict[str, object]:
        """Return the design as plain values; an array is named by its hash."""
        own: dict[str, object] = {"own_constants": _plain(self.own_constants)} if self.own_constants else {}
        return own | {
            "children": self.children,
            "care": [_care_as_dict(care) for care in self.care],
            "seed": self.seed,
            "bids_per_day": self.bids_per_day,
            "child": _plain(self.child),
            "child_spread": self.child_spread,
            "constants": _plain(self.constants),
            "trace_at": list(self.trace_at),
            "numbers": _digest(self.child_numbers()),
        }

    def digest(self) -> str:
        """Return a hash by which the same design is known again."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()


def _person(design: CohortDesign, care: Care, place: int) -> int | None:
    if place == 0:
        return care.person
    company = care.others.get(design.slots[place - 1])
    return None if company is None else company.person


def _care_as_dict(care: Care) -> dict[str, object]:
    row: dict[str, object] = {
        "until": care.until,
        "setting": _plain(care.setting),
        "spread": care.spread,
        "person": care.person,
    }
    if care.others:
        row["others"] = {
            slot: {
                "person": one.person,
                "share": one.share,
                "setting": _plain(one.setting),
                "spread": one.spread,
            }
            for slot, one in care.others.items()
        }
    return row | ({"child": _plain(care.child)} if care.child else {})


def check_design(design: CohortDesign) -> None:
    """Refuse a design that cannot be lived.

    Args:
        design: the design.

    Raises:
        InputError: no children, no time, stretches out of order, a trace outside the run, numbers that repeat.
        ParameterError: a parameter is unknown, not finite, outside its support or of the wrong length.
    """
    seed_words(design.seed)
    _check_size(design)
    _check_ages(design)
    for care in design.care:
        _check_spread(care.spread)
        _check_values(care.setting, Group.CAREGIVER, design.children)
        _check_values(care.child, Group.CHILD, design.children)
        _check_company(care, design.children)
    _check_spread(design.child_spread)
    _check_values(design.child, Group.CHILD, design.children)
    _check_values(design.constants, Group.MODEL, 1)
    _check_own(design)


def check_children(children: int, column: str = "children") -> None:
    """Refuse a number of children that cannot be lived at once, before anything is made for each.

    Args:
        children: how many.
        column: where the number was given.

    Raises:
        InputError: none, or more than are held in memory.
    """
    if children < 1:
        raise InputError(
            "a cohort has at least one child", column=column, value=children, remedy="Give 1 child or more."
        )
    if children > MOST_CHILDREN:
        raise InputError(
            f"more than {MOST_CHILDREN} children are not simulated at once",
            column=column,
            value=children,
            remedy="Give fewer, or make a data set of them with `bowlby cohort`, which works in parts.",
        )


def _check_size(design: CohortDesign) -> None:
    check_children(design.children)
    if design.bids_per_day < 1:
        raise InputError(
            "a day has at least one bid", column="bids_per_day", value=design.bids_per_day, remedy="Give 10 to 15."
        )
    numbers = design.child_numbers()
    if numbers.shape != (design.children,) or np.unique(numbers).size != design.children:
        raise InputError(
            "each child has one number of its own",
            column="numbers",
            value=numbers.shape,
            remedy="Give as many different numbers as children.",
        )


def _check_ages(design: CohortDesign) -> None:
    ages = [care.until for care in design.care]
    ordered = (
        bool(ages)
        and all(math.isfinite(age) for age in ages)
        and all(a < b for a, b in zip([0.0, *ages], ages, strict=False))
    )
    if not ordered:
        raise InputError(
            "care must cover a time after birth, in order of age",
            column="until",
            value=ages,
            remedy="Give ages in months, each above the one before.",
        )
    if not 1 <= design.episodes < MOST_EPISODES:
        raise InputError(
            "the time holds no episode, or too many",
            column="until",
            value=design.until,
            remedy=f"Stay between 1 and {MOST_EPISODES - 1} episodes a child.",
        )
    outside = [age for age in design.trace_at if not 0 < age <= design.until]
    if outside:
        raise InputError(
            "a trace lies outside the time lived",
            column="trace_at",
            value=outside[0],
            remedy=f"Give ages above 0 and up to {design.until:g} months.",
        )


def _check_company(care: Care, children: int) -> None:
    shares = [one.share for one in care.others.values()]
    if not (all(0 < share < 1 for share in shares) and sum(shares) < 1):
        raise InputError(
            "shares of further partners are above 0 and leave something to the first",
            column="share",
            value=shares,
            remedy="Give shares of all episodes, such as 0.3 for a teacher.",
        )
    persons = [care.person, *(one.person for one in care.others.values())]
    if len(set(persons)) < len(persons):
        raise InputError(
            "one person stands in two places", column="person", value=persons, remedy="Give each person a number."
        )
    for one in care.others.values():
        _check_spread(one.spread)
        _check_values(one.setting, Group.CAREGIVER, children)


def _check_spread(spread: float) -> None:
    if not (math.isfinite(spread) and spread >= 0):
        raise ParameterError(
            "a spread is a number of at least 0",
            column="spread",
            value=spread,
            remedy="Give 0 for identical persons, 1 for the population.",
        )


def _check_values(values: Mapping[str, Value], group: Group, children: int) -> None:
    for name, value in values.items():
        entry = registry.lookup(name)
        if entry.group != group:
            raise ParameterError(
                f"{name} belongs to the {entry.group}",
                column=name,
                value=name,
                remedy=f"Set it there, not under the {group}.",
            )
        _check_value(entry, np.asarray(value, np.float64), children)


def _check_own(design: CohortDesign) -> None:
    known = {entry.name: entry for entry in (*registry.CONSTANTS, *registry.MOMENTS)}
    for name, value in design.own_constants.items():
        if name not in known:
            raise ParameterError("there is no such constant", column=name, remedy=f"Known: {', '.join(known)}.")
        _check_value(known[name], np.asarray(value, np.float64), design.children)


def _check_value(entry: Parameter, value: np.ndarray, children: int) -> None:
    name = entry.name
    low, high = entry.support
    if value.shape not in ((), (children,)):
        raise ParameterError(
            f"{name} has not one value a child",
            column=name,
            value=value.shape,
            remedy=f"Give one number or {children}.",
        )
    wrong = ~(np.isfinite(value) & (value > low) & (value < high))
    if wrong.any():
        row = None if value.shape == () else int(np.argmax(wrong)) + 1
        raise ParameterError(
            f"{name} lies outside its support",
            row=row,
            column=name,
            value=float(value if row is None else value[row - 1]),
            remedy=f"Give a value between {low:g} and {high:g} {entry.unit}, ends excluded.",
        )


def centre(values: Mapping[str, Value], name: str) -> np.ndarray:
    """Return the centre of a trait on its transformed scale.

    Args:
        values: centres that were set, on their own scale.
        name: of the trait.

    Returns:
        float32, shape () or (children,).
    """
    entry = registry.REGISTRY[name]
    value = np.asarray(values.get(name, entry.default), np.float64)
    match entry.transform:
        case Transform.LOG:
            free = np.log(value)
        case Transform.LOGIT:
            free = np.log(value) - np.log1p(-value)
        case Transform.IDENTITY:
            free = value
    return free.astype(np.float32)


def _plain(values: Mapping[str, Value]) -> dict[str, object]:
    return {
        name: _digest(value) if isinstance(value, np.ndarray) else float(value)
        for name, value in sorted(values.items())
    }


def _digest(values: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
