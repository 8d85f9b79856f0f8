"""Care as inferred from a record, in the terms in which a life is simulated: one caregiver a posterior draw."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.model import registry
from bowlby.model.caregiver import Caregiver
from bowlby.model.parameters import CAREGIVER_NAMES
from bowlby.study.full_child import TIERS, setting_of

Floats = npt.NDArray[np.float64]

NOT_IN_A_RECORD = (
    "holding",
    "engagement_burst",
    "background_stress",
    "stress_gain",
    "withdrawal",
    "separation_rate",
    "separation_length",
    "signal_order",
)
"""Traits of a caregiver that no record of this kind tells: they are drawn from the population."""

MARGIN = 1e-6


def read_draws(path: str | Path) -> dict[str, Floats]:
    """Return the draws of usual care from a saved posterior.

    Args:
        path: of what `bowlby infer -o` wrote, .nc or .zarr.

    Returns:
        By name of a caregiver parameter, each of shape (draws,), on its own scale.

    Raises:
        InputError: there is no such file, or it holds no posterior of caregiver parameters, or those of several dyads.
    """
    import xarray as xr

    path = Path(path)
    if not path.exists():
        raise InputError("there is no such file", file=path, remedy="Write one with: bowlby infer RECORD -o post.nc")
    try:
        with xr.open_datatree(path, engine="zarr" if path.is_dir() else "h5netcdf") as tree:
            posterior: Any = tree["posterior"]
            if "dyad" in posterior.dims:
                raise InputError(
                    "the file holds the posteriors of several dyads",
                    file=path,
                    value=", ".join(str(name) for name in posterior["dyad"].values[:5]),
                    remedy="Infer from the records of the one dyad that is meant.",
                )
            return {name: np.asarray(posterior[name].values, dtype=float).ravel() for name in CAREGIVER_NAMES}
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            "the file holds no posterior of caregiver parameters",
            file=path,
            remedy="Write one with: bowlby infer RECORD -o post.nc",
        ) from error


def thinned(draws: Mapping[str, Floats], number: int) -> dict[str, Floats]:
    """Return evenly spaced draws.

    Args:
        draws: by name, equal shapes (draws,).
        number: how many at most, >= 1.

    Returns:
        By name.
    """
    count = len(next(iter(draws.values())))
    kept = np.unique(np.linspace(0, count - 1, min(number, count)).astype(int))
    return {name: values[kept] for name, values in draws.items()}


def as_setting(draws: Mapping[str, Floats], seed: int = 0) -> dict[str, np.ndarray]:
    """Return caregiver traits of the life model, one caregiver a draw.

    Answering, latency, spells, engagement and warmth are those whose records would show such care
    (`bowlby.study.full_child.setting_of`); frightening acts are split by the share that bids set off, per noticed bid
    of everyday life, of which there is one a waking hour.

    Args:
        draws: by name of a caregiver parameter, on its own scale and in the registry's unit, equal shapes (draws,).
        seed: of the traits in `NOT_IN_A_RECORD`, which are drawn from the population.

    Returns:
        By name, every trait of `registry.CAREGIVER`, float64, shape (draws,).
    """
    count = len(next(iter(draws.values())))
    each = [setting_of(Caregiver(**{name: draws[name][row] for name in CAREGIVER_NAMES})) for row in range(count)]
    setting = {name: np.array([one[name] for one in each]) for name in each[0]} | _unseen(count, seed)
    share, detected = draws["fright_contingent_share"], registry.REGISTRY["detect_express"].default
    for tier, rate in TIERS.items():
        setting[f"unprovoked_{tier}"] = draws[rate] * (1.0 - share)
        setting[f"provoked_{tier}"] = draws[rate] * share / detected
    return {name: _inside(name, values) for name, values in setting.items()}


def _unseen(count: int, seed: int) -> dict[str, Floats]:
    rng = np.random.Generator(np.random.Philox(key=[seed, 8]))
    found: dict[str, Floats] = {}
    for name in NOT_IN_A_RECORD:
        entry = registry.REGISTRY[name]
        spread = 0.0 if entry.prior is None else entry.prior.scale
        free = entry.free(entry.default) + spread * rng.standard_normal(count)
        found[name] = np.array([entry.natural(value) for value in free])
    return found


def _inside(name: str, values: Floats) -> np.ndarray:
    low, high = registry.REGISTRY[name].support
    return np.clip(values, low + MARGIN if low == 0.0 else low, high - MARGIN if high == 1.0 else high)
