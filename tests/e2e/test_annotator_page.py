"""The page of an annotator in a real browser, as the command makes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser
from tests.e2e.opened import Opened
from tests.eval.hostile import ATTACKS

from onrecord.annotation.page.beside import Beside, Row, Said
from onrecord.annotation.page.html import html
from onrecord.dataset import Registries

COMMAND = [sys.executable, "-c", "from onrecord.cli import main; main()", "annotation", "page"]


def test_the_page_shows_what_differs_first_and_the_rule_s_own_words(
    browser: Browser, root: Path, tmp_path: Path
) -> None:
    path = tmp_path / "e.html"
    words = [*COMMAND, "--annotator", "reader-e", "-o", str(path)]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    opened = Opened(browser, path)
    page = opened.page
    page.goto(opened.address)
    every, differing = page.locator("tbody tr[data-layer]"), page.locator("tr[data-layer]:visible")
    told = page.locator("header tbody td").all_inner_texts()
    counts = [[int(n) for n in told[at : at + 5]] for at in range(0, len(told), 5)]
    assert every.count() == sum(map(sum, counts))
    assert differing.count() == sum(row[1] + row[2] + row[3] for row in counts) > 0
    page.check("#all")
    assert differing.count() == every.count()
    rule = page.locator("td details", has_text="S2").first
    rule.locator("summary").click()
    assert "A clause or noun phrase that names both doer and target" in rule.inner_text()
    opened.quiet()
    page.close()


def test_an_annotator_who_is_not_there_is_said_to_be_none(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "e.html"
    words = [*COMMAND, "--annotator", "reader-x", "-o", str(path)]
    done = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, path.exists()) == (2, False)
    assert "nothing by reader-x" in done.stderr
    assert "one of reader-e, reader-f, reader-g, reader-h" in done.stderr


def test_hostile_strings_are_text(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "hostile.html"
    rows = tuple(
        Row(each, "differs", 0, each, each, each, said, (said,), said, each)
        for each in ATTACKS
        for said in [Said(each, each, ((each, each, True),), each)]
    )
    found = Beside(ATTACKS[0], (ATTACKS[1],), ((ATTACKS[0], ATTACKS[1], rows),))
    path.write_bytes(html(found, Registries(), {each: each for each in ATTACKS}))
    opened = Opened(browser, path)
    opened.page.goto(opened.address)
    assert opened.page.locator("tbody tr[data-layer]").count() == len(ATTACKS)
    assert opened.page.locator("body script, img, iframe").count() == 0
    opened.quiet()
    opened.page.close()
