"""Small studies of plain tables in bowlby's own constructs, written by the tests themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bowlby.laboratory.begin import begin_study, write_beginning
from bowlby.measures.batch import coded_files

SECONDS = 600.0


def session_text(seed: int, warmth: float = 1.0, jitter_s: float = 0.0, of: int | None = None) -> str:
    """Return a session of ten minutes as a plain table: bids, answers, voices and looks at random moments.

    Args:
        seed: of the coder's errors, and of the acts where `of` is None.
        warmth: how often the caregiver speaks, in units of 30 times a session.
        jitter_s: of onsets.
        of: seed of the acts that are coded, for a second coding of the same session.
    """
    acts, errors = np.random.default_rng(seed if of is None else of), np.random.default_rng([seed, 1])
    rows: list[tuple[str, str, float, float]] = []
    for actor, code, count, length in (
        ("child", "cue.bid", 25, 1.5),
        ("child", "gaze.partner", 20, 6.0),
        ("caregiver", "voice", round(30 * warmth), 3.0),
        ("caregiver", "answer", 15, 2.0),
    ):
        starts = np.sort(acts.uniform(1.0, SECONDS - 20.0, count))
        gaps = np.diff(starts, append=SECONDS)
        for start, room in zip(starts, gaps, strict=True):
            lasts = max(min(length, 0.6 * room), 0.05)
            onset = start + float(np.clip(errors.normal(0, jitter_s), -0.3 * lasts, 0.3 * room)) if jitter_s else start
            rows.append((actor, code, onset, onset + lasts))
    lines = [
        f"{actor},{code},{onset:.2f},{offset:.2f}" for actor, code, onset, offset in sorted(rows, key=lambda r: r[2])
    ]
    return "\n".join(["actor,code,onset_s,offset_s", *lines, ""])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six children, two visits each, two groups that differ in warmth; four visits coded twice."""
    sessions = tmp_path / "sessions"
    for child in range(6):
        for visit in (1, 2):
            seed = 10 * child + visit
            place = sessions / ("warm" if child % 2 else "cool")
            place.mkdir(parents=True, exist_ok=True)
            warmth = 1.6 if child % 2 else 0.8
            (place / f"c{child}_v{visit}_anna.csv").write_text(session_text(seed, warmth))
            if child < 2:
                text = session_text(1000 + seed, warmth, jitter_s=0.4, of=seed)
                (place / f"c{child}_v{visit}_ben.csv").write_text(text)
    return sessions


@pytest.fixture
def study(folder: Path) -> Path:
    """The study file of that folder, as `bowlby study init` begins it, with days and windows filled in."""
    path = folder.parent / "study.toml"
    write_beginning(begin_study(coded_files(folder), folder, path.parent), path, "Six children")
    manifest = path.with_name("study.sessions.csv")
    lines = manifest.read_text().splitlines()
    names = lines[0].split(",")
    kept = [",".join([*names, "observed_from_s", "observed_to_s"])]
    for line in lines[1:]:
        cells = dict(zip(names, line.split(","), strict=True))
        cells["day"] = str(7 * (int(cells["visit"]) - 1))
        cells["sensitivity"] = "7" if cells["group"] == "warm" else "4"
        kept.append(",".join([*cells.values(), "0", str(SECONDS)]))
    manifest.write_text("\n".join([*kept, ""]))
    return path


Edit = Callable[[str, str], None]


@pytest.fixture
def edit(study: Path) -> Edit:
    """Replace a text in the manifest, which must have it."""

    def edited(old: str, new: str) -> None:
        manifest = study.with_name("study.sessions.csv")
        text = manifest.read_text()
        assert old in text
        manifest.write_text(text.replace(old, new, 1))

    return edited
