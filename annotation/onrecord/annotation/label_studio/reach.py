"""A server is reached, or it is said in one sentence why not.

Every client is made here: none of them asks a proxy for this machine's own address.
"""

from __future__ import annotations

import contextlib
import urllib.request
from collections.abc import Iterator
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from onrecord.annotation.label_studio.address import ServerError, is_loopback, is_personal
from onrecord.dataset.reading.faults import show

if TYPE_CHECKING:
    import httpx

SECONDS = 60.0
"""How long an answer may take."""

KEPT = "what was done before is kept: give the same command again"


def web(url: str) -> httpx.Client:
    """A client of the server at ``url``: through the environment's proxy, but never for this machine's own address."""
    import httpx

    return httpx.Client(base_url=url, timeout=SECONDS, follow_redirects=True, trust_env=not is_loopback(url))


def reached(url: str, token: str) -> str:
    """The address at which the server wants to be asked, once it is known that it is one and takes the token.

    Raises:
        ServerError: Nothing answers, what answers is no Label Studio, or it does not take the token.
    """
    with speaking(url), web(url) as client:
        base = _server(client, url)
        client.base_url = base
        _allowed(client, url, token)
    return base


def _server(client: httpx.Client, url: str) -> str:
    """The address after redirections, such as to https."""
    answer = client.get("/api/version")
    end = "/api/version"
    base = str(answer.url).partition("?")[0].rstrip("/").removesuffix(end)
    if answer.status_code in (401, 403):
        return base  # some servers tell nobody their version
    if answer.status_code >= 400:
        raise ServerError(
            f"no Label Studio at {url}: {end} gives status {answer.status_code}" + _reason(answer.text, "https")
        )
    try:
        told = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict) or not {"release", "label-studio-os-package"} & told.keys():
        page = f" {show(base)}" if base != url else ""
        raise ServerError(
            f"{url} answers with a page{page} instead of data: it is no Label Studio, or something before it wants a "
            "log-in"
        )
    return base


def _reason(text: str, word: str) -> str:
    """What a server says of it, if that is about ``word``."""
    return ": it wants to be asked by https://" if word in text.casefold() else ""


def _allowed(client: httpx.Client, url: str, token: str) -> None:
    header = f"Token {token}"
    if is_personal(token):
        answer = client.post("/api/token/refresh/", json={"refresh": token})
        if answer.status_code != 200:
            raise ServerError(
                f"{url} does not take this personal access token (status {answer.status_code}): it is another "
                "server's, has expired or was revoked; make a new one under Account & Settings"
            )
        header = f"Bearer {answer.json()['access']}"
    answer = client.get("/api/current-user/whoami", headers={"Authorization": header})
    if answer.status_code == 401 and "legacy" in answer.text:
        raise ServerError(
            f"legacy tokens are switched off at {url}: give --url {url} with a personal access token (Account & "
            "Settings), or have them switched on again (Organization, API Tokens Settings)"
        )
    if answer.status_code == 401:
        raise ServerError(
            f"{url} does not know this token: copy it whole from Account & Settings on that server, into "
            "ONRECORD_TOKEN or --token"
        )
    if answer.status_code >= 400:
        raise ServerError(f"{url} does not let this token in: status {answer.status_code}{_detail(answer.text)}")
    answer.json()


@contextlib.contextmanager
def speaking(url: str, after: str = "") -> Iterator[None]:
    """What goes wrong between here and a server within the block becomes a :class:`ServerError` of one sentence.

    Args:
        url: The server.
        after: What is said at the end, such as :data:`KEPT`.
    """
    try:
        yield
    except Exception as error:
        said = _sentence(error, url)
        if said is None:
            raise
        raise ServerError(said + (f"; {after}" if after else "")) from error


def _sentence(error: Exception, url: str) -> str | None:
    """A client's error in words; None for an error that is not of the way to a server."""
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return f"Label Studio at {url} answered with status {error.response.status_code}{_detail(error.response.text)}"
    if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error):
        return f"the certificate of {url} is not trusted here: {show(str(error))}"
    if isinstance(error, httpx.ConnectError) and "SSL" in str(error).upper():
        return f"what answers at {url} does not speak https: is it http://{urlsplit(url).netloc}?"
    if isinstance(error, httpx.ProxyError | httpx.ConnectError):
        through = _proxy(url)
        way = f" through the proxy {through} of the environment (NO_PROXY lists what goes without)" if through else ""
        return f"nothing answers at {url}{way}: {show(str(error))}; is the address right, and does the server run?"
    if isinstance(error, httpx.TimeoutException):
        return f"{url} did not answer within {SECONDS:.0f} s"
    if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
        return f"Label Studio at {url} did not answer as it should: {type(error).__name__}: {show(str(error))}"
    status = getattr(error, "status_code", None)
    library = type(error).__module__.partition(".")[0]
    if library == "label_studio_sdk":
        return f"Label Studio at {url} answered with status {status}{_detail(getattr(error, 'body', None))}"
    if isinstance(error, JSONDecodeError) or library in ("pydantic", "pydantic_core"):
        return f"{url} answered with something that is not what Label Studio answers: {show(str(error))}"
    return None


def _detail(body: Any) -> str:
    """What a server says of an error, if it says it in a field or in a line; a page is left out."""
    if isinstance(body, str):
        import msgspec

        try:
            body = msgspec.json.decode(body)
        except msgspec.DecodeError:
            return "" if "<" in body else f": {show(body)}"
    if isinstance(body, dict):
        said = body.get("validation_errors") or body.get("detail")
        return f": {show(str(said))}" if said else ""
    return ""


def _proxy(url: str) -> str:
    """The proxy that the environment names for an address; empty where there is none."""
    parts = urlsplit(url)
    if is_loopback(url) or urllib.request.proxy_bypass(parts.netloc):
        return ""
    proxies = urllib.request.getproxies()
    return show((proxies.get(parts.scheme) or proxies.get("all") or "").rpartition("@")[2])
