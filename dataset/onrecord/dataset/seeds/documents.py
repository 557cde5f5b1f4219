r"""Documents: from the raw bytes of a seed through its zones to the text that labels are put on.

A **zone** is a stretch of the decoded seed with a kind. The text is the content zones in order, joined by a
blank line. Nothing inside a zone changes but line breaks: the ``\r`` of ``\r\n`` is left out and a lone ``\r``
becomes ``\n``. A **section** is a stretch of the text that stands in the seed one to one, so the list of
sections is an exact map between the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec

from onrecord.dataset.corpus import FILE, Splits, find_corpus, read_corpus
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.faults import Fault, FaultsError, refuse, show
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import Id, Offset, Split, Strict, Words

ContentKind = Literal["title", "dek", "byline", "body", "caption", "pullquote", "credit"]
BoilerplateKind = Literal["nav", "related", "legal", "repeat"]
ZoneKind = ContentKind | BoilerplateKind
PublishedSource = Literal["byline", "header", "inferred"]

CONTENT: frozenset[str] = frozenset(get_args(ContentKind))
JOIN = "\n\n"
"""What stands between two zones in the text."""
OPENS = 48
"""How many characters of a zone its ``opens`` repeats, as a checksum that a person can read."""

class Zone(Strict, frozen=True, kw_only=True):
    """A stretch of the decoded seed and what it is."""

    kind: Literal[
        "title", "dek", "byline", "body", "caption", "pullquote", "credit", "nav", "related", "legal", "repeat"
    ]
    """``repeat`` is a second print of what is kept elsewhere, all of it."""
    start: Offset
    """First code point in the decoded seed."""
    end: Offset
    opens: str
    """The zone's first characters, as a checksum."""


class SeedDescription(Strict, frozen=True, kw_only=True):
    """The small file beside each seed that a person edits: where it comes from and what its parts are."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    seed: str
    """File name of the seed, beside this description."""
    sha256: str
    """Of the seed's bytes."""
    publisher: str
    language: str
    topic: str
    published: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None
    published_source: PublishedSource | None
    published_reason: str
    zones: tuple[Zone, ...]
    url: str | None = None
    source_sha256: str | None = None
    """Of the file the seed's text was taken from, where that is not the seed itself (HTML)."""


class Section(Strict, frozen=True, kw_only=True):
    """A stretch of the text that stands one to one in the decoded seed."""

    kind: ContentKind
    """Which part of the article it is of."""
    start: Offset
    """First code point in the text."""
    end: Offset
    """One past its last code point in the text."""
    raw_start: Offset
    """First code point in the decoded seed; the section is as long there as in the text."""


class Document(Strict, frozen=True, kw_only=True):
    """An article, ready for labels."""

    id: Id
    """The article's id; ``doc_id`` wherever rows or predictions name it."""
    text: Words
    """What labels are put on: the parts of the article as they were found, joined by a blank line."""
    text_sha256: str
    """SHA-256 of the text in UTF-8."""
    seed_sha256: str
    """SHA-256 of the file that the text was taken from."""
    publisher: str
    """Who published it."""
    language: str
    """Its language, as an ISO 639-1 code."""
    topic: str
    """What it is about, as a slug; articles of one topic are in one split where splits go by topic."""
    split: Split
    """The split that it is in."""
    published: str | None
    """The day it was published, as YYYY-MM-DD; null where it is not known."""
    published_source: PublishedSource | None
    """What says so: its byline, the head of the page, or what it tells; null where the day is not known."""
    published_reason: str
    """How the day was found, in words."""
    url: str | None
    """Its address; null where it is not known."""
    sections: tuple[Section, ...]
    """The stretches of the text that stand one to one in the decoded seed, in order: the map back to it."""

    @property
    def title(self) -> str:
        """The title zone's text, or an empty string."""
        return next((self.text[s.start : s.end] for s in self.sections if s.kind == "title"), "")

    def section_at(self, offset: int) -> Section | None:
        """The section that holds ``text[offset]``."""
        return next((s for s in self.sections if s.start <= offset < s.end), None)


def decode_seed(raw: bytes) -> str:
    """The seed as text: UTF-8, nothing changed. Zone offsets count its code points.

    Raises:
        UnicodeDecodeError: The bytes are not UTF-8.
    """
    return raw.decode("utf-8")


def layout(decoded: str, zones: Sequence[Zone]) -> tuple[str, tuple[Section, ...]]:
    """Join the content zones of a decoded seed into a text and say where each part comes from."""
    parts: list[str] = []
    sections: list[Section] = []
    length = 0
    for zone in zones:
        if zone.kind not in CONTENT:
            continue
        if parts:
            parts.append(JOIN)
            length += len(JOIN)
        for raw_start, raw_end in _without_crlf(decoded, zone.start, zone.end):
            piece = decoded[raw_start:raw_end].replace("\r", "\n")
            parts.append(piece)
            kind = msgspec.convert(zone.kind, ContentKind)
            sections.append(Section(kind=kind, start=length, end=length + len(piece), raw_start=raw_start))
            length += len(piece)
    return "".join(parts), tuple(sections)


