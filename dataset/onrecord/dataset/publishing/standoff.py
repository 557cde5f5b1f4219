"""A release without the articles' text, and the way back from a reader's own copies.

A stand-off release holds everything but text: offsets, ids, registries, the sections that say which stretches of a seed
make up a document, and hashes. Where a span repeated its surface it bears the start of the surface's SHA-256 instead,
so that restoring is checked span by span. Articles whose texts may go along keep theirs where that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from onrecord.dataset.check import spans_of
from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.layers import in_scheme
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.faults import Fault, FaultsError, refuse
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import Labels, Registries, Span, Strict
from onrecord.dataset.seeds.documents import JOIN, Document
from onrecord.dataset.walk import with_spans

FORMAT = "onrecord-standoff/1"
DIGITS = 12
"""How many hexadecimal digits of a surface's SHA-256 stand for it."""


class StandoffRelease(Strict, frozen=True, kw_only=True):
    """The whole dataset without text."""

    format: str
    version: str
    """Version of the labels."""
    provenance: str
    """Who made the labels, as the card says it."""
    articles: tuple[Article, ...]
    """With empty texts, and surfaces replaced by the start of their SHA-256; or whole, where the text may go along."""
    registries: Registries
    about: CorpusFile = CorpusFile()
    """The corpus."""
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)
    """What the dataset's metadata say beside its rows."""


def fingerprint(surface: str) -> str:
    """What stands for a surface in a stand-off release."""
    return sha256(surface)[:DIGITS]


def strip(
    gold: Gold,
    about: CorpusFile,
    provenance: str,
    metadata: Mapping[str, Any] | None = None,
    kept: Collection[str] = (),
) -> StandoffRelease:
    """The gold without a character of the articles.

    Args:
        gold: The whole.
        about: The corpus.
        provenance: Who made the labels.
        metadata: What the dataset's metadata say beside its rows.
        kept: Splits whose articles stay as they are.
    """
    articles = tuple(
        article
        if article.document.split in kept
        else Article(
            document=msgspec.structs.replace(article.document, text=""),
            labels=_with_texts(article.labels, lambda span: fingerprint(span.text)),
        )
        for article in gold.articles
    )
    return StandoffRelease(
        format=FORMAT,
        version=about.card.version,
        provenance=provenance,
        articles=articles,
        registries=gold.registries,
        about=about,
        metadata=dict(metadata or {}),
    )


def release_json(release: StandoffRelease) -> bytes:
    """A release as one JSON file; the same release gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(release, order="deterministic"), indent=1) + b"\n"


def read_release(path: Path) -> StandoffRelease:
    """Read a release.

    Raises:
        FaultsError: It is none, or of another format.
    """
    release, faults = read_value(path, content_within(path), in_scheme(StandoffRelease))
    refuse(faults)
    assert release is not None
    if release.format != FORMAT:
        raise FaultsError([Fault("format", str(path), None, "/format", release.format, FORMAT)])
    return release


def rehydrate(release: StandoffRelease, seeds: Path) -> Gold:
    """Restore the gold from a reader's own copies of the seeds.

    Args:
        release: What :func:`read_release` gave.
        seeds: A folder with the seeds, under their own names (``ID.txt``) or any other; of articles that the release
            has the text of, none is needed.

    Raises:
        FaultsError: With every seed that is missing or differs, and where the first difference shows.
    """
    files = sorted(path for path in seeds.rglob("*") if path.is_file())
    by_hash = {sha256(path.read_bytes()): path for path in files}
    faults: list[Fault] = []
    articles: list[Article] = []
    for article in release.articles:
        document = article.document
        if document.text:
            articles.append(article)
            faults += _own_faults(article)
            continue
        named = seeds / f"{document.id}.txt"
        path = by_hash.get(document.seed_sha256) or (named if named.is_file() else None)
        if path is None:
            expected = f"{named.name}, or any file with SHA-256 {document.seed_sha256}"
            faults.append(Fault("file", str(seeds), None, "", "no such seed", expected))
            continue
        text, wrong = _restored_text(document, path)
        if text is not None:
            wrong = list(_differences(article, text, path)) or wrong
        faults += wrong
        if text is not None and not wrong:
            labels = _with_texts(article.labels, lambda span, text=text: text[span.start : span.end])  # type: ignore[misc]
            articles.append(Article(document=msgspec.structs.replace(document, text=text), labels=labels))
    refuse(faults)
    return Gold(articles=tuple(articles), registries=release.registries, scheme=release.about.scheme)


def _own_faults(article: Article) -> Iterator[Fault]:
    """Whether an article that came with its text is of that text."""
    document = article.document
    if (found := sha256(document.text)) != document.text_sha256:
        yield Fault("hash", document.id, None, "", found, f"its text: {document.text_sha256}", "the release is broken")


def _restored_text(document: Document, path: Path) -> tuple[str | None, list[Fault]]:
    """The text that the sections cut out of a seed, and whether the seed is the one they were made for."""
    raw = path.read_bytes()
    differs = Fault("hash", str(path), None, "", sha256(raw), f"the seed of {document.id}: {document.seed_sha256}")
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None, [differs]
    parts: list[str] = []
    length, taken = 0, 0
    for section in document.sections:
        taken += section.end - section.start
        if taken > len(decoded):  # sections are apart from each other
            found, expected = "sections of more characters than the seed has", f"at most {len(decoded)}"
            return None, [Fault("offset", str(path), None, "", found, expected, "the release is broken")]
        if section.start > length:
            parts.append(JOIN)
        parts.append(decoded[section.raw_start : section.raw_start + section.end - section.start].replace("\r", "\n"))
        length = section.end
    text = "".join(parts)
    return text, ([] if sha256(text) == document.text_sha256 else [differs])


def _differences(article: Article, text: str, path: Path) -> Iterator[Fault]:
    """The first span whose surface is not the one released, if there is any."""
    spans = sorted((span for _, span in spans_of(article.labels)), key=lambda span: span.end)
    for span in spans:
        found = text[span.start : span.end]
        if fingerprint(found) != span.text:
            hint = f"the first difference shows at [{span.start}, {span.end}) of the article's text"
            expected = f"the seed of {article.document.id}: SHA-256 {article.document.seed_sha256}"
            yield Fault("surface", str(path), None, "", repr(found), expected, hint)
            return


def _with_texts(labels: Labels, text: Callable[[Span], str]) -> Labels:
    """The same labels with every span's text made anew."""
    return labels.changed(lambda _, item: with_spans(item, lambda span: msgspec.structs.replace(span, text=text(span))))
