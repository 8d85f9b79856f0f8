"""The study language: what a table may say, what is refused and how, and that calibration never sees a check row."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path

import pytest

from bowlby.errors import InputError
from bowlby.evidence.published import finding
from bowlby.evidence.published.finding import Predictor, read, shipped_findings, unmodelled_rows
from bowlby.evidence.published.vocabulary import METRICS, POPULATIONS, VARIABLES, FindingMetric, with_vocabulary

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "published" / "benchmarks.csv"
HEAD = "population,predictor,outcome,metric,age_predictor,age_outcome,n,estimate,ci_low,ci_high,citation"
GOOD = "pooled,rated sensitivity,secure,r,12,13,400,.2,.1,.3,Somebody 2020"


def table(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "own.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_users_row_is_read_as_it_is_written(tmp_path):
    (found,) = read(table(tmp_path, GOOD))
    assert found.predictor == Predictor(variable="rated sensitivity")
    assert (found.metric, found.n, found.estimate, found.interval) == (FindingMetric.R, 400, 0.2, (0.1, 0.3))
    assert (found.age_predictor, found.age_outcome, found.role, found.id) == (12.0, 13.0, "check", "2")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("poled,rated sensitivity,secure,r,12,13,400,.2,,,X", "population"),
        ("pooled,rated sensitivty,secure,r,12,13,400,.2,,,X", "predictor"),
        ("pooled,rated sensitivity,secur,r,12,13,400,.2,,,X", "outcome"),
        ("pooled,rated sensitivity,secure,rho,12,13,400,.2,,,X", "metric"),
        ("pooled,rated sensitivity,secure,r,120,13,400,.2,,,X", "age_predictor"),
        ("pooled,rated sensitivity,secure,r,12,130,400,.2,,,X", "age_outcome"),
        ("pooled,rated sensitivity,secure,r,12,13,4.5,.2,,,X", "n"),
        ("pooled,rated sensitivity,secure,r,12,13,400,nan,,,X", "estimate"),
        ("pooled,rated sensitivity,secure,r,12,13,400,.2,.3,.1,X", "ci_low"),
        ("pooled,rated sensitivity,secure,r,12,13,400,.2,.1,,X", "ci_high"),
        ("pooled,rated sensitivity,secure,d,12,13,400,.2,,,X", "predictor"),
        ("pooled,rated sensitivity,secure,sign,12,13,400,.2,,,X", "estimate"),
        ("pooled,,secure,r,,13,400,.2,,,X", "predictor"),
        ("pooled,care: harsh,secure,percent,,13,400,20,,,X", "predictor"),
        ("pooled,secure,four-way class,kappa,13,48,400,.2,,,X", "predictor"),
        ("pooled,intervention: responsiveness training,secure,d,14,13,400,.2,,,X", "age_predictor"),
        ('"institution, then foster care from 30 to 6 months",,secure,percent,,48,400,20,,,X', "population"),
    ],
)
def test_what_is_not_of_the_language_is_refused_with_row_and_column(tmp_path, row, column):
    with pytest.raises(InputError) as refused:
        read(table(tmp_path, GOOD, row))
    assert (refused.value.row, refused.value.column) == (3, column)
    assert refused.value.remedy


def test_tables_that_are_none_are_refused(tmp_path):
    for path in (tmp_path / "nowhere.csv", table(tmp_path)):
        with pytest.raises(InputError):
            read(path)
    with pytest.raises(InputError, match="missing"):
        read(table(tmp_path, "pooled", head="population"))
    with pytest.raises(InputError, match="no such column"):
        read(table(tmp_path, GOOD + ",1", head=HEAD + ",sample"))
    with pytest.raises(InputError, match="stands twice"):
        read(table(tmp_path, "a," + GOOD, "a," + GOOD, head="id," + HEAD))


def test_every_row_that_the_model_speaks_to_is_in_the_table_and_no_other():
    decided = csv.DictReader((files("bowlby.evidence.published") / "speaks_to.csv").read_text("utf-8").splitlines())
    spoken = [row["id"] for row in decided if row["speaks_to"] == "yes"]
    assert list(dict.fromkeys(one.of for one in shipped_findings())) == spoken
    assert not set(unmodelled_rows()) & set(spoken)


def test_calibration_reads_no_check_row(monkeypatch):
    """Rows of another role are dropped unread: figures that could not even be parsed change nothing."""
    whole = shipped_findings("calibrate")
    assert {one.id for one in whole} == {"A01", "A02", "A03", "A04", "A22", "B17", "C01", "F01"}
    lines = (files("bowlby.evidence.published") / "findings.csv").read_text(encoding="utf-8").splitlines()
    spoilt = [line if ",calibrate," in line or line.startswith("id,") else _spoilt(line) for line in lines]
    assert sum(a != b for a, b in zip(lines, spoilt, strict=True)) == len(shipped_findings("check"))
    assert finding._read(spoilt, "spoilt", "calibrate") == whole
    with pytest.raises(InputError):
        finding._read(spoilt, "spoilt", None)


def _spoilt(line: str) -> str:
    cells = next(csv.reader([line]))
    return ",".join([cells[0], cells[1], *["?"] * (len(cells) - 2)])


def test_figures_are_those_of_the_published_table():
    if not PUBLISHED.exists():
        pytest.skip("the published table is not here: ../shared is absent")
    with PUBLISHED.open(encoding="utf-8") as file:
        known = {row["id"]: row for row in csv.DictReader(file)}
    numeric = [
        one
        for one in shipped_findings()
        if one.metric not in (FindingMetric.SIGN, FindingMetric.NULL, FindingMetric.MEDIATED)
    ]
    for one in numeric:
        row = known[one.of]
        assert one.citation == row["citation"]
        assert one.role == row["role"]
        if _is_number(row["estimate"]):
            assert abs(one.estimate) == pytest.approx(abs(float(row["estimate"])))
            turned = one.estimate * float(row["estimate"]) < 0
            assert turned == one.note.startswith("sign turned")
        if row["ci_low"] and one.interval:
            ends = sorted(abs(float(row[name])) for name in ("ci_low", "ci_high"))
            assert sorted(map(abs, one.interval)) == pytest.approx(ends)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_the_vocabulary_says_what_each_word_means():
    assert set(METRICS) == set(FindingMetric)
    assert all(text and text[-1] != " " for text in (*POPULATIONS.values(), *METRICS.values()))
    assert all(one.ages[0] < one.ages[1] and one.meaning.endswith(".") for one in VARIABLES.values())


def test_the_page_holds_the_vocabulary_of_the_code():
    page = (Path(__file__).parents[3] / "docs" / "published.md").read_text(encoding="utf-8")
    assert with_vocabulary(page) == page, "run with_vocabulary over docs/published.md"
