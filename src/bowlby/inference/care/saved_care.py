"""Posteriors of care as labelled arrays in ArviZ's layout, and the way back from a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.inference.care.axes import UNITS, Axis
from bowlby.inference.care.predictive import predictive
from bowlby.inference.care.statement import EDITION
from bowlby.inference.draw_files import load_tree, made_by, save_tree
from bowlby.model.registry import lookup

if TYPE_CHECKING:
    import xarray as xr

    from bowlby.inference.care.posterior import CarePosterior
    from bowlby.inference.care.predictive import PredictiveCount
    from bowlby.inference.care.statement import CareStatement

Floats = npt.NDArray[np.float64]

CHAINS = 4
"""Draws are independent; they are written as chains because ArviZ's diagnostics ask for several."""
METHOD = "amortised: networks trained on simulated records, read in NumPy"
NOT_LEARNT = "not codable in this record: what is drawn comes from the population and from what goes with it"
APART = "from networks of their own: draws of traits and of axes of the same number do not belong together"


@dataclass(frozen=True)
class SavedCare:
    """What a saved posterior of one dyad says of a caregiver.

    Args:
        traits: draws by name on their own scales, each of shape (draws,).
        age_months: of the child when it was seen.
        population: that the record was read in.
        file: that it comes from.
    """

    traits: Mapping[str, Floats]
    age_months: float
    population: str
    file: Path


def care_tree(found: CareStatement) -> xr.DataTree:
    """Return the posterior of one dyad: posterior, prior, posterior_predictive, observed_data and sample_stats.

    Args:
        found: what its records say.

    Returns:
        A tree that ArviZ reads: `az.summary`, `az.plot_trace`, `az.plot_ppc`.
    """
    import xarray as xr

    posterior = found.posterior
    counted = predictive(posterior)
    weights = found.base_rates.weights(posterior.draws, posterior.cuts)
    groups = {
        "/posterior": xr.Dataset(_axes(posterior.draws, posterior) | _traits(posterior), coords=_places(len(weights))),
        "/prior": xr.Dataset(_axes(posterior.prior, None), coords=_places(len(posterior.prior[Axis.THREAT]))),
        "/posterior_predictive": _predicted(counted, len(weights)),
        "/observed_data": _observed(counted, posterior),
        "/sample_stats": _sample_stats(weights),
    }
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = made_by(METHOD) | _about(found)
    return tree


def save_care(found: CareStatement, path: str | Path, *, force: bool = False) -> Path:
    """Save the posterior of one dyad, whole or not at all.

    Args:
        found: what its records say.
        path: ends in .zarr or .nc.
        force: replace what is there.

    Returns:
        The path written.

    Raises:
        InputError: the ending is neither.
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    return save_tree(care_tree(found), path, force=force)


def save_dyads(
    names: Sequence[str], found: Sequence[CarePosterior], path: str | Path, about: Mapping[str, str], *, force: bool
) -> Path:
    """Save the axes of several dyads in one file, draws by (chain, draw, dyad).

    Args:
        names: of the dyads.
        found: posterior of each, all of them with as many draws.
        path: ends in .zarr or .nc.
        about: further attributes of the file.
        force: replace what is there.

    Returns:
        The path written.

    Raises:
        InputError: the ending is neither.
        OverwriteError: the target exists and force is False.
        OutputError: it cannot be written.
    """
    import xarray as xr

    dims = ("chain", "draw", "dyad")

    def together(draws: Sequence[Mapping[Axis, Floats]]) -> xr.Dataset:
        stacked = {axis: np.stack([one[axis] for one in draws], axis=-1) for axis in Axis}
        whole = {str(axis): (dims, _in_chains(values), _words(axis)) for axis, values in stacked.items()}
        return xr.Dataset(whole, coords=_places(len(draws[0][Axis.THREAT])) | {"dyad": list(names)})

    groups = {"/posterior": together([one.draws for one in found]), "/prior": together([one.prior for one in found])}
    tree = xr.DataTree.from_dict(groups)
    tree.attrs = made_by(METHOD) | {"edition": EDITION} | dict(about)
    return save_tree(tree, path, force=force)


def load_care(path: str | Path) -> SavedCare:
    """Return what a saved posterior says of a caregiver.

    Args:
        path: that `bowlby infer -o` wrote for one dyad.

    Returns:
        Draws of its traits.

    Raises:
        InputError: there is none, it is of the first edition, of several dyads, or of something else.
        FormatError: it is damaged or not plain.
    """
    tree = load_tree(path)
    refuse_first_edition(tree, Path(path))
    return _care_in(tree, Path(path))


def saved_care(found: CareStatement) -> SavedCare:
    """Return what would be saved of a caregiver, without a file.

    Args:
        found: what the records of one dyad say.

    Returns:
        Draws of its traits.
    """
    return _care_in(care_tree(found), Path())


def _care_in(tree: xr.DataTree, path: Path) -> SavedCare:
    posterior = tree["posterior"]
    names = [str(name) for name, values in posterior.data_vars.items() if values.attrs.get("kind") == "trait"]
    if not names:
        raise InputError(
            "this posterior is of several dyads, and a forecast is of one",
            file=path,
            remedy="Infer from the records of one dyad: bowlby infer FILE... --one-dyad -o post.nc",
        )
    traits = {name: np.asarray(posterior[name].values, np.float64).ravel() for name in names}
    if not all(np.isfinite(values).all() for values in traits.values()):
        raise InputError("the posterior holds numbers that are none", file=path, remedy="Infer again from the record.")
    return SavedCare(traits, float(tree.attrs["age_months"]), str(tree.attrs["population"]), path)


def refuse_first_edition(tree: xr.DataTree, path: Path) -> None:
    """Refuse what the first edition wrote, and what is no posterior of care.

    Args:
        tree: that was read.
        path: of the file.

    Raises:
        InputError: it is no posterior of care of this edition.
    """
    remedy = "Infer again from the record: bowlby infer FILE --codebook CB -o post.nc"
    if tree.attrs.get("edition") == EDITION and "posterior" in tree.children:
        return
    first = "posterior" in tree.children and "answer_probability" in tree["posterior"].data_vars
    what = (
        "this posterior is of the first edition, whose parameters are not those of the model that lives on"
        if first
        else "this is no posterior of care"
    )
    raise InputError(what, file=path, value=tree.attrs.get("method"), remedy=remedy)


def _places(draws: int) -> dict[str, object]:
    return {"chain": np.arange(CHAINS), "draw": np.arange(draws // CHAINS)}


def _in_chains(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Return independent draws as chains, shape (chains, draws, ...); what is left over is left out."""
    length = len(values) // CHAINS
    return values[: CHAINS * length].reshape(CHAINS, length, *values.shape[1:])


