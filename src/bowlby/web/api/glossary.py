"""Glossary: the field's words, the model's parameters, and the equation behind each curve."""

from __future__ import annotations

from pydantic import Field

from bowlby.model.registry import REGISTRY
from bowlby.web.api.explore import QuantityAnswer, about
from bowlby.web.endpoint import Endpoint, EndpointAnswer, EndpointCall
from bowlby.web.glossary import GLOSSARY


class TermAnswer(EndpointAnswer):
    """One word."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    word: str
    means: str
    source: str


class ParameterAnswer(EndpointAnswer):
    """One parameter of the model."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    name: str
    symbol: str
    unit: str
    default: float
    group: str
    basis: str
    meaning: str
    source: str


class GlossaryAnswer(EndpointAnswer):
    """Words, equations and parameters."""

    terms: list[TermAnswer]
    equations: list[QuantityAnswer]
    parameters: list[ParameterAnswer]


def glossary() -> GlossaryAnswer:
    """Return words, equations and parameters.

    Returns:
        The object of the API.
    """
    return GlossaryAnswer(
        terms=[TermAnswer(word=one.word, means=one.means, source=one.source) for one in GLOSSARY],
        equations=about().quantities,
        parameters=[
            ParameterAnswer(
                name=one.name,
                symbol=one.symbol,
                unit=one.unit,
                default=one.default,
                group=str(one.group),
                basis=str(one.status),
                meaning=one.meaning,
                source=one.source,
            )
            for one in REGISTRY.values()
        ],
    )


def _glossary(call: EndpointCall) -> GlossaryAnswer:
    del call
    return glossary()


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/glossary", "Words, equations and parameters.", _glossary, GlossaryAnswer),
)
