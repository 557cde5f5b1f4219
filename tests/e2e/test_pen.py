"""The pen of the report in a real browser: verdicts are kept, saved as one file, and loaded again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.opened import Opened, Opener
from tests.eval.hostile import hostile

from onrecord.dataset import Gold
from onrecord.eval import Report, score_submission
from onrecord.eval.report import ReportView, html, page_view
from onrecord.eval.report.items import ReportItem, documents_of
from onrecord.eval.report.verdicts import VerdictFile, read_verdicts

REFUSE = """() => {
  for (const each of ['getItem', 'setItem']) Storage.prototype[each] = () => { throw new Error('no'); };
}"""


def wrong_items(view: ReportView) -> list[tuple[str, ReportItem]]:
    return [
        (each.document, item)
        for each in documents_of(view.result)
        for item in each.items
        if item.layer == "entities" and item.outcome in ("boundary", "missed", "spurious", "type")
    ]


def saved_file(page: Page) -> bytes:
    page.evaluate("document.getElementById('verdicts').open = true")
    with page.expect_download() as download:
        page.click("#save-verdicts")
    assert download.value.suggested_filename == "verdicts.json"
    return Path(download.value.path()).read_bytes()


def saved(page: Page) -> VerdictFile:
    return read_verdicts("verdicts.json", saved_file(page))


def choose(opened: Opened, document: str, item: ReportItem) -> None:
    opened.show(f"#doc={document}&item={item.key}")
    opened.page.wait_for_selector("#pen:not([hidden])")


def test_verdicts_are_given_by_keys_and_say_which_item_they_are_of(
    view: ReportView, page_of_rules: bytes, opener: Opener
) -> None:
    opened = opener(page_of_rules)
    opened.go()
    page = opened.page
    assert page.locator("#pen").is_hidden()
    (one, first), (other, second) = wrong_items(view)[0], wrong_items(view)[-1]
    choose(opened, one, first)
    page.keyboard.press("2")
    page.keyboard.press("c")
    page.keyboard.press("b")  # a select takes the first that begins so
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.type("n p j 1 are letters here “é😀”")
    page.keyboard.press("Escape")
    choose(opened, other, second)
    page.keyboard.press("3")
    found = saved(page)
    assert (found.report, found.gold) == (json.loads(view.record)["id"], view.result.gold_hash)
    assert (found.predictions, found.system) == (view.result.submission_sha256, view.system)
    told = {(each.doc_id, each.item): each for each in found.verdicts}
    assert len(told) == 2
    said = told[one, first.key]
    assert (said.verdict, said.cause, said.note) == ("gold wrong", "boundary", "n p j 1 are letters here “é😀”")
    assert (said.layer, said.outcome) == (first.layer, first.outcome)
    for side, of in ((said.gold, first.gold), (said.predicted, first.predicted)):
        assert (side is None) == (of is None)
        if side is not None and of is not None:
            assert (side.id or "", side.label) == (of.id, of.label)
            assert tuple((span.start, span.end, span.part) for span in side.spans) == of.places
    assert told[other, second.key].verdict == "both defensible"
    assert page.locator("#verdicts-list a").count() == 2
    opened.quiet()


def test_verdicts_are_there_after_the_page_was_closed_and_can_be_taken_back(
    view: ReportView, page_of_rules: bytes, opener: Opener
) -> None:
    opened = opener(page_of_rules)
    opened.go()
    page = opened.page
    document, item = wrong_items(view)[0]
    choose(opened, document, item)
    page.click("#pen input[value='gold wrong']")
    assert page.locator("#items [aria-current] .verdict").inner_text() == "✎ gold wrong"
    opened.go(f"#doc={document}&item={item.key}")
    page.wait_for_selector("#pen:not([hidden])")
    assert page.is_checked("#pen input[value='gold wrong']")
    page.keyboard.press("0")
    opened.go(f"#doc={document}&item={item.key}")
    page.wait_for_selector("#pen:not([hidden])")
    assert page.locator("#pen input:checked").count() == 0
    assert page.is_disabled("#save-verdicts")
    opened.quiet()


def test_without_storage_they_last_as_long_as_the_page_and_it_says_so(
    view: ReportView, page_of_rules: bytes, opener: Opener
) -> None:
    opened = opener(page_of_rules)
    opened.page.add_init_script(f"({REFUSE})()")
    opened.go()
    document, item = wrong_items(view)[0]
    choose(opened, document, item)
    opened.page.keyboard.press("1")
    assert [each.verdict for each in saved(opened.page).verdicts] == ["system right"]
    assert "keeps nothing" in opened.page.locator("#verdicts-said").inner_text()
    opened.quiet()


def load(page: Page, path: Path, content: object) -> str:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    page.evaluate("document.getElementById('verdicts').open = true")
    page.evaluate("document.querySelector('#verdicts-said b').textContent = ''")
    page.set_input_files("#load-verdicts", path)
    expect(page.locator("#verdicts-said b")).not_to_be_empty()
    return page.locator("#verdicts-said b").inner_text()


def test_a_file_is_loaded_again_whole_or_not_at_all(
    view: ReportView, page_of_rules: bytes, opener: Opener, tmp_path: Path
) -> None:
    opened = opener(page_of_rules)
    opened.go()
    page = opened.page
    items = wrong_items(view)[:3]
    for document, item in items:
        choose(opened, document, item)
        page.keyboard.press("2")
    kept: dict[str, Any] = json.loads(saved_file(page))
    page.evaluate("localStorage.clear()")
    opened.go()
    assert page.is_disabled("#save-verdicts")
    path = tmp_path / "given.json"
    assert "no JSON" in load(page, path, "{")
    assert "no verdicts" in load(page, path, [])
    assert "other gold" in load(page, path, kept | {"gold": "0" * 64})
    assert "other predictions" in load(page, path, kept | {"predictions": "0" * 64})
    for change in (
        {"verdict": "perhaps"},
        {"cause": "envy"},
        {"doc_id": "__proto__"},
        {"item": "m999999-1000000"},
        {"at": "yesterday"},
        {"note": 5},
        {"note": "x" * 2001},
    ):
        verdicts = [*kept["verdicts"][:2], kept["verdicts"][2] | change]
        assert load(page, path, kept | {"verdicts": verdicts}).startswith("Nothing was loaded: verdict 3")
        assert page.is_disabled("#save-verdicts")
    forged = [each | {"gold": {"id": "m1", "label": "x", "spans": []}, "more": 1} for each in kept["verdicts"]]
    assert "3 of 3 loaded" in load(page, path, kept | {"verdicts": forged})
    again = saved(page)
    assert [each.item for each in again.verdicts] == [each["item"] for each in kept["verdicts"]]
    assert [each.gold.id if each.gold else None for each in again.verdicts] == [
        each["gold"]["id"] if each["gold"] else None for each in kept["verdicts"]
    ]
    opened.quiet()


def test_what_is_kept_by_somebody_else_is_no_verdict(view: ReportView, page_of_rules: bytes, opener: Opener) -> None:
    opened = opener(page_of_rules)
    opened.go()
    document, item = wrong_items(view)[0]
    name = "onrecord verdicts " + str(json.loads(view.record)["id"])
    bad = ("[", "null", "7", "[null, 1, [], {}]", json.dumps([{"doc_id": document, "item": item.key, "verdict": "x"}]))
    for kept in bad:
        opened.page.evaluate("([name, kept]) => localStorage.setItem(name, kept)", [name, kept])
        opened.go()
        assert opened.page.is_disabled("#save-verdicts")
    choose(opened, document, item)
    opened.page.keyboard.press("4")
    assert [each.verdict for each in saved(opened.page).verdicts] == ["system wrong"]
    opened.quiet()


def test_notes_are_text_and_letters_are_counted_as_python_does(opener: Opener) -> None:
    gold, submission = hostile()
    view = page_view(Report.of(score_submission(gold.articles, gold.registries, submission, "test")), gold, submission)
    opened = opener(html(view))
    opened.go()
    items = [(each.document, item) for each in documents_of(view.result) for item in each.items]
    for document, item in items:
        choose(opened, document, item)
        opened.page.keyboard.press("2")
        opened.page.fill("#pen-note", "<img src=x onerror=alert(1)> </script> \u202e {{7*7}} =1+1")
    found = json.loads(saved_file(opened.page))["verdicts"]  # ids of that corpus are attacks, and no ids
    assert {(each["doc_id"], each["item"]) for each in found} == {(document, item.key) for document, item in items}
    sides = {(document, item.key): (item.gold, item.predicted) for document, item in items}
    for each in found:
        for side, of in zip((each["gold"], each["predicted"]), sides[each["doc_id"], each["item"]], strict=True):
            assert (side is None) == (of is None)
            if side is not None and of is not None:
                assert tuple(tuple(span.values()) for span in side["spans"]) == of.places
    opened.quiet()


@pytest.mark.parametrize("key", ["1", "2", "3", "4"])
def test_a_digit_without_a_chosen_item_says_nothing(key: str, page_of_rules: bytes, opener: Opener) -> None:
    opened = opener(page_of_rules)
    opened.go()
    opened.page.keyboard.press(key)
    assert opened.page.is_disabled("#save-verdicts")


def test_the_gold_is_the_one_that_the_report_names(view: ReportView, gold: Gold) -> None:
    assert view.index["pen"]["gold"] == view.result.gold_hash
