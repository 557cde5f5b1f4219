"""The probes of whole articles: ``headline``, ``boilerplate``, ``dates`` and ``order``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.perturbing.edits import Edit
from onrecord.dataset.perturbing.probe import Change, Page, Probe, Setting
from onrecord.dataset.reading.faults import Fault, refuse
from onrecord.dataset.seeds.documents import CONTENT, JOIN, layout

YEARS = 28
"""After so many years days fall on the same weekdays again, and leap years recur."""

_BEFORE = r"(?<![^\W_])(?:(?<![0-9][.,])|(?<=[.][0-9][.])|(?<=[.][0-9]{2}[.]))"
"""No letter or digit, and no number, but for a day and a month with points: 20.1.2033."""
_YEAR = re.compile(_BEFORE + r"(?:1[789]|20)[0-9]{2}(?![^\W_])")

_TAKEN_OUT = ("title", "byline")


def _headline(_: Gold, __: Setting) -> Change:
    def edits(article: Article) -> list[Edit]:
        sections, text = article.document.sections, article.document.text
        if all(section.kind in _TAKEN_OUT for section in sections):
            return []
        found: list[Edit] = []
        for section in sections:
            if section.kind in _TAKEN_OUT:
                start, end = section.start, section.end
                end += len(JOIN) if text.startswith(JOIN, end) else 0
                if end == len(text) and text.endswith(JOIN, 0, start):  # it stands last: what joins it goes too
                    start -= len(JOIN)
                if found and found[-1].end >= start:
                    start = found.pop().start
                found.append(Edit(start, end, ""))
        return found

    return Change(edits=edits)


HEADLINE = Probe(
    "headline",
    "Title and byline are taken out, and the labels in them. Whether a system needs to be told what an article is"
    " about.",
    _headline,
)


def _boilerplate(gold: Gold, setting: Setting) -> Change:
    lacking = [each.document.id for each in gold.articles if not _fits(each, setting.pages.get(each.document.id))]
    hint = "--seeds names the folder of the pages that the dataset was made from"
    refuse(
        [Fault("file", "the pages", None, "", f"no page of {id}", "the seed of the article", hint) for id in lacking]
    )
    return Change(edits=lambda article: page_edits(article, setting.pages[article.document.id]))


def _fits(article: Article, page: Page | None) -> bool:
    return page is not None and layout(page.decoded, page.description.zones)[0] == article.document.text


def page_edits(article: Article, page: Page) -> list[Edit]:
    """The edits that put what stood around an article on its page back into it, in its place."""
    found: list[Edit] = []
    at, around = 0, list[str]()
    content = False
    for zone in page.description.zones:
        said = page.decoded[zone.start : zone.end].replace("\r\n", "\n").replace("\r", "\n")
        if zone.kind not in CONTENT:
            around.append(said)
            continue
        at += len(JOIN) if content else 0
        if around:
            found.append(Edit(at, at, "".join(each + JOIN for each in around)))
            around = []
        content = True
        at += len(layout(page.decoded, [zone])[0])
    if around:
        found.append(Edit(at, at, "".join(JOIN + each for each in around)))
    return found


BOILERPLATE = Probe(
    "boilerplate",
    "What stood around the article on its page is back: menus, links to other articles, the small print. Nothing in it"
    " is labelled. Whether a system keeps to the article.",
    _boilerplate,
    pages=True,
)


def _dates(gold: Gold, setting: Setting) -> Change:
    years = setting.draw("dates").choice((-YEARS, YEARS))

    def other(match: re.Match[str]) -> str:
        return str(int(match.group()) + years)

    def edits(article: Article) -> list[Edit]:
        found = _YEAR.finditer(article.document.text)
        return [Edit(match.start(), match.end(), other(match)) for match in found]

    return Change(edits=edits, words=lambda text: _YEAR.sub(other, text), ids=lambda id: _YEAR.sub(other, id))


DATES = Probe(
    "dates",
    f"Every year is another one, {YEARS} earlier or later: weekdays stay right. Dates of events, claims and articles go"
    " with it. Whether a system reads dates, or knows them.",
    _dates,
)


def _order(gold: Gold, setting: Setting) -> Change:
    ids = sorted(article.document.id for article in gold.articles)
    places = list(range(1, len(ids) + 1))
    setting.draw("order", *ids).shuffle(places)
    width = max(4, len(str(len(ids))))
    names: Mapping[str, str] = {id: f"article-{place:0{width}}" for id, place in zip(ids, places, strict=True)}
    return Change(documents=lambda id: names.get(id, id))


ORDER = Probe(
    "order",
    "Articles have other names and come in another order. Ids that a system gives across articles must not hang on it.",
    _order,
)
