"""How two coders of the Strange Situation with the same error agree about the same sessions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from bowlby.measures.strange_situation.classification import CLASSES, FORCED, ClassThresholds, classify
from bowlby.measures.strange_situation.coder import RATED, ClassCoder, recode
from bowlby.reliability.icc import Icc, IccForm, icc
from bowlby.reliability.kappa import Kappa, kappa_of_table


@dataclass(frozen=True)
class CoderAgreement:
    """How two coders with the same error agree about the same sessions.

    Args:
        kappa: of the five classes.
        organized: of A, B and C, every session forced into one.
        disorganized: of D against all others.
        icc: of each scale, absolute agreement of single coders, ICC(2,1).
    """

    kappa: Kappa
    organized: Kappa
    disorganized: Kappa
    icc: dict[str, Icc]

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form: name to estimate, low, high, n and reason."""
        found = {"classes": self.kappa, "forced": self.organized, "D": self.disorganized, **self.icc}
        keys = ("estimate", "low", "high", "n", "reason")
        return {name: {key: getattr(own, key) for key in keys} for name, own in found.items()}


def coder_agreement(
    scales: pl.DataFrame, error: ClassCoder, generator: np.random.Generator, rule: ClassThresholds | None = None
) -> CoderAgreement:
    """Return how two simulated coders with this error agree about these sessions.

    Args:
        scales: columns of `bowlby.measures.strange_situation.scales`.
        error: both coders' error; they err independently.
        generator: random numbers.
        rule: the thresholds that both use; None for the defaults.

    Returns:
        Kappa of classes (Cohen 1960), and intraclass correlations of the scales.
    """
    first, second = (recode(scales, error, generator) for _ in range(2))
    named = classify(first, rule).join(classify(second, rule), on="session", suffix="_2")
    named = named.filter(pl.col("class").is_not_null() & pl.col("class_2").is_not_null())
    forced = named.select(
        pl.coalesce("second", "class").alias("class"), pl.coalesce("second_2", "class_2").alias("class_2")
    )
    is_d = named.select(*((pl.col(name) == "D").cast(pl.String()).alias(name) for name in ("class", "class_2")))
    return CoderAgreement(
        kappa=_kappa(named, CLASSES),
        organized=_kappa(forced, FORCED),
        disorganized=_kappa(is_d, ("true", "false")),
        icc={name: _icc(first, second, name) for name in RATED},
    )


def _kappa(pairs: pl.DataFrame, names: tuple[str, ...]) -> Kappa:
    counts = dict(((a, b), n) for a, b, n in pairs.group_by("class", "class_2").len().iter_rows())
    return kappa_of_table(np.array([[counts.get((a, b), 0) for b in names] for a in names]))


def _icc(first: pl.DataFrame, second: pl.DataFrame, name: str) -> Icc:
    pairs = first.select("session", name).join(second.select("session", name), on="session", suffix="_2").drop_nulls()
    if pairs.height < 2:
        return Icc(IccForm.RANDOM_SINGLE, None, None, None, pairs.height, "fewer than two sessions with a score")
    return icc(pairs.drop("session").to_numpy())
