"""A real Label Studio server on this machine: its own data, loopback only, telemetry off."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from onrecord.annotation.label_studio.address import ServerError
from onrecord.annotation.label_studio.home import VERSION, Meter, Progress, ServerHome, install, unmetered
from onrecord.dataset.reading.files import resolved, write_atomically
from onrecord.dataset.reading.platform import has_fork, locked

ADMIN = "admin@onrecord.example"
START_SECONDS = 300.0
"""How long a start may take; the first one on a new machine migrates a database, which takes about a minute."""
TEMPLATE_BYTES = 1_392_640
"""Size of an empty database: how much of it is there says how far a first preparation is."""


class Running(msgspec.Struct, frozen=True):
    """A server that runs: what a client needs to talk to it."""

    url: str
    token: str
    """API token of the administrator."""
    email: str
    password: str
    pid: int


def make_template(home: ServerHome, progress: Progress, meter: Meter = unmetered) -> Path:
    """Make a migrated database without accounts if there is none: a new server then starts in seconds."""
    if (home.template / "label_studio.sqlite3").is_file():
        return home.template
    with locked(home.folder / "template.lock"):
        if (home.template / "label_studio.sqlite3").is_file():
            return home.template
        beside = home.template.with_name(home.template.name + ".new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        binary = install(home, progress, meter)
        progress("preparing an empty Label Studio database (once; about a minute)")
        database = beside / "label_studio.sqlite3"
        with meter("preparing a database", TEMPLATE_BYTES) as tell:
            process, _ = _launch(
                binary, beside, {}, _free_port(), lambda: tell(database.stat().st_size if database.is_file() else 0)
            )
        _stop(process)
        (beside / "server.log").unlink(missing_ok=True)
        (beside / ".env").unlink(missing_ok=True)  # holds a secret key: every server makes its own
        beside.replace(home.template)
    return home.template


def start(
    home: ServerHome,
    data: Path,
    progress: Progress,
    port: int | None = None,
    meter: Meter = unmetered,
    more: Mapping[str, str] | None = None,
) -> tuple[Running, subprocess.Popen[bytes]]:
    """Start a server on 127.0.0.1 with its data in ``data``.

    The administrator's password and token are made on the first start and kept in ``data/server.json``, readable by
    the user alone.

    Args:
        home: Where the server is installed, or is to be.
        data: The folder of its database.
        progress: Takes a line at each step.
        port: Where it listens; None for the port of last time, or any that is free.
        meter: Shows how far the steps of a first start are.
        more: Goes into its environment.

    Raises:
        ServerError: One runs on this data already, the port is taken, or it did not come up.
    """
    if (running := find(data)) is not None:
        raise ServerError(f"a server for {data} runs already at {running.url} (process {running.pid})")
    before = _read(data)
    chosen = _port(port, before, progress)
    make_template(home, progress, meter)
    if not (data / "label_studio.sqlite3").is_file():
        data.mkdir(parents=True, exist_ok=True)
        shutil.copytree(home.template, data, dirs_exist_ok=True)
    password = before.password if before else secrets.token_urlsafe(12)
    token = before.token if before else secrets.token_hex(20)
    account = {
        "LABEL_STUDIO_USERNAME": ADMIN,
        "LABEL_STUDIO_PASSWORD": password,
        "LABEL_STUDIO_USER_TOKEN": token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    }
    # kept before the first start: should that be cut off, the accounts it made stay within reach
    _keep(data, Running(before.url if before else "", token, ADMIN, password, 0))
    progress(f"starting Label Studio {VERSION}")
    process, url = _launch(install(home, progress, meter), data, {**account, **(more or {})}, chosen)
    running = Running(url, token, ADMIN, password, process.pid)
    try:
        _whoami(running)
    except OSError as error:
        _stop(process)
        raise ServerError(f"the server at {url} does not know the administrator's token: {error}") from error
    _keep(data, running)
    return running, process


@contextlib.contextmanager
def serving(
    home: ServerHome,
    data: Path,
    progress: Progress,
    port: int | None = None,
    meter: Meter = unmetered,
    more: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """A server for the length of a ``with`` block; see :func:`start`."""
    running, process = start(home, data, progress, port, meter, more)
    try:
        yield running
    finally:
        _stop(process)


def find(data: Path) -> Running | None:
    """The server that runs on ``data``, if there is one and it answers.

    Raises:
        ServerError: This is Windows, where none is started.
    """
    if not has_fork():
        raise ServerError(
            "a Label Studio server of this machine needs Linux or macOS (on Windows: WSL); "
            "push, submit, pull and adjudicate reach one that runs elsewhere with --url and $ONRECORD_TOKEN"
        )
    running = _read(data)
    if running is None or not running.pid:
        return None
    try:
        os.kill(running.pid, 0)
        _whoami(running)
    except OSError:
        return None
    return running


def _whoami(running: Running) -> None:
    """Ask a server whether it knows the administrator.

    Raises:
        OSError: It does not, or does not answer. That legacy tokens were switched off, it says of one that it knows.
    """
    try:
        _get(f"{running.url}/api/current-user/whoami", running.token)
    except urllib.error.HTTPError as error:
        if b"legacy" not in error.read():
            raise


def _port(wanted: int | None, before: Running | None, progress: Progress) -> int:
    """The port that was asked for, else that of last time, since links to tasks have it, else any that is free."""
    if wanted is not None:
        if not _is_free(wanted):
            raise ServerError(
                f"port {wanted} of 127.0.0.1 cannot be used: another program has it, or it is the system's"
            )
        return wanted
    last = urlsplit(before.url).port if before is not None else None
    if last is not None and _is_free(last):
        return last
    port = _free_port()
    if last is not None:
        progress(f"port {last} of last time is taken: links with it lead nowhere, those with {port} do")
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free, as for the server
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True


def _read(data: Path) -> Running | None:
    try:
        return msgspec.json.decode((data / "server.json").read_bytes(), type=Running)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _keep(data: Path, running: Running) -> None:
    write_atomically(data / "server.json", msgspec.json.format(msgspec.json.encode(running)), mode=0o600)


def _launch(
    binary: Path, data: Path, account: dict[str, str], port: int, watch: Callable[[], object] = lambda: None
) -> tuple[subprocess.Popen[bytes], str]:
    """Start the process and wait until it answers; ``watch`` is called while it does not."""
    data = resolved(data)
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
        _wait_until_healthy(process, url, data, watch)
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


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, data: Path, watch: Callable[[], object]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerError(f"Label Studio stopped at once with status {process.returncode}; see {data}/server.log")
        try:
            _get(f"{url}/health", None)
        except OSError:
            watch()
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
