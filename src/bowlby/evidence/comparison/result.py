"""The result that the comparison is made from: claims with their marks, and the profile, in a versioned file.

`python -m bowlby.evidence.comparison` lives all lives anew and writes the file that is shipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bowlby.input_file import kept_result

if TYPE_CHECKING:
    from bowlby.evidence.claims_register.lives import ClaimSampleSizes
    from bowlby.lives.arm_lives import RunMonitor

VERSION = 2
FILE = Path(__file__).with_name("result.json")
REMAKE = "python -m bowlby.evidence.comparison"

Result = Mapping[str, Any]
"""version, made_by, children, fewer, seed, claims, evidence_marks, model_marks, origins, profile."""


def load_result(file: Path = FILE) -> Result:
    """Return the shipped result.

    Args:
        file: of the result.

    Returns:
        As `make_result` gives it.

    Raises:
        InputError: the file is missing, damaged or of another version.
    """
    return kept_result(file, VERSION, "the result of the comparison is", f"Remake it: {REMAKE}")


def make_result(
    numbers: ClaimSampleSizes | None = None, *, folder: Path | None = None, watching: RunMonitor | None = None
) -> dict[str, Any]:
    """Judge all claims and take the profile, from lives lived now or kept.

    Args:
        numbers: of children; None for the defaults of the register.
        folder: where finished arms are kept, or None.
        watching: called with progress, and asked whether to stop.

    Returns:
        Plain values.

    Raises:
        CancelledError: `watching` said so.
    """
    from bowlby.evidence.claims_register.judge import judge_on, lives_for, summary
    from bowlby.evidence.claims_register.rows import CLAIMS
    from bowlby.evidence.comparison.profile import profile, profile_needs

    lives = lives_for(CLAIMS, numbers, also=profile_needs(), folder=folder, watching=watching)
    judged = judge_on(CLAIMS, lives)
    return {
        "version": VERSION,
        "made_by": REMAKE,
        "children": lives.numbers.children,
        "fewer": lives.numbers.fewer,
        "seed": lives.numbers.seed,
        **summary(judged),
        "claims": [one.as_dict() for one in judged],
        "profile": profile(lives),
    }
