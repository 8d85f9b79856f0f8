"""`python -m bowlby.evidence.population_fit.run`: fits the populations anew and writes their reference file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import bowlby.model.life.population as model
from bowlby.atomic import write_text
from bowlby.evidence.population_fit import stability
from bowlby.evidence.population_fit.bank import FamilyBank, kept_bank
from bowlby.evidence.population_fit.fit import KEPT, FitTarget, PopulationPosterior, figures, sample, targets
from bowlby.evidence.published.finding import Finding, shipped_findings
from bowlby.evidence.published.validate import BEHIND
from bowlby.evidence.published.vocabulary import FindingMetric
from bowlby.model.life.population import NAMES, PRIOR_MEAN, PRIOR_SD, RISK, RISK_SHARE, of_vector
from bowlby.source import source

FAMILIES = 24_576
CHILDREN = 2560
SEED = 2026
VERSION = 4


def calibrated(folder: Path, families: int = FAMILIES, children: int = CHILDREN) -> dict[str, Any]:
    """Return what the reference file says: rows, posterior, continuity, training and how well each row is met.

    Args:
        folder: where the bank is kept under a name of its code and data, so that an interrupted run goes on and no bank
            outlives the model that it was made with.
        families: in the bank.
        children: in each run of stability and training.

    Returns:
        Plain values.

    Raises:
        FitError: the bank covers no population near the prior.
        OutputError: the bank cannot be kept.
    """
    rows = shipped_findings("calibrate")
    wanted = targets(rows)
    name = f"bank-{families}-{SEED}-{source(*BEHIND)[:16]}.npz"
    bank = kept_bank(folder / name, families, SEED, lambda done: _say(f"bank {done}"))
    posterior = sample(bank, wanted, SEED, told=lambda done, of: _say(f"draw {done} of {of}"))
    centre = posterior.mean
    _say("stability and training")
    kappas = [stability.stability(of_vector(centre, "pooled", one), children, SEED) for one in stability.CONTINUITIES]
    kappa = _row(rows, FindingMetric.KAPPA)
    continuity = stability.solve(stability.CONTINUITIES, tuple(kappas), kappa.estimate, stability.KAPPA_ERROR)
    effects = stability.training_effects(of_vector(centre), stability.TRAININGS, children, SEED)
    training = stability.solve(stability.TRAININGS, effects, _row(rows, FindingMetric.D).estimate, stability.D_ERROR)
    return {
        "version": VERSION,
        "made_by": "python -m bowlby.evidence.population_fit.run",
        "seed": SEED,
        "families": families,
        "children": children,
        "rows": [_said(one) for one in rows],
        "assumed": {"risk_share": RISK_SHARE, "risk_direction": {str(one): by for one, by in RISK.items()}},
        "posterior": _posterior(posterior),
        "met": _met(bank, posterior, wanted),
        "continuity": continuity.as_dict() | {"row": kappa.id},
        "training": training.as_dict() | {"row": _row(rows, FindingMetric.D).id},
    }


def _row(rows: tuple[Finding, ...], metric: FindingMetric) -> Finding:
    (found,) = [one for one in rows if one.metric is metric]
    return found


def _said(one: Finding) -> dict[str, object]:
    return {"id": one.id, "metric": str(one.metric), "estimate": one.estimate, "citation": one.citation}


def _posterior(posterior: PopulationPosterior) -> dict[str, object]:
    return {
        "names": list(NAMES),
        "mean": _short(posterior.mean),
        "sd": _short(posterior.sd),
        "prior_mean": _short(PRIOR_MEAN),
        "prior_sd": _short(PRIOR_SD),
        "stays_at_prior": posterior.stays_at_prior(),
        "worth": round(posterior.found.ess),
        "khat": round(posterior.found.pareto_k, 3),
        "draws": [_short(draw) for draw in posterior.evenly(KEPT)],
    }


def _met(bank: FamilyBank, posterior: PopulationPosterior, wanted: tuple[FitTarget, ...]) -> list[dict[str, object]]:
    """Return what the bank says of each row at the posterior mean, over its draws, and under the prior."""
    at_mean, worth = figures(bank, posterior.mean, wanted)
    over = np.array([figures(bank, draw, wanted)[0] for draw in posterior.evenly(200)])
    prior = figures(bank, PRIOR_MEAN, wanted)[0]
    return [
        {
            "id": one.finding.id,
            "published": one.finding.estimate,
            "model": float(f"{at_mean[place]:.4g}"),
            "low": float(f"{np.quantile(over[:, place], 0.025):.4g}"),
            "high": float(f"{np.quantile(over[:, place], 0.975):.4g}"),
            "at_prior_mean": float(f"{prior[place]:.4g}"),
            "families_worth": round(worth),
        }
        for place, one in enumerate(wanted)
    ]


def _short(values: Any) -> list[float]:
    return [float(f"{value:.5g}") for value in values]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(folder: Path) -> None:
    """Fit and write the reference file beside the model that reads it.

    Args:
        folder: where the bank is kept.

    Raises:
        OutputError: a file cannot be written.
    """
    found = calibrated(folder)
    target = Path(model.__file__).with_name("populations.json")
    write_text(target, json.dumps(found, indent=1) + "\n", force=True)


if __name__ == "__main__":
    from bowlby.simulation.entry import prepare_jax

    prepare_jax()
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
