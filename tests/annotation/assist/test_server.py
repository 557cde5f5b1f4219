"""The backend over real sockets: what is no request of Label Studio is refused in a line, and nobody waits for it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from onrecord.annotation.assist import server, wiring
from onrecord.annotation.assist.backend import Backend
from onrecord.dataset.records import Entity, Registries

JSON = {"Content-Type": "application/json"}
ROWS = Registries(entities=(Entity(id="ann", type="PER", name="Ann"),))
TEXT = "Ann met Ann."
MARKED = {"id": "m", "from_name": "region", "type": "labels", "value": {"start": 0, "end": 3, "labels": ["PER"]}}
ENTITY = {"id": "m", "from_name": "who", "type": "taxonomy", "value": {"taxonomy": [["ann"]]}}


def body(task: int = 1) -> bytes:
    tasks = [{"id": task, "data": {"doc_id": "d", "text": TEXT}, "drafts": [], "annotations": []}]
    return json.dumps({"tasks": tasks, "params": {"context": {"result": [MARKED, ENTITY]}}}).encode()


class Served:
    def __init__(self, url: str, told: list[str]) -> None:
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port = int(port)
        self.told = told

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] = JSON
    ) -> tuple[int, dict[str, object]]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        read = json.loads(answer.read())
        connection.close()
        return answer.status, read


@pytest.fixture
def served() -> Iterator[Served]:
    told: list[str] = []
    with server.serving(Backend(ROWS, "v1"), told.append) as url:
        yield Served(url, told)


def test_the_protocol(served: Served) -> None:
    assert served.ask("GET", "/health") == (200, {"status": "UP", "pid": os.getpid()})
    assert served.ask("GET", "/versions?project=1") == (200, {"versions": ["v1"]})
    assert served.ask("POST", "/setup", b'{"access_token": "secret"}') == (200, {"model_version": "v1"})
    assert served.ask("POST", "/webhook", b'{"action": "ANNOTATION_CREATED"}') == (200, {})
    status, answer = served.ask("POST", "/predict", body())
    assert status == 200
    ((result,),) = ([each["result"] for each in answer["results"]],)  # type: ignore[attr-defined]
    assert {item["value"]["start"] for item in result} == {8}
    assert served.told == []


@pytest.mark.parametrize(
    ("path", "sent", "status"),
    [
        ("/predict", b"{", 400),
        ("/predict", b"", 400),
        ("/predict", b"\xff\xfe", 400),
        ("/predict", b"[" * 100_000, 400),
        ("/predict", b'{"tasks": 3}', 400),
        ("/predict", b'{"tasks": [{"id": 1, "data": {"doc_id": "d"}}]}', 400),
        ("/predict", b'{"tasks": [{"id": 1, "data": {"doc_id": "d", "text": null}}]}', 400),
        ("/predict/../etc", b"{}", 404),
        ("/train", b"{}", 404),
    ],
)
def test_what_is_no_request_is_refused_in_one_line(served: Served, path: str, sent: bytes, status: int) -> None:
    got, answer = served.ask("POST", path, sent)
    assert got == status
    (said,) = served.told
    assert said.startswith(f"assist: {status}: ")
    assert "\n" not in said + str(answer["error"])
    assert "Traceback" not in said + str(answer)
    assert served.ask("GET", "/health")[0] == 200


def test_a_page_in_a_browser_is_not_answered(served: Served) -> None:
    assert served.ask("GET", "/health", headers={"Host": f"evil.example:{served.port}"})[0] == 403
    # what a page may send elsewhere without asking first
    assert served.ask("POST", "/predict", body(), {"Content-Type": "text/plain"})[0] == 415
    assert served.ask("OPTIONS", "/predict")[0] == 501


def raw(served: Served, sent: bytes) -> bytes:
    with socket.create_connection((served.host, served.port), timeout=20) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        received = b""
        while piece := client.recv(65536):
            received += piece
        return received


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (f"Content-Length: {server.MOST_BYTES + 1}", 413),
        ("Content-Length: 999999999999999999999999", 413),
        ("Content-Length: -1", 411),
        ("Content-Length: ١", 411),
        ("Transfer-Encoding: chunked", 411),
        ("Content-Length: 100", 400),
    ],
)
def test_a_body_of_no_length_or_of_a_wrong_one(served: Served, headers: str, status: int) -> None:
    head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Type: application/json\r\n{headers}\r\n\r\n{{}}"
    assert f" {status} ".encode() in raw(served, head.encode())[:20]


def test_what_is_no_http(served: Served) -> None:
    assert b"Traceback" not in raw(served, b"\x16\x03\x01 hello\r\n\r\n")
    assert served.ask("GET", "/health")[0] == 200


def test_a_client_that_sends_nothing_is_sent_away_and_keeps_nobody_waiting(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server._Handler, "timeout", 0.3)
    with socket.create_connection((served.host, served.port), timeout=20) as slow:
        slow.sendall(b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:1\r\nContent-Type: application/json\r\n")
        slow.sendall(b"Content-Length: 10\r\n\r\n{")
        assert served.ask("POST", "/predict", body())[0] == 200
        assert b" 408 " in slow.recv(1000)[:20]


def test_a_defect_is_one_line_too(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken\nin two lines")

    monkeypatch.setattr(Backend, "predict", broken)
    status, answer = served.ask("POST", "/predict", body())
    assert (status, "RuntimeError" in str(answer)) == (500, True)
    assert "\n" not in served.told[0]


def test_many_annotators_at_once(served: Served) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda task: served.ask("POST", "/predict", body(task)), range(80)))
    assert all(status == 200 for status, _ in answers)
    assert all(len(answer["results"][0]["result"]) == 4 for _, answer in answers)  # type: ignore[index]


def test_it_listens_on_loopback_alone_and_is_gone_afterwards() -> None:
    with server.serving(Backend(ROWS, "v"), print) as url:
        port = int(url.rpartition(":")[2])
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        addresses = {row[1] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}
        assert addresses == {f"0100007F:{port:04X}"}
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    assert "assist" not in {thread.name for thread in threading.enumerate()}


def test_it_is_found_while_it_is_there_and_nobody_else_in_its_place(tmp_path: Path) -> None:
    assert wiring.find(tmp_path) is None
    with server.serving(Backend(ROWS, "v"), print) as url:
        running = wiring.Assisting(url, os.getpid())
        wiring.keep(tmp_path, running)
        assert wiring.find(tmp_path) == running
        assert (tmp_path / "assist.json").stat().st_mode & 0o077 == 0
        wiring.keep(tmp_path, wiring.Assisting(url, os.getpid() + 1))
        assert wiring.find(tmp_path) is None
    assert wiring.find(tmp_path) is None
    (tmp_path / "assist.json").write_bytes(b"{")
    assert wiring.find(tmp_path) is None
