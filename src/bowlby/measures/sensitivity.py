"""Sensitivity, 1 to 9, as a rater with error gives it who watches a record and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl

from bowlby.errors import ParameterError
from bowlby.measures import session_spans
from bowlby.measures.rule import EpisodeRule
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import CUES, DISTRESS_CUES, THREAT_ACTS, Construct, Role

LOWEST, HIGHEST = 1.0, 9.0

TERMS = ("promptness", "answering", "attunement", "warmth", "engagement", "calm_presence", "gentleness")
"""What the rating is made of, each 0 to 1, higher for more sensitive care."""

WARM = (Construct.HOLD, Construct.TOUCH, Construct.SMILE)
ENGAGING = (Construct.PLAY, Construct.VOICE, Construct.OBJECT)


@dataclass(frozen=True)
class Rater:
    """How a rater weighs what it sees, and how far it errs. Assumed, but for the reliability.

    Args:
        weights: weight of each of `TERMS`, >= 0; terms that could not be coded drop out and the others share theirs.
        prompt_s: seconds after which an answer counts for half as much, > 0.
        warm_share: share of time, (0, 1], in warm acts that counts for half of what warmth can give.
        engaged_share: likewise for play, talk and objects.
        calm_share: likewise for presence outside of cues and intrusions.
        intrusions: intrusive acts a minute, > 0, that halve attunement.
        hurt: weighed hurtful acts an hour, > 0, that halve gentleness.
        reliability: intraclass correlation of two raters, (0, 1], among sessions as different as `spread` says;
            .8 to .9 is usual for trained raters of this scale.
        spread: standard deviation of true ratings to which the reliability refers, points, > 0.
        rule: what counts as cue and answer, and how long an answer is waited for.
    """

    weights: Mapping[str, float] = field(
        default_factory=lambda: {
            "promptness": 1.0,
            "answering": 2.0,
            "attunement": 1.5,
            "warmth": 1.0,
            "engagement": 0.75,
            "calm_presence": 0.5,
            "gentleness": 1.5,
        }
    )
    prompt_s: float = 10.0
    warm_share: float = 0.15
    engaged_share: float = 0.25
    calm_share: float = 0.4
    intrusions: float = 1.0
    hurt: float = 2.0
    reliability: float = 0.85
    spread: float = 1.8
    rule: EpisodeRule = field(default_factory=EpisodeRule)

    def __post_init__(self) -> None:
        """Refuse weights, scales and a reliability outside their support."""
        for name in ("prompt_s", "warm_share", "engaged_share", "calm_share", "intrusions", "hurt", "spread"):
            _check(name, getattr(self, name), positive=True)
        for name in TERMS:
            _check(f"weights.{name}", self.weights.get(name, math.nan), positive=False)
        if not 0 < self.reliability <= 1:
            raise ParameterError(
                "a reliability lies above 0 and up to 1",
                column="reliability",
                value=self.reliability,
                remedy="Give an ICC.",
            )

    def error_sd(self) -> float:
        """Return the standard deviation of the rating error, points: spread * sqrt((1 - r) / r)."""
        return self.spread * math.sqrt((1.0 - self.reliability) / self.reliability)


def rate(coded: CodedRecord, rater: Rater | None = None, generator: np.random.Generator | None = None) -> pl.DataFrame:
    """Return the sensitivity of each session as a rater would give it.

    For the construct see Ainsworth, Blehar, Waters & Wall (1978, Patterns of Attachment): noticing signals, reading
    them rightly, answering promptly and fittingly. The formula is bowlby's own: 1 + 8 * sum of weight * term over the
    sum of weights, over the terms that could be coded, then a normal error, held to 1..9. With a saturation
    h(x; m) = x / (x + m), the terms are

    - promptness: mean over answered cues of 2^(-latency / prompt_s);
    - answering: share of cues answered within the rule's window, of those whose window was wholly codable; other than
      in `episodes`, a next cue does not end the wait: who answers both at once has answered both;
    - attunement: 1 - h(intrusive acts a minute); 1 - their share of time where that is less;
    - warmth: h(share of time in holding, touch or smiles), engagement: h(share in play, talk or objects), both
      doubled at most to 1 by being divided by h of all the time;
    - calm presence: h(share of time present, cues and intrusions left out), likewise;
    - gentleness: 1 - h(frightening + 2 * harsh + 4 * abusive acts an hour + 60 * share of time ignoring).

    Args:
        coded: a record in the closed vocabulary; any number of sessions.
        rater: weights and error; None for the defaults.
        generator: random numbers of the error; None for a rater without error. Errors are drawn in the order of
            session names.

    Returns:
        One row a session: `session`; `rated` (the rating with error, 1 to 9, whole points; null where nothing could
        be rated); `sensitivity` (the same without error and rounding); the columns of `TERMS` (null where not codable
        or, for the first two, without a cue); `left_out` (names of terms that were not codable); `cues`, `contingency`
        (share answered less the chance share; kept apart, not part of the rating) and `chance_answered`.
    """
    rater = rater or Rater()
    sessions = session_spans.sessions_of(coded).select("session")
    rows = sessions.join(_answering(coded, rater), on="session", how="left", maintain_order="left")
    left_out: list[str] = []
    for name, (codable, term) in _terms_of_time().items():
        if codable(coded):
            rows = rows.join(term(coded, rater), on="session", how="left", maintain_order="left")
        else:
            rows = rows.with_columns(pl.lit(None, pl.Float64()).alias(name))
            left_out.append(name)
    if not _has_answers(coded, rater.rule):
        left_out += ["promptness", "answering"]
    rows = rows.with_columns(sensitivity=_weighed(rater), left_out=pl.lit(pl.Series([left_out])).first())
    rows = rows.with_columns(rated=_with_error(rows, rater, generator))
    columns = ("session", "rated", "sensitivity", *TERMS, "left_out", "cues", "contingency", "chance_answered")
    return rows.select(columns)


def _check(name: str, value: float, *, positive: bool) -> None:
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        support = "more than 0" if positive else "0 or more"
        raise ParameterError(f"{name} must be {support}", column=name, value=value, remedy="See `Rater`.")


def _weighed(rater: Rater) -> pl.Expr:
    weights = [rater.weights[name] * pl.col(name).is_not_null().cast(pl.Float64()) for name in TERMS]
    total = sum(weights[1:], weights[0])
    parts = [rater.weights[name] * pl.col(name).fill_null(0.0) for name in TERMS]
    mean = sum(parts[1:], parts[0]) / total
    return pl.when(total > 0).then(LOWEST + (HIGHEST - LOWEST) * mean)


def _with_error(rows: pl.DataFrame, rater: Rater, generator: np.random.Generator | None) -> pl.Series:
    noise = np.zeros(rows.height)
    if generator is not None:
        noise[rows["session"].arg_sort().to_numpy()] = rater.error_sd() * generator.standard_normal(rows.height)
    return (rows["sensitivity"] + pl.Series(noise)).round(0).clip(LOWEST, HIGHEST)


def _has_answers(coded: CodedRecord, rule: EpisodeRule) -> bool:
    return bool(rule.cues_in(coded) and rule.answers_in(coded))


def _acts(coded: CodedRecord, role: Role, *constructs: Construct) -> pl.DataFrame:
    wanted = pl.col("construct").is_in([str(construct) for construct in constructs])
    return coded.acts.filter((pl.col("role") == str(role)) & wanted)


def _seconds(coded: CodedRecord, role: Role, constructs: tuple[Construct, ...]) -> pl.DataFrame:
    """Return the codable time of each session, as spans; those constructs that were not codable at all are left out."""
    return session_spans.codable_spans(coded, [(role, act) for act in constructs if (role, act) in coded.codable])


def _length(spans: pl.DataFrame, name: str) -> pl.DataFrame:
    return spans.group_by("session").agg((pl.col("offset_s") - pl.col("onset_s")).sum().alias(name))


def _share(coded: CodedRecord, constructs: tuple[Construct, ...], name: str) -> pl.DataFrame:
    codable = _seconds(coded, Role.CAREGIVER, constructs)
    acts = session_spans.union(session_spans.timed(_acts(coded, Role.CAREGIVER, *constructs)))
    on = _length(session_spans.clip(acts, codable), "on_s")
    share = (pl.col("on_s").fill_null(0.0) / pl.col("all_s")).alias(name)
    return _length(codable, "all_s").join(on, on="session", how="left").select("session", share)


def _rate(coded: CodedRecord, construct: Construct, name: str) -> pl.DataFrame:
    """Return onsets a codable second."""
    codable = _seconds(coded, Role.CAREGIVER, (construct,))
    acts = session_spans.timed(_acts(coded, Role.CAREGIVER, construct))
    seen = session_spans.clip(acts, codable).group_by("session").agg(count=pl.col("event").n_unique())
    each = (pl.col("count").fill_null(0) / pl.col("all_s")).alias(name)
    return _length(codable, "all_s").join(seen, on="session", how="left").select("session", each)


def _half(amount: pl.Expr, middle: float) -> pl.Expr:
    """Return x / (x + m): 0 for nothing, 1/2 at m."""
    return amount / (amount + middle)


def _up_to_one(share: pl.Expr, middle: float) -> pl.Expr:
    """Return the saturation of a share of time, 1 where it is all the time."""
    return _half(share, middle) * (1.0 + middle)


def _answering(coded: CodedRecord, rater: Rater) -> pl.DataFrame:
    """Return promptness, the share of cues answered, their number, and the share that chance would have answered."""
    nothing = {"promptness": pl.Float64, "answering": pl.Float64, "cues": pl.Int64}
    nothing |= {"contingency": pl.Float64, "chance_answered": pl.Float64}
    if not _has_answers(coded, rater.rule):
        return pl.DataFrame(schema={"session": pl.String, **nothing})
    cues, answers = _in_view(coded, _cues(coded, rater.rule), rater.rule), _answers(coded, rater.rule)
    met = _next(cues, answers, "answer_s", "forward")
    latency = (pl.col("answer_s") - pl.col("from_s")).clip(0.0)
    met = met.with_columns(latency=pl.when(latency <= pl.col("window_s")).then(latency))
    chance = _chance(coded, met, answers, rater.rule)
    found = met.group_by("session").agg(
        promptness=(-pl.col("latency") / rater.prompt_s * math.log(2)).exp().mean(),
        answering=pl.col("latency").is_not_null().mean(),
        cues=pl.len().cast(pl.Int64()),
    )
    found = found.join(chance, on="session", how="left")
    return found.with_columns(contingency=pl.col("answering") - pl.col("chance_answered"))


def _next(left: pl.DataFrame, right: pl.DataFrame, key: str, strategy: Literal["forward", "backward"]) -> pl.DataFrame:
    """Join each row to the nearest row of the same session after or before its onset."""
    return left.sort("onset_s").join_asof(
        right.sort(key), left_on="onset_s", right_on=key, by="session", strategy=strategy, check_sortedness=False
    )


def _in_view(coded: CodedRecord, cues: pl.DataFrame, rule: EpisodeRule) -> pl.DataFrame:
    """Return the cues whose whole window lies in time in which answers could be coded, answered or not."""
    codable = _seconds(coded, Role.CAREGIVER, rule.answers_in(coded))
    spans = codable.select("session", since_s="onset_s", until_s="offset_s")
    found = _next(cues, spans, "since_s", "backward")
    return found.filter(pl.col("from_s") + pl.col("window_s") <= pl.col("until_s"))


def _cues(coded: CodedRecord, rule: EpisodeRule) -> pl.DataFrame:
    """Return the bids: cues no further apart than the rule says are one, and keep the first one's kind."""
    rows = _acts(coded, Role.CHILD, *rule.cues_in(coded)).with_columns(pl.col("offset_s").fill_null(pl.col("onset_s")))
    rows = rows.unique(["session", "event"], keep="first", maintain_order=True).sort("session", "onset_s")
    reach = pl.col("offset_s").cum_max().shift(1).over("session")
    opens = (pl.col("onset_s") > reach + rule.merge_s).fill_null(True)
    bids = rows.with_columns(bid=opens.cum_sum()).group_by("session", "bid", maintain_order=True)
    first = bids.agg(pl.col("onset_s").first(), pl.col("offset_s").max(), cue=pl.col("construct").first())
    late = pl.col("cue").is_in([str(cue) for cue in rule.from_offset])
    distress = pl.col("cue").is_in([str(cue) for cue in DISTRESS_CUES])
    return first.select(
        "session",
        "onset_s",
        from_s=pl.when(late).then("offset_s").otherwise("onset_s"),
        window_s=pl.when(distress).then(float(rule.distress_window_s)).otherwise(float(rule.window_s)),
    )


