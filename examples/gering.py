"""Contingent answering at 12 months and vocabulary at 17: a hierarchical analysis of the 125 dyads of the gering data.

The data (Gering, masters_project, CC0) are not part of bowlby; the folder ../shared/data/records holds them.
Run from the project's folder as: python examples/gering.py ../shared/data/records/mother_infant_csv docs/figures
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from jax.scipy.special import gammaln

from bowlby.inference.choices.psis import loo
from bowlby.inference.choices.sampling import SamplerSettings, nuts
from bowlby.inference.weights import smooth
from bowlby.reporting.palette import CONFIG, DEPRIVATION, INK

FILE = "gering_SCC_ID_data_blinded_stage1.csv"
COMMON = {
    "answering": (0.5, 1.0),
    "answering_by_education": (0.0, 0.5),
    "log_answering_spread": None,
    "acts": (1.0, 1.0),
    "acts_by_education": (0.0, 0.5),
    "log_acts_spread": None,
    "vocabulary": (3.3, 1.0),
    "vocabulary_by_answering": (0.0, 0.5),
    "vocabulary_by_acts": (0.0, 0.5),
    "vocabulary_by_education": (0.0, 0.5),
    "vocabulary_by_age": (0.0, 0.5),
    "log_dispersion": (0.5, 1.0),
}
"""Normal priors (mean, sd) of what is common, on logit and log scales; spreads are half-normal with sd 1."""
SLOPES = tuple(name for name in COMMON if "_by_" in name)


class Dyads(NamedTuple):
    """What the likelihood conditions on, one entry a dyad.

    Args:
        acts: communicative acts of the child.
        answered: those of them that the caregiver answered on their topic.
        minutes: of play that were coded.
        education: 1 for a degree, less the mean.
        age: at the vocabulary questionnaire, in sds; 0 where it is missing.
        words: on the questionnaire; 0 where it is missing.
        known: 1 where words and age are known.
        pooled: 1 for partial pooling; 0 takes all dyads as alike.
        power: exponent of the priors of what is common.
    """

    acts: np.ndarray
    answered: np.ndarray
    minutes: np.ndarray
    education: np.ndarray
    age: np.ndarray
    words: np.ndarray
    known: np.ndarray
    pooled: float = 1.0
    power: float = 1.0


def read(folder: Path) -> Dyads:
    """Return the dyads in the file; rows without a participant are blank."""
    table = pl.read_csv(folder / FILE, null_values=["NA", ""]).filter(pl.col("participant").is_not_null())
    columns = {name: table[name].cast(pl.Float64).to_numpy() for name in table.columns if name != "condition"}
    age, words = columns["age_at_survey"], columns["seventeen_cdi_vocab_count"]
    known = ~np.isnan(age) & ~np.isnan(words)
    education = columns["caregiver_education"]
    return Dyads(
        columns["twelve_pca_count"],
        columns["twelve_sc_pca_only_count"],
        columns["twelve_length"] / 60.0,
        education - education.mean(),
        np.where(known, (age - age[known].mean()) / age[known].std(), 0.0),
        np.where(known, words, 0.0),
        known.astype(float),
    )


def parts(unknowns: Any, dyads: int) -> tuple[dict[str, Any], Any, Any]:
    """Return what is common by name, and each dyad's standardised answering and acts."""
    count = len(COMMON)
    common = {name: unknowns[..., place] for place, name in enumerate(COMMON)}
    return common, unknowns[..., count : count + dyads], unknowns[..., count + dyads :]


class Care(NamedTuple):
    """Each dyad's log odds of an answer, log acts a minute, and log words expected."""

    answering: Any
    acts: Any
    words: Any


def care(unknowns: Any, data: Dyads) -> Care:
    """Return what each dyad is like under one vector of unknowns."""
    common, of_answering, of_acts = parts(unknowns, len(data.acts))
    z = data.pooled * of_answering
    answering = common["answering"] + common["answering_by_education"] * data.education
    acts = common["acts"] + common["acts_by_education"] * data.education - jnp.log(5.0)
    words = (
        common["vocabulary"]
        + common["vocabulary_by_answering"] * z
        + common["vocabulary_by_acts"] * of_acts
        + common["vocabulary_by_education"] * data.education
        + common["vocabulary_by_age"] * data.age
    )
    return Care(
        answering + jnp.exp(common["log_answering_spread"]) * z,
        acts + jnp.exp(common["log_acts_spread"]) * of_acts,
        words,
    )


def log_prior(unknowns: Any) -> Any:
    """Return the log prior of what is common."""
    total = 0.0
    for place, prior in enumerate(COMMON.values()):
        at = unknowns[..., place]
        total = total + (at - 0.5 * jnp.exp(2 * at) if prior is None else -0.5 * ((at - prior[0]) / prior[1]) ** 2)
    return total


