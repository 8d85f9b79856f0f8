"""The study file: what a study is of, where its manifest and codebook lie, and what is compared in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bowlby.errors import InputError, suggestion
from bowlby.input_file import toml_tables

PRIMARY = (
    "cg_rate_voice",
    "cg_share_answered_other_cues",
    "dy_delta_p_other_cues",
    "cg_warm_acts_noticed",
    "cg_entropy_rate_of_sensory_signals",
    "dy_matched_share_affect",
)
"""Outcomes that a new study file names as primary, to be changed before the data are looked at."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GroupPlan(_Part):
    """Which groups are compared.

    Args:
        column: of the manifest, one word a child; empty where nothing is compared.
        outcomes: variables that were to be compared before the data were looked at.
        covariates: numeric columns of the manifest that are held constant.
    """

    column: str = ""
    outcomes: tuple[str, ...] = PRIMARY
    covariates: tuple[str, ...] = ()


class AssociationPlan(_Part):
    """What measures are held against.

    Args:
        ratings: numeric columns of the manifest.
        classes: column of the manifest with a class a child, such as attachment_class; empty for none.
    """

    ratings: tuple[str, ...] = ()
    classes: str = ""


class AgreementPlan(_Part):
    """How two codings of a session are compared.

    Args:
        tolerance_s: largest difference of onsets that is the same event, seconds.
        unit_s: length of a time unit, seconds.
    """

    tolerance_s: Annotated[float, Field(ge=0, le=60)] = 2.0
    unit_s: Annotated[float, Field(gt=0, le=60)] = 1.0


class InferencePlan(_Part):
    """Whether and how the axes of care are estimated.

    Args:
        axes: whether they are.
        population: of the families that are taken to write such records.
    """

    axes: bool = True
    population: str = "pooled"


class StudyPlan(_Part):
    """A study.

    Args:
        title: of the study.
        manifest: path of the manifest, from the study file's folder.
        codebook: path of the codebook, likewise; empty where the files speak bowlby's own constructs.
        ethics: committee and number of the approval, as the report prints it.
        seed: of every random number.
        window_s: longest wait for an answer, seconds; absent for the codebook's or the default.
        groups: which groups are compared.
        associations: what measures are held against.
        agreement: how two codings are compared.
        inference: whether and how the axes are estimated.
    """

    title: str = "A study of care"
    manifest: str
    codebook: str = ""
    ethics: str = ""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    window_s: Annotated[float, Field(gt=0, le=600)] | None = None
    groups: GroupPlan = Field(default_factory=GroupPlan)
    associations: AssociationPlan = Field(default_factory=AssociationPlan)
    agreement: AgreementPlan = Field(default_factory=AgreementPlan)
    inference: InferencePlan = Field(default_factory=InferencePlan)


def read_study(path: str | Path) -> StudyPlan:
    """Read a study file.

    Args:
        path: a TOML file.

    Returns:
        The study.

    Raises:
        InputError: no such file, no TOML, an unknown or missing key, or a value that cannot be.
    """
    path = Path(path)
    start = "Begin one with `bowlby study init FOLDER -o study.toml`."
    try:
        written = toml_tables(path.read_text(encoding="utf-8-sig"), path, InputError, start)
    except FileNotFoundError as error:
        raise InputError("there is no such study file", file=path, remedy=start) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the study file cannot be read as text", file=path, remedy="Save it as UTF-8 TOML.") from error
    try:
        return StudyPlan.model_validate(written)
    except ValidationError as error:
        raise _refusal(error, path) from error


def _refusal(error: ValidationError, path: Path) -> InputError:
    """Return the first mistake of a study file with its key, its value and what may stand there."""
    first = error.errors(include_url=False)[0]
    key = ".".join(map(str, first["loc"]))
    unknown = first["type"] == "extra_forbidden"
    known = list(_keys(StudyPlan.model_json_schema()))
    remedy = f"{suggestion(str(first['loc'][-1]), known)}Known keys: {', '.join(known)}." if unknown else ""
    value = None if isinstance(first["input"], Mapping) else first["input"]
    message = "this key means nothing in a study file" if unknown else first["msg"]
    return InputError(message, file=path, column=key, value=value, remedy=remedy or "docs/study.md shows each key.")


def _keys(schema: Mapping[str, Any]) -> Iterator[str]:
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part.get("properties", {})
