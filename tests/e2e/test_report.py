"""The report in a real browser, opened from disk: what it shows is right, and what files hold can do nothing."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.opened import Opener
from tests.eval.conftest import lines_about
from tests.eval.hostile import ATTACKS, hostile

from onrecord.dataset import Gold
from onrecord.eval import Report, Sampling, score_submission
from onrecord.eval.report import ReportView, html, page_view
from onrecord.eval.report.items import DocumentItems, ReportItem, documents_of
from onrecord.eval.report.page import environment, render
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.record import record_bytes, record_of
from onrecord.eval.scoring.score_file import score_bytes

DOCUMENTS = 500
SPANS = 100
READY = 1000
"""Milliseconds in which a report of so many documents is ready."""


def test_every_text_is_exact_and_shows_both_sides(
    view: ReportView, page_of_rules: bytes, opener: Opener, five: Gold
) -> None:
    opened = opener(page_of_rules)
    opened.go()
    for article in five.articles:
        opened.show(f"#doc={article.document.id}")
        assert opened.text == article.document.text
        for layer, _ in article.labels.items():
            shown = {"mentions": "entities"}.get(layer, layer)
            assert opened.page.locator(f"#text .g.{shown}").count() > 0
    assert opened.page.locator("#text .p").count() > 0
    assert opened.page.locator("#list a").count() == len(five.articles)
    opened.quiet()


def test_a_bar_leads_to_its_items(view: ReportView, page_of_rules: bytes, opener: Opener) -> None:
    opened = opener(page_of_rules)
    opened.go()
    page = opened.page
    for layer in view.errors:
        for kind in layer.classes:
            opened.show(kind.href)
            told = page.locator("#list-count").inner_text()
            assert told.startswith(f"{kind.count} items in "), (layer.layer, kind.outcome)
            by_document = [int(each) for each in page.locator("#list a span.quiet").all_inner_texts()]
            assert sum(by_document) == kind.count
            assert (
                page.locator("#items a").count()
                == by_document[
                    page.locator("#list a").evaluate_all("all => all.findIndex(a => a.hasAttribute('aria-current'))")
                ]
            )
    for table in view.confusions:
        for _, cells, _ in table.rows:
            for cell in cells:
                if cell is not None and cell.count:
                    opened.show(cell.href)
                    assert page.locator("#list-count").inner_text().startswith(f"{cell.count} items in ")
    opened.quiet()


def test_keys_and_deep_links(view: ReportView, page_of_rules: bytes, opener: Opener) -> None:
    opened = opener(page_of_rules)
    each = [*documents_of(view.result)][2]
    item = next(item for item in each.items if item.outcome == "missed")
    opened.go(f"#doc={each.document}&item={item.key}")
    page = opened.page
    assert page.locator("#doc-about bdi").first.inner_text() == each.document
    assert page.locator("#details .outcome").first.inner_text() == "missed"
    assert page.locator("#text .chosen").count() > 0
    assert page.locator("#text .chosen").first.is_visible()
    page.keyboard.press("n")
    page.wait_for_timeout(150)
    assert f"item={item.key}" not in page.url
    page.keyboard.press("p")
    page.wait_for_timeout(150)
    assert f"item={item.key}" in page.url
    page.keyboard.press("j")
    page.wait_for_timeout(150)
    assert f"doc={view.documents[3].document}" in page.url
    page.keyboard.press("k")
    page.wait_for_timeout(150)
    assert f"doc={each.document}" in page.url
    page.keyboard.press("/")
    page.keyboard.type("Wagner")
    page.wait_for_timeout(500)
    assert "q=Wagner" in page.url
    assert page.locator("#chips button").count() == 1
    assert "Wagner" in page.locator("#items").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_timeout(150)
    assert page.locator("#chips button").count() == 0
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    page.click("#keys")
    page.click("#help button")
    assert not page.locator("#help").is_visible()
    page.locator("#text [tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_timeout(150)
    assert "item=" in page.url
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    opened.quiet()


def test_outcomes_differ_in_more_than_colour(page_of_rules: bytes, opener: Opener) -> None:
    opened = opener(page_of_rules)
    opened.go()
    styles = {
        outcome: opened.page.locator(f"#text .{side}.{outcome}").first.evaluate(
            "(each, side) => getComputedStyle(each)[side === 'g' ? 'borderTopStyle' : 'borderBottomStyle']", side
        )
        for outcome, side in (("right", "g"), ("missed", "g"), ("spurious", "p"), ("wrong", "g"))
    }
    assert styles == {"right": "solid", "missed": "dashed", "spurious": "dotted", "wrong": "double"}


def test_what_only_the_other_system_has_is_shown_by_its_place(opener: Opener, five: Gold, root: Path) -> None:
    path = root / "eval" / "baselines" / "rules.jsonl"
    other = score_bytes(path, lines_about(path, five), five, Asked("all", how=None))
    lines = [json.loads(line) for line in lines_about(path, five).splitlines()]
    for line in lines:
        line["quotes"] = []
    fewer = score_bytes(
        path, b"".join(json.dumps(line).encode() + b"\n" for line in lines), five, Asked("all", how=None)
    )
    made = page_view(Report.of(fewer.result), five, fewer.submission, other=("other", other.result))
    assert made.changes is not None
    gone = [each for each in made.changes.items["fixed"].shown if each.later == "absent"]
    assert gone
    opened = opener(html(made))
    opened.go()
    for each in gone:
        opened.show(each.href)
        shown = opened.page.locator("#text .here").all_text_contents()
        assert "".join(shown) in each.text
        assert shown
    texts = {article.document.id: article.document.text for article in five.articles}
    assert opened.text == texts[gone[-1].document]
    opened.quiet()


def test_layers_can_be_hidden(page_of_rules: bytes, opener: Opener) -> None:
    opened = opener(page_of_rules)
    opened.go()
    before = opened.text
    for layer in ("entities", "quotes", "stances", "events"):
        opened.page.uncheck(f"#layers input[value={layer}]")
        assert opened.page.locator(f"#text .{layer}").count() == 0
    assert opened.page.locator("#text .m").count() == 0
    assert opened.text == before


def test_downloads(view: ReportView, page_of_rules: bytes, opener: Opener, five: Gold, root: Path) -> None:
    opened = opener(page_of_rules)
    opened.go()
    with opened.page.expect_download() as download:
        opened.page.click("#save-json")
    path = root / "eval" / "baselines" / "rules.jsonl"
    report = Report.of(
        score_bytes(path, lines_about(path, five), five, Asked("all", how=None)).result, Sampling(draws=200)
    )
    assert download.value.path().read_bytes() == record_bytes(record_of(report))
    with opened.page.expect_download() as download:
        opened.page.click("#save-csv")
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8"), newline="")))
    assert len(rows) == 1 + sum(len(each.items) for each in documents_of(view.result))
    assert {len(row) for row in rows} == {13}
    opened.quiet()


@pytest.fixture(scope="module")
def hostile_view() -> ReportView:
    gold, submission = hostile()
    result = score_submission(gold.articles, gold.registries, submission, "test")
    return page_view(Report.of(result), gold, submission, other=(ATTACKS[0], result), command=ATTACKS[1])


def test_hostile_strings_are_text(hostile_view: ReportView, opener: Opener) -> None:
    opened = opener(html(hostile_view))
    opened.go()
    page = opened.page
    gold, _ = hostile()
    for article in gold.articles:
        page.locator(f"#list a[data-n='{gold.articles.index(article)}']").click()
        page.wait_for_timeout(150)
        assert opened.text == article.document.text
        for n in range(page.locator("#items a").count()):
            page.locator("#items a").nth(n).click()
            page.wait_for_timeout(20)
            assert page.locator("#details table").count() == 1
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    for box in page.locator("#text .m").all()[:20]:
        box.dispatch_event("pointerover")
    whole = page.locator("body").inner_text()
    assert all(attack in whole for attack in ATTACKS if attack.isprintable() and len(attack) < 80)
    assert "\\u202egnp.exe" in page.locator("main").inner_text()
    assert "49" not in page.locator("h1").inner_text()
    assert page.locator("img, iframe, object, embed, link, base").count() == 0
    assert page.locator("script").count() == 2 + len(hostile_view.parts) + 1
    handlers = "all => all.flatMap((each) => each.getAttributeNames().filter((name) => /^on|^style$/.test(name)))"
    assert page.locator("body *").evaluate_all(handlers) == []
    links = page.locator("a").evaluate_all("all => all.map((each) => each.getAttribute('href'))")
    assert links
    assert all(link.startswith("#") for link in links)
    opened.show("#doc=__proto__&item=constructor&layer=toString&q=%3Cimg%3E")
    opened.show(f"#at=1-2&doc={ATTACKS[8]}")
    page.keyboard.press("n")
    opened.quiet()


def test_hostile_strings_cannot_be_a_formula(hostile_view: ReportView, opener: Opener) -> None:
    opened = opener(html(hostile_view))
    opened.go()
    with opened.page.expect_download() as download:
        opened.page.click("#save-csv")
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8"), newline="")))
    cells = [cell for row in rows for cell in row]
    assert any(cell == "'=HYPERLINK(1)" for cell in cells)
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_what_escapes_a_hole_in_the_templates_still_does_not_run(hostile_view: ReportView, opener: Opener) -> None:
    class Hole(str):
        def __html__(self) -> str:
            return str(self)

    templates = environment()
    safe = templates.finalize
    assert safe is not None
    templates.finalize = lambda value: Hole(value) if value == hostile_view.system else safe(value)
    content = render(hostile_view, templates)
    assert b"<h1><bdi></script><script>alert(1)</script><img src=x onerror=alert(1)>" in content
    opened = opener(content)
    opened.go()
    opened.page.wait_for_timeout(300)
    assert opened.page.locator("h1 img").count() == 1
    assert opened.dialogs == []
    violations = opened.page.evaluate("window.violations")
    assert any(each.startswith("script-src") for each in violations)
    assert opened.requests[-1].startswith(("file:", "about:"))


def test_five_hundred_documents_are_ready_in_a_second(
    opener: Opener, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.syspath_prepend(str(root))
    from benchmarks.html_report import crowd

    gold, view = crowd(DOCUMENTS, SPANS)
    opened = opener(html(view))
    assert min(opened.go() for _ in range(3)) < READY
    shown = opened.page.evaluate("""async () => {
      const texts = [];
      for (const [id] of JSON.parse(document.getElementById('index').textContent).documents) {
        location.hash = '#doc=' + encodeURIComponent(id) + '&layer=entities';
        while (document.querySelector('#doc-about bdi').textContent !== id) {
          await new Promise((done) => setTimeout(done));
        }
        texts.push([id, document.getElementById('text').textContent]);
      }
      return texts;
    }""")
    expected = [[article.document.id, article.document.text] for article in gold.articles]
    assert shown == expected
    assert len(json.dumps(shown)) > DOCUMENTS * SPANS
    opened.quiet()


def found_by(sought: str, item: ReportItem, each: DocumentItems) -> bool:
    """Whether what is sought stands in an item's words or in one of its fields."""
    sides = [side for side in (item.gold, item.predicted) if side is not None]
    words = " … ".join(each.pair.document.text[start:end] for start, end, _ in sides[0].places)
    values = [words, *(value for side in sides for _, value in side.fields)]
    return any(sought.lower() in value.lower() for value in values)


