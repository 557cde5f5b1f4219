"""A guess at the zones of a text, and at its day: one line at a time, by how it reads and what stands around it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence

from onrecord.dataset.reading.faults import show
from onrecord.dataset.seeds.days import DayError, read_day
from onrecord.dataset.seeds.documents import OPENS, ContentKind, Zone, ZoneKind

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
DATE = re.compile(
    rf"\b(\d{{4}}-\d{{2}}-\d{{2}}|(?:\d{{1,2}}\.? )?{_MONTH}\.? \d{{1,2}},? \d{{4}}"
    rf"|\d{{1,2}}\.? {_MONTH}\.?,? \d{{4}}|\d{{1,2}}([./])\d{{1,2}}\2\d{{4}})\b",
    re.IGNORECASE,
)
_BY = re.compile(r"^by (\w)", re.IGNORECASE)
_DATED = re.compile(r"^(published|updated|posted)\b", re.IGNORECASE)
_MOST_NAMES = 4
"""So many words a line that begins with *by* and ends in a full stop may have: ``By John Smith Jr.``"""
_FOREIGN_BYLINE = re.compile(r"^(von|par|por|מאת|بقلم|كتب)[ :]", re.IGNORECASE)
"""Only beside the title: elsewhere these words begin sentences."""
_CREDIT = re.compile(r"(\((photo )?credit\b|photo:|©|getty images|via reuters|\bap photo\b)", re.IGNORECASE)
_LEGAL = re.compile(r"(copyright|all rights reserved|terms of (use|service)|privacy policy)", re.IGNORECASE)
_RELATED = re.compile(r"^(see also|read more|also read)\b", re.IGNORECASE)
_END = re.compile(
    r"^(related (tags|articles|stories)|most read|hot opinion|more from|recommended|trending|[-–•*_]+$)", re.I
)
"""What comes after such a line is no longer the article."""
_NAV = re.compile(
    r"(subscribe|sign up|newsletter|cookie|advertis|log ?in|top of page|bottom of page"
    r"|comments?$|\bviews\b|share this)",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[.!?:;][\"'”’)\]]*$")

_BESIDE_DATE = re.compile(
    r"\b(?:(?:first )?published|updated|posted|last|modified|on|at|date|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?"
    r"|sun)(?:day)?|\d{1,2}:\d{2}(?::\d{2})?|[ap]\.?m\b\.?|[A-Z]{2,4}|[+-]\d{2}:?\d{2})\b",
    re.IGNORECASE,
)
"""What may stand on a line beside its date."""
_DATELINE = re.compile(
    rf"^[A-Z][A-Z .'’-]+(?:, [A-Z][\w. ]*)?, (?i:{_MONTH}\.? \d{{1,2}}|\d{{1,2}} {_MONTH}\.?)(?:,? \d{{4}})?"
    r"(?: \(\w+\))?\s*[-–—:.]*$"
)
"""A place in capitals and a day, and nothing else: ``MOSCOW, July 23:``."""
_LATER = re.compile(r"\b(updated|modified)\b", re.IGNORECASE)
_BEFORE_BODY = 6
"""So many words a line with a year may have, above the body, to be taken for the date in another language."""


@dataclasses.dataclass(frozen=True)
class Stretch:
    """A line of a decoded seed of which it is known what it is."""

    kind: ContentKind
    start: int
    end: int


@dataclasses.dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str


def propose_zones(decoded: str, title: str | None = None, known: Sequence[Stretch] = ()) -> Iterator[Zone]:
    """Zones of a decoded seed, a guess: lines are classed, and neighbours of one kind become one zone.

    Args:
        decoded: The seed.
        title: The title, where that is known.
        known: Lines of which the kind is known.
    """
    start = end = 0
    current: ZoneKind | None = None
    for kind, line in _classed_lines(decoded, title, {each.start: each.kind for each in known}):
        if kind == current:
            end = line.end
            continue
        if current is not None:
            yield make_zone(decoded, current, start, end)
        current, start, end = kind, line.start, line.end
    if current is not None:
        yield make_zone(decoded, current, start, end)


def make_zone(decoded: str, kind: ZoneKind, start: int, end: int) -> Zone:
    """A zone with its checksum."""
    return Zone(kind=kind, start=start, end=end, opens=decoded[start : min(end, start + OPENS)])


def lines_of(text: str) -> list[_Line]:
    r"""The lines that hold anything, each without white space at its ends; they end in ``\n``, ``\r`` or both."""
    found = []
    for match in re.finditer(r"[^\r\n]+", text):
        line = match.group().strip("\ufeff \t\u00a0")
        if line.strip():
            low = match.start() + match.group().index(line)
            found.append(_Line(low, low + len(line), line))
    return found


def day_of(decoded: str, zones: Sequence[Zone]) -> tuple[str | None, str, list[str]]:
    """The day of publication, as the bylines above the body say it.

    Returns:
        The day, or None where they say none or several; the line that says it; what a person should look at.
    """
    days: dict[str, str] = {}
    later: dict[str, str] = {}
    remarks = []
    for zone in zones:
        if zone.kind == "body":
            break
        if zone.kind != "byline":
            continue
        for line in lines_of(decoded[zone.start : zone.end]):
            for match in DATE.finditer(line.text):
                try:
                    day = read_day(match.group())
                except DayError as error:
                    remarks.append(f"the date {show(match.group())} was not read: {error}")
                else:
                    before = line.text[: match.start()]
                    (later if _LATER.search(before) else days).setdefault(day, line.text)
    days = days or later
    if len(days) != 1:
        return None, "", remarks
    ((day, said),) = days.items()
    return day, said, remarks


def _classed_lines(
    decoded: str, title: str | None, known: Mapping[int, ContentKind]
) -> list[tuple[ZoneKind, _Line]]:
    lines = lines_of(decoded)
    title_at = _title_line(lines, title, known)
    seen: set[str] = set()
    result: list[tuple[ZoneKind, _Line]] = []
    ended = in_body = False
    for index, line in enumerate(lines):
        kind: ZoneKind
        if index == title_at:
            kind = "title"
        elif line.text in seen:
            kind = "repeat"
        elif line.start in known:
            kind = known[line.start]
        elif index < title_at:
            kind = "nav"
        elif ended or _LEGAL.search(line.text):
            kind = "legal" if _LEGAL.search(line.text) else "related"
        elif _END.search(line.text):
            kind, ended = "related", True
        else:
            kind = _article_kind(line.text, in_body)
        in_body = in_body or kind == "body"
        seen.add(line.text)
        result.append((kind, line))
    if not any(kind in ("body", "title") for kind, _ in result) and result:
        result = [("body", line) for _, line in result]
    return result


def _article_kind(line: str, in_body: bool) -> ZoneKind:
    """What a line below the title is, if it is no second print and the article has not ended."""
    if _CREDIT.search(line):
        return "caption"
    if len(line) < 120 and (_DATED.search(line) or _is_byline(line) or _is_date_line(line)):
        return "byline"
    if not in_body and _is_foreign_byline(line):
        return "byline"
    if _RELATED.search(line):
        return "related"
    if (_NAV.search(line) and len(line) < 160) or (len(line.split()) < 3 and not _ENDS_SENTENCE.search(line)):
        return "nav"
    return "body"


def _is_byline(line: str) -> bool:
    """Whether a line is an author: not every sentence that begins with *by* is."""
    match = _BY.match(line)
    sentence = _ENDS_SENTENCE.search(line) is not None and len(line.split()) > _MOST_NAMES
    return match is not None and match[1].isupper() and not sentence


def _is_date_line(line: str) -> bool:
    """Whether a line says when, or where and when, and nothing else."""
    if _DATELINE.match(line):
        return True
    rest, many = DATE.subn(" ", line)
    return bool(many) and not any(letter.isalnum() for letter in _BESIDE_DATE.sub(" ", rest))


def _is_foreign_byline(line: str) -> bool:
    """Whether a line above the body is an author or a date in another language, by its form."""
    words = line.split()
    if _ENDS_SENTENCE.search(line) or len(words) > _BEFORE_BODY:
        return False
    numbers = [int(number) for number in re.findall(r"\d+", line)]
    dated = any(1900 <= number < 2100 for number in numbers) and any(1 <= number <= 31 for number in numbers)
    return dated or bool(_FOREIGN_BYLINE.search(line))


def _title_line(lines: Sequence[_Line], title: str | None, known: Mapping[int, ContentKind]) -> int:
    """The line of the given title, else the first line of five words or more that is no date and ends no sentence.

    What is known to be something else is not looked at; where nothing is found, it is the first line left.
    """
    texts = [line.text for line in lines]
    if title and title.strip() in texts:
        return texts.index(title.strip())
    others = [index for index, line in enumerate(lines) if known.get(line.start, "title") == "title"]
    for index in others[:12]:
        text = texts[index]
        if (
            len(re.findall(r"\w+", text)) >= 5
            and len(text) < 200
            and "|" not in text
            and not _ENDS_SENTENCE.search(text)
            and not DATE.search(text)
        ):
            return index
    return others[0] if others else 0
