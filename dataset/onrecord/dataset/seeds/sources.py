"""What articles come in: text, lines of JSON and pages, each as the bytes of a seed and what is said of it."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec

from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.faults import Fault, Wrong, fault_of, in_order, nearest, show
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.typed import explain, read_lines
from onrecord.dataset.records import Strict
from onrecord.dataset.seeds.days import WANTED, DayError, read_day
from onrecord.dataset.seeds.pages import PageError, Stated, read_page
from onrecord.dataset.seeds.proposal import Stretch

SUFFIXES = (".txt", ".html", ".htm", ".jsonl")

_ENDINGS = "a file that ends in " + ", ".join(SUFFIXES)
_NEAR_START = 1000
"""So many characters of a text are searched for the names of its authors, which are then not put in again."""

ALIASES = {"headline": "title", "published": "date", "author": "authors", "byline": "authors", "link": "url"}
"""Fields that others call so, and what they are here; they count where the field itself is not given."""


class ArticleLine(Strict, frozen=True, kw_only=True):
    """What is taken of a line of a ``.jsonl`` file; its other fields are passed over, and named."""

    text: Annotated[str, msgspec.Meta(min_length=1)]
    id: str | None = None
    title: str | None = None
    url: str | None = None
    date: Annotated[str, msgspec.Meta(description=WANTED)] | None = None
    publisher: str | None = None
    language: str | None = None
    authors: tuple[str, ...] | None = None
    """Put below the title, where the text does not begin with them; one name will do as text."""


@dataclasses.dataclass(frozen=True)
class Source:
    """An article as it was found."""

    file: str
    line: int | None
    stem: str
    """What its id begins with."""
    raw: bytes
    """Of the seed."""
    title: str | None = None
    url: str | None = None
    published: Stated | None = None
    publisher: str | None = None
    language: str | None = None
    source_sha256: str | None = None
    known: tuple[Stretch, ...] = ()
    """Lines of the decoded seed of which it is known what they are."""
    remarks: tuple[str, ...] = ()
    """What a person should look at."""


@dataclasses.dataclass(frozen=True)
class Sources:
    """What was found in a file or a folder."""

    found: list[Source]
    passed_over: list[str]
    """Files and fields that are not taken, and why."""
    faults: list[Fault]


def read_sources(path: Path) -> Sources:
    """Read a file, or all files of a folder that can be read; nothing is raised."""
    sources = Sources([], [], [])
    if path.is_dir():
        for each in sorted(path.iterdir()):
            if reason := _why_not(each):
                sources.passed_over.append(f"{show(each.name)}: {reason}")
            else:
                _read_file(each, sources)
        if not sources.found and not sources.faults:
            reasons = "; ".join(sources.passed_over[:6])
            found = f"no article: {reasons}" if reasons else "an empty folder"
            sources.faults.append(Fault("empty", str(path), None, "", found, _ENDINGS))
    elif not os.path.lexists(path):
        names = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        fault = Fault("file", str(path), None, "", "no such file", "a file or folder that is there")
        sources.faults.append(dataclasses.replace(fault, hint=nearest(path.name, names)))
    elif reason := _why_not(path):
        sources.faults.append(Fault("file", str(path), None, "", reason, _ENDINGS))
    else:
        _read_file(path, sources)
    return sources


def _why_not(path: Path) -> str:
    """Why a file is not taken; empty where it is."""
    if path.is_dir():
        return "a folder within; give it by itself"
    if not path.exists():
        return "a link that leads nowhere"
    if not path.is_file():
        return "no regular file"
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return ""
    said = f"ends in {suffix}" if suffix else "has no ending"
    hint = ": one object a line in a .jsonl is" if suffix in (".json", ".ndjson", ".csv", ".tsv") else ""
    return f"{said}, which is not taken{hint}"


def _read_file(path: Path, sources: Sources) -> None:
    suffix = path.suffix.lower()
    if suffix == ".txt":
        sources.found.append(Source(str(path), None, path.stem, path.read_bytes()))
    elif suffix == ".jsonl":
        _read_json_lines(path, sources)
    else:
        _read_html(path, sources)


def _read_json_lines(path: Path, sources: Sources) -> None:
    lines, faults = read_lines(path, content_within(path), dict[str, Any])
    passed: Counter[str] = Counter()
    for number, value in lines:
        taken, names, others = _known_fields(value)
        passed.update(others)
        wrong = list(explain(taken, ArticleLine))
        day, day_wrong = _day(taken.get("date"), f"/{names.get('date')}")
        wrong += day_wrong
        for code, pointer, found, expected, hint in wrong:
            field, slash, deeper = pointer[1:].partition("/")
            place = f"/{names.get(field, field)}{slash}{deeper}"  # by the name that the file has for it
            if code == "missing-field" and others:
                hint = f"the line has {', '.join(show(name, 40) for name in others[:6])}"
            faults.append(fault_of(str(path), number, (code, place, found, expected, hint)))
        if not wrong:
            line = msgspec.convert(taken, ArticleLine)
            sources.found.append(_from_line(path, number, line, day, names.get("date", "")))
    sources.faults.extend(sorted(faults, key=in_order))
    for name, many in passed.items():
        hint = nearest(name, (*msgspec.structs.asdict(ArticleLine(text=" ")), *ALIASES))
        said = f"{many} line{'s' if many > 1 else ''}"
        sources.passed_over.append(f"{show(path.name)}: the field {show(name)} of {said}" + (f"; {hint}" if hint else ""))


def _known_fields(value: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str], list[str]]:
    """The fields that are taken, by their names here; those names' names in the file; the names of all others."""
    taken: dict[str, Any] = {}
    names: dict[str, str] = {}
    for name in ArticleLine.__struct_fields__:
        if name in value:
            taken[name], names[name] = value[name], name
    for alias, name in ALIASES.items():
        if alias in value and name not in taken:
            taken[name], names[name] = value[alias], alias
    if "authors" in taken:
        taken["authors"] = _names(taken["authors"])
    return taken, names, [name for name in value if name not in names.values()]


