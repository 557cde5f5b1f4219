"""A real Label Studio server on this machine: its own environment, its own data, loopback only, telemetry off.

The server never shares an environment with onrecord: it pins a hundred packages of its own. What was measured of it
(start-up, telemetry, tokens) is of version 1.23.2, which is therefore pinned exactly.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import importlib.resources
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from onrecord.dataset.reading.faults import OnrecordError
from onrecord.dataset.reading.files import write_atomically

VERSION = "1.23.2"
ADMIN = "admin@onrecord.example"
START_SECONDS = 300.0
"""How long a start may take; the first one on a new machine migrates a database, which takes about a minute."""

Progress = Callable[[str], None]

_WHOLE = "installed"
"""Name of the file that is written last into an environment; one without it was cut off and is made again."""


class ServerError(OnrecordError):
    """The server could not be installed, started or reached; the message says what to do."""


class Running(msgspec.Struct, frozen=True):
    """A server that runs: what a client needs to talk to it."""

    url: str
    token: str
    """API token of the administrator."""
    email: str
    password: str
    pid: int


@dataclasses.dataclass(frozen=True)
class ServerHome:
    """Where the server's environment and the migrated template database are kept between runs."""

    folder: Path

    @classmethod
    def default(cls) -> ServerHome:
        """``$ONRECORD_HOME``, or the user's data folder."""
        named = os.environ.get("ONRECORD_HOME")
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return cls(Path(named) if named else Path(data) / "onrecord")

    @property
    def environment(self) -> Path:
        """The virtual environment that holds the server."""
        return self.folder / f"label-studio-{VERSION}"

    @property
    def template(self) -> Path:
        """A data folder with a migrated database and no accounts."""
        return self.folder / f"label-studio-{VERSION}-template"

    @property
    def binary(self) -> Path | None:
        """The server's command: ``$ONRECORD_LABEL_STUDIO``, or the one in a whole :attr:`environment`."""
        if named := os.environ.get("ONRECORD_LABEL_STUDIO"):
            return Path(named)
        whole = (self.environment / _WHOLE).is_file()
        return self.environment / "bin" / "label-studio" if whole else None


def install(home: ServerHome, progress: Progress) -> Path:
    """Make the server's environment if it is not there, and return the path of its command."""
    with locked(home.folder / "install.lock"):
        if home.binary is not None:
            return home.binary
        progress(f"installing Label Studio {VERSION} into {home.environment} (once; about 1 GB, some minutes)")
        shutil.rmtree(home.environment, ignore_errors=True)
        pins = importlib.resources.files("onrecord.annotation.label_studio") / "server-requirements.txt"
        with importlib.resources.as_file(pins) as constraints:
            pip = [str(home.environment / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
            for command in (
                [sys.executable, "-m", "venv", str(home.environment)],
                [*pip, "--constraint", str(constraints), f"label-studio=={VERSION}"],
            ):
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    raise ServerError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
        write_atomically(home.environment / _WHOLE, b"")
        assert home.binary is not None
        return home.binary


def make_template(home: ServerHome, progress: Progress) -> Path:
    """Make a migrated database without accounts if there is none: a new server then starts in seconds."""
    if (home.template / "label_studio.sqlite3").is_file():
        return home.template
    with locked(home.folder / "template.lock"):
        if (home.template / "label_studio.sqlite3").is_file():
            return home.template
        progress("preparing an empty Label Studio database (once; about a minute)")
        beside = home.template.with_name(home.template.name + ".new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        process, _ = _launch(install(home, progress), beside, {})
        _stop(process)
        (beside / "server.log").unlink(missing_ok=True)
        (beside / ".env").unlink(missing_ok=True)  # holds a secret key: every server makes its own
        beside.replace(home.template)
    return home.template


def start(
    home: ServerHome, data: Path, progress: Progress, more: Mapping[str, str] | None = None
) -> tuple[Running, subprocess.Popen[bytes]]:
    """Start a server on a free port of 127.0.0.1 with its data in ``data``, and ``more`` in its environment.

    The administrator's password and token are made on the first start and kept in ``data/server.json``, readable by
    the user alone.

    Raises:
        ServerError: One runs on this data already, or it did not come up.
    """
    if (running := find(data)) is not None:
        raise ServerError(f"a server for {data} runs already at {running.url} (process {running.pid})")
    make_template(home, progress)
    if not (data / "label_studio.sqlite3").is_file():
        data.mkdir(parents=True, exist_ok=True)
        shutil.copytree(home.template, data, dirs_exist_ok=True)
    before = _read(data)
    password = before.password if before else secrets.token_urlsafe(12)
    token = before.token if before else secrets.token_hex(20)
    account = {
        "LABEL_STUDIO_USERNAME": ADMIN,
        "LABEL_STUDIO_PASSWORD": password,
        "LABEL_STUDIO_USER_TOKEN": token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    }
    # kept before the first start: should that be cut off, the accounts it made stay within reach
    _keep(data, Running("", token, ADMIN, password, 0))
    progress(f"starting Label Studio {VERSION}")
    process, url = _launch(install(home, progress), data, {**account, **(more or {})})
    running = Running(url, token, ADMIN, password, process.pid)
    try:
        _get(f"{url}/api/current-user/whoami", token)
    except OSError as error:
        _stop(process)
        raise ServerError(f"the server at {url} does not know the administrator's token: {error}") from error
    _keep(data, running)
    return running, process


@contextlib.contextmanager
def serving(
    home: ServerHome, data: Path, progress: Progress, more: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """A server for the length of a ``with`` block, see :func:`start`."""
    running, process = start(home, data, progress, more)
    try:
        yield running
    finally:
        _stop(process)


def find(data: Path) -> Running | None:
    """The server that runs on ``data``, if there is one and it answers."""
    running = _read(data)
    if running is None or not running.pid:
        return None
    try:
        os.kill(running.pid, 0)
        _get(f"{running.url}/api/current-user/whoami", running.token)
    except OSError:
        return None
    return running


def _read(data: Path) -> Running | None:
    try:
        return msgspec.json.decode((data / "server.json").read_bytes(), type=Running)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _keep(data: Path, running: Running) -> None:
    write_atomically(data / "server.json", msgspec.json.format(msgspec.json.encode(running)), mode=0o600)


def _launch(binary: Path, data: Path, account: dict[str, str]) -> tuple[subprocess.Popen[bytes], str]:
    """Start the process and wait until it answers."""
    data = data.resolve()
    port = _free_port()
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(data),
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
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
        with (data / "server.log").open("ab") as log, _signals_deferred():
            process = subprocess.Popen(
                command,
                env=environment,
                cwd=data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _wait_until_healthy(process, url, data)
    except BaseException:  # Ctrl-C too: the process has a session of its own and would go on alone
        if process is not None:
            _stop(process)
        raise
    return process, url


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


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, data: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"Label Studio stopped at once with status {process.returncode}; see {data}/server.log")
        try:
            _get(f"{url}/health", None)
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise ServerError(f"Label Studio did not answer within {START_SECONDS:.0f} s; see {data}/server.log")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _get(url: str, token: str | None) -> object:
    headers = {"Authorization": f"Token {token}"} if token else {}
    # no proxy: the address is this machine's own
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        body = answer.read()
    try:
        return json.loads(body)
    except ValueError:
        return body


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time makes what all of them share."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
