"""``onrecord signature``: what a signature says."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from onrecord.cli.console import note, read_input
from onrecord.cli.outputs import put, say

app = typer.Typer(help="Read the signature of a score.", no_args_is_help=True)

SignatureLine = Annotated[str, typer.Argument(help="The signature, in quotes; - for standard input.")]


@app.command()
def parse(signature: SignatureLine) -> None:
    """Its fields as JSON."""
    put(None, f"{json.dumps(_read(signature), ensure_ascii=False, indent=1)}\n".encode())


@app.command()
def explain(signature: SignatureLine) -> None:
    """Its fields in words."""
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.signature import Signature

    for name, value, meaning in Signature(_read(signature)).explain():
        say(f"{name}: {show(value)}\n    {meaning}")


def _read(signature: str) -> dict[str, str]:
    from pathlib import Path

    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.signature import SignatureError
    from onrecord.eval.rendering.signature import parse as parsed

    line = read_input(Path("-")).decode("utf-8", "replace") if signature == "-" else signature
    try:
        return dict(parsed(line).fields)
    except SignatureError as error:
        note(f"not a signature: {show(str(error))}")
        raise typer.Exit(2) from error
