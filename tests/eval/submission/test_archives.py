"""Archives as people make them: what a Mac adds, folders, tar files; what is read is the one prediction file."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from onrecord.dataset import FaultsError
from onrecord.dataset.reading.faults import Fault
from onrecord.eval.submission.archives import is_of_system
from onrecord.eval.submission.limits import Limits
from onrecord.eval.submission.unpacking import corpus_content, opened

LINE = b'{"doc_id":"a","mentions":[]}\n'

LIMITS = Limits(max_bytes=2**20, max_ratio=20)

FILES = {"run/predictions.jsonl": LINE}
MAC = {
    "run/.DS_Store": b"\0",
    "__MACOSX/run/._predictions.jsonl": b"\0",
    "__MACOSX/._run": b"\0",
    "run/._predictions.jsonl": b"\0",
}


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run/", b"")
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: dict[str, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as archive:
        folder = tarfile.TarInfo("run")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def linked(kind: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("p.jsonl")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    return buffer.getvalue()


def by_hand(
    name: bytes = b"p.jsonl", members: int = 1, zip64: bool = False, length: int | None = None, where: int | None = None
) -> bytes:
    """A zip file of one member that its table of contents names several times, and says so, or lies.

    Args:
        name: The member's.
        members: How often.
        zip64: Whether a second record at the end says how many, and the first one says 1.
        length: What the second record says of the table of contents; None for the truth.
        where: What is said of where that record is; None for the truth.
    """
    sizes = zlib.crc32(LINE), len(LINE), len(LINE), len(name)
    first = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0, *sizes, 0) + name + LINE
    table = (struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, *sizes, 0, 0, 0, 0, 0, 0) + name) * members
    if not zip64:
        return first + table + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, members, members, len(table), len(first), 0)
    told = len(table) if length is None else length
    second = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, members, members, told, len(first))
    place = len(first) + len(table) if where is None else where
    second += struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)
    return first + table + second + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 100, 0xFFFFFFFF, 0)


def test_a_second_record_at_the_end_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, by_hand()) == read(tmp_path, by_hand(zip64=True)) == (LINE, [])


def read(folder: Path, raw: bytes, limits: Limits = LIMITS) -> tuple[bytes, list[Fault]]:
    (folder / "p").write_bytes(raw)
    remarks: list[Fault] = []
    with opened(folder / "p", limits, remarks=remarks) as pieces:
        content = b"".join(pieces)
    return content, remarks


@pytest.mark.parametrize("name", ["zip", "tar", "tar.gz", "old tar"])
def test_what_a_system_adds_is_passed_over_and_said(tmp_path: Path, name: str) -> None:
    packs: dict[str, Callable[[dict[str, bytes]], bytes]] = {
        "zip": zipped,
        "tar": tarred,
        "tar.gz": lambda files: gzip.compress(tarred(files)),
        "old tar": lambda files: tarred(files, tarfile.GNU_FORMAT),
    }
    pack = packs[name]
    assert read(tmp_path, pack(FILES)) == (LINE, [])
    for files in ({**MAC, **FILES}, {**FILES, **MAC}):
        content, (remark,) = read(tmp_path, pack(files))
        assert content == LINE
        assert (remark.code, remark.severity) == ("passed-over", "warning")
        assert remark.found.startswith("4 files of the system: ")
        assert remark.file.endswith("/p")


@pytest.mark.parametrize(
    ("raw", "code", "found"),
    [
        (zipped(MAC), "archive-members", "0 files: "),
        (tarred(MAC), "archive-members", "0 files: "),
        (tarred({}), "archive-members", "an empty archive"),
        (tarred({"a.jsonl": LINE, "b.jsonl": LINE}), "archive-members", "2 files: a.jsonl, b.jsonl"),
        (zipped({"a.jsonl": LINE, "._a.jsonl": b"", "b.jsonl": LINE}), "archive-members", "2 files: a.jsonl, b.jsonl"),
        (tarred({"a.txt": LINE}), "archive-members", "a member called a.txt"),
        (tarred({"../a.jsonl": LINE}), "archive-path", "a member called ../a.jsonl"),
        (linked(tarfile.SYMTYPE), "archive-path", "p.jsonl, which is a link or a device"),
        (linked(tarfile.LNKTYPE), "archive-path", "p.jsonl, which is a link or a device"),
        (linked(tarfile.CHRTYPE), "archive-path", "p.jsonl, which is a link or a device"),
        (tarred({"a.jsonl": tarred(FILES)}), "", ""),
        (tarred({"a.jsonl": gzip.compress(LINE)}), "archive", "a packed file inside a packed file"),
        (tarred(FILES)[:1100], "archive", "a tar file that cannot be unpacked"),
        (tarred({f"._{n}": b"" for n in range(1001)}), "archive-members", "more than 1000 members"),
        (by_hand(members=2_000), "archive-members", "a table of contents of very many members"),
        (by_hand(members=3), "archive-members", "3 files: p.jsonl"),
        (by_hand(members=2_000, zip64=True), "archive-members", "a table of contents of very many members"),
        (by_hand(members=3, zip64=True, where=7), "archive-members", "a table of contents of very many members"),
        (by_hand(members=2_000, zip64=True, length=53), "archive", "a zip file that cannot be unpacked"),
        (by_hand(b"\0p.jsonl"), "archive-path", "a member without a name"),
        (by_hand(b""), "archive-path", "a member without a name"),
        (gzip.compress(tarred({"a.jsonl": b" " * 2**20})), "file-too-long", "more than 1048576 bytes when unpacked"),
    ],
)  # fmt: skip
def test_what_an_archive_may_not_be(tmp_path: Path, raw: bytes, code: str, found: str) -> None:
    if not code:
        content, _ = read(tmp_path, raw)
        assert content == tarred(FILES)  # whose lines are then no JSON
        return
    with pytest.raises(FaultsError) as error:
        read(tmp_path, raw)
    (fault,) = error.value.faults
    assert fault.code == code
    assert fault.found.startswith(found)


def test_a_packed_file_of_a_corpus_is_read_likewise(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(tarred({"run/._x": b"", "run/x.conll": b"a O\n"}))
    assert corpus_content(tmp_path / "c") == b"a O\n"


@pytest.mark.parametrize("name", ["a/._b", ".DS_Store", "x/Thumbs.db", "a/__MACOSX/b.jsonl"])
def test_names_of_systems(name: str) -> None:
    assert is_of_system(name)
    assert not is_of_system(f"{name}.jsonl") or "._" in name or "__MACOSX" in name
