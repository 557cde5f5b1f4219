"""A page in a real browser, opened from disk, with everything that happened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

WATCH = """() => {
  window.violations = [];
  document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective));
}"""


class Opened:
    """A report in a browser, with everything that happened."""

    def __init__(self, browser: Browser, path: Path) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1360, "height": 1000})
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.page.add_init_script(f"({WATCH})()")
        self.address = path.as_uri()

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def go(self, fragment: str = "") -> int:
        """Load the page; milliseconds until the first document was shown."""
        self.page.goto("about:blank")
        self.page.goto(self.address + fragment)
        self.page.wait_for_selector("html[data-ready]", state="attached", timeout=20_000)
        return int(self.page.evaluate("document.documentElement.dataset.ready"))

    def show(self, fragment: str) -> None:
        """Another place of the same page."""
        self.page.evaluate("hash => { location.hash = hash }", fragment)
        self.page.wait_for_timeout(120)

    @property
    def text(self) -> str:
        return str(self.page.evaluate("document.getElementById('text').textContent"))

    def quiet(self) -> None:
        """Nothing happened that a page should not do."""
        assert self.dialogs == []
        assert self.complaints == []
        assert self.page.evaluate("window.violations") == []
        outside = [url for url in self.requests if not url.startswith((self.address, "about:", "blob:", "data:"))]
        assert outside == []


Opener = Callable[[bytes], Opened]
