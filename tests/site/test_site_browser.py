"""The site in a browser, from a server on loopback: two widths, light and dark, the search, and no other host asked."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.long

PAGES = (
    "index.html",
    "systems.html",
    "faults.html",
    "architecture.html",
    "reference.html",
    "convert.html",
    "dataset/index.html",
    "annotation/GUIDELINES.html",
    "measures/index.html",
    "measures/compat.html",
    "measures/lea.html",
    "notebooks/errors.html",
    "notebooks/loading.html",
)
TOO_WIDE = """() => [...document.querySelectorAll("main *")].filter(each => {
    if (each.getBoundingClientRect().right <= document.documentElement.clientWidth + 1) return false;
    for (let over = each.parentElement; over; over = over.parentElement)
        if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(over).overflowX)) return false;
    return getComputedStyle(each).position !== "fixed";
}).map(each => each.outerHTML.slice(0, 200))"""
"""What sticks out of the page and out of nothing that scrolls."""
CLASHES = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SCHEME = "document.body.getAttribute('data-md-color-scheme')"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(params=[1280, 390])
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of some width; whatever it asks of another host, or says in its console, is a failure."""
    context = browser.new_context(viewport={"width": request.param, "height": 900}, color_scheme="light")
    said: list[str] = []
    context.on("request", lambda asked: said.append(asked.url) if not _ours(asked.url, address) else None)
    context.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    context.on("weberror", lambda error: said.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert said == []


def _ours(url: str, address: str) -> bool:
    return url.startswith((f"{address}/", "data:", "blob:"))


def test_no_page_is_wider_than_the_window(page: Page, address: str) -> None:
    for name in PAGES:
        page.goto(f"{address}/{name}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate(CLASHES) <= 0, name
        assert page.evaluate(TOO_WIDE) == [], name


def test_a_wide_table_scrolls_within_itself(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto(f"{address}/index.html")
    page.wait_for_load_state("networkidle")
    scrolled = """each => {
        each.scrollLeft = 1000;
        const wide = each.scrollWidth > each.clientWidth;
        return wide ? each.scrollLeft > 0 : null;
    }"""
    wraps = page.locator(".md-typeset__scrollwrap").all()
    found = [wrap.evaluate(scrolled) for wrap in wraps]
    assert True in found
    assert False not in found
    page.close()


def test_dark_is_what_the_system_says_until_somebody_chooses(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")
    assert page.evaluate(SCHEME) == "default"
    page.emulate_media(color_scheme="dark")
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    light = page.locator("label[title='Switch to light']")
    light.click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    page.locator("label[title='Switch to dark']").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}/faults.html")  # it is remembered
    assert page.evaluate(SCHEME) == "slate"


SOUGHT = {"LEA": "measures/lea.html", "score_spans": "reference.html", "trafilatura": "extend.html"}


def search(page: Page, words: str) -> None:
    """Type words and wait for the page that they are on."""
    opener = page.locator("label[for='__search'].md-header__button")
    if opener.is_visible():
        opener.click()
    page.locator("input.md-search__input").press_sequentially(words)
    page.locator(f".md-search-result__item a[href*='{SOUGHT[words]}']").first.wait_for(timeout=20_000)


def test_the_search_finds_a_measure_and_a_public_name(page: Page, address: str) -> None:
    for words in SOUGHT:
        page.goto(f"{address}/index.html")
        search(page, words)


def test_pages_opened_from_disk_are_searched_too(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    page.goto((site / "measures" / "muc.html").as_uri())
    search(page, "LEA")
    page.locator(".md-search-result__item a[href*='lea.html']").first.click()
    expect(page.locator("h1")).to_contain_text("LEA")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    page.close()
