"""What the report says of a record: summary, comparison and what stays unknown, in the record's own figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from bowlby.evidence.claims_register.aspects import LINES, Aspect
from bowlby.measures.value import MeasureStatus
from bowlby.records.coded_record import CodedRecord, UnmappedCode
from bowlby.records.constructs import Construct, Role
from bowlby.reporting.comparison import compare
from bowlby.reporting.evidence import act_evidence, answer_evidence, threat_evidence
from bowlby.reporting.method import CITATIONS, definitions_table, method_paragraph, simulated_sentence
from bowlby.reporting.parts import ReportParts
from bowlby.reporting.summary import summary, unknowns

NEVER = (Aspect.BODY, Aspect.LONG_TERM, Aspect.THERAPY)
Maker = Callable[..., ReportParts]
Coder = Callable[..., CodedRecord]


def rows_of(parts: ReportParts):
    """Return the comparison's rows by aspect."""
    return {row.line.key: row for row in compare(parts.coded, parts.episodes, parts.rule)}


def test_all_seven_rows_in_the_order_of_the_source(rich: ReportParts):
    assert list(rows_of(rich)) == list(Aspect)


@pytest.mark.parametrize("key", NEVER)
def test_body_future_and_therapy_are_never_assessable(key: str, rich: ReportParts, poor: ReportParts):
    for parts in (rich, poor):
        row = rows_of(parts)[key]
        assert not row.threat.assessable
        assert not row.deprivation.assessable


def test_nothing_is_assessable_where_only_affect_was_coded(poor: ReportParts):
    for row in rows_of(poor).values():
        assert not row.threat.assessable, row.line.key
        assert not row.deprivation.assessable, row.line.key
        assert "0 in" not in row.threat.text + row.deprivation.text


def test_threat_counts_tiers_two_to_four_only(make: Maker, coder: Coder):
    codable = {"caregiver": ["fright.startle", "fright.frightening", "fright.harsh", "fright.abusive"]}
    startled = coder([("caregiver", "fright.startle", float(t), None) for t in range(1, 9)], codable, 1200.0)
    assert (
        threat_evidence(startled).text
        == "Zero frightening acts in 20 minutes is compatible with up to 9 an hour (95 %)."
    )
    harsh = coder(
        [("caregiver", "fright.harsh", 30.0, None), ("caregiver", "fright.startle", 9.0, None)], codable, 1200.0
    )
    assert threat_evidence(harsh).text.startswith(
        "1 frightening, harsh or abusive act in 20 min: 3.00 (0.076 to 16.7) an hour"
    )


def test_uncodable_time_is_no_time_without_threat(coder: Coder):
    codable = {"caregiver": ["fright.frightening", "fright.harsh", "fright.abusive"]}
    seen = coder([("caregiver", "fright.harsh", 700.0, None)], codable, 1200.0, hidden=[(600.0, 1200.0)])
    assert threat_evidence(seen).text.startswith(
        "Zero frightening acts in 10 minutes is compatible with up to 18 an hour"
    )


def test_answers_of_one_class_only(make: Maker, coder: Coder):
    events = [("child", "cue.bid", 20.0 * i, None) for i in range(1, 11)]
    events += [("caregiver", "answer", 20.0 * i + 2, None) for i in range(1, 6)]
    parts = make(coder(events, {"child": ["cue.bid"], "caregiver": ["answer"]}, 300.0))
    found = answer_evidence(parts.coded, parts.episodes, parts.rule)
    assert found.assessable
    assert found.text.startswith("Of 10 cues a share of 0.50 (")
    assert found.text.endswith("Answers to distress: not assessable.")


def test_acts_say_what_was_not_coded(rich: ReportParts):
    found = act_evidence(rich.coded, Role.CHILD, (Construct.EXPLORE, Construct.AVOID))
    assert found.assessable
    assert found.text.startswith("Exploration 0 in 19 min, 0 (0 to 9.46) an hour")
    assert found.text.endswith("Not coded: avoidance.")
    assert not act_evidence(rich.coded, Role.CHILD, (Construct.AVOID,)).assessable


def test_removing_one_kind_of_act_changes_its_own_rows_only(rich: ReportParts, calm: ReportParts, make: Maker):
    without = rich.coded.acts.filter(rich.coded.acts["construct"] != "fright.harsh")
    record = make(replace(rich.coded, acts=without))
    before, after = rows_of(rich), rows_of(record)
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"definition", "causes"}
    for key in changed:
        assert before[key].deprivation == after[key].deprivation


def test_summary_is_computed_from_the_record(rich: ReportParts, calm: ReportParts, poor: ReportParts):
    lines = summary(rich)
    assert len(lines) == 5
    assert (
        lines[0] == f"20 min (1200.0 s) in 1 session were observed; {rich.coded.record.events.height} events were read."
    )
    assert lines[3].startswith("3 frightening, harsh or abusive acts in 19 min")
    assert summary(calm)[3].startswith("Zero frightening acts in 20 minutes")
    assert "not assessable" in summary(poor)[2]
    assert "not assessable" in summary(poor)[3]


def test_unknown_names_what_was_not_coded(rich: ReportParts, poor: ReportParts):
    assert "frightening acts" in unknowns(poor)[0]
    assert any("distress" in line for line in unknowns(poor))
    assert not any("did not look for" in line for line in unknowns(rich))
    for parts in (rich, poor):
        assert any("Body, brain" in line for line in unknowns(parts))


def test_method_is_filled_with_the_records_own_figures(rich: ReportParts):
    text = " ".join(method_paragraph(rich))
    assert "1 session (1200.0 s in all" in text
    assert rich.rule.describe() in text
    assert f"bowlby {rich.version}" in text
    assert "seed 1" in text
    assert "bowlby's own constructs" in text
    assert "it maps the code of every event" in text and "the first act coded as answer" in text


def test_the_method_counts_events_that_the_codebook_does_not_map(rich: ReportParts):
    coded = replace(rich.coded, unmapped=(UnmappedCode("child", "", "hum", 3), UnmappedCode("child", "", "hop", 1)))
    text = " ".join(method_paragraph(replace(rich, coded=coded)))
    assert "4 events carried codes that it does not map and entered no measure" in text
    assert "every event" not in text


def test_every_work_named_in_the_comparison_is_cited():
    named = {
        (name, year)
        for line in LINES
        for group in re.findall(r"\(([^)]*\d{4}[^)]*)\)", line.published)
        for name, year in re.findall(r"([A-Z][\w’ʼ-]+)[^();]*?(\d{4})", group)
    }
    assert len(named) >= 7
    for name, year in named:
        assert any(name in work and f"({year})" in work for work in CITATIONS), (name, year)


def test_a_simulated_record_says_so(rich: ReportParts):
    assert simulated_sentence(rich) == ""
    record = replace(rich.coded.record, metadata={"simulated": {"exposure": "harsh", "seed": 7}})
    parts = replace(rich, coded=replace(rich.coded, record=record))
    assert (
        simulated_sentence(parts)
        == "This record was simulated by bowlby (exposure harsh, seed 7): nobody was observed."
    )


def test_every_measure_with_a_number_is_defined(rich: ReportParts):
    table = definitions_table(rich)
    assert table is not None
    shown = {m.name.partition(": ")[0] for m in rich.measures if m.status is MeasureStatus.ASSESSED}
    assert {row[0] for row in table.rows} == shown