def log_likelihoods(unknowns: Any, data: Dyads) -> tuple[Any, Any, Any]:
    """Return each dyad's log likelihood of its answers (binomial), acts (Poisson) and words (negative binomial)."""
    known, shape = care(unknowns, data), jnp.exp(parts(unknowns, len(data.acts))[0]["log_dispersion"])
    choose = gammaln(data.acts + 1) - gammaln(data.answered + 1) - gammaln(data.acts - data.answered + 1)
    answers = choose + data.answered * known.answering - data.acts * jax.nn.softplus(known.answering)
    log_expected = known.acts + jnp.log(data.minutes)
    acts = data.acts * log_expected - jnp.exp(log_expected) - gammaln(data.acts + 1)
    total = jnp.logaddexp(known.words, jnp.log(shape))
    words = (
        gammaln(data.words + shape) - gammaln(shape) - gammaln(data.words + 1)
        + shape * (jnp.log(shape) - total) + data.words * (known.words - total)
    )  # fmt: skip
    return answers, acts, data.known * words


def log_density(unknowns: Any, data: Dyads) -> Any:
    """Return the log posterior density up to a constant."""
    of_dyads = -0.5 * jnp.sum(unknowns[len(COMMON) :] ** 2)
    return data.power * log_prior(unknowns) + of_dyads + sum(jnp.sum(one) for one in log_likelihoods(unknowns, data))


@dataclass(frozen=True)
class Result:
    """Draws with their diagnostics.

    Args:
        draws: shape (draws, unknowns).
        divergences: divergent transitions.
        r_hat: the largest.
        ess: the smallest.
    """

    draws: np.ndarray
    divergences: int
    r_hat: float
    ess: float

    def common(self, name: str) -> np.ndarray:
        """Return draws of one of what is common."""
        return self.draws[:, list(COMMON).index(name)]


def sample(data: Dyads, settings: SamplerSettings, seed: int) -> Result:
    """Return the posterior by bowlby's NUTS."""
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    start = np.zeros(len(COMMON) + 2 * len(data.acts))
    start[: len(COMMON)] = [-1.0 if prior is None else prior[0] for prior in COMMON.values()]
    found = nuts(log_density, data, start, settings, seed)
    r_hat, ess = split_gelman_rubin(found.unknowns), effective_sample_size(found.unknowns)
    flat = found.unknowns.reshape(-1, len(start))
    return Result(flat, int(found.diverging.sum()), float(np.max(r_hat)), float(np.min(ess)))


def batched(function: Callable[[Any, Dyads], Any], draws: np.ndarray, data: Dyads) -> Any:
    """Return a function of one vector at every draw."""
    with jax.enable_x64(True):
        found = jax.jit(jax.vmap(lambda one: function(one, data)))(jnp.asarray(draws))
        return jax.tree.map(np.asarray, found)


def without_feedback(data: Dyads, settings: SamplerSettings, seed: int, left_out: int = 0) -> tuple[float, float]:
    """Return vocabulary's slope on answering and its standard error, vocabulary having no say in what answering was.

    So many of the largest vocabularies may be left out, to see how far the slope hangs on them.

    Answering is taken at its posterior mean given acts and answers alone (regression calibration, Carroll et al. 2006,
    Measurement error in nonlinear models); the rest is maximum likelihood.
    """
    from scipy.optimize import minimize

    blind = sample(data._replace(known=0.0 * data.known), settings, seed)
    names = [place for place, name in enumerate(COMMON) if name.startswith(("vocabulary", "log_dispersion"))]
    fixed = blind.draws.mean(axis=0)
    largest = np.argsort(data.words)[len(data.words) - left_out :]
    rest = data._replace(known=np.where(np.isin(np.arange(len(data.words)), largest), 0.0, data.known))
    with jax.enable_x64(True):

        @jax.jit
        def loss(free: jax.Array) -> jax.Array:
            return -jnp.sum(log_likelihoods(jnp.asarray(fixed).at[jnp.array(names)].set(free), rest)[2])

        best = minimize(jax.value_and_grad(loss), fixed[names], jac=True, method="BFGS").x
        covariance = np.linalg.inv(np.asarray(jax.hessian(loss)(jnp.asarray(best))))
    place = names.index(list(COMMON).index("vocabulary_by_answering"))
    return float(best[place]), float(np.sqrt(covariance[place, place]))


def interval(draws: np.ndarray) -> str:
    """Return mean and 90 % interval as text."""
    low, high = np.quantile(draws, [0.05, 0.95])
    return f"{draws.mean():.2f} ({low:.2f} to {high:.2f})"


