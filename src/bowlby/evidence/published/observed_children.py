"""Variables of a simulated study, each read as a study would read it: from records wherever there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from bowlby.errors import InputError
from bowlby.evidence.published.lives import StudyLives
from bowlby.evidence.published.staged_procedures import (
    Occasion,
    infant_classes,
    preschool_classes,
    procedure_at,
    scores,
    visit,
)
from bowlby.evidence.published.vocabulary import VARIABLES, Instrument
from bowlby.measures import still_face
from bowlby.measures.dyad_states import Channel, JointStates, dyad_states
from bowlby.measures.entropy_rate import FEWEST_VISITS, plug_in, signals_of
from bowlby.measures.matching import matching
from bowlby.measures.sensitivity import Rater, rate
from bowlby.model.outcomes import OUTCOMES
from bowlby.records.coded_record import CodedRecord
from bowlby.records.constructs import Construct, Role
from bowlby.records.identity import coded_as_itself
from bowlby.simulation.coding import record_of
from bowlby.simulation.engine.cohort import CohortResult
from bowlby.simulation.engine.design import Value
from bowlby.simulation.expected_care import responsiveness_under, threat, threat_rate
from bowlby.simulation.outcomes import children_at_age, measure
from bowlby.simulation.procedures import STILL_FACE, STRANGE_SITUATION, ordinary

Floats = npt.NDArray[np.float64]
Table = dict[str, Floats]

FEW = 400
"""Children of each part of whom the slower measures are taken; the rest are unknown."""
PART = 2000
"""Children watched at a time: an hour of more of them would not fit into memory."""
ORDINARY_MINUTES = 60.0
ANSWER_WITHIN_S = 60.0
_STATES = {
    "language": "language",
    "social cognition": "social_cognition",
    "threat reactivity": "threat_reactivity",
    "HPA reactivity": "hpa_reactivity",
}


class ObservedChildren:
    """Some children, observed at the ages at which they were kept.

    Args:
        lived: the children.
        seed: of raters' errors and of what outcomes leave open.
        part: which of them are watched.
    """

    def __init__(self, lived: StudyLives, seed: int, part: slice | None = None) -> None:
        self._lived, self._seed = lived, seed
        self._part = part or slice(0, lived.result.children)
        self._tables: dict[tuple[Instrument, float], Table] = {}

    def variable(self, name: str, age: float) -> Floats:
        """Return one variable of every child at an age.

        Args:
            name: of the vocabulary.
            age: months, one at which the children were kept.

        Returns:
            Shape (children,), NaN where it is unknown.

        Raises:
            InputError: the variable has no meaning at this age.
        """
        entry = VARIABLES[name]
        if not entry.ages[0] <= age <= entry.ages[1]:
            remedy = f"Ask for it between {entry.ages[0]:g} and {entry.ages[1]:g} months."
            raise InputError(f"{name} has no meaning at this age", column="age", value=age, remedy=remedy)
        if entry.instrument is Instrument.OUTCOME:
            return self._outcome(name, age)
        key = entry.instrument, age
        if key not in self._tables:
            self._tables[key] = self._watched(entry.instrument, age)
        return self._tables[key][name]

    def _watched(self, instrument: Instrument, age: float) -> Table:
        """Return an instrument's variables of all children, watched part by part."""
        starts = range(0, self._lived.result.children, PART)
        parts = [ObservedChildren(self._lived, self._seed, slice(start, start + PART)) for start in starts]
        tables = [_INSTRUMENTS[instrument](part, age) for part in parts]
        return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}

    def _outcome(self, name: str, age: float) -> Floats:
        match name:
            case "teacher relationship":
                return self._outcome("teacher closeness", age) - self._outcome("teacher conflict", age)
            case "behaviour problems":
                return (self._outcome("externalizing", age) + self._outcome("internalizing", age)) / 2
            case "adult security":
                return -(self._outcome("adult anxiety", age) + self._outcome("adult avoidance", age)) / 2
            case _:
                who = children_at_age(self._lived.result, self._lived.at(age))
                return measure(who, [OUTCOMES[name].name], seed=self._seed, occasion=round(age))[name]

    def with_caregiver(self, age: float, few: int | None = None) -> CohortResult:
        """Return the children with their first caregiver as they were at an age; the first few of them, or all."""
        own = self._own(self._lived.result.together_with(at=self._lived.at(age)))
        return own if few is None or few >= own.children else _some(own, slice(0, few))

    def _own(self, whole: CohortResult) -> CohortResult:
        """Return the children who are watched, as if no other had been there."""
        everyone = self._part.start == 0 and self._part.stop >= whole.children
        return whole if everyone else _some(whole, self._part)

    def secure_with(self, slot: str, age: float) -> Floats:
        """Return who is B with a further partner at an age, NaN for all where no one is in that place."""
        result = self._lived.result
        if slot not in result.design.care_at(age).others:
            return np.full(len(result.design.child_numbers()[self._part]), np.nan)
        children = self._own(result.together_with(slot, at=self._lived.at(age)))
        return infant_classes(scores(visit(children, STRANGE_SITUATION, Occasion.SECOND)))["secure"]

    def generator(self, age: float) -> np.random.Generator:
        """Return random numbers of a rater at an age."""
        first = int(self._lived.result.design.child_numbers()[self._part][0])
        return np.random.default_rng([self._seed, round(100 * age), first])

    def states(self, age: float) -> Table:
        """Return the states of the vocabulary at an age."""
        who = children_at_age(self._lived.result, self._lived.at(age))
        return {name: who.states[state][self._part] for name, state in _STATES.items()}


