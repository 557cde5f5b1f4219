"""A server that is there already: every command speaks with it, and whatever keeps them from it is one sentence."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.address import ServerError
from onrecord.annotation.label_studio.reach import reached
from onrecord.annotation.label_studio.server import Running

pytestmark = pytest.mark.labelstudio

COMMAND = [sys.executable, "-c", "from onrecord.cli import main; main()", "annotation"]
DOCUMENT = "000_178a6b88b61942c1"


def run(root: Path, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        cwd=root,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def personal(server: Running, token: str) -> str:
    """A personal access token of the account that a legacy token is of."""
    headers = {"Authorization": f"Token {token}"}
    answer = httpx.post(f"{server.url}/api/token/", headers=headers, trust_env=False)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


@pytest.fixture(scope="session")  # a server gives one to an account
def admin_token(server: Running) -> str:
    return personal(server, server.token)


@pytest.fixture
def ann(server: Running) -> tuple[str, ls.Account]:
    name = f"ann-{secrets.token_hex(4)}"
    return name, ls.make_account(server.url, server.token, name, secrets.token_urlsafe(12))


@pytest.mark.parametrize("kind", ["legacy", "personal"])
def test_push_submit_pull_and_adjudicate_on_another_server(
    server: Running, admin_token: str, root: Path, tmp_path: Path, kind: str
) -> None:
    token = admin_token if kind == "personal" else server.token
    there = ("--url", f"{server.url}/projects/1/data?tab=1")
    for name in ("ann", "bob"):
        words = ("--annotator", name, "--round", f"far-{kind}", *there)
        pushed = run(root, "push", *words, "--document", DOCUMENT, ONRECORD_TOKEN=f" {token}\n")
        assert pushed.returncode == 0, pushed.stderr
        assert "logs in as" not in pushed.stderr
        assert pushed.stdout.startswith(f"{server.url}/projects/")
        account = ls.make_account(server.url, server.token, f"{name}-{secrets.token_hex(4)}", secrets.token_hex(9))
        own = personal(server, account.token) if kind == "personal" else account.token
        lines = (root / "eval/baselines/rules.jsonl").read_text().splitlines()
        (tmp_path / "labels.jsonl").write_text(next(line for line in lines if DOCUMENT in line) + "\n")
        submitted = run(root, "submit", tmp_path / "labels.jsonl", *words, "--token", own)
        assert "1 documents annotated" in submitted.stderr, submitted.stderr
    pulled = run(root, "pull", "--round", f"far-{kind}", *there, "-o", tmp_path, ONRECORD_TOKEN=token)
    assert pulled.returncode == 0, pulled.stderr
    assert pulled.stdout.count("1 of 1 tasks submitted") == 2
    blind = ("--blind", tmp_path / f"far-{kind}")
    words = ("--annotator", "eve", "--round", f"far-{kind}-judged", *there)
    judged = run(root, "adjudicate", *words, *blind, ONRECORD_TOKEN=token)
    assert judged.returncode == 0, judged.stderr
    assert ", 0 to decide" in judged.stderr


def test_tokens_that_a_server_does_not_take(server: Running, admin_token: str) -> None:
    header, payload, _ = admin_token.split(".")
    for token, said in (
        ("wrong", "does not know this token"),
        (server.token[:-1], "does not know this token"),
        (f"{header}.{payload}.c2lnbmF0dXJl", "does not take this personal access token"),
        ("a.b.c", "does not take this personal access token"),
    ):
        with pytest.raises(ServerError, match=said):
            ls.connect(server.url, token)


def test_legacy_tokens_that_were_switched_off(server: Running, admin_token: str, root: Path, tmp_path: Path) -> None:
    """Also on a server of this machine, which is known by its administrator's legacy token."""
    folder = tmp_path / "data"
    folder.mkdir()
    told = f'{{"url": "{server.url}", "token": "{server.token}", "email": "-", "password": "-", "pid": {server.pid}}}'
    (folder / "server.json").write_text(told)
    settings = ls.connect(server.url, admin_token).jwt_settings
    settings.update(api_tokens_enabled=True, legacy_api_tokens_enabled=False, api_token_ttl_days=365)
    try:
        with pytest.raises(ServerError, match=r"legacy tokens are switched off .* personal access token"):
            ls.connect(server.url, server.token)
        here = run(root, "pull", "--round", "r", "--data", folder)
        assert here.returncode == 2
        assert "legacy tokens are switched off" in here.stderr
        again = run(root, "serve", "--data", folder)
        assert "runs already" in again.stderr
        far = run(root, "pull", "--round", "never", "--url", server.url, "--token", admin_token)
        assert "no project of the round 'never'" in far.stderr
    finally:
        settings.update(api_tokens_enabled=True, legacy_api_tokens_enabled=True, api_token_ttl_days=365)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pull", "--round", "r", "--url", "ls.example.org", "--token", "t"), "begin with http://"),
        (("pull", "--round", "r", "--url", "http://127.0.0.1:9"), "--url needs a token"),
        (("pull", "--round", "r", "--url", "http://127.0.0.1:9", "--token", " \n"), "the token is empty"),
        (("pull", "--round", "r", "--url", "http://127.0.0.1:9", "--token", "a b"), "in its midst"),
        (("pull", "--round", "r", "--url", "http://127.0.0.1:9", "--token", "t"), "nothing answers at"),
        (("pull", "--round", "r", "--url", "http://nowhere.invalid", "--token", "t"), "nothing answers at"),
        (("push", "--round", "r", "--annotator", "Ann B", "--url", "http://127.0.0.1:9"), "has a blank"),
        (("submit", "x", "--round", "r", "--annotator", "a@b.c", "--url", "http://127.0.0.1:9"), "is an address"),
        (("adjudicate", "--round", "a/b", "--annotator", "eve"), "such as 'a-b'"),
    ],
)
def test_what_is_wrong_before_a_server_is_reached(root: Path, words: tuple[str, ...], said: str) -> None:
    done = run(root, *words, ONRECORD_TOKEN="")
    assert done.returncode == 2
    assert said in done.stderr
    assert len([line for line in done.stderr.splitlines() if line != "pulling"]) == 1


