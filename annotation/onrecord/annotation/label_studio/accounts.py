"""Access to a server, and the accounts of its annotators."""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec

from onrecord.annotation.label_studio.address import ServerError, base_of, token_of
from onrecord.annotation.label_studio.project import Account, ProjectError, make_account
from onrecord.annotation.label_studio.server import find
from onrecord.dataset.reading.files import write_atomically
from onrecord.dataset.reading.platform import locked


@dataclasses.dataclass(frozen=True)
class Access:
    """A server and the right to use it."""

    url: str
    token: str
    """Of the administrator."""
    data: Path | None
    """The data folder of a server of this machine, which also keeps its accounts; None for another server."""

    @classmethod
    def find(cls, data: Path, url: str | None, token: str | None) -> Access:
        """The named server, or the one that runs on ``data``.

        Args:
            data: The data folder of a server of this machine; of no account where ``url`` is given.
            url: Any address on another server, such as one copied from the browser.
            token: A personal or a legacy token for it.

        Raises:
            ServerError: Neither, or the address or the token cannot be one.
        """
        if url is not None:
            base = base_of(url)
            if token is None:
                raise ServerError("--url needs a token: set ONRECORD_TOKEN, or give --token")
            return cls(base, token_of(token), None)
        running = find(data)
        if running is None:
            raise ServerError(f"no server runs on {data}; start one with: onrecord annotation serve")
        return cls(running.url, running.token, data)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One command at a time writes to a server of this machine: its SQLite meets two writers with a lock error,
        and the server answers that by carrying the whole request out again, which makes a second project.
        """
        with contextlib.nullcontext() if self.data is None else locked(self.data / "writing.lock"):
            yield

    def account(self, name: str) -> Account | None:
        """The annotator's account, made if there is none; None on another server, where people have their own.

        Raises:
            ProjectError: The server has such an account with a password that is not known here; nothing is kept then.
        """
        if self.data is None:
            return None
        path = self.data / "accounts.json"
        with locked(self.data / "accounts.lock"):
            accounts = msgspec.json.decode(path.read_bytes(), type=dict[str, Account]) if path.is_file() else {}
            account = accounts.get(name) or Account("", secrets.token_urlsafe(12), "")
            if not account.token:
                # the password is kept before it is used: should making the account be cut off, it stays within reach
                _keep(path, {**accounts, name: account})
                try:
                    account = make_account(self.url, self.token, name, account.password)
                except ProjectError:
                    _keep(path, {each: known for each, known in accounts.items() if each != name})
                    raise
                _keep(path, {**accounts, name: account})
            return account


def _keep(path: Path, accounts: dict[str, Account]) -> None:
    write_atomically(path, msgspec.json.format(msgspec.json.encode(accounts)), mode=0o600)
