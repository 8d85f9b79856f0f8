"""Compare: trauma and neglect beside secure care; the shipped comparison, as the command line shows it."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import Field

from bowlby.evidence.claims_register.aspects import MARKED, TITLE
from bowlby.evidence.comparison.compare import comparison
from bowlby.reporting.infographic import infographic, infographic_png
from bowlby.web.endpoint import Endpoint, EndpointAnswer, EndpointCall, EndpointInput, FileAnswer


class ComparisonPicture(StrEnum):
    """Forms of the one printed page."""

    SVG = "svg"
    PNG = "png"


class PictureInput(EndpointInput):
    """Which form of the one printed page."""

    format: ComparisonPicture = Field(default=ComparisonPicture.SVG, description="svg or png.")


class ComparisonAnswer(EndpointAnswer):
    """The comparison: seven lines, each side with the source's claim, result, evidence and marks."""

    aspects: list[dict[str, Any]]
    kinds: dict[str, str] = Field(description="What care each kind is in the model.")
    rests_on: str
    marked: str = Field(description="Whose claims these are.")
    children: int
    fewer: int
    seed: int
    evidence_marks: dict[str, int] = Field(description="How many claims have each mark of the evidence.")
    model_marks: dict[str, int] = Field(description="How many claims have each mark of the model.")
    origins: dict[str, Any]
    made_by: Any


def _compare(call: EndpointCall) -> ComparisonAnswer:
    del call
    return ComparisonAnswer.model_validate({**comparison().as_dict(), "marked": MARKED})


@lru_cache(maxsize=2)
def _picture(form: ComparisonPicture) -> bytes:
    return infographic(comparison()).encode() if form is ComparisonPicture.SVG else infographic_png(comparison())


def _infographic(call: EndpointCall) -> FileAnswer:
    form: ComparisonPicture = call.taken.format
    media = "image/svg+xml" if form is ComparisonPicture.SVG else "image/png"
    return FileAnswer(_picture(form), media, f"bowlby-compare.{form}")


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/compare", f"{TITLE}.", _compare, ComparisonAnswer),
    Endpoint(
        "GET",
        "/compare/infographic",
        "The same on one page.",
        _infographic,
        None,
        PictureInput,
        media=("image/svg+xml", "image/png"),
    ),
)
