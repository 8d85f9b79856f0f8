"""One hierarchical fit: effective samples a second against PyMC with nutpie, on the same model, data and posterior.

Rescorla-Wagner, 50 children by 200 trials, learning rate and inverse temperature partially pooled, children's own
values as the unknowns on both sides (for this much data the better choice for both). Four chains of 500 warm-up and
1000 kept transitions over all cores; compilation is left out on both sides. Runs alternate; each side is held to its
best.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bench import Row
from bowlby.simulation.entry import prepare_jax

if TYPE_CHECKING:
    import numpy as np

    from bowlby.inference.choices.trials import Trials

CHILDREN, TRIALS = 50, 200
CHAINS, WARMUP, DRAWS = 4, 500, 1000
REPEATS = int(os.environ.get("BENCH_REPEATS", "3"))
ALLOWED_SD = 4.0
"""Means may differ by this many Monte Carlo errors; one of 104 does once in 150 runs."""


@dataclass(frozen=True)
class Run:
    """One fit: draws of means, spreads and children's values, shape (chains, draws, quantities), and its cost."""

    draws: np.ndarray
    wall: float
    processor: float

    def ess(self) -> float:
        """Return the smallest bulk effective sample size over all quantities."""
        return float(self.each().min())

    def each(self) -> np.ndarray:
        """Return the bulk effective sample size of every quantity, by ArviZ for both sides."""
        import arviz
        import numpy as np

        return np.array([float(arviz.ess(self.draws[..., k])) for k in range(self.draws.shape[-1])])


def timed(work: Callable[[], np.ndarray]) -> Run:
    """Return what some work drew and what it cost."""
    wall, processor = time.perf_counter(), time.process_time()
    draws = work()
    return Run(draws, time.perf_counter() - wall, time.process_time() - processor)


def data() -> Trials:
    """Return the trials that both sides fit."""
    from bowlby.inference.choices.hierarchy import Hierarchy
    from bowlby.recovery.choices import ChoiceDesign, simulate

    return simulate(Hierarchy(), ChoiceDesign(CHILDREN, 1, TRIALS), 1, typical=True).trials


def ours(trials: Trials) -> Callable[[int], np.ndarray]:
    """Return our fit, compiled."""
    import numpy as np

    from bowlby.inference.choices.fit import fit_nuts
    from bowlby.inference.choices.hierarchy import Hierarchy, hierarchy_problem
    from bowlby.inference.choices.sampling import SamplerSettings

    problem = hierarchy_problem(trials, Hierarchy(centred=("learning_rate", "inverse_temperature")))
    settings = SamplerSettings(CHAINS, WARMUP, DRAWS)

    def run(seed: int) -> np.ndarray:
        found = fit_nuts(problem, settings, seed)
        free, common = found.free, found.population
        names = ("learning_rate", "inverse_temperature")
        spreads = [np.log(common[f"{name}_spread"]) for name in names]
        means = [problem.layout.model.free[k].transform for k in range(2)]
        logit, log = np.log(common[names[0]] / (1 - common[names[0]])), np.log(common[names[1]])
        assert [str(one) for one in means] == ["logit", "log"]
        return np.concatenate([np.stack([logit, log, *spreads], axis=-1), free[:, :, 0], free[:, :, 1]], axis=-1)

    run(0)
    return run


