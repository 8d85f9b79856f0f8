"""How frequent threat and deprivation are in a setting, and what that makes of draws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bowlby.errors import InputError
from bowlby.inference.care.axes import Axis
from bowlby.inference.care.rule import FEWEST_EFFECTIVE

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Draws = Mapping[Axis, Floats]
Cuts = Mapping[Axis, float]

QUADRANTS: tuple[str, ...] = ("neither", "threat", "deprivation", "both")
"""Above neither cut, above that of threat alone, above that of deprivation alone, above both."""
SEVERITY = "Stated base rates change how frequent the quadrants are; severity within a quadrant stays as simulated."


@dataclass(frozen=True)
class BaseRates:
    """Shares of the quadrants, in the order of `QUADRANTS`.

    Args:
        simulated: in the population that the record was read in, each > 0, sum 1.
        stated: in the setting of the user, each > 0, sum 1; the simulated ones where nothing is stated.
    """

    simulated: Mapping[str, float]
    stated: Mapping[str, float]

    def prior(self, axis: Axis) -> float:
        """Return P(above the cut of an axis) before a record.

        Args:
            axis: threat or deprivation.

        Returns:
            In (0, 1).
        """
        return self.stated[str(axis)] + self.stated["both"]

    def weights(self, draws: Draws, cuts: Cuts) -> Floats:
        """Return weights of draws that were made under the simulated shares: stated over simulated, by quadrant.

        Args:
            draws: of both stated axes, shape (draws,).
            cuts: of both.

        Returns:
            Shape (draws,), sum 1.

        Raises:
            InputError: the draws are worth fewer than `FEWEST_EFFECTIVE`.
        """
        ratio = np.array([self.stated[name] / self.simulated[name] for name in QUADRANTS])
        place = quadrants(draws, cuts)
        weights = ratio[place]
        # A quadrant without a draw may hold half of one, which can come to outweigh all others.
        unseen = 0.5 * ratio[np.bincount(place, minlength=len(QUADRANTS)) == 0]
        effective = float((weights.sum() + unseen.sum()) ** 2 / ((weights**2).sum() + (unseen**2).sum()))
        weights = weights / weights.sum()
        if effective < FEWEST_EFFECTIVE:
            raise InputError(
                f"these base rates leave {effective:.0f} effective draws of {len(weights)}, too few to say anything",
                column="--base-rates",
                value=_words(self.stated),
                remedy=f"Give rates nearer to the simulated ones ({_words(self.simulated)}), or another --population.",
            )
        return weights

    def as_dict(self) -> dict[str, object]:
        """Return the stated and the simulated shares."""
        return {"stated": dict(self.stated), "simulated": dict(self.simulated), "note": SEVERITY}


def base_rates(prior: Draws, cuts: Cuts, stated: Mapping[str, float] | None = None) -> BaseRates:
    """Return the base rates of a setting.

    Args:
        prior: joint draws of the population that the record is read in.
        cuts: of threat and deprivation.
        stated: from `checked`, or None for the population's own.

    Returns:
        The rates.
    """
    place = quadrants(prior, cuts)
    # Half a draw in a quadrant that no simulated family fell into: it has some share, and less than one draw can show.
    counts = np.maximum(np.bincount(place, minlength=len(QUADRANTS)), 0.5)
    simulated = dict(zip(QUADRANTS, (counts / counts.sum()).tolist(), strict=True))
    return BaseRates(simulated, simulated if stated is None else stated)


def quadrants(draws: Draws, cuts: Cuts) -> Ints:
    """Return the quadrant of each draw.

    Args:
        draws: of threat and deprivation, shape (draws,).
        cuts: of both.

    Returns:
        Places in `QUADRANTS`, shape (draws,).
    """
    threat, deprivation = (draws[axis] > cuts[axis] for axis in (Axis.THREAT, Axis.DEPRIVATION))
    return threat.astype(np.int64) + 2 * deprivation


def checked(rates: Mapping[str, float]) -> dict[str, float]:
    """Return the base rates of a setting, in the order of `QUADRANTS`.

    Args:
        rates: share of each quadrant among the children who come to this setting, each > 0, sum 1.

    Returns:
        The same shares.

    Raises:
        InputError: a quadrant is missing or unknown, a share is not above 0, or they do not make 1.
    """
    wanted = f"Give {', '.join(QUADRANTS)}, each above 0, together 1; one that cannot occur leaves nothing to tell."
    if set(rates) != set(QUADRANTS):
        raise InputError("a base rate for each quadrant", column="base rates", value=sorted(rates), remedy=wanted)
    if not all(math.isfinite(rates[name]) and rates[name] > 0 for name in QUADRANTS):
        raise InputError("a base rate is a share above 0", column="base rates", value=_words(rates), remedy=wanted)
    if abs(sum(rates.values()) - 1) > 1e-6:
        raise InputError("base rates do not make 1", column="base rates", value=_words(rates), remedy=wanted)
    return {name: float(rates[name]) for name in QUADRANTS}


def base_rates_of(text: str) -> dict[str, float] | None:
    """Return base rates as written on the command line.

    Args:
        text: such as ".55,.2,.15,.1", or empty.

    Returns:
        By quadrant, or None where nothing is stated.

    Raises:
        InputError: as `checked`, or a word is no number.
    """
    if not text:
        return None
    try:
        values = [float(word) for word in text.split(",")]
    except ValueError:
        values = []
    if len(values) != len(QUADRANTS):
        values = []
    return checked(dict(zip(QUADRANTS, values, strict=False)))


def _words(rates: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:.3g}" for name, share in rates.items())
