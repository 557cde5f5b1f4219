"""New articles: from a file to a seed and a proposal of its zones that a person can edit.

Nothing in the text is changed or repaired; what looks damaged is reported.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from onrecord.dataset.reading.faults import Fault, refuse, show
from onrecord.dataset.reading.files import sha256, write_atomically
from onrecord.dataset.reading.staging import sweep
from onrecord.dataset.seeds.documents import SeedDescription, decode_seed, description_json, layout
from onrecord.dataset.seeds.pages import Stated
from onrecord.dataset.seeds.proposal import DATE, day_of, propose_zones
from onrecord.dataset.seeds.sources import Source, read_sources


@dataclasses.dataclass(frozen=True)
class Ingested:
    """An article that has become a seed."""

    description: SeedDescription
    path: Path
    """The file to edit."""
    warnings: tuple[str, ...]
    """What a person should look at."""


@dataclasses.dataclass(frozen=True)
class Intake:
    """What came of a file or a folder."""

    articles: tuple[Ingested, ...]
    passed_over: tuple[str, ...]
    """Files and fields that were not taken, each with the reason."""


@dataclasses.dataclass(frozen=True)
class _Plan:
    source: Source
    description: SeedDescription
    warnings: tuple[str, ...]


def ingest(path: Path, seeds: Path, topic: str, language: str = "en") -> Intake:
    """Make seeds of a ``.txt``, ``.html`` or ``.jsonl`` file, or of all such files of a folder.

    Nothing is written unless everything can be read. A seed that is there already, byte for byte, is left as it is
    with the zones a person may have edited.

    Args:
        path: The file or folder.
        seeds: The folder that the seeds and their descriptions go to.
        topic: What the articles are about; splits go by topic.
        language: BCP 47 tag, where the source does not say.

    Raises:
        FaultsError: With every file or line that cannot be read.
    """
    sources = read_sources(path)
    faults = list(sources.faults)
    known = {sha256(seed.read_bytes()): seed for seed in seeds.rglob("*.txt")} if seeds.is_dir() else {}
    planned: list[_Plan] = []
    for source in sources.found:
        fault = _unreadable(source)
        if fault is not None:
            faults.append(fault)
        else:
            there = known.get(sha256(source.raw))
            planned.append(_plan(source, topic, language, there.stem if there else None))
    refuse(faults)
    result = []
    for plan in planned:
        there = known.get(plan.description.sha256)
        target = there.with_suffix(".json") if there else seeds / f"{plan.description.id}.json"
        sweep(target)
        if not target.exists():
            write_atomically(target.with_suffix(".txt"), plan.source.raw)
            write_atomically(target, description_json(plan.description))
        result.append(Ingested(plan.description, target, plan.warnings))
    return Intake(tuple(result), tuple(sources.passed_over))


def _unreadable(source: Source) -> Fault | None:
    """What keeps a source from being an article."""
    try:
        decoded = decode_seed(source.raw)
    except UnicodeDecodeError as error:
        found = f"byte 0x{source.raw[error.start]:02x} at byte {error.start}"
        hint = "convert it, for example with iconv"
        return Fault("encoding", source.file, source.line, "", found, "UTF-8", hint)
    if not decoded.replace("\ufeff", "").strip():
        return Fault("empty", source.file, source.line, "", "no text", "an article")
    return None


def _plan(source: Source, topic: str, language: str, known: str | None) -> _Plan:
    decoded = decode_seed(source.raw)
    digest = sha256(source.raw)
    id = known or f"{_slug(source.stem)}_{digest[:16]}"
    zones = tuple(propose_zones(decoded, source.title, source.known))
    published, remarks = source.published, list(source.remarks)
    if published is None:
        day, said, doubts = day_of(decoded, zones)
        remarks += doubts
        if day is not None:
            published = Stated(day, "byline", f"The line {said!r} says so; not yet checked by a person.")
    description = SeedDescription(
        id=id,
        seed=f"{id}.txt",
        sha256=digest,
        publisher=source.publisher or "unknown",
        language=source.language or language,
        topic=topic,
        published=published.day if published else None,
        published_source=published.source if published else None,
        published_reason=published.reason if published else "Not yet set by a person.",
        zones=zones,
        url=source.url,
        source_sha256=source.source_sha256,
    )
    return _Plan(source, description, (*remarks, *_warnings(decoded, description, known)))


def _slug(stem: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-").lower()[:60] or "article"


def _warnings(decoded: str, description: SeedDescription, known: str | None) -> Iterator[str]:
    if known is not None:
        yield f"these bytes are the seed {known} already; its description is left as it is"
    if "\ufffd" in decoded:
        yield f"{decoded.count(chr(0xFFFD))} replacement character(s) U+FFFD: damaged before it came here"
    dates = sorted({match.group() for match in DATE.finditer(decoded)})
    if len(dates) > 1:
        yield "more than one date: " + ", ".join(show(date) for date in dates[:6])
    text, _ = layout(decoded, description.zones)
    share = len(text) / len(decoded)
    if share < 0.6:
        yield f"only {share:.0%} of the seed is kept as text: look at the zones"
    if description.published is None:
        yield "no date of publication: set published, published_source and published_reason"
