"""Records that an inference is trained on: families, visits, coders, and each coded visit in numbers, kept in parts.

`python -m bowlby.simulate.training FOLDER --families 4096` makes them; an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bowlby.atomic import alone, make_folder, write_text, writing
from bowlby.errors import InputError, OverwriteError
from bowlby.measures.rule import EpisodeRule
from bowlby.measures.summaries import LINES, ActColumns, Line, Summaries, summaries_of_columns
from bowlby.model.life.dimensions import Dimension
from bowlby.records.constructs import Construct
from bowlby.simulate.acts import CODABLE, KINDS, Acts, as_written
from bowlby.simulate.coder import CoderError
from bowlby.simulate.coding import acts_of, coder_of
from bowlby.simulate.engine.cohort import simulate_cohort
from bowlby.simulate.engine.design import CohortDesign
from bowlby.simulate.engine.program import WIDTH
from bowlby.simulate.expected_care import partner_traits, responsiveness_under, threat, threat_rate
from bowlby.simulate.observed import VisitPlan, coder_names, visits_of
from bowlby.simulate.population import families, population
from bowlby.simulate.procedures import ordinary

PART = 4 * WIDTH
"""Families of a part: whole blocks, and some hundred megabytes while an hour of theirs is watched."""
PLAN_FILE = "plan.json"
RULE = EpisodeRule(cues=(Construct.CUE_DISTRESS, Construct.CUE_BID))
"""What a simulated record counts as cue and answer, as its metadata says."""

Arrays = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True)
class TrainingPlan:
    """What is to be made.

    Args:
        families: how many, a child each, >= 1.
        population: calibrated population whose families are drawn.
        age_months: of the children at the first visit, > 0.
        visits: a day apart, >= 1.
        minutes: of each visit, > 0.
        coders: independent coders of each visit, >= 1.
        error: of each coder.
        seed: of all chances, 0 <= seed < 2**64.
    """

    families: int
    population: str = "pooled"
    age_months: float = 12.0
    visits: int = 3
    minutes: float = 60.0
    coders: int = 1
    error: CoderError = field(default_factory=CoderError)
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be made, before anything is."""
        if self.families < 1:
            raise InputError("there is at least one family", column="families", value=self.families)
        coder_names(self.coders)
        _ = self.visit_plan, self.design(0)

    @property
    def visit_plan(self) -> VisitPlan:
        """When and how each child is watched."""
        return VisitPlan(ordinary(self.minutes), visits=self.visits)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return -(-self.families // PART)

    def design(self, part: int) -> CohortDesign:
        """Return the families of one part.

        Args:
            part: its number, from 0.
        """
        first = part * PART
        count = min(PART, self.families - first)
        return families(self.population, count, self.age_months, self.seed, first)

    def as_json(self) -> str:
        """Return what is kept beside the parts, so that another plan is not mixed with them."""
        lines = [[str(line.role), str(line.construct), line.sign] for line in LINES]
        return json.dumps(asdict(self) | {"part": PART, "lines": lines}, indent=1, sort_keys=True) + "\n"


def make_training_records(plan: TrainingPlan, folder: Path, done: Callable[[int, int], None] | None = None) -> int:
    """Make the parts that are not there yet; each is written whole or not at all, and is the same whenever it is made.

    A part holds who the families are (`numbers`, `position`, `at_risk`), the care that they give (`traits`, `threat`,
    `threat_rate`, `responsiveness`) and, by coder, visit and family, the arrays of `Summaries`.

    Args:
        plan: what is to be made.
        folder: where; made where it does not exist.
        done: called with parts done and all parts.

    Returns:
        How many parts were made by this call.

    Raises:
        OverwriteError: the folder holds records of another plan.
        BusyError: another process writes there.
        OutputError: it cannot be written.
    """
    folder = make_folder(folder)
    with alone(folder):
        _keep_plan(plan, folder / PLAN_FILE)
        missing = [part for part in range(plan.parts) if not part_file(folder, part).exists()]
        for place, part in enumerate(missing):
            _write(training_part(plan, part), part_file(folder, part))
            if done is not None:
                done(plan.parts - len(missing) + place + 1, plan.parts)
    return len(missing)


def part_file(folder: Path, part: int) -> Path:
    """Return the file of one part.

    Args:
        folder: of the records.
        part: its number, from 0.

    Returns:
        Its path.
    """
    return folder / f"part-{part:05d}.npz"


def _keep_plan(plan: TrainingPlan, path: Path) -> None:
    text = plan.as_json()
    if path.exists() and path.read_text(encoding="utf-8") != text:
        remedy = "Choose another folder, or the plan that stands there."
        raise OverwriteError("the folder holds records of another plan", file=path, remedy=remedy)
    write_text(path, text, force=True)


def _write(arrays: Arrays, path: Path) -> None:
    with writing(path) as draft, draft.open("wb") as stream:
        np.savez(stream, **arrays)  # pyright: ignore[reportArgumentType]


def training_part(plan: TrainingPlan, part: int) -> Arrays:
    """Return one part of the records.

    Args:
        plan: what is to be made.
        part: its number, from 0.

    Returns:
        Arrays by name; those of families begin with the families, those of records with coders, visits and families.
    """
    design = plan.design(part)
    cohort = simulate_cohort(design)
    names = coder_names(plan.coders)
    by_visit = [
        [coded_summaries(coder_of(played, plan.error, name).code(acts)).arrays() for name in names]
        for played in visits_of(cohort, plan.visit_plan)
        for acts in [acts_of(played)]
    ]
    records = {
        name: np.stack([[visit[coder][name] for visit in by_visit] for coder in range(plan.coders)])
        for name in by_visit[0][0]
    }
    return _families(plan, design) | records | {"status": cohort.status}


def _families(plan: TrainingPlan, design: CohortDesign) -> Arrays:
    numbers, care = design.child_numbers(), design.care[-1]
    drawn = population(plan.population)
    position = drawn.position(numbers, plan.seed)
    return {
        "numbers": numbers,
        "position": np.stack([position[dimension] for dimension in Dimension], axis=1),
        "at_risk": drawn.at_risk(numbers, plan.seed),
        "traits": np.stack(list(partner_traits(design, care)[None].values()), axis=1),
        "threat": threat(design, care),
        "threat_rate": threat_rate(design, care),
        "responsiveness": responsiveness_under(design, care),
    }


_PLACE = {line: place for place, line in enumerate(LINES)}


def _line_of(place: int) -> int:
    kind = KINDS[place]
    sign = int(kind.code.split()[1]) if kind.construct is Construct.AFFECT else None
    return _PLACE[Line(kind.role, kind.construct, sign)]


_LINE_OF_KIND = np.array([_line_of(place) for place in range(len(KINDS))], np.int64)
_CODABLE = np.array([line.construct in CODABLE[line.role] for line in LINES])


def coded_summaries(acts: Acts) -> Summaries:
    """Return the summaries of one visit as one coder coded it, a row a child.

    Args:
        acts: as coded.

    Returns:
        What `measures.summaries` gives for the record of these acts.
    """
    written = as_written(acts)
    columns = ActColumns(written.child, _LINE_OF_KIND[written.kind], written.onset, written.offset)
    return summaries_of_columns(columns, written.watched, _CODABLE, RULE)


def main() -> None:
    """Make training records as the command line asks.

    Raises:
        BowlbyError: what `make_training_records` raises.
    """
    from bowlby.simulate.entry import prepare_jax

    parser = argparse.ArgumentParser(prog="python -m bowlby.simulate.training", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--families", type=int, required=True)
    parser.add_argument("--population", default=TrainingPlan.population)
    parser.add_argument("--age", type=float, default=TrainingPlan.age_months, help="months")
    parser.add_argument("--visits", type=int, default=TrainingPlan.visits)
    parser.add_argument("--minutes", type=float, default=TrainingPlan.minutes)
    parser.add_argument("--coders", type=int, default=TrainingPlan.coders)
    parser.add_argument("--seed", type=int, default=TrainingPlan.seed)
    given = parser.parse_args()
    prepare_jax()
    plan = TrainingPlan(
        given.families,
        given.population,
        given.age,
        given.visits,
        given.minutes,
        given.coders,
        seed=given.seed,
    )
    make_training_records(plan, given.folder, lambda part, of: _say(f"part {part} of {of}"))


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
