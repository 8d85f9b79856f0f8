"""What signs say of a child's states: one function for command line, page and web."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bowlby.inference.signs.information import NextLook, bits_by_state, bits_unexplained, next_looks, shown_chance
from bowlby.inference.signs.posterior import Responses, StateSummary, summarise, weigh_children
from bowlby.inference.signs.usable_reports import UnusedReport, check_age, sort_observations
from bowlby.model.signs.accuracy import UNEXPLAINED_PRIOR
from bowlby.model.signs.observation import Observation, ObservedValue, SignEvidence, weigh_reports
from bowlby.model.signs.reference import FILE, SignReference, load_reference
from bowlby.model.signs.registry import SIGNS, WHAT_ELSE, WHAT_HELPS
from bowlby.model.signs.states import SIGN_STATES
from bowlby.purpose import PURPOSE_AND_LIMITS

YOUNGEST, OLDEST = 12.0, 72.0
"""Ages in months for which signs are read."""

ENOUGH = 0.8
"""A state is named only from this probability on (design 2, section 10)."""

NOT_ENOUGH = "not enough to tell"


@dataclass(frozen=True)
class SignReading:
    """What became of one sign that was looked for.

    Args:
        sign: its name.
        reports: used.
        probability: that the child shows it persistently.
        bits: for each state's hardest tenth, of these reports alone.
        unexplained_bits: for a cause that the model does not hold, of these reports alone.
    """

    sign: str
    reports: tuple[Observation, ...]
    probability: float
    bits: Mapping[str, float]
    unexplained_bits: float

    def as_dict(self) -> dict[str, object]:
        """Return the sign with its base rate, its counts, what else it can mean and what helps."""
        sign = SIGNS[self.sign]
        days = sorted(report.day for report in self.reports if report.day)
        present = sum(report.value == ObservedValue.PRESENT for report in self.reports)
        return {
            "sign": self.sign,
            "description": sign.description,
            "family": str(sign.family),
            "present": present,
            "absent": len(self.reports) - present,
            "occasions": len({report.day for report in self.reports}),
            "raters": len({(report.informant, report.rater) for report in self.reports}),
            "settings": sorted({str(report.setting) for report in self.reports}),
            "first": days[0].isoformat() if days else None,
            "last": days[-1].isoformat() if days else None,
            "probability": self.probability,
            "base_rate": sign.base_rate,
            "bits": dict(self.bits),
            "unexplained_bits": self.unexplained_bits,
            "what_else": list(sign.what_else),
            "what_helps": sign.helps,
        }


@dataclass(frozen=True)
class SignsResult:
    """What signs say of a child's states, with base rates beside everything.

    Args:
        age: months, as given.
        reference_age: months, of the reference children used.
        reference_children: how many.
        made: how the reference was made.
        states: posterior by state.
        base_rates: the same before anything was looked for.
        unexplained: posterior probability of a cause that the model does not hold.
        signs: what became of each sign looked for.
        next: what to look for next.
        set_aside: reports that were not used.
        notes: what the reader must know.
    """

    age: float
    reference_age: float
    reference_children: int
    made: Mapping[str, object]
    states: Mapping[str, StateSummary]
    base_rates: Mapping[str, StateSummary]
    unexplained: float
    signs: tuple[SignReading, ...]
    next: tuple[NextLook, ...]
    set_aside: tuple[UnusedReport, ...]
    notes: tuple[str, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """States whose hardest tenth has reached the probability that naming it takes."""
        return tuple(name for name, found in self.states.items() if found.probability >= ENOUGH)

    @property
    def verdict(self) -> str:
        """Return the states named, or that there is not enough to say."""
        return ", ".join(f"{name} {SIGN_STATES[name].end}" for name in self.told) or NOT_ENOUGH

    def as_dict(self) -> dict[str, object]:
        """Return the keys of the command contract and more; no key names an exposure or a person."""
        return {
            "age_months": self.age,
            "reference": {
                "age_months": self.reference_age,
                "children": self.reference_children,
                "version": self.made.get("version"),
                "seed": self.made.get("seed"),
            },
            "states": {name: found.as_dict() for name, found in self.states.items()},
            "base_rates": {name: found.as_dict() for name, found in self.base_rates.items()},
            "about": {
                name: {"meaning": state.meaning, "hard_end": str(state.end), "simulated_forward": state.forward}
                for name, state in SIGN_STATES.items()
            },
            "unexplained": self.unexplained,
            "unexplained_base_rate": UNEXPLAINED_PRIOR,
            "verdict": self.verdict,
            "signs": [sign.as_dict() for sign in self.signs],
            "next": [look.as_dict() for look in self.next],
            "set_aside": [one.as_dict() for one in self.set_aside],
            "notes": list(self.notes),
            "what_else": list(WHAT_ELSE),
            "what_helps": list(WHAT_HELPS),
            "purpose_and_limits": list(PURPOSE_AND_LIMITS),
        }


def read_signs(
    observations: Sequence[Observation], age: float, *, reference: SignReference | None = None
) -> SignsResult:
    """Return what observed signs say of a child's states, and of nothing else.

    Args:
        observations: looks for signs, in any order; none is allowed.
        age: of the child at the last look, months, 12 to 72.
        reference: simulated children; None for those that are shipped.

    Returns:
        Posterior, base rates, what is unexplained, evidence by sign and what to look for next.

    Raises:
        InputError: the age is outside, a sign is unknown, or the shipped table cannot be read.
    """
    check_age(age, YOUNGEST, OLDEST)
    looked = sort_observations(observations, age)
    table = reference or load_reference()
    responses = shipped_responses(table.nearest(age)) if reference is None else Responses(table.at(age))
    evidence = {name: weigh_reports(reports) for name, reports in looked.reports.items()}
    weights = weigh_children(responses, evidence)
    children = responses.children

    def sign_read(name: str, own: SignEvidence) -> SignReading:
        return SignReading(
            name,
            looked.reports[name],
            shown_chance(responses, weights, name, own),
            bits_by_state(responses, name, own),
            bits_unexplained(responses, name, own),
        )

    return SignsResult(
        age=age,
        reference_age=children.age,
        reference_children=children.count,
        made=table.made,
        states=summarise(children, weights.child),
        base_rates=summarise(children, weigh_children(responses, {}).child),
        unexplained=weights.left_over,
        signs=tuple(sign_read(name, own) for name, own in evidence.items()),
        next=tuple(next_looks(responses, weights, age, set(evidence))),
        set_aside=looked.set_aside,
        notes=looked.notes,
    )


@lru_cache(maxsize=8)
def shipped_responses(age: float) -> Responses:
    """Return the responses of the shipped reference children at a tabulated age; a running process keeps them.

    Args:
        age: months, one of the table's.

    Returns:
        The responses.

    Raises:
        InputError: the shipped table cannot be read.
    """
    return Responses(load_reference(FILE).at(age))
