"""What is written is whole or not at all, whoever else writes or is killed there, or laid a trap."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from onrecord.dataset import FaultsError
from onrecord.dataset.reading import platform
from onrecord.dataset.reading.files import read_text, resolved, write_atomically, write_folder_atomically
from onrecord.dataset.reading.replacing import look_into, replace_folder
from onrecord.dataset.reading.staging import SLOTS, scratch, slot, staged

POSIX = pytest.mark.skipif(not platform.has_fork(), reason="permissions and signals of Unix")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".onrecord")]


@POSIX
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o027, 0o002])
def test_a_new_file_has_what_the_umask_leaves(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "a" / "new.json", b"1")
        write_folder_atomically(tmp_path / "b", {"c/d": b"1"})
        replace_folder(tmp_path / "e", "board", {"c/d": b"1"})
        write_atomically(tmp_path / "secret", b"1", mode=0o600)
    finally:
        os.umask(before)
    for name in ("a/new.json", "b/c/d", "e/c/d", "e/manifest.json"):
        assert mode(tmp_path / name) == 0o666 & ~umask
    for name in ("a", "b", "b/c", "e", "e/c"):
        assert mode(tmp_path / name) == 0o777 & ~umask
    assert mode(tmp_path / "secret") == 0o600


@POSIX
@pytest.mark.parametrize("old", [0o600, 0o640, 0o444, 0o755])
def test_what_is_replaced_keeps_its_permissions(tmp_path: Path, old: int) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(old)
    write_atomically(tmp_path / "a", b"new")
    assert mode(tmp_path / "a") == old
    replace_folder(tmp_path / "site", "board", {"x/y": b"1"})
    (tmp_path / "site").chmod(0o700)
    (tmp_path / "site" / "x").chmod(0o750)
    replace_folder(tmp_path / "site", "board", {"x/y": b"2"})
    assert [mode(tmp_path / name) for name in ("site", "site/x")] == [0o700, 0o750]


@pytest.mark.parametrize("length", [1, 200, 245, 246, 250, 255])
@pytest.mark.parametrize("letter", ["a", "é", "漢"])
def test_a_name_may_be_as_long_as_the_system_lets_it(tmp_path: Path, length: int, letter: str) -> None:
    name = letter * (length // len(letter.encode())) or "a"
    write_atomically(tmp_path / name, b"1")
    write_atomically(tmp_path / name, b"2")
    assert (tmp_path / name).read_bytes() == b"2"
    replace_folder(tmp_path / "f" / name, "board", {name: b"3"})
    replace_folder(tmp_path / "f" / name, "board", {name: b"4"})
    assert (tmp_path / "f" / name / name).read_bytes() == b"4"
    assert left(tmp_path) == left(tmp_path / "f") == []


def test_links_that_lead_in_a_circle_are_said_to(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "self").symlink_to("self")
    for name in ("a", "self", "a/within", "self/x/y"):
        for write in (lambda p: write_atomically(p, b"1"), lambda p: replace_folder(p, "board", {}), resolved):
            with pytest.raises(OSError, match=r"circle|levels|directory|loop"):
                write(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "self"]


@POSIX
def test_a_pipe_is_waited_for_a_while_and_then_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "READER_SECONDS", 0.2)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="nobody reads"):
        write_atomically(tmp_path / "pipe", b"1")
    monkeypatch.setattr(platform, "READER_SECONDS", 30)
    content = bytes(range(256)) * 4096  # more than a pipe holds
    read: list[bytes] = []

    def reader() -> None:
        time.sleep(0.2)
        read.append((tmp_path / "pipe").read_bytes())

    thread = threading.Thread(target=reader)
    thread.start()
    write_atomically(tmp_path / "pipe", content)
    thread.join()
    assert read == [content]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


HOLDER = """
import sys, time
from pathlib import Path
from onrecord.dataset.reading.staging import staged
with staged(Path(sys.argv[1])) as folder:
    (folder / "new").mkdir()
    (folder / "new" / "half").write_bytes(b"h")
    print(folder.name, flush=True)
    time.sleep(600)
