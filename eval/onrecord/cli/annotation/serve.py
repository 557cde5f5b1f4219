"""``onrecord annotation serve``."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import Annotated

import typer

from onrecord.cli.annotation.shared import Data, data_folder
from onrecord.cli.console import metered, note


def serve(
    data: Data = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Where to listen; the port of last time if left out."),
    ] = None,
) -> None:
    """Start a local server and keep it until Ctrl-C: loopback only, telemetry off, no prompts."""
    from onrecord.annotation.label_studio.home import ServerHome
    from onrecord.annotation.label_studio.server import serving

    def stop(*_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # once is enough: what follows stops the server
        raise KeyboardInterrupt

    # before the start, which they may cut off; a shell's background job ignores SIGINT otherwise
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with serving(ServerHome.default(), data_folder(data), note, port, metered) as running:
        typer.echo(running.url)
        note(f"log in as {running.email} with the password {running.password}")
        note("stop with Ctrl-C")
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
    note("stopped")
