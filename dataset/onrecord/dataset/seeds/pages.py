"""Pages: the main text by ``trafilatura``, and the bylines, dates and captions that it leaves out, at their places."""

from __future__ import annotations

import bisect
import copy
import dataclasses
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from onrecord.dataset.reading.faults import show
from onrecord.dataset.seeds.days import DayError, read_day
from onrecord.dataset.seeds.documents import ContentKind, PublishedSource
from onrecord.dataset.seeds.page_claims import Claim, authors_claimed, days_claimed
from onrecord.dataset.seeds.page_lines import Mark, PageLine, key_of, page_lines
from onrecord.dataset.seeds.proposal import DATE, Stretch

_KINDS: dict[Mark, ContentKind] = {"byline": "byline", "date": "byline", "caption": "caption"}
_AROUND = 8
"""So many lines before the title and after the text are looked at for a byline or a date."""
_MOST_PLAIN = 100
"""Characters of a line that is marked in a small part: ``By <a>Ann</a>, who covers the sea``."""

_LEAST_OF_CAPTION = 30
"""Letters of a caption that is not put in where a longer line of the main text has it within."""


class PageError(Exception):
    """A page holds no article."""

    hint = "save the article as .txt instead"


@dataclasses.dataclass(frozen=True)
class Stated:
    """The day on which something was published, and who says so."""

    day: str
    source: PublishedSource
    reason: str


@dataclasses.dataclass(frozen=True)
class Page:
    """What of a page becomes a seed."""

    text: str
    known: tuple[Stretch, ...]
    """Lines of the text of which the page says what they are."""
    title: str | None
    url: str | None
    publisher: str | None
    published: Stated | None
    remarks: tuple[str, ...]
    """What a person should look at."""


@dataclasses.dataclass
class _Row:
    """A line of the seed in the making."""

    text: str
    kind: ContentKind | None = None
    at: int | None = None
    """Which line of the page it is, where that was found."""

    @functools.cached_property
    def key(self) -> str:
        """Its letters and digits."""
        return key_of(self.text)


def read_page(raw: bytes) -> Page:
    """The article of an HTML page.

    Raises:
        PageError: No main text was found.
        ModuleNotFoundError: ``trafilatura`` is not installed.
    """
    import trafilatura

    tree = trafilatura.load_html(raw)
    if tree is None:
        raise PageError("no page")
    main: Any = trafilatura.bare_extraction(_with_times(tree), include_comments=False, with_metadata=True)
    if main is None or not main.text:
        raise PageError("no main text found in the page")
    lines = page_lines(next(tree.iter("body"), tree))
    rows = _rows(main.text, lines)
    title = _title(rows, lines, main.title)
    remarks: list[str] = []
    of_article = _found(rows, lines)
    _insert(rows, lines, of_article)
    names = [name for name in authors_claimed(tree, main.title or "") if name != main.sitename]
    if names and not any(_is_named(rows, name) for name in names):
        rows.insert(1 if rows[0].kind == "title" else 0, _Row(", ".join(names), "byline"))
        remarks.append(f"only the page's metadata name {show(', '.join(names))}: put below the title as a byline")
    published, doubts = _published(days_claimed(tree, main.title or ""), [lines[at] for at in of_article])
    text, known = _joined(rows)
    return Page(text, known, title, main.url, main.sitename, published, tuple(remarks + doubts))


def _with_times(tree: Any) -> Any:
    """A copy without ``time`` elements, of which trafilatura would drop the words, in the midst of a sentence too."""
    made = copy.deepcopy(tree)
    for element in list(made.iter("time")):
        element.tag = "span"
    return made


