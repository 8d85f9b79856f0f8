"""The ratios of the comparison with other software are measured ones, and the misses are told as misses."""

from __future__ import annotations

import re

from tests.docs.blocks import DOCS

NUMBER = re.compile(r"(?<![\w.])\d[\d,]*\.?\d*|(?<![\w.])\.\d+")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_ratios_of_the_comparison_were_measured():
    text = (DOCS / "measurements.md").read_text(encoding="utf-8").replace(",", "")
    measured = [float(number) for number in NUMBER.findall(text)]
    for ratio in (number for row in speeds() for number in NUMBER.findall(row[2])):
        digits = len(ratio.partition(".")[2])
        told = float(ratio.replace(",", ""))
        assert any(round(one, digits) == told for one in measured), ratio


def test_a_miss_is_told_as_a_miss():
    """A bar that the ratio does not reach says so, and no other does."""
    barred = [row for row in speeds() if row[3]]
    assert len(barred) >= 8
    for row in barred:
        worst = min(float(number.replace(",", "")) for number in NUMBER.findall(row[2]))
        assert (row[4] == "yes") == (worst >= float(row[3].replace(",", ""))), row


def speeds() -> list[list[str]]:
    """Rows of the table of speeds: what, against, ratio, bar, met."""
    section = (
        (DOCS / "compares.md").read_text(encoding="utf-8").partition("## Speed, measured")[2].partition("\n## ")[0]
    )
    rows = [cells(line) for line in section.splitlines() if line.startswith("|")]
    assert rows[0] == ["what", "against", "ratio", "bar", "met"]
    return rows[2:]
