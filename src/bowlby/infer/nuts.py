"""The posterior by the no-U-turn sampler: slower than the fast one, and what that one is checked against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import jax
import numpy as np
import numpy.typing as npt

from bowlby.infer.density import Data, log_density

if TYPE_CHECKING:
    from numpyro.infer import MCMC

Floats = npt.NDArray[np.float64]

CHAINS = 2
WARMUP = 400
DRAWS = 1000


@dataclass(frozen=True)
class Sampled:
    """Draws of the standardised unknowns by NUTS.

    Args:
        draws: shape (chains, draws, unknowns).
        divergences: divergent transitions, >= 0.
        r_hat: largest split R-hat over unknowns.
        ess: smallest effective sample size over unknowns.
    """

    draws: Floats
    divergences: int
    r_hat: float
    ess: float


def sample(data: Data, start: Floats, seed: int) -> Sampled:
    """Return draws by NUTS (Hoffman & Gelman 2014, JMLR 15:1593) with NumPyro.

    Args:
        data: padded evidence.
        start: shape (unknowns,), where the chains begin; the mode of the fast posterior.
        seed: 0 <= seed < 2**63.

    Returns:
        Draws with their diagnostics.

    Raises:
        Nothing; trouble shows in the diagnostics.
    """
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    with jax.enable_x64(True):
        mcmc = sampler(len(start))
        first = {"unknowns": np.repeat(start[None], CHAINS, axis=0)}
        mcmc.run(jax.random.key(seed), data, init_params=first, extra_fields=("diverging",))
        draws = np.asarray(mcmc.get_samples(group_by_chain=True)["unknowns"])
        diverging = int(np.asarray(mcmc.get_extra_fields()["diverging"]).sum())
    return Sampled(
        draws, diverging, float(np.max(split_gelman_rubin(draws))), float(np.min(effective_sample_size(draws)))
    )


@cache
def sampler(unknowns: int) -> MCMC:
    """Return a sampler that keeps its compiled program for data of the same padded size.

    Args:
        unknowns: number of unknowns, >= 1.

    Returns:
        NumPyro's sampler over `log_density`.
    """
    import numpyro
    from numpyro.distributions import ImproperUniform, constraints
    from numpyro.infer import MCMC, NUTS

    def model(data: Data) -> None:
        standard = numpyro.sample("unknowns", ImproperUniform(constraints.real_vector, (), (unknowns,)))
        numpyro.factor("posterior", log_density(jax.numpy.asarray(standard), data))

    return MCMC(
        NUTS(model),
        num_warmup=WARMUP,
        num_samples=DRAWS,
        num_chains=CHAINS,
        chain_method="sequential",
        jit_model_args=True,
        progress_bar=False,
    )
