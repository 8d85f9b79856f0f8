"""`bowlby serve`: the web app on this machine, for people who look rather than type."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bowlby.cli import options
from bowlby.cli.output import emit

Port = Annotated[int | None, typer.Option("--port", help="Port on loopback; 0 for any free one.", show_default=False)]


def serve_command(
    port: Port = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")] = True,
    safeguarding: Annotated[
        str, typer.Option("--safeguarding", help="Whom to turn to when a child may be in danger, shown beside signs.")
    ] = "",
    as_json: options.Json = False,
) -> None:
    """Open the web app: explore care, read a record, weigh signs, compare. On this machine only, and offline.

    Example: bowlby serve

    Example: bowlby serve --port 8080 --no-browser --safeguarding "Duty desk, 555 0100" --json
    """
    from bowlby.cache import cache_folder
    from bowlby.simulation.entry import start_jax

    start_jax()
    from bowlby.web.server import listen, server
    from bowlby.web.settings import ServerSettings

    listener = listen(port)
    settings = ServerSettings(listener.getsockname()[1], safeguarding, cache_folder())
    text = [f"bowlby is open at {settings.address}", "The address is for you alone. End it with Ctrl-C."]
    emit({"url": settings.address, "port": settings.port, "safeguarding": safeguarding}, text, as_json=as_json)
    sys.stdout.flush()
    if browser:
        typer.launch(settings.address)
    server(settings).run(sockets=[listener])
