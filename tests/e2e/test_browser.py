"""A person at a real browser: a span, a field of a region and a relation made by clicking come out as labels."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.builders import ABOUT

from onrecord.annotation.gold.passes import Annotator, articles_of_pass
from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.exports import read_exports
from onrecord.annotation.label_studio.server import Running
from onrecord.dataset import Document, Gold
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.publishing.build import build, write
from onrecord.dataset.publishing.folder import read_rows

pytestmark = pytest.mark.labelstudio

FIND = """([surface, number]) => {
  const walker = document.createTreeWalker(document.querySelector('.lsf-htx-richtext'), NodeFilter.SHOW_TEXT);
  let seen = 0, node;
  while (node = walker.nextNode()) {
    for (let at = node.data.indexOf(surface); at >= 0; at = node.data.indexOf(surface, at + 1)) {
      if (seen++ !== number) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + surface.length);
      node.parentElement.scrollIntoView({block: 'center'});
      const boxes = range.getClientRects(), first = boxes[0], last = boxes[boxes.length - 1];
      return [first.left + 1, first.top + first.height / 2, last.right - 1, last.top + last.height / 2];
    }
  }
}"""


REGIONS = "window.Htx?.annotationStore?.selected?.regionStore?.regions"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    return browser.new_page(viewport={"width": 1700, "height": 1100})


class Editor:
    """What a hand does in Label Studio's editor."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.locator(".onrecord-panel")
        self.regions = 0
        page.wait_for_function(f"() => document.querySelector('.lsf-htx-richtext') && {REGIONS}", timeout=60_000)
        page.wait_for_timeout(1000)

    def mark(self, hotkey: str, surface: str) -> None:
        """Choose a label and draw it over the first occurrence of a surface."""
        self.page.evaluate("document.activeElement.blur()")
        self.page.keyboard.press("Escape")
        self.page.keyboard.press(hotkey)
        left, top, right, bottom = self.page.evaluate(FIND, [surface, 0])
        self.page.mouse.move(left, top)
        self.page.mouse.down()
        self.page.mouse.move((left + right) / 2, (top + bottom) / 2, steps=4)
        self.page.mouse.move(right, bottom, steps=6)
        self.page.mouse.up()
        self.regions += 1
        self.page.wait_for_function(f"n => {REGIONS}.length === n", arg=self.regions)

    def click(self, surface: str, number: int = 0, shows: str = "") -> None:
        """Click on marked text; wait until the panel shows the fields of its region."""
        left, top, right, bottom = self.page.evaluate(FIND, [surface, number])
        self.page.mouse.click((left + right) / 2, (top + bottom) / 2)
        if shows:
            self.panel.get_by_text(shows).first.wait_for(state="visible")
        self.page.wait_for_timeout(500)

    def choose(self, id: str) -> None:
        """Type into the first menu of the selected region and take an entry."""
        self.panel.locator(".ant-select:visible").first.click()
        self.page.wait_for_timeout(500)
        self.page.keyboard.type(id[:8])
        self.page.locator(".ant-select-dropdown:visible").get_by_text(id).first.click()
        self.page.wait_for_timeout(500)


def test_labels_made_by_clicking_come_out(
    page: Page, server: Running, documents: list[Document], gold: Gold, tmp_path: Path
) -> None:
    document = documents[0]
    name = f"hand-{secrets.token_hex(3)}"
    account = ls.make_account(server.url, server.token, name, secrets.token_urlsafe(12))
    admin = ls.connect(server.url, server.token)
    project = ls.push(admin, "hand", name, [document], gold.registries, {}, print).project
    task = ls.tasks_of(admin, project)[document.id]["id"]

    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if not request.url.startswith(server.url) else None)
    page.goto(f"{server.url}/user/login")
    page.fill("input[name=email]", account.email)
    page.fill("input[name=password]", account.password)
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    page.goto(f"{server.url}/projects/{project}/data?task={task}")
    editor = Editor(page)
    editor.mark("1", "Vladimir Putin")
    editor.click("Vladimir Putin", shows="Mention")
    editor.panel.get_by_text("nominal").click()
    editor.choose("vladimir-putin")
    editor.mark("q", 'Ukraine\'s counteroffensive "has failed"')
    editor.click("has failed", 1, shows="Quote (on its first segment)")
    speaker = editor.panel.get_by_placeholder("speaker: entity id, or unknown")
    speaker.fill("vladimir-putin")
    speaker.press("Enter")
    editor.mark("e", "said")
    editor.click("has failed", 1, shows="Quote (on its first segment)")
    page.keyboard.press("Alt+r")
    page.wait_for_timeout(300)
    editor.click("said")
    page.keyboard.press("Escape")
    for layer in LAYERS:
        editor.panel.get_by_text(layer).click()
    with page.expect_response(lambda answer: "/annotations" in answer.url and answer.request.method == "POST"):
        page.get_by_role("button", name="Submit").click()

    (pulled,) = ls.pull(admin, "hand", tmp_path, [document], print)
    assert pulled.faults == ()
    (made,) = read_exports(tmp_path / "hand", [document])
    assert made.annotator == name
    assert made.complete == set(LAYERS)
    (mention,) = made.labels.mentions
    assert (mention.text, mention.type, mention.kind) == ("Vladimir Putin", "PER", "nominal")
    assert mention.entity == "vladimir-putin"
    assert document.text[mention.start : mention.end] == mention.text
    (quote,) = made.labels.quotes
    assert [span.text for span in quote.content] == ['Ukraine\'s counteroffensive "has failed"']
    assert quote.speaker == ("vladimir-putin",)
    assert quote.cue is not None
    assert quote.cue.text == "said"

    person = Annotator(id=name, kind="person", role="annotator", round="hand")
    articles, _ = articles_of_pass(tmp_path / "hand", [document], [person])
    write(build(Gold(articles=tuple(articles), registries=gold.registries), ABOUT, ""), tmp_path / "dataset")
    (row,) = read_rows(tmp_path / "dataset", "entities", document.split)
    assert (row["text"], row["kind"], row["annotators"]) == ("Vladimir Putin", "nominal", [name])
    (row,) = read_rows(tmp_path / "dataset", "quotes", document.split)
    assert (row["cue"]["text"], row["speaker"], row["type"]) == ("said", ["vladimir-putin"], "mixed")

    assert [url for url in outside if not url.startswith(("data:", "blob:"))] == []
