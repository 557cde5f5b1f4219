"""The server's process: started, waited for, stopped; its files are its user's alone, and it ends with its starter."""

from __future__ import annotations

import contextlib
import importlib.resources
import json
import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from onrecord.annotation.label_studio.address import ServerError
from onrecord.dataset.reading.files import resolved, write_atomically
from onrecord.dataset.reading.staging import staged

START_SECONDS = 300.0
"""How long a start may take; the first one on a new machine migrates a database, which takes about a minute."""

SETTINGS = "onrecord_settings"
"""The module of settings that the server is started with; what it is for, says its docstring."""

_DATABASE = "label_studio.sqlite3"
_OURS = (
    *("server.", "accounts.", "assist.", "writing.", ".onrecord-"),
    *(".env", ".config", ".cache", "settings", "export", "media", "test_data"),
)
"""What else the names of a server's files begin with."""


def has_data(data: Path) -> bool:
    """Whether there is a database in a folder."""
    return (data / _DATABASE).is_file()


def prepare(data: Path, template: Path) -> None:
    """Make a server's data folder of the template, if there is none; the database comes last, whole."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not has_data(data):
        with staged(data / _DATABASE) as folder:
            shutil.copytree(template, folder / "new")
            for each in sorted((folder / "new").iterdir(), key=lambda path: path.name == _DATABASE):
                if not (data / each.name).exists():
                    each.rename(data / each.name)
    make_private(data)


def make_private(data: Path) -> None:
    """Keep everybody else out of a server's data: texts and tokens stand in its database in the clear."""
    ours = [path for path in data.iterdir() if path.name.startswith((_DATABASE, *_OURS)) and not path.is_symlink()]
    for path in ours:
        within = path.rglob("*") if path.is_dir() else ()
        for each in (path, *(each for each in within if not each.is_symlink())):
            each.chmod(0o700 if each.is_dir() else 0o600)
    if len(ours) == len(list(data.iterdir())):  # else the folder is somebody's for other things too
        data.chmod(0o700)


def launch(
    binary: Path, data: Path, account: dict[str, str], port: int, watch: Callable[[], object] = lambda: None
) -> tuple[subprocess.Popen[bytes], str]:
    """Start the process and wait until it answers; ``watch`` is called while it does not."""
    data = resolved(data)
    (data / "settings").mkdir(mode=0o700, exist_ok=True)
    settings = importlib.resources.files("onrecord.annotation.label_studio").joinpath("server-settings.txt")
    write_atomically(data / "settings" / f"{SETTINGS}.py", settings.read_bytes(), mode=0o600)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(data),
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "PYTHONPATH": str(data / "settings"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "COLLECT_ANALYTICS": "false",  # on by default, and it sends whole article texts
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        # without this flag the server takes pre-annotations that its own config does not allow
        "fflag_feat_utc_210_prediction_validation_15082025": "true",
        **account,
    }
    command = [str(binary), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    process = None
    try:
        with open(data / "server.log", "ab", opener=_opened_privately) as log, _signals_deferred():
            process = subprocess.Popen(
                command,
                env=environment,
                cwd=data,
                stdin=subprocess.PIPE,  # nothing comes through it: it ends with this process, and the server with it
                stdout=log,
                stderr=log,
                start_new_session=True,
                umask=0o077,
            )
        _wait_until_healthy(process, url, data, watch)
    except BaseException:  # Ctrl-C too: the process has a session of its own and would go on alone
        if process is not None:
            stop(process)
        raise
    return process, url


def _opened_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def _signals_deferred() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back until the block is done: one inside ``Popen`` would lose the started process."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread handles signals
        yield
        return
    caught: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: caught.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in caught:
            signal.raise_signal(late)


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, data: Path, watch: Callable[[], object]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"Label Studio stopped at once with status {process.returncode}; see {data}/server.log")
        try:
            get(f"{url}/health", None)
        except OSError:
            watch()
            time.sleep(0.2)
        else:
            return
    raise ServerError(f"Label Studio did not answer within {START_SECONDS:.0f} s; see {data}/server.log")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server, gently if it lets itself."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdin is not None:
        process.stdin.close()


def get(url: str, token: str | None) -> object:
    """What a server of this machine answers, as JSON if it is.

    Raises:
        OSError: It does not answer, or with a status that says no.
    """
    headers = {"Authorization": f"Token {token}"} if token else {}
    # no proxy: the address is this machine's own
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        body = answer.read()
    try:
        return json.loads(body)
    except ValueError:
        return body