def _answers(coded: CodedRecord, rule: EpisodeRule) -> pl.DataFrame:
    acts = _acts(coded, Role.CAREGIVER, *rule.answers_in(coded))
    return acts.select("session", answer_s="onset_s").unique().sort("session", "answer_s")


def _chance(coded: CodedRecord, met: pl.DataFrame, answers: pl.DataFrame, rule: EpisodeRule) -> pl.DataFrame:
    """Return the share of moments with an answer within the window ahead, mixed over windows as the cues are."""
    observed = _seconds(coded, Role.CAREGIVER, rule.answers_in(coded))
    mixed = met.group_by("session", "window_s").len()
    parts: list[pl.DataFrame] = []
    for window in sorted({rule.window_s, rule.distress_window_s}):
        ahead = answers.select("session", onset_s=pl.col("answer_s") - window, offset_s="answer_s")
        near = _length(session_spans.clip(session_spans.union(ahead), observed), "near_s")
        share = pl.col("near_s").fill_null(0.0) / pl.col("all_s")
        rows = _length(observed, "all_s").join(near, on="session", how="left")
        parts.append(rows.select("session", window_s=pl.lit(window, pl.Float64()), share=share))
    weighed = mixed.join(pl.concat(parts), on=["session", "window_s"])
    mean = (pl.col("share") * pl.col("len")).sum() / pl.col("len").sum()
    return weighed.group_by("session").agg(chance_answered=mean)


