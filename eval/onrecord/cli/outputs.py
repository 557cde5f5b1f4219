"""What commands write: lines for people, and files, of which ``-`` is standard output."""

from __future__ import annotations

import sys
from pathlib import Path


def is_standard_output(output: Path | None) -> bool:
    """Whether ``-`` was given."""
    return output is not None and str(output) == "-"


def say(text: str) -> None:
    """A line on standard output for the person who reads it: nothing in it tells a terminal what to do."""
    from onrecord.dataset.reading.foreign import visible

    sys.stdout.write(f"{visible(text)}\n")
    sys.stdout.flush()


def put(output: Path | None, content: bytes, said: str = "") -> None:
    """Write a file, or to standard output for ``-`` and None.

    What is piped is the content to the byte. On a terminal, characters that could act there are JSON's escapes.

    Args:
        output: Where it goes.
        content: In UTF-8.
        said: Said of a file when it is written.
    """
    if output is None or is_standard_output(output):
        _stream(content)
        return
    from onrecord.cli.console import note
    from onrecord.dataset.reading.files import write_atomically

    write_atomically(output, content)
    if said:
        note(said)


def refuse_stream(output: Path | None) -> None:
    """Refuse ``-`` where a folder is made.

    Raises:
        typer.BadParameter: It was given.
    """
    if is_standard_output(output):
        import typer

        raise typer.BadParameter("a folder is made, which cannot go to standard output", param_hint="--output")


def _stream(content: bytes) -> None:
    from onrecord.dataset.reading.foreign import visible_json

    if sys.stdout.isatty() or not hasattr(sys.stdout, "buffer"):
        sys.stdout.write(visible_json(content.decode("utf-8", "replace")))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    sys.stdout.flush()
