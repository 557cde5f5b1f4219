"""A real Label Studio server on this machine: its own data, loopback only, telemetry off."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from onrecord.annotation.label_studio.address import ServerError
from onrecord.annotation.label_studio.home import VERSION, Meter, Progress, ServerHome, install, unmetered
from onrecord.annotation.label_studio.process import get, has_data, launch, prepare, stop
from onrecord.dataset.reading.files import write_atomically
from onrecord.dataset.reading.platform import has_fork, locked

ADMIN = "admin@onrecord.example"
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
    if has_data(home.template):
        return home.template
    with locked(home.folder / "template.lock"):
        if has_data(home.template):
            return home.template
        beside = home.template.with_name(home.template.name + ".new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True, mode=0o700)
        binary = install(home, progress, meter)
        progress("preparing an empty Label Studio database (once; about a minute)")
        database = beside / "label_studio.sqlite3"
        with meter("preparing a database", TEMPLATE_BYTES) as tell:
            process, _ = launch(
                binary, beside, {}, _free_port(), lambda: tell(database.stat().st_size if database.is_file() else 0)
            )
        stop(process)
        (beside / "server.log").unlink(missing_ok=True)
        (beside / ".env").unlink(missing_ok=True)  # holds a secret key: every server makes its own
        shutil.rmtree(beside / "settings")
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
    prepare(data, home.template)
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
    process, url = launch(install(home, progress, meter), data, {**account, **(more or {})}, chosen)
    running = Running(url, token, ADMIN, password, process.pid)
    try:
        _whoami(running)
    except OSError as error:
        stop(process)
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
        stop(process)


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
        get(f"{running.url}/api/current-user/whoami", running.token)
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
