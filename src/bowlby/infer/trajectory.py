"""What a child may have come to expect: its own learning, run over the episodes that were seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import polars as pl
from jax.scipy.special import ndtr
from jaxtyping import Array, Float

from bowlby.infer.density import ROWS, bucket, prior_of
from bowlby.infer.evidence import ENGAGEMENT
from bowlby.infer.posterior import LEVEL, Posterior
from bowlby.infer.programs import Kept
from bowlby.measures.episodes import Close
from bowlby.model.caregiver import TIER_MAGNITUDES, Caregiver, Scalar
from bowlby.model.child import Child, Event, Signal, State, Words, efficacy, expected_threat, newborn, step
from bowlby.model.episode import EpisodeWords, live
from bowlby.model.parameters import CAREGIVER_NAMES, CHILD_NAMES, default, lookup
from bowlby.records import intervals
from bowlby.records.coded import CodedRecord
from bowlby.records.constructs import FRIGHT_TIERS, Construct, Role

Floats = npt.NDArray[np.float64]

DRAWS = 256
HISTORY = 200
"""Episodes lived with the caregiver before the record begins."""

NEED_OF_BID, NEED_OF_DISTRESS = 1 / 3, 2 / 3
"""Intensity of need that a cue stands for; assumed, for no record tells."""

MAGNITUDE = {str(tier): default(size) for tier, size in zip(FRIGHT_TIERS, TIER_MAGNITUDES, strict=True)}

BELIEFS: Mapping[str, str] = {
    "expected answering": "probability that a signal is answered, as the child may expect it",
    "expected relief": "relief expected from an expressed need",
    "expected threat": "threat expected from the caregiver",
    "efficacy": "relief after own signals minus relief without them",
    "frustration": "running unmet need",
}


@dataclass(frozen=True)
class Band:
    """One expectation over the record.

    Args:
        name: one of `BELIEFS`.
        meaning: one sentence.
        mean: shape (times,), mean over draws.
        low: lower end of the 90 % band.
        high: upper end of the 90 % band.
    """

    name: str
    meaning: str
    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Trajectory:
    """Expectations before the session and after each of its episodes.

    Args:
        session: session name.
        times_s: shape (times,), seconds; the first is the start of observation.
        bands: one an expectation.
        informative: how many episodes changed what was expected.
        assumptions: what the bands rest on beside the record.
    """

    session: str
    times_s: Floats
    bands: tuple[Band, ...]
    informative: int
    assumptions: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Return plain values, one row a time and expectation."""
        return {
            "session": self.session,
            "times_s": self.times_s.tolist(),
            "beliefs": [
                {"name": band.name, "meaning": band.meaning}
                | {key: getattr(band, key).tolist() for key in ("mean", "low", "high")}
                for band in self.bands
            ],
            "informative": self.informative,
            "assumptions": list(self.assumptions),
        }


class Seen(NamedTuple):
    """Episodes as arrays over time; a known flag of 0 lets the caregiver's own share stand in."""

    signal: Scalar
    answered: Scalar
    latency_s: Scalar
    warm: Scalar
    warm_known: Scalar
    attuned: Scalar
    attuned_known: Scalar
    present: Scalar
    present_known: Scalar
    threat_unprovoked: Scalar
    threat_contingent: Scalar
    engaged: Scalar
    elapsed_s: Scalar
    outcome_seen: Scalar
    cut_short: Scalar


def trajectories(found: Posterior, *, draws: int = DRAWS) -> tuple[Trajectory, ...]:
    """Return each session's trajectory of expectations.

    For each draw a child of the registry's prior lives `HISTORY` episodes with a caregiver of the posterior, which
    gives its initial beliefs; its `step` is then conditioned on the observed episodes.

    Args:
        found: the posterior of care.
        draws: how many draws, >= 1.

    Returns:
        One trajectory a session.
    """
    rng = np.random.Generator(np.random.Philox(key=[found.seed, 1]))
    caregivers = _caregivers(found, draws, rng)
    children = _children(draws, rng)
    words = EpisodeWords(*rng.random((len(EpisodeWords._fields), draws, HISTORY), dtype=np.float32))
    paths: list[Trajectory] = []
    for index in range(len(found.evidence.sessions)):
        seen, times, known_age = _seen(found, index)
        notice = rng.random((draws, np.size(seen.signal)), dtype=np.float32)
        path = np.asarray(_live_and_see(children, caregivers, (words, notice), seen, np.float32(known_age)))
        paths.append(_trajectory(found, index, path[:, : len(times)], times))
    return tuple(paths)


