"""New articles: from a file to a seed and a proposal of its zones that a person can edit.

The proposal is only a proposal: it looks at one line at a time and at what stands around it. Nothing in the text is
changed or repaired; what looks damaged is reported.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from onrecord.dataset.seeds.documents import OPENS, SeedDescription, Zone, ZoneKind, decode_seed, layout
from onrecord.dataset.reading.faults import Fault, refuse, show
from onrecord.dataset.reading.files import sha256, write_atomically
from onrecord.dataset.reading.typed import read_lines
from onrecord.dataset.records import Strict

SUFFIXES = (".txt", ".html", ".htm", ".jsonl")

_DATE = re.compile(
    r"\b(\d{4}-\d{2}-\d{2}|(?:\d{1,2}\.? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4}"
    r"|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? \d{4})\b",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^(by [A-Z]|published\b|updated\b|posted\b)", re.IGNORECASE)
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


class ArticleLine(Strict, frozen=True, kw_only=True):
    """A line of a ``.jsonl`` file to ingest."""

    text: Annotated[str, msgspec.Meta(min_length=1)]
    id: str | None = None
    title: str | None = None
    url: str | None = None
    date: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}")] | None = None
    publisher: str | None = None
    language: str | None = None


@dataclasses.dataclass(frozen=True)
class Ingested:
    """An article that has become a seed."""

    description: SeedDescription
    path: Path
    """The file to edit."""
    warnings: tuple[str, ...]
    """What a person should look at."""


@dataclasses.dataclass(frozen=True)
class _Source:
    stem: str
    raw: bytes
    title: str | None = None
    url: str | None = None
    date: str | None = None
    publisher: str | None = None
    language: str | None = None
    source_sha256: str | None = None


def ingest(path: Path, seeds: Path, topic: str, language: str = "en") -> list[Ingested]:
    """Make seeds of a ``.txt``, ``.html`` or ``.jsonl`` file, or of all such files of a folder.

    Nothing is written unless everything can be read. A seed that is there already, byte for byte, is left as it is
    with the zones a person may have edited; one with the same id and other bytes is refused.

    Args:
        path: The file or folder.
        seeds: The folder that the seeds and their descriptions go to.
        topic: What the articles are about; splits go by topic.
        language: BCP 47 tag, where the source does not say.

    Raises:
        FaultsError: With every file or line that cannot be read.
    """
    sources, faults = _sources(path)
    planned: list[tuple[_Source, SeedDescription, tuple[str, ...]]] = []
    known = {sha256(seed.read_bytes()): seed.stem for seed in seeds.glob("*.txt")} if seeds.is_dir() else {}
    for source in sources:
        try:
            decoded = decode_seed(source.raw)
        except UnicodeDecodeError as error:
            found = f"byte 0x{source.raw[error.start]:02x} at byte {error.start}"
            faults.append(
                Fault("encoding", source.stem, None, "", found, "UTF-8", "convert it, for example with iconv")
            )
            continue
        if not decoded.strip():
            faults.append(Fault("empty", source.stem, None, "", "no text", "an article"))
            continue
        digest = sha256(source.raw)
        id = known.get(digest) or f"{_slug(source.stem)}_{digest[:16]}"
        description = SeedDescription(
            id=id,
            seed=f"{id}.txt",
            sha256=digest,
            publisher=source.publisher or "unknown",
            language=source.language or language,
            topic=topic,
            published=source.date[:10] if source.date else None,
            published_source="header" if source.date else None,
            published_reason="Taken from the source's metadata; not yet checked by a person."
            if source.date
            else "Not yet set by a person.",
            zones=tuple(propose_zones(decoded, source.title)),
            url=source.url,
            source_sha256=source.source_sha256,
        )
        warnings = tuple(_warnings(decoded, description, known.get(digest)))
        planned.append((source, description, warnings))
    refuse(faults)
    result = []
    for source, description, warnings in planned:
        target = seeds / f"{description.id}.json"
        if not target.exists():
            write_atomically(seeds / description.seed, source.raw)
            write_atomically(target, description_json(description))
        result.append(Ingested(description, target, warnings))
    return result


def description_json(description: SeedDescription) -> bytes:
    """A seed description as its file: a field a line, a zone a line."""
    fields = msgspec.to_builtins(description)
    zones = fields.pop("zones")
    lines = [
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},"
        for key, value in fields.items()
        if value is not None or key.startswith("published")
    ]
    rows = ["    " + json.dumps(zone, ensure_ascii=False) for zone in zones]
    return "\n".join(["{", *lines, '  "zones": [', ",\n".join(rows), "  ]", "}", ""]).encode("utf-8")


def _slug(stem: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-").lower()[:60] or "article"


def _sources(path: Path) -> tuple[list[_Source], list[Fault]]:
    if path.is_dir():
        paths = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    else:
        paths = [path]
    sources: list[_Source] = []
    faults: list[Fault] = []
    for each in paths:
        if not each.is_file() or each.suffix.lower() not in SUFFIXES:
            expected = "a file that ends in " + ", ".join(SUFFIXES)
            faults.append(Fault("file", str(each), None, "", show(each.name), expected))
        elif each.suffix.lower() == ".txt":
            sources.append(_Source(each.stem, each.read_bytes()))
        elif each.suffix.lower() == ".jsonl":
            lines, wrong = read_lines(each, each.read_bytes(), ArticleLine)
            faults += wrong
            sources += [_from_line(f"{each.stem}-{number}", line) for number, line in lines]
        else:
            source, wrong = _from_html(each)
            faults += wrong
            sources += source
    if not paths:
        expected = "files that end in " + ", ".join(SUFFIXES)
        faults.append(Fault("empty", str(path), None, "", "no article", expected))
    return sources, faults


def _from_line(stem: str, line: ArticleLine) -> _Source:
    text = line.text if not line.title or line.text.startswith(line.title) else f"{line.title}\n\n{line.text}"
    return _Source(
        line.id or stem,
        text.encode("utf-8", "surrogatepass"),
        line.title,
        line.url,
        line.date,
        line.publisher,
        line.language,
    )


def _from_html(path: Path) -> tuple[list[_Source], list[Fault]]:
    """The main text of a page, by trafilatura; what it extracts becomes the seed."""
    try:
        import trafilatura
    except ModuleNotFoundError:
        hint = "pip install 'onrecord[ingest]'"
        return [], [Fault("dependency", str(path), None, "", "trafilatura is not installed", "it", hint)]
    raw = path.read_bytes()
    page: Any = trafilatura.bare_extraction(raw, include_comments=False, with_metadata=True)
    if page is None or not page.text:
        hint = "save the article as .txt instead"
        return [], [Fault("empty", str(path), None, "", "no main text found in the page", "an article", hint)]
    title = page.title
    text = page.text if not title or page.text.startswith(title) else f"{title}\n\n{page.text}"
    source = _Source(
        path.stem,
        text.encode("utf-8"),
        title,
        page.url,
        page.date,
        page.sitename,
        None,
        hashlib.sha256(raw).hexdigest(),
    )
    return [source], []


def propose_zones(decoded: str, title: str | None = None) -> Iterator[Zone]:
    """Zones of a decoded seed, a guess: lines are classed, and neighbours of one kind become one zone."""
    start = end = 0
    current: ZoneKind | None = None
    for kind, low, high in _classed_lines(decoded, title):
        if kind == current:
            end = high
            continue
        if current is not None:
            yield _zone(decoded, current, start, end)
        current, start, end = kind, low, high
    if current is not None:
        yield _zone(decoded, current, start, end)


def _zone(decoded: str, kind: ZoneKind, start: int, end: int) -> Zone:
    return Zone(kind=kind, start=start, end=end, opens=decoded[start : min(end, start + OPENS)])


def _classed_lines(decoded: str, title: str | None) -> list[tuple[ZoneKind, int, int]]:
    lines: list[tuple[int, int, str]] = []
    for match in re.finditer(r"[^\r\n]+", decoded):
        line = match.group().strip("\ufeff \t\u00a0")
        if line.strip():
            low = match.start() + match.group().index(line)
            lines.append((low, low + len(line), line))
    title_at = _title_line([line for _, _, line in lines], title)
    seen: set[str] = set()
    result: list[tuple[ZoneKind, int, int]] = []
    ended = False
    for index, (low, high, line) in enumerate(lines):
        kind: ZoneKind
        if index == title_at:
            kind = "title"
        elif index < title_at:
            kind = "nav"
        elif line in seen:
            kind = "repeat"
        elif ended or _LEGAL.search(line):
            kind = "legal" if _LEGAL.search(line) else "related"
        elif _END.search(line):
            kind, ended = "related", True
        elif _CREDIT.search(line):
            kind = "caption"
        elif _BYLINE.search(line) and len(line) < 120:
            kind = "byline"
        elif _RELATED.search(line):
            kind = "related"
        elif (_NAV.search(line) and len(line) < 160) or (len(line.split()) < 3 and not _ENDS_SENTENCE.search(line)):
            kind = "nav"
        else:
            kind = "body"
        seen.add(line)
        result.append((kind, low, high))
    if not any(kind in ("body", "title") for kind, _, _ in result) and result:
        result = [("body", low, high) for _, low, high in result]
    return result


def _title_line(lines: Sequence[str], title: str | None) -> int:
    """The line of the given title, else the first line of five words or more that is no date and ends no sentence."""
    if title and title.strip() in lines:
        return lines.index(title.strip())
    for index, line in enumerate(lines[:12]):
        if (
            len(re.findall(r"\w+", line)) >= 5
            and len(line) < 200
            and "|" not in line
            and not _ENDS_SENTENCE.search(line)
            and not _DATE.search(line)
        ):
            return index
    return 0


def _warnings(decoded: str, description: SeedDescription, known: str | None) -> Iterator[str]:
    if known is not None:
        yield f"these bytes are the seed {known} already; its description is left as it is"
    if "\ufffd" in decoded:
        yield f"{decoded.count(chr(0xFFFD))} replacement character(s) U+FFFD: damaged before it came here"
    dates = sorted({match.group() for match in _DATE.finditer(decoded)})
    if len(dates) > 1:
        yield "more than one date: " + ", ".join(show(date) for date in dates[:6])
    text, _ = layout(decoded, description.zones)
    share = len(text) / len(decoded)
    if share < 0.6:
        yield f"only {share:.0%} of the seed is kept as text: look at the zones"
    if description.published is None:
        yield "no date of publication: set published, published_source and published_reason"
