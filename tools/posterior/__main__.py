"""`python -m tools.posterior`: make the posterior that is shipped; an interrupted run goes on."""

from __future__ import annotations

import argparse
import sys
from importlib.resources import files
from pathlib import Path


def main() -> None:
    """Make it as the command line asks."""
    from bowlby.recovery.training_records import TrainingPlan
    from bowlby.simulation.entry import prepare_jax
    from tools.posterior.make import make_posterior

    parser = argparse.ArgumentParser(prog="python -m tools.posterior", description=__doc__)
    parser.add_argument("--families", type=int, default=40960)
    parser.add_argument("--seed", type=int, default=1907)
    parser.add_argument("--records", type=Path, default=Path("build/posterior"), help="where records are kept")
    parser.add_argument("--output", type=Path, default=Path(str(files("bowlby.inference.care"))))
    given = parser.parse_args()
    prepare_jax()
    make_posterior(TrainingPlan(given.families, seed=given.seed), given.records, given.output, _say)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
