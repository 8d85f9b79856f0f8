"""Screen all constants and write the result that is shipped: `python -m bowlby.evidence.screening FOLDER`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bowlby.evidence.screening.design import REACH
from bowlby.simulation.entry import prepare_jax


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def main() -> None:
    """Read the command line, screen, and write the result."""
    parser = argparse.ArgumentParser(description="Screen all constants; finished studies are kept in FOLDER.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--children", type=int, default=2048, help="of each study")
    parser.add_argument("--late", type=int, default=512, help="of studies that go on beyond seven years")
    parser.add_argument("--reach", type=float, default=REACH, help="widths of doubt by which constants are drawn")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-o", "--output", type=Path, help="instead of the shipped file")
    parser.add_argument("--so-far", action="store_true", help="live nothing, and show what is kept")
    asked = parser.parse_args()
    prepare_jax()
    from bowlby.evidence.screening.screen import FILE, screening
    from bowlby.evidence.screening.studies import ScreeningSampleSizes

    numbers = ScreeningSampleSizes(asked.children, asked.late, asked.seed, asked.reach)
    found = screening(numbers, asked.folder, _say, so_far=asked.so_far)
    target = asked.output or FILE
    target.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
