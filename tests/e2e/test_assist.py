"""Offers in the real editor: accepted by a key, rejected by another, and nothing of them counts before."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.editor import FIND, REGIONS, Editor

from onrecord.annotation.assist import wiring
from onrecord.annotation.label_studio import backends, offers
from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.from_result import from_result
from onrecord.annotation.label_studio.server import Running, find
from onrecord.dataset import Document, Gold

pytestmark = pytest.mark.labelstudio

COMMAND = [sys.executable, "-c", "from onrecord.cli import main; main()", "annotation"]
FIRST = "000_178a6b88b61942c1"


def start(root: Path, *words: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *map(str, words)], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def serve(root: Path, data: Path, *words: str | Path) -> subprocess.Popen[str]:
    process = start(root, "serve", *words, "--data", data)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    return process


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> str:
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert number == signal.SIGKILL or process.returncode == 0, said
    return said


def run(root: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, words)], cwd=root, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def data(root: Path, tmp_path_factory: pytest.TempPathFactory, server: Running) -> Iterator[Path]:
    """The data folder of a server that makes offers (the session's own has made the environment by then)."""
    folder = tmp_path_factory.mktemp("assisted")
    process = serve(root, folder, "--assist")
    yield folder
    said = stop(process)
    assert "assist:" not in said  # nothing that the server asked was refused
    assert "Traceback" not in said


class Made:
    """An annotator's project and its tasks, made by the command."""

    def __init__(self, root: Path, data: Path, round: str, *documents: str) -> None:
        self.name = f"ann-{secrets.token_hex(3)}"
        self.round = round
        wanted = [word for id in documents for word in ("--document", id)]
        pushed = run(root, "push", "--annotator", self.name, "--round", round, "--data", data, *wanted)
        assert pushed.returncode == 0, pushed.stderr
        running = find(data)
        assert running is not None
        self.url, self.admin = running.url, ls.connect(running.url, running.token)
        self.id = ls.projects_of(self.admin, round)[self.name]
        self.tasks = {id: int(task["id"]) for id, task in ls.tasks_of(self.admin, self.id).items()}
        self.account: dict[str, str] = json.loads((data / "accounts.json").read_bytes())[self.name]

    @property
    def backends(self) -> list[Any]:
        return list(self.admin.ml.list(project=self.id))

    def opened(self, page: Page, document: str) -> Hand:
        page.context.clear_cookies()
        page.goto(f"{self.url}/user/login")
        page.fill("input[name=email]", self.account["email"])
        page.fill("input[name=password]", self.account["password"])
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        page.goto(f"{self.url}/projects/{self.id}/data?task={self.tasks[document]}")
        hand = Hand(page)
        hand.select_after_creating()
        return hand


class Hand(Editor):
    """What a hand does in an editor that makes offers."""

    def switch(self, on: bool) -> None:
        if self.page.evaluate("Htx.autoAnnotation") != on:
            self.page.get_by_text("Auto-Annotation").first.click()
        assert self.page.evaluate("Htx.autoAnnotation") == on

    def draw(self, surface: str, key: str, shows: str = "", number: int = 0) -> None:
        """Draw over a surface and press the key of its label, however many regions come of it."""
        left, top, right, bottom = self.page.evaluate(FIND, [surface, number])
        before = self.page.evaluate(f"{REGIONS}.length")
        self.page.mouse.move(left, top)
        self.page.mouse.down()
        self.page.mouse.move((left + right) / 2, (top + bottom) / 2, steps=4)
        self.page.mouse.move(right, bottom, steps=6)
        self.page.mouse.up()
        self.page.wait_for_function(f"n => {REGIONS}.length > n", arg=before)
        self.page.wait_for_timeout(300)
        self.page.keyboard.press(key)
        if shows:
            self._visible(shows).wait_for(state="visible")

    def answered(self) -> None:
        """Wait until the server has answered what was asked last."""
        self.page.wait_for_timeout(300)
        self.page.wait_for_function("() => !Htx.awaitingSuggestions")
        self.page.wait_for_timeout(300)

    @property
    def grey(self) -> set[str]:
        return set(offers.undecided(self.result()))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1700, "height": 1100})  # remembers nothing of the one before
    yield page
    page.close()