def _some(whole: CohortResult, part: slice) -> CohortResult:
    """Return some children with their one caregiver, as if no other had been there."""
    (care,) = whole.design.care
    numbers = whole.design.child_numbers()[part]
    design = replace(
        whole.design,
        children=len(numbers),
        numbers=numbers,
        child=_values_of(whole.design.child, part),
        own_constants={name: value[part] for name, value in whole.design.own_constants.items()},
        care=(replace(care, setting=_values_of(care.setting, part), child=_values_of(care.child, part)),),
    )
    return replace(
        whole, design=design, state=whole.state[:, part], status=whole.status[part], trouble=whole.trouble[part]
    )


def _values_of(centres: Mapping[str, Value], part: slice) -> dict[str, Value]:
    return {name: value[part] if isinstance(value, np.ndarray) else value for name, value in centres.items()}


def _procedure(who: ObservedChildren, age: float) -> Table:
    """Return classes and scales as they follow from what a coder with error codes of a procedure."""
    played = visit(who.with_caregiver(age), procedure_at(age), Occasion.PROCEDURE)
    scored = scores(played)
    if played.procedure is not STRANGE_SITUATION:
        return preschool_classes(scored)
    return infant_classes(scored) | {
        "avoidance": _column(scored, "avoidance_8"),
        "resistance": _column(scored, "resistance_8"),
        "disorganization": _column(scored, "disorganization"),
    }


def _second(who: ObservedChildren, age: float) -> Table:
    """Return security with the second caregiver, NaN for children who have none."""
    return {"secure with second caregiver": who.secure_with("second", age)}


