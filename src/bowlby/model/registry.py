"""The registry: every quantity of the model with unit, support, spread over persons, basis and source, read from data.

`parameters.toml` beside this module is the one home of a value; code, pages, sliders and reports read it from here.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from bowlby.errors import ParameterError, suggestion
from bowlby.model.parameter import Basis, Clock, Doubt, Group, Parameter, Prior, Transform

_SUPPORTS = {
    Transform.LOG: (0.0, math.inf),
    Transform.LOGIT: (0.0, 1.0),
    Transform.IDENTITY: (-math.inf, math.inf),
}
_GROUPS = {"caregiver": Group.CAREGIVER, "child": Group.CHILD, "constant": Group.MODEL, "moment": Group.MODEL}
_SOURCES = {
    "caregiver": "assumed; calibrated populations keep seven tenths of this spread beside their five dimensions",
}
_SWITCH = "0/1"


def data(name: str) -> dict[str, Any]:
    """Return one file of the model's data.

    Args:
        name: of the file, such as "parameters.toml".

    Returns:
        Its tables.
    """
    return tomllib.loads((files("bowlby.model") / name).read_text(encoding="utf-8"))


def _entry(table: str, name: str, row: Mapping[str, Any]) -> Parameter:
    transform, default = Transform(row.get("scale", Transform.IDENTITY)), float(row["default"])
    trait = "spread" in row
    return Parameter(
        name,
        row["symbol"],
        row["unit"],
        _SUPPORTS[transform] if trait else _constant_support(row["unit"], default),
        transform,
        Prior(transform.free(default), row["spread"]) if trait else None,
        default,
        row.get("source", _SOURCES.get(table, str(Basis.ASSUMED))),
        Basis(row.get("basis", Basis.ASSUMED)),
        _GROUPS[table],
        row["meaning"],
        Clock.MOMENT if table == "moment" else Clock(row.get("clock", Clock.BOTH)),
        _doubt(row.get("doubt", {})),
        row.get("rests", ""),
    )


def _doubt(row: Mapping[str, float]) -> Doubt | None:
    return next((Doubt(Transform(scale), float(sd)) for scale, sd in row.items()), None)


def _constant_support(unit: str, value: float) -> tuple[float, float]:
    """Supports are open; a hair below 0 and above 1 lets the ends in."""
    if unit == _SWITCH:
        return (-1e-9, 1.0 + 1e-9)
    return (-1e-9, math.inf) if value >= 0 else (-math.inf, math.inf)


_DATA = data("parameters.toml")
_TABLES = {table: tuple(_entry(table, name, row) for name, row in _DATA[table].items()) for table in _GROUPS}
CAREGIVER: tuple[Parameter, ...] = _TABLES["caregiver"]
CHILD: tuple[Parameter, ...] = _TABLES["child"]
CONSTANTS: tuple[Parameter, ...] = _TABLES["constant"]
MOMENTS: tuple[Parameter, ...] = _TABLES["moment"]
"""Constants that turn learned states into acts of seconds; the moment clock alone reads them."""
SWITCHES: tuple[str, ...] = tuple(entry.name for entry in CONSTANTS if entry.unit == _SWITCH)
"""Constants that switch a mechanism: 1 on, 0 off, between them a share of it."""
REGISTRY: Mapping[str, Parameter] = MappingProxyType({entry.name: entry for entry in (*CAREGIVER, *CHILD, *CONSTANTS)})
"""What a life runs on: traits of the two persons and constants."""
MOMENT_REGISTRY: Mapping[str, Parameter] = MappingProxyType({entry.name: entry for entry in MOMENTS})

WARMTH_INTRUSION_CORRELATION: float = _DATA["correlation"]["warmth_intrusion"]["value"]
"""Correlation of warmth and intrusion over caregivers on the logit scale."""

_UNPROVOKED = "unprovoked_"
TIERS: tuple[str, ...] = tuple(
    entry.name.removeprefix(_UNPROVOKED) for entry in CAREGIVER if entry.name.startswith(_UNPROVOKED)
)
"""Tiers of frightening acts from startling to abusive."""
THREAT_TIERS: tuple[str, ...] = tuple(tier for tier in TIERS if f"magnitude_{tier}" in REGISTRY)
"""Those that carry threat; a startling act carries none."""


def lookup(name: str) -> Parameter:
    """Return the registry entry of a name.

    Args:
        name: a parameter's name.

    Returns:
        The entry.

    Raises:
        ParameterError: there is no such parameter; the nearest name is suggested.
    """
    if name in REGISTRY:
        return REGISTRY[name]
    remedy = f"{suggestion(name, REGISTRY)}docs/parameters.md lists the registry."
    raise ParameterError("there is no such parameter", column=name, remedy=remedy)
