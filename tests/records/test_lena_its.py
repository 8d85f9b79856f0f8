"""LENA: segments, recordings, nothing that names the child."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bowlby.errors import FormatError
from bowlby.formats.read import read_record
from tests.records.golden_table import read_golden

Write = Callable[..., Path]


def test_synthetic_day_gives_the_expected_table(golden: Path):
    record = read_golden(golden, "play.its")
    assert record.provenance[0].reader == "lena_its"
    assert record.quality == ()


def test_recordings_are_windows_that_no_latency_crosses(golden: Path):
    record = read_record(golden / "play.its")
    spans = record.observed("play")
    assert spans.shape == (2, 2)
    assert spans.ravel() == pytest.approx([0, 10, 10, 15], abs=2e-6)
    assert spans[0, 1] < spans[1, 0]


def test_birth_date_child_key_and_file_name_are_dropped(golden: Path):
    plain = read_record(golden / "play.its")
    assert not [word for word in ("2025", "SECRETKEY", "made_for_tests") if word in str(plain)]
    assert read_record(golden / "play.its", keep_private=True).metadata["birth"] == "2025-12-31"


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ('startTime="PT2.50S"', 'startTime="two"', "startTime"),
        ('startTime="PT2.50S"', 'startTime="PTnanS"', "startTime"),
        ('endTime="PT4.00S" />', "/>", "endTime"),
        ('spkr="CHN"', "", "spkr"),
    ],
)
def test_a_segment_without_time_or_speaker_is_named(golden: Path, write: Write, old: str, new: str, column: str):
    text = (golden / "play.its").read_text().replace(old, new)
    with pytest.raises(FormatError) as caught:
        read_record(write("x.its", text))
    assert (caught.value.column, caught.value.row) == (column, 10)


def test_entities_are_refused(golden: Path, write: Write):
    bomb = '<!DOCTYPE ITS [<!ENTITY a "b">]>'
    text = (golden / "play.its").read_text().replace('<!DOCTYPE ITS SYSTEM "its.dtd" >', bomb)
    with pytest.raises(FormatError, match="entities"):
        read_record(write("x.its", text))


def test_a_file_without_segments_is_refused(write: Write):
    with pytest.raises(FormatError, match="no segment"):
        read_record(write("x.its", "<ITS><ProcessingUnit></ProcessingUnit></ITS>"))


def test_real_recordings_tile_their_windows(real: Callable[[str], Path]):
    record = read_record(real("its/rlena_test.its"))
    spans = record.observed("rlena_test")
    assert len(spans) == 3
    assert (spans[:, 1] - spans[:, 0]).sum() == pytest.approx(979.74, abs=1e-5)