"""


def holding(target: Path, *before: str) -> tuple[subprocess.Popen[bytes], Path]:
    """A process that stages something, and where it does."""
    process = subprocess.Popen([*before, sys.executable, "-c", HOLDER, str(target)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    return process, target.parent / process.stdout.readline().decode().strip()


@POSIX
def test_what_a_killed_run_left_is_swept_and_what_is_under_way_is_not(tmp_path: Path) -> None:
    target = tmp_path / "out"
    (one, here), (two, there), (three, third) = holding(target), holding(target), holding(target)
    try:
        assert len({here, there, third}) == 3
        one.kill()
        one.wait()
        three.kill()
        three.wait()
        write_atomically(target, b"1")
        assert left(tmp_path) == [there.name]
        assert (there / "new" / "half").read_bytes() == b"h"
    finally:
        two.kill()
        two.wait()
    write_atomically(target, b"2")
    assert left(tmp_path) == []


@POSIX
def test_a_process_of_another_container_is_not_taken_for_dead(tmp_path: Path) -> None:
    """Its number is that of nobody here, or of somebody else."""
    unshare = ("unshare", "--pid", "--fork", "--kill-child")
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no process namespaces here")
    process, there = holding(tmp_path / "site", *unshare)
    try:
        for content in (b"1", b"2"):
            replace_folder(tmp_path / "site", "board", {"index.html": content})
            assert (there / "new" / "half").read_bytes() == b"h"
            assert (tmp_path / "site" / "index.html").read_bytes() == content
    finally:
        process.kill()
        process.wait()
    deadline = time.monotonic() + 10
    while left(tmp_path) and time.monotonic() < deadline:  # the kernel ends the namespace on its own time
        replace_folder(tmp_path / "site", "board", {"index.html": b"3"})
    assert left(tmp_path) == []


@POSIX
def test_a_target_taken_away_in_steps_is_put_back(tmp_path: Path) -> None:
    """Where folders cannot change places in one step, a run may be killed between two."""
    lost = slot(tmp_path / "site", 0)
    (lost / "old").mkdir(parents=True, mode=0o700)
    lost.chmod(0o700)
    (lost / "old" / "index.html").write_bytes(b"old")
    with staged(tmp_path / "site"):
        assert (tmp_path / "site" / "index.html").read_bytes() == b"old"
    assert left(tmp_path) == []


@POSIX
@pytest.mark.parametrize("trap", ["link", "file", "open folder"])
def test_a_trap_laid_beside_a_file_is_walked_around(tmp_path: Path, trap: str) -> None:
    """In a folder that all may write to, the name of the staging is known beforehand."""
    victim = tmp_path / "victim"
    victim.mkdir()
    place = slot(tmp_path / "out", 0)
    match trap:
        case "link":
            place.symlink_to(victim)
        case "file":
            place.write_bytes(b"")
        case _:
            place.mkdir()
            place.chmod(0o777)
    write_atomically(tmp_path / "out", b"1")
    assert (tmp_path / "out").read_bytes() == b"1"
    assert os.path.lexists(place)
    assert list(victim.iterdir()) == []


def test_more_writers_than_places_to_sweep_find_one_each(tmp_path: Path) -> None:
    barrier, failed = threading.Barrier(SLOTS + 3), list[BaseException]()

    def write(number: int) -> None:
        try:
            with staged(tmp_path / "out") as folder:
                (folder / "mine").write_text(str(number))
                barrier.wait(20)
                assert (folder / "mine").read_text() == str(number)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(SLOTS + 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert list(tmp_path.iterdir()) == []


def test_scratch_is_gone_afterwards_and_swept_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch() as one, scratch() as other:
        (one / "x").write_bytes(b"1")
        (other / "y" / "z").mkdir(parents=True)
    assert list(tmp_path.iterdir()) == []


MOUNTED = """
import sys
from pathlib import Path
from onrecord.dataset.reading.replacing import replace_folder
try:
    replace_folder(Path(sys.argv[1]), "board", {"index.html": b"2"})
except OSError as error:
    print(error.strerror)