def _caregivers(found: Posterior, draws: int, rng: np.random.Generator) -> Caregiver:
    number = next(iter(found.free.values())).size
    picked = rng.choice(number, draws, replace=number < draws)
    return Caregiver(**{name: np.float32(found.draws[name].ravel()[picked]) for name in CAREGIVER_NAMES})


def _children(draws: int, rng: np.random.Generator) -> Child:
    values: dict[str, npt.NDArray[np.float32]] = {}
    for name in CHILD_NAMES:
        prior = prior_of(name)
        free = prior.location + prior.scale * rng.standard_normal(draws)
        values[name] = np.array([lookup(name).natural(one) for one in free], dtype=np.float32)
    return Child(**values)  # pyright: ignore[reportArgumentType]


@Kept
def _live_and_see(
    children: Child, caregivers: Caregiver, words: tuple[EpisodeWords, Array], seen: Seen, age_months: Scalar
) -> Float[Array, "draws times beliefs"]:
    return jax.vmap(_one_life, in_axes=(0, 0, (EpisodeWords(*[0] * len(EpisodeWords._fields)), 0), None, None))(
        children, caregivers, words, seen, age_months
    )


def _one_life(
    child: Child, caregiver: Caregiver, words: tuple[EpisodeWords, Array], seen: Seen, age_months: Scalar
) -> Float[Array, "times beliefs"]:
    def before(state: State, word: EpisodeWords) -> tuple[State, None]:
        return live(child, caregiver, state, age_months, word), None

    def during(state: State, now: tuple[Seen, Scalar]) -> tuple[State, Array]:
        after = step(child, state, _event(caregiver, now[0], age_months), Words(now[1]))
        return after, _beliefs(after)

    start = jax.tree.map(partial(jnp.asarray, dtype=jnp.float32), newborn())
    began, _ = jax.lax.scan(before, start, words[0])
    _, path = jax.lax.scan(during, began, (seen, words[1]))
    return jnp.concatenate([_beliefs(began)[None], path])


def _beliefs(state: State) -> Array:
    return jnp.stack(
        [state.answering, state.relief_express, expected_threat(state), efficacy(state), state.frustration]
    )


def _event(caregiver: Caregiver, seen: Seen, age_months: Scalar) -> Event:
    distress = jnp.where(seen.signal == Signal.INTENSIFY, 1.0, 0.0)
    # Cut short by the child's next cue, an episode teaches as far as an answer could have come by then.
    by_then = ndtr(jnp.log(jnp.maximum(seen.latency_s, 0.01) / caregiver.latency_median) / caregiver.latency_spread)
    return Event(
        need=NEED_OF_BID + (NEED_OF_DISTRESS - NEED_OF_BID) * distress,
        signal=seen.signal,
        answered=seen.answered,
        attuned=_known(seen.attuned, seen.attuned_known, 1.0 - caregiver.intrusion_share),
        latency_s=seen.latency_s,
        warm=_known(seen.warm, seen.warm_known, caregiver.warm_share),
        present=_known(seen.present, seen.present_known, caregiver.presence_share),
        threat_unprovoked=seen.threat_unprovoked,
        threat_contingent=seen.threat_contingent,
        engaged=seen.engaged,
        elapsed_s=seen.elapsed_s,
        seen=jnp.where(seen.cut_short > 0, by_then, seen.outcome_seen),
        age_months=age_months,
    )


def _known(value: Scalar, known: Scalar, otherwise: Scalar) -> Scalar:
    return jnp.where(known > 0, value, otherwise)


def _seen(found: Posterior, index: int) -> tuple[Seen, Floats, float]:
    """Return one session's episodes as padded arrays, the times of the path, and the child's age."""
    table = found.evidence.episodes.filter(pl.col("index") == index)
    coded, session = _source(found, index)
    span = coded.observed(session)
    start = float(span[0, 0]) if len(span) else 0.0
    onset = table["onset_s"].to_numpy()
    before = np.concatenate([[start], onset[:-1]]) if len(onset) else onset
    columns = _outcomes(table) | _between(coded, session, table, before) | _present(coded, session, onset)
    columns["elapsed_s"] = np.maximum(onset - before, 0.0)
    padding = bucket(len(onset), ROWS) - len(onset)
    seen = Seen(**{name: np.pad(np.float32(columns[name]), (0, padding)) for name in Seen._fields})
    age = found.evidence.age_months[index]
    return seen, np.concatenate([[start], onset]), default("age_default") if age is None else age


def _source(found: Posterior, index: int) -> tuple[CodedRecord, str]:
    places = [(coded, session) for coded in found.evidence.records for session in coded.sessions]
    return places[index]


