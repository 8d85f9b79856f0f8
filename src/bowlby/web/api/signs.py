"""Signs: what was looked for in a child, what it says of the child's states, and what else it can mean.

A list of signs travels in a body, never in an address, and is kept nowhere. Nothing here speaks of a caregiver's acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from bowlby.inference.signs.result import ENOUGH, OLDEST, YOUNGEST, read_signs
from bowlby.inference.signs.sheet import observe
from bowlby.model.signs.accuracy import Informant
from bowlby.model.signs.observation import PLACES, ObservedValue
from bowlby.model.signs.registry import SIGNS, WHAT_ELSE, WHAT_HELPS
from bowlby.model.signs.sign import Setting
from bowlby.web.endpoint import Endpoint, EndpointAnswer, EndpointCall, EndpointInput, InputPlace

MOST_LOOKS = 500

SignName = Literal[tuple(SIGNS)]  # pyright: ignore[reportInvalidTypeForm]


class SignInput(EndpointInput):
    """One look for one sign; no field holds a name."""

    sign: SignName = Field(description="From the checklist.")  # pyright: ignore[reportInvalidTypeForm]
    value: ObservedValue
    informant: Informant = Informant.CAREGIVER
    setting: Setting | None = Field(None, description="None for where this informant would usually see it.")
    day: date | None = Field(None, description="Looks without a day count as one occasion.")


class SignsInput(EndpointInput):
    """Looks for signs in one child."""

    age_months: float = Field(ge=YOUNGEST, le=OLDEST, description="Age at the last look.")
    looks: list[SignInput] = Field(default_factory=list, max_length=MOST_LOOKS)


GROUPS: Mapping[str, tuple[str, ...]] = {
    "When it is upset": (
        "angry_when_comforted",
        "contradictory_acts",
        "dysregulation",
        "little_comfort_seeking",
        "numbness",
        "restricted_expression",
        "unresponsiveness",
        "volatility",
    ),
    "With people": (
        "clinginess",
        "controlling",
        "detachment",
        "fear",
        "fear_of_abandonment",
        "feeling_unseen",
        "hypervigilance",
        "indiscriminate_approach",
        "mistrust",
        "withdrawal",
    ),
    "Alone and at play": ("avoids_reminders", "isolation", "little_exploration", "passivity", "re_experiencing_play"),
    "At preschool or school": (
        "aggression",
        "difficulty_forming_bonds",
        "few_words",
        "little_help_seeking",
        "low_self_esteem",
    ),
}
"""Signs by where an adult would see them, never by what they might mean; in each group the order of the alphabet."""


class SignAnswer(EndpointAnswer):
    """One sign of the checklist."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    sign: str
    description: str
    ages_months: tuple[float, float]
    settings: list[str]
    base_rate: float
    group: str = Field(description="Where an adult would see it.")


class Checklist(EndpointAnswer):
    """What can be looked for."""

    signs: list[SignAnswer]
    ages_months: tuple[float, float]
    informants: dict[str, list[str]] = Field(description="Who looks, and where each would usually see a child.")
    enough: float = Field(description="Probability from which a state is named.")
    what_else: list[str]
    what_helps: list[str]
    safeguarding: str = Field(description="Whom to turn to when a child may be in danger; empty where not configured.")


class SignsAnswer(EndpointAnswer):
    """What the looks say: states and base rates, never an exposure."""

    age_months: float
    reference: dict[str, Any]
    states: dict[str, dict[str, Any]]
    base_rates: dict[str, dict[str, Any]]
    about: dict[str, dict[str, Any]]
    unexplained: float
    unexplained_base_rate: float
    verdict: str
    signs: list[dict[str, Any]]
    next: list[dict[str, Any]]
    set_aside: list[dict[str, Any]]
    notes: list[str]
    what_else: list[str]
    what_helps: list[str]


def checklist(safeguarding: str) -> Checklist:
    """Return the checklist.

    Args:
        safeguarding: whom to turn to when a child may be in danger, or "".

    Returns:
        The object of the API; signs by where they are seen and then by the alphabet, since a grouping by meaning would
        suggest a reading.
    """
    return Checklist(
        signs=[
            SignAnswer(
                sign=sign.name,
                description=sign.description,
                ages_months=sign.ages,
                settings=[str(setting) for setting in sign.settings],
                base_rate=sign.base_rate,
                group=group,
            )
            for group, names in GROUPS.items()
            for sign in (SIGNS[name] for name in names)
        ],
        ages_months=(YOUNGEST, OLDEST),
        informants={str(who): [str(place) for place in places] for who, places in PLACES.items()},
        enough=ENOUGH,
        what_else=list(WHAT_ELSE),
        what_helps=list(WHAT_HELPS),
        safeguarding=safeguarding,
    )


def _checklist(call: EndpointCall) -> Checklist:
    return checklist(call.desk.settings.safeguarding)


def _read(call: EndpointCall) -> SignsAnswer:
    taken: SignsInput = call.taken
    today = date.today()
    found = read_signs([observe(_cells(look), today) for look in taken.looks], taken.age_months)
    return SignsAnswer.model_validate(found.as_dict())


def _cells(look: SignInput) -> dict[str, str]:
    cells = {"sign": look.sign, "value": look.value, "informant": look.informant}
    cells |= {"setting": look.setting} if look.setting else {}
    return cells | ({"date": look.day.isoformat()} if look.day else {})


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/signs", "The checklist, and what holds whatever the cause.", _checklist, Checklist),
    Endpoint(
        "POST", "/signs", "What the looks say of the child's states.", _read, SignsAnswer, SignsInput, InputPlace.JSON
    ),
)