def _rows(text: str, lines: Sequence[PageLine]) -> list[_Row]:
    """The lines of the main text, each with its place in the page where it has one."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        if key := line.key:
            places[key].append(at)
    rows: list[_Row] = []
    last = -1
    for said in text.split("\n"):
        key = key_of(said)
        found = places.get(key, [])
        later = bisect.bisect_right(found, last)
        if later < len(found):
            parts = range(found[later], found[later] + 1)
        else:
            parts = _together(key, lines, last + 1)
        if not any(lines[at].marks for at in parts):
            rows.append(_Row(said, at=parts[0] if parts else None))
        elif len(parts) == 1:
            rows.append(_Row(said, _kind_of(lines[parts[0]]), parts[0]))
        else:
            rows += [_Row(lines[at].text, _kind_of(lines[at]), at) for at in parts]
        last = max(last, *parts) if parts else last
    return rows


def _kind_of(line: PageLine) -> ContentKind | None:
    return _KINDS[line.mark] if line.mark is not None and line.is_marked_whole else None


def _together(key: str, lines: Sequence[PageLine], first: int) -> range:
    """The lines of a page that a line of the main text is put together of; empty where there are none."""
    for start in range(first, len(lines)) if key else ():
        rest = key
        for end in range(start, len(lines)):
            if not rest.startswith(lines[end].key):
                break
            rest = rest.removeprefix(lines[end].key)
            if not rest:
                return range(start, end + 1)
    return range(0)


def _title(rows: list[_Row], lines: Sequence[PageLine], said: str | None) -> str | None:
    """The title: the heading that the main text begins with, else what the page calls itself, which is put first."""
    for row in rows[:3]:
        if row.at is not None and _is_heading(lines[row.at].element):
            row.kind = "title"
            return row.text.strip()
    if not said:
        return None
    if not rows[0].text.startswith(said):
        key = key_of(said)
        first = next((row.at for row in rows if row.at is not None), len(lines))
        same = [at for at in range(first) if lines[at].key == key]
        rows[:0] = [_Row(said, "title", same[-1] if same else None), _Row("")]
    return said


def _is_heading(element: Any) -> bool:
    return element.tag == "h1" or next(element.iterancestors("h1"), None) is not None


def _found(rows: Sequence[_Row], lines: Sequence[PageLine]) -> list[int]:
    """Which marked lines of the page are of the article, those that the main text has among them."""
    placed = {row.at for row in rows if row.at is not None}
    if not placed:
        return []
    first, last = min(placed), max(placed)
    around = _common(lines[at].element for at in placed)
    within = {id(each) for at in placed for each in lines[at].element.iterancestors("article")}
    within |= {id(lines[at].element) for at in placed}
    holders = {id(each) for at in placed if not lines[at].marks for each in lines[at].element.iterancestors()}
    kept: list[int] = []
    for at in range(max(0, first - _AROUND), min(len(lines), last + 1 + _AROUND)):
        line = lines[at]
        if line.mark is None or not line.key or any(id(each) not in holders for each in line.outside):
            continue
        if any(id(each) not in within for each in _articles(line.element)):
            continue
        if not first <= at <= last and not any(each is around for each in (line.element, *line.element.iterancestors())):
            continue
        if line.is_marked_whole if at in placed else _is_short_enough(line):
            kept.append(at)
    return kept


def _articles(element: Any) -> list[Any]:
    found = list(element.iterancestors("article"))
    return [element, *found] if element.tag == "article" else found


def _is_short_enough(line: PageLine) -> bool:
    if line.mark == "caption":
        return True
    if line.mark == "date" and not line.days and not DATE.search(line.text):
        return any(len(word) == 4 and word.isdecimal() for word in line.text.replace(",", " ").split())
    return len(line.text) <= (3 * _MOST_PLAIN if line.is_marked_whole else _MOST_PLAIN)


def _common(elements: Iterable[Any]) -> Any:
    """The innermost element that holds them all."""
    paths = [[*reversed(list(each.iterancestors())), each] for each in elements]
    common = None
    for level in zip(*paths, strict=False):
        if any(each is not level[0] for each in level):
            break
        common = level[0]
    return common


def _insert(rows: list[_Row], lines: Sequence[PageLine], found: Sequence[int]) -> None:
    """Put lines of the page that the main text lacks before the first of its lines that comes after them."""
    for at in found:
        line = lines[at]
        kind = _KINDS[line.mark or "caption"]
        if _is_said(rows, line, kind):
            continue
        place = next((n for n, row in enumerate(rows) if row.at is not None and row.at > at), len(rows))
        rows.insert(place, _Row(line.text, kind, at))
        # of what stands before it, the main text may have a part, such as the words before a date
        parts = [row for row in _without_place(rows[:place]) if row.key and row.key in line.key]
        if parts:
            rows[:] = [row for row in rows if not any(row is part for part in parts)]


def _without_place(rows: Sequence[_Row]) -> Iterator[_Row]:
    """The lines at the end of some of the main text that stand nowhere in the page as they are."""
    for row in reversed(rows):
        if row.at is None and row.kind is None:
            yield row
        elif row.kind is None:
            break


def _is_named(rows: Sequence[_Row], name: str) -> bool:
    """Whether a byline, or a line as short as one, has a name."""
    key = key_of(name)
    return any(key in row.key for row in rows if row.kind == "byline" or len(row.text) <= _MOST_PLAIN)


def _is_said(rows: Sequence[_Row], line: PageLine, kind: ContentKind) -> bool:
    """Whether lines that are there say already what another line of the page says."""
    key = line.key
    if any(key == row.key for row in rows):
        return True
    if kind == "byline":  # a second one is often the first two in one, or a part of one
        short = (row.text for row in rows if row.kind == kind or (row.kind is None and len(row.text) <= _MOST_PLAIN))
        return set(_words(line.text)) <= {word for text in short for word in _words(text)}
    many = len(key) >= _LEAST_OF_CAPTION
    return any(key in row.key for row in rows if many or row.kind == kind)


def _words(text: str) -> list[str]:
    return [key for word in text.split() if (key := key_of(word))]


def _published(claims: Iterable[Claim], found: Sequence[PageLine]) -> tuple[Stated | None, list[str]]:
    """The first day that the page states, and what speaks against it."""
    said = [(claim, "header") for claim in claims]
    said += [(Claim("a time that it shows", day), "byline") for line in found for day in line.days]
    days: dict[str, Stated] = {}
    doubts: list[str] = []
    for claim, source in said:
        try:
            day = read_day(claim.said)
        except DayError as error:
            if error.hint:  # a day, which can be read in several ways
                doubts.append(f"{claim.where}, {show(claim.said)}, was not read: {error}")
            continue
        reason = f"The page says {claim.said!r} in {claim.where}; not yet checked by a person."
        days.setdefault(day, Stated(day, "header" if source == "header" else "byline", reason))
    if len(days) > 1:
        doubts.append(f"the page states several days: {', '.join(days)}")
    return next(iter(days.values()), None), doubts


def _joined(rows: Sequence[_Row]) -> tuple[str, tuple[Stretch, ...]]:
    """The text, and where the lines stand of which it is known what they are."""
    parts: list[str] = []
    known: list[Stretch] = []
    length = 0
    for row in rows:
        low = length + len(row.text) - len(row.text.lstrip())
        if row.kind is not None and row.text.strip():
            known.append(Stretch(row.kind, low, low + len(row.text.strip())))
        parts.append(row.text)
        length += len(row.text) + 1
    return "\n".join(parts), tuple(known)