def test_accepted_and_rejected_by_hand(
    page: Page, data: Path, root: Path, documents: list[Document], tmp_path: Path
) -> None:
    made = Made(root, data, "by-hand", FIRST)
    hand = made.opened(page, FIRST)
    hand.switch(True)
    hand.draw("Vladimir Putin", "p", shows="kind")
    hand.answered()
    assert hand.grey == set()  # nobody knows yet who that is
    hand.button("Vladimir Putin")
    hand.draw("Mark Milley", "r", shows="kind")  # drawn as a person, and then another label
    hand.answered()
    text = next(document.text for document in documents if document.id == FIRST)
    expected = {f"offer-PER-{at}-{at + 5}" for at in range(len(text)) if text.startswith("Putin", at)}
    expected -= {f"offer-PER-{text.index('Vladimir Putin') + 9}-{text.index('Vladimir Putin') + 14}"}
    assert hand.grey == expected
    page.screenshot(path=tmp_path / "offers.png")

    hand.click("Putin", 0)  # the first: accepted
    page.get_by_text("Offered, and no label yet: Y accepts it").wait_for(state="visible")
    page.screenshot(path=tmp_path / "offer.png")
    hand.press("y")
    hand.click("Putin", 2)  # the one in front of "replied": accepted
    hand.press("y")
    hand.click("Putin", 3)  # rejected
    hand.press("Backspace")
    accepted = {f"offer-PER-{at}-{at + 5}" for at in (0, text.index("Putin replied"))}
    rejected = f"offer-PER-{text.index('Putin, in response')}-{text.index('Putin, in response') + 5}"
    assert hand.grey == expected - accepted - {rejected}
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    hand.draw("Alexander Lukashenko", "Alt")
    hand.answered()
    assert hand.grey == expected - accepted - {rejected}  # what was rejected does not come back
    hand.button("Alexander Lukashenko")
    hand.draw("NATO", "o", shows="kind")
    hand.answered()
    others = hand.grey - expected
    assert len(others) >= 5
    hand.press("u")
    rows = page.locator("[class*=outliner-item]:has-text('mention?') [class*=outliner-item__title]")
    while rows.count():  # all that the list shows, at once
        for number in range(rows.count()):
            rows.nth(number).click(modifiers=["Control"])
        hand.press("Backspace")
    assert hand.grey == set()

    page.wait_for_timeout(7000)  # until the draft is saved: the speaker is looked for among its mentions
    page.keyboard.press("q")
    hand.draw('"It exists, but it has failed."', "Alt")
    hand.answered()
    said = [item["value"]["text"] for item in hand.result() if item["from_name"] == offers.OFFERED]
    assert said == [["vladimir-putin"]]
    page.screenshot(path=tmp_path / "speaker.png")
    hand.button(offers.TAKE)
    hand.draw('"has failed"', "q", shows=offers.TAKE)
    hand.answered()
    hand.panel.get_by_text("vladimir-putin").locator("visible=true").first.hover()
    hand.panel.get_by_label("Delete Region").locator("visible=true").click()  # rejected, and not offered again
    hand.answered()
    assert len([item for item in hand.result() if item["from_name"] == offers.OFFERED]) == 1
    hand.draw('"There is no counteroffensive,"', "q")  # what is drawn afterwards is where it was drawn
    hand.answered()
    hand.submit()

    (pulled,) = ls.pull(made.admin, "by-hand", tmp_path, documents, print)
    # mentions without an entity and quotes without a speaker are at fault, and nothing else: no offer is left
    assert {fault.code for fault in pulled.faults} == {"missing-field"}
    assert not [fault for fault in pulled.faults if "Putin" in fault.found]
    annotation = json.loads(pulled.path.read_bytes())[0]["annotations"][0]
    labels, _ = from_result(annotation["result"], text)
    assert {(m.start, m.entity) for m in labels.mentions if m.text == "Putin"} == {
        (0, "vladimir-putin"),
        (text.index("Putin replied"), "vladimir-putin"),
    }
    assert [(q.content[0].text, q.speaker) for q in labels.quotes] == [
        ('"has failed"', ()),
        ('"There is no counteroffensive,"', ()),
        ('"It exists, but it has failed."', ("vladimir-putin",)),
    ]


