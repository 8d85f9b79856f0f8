"""Mixture density networks in NumPy: from features to a mixture of normal distributions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Layers = tuple[tuple[Floats, Floats], ...]


class Mixture(NamedTuple):
    """Normal components of some records.

    Args:
        weight: shape (records, components), sum 1.
        mean: shape (records, components, dimensions).
        factor: lower triangular L of the covariance L L', shape (records, components, dimensions, dimensions), or the
            standard deviations alone, shape (records, components, dimensions).
    """

    weight: Floats
    mean: Floats
    factor: Floats


@dataclass(frozen=True)
class Ensemble:
    """Networks that were trained alike, and the scales of what goes in and comes out.

    Args:
        centre: of the features, shape (features,).
        scale: of the features, shape (features,).
        offset: of the outputs, shape (dimensions,).
        unit: of the outputs, shape (dimensions,).
        members: layers of each network.
        components: of each network's mixture.
        full: whether components have a covariance of their own, else standard deviations.
    """

    centre: Floats
    scale: Floats
    offset: Floats
    unit: Floats
    members: tuple[Layers, ...]
    components: int
    full: bool

    def mixture(self, features: Floats) -> Mixture:
        """Return the mixture of all networks for some records, on the scale of the outputs.

        Args:
            features: shape (records, features), NaN where missing.

        Returns:
            Components of all networks.
        """
        x = standardised(features, self.centre, self.scale)
        size = len(self.offset)
        parts = [split(forward(layers, x), self.components, size, full=self.full) for layers in self.members]
        weight = np.concatenate([part.weight for part in parts], axis=1) / len(parts)
        mean = np.concatenate([part.mean for part in parts], axis=1) * self.unit + self.offset
        factor = np.concatenate([part.factor for part in parts], axis=1)
        return Mixture(weight, mean, factor * (self.unit[:, None] if self.full else self.unit))


def standardised(features: Floats, centre: Floats, scale: Floats) -> Floats:
    """Return features on the networks' scale; what is missing is 0, which its flag distinguishes from the mean.

    Args:
        features: shape (records, features).
        centre: shape (features,).
        scale: shape (features,).

    Returns:
        Shape (records, features), within 6 of 0.
    """
    return np.nan_to_num(np.clip((features - centre) / scale, -6.0, 6.0), nan=0.0)


def forward(layers: Layers, x: Floats) -> Floats:
    """Return what a network gives: x W + b, with tanh between the layers.

    Args:
        layers: weights and offsets.
        x: shape (records, features).

    Returns:
        Shape (records, outputs).
    """
    for weight, offset in layers[:-1]:
        x = np.tanh(x @ weight + offset)
    weight, offset = layers[-1]
    return x @ weight + offset


def outputs(components: int, size: int, *, full: bool) -> int:
    """Return how many outputs describe a mixture.

    Args:
        components: of the mixture.
        size: dimensions.
        full: as for `Ensemble`.

    Returns:
        The number.
    """
    return components * (1 + size + (size * (size + 1) // 2 if full else size))


def split(raw: Floats, components: int, size: int, *, full: bool) -> Mixture:
    """Return the mixture that a network's outputs stand for.

    Args:
        raw: shape (records, outputs).
        components: of the mixture.
        size: dimensions.
        full: as for `Ensemble`.

    Returns:
        The mixture, on the networks' scale.
    """
    logits = raw[:, :components] - raw[:, :components].max(axis=1, keepdims=True)
    weight = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    end = components * (1 + size)
    mean = raw[:, components:end].reshape(-1, components, size)
    if not full:
        return Mixture(weight, mean, np.exp(np.clip(raw[:, end:], -7.0, 4.0)).reshape(-1, components, size))
    rows, columns = np.tril_indices(size)
    packed = raw[:, end:].reshape(-1, components, len(rows))
    factor = np.zeros((len(raw), components, size, size))
    factor[..., rows, columns] = np.where(rows == columns, np.exp(np.clip(packed, -7.0, 4.0)), packed)
    return Mixture(weight, mean, factor)


def share_above(mixture: Mixture, place: int, cut: Floats) -> Floats:
    """Return the mass of one dimension above a cut.

    Args:
        mixture: of some records.
        place: of the dimension.
        cut: of each record, shape (records,).

    Returns:
        Shape (records,), in [0, 1].
    """
    if mixture.factor.ndim == 3:
        sd = mixture.factor[..., place]
    else:
        sd = np.sqrt((mixture.factor[..., place, :] ** 2).sum(axis=-1))
    return (mixture.weight * _normal_above((cut[:, None] - mixture.mean[..., place]) / sd)).sum(axis=1)


def median(mixture: Mixture, place: int) -> Floats:
    """Return the median of one dimension, by bisection.

    Args:
        mixture: of some records.
        place: of the dimension.

    Returns:
        Shape (records,).
    """
    low, high = mixture.mean[..., place].min(axis=1) - 1e-9, mixture.mean[..., place].max(axis=1) + 1e-9
    for _ in range(40):
        middle = 0.5 * (low + high)
        more = share_above(mixture, place, middle) > 0.5
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return 0.5 * (low + high)


def _normal_above(z: Floats) -> Floats:
    """Return P(x > z) of a standard normal number: half of erfc(z / sqrt 2).

    Abramowitz & Stegun (1964), 7.1.26; absolute error below 1.5e-7.
    """
    x = np.abs(z) / np.sqrt(2.0)
    t = 1.0 / (1.0 + 0.3275911 * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    above = 0.5 * series * np.exp(-(x**2))
    return np.where(z >= 0.0, above, 1.0 - above)


def drawn(mixture: Mixture, count: int, generator: np.random.Generator) -> Floats:
    """Return draws of each record's mixture; components are met in proportion, by systematic sampling.

    Args:
        mixture: of some records.
        count: draws of each.
        generator: of chances.

    Returns:
        Shape (records, count, dimensions), in random order.
    """
    records, _, size = mixture.mean.shape
    at = (np.arange(count)[None, :] + generator.random((records, 1))) / count
    cumulative = np.cumsum(mixture.weight, axis=1)
    cumulative /= cumulative[:, -1:]
    chosen = (at[:, :, None] > cumulative[:, None, :-1]).sum(axis=2)
    chosen = generator.permuted(chosen, axis=1)
    z = generator.standard_normal((records, count, size))
    rows = np.arange(records)[:, None]
    mean, factor = mixture.mean[rows, chosen], mixture.factor[rows, chosen]
    return mean + (factor * z if factor.ndim == 3 else np.einsum("rcij,rcj->rci", factor, z))
