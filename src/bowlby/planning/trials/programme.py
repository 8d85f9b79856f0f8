"""A programme of one's own: which traits of the caregiver it moves, by how much, when and for how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from bowlby.errors import BowlbyError
from bowlby.model import registry as life
from bowlby.model.interventions.intervention import (
    OVER_FAMILIES,
    Dose,
    EvidenceLevel,
    Indication,
    Intervention,
    Shift,
    TraitTarget,
)
from bowlby.planning.trials.part import Part, Share

OWN = "a programme of this design; its shifts are the planner's assumptions"


class Programme(Part):
    """A programme that the registry does not hold, by what it does to the care at home."""

    name: str = Field(min_length=1)
    moves: dict[str, Annotated[float, Field(ge=-3.0, le=3.0)]] = Field(
        min_length=1,
        description="Shift of each trait of the caregiver, in population standard deviations at full effect.",
    )
    duration: float = Field(4.0, gt=0.0, le=120.0, description="Months from start to end.")
    delay: float = Field(4.0, gt=0.0, le=120.0, description="Months until full effect.")
    kept: float = Field(0.8, ge=0.0, le=1.0, description="Share of the effect that stays.")
    fade: float = Field(12.0, gt=0.0, le=240.0, description="Months over which the rest goes.")
    drop_out: Share = Field(0.0, description="Share who do not take it up and gain nothing.")
    doubt: float = Field(0.4, ge=0.0, le=2.0, description="Spread of the mean shift between trials over the mean.")
    youngest: float = Field(0.0, ge=0.0, description="Months at its start.")
    oldest: float = Field(216.0, gt=0.0, description="Months at its start.")

    @model_validator(mode="after")
    def _possible(self) -> Programme:
        for name in self.moves:
            try:
                entry = life.lookup(name)
            except BowlbyError as error:
                raise ValueError(f"{error.message}: {name!r}. {error.remedy}") from error
            if entry.prior is None or not entry.prior.scale:
                raise ValueError(f"{name!r} does not vary between caregivers, so that no programme can move it")
        return self

    def entry(self) -> Intervention:
        """Return the programme as an entry of the registry would say it."""
        return Intervention(
            name=self.name,
            statement=OWN,
            covers=(),
            moves=tuple(self._shift(name, size) for name, size in self.moves.items()),
            dose=Dose(None, self.duration, self.delay, self.kept, self.fade),
            limits=Indication(self.youngest, self.oldest, self.drop_out),
            evidence=EvidenceLevel.NO_ADEQUATE_TRIAL,
            says=OWN,
            citations=(),
        )

    def _shift(self, name: str, size: float) -> Shift:
        prior = life.lookup(name).prior
        mean = size * (0.0 if prior is None else prior.scale)
        return Shift(name, TraitTarget.HOME, mean, self.doubt * abs(mean), OVER_FAMILIES * abs(mean))