def _words(axis: Axis) -> dict[str, str]:
    return {"unit": UNITS[axis], "long_name": str(axis), "kind": "axis"}


def _axes(draws: Mapping[Axis, Floats], posterior: CarePosterior | None) -> dict[str, object]:
    found: dict[str, object] = {}
    for axis, values in draws.items():
        note = {"note": NOT_LEARNT} if posterior is not None and not posterior.evidence.codable[axis] else {}
        found[str(axis)] = (("chain", "draw"), _in_chains(values), _words(axis) | note)
    return found


def _traits(posterior: CarePosterior) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, values in posterior.traits.items():
        entry = lookup(name)
        about = {"unit": entry.unit, "long_name": entry.meaning, "symbol": entry.symbol, "kind": "trait", "note": APART}
        found[name] = (("chain", "draw"), _in_chains(values), about)
    return found


def _predicted(counted: Mapping[str, PredictiveCount], draws: int) -> xr.Dataset:
    import xarray as xr

    whole = {
        name: (("chain", "draw", f"{name}_kind"), _in_chains(one.predicted), {"unit": "1", "long_name": one.long_name})
        for name, one in counted.items()
    }
    kinds = {f"{name}_kind": list(one.kinds) for name, one in counted.items()}
    return xr.Dataset(whole, coords=_places(draws) | kinds)


def _observed(counted: Mapping[str, PredictiveCount], posterior: CarePosterior) -> xr.Dataset:
    import xarray as xr

    whole: dict[str, object] = {
        name: ((f"{name}_kind",), one.observed, {"unit": "1", "long_name": one.long_name})
        for name, one in counted.items()
    }
    evidence = posterior.evidence
    whole["hours"] = ((), evidence.hours, {"unit": "h", "long_name": "time in which the caregiver could be coded"})
    whole["days"] = (
        (),
        float(evidence.days),
        {"unit": "d", "long_name": "different days on which the dyad was watched"},
    )
    cues = {"unit": "1", "long_name": "distress cues of the child"}
    whole["distress_cues"] = ((), float(evidence.distress_cues), cues)
    kinds = {f"{name}_kind": list(one.kinds) for name, one in counted.items()}
    return xr.Dataset(whole, coords=kinds)


def _sample_stats(weights: Floats) -> xr.Dataset:
    import xarray as xr

    about = {"unit": "1", "long_name": "weight of a draw at the stated base rates, mean 1"}
    return xr.Dataset(
        {"weight": (("chain", "draw"), _in_chains(weights * len(weights)), about)}, coords=_places(len(weights))
    )


def _about(found: CareStatement) -> dict[str, str | float]:
    """Return the file's attributes: netCDF holds texts and numbers, so that what has parts is JSON."""
    said = found.as_dict()
    parts = {name: json.dumps(said[name], ensure_ascii=False) for name in ("axes", "pair", "base_rates", "coder")}
    cuts = {f"cut_{axis}": cut for axis, cut in found.posterior.cuts.items()}
    plain: dict[str, str | float] = {
        "edition": EDITION,
        "population": found.posterior.population,
        "age_months": found.posterior.evidence.age_months,
        "seed": float(found.posterior.seed),
        "what_this_is_not": " ".join(found.beside),
    }
    return plain | parts | cuts