def test_switched_off_nothing_is_asked(page: Page, data: Path, root: Path) -> None:
    hand = Made(root, data, "off", FIRST).opened(page, FIRST)
    hand.switch(False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "interactive" in request.url else None)
    hand.draw("Vladimir Putin", "p", shows="kind")
    hand.button("Vladimir Putin")
    hand.draw("Mark Milley", "p")
    hand.answered()
    assert (asked, hand.grey) == ([], set())


def test_undecided_offers_outlive_a_reload_and_are_named_when_they_are_pulled(
    page: Page, data: Path, root: Path, tmp_path: Path
) -> None:
    made = Made(root, data, "undecided", FIRST)
    hand = made.opened(page, FIRST)
    hand.switch(True)
    hand.draw("Vladimir Putin", "p", shows="kind")
    hand.button("Vladimir Putin")
    hand.draw("Mark Milley", "p")
    hand.answered()
    before = {(item["id"], item["from_name"]) for item in hand.result()}
    page.wait_for_timeout(7000)  # until the draft is saved
    page.reload()
    hand = Hand(page)
    assert {(item["id"], item["from_name"]) for item in hand.result()} == before
    hand.submit()
    pulled = run(root, "pull", "--round", "undecided", "--data", data, "-o", tmp_path)
    assert pulled.returncode == 2
    assert pulled.stderr.count("[offer]") == len(hand.grey) > 3
    assert "accepted with its key, or deleted" in pulled.stderr


def test_annotations_start_from_grey_predictions_of_another_backend(
    page: Page, data: Path, root: Path, documents: list[Document]
) -> None:
    made = Made(root, data, "started", FIRST, documents[1].id)
    (before,) = made.backends
    assist = start(root, "assist", "eval/baselines/rules.jsonl", "--data", data)
    try:
        assert assist.stderr is not None
        while "stop with" not in (line := assist.stderr.readline()):
            assert line
        (during,) = made.backends
        assert during.url != before.url
        assert during.model_version.startswith("proposed-")
        hand = made.opened(page, FIRST)
        regions = {item["id"] for item in hand.result() if item["type"] == "labels"}
        assert len(regions) > 50
        assert hand.grey == regions
        assert any(item["type"] == "relation" for item in hand.result())
    finally:
        stop(assist)
    (after,) = made.backends
    assert (after.url, after.readable_state) == (before.url, "Connected")
    # a task that is opened now starts from nothing
    hand = made.opened(page, documents[1].id)
    assert hand.result() == []


def test_two_annotators_at_once(data: Path, root: Path, gold: Gold) -> None:
    both = [Made(root, data, "both", FIRST) for _ in range(2)]
    article = next(article for article in gold.articles if article.document.id == FIRST)
    mention = next(m for m in article.labels.mentions if m.text == "Vladimir Putin")
    value = {"start": mention.start, "end": mention.end, "text": mention.text}
    context = {
        "result": [
            {"id": "m", "from_name": "region", "type": "labels", "value": {**value, "labels": ["PER"]}},
            {"id": "m", "from_name": "who", "type": "taxonomy", "value": {"taxonomy": [["vladimir-putin"]]}},
        ]
    }

    def ask(number: int) -> int:
        made = both[number % 2]
        client = made.admin._client_wrapper.httpx_client.httpx_client
        answer = client.post(
            f"{made.url}/api/ml/{made.backends[0].id}/interactive-annotating",
            json={"task": made.tasks[FIRST], "context": context},
            headers=made.admin._client_wrapper.get_headers(),
        )
        return len(offers.undecided(answer.json()["data"]["result"]))

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(ask, range(8)))
    # each is offered all of it, and again only as long as the first answer may not have come
    assert max(counts[0::2]) == max(counts[1::2]) > 3
    assert {*counts} <= {0, max(counts)}


