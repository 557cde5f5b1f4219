"""What a hand does in Label Studio's editor, and how much of it: every key, drag, click and typed word is an action."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from playwright.sync_api import Locator, Page, TimeoutError

from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.server import Running

FIND = """([surface, number]) => {
  const walker = document.createTreeWalker(document.querySelector('.lsf-htx-richtext'), NodeFilter.SHOW_TEXT);
  const nodes = [];
  let whole = '', at = -1;
  while (walker.nextNode()) {
    nodes.push([walker.currentNode, whole.length]);
    whole += walker.currentNode.data;
  }
  do at = whole.indexOf(surface, at + 1); while (at >= 0 && number-- > 0);
  const range = document.createRange();
  const place = at => nodes.filter(([node, start]) => start <= at).pop();
  const [first, from] = place(at), [last, to] = place(at + surface.length - 1);
  first.parentElement.scrollIntoView({block: 'center'});
  range.setStart(first, at - from);
  range.setEnd(last, at + surface.length - to);
  const boxes = [...range.getClientRects()].filter(box => box.width > 0);
  const left = boxes[0], right = boxes[boxes.length - 1];
  return [left.left + 1, left.top + left.height / 2, right.right - 1, right.top + right.height / 2];
}"""

REGIONS = "window.Htx?.annotationStore?.selected?.regionStore?.regions"


def log_in(page: Page, server: Running, account: ls.Account) -> None:
    """Log in as an annotator."""
    page.goto(f"{server.url}/user/login")
    page.fill("input[name=email]", account.email)
    page.fill("input[name=password]", account.password)
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")


class Editor:
    """The editor of an open task."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.locator(".onrecord-panel")
        self.actions = 0
        page.wait_for_function(f"() => document.querySelector('.lsf-htx-richtext') && {REGIONS}", timeout=60_000)
        page.wait_for_timeout(1000)
        self.regions = int(page.evaluate(f"{REGIONS}.length"))

    def select_after_creating(self) -> None:
        """The one setting that the page asks for, once in every browser: a second click takes it back."""
        if self.page.evaluate("window.Htx.settings.selectAfterCreate"):
            return
        self.page.get_by_test_id("bottombar-settings-button").click()
        self.page.get_by_role("tabpanel").get_by_text("Select region after creating it").click()
        self.page.wait_for_function("window.Htx.settings.selectAfterCreate")
        self.page.keyboard.press("Escape")
        self.page.get_by_role("tabpanel").wait_for(state="hidden")

    def draw(self, surface: str, key: str, shows: str = "", number: int = 0) -> None:
        """Draw over an occurrence of a surface and press the key of its label; wait for the region's fields."""
        left, top, right, bottom = self.page.evaluate(FIND, [surface, number])
        self.page.mouse.move(left, top)
        self.page.mouse.down()
        self.page.mouse.move((left + right) / 2, (top + bottom) / 2, steps=4)
        self.page.mouse.move(right, bottom, steps=6)
        self.page.mouse.up()
        self.regions += 1
        self.page.wait_for_function(f"n => {REGIONS}.length === n", arg=self.regions)
        # a key that comes before the region is selected is for the next one; at times it is not selected at all
        with contextlib.suppress(TimeoutError):
            self.page.wait_for_function(f"n => {REGIONS}[n - 1].inSelection", arg=self.regions, timeout=5_000)
        self.page.wait_for_timeout(300)
        self.page.keyboard.press(key)
        self.actions += 2
        if shows:
            self._visible(shows).wait_for(state="visible")
        self.page.wait_for_timeout(300)

    def click(self, surface: str, number: int = 0, shows: str = "") -> None:
        """Click on marked text; wait until the panel shows the fields of its region."""
        left, top, right, bottom = self.page.evaluate(FIND, [surface, number])
        self.page.mouse.click((left + right) / 2, (top + bottom) / 2)
        self.actions += 1
        if shows:
            self._visible(shows).wait_for(state="visible")
        self.page.wait_for_timeout(300)

    def press(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)
        self.actions += 1
        self.page.wait_for_timeout(300)

    def button(self, name: str) -> None:
        """Click on a button of the panel."""
        self._visible(name).click()
        self.actions += 1
        self.page.wait_for_timeout(300)

    def search(self, menu: int, typed: str) -> list[str]:
        """Open a visible menu, type into its search and take the first of the rows that it finds, which are given."""
        self.panel.locator(".ant-select").locator("visible=true").nth(menu).click()
        self.page.get_by_test_id("taxonomy-search").locator("visible=true").wait_for()
        self.page.wait_for_timeout(300)
        rows = self.page.locator(".htx-taxonomy-dropdown .ant-select-tree-title").locator("visible=true")
        before = found = rows.all_inner_texts()
        self.page.keyboard.type(typed)
        for _ in range(20):  # until the search has answered, which takes as long as the machine is busy
            self.page.wait_for_timeout(500)
            last, found = found, rows.all_inner_texts()
            if found == last != before:
                break
        rows.first.click()
        self.actions += 3
        self.panel.click(position={"x": 370, "y": 4})  # beside, which closes it
        self.page.wait_for_timeout(300)
        return found

    def new_id(self, field: int, id: str, typed: bool) -> None:
        """Open the new ids of a visible field, type one if it was not typed before, and tick it."""
        control = self.panel.locator(".htx-taxonomy:not(.ant-select)").locator("visible=true").nth(field)
        control.get_by_text("new").first.click()
        if typed:
            control.get_by_text("Add", exact=True).click()
            control.locator("input[name=taxonomy__add]").press_sequentially(id)
            self.page.keyboard.press("Enter")
        control.get_by_text(id, exact=True).last.click()
        self.page.wait_for_timeout(300)

    def result(self) -> list[dict[str, Any]]:
        """What would be submitted now."""
        script = "JSON.stringify(window.Htx.annotationStore.selected.serializeAnnotation())"
        made: list[dict[str, Any]] = json.loads(self.page.evaluate(script))
        return made

    def submit(self) -> None:
        """Submit, and wait until the server has it."""
        with self.page.expect_response(lambda answer: "/annotations" in answer.url and answer.request.method == "POST"):
            self.page.get_by_role("button", name="Submit").click()

    def _visible(self, text: str) -> Locator:
        return self.panel.get_by_text(text, exact=False).locator("visible=true").first
