"""One server on loopback: it listens nowhere else, writes no log of requests, and waits for nobody for ever."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bowlby.errors import InputError, OutputError
from bowlby.web.app import make_app
from bowlby.web.settings import ServerSettings

LOOPBACK = "127.0.0.1"
USUAL_PORT = 8733
HEAD_SECONDS = 10.0
"""Within which a client must have sent the head of a request."""
MOST_CONNECTIONS = 128


class TimeLimitedProtocol(H11Protocol):
    """HTTP/1.1 that ends a connection whose next request has not come whole after some seconds."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start waiting for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take bytes; a head that has come whole ends the waiting."""
        if self._idle():
            self._wait()
        super().data_received(data)
        if not self._idle():
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _idle(self) -> bool:
        cycle: Any = self.cycle
        return cycle is None or cycle.response_complete

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._idle() and not self.transport.is_closing():
            self.transport.close()


def listen(port: int | None) -> socket.socket:
    """Return a socket that listens on loopback.

    Args:
        port: 0 for any free one; None for the usual one, or any free one where that is taken.

    Returns:
        The socket.

    Raises:
        InputError: the port is taken, not allowed, or no port.
        OutputError: there is no loopback to listen on.
    """
    if port is not None and not 0 <= port < 1 << 16:
        raise InputError("there is no such port", column="--port", value=port, remedy="Give 1024 to 65535.")
    wanted = USUAL_PORT if port is None else port
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, wanted))
    except OSError as error:
        listener.close()
        if port is None and error.errno == errno.EADDRINUSE:
            return listen(0)
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            remedy = "Give another with --port, or leave --port out."
            raise InputError("the port cannot be used", column="--port", value=port, remedy=remedy) from None
        raise OutputError(f"nothing can be served: {error.strerror}") from None
    listener.listen(MOST_CONNECTIONS)
    return listener


def server(settings: ServerSettings, *, warm: bool = True) -> uvicorn.Server:
    """Return the server, ready to run.

    Args:
        settings: of the server.
        warm: compile the model at start.

    Returns:
        A server; `run(sockets=[listener])` serves until it is told to stop.
    """
    config = uvicorn.Config(
        make_app(settings, warm=warm),
        http=TimeLimitedProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
