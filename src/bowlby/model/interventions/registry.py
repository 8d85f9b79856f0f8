"""The registry of interventions, and what is named as harmful and not modelled."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bowlby.errors import InputError
from bowlby.model.interventions import surroundings, with_caregivers, with_children
from bowlby.model.interventions.intervention import Intervention

INTERVENTIONS: Mapping[str, Intervention] = MappingProxyType(
    {entry.name: entry for entry in (*surroundings.ENTRIES, *with_caregivers.ENTRIES, *with_children.ENTRIES)}
)

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "vipp sd": "responsiveness training",
        "vipp": "responsiveness training",
        "video feedback": "responsiveness training",
        "abc": "attachment and biobehavioral catch-up",
        "cpp": "child-parent psychotherapy",
        "ddp": "dyadic developmental psychotherapy",
        "cos": "circle of security",
        "tf cbt": "trauma-focused cognitive behavioural therapy",
        "emdr": "eye movement desensitization and reprocessing",
        "somatic experiencing": "somatic regulation",
        "secure relationship": "consistent emotional support",
        "foster care": "foster placement",
    }
)
"""Usual short names; hyphens count as spaces."""

ITEMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "M14": (
            "safety first",
            "consistent emotional support",
            "secure relationships",
            "regulation skills",
            "trauma-focused CBT (TF-CBT)",
            "EMDR",
            "mindfulness",
            "somatic experiencing",
            "safe predictable environment",
        ),
        "M15": (
            "responsive consistent care",
            "responsiveness training",
            "emotional-availability enhancement",
            "attachment repair",
            "dyadic developmental psychotherapy (DDP)",
            "child-parent psychotherapy (CPP)",
            "sensory integration",
            "attachment-focused play therapy",
        ),
    }
)
"""Therapies that the mission's rows name, of trauma (M14) and of neglect (M15)."""


@dataclass(frozen=True)
class HarmfulPractice:
    """What is named as harmful and not modelled.

    Args:
        names: it goes by.
        why: in a sentence.
        citations: author, year, journal.
    """

    names: tuple[str, ...]
    why: str
    citations: tuple[str, ...]


NOT_MODELLED: tuple[HarmfulPractice, ...] = (
    HarmfulPractice(
        ("holding therapy", "coercive holding", "rage reduction", "rebirthing", "attachment therapy by restraint"),
        "Restraining or cornering a child to force a bond has injured and killed children and has no evidence of "
        "benefit; professional bodies advise against it.",
        (
            "Chaffin et al. 2006, Child Maltreat 11:76",
            "Zeanah, Chesher & Boris 2016, J Am Acad Child Adolesc Psychiatry 55:990",
        ),
    ),
)


def intervention(name: str) -> Intervention:
    """Return an intervention by name or usual short name.

    Args:
        name: one of `INTERVENTIONS` or `ALIASES`; case does not matter, hyphens and underscores count as spaces.

    Returns:
        The entry.

    Raises:
        InputError: there is none of that name; the nearest is suggested, and harmful ones are named as such.
    """
    plain = _plain(name)
    known = {_plain(entry): entry for entry in INTERVENTIONS} | dict(ALIASES)
    if plain in known:
        return INTERVENTIONS[known[plain]]
    for harmful in NOT_MODELLED:
        if plain in harmful.names:
            raise InputError(
                "this is named as harmful and is not modelled", column="intervention", value=name, remedy=harmful.why
            )
    near = difflib.get_close_matches(plain, known, n=1)
    hint = f"Did you mean {known[near[0]]!r}? " if near else ""
    raise InputError(
        "there is no such intervention",
        column="intervention",
        value=name,
        remedy=f"{hint}Known: {', '.join(INTERVENTIONS)}.",
    )


def _plain(name: str) -> str:
    return " ".join(name.strip().lower().replace("-", " ").replace("_", " ").split())
