"""A server's address and a token as people copy them, made into what a client needs."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from onrecord.dataset.reading.faults import OnrecordError, show

PAGES = frozenset({"api", "data", "health", "home", "login", "models", "organization", "projects", "user", "version"})
"""First steps of Label Studio's own paths: what comes before one of them is the server's address."""

_PERSONAL = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")


class ServerError(OnrecordError):
    """The server could not be installed, started, reached or used; the message says what to do."""


def base_of(given: str) -> str:
    """The address of a server, out of any address on it, such as one copied from the browser.

    Args:
        given: With ``http://`` or ``https://``; whatever follows the first step of a page's path is taken off, what
            comes before it (a server below a path) is kept.

    Raises:
        ServerError: It is no address, or has a log-in in it.
    """
    said = show(given.strip())
    try:
        parts = urlsplit(given.strip())
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError as error:
        raise ServerError(f"--url {said} is no address: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ServerError(f"--url {said} is no address: it has to begin with http:// or https:// and a host")
    if parts.username is not None:
        raise ServerError(f"--url {_without_login(parts)} must hold no name and no password: the token says who asks")
    if re.search(r"[\s\x00-\x1f]", given.strip()):
        raise ServerError(f"--url {said} is no address: it has white space in it")
    steps = [step for step in parts.path.split("/") if step]
    own = next((place for place, step in enumerate(steps) if step in PAGES), len(steps))
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return "/".join([f"{parts.scheme}://{host}{port}", *steps[:own]])


def _without_login(parts: SplitResult) -> str:
    return show(f"{parts.scheme}://…@{parts.netloc.rpartition('@')[2]}")


def token_of(given: str) -> str:
    """A token without what is often copied along: white space around it, and the word before it in a header.

    Raises:
        ServerError: What remains is no token.
    """
    token = re.sub(r"^(Token|Bearer)\s+", "", given.strip())
    if not token:
        raise ServerError("the token is empty: set ONRECORD_TOKEN, or give --token")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ServerError("the token has white space or other characters in its midst that no token has: copy it again")
    return token


def is_personal(token: str) -> bool:
    """Whether a token has the form of a personal access token, which is a JSON Web Token; legacy ones have not."""
    return _PERSONAL.fullmatch(token) is not None


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own, which no proxy is asked for."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
