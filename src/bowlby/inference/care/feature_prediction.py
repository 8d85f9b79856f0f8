"""Whether a record is unlike all that the model writes: each summary against what the others foretell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.inference.care.network import Layers, forward, standardised

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FALSE_ALARMS = 0.01
"""Share of the population's records that are called misfits."""


@dataclass(frozen=True)
class FeatureOddness:
    """How far each summary of some records lies from what the others foretell.

    Args:
        z: of the oddest, in units that 1 in 200 of the population's records pass, shape (records,).
        at: which feature that is, shape (records,).
        limit: beyond which a record of its length is a misfit, shape (records,).
    """

    z: Floats
    at: Ints
    limit: Floats

    @property
    def misfit(self) -> npt.NDArray[np.bool_]:
        """Return which records are misfits."""
        return np.abs(self.z) > self.limit


@dataclass(frozen=True)
class FeaturePredictor:
    """A network that foretells each feature from those of other groups.

    Args:
        centre: of the features, shape (features,).
        scale: of the features, shape (features,).
        layers: from features and left-out groups to mean and log standard deviation of every feature.
        group: to which each feature belongs, -1 for context, which is never foretold, shape (features,).
        unit: of each feature's z, which 1 in 200 of the population's records pass, shape (features,).
        hours: at which limits are known, on the log scale between them, shape (knots,).
        limits: of the largest |z|, shape (knots,).
    """

    centre: Floats
    scale: Floats
    layers: Layers
    group: Ints
    unit: Floats
    hours: Floats
    limits: Floats

    def oddness(self, features: Floats, hours: Floats) -> FeatureOddness:
        """Return the oddest summary of each record.

        Args:
            features: shape (records, features), NaN where missing.
            hours: watched, shape (records,).

        Returns:
            How odd, and which.
        """
        z = self.scores(features)
        at = np.abs(z).argmax(axis=1)
        limit = np.interp(np.log(np.maximum(hours, 1e-3)), np.log(self.hours), self.limits)
        return FeatureOddness(z[np.arange(len(z)), at], at, limit)

    def scores(self, features: Floats) -> Floats:
        """Return z of every feature in its `unit`, 0 where it is missing or context, shape (records, features)."""
        x = standardised(features, self.centre, self.scale)
        size, groups = x.shape[1], int(self.group.max()) + 1
        z = np.zeros_like(x)
        for number in range(groups):
            own = self.group == number
            given = forward(self.layers, np.concatenate([np.where(own, 0.0, x), self.flags(len(x), number)], axis=1))
            away = (x - given[:, :size]) * np.exp(-np.clip(given[:, size:], -5.0, 3.0))
            z[:, own] = away[:, own]
        return np.where(np.isnan(features), 0.0, z / self.unit)

    def flags(self, records: int, number: int) -> Floats:
        """Return which group is left out, shape (records, groups)."""
        found = np.zeros((records, int(self.group.max()) + 1))
        found[:, number] = 1.0
        return found


def groups_of(names: tuple[str, ...]) -> Ints:
    """Return the group of each feature: what is of one line of a record is left out together; context has -1.

    Args:
        names: of the features.

    Returns:
        Shape (features,).
    """
    known: dict[str, int] = {}
    found: list[int] = []
    for name in names:
        if name.startswith(("codable", "context")) or name in ("missed", "false", "displaced"):
            found.append(-1)
            continue
        line = name.split(",")[0]
        for word in ("rate of ", "bursts of ", "sessions of ", "time of ", "answered "):
            line = line.removeprefix(word)
        line = line.split(" within")[0].split(" an answer")[0]
        found.append(known.setdefault(line, len(known)))
    return np.array(found)
