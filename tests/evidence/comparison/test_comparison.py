"""The shipped comparison covers every line, files every claim once, and is that of the register as it stands."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bowlby.errors import InputError
from bowlby.evidence.claims_register.aspects import KINDS, LINES, Aspect, EvidenceMark, ModelMark, claim_order
from bowlby.evidence.claims_register.contrast import LEAST
from bowlby.evidence.claims_register.marks import evidence_of, model_mark_of
from bowlby.evidence.claims_register.origin import GONE, Origin
from bowlby.evidence.claims_register.result import ContrastResult, found_of
from bowlby.evidence.claims_register.rows import CLAIMS
from bowlby.evidence.comparison import comparison
from bowlby.evidence.comparison.profile import MEASURED
from bowlby.evidence.comparison.result import VERSION, load_result
from bowlby.reporting.compare_page import compare_html
from bowlby.reporting.infographic import infographic


def test_the_shipped_result_is_that_of_the_register():
    """Claims, contrasts, expectations and evidence; numbers have a slow test of their own."""
    shipped = {row["id"]: row for row in load_result()["claims"]}
    assert list(shipped) == [claim.id for claim in CLAIMS]
    for claim in CLAIMS:
        row = shipped[claim.id]
        assert row["claim"] == claim.says
        assert row["contrast"] == claim.contrast.words()
        assert row["expected"] == str(claim.expected)
        assert [one["citation"] for one in row["published"]] == [one.finding.citation for one in claim.published]


def test_every_claim_stands_in_one_cell():
    found = comparison()
    filed = [row["id"] for line in found.lines for cell in line.cells.values() for row in cell.claims]
    assert sorted(filed) == sorted(claim.id for claim in CLAIMS)
    assert [line.line.key for line in found.lines] == [line.key for line in LINES]
    assert [line.key for line in LINES] == list(Aspect)


def test_every_line_has_the_secure_baseline():
    for line in comparison().lines:
        assert line.line.secure.endswith(".")
        for row in line.profile:
            assert list(row["values"]) == list(KINDS)
            assert next(iter(KINDS)) == "secure"


def test_the_profile_shows_what_it_should():
    """Signs and order between kinds of care, as they were shipped."""
    rows = {row["label"]: row["values"] for line in comparison().lines for row in line.profile}
    assert set(rows) == {one.label for one in MEASURED}
    threat, relief = (rows[name] for name in ("Threat expected of the caregiver", "Secure at 18 months"))
    assert threat["trauma"]["mean"] > threat["secure"]["mean"] + 0.1
    assert abs(threat["neglect"]["mean"] - threat["secure"]["mean"]) < 0.05
    assert relief["secure"]["mean"] > 0.8 > relief["both"]["mean"]
    for values in rows.values():
        assert all(each["low"] <= each["high"] for each in values.values())


def test_evidence_is_against_or_conflicting_for_reactive_attachment_disorder_under_trauma_and_heightened_stress():
    marks = {row["id"]: row["evidence"] for row in load_result()["claims"]}
    for claim in ("M10.6", "M10.7", "M11.1"):
        assert marks[claim] in (EvidenceMark.AGAINST, EvidenceMark.CONFLICTING), claim


def test_every_claim_has_both_marks_and_they_follow_from_its_own_numbers():
    """The shipped marks are what the rules make of the shipped numbers, origin and published findings."""
    result = load_result()
    for row, claim in zip(result["claims"], CLAIMS, strict=True):
        model, low, high = (float("nan") if row[key] is None else row[key] for key in ("model", "low", "high"))
        number = ContrastResult(model, low, high, LEAST[row["unit"]])
        assert row["found"] == found_of(claim.expected, number), claim.id
        assert row["model_mark"] == model_mark_of(found_of(claim.expected, number), Origin(row["origin"])), claim.id
        published = evidence_of(claim)
        assert (row["evidence"], row["evidence_from"]) == (published.mark, list(published.sources)), claim.id
        assert row["model_mark"] != ModelMark.EMERGES or row["without_it"] / row["model"] < GONE, claim.id
    for key, marks in (("evidence", EvidenceMark), ("model_mark", ModelMark)):
        counts = Counter(row[key] for row in result["claims"])
        assert result["evidence_marks" if key == "evidence" else "model_marks"] == {
            str(mark): counts[mark] for mark in marks
        }


def test_no_single_verdict_is_left():
    """A word that hid two questions in one answer stands neither in the shipped result nor in what is made of it."""
    found = comparison()
    for text in (json.dumps(load_result()), json.dumps(found.as_dict()), infographic(found), compare_html(found)):
        said = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
        assert not re.search(r"\bmixed\b|\bverdicts?\b", said, re.IGNORECASE)


def test_claims_with_evidence_against_them_come_first_in_a_cell():
    for line in comparison().lines:
        for cell in line.cells.values():
            assert list(cell.claims) == sorted(cell.claims, key=claim_order)
            for key, counts in zip(("evidence", "model_mark"), cell.marks.values(), strict=True):
                assert counts == Counter(row[key] for row in cell.claims)


def test_json_keeps_the_contract():
    said = json.loads(json.dumps(comparison().as_dict(), allow_nan=False))
    assert all({"name", "trauma", "neglect", "model", "evidence"} <= set(aspect) for aspect in said["aspects"])


def test_a_damaged_or_older_result_is_refused(tmp_path: Path):
    damaged, older = tmp_path / "damaged.json", tmp_path / "older.json"
    damaged.write_text("{")
    older.write_text(json.dumps({"version": VERSION - 1}))
    for file in (damaged, older, tmp_path / "missing.json"):
        with pytest.raises(InputError, match="result of the comparison"):
            load_result(file)


def test_the_shipped_comparison_needs_no_jax():
    code = "import sys; from bowlby.evidence.comparison import comparison; comparison(); print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.slow
def test_the_shipped_numbers_are_those_of_this_model():
    """One row lived anew with the shipped numbers of children; single precision may differ in the last digits."""
    from bowlby.evidence.claims_register.judge import judge, select_claims
    from bowlby.evidence.claims_register.lives import ClaimSampleSizes

    shipped = load_result()
    rows = {row["id"]: row for row in shipped["claims"]}
    numbers = ClaimSampleSizes(shipped["children"], shipped["fewer"], shipped["seed"])
    for one in judge(select_claims("M5"), numbers):
        row = rows[one.claim.id]
        assert one.result.estimate == pytest.approx(row["model"], rel=0.02, abs=0.005)
        assert str(one.model_mark) == row["model_mark"]
