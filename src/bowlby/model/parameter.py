"""One parameter of the model: name, unit, support, prior, source."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bowlby.errors import ParameterError


class Transform(StrEnum):
    """From a parameter's own scale to the whole real line, where its prior is normal."""

    IDENTITY = "identity"
    LOG = "log"
    LOGIT = "logit"

    def free(self, value: float) -> float:
        """Return a value inside the support on the real line."""
        match self:
            case Transform.IDENTITY:
                return value
            case Transform.LOG:
                return math.log(value)
            case Transform.LOGIT:
                return math.log(value) - math.log1p(-value)
            case _:
                assert_never(self)


class Basis(StrEnum):
    """Where a value comes from."""

    MEASURED = "measured"
    CALIBRATED = "calibrated"
    ASSUMED = "assumed"


class Group(StrEnum):
    """Whose parameter it is."""

    CAREGIVER = "caregiver"
    SESSION = "session"
    CHILD = "child"
    MODEL = "model"


class Clock(StrEnum):
    """Which clock reads a parameter."""

    BOTH = "both"
    EPISODE = "episode"
    MOMENT = "moment"


@dataclass(frozen=True)
class Prior:
    """A normal distribution on the transformed scale.

    Args:
        location: mean on the transformed scale.
        scale: standard deviation on the transformed scale, > 0.
    """

    location: float
    scale: float


@dataclass(frozen=True)
class Doubt:
    """How far a value that holds for everyone could lie from where it is put: normal on a scale.

    Args:
        scale: of the normal.
        sd: its standard deviation there, > 0.
    """

    scale: Transform
    sd: float


@dataclass(frozen=True)
class Parameter:
    """One entry of the registry.

    Args:
        name: the field's standard term, as used in code, JSON and tables.
        symbol: as written in equations.
        unit: unit of `default` and of every reported value.
        support: open interval that values lie in, on the parameter's own scale.
        transform: to the scale of the prior.
        prior: normal on the transformed scale, or None for a constant that is not inferred.
        default: value used where nothing else is said.
        source: citation, or the reason for an assumed value.
        status: measured, calibrated or assumed.
        group: whose parameter it is.
        meaning: one sentence.
        clock: which clock reads it.
        doubt: how far the default could lie off, or None where it fixes a unit, is a switch or was fitted.
        rests: what of the model's results depends on the default; empty where nothing is said.
    """

    name: str
    symbol: str
    unit: str
    support: tuple[float, float]
    transform: Transform
    prior: Prior | None
    default: float
    source: str
    status: Basis
    group: Group
    meaning: str
    clock: Clock = Clock.BOTH
    doubt: Doubt | None = None
    rests: str = ""

    @property
    def doubted(self) -> str:
        """The doubt in words, such as "log +- 0.4"."""
        return "" if self.doubt is None else f"{self.doubt.scale} +- {self.doubt.sd:g}"

    def free(self, value: float) -> float:
        """Return a value on the transformed scale.

        Args:
            value: on the parameter's own scale.

        Returns:
            The value on the real line.

        Raises:
            ParameterError: the value is not finite or lies outside the support.
        """
        check(self, value)
        return self.transform.free(value)

    def natural(self, free: float) -> float:
        """Return a value of the transformed scale on the parameter's own scale."""
        match self.transform:
            case Transform.IDENTITY:
                return free
            case Transform.LOG:
                return math.exp(free)
            case Transform.LOGIT:
                return 1.0 / (1.0 + math.exp(-free))
            case _:
                assert_never(self.transform)

    def as_dict(self) -> dict[str, object]:
        """Return one row of the registry table."""
        prior = self.prior
        return {
            "name": self.name,
            "symbol": self.symbol,
            "unit": self.unit,
            "support": f"({self.support[0]:g}, {self.support[1]:g})",
            "prior": "constant" if prior is None else _prior_text(self.transform, prior),
            "default": self.default,
            "status": str(self.status),
            "source": self.source,
            "doubt": self.doubted or None,
            "rests": self.rests or None,
            "group": str(self.group),
            "meaning": self.meaning,
        }


def check(parameter: Parameter, value: float) -> None:
    """Refuse a value outside a parameter's support.

    Args:
        parameter: the registry entry.
        value: on the parameter's own scale.

    Raises:
        ParameterError: the value is not finite or not strictly inside the support.
    """
    low, high = parameter.support
    if not (math.isfinite(value) and low < value < high):
        raise ParameterError(
            f"{parameter.name} lies outside its support",
            column=parameter.name,
            value=value,
            remedy=f"Give a value between {low:g} and {high:g} {parameter.unit}, ends excluded.",
        )


def _prior_text(transform: Transform, prior: Prior) -> str:
    scale = "" if transform == Transform.IDENTITY else f"{transform} "
    return f"{scale}normal({prior.location:.3g}, {prior.scale:.3g})"
