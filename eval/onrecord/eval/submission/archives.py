"""What comes out of archives: gzip, and the one member of a zip or a tar file that is read.

Nothing is ever unpacked to disk by a name that an archive gives, and nothing grows beyond the limits. What operating
systems add to archives without being asked is passed over, and said.
"""

from __future__ import annotations

import dataclasses
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from onrecord.dataset.reading.faults import Fault, show
from onrecord.eval.submission.limits import Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 64 * 1024

_MOST_PARTS = 10_000
"""A gzip file may be many put together (a block-compressing writer makes thousands); of empty ones there is no end."""

_LEAST_PART = 8 * 1024
"""Bytes that parts beyond so many hold on average; a block-compressing writer puts 64 KiB into each."""

_MOST_MEMBERS = 1000
"""Members of a tar file that are passed over."""

_ZIP64 = struct.Struct("<4sQ2H2L4Q4sLQL")
"""The record at the end of a zip file that may have 65,535 members and more, and what says where that record is: mark,
six numbers, members on this disk and in all, bytes of the table of contents, its place; mark, disk, place, disks."""

_MOST_DIRECTORY = 64 * 1024
"""Bytes of a zip archive's table of contents; that of one member takes less than a kilobyte."""

_OF_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")
"""What Finder and the Explorer leave in folders."""

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
class Intake:
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
    remarks: list[Fault] = dataclasses.field(default_factory=list)
    """What is odd and does no harm; added while a file is read."""

    @property
    def member(self) -> str:
        """What is to be in a zip archive."""
        return f"one {self.suffix} file" if self.suffix else "one file"

    def pass_over(self, names: Iterable[str]) -> None:
        """Say which members are not looked at."""
        kept = list(names)
        if kept:
            found = f"{len(kept)} files of the system: {', '.join(kept[:3])}"
            hint = "they are passed over"
            self.remarks.append(Fault("passed-over", "", None, "", show(found), self.member, hint, severity="warning"))

    def too_long(self, found: str) -> ArchiveError:
        """The error of a file of too many bytes."""
        return ArchiveError("file-too-long", found, f"at most {self.limits.max_bytes} bytes{self.options[0]}")


class ArchiveError(Exception):
    """What a file is packed in cannot be used."""

    def __init__(self, code: str, found: str, expected: str, hint: str = "") -> None:
        self.code, self.found, self.expected, self.hint = code, found, expected, hint
        super().__init__(found)

    def fault(self, file: str) -> Fault:
        """As a fault of a file."""
        return Fault(self.code, file, None, "", show(self.found), self.expected, self.hint)


def is_of_system(name: str) -> bool:
    """Whether a file of an archive, or of a folder that was one, is what an operating system adds unasked.

    >>> is_of_system("__MACOSX/run/._predictions.jsonl"), is_of_system("run/predictions.jsonl")
    (True, False)
    """
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name in _OF_SYSTEMS or path.name.startswith("._")


