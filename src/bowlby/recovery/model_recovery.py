"""Model recovery: when children learn by one rule, which rule does the comparison choose?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bowlby.inference.choices.compare import compare
from bowlby.inference.choices.fit import fit_fast
from bowlby.inference.choices.hierarchy import Hierarchy, hierarchy_problem
from bowlby.inference.choices.sampling import Progress, silent
from bowlby.model.rules.registry import RULES
from bowlby.model.rules.rule import RuleName
from bowlby.recovery.choices import ChoiceDesign, simulate

ALL_RULES = tuple(RULES)


@dataclass(frozen=True)
class RuleConfusion:
    """Which rule was chosen, by the rule that was simulated.

    Args:
        rules: rows and columns.
        chosen: data sets of each row's rule in which the column's predicted best, shape (rules, rules).
        apart: those in which it was distinguished from every other rule, the same shape.
        untrusted: fits whose diagnostics were not sound.
        replicates: data sets of each rule.
    """

    rules: tuple[RuleName, ...]
    chosen: npt.NDArray[np.int64]
    apart: npt.NDArray[np.int64]
    untrusted: int
    replicates: int

    @property
    def share_right(self) -> float:
        """Return the share of data sets whose own rule was chosen; 1 / rules by chance."""
        return float(np.trace(self.chosen) / self.chosen.sum())

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form: rows are simulated rules, columns chosen ones."""
        return {
            "rules": [str(name) for name in self.rules],
            "chosen": self.chosen.tolist(),
            "told_apart": self.apart.tolist(),
            "share_right": self.share_right,
            "replicates": self.replicates,
            "untrusted": self.untrusted,
        }


def confusion(
    design: ChoiceDesign,
    replicates: int,
    *,
    rules: Sequence[RuleName] = ALL_RULES,
    hierarchy: Hierarchy | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> RuleConfusion:
    """Return the confusion matrix of simulated and chosen rules.

    Each data set is simulated by one rule with what is common drawn from its prior, fitted by every rule with the fast
    approximation, trusted or not, and given to the rule of highest PSIS-LOO.

    Args:
        design: size of each data set.
        replicates: data sets of each rule, >= 1.
        rules: the rules, at least two.
        hierarchy: what else is fitted; its own rule is ignored.
        seed: 0 <= seed < 2**63.
        progress: called with fits done and in all.

    Returns:
        The matrix.

    Raises:
        InputError: the hierarchy cannot be posed for one of the rules.
    """
    rules, base = tuple(rules), hierarchy or Hierarchy()
    chosen = np.zeros((len(rules), len(rules)), dtype=np.int64)
    apart, untrusted, done = np.zeros_like(chosen), 0, 0
    for row, true in enumerate(rules):
        for number in range(replicates):
            word = seed * 100_003 + 1009 * row + number
            trials = simulate(replace(base, rule=true), design, word).trials
            fits = {}
            for name in rules:
                fits[name] = fit_fast(hierarchy_problem(trials, replace(base, rule=name)), word)
                untrusted += not fits[name].diagnostics.trusted
                done += 1
                progress(done, replicates * len(rules) ** 2)
            table = compare(fits)
            column = rules.index(table[0].rule)
            chosen[row, column] += 1
            apart[row, column] += all(other.told_apart for other in table[1:])
    return RuleConfusion(rules, chosen, apart, untrusted, replicates)


def confusion_table(found: RuleConfusion) -> str:
    """Return the confusion matrix as markdown.

    Args:
        found: from `confusion`.

    Returns:
        Rows of simulated rules, columns of chosen ones; in brackets how many were distinguished from all others.
    """
    names = [RULES[name].title for name in found.rules]
    lines = ["| simulated, chosen: | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for place, name in enumerate(names):
        cells = [
            f"{count} ({apart})" if count else "0"
            for count, apart in zip(found.chosen[place].tolist(), found.apart[place].tolist(), strict=True)
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
