"""The comparison of trauma and neglect in words: kinds of care, seven lines, two marks; read from `aspects.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any


class Aspect(StrEnum):
    """Which line of the comparison a claim belongs to; the words of each stand in the data."""

    DEFINITION = "definition"
    CAUSES = "causes"
    EMOTION = "emotion"
    BEHAVIOUR = "behaviour"
    BODY = "body and brain"
    THERAPY = "therapy"
    LONG_TERM = "long term"


class EvidenceMark(StrEnum):
    """What published findings say of a claim; in the order in which claims are listed."""

    AGAINST = "against"
    CONFLICTING = "conflicting"
    FOR = "for"
    NONE = "none"


class ModelMark(StrEnum):
    """What the model does with a claim; in the order in which claims are listed."""

    DOES_NOT_GIVE = "does not give it"
    PUT_IN = "put in"
    EMERGES = "emerges"


@dataclass(frozen=True)
class KindOfCare:
    """One of the kinds of care that stand side by side.

    Args:
        key: as results name it, in the source's vocabulary.
        name: heading.
        axis: what the field calls it.
        exposure: the named care that stands for it in the model.
        says: what such a caregiver does, one sentence.
    """

    key: str
    name: str
    axis: str
    exposure: str
    says: str


@dataclass(frozen=True)
class AspectLine:
    """One line of the comparison.

    Args:
        key: as claims name the aspect.
        name: heading.
        trauma: what the source says of "attachment trauma", restated.
        neglect: what it says of "attachment neglect", restated.
        both: what it says of both, or nothing.
        secure: what secure care is or brings here, in the field's words.
        published: what published work adds, or where it disagrees.
    """

    key: Aspect
    name: str
    trauma: str
    neglect: str
    both: str
    secure: str
    published: str


_DATA: Mapping[str, Any] = tomllib.loads(
    (files("bowlby.evidence.claims_register") / "aspects.toml").read_text(encoding="utf-8")
)

TITLE: str = _DATA["title"]
MARKED: str = _DATA["marked"]
"""Whose claims these are."""
KINDS: Mapping[str, KindOfCare] = MappingProxyType({key: KindOfCare(key, **row) for key, row in _DATA["kind"].items()})
"""Kinds of care by key; the secure baseline comes first."""
LINES: tuple[AspectLine, ...] = tuple(AspectLine(Aspect(key), **row) for key, row in _DATA["aspect"].items())
"""In the source's order."""
EVIDENCE_SAYS: Mapping[EvidenceMark, str] = MappingProxyType(
    {EvidenceMark(key): says for key, says in _DATA["mark"]["evidence"].items()}
)
"""What each mark of the evidence means, in one sentence."""
MODEL_SAYS: Mapping[ModelMark, str] = MappingProxyType(
    {ModelMark(key): says for key, says in _DATA["mark"]["model"].items()}
)
"""What each mark of the model means, in one sentence."""


def claim_order(row: Mapping[str, Any]) -> tuple[int, int]:
    """Return where a judged claim stands in a list: by its evidence, then by what the model does with it.

    Args:
        row: of the JSON of `bowlby claims`.

    Returns:
        Places in the order of both marks.
    """
    evidence, model = EvidenceMark(row["evidence"]), ModelMark(row["model_mark"])
    return list(EvidenceMark).index(evidence), list(ModelMark).index(model)