class Stream(io.RawIOBase):
    """Pieces as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """See :class:`io.RawIOBase`."""
        self._rest = self._rest or memoryview(next((piece for piece in self._pieces if piece), b""))
        into = memoryview(buffer)
        many = min(len(into), len(self._rest))
        into[:many], self._rest = self._rest[:many], self._rest[many:]
        return many

    def readall(self) -> bytes:
        """All that is left."""
        return b"".join((self._rest, *self._pieces))


class _Budget:
    """Counts what comes out of a packed file against what went in."""

    def __init__(self, intake: Intake) -> None:
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


def gunzipped(raw: Iterator[bytes], intake: Intake) -> Iterator[bytes]:
    """What is in a gzip file, or in several put together."""
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


def unzipped(raw: Iterator[bytes], intake: Intake) -> Iterator[bytes]:
    """The one file of a zip archive."""
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


def _check_directory(file: IO[bytes], size: int, intake: Intake) -> None:
    """Refuse a table of contents that is too long to be read at all."""
    length = min(size, 22 + 2**16)
    file.seek(size - length)
    tail = file.read(length)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise ArchiveError("archive", "a zip file that breaks off", "a whole file", "was the upload cut short?")
    directory = struct.unpack("<L", tail[at + 12 : at + 16])[0]
    end = size - length + at - _ZIP64.size
    # a second record stands just before this one, and zipfile believes it rather than this one
    file.seek(max(0, end))
    mark, *_, larger, _, locator, _, where, _ = _ZIP64.unpack(file.read(_ZIP64.size).ljust(_ZIP64.size, b"\0"))
    if end >= 0 and locator == b"PK\x06\x07":
        directory = larger if mark == b"PK\x06\x06" and where == end else _MOST_DIRECTORY + 1
    if directory > _MOST_DIRECTORY:
        raise ArchiveError("archive-members", "a table of contents of very many members", intake.member, intake.alone)


def _only_member(archive: zipfile.ZipFile, intake: Intake) -> zipfile.ZipInfo:
    """The one member that is read; folders, and what systems add, do not count."""
    names = [info.filename for info in archive.infolist()]
    if not all(names):  # which zipfile makes of a name that begins with NUL, and cannot tell from a folder's
        raise ArchiveError("archive-path", "a member without a name", "a plain file name", intake.alone)
    files = [info for info in archive.infolist() if not info.is_dir() and not is_of_system(info.filename)]
    if len(files) != 1:
        raise _not_one([info.filename for info in files] or names, len(files), intake)
    (member,) = files
    kind = stat.S_IFMT(member.external_attr >> 16)  # 0 where the writer did not say
    _check_name(member.filename, kind in (0, stat.S_IFREG), intake)
    if member.flag_bits & 1:
        raise ArchiveError("archive", f"{member.filename}, which is encrypted", "a file that anyone can read")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError("archive", f"{member.filename}, packed by a method other than deflate", "stored or deflated")
    intake.pass_over(name for name in names if is_of_system(name))
    return member


def _not_one(names: list[str], files: int, intake: Intake) -> ArchiveError:
    found = f"{files} files: {', '.join(names[:5])}" if names else "an empty archive"
    return ArchiveError("archive-members", found, intake.member, intake.alone)


def _check_name(name: str, regular: bool, intake: Intake) -> None:
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        raise ArchiveError("archive-path", f"a member called {name}", "a plain file name")
    if not regular:
        raise ArchiveError("archive-path", f"{name}, which is a link or a device", "a regular file")
    if not name.endswith(intake.suffix):
        raise ArchiveError("archive-members", f"a member called {name}", f"one that ends in {intake.suffix}")


def is_tar(start: bytes) -> bool:
    """Whether a file that begins so is a tar file."""
    return start[257:262] == b"ustar"


def untarred(raw: Iterator[bytes], intake: Intake) -> Iterator[bytes]:
    """The one file of a tar archive, which is read once from its beginning to its end."""
    import tarfile  # seldom needed, and slow to load

    read: list[str] = []
    added: list[str] = []
    try:
        with tarfile.open(fileobj=io.BufferedReader(Stream(raw), CHUNK), mode="r|", encoding="utf-8") as archive:
            for many, member in enumerate(archive):
                if many >= _MOST_MEMBERS:
                    raise ArchiveError("archive-members", f"more than {_MOST_MEMBERS} members", intake.member)
                if member.isdir() or is_of_system(member.name):
                    added += [] if member.isdir() else [member.name]
                    continue
                read.append(member.name)
                if len(read) > 1:
                    raise _not_one(read, len(read), intake)
                _check_name(member.name, member.isreg() and not member.issparse(), intake)
                file = archive.extractfile(member)
                while file is not None and (piece := file.read(CHUNK)):
                    yield piece
    except (tarfile.TarError, *_ZIP_ERRORS) as error:
        raise ArchiveError("archive", f"a tar file that cannot be unpacked: {error}", intake.taken) from None
    if not read:
        raise _not_one(added, 0, intake)
    intake.pass_over(added)
