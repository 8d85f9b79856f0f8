"""Care read back from records that break, one at a time, what the likelihood assumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.infer.density import prior_of
from bowlby.infer.posterior import IDENTIFIABLE_20MIN, LEVEL, Posterior, posterior
from bowlby.model.caregiver import Caregiver
from bowlby.model.child import usual_child
from bowlby.records.constructs import Construct
from bowlby.records.identity import coded_as_itself
from bowlby.records.record import Record
from bowlby.simulate.coder import CoderError, miscode
from bowlby.simulate.dyad import simulate_dyad
from bowlby.study.recovery import caregiver_of, draw_truth

Floats = npt.NDArray[np.float64]

BOUT = 8
"""Acts of engagement that come together where they are clustered."""
BOUT_S = 40.0
"""Seconds over which they are spread."""
DRIFT = 1.0
"""Care changes over the visit by this many prior sds in each parameter, half of it on either side of its mean."""
PIECES = 8
"""Stretches of constant care that a drift is made of."""
_ENGAGED = (str(Construct.PLAY), str(Construct.VOICE), str(Construct.SMILE))


@dataclass(frozen=True)
class Departed:
    """How one parameter came back where one assumption was broken.

    Args:
        departure: what was broken.
        name: parameter.
        coverage: share of dyads whose 90 % interval held the truth.
        bias: mean of (posterior mean - truth) in prior sds.
        sd_ratio: mean posterior over prior sd on the transformed scale.
        dyads: number of dyads.
    """

    departure: str
    name: str
    coverage: float
    bias: float
    sd_ratio: float
    dyads: int

    def as_dict(self) -> dict[str, object]:
        """Return plain values."""
        return dict(vars(self))


@dataclass(frozen=True)
class SimulatedDyad:
    """Care of one dyad on the day of the visit, and the seed of its record.

    Args:
        free: parameters by name, on the transformed scale.
        minutes: length of the visit, > 0.
        seed: of the record.
    """

    free: Mapping[str, float]
    minutes: float
    seed: int

    @property
    def caregiver(self) -> Caregiver:
        """Return the caregiver's parameters on their own scales."""
        return caregiver_of(self.free)

    def record(self) -> Record:
        """Return the record that the likelihood's own generator writes."""
        return simulate_dyad(self.caregiver, usual_child(), self.minutes, self.seed)


def _as_assumed(truth: SimulatedDyad) -> Record:
    return truth.record()


def _gamma_latencies(truth: SimulatedDyad) -> Record:
    """Give answers latencies from the gamma law of the same mean and sd of the log as the lognormal.

    Its log is skewed to the left. The quantile of each latency is kept; an answer that would come after the next cue is
    lost, as in the simulator.
    """
    from scipy.special import gammaincinv, ndtr

    shape = _gamma_shape(float(truth.caregiver.latency_spread))
    median = float(gammaincinv(shape, 0.5))
    record = truth.record()
    cues = np.sort(_onsets(record, "child", ("cue.bid", "cue.distress")))

    def later(onset: Floats) -> Floats:
        place = np.searchsorted(cues, onset, side="right") - 1
        start = cues[np.maximum(place, 0)]
        z = np.log(np.maximum(onset - start, 1e-3) / float(truth.caregiver.latency_median))
        quantile = np.clip(ndtr(z / float(truth.caregiver.latency_spread)), 1e-9, 1 - 1e-9)
        moved = start + float(truth.caregiver.latency_median) * gammaincinv(shape, quantile) / median
        following = np.append(cues, np.inf)[np.maximum(place, 0) + 1]
        return np.where(place < 0, onset, np.where(moved < following, moved, np.nan))

    return _moved(record, later)


def _gamma_shape(spread: float) -> float:
    """Return the shape whose log has this sd: trigamma(k) = s^2."""
    from scipy.special import polygamma

    shapes = np.exp(np.linspace(-3, 6, 2000))
    return float(np.interp(-(spread**2), -polygamma(1, shapes), shapes))


def _clustered_acts(truth: SimulatedDyad) -> Record:
    """Let play, talk and smiles come in bouts of eight within forty seconds, as many an hour as before."""
    record = truth.record()
    rng = np.random.Generator(np.random.Philox(key=[truth.seed, 4]))
    acts = record.events.filter((pl.col("actor") == "caregiver") & pl.col("code").is_in(_ENGAGED))
    length = 60.0 * truth.minutes
    bouts = rng.uniform(0, length, rng.poisson(float(truth.caregiver.engagement_rate) * length / 3600.0 / BOUT))
    onsets = (bouts[:, None] + rng.uniform(0, BOUT_S, (len(bouts), BOUT))).ravel()
    onsets = np.sort(np.round(onsets[onsets < length], 3))
    template = acts if acts.height else record.events.filter(pl.col("actor") == "caregiver").head(1)
    if template.height == 0:
        return record
    drawn = template[rng.integers(template.height, size=len(onsets)).tolist()].with_columns(
        code=pl.Series(rng.choice(_ENGAGED, len(onsets)).tolist(), dtype=pl.String),
        onset_s=pl.Series(onsets),
        offset_s=pl.Series(np.minimum(onsets + 1.0, length)),
    )
    rest = record.events.join(acts.select("row"), on="row", how="anti")
    return _renumbered(record, pl.concat([rest, drawn]))


def _coder_error(truth: SimulatedDyad) -> Record:
    return miscode(truth.record(), CoderError(missed=0.1, false=0.1, displaced_s=0.0), truth.seed)


