r"""Lines of bytes from a stranger, numbered, and the faults found in them.

A line ends in ``\n`` or ``\r\n`` and in nothing else: a no-break space or U+2028 is text. A leading byte order mark is
passed over.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.reading.faults import SHOWN, Hint, Wrong, show
from onrecord.dataset.reading.typed import BOM
from onrecord.eval.submission.unpacking import corpus_content

T = TypeVar("T")


def of_line(code: str, found: str, expected: str, hint: Hint = "") -> Wrong:
    """What is wrong with a line that has no parts to point to."""
    return code, "", found, expected, hint


def excerpt(value: str | bytes) -> str:
    """The beginning of a value as a fault shows it, however long the value is."""
    start = value[: 2 * SHOWN]
    return show(start if isinstance(start, str) else start.decode("utf-8", "replace"))


def fit(fault: Fault) -> Fault:
    """A fault fit for a terminal: a pointer repeats the keys of a file, however long and whatever is in them."""
    if len(fault.pointer) <= SHOWN and fault.pointer.isprintable():
        return fault
    return dataclasses.replace(fault, pointer=excerpt(fault.pointer))


def numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines of a stream without their ends, numbered from 1; blank ones too."""
    for number, line in enumerate(stream, start=1):
        yield number, (line.removeprefix(BOM) if number == 1 else line).removesuffix(b"\n").removesuffix(b"\r")


def encoding_problem(raw: bytes) -> tuple[str, str, str] | None:
    """What was found, expected, and a hint, where bytes are not text as UTF-8 holds it; else None."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{raw[error.start]:02x} at byte {error.start} of this line"
        return found, "UTF-8", "save the file as UTF-8, without conversion"
    if b"\0" in raw:
        found = f"a NUL at byte {raw.index(0)} of this line"
        return found, "text as UTF-8", "is it UTF-16, or no text file?"
    return None


def given_or_read(path: Path | str, raw: bytes | None) -> bytes:
    """``raw``, or where it is None the content of the file, which may be packed.

    Raises:
        FaultsError: The file cannot be read, or what it is packed in cannot be used.
    """
    if raw is not None:
        return raw
    try:
        return corpus_content(Path(path))
    except OSError as error:
        found = error.strerror or type(error).__name__
        raise FaultsError([Fault("unreadable", str(path), None, "", found, "a file that can be read")]) from None


def whole(path: Path | str, raw: bytes | None) -> BinaryIO:
    """:func:`given_or_read` as a stream of lines."""
    return io.BytesIO(given_or_read(path, raw))


def at_least_one(documents: Iterable[T], file: Path | str) -> list[T]:
    """All documents of a file.

    Raises:
        FaultsError: There are none.
    """
    found = list(documents)
    if not found:
        raise no_documents(str(file))
    return found


def no_documents(file: str) -> FaultsError:
    """The error of a file that has none."""
    return FaultsError([Fault("empty", file, None, "", "no document", "at least one document")])