def figures(data: Dyads, acts: Any, answered: Any, words: Any) -> dict[str, float]:
    """Return what the predictive check counts, in units that a lab knows."""
    some = acts > 0
    shares = answered[some] / acts[some]
    asked = words[data.known > 0]
    return {
        "dyads without a communicative act": float((~some).sum()),
        "variance over mean of acts": float(acts.var() / acts.mean()),
        "dyads with every act answered": float((shares == 1).sum()),
        "dyads with no act answered, of those with any": float((shares == 0).sum()),
        "median vocabulary, words": float(np.median(asked)),
        "90th percentile of vocabulary, words": float(np.quantile(asked, 0.9)),
        "children with 5 words or fewer": float((asked <= 5).sum()),
        "rank correlation of share answered and vocabulary": _rank_correlation(
            answered[some & (data.known > 0)] / acts[some & (data.known > 0)], words[some & (data.known > 0)]
        ),
    }


def _rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(one, other).statistic) if one.std() and other.std() else 0.0


def predicted(result: Result, data: Dyads, draws: int, seed: int) -> list[dict[str, float]]:
    """Return the same figures of new dyads with the same covariates, one a draw."""
    rng = np.random.default_rng(seed)
    chosen = result.draws[np.linspace(0, len(result.draws) - 1, draws).astype(int)].copy()
    chosen[:, len(COMMON) :] = rng.standard_normal(chosen[:, len(COMMON) :].shape)
    known = batched(care, chosen, data)
    found: list[dict[str, float]] = []
    for place, one in enumerate(chosen):
        acts = rng.poisson(np.exp(known.acts[place]) * data.minutes)
        answered = rng.binomial(acts, 1 / (1 + np.exp(-known.answering[place])))
        shape = np.exp(one[list(COMMON).index("log_dispersion")])
        words = rng.poisson(rng.gamma(shape, np.exp(known.words[place]) / shape))
        found.append(figures(data, acts.astype(float), answered.astype(float), words.astype(float)))
    return found


def check_table(observed: Mapping[str, float], new: list[dict[str, float]]) -> str:
    """Return the predictive check as markdown."""
    lines = ["| figure | observed | predicted, 90 % |", "|---|---|---|"]
    for name, value in observed.items():
        low, high = np.quantile([one[name] for one in new], [0.05, 0.95])
        lines.append(f"| {name} | {value:.2f} | {low:.2f} to {high:.2f}{'' if low <= value <= high else ', outside'} |")
    return "\n".join(lines)


def sensitivity_table(result: Result) -> str:
    """Return slopes under the common priors to the powers 1/2 and 2, by smoothed weights, as markdown."""
    prior = batched(lambda one, _: log_prior(one), result.draws, _NONE)
    lines = ["| slope | prior to the power 1/2 | as it is | to the power 2 | worst Pareto k |", "|---|---|---|---|---|"]
    weighed = [smooth((power - 1.0) * prior) for power in (0.5, 2.0)]
    for name in (*SLOPES, "log_answering_spread"):
        draws = result.common(name)
        shown = []
        for found in weighed:
            mean = found.weights @ draws
            shown.append(f"{mean:.2f}, sd {np.sqrt(found.weights @ (draws - mean) ** 2):.2f}")
        now = f"{draws.mean():.2f}, sd {draws.std():.2f}"
        lines.append(f"| {name} | {shown[0]} | {now} | {shown[1]} | {max(one.pareto_k for one in weighed):.2f} |")
    return "\n".join(lines)


_NONE = Dyads(*(np.zeros(0),) * 7)


def shrinkage(result: Result, data: Dyads) -> dict[str, Any]:
    """Return the figure of raw and pooled shares answered by number of acts."""
    share = 1 / (1 + np.exp(-batched(care, result.draws[::4], data).answering))
    low, high = np.quantile(share, [0.05, 0.95], axis=0)
    mean = share.mean(axis=0)
    rng = np.random.default_rng(1)
    rows = [
        {"acts": acts + rng.uniform(-0.3, 0.3), "pooled": mean[i], "low": low[i], "high": high[i]}
        | ({"raw": data.answered[i] / acts} if acts else {})
        for i, acts in enumerate(data.acts)
    ]
    across = {"field": "acts", "type": "quantitative", "title": "communicative acts of the child in five minutes"}
    y = {"field": "pooled", "type": "quantitative", "title": "share answered on topic", "scale": {"domain": [0, 1]}}
    return {
        "width": 460,
        "height": 260,
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rule", "opacity": 0.35, "color": DEPRIVATION},
                "encoding": {"x": across, "y": y | {"field": "low"}, "y2": {"field": "high"}},
            },
            {"mark": {"type": "point", "filled": True, "color": DEPRIVATION}, "encoding": {"x": across, "y": y}},
            {
                "mark": {"type": "point", "shape": "cross", "color": INK, "opacity": 0.6},
                "encoding": {"x": across, "y": y | {"field": "raw"}},
            },
        ],
    }