"""


@POSIX
def test_what_is_mounted_in_a_folder_is_not_carried_off(tmp_path: Path) -> None:
    """The old folder is removed in the end, and with it what is mounted in it."""
    replace_folder(tmp_path / "site", "board", {"index.html": b"1"})
    for name in ("site/inner", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "other" / "precious").write_bytes(b"p")
    mount = f'mount --bind "{tmp_path}/other" "{tmp_path}/site/inner"'
    shell = ["unshare", "--mount", "sh", "-c"]
    if subprocess.run([*shell, mount], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    command = f'{mount} && "$0" -c "$1" "$2"'
    done = subprocess.run(
        [*shell, command, sys.executable, MOUNTED, tmp_path / "site"], capture_output=True, check=True
    )
    assert b"below a mount" in done.stdout
    assert (tmp_path / "other" / "precious").read_bytes() == b"p"
    assert (tmp_path / "site" / "index.html").read_bytes() == b"1"
    assert left(tmp_path) == []


@POSIX
def test_a_file_system_that_knows_no_permissions_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There, what was just made seems to be everybody's, or somebody else's."""
    monkeypatch.setattr("onrecord.dataset.reading.staging.is_own", lambda _: False)
    for content in (b"1", b"2"):
        write_atomically(tmp_path / "out", content)
        assert (tmp_path / "out").read_bytes() == content
    assert left(tmp_path) == []


@pytest.mark.parametrize("names", [["x"], ["x/y"], ["x", "x y/z"]])
def test_a_file_where_a_folder_is_to_be_is_in_the_way_and_the_other_way_round(tmp_path: Path, names: list[str]) -> None:
    replace_folder(tmp_path / "site", "board", {"index.html": b"1"})
    for name in names:
        (tmp_path / "site" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "site" / name).write_bytes(b"mine")
    for files in ({"x": b"2"}, {"x/y": b"2"}, {"x/y/z": b"2"}):
        with pytest.raises(FaultsError, match="not-ours"):
            replace_folder(tmp_path / "site", "board", files)
    assert [(tmp_path / "site" / name).read_bytes() for name in names] == [b"mine"] * len(names)
    with pytest.raises(FaultsError, match="not of a dataset"):
        look_into(tmp_path / "site", "dataset")


def test_what_others_write_while_a_folder_is_made_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "site"
    replace_folder(target, "board", {"index.html": b"1", "gone.html": b"1"})
    (target / "early").write_bytes(b"old")

    def late(new: Path, old: Path) -> bool:
        (target / "late" / "deep").mkdir(parents=True)
        (target / "late" / "deep" / "note").write_bytes(b"theirs")
        (target / "beside").write_bytes(b"new")
        (target / "beside").replace(target / "early")
        return platform.exchange(new, old)

    monkeypatch.setattr("onrecord.dataset.reading.files.exchange", late)
    replace_folder(target, "board", {"index.html": b"2"})
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert found == {"index.html", "manifest.json", "early", "late/deep/note"}
    assert (target / "early").read_bytes() == b"new"


def test_a_text_that_is_none_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(b"# caf\xe9")
    with pytest.raises(FaultsError, match="byte 0xe9 at byte 5"):
        read_text(tmp_path / "README.md")


@POSIX
def test_a_killed_writer_leaves_the_old_content(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    process, _ = holding(target)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert target.read_bytes() == b"old"
    assert len(left(tmp_path)) == 1


@pytest.mark.parametrize("below", ["x", "a/b/x"])
def test_what_would_lie_below_a_file_is_told_of_the_file(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    target = tmp_path / "file" / below
    writes: tuple[Callable[[], None], ...] = (
        lambda: write_atomically(target, b"1"),
        lambda: write_folder_atomically(target, {"a": b"1"}),
        lambda: replace_folder(target, "hub", {"a": b"1"}),
    )
    for write in writes:
        with pytest.raises(NotADirectoryError, match="is a file, and no folder") as error:
            write()
        assert error.value.filename == str(tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_of_two_that_make_one_folder_at_once_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "hub"

    def first(folder: Path, files: Mapping[str, bytes]) -> None:
        monkeypatch.undo()
        replace_folder(target, "hub", {"a": b"theirs"})
        write_folder_atomically(folder, files)

    monkeypatch.setattr("onrecord.dataset.reading.replacing.write_folder_atomically", first)
    with pytest.raises(FileExistsError, match="made by another command meanwhile"):
        replace_folder(target, "hub", {"a": b"ours", "b": b"ours"})
    assert (target / "a").read_bytes() == b"theirs"
    assert sorted(path.name for path in target.iterdir()) == ["a", "manifest.json"]
    replace_folder(target, "hub", {"a": b"ours"})
    assert (target / "a").read_bytes() == b"ours"