def _without_crlf(decoded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    r"""The stretches of a zone between the ``\r`` of its ``\r\n``."""
    while (crlf := decoded.find("\r\n", start, end)) >= 0:
        if crlf > start:
            yield start, crlf
        start = crlf + 1
    if start < end:
        yield start, end


def check_zones(description: SeedDescription, decoded: str, file: str) -> list[Fault]:
    """Every way in which a description does not fit its seed."""
    faults: list[Fault] = []
    covered = 0
    for index, zone in enumerate(description.zones):
        pointer = f"/zones/{index}"

        def fault(code: str, found: str, expected: str, hint: str = "", pointer: str = pointer) -> None:
            faults.append(Fault(code, file, None, pointer, show(found), expected, hint))

        if not zone.start < zone.end <= len(decoded):
            fault("offset", f"[{zone.start}, {zone.end})", f"0 <= start < end <= {len(decoded)}")
            continue
        if zone.start < covered:
            fault("overlap", f"start {zone.start}", f"at least {covered}, where the zone before it ends")
        elif left := _visible(decoded[covered : zone.start]):
            fault("uncovered", left, "a zone for every character but white space", "add a zone before this one")
        covered = max(covered, zone.end)
        opens = decoded[zone.start : min(zone.end, zone.start + OPENS)]
        if not zone.opens or not decoded.startswith(zone.opens, zone.start):
            fault("surface", zone.opens, repr(opens), "offsets count code points of the decoded seed, from 0")
    if left := _visible(decoded[covered:]):
        faults.append(
            Fault("uncovered", file, None, "/zones", show(left), "a zone for every character but white space")
        )
    if not any(zone.kind in CONTENT for zone in description.zones):
        faults.append(Fault("empty", file, None, "/zones", "no content zone", "at least one, such as a body"))
    return faults


def _visible(text: str) -> str:
    """The text without white space and byte-order marks at its ends."""
    return text.replace("\ufeff", "").strip()


def read_seed(path: Path) -> tuple[SeedDescription, str]:
    """A seed description (``seeds/ID.json``) and the seed beside it, decoded.

    Raises:
        FaultsError: The description or the seed is not right; every fault is named.
    """
    description, faults = read_value(path, content_within(path), SeedDescription)
    refuse(faults)
    assert description is not None
    seed = path.parent / description.seed
    if Path(description.seed).name != description.seed or not seed.is_file():
        found = show(description.seed)
        raise FaultsError([Fault("file", str(path), None, "/seed", found, "the name of a file in the same folder")])
    raw = seed.read_bytes()
    if sha256(raw) != description.sha256:
        hint = f"if {seed.name} was meant to change, its zones must be read again; then set sha256"
        raise FaultsError([Fault("hash", str(path), None, "/sha256", sha256(raw), description.sha256, hint)])
    try:
        decoded = decode_seed(raw)
    except UnicodeDecodeError as error:
        raise FaultsError([Fault("encoding", str(seed), None, "", f"byte {error.start}", "UTF-8")]) from error
    refuse(check_zones(description, decoded, str(path)))
    return description, decoded


def read_document(path: Path, splits: Splits) -> Document:
    """The document that a seed description and the seed beside it make; see :func:`read_seed`.

    Raises:
        FaultsError: The description or the seed is not right, or the article is in no split; every fault is named.
    """
    description, decoded = read_seed(path)
    split = splits.split_of(description.topic, description.id)
    if split is None:
        pointer, found = ("/topic", description.topic) if splits.by == "topic" else ("/id", description.id)
        hint = f"give it a line under [splits.of] in {FILE}, or the others a split there with otherwise"
        expected = f"a {splits.by} with a split"
        raise FaultsError([Fault("splits", str(path), None, pointer, found, expected, hint)])
    return make_document(description, decoded, split)


def make_document(description: SeedDescription, decoded: str, split: Split) -> Document:
    """The document of a description whose zones have been checked against its decoded seed."""
    text, sections = layout(decoded, description.zones)
    return Document(
        id=description.id,
        text=text,
        text_sha256=sha256(text),
        seed_sha256=description.sha256,
        publisher=description.publisher,
        language=description.language,
        topic=description.topic,
        split=split,
        published=description.published,
        published_source=description.published_source,
        published_reason=description.published_reason,
        url=description.url,
        sections=sections,
    )


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


def descriptions(folder: Path) -> list[Path]:
    """The seed descriptions in a folder and in the folders below it, in order of their names."""
    return sorted(folder.rglob("*.json"), key=lambda path: (path.name, path))


def read_documents(folder: Path, splits: Splits | None = None) -> list[Document]:
    """All documents of a seed folder, in order of id.

    Args:
        folder: The folder; seeds may lie in folders of their own below it.
        splits: Which split each is in; as the corpus says that the folder lies in, and all in ``test`` without one.

    Raises:
        FaultsError: With the faults of every description in the folder, and for an id used twice.
    """
    documents: dict[str, Document] = {}
    faults: list[Fault] = []
    paths = descriptions(folder)
    if splits is None:
        root = find_corpus(folder)
        splits = Splits(otherwise="test") if root is None else read_corpus(root).about.splits
    if not paths:
        hint = "make one with: onrecord ingest FILE"
        raise FaultsError([Fault("empty", str(folder), None, "", "no seed description", "ID.json files", hint)])
    for path in paths:
        try:
            document = read_document(path, splits)
        except FaultsError as error:
            faults += error.faults
            continue
        if document.id in documents:
            faults.append(Fault("repeated-id", str(path), None, "/id", document.id, "an id used once"))
        documents[document.id] = document
    refuse(faults)
    return [documents[key] for key in sorted(documents)]
