"""Return to calm after a perturbation: how fast coded distress ends in the reunions of a record."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import ParameterError
from bowlby.measures import session_spans, still_face
from bowlby.measures.confidence import Z, poisson_interval
from bowlby.measures.survival import kaplan_meier, median_latency
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role

Floats: TypeAlias = npt.NDArray[np.float64]

OUTCOMES = {"distress": Construct.CUE_DISTRESS, "negative affect": Construct.AFFECT}
"""What returns, and the construct it is read from: cues of distress; affect of a valence below zero."""

RETURN_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "outcome": pl.String(),
    "after": pl.String(),
    "onset_s": pl.Float64(),
    "offset_s": pl.Float64(),
    "perturbed": pl.Boolean(),
    "time_s": pl.Float64(),
    "returned": pl.Boolean(),
}
"""One row a reunion and outcome. `after`: "separation" or "still face". `perturbed`: whether the outcome was on when
the reunion began, null where that could not be seen. `time_s`: seconds until it was over, or until the wait for that
was cut off (`returned` false); null where there was nothing to return from."""

RATE_SCHEMA: dict[str, pl.DataType] = {
    "outcome": pl.String(),
    "reunions": pl.Int64(),
    "unseen": pl.Int64(),
    "unperturbed": pl.Int64(),
    "perturbed": pl.Int64(),
    "returned": pl.Int64(),
    "seconds": pl.Float64(),
    "rate": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "median_s": pl.Float64(),
    "median_low_s": pl.Float64(),
    "median_high_s": pl.Float64(),
}
"""One row an outcome: reunions and how many of them count, and the rate a second with its 95 % interval, null where
nobody was perturbed or all were calm at once. The median time is Kaplan and Meier's, null where it lies beyond."""


@dataclass(frozen=True)
class ReturnToCalmCriteria:
    """What counts as perturbed and as returned; assumed.

    Args:
        near_s: a child is perturbed that shows the outcome in the first so many seconds of the reunion, > 0.
        quiet_s: it has returned from the moment after which it does not for so many seconds, > 0; 30 s as in the time
            to settle of the Strange Situation.
        horizon_s: seconds, > 0, of a reunion that are looked at; three minutes as in the Strange Situation.
        still_face: how a still face is found.
    """

    near_s: float = 5.0
    quiet_s: float = 30.0
    horizon_s: float = 180.0
    still_face: still_face.StillFaceCriteria = field(default_factory=still_face.StillFaceCriteria)

    def __post_init__(self) -> None:
        """Refuse times that mean nothing."""
        for name in ("near_s", "quiet_s", "horizon_s"):
            value = getattr(self, name)
            if not (value > 0 and math.isfinite(value)):
                raise ParameterError("a time must be more than 0", column=name, value=value, remedy="Give seconds.")


def returns(coded: CodedRecord, setting: ReturnToCalmCriteria | None = None) -> pl.DataFrame:
    """Return when distress, and negative affect, were over in each reunion of each session.

    A reunion begins where a separation or a still face ends and lasts until the next one, the end of the session or
    the horizon. The outcome is over at the first moment after which it does not show for `quiet_s`. Where that never
    comes the wait is censored: at the end of the last bout, since what follows was too short to judge, or at the end of
    what was in view. Time that could not be coded ends the view.

    Args:
        coded: a record in the closed vocabulary; any number of sessions.
        setting: what counts; None for the defaults.

    Returns:
        Columns of `RETURN_SCHEMA`, by session, onset and outcome; outcomes that were codable, reunions that took place.
    """
    setting = setting or ReturnToCalmCriteria()
    reunions = _reunions(coded, setting)
    parts = [
        _times(coded, reunions, name, setting)
        for name, construct in OUTCOMES.items()
        if coded.is_codable(Role.CHILD, construct)
    ]
    found = pl.concat(parts) if parts else pl.DataFrame(schema=RETURN_SCHEMA)
    order = session_spans.sessions_of(coded).select("session").with_row_index("place")
    return found.join(order, on="session").sort("place", "onset_s", "outcome").select(RETURN_SCHEMA.keys())


def rates(found: pl.DataFrame) -> pl.DataFrame:
    """Return the rate of return, a second, over reunions of one session or of many.

    rate = d / sum t, the maximum-likelihood rate of an exponential return with censoring (Kalbfleisch & Prentice 2002,
    The Statistical Analysis of Failure Time Data, 3.4): d returns in t seconds of waiting. Interval: of a Poisson
    count within one session (Garwood 1936); over several, by the squared residuals d_s - rate t_s of each session on
    the log scale, since reunions of one child resemble each other.

    Args:
        found: columns of `RETURN_SCHEMA`.

    Returns:
        Columns of `RATE_SCHEMA`, one row an outcome of `OUTCOMES` that has reunions.
    """
    known = [name for name in OUTCOMES if name in set(found["outcome"])]
    return pl.DataFrame([_rate(name, found.filter(outcome=name)) for name in known], schema=RATE_SCHEMA, orient="row")


def _reunions(coded: CodedRecord, setting: ReturnToCalmCriteria) -> pl.DataFrame:
    """Return `session`, `after`, `onset_s`, `offset_s`: what follows each separation and still face."""
    context = (pl.col("role") == str(Role.CONTEXT)) & (pl.col("construct") == str(Construct.SEPARATION))
    apart = session_spans.union(coded.acts.filter(context & pl.col("offset_s").is_not_null()))
    still = still_face.phases(coded, setting.still_face).filter(pl.col("phase") == "still")
    spans = ("session", "onset_s", "offset_s")
    upsets = pl.concat(
        [apart.select(*spans, after=pl.lit("separation")), still.select(*spans, after=pl.lit("still face"))]
    )
    upsets = upsets.sort("session", "onset_s").join(session_spans.sessions_of(coded), on="session")
    following = pl.col("onset_s").shift(-1).over("session")
    ends = pl.min_horizontal(following, pl.col("end_s"), pl.col("offset_s") + setting.horizon_s)
    reunions = upsets.select("session", "after", onset_s="offset_s", offset_s=ends)
    return reunions.filter(pl.col("offset_s") > pl.col("onset_s"))


