"""The lines of a page in the order in which it has them, with what its markup says they are."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

Mark = Literal["byline", "date", "caption"]

_BLOCKS = frozenset(
    "address article aside blockquote body br center dd details div dl dt fieldset figcaption figure footer form h1 h2"
    " h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()  # noqa: SIM905
)
_SILENT = frozenset(
    "audio button canvas datalist embed iframe input math noscript object script select style svg template textarea"
    " title video".split()  # noqa: SIM905
)
"""Elements without a word of the article."""
_OUTSIDE = frozenset({"nav", "aside", "form", "dialog"})
_OUTSIDE_WORDS = frozenset(
    "ad ads advert advertisement avatar bio biography breadcrumb breadcrumbs comment comments consent cookie menu nav"
    " navigation newsletter outbrain paywall popular promo recommendations recommended related share sharing sidebar"
    " signup social subscribe taboola teaser trending widget".split()  # noqa: SIM905
)
_BYLINE_WORDS = frozenset({"author", "authors", "byline", "bylines"})
_DATE_WORDS = frozenset(
    {"date", "dateline", "datetime", "modified", "posted", "pubdate", "published", "time", "timestamp", "updated"}
)
_READING_TIME = frozenset({"read", "reading", "duration"})
_CAPTION_WORDS = frozenset({"caption", "captions", "figcaption"})
_CREDIT_WORDS = frozenset({"credit", "credits"})
_PICTURE_WORDS = frozenset({"figure", "image", "img", "media", "photo", "picture"})
_PICTURES = ".//img|.//picture|.//video|.//svg|.//iframe|.//object|.//amp-img"

_MOST = {"byline": 300, "date": 300, "caption": 1500}
"""An element of more characters is not a byline, a date or a caption, whatever its name says."""

_SPACE = re.compile(r"[ \t\n\r\f]+")


@dataclasses.dataclass
class PageLine:
    """A line of a page: text between two boundaries of blocks."""

    text: str
    """White space as a browser shows it."""
    element: Any
    """The element in which it begins."""
    marks: Counter[Mark]
    """How many characters of it are marked as what."""
    outside: tuple[Any, ...]
    """Elements around it that say it is not of the article."""
    days: list[str]
    """What its ``time`` elements say, but for those of a later change."""

    @functools.cached_property
    def key(self) -> str:
        """Its letters and digits, by which lines are found to be the same."""
        return key_of(self.text)

    @property
    def mark(self) -> Mark | None:
        """What most of its marked characters are marked as."""
        return self.marks.most_common(1)[0][0] if self.marks else None

    @property
    def is_marked_whole(self) -> bool:
        """Whether half of it or more is marked."""
        return 2 * self.marks.total() >= len(self.text)


def key_of(text: str) -> str:
    """The letters and digits of a text."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def page_lines(body: Any) -> list[PageLine]:
    """The lines of an ``lxml`` element."""
    return _Walk().lines(body)


@dataclasses.dataclass
class _Piece:
    text: str
    element: Any
    mark: Mark | None
    days: list[str]


class _Walk:
    """A walk through a page, in its order."""

    def __init__(self) -> None:
        self._lines: list[PageLine] = []
        self._pieces: list[_Piece] = []
        self._marks: list[tuple[Any, Mark]] = []
        self._outside: list[Any] = []

    def lines(self, body: Any) -> list[PageLine]:
        from lxml import etree

        walk = etree.iterwalk(body, events=("start", "end", "comment", "pi"))
        for event, element in walk:
            if event == "start":
                if _is_silent(element):
                    walk.skip_subtree()
                    continue
                self._enter(element)
            else:
                if event == "end":
                    self._leave(element)
                if element is not body:
                    self._add(element.tail, element.getparent())
        self._flush()
        return self._lines

    def _enter(self, element: Any) -> None:
        if element.tag in _BLOCKS:
            self._flush()
        if _is_outside(element):
            self._outside.append(element)
        if (mark := _mark(element)) is not None:
            self._marks.append((element, mark))
        self._add(element.text, element)

    def _leave(self, element: Any) -> None:
        if element.tag in _BLOCKS:
            self._flush()
        if self._outside and self._outside[-1] is element:
            self._outside.pop()
        if self._marks and self._marks[-1][0] is element:
            self._marks.pop()

    def _add(self, text: str | None, element: Any) -> None:
        if not text:
            return
        mark = next((mark for _, mark in reversed(self._marks)), None)
        times = [each for each, _ in self._marks if each.tag == "time" and not words_of(each) & {"modified", "updated"}]
        days = [each.get("datetime") or " ".join(each.itertext()) for each in times[-1:]]
        last = self._pieces[-1] if self._pieces else None
        if last is not None and mark != last.mark and last.text[-1:].isalnum() and text[:1].isalnum():
            self._flush()  # <b class="author">Ann</b><time>1 May</time>: a style sheet keeps them apart
        self._pieces.append(_Piece(text, element, mark, days))

    def _flush(self) -> None:
        pieces, self._pieces = self._pieces, []
        text = _SPACE.sub(" ", "".join(piece.text for piece in pieces)).strip(" \u00a0\ufeff")
        if not text:
            return
        marks: Counter[Mark] = Counter()
        for piece in pieces:
            if piece.mark is not None and (many := len(piece.text.strip())):
                marks[piece.mark] += many
        days = list(dict.fromkeys(day for piece in pieces for day in piece.days))
        self._lines.append(PageLine(text, pieces[0].element, marks, tuple(self._outside), days))


def _is_silent(element: Any) -> bool:
    style = (element.get("style") or "").replace(" ", "").lower()
    hidden = "hidden" in element.attrib or element.get("aria-hidden") == "true" or "display:none" in style
    return hidden or element.tag in _SILENT


def _is_outside(element: Any) -> bool:
    if element.tag in _OUTSIDE:
        return True
    if element.tag == "footer":
        return next(element.iterancestors("article"), None) is None
    return bool(words_of(element) & _OUTSIDE_WORDS)


def words_of(element: Any) -> set[str]:
    """The words of what an element is called: class, id and names for tests, taken apart."""
    names = " ".join(element.get(name) or "" for name in ("class", "id", "data-testid", "data-qa", "data-component"))
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", names)}


def _mark(element: Any) -> Mark | None:
    """What an element says that it is, unless it is too long for that."""
    mark = next(_said(element), None)
    if mark is None:
        return None
    length = 0
    for text in element.itertext():
        length += len(text.strip())
        if length > _MOST[mark]:
            return None
    return mark


def _said(element: Any) -> Iterator[Mark]:
    words, properties = words_of(element), set((element.get("itemprop") or "").split())
    figure = next(element.iterancestors("figure"), None)
    of_picture = figure is not None and bool(figure.xpath(_PICTURES))
    if element.tag == "figcaption" or words & _CAPTION_WORDS or "caption" in properties:
        yield "caption"
    if words & _CREDIT_WORDS and (of_picture or words & _PICTURE_WORDS):
        yield "caption"
    if of_picture and element.tag in ("p", "div", "span"):
        yield "caption"
    if element.tag == "time" or (words & _DATE_WORDS and not words & _READING_TIME):
        yield "date"
    if properties & {"datePublished", "dateModified", "dateCreated"}:
        yield "date"
    if words & _BYLINE_WORDS or properties & {"author", "creator"} or "author" in (element.get("rel") or "").split():
        yield "byline"
