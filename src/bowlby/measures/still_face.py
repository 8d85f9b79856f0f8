"""The still-face procedure: what the child does each second of play, still face and reunion, and what changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import ParameterError
from bowlby.measures import session_spans
from bowlby.measures.confidence import Z
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role

PHASES = ("play", "still", "reunion")
STATES = ("positive", "object", "protest", "withdrawn")
"""What a second of the child is: social and positive; turned to objects or surroundings; protest; none of these."""

OUTCOMES = (*STATES, "gaze")
"""Shares of time; the mean of affect is given beside them."""

CONTRASTS: Mapping[str, tuple[str, str]] = {
    "effect": ("still", "play"),
    "carry_over": ("reunion", "play"),
    "recovery": ("reunion", "still"),
}
"""Name to (phase, phase it is compared with)."""

BLOCK_S = 10
"""Seconds that are taken together for an interval: neighbouring seconds are hardly two observations; assumed."""

PHASE_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "phase": pl.String(),
    "onset_s": pl.Float64(),
    "offset_s": pl.Float64(),
}
EFFECT_SCHEMA: dict[str, pl.DataType] = {
    "session": pl.String(),
    "outcome": pl.String(),
    "contrast": pl.String(),
    "estimate": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "from_share": pl.Float64(),
    "to_share": pl.Float64(),
    "seconds": pl.Int64(),
    "note": pl.String(),
}
"""One row a session, outcome and contrast: `estimate` = `to_share` - `from_share`, of scorable time; for affect, means
of its valence. `seconds` are the scorable seconds of both phases."""


@dataclass(frozen=True)
class StillFaceCriteria:
    """How the phases are found; assumed, but for the nominal length.

    Args:
        fewest_s: seconds, > 0, from which a caregiver's longest stretch of ignoring is a still face.
        nominal_s: seconds, > 0, that a still phase lasts where nobody stops it (2 min: Tronick, Als, Adamson, Wise &
            Brazelton 1978, Journal of the American Academy of Child Psychiatry 17:1).
        stopped_after_s: seconds of crying at the end of a shorter phase that say it was stopped for that, > 0.
    """

    fewest_s: float = 45.0
    nominal_s: float = 120.0
    stopped_after_s: float = 10.0

    def __post_init__(self) -> None:
        """Refuse times that are not positive."""
        for name in ("fewest_s", "nominal_s", "stopped_after_s"):
            if not (getattr(self, name) > 0 and math.isfinite(getattr(self, name))):
                raise ParameterError(
                    "a time must be more than 0",
                    column=name,
                    value=getattr(self, name),
                    remedy="Give seconds.",
                )


def phases(coded: CodedRecord, setting: StillFaceCriteria | None = None) -> pl.DataFrame:
    """Return play, still face and reunion of each session that has them.

    The still phase is the caregiver's longest stretch of `ignore`, if long enough; play is what was observed before
    it and reunion what came after.

    Args:
        coded: a record in the closed vocabulary.
        setting: how phases are found; None for the defaults.

    Returns:
        Columns of `PHASE_SCHEMA`; no row for a session without a still phase, nor for a phase without time.
    """
    fewest = (setting or StillFaceCriteria()).fewest_s
    ignoring = (pl.col("role") == str(Role.CAREGIVER)) & (pl.col("construct") == str(Construct.IGNORE))
    bouts = session_spans.union(coded.acts.filter(ignoring & pl.col("offset_s").is_not_null()))
    length = pl.col("offset_s") - pl.col("onset_s")
    longest = bouts.filter(length >= fewest).sort("session", length, "onset_s", descending=[False, True, False])
    still = longest.group_by("session", maintain_order=True).first()
    rows = session_spans.sessions_of(coded).join(still, on="session")
    bounds = (("start_s", "onset_s"), ("onset_s", "offset_s"), ("offset_s", "end_s"))
    parts = [
        rows.select("session", phase=pl.lit(phase), onset_s=pl.col(since), offset_s=pl.col(until))
        for phase, (since, until) in zip(PHASES, bounds, strict=True)
    ]
    found = pl.concat(parts).filter(pl.col("offset_s") > pl.col("onset_s"))
    return found.sort("session", "onset_s").select(PHASE_SCHEMA.keys())


def seconds(coded: CodedRecord, found: pl.DataFrame) -> pl.DataFrame:
    """Return what the child does in each scorable second of the phases.

    A second is what holds at its middle. Protest: distress or resistance. Else positive: a positive cue, or a look at
    the caregiver with positive affect (or a voice where affect was not codable). Else object: exploring, or looking
    elsewhere. Else withdrawn or neutral. The classes follow those of infant-phase coding in kind (Weinberg & Tronick
    1996, Child Development 67:905), the rules are bowlby's own and reproduce no manual.

    Args:
        coded: a record in the closed vocabulary.
        found: columns of `PHASE_SCHEMA`.

    Returns:
        One row a second: `session`, `phase`, `second` (from the phase's onset), `state` (one of `STATES`), `gaze`
        (whether the child looks at the caregiver), `affect` (valence, null where not coded). Seconds in which one of
        the codable constructs could not be coded are left out.
    """
    rows = _grid(found)
    looked_for = [construct for construct in _WATCHED if coded.is_codable(Role.CHILD, construct)]
    codable = session_spans.codable_spans(coded, [(Role.CHILD, construct) for construct in looked_for])
    rows = rows.filter(_holds(rows, codable))
    on = {
        construct: _holds(rows, _spans(coded, construct)) for construct in looked_for if construct != Construct.AFFECT
    }
    nowhere = np.zeros(rows.height, dtype=bool)
    valence = _valence(coded, rows)

    def held(*constructs: Construct) -> npt.NDArray[np.bool_]:
        return np.logical_or.reduce([on.get(construct, nowhere) for construct in constructs])

    gaze = held(Construct.GAZE_PARTNER)
    pleased = valence > 0 if Construct.AFFECT in looked_for else held(Construct.CUE_VOCAL)
    state = np.select(
        [
            held(Construct.CUE_DISTRESS, Construct.RESIST),
            held(Construct.CUE_POSITIVE) | (gaze & pleased),
            held(*_OBJECT) & ~gaze,
        ],
        ["protest", "positive", "object"],
        "withdrawn",
    )
    affect = pl.Series("affect", valence, nan_to_null=True)
    return rows.drop("at_s").with_columns(state=pl.Series(state, dtype=pl.String), gaze=pl.Series(gaze), affect=affect)


def effect(
    coded: CodedRecord, setting: StillFaceCriteria | None = None, given: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return effect, carry-over and recovery of each session as differences of shares of scorable time.

    effect = still - play, carry-over = reunion - play, recovery = reunion - still (the contrasts of Mesman, van
    IJzendoorn & Bakermans-Kranenburg 2009, Developmental Review 29:120). Interval: each phase is cut into blocks of
    10 s, and var(difference) = var(blocks)/n of the one phase plus that of the other (batch means: Law & Carson 1979,
    Operations Research 27:1011), with Student's t by Welch's degrees of freedom, at least 3.

    Args:
        coded: a record in the closed vocabulary; any number of sessions.
        setting: how phases are found; None for the defaults.
        given: phases, columns of `PHASE_SCHEMA`, where they are known; None to find them in the record.

    Returns:
        Columns of `EFFECT_SCHEMA`; no row for a session without a still phase or a contrast without both its phases.
        Outcomes are `OUTCOMES` and "affect", those that were codable. Intervals are null under 3 blocks a phase.

    Raises:
        ParameterError: a given phase has an unknown name or ends before it starts.
    """
    setting = setting or StillFaceCriteria()
    found = phases(coded, setting) if given is None else _checked(given)
    watched = seconds(coded, found)
    blocks = _blocks(watched, _outcomes(coded))
    means = _means(blocks)
    notes = _stops(coded, found, setting)
    parts = [
        _contrast(means, name, to_phase, from_phase).join(notes, on="session", how="left")
        for name, (to_phase, from_phase) in CONTRASTS.items()
    ]
    rows = pl.concat(parts).with_columns(pl.col("note").fill_null(""))
    order = session_spans.sessions_of(coded).select("session").with_row_index("place")
    kinds = pl.col("outcome").cast(pl.Enum([*OUTCOMES, "affect"])).to_physical()
    contrasts = pl.col("contrast").cast(pl.Enum(list(CONTRASTS))).to_physical()
    return rows.join(order, on="session").sort("place", kinds, contrasts).select(EFFECT_SCHEMA.keys())


def summary(effects: pl.DataFrame) -> pl.DataFrame:
    """Return the mean of each contrast over sessions, with the interval of a mean of independent sessions.

    Args:
        effects: columns of `EFFECT_SCHEMA`.

    Returns:
        `outcome`, `contrast`, `estimate`, `low`, `high`, `sessions`; the interval is null for one session.
    """
    grouped = effects.group_by("outcome", "contrast", maintain_order=True)
    rows = grouped.agg(
        mean=pl.col("estimate").mean(),
        error=pl.col("estimate").std() / pl.len().sqrt(),
        sessions=pl.len().cast(pl.Int64()),
    )
    half = _student((pl.col("sessions") - 1).cast(pl.Float64())) * pl.col("error")
    return rows.select(
        "outcome",
        "contrast",
        estimate=pl.col("mean"),
        low=pl.col("mean") - half,
        high=pl.col("mean") + half,
        sessions=pl.col("sessions"),
    )


_WATCHED = (
    Construct.CUE_DISTRESS,
    Construct.RESIST,
    Construct.CUE_POSITIVE,
    Construct.CUE_VOCAL,
    Construct.GAZE_PARTNER,
    Construct.GAZE_OBJECT,
    Construct.GAZE_AWAY,
    Construct.EXPLORE,
    Construct.AFFECT,
)
_PROTEST = (Construct.CUE_DISTRESS, Construct.RESIST)
_SOCIAL = (Construct.CUE_POSITIVE, Construct.GAZE_PARTNER)
_OBJECT = (Construct.EXPLORE, Construct.GAZE_OBJECT, Construct.GAZE_AWAY)


def _outcomes(coded: CodedRecord) -> tuple[str, ...]:
    """Return the outcomes whose constructs were codable; withdrawn is what is left, and so needs all three."""
    codable = {
        "positive": coded.is_codable(Role.CHILD, *_SOCIAL),
        "object": coded.is_codable(Role.CHILD, *_OBJECT),
        "protest": coded.is_codable(Role.CHILD, *_PROTEST),
        "gaze": coded.is_codable(Role.CHILD, Construct.GAZE_PARTNER),
        "affect": coded.is_codable(Role.CHILD, Construct.AFFECT),
    }
    codable["withdrawn"] = codable["positive"] and codable["object"] and codable["protest"]
    return tuple(name for name in (*OUTCOMES, "affect") if codable[name])


def _checked(given: pl.DataFrame) -> pl.DataFrame:
    odd = given.filter(~pl.col("phase").is_in(PHASES) | ~(pl.col("offset_s") > pl.col("onset_s")))
    if not odd.is_empty():
        raise ParameterError(
            "this is no phase of the procedure",
            column="given",
            value=odd.row(0),
            remedy=f"Name phases {', '.join(PHASES)}, each with an onset before its offset.",
        )
    return given.select(PHASE_SCHEMA.keys())


def _grid(found: pl.DataFrame) -> pl.DataFrame:
    """Return one row a whole second of each phase, with its middle."""
    length = (pl.col("offset_s") - pl.col("onset_s")).floor().cast(pl.Int64())
    rows = found.with_columns(second=pl.int_ranges(0, length)).explode("second").drop_nulls("second")
    at = pl.col("onset_s") + pl.col("second") + 0.5
    return rows.select("session", "phase", "second", at_s=at).sort("session", "at_s")


def _spans(coded: CodedRecord, construct: Construct) -> pl.DataFrame:
    mine = (pl.col("role") == str(Role.CHILD)) & (pl.col("construct") == str(construct))
    return session_spans.union(session_spans.timed(coded.acts.filter(mine)))


def _holds(rows: pl.DataFrame, spans: pl.DataFrame) -> npt.NDArray[np.bool_]:
    """Return for each second whether a span of its session holds its middle."""
    nearest = rows.select("session", "at_s", place=pl.int_range(pl.len())).sort("at_s")
    found = nearest.join_asof(
        spans.sort("onset_s"),
        left_on="at_s",
        right_on="onset_s",
        by="session",
        strategy="backward",
        check_sortedness=False,
    )
    inside = found.sort("place").select((pl.col("offset_s") > pl.col("at_s")).fill_null(False))
    return inside.to_series().to_numpy()


def _valence(coded: CodedRecord, rows: pl.DataFrame) -> npt.NDArray[np.float64]:
    """Return the child's valence in each second, NaN where none was coded; the later of two that overlap."""
    mine = (pl.col("role") == str(Role.CHILD)) & (pl.col("construct") == str(Construct.AFFECT))
    acts = session_spans.timed(coded.acts.filter(mine & pl.col("value").is_not_null()))
    found = (
        rows.select("session", "at_s", place=pl.int_range(pl.len()))
        .sort("at_s")
        .join_asof(
            acts.select("session", "onset_s", "offset_s", "value").sort("onset_s"),
            left_on="at_s",
            right_on="onset_s",
            by="session",
            strategy="backward",
            check_sortedness=False,
        )
    )
    value = pl.when(pl.col("offset_s") > pl.col("at_s")).then(pl.col("value"))
    return found.sort("place").select(value.alias("value"))["value"].fill_null(float("nan")).to_numpy()


def _blocks(watched: pl.DataFrame, outcomes: Sequence[str]) -> pl.DataFrame:
    """Return the mean of each outcome in each block: `session`, `phase`, `outcome`, `value`, `weight`."""
    keys = ["session", "phase", pl.col("second") // BLOCK_S]
    values = {name: (pl.col("state") == name).mean() for name in STATES}
    values |= {"gaze": pl.col("gaze").mean(), "affect": pl.col("affect").mean()}
    weight = {name: pl.col("affect").count() if name == "affect" else pl.len() for name in outcomes}
    wide = watched.group_by(keys, maintain_order=True).agg(
        pl.struct(value=values[name], weight=weight[name].cast(pl.Float64())).alias(name) for name in outcomes
    )
    if not outcomes:
        return pl.DataFrame(schema={"session": pl.String, "phase": pl.String, "outcome": pl.String})
    long = wide.unpivot(outcomes, index=["session", "phase"], variable_name="outcome", value_name="block")
    return long.unnest("block").filter(pl.col("weight") > 0)


def _means(blocks: pl.DataFrame) -> pl.DataFrame:
    """Return mean, squared error of the mean and number of blocks of each session, phase and outcome."""
    if blocks.is_empty():
        numbers = dict.fromkeys(("mean", "squared", "blocks", "seconds"), pl.Float64)
        return pl.DataFrame(schema={"session": pl.String, "phase": pl.String, "outcome": pl.String, **numbers})
    weight, value = pl.col("weight"), pl.col("value")
    mean = (weight * value).sum() / weight.sum()
    # A last block of few seconds weighs little: the variance of the weighted mean, not that of equal blocks.
    spread = (weight**2 * (value - mean) ** 2).sum() / weight.sum() ** 2
    n = pl.len().cast(pl.Float64())
    return blocks.group_by("session", "phase", "outcome").agg(
        mean=mean, squared=spread * n / (n - 1.0), blocks=n, seconds=weight.sum()
    )


def _contrast(means: pl.DataFrame, name: str, to_phase: str, from_phase: str) -> pl.DataFrame:
    after, before = (means.filter(pl.col("phase") == phase).drop("phase") for phase in (to_phase, from_phase))
    both = after.join(before, on=["session", "outcome"], suffix="_from")
    squared = pl.col("squared") + pl.col("squared_from")
    parts = pl.col("squared") ** 2 / (pl.col("blocks") - 1) + pl.col("squared_from") ** 2 / (pl.col("blocks_from") - 1)
    told = (pl.min_horizontal("blocks", "blocks_from") >= FEWEST_BLOCKS) & (squared > 0)
    half = _student(pl.when(told).then(squared**2 / parts)) * squared.sqrt()
    difference = pl.col("mean") - pl.col("mean_from")
    return both.select(
        "session",
        "outcome",
        contrast=pl.lit(name),
        estimate=difference,
        low=difference - half,
        high=difference + half,
        from_share=pl.col("mean_from"),
        to_share=pl.col("mean"),
        seconds=(pl.col("seconds") + pl.col("seconds_from")).cast(pl.Int64()),
    )


FEWEST_BLOCKS = 3


def _student(freedom: pl.Expr) -> pl.Expr:
    """Return Student's t at .975: z + (z^3 + z)/4v + (5z^5 + 16z^3 + 3z)/96v^2 + (3z^7 + 19z^5 + 17z^3 - 15z)/384v^3.

    Cornish & Fisher's expansion (Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.7.5); within 1.5 %
    from 3 degrees of freedom, which are taken as the least.
    """
    v = freedom.clip(3.0)
    first, second = (Z**3 + Z) / 4, (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + first / v + second / v**2 + third / v**3


def _stops(coded: CodedRecord, found: pl.DataFrame, setting: StillFaceCriteria) -> pl.DataFrame:
    """Return a note for each session whose still phase was shorter than nominal, with why where it shows."""
    still = found.filter(pl.col("phase") == "still").with_columns(length=pl.col("offset_s") - pl.col("onset_s"))
    short = still.filter(pl.col("length") < setting.nominal_s - 0.5)
    ending = short.with_columns(onset_s=pl.col("offset_s") - setting.stopped_after_s)
    crying = session_spans.clip(_spans(coded, Construct.CUE_DISTRESS), ending)
    seconds_crying = crying.group_by("session").agg(cried=(pl.col("offset_s") - pl.col("onset_s")).sum())
    rows = short.join(seconds_crying, on="session", how="left")
    stopped = pl.col("cried").fill_null(0.0) >= setting.stopped_after_s - 1e-9
    after = pl.format("still face ended after {} s", pl.col("length").round(0).cast(pl.Int64()))
    why = pl.when(stopped).then(pl.lit(" of crying: the stop rule")).otherwise(pl.lit(""))
    return rows.select("session", note=after + why)
