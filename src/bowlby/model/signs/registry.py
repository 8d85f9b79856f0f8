"""All signs by name, and what holds for every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bowlby.errors import InputError, suggestion
from bowlby.model.signs.low_expectation import LITTLE_SIGNS
from bowlby.model.signs.sign import Sign
from bowlby.model.signs.threat import THREAT_SIGNS
from bowlby.model.signs.unspecific import SHARED_SIGNS

SIGNS: Mapping[str, Sign] = MappingProxyType(
    {sign.name: sign for sign in (*THREAT_SIGNS, *LITTLE_SIGNS, *SHARED_SIGNS)}
)

WHAT_ELSE: tuple[str, ...] = (
    "Temperament: children differ from birth.",
    "Autism, attention difficulties, or a delay in development.",
    "Hearing, sight, language, or senses that feel too much or too little.",
    "Illness, pain, hunger, medicines, or too little sleep.",
    "Loss, separation, migration, or a fright outside the family.",
    "Present stress: poverty, illness or quarrels at home, a move, a new sibling, a new group, bullying.",
    "Culture and language: what is usual where the child grows up.",
    "The eye that looks: informants agree only modestly, and one bad week is not a pattern.",
)
"""What any sign can mean besides what this model knows."""

WHAT_HELPS: tuple[str, ...] = (
    "Safety first: an end of any present danger comes before everything else.",
    "A few calm adults who are there every day and answer reliably.",
    "Days that can be foreseen: regular sleep, meals, goodbyes and returns.",
    "Help for those who care for the child: rest, money, housing, treatment, company.",
    "A medical look at hearing, sight, sleep, growth and pain, and a look at language and development.",
    "Watching again, in another place and by another person, before drawing any conclusion.",
)
"""What helps a child whatever the cause of a sign."""


def find_sign(name: str) -> Sign:
    """Return a sign by its name; hyphens and blanks count as underscores.

    Args:
        name: as written by a person.

    Returns:
        The sign.

    Raises:
        InputError: there is no such sign; the nearest is suggested.
    """
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    if plain in SIGNS:
        return SIGNS[plain]
    hint = suggestion(plain, SIGNS, 0.5)
    raise InputError(
        "there is no such sign", column="sign", value=name, remedy=f"{hint}`bowlby signs --list` names them all."
    )
