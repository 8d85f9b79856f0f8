"""What each kind of evidence in a record says of threat and deprivation, in bits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import log2
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.infer.evidence import Evidence, SessionCounts, latencies_of
from bowlby.infer.posterior import Posterior, fast_draws
from bowlby.model.caregiver import Caregiver
from bowlby.model.parameters import CAREGIVER_NAMES
from bowlby.study.axes import Axes, axes
from bowlby.study.reference import Reference

Bools = npt.NDArray[np.bool_]
Change = Callable[[Evidence], Evidence]


@dataclass(frozen=True)
class Weight:
    """How far one kind of evidence moved one axis.

    Args:
        row: the kind of evidence.
        axis: threat or deprivation.
        bits: log2 of the odds of lying above the cut with the row, over those without it; above 0 speaks for a high
            axis.
        at_least: whether the true figure lies further from 0, no draw being on the one side of the cut.
        sound: whether the draws without the row can be trusted.
    """

    row: str
    axis: str
    bits: float
    at_least: bool
    sound: bool

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return dict(vars(self))


@dataclass(frozen=True)
class _High:
    """Draws above and below the cut, and whether they can be trusted."""

    above: int
    below: int
    sound: bool = True

    @property
    def log_odds(self) -> float:
        """Half a draw on either side keeps the odds finite."""
        return log2((self.above + 0.5) / (self.below + 0.5))

    @property
    def bounded(self) -> bool:
        return min(self.above, self.below) == 0


def weights_of_evidence(found: Posterior, drawn: Axes, reference: Reference, age_months: float) -> tuple[Weight, ...]:
    """Return the weight of each kind of evidence: what the odds of a high axis lose when it is left out.

    W = log2 [O(high | all) / O(high | all but the row)] (Good 1950, Probability and the Weighing of Evidence), the
    posterior without the row approximated anew. Whether and how soon cues were answered are left out one after the
    other, so that their bits add up to those of both. Rates of frightening acts share no parameter with the rest and
    threat rests on them alone: acts move threat and nothing else does, exactly.

    Args:
        found: the posterior with all evidence.
        drawn: its draws of the axes.
        reference: whose cuts to use.
        age_months: age of the child, >= 0.

    Returns:
        One entry a row, on the axis that it bears on.
    """
    evidence = found.evidence

    def deprived(change: Change) -> _High:
        draws, sound = fast_draws(change(evidence), seed=found.seed)
        own = axes(Caregiver(**{name: draws[name].ravel() for name in CAREGIVER_NAMES}), age_months)
        return _high(own.deprivation > reference.deprivation_cut, sound)

    full = _high(drawn.deprivation > reference.deprivation_cut)
    untimed = deprived(_without_latencies) if evidence.episodes["answered"].any() else full
    silent = deprived(_without_answers) if evidence.informative else untimed
    rows = [
        _between(
            ("frightening acts", "threat"),
            _high(drawn.threat > reference.threat_cut),
            _high(reference.prior.threat > reference.threat_cut),
        ),
        _between(("whether cues were answered", "deprivation"), untimed, silent),
        _between(("how soon they were answered", "deprivation"), full, untimed),
    ]
    for name, (seen, nothing) in _COUNTED.items():
        spoken = any(seen(counts) > 0 for counts in evidence.counts)
        rest = deprived(_without(nothing)) if spoken else full
        rows.append(_between((name, "deprivation"), full, rest))
    return tuple(rows)


def _high(above: Bools, sound: bool = True) -> _High:
    return _High(int(above.sum()), int((~above).sum()), sound)


def _between(label: tuple[str, str], with_it: _High, without: _High) -> Weight:
    bits = 0.0 if with_it is without else with_it.log_odds - without.log_odds
    return Weight(*label, bits, with_it.bounded or without.bounded, with_it.sound and without.sound)


def _without_answers(evidence: Evidence) -> Evidence:
    return replace(evidence, latencies=latencies_of(evidence.episodes.clear()))


def _without_latencies(evidence: Evidence) -> Evidence:
    """Keep of each answer only that it came before the window's end or the next cue."""
    following = pl.col("onset_s").shift(-1).over("index").fill_null(float("inf")) - pl.col("start_s")
    waited = pl.max_horizontal(pl.min_horizontal("window_s", following), "latency_s", "resolution")
    table = evidence.episodes.with_columns(
        latency_s=pl.when("answered").then(0.0).otherwise("latency_s"),
        resolution=pl.when("answered").then(waited).otherwise("resolution"),
    )
    return replace(evidence, latencies=latencies_of(table))


def _without(nothing: Mapping[str, float]) -> Change:
    def change(evidence: Evidence) -> Evidence:
        return replace(evidence, counts=tuple(replace(counts, **nothing) for counts in evidence.counts))

    return change


_COUNTED: Mapping[str, tuple[Callable[[SessionCounts], float], Mapping[str, float]]] = MappingProxyType(
    {
        "play, talk and smiles": (lambda counts: counts.engagement_h, {"engagement": 0, "engagement_h": 0.0}),
        "warmth of answers": (lambda counts: counts.warm_of, {"warm": 0, "warm_of": 0}),
        "intrusion": (lambda counts: counts.intruded_of, {"intruded": 0, "intruded_of": 0}),
    }
)
"""What gives each kind its exposure, and the fields that leave it out."""
