"""What a sign says, in bits: of what was seen, and of what might be looked for next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bowlby.inference.signs.posterior import ChildWeights, Responses, likelihood, prior_weights
from bowlby.model.signs.accuracy import Informant, unexplained_grid
from bowlby.model.signs.observation import PLACES, SignEvidence, chance_of_report
from bowlby.model.signs.registry import SIGNS
from bowlby.model.signs.response import GENERAL_WEIGHTS
from bowlby.model.signs.sign import Setting
from bowlby.model.signs.states import SIGN_STATES, End


def bits_by_state(responses: Responses, sign: str, evidence: SignEvidence) -> dict[str, float]:
    """Return what the reports of one sign, taken alone, say of each state: log2 of a likelihood ratio.

    bits = log2 P(reports | state in its hardest tenth) - log2 P(reports | state elsewhere), averaged over reference
    children, general liability and what is unexplained.

    Args:
        responses: of the reference children.
        sign: name of the sign.
        evidence: of its reports.

    Returns:
        Bits by state; above 0 for, below 0 against.
    """
    prior = prior_weights(responses.children.count)
    alone = likelihood(responses.of(sign), evidence)
    other = likelihood(np.array(unexplained_grid()), evidence)
    each = (prior.explained * alone).sum(axis=1) * len(alone) + float(prior.unexplained @ other)
    hard = responses.children.hard
    return {name: float(np.log2(each[mark].mean() / each[~mark].mean())) for name, mark in hard.items()}


def bits_unexplained(responses: Responses, sign: str, evidence: SignEvidence) -> float:
    """Return what the reports of one sign, taken alone, say for a cause that the model does not hold.

    Args:
        responses: of the reference children.
        sign: name of the sign.
        evidence: of its reports.

    Returns:
        log2 of the likelihood ratio, unexplained against explained.
    """
    prior = prior_weights(responses.children.count)
    inside = float((prior.explained * likelihood(responses.of(sign), evidence)).sum())
    outside = float(prior.unexplained @ likelihood(np.array(unexplained_grid()), evidence))
    return float(np.log2(outside / prior.left_over) - np.log2(inside / (1.0 - prior.left_over)))


def shown_chance(responses: Responses, weights: ChildWeights, sign: str, evidence: SignEvidence) -> float:
    """Return the probability that a child shows a sign persistently, given everything reported.

    Args:
        responses: of the reference children.
        weights: posterior, all reports of this sign included.
        sign: name of the sign.
        evidence: of its reports.

    Returns:
        A probability.
    """

    shown = np.exp(evidence.shown - max(evidence.shown, evidence.not_shown))

    def after(chance: np.ndarray) -> np.ndarray:
        return chance * shown / likelihood(chance, evidence)

    rates = np.array(unexplained_grid())
    return float((weights.explained * after(responses.of(sign))).sum() + weights.unexplained @ after(rates))


@dataclass(frozen=True)
class NextLook:
    """The information that looking for a sign would be expected to give.

    Args:
        sign: name of the sign.
        bits: expected information gain over the states.
        informant: who would say most.
        setting: where.
        others: bits by the other kinds of informant who can see it.
    """

    sign: str
    bits: float
    informant: Informant
    setting: Setting
    others: tuple[tuple[Informant, Setting, float], ...]

    def as_dict(self) -> dict[str, object]:
        """Return the row of the command contract."""
        return {
            "sign": self.sign,
            "bits": self.bits,
            "informant": str(self.informant),
            "setting": str(self.setting),
            "others": [
                {"informant": str(who), "setting": str(where), "bits": bits} for who, where, bits in self.others
            ],
        }


def next_looks(responses: Responses, weights: ChildWeights, age: float, done: set[str]) -> list[NextLook]:
    """Return the signs not yet looked for, the most telling first.

    The gain is the mutual information between the report and the states, I = H(E[p_i]) - E[H(p_i)] over the posterior
    of the child i, with p_i = P(report present | child i), general liability and what is unexplained integrated out.

    Args:
        responses: of the reference children.
        weights: posterior so far.
        age: months.
        done: signs already looked for.

    Returns:
        One row a sign that shows at this age.
    """
    names = [name for name, sign in SIGNS.items() if name not in done and sign.shows_at(age)]
    return sorted((_best_look(responses, weights, name) for name in names), key=lambda row: (-row.bits, row.sign))


def _best_look(responses: Responses, weights: ChildWeights, sign: str) -> NextLook:
    shown = _shown_by_child(responses, weights, sign)
    ways = [
        (who, where, _gain(shown, weights.child, chance_of_report(who)))
        for who, places in PLACES.items()
        for where in [place for place in places if place in SIGNS[sign].settings][:1]
    ]
    ranked = sorted(ways, key=lambda way: (-way[2], way[0]))
    who, where, bits = ranked[0]
    return NextLook(sign, bits, who, where, tuple(ranked[1:]))


def _shown_by_child(responses: Responses, weights: ChildWeights, sign: str) -> np.ndarray:
    """P(child i shows the sign | reports so far), shape (children,)."""
    count = responses.children.count
    inside = (weights.explained * responses.of(sign)).sum(axis=1)
    outside = float(weights.unexplained @ np.array(unexplained_grid())) / count
    return (inside + outside) / np.maximum(weights.child, np.finfo(float).tiny)


def _gain(shown: np.ndarray, weight: np.ndarray, look: tuple[float, float]) -> float:
    hit, false = look
    report = false + (hit - false) * shown
    return max(0.0, float(entropy_bits(np.array([weight @ report]))[0] - weight @ entropy_bits(report)))


THREAT_SIDE = ("threat_expectation", "threat_reactivity", "conflict")
LITTLE_SIDE = ("comfort_expectation", "trust_in_adults", "efficacy", "worth", "attachment_formed")
_SHARES = 10


def telling_apart_bits(responses: Responses, sign: str) -> float:
    """Return what showing a sign says of which weighs more, expecting threat or expecting little.

    Both sides are means of normal scores towards the hard end, standardised; their difference is cut into tenths, and
    the information is I(sign; tenth) = H(mean p) - mean H(p of a tenth).

    Args:
        responses: of the reference children.
        sign: name of the sign.

    Returns:
        Bits, >= 0.
    """
    scores = responses.children.scores
    difference = _side(scores, THREAT_SIDE) - _side(scores, LITTLE_SIDE)
    chance = responses.of(sign) @ GENERAL_WEIGHTS
    order = np.argsort(difference, kind="stable")
    shares = np.array([chance[part].mean() for part in np.array_split(order, _SHARES)])
    return float(entropy_bits(np.array([shares.mean()]))[0] - entropy_bits(shares).mean())


def _side(scores: Mapping[str, np.ndarray], states: Sequence[str]) -> np.ndarray:
    toward = [scores[name] if SIGN_STATES[name].end == End.HIGH else -scores[name] for name in states]
    mean = np.mean(toward, axis=0)
    return mean / mean.std()


def entropy_bits(chance: np.ndarray) -> np.ndarray:
    """Return the entropy of yes or no.

    Args:
        chance: P(yes), in (0, 1).

    Returns:
        Bits, of the same shape.
    """
    return -(chance * np.log2(chance) + (1.0 - chance) * np.log2(1.0 - chance))
