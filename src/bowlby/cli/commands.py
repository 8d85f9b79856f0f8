"""The list of commands; each lives in a module of its own and imports its work only when called."""

from __future__ import annotations

import typer

from bowlby.cli import (
    agree,
    claims,
    codebook,
    cohort,
    compare,
    compare_models,
    demo,
    doctor,
    forecast,
    infer,
    measure,
    pseudonyms,
    record,
    recover,
    report,
    rerun,
    serve,
    signs,
    simulate,
    study,
    trial,
    validate,
)


def register(app: typer.Typer) -> None:
    """Add every command to the application, in the order in which a newcomer meets them.

    Args:
        app: the application.
    """
    app.command("demo")(demo.demo_command)
    app.command("record")(record.record_command)
    app.add_typer(codebook.app, name="codebook")
    app.add_typer(pseudonyms.app, name="pseudonyms")
    app.command("measure")(measure.measure_command)
    app.command("agree")(agree.agree_command)
    app.add_typer(study.app, name="study")
    app.command("infer")(infer.infer_command)
    app.command("signs")(signs.signs_command)
    app.command("report")(report.report_command)
    app.command("serve")(serve.serve_command)
    app.command("simulate")(simulate.simulate_command)
    app.command("forecast")(forecast.forecast_command)
    app.command("trial")(trial.trial_command)
    app.command("cohort")(cohort.cohort_command)
    app.command("claims")(claims.claims_command)
    app.command("compare")(compare.compare_command)
    app.add_typer(recover.app, name="recover")
    app.command("compare-models")(compare_models.compare_models_command)
    app.command("validate")(validate.validate_command)
    app.command("rerun")(rerun.rerun_command)
    app.command("doctor")(doctor.doctor_command)
