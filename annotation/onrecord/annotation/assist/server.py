"""The backend on loopback: HTTP in, typed records to :mod:`onrecord.annotation.assist.backend`, JSON out.

Whatever comes is untrusted: it is of the right kind, size and address or it is refused in one line. Label Studio sends
its administrator's token to every backend (``/setup``) and whole annotations to some addresses; nothing of it is read
that is not needed, and nothing is logged or sent on.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from onrecord.annotation.assist.backend import Backend, Request
from onrecord.annotation.label_studio.backends import LOOPBACK
from onrecord.dataset.reading.faults import show

MOST_BYTES = 64 * 2**20
"""Of a request's body: a thousand long articles, each with the menus of its task."""
SECONDS = 10.0
"""How long a client may keep a connection waiting."""

Tell = Callable[[str], object]


class _RefusedError(Exception):
    """A request that is not answered: the status and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@contextlib.contextmanager
def serving(backend: Backend, tell: Tell, port: int = 0) -> Iterator[str]:
    """A backend for the length of a ``with`` block, in threads of this process; gives its address.

    Args:
        backend: What answers.
        tell: Called with one line for every request that could not be answered.
        port: Of 127.0.0.1; 0 for any that is free.
    """

    class Handler(_Handler):
        answering = backend
        telling = staticmethod(tell)

    with _Server((LOOPBACK, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="assist", daemon=True)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error, and nobody is shown a traceback."""


class _Handler(BaseHTTPRequestHandler):
    answering: Backend
    telling: Tell
    timeout = SECONDS
    server_version = "onrecord"
    sys_version = ""

    def do_GET(self) -> None:
        """``/health``, and the versions that there are."""
        self._answer({"/": self._up, "/health": self._up, "/versions": self._versions})

    def do_POST(self) -> None:
        """``/predict``; what else a backend may be told is heard and done nothing about."""
        self._answer({"/predict": self._predict, "/setup": self._setup, "/webhook": self._nothing})

    def _up(self) -> object:
        return {"status": "UP", "pid": os.getpid()}

    def _versions(self) -> object:
        return {"versions": [self.answering.version]}

    def _setup(self) -> object:
        self._body()  # holds a token of the server's administrator
        return {"model_version": self.answering.version}

    def _nothing(self) -> object:
        self._body()
        return {}

    def _predict(self) -> object:
        try:
            request = msgspec.json.decode(self._body(), type=Request)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _RefusedError(400, f"no request of Label Studio: {show(str(error))}") from error
        return {"results": self.answering.predict(request)}

    def _body(self) -> bytes:
        if self.headers.get_content_type() != "application/json":
            raise _RefusedError(415, "the body must be application/json")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()):
            raise _RefusedError(411, "no Content-Length")
        if len(length) > 12 or int(length) > MOST_BYTES:
            raise _RefusedError(413, f"more than {MOST_BYTES} bytes")
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            raise _RefusedError(400, "the body is shorter than its Content-Length")
        return body

    def _answer(self, routes: dict[str, Callable[[], object]]) -> None:
        try:
            # a page in a browser may be made to believe that this is its own server; it cannot choose this header
            if self.headers.get("Host", "").rpartition(":")[0] not in (LOOPBACK, "localhost"):
                raise _RefusedError(403, "for this machine only")
            route = routes.get(self.path.partition("?")[0])
            if route is None:
                raise _RefusedError(404, "no such address")
            self._send(200, route())
        except _RefusedError as refused:
            self._complain(refused.status, str(refused))
        except TimeoutError:
            self._complain(408, f"nothing came for {SECONDS:.0f} s")
        except OSError:
            self.close_connection = True  # the client is gone
        except Exception as error:  # a defect: the annotator goes on without offers
            self._complain(500, f"{type(error).__name__}: {show(str(error))}")

    def _complain(self, status: int, why: str) -> None:
        self.close_connection = True
        self.telling(f"assist: {status}: {why}")
        with contextlib.suppress(OSError):
            self._send(status, {"error": why})

    def _send(self, status: int, answer: object) -> None:
        body = msgspec.json.encode(answer)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the HTTP library itself refuses, in one line too."""
        self._complain(code, message or "no HTTP request")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: paths and bodies are the annotators'."""
