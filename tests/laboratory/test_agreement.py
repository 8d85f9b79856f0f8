"""Reliability of a study: kappa over all pairs against scikit-learn, ICC by hand, drift, and the sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score

from bowlby.laboratory.agreement import EVENTS, FEW, KAPPA, AgreementRow, StudyAgreement, agree_study, icc_rows
from bowlby.laboratory.measurements import measure_study
from bowlby.laboratory.sessions import open_study
from tests.cli.running import run
from tests.laboratory.conftest import SECONDS, Edit

ROLES = {"child": ("cue.bid", "gaze.partner"), "caregiver": ("voice", "answer")}


def agreed(study: Path, output: Path) -> StudyAgreement:
    """Compare the codings of a study in this process."""
    opened = open_study(study)
    return agree_study(opened, measure_study(opened, output, 1))


def row_of(found: StudyAgreement, stream: str, code: str, figure: str) -> AgreementRow:
    (row,) = [
        row
        for row in found.rows
        if (row.facet, row.level, row.stream, row.code, row.figure) == ("all", "construct", stream, code, figure)
    ]
    return row


def seconds_of(path: Path, role: str) -> list[str]:
    """Return what stands at the middle of each second of a session, read from the file by nothing of bowlby's."""
    lines = [line.split(",") for line in path.read_text().splitlines()[1:]]
    held: list[str] = []
    for at in np.arange(0.5, SECONDS, 1.0):
        own = {code for actor, code, on, off in lines if actor == role and float(on) <= at < float(off)}
        held.append("+".join(sorted(own)))
    return held


def files_twice(study: Path) -> list[tuple[Path, Path]]:
    sessions = study.parent / "sessions"
    return [
        (path, path.with_name(path.name.replace("anna", "ben"))) for path in sorted(sessions.rglob("c[01]_v?_anna.csv"))
    ]


def test_kappa_over_all_pairs_is_that_of_scikit_learn(study: Path, tmp_path: Path):
    found = agreed(study, tmp_path / "out")
    assert (found.pairs, found.sessions) == (4, 12)
    for role, codes in ROLES.items():
        both = [(seconds_of(a, role), seconds_of(b, role)) for a, b in files_twice(study)]
        main, second = (np.array([label for pair in both for label in pair[side]]) for side in (0, 1))
        whole = row_of(found, role, "", KAPPA)
        assert whole.n == len(main) == 4 * SECONDS
        assert whole.estimate == pytest.approx(cohen_kappa_score(main, second), abs=1e-9)
        assert whole.low is not None and whole.high is not None
        assert whole.low < whole.estimate < whole.high
        assert {row.code for row in found.rows if row.stream == role} == {"", *codes}


def test_kappa_of_one_code_counts_seconds_in_which_it_lasts_or_begins(study: Path, tmp_path: Path):
    found = agreed(study, tmp_path / "out")

    def marked(path: Path) -> list[bool]:
        lines = [line.split(",") for line in path.read_text().splitlines()[1:]]
        own = [(float(on), float(off)) for actor, code, on, off in lines if code == "voice"]
        return [
            any(on <= at < off or at - 0.5 <= on < at + 0.5 for on, off in own) for at in np.arange(0.5, SECONDS, 1.0)
        ]

    both = [(marked(a), marked(b)) for a, b in files_twice(study)]
    main, second = (np.concatenate([pair[side] for pair in both]) for side in (0, 1))
    assert row_of(found, "caregiver", "voice", KAPPA).estimate == pytest.approx(
        cohen_kappa_score(main, second), abs=1e-9
    )


def test_the_share_of_events_is_counted_within_the_tolerance(study: Path, tmp_path: Path):
    found = agreed(study, tmp_path / "out")
    row = row_of(found, "caregiver", "answer", EVENTS)
    assert row.n == 2 * 15 * 4
    # Onsets were moved by .4 s at most of the time; all lie within 2 s of their own.
    assert row.estimate == 1.0


