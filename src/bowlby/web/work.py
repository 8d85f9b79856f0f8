"""Work that takes a processor: a few pieces at once, some waiting, the rest refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.requests import Request

T = TypeVar("T")


class WorkQueueFullError(Exception):
    """So much is waiting that more would only wait in vain."""


class GoneError(Exception):
    """The client has left before its work was done."""


class WorkPool:
    """A bounded number of threads with a bounded queue.

    Args:
        working: pieces done at once, >= 1.
        waiting: pieces that may wait, >= 0.
    """

    def __init__(self, working: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(working, thread_name_prefix="bowlby-web")
        self._most = working + waiting
        self._taken = 0

    async def run(self, request: Request, piece: Callable[[], T]) -> T:
        """Return what a piece of work gives; a piece whose client has gone before it began is dropped.

        Args:
            request: on whose behalf; its body has been read.
            piece: the work.

        Returns:
            Its result.

        Raises:
            BusyError: too much is waiting.
            GoneError: the client has gone.
        """
        if self._taken >= self._most:
            raise WorkQueueFullError
        self._taken += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, piece)
        gone = asyncio.ensure_future(_gone(request))
        try:
            await asyncio.wait({future, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not future.done():
                future.cancel()
                raise GoneError
            return future.result()
        finally:
            gone.cancel()
            self._taken -= 1

    def close(self) -> None:
        """Take no more work and wait for none."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
