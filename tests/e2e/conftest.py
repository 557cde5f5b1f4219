"""The report of the rules, and pages opened from disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.e2e.opened import Opened, Opener
from tests.eval.conftest import lines_about

from onrecord.annotation.agreement.ceiling import ceiling
from onrecord.annotation.label_studio.exports import read_exports
from onrecord.dataset import Document, Gold
from onrecord.eval import Report, Sampling
from onrecord.eval.report import ReportView, html, page_view
from onrecord.eval.scoring.asked import Asked
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
def view(five: Gold, root: Path, documents: list[Document]) -> ReportView:
    path = root / "eval" / "baselines" / "rules.jsonl"
    found = score_bytes(path, lines_about(path, five), five, Asked("all", how=None))
    report = Report.of(found.result, Sampling(draws=200))
    blind = read_exports(root / "annotation/exports/blind", documents)
    return page_view(report, five, found.submission, tuple(ceiling(five.articles, blind, five.registries)))


@pytest.fixture(scope="module")
def page_of_rules(view: ReportView) -> bytes:
    return html(view)
