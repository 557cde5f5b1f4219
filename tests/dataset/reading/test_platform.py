"""What systems do differently: each function with what this system has, and without it."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
import threading
import time
import types
from pathlib import Path

import pytest

from onrecord.dataset.reading import platform
from onrecord.dataset.reading.replacing import replace_folder


@pytest.fixture(params=["as it is", "as on Windows"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "as on Windows":
        for name in ("O_NONBLOCK", "O_NOFOLLOW", "pread", "fork"):
            monkeypatch.delattr(os, name, raising=False)
    return str(request.param)


def test_a_file_is_opened_and_read_at_any_place(system: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one\r\ntwo\x1athree")
    with os.fdopen(platform.open_at_once(tmp_path / "a"), "rb") as file:
        assert platform.read_at(file, 5, 3) == b"\r\ntwo"
        assert platform.read_at(file, 100, 8) == b"\x1athree"
    assert platform.read_at(io.BytesIO(b"012345"), 2, 3) == b"34"


def test_a_link_is_followed_only_where_it_may_be(system: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to("a")
    os.close(platform.open_at_once(tmp_path / "link"))
    with pytest.raises(OSError, match=r".") as error:
        platform.open_at_once(tmp_path / "link", follow_links=False)
    assert error.value.errno == errno.ELOOP
    with pytest.raises(FileNotFoundError):
        platform.open_at_once(tmp_path / "none")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_without_a_writer_keeps_nobody_waiting(system: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    if system == "as it is":
        os.close(platform.open_at_once(tmp_path / "pipe"))
        return
    with pytest.raises(OSError, match="is no regular file") as error:
        platform.open_at_once(tmp_path / "pipe")
    assert error.value.filename == str(tmp_path / "pipe")


def test_folders_change_places_or_it_is_said_that_they_cannot(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    changed = platform.exchange(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a" / "b").exists() == changed
    assert (tmp_path / "b" / "a").exists() == changed


@pytest.mark.parametrize("before", [None, {}, {"old": b"1", "a/c": b"3"}])
def test_a_folder_is_written_without_an_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: dict[str, bytes] | None
) -> None:
    monkeypatch.setattr("onrecord.dataset.reading.files.exchange", lambda *_: False)
    if before is not None:
        replace_folder(tmp_path / "out", "dataset", before)
    replace_folder(tmp_path / "out", "dataset", {"a/b": b"2"})
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert there == {"out", "out/a", "out/a/b", "out/manifest.json"}


HOLDER = """
import sys, time
from pathlib import Path
from onrecord.dataset.reading.platform import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_process_at_a_time_holds_a_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "within" / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        got = threading.Event()

        def wait() -> None:
            with platform.locked(tmp_path / "within" / "lock"):
                got.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not got.wait(0.3)
        holder.stdin.close()
        assert got.wait(10)
        waiting.join()


def test_the_lock_of_windows_is_tried_until_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    tried: list[float] = []

    def locking(number: int, mode: int, size: int) -> None:
        assert size == 1
        if mode == 0:
            held.remove(1)
        elif held:
            tried.append(time.monotonic())
            if len(tried) == 2:
                held.clear()
            raise OSError(errno.EACCES, "held")
        else:
            held.append(1)

    msvcrt = types.ModuleType("msvcrt")
    monkeypatch.setattr(msvcrt, "locking", locking, raising=False)
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    held.append(1)
    with platform.locked(tmp_path / "lock"):
        assert held == [1]
        assert len(tried) == 2
    assert held == []


def test_what_is_piped_is_utf_8_with_plain_line_ends() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252", newline="\r\n")
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("PYTHONIOENCODING", raising=False)
        platform.plain_text(stream)
    stream.write("Kovač\n")
    stream.flush()
    assert raw.getvalue() == "Kovač\n".encode()
