"""What helps: interventions for a kind of care, with and without, as long work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from bowlby.lives.arm_lives import RunMonitor
from bowlby.lives.arms import RefusalReason
from bowlby.lives.forecast import SUITED, Forecast, ForecastDesign, forecast
from bowlby.model.interventions.registry import INTERVENTIONS, NOT_MODELLED
from bowlby.reporting.figures.fan import band_named, fan_figure
from bowlby.reporting.forecast_page import plain_words
from bowlby.reporting.vega import legible, specification
from bowlby.web.absence import NotFoundError
from bowlby.web.api.explore import KindName
from bowlby.web.api.jobs import JobAnswer, job_answer, job_of
from bowlby.web.endpoint import Endpoint, EndpointAnswer, EndpointCall, EndpointInput, InputPlace
from bowlby.web.jobs import Job, JobState

MOST_CHILDREN, MOST_ARMS = 400, 6

Name = Literal[tuple(INTERVENTIONS)]  # pyright: ignore[reportInvalidTypeForm]


class StepAsked(EndpointInput):
    """One intervention of a sequence and when it begins."""

    name: Name  # pyright: ignore[reportInvalidTypeForm]
    months: float = Field(ge=0.0, le=216.0, description="Age at which it begins.")


MOST_STEPS = 4


class HelpInput(EndpointInput):
    """Whose life, from when, and what is compared."""

    kind: KindName = Field("deprived")  # pyright: ignore[reportInvalidTypeForm]
    start_months: float = Field(12.0, ge=3.0, le=72.0, description="Age at which interventions start.")
    until_months: float = Field(84.0, ge=84.0, le=300.0, description="Age at the end.")
    children: int = Field(128, ge=32, le=MOST_CHILDREN, description="Lives simulated for each arm.")
    interventions: list[Name] = Field(  # pyright: ignore[reportInvalidTypeForm]
        default_factory=lambda: list(SUITED), max_length=MOST_ARMS
    )
    sequence: list[StepAsked] = Field(
        default_factory=list, max_length=MOST_STEPS, description="One after another, compared beside each alone."
    )
    seed: int = Field(0, ge=0, le=2**32 - 1)


class HelpCatalogue(EndpointAnswer):
    """What can be compared, and what is not modelled and why."""

    interventions: list[dict[str, Any]]
    suited: list[str]
    not_modelled: list[dict[str, Any]] = Field(description="Named as harmful: never offered.")
    most_arms: int


class FigureAnswer(EndpointAnswer):
    """One drawing."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    title: str
    caption: str
    alt: str
    kind: str
    spec: dict[str, Any]


class HelpAnswer(EndpointAnswer):
    """What may follow, with and without."""

    source: str
    words: list[str]
    start_months: float
    until_months: float
    children: int
    population: str
    fans: dict[str, list[dict[str, Any]]]
    interventions: list[dict[str, Any]]
    without: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    caveats: list[str]
    seed: int
    figures: list[FigureAnswer]


def catalogue() -> HelpCatalogue:
    """Return what can be compared.

    Returns:
        The object of the API.
    """
    return HelpCatalogue(
        interventions=[one.as_dict() for one in INTERVENTIONS.values()],
        suited=list(SUITED),
        not_modelled=[
            {"names": list(one.names), "why": one.why, "citations": list(one.citations)} for one in NOT_MODELLED
        ],
        most_arms=MOST_ARMS,
    )


def _catalogue(call: EndpointCall) -> HelpCatalogue:
    del call
    return catalogue()


def _begin(call: EndpointCall) -> JobAnswer:
    taken: HelpInput = call.taken
    source = f"Care named “{taken.kind}”"
    names = tuple(dict.fromkeys(taken.interventions))
    sequence = tuple((str(step.name), step.months) for step in taken.sequence)
    sequences = (sequence,) if sequence else ()
    ages = (taken.start_months, taken.until_months)
    asked = ForecastDesign(str(taken.kind), taken.children, *ages, names, taken.seed, sequences)

    def live(job: Job) -> HelpAnswer:
        job.begin("living the lives")
        return help_answer(forecast(asked, watching=RunMonitor(job.progress, job.cancelled)), source)

    return job_answer(call.desk.jobs.start(Job("helps"), live))


def help_answer(found: Forecast, source: str) -> HelpAnswer:
    """Return a forecast as the page takes it.

    Args:
        found: the forecast.
        source: what it starts from, in words.

    Returns:
        The object of the API.
    """
    figures: list[FigureAnswer] = []
    for number, band in enumerate(found.fans):
        others = {plan: band_named(bands, band.name) for plan, bands in found.with_plans.items()}
        figure = fan_figure(band, others, f"fan-{number}")
        spec = legible(specification(figure, "container"))
        figures.append(
            FigureAnswer(title=figure.title, caption=figure.caption, alt=figure.alt, kind=band.kind, spec=spec)
        )
    told: dict[str, Any] = {"without": [], **found.as_dict()}
    told["refused"] = [{**one, "readable": readable(one)} for one in told["refused"]]
    return HelpAnswer.model_validate({**told, "source": source, "words": list(plain_words(found)), "figures": figures})


_READABLE: Mapping[str, str] = {
    RefusalReason.TOO_YOUNG: "the child is too young for it at {start:g} months",
    RefusalReason.TOO_OLD: "the child is too old for it at {start:g} months",
    RefusalReason.THREAT_GOES_ON: "fright still goes on at home when it would begin; put safety first",
    RefusalReason.NO_SUCH_PARTNER: "there is no teacher yet at {start:g} months",
    RefusalReason.HOME_IS_SAFE: "home is neither frightening nor empty, and no child is taken from such a home",
}


def readable(refused: Mapping[str, Any]) -> str:
    """Return a refusal as one readable sentence.

    Args:
        refused: its name, start and reason.

    Returns:
        The sentence.
    """
    return f"{refused['name']} is not given: {_READABLE[refused['reason']].format(**refused)}."


def _result(call: EndpointCall) -> HelpAnswer:
    job = job_of(call)
    if job.kind != "helps" or job.state is not JobState.DONE:
        raise NotFoundError("there is no result yet", remedy="Wait until the work is done.")
    result: Any = job.result
    return result


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/helps", "What can be compared, with its evidence.", _catalogue, HelpCatalogue),
    Endpoint(
        "POST",
        "/helps",
        "Begin a comparison.",
        _begin,
        JobAnswer,
        HelpInput,
        InputPlace.JSON,
        status=202,
        errors=(404,),
    ),
    Endpoint("GET", "/helps/{job}", "What was found, when it is done.", _result, HelpAnswer, errors=(404,)),
)
