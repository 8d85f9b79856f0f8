"""Several partners of one child: what is known of each, what is carried from one to the next, and a first meeting.

The state of a child is its own (body, self, adults in general, mood) and, for each partner, what it expects and does
with that one. A step sees one partner at a time: the child alone with all that it carries, and what belongs to the
partner present.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bowlby.model.life.learning import adults_concentration
from bowlby.model.life.state import VARIABLES, CaregiverState, LifeState, StateVariable, from_leaves, leaves_of
from bowlby.model.life.traits import Constants
from bowlby.model.scalar import Condition

OF_PARTNER: tuple[str, ...] = (
    *CaregiverState._fields,
    "relief_minimise",
    "relief_express",
    "relief_intensify",
    "concentration_minimise",
    "concentration_express",
    "concentration_intensify",
    "drift",
    "error_square",
    "surprise",
    "threat_unprovoked",
    "threat_provoked",
    "with_signal",
    "without_signal",
    "warm_density",
    "minimising",
    "intensifying",
    "conflict",
    "no_strategy",
    "freezing",
    "formation",
)
"""Variables of which each partner has one; all others are the child's own."""

PLACES: tuple[int, ...] = tuple(i for i, variable in enumerate(VARIABLES) if variable.name in OF_PARTNER)
"""Their rows in a state."""


def variables_with(slots: tuple[str, ...]) -> tuple[StateVariable, ...]:
    """Return the variables of a child with more partners than one.

    Args:
        slots: names of the further partners' places, such as "school".

    Returns:
        `VARIABLES`, those of the first partner among them, and for each further place its own, named "place.variable".
    """
    further = [replace(VARIABLES[row], name=f"{slot}.{VARIABLES[row].name}") for slot in slots for row in PLACES]
    return (*VARIABLES, *further)


def with_partner(leaves: list[Any], place: int) -> list[Any]:
    """Return the child as it is with one partner.

    Args:
        leaves: one value a variable, in the order of `variables_with`.
        place: 0 for the first partner, 1 and up for further ones.

    Returns:
        One value a variable, in the order of `VARIABLES`.
    """
    own = list(leaves[: len(VARIABLES)])
    if place:
        start = len(VARIABLES) + (place - 1) * len(PLACES)
        for number, row in enumerate(PLACES):
            own[row] = leaves[start + number]
    return own


def present_only(xp: Any, leaves: list[Any], chosen: Sequence[Condition]) -> list[Any]:
    """Return the child as it is with the partner who is present, where that differs from child to child.

    Args:
        xp: array namespace.
        leaves: one value a variable, in the order of `variables_with`.
        chosen: for each further place, true where its partner is the one present.

    Returns:
        One value a variable, in the order of `VARIABLES`.
    """
    seen = list(leaves[: len(VARIABLES)])
    for place, here in enumerate(chosen, start=1):
        other = with_partner(leaves, place)
        for row in PLACES:
            seen[row] = xp.where(here, other[row], seen[row])
    return seen


def put_back(xp: Any, leaves: list[Any], lived: list[Any], chosen: Sequence[Condition]) -> list[Any]:
    """Return all variables after an episode with the partner who was present; what is known of others stays.

    Args:
        xp: array namespace.
        leaves: before, in the order of `variables_with`.
        lived: after, in the order of `VARIABLES`.
        chosen: as for `present_only`.

    Returns:
        In the order of `variables_with`.
    """
    after = list(leaves)
    first: Condition = False
    for here in chosen:
        first = here | first
    for row, value in enumerate(lived):
        after[row] = xp.where(first, leaves[row], value) if row in PLACES and chosen else value
    for place, here in enumerate(chosen):
        start = len(VARIABLES) + place * len(PLACES)
        for number, row in enumerate(PLACES):
            after[start + number] = xp.where(here, lived[row], leaves[start + number])
    return after


def meet(constants: Constants, known: LifeState) -> LifeState:
    """Return the child as it meets a partner for the first time: it expects of that one what it expects of adults.

    Relief with and without a bid, and threat, start at those expected of adults in general, and with them the sense of
    one's own effect on this partner; the concentration is that of the belief about adults, so that who has learned that
    adults differ soon learns about this one, and who has known but one kind of care does not.
    Working models carry over to new partners as first expectations (Bowlby 1973, Separation; Sroufe & Fleeson 1986, in
    Hartup & Rubin, Relationships and Development). With the belief about adults switched off a stranger is met as at
    birth.

    Args:
        constants: of which only the switch `adults` is read.
        known: the child with any partner.

    Returns:
        The same child with the new partner, who has no history with it.
    """
    start = {variable.name: variable.start for variable in VARIABLES}
    child, share = known.child, constants.adults
    own = {name: start[name] + 0.0 * child.arousal for name in OF_PARTNER}
    weight = adults_concentration(child)
    carried = {
        "relief_minimise": child.adults_unasked,
        "relief_express": child.adults_relief,
        "relief_intensify": child.adults_relief,
        "concentration_minimise": weight,
        "concentration_express": weight,
        "concentration_intensify": weight,
        "threat_unprovoked": child.adults_threat,
        "with_signal": child.adults_relief,
        "without_signal": child.adults_unasked,
    }
    for name, value in carried.items():
        own[name] = own[name] + share * (value - own[name])  # (E105) assumed, after Bowlby 1973; Sroufe & Fleeson 1986
    leaves = leaves_of(known)
    for row in PLACES:
        leaves[row] = own[VARIABLES[row].name]
    return from_leaves(leaves)
