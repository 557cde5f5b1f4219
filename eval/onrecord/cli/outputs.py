"""What commands write: lines for people, and files, of which ``-`` is standard output."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable
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


def refuse_folder(output: Path | None) -> None:
    """Refuse a folder where a file is written, before anything is done for it.

    Raises:
        IsADirectoryError: It is one.
    """
    if output is not None and output.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder, and no file", str(output))


def refuse_no_new_file(output: Path) -> None:
    """Refuse, before anything is done for it, what no file can be put in place of: it is written beside and renamed.

    Raises:
        OnrecordError: It is standard output, a device or a pipe.
        OSError: It is a folder, its folder is not there or not to be written to, or its links lead in a circle.
    """
    import os

    from onrecord.dataset.reading.faults import OnrecordError, show
    from onrecord.dataset.reading.files import resolved

    refuse_folder(output)
    if is_standard_output(output) or (output.exists() and not output.is_file()):
        raise OnrecordError(f"{show(str(output))} is no file, and what is written needs one")
    folder = resolved(output).parent
    if not folder.exists():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(folder))
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file, and no folder", str(folder))
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, "nothing can be written there", str(folder))


def refuse_overwriting(outputs: Iterable[Path | None], read: Iterable[Path | None]) -> None:
    """Refuse to write over what a command reads, before it does anything; links are followed.

    For commands whose output is of another kind than what they read. Those that change a file may be given it twice.

    Args:
        outputs: Where it writes. None and ``-`` are no file; in a folder a record has a name that nothing else has.
        read: Files that it reads, and folders, no file of which is written over, read or not.

    Raises:
        OnrecordError: Something would be written over; or two outputs are one file.
    """
    from onrecord.dataset.reading.faults import OnrecordError, show
    from onrecord.dataset.reading.files import resolved

    written = [each for each in outputs if each is not None and not is_standard_output(each)]
    sources = [each for each in read if each is not None and not is_standard_output(each)]
    for output in written:
        for source in sources if output.is_file() else ():  # what is written to a device takes nothing away
            shown = show(str(output))
            if source.is_dir() and _lies_in(output, source):
                raise OnrecordError(f"{shown} lies in {show(str(source))}, which is read: write it elsewhere")
            if source.is_file() and output.samefile(source):
                raise OnrecordError(f"{shown} is read, and would be written over: give what is written another name")
    if len(written) > len({resolved(each) for each in written}):
        raise OnrecordError(f"{show(str(written[0]))} cannot be two outputs: give them names of their own")


def _lies_in(file: Path, folder: Path) -> bool:
    """Whether a file is in a folder, or in one that a link in it leads to."""
    from onrecord.dataset.reading.files import resolved

    place = resolved(file)
    return any(place.is_relative_to(resolved(each)) for each in (folder, *folder.iterdir()))


def _stream(content: bytes) -> None:
    from onrecord.dataset.reading.foreign import visible_json

    if sys.stdout.isatty() or not hasattr(sys.stdout, "buffer"):
        sys.stdout.write(visible_json(content.decode("utf-8", "replace")))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    sys.stdout.flush()
