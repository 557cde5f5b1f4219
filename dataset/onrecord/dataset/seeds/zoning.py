"""Zones changed by line, by quoted words or by their number: nobody has to count characters.

A place is ``line:3``, ``line:3-5``, ``caption:2`` (the second zone of that kind), ``words:2:Ann Smith`` (what stands
there the second time), or else words that stand in the seed once.
"""

from __future__ import annotations

import bisect
import dataclasses
import difflib
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

import msgspec

from onrecord.dataset.reading.faults import Fault, nearest, refuse, show
from onrecord.dataset.seeds.days import DayError, read_day
from onrecord.dataset.seeds.documents import (
    BoilerplateKind,
    ContentKind,
    PublishedSource,
    SeedDescription,
    Zone,
    ZoneKind,
    check_zones,
)
from onrecord.dataset.seeds.proposal import make_zone

KINDS: tuple[ZoneKind, ...] = (*get_args(ContentKind), *get_args(BoilerplateKind))
SOURCES: dict[PublishedSource, str] = {
    "byline": "a line of the article says so",
    "header": "the page or the file it came in says so, for machines",
    "inferred": "a person concluded it from the text",
}
"""The words that ``published_source`` may be, and what they mean."""

UNKNOWN = "none"
"""Given as the day of publication, it says that it is not known."""

_LINES = re.compile(r"line:(\d+)(?:-(\d+))?")
_ZONE = re.compile(rf"({'|'.join(KINDS)}):(\d+)")
_WORDS = re.compile(r"words:(\d+):(.+)", re.DOTALL)
_MOST_TOLD = 6
"""So many of the lines in which words stand are named."""


@dataclasses.dataclass(frozen=True)
class Edit:
    """A stretch of the seed that is to be of some kind."""

    kind: ZoneKind
    place: str
    option: str
    """How the person who asked for it calls it, such as ``--byline``."""


@dataclasses.dataclass(frozen=True)
class Publication:
    """What is to be said of the day of publication; None leaves it as it is."""

    day: str | None = None
    source: str | None = None
    reason: str | None = None


@dataclasses.dataclass(frozen=True)
class ListedZone:
    """A zone as it is shown."""

    name: str
    """Its kind and its number among those of the kind, such as ``caption:2``."""
    first_line: int
    last_line: int
    zone: Zone


def list_zones(description: SeedDescription, decoded: str) -> list[ListedZone]:
    """The zones with their names and the lines, counted from 1, on which they stand."""
    lines = _Lines(decoded)
    many: Counter[str] = Counter()
    listed = []
    for zone in description.zones:
        many[zone.kind] += 1
        listed.append(ListedZone(f"{zone.kind}:{many[zone.kind]}", lines.at(zone.start), lines.at(zone.end - 1), zone))
    return listed


def list_lines(description: SeedDescription, decoded: str) -> Iterator[tuple[int, str, str]]:
    """Every line that holds anything: its number, the kinds of zones on it, its text."""
    for number, (start, end) in enumerate(_Lines(decoded).spans, start=1):
        if text := decoded[start:end].strip():
            kinds = [zone.kind for zone in description.zones if zone.start < end and zone.end > start]
            yield number, "+".join(dict.fromkeys(kinds)), text


def rezone(
    description: SeedDescription, decoded: str, file: str, edits: Sequence[Edit], publication: Publication
) -> SeedDescription:
    """The description with some stretches made zones of another kind.

    What is left of the zones that they were in keeps its kind. A stretch that has nothing but white space between
    itself and a zone of its kind becomes one with it, but for titles. Everything else stays as it is.

    Raises:
        FaultsError: With every place that is not there, stands there more than once, or is given twice, and every
            word about the publication that cannot be used.
    """
    faults: list[Fault] = []
    stretches: list[tuple[int, int, Edit]] = []
    places = _Places(description, decoded)
    for edit in edits:
        found = places.find(edit.place)
        if isinstance(found, _NotFound):
            said = f"{edit.option} {show(edit.place)}"
            if found.found:
                said = f"{said}: {found.found}"
            faults.append(Fault("place", file, None, "", said, found.expected, found.hint))
        else:
            stretches.append((*found, edit))
    stretches.sort(key=lambda each: each[:2])
    for (_, end, one), (start, _, other) in itertools.combinations(stretches, 2):
        if start < end:
            said = f"{one.option} {show(one.place)} and {other.option} {show(other.place)}"
            faults.append(Fault("overlap", file, None, "", said, "places without a character in common"))
    published = _published(description, publication, file, faults)
    refuse(faults)
    zones: list[Zone] = list(description.zones)
    for start, end, edit in stretches:
        zones = _with(decoded, zones, start, end, edit.kind)
    changed = msgspec.structs.replace(published, zones=tuple(zones))
    refuse(check_zones(changed, decoded, file))
    return changed


def _published(
    description: SeedDescription, said: Publication, file: str, faults: list[Fault]
) -> SeedDescription:
    if said == Publication():
        return description
    day, source = description.published, description.published_source
    if said.day == UNKNOWN:
        day = source = None
    elif said.day is not None:
        try:
            day = read_day(said.day)
        except DayError as error:
            faults.append(Fault("date", file, None, "/published", show(said.day), error.expected, error.hint))
    if said.source is not None:
        source = next((word for word in SOURCES if word == said.source), None)
        if source is None:
            expected = "; ".join(f"{word}: {meaning}" for word, meaning in SOURCES.items())
            hint = nearest(said.source, SOURCES)
            faults.append(Fault("label", file, None, "/published_source", show(said.source), expected, hint))
    elif said.day not in (None, UNKNOWN) and source is None:
        hint = f"one of {', '.join(SOURCES)}"
        faults.append(Fault("missing-field", file, None, "/published_source", "nothing", "who says the day", hint))
    reason = said.reason or (description.published_reason if said.day is None else "Set by a person.")
    return msgspec.structs.replace(description, published=day, published_source=source, published_reason=reason)


