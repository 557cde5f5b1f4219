"""Corpora that are nothing like the published one, from the first command to the last score: names alone in Hebrew, and
quotes alone in English."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.e2e.editor import Editor, log_in
from tests.e2e.strangers import LOAD, Shell, Walk, finish, install

from onrecord.annotation.label_studio.server import Running
from onrecord.dataset import read_folder

pytestmark = [pytest.mark.labelstudio, pytest.mark.browser, pytest.mark.long]

HEBREW = """שר הביטחון בירושלים

שר הביטחון דוד לוי נפגש היום עם שרה כהן בירושלים.

שרה כהן אמרה כי הפגישה הייתה טובה, ודוד לוי חזר לתל אביב.
"""

ENGLISH = """Rain expected

"It will rain until Friday," the forecaster said on Monday. The farmers hope that it will stop before the harvest.
"""

ANN = (
    """echo '{"id": "ann", "kind": "person", "role": "annotator", "round": "mine"}'"""
    " >> annotation/annotators.jsonl"
)


@pytest.fixture(scope="module")
def python(root: Path, tmp_path_factory: pytest.TempPathFactory, server: Running) -> Path:
    """The Python of an environment with the wheel (the session's server has made the server's environment by then)."""
    return install(root, tmp_path_factory.mktemp("installed"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1400, "height": 1600})
    yield page
    page.close()


def opened(walk: Walk) -> Editor:
    """The one task of ann's, open."""
    log_in(walk.page, walk.server, walk.account("ann"))
    project, (task,) = walk.tasks("mine", "ann")
    walk.page.goto(f"{walk.server.url}/projects/{project}/data?task={task}")
    editor = Editor(walk.page)
    editor.select_after_creating()
    return editor


def test_names_alone_in_hebrew(python: Path, page: Page, tmp_path: Path) -> None:
    (tmp_path / "news.txt").write_text(HEBREW, encoding="utf-8")
    walk = Walk(Shell(python, tmp_path), page)
    try:
        for line in (
            "onrecord init names --layers mentions --no-ids --types PERSON,PLACE --language he --title 'שמות'",
            "cd names",
            "onrecord ingest ../news.txt --topic meeting --language he",
            "onrecord annotation serve",
            "onrecord annotation push --annotator ann --round mine",
        ):
            walk.type(line)
        editor = opened(walk)
        shown = page.content()
        assert "PERSON" in shown
        assert "PLACE" in shown
        for absent in ("CONTENT", "EVIDENCE", "EVENT", "entity:", "NORP", "new id"):
            assert absent not in shown, absent
        before = {"PERSON": ["דוד לוי", "שרה כהן"], "PLACE": ["בירושלים"]}
        for mark, key in (("PERSON", "p"), ("PLACE", "l")):
            for surface in before[mark]:
                editor.draw(surface, key)
        page.screenshot(path=tmp_path / "hebrew.png")
        marks = [item for item in editor.result() if item["type"] == "labels"]
        assert sorted(item["value"]["labels"][0] for item in marks) == ["PERSON", "PERSON", "PLACE"]
        finish(editor, ["mentions"])
        for line in (
            "onrecord annotation pull --round mine",
            ANN,
            "onrecord build --exports mine",
            "onrecord build --exports mine --check",
            "onrecord predict -o predictions.jsonl",
            "onrecord schema predictions > schema.json",
        ):
            walk.type(line)
    finally:
        walk.stop()
    shell = walk.shell
    gold = read_folder(shell.folder / "dataset")
    (article,) = gold.articles
    found = {(m.text, str(m.type)) for m in article.labels.mentions}
    assert found == {("דוד לוי", "PERSON"), ("שרה כהן", "PERSON"), ("בירושלים", "PLACE")}
    assert all(m.entity is None for m in article.labels.mentions)
    about = {"doc_id": article.document.id, "text_sha256": article.document.text_sha256}
    first, *_ = article.labels.mentions
    mention = {"start": first.start, "end": first.end, "text": first.text, "type": str(first.type)}
    (shell.folder / "mine.jsonl").write_text(json.dumps({**about, "mentions": [mention]}) + "\n", encoding="utf-8")
    said = shell.run("onrecord score mine.jsonl")
    assert "1/3" in said
    assert not any(
        layer in said for layer in ("quotes:detection", "quotes:joint", "entity_ids:", "stances:", "events:")
    )
    shell.run("onrecord report mine.jsonl -o report.html")
    shell.run("onrecord compare mine.jsonl predictions.jsonl")
    wrong = {**about, "mentions": [{**mention, "type": "PER"}], "quotes": []}
    (shell.folder / "wrong.jsonl").write_text(json.dumps(wrong) + "\n", encoding="utf-8")
    refused = shell.run("onrecord validate wrong.jsonl", code=2)
    assert "one of PERSON, PLACE" in refused
    assert "the layers of this corpus are mentions" in refused
    (shell.folder / "load.py").write_text(LOAD, encoding="utf-8")
    rows = json.loads(shell.run("python load.py 2>/dev/null").splitlines()[-1])
    assert rows == {"articles": {"test": 1}, "entities": {"test": 3}}
    assert json.loads((shell.folder / "schema.json").read_text(encoding="utf-8"))["$defs"].keys().isdisjoint({"Quote"})


def test_quotes_alone_in_english(python: Path, page: Page, tmp_path: Path) -> None:
    (tmp_path / "rain.txt").write_text(ENGLISH, encoding="utf-8")
    walk = Walk(Shell(python, tmp_path), page)
    try:
        for line in (
            "onrecord init quotes --layers quotes",
            "cd quotes",
            "onrecord ingest ../rain.txt --topic weather",
            "onrecord annotation serve",
            "onrecord annotation push --annotator ann --round mine",
        ):
            walk.type(line)
        editor = opened(walk)
        assert "EVIDENCE" not in page.content()
        editor.draw('"It will rain until Friday,"', "q")
        if not editor.panel.get_by_text("mode (").locator("visible=true").count():
            editor.click('"It will rain until Friday,"', shows="mode (")
        editor.new_id(0, "forecaster", typed=True)
        editor.draw("the forecaster", "s")
        editor.draw("said", "c")
        finish(editor, ["quotes"])
        for line in (
            "onrecord annotation pull --round mine",
            ANN,
            "onrecord annotation register annotation/exports/mine",
            "onrecord build --exports mine",
            "onrecord predict -o predictions.jsonl",
            "onrecord score predictions.jsonl",
        ):
            walk.type(line)
    finally:
        walk.stop()
    shell = walk.shell
    (article,) = read_folder(shell.folder / "dataset").articles
    (quote,) = article.labels.quotes
    assert quote.speaker == ("forecaster",)
    assert quote.source is not None
    assert quote.source.text == "the forecaster"
    said = walk.said["onrecord score predictions.jsonl"]
    assert "quotes:joint" in said
    assert "entities:strict" not in said
    (shell.folder / "load.py").write_text(LOAD, encoding="utf-8")
    rows = json.loads(shell.run("python load.py 2>/dev/null").splitlines()[-1])
    assert rows == {"articles": {"test": 1}, "quotes": {"test": 1}, "registry_entities": {"registry": 1}}
