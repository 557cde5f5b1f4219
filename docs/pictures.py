"""The pictures of the README: the report, and the labelling page of a real Label Studio server.

Run it with ``python docs/pictures.py [report] [labelling]`` in the environment of ``make test``; without a name it
makes both. Windows have a fixed size, so a picture changes only with what it shows, with the fonts of the machine, and
with what Label Studio says of the time. A picture that is larger than :data:`MOST_BYTES` is refused.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from onrecord.annotation.label_studio import project as ls
from onrecord.annotation.label_studio.home import ServerHome
from onrecord.annotation.label_studio.server import serving
from onrecord.dataset import Gold, read_folder
from onrecord.dataset.reading.files import write_atomically

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
WIDTH, HEIGHT = 1240, 760
"""Of the windows, in pixels of one to a point."""

MOST_BYTES = 250_000
"""Of a picture."""

SHOWN = "001_dc8bfbd05485f3ef"
"""The article."""


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """Debian's chromium."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-color-profile=srgb"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        yield browser
        browser.close()


def window(browser: Browser) -> Page:
    """An empty window."""
    return browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT},
        color_scheme="light",
        reduced_motion="reduce",
        device_scale_factor=1,
    )


def keep(name: str, picture: bytes) -> None:
    """Write a picture.

    Raises:
        ValueError: It is too large.
    """
    if len(picture) > MOST_BYTES:
        raise ValueError(f"{name} has {len(picture)} bytes, more than {MOST_BYTES}")
    write_atomically(PICTURES / name, picture)
    print(f"written: docs/pictures/{name}, {len(picture)} bytes")


def report(browser: Browser) -> None:
    """The rule baseline's report: an article, an item, and a verdict on it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        words = ["-c", "from onrecord.cli import main; main()", "report", "eval/baselines/rules.jsonl", "-o", str(path)]
        subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
        page = window(browser)
        page.goto(f"{path.as_uri()}#doc={SHOWN}&layer=entities&outcome=boundary")
        page.wait_for_selector("html[data-ready]", state="attached")
        page.keyboard.press("n")
        page.wait_for_selector("#pen:not([hidden])")
        page.keyboard.press("4")
        page.evaluate("location.hash = location.hash.replace('&layer=entities&outcome=boundary', '')")
        page.wait_for_timeout(500)
        page.evaluate("document.querySelector('.reader').scrollIntoView()")
        page.evaluate("scrollBy(0, -60)")
        page.wait_for_timeout(200)
        keep("report.png", page.screenshot())
        page.close()


def labelling(browser: Browser, gold: Gold) -> None:
    """The labelling page of an article with its gold labels, a mention selected."""
    (article,) = [each for each in gold.articles if each.document.id == SHOWN]
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(ServerHome.default(), Path(folder), lambda said: print(said, file=sys.stderr)) as server,
    ):
        account = ls.make_account(server.url, server.token, "reader", secrets.token_urlsafe(12))
        client = ls.connect(server.url, server.token)
        versions = {"gold": {SHOWN: article.labels}}
        project = ls.push(client, "picture", "reader", [article.document], gold.registries, versions, print).project
        task = ls.tasks_of(client, project)[SHOWN]["id"]
        page = window(browser)
        page.goto(f"{server.url}/user/login")
        page.fill("input[name=email]", account.email)
        page.fill("input[name=password]", account.password)
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        page.goto(f"{server.url}/projects/{project}/data?task={task}")
        page.wait_for_selector(".htx-highlight", timeout=60_000)
        page.wait_for_timeout(2000)
        page.locator(".htx-highlight", has_text="Vladimir Putin").first.click()
        page.wait_for_timeout(1500)
        keep("labelling.png", page.screenshot())
        page.close()


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["report", "labelling"]
    with browsing() as chromium:
        if "report" in wanted:
            report(chromium)
        if "labelling" in wanted:
            labelling(chromium, read_folder(ROOT / "dataset"))
