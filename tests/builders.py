"""Small things that several tests make."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from onrecord.dataset.corpus import read_corpus
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.seeds.documents import Document, SeedDescription, Zone

ABOUT = read_corpus(Path(__file__).parent.parent).about
"""The published corpus."""


def zone(kind: str, start: int, end: int, opens: str) -> Zone:
    return msgspec.convert({"kind": kind, "start": start, "end": end, "opens": opens}, Zone)


def describe(raw: str, zones: Sequence[tuple[str, int, int]]) -> SeedDescription:
    return SeedDescription(
        id="doc",
        seed="doc.txt",
        sha256=sha256(raw),
        publisher="-",
        language="en",
        topic="test",
        published=None,
        published_source=None,
        published_reason="-",
        zones=tuple(zone(kind, a, b, raw[a:b][:48]) for kind, a, b in zones),
    )


def document(text: str) -> Document:
    """A document of some text, of which nothing else is known."""
    return Document(
        id="doc",
        text=text,
        text_sha256=sha256(text),
        seed_sha256="",
        publisher="-",
        language="en",
        topic="test",
        split="test",
        published=None,
        published_source=None,
        published_reason="-",
        url=None,
        sections=(),
    )


def place_in_seed(document: Document, offset: int) -> int | None:
    """Where ``text[offset]`` stands in the decoded seed; None for an inserted line break."""
    section = document.section_at(offset)
    return None if section is None else section.raw_start + offset - section.start
