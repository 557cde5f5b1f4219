"""docs/extend.md as it is written: every command, from the wheel, in an empty folder, with a server and a browser."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.editor import Editor, log_in
from tests.e2e.strangers import LOAD, Shell, Walk, commands, finish, install

from onrecord.annotation.label_studio.server import Running
from onrecord.dataset import read_folder
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import REGISTERED

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser, pytest.mark.long]

PAGE_HTML = """<!DOCTYPE html><html lang="en"><head><title>Harbour reopens</title></head><body>
<nav><a href="/">Home</a></nav>
<article>
<h1>Velden harbour reopens after the storm</h1>
<p>By Ann Smith</p>
<p>12 March 2024</p>
<p>The mayor of Velden, Ana Kovač, opened the harbour again on Tuesday. "We worked day and night for this," Kovač said.
The harbour had been closed for eleven days after a storm broke two of its piers and sank a ferry there.</p>
<figure><img src="a.jpg"><figcaption>The northern pier, seen from the lighthouse</figcaption></figure>
<p>The mayor thanked the port authority, which repaired the piers with stones from a quarry near Brod. "Nobody believed
in it but the divers," she added, and said that the ferry would be lifted in May.</p>
<p>Fishermen were less pleased with the repair. "They forgot the eastern quay," said Marko Horvat, who has fished here
since he was a boy, and whose boat still cannot land at the place where his father had moored.</p>
<figure><img src="b.jpg"><figcaption>Marko Horvat with his boat</figcaption></figure>
</article></body></html>
"""

SECOND = """Ferry to be lifted in May

The port authority of Velden will lift the sunken ferry in May, it said on Wednesday. "The divers have what they need,"
said its head, Ivan Babić.

Ana Kovač, the mayor, had asked for it to be done before the summer.
"""


@pytest.fixture(scope="module")
def shell(root: Path, tmp_path_factory: pytest.TempPathFactory, server: Running) -> Shell:
    """An empty folder beside some articles (the session's own server has made the server's environment by then)."""
    folder = tmp_path_factory.mktemp("stranger")
    python = install(root, tmp_path_factory.mktemp("installed"))
    (folder / "my-articles").mkdir()
    (folder / "my-articles" / "my-article.html").write_text(PAGE_HTML, encoding="utf-8")
    (folder / "my-articles" / "second.txt").write_text(SECOND, encoding="utf-8")
    return Shell(python, folder)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1400, "height": 1600})
    yield page
    page.close()


def label(walk: Walk) -> None:
    """Ann labels both articles by hand: one mention of a new id in each; every layer is ticked."""
    log_in(walk.page, walk.server, walk.account("ann"))
    project, tasks = walk.tasks("mine", "ann")
    for number, task in enumerate(tasks):
        walk.page.goto(f"{walk.server.url}/projects/{project}/data?task={task}")
        editor = Editor(walk.page)
        if not number:
            editor.select_after_creating()
        editor.draw("Ana Kovač", "p")
        if not editor.panel.get_by_text("kind (name").locator("visible=true").count():  # not selected after all
            editor.click("Ana Kovač", shows="kind (name")
        editor.new_id(0, "ana-kovac", typed=not number)
        finish(editor)


def adjudicate(walk: Walk) -> None:
    """Eve leaves everything as it was merged, ticks the layers and submits."""
    log_in(walk.page, walk.server, walk.account("eve"))
    project, tasks = walk.tasks("mine-adjudicated", "eve")
    for task in tasks:
        walk.page.goto(f"{walk.server.url}/projects/{project}/data?task={task}")
        editor = Editor(walk.page)
        assert editor.regions
        finish(editor)


def people(proposed: Path) -> bytes:
    """What bob takes of the proposals: the persons' whole names."""
    made = b""
    for line in map(json.loads, proposed.read_bytes().splitlines()):
        mentions = [each for each in line["mentions"] if each["type"] == "PER" and " " in each["text"]]
        used = {each["entity"] for each in mentions}
        entities = [each for each in line["entities"] if each["id"] in used]
        kept = {**line, "mentions": mentions, "entities": entities, "quotes": [], "stances": [], "events": []}
        made += json.dumps(kept).encode() + b"\n"
    return made


def nothing(proposed: Path, rows: Path) -> bytes:
    """Labels of a program that found nothing, and its rows, of which there are none."""
    rows.mkdir()
    for name, _ in REGISTERED.values():
        (rows / f"{name}.jsonl").touch()
    heads = [json.loads(line) for line in proposed.read_bytes().splitlines()]
    empty: dict[str, list[object]] = {layer: [] for layer in LAYERS}
    lines = [{"doc_id": each["doc_id"], "text_sha256": each["text_sha256"], **empty} for each in heads]
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_the_page_is_walked_from_the_first_command_to_the_last_score(shell: Shell, page: Page, root: Path) -> None:
    before = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=False)
    walk = Walk(shell, page)
    try:
        for line in commands(root / "docs" / "extend.md", "## A server that is there already"):
            if line.startswith("onrecord annotation pull --round mine-adjudicated"):
                adjudicate(walk)
            elif line.startswith("onrecord validate labels.jsonl"):
                made = nothing(shell.folder / "proposed.jsonl", shell.folder / "rows")
                (shell.folder / "labels.jsonl").write_bytes(made)
            elif line.startswith("onrecord annotation pull --round mine"):
                walk.type("onrecord annotation serve")
                label(walk)
                (shell.folder / "bob.jsonl").write_bytes(people(shell.folder / "proposed.jsonl"))
                shell.run("onrecord annotation submit bob.jsonl --annotator bob --round mine")
            walk.type(line)
            page.context.clear_cookies()
    finally:
        walk.stop()
    told = {command.split(" --")[0]: said for command, said in walk.said.items()}
    pulled = walk.said["onrecord annotation pull --round mine"]
    assert "ann.json: 2 of 2 tasks submitted" in pulled
    assert "bob.json: 2 of 2 tasks submitted" in pulled
    assert "2 of 2 tasks submitted" in walk.said["onrecord annotation pull --round mine-adjudicated"]
    assert "ana-kovac" in told["onrecord annotation register annotation/exports/mine-adjudicated"]
    assert "valid" in walk.said["onrecord validate predictions.jsonl"]
    assert "entities:strict" in walk.said["onrecord score predictions.jsonl"]
    gold = read_folder(shell.folder / "dataset")
    assert len(gold.articles) == 2
    assert {"Ana Kovač", "Marko Horvat"} <= {m.text for article in gold.articles for m in article.labels.mentions}
    card = (shell.folder / "dataset" / "README.md").read_text(encoding="utf-8")
    assert "Putin" not in card
    assert "# my-corpus" in card
    (shell.folder / "load.py").write_text(LOAD, encoding="utf-8")
    rows = json.loads(shell.run("python load.py 2>/dev/null").splitlines()[-1])
    assert rows["articles"] == {"test": 2}
    after = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=False)
    assert after.stdout == before.stdout