def test_icc_by_hand(study: Path, tmp_path: Path):
    measured = measure_study(open_study(study), tmp_path / "out", 1)
    rows = {row.variable: row for row in icc_rows(measured)}
    assert rows["cg_rate_voice"].reason.startswith("fewer than 5")
    long = measured.long.filter(pl.col("variable") == "ch_share_of_time_gaze_partner")
    # A fifth target, so that there is a correlation: a copy of the first under another name.
    first = measured.long.filter((pl.col("child") == "c0") & (pl.col("visit") == "1"))
    import dataclasses

    more = dataclasses.replace(measured, long=pl.concat([measured.long, first.with_columns(visit=pl.lit("3"))]))
    found = {row.variable: row for row in icc_rows(more)}["ch_share_of_time_gaze_partner"]
    pairs = [
        tuple(
            long.filter((pl.col("child") == child) & (pl.col("visit") == visit) & (pl.col("coding") == coding))[
                "estimate"
            ].item()
            for coding in ("main", "double")
        )
        for child, visit in (("c0", "1"), ("c0", "2"), ("c1", "1"), ("c1", "2"), ("c0", "1"))
    ]
    x = np.array(pairs)
    n, k = x.shape
    grand = x.mean()
    between = k * ((x.mean(1) - grand) ** 2).sum() / (n - 1)
    coders = n * ((x.mean(0) - grand) ** 2).sum() / (k - 1)
    error = ((x - x.mean(1, keepdims=True) - x.mean(0) + grand) ** 2).sum() / ((n - 1) * (k - 1))
    by_hand = (between - error) / (between + (k - 1) * error + k * (coders - error) / n)
    assert found.estimate == pytest.approx(by_hand)
    assert found.difference == pytest.approx((x[:, 1] - x[:, 0]).mean())
    assert found.sessions == 5


def test_two_pairs_have_no_interval_and_say_why(study: Path, tmp_path: Path):
    manifest = study.with_name("study.sessions.csv")
    lines = [line for line in manifest.read_text().splitlines() if not ("_ben" in line and ",c1," in line)]
    manifest.write_text("\n".join([*lines, ""]))
    row = row_of(agreed(study, tmp_path / "out"), "child", "", KAPPA)
    assert row.estimate is not None
    assert (row.low, row.reason) == (None, FEW)


def test_drift_is_the_slope_of_kappa_on_months(study: Path, tmp_path: Path):
    manifest = study.with_name("study.sessions.csv")
    lines = manifest.read_text().splitlines()
    place = lines[0].split(",").index("coded_month")
    months = iter(["2025-11", "2025-12", "2026-01", "2026-04"])
    changed: list[str] = []
    for line in lines:
        cells = line.split(",")
        if "double" in cells:
            cells[place] = next(months)
        changed.append(",".join(cells))
    manifest.write_text("\n".join([*changed, ""]))
    found = agreed(study, tmp_path / "out")
    (drift,) = [one for one in found.drift if one.stream == "caregiver"]
    kappas = [cohen_kappa_score(seconds_of(a, "caregiver"), seconds_of(b, "caregiver")) for a, b in files_twice(study)]
    assert drift.slope == pytest.approx(np.polyfit([0, 1, 2, 5], kappas, 1)[0], abs=1e-9)
    assert drift.low is not None and drift.high is not None and drift.low < drift.slope < drift.high
    by_month = [row for row in found.rows if row.facet == "month" and row.figure == KAPPA and row.stream == "caregiver"]
    assert [row.estimate for row in by_month] == pytest.approx(kappas)


def test_the_command_writes_the_tables_and_the_sentence(study: Path, tmp_path: Path, edit: Edit):
    done = run("study", "agree", study, "-o", tmp_path / "out", "--workers", "1", "--json")
    told = json.loads(done.out)
    assert (told["sessions"], told["children"], told["pairs"], told["problems"]) == (12, 6, 4, [])
    assert told["sentence"].startswith("4 of 12 sessions (33 %) were coded independently by two coders")
    names = {Path(name).name for name in told["written"]}
    assert names == {"agreement.csv", "icc.csv", "drift.csv", "disagreements.csv"}
    listed = pl.read_csv(tmp_path / "out" / "disagreements.csv", infer_schema_length=None)
    assert set(listed["coders"]) == {"anna and ben"}
    assert listed["child"].is_in(["c0", "c1"]).all()


def test_without_a_second_coding_the_reliability_is_unknown(study: Path, tmp_path: Path):
    manifest = study.with_name("study.sessions.csv")
    manifest.write_text("\n".join([line for line in manifest.read_text().splitlines() if "_ben" not in line] + [""]))
    found = agreed(study, tmp_path / "out")
    assert found.rows == ()
    assert "unknown" in found.sentence