def theirs(trials: Trials, backend: str) -> Callable[[int], np.ndarray]:
    """Return the same model in PyMC, compiled for nutpie; ImportError without them."""
    import numpy as np
    import nutpie
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt

    from bowlby.inference.choices.hierarchy import CHILD_SPREAD
    from bowlby.model.rules.policy import INVERSE_TEMPERATURE
    from bowlby.model.rules.rescorla_wagner import LEARNING_RATE

    act = trials.padded("act").astype("int64")
    outcome = trials.padded("outcome").astype("float64")
    chosen = (act[..., None] == np.arange(2)).astype("float64")
    rate, temperature = LEARNING_RATE.prior, INVERSE_TEMPERATURE.prior
    assert rate is not None and temperature is not None
    location = np.array([rate.location, temperature.location])
    scale = np.array([rate.scale, temperature.scale])
    with pm.Model() as model:
        mean = pm.Normal("mean", location, scale, shape=2)
        spread = pm.HalfNormal("spread", CHILD_SPREAD * scale, shape=2)
        own = pm.Normal("own", mean[:, None], spread[:, None], shape=(2, CHILDREN))
        alpha, beta = pm.math.sigmoid(own[0]), pt.exp(own[1])

        def learn(hot: pt.TensorVariable, met: pt.TensorVariable, value: pt.TensorVariable, share: pt.TensorVariable):
            return value + share[:, None] * hot * (met[:, None] - value)

        first = pt.as_tensor(np.full((CHILDREN, 2), 0.5))
        values = pytensor.scan(
            learn,
            sequences=[pt.as_tensor(chosen), pt.as_tensor(outcome)],
            outputs_info=[first],
            non_sequences=[alpha],
            strict=True,
            return_updates=False,
        )
        before = pt.concatenate([first[None], values[:-1]], axis=0)
        # Two acts: the softmax is a sigmoid of the difference, which is the quickest form here.
        logit = beta * (before[..., 1] - before[..., 0])
        pm.Bernoulli("act", logit_p=logit, observed=act)
    compiled = nutpie.compile_pymc_model(model, backend=backend)

    def run(seed: int) -> np.ndarray:
        found = nutpie.sample(
            compiled,
            draws=DRAWS,
            tune=WARMUP,
            chains=CHAINS,
            cores=os.cpu_count(),
            seed=seed,
            progress_bar=False,
        ).posterior
        own = found["own"].to_numpy()
        return np.concatenate(
            [found["mean"].to_numpy(), np.log(found["spread"].to_numpy()), own[:, :, 0], own[:, :, 1]], axis=-1
        )

    run(0)
    return run


def disagreement(one: Run, other: Run) -> float:
    """Return the largest difference of two posteriors' means, in Monte Carlo errors."""
    import numpy as np

    first, second = one.draws.reshape(-1, one.draws.shape[-1]), other.draws.reshape(-1, other.draws.shape[-1])
    error = np.sqrt(first.var(axis=0) / one.each() + second.var(axis=0) / other.each())
    return float(np.max(np.abs(first.mean(axis=0) - second.mean(axis=0)) / error))


def run() -> list[Row]:
    """Fit both sides in turns and return effective samples a second, in wall and in processor time."""
    prepare_jax()
    trials = data()
    mine = ours(trials)
    rows: list[Row] = []
    for backend in ("numba", "jax"):
        what = f"hierarchical fit, {CHILDREN} x {TRIALS}, effective samples/s, PyMC on {backend}"
        try:
            peer = theirs(trials, backend)
        except ImportError as missing:
            rows.append(Row(what, "", f"{missing.name} is not installed", 0.0, None))
            continue
        seeds = range(1, REPEATS + 1)
        pairs = [(timed(partial(mine, seed)), timed(partial(peer, seed))) for seed in seeds]
        worst = max(disagreement(*pair) for pair in pairs)
        if worst > ALLOWED_SD:
            raise AssertionError(f"the posteriors differ by {worst:.1f} Monte Carlo errors")
        for clock in ("wall", "processor"):
            own, other = (max(pair[k].ess() / getattr(pair[k], clock) for pair in pairs) for k in (0, 1))
            rows.append(
                Row(
                    f"{what}, {clock} time (posteriors agree to {worst:.1f} Monte Carlo errors)",
                    f"{own:.0f}",
                    f"{other:.0f}, nutpie",
                    own / other,
                    2.0 if clock == "wall" else None,
                )
            )
    return rows
