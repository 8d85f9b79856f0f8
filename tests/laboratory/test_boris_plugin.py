"""The plug-in for BORIS, run as BORIS runs it: on data frames with the columns of its aggregated events."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from tests.cli.running import run


@pytest.fixture
def plugin(tmp_path: Path) -> ModuleType:
    """The plug-in as the command writes it."""
    path = tmp_path / "plugin.py"
    done = run("study", "boris-plugin", "-o", path, "--child", "infant", "--caregiver", "mother", "--tolerance", "1")
    assert done.code == 0, done.err
    spec = importlib.util.spec_from_file_location("plugin", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def frame(events: list[tuple[str, str, str, float]], duration: float = 300.0) -> pd.DataFrame:
    """Return aggregated events with the columns that BORIS 9 hands over."""
    rows = [
        {
            "Observation id": observation,
            "Observation date": "2026-01-01T10:00:00",
            "Description": "",
            "Observation type": "Media file(s)",
            "Source": "player #1:a.mp4",
            "Time offset (s)": 0.0,
            "Coding duration": duration,
            "Media duration (s)": str(duration),
            "FPS (frame/s)": "25",
            "Subject": subject,
            "Observation duration by subject by observation": duration,
            "Behavior": behavior,
            "Behavioral category": "",
            "Behavior type": "POINT",
            "Start (s)": at,
            "Stop (s)": at,
            "Duration (s)": np.nan,
            "Comment start": "",
            "Comment stop": "",
        }
        for observation, subject, behavior, at in events
    ]
    return pd.DataFrame(rows)


def test_it_is_what_boris_looks_for(plugin: ModuleType):
    assert plugin.__plugin_name__ and plugin.__version__
    assert (plugin.CHILD, plugin.CAREGIVER, plugin.WINDOW_S, plugin.TOLERANCE_S) == ("infant", "mother", 5.0, 1.0)


def test_latency_and_share_by_hand(plugin: ModuleType):
    cues = [10.0, 50.0, 90.0, 92.0, 200.0]
    acts = [12.0, 51.0, 97.5, 203.0]
    events = [("v1", "infant", "cries", at) for at in cues] + [("v1", "mother", "speaks", at) for at in acts]
    about, answers, agreement = plugin.run(frame(events))
    row = answers.iloc[0]
    # 10: 2 s; 50: 1 s; 90: censored at 2 s by the next cue; 92: 97.5 lies beyond the window; 200: 3 s.
    assert (row["cues"], row["answered"]) == (5, 3)
    # Kaplan-Meier: at 1 s 4/5, at 2 s 4/5 x 3/4 = .6, at 3 s .6 x 1/2 = .3.
    assert row["median latency (s)"] == 3.0
    assert row["share answered within the window"] == pytest.approx(0.7)
    assert row["P(act | cue)"] == pytest.approx(3 / 5)
    assert agreement.empty
    assert "circular shifts" in about


def test_what_follows_by_chance_is_told_from_what_answers(plugin: ModuleType):
    rng = np.random.default_rng(2)
    cues = np.sort(rng.uniform(5, 280, 20))
    answering = frame(
        [("v1", "infant", "cries", at) for at in cues] + [("v1", "mother", "speaks", at + 1) for at in cues]
    )
    elsewhere = frame(
        [("v1", "infant", "cries", at) for at in cues]
        + [("v1", "mother", "speaks", at) for at in np.sort(rng.uniform(5, 295, 20))]
    )
    real, random = (plugin.run(one)[1].iloc[0] for one in (answering, elsewhere))
    assert real["P(act | cue)"] == 1.0
    assert real["p"] < 0.01
    assert real["above chance"] == pytest.approx(real["P(act | cue)"] - real["by chance"])
    # Poisson acts, 20 in 300 s: a window of 5 s holds one with 1 - exp(-1/3) = .28; the mean over shifts is near it.
    assert real["by chance"] == pytest.approx(0.28, abs=0.12)
    assert random["p"] > 0.05


def test_two_codings_of_one_session_are_held_against_each_other(plugin: ModuleType):
    a = [("anna", "infant", "cries", at) for at in (155.105, 169.855, 264.855)]
    b = [("ben", "infant", "cries", at) for at in (155.405, 170.852, 269.606)]
    _, _, agreement = plugin.run(frame(a + b))
    row = agreement.iloc[0]
    assert (row["observation A"], row["observation B"]) == ("anna", "ben")
    assert (row["matched"], row["only A"], row["only B"]) == (2, 1, 1)
    assert row["share agreed"] == pytest.approx(4 / 6)


def test_a_table_without_these_subjects_says_what_to_change(plugin: ModuleType):
    told = plugin.run(frame([("v1", "No focal subject", "cries", 3.0)]))
    assert isinstance(told, str)
    assert "No focal subject" in told and "CHILD" in told
    assert "no column Subject" in plugin.run(frame([("v1", "infant", "cries", 1.0)]).drop(columns="Subject"))


def test_the_file_ends_in_py(tmp_path: Path):
    assert run("study", "boris-plugin", "-o", tmp_path / "plugin.txt").code == 2
