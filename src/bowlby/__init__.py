"""bowlby: the attachment system as an executable, testable model.

    import bowlby

    coded = bowlby.load(bowlby.example("play"))   # or your files, with codebook="codes.toml"
    bowlby.measure(coded)                         # the care in numbers
    care = bowlby.infer(coded)                    # what the record tells of care, and what it does not
    care.plot()                                   # shows itself in a notebook, saves as svg, png, html
    bowlby.forecast(care)                         # what may follow

Every function returns a result with `.summary()`, `.to_polars()`, `.to_pandas()`, `.to_xarray()`, `.plot()`, `.save()`.
For research, teaching and trial planning; not for diagnosis, screening, custody, child protection or adoption
decisions.
"""

from __future__ import annotations

TYPE_CHECKING = False
"""Type checkers and editors take it as true; `typing` itself costs more time than all the rest of this module."""

if TYPE_CHECKING:
    from bowlby.errors import (
        BowlbyError,
        CodebookError,
        FormatError,
        InputError,
        MissingExtraError,
        OutputError,
        OverwriteError,
        ParameterError,
        QualityError,
    )
    from bowlby.records.codebook import Codebook
    from bowlby.records.coded_record import CodedRecord
    from bowlby.records.record import Record
    from bowlby.reporting.plot import Plot
    from bowlby.surface.choices import FittedRule, RuleComparison, compare_rules, fit
    from bowlby.surface.citation import citation
    from bowlby.surface.evidence import (
        CareComparison,
        JudgedClaims,
        ModelValidation,
        Recovery,
        claims,
        compare,
        recover,
        validate,
    )
    from bowlby.surface.forecasting import LifeForecast, forecast
    from bowlby.surface.inferring import CareInference, infer
    from bowlby.surface.measuring import CareMeasures, CodersAgreement, agree, measure
    from bowlby.surface.planning import CohortFiles, TrialPlan, cohort, trial
    from bowlby.surface.records import (
        CodebookDraft,
        CodedSessions,
        EventRecord,
        codebook_for,
        example,
        load,
        read,
    )
    from bowlby.surface.reports import CareReport, report
    from bowlby.surface.result import Result
    from bowlby.surface.sign_reading import SignsReading, signs
    from bowlby.surface.simulating import Lives, Visits, simulate, still_face, strange_situation, watch

    __version__: str

_HOMES = {
    "bowlby.errors": (
        "BowlbyError CodebookError FormatError InputError MissingExtraError OutputError OverwriteError ParameterError "
        "QualityError"
    ),
    "bowlby.records.codebook": "Codebook",
    "bowlby.records.coded_record": "CodedRecord",
    "bowlby.records.record": "Record",
    "bowlby.reporting.plot": "Plot",
    "bowlby.surface.choices": "FittedRule RuleComparison compare_rules fit",
    "bowlby.surface.citation": "citation",
    "bowlby.surface.evidence": ("CareComparison JudgedClaims ModelValidation Recovery claims compare recover validate"),
    "bowlby.surface.forecasting": "LifeForecast forecast",
    "bowlby.surface.inferring": "CareInference infer",
    "bowlby.surface.sign_reading": "SignsReading signs",
    "bowlby.surface.measuring": "CareMeasures CodersAgreement agree measure",
    "bowlby.surface.planning": "CohortFiles TrialPlan cohort trial",
    "bowlby.surface.records": "CodebookDraft CodedSessions EventRecord codebook_for example load read",
    "bowlby.surface.reports": "CareReport report",
    "bowlby.surface.result": "Result",
    "bowlby.surface.simulating": "Lives Visits simulate still_face strange_situation watch",
}
"""Where each public name lives; its module is imported when the name is first asked for (PEP 562)."""

_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [  # noqa: RUF022  (in the order in which a newcomer meets them)
    "read",
    "load",
    "Codebook",
    "codebook_for",
    "measure",
    "agree",
    "infer",
    "signs",
    "report",
    "simulate",
    "watch",
    "strange_situation",
    "still_face",
    "forecast",
    "fit",
    "compare_rules",
    "trial",
    "cohort",
    "validate",
    "claims",
    "compare",
    "recover",
    "example",
    "citation",
    "Result",
    "Plot",
    "EventRecord",
    "CodedSessions",
    "CodebookDraft",
    "CareMeasures",
    "CodersAgreement",
    "CareInference",
    "SignsReading",
    "CareReport",
    "Lives",
    "Visits",
    "LifeForecast",
    "FittedRule",
    "RuleComparison",
    "TrialPlan",
    "CohortFiles",
    "ModelValidation",
    "JudgedClaims",
    "CareComparison",
    "Recovery",
    "Record",
    "CodedRecord",
    "BowlbyError",
    "InputError",
    "FormatError",
    "CodebookError",
    "QualityError",
    "ParameterError",
    "OutputError",
    "OverwriteError",
    "MissingExtraError",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Return a public name, importing its module when it is first asked for."""
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version

        found: object = version("bowlby")
    elif name in _HOME_OF:
        found = getattr(import_module(_HOME_OF[name]), name)
    else:
        raise AttributeError(f"module 'bowlby' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
