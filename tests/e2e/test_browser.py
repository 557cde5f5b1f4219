"""A person at a real browser: what is labelled by drawing, keys and clicks comes out as labels, in few actions."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page
from tests.builders import ABOUT
from tests.e2e.editor import Editor, log_in

from onrecord.annotation.gold.passes import Annotator, articles_of_pass
from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.exports import read_exports
from onrecord.annotation.label_studio.server import Running
from onrecord.dataset import Document, Gold
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.publishing.build import build, write
from onrecord.dataset.publishing.folder import read_rows
from onrecord.dataset.registries import rows_of

pytestmark = pytest.mark.labelstudio

QUOTE = 'Ukraine\'s counteroffensive "has failed"'


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1700, "height": 1100})
    yield page
    page.close()


@pytest.fixture
def hand(server: Running) -> tuple[str, ls.Account]:
    name = f"hand-{secrets.token_hex(3)}"
    return name, ls.make_account(server.url, server.token, name, secrets.token_urlsafe(12))


def test_labels_made_by_hand_come_out(
    page: Page, server: Running, hand: tuple[str, ls.Account], documents: list[Document], gold: Gold, tmp_path: Path
) -> None:
    document = documents[0]
    name, account = hand
    admin = ls.connect(server.url, server.token)
    pushed = ls.push(admin, "hand", name, [document], gold.registries, {}, print, "# Rules\n\n**X1** One rule.")
    task = ls.tasks_of(admin, pushed.project)[document.id]["id"]

    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if not request.url.startswith(server.url) else None)
    log_in(page, server, account)

    page.goto(f"{server.url}/projects/{pushed.project}/data")
    page.get_by_text(document.id).wait_for()
    listed = page.locator("body").inner_text()
    assert document.title in listed.replace("\n", " ")
    assert not [name for name in ("entities", "targets", "sha256", '"alias"') if name in listed]

    page.goto(f"{server.url}/projects/{pushed.project}/data?task={task}")
    editor = Editor(page)
    page.get_by_role("button", name="Instructions").click()
    page.get_by_text("One rule.").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("One rule.").wait_for(state="hidden")
    editor.select_after_creating()

    editor.draw("Vladimir Putin", "p", shows="kind (name if none is chosen)")
    editor.button("Vladimir Putin")
    assert editor.actions == 3, "a mention takes three actions"
    editor.draw("leader", "p")
    editor.press("2")
    editor.press("Shift+O")

    editor.actions = 0
    editor.draw(QUOTE, "q", shows="mode (statement if none is chosen)")
    editor.press("1")
    editor.draw("Russian President Vladimir Putin", "s")
    editor.draw("said", "c")
    assert editor.actions == 7, "a quote with its source and its cue takes seven actions"

    for layer in LAYERS:
        editor.button(layer)
    editor.submit()

    (pulled,) = ls.pull(admin, "hand", tmp_path, [document], print)
    assert pulled.faults == ()
    (made,) = read_exports(tmp_path / "hand", [document])
    assert made.annotator == name
    assert made.complete == set(LAYERS)
    first, second = made.labels.mentions
    assert (first.text, first.type, first.kind, first.entity) == ("Vladimir Putin", "PER", "name", "vladimir-putin")
    assert (second.text, second.kind, second.entity) == ("leader", "nominal", "alexander-lukashenko")
    assert all(document.text[each.start : each.end] == each.text for each in made.labels.mentions)
    (quote,) = made.labels.quotes
    assert [span.text for span in quote.content] == [QUOTE]
    assert quote.speaker == ("vladimir-putin",)
    assert (quote.source and quote.source.text, quote.cue and quote.cue.text, quote.mode) == (
        "Russian President Vladimir Putin",
        "said",
        "statement",
    )

    person = Annotator(id=name, kind="person", role="annotator", round="hand")
    articles, _ = articles_of_pass(tmp_path / "hand", [document], [person])
    write(build(Gold(articles=tuple(articles), registries=gold.registries), ABOUT, ""), tmp_path / "dataset")
    row = read_rows(tmp_path / "dataset", "entities", document.split)[1]
    assert (row["text"], row["kind"], row["annotators"]) == ("leader", "nominal", [name])
    (row,) = read_rows(tmp_path / "dataset", "quotes", document.split)
    assert (row["cue"]["text"], row["speaker"], row["type"]) == ("said", ["vladimir-putin"], "mixed")

    assert [url for url in outside if not url.startswith(("data:", "blob:"))] == []


def test_menus_find_by_any_name_keep_their_order_and_take_new_ids_once(
    page: Page, server: Running, hand: tuple[str, ls.Account], documents: list[Document], five: Gold, tmp_path: Path
) -> None:
    name, account = hand
    admin = ls.connect(server.url, server.token)
    project = ls.push(
        admin, f"menus-{name}", name, documents[:2], rows_of(five.articles, five.registries), {}, print
    ).project
    tasks = ls.tasks_of(admin, project)
    log_in(page, server, account)
    page.goto(f"{server.url}/projects/{project}/data?task={tasks[documents[0].id]['id']}")
    editor = Editor(page)
    editor.select_after_creating()

    editor.draw(QUOTE, "q", shows="mode")
    editor.button("unknown")
    assert any("Lukashenko" in row for row in editor.search(1, "alexander l"))
    assert any("Times" in row for row in editor.search(2, "new york"))
    assert editor.search(2, "vladimir p") == ["Vladimir Putin · Putin [vladimir-putin]"]
    (said,) = editor.search(3, "counteroffensive has failed")
    editor.draw("Joint Chiefs of Staff", "o", shows="kind")
    (ministry,) = editor.search(0, "ministry of defense")
    assert ministry.startswith("Russian Ministry of Defense")
    editor.draw("Russian news agencies", "g", shows="kind")
    editor.new_id(0, "agencies-of-russia", typed=True)
    editor.draw("Mark Milley", "r", shows="kind")
    editor.new_id(0, "agencies-of-russia", typed=False)
    editor.draw("has failed", "e", shows="Event")
    (event,) = editor.search(0, "mutiny-wagner")
    editor.button("denied")
    with page.expect_response(lambda answer: "/api/labels" in answer.url and answer.request.method == "POST"):
        editor.submit()

    # an id typed in one article is offered in the next one too
    page.goto(f"{server.url}/projects/{project}/data?task={tasks[documents[1].id]['id']}")
    editor = Editor(page)
    editor.draw("Lukashenko", "p", shows="kind")
    editor.new_id(0, "agencies-of-russia", typed=False)
    editor.submit()

    (pulled,) = ls.pull(admin, f"menus-{name}", tmp_path, documents, print)
    assert pulled.faults == ()
    one, other = sorted(read_exports(tmp_path / f"menus-{name}", documents), key=lambda each: each.document)
    (quote,) = one.labels.quotes
    assert (quote.speaker, quote.relays) == (("unknown",), ("the-new-york-times", "vladimir-putin"))
    assert quote.addressee == ("alexander-lukashenko",)
    assert quote.utterance is not None
    assert quote.utterance in said
    found = {mention.type: mention.entity for mention in one.labels.mentions}
    assert found == {"ORG": "russian-defence-ministry", "GPE": "agencies-of-russia", "GRP": "agencies-of-russia"}
    assert one.labels.events[0].event in event
    assert one.labels.events[0].modality == "denied"
    assert [mention.entity for mention in other.labels.mentions] == ["agencies-of-russia"]


def test_what_is_to_be_decided_is_outlined_and_lines_stand_apart(
    page: Page, server: Running, hand: tuple[str, ls.Account], documents: list[Document], gold: Gold
) -> None:
    article = gold.articles[0]
    name, account = hand
    admin = ls.connect(server.url, server.token)
    mentions = tuple(
        msgspec.structs.replace(item, annotators=("ann", "bob"), agreed=number > 2)
        for number, item in enumerate(article.labels.mentions[:10])
    )
    labels = msgspec.structs.replace(article.labels, mentions=mentions, quotes=(), stances=(), events=())
    versions = {"merged": {article.document.id: labels}}
    project = ls.push(admin, "open", name, [article.document], gold.registries, versions, print).project
    task = ls.tasks_of(admin, project)[article.document.id]["id"]
    log_in(page, server, account)
    page.goto(f"{server.url}/projects/{project}/data?task={task}")
    editor = Editor(page)
    assert editor.regions == 10
    spans = page.locator(".htx-highlight")
    styles = spans.evaluate_all("all => all.map(one => [one.dataset.start, getComputedStyle(one).outlineStyle])")
    outlined = {int(start) for start, style in styles if start is not None and style == "dashed"}
    assert outlined == {item.start for item in mentions[:3]}
    assert {int(start) for start, _ in styles if start is not None} > outlined
    text = page.locator(".lsf-htx-richtext")
    size, height = text.evaluate("it => ['fontSize', 'lineHeight'].map(each => parseFloat(getComputedStyle(it)[each]))")
    assert height >= 1.9 * size
