"""How large the HTML report of many documents is, and how long a browser takes until it can be read.

Run as a module: ``python -m benchmarks.html_report [DOCUMENTS] [SPANS]``; it needs playwright and Debian's chromium.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from onrecord.dataset import Article, Document, Entity, Gold, Labels, Mention, Registries
from onrecord.eval import Report, score_submission
from onrecord.eval.layers.entities import TYPES
from onrecord.eval.report import ReportView, html, page_view
from onrecord.eval.submission.reading import Submission

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEED = 20240229
_WORDS = ("Minsk", "the minister", "«Тасс»", "talks", "on Monday", "𝒜gency", "said", "a visit", "of", "war")


def crowd(documents: int, spans: int) -> tuple[Gold, ReportView]:
    """A report of some documents, each with so many gold and so many predicted mentions, and its gold."""
    draw = random.Random(SEED)
    articles: list[Article] = []
    predicted: dict[str, Labels] = {}
    registry = [f"e{n}" for n in range(40)]
    for n in range(documents):
        document, gold, other = _document(f"doc-{n:04}", spans, registry, draw)
        articles.append(Article(document=document, labels=gold))
        predicted[document.id] = other
    entities = tuple(Entity(id=id, type="PER", name=f"Name {id}") for id in registry)
    gold_labels = Gold(articles=tuple(articles), registries=Registries(entities=entities))
    submission = Submission("crowd.jsonl", "0" * 64, predicted, frozenset({"mentions"}), {}, {})
    result = score_submission(articles, gold_labels.registries, submission, "test")
    return gold_labels, page_view(Report.of(result), gold_labels, submission)


def _document(id: str, spans: int, registry: list[str], draw: random.Random) -> tuple[Document, Labels, Labels]:
    words = [draw.choice(_WORDS) for _ in range(3 * spans)]
    text, starts = "", []
    for number, word in enumerate(words):
        starts.append(len(text))
        text += word + ("\n\n" if number % 40 == 39 else " ")
    gold, predicted = [], []
    for n in range(spans):
        first = 3 * n
        start, end = starts[first], starts[first] + len(words[first])
        type = draw.choice(TYPES)
        gold.append(_mention(text, start, end, type, draw.choice(registry)))
        kind = draw.random()
        last = starts[first + 1] + len(words[first + 1]) if kind < 0.2 else end
        other = draw.choice(TYPES) if kind > 0.8 else type
        predicted.append(_mention(text, start, last, other, draw.choice(registry)))
    document = Document(
        id=id,
        text=text,
        text_sha256="",
        seed_sha256="",
        publisher="-",
        language="en",
        topic="-",
        split="test",
        published=None,
        published_source=None,
        published_reason="-",
        url=None,
        sections=(),
    )
    return document, Labels(mentions=tuple(gold)), Labels(mentions=tuple(predicted))


def _mention(text: str, start: int, end: int, type: str, entity: str) -> Mention:
    return Mention(start=start, end=end, text=text[start:end], type=type, entity=entity)  # type: ignore[arg-type]


@contextlib.contextmanager
def browser_page() -> Iterator[Page]:
    """A page of a headless chromium."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        yield browser.new_page(viewport={"width": 1360, "height": 1000})
        browser.close()


def ready_times(page: Page, path: Path, times: int = 3) -> list[int]:
    """Milliseconds from navigation until a report can be read, one time after the other."""
    ready = []
    for _ in range(times):
        page.goto("about:blank")
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]", state="attached", timeout=120_000)
        ready.append(int(page.evaluate("document.documentElement.dataset.ready")))
    return ready


def main(documents: int = 500, spans: int = 100) -> None:
    """Make the report, load it three times, open every tenth document; print what it took."""
    begin = time.perf_counter()
    _, view = crowd(documents, spans)
    scored = time.perf_counter()
    content = html(view)
    made = time.perf_counter()
    print(f"documents          {documents}, {spans} gold and {spans} predicted spans each")
    print(f"scored and viewed  {scored - begin:.2f} s")
    print(f"written            {made - scored:.2f} s, {len(content) / 1e6:.2f} MB")
    with tempfile.TemporaryDirectory() as folder, browser_page() as page:
        path = Path(folder) / "report.html"
        path.write_bytes(content)
        ready = ready_times(page, path)
        print(f"ready              {', '.join(map(str, ready))} ms after navigation")
        opened = page.evaluate(
            """async (ids) => {
              const took = [];
              for (const id of ids) {
                const begin = performance.now();
                const turned = new Promise((done) => addEventListener('hashchange', () => done(), { once: true }));
                location.hash = '#doc=' + id;
                await turned;
                document.body.getBoundingClientRect();
                took.push(performance.now() - begin);
              }
              return took.sort((a, b) => a - b);
            }""",
            [each.document for each in view.documents[::10]],
        )
        print(f"document opened    {opened[len(opened) // 2]:.0f} ms median, {opened[-1]:.0f} ms longest")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