def test_the_server_reaches_the_one_address_and_nothing_else_that_is_private(data: Path, root: Path) -> None:
    made = Made(root, data, "reach", FIRST)
    (backend,) = made.backends
    assert backend.readable_state == "Connected"
    assert made.admin.webhooks.list(project=str(made.id)) == []
    port = backend.url.rpartition(":")[2]
    from label_studio_sdk.core.api_error import ApiError

    for host in ("127.0.0.2", "10.0.0.1", "169.254.169.254", "192.168.0.1", "0.0.0.0"):
        with pytest.raises(ApiError) as refused:
            made.admin.ml.create(project=made.id, url=f"http://{host}:{port}", request_options=ls.ONCE)
        assert refused.value.status_code == 403


def test_a_killed_backend_leaves_nobody_waiting_and_a_restart_finds_all_projects(
    root: Path, tmp_path: Path, server: Running
) -> None:
    folder = tmp_path / "data"
    process = serve(root, folder)
    made = Made(root, folder, "before", FIRST)
    assert made.backends == []
    stray = start(root, "assist", "--data", folder)
    _, said = stray.communicate(timeout=60)
    assert (stray.returncode, "serve --assist" in said) == (2, True)  # this server may not reach it
    assert made.backends == []
    stop(process)

    process = serve(root, folder, "--assist")
    made = Made(root, folder, "after", FIRST)
    for project in ls.projects_of(made.admin, "before").values(), ls.projects_of(made.admin, "after").values():
        (backend,) = made.admin.ml.list(project=next(iter(project)))
        assert (backend.title, backend.readable_state) == (backends.TITLE, "Connected")
    running = find(folder)
    assert running is not None
    assert wiring.find(folder) is not None
    stop(process, signal.SIGKILL)  # it has no time to disconnect anything
    assert wiring.find(folder) is None
    os.kill(running.pid, signal.SIGTERM)
    while find(folder) is not None:
        time.sleep(0.2)

    process = serve(root, folder)
    made.url, token = (found := find(folder)).url, found.token  # type: ignore[union-attr]
    admin = ls.connect(made.url, token)
    assert [admin.ml.list(project=project) for project in backends.projects(admin)] == [[], []]
    assert not (folder / "assist.json").exists()
    stop(process)
    process = serve(root, folder, "--assist")
    admin = ls.connect(find(folder).url, token)  # type: ignore[union-attr]
    assert all(admin.ml.list(project=p)[0].readable_state == "Connected" for p in backends.projects(admin))
    stop(process)
    assert not (folder / "assist.json").exists()

    process = serve(root, folder, "--assist")
    os.kill(find(folder).pid, signal.SIGKILL)  # type: ignore[union-attr]
    assert "stopped" in stop(process)  # with nobody there to disconnect from


def test_a_fault_in_the_predictions_is_said_before_anything_starts(root: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"doc_id": "nobody"}\n')
    done = run(root, "serve", "--assist", tmp_path / "bad.jsonl", "--data", tmp_path / "data")
    assert done.returncode == 2
    assert "bad.jsonl:1" in done.stderr
    assert not (tmp_path / "data").exists()
    assert run(root, "serve", "some.jsonl", "--data", tmp_path / "data").returncode == 2
    both = run(root, "assist", "eval/baselines/rules.jsonl", "--rules", "--data", tmp_path / "data")
    assert both.returncode == 2