def _times(coded: CodedRecord, reunions: pl.DataFrame, name: str, setting: ReturnToCalmCriteria) -> pl.DataFrame:
    construct = OUTCOMES[name]
    mine = (pl.col("role") == str(Role.CHILD)) & (pl.col("construct") == str(construct))
    negative = (pl.col("value") < 0) if construct is Construct.AFFECT else pl.lit(True)
    bouts = session_spans.union(session_spans.timed(coded.acts.filter(mine & negative)))
    rows = reunions.with_row_index("number").join(_in_view(coded, reunions, construct), on="number", how="left")
    inside = _inside(rows, bouts)
    near = inside.join(rows, on="number").filter(pl.col("from_s") < pl.col("onset_s") + setting.near_s)
    over = _over(rows, inside, setting.quiet_s)
    last = inside.group_by("number").agg(last_s=pl.col("to_s").max())
    rows = rows.join(over, on="number", how="left").join(last, on="number", how="left")
    seen = pl.col("seen_s").is_not_null()
    upset = pl.when(seen).then(pl.col("number").is_in(near["number"].unique().implode()))
    waited = pl.coalesce("over_s", "last_s") - pl.col("onset_s")
    rows = rows.with_columns(outcome=pl.lit(name), perturbed=upset)
    rows = rows.with_columns(
        time_s=pl.when("perturbed").then(waited), returned=pl.when("perturbed").then(pl.col("over_s").is_not_null())
    )
    return rows.select(RETURN_SCHEMA.keys())


def _in_view(coded: CodedRecord, reunions: pl.DataFrame, construct: Construct) -> pl.DataFrame:
    """Return until when the outcome could be seen in each reunion, from its start on; no row where not from then."""
    codable = session_spans.codable_spans(coded, [(Role.CHILD, construct)])
    spans = codable.rename({"onset_s": "from_s", "offset_s": "to_s"})
    held = reunions.with_row_index("number").join(spans, on="session")
    held = held.filter((pl.col("from_s") <= pl.col("onset_s")) & (pl.col("to_s") > pl.col("onset_s")))
    return held.select("number", seen_s=pl.min_horizontal("offset_s", "to_s"))


def _inside(rows: pl.DataFrame, bouts: pl.DataFrame) -> pl.DataFrame:
    """Return the bouts that lie in what was seen of each reunion, cut to it: `number`, `from_s`, `to_s`."""
    seen = rows.filter(pl.col("seen_s").is_not_null()).select("number", "session", since="onset_s", until="seen_s")
    pairs = seen.join(bouts, on="session")
    cut = pairs.with_columns(from_s=pl.max_horizontal("onset_s", "since"), to_s=pl.min_horizontal("offset_s", "until"))
    return cut.filter(pl.col("to_s") > pl.col("from_s")).select("number", "from_s", "to_s")


def _over(rows: pl.DataFrame, inside: pl.DataFrame, quiet_s: float) -> pl.DataFrame:
    """Return the start of the first stretch of quiet that is long enough: `number`, `over_s`."""
    seen = rows.filter(pl.col("seen_s").is_not_null())
    start = seen.select("number", from_s="onset_s", to_s="onset_s")
    stop = seen.select("number", from_s="seen_s", to_s="seen_s")
    edges = pl.concat([start, inside, stop]).sort("number", "from_s", "to_s")
    until = pl.col("from_s").shift(-1).over("number")
    quiet = edges.select("number", over_s="to_s", length=until - pl.col("to_s"))
    return quiet.filter(pl.col("length") >= quiet_s).group_by("number").agg(pl.col("over_s").min())


def _rate(name: str, found: pl.DataFrame) -> tuple[object, ...]:
    upset = found.filter(pl.col("perturbed"))
    by_session = upset.group_by("session").agg(pl.col("returned").sum(), pl.col("time_s").sum())
    hits, waits = by_session["returned"].to_numpy().astype(np.float64), by_session["time_s"].to_numpy()
    rate, low, high = _events_over_time(hits, waits)
    unseen = found["perturbed"].null_count()
    counts = (found.height, unseen, found.height - unseen - upset.height, upset.height, int(hits.sum()))
    return (name, *counts, float(waits.sum()), rate, low, high, *_median(upset))


def _events_over_time(hits: Floats, waits: Floats) -> tuple[float | None, float | None, float | None]:
    count, seconds = int(hits.sum()), float(waits.sum())
    if seconds <= 0:
        return None, None, None
    rate = count / seconds
    if len(hits) == 1 or count == 0:
        return rate, *poisson_interval(count, seconds)
    sessions = len(hits)
    error = math.sqrt(float(((hits - rate * waits) ** 2).sum()) * sessions / (sessions - 1)) / count
    return rate, rate * math.exp(-Z * error), rate * math.exp(Z * error)


def _median(upset: pl.DataFrame) -> tuple[float | None, float | None, float | None]:
    if upset.is_empty():
        return None, None, None
    cluster = upset["session"].rank("dense").to_numpy().astype(np.int64) - 1
    curve = kaplan_meier(upset["time_s"].to_numpy(), upset["returned"].to_numpy(), cluster)
    return median_latency(curve) if len(curve.time) else (None, None, None)
