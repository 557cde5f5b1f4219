"""A backend and the projects of the server on this machine that ask it."""

from __future__ import annotations

import contextlib
import http.client
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec

from onrecord.annotation.assist.backend import Backend
from onrecord.annotation.assist.server import Tell, serving
from onrecord.annotation.label_studio import backends
from onrecord.annotation.label_studio.accounts import Access
from onrecord.annotation.label_studio.address import ServerError
from onrecord.annotation.label_studio.project import connect
from onrecord.dataset.reading.files import write_atomically


class Assisting(msgspec.Struct, frozen=True):
    """A backend that runs."""

    url: str
    pid: int


def find(data: Path) -> Assisting | None:
    """The backend of the server on ``data``, if there is one and it answers."""
    try:
        kept = msgspec.json.decode(_path(data).read_bytes(), type=Assisting)
    except (OSError, msgspec.DecodeError):
        return None
    return kept if _answers(kept) else None


def _answers(running: Assisting) -> bool:
    """Whether it is there still, and nobody else at its address."""
    # no proxy: the address is this machine's own
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{running.url}/health", timeout=2) as answer:
            return bool(msgspec.json.decode(answer.read(1000)) == {"status": "UP", "pid": running.pid})
    except (OSError, http.client.HTTPException, msgspec.DecodeError):
        return False


@contextlib.contextmanager
def assisting(access: Access, backend: Backend, tell: Tell) -> Iterator[str]:
    """A backend for the length of a ``with`` block, asked by all projects there are; gives its address.

    Afterwards they ask the one that they asked before, if it still answers, or none.

    Raises:
        httpx.HTTPError, ApiError: The server does not answer, or may not reach this machine's addresses.
    """
    assert access.data is not None
    before = find(access.data)
    with serving(backend, tell) as url:
        try:
            keep(access.data, Assisting(url, os.getpid()))
            wire(access, url)
            yield url
        finally:
            _give_back(access, before)


def keep(data: Path, running: Assisting) -> None:
    """Have later commands find the backend."""
    write_atomically(_path(data), msgspec.json.encode(running), mode=0o600)


def wire(access: Access, url: str) -> None:
    """Have every project ask the backend at ``url``."""
    client = connect(access.url, access.token)
    with access.writing():
        for project in backends.projects(client):
            backends.connect(client, project, url)


def wire_new(access: Access, project: int) -> None:
    """Have a project that was just made ask the backend that runs, if one does."""
    running = find(access.data) if access.data is not None else None
    if running is not None:
        backends.connect(connect(access.url, access.token), project, running.url)


def forget(access: Access) -> None:
    """Have no project ask a backend that is gone, as one is whose process was killed."""
    assert access.data is not None
    if _path(access.data).is_file() and find(access.data) is None:
        client = connect(access.url, access.token)
        with access.writing():
            backends.disconnect(client, backends.projects(client))
        _path(access.data).unlink(missing_ok=True)


def _give_back(access: Access, before: Assisting | None) -> None:
    import httpx
    from label_studio_sdk.core.api_error import ApiError

    assert access.data is not None
    with contextlib.suppress(httpx.HTTPError, ApiError, ServerError):  # it may be gone; its next start sees to the rest
        if before is not None and _answers(before):
            keep(access.data, before)
            wire(access, before.url)
        else:
            client = connect(access.url, access.token)
            with access.writing():
                backends.disconnect(client, backends.projects(client))
            _path(access.data).unlink(missing_ok=True)


def _path(data: Path) -> Path:
    return data / "assist.json"