def test_a_long_list_is_turned_and_searched(opener: Opener, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.syspath_prepend(str(root))
    from benchmarks.html_report import crowd

    monkeypatch.setattr("onrecord.eval.report.parts.PART", 50_000)
    gold, view = crowd(250, 20)
    assert len(view.parts) > 5
    opened = opener(html(view))
    opened.go()
    page = opened.page
    assert page.locator("#list a").count() == 200
    page.click("#list-pages button[aria-label='later documents']")
    assert page.locator("#list a").count() == 50
    last = gold.articles[-1].document
    page.fill("#f-document", last.id)
    page.locator("#list a").first.click()
    page.wait_for_timeout(300)
    assert opened.text == last.text
    page.fill("#f-document", "")
    opened.show(f"#doc={gold.articles[10].document.id}")
    page.locator("#f-document").blur()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.wait_for_timeout(300)
    assert page.locator("#doc-about bdi").first.inner_text() == gold.articles[12].document.id
    first = next(documents_of(view.result)).items[0].gold
    assert first is not None
    for sought in (first.fields[0][1], gold.articles[0].labels.mentions[0].text.upper(), "a", " the", "\u00df"):
        page.fill("#f-text", sought)
        page.wait_for_timeout(1500)
        found = sum(found_by(sought, item, each) for each in documents_of(view.result) for item in each.items)
        assert page.locator("#list-count").inner_text().startswith(f"{found} items in "), sought
    opened.quiet()


def test_a_browser_that_cannot_unpack_says_so(page_of_rules: bytes, opener: Opener) -> None:
    opened = opener(page_of_rules)
    opened.page.add_init_script("delete window.DecompressionStream")
    opened.page.goto(opened.address)
    assert opened.page.locator("#cannot").is_visible()
    assert opened.page.locator("#card table.card").is_visible()
    opened.quiet()


DEPTH = """(each) => {
  let marks = 0;
  for (; each.id !== 'text'; each = each.parentNode) marks++;
  return marks;
}"""
"""How many marks a mark is in, itself included."""

CROWDS: dict[str, Callable[[str], dict[str, Any]]] = {
    "mentions each inside the last": lambda text: {
        "mentions": [_stretch(text, n, len(text) - n, type="PER") for n in range(len(text) // 2 - 1)]
    },
    "mentions at one place": lambda text: {
        "mentions": [_stretch(text, 3, 9, type=type) for _ in range(280) for type in ("PER", "ORG", "GPE", "LOC")]
    },
    "quotes of four segments": lambda text: {
        "quotes": [
            {
                "speaker": ["unknown"],
                "content": [_stretch(text, part + n % 150, part + 300) for part in (0, 400, 800, 1200)],
            }
            for n in range(1600)
        ]
    },
    "stances of everybody on everybody": lambda text: {
        "entities": [{"id": f"e{n}"} for n in range(1600)],
        "stances": [
            {"holder": f"e{n}", "target": {"kind": "entity", "id": f"e{(7 * n + 1) % 1600}"}, "label": "favor"}
            for n in range(1600)
        ],
    },
}
"""Predictions of one document that are valid, crowded, and need no reading."""


def _stretch(text: str, start: int, end: int, **fields: str) -> dict[str, Any]:
    return {"start": start, "end": end, "text": text[start:end], **fields}


@pytest.mark.parametrize("name", CROWDS)
def test_a_crowd_is_drawn_in_linear_size(name: str, opener: Opener, five: Gold) -> None:
    longest = max((article.document for article in five.articles), key=lambda each: len(each.text))
    layers: dict[str, Any] = {"mentions": [], "quotes": [], "stances": [], "events": []}
    lines = [
        {"doc_id": each.document.id, "text_sha256": each.document.text_sha256, **layers}
        | (CROWDS[name](longest.text) if each.document is longest else {})
        for each in five.articles
    ]
    raw = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    found = score_bytes(Path("crowd"), raw, five, Asked("all", how=None))
    opened = opener(html(page_view(Report.of(found.result), five, found.submission)))
    assert opened.go(f"#doc={longest.id}") < 3000
    assert opened.text == longest.text
    assert opened.page.locator("*").count() < 40_000
    assert max(opened.page.locator("#text .m").evaluate_all(f"all => all.map({DEPTH})"), default=0) <= 10
    for _ in range(2):  # whatever is chosen is shown, be it drawn over
        opened.page.keyboard.press("p")
        opened.page.wait_for_timeout(150)
        assert "item=" in opened.page.url
    if "stances" not in name:
        assert opened.page.locator("#text .chosen").count() > 0
    opened.quiet()


def test_nested_marks_are_each_drawn(opener: Opener, five: Gold) -> None:
    """As deep as articles have it: a place within an organization within a quote, on either side."""
    document = five.articles[0].document
    nested = [(0, 40), (0, 30), (5, 25), (10, 20)]
    layers: dict[str, Any] = {"quotes": [], "stances": [], "events": []}
    mentions = [_stretch(document.text, start, end, type="ORG") for start, end in nested]
    line = {"doc_id": document.id, "text_sha256": document.text_sha256, "mentions": mentions, **layers}
    found = score_bytes(Path("p"), json.dumps(line).encode(), five, Asked("all", how=None, allow_missing=True))
    opened = opener(html(page_view(Report.of(found.result), five, found.submission)))
    opened.go(f"#doc={document.id}")
    assert opened.page.locator("#text .p.l0").first.evaluate(DEPTH) >= len(nested)
    assert opened.page.locator("#covered").inner_text() == ""
    opened.quiet()
