"""The whole way of a verdict: from the report to the adjudicator's page, to the gold, to what records are worth now."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.e2e.editor import Editor, log_in
from tests.e2e.opened import Opened

from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.server import Running
from onrecord.dataset import Article, Gold
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import Mention

COMMAND = [sys.executable, "-c", "from onrecord.cli import main; main()"]
NOTE = "nobody is spoken of here"


def run(*words: str | Path, corpus: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *map(str, words)], cwd=corpus, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def corpus(root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    for name in ("seeds", "annotation", "dataset"):
        ignored = shutil.ignore_patterns("onrecord", "__pycache__")
        shutil.copytree(root / name, folder / name, ignore=ignored)
    for name in ("onrecord.toml", "DATASHEET.md", "eval/baselines/rules.jsonl"):
        shutil.copy(root / name, folder / Path(name).name)
    return folder


def lone(article: Article, predicted: Path) -> Mention:
    """A mention that is a region alone, whose entity has others, and that the predictions lack."""
    lines = [json.loads(line) for line in predicted.read_bytes().splitlines()]
    (line,) = [each for each in lines if each["doc_id"] == article.document.id]
    found = {(each["start"], each["end"]) for each in line["mentions"]}
    labels = article.labels
    spans = [(item.start, item.end) for layer in ("mentions", "events") for item in labels.of(layer)]
    said = [span for quote in labels.quotes for span in (*quote.content, quote.source, quote.cue) if span is not None]
    spans += [(span.start, span.end) for span in (*said, *(each for one in labels.stances for each in one.evidence))]
    for item in labels.mentions:
        over = [span for span in spans if span[0] < item.end and item.start < span[1]]
        others = [each for each in labels.mentions if each.entity == item.entity]
        if (item.start, item.end) not in found and len(over) == 1 and len(others) > 3:
            return item
    raise AssertionError("no such mention")


def test_a_verdict_becomes_a_task_and_then_another_gold(
    browser: Browser, server: Running, gold: Gold, corpus: Path
) -> None:
    article = next(each for each in gold.articles if each.document.split == "test")
    wrong = lone(article, corpus / "rules.jsonl")
    run("score", "rules.jsonl", "--draws", "0", "-o", "record.json", corpus=corpus)
    run("report", "rules.jsonl", "--draws", "0", "-o", "report.html", corpus=corpus)
    verdicts = judged(browser, corpus / "report.html", article.document.id, wrong)
    (corpus / "verdicts.json").write_bytes(verdicts)

    dry = run("errata", "apply", "verdicts.json", "--dry-run", corpus=corpus)
    place = f"entities {wrong.id} [{wrong.start}, {wrong.end}) '{wrong.text}'"
    assert f"{place}: gold wrong (superfluous): {NOTE}" in dry.stdout
    assert "1 verdict in 1 document to look at again" in dry.stderr

    name, round = f"judge-{secrets.token_hex(3)}", f"errata-{secrets.token_hex(3)}"
    account = ls.make_account(server.url, server.token, name, secrets.token_urlsafe(12))
    there = ("--url", server.url, "--token", server.token)
    words = ("errata", "apply", "verdicts.json", "--annotator", name, "--round", round, *there)
    applied = run(*words, corpus=corpus)
    assert "1 documents added, 0 were there" in applied.stderr
    again = run(*words, corpus=corpus)
    assert f"not remarked on, tasks of this round already: {article.document.id}" in again.stderr
    project = ls.projects_of(ls.connect(server.url, server.token), round)[name]
    mend(browser, server, account, project, article, wrong)

    run("annotation", "pull", "--round", round, *there, corpus=corpus)
    line = {"id": name, "kind": "person", "role": "adjudicator", "round": round, "note": "Looked at what readers said."}
    with (corpus / "annotation/annotators.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    built = run("build", "--mended", round, corpus=corpus)
    assert f"written: {Path('dataset/errata.json')}" in built.stdout
    errata = json.loads((corpus / "dataset/errata.json").read_bytes())
    ours = [each for each in errata if each["document"] == article.document.id and each["layer"] == "mentions"]
    assert ("removed", wrong.text) in [(each["kind"], each["item"]) for each in ours]
    assert (corpus / "dataset/README.md").read_text("utf-8").count(f"`{name}` ({round})") == 1

    moved: dict[str, Any] = json.loads(run("rescore", "record.json", "--json", corpus=corpus).stdout)["records"][0]
    changed = {name: new - old for name, (old, new) in moved["scores"].items() if None not in (old, new) and old != new}
    assert changed["entities:strict[all]"] > 0
    refused = run("errata", "apply", "verdicts.json", "--dry-run", corpus=corpus, code=2)
    assert "[gold]" in refused.stderr
    assert "make the report anew" in refused.stderr


def judged(browser: Browser, report: Path, document: str, item: Mention) -> bytes:
    """The verdicts that a reader saves who finds an item wrong."""
    opened = Opened(browser, report)
    opened.go(f"#doc={document}&item=m{item.start}-{item.end}")
    page = opened.page
    page.wait_for_selector("#pen:not([hidden])")
    page.keyboard.press("2")
    page.select_option("#pen-cause", "superfluous")
    page.fill("#pen-note", NOTE)
    page.evaluate("document.getElementById('verdicts').open = true")
    with page.expect_download() as download:
        page.click("#save-verdicts")
    opened.quiet()
    content = Path(download.value.path()).read_bytes()
    page.close()
    return content


def mend(browser: Browser, server: Running, account: ls.Account, project: int, article: Article, item: Mention) -> None:
    """The adjudicator sees what is outlined and what was said, deletes it, and submits."""
    page = browser.new_page(viewport={"width": 1700, "height": 1100})
    log_in(page, server, account)
    task = ls.tasks_of(ls.connect(server.url, server.token), project)[article.document.id]["id"]
    page.goto(f"{server.url}/projects/{project}/data?task={task}")
    editor = Editor(page)
    styles = page.locator(".htx-highlight").evaluate_all(
        "all => all.map(one => [one.dataset.start, getComputedStyle(one).outlineStyle])"
    )
    assert {int(start) for start, style in styles if start is not None and style == "dashed"} == {item.start}
    assert page.get_by_text(NOTE).first.is_visible()
    number = sum(article.document.text.startswith(item.text, at) for at in range(item.start))
    editor.click(item.text, number, shows="kind")
    editor.press("Backspace")
    assert item.id not in {str(each.get("id", "")).removeprefix("open-") for each in editor.result()}
    for layer in LAYERS:
        editor.button(layer)
    editor.submit()
    page.close()