def _drifting_care(truth: SimulatedDyad) -> Record:
    """Let every parameter that a short record tells change evenly over the visit, each up or down by chance."""
    rng = np.random.Generator(np.random.Philox(key=[truth.seed, 5]))
    signs = {name: rng.choice([-1.0, 1.0]) for name in IDENTIFIABLE_20MIN}
    each = truth.minutes / PIECES
    pieces: list[Record] = []
    for place in range(PIECES):
        along = (place + 0.5) / PIECES - 0.5
        moved = {name: DRIFT * along * signs[name] * prior_of(name).scale for name in signs}
        free = {name: value + moved.get(name, 0.0) for name, value in truth.free.items()}
        pieces.append(SimulatedDyad(free, each, truth.seed * 31 + place).record())
    shifted = [
        piece.events.with_columns(pl.col("onset_s", "offset_s") + 60.0 * each * place)
        for place, piece in enumerate(pieces)
    ]
    windows = pieces[0].windows.with_columns(offset_s=pl.lit(60.0 * truth.minutes))
    return _renumbered(replace(pieces[0], windows=windows), pl.concat(shifted))


DEPARTURES: Mapping[str, Callable[[SimulatedDyad], Record]] = MappingProxyType(
    {
        "none": _as_assumed,
        "gamma latencies": _gamma_latencies,
        "clustered acts": _clustered_acts,
        "10 % missed and 10 % false codes": _coder_error,
        "drifting care": _drifting_care,
    }
)
"""What each record breaks of the likelihood; the first nothing but spells of unavailability, as all do."""


def misspecified(
    dyads: int, minutes: float, seed: int, progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[Departed, ...]:
    """Return how care comes back from one session a dyad under each departure, the same dyads under all.

    Truths are those of the recovery study; care in the session, which these departures bear on, is what is asked for.

    Args:
        dyads: how many, >= 1.
        minutes: length of each session, > 0.
        seed: 0 <= seed < 2**63.
        progress: told of records done and to do.

    Returns:
        One row a departure and parameter that is called identifiable.

    Raises:
        InputError: the minutes cannot be used.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, 7]))
    truths = [SimulatedDyad(draw_truth(rng), minutes, seed * 100_003 + number) for number in range(dyads)]
    rows: list[Departed] = []
    for place, (name, write) in enumerate(DEPARTURES.items()):
        found: list[Posterior] = []
        for number, truth in enumerate(truths):
            found.append(posterior(coded_as_itself(write(truth)), seed=number))
            progress(place * dyads + number + 1, dyads * len(DEPARTURES))
        rows += [_departed(name, parameter, truths, found) for parameter in IDENTIFIABLE_20MIN]
    return tuple(rows)


def _departed(departure: str, name: str, truths: Sequence[SimulatedDyad], found: Sequence[Posterior]) -> Departed:
    truth = np.array([one.free[name] for one in truths])
    draws = [one.session_free[name].ravel() for one in found]
    edge = (1 - LEVEL) / 2
    low, high = np.array([np.quantile(one, [edge, 1 - edge]) for one in draws]).T
    mean = np.array([one.mean() for one in draws])
    scale = prior_of(name).scale
    return Departed(
        departure,
        name,
        float(((low <= truth) & (truth <= high)).mean()),
        float((mean - truth).mean() / scale),
        float(np.mean([one.std() for one in draws]) / scale),
        len(truths),
    )


def _onsets(record: Record, actor: str, codes: Sequence[str]) -> Floats:
    own = record.events.filter((pl.col("actor") == actor) & pl.col("code").is_in(codes))
    return own["onset_s"].to_numpy()


def _moved(record: Record, later: Callable[[Floats], Floats]) -> Record:
    """Move answers, and what goes with them at the same moment, to other moments; nan drops them."""
    events = record.events
    answers = events.filter((pl.col("actor") == "caregiver") & (pl.col("code") == str(Construct.ANSWER)))
    onset = answers["onset_s"].to_numpy()
    where = pl.DataFrame({"onset_s": onset, "to": later(onset)}).unique("onset_s", keep="first")
    acts = [str(act) for act in (Construct.ANSWER, Construct.HOLD, Construct.TOUCH, Construct.INTRUDE)]
    bound = (pl.col("actor") == "caregiver") & pl.col("code").is_in(acts)
    end = float(record.windows["offset_s"].to_numpy()[0])
    moved = (
        events.filter(bound)
        .join(where, on="onset_s", how="left")
        .with_columns(to=pl.coalesce("to", "onset_s"))
        .filter(pl.col("to").is_not_nan() & (pl.col("to") < end))
    )
    moved = moved.with_columns(
        offset_s=(pl.col("to") + pl.col("offset_s") - pl.col("onset_s")).clip(upper_bound=end).round(3),
        onset_s=pl.col("to").round(3),
    ).drop("to")
    return _renumbered(record, pl.concat([events.filter(~bound), moved]))


def _renumbered(record: Record, events: pl.DataFrame) -> Record:
    ordered = events.sort("session", "onset_s", maintain_order=True)
    return replace(record, events=ordered.with_columns(row=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32)))


def table(rows: Sequence[Departed]) -> str:
    """Return the table as markdown.

    Args:
        rows: from `misspecified`.

    Returns:
        One line a departure, coverage and bias of each parameter.
    """
    names = list(dict.fromkeys(row.name for row in rows))
    head = f"| what is broken | {' | '.join(names)} |\n|---|{'---|' * len(names)}"
    lines = [head]
    for departure in dict.fromkeys(row.departure for row in rows):
        own = {row.name: row for row in rows if row.departure == departure}
        cells = [f"{own[name].coverage:.2f}, {own[name].bias:+.2f}" for name in names]
        lines.append(f"| {departure} | {' | '.join(cells)} |")
    return "\n".join(lines)
