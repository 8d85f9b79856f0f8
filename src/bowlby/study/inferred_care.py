"""Care as inferred from a record, in the terms in which a life is simulated: one caregiver a posterior draw."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.model.caregiver import REFERENCE_SIGNAL
from bowlby.model.life import registry
from bowlby.model.moment.registry import MOMENTS
from bowlby.model.parameters import CAREGIVER_NAMES

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
        InputError: there is no such file, or it holds no posterior of caregiver parameters.
    """
    import xarray as xr

    path = Path(path)
    if not path.exists():
        raise InputError("there is no such file", file=path, remedy="Write one with: bowlby infer RECORD -o post.nc")
    try:
        with xr.open_datatree(path, engine="zarr" if path.is_dir() else "h5netcdf") as tree:
            posterior: Any = tree["posterior"]
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

    Raises:
        Nothing.
    """
    count = len(next(iter(draws.values())))
    kept = np.unique(np.linspace(0, count - 1, min(number, count)).astype(int))
    return {name: values[kept] for name, values in draws.items()}


def as_setting(draws: Mapping[str, Floats], seed: int = 0) -> dict[str, np.ndarray]:
    """Return caregiver traits of the life model, one caregiver a draw.

    Within available time a clear bid is answered with p / a, a = 1 - g (1 - p), so that base = logit(p / a) - slope
    (reference - 1/2). A record times the first act of an answer; the life model times the relief, of which the first
    act takes a fixed share. Frightening acts are split by the share that bids set off, per need of everyday life.

    Args:
        draws: by name of a caregiver parameter, on its own scale and in the registry's unit, equal shapes (draws,).
        seed: of the traits in `NOT_IN_A_RECORD`, which are drawn from the population.

    Returns:
        By name, every trait of `registry.CAREGIVER`, float64, shape (draws,).

    Raises:
        Nothing.
    """
    first_act = next(entry.default for entry in MOMENTS if entry.name == "first_act_share")
    p, slope, spells = draws["answer_probability"], draws["answer_slope"], draws["regime_share"]
    available = 1.0 - spells * (1.0 - p)
    clear = np.clip(p / available, MARGIN, 1.0 - MARGIN)
    away_h = draws["regime_sojourn"] / 60.0
    detected = registry.REGISTRY["detect_express"].default
    setting = {
        "answer_base": np.log(clear) - np.log1p(-clear) - slope * (float(REFERENCE_SIGNAL) - 0.5),
        "answer_slope": slope,
        "answer_unavailable": np.full_like(p, MARGIN),
        "never_share": np.full_like(p, MARGIN),
        "latency_median": draws["latency_median"] / 60.0 / first_act,
        "latency_spread": draws["latency_spread"],
        "warmth": draws["warm_share"],
        "intrusion": draws["intrusion_share"],
        "engagement_rate": draws["engagement_rate"],
        "presence": draws["presence_share"],
        "sojourn_unavailable": away_h,
        "sojourn_available": away_h * available / np.maximum(1.0 - available, MARGIN),
    }
    share = draws["fright_contingent_share"]
    for tier, rate in (
        ("startling", "fright_startle_rate"),
        ("frightening", "fright_frightening_rate"),
        ("harsh", "fright_harsh_rate"),
        ("abusive", "fright_abusive_rate"),
    ):
        setting[f"unprovoked_{tier}"] = draws[rate] * (1.0 - share)
        setting[f"provoked_{tier}"] = draws[rate] * share / detected
    return {name: _inside(name, values) for name, values in (setting | _unseen(len(p), seed)).items()}


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