def _outcomes(table: pl.DataFrame) -> dict[str, npt.NDArray[np.generic]]:
    closed = pl.col("censored_by")
    rows = table.select(
        signal=pl.when("distress").then(int(Signal.INTENSIFY)).otherwise(int(Signal.EXPRESS)),
        answered=pl.col("answered").cast(pl.Float64),
        latency_s="latency_s",
        warm=pl.col("warm").cast(pl.Float64).fill_null(0.0),
        warm_known=pl.col("warm").is_not_null().cast(pl.Float64),
        attuned=1.0 - pl.col("intruded").cast(pl.Float64).fill_null(0.0),
        attuned_known=pl.col("intruded").is_not_null().cast(pl.Float64),
        outcome_seen=closed.is_in([str(Close.ANSWER), str(Close.WINDOW)]).cast(pl.Float64),
        cut_short=(closed == str(Close.NEXT_CUE)).cast(pl.Float64),
        threat_contingent=pl.col("frightened").replace_strict(MAGNITUDE, default=0.0, return_dtype=pl.Float64),
    )
    return {name: rows[name].to_numpy() for name in rows.columns}


def _between(
    coded: CodedRecord, session: str, table: pl.DataFrame, before: Floats
) -> dict[str, npt.NDArray[np.generic]]:
    onset = table["onset_s"].to_numpy()
    closed = (table["start_s"] + table["latency_s"]).to_numpy()
    free_from = np.maximum(np.concatenate([before[:1], closed[:-1]]), before) if len(onset) else onset
    answers = table["answer_event"].drop_nulls().implode()
    acts = coded.of(session, Role.CAREGIVER, ENGAGEMENT).filter(~pl.col("event").is_in(answers))
    engaged = acts["onset_s"].to_numpy()
    threat = np.zeros(len(onset))
    for tier in FRIGHT_TIERS:
        hits = _count(coded.onsets(session, Role.CAREGIVER, tier), free_from, onset)
        threat = np.where(hits > 0, np.maximum(threat, MAGNITUDE[str(tier)]), threat)
    return {"engaged": _count(engaged, before, onset), "threat_unprovoked": threat}


def _count(times: Floats, low: Floats, high: Floats) -> npt.NDArray[np.int64]:
    ordered = np.sort(times)
    return np.maximum(np.searchsorted(ordered, high) - np.searchsorted(ordered, low), 0)


def _present(coded: CodedRecord, session: str, onset: Floats) -> dict[str, npt.NDArray[np.generic]]:
    acts = coded.of(session, Role.CAREGIVER, [Construct.PRESENT]).filter(pl.col("offset_s").is_not_null())
    there = intervals.covers(intervals.union(acts.select("onset_s", "offset_s").to_numpy()), onset)
    known = intervals.covers(coded.codable_time(session, Role.CAREGIVER, Construct.PRESENT), onset)
    return {"present": there.astype(float), "present_known": known.astype(float)}


def _trajectory(found: Posterior, index: int, path: Floats, times: Floats) -> Trajectory:
    edge = (1 - LEVEL) / 2
    low, high = np.quantile(path, [edge, 1 - edge], axis=0)
    mean = path.mean(axis=0)
    bands = tuple(
        Band(name, meaning, mean[:, place], low[:, place], high[:, place])
        for place, (name, meaning) in enumerate(BELIEFS.items())
    )
    table = found.evidence.episodes.filter(pl.col("index") == index)
    return Trajectory(
        found.evidence.sessions[index], times, bands, int(table["informative"].sum()), _assumptions(found, index)
    )


def _assumptions(found: Posterior, index: int) -> tuple[str, ...]:
    age = found.evidence.age_months[index]
    told = f"{age:g} months, as the record says" if age is not None else "12 months, because the record does not say"
    deviation = found.summary("session_deviation")
    return (
        f"Before the session the child has lived {HISTORY} episodes with a caregiver drawn from the posterior of usual "
        "care; every session starts from there.",
        f"How far the session stands for usual care is a parameter (mean {deviation.mean:.2f} prior sd); the bands "
        "contain it.",
        "The child learns by the Rescorla-Wagner rule with parameters from the registry's priors; none is fitted here.",
        "An episode whose outcome was not seen lets time pass and teaches nothing; one cut short by the next cue "
        "teaches as far as an answer could have come by then.",
        f"Need is taken as {NEED_OF_BID:.2f} for a bid and {NEED_OF_DISTRESS:.2f} for distress; age as {told}.",
    )