def _names(authors: object) -> object:
    """Authors as a list of names: given so, as one, or as objects with a name; anything else is left as it is."""
    if isinstance(authors, (str, dict)):
        authors = [authors]
    if isinstance(authors, list):
        return [each.get("name", each) if isinstance(each, dict) else each for each in authors]
    return authors


def _day(written: object, pointer: str) -> tuple[str | None, list[Wrong]]:
    if not isinstance(written, str) or not written.strip():
        return None, []
    try:
        return read_day(written), []
    except DayError as error:
        return None, [("date", pointer, written, error.expected, error.hint)]


def _from_line(path: Path, number: int, line: ArticleLine, day: str | None, name: str) -> Source:
    text = line.text if not line.title or line.text.startswith(line.title) else f"{line.title}\n\n{line.text}"
    authors = [each.strip() for each in line.authors or () if each.strip()]
    known: tuple[Stretch, ...] = ()
    if authors and not all(each in line.text[:_NEAR_START] for each in authors):
        byline = ", ".join(authors)
        at = len(line.title) if line.title else 0
        between = "\n\n" if at else ""
        start = at + len(between)
        text = f"{text[:at]}{between}{byline}{text[at:] if at else chr(10) * 2 + text}"
        known = (Stretch("byline", start, start + len(byline)),)
    reason = f"The field {name} of the file says {line.date!r}; not yet checked by a person."
    return Source(
        str(path),
        number,
        line.id or f"{path.stem}-{number}",
        text.encode("utf-8", "surrogatepass"),
        line.title,
        line.url,
        None if day is None else Stated(day, "header", reason),
        line.publisher,
        line.language,
        known=known,
    )


def _read_html(path: Path, sources: Sources) -> None:
    raw = path.read_bytes()
    try:
        page = read_page(raw)
    except PageError as error:
        sources.faults.append(Fault("empty", str(path), None, "", str(error), "an article", error.hint))
        return
    except ModuleNotFoundError as error:
        hint = "pip install 'onrecord[ingest]'"
        sources.faults.append(Fault("dependency", str(path), None, "", f"{error.name} is not installed", "it", hint))
        return
    sources.found.append(
        Source(
            str(path),
            None,
            path.stem,
            page.text.encode("utf-8"),
            page.title,
            page.url,
            page.published,
            page.publisher,
            None,
            sha256(raw),
            page.known,
            page.remarks,
        )
    )
