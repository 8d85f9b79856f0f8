"""What one server holds while it runs, all of it in memory."""

from __future__ import annotations

from bowlby.web.jobs import Jobs
from bowlby.web.settings import Settings
from bowlby.web.shelf import Shelf
from bowlby.web.work import Work


class Desk:
    """Settings, records, long work and threads of one server.

    Args:
        settings: of the server.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.work = Work(settings.working, settings.waiting)
        self.jobs = Jobs()
        self.shelf = Shelf(settings)

    def close(self) -> None:
        """Forget every record and end all work."""
        self.shelf.close()
        self.jobs.close()
        self.work.close()
