"""What stands beside an item and below a document, in a real browser."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from tests.e2e.opened import Opened, Opener
from tests.eval.hostile import ATTACKS, hostile

from onrecord.dataset import Gold
from onrecord.eval import Report, read_submission, score_submission
from onrecord.eval.report import Background, ReportView, html, page_view
from onrecord.eval.report.exchanges import Exchange
from onrecord.eval.report.items import documents_of
from onrecord.eval.report.rules import rules_of

COMMAND = [sys.executable, "-c", "from onrecord.cli import main; main()"]


def marked(page: Page) -> list[list[str]]:
    """The marked words of the gold and of the system's cell."""
    cells = page.locator("#details tbody tr:first-child td")
    return [cells.nth(n).locator("mark").all_inner_texts() for n in range(2)]


def test_differences_inside_a_span_are_marked_by_their_letters(gold: Gold, root: Path, opener: Opener) -> None:
    article = gold.articles[0]
    text = article.document.text
    spans = [each.content[0] for each in article.labels.quotes if len(each.content) == 1]
    span = next(each for each in spans if len(each.text) > 20 and "\n" not in text[each.end : each.end + 3])
    moved = {"start": span.start + 5, "end": span.end + 3, "text": text[span.start + 5 : span.end + 3]}
    given: dict[str, Any] = {"doc_id": article.document.id, "quotes": [{"content": [moved], "speaker": ["x"]}]}
    lines: list[dict[str, Any]] = [given, *({"doc_id": each.document.id, "quotes": []} for each in gold.articles[1:])]
    raw = b"".join(json.dumps(line | {"entities": [{"id": "x"}]}).encode() + b"\n" for line in lines)
    documents = [each.document for each in gold.articles]
    submission = read_submission("p", raw, documents, gold.registries)
    result = score_submission(gold.articles, gold.registries, submission, "all")
    opened = opener(html(page_view(Report.of(result), gold, submission)))
    opened.go(f"#doc={article.document.id}&item=q{span.start}-{span.end}")
    assert marked(opened.page) == [[span.text[:5]], [text[span.end : span.end + 3]]]
    opened.quiet()


def test_spans_that_are_the_same_have_no_marks(view: ReportView, page_of_rules: bytes, opener: Opener) -> None:
    opened = opener(page_of_rules)
    opened.go()
    for each in documents_of(view.result):
        item = next(one for one in each.items if one.outcome == "right" and one.layer == "entities")
        opened.show(f"#doc={each.document}&item={item.key}")
        assert marked(opened.page) == [[], []]


def test_rule_measure_and_outcome_say_what_they_are(root: Path, browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "r.html"
    words = [*COMMAND, "report", "eval/baselines/rules.jsonl", "--draws", "0", "-o", str(path)]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    opened = Opened(browser, path)
    opened.go()
    page = opened.page
    rules = rules_of((root / "annotation/GUIDELINES.md").read_text("utf-8"))
    opened.show("#layer=stances&outcome=missed")
    page.keyboard.press("n")
    rule = page.locator("#rule")
    rule.locator("summary").click()
    name = rule.locator("summary").inner_text().removeprefix("rule ")
    assert rule.locator("p").inner_text().split() == rules[name].split()
    page.locator("#measure summary").click()
    assert "stances:tuple" in page.locator("#measure").inner_text()
    assert "missed: in gold alone" in page.locator("#details").inner_text()
    card = page.locator("#card").inner_text()
    assert "Asks for 181 of 305 gold items: not for 14 optional, on which readers differ and 110 of kinds" in card
    opened.quiet()
    page.close()


def test_stances_stand_in_a_list_with_both_labels(view: ReportView, page_of_rules: bytes, opener: Opener) -> None:
    opened = opener(page_of_rules)
    opened.go()
    for each in documents_of(view.result):
        items = [item for item in each.items if item.layer == "stances"]
        opened.show(f"#doc={each.document}")
        opened.page.evaluate("document.querySelector('#stance-rows details').open = true")
        rows = opened.page.locator("#stance-rows tbody tr")
        assert rows.count() == len(items) > 0
        assert sorted(rows.locator(".outcome").all_inner_texts()) == sorted(item.outcome for item in items)
    opened.quiet()


def test_prompt_reply_and_what_is_no_prediction_stand_below_their_document(
    root: Path, gold: Gold, browser: Browser, tmp_path: Path
) -> None:
    ids = [each.document.id for each in gold.articles if each.document.split == "test"]
    (requests, replies, predictions, page) = (tmp_path / name for name in ("a.jsonl", "b.jsonl", "p.jsonl", "r.html"))
    said = {id: {"mentions": [{"text": f"Nobody <b>{n}", "type": "PER"}]} for n, id in enumerate(ids)}
    replies.write_text("".join(json.dumps({"doc_id": id, "reply": each}) + "\n" for id, each in said.items()), "utf-8")
    for words in (
        ["prompt", "requests", "--model", "m", "-o", requests],
        ["prompt", "read", replies, "-o", predictions],
        ["report", predictions, "--requests", requests, "--replies", replies, "--draws", "0", "-o", page],
    ):
        done = subprocess.run([*COMMAND, *map(str, words)], cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    opened = Opened(browser, page)
    opened.go()
    for n, id in enumerate(ids):
        opened.show(f"#doc={id}")
        opened.page.evaluate("document.querySelectorAll('#doc-exchange details').forEach((it) => { it.open = true; })")
        told = opened.page.locator("#doc-exchange").inner_text()
        assert "prompt: system" in told
        assert f"Nobody <b>{n}" in told
        assert "its words are not in the text" in told
        text = next(each.document.text for each in gold.articles if each.document.id == id)
        assert text.splitlines()[0] in told
    opened.quiet()
    opened.page.close()


def test_a_request_file_that_is_none_is_refused_whole(root: Path, tmp_path: Path) -> None:
    bad, page = tmp_path / "a.jsonl", tmp_path / "r.html"
    bad.write_text('{"custom_id": 1\n[]\n', "utf-8")
    words = ["report", "eval/baselines/rules.jsonl", "--requests", str(bad), "--draws", "0", "-o", str(page)]
    done = subprocess.run([*COMMAND, *words], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, page.exists()) == (2, False)
    assert f"{bad}:1" in done.stderr
    assert f"{bad}:2" in done.stderr


def test_hostile_words_around_items_are_text(opener: Opener) -> None:
    gold, submission = hostile()
    result = score_submission(gold.articles, gold.registries, submission, "test")
    attack = tuple((each, each) for each in ATTACKS)
    exchange = Exchange(attack, tuple(ATTACKS), ATTACKS[0], tuple((each, each, each) for each in ATTACKS))
    exchanges = {article.document.id: exchange for article in gold.articles}
    background = Background({each: each for each in ATTACKS}, exchanges)
    opened = opener(html(page_view(Report.of(result), gold, submission, background=background)))
    opened.go()
    opened.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert opened.page.locator("#doc-exchange pre").count() == 2 * len(ATTACKS)
    assert opened.page.locator("#doc-exchange img, #doc-exchange script, #doc-exchange iframe").count() == 0
    opened.quiet()
