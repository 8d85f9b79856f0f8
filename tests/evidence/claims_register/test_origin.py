"""What was put in is found by the model's own equations and registries, and a mechanism switched off turns origin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bowlby.evidence.claims_register.aspects import EvidenceMark, ModelMark
from bowlby.evidence.claims_register.claim import (
    Aspect,
    Claim,
    ClaimEvidence,
    ClaimSide,
    ExpectedDirection,
    FindingDirection,
)
from bowlby.evidence.claims_register.contrast import ArmDifference
from bowlby.evidence.claims_register.findings import BLUNTED, TRAINING_SENSITIVITY
from bowlby.evidence.claims_register.judge import judge
from bowlby.evidence.claims_register.lives import ClaimSampleSizes, ContrastArm
from bowlby.evidence.claims_register.origin import Origin, built_in_origin, one_episode
from bowlby.evidence.claims_register.reading import Reading, classed, outcome, sign, state

SECURE, TRAUMA, NEGLECT = ContrastArm("secure"), ContrastArm("trauma"), ContrastArm("neglect")
FEW = ClaimSampleSizes(48, 48, seed=3)


def claim(
    reading: Reading,
    of: ContrastArm = TRAUMA,
    expected: ExpectedDirection = ExpectedDirection.HIGHER,
    mechanism: str = "",
) -> Claim:
    contrast = ArmDifference(of, SECURE, reading)
    return Claim("M1.0", ClaimSide.TRAUMA, Aspect.CAUSES, "Made up.", contrast, expected, mechanism=mechanism)


@pytest.mark.parametrize(
    ("name", "care", "sign_"),
    [
        ("threat_expectation", "trauma", 1.0),
        ("threat_reactivity", "trauma", 1.0),
        ("frustration", "neglect", 1.0),
        ("social_cognition", "neglect", -1.0),
        ("comfort_expectation", "neglect", -1.0),
        ("threat_expectation", "neglect", 0.0),
        ("freezing", "trauma", 0.0),
    ],
)
def test_one_episode_shows_what_an_equation_takes_as_an_input(name: str, care: str, sign_: float):
    assert np.sign(one_episode(name, care, "secure")) == sign_


def test_one_episode_of_the_same_care_moves_nothing_apart():
    assert one_episode("threat_expectation", "secure", "secure") == 0.0


def test_loadings_and_equations_are_assumed():
    for reading in (sign("fear"), outcome("externalizing", 48.0), state("threat_expectation", 36.0)):
        found = built_in_origin(claim(reading, mechanism="threat_learning"))
        assert found is not None
        assert found.origin is Origin.ASSUMED
    contrary = claim(state("threat_expectation", 36.0), expected=ExpectedDirection.LOWER, mechanism="threat_learning")
    assert built_in_origin(contrary) is None


def test_a_class_and_another_partner_wait_for_an_ablation():
    for reading in (classed("disorganized"), state("school.relief_express", 37.0), outcome("teacher closeness", 37.0)):
        assert built_in_origin(claim(reading, mechanism="threat_learning")) is None
    assert built_in_origin(claim(classed("disorganized"))) is not None


def test_what_was_fitted_is_calibrated():
    fitted = replace(
        claim(classed("secure")), published=(ClaimEvidence(TRAINING_SENSITIVITY, FindingDirection.HIGHER, True),)
    )
    found = built_in_origin(fitted)
    assert found is not None
    assert found.origin is Origin.CALIBRATED


@pytest.mark.slow
def test_a_wrong_ablation_changes_the_mark_of_the_model():
    """48 children: frightening care leaves more than half of them disorganized, and none without threat learning."""
    carried, not_carried = judge(
        [
            claim(classed("disorganized"), mechanism="threat_learning"),
            replace(claim(classed("disorganized"), mechanism="uncertainty"), id="M1.00"),
        ],
        FEW,
    )
    assert carried.result.estimate > 0.4
    assert carried.descent.origin is Origin.EMERGENT
    assert carried.model_mark is ModelMark.EMERGES
    assert not_carried.descent.origin is Origin.ASSUMED
    assert not_carried.model_mark is ModelMark.PUT_IN
    assert not_carried.result == carried.result


def test_deliberately_wrong_claims_get_the_marks_that_are_due():
    """The model gives the second at this age, which was put in; the findings on it are against it whatever it gives.

    Secure care is said to leave children without a strategy, and trauma to heighten cortisol responses.
    """
    secure = ArmDifference(SECURE, TRAUMA, classed("disorganized"))
    stress = ArmDifference(TRAUMA, SECURE, state("hpa_reactivity", 18.0))
    wrong = [
        Claim("M1.0", ClaimSide.CARE, Aspect.CAUSES, "Sensitive care disorganizes.", secure, ExpectedDirection.HIGHER),
        Claim(
            "M11.0",
            ClaimSide.TRAUMA,
            Aspect.BODY,
            "Cortisol responses are heightened.",
            stress,
            ExpectedDirection.HIGHER,
            (ClaimEvidence(BLUNTED, FindingDirection.LOWER),),
        ),
    ]
    judged = judge(wrong, FEW)
    assert [one.model_mark for one in judged] == [ModelMark.DOES_NOT_GIVE, ModelMark.PUT_IN]
    assert [one.evidence.mark for one in judged] == [EvidenceMark.NONE, EvidenceMark.AGAINST]
