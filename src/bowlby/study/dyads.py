"""Records of several dyads: whose each is, each dyad's differential, and all of them pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bowlby.errors import InputError
from bowlby.infer.edition import FIRST_EDITION
from bowlby.infer.pooled import Covariate, Pooled, pool
from bowlby.infer.posterior import LEVEL, Posterior, posterior
from bowlby.infer.sampling import Progress, silent
from bowlby.records.dyads import Dyad, number_of
from bowlby.study.axes import axes_of
from bowlby.study.differential import Differential, differential


@dataclass(frozen=True)
class Several:
    """What records of several dyads say of each and of all.

    Args:
        dyads: whose records they are.
        alone: each dyad's differential, from its own records only.
        pooled: all of them under one hierarchy, or None where they were not pooled.
    """

    dyads: tuple[Dyad, ...]
    alone: tuple[Differential, ...]
    pooled: Pooled | None

    def as_dict(self) -> dict[str, object]:
        """Return the JSON object of `bowlby infer` for several dyads."""
        return {
            "edition": FIRST_EDITION,
            "pooling": self.pooled is not None,
            "verdicts_rest_on": VERDICTS,
            "dyads": [self._of(place) for place in range(len(self.dyads))],
            "group": None if self.pooled is None else self.pooled.as_dict(),
        }

    def _of(self, place: int) -> dict[str, object]:
        dyad, found = self.dyads[place], self.alone[place]
        among = None if self.pooled is None else _among_others(self.pooled.together[place])
        sessions = list(found.posterior.evidence.sessions)
        who: dict[str, object] = {"dyad": dyad.name, "files": list(dyad.files), "sessions": sessions}
        return who | {"alone": found.as_dict(), "pooled": among}


VERDICTS = "each dyad's own records and the reference population, never on the other dyads"
"""The rule's conditions and base rates are made for one dyad's prior; a group's mean must not decide a verdict."""


def _among_others(found: Posterior) -> dict[str, object]:
    drawn = axes_of(found.draws, found.evidence.mean_age_months)
    summaries: dict[str, object] = {}
    for name, values in drawn._asdict().items():
        low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        summaries[name] = {"mean": float(values.mean()), "low": float(low), "high": float(high)}
    return {"parameters": [row.as_dict() for row in found.parameters], "axes": summaries}


def covariates_of(dyads: Sequence[Dyad], names: Sequence[str], source: Path | None = None) -> tuple[Covariate, ...]:
    """Return covariates of the dyads from the manifest's columns, and their groups where there are several.

    Numbers are standardised over the dyads, a dyad's several rows averaged; words make one covariate a category, whose
    effects have a common prior, as groups have. The column `group` counts as named wherever it holds two values.

    Args:
        dyads: with their manifest's columns.
        names: columns.
        source: the manifest, for errors.

    Returns:
        The covariates.

    Raises:
        InputError: a column is missing, empty somewhere, the same for all, or differs within a dyad in words.
    """
    wanted = list(dict.fromkeys(names))
    if "group" not in wanted and len({one.columns.get("group") for one in dyads} - {None}) > 1:
        wanted.append("group")
    return tuple(one for name in wanted for one in _covariate(dyads, name, source))


def _covariate(dyads: Sequence[Dyad], name: str, source: Path | None) -> tuple[Covariate, ...]:
    words = [_filled(dyad, name, source) for dyad in dyads]
    numbers = [[number_of(word) for word in own] for own in words]
    if name != "group" and all(value is not None for own in numbers for value in own):
        means = np.array([np.mean([value for value in own if value is not None]) for own in numbers])
        if np.ptp(means) == 0:
            raise _same_for_all(name, source, means[0])
        sd = float(means.std())
        return (Covariate(name, tuple(((means - means.mean()) / sd).tolist()), f"sd of {name} ({sd:.3g})"),)
    return _categories(name, [_only(dyad, own, name, source) for dyad, own in zip(dyads, words, strict=True)], source)


def _categories(name: str, values: Sequence[str], source: Path | None) -> tuple[Covariate, ...]:
    kinds = list(dict.fromkeys(values))
    if len(kinds) == 1:
        raise _same_for_all(name, source, kinds[0])
    return tuple(
        Covariate(f"{name} {kind}", tuple(float(value == kind) for value in values), f"being in {name} {kind}")
        for kind in kinds
    )


def _same_for_all(name: str, source: Path | None, value: object) -> InputError:
    return InputError(
        "a covariate that is the same for all dyads can explain nothing",
        file=source,
        column=name,
        value=value,
        remedy="Leave it out.",
    )


def _filled(dyad: Dyad, name: str, source: Path | None) -> tuple[str, ...]:
    if name not in dyad.columns:
        raise InputError(
            "the manifest has no such column",
            file=source,
            column="--covariate",
            value=name,
            remedy="Add the column to the manifest, or name another." if source else "Give a --manifest that has it.",
        )
    words = [word for word in dyad.columns[name] if word is not None]
    if len(words) < len(dyad.columns[name]):
        file = dyad.files[dyad.columns[name].index(None)]
        raise InputError(
            f"the covariate is missing for {dyad.name}",
            file=source,
            column=name,
            value=file,
            remedy="Fill it in, leave the record out, or leave the covariate out.",
        )
    return tuple(words)


def _only(dyad: Dyad, words: tuple[str, ...], name: str, source: Path | None) -> str:
    if len(set(words)) > 1:
        raise InputError(
            f"the covariate differs among the records of {dyad.name}",
            file=source,
            column=name,
            value=", ".join(sorted(set(words))),
            remedy="A category belongs to the dyad: write the same word in each of its rows.",
        )
    return words[0]


@dataclass(frozen=True)
class Asked:
    """How several dyads are to be inferred from.

    Args:
        pooling: whether dyads tell of each other.
        base_rates: as in `differential`.
        nuts: draw each dyad's own posterior by NUTS.
        seed: 0 <= seed < 2**63.
    """

    pooling: bool = True
    base_rates: Mapping[str, float] | None = None
    nuts: bool = False
    seed: int = 0


def infer_several(
    dyads: Sequence[Dyad], covariates: Sequence[Covariate], asked: Asked, progress: Progress = silent
) -> Several:
    """Return what records of several dyads say of each by itself, and of all under one hierarchy.

    Args:
        dyads: at least two.
        covariates: what may move the group's mean.
        asked: how.
        progress: told steps done and the most that may come, dyads first.

    Returns:
        Differentials of the dyads by themselves, and the pooled posterior.

    Raises:
        InputError: there are fewer than two dyads to pool, or the seed is out of range.
    """
    alone: list[Posterior] = []
    for number, dyad in enumerate(dyads):
        alone.append(posterior(dyad.coded, nuts=asked.nuts, seed=asked.seed))
        progress(number + 1, len(dyads))
    names = [dyad.name for dyad in dyads]
    pooled = pool(alone, names, covariates, seed=asked.seed, progress=progress) if asked.pooling else None
    each = tuple(differential(found, base_rates=asked.base_rates) for found in alone)
    return Several(tuple(dyads), each, pooled)