def _attunement(coded: CodedRecord, rater: Rater) -> pl.DataFrame:
    often = _rate(coded, Construct.INTRUDE, "often").join(_share(coded, (Construct.INTRUDE,), "long"), on="session")
    least = pl.min_horizontal(1.0 - _half(60.0 * pl.col("often"), rater.intrusions), 1.0 - pl.col("long"))
    return often.select("session", attunement=least)


def _warmth(coded: CodedRecord, rater: Rater) -> pl.DataFrame:
    share = _share(coded, WARM, "share")
    return share.select("session", warmth=_up_to_one(pl.col("share"), rater.warm_share))


def _engagement(coded: CodedRecord, rater: Rater) -> pl.DataFrame:
    share = _share(coded, ENGAGING, "share")
    return share.select("session", engagement=_up_to_one(pl.col("share"), rater.engaged_share))


def _calm_presence(coded: CodedRecord, rater: Rater) -> pl.DataFrame:
    """Return presence in the time without cues and intrusions; null where there was no such time."""
    disturbing = pl.concat(
        [_acts(coded, Role.CHILD, *CUES), _acts(coded, Role.CAREGIVER, Construct.INTRUDE)], how="vertical"
    )
    codable = _seconds(coded, Role.CAREGIVER, (Construct.PRESENT,))
    disturbed = session_spans.union(session_spans.timed(disturbing))
    calm = session_spans.clip(codable, session_spans.uncovered_spans(disturbed, codable.select("session").unique()))
    present = session_spans.union(session_spans.timed(_acts(coded, Role.CAREGIVER, Construct.PRESENT)))
    on = _length(session_spans.clip(present, calm), "on_s")
    share = pl.col("on_s").fill_null(0.0) / pl.col("all_s")
    rows = _length(calm, "all_s").join(on, on="session", how="left")
    return rows.select("session", calm_presence=_up_to_one(share, rater.calm_share))


