"""Posteriors that several tests look at, computed once."""

from __future__ import annotations

import pytest

from bowlby.infer.posterior import Posterior, posterior
from bowlby.records.identity import coded_as_itself
from bowlby.simulate.dyad import simulate_dyad


@pytest.fixture(scope="session")
def usual() -> Posterior:
    return posterior(coded_as_itself(simulate_dyad("usual", seed=1)), seed=1)
