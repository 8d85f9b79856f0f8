"""Long work: how far it is, its end, and its cancelling."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from bowlby.web.absence import NotFoundError
from bowlby.web.endpoint import Endpoint, EndpointAnswer, EndpointCall, FileAnswer
from bowlby.web.jobs import Job, JobState

REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts"
)
"""A report carries its scripts inside; it stands in a sandbox of its own, which can ask nothing of this server."""


class JobAnswer(EndpointAnswer):
    """How a piece of long work stands."""

    id: str
    kind: str
    state: JobState
    step: str
    done: int = Field(description="Of this step.")
    total: int = Field(description="Of this step; 0 where it cannot be counted.")
    error: dict[str, Any] | None = None


class DeletionAnswer(EndpointAnswer):
    """What was there is there no more."""

    gone: bool = True


def job_answer(job: Job) -> JobAnswer:
    """Return how a job stands.

    Args:
        job: which.

    Returns:
        The object of the API.
    """
    error = None if job.error is None else {**job.error.as_dict(), "file": None}
    return JobAnswer(
        id=job.id, kind=job.kind, state=job.state, step=job.step, done=job.done, total=job.total, error=error
    )


def job_of(call: EndpointCall) -> Job:
    """Return the job that a call names.

    Args:
        call: with `job` in its path.

    Returns:
        The job.

    Raises:
        NotFoundError: there is none.
    """
    job = call.desk.jobs.find(call.path["job"])
    if job is None:
        raise NotFoundError("there is no such work", remedy="It may have been cancelled: start it again.")
    return job


def _stands(call: EndpointCall) -> JobAnswer:
    return job_answer(job_of(call))


def _cancel(call: EndpointCall) -> DeletionAnswer:
    job = job_of(call)
    call.desk.jobs.forget(job.id)
    return DeletionAnswer()


def _report(call: EndpointCall) -> FileAnswer:
    job = job_of(call)
    if job.kind != "report" or job.state is not JobState.DONE:
        raise NotFoundError("there is no report yet", remedy="Wait until the work is done.")
    page: Any = job.result
    return FileAnswer(page, "text/html; charset=utf-8", policy=REPORT_POLICY)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/jobs/{job}", "How long work stands.", _stands, JobAnswer, errors=(404,)),
    Endpoint("DELETE", "/jobs/{job}", "Cancel long work and forget it.", _cancel, DeletionAnswer, errors=(404,)),
    Endpoint(
        "GET", "/jobs/{job}/report", "The report, when it is done.", _report, None, media=("text/html",), errors=(404,)
    ),
)