def slopes(result: Result) -> dict[str, Any]:
    """Return the figure of vocabulary's slopes with their 90 % intervals, beside the prior's."""
    rows = []
    for name in SLOPES[2:]:
        low, high = np.quantile(result.common(name), [0.05, 0.95])
        label = name.replace("vocabulary_by_", "")
        rows.append({"slope": label, "mean": result.common(name).mean(), "low": low, "high": high})
    x = {"field": "low", "type": "quantitative", "title": "change of log vocabulary for one sd (education: a degree)"}
    y = {"field": "slope", "type": "nominal", "title": None, "sort": None}
    return {
        "width": 420,
        "height": 130,
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 9, "opacity": 0.12, "color": INK},
                "encoding": {"x": {"datum": -1.645 * 0.5}, "x2": {"datum": 1.645 * 0.5}, "y": y},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 3, "color": DEPRIVATION},
                "encoding": {"x": x, "x2": {"field": "high"}, "y": y},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "color": DEPRIVATION},
                "encoding": {"x": x | {"field": "mean"}, "y": y},
            },
            {"mark": {"type": "rule", "strokeDash": [4, 3], "color": INK}, "encoding": {"x": {"datum": 0}}},
        ],
    }


def drawn(spec: dict[str, Any], path: Path) -> None:
    """Write a figure as PNG; the specification, which holds a row a dyad, is not kept."""
    import vl_convert

    schema = "https://vega.github.io/schema/vega-lite/v6.json"
    whole = {"$schema": schema, **spec, "config": {**CONFIG, "background": "white"}}
    path.write_bytes(vl_convert.vegalite_to_png(json.dumps(whole), scale=1.0))
    sys.stdout.write(f"{path} {path.stat().st_size // 1024} KB\n")


def report(data: Dyads, settings: SamplerSettings, folder: Path | None) -> str:
    """Return all figures as text, and draw where a folder is given."""
    whole = sample(data, settings, 1)
    alike = sample(data._replace(pooled=0.0), settings, 2)
    spread = np.exp(whole.common("log_answering_spread"))
    slopes_alone = [without_feedback(data, settings, 4, left_out) for left_out in (0, 10)]
    answers = [batched(log_likelihoods, one.draws[::4], with_)[0] for one, with_ in _both(whole, alike, data)]
    some = data.acts > 0
    scores = [loo(one[:, some]) for one in answers]
    gain = scores[0].elpd - scores[1].elpd
    lines = [
        f"{len(data.acts)} dyads, {int(some.sum())} with any act, {int(data.acts.sum())} acts, "
        f"{int(data.answered.sum())} answered on topic; vocabulary of {int(data.known.sum())}.",
        f"NUTS: {whole.divergences} divergences, R-hat {whole.r_hat:.3f}, least effective draws {whole.ess:.0f}.",
        f"share answered by a typical dyad: {interval(1 / (1 + np.exp(-whole.common('answering'))))}",
        f"spread over dyads, logit: {interval(spread)}",
        f"pooled partially against all alike, elpd: {gain.sum():+.1f} (se {np.sqrt(len(gain)) * gain.std():.1f}; "
        f"{scores[0].unreliable} of {len(gain)} points with k > .7)",
        f"acts in five minutes of a typical dyad: {interval(np.exp(whole.common('acts')))}",
        f"spread over dyads, log: {interval(np.exp(whole.common('log_acts_spread')))}",
        *(f"{name}: {interval(whole.common(name))}, P(>0) {np.mean(whole.common(name) > 0):.2f}" for name in SLOPES),
        *(
            f"vocabulary_by_answering without feedback, {out} largest vocabularies left out: {one:.2f} (se {error:.2f})"
            for out, (one, error) in zip((0, 10), slopes_alone, strict=True)
        ),
        f"dispersion of vocabulary (shape): {interval(np.exp(whole.common('log_dispersion')))}",
        "",
        check_table(figures(data, data.acts, data.answered, data.words), predicted(whole, data, 500, 3)),
        "",
        sensitivity_table(whole),
    ]
    if folder is not None:
        drawn(shrinkage(whole, data), folder / "gering-shares.png")
        drawn(slopes(whole), folder / "gering-slopes.png")
    return "\n".join(lines)


def _both(whole: Result, alike: Result, data: Dyads) -> list[tuple[Result, Dyads]]:
    return [(whole, data), (alike, data._replace(pooled=0.0))]


def main(folder: Path, figures_to: Path) -> None:
    """Analyse the data where they are; say so where they are not."""
    if not (folder / FILE).exists():
        sys.stdout.write(f"skipped: {folder / FILE} is not here\n")
        return
    sys.stdout.write(report(read(folder), SamplerSettings(4, 500, 1000), figures_to) + "\n")


if __name__ == "__main__":
    main(
        Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/records/mother_infant_csv"),
        Path(sys.argv[2] if len(sys.argv) > 2 else "docs/figures"),
    )
