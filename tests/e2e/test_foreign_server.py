"""What people with an account, on the machine or on the way may do to a server's owner: little."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.e2e.test_reach import run

from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.home import ServerHome
from onrecord.annotation.label_studio.naming import title_of
from onrecord.annotation.label_studio.server import Running, find, serving

pytestmark = pytest.mark.labelstudio


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def own(data: Path) -> Iterator[Running]:
    """A server of this module's own, started under the umask that most people have."""
    before = os.umask(0o022)
    try:
        with serving(ServerHome.default(), data, print) as running:
            yield running
    finally:
        os.umask(before)


@pytest.fixture(scope="module")
def bob(own: Running) -> httpx.Client:
    """Somebody with an ordinary account."""
    account = ls.make_account(own.url, own.token, "bob", secrets.token_urlsafe(12))
    headers = {"Authorization": f"Token {account.token}"}
    return httpx.Client(base_url=own.url, headers=headers, trust_env=False)


def config() -> str:
    return '<View><Text name="text" value="$text"/></View>'


NAMES = [
    "../../../x",
    "xxxxx.json/..",
    "/abs",
    "..",
    "a/b",
    "a\\b",
    "C:x",
    "a\x1b[31m",
    "con:",
    ".hid",
    "\u202ea",
    "Bob",
]
NAMES += ["Bob", "ann\u3164", "-o", "a b", "~root"]


@pytest.mark.parametrize("name", NAMES)
def test_no_title_makes_pull_write_elsewhere(
    own: Running, bob: httpx.Client, root: Path, tmp_path: Path, name: str
) -> None:
    round = f"mine-{secrets.token_hex(2)}"
    made = bob.post("/api/projects", json={"title": title_of(round, name), "label_config": config()})
    fine = bob.post("/api/projects", json={"title": title_of(round, "ann"), "label_config": config()})
    assert {made.status_code, fine.status_code} == {201}
    folder = tmp_path / "a" / "b" / "c" / "exports"
    words = ("--round", round, "--url", own.url, "--token", own.token, "-o", folder)
    pulled = run(root, "pull", *words)
    assert pulled.returncode == 2, pulled.stdout
    assert "no annotator has such a name" in pulled.stderr or "no project" in pulled.stderr
    assert str(made.json()["id"]) in pulled.stderr
    assert "Traceback" not in pulled.stderr
    assert not re.search("[\x1b\u202e\u3164]", pulled.stderr)
    assert list(tmp_path.iterdir()) == []


def test_everything_of_the_server_is_its_users_alone(own: Running, bob: httpx.Client, data: Path) -> None:
    assert bob.get("/api/projects").status_code == 200
    open_to_others = {}
    for path in (data, *data.rglob("*")):
        with contextlib.suppress(FileNotFoundError):  # the database's journal comes and goes
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                open_to_others[path.relative_to(data).as_posix()] = oct(path.stat().st_mode)
    assert open_to_others == {}
    assert (data / "label_studio.sqlite3").stat().st_size > 0


