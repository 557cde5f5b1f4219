"""The report of the rules, and pages opened from disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.e2e.opened import Opened, Opener

from onrecord.dataset import Gold
from onrecord.eval import Report, Sampling
from onrecord.eval.report import ReportView, html, page_view
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.ceiling import read_ceiling
from onrecord.eval.scoring.score_file import score_bytes


@pytest.fixture
def opener(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    made: list[Opened] = []

    def run(content: bytes) -> Opened:
        path = tmp_path / f"report{len(made)}.html"
        path.write_bytes(content)
        made.append(Opened(browser, path))
        return made[-1]

    yield run
    for each in made:
        each.page.close()


@pytest.fixture(scope="module")
def view(gold: Gold, root: Path) -> ReportView:
    path = root / "eval" / "baselines" / "rules.jsonl"
    found = score_bytes(path, path.read_bytes(), gold, Asked("all", how=None))
    report = Report.of(found.result, Sampling(draws=200))
    return page_view(report, gold, found.submission, read_ceiling(root / "dataset", found.result))


@pytest.fixture(scope="module")
def page_of_rules(view: ReportView) -> bytes:
    return html(view)
