"""Story: the ten steps as plain values, and the numbers behind their pictures."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import Field

from bowlby.web.endpoint import Endpoint, EndpointAnswer, EndpointCall
from bowlby.web.lessons.result import lessons
from bowlby.web.story import Step, story


class StepShown(EndpointAnswer):
    """One step."""

    purpose_and_limits: list[str] = Field(default_factory=list, exclude=True)
    number: int
    title: str
    says: list[str]
    equation: str
    sure: str
    claims: list[dict[str, str]] = Field(description="Claims that it rests on, each with its two marks.")


class StoryAnswer(EndpointAnswer):
    """The story and the numbers behind it."""

    steps: list[StepShown]
    seed: int
    cry: dict[str, Any]
    days: dict[str, Any]
    months: dict[str, Any]


def _shown(step: Step) -> StepShown:
    return StepShown(
        number=step.number,
        title=step.title,
        says=list(step.says),
        equation=step.equation,
        sure=step.sure,
        claims=[{key: str(value) for key, value in asdict(mark).items()} for mark in step.marks],
    )


def _story(call: EndpointCall) -> StoryAnswer:
    del call
    found = lessons()
    return StoryAnswer(
        steps=[_shown(step) for step in story()],
        seed=found["seed"],
        cry=found["cry"],
        days=found["days"],
        months=found["months"],
    )


ENDPOINTS: tuple[Endpoint, ...] = (Endpoint("GET", "/story", "The guided story and its numbers.", _story, StoryAnswer),)
