"""What every part of a design file is: keys that are known, numbers that are numbers, ages with their unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias, cast, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema, field_validator

from bowlby.errors import InputError
from bowlby.simulation.engine.age import parse_age


def _age(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError('write an age as text with its unit: "90d", "12w", "14mo", "2y"')
    try:
        return parse_age(value)
    except InputError as error:
        raise ValueError(f"{error.message}; {error.remedy}") from error


Age: TypeAlias = Annotated[
    float,
    BeforeValidator(_age),
    WithJsonSchema({"type": "string", "examples": ["90d", "12w", "14mo", "2y"], "description": "Age with its unit."}),
]
Share: TypeAlias = Annotated[float, Field(ge=0.0, lt=1.0)]
Amount: TypeAlias = Annotated[float, Field(ge=0.0)]


class Part(BaseModel):
    """A part of a design file: it does not change, and unknown keys, infinities and true for a number are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        """Refuse true and false where a number or a text stands; Python would take them for 1 and 0."""
        meant = cls.model_fields[str(info.field_name)].annotation
        if meant is not bool and bool not in get_args(meant) and any(isinstance(one, bool) for one in _each(value)):
            raise ValueError("true and false are no numbers; write the number")
        return value


def _each(value: object) -> Sequence[object]:
    """Return the values of a list, or the value; tables look after themselves."""
    return cast(Sequence[object], value) if isinstance(value, list | tuple) else (value,)
