"""The bytes of a stranger's file, whatever they come in: plain, gzipped, or alone in a zip or tar archive.

What they are packed in is told by their first bytes, not by a name. Nothing is ever unpacked to disk, and nothing grows
beyond the limits: a stream is cut where one is reached. Of an archive only one member is read, and only if there is
no other; one that would be unpacked elsewhere by a careless program is refused.
"""

from __future__ import annotations

import dataclasses
import io
import itertools
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from onrecord.dataset.reading.faults import Fault, FaultsError
from onrecord.dataset.reading.platform import is_of_shell, open_at_once
from onrecord.eval.submission.archives import (
    CHUNK,
    ArchiveError,
    Intake,
    Stream,
    gunzipped,
    is_tar,
    untarred,
    unzipped,
)
from onrecord.eval.submission.limits import CORPUS, Limits

_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS = {b"\x28\xb5\x2f\xfd": "zstandard", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z", b"Rar!": "rar"}
_PACKED = (_GZIP, *_ZIP, *_OTHERS)


def _predictions(limits: Limits) -> Intake:
    taken = "JSON Lines: plain, gzipped (.jsonl.gz), or the only file of a .zip or a .tar"
    options = " (--max-bytes)", " (--max-ratio)"
    return Intake(limits, taken, ".jsonl", options, "zip the prediction file alone")


def _corpus() -> Intake:
    taken = "a file that is plain, gzipped, or the only file of a .zip or a .tar"
    return Intake(CORPUS, taken, "", ("", ""), "zip the file alone")


@contextmanager
def opened(
    path: Path, limits: Limits, follow_links: bool = True, remarks: list[Fault] | None = None
) -> Iterator[Iterator[bytes]]:
    """The content of a file, or of standard input for ``-``, in pieces.

    Args:
        path: The file.
        limits: What it may be at most.
        follow_links: Whether a symbolic link will do; not where the path comes from a stranger.
        remarks: Where to put what is odd about an archive, once the pieces have been taken.

    Raises:
        FaultsError: It is no regular file, too long, or packed in something that cannot be used; the last two also
            while the pieces are taken.
        OSError: It cannot be opened.
    """
    try:
        intake = _predictions(limits)
        with _source(path, intake, follow_links) as source:
            yield _reported(_unpacked(source, intake), str(path))
        if remarks is not None:
            remarks += [dataclasses.replace(each, file=str(path)) for each in intake.remarks]
    except ArchiveError as error:
        raise FaultsError([error.fault(str(path))]) from None


def content(path: Path, limits: Limits, follow_links: bool = True) -> bytes:
    """The whole content of a file; see :func:`opened`."""
    with opened(path, limits, follow_links) as pieces:
        return b"".join(pieces)


@contextmanager
def opened_corpus(path: Path) -> Iterator[BinaryIO]:
    """The content of a file of a corpus, or of standard input for ``-``, as a stream of bytes.

    A plain file is given as it is. Limits are those of :data:`onrecord.eval.submission.limits.CORPUS`.

    Raises:
        FaultsError: As for :func:`opened`; also while the stream is read.
        OSError: It cannot be opened.
    """
    try:
        intake = _corpus()
        with _source(path, intake, follow_links=True) as source:
            if str(path) != "-" and source.seekable() and _is_plain(source):
                yield cast(BinaryIO, source)
                return
            pieces = _reported(_unpacked(source, intake), str(path))
            yield io.BufferedReader(Stream(pieces), CHUNK)
    except ArchiveError as error:
        raise FaultsError([error.fault(str(path))]) from None


def corpus_content(path: Path) -> bytes:
    """The whole content of a file of a corpus; see :func:`opened_corpus`."""
    with opened_corpus(path) as stream:
        return stream.read()


def small_file(path: Path, most: int, follow_links: bool = True) -> bytes:
    """A regular file of at most ``most`` bytes, which is not unpacked.

    Raises:
        FaultsError: It is no regular file, or longer.
        OSError: It cannot be opened.
    """
    intake = _predictions(Limits(max_bytes=most))
    try:
        with _source(path, intake, follow_links) as source:
            raw = source.read(most + 1)
            if len(raw) > most:
                raise intake.too_long(f"more than {most} bytes")
            return raw
    except ArchiveError as error:
        raise FaultsError([error.fault(str(path))]) from None


def _reported(pieces: Iterator[bytes], file: str) -> Iterator[bytes]:
    try:
        yield from pieces
    except ArchiveError as error:
        raise FaultsError([error.fault(file)]) from None


@contextmanager
def _source(path: Path, intake: Intake, follow_links: bool) -> Iterator[IO[bytes]]:
    if str(path) == "-":
        if sys.stdin is None:
            raise ArchiveError("file", "standard input, which is closed", intake.taken)
        yield sys.stdin.buffer
        return
    if follow_links and is_of_shell(path):
        with path.open("rb") as pipe:
            yield pipe
        return
    # a pipe without a writer would keep open() waiting for ever
    handle = open_at_once(path, follow_links)
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        found = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        hint = "" if stat.S_ISDIR(status.st_mode) else "give - and send it to standard input"
        raise ArchiveError("file", found, "a regular file", hint)
    with os.fdopen(handle, "rb") as file:
        if status.st_size > intake.limits.max_bytes:
            raise intake.too_long(f"{status.st_size} bytes")
        yield file


def _unpacked(source: IO[bytes], intake: Intake) -> Iterator[bytes]:
    start = source.read(CHUNK)
    other = next((name for mark, name in _OTHERS.items() if start.startswith(mark)), None)
    if other is not None:
        raise ArchiveError("archive", f"a file packed with {other}", intake.taken)
    raw = _capped(start, source, intake)
    if start.startswith(_GZIP):
        return _plain(_tar_or_not(gunzipped(raw, intake), intake))
    if start.startswith(_ZIP):
        return _plain(unzipped(raw, intake))
    return _plain(untarred(raw, intake)) if is_tar(start) else raw


def _tar_or_not(pieces: Iterator[bytes], intake: Intake) -> Iterator[bytes]:
    """The pieces, or what is in the tar file that they are."""
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= 512:
            break
    whole = itertools.chain([start], pieces) if start else pieces
    return untarred(whole, intake) if is_tar(start) else whole


def _is_plain(file: IO[bytes]) -> bool:
    """Whether a file that can be read again is packed in nothing."""
    start = file.read(CHUNK)
    file.seek(0)
    return not (start.startswith(_PACKED) or is_tar(start))


def _capped(start: bytes, source: IO[bytes], intake: Intake) -> Iterator[bytes]:
    length, piece = 0, start
    while piece:
        length += len(piece)
        if length > intake.limits.max_bytes:
            raise intake.too_long(f"more than {intake.limits.max_bytes} bytes")
        yield piece
        piece = source.read(CHUNK)


def _plain(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, unless what they begin with is packed again."""
    for number, piece in enumerate(pieces):
        if not number and piece.startswith(_PACKED):
            raise ArchiveError("archive", "a packed file inside a packed file", "packed once")
        yield piece