def _column(table: pl.DataFrame, name: str) -> Floats:
    return table[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _hour(who: ObservedChildren, age: float) -> Table:
    """Return what an hour at home shows, read from its record."""
    children = who.with_caregiver(age)
    coded = coded_as_itself(record_of(visit(children, ordinary(ORDINARY_MINUTES), Occasion.HOUR), {}))
    order = pl.DataFrame({"session": [str(number) for number in children.design.child_numbers()]})
    rated = order.join(rate(coded, Rater(), who.generator(age)), on="session", how="left", maintain_order="left")
    imposed = _share(coded, order, Role.CAREGIVER, Construct.INTRUDE)
    playing = sum(
        (_share(coded, order, Role.CAREGIVER, one) for one in (Construct.VOICE, Construct.OBJECT)),
        _count(coded, order, Role.CAREGIVER, Construct.PLAY) / ORDINARY_MINUTES,
    )
    return {
        "rated sensitivity": _column(rated, "rated"),
        "sensitivity": _column(rated, "sensitivity"),
        "contingency": _column(rated, "contingency"),
        "holding": _share(coded, order, Role.CAREGIVER, Construct.HOLD),
        "cooperation": -imposed,
        "intrusiveness": imposed,
        "positive attitude": _share(coded, order, Role.CAREGIVER, Construct.AFFECT, pl.col("value") > 0),
        "stimulation": playing,
        "matched affect": _matched(coded, order),
        "cries unanswered": _unanswered(coded, order),
        "crying": ORDINARY_MINUTES * _share(coded, order, Role.CHILD, Construct.CUE_DISTRESS),
    }


def _acts(coded: CodedRecord, role: Role, construct: Construct, which: pl.Expr | None = None) -> pl.DataFrame:
    own = (pl.col("role") == str(role)) & (pl.col("construct") == str(construct))
    return coded.acts.filter(own if which is None else own & which)


def _share(
    coded: CodedRecord, order: pl.DataFrame, role: Role, construct: Construct, which: pl.Expr | None = None
) -> Floats:
    acts = _acts(coded, role, construct, which)
    lasted = acts.group_by("session").agg(value=(pl.col("offset_s") - pl.col("onset_s")).sum())
    return _aligned(order, lasted) / (60.0 * ORDINARY_MINUTES)


def _count(coded: CodedRecord, order: pl.DataFrame, role: Role, construct: Construct) -> Floats:
    return _aligned(order, _acts(coded, role, construct).group_by("session").agg(value=pl.len().cast(pl.Float64)))


def _aligned(order: pl.DataFrame, table: pl.DataFrame, missing: float = 0.0) -> Floats:
    joined = order.join(table, on="session", how="left", maintain_order="left")
    return joined["value"].cast(pl.Float64).fill_null(missing).to_numpy()


def _matched(coded: CodedRecord, order: pl.DataFrame) -> Floats:
    """Return the share of time in which both show the same affect: spans of one value laid over those of the other."""
    child, caregiver = (_acts(coded, role, Construct.AFFECT) for role in (Role.CHILD, Role.CAREGIVER))
    sides = [acts.select("session", "onset_s", "offset_s", "value").drop_nulls() for acts in (child, caregiver)]
    edges = [
        pl.concat(
            [
                side.select("session", at="onset_s", value="value"),
                side.select("session", at="offset_s", value=pl.lit(None, pl.Float64())),
            ]
        )
        .group_by("session", "at")
        .agg(pl.col("value").drop_nulls().first())
        .sort("session", "at")
        for side in sides
    ]
    moments = pl.concat([edge.select("session", "at") for edge in edges]).unique().sort("session", "at")
    for number, edge in enumerate(edges):
        held = edge.rename({"value": f"value_{number}"})
        moments = moments.sort("at").join_asof(held.sort("at"), on="at", by="session", check_sortedness=False)
    moments = moments.sort("session", "at").with_columns(length=pl.col("at").shift(-1).over("session") - pl.col("at"))
    same = moments.filter(pl.col("value_0") == pl.col("value_1"))
    return _aligned(order, same.group_by("session").agg(value=pl.col("length").sum())) / (60.0 * ORDINARY_MINUTES)


def _unanswered(coded: CodedRecord, order: pl.DataFrame) -> Floats:
    cries = _acts(coded, Role.CHILD, Construct.CUE_DISTRESS).select("session", "onset_s").sort("onset_s")
    answers = _acts(coded, Role.CAREGIVER, Construct.ANSWER).select("session", answer_s="onset_s").sort("answer_s")
    met = cries.join_asof(
        answers, left_on="onset_s", right_on="answer_s", by="session", strategy="forward", check_sortedness=False
    )
    late = (pl.col("answer_s") - pl.col("onset_s") > ANSWER_WITHIN_S) | pl.col("answer_s").is_null()
    return _aligned(order, met.group_by("session").agg(value=late.mean()), float("nan"))


def _signals(who: ObservedChildren, age: float) -> Table:
    """Return the plug-in entropy rate of the first few children."""
    children = who.with_caregiver(age, FEW)
    coded = coded_as_itself(record_of(visit(children, ordinary(ORDINARY_MINUTES), Occasion.HOUR), {}))
    found = [_plug_in(coded, str(number)) for number in children.design.child_numbers()]
    return {"entropy rate": _padded(found, who.with_caregiver(age).children)}


def _plug_in(coded: CodedRecord, session: str) -> float:
    visits = signals_of(coded, session).visits
    return float("nan") if sum(map(len, visits)) < FEWEST_VISITS else plug_in(visits)


def _repaired_next(joint: JointStates) -> float:
    """Return the share of mismatches that the next change of either's affect ends in a match."""
    same = joint.child == joint.caregiver
    after = joint.follows[1:] & ~same[:-1]
    return float((same[1:] & after).sum() / after.sum()) if after.any() else float("nan")


def _padded(few: list[float], children: int) -> Floats:
    return np.concatenate([few, np.full(children - len(few), np.nan)])


def _still_face(who: ObservedChildren, age: float) -> Table:
    """Return the still-face effect and carry-over of every child."""
    played = visit(who.with_caregiver(age), STILL_FACE, Occasion.STILL_FACE)
    coded = coded_as_itself(record_of(played, {}))
    effects = still_face.effect(coded, still_face.StillFaceCriteria(fewest_s=25.0))
    order = pl.DataFrame({"session": [str(number) for number in played.numbers]})

    def of(outcome: str, contrast: str) -> Floats:
        own = effects.filter((pl.col("outcome") == outcome) & (pl.col("contrast") == contrast))
        return _aligned(order, own.select("session", value="estimate"), float("nan"))

    return {
        "still-face: positive affect": of("affect", "effect"),
        "still-face: gaze": of("gaze", "effect"),
        "still-face: negative affect": of("protest", "effect"),
        "carry-over: positive affect": of("affect", "carry_over"),
        "carry-over: negative affect": of("protest", "carry_over"),
    }


def _play(who: ObservedChildren, age: float) -> Table:
    """Return matching in the play of the still-face, of the first few children."""
    played = visit(who.with_caregiver(age, FEW), STILL_FACE, Occasion.STILL_FACE)
    only = replace(played, phase=np.where(played.phase == 0, played.phase, -1))
    coded = coded_as_itself(record_of(only, {}))
    joints = [dyad_states(coded, str(number), Channel.AFFECT).joint() for number in played.numbers]
    found = [matching(joint) for joint in joints]
    nan = float("nan")
    values = {
        "play: matched share": [one.matched_s / one.both_s if one.both_s else nan for one in found],
        "play: seconds between matches": [one.mismatched_s / one.repairs if one.repairs else nan for one in found],
        "play: mismatches repaired": [_repaired_next(joint) for joint in joints],
    }
    children = who.with_caregiver(age).children
    return {name: _padded(column, children) for name, column in values.items()}


def _traits(who: ObservedChildren, age: float) -> Table:
    design = who.with_caregiver(age).design
    (care,) = design.care
    return {
        "frightening acts": np.log(threat_rate(design, care)),
        "threat of care": np.log(threat(design, care)),
        "deprivation of care": 1.0 - responsiveness_under(design, care),
    }


_INSTRUMENTS: dict[Instrument, Callable[[ObservedChildren, float], Table]] = {
    Instrument.PROCEDURE: _procedure,
    Instrument.SECOND: _second,
    Instrument.HOUR: _hour,
    Instrument.SIGNALS: _signals,
    Instrument.STILL_FACE: _still_face,
    Instrument.PLAY: _play,
    Instrument.TRAIT: _traits,
    Instrument.STATE: lambda who, age: who.states(age),
}