class Answers(BaseHTTPRequestHandler):
    """What stands where a Label Studio was expected: the status, type and body that the server was given."""

    def do_GET(self) -> None:
        status, kind, body = self.server.answer  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("Location" if 300 <= status < 400 else "Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextlib.contextmanager
def answering(status: int, kind: str, body: bytes) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as http:
        http.answer = (status, kind, body)  # type: ignore[attr-defined]
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "kind", "body", "said"),
    [
        (200, "text/html", b"<html>Log in</html>", "answers with a page .*log-in"),
        (200, "application/json", b"[]", "answers with a page"),
        (200, "application/json", b'{"name": "another program"}', "answers with a page"),
        (404, "text/html", b"<html>no such page</html>", "no Label Studio at .* status 404"),
        (502, "text/html", b"<html>bad gateway</html>", "status 502"),
        (400, "text/html", b"The plain HTTP request was sent to HTTPS port", "by https://"),
        (403, "text/html", b"<html>go away</html>", "does not let this token in: status 403"),
    ],
)
def test_what_is_no_label_studio(status: int, kind: str, body: bytes, said: str) -> None:
    with answering(status, kind, body) as url, pytest.raises(ServerError, match=said) as error:
        reached(url, "token")
    assert "<html>" not in str(error.value)


def test_a_redirection_to_the_server_is_followed(server: Running) -> None:
    with answering(302, f"{server.url}/api/version", b"") as url:
        assert reached(url, server.token) == server.url


class Below(BaseHTTPRequestHandler):
    """A server below the path /tools/ls of another, as behind a reverse proxy."""

    def do_GET(self) -> None:
        if not self.path.startswith("/tools/ls/") or "//" in self.path:
            self.send_error(404)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {key: value for key, value in self.headers.items() if key.lower() not in ("host", "connection")}
        url = self.server.behind + self.path.removeprefix("/tools/ls")  # type: ignore[attr-defined]
        answer = httpx.request(self.command, url, content=body, headers=headers, trust_env=False, timeout=60)
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.mark.parametrize("kind", ["legacy", "personal"])
def test_a_server_below_a_path(server: Running, admin_token: str, root: Path, tmp_path: Path, kind: str) -> None:
    token = admin_token if kind == "personal" else server.token
    with ThreadingHTTPServer(("127.0.0.1", 0), Below) as http:
        http.behind = server.url  # type: ignore[attr-defined]
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        base = f"http://127.0.0.1:{http.server_port}/tools/ls"
        words = ("--round", f"below-{kind}", "--url", f"{base}/projects/", "--token", token)
        pushed = run(root, "push", "--annotator", "ann", "--document", DOCUMENT, *words)
        pulled = run(root, "pull", "-o", tmp_path, *words)
        http.shutdown()
        thread.join()
    assert pushed.returncode == 0, pushed.stderr
    assert pushed.stdout.startswith(f"{base}/projects/")
    assert "0 of 1 tasks submitted" in pulled.stdout, pulled.stderr


def test_https_where_there_is_none(server: Running) -> None:
    with pytest.raises(ServerError, match=rf"does not speak https: is it {server.url}\?"):
        ls.connect(server.url.replace("http://", "https://"), "token")


def test_a_server_that_breaks_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def refuse() -> None:
            with contextlib.suppress(OSError):
                listening.accept()[0].close()

        thread = threading.Thread(target=refuse)
        thread.start()
        with pytest.raises(ServerError, match="did not answer as it should"):
            reached(f"http://127.0.0.1:{listening.getsockname()[1]}", "token")
        thread.join()


def test_no_proxy_is_asked_for_this_machine_and_one_that_fails_is_named(
    server: Running, root: Path, tmp_path: Path
) -> None:
    proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    words = ("--round", "proxied", "--url", server.url, "--token", server.token)
    pushed = run(root, "push", "--annotator", "ann", "--document", DOCUMENT, *words, **proxy)
    assert pushed.returncode == 0, pushed.stderr
    assert run(root, "pull", "-o", tmp_path, *words, **proxy).returncode == 0
    far = run(root, "pull", "--round", "r", "--url", "http://ls.example.org", "--token", "t", **proxy, NO_PROXY="")
    assert far.returncode == 2
    assert "through the proxy http://127.0.0.1:9 of the environment" in far.stderr
