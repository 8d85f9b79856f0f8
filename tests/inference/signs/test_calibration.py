"""Held-out simulated children seen by simulated raters: the stated probabilities are the shares that come true."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bowlby.inference.signs.posterior import Responses, weigh_children
from bowlby.model.signs.accuracy import (
    GENERAL_SPREAD,
    INFORMANTS,
    OCCASION,
    SHOWS_IN_SETTING,
    UNEXPLAINED_PRIOR,
    UNEXPLAINED_RATES,
    Informant,
)
from bowlby.model.signs.observation import Observation, ObservedValue, SignEvidence, weigh_reports
from bowlby.model.signs.reference import ReferenceChildren, load_reference
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.response import GENERAL_NODES, intercept
from bowlby.model.signs.sign import Setting

AGE = 60.0
STATES = ("threat_expectation", "comfort_expectation", "worth", "efficacy", "social_cognition")
EDGES = np.array([0.0, 0.05, 0.1, 0.2, 0.4, 1.0])
WHO = (
    (Informant.CAREGIVER, Setting.HOME),
    (Informant.TEACHER, Setting.PRESCHOOL),
    (Informant.OBSERVER, Setting.VISIT),
)


def some(children: ReferenceChildren, which: np.ndarray) -> ReferenceChildren:
    def pick(rows):
        return {name: row[which] for name, row in rows.items()}

    return ReferenceChildren(children.age, pick(children.values), pick(children.scores), pick(children.hard))


class Raters:
    """Draw true signs and reports; general liability from its normal, not from the nodes that the posterior uses."""

    def __init__(self, children: ReferenceChildren, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.children = children
        self.logits = {name: self._logits(name) for name in SIGNS}

    def _logits(self, name: str) -> np.ndarray:
        slopes = SIGNS[name].slopes()
        linear = np.sum([slope * self.children.scores[state] for state, slope in slopes.items()], axis=0)
        return linear + intercept(linear[:, None] + GENERAL_NODES, SIGNS[name].base_rate)

    def reports(self, child: int) -> dict[str, list[Observation]]:
        rng = self.rng
        general = GENERAL_SPREAD * rng.standard_normal()
        rate = rng.beta(*UNEXPLAINED_RATES) if rng.random() < UNEXPLAINED_PRIOR else None
        who = [WHO[k] for k in rng.permutation(3)[: rng.integers(1, 4)]]
        occasions = int(rng.integers(1, 4))
        found: dict[str, list[Observation]] = {}
        for name in rng.permutation(list(SIGNS))[: rng.integers(3, len(SIGNS))]:
            logit = self.logits[name][child] + general
            shows = rng.random() < (1 / (1 + np.exp(-logit)) if rate is None else rate)
            found[str(name)] = self._seen(str(name), bool(shows), who, occasions)
        return {name: reports for name, reports in found.items() if reports}

    def _seen(self, name: str, shows: bool, who, occasions: int) -> list[Observation]:
        reports: list[Observation] = []
        for informant, setting in who:
            there = self.rng.random() < (SHOWS_IN_SETTING.hit if shows else SHOWS_IN_SETTING.false)
            seen = self.rng.random() < (INFORMANTS[informant].hit if there else INFORMANTS[informant].false)
            said = self.rng.random(occasions) < (OCCASION.hit if seen else OCCASION.false)
            reports += [
                Observation(name, ObservedValue.PRESENT if yes else ObservedValue.ABSENT, informant, setting)
                for yes in said
                if setting in SIGNS[name].settings
            ]
        return reports


FOLDS = 4


def stated_and_true(children_a_fold: int, sharper: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return stated probabilities and truths, each (states, children): every fold is read against the three others."""
    children = load_reference().at(AGE)
    number = np.arange(children.count)
    told: list[np.ndarray] = []
    true: list[np.ndarray] = []
    for fold in range(FOLDS):
        held = number[number % FOLDS == fold][:: children.count // FOLDS // children_a_fold]
        raters = Raters(children, seed=20 + fold)
        responses = Responses(some(children, number % FOLDS != fold))
        hard = np.array([responses.children.hard[state] for state in STATES])
        for child in held:
            evidence = {name: sharp(weigh_reports(own), sharper) for name, own in raters.reports(int(child)).items()}
            told.append(hard @ weigh_children(responses, evidence).child)
            true.append(np.array([children.hard[state][child] for state in STATES]))
    return np.array(told).T, np.array(true).T


def sharp(one: SignEvidence, times: float) -> SignEvidence:
    return SignEvidence(times * one.shown, times * one.not_shown)


def misfit(probability: np.ndarray, true: np.ndarray) -> tuple[float, int]:
    """Sum over bins of z^2, chi-square with as many degrees of freedom as bins in use if calibrated."""
    total, used = 0.0, 0
    for low, high in pairwise(EDGES):
        here = (probability >= low) & (probability < high)
        variance = float((probability[here] * (1 - probability[here])).sum())
        if variance > 1:
            total += float((true[here] - probability[here]).sum()) ** 2 / variance
            used += 1
    return total, used


def p_values(probability: np.ndarray, true: np.ndarray) -> list[float]:
    from scipy.stats import chi2

    return [float(chi2.sf(*misfit(*pair))) for pair in zip(probability, true, strict=True)]


def test_stated_probabilities_come_true_and_beat_base_rates():
    """Five states, 1,024 children. If calibrated, fails once in 4,000 runs; if signs told nothing, passes in 1 of 40.

    The calibration error is the mean gap between stated and true over bins, weighted by children; its chance alone
    is about .01 a state here.
    """
    probability, true = stated_and_true(256)
    assert min(p_values(probability, true)) > 5e-5
    assert max(calibration_error(*pair) for pair in zip(probability, true, strict=True)) <= 0.05
    gain = ((0.1 - true) ** 2 - (probability - true) ** 2).sum(axis=0)
    assert gain.mean() > 2 * gain.std() / np.sqrt(gain.size)


def calibration_error(probability: np.ndarray, true: np.ndarray) -> float:
    bins = [(probability >= low) & (probability < high) for low, high in pairwise(EDGES)]
    return float(sum(abs((true[here] - probability[here]).sum()) for here in bins)) / probability.size


@pytest.mark.slow
def test_a_posterior_that_takes_reports_for_more_than_they_are_fails():
    """All 4,096 children, reports counted three times over: what taking one rater's looks for independent would do.

    Four of the five states show it beyond any doubt; the fifth is hardly moved by signs at all, so that sharper reports
    move it little.
    """
    assert sorted(p_values(*stated_and_true(1024, sharper=3.0)))[3] < 1e-3
    assert min(p_values(*stated_and_true(1024))) > 5e-5