def test_no_secret_is_in_the_log_and_no_invitation_is_good_twice(own: Running, bob: httpx.Client, data: Path) -> None:
    admin = httpx.Client(base_url=own.url, headers={"Authorization": f"Token {own.token}"}, trust_env=False)
    invited = admin.get("/api/invite").json()["invite_url"]
    ls.make_account(own.url, own.token, "carol", secrets.token_urlsafe(12))
    assert admin.get("/api/invite").json()["invite_url"] != invited
    late = httpx.Client(base_url=own.url, trust_env=False, follow_redirects=True)
    late.get(invited)
    fields = {"email": "x@y.example", "password": "abcdefgh1", "csrfmiddlewaretoken": late.cookies["csrftoken"]}
    late.post(invited, data=fields, headers={"Referer": own.url + invited})
    assert late.get("/api/current-user/whoami").status_code == 401
    log = (data / "server.log").read_text()
    assert "/user/signup/" in log
    bobs = bob.headers["Authorization"].removeprefix("Token ")
    for secret in (own.token, own.password, invited.partition("token=")[2], bobs):
        assert secret not in log


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[::1]", "10.0.0.1"])
def test_another_host_is_not_answered(own: Running, host: str) -> None:
    with httpx.Client(base_url=own.url, trust_env=False) as client:
        assert client.get("/user/login/", headers={"Host": host}).status_code == 400
        assert client.get("/user/login/").status_code == 200
        answer = client.get("/api/projects", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("page", ["/heidi-tips/", "/docs/api", "/docs/api/schema/redoc/", "/swagger/"])
def test_pages_that_ask_elsewhere_are_not_there(own: Running, bob: httpx.Client, page: str) -> None:
    assert bob.get(page).status_code == 404
    policy = bob.get("/user/login/", follow_redirects=True).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


@pytest.mark.long
def test_no_answer_waits_for_a_packet_to_be_acknowledged(own: Running) -> None:
    """An acknowledgement is put off for 40 ms at least; before that, a new connection has some without delay."""
    took = []
    with httpx.Client(trust_env=False) as client:
        for _ in range(40):
            begun = time.perf_counter()
            client.get(f"{own.url}/health").raise_for_status()
            took.append(time.perf_counter() - begun)
    assert min(took[10:]) < 0.04


def test_the_server_looks_nothing_up_whatever_it_is_asked(own: Running, bob: httpx.Client) -> None:
    """Each of these makes Label Studio ask a host that is named in the request: it must not even look it up."""
    (project,) = [bob.post("/api/projects", json={"title": "asks", "label_config": config()}).json()["id"]]
    started = time.monotonic()
    asked = [
        bob.post("/api/ml", json={"project": project, "url": "http://asked.example:9090", "title": "m"}),
        bob.post("/api/webhooks/", json={"project": project, "url": "http://asked.example/hook", "send_payload": True}),
        bob.post(f"/api/projects/{project}/import", data={"url": "http://asked.example/tasks.json"}),
        bob.post(f"/api/projects/{project}/import", data={"url": "http://93.184.216.34/tasks.json"}),
    ]
    bob.patch(f"/api/projects/{project}", json={"title": "asks again"})  # has the webhook sent
    assert time.monotonic() - started < 5
    statuses = [answer.status_code for answer in asked if "webhooks" not in str(answer.url)]
    assert not {200, 201} & set(statuses)


SERVE = """
import sys, time
from pathlib import Path
from onrecord.annotation.label_studio.home import ServerHome
from onrecord.annotation.label_studio.server import serving
with serving(ServerHome.default(), Path(sys.argv[1]), lambda _: None) as running:
    print(running.pid, running.url, flush=True)
    time.sleep(600)
"""


def is_up(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.long
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_ends_with_whoever_started_it(tmp_path: Path, end: signal.Signals) -> None:
    starter = subprocess.Popen([sys.executable, "-c", SERVE, str(tmp_path / "d")], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid, url = starter.stdout.readline().split()
    assert is_up(int(pid))
    starter.send_signal(end)
    starter.wait()
    deadline = time.monotonic() + 20
    while is_up(int(pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_up(int(pid))
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{url}/health", trust_env=False)
    assert find(tmp_path / "d") is None
    with serving(ServerHome.default(), tmp_path / "d", print) as again:  # nothing it left is in the way
        assert httpx.get(f"{again.url}/health", trust_env=False).status_code == 200


def test_an_older_data_folder_is_closed_at_the_next_start(tmp_path: Path) -> None:
    data = tmp_path / "d"
    with serving(ServerHome.default(), data, print):
        pass
    for path in (data, *data.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    (data / "mine.txt").write_text("not the server's")
    (data / "mine.txt").chmod(0o644)
    with serving(ServerHome.default(), data, print) as running:
        assert json.loads((data / "server.json").read_text())["url"] == running.url
        others = [path for path in data.rglob("*") if path.name != "mine.txt" and path.stat().st_mode & 0o077]
    assert others == []
    assert stat.S_IMODE((data / "mine.txt").stat().st_mode) == 0o644
