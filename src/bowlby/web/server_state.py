"""What one server holds while it runs, all of it in memory."""

from __future__ import annotations

from bowlby.web.jobs import JobQueue
from bowlby.web.record_store import RecordStore
from bowlby.web.settings import ServerSettings
from bowlby.web.work import WorkPool


class ServerState:
    """Settings, records, long work and threads of one server.

    Args:
        settings: of the server.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.work = WorkPool(settings.working, settings.waiting)
        self.jobs = JobQueue()
        self.shelf = RecordStore(settings)

    def close(self) -> None:
        """Forget every record and end all work."""
        self.shelf.close()
        self.jobs.close()
        self.work.close()
