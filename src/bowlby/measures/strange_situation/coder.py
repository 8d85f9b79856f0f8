"""A coder's error: scores that a second pair of eyes would not repeat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bowlby.errors import ParameterError
from bowlby.measures.strange_situation.scoring import SCALE_COLUMNS, dimensions

RATED = (*SCALE_COLUMNS, "disorganization")
"""The scores that a coder gives; what is counted in seconds is taken as it is."""

_TOP = {name: 9.0 if name == "disorganization" else 7.0 for name in RATED}


@dataclass(frozen=True)
class ClassCoder:
    """How reliable a coder is; assumed. Computed on simulated children, A, B and C agree with a kappa of about .8.

    Five classes and D agree less (docs/procedures.md). The kappa that follows depends on how sharply the sessions
    of a sample differ: ask `bowlby.reliability.class_coders` for it.

    The error of a score is normal with standard deviation spread * sqrt((1 - r) / r): among sessions whose true
    scores have that spread, two such coders then agree with an intraclass correlation of r (Shrout & Fleiss 1979,
    Psychological Bulletin 86:420). Where sessions differ less, they agree less, as coders do.

    Args:
        reliability: intraclass correlation, in (0, 1], of each scale; names without the reunion's number, and
            "disorganization".
        spread: standard deviation of true scores, in points, > 0, of the scales and of disorganization, to which the
            reliability refers.
    """

    reliability: Mapping[str, float] = field(
        default_factory=lambda: {
            "proximity_seeking": 0.75,
            "contact_maintaining": 0.75,
            "avoidance": 0.75,
            "resistance": 0.75,
            "disorganization": 0.55,
        }
    )
    spread: Mapping[str, float] = field(default_factory=lambda: {"scales": 1.8, "disorganization": 2.2})

    def __post_init__(self) -> None:
        """Refuse a reliability or a spread outside its support."""
        for name, value in self.reliability.items():
            if not 0 < value <= 1:
                raise ParameterError(
                    "a reliability lies above 0 and up to 1", column=name, value=value, remedy="Give an ICC."
                )
        for name, value in self.spread.items():
            if not (value > 0 and math.isfinite(value)):
                raise ParameterError(
                    "a spread lies above 0", column=name, value=value, remedy="Give a standard deviation in points."
                )

    def error_sd(self, column: str) -> float:
        """Return the standard deviation of the error of one column of `RATED`, points."""
        scale = column.rsplit("_", 1)[0] if column[-1].isdigit() else column
        reliability = self.reliability[scale]
        spread = self.spread.get(scale, self.spread["scales"])
        return spread * math.sqrt((1.0 - reliability) / reliability)


def recode(scales: pl.DataFrame, error: ClassCoder, generator: np.random.Generator) -> pl.DataFrame:
    """Return the scales as a coder with error writes them down: x + e, held within the scale.

    Errors are drawn in the order of session names, so that the order of rows changes nothing.

    Args:
        scales: columns of `bowlby.measures.strange_situation.scales`.
        error: the coder.
        generator: random numbers.

    Returns:
        The same table with `RATED` and the two dimensions scored anew; what was null stays null.
    """
    place = np.empty(scales.height, dtype=np.int64)
    place[scales["session"].arg_sort().to_numpy()] = np.arange(scales.height)
    noise = generator.standard_normal((len(RATED), scales.height))
    scored = [
        (pl.col(name) + pl.lit(pl.Series(error.error_sd(name) * noise[k, place]))).clip(1.0, _TOP[name]).alias(name)
        for k, name in enumerate(RATED)
    ]
    return scales.with_columns(scored).with_columns(*dimensions())
