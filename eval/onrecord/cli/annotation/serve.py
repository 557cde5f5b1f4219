"""``onrecord annotation serve``."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.annotation.assist import Gold, Predictions, Propagate, Rules, Speakers, assisting, backend_of
from onrecord.cli.annotation.shared import (
    Data,
    Registries,
    Seeds,
    Sources,
    access_to,
    data_folder,
    stop_on_signals,
    wait_for_signal,
)
from onrecord.cli.console import metered, note
from onrecord.cli.outputs import say


def serve(
    predictions: Predictions = None,
    assist: Annotated[bool, typer.Option("--assist", help="Make offers in the editor, as `assist` does.")] = False,
    rules: Rules = False,
    propagate: Propagate = True,
    speakers: Speakers = True,
    gold: Gold = None,
    data: Data = None,
    seeds: Seeds = None,
    registries: Registries = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Where to listen; the port of last time if left out."),
    ] = None,
) -> None:
    """Start a local server and keep it until Ctrl-C: loopback only, telemetry off, no prompts."""
    from onrecord.annotation.label_studio.backends import environment
    from onrecord.annotation.label_studio.home import ServerHome
    from onrecord.annotation.label_studio.server import serving

    if not assist and (predictions is not None or rules):
        raise typer.BadParameter("nothing starts from labels without --assist", param_hint="predictions")
    backend = None
    if assist:
        backend = backend_of(predictions, rules, propagate, speakers, gold, Sources(seeds, registries))
    stop_on_signals()  # before the start, which they may cut off
    folder, more = data_folder(data), environment() if assist else None
    with serving(ServerHome.default(), folder, note, port, metered, more) as running, contextlib.ExitStack() as stack:
        if backend is not None:
            stack.enter_context(assisting(access_to(folder, None, None), backend))
        else:
            _forget(folder)
        say(running.url)
        note(f"log in as {running.email} with the password {running.password}")
        wait_for_signal()
    note("stopped")


def _forget(folder: Path) -> None:
    """Have no project ask a backend whose process was killed."""
    from onrecord.annotation.assist.wiring import forget

    forget(access_to(folder, None, None))
