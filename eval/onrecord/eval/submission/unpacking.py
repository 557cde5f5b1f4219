"""The bytes of a stranger's file, whatever they come in: plain, gzipped, or alone in a zip archive.

What they are packed in is told by their first bytes, not by a name. Nothing is ever unpacked to disk, and nothing grows
beyond the limits: a stream is cut where one is reached. Of a zip archive only one member is read, and only if there is
no other; one that would be unpacked elsewhere by a careless program is refused.
"""

from __future__ import annotations

import dataclasses
import io
import os
import stat
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, BinaryIO, NamedTuple, cast

from onrecord.dataset.reading.faults import Fault, FaultsError, show
from onrecord.dataset.reading.platform import is_of_shell, open_at_once
from onrecord.eval.submission.limits import CORPUS, Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 64 * 1024

_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS = {b"\x28\xb5\x2f\xfd": "zstandard", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z", b"Rar!": "rar"}
_PACKED = (_GZIP, *_ZIP, *_OTHERS)

_MOST_PARTS = 10_000
"""A gzip file may be many put together (a block-compressing writer makes thousands); of empty ones there is no end."""

_LEAST_PART = 8 * 1024
"""Bytes that parts beyond so many hold on average; a block-compressing writer puts 64 KiB into each."""

_MOST_DIRECTORY = 64 * 1024
"""Bytes of a zip archive's table of contents; that of one member takes less than a kilobyte."""

_FEW = 2**20
"""So little may unpack at any ratio: short repetitive files pack very well."""


_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What Python's zipfile raises for archives that are none: offsets out of the file are an OSError, for instance."""


@dataclasses.dataclass(frozen=True)
class _Intake:
    """What is taken in, and what faults say about it."""

    limits: Limits
    taken: str
    """What a file may be."""
    suffix: str
    """Of the member of a zip archive; the empty string for any."""
    options: tuple[str, str]
    """How the limits of bytes and of the ratio can be raised; empty strings where they cannot."""
    alone: str
    """What to do about other members of a zip archive."""

    @property
    def member(self) -> str:
        """What is to be in a zip archive."""
        return f"one {self.suffix} member" if self.suffix else "one member"

    def too_long(self, found: str) -> ArchiveError:
        """The error of a file of too many bytes."""
        return ArchiveError("file-too-long", found, f"at most {self.limits.max_bytes} bytes{self.options[0]}")


def _predictions(limits: Limits) -> _Intake:
    taken = "JSON Lines: plain, gzipped (.jsonl.gz), or the only member of a .zip"
    options = " (--max-bytes)", " (--max-ratio)"
    return _Intake(limits, taken, ".jsonl", options, "zip the prediction file alone")


_CORPUS = _Intake(
    CORPUS, "a file that is plain, gzipped, or the only member of a .zip", "", ("", ""), "zip the file alone"
)


class ArchiveError(Exception):
    """What a file is packed in cannot be used."""

    def __init__(self, code: str, found: str, expected: str, hint: str = "") -> None:
        self.code, self.found, self.expected, self.hint = code, found, expected, hint
        super().__init__(found)

    def fault(self, file: str) -> Fault:
        """As a fault of a file."""
        return Fault(self.code, file, None, "", show(self.found), self.expected, self.hint)


@contextmanager
def opened(path: Path, limits: Limits, follow_links: bool = True) -> Iterator[Iterator[bytes]]:
    """The content of a file, or of standard input for ``-``, in pieces.

    Args:
        path: The file.
        limits: What it may be at most.
        follow_links: Whether a symbolic link will do; not where the path comes from a stranger.

    Raises:
        FaultsError: It is no regular file, too long, or packed in something that cannot be used; the last two also
            while the pieces are taken.
        OSError: It cannot be opened.
    """
    try:
        intake = _predictions(limits)
        with _source(path, intake, follow_links) as source:
            yield _reported(_unpacked(source, intake), str(path))
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
        with _source(path, _CORPUS, follow_links=True) as source:
            if str(path) != "-" and source.seekable() and _is_plain(source):
                yield cast(BinaryIO, source)
                return
            pieces = _reported(_unpacked(source, _CORPUS), str(path))
            yield io.BufferedReader(_Stream(pieces), CHUNK)
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
def _source(path: Path, intake: _Intake, follow_links: bool) -> Iterator[IO[bytes]]:
    if str(path) == "-":
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


class _Stream(io.RawIOBase):
    """Pieces as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._rest = self._rest or memoryview(next((piece for piece in self._pieces if piece), b""))
        into = memoryview(buffer)
        many = min(len(into), len(self._rest))
        into[:many], self._rest = self._rest[:many], self._rest[many:]
        return many

    def readall(self) -> bytes:
        return b"".join((self._rest, *self._pieces))


def _unpacked(source: IO[bytes], intake: _Intake) -> Iterator[bytes]:
    start = source.read(CHUNK)
    other = next((name for mark, name in _OTHERS.items() if start.startswith(mark)), None)
    if other is not None:
        raise ArchiveError("archive", f"a file packed with {other}", intake.taken)
    raw = _capped(start, source, intake)
    if start.startswith(_GZIP):
        return _plain(_gunzipped(raw, intake))
    if start.startswith(_ZIP):
        return _plain(_unzipped(raw, intake))
    return raw


def _is_plain(file: IO[bytes]) -> bool:
    """Whether a file that can be read again is packed in nothing."""
    start = file.read(CHUNK)
    file.seek(0)
    return not start.startswith(_PACKED)


def _capped(start: bytes, source: IO[bytes], intake: _Intake) -> Iterator[bytes]:
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


class _Budget:
    """Counts what comes out of a packed file against what went in."""

    def __init__(self, intake: _Intake) -> None:
        self._intake = intake
        self.out = 0
        """Bytes so far."""

    def spend(self, piece: bytes, read: int) -> bytes:
        limits = self._intake.limits
        self.out += len(piece)
        if self.out > limits.max_bytes:
            raise self._intake.too_long(f"more than {limits.max_bytes} bytes when unpacked")
        if self.out > max(_FEW, limits.max_ratio * read):
            expected = f"at most {limits.max_ratio} times its size{self._intake.options[1]}"
            raise ArchiveError("archive-ratio", "a file that unpacks to far more than its size", expected)
        return piece


def _gunzipped(raw: Iterator[bytes], intake: _Intake) -> Iterator[bytes]:
    budget, read, parts = _Budget(intake), 0, 0
    inflate: zlib._Decompress | None = None
    for piece in raw:
        read += len(piece)
        waiting = piece
        while waiting:
            if inflate is None:
                parts += 1
                if parts > max(_MOST_PARTS, budget.out // _LEAST_PART):
                    raise ArchiveError("archive", f"more than {_MOST_PARTS} gzip files in one", intake.taken)
                inflate = zlib.decompressobj(wbits=31)
            try:
                made = inflate.decompress(waiting, CHUNK)
            except zlib.error as error:
                raise ArchiveError("archive", f"gzip that cannot be unpacked: {error}", intake.taken) from None
            if made:
                yield budget.spend(made, read)
            if inflate.eof:
                waiting, inflate = inflate.unused_data, None
            else:
                waiting = inflate.unconsumed_tail
    if inflate is not None:
        raise ArchiveError("archive", "gzip that breaks off", "a whole file", "was the upload cut short?")


def _unzipped(raw: Iterator[bytes], intake: _Intake) -> Iterator[bytes]:
    # the table of contents is at the end of a zip file
    with TemporaryFile() as file:
        size = sum(file.write(piece) for piece in raw)
        _check_directory(file, size, intake)
        try:
            with zipfile.ZipFile(file) as archive, archive.open(_only_member(archive, intake)) as member:
                budget = _Budget(intake)
                while piece := member.read(CHUNK):
                    yield budget.spend(piece, size)
        except _ZIP_ERRORS as error:
            raise ArchiveError("archive", f"a zip file that cannot be unpacked: {error}", intake.taken) from None


class _End(NamedTuple):
    """The record at the end of a zip file, as far as it is needed here."""

    members: int
    directory: int
    """Bytes of the table of contents."""


def _check_directory(file: IO[bytes], size: int, intake: _Intake) -> None:
    """Refuse a table of contents that is too long to be read at all."""
    length = min(size, 22 + 2**16)
    file.seek(size - length)
    tail = file.read(length)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise ArchiveError("archive", "a zip file that breaks off", "a whole file", "was the upload cut short?")
    end = _End(*struct.unpack("<H", tail[at + 10 : at + 12]), *struct.unpack("<L", tail[at + 12 : at + 16]))
    if end.members == 0xFFFF or end.directory > _MOST_DIRECTORY:
        raise ArchiveError("archive-members", f"{end.members} members or more", intake.member)


def _only_member(archive: zipfile.ZipFile, intake: _Intake) -> zipfile.ZipInfo:
    """The one member that is read; folders, and what macOS adds, do not count."""
    names = [info.filename for info in archive.infolist()]
    files = [i for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX/")]
    if len(files) != 1:
        found = f"{len(files)} members: {', '.join(names[:5])}" if names else "an empty archive"
        raise ArchiveError("archive-members", found, intake.member, intake.alone)
    (member,) = files
    name, kind = member.filename, stat.S_IFMT(member.external_attr >> 16)  # 0 where the writer did not say
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        raise ArchiveError("archive-path", f"a member called {name}", "a plain file name")
    if kind not in (0, stat.S_IFREG):
        raise ArchiveError("archive-path", f"{name}, which is a link or a device", "a regular file")
    if not name.endswith(intake.suffix):
        raise ArchiveError("archive-members", f"a member called {name}", f"one that ends in {intake.suffix}")
    if member.flag_bits & 1:
        raise ArchiveError("archive", f"{name}, which is encrypted", "a file that anyone can read")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError("archive", f"{name}, packed by a method other than deflate", "stored or deflated")
    return member