def _with(decoded: str, zones: Sequence[Zone], start: int, end: int, kind: ZoneKind) -> list[Zone]:
    """The zones with a stretch cut out of them and made one of its own."""
    before: list[Zone] = []
    after: list[Zone] = []
    for zone in zones:
        if zone.end <= start:
            before.append(zone)
        elif zone.start >= end:
            after.append(zone)
        else:
            before += _rest(decoded, zone, zone.start, start)
            after = [*_rest(decoded, zone, end, zone.end), *after]
    if kind != "title":
        if before and before[-1].kind == kind and not decoded[before[-1].end : start].strip():
            start = before.pop().start
        if after and after[0].kind == kind and not decoded[end : after[0].start].strip():
            end = after.pop(0).end
    return [*before, make_zone(decoded, kind, start, end), *after]


def _rest(decoded: str, zone: Zone, start: int, end: int) -> list[Zone]:
    """What is left of a zone, without white space at its ends."""
    trimmed = _trimmed(decoded, start, end)
    return [] if trimmed is None else [make_zone(decoded, zone.kind, *trimmed)]


def _trimmed(decoded: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and _is_space(decoded[start]):
        start += 1
    while start < end and _is_space(decoded[end - 1]):
        end -= 1
    return (start, end) if start < end else None


def _is_space(letter: str) -> bool:
    return letter.isspace() or letter == "\ufeff"


class _Lines:
    """Where the lines of a text stand; they end in ``\\n``, ``\\r`` or both."""

    def __init__(self, text: str) -> None:
        self.spans: list[tuple[int, int]] = []
        start = 0
        for match in re.finditer(r"\r\n|\r|\n", text):
            self.spans.append((start, match.start()))
            start = match.end()
        if start < len(text) or not self.spans:
            self.spans.append((start, len(text)))
        self._starts = [start for start, _ in self.spans]

    def at(self, offset: int) -> int:
        """The number of the line in which a character stands."""
        return bisect.bisect_right(self._starts, offset)


@dataclasses.dataclass(frozen=True)
class _NotFound:
    found: str
    expected: str
    hint: str = ""


class _Places:
    """Finds what places mean."""

    def __init__(self, description: SeedDescription, decoded: str) -> None:
        self._text = decoded
        self._lines = _Lines(decoded)
        self._listed = {each.name: each.zone for each in list_zones(description, decoded)}

    def find(self, place: str) -> tuple[int, int] | _NotFound:
        """First character and the one after the last, without white space at either end."""
        if match := _LINES.fullmatch(place):
            return self._by_line(int(match[1]), int(match[2] or match[1]))
        if match := _ZONE.fullmatch(place):
            zone = self._listed.get(place)
            if zone is None:
                names = ", ".join(each for each in self._listed if each.startswith(f"{match[1]}:"))
                return _NotFound("", f"one of {names}" if names else "another place", f"there is no {place}")
            return zone.start, zone.end
        if match := _WORDS.fullmatch(place):
            return self._by_words(match[2], int(match[1]))
        return self._by_words(place, None)

    def _by_line(self, first: int, last: int) -> tuple[int, int] | _NotFound:
        spans = self._lines.spans
        if not 1 <= first <= last <= len(spans):
            return _NotFound("", f"lines from 1 to {len(spans)}")
        found = _trimmed(self._text, spans[first - 1][0], spans[last - 1][1])
        return found or _NotFound("nothing on it", "a line with text", "onrecord zones ID --lines shows them")

    def _by_words(self, words: str, number: int | None) -> tuple[int, int] | _NotFound:
        found = self._all(words)
        if not found:
            return _NotFound("not in the seed", "words as they stand there", self._nearest(words))
        if number is not None:
            return found[number - 1] if 1 <= number <= len(found) else _NotFound("", f"a number from 1 to {len(found)}")
        if len(found) > 1:
            lines = ", ".join(str(self._lines.at(start)) for start, _ in found[:_MOST_TOLD])
            hint = f"more words of the place, or words:2:{show(words, 40)} for the second"
            return _NotFound(f"{len(found)} times, on lines {lines}", "words that stand there once", hint)
        return found[0]

    def _all(self, words: str) -> list[tuple[int, int]]:
        """Where words stand, whatever white space is between them and however their accents are written."""
        parts = words.split()
        for form in (None, "NFC", "NFD"):
            plain = [part if form is None else unicodedata.normalize(form, part) for part in parts]
            if plain and (found := list(re.finditer(r"\s+".join(map(re.escape, plain)), self._text))):
                return [match.span() for match in found]
        return []

    def _nearest(self, words: str) -> str:
        lines = [self._text[start:end].strip() for start, end in self._lines.spans]
        close = difflib.get_close_matches(words, lines, n=1)
        return f"did you mean line:{lines.index(close[0]) + 1}, {show(close[0], 80)}?" if close else ""