_HURTFULNESS = dict(zip(THREAT_ACTS, (1.0, 2.0, 4.0), strict=True))
_IGNORING_PER_HOUR = 60.0


def _gentleness(coded: CodedRecord, rater: Rater) -> pl.DataFrame:
    """Return how little the caregiver frightens, hurts or ignores; what was not codable of it counts as nothing."""
    rows = session_spans.sessions_of(coded).select("session")
    hurt = pl.lit(0.0)
    for act, weight in _HURTFULNESS.items():
        if coded.is_codable(Role.CAREGIVER, act):
            rows = rows.join(_rate(coded, act, str(act)), on="session", how="left")
            hurt = hurt + weight * 3600.0 * pl.col(str(act))
    if coded.is_codable(Role.CAREGIVER, Construct.IGNORE):
        rows = rows.join(_share(coded, (Construct.IGNORE,), "ignoring"), on="session", how="left")
        hurt = hurt + _IGNORING_PER_HOUR * pl.col("ignoring")
    return rows.select("session", gentleness=1.0 - _half(hurt, rater.hurt))


_Term = tuple[Callable[[CodedRecord], bool], Callable[[CodedRecord, Rater], pl.DataFrame]]


def _codable(*constructs: Construct) -> Callable[[CodedRecord], bool]:
    return lambda coded: coded.is_codable(Role.CAREGIVER, *constructs)


def _terms_of_time() -> dict[str, _Term]:
    return {
        "attunement": (_codable(Construct.INTRUDE), _attunement),
        "warmth": (_codable(*WARM), _warmth),
        "engagement": (_codable(*ENGAGING), _engagement),
        "calm_presence": (_codable(Construct.PRESENT), _calm_presence),
        "gentleness": (_codable(*THREAT_ACTS, Construct.IGNORE), _gentleness),
    }
