"""A release without the articles' text, and the way back from a reader's own copies.

A stand-off release holds everything but text: offsets, ids, types, dates, the sections that say which stretches of a
seed make up a document, and hashes of whole texts. No surface is in it, not even as a hash: a name is soon guessed.
What people wrote about the articles, in the registries and for a date, repeats their words now and then; it is sealed
with a key that follows from all the texts (:mod:`onrecord.dataset.publishing.sealing`), and so is an id that is
worded like an article. That a text is restored whole is checked by hashes of its beginnings, each of which covers what
is before. Articles whose texts may go along keep theirs where that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.layers import in_scheme
from onrecord.dataset.publishing.sealing import key_of, opened, seal
from onrecord.dataset.publishing.wording import RUN, Wording
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.faults import Fault, FaultsError, refuse
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import REGISTERED, Labels, Registries, Span, Strict
from onrecord.dataset.seeds.documents import JOIN, Document
from onrecord.dataset.walk import fields, renamed, with_references, with_spans

FORMAT = "onrecord-standoff/2"

STEP = 500
"""The beginnings of a text that are hashed are longer by so many characters, each than the one before."""

R = TypeVar("R", bound=msgspec.Struct)

_OPEN = ("id", "type", "date", "as_of", "wikidata")
"""Words of a registry that are released: ids, kinds and days."""


class StandoffArticle(Strict, frozen=True, kw_only=True):
    """An article without its text, or whole, where the text may go along."""

    document: Document
    """With an empty text or the whole one. Where it is empty, how its day was found is sealed, and an address that is
    worded like an article."""
    beginnings: tuple[str, ...]
    """SHA-256 of the text's first :data:`STEP` characters, of twice as many, and so on; not of the whole."""
    labels: Labels
    """Without the text surfaces are empty."""


class StandoffRelease(Strict, frozen=True, kw_only=True):
    """The whole dataset without text."""

    format: str
    version: str
    """Version of the labels."""
    provenance: str
    """Who made the labels, as the card says it."""
    articles: tuple[StandoffArticle, ...]
    registries: Registries
    """Without names, titles, claims and notes."""
    sealed: str
    """:class:`SealedWords`, for who has all texts."""
    about: CorpusFile = CorpusFile()
    """The corpus."""
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)
    """What the dataset's metadata say beside its rows."""


class SealedWords(Strict, frozen=True, kw_only=True):
    """What is left out of the open part."""

    registries: Registries
    """As they are, in the order of the open ones."""
    published_reasons: tuple[str, ...]
    """Of each article."""
    urls: tuple[str | None, ...]
    """Of each article."""


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

    Raises:
        FaultsError: Something else is worded like an article, such as a card that quotes one.
    """
    texts = [article.document.text for article in gold.articles]
    # whose text anyone may have needs no guard of its wording
    free = {*kept, *about.texts.public}
    wording = Wording(each.document.text for each in gold.articles if each.document.split not in free)
    words = SealedWords(
        registries=gold.registries,
        published_reasons=tuple(article.document.published_reason for article in gold.articles),
        urls=tuple(article.document.url for article in gold.articles),
    )
    ids = _open_ids(gold.registries, wording)
    release = StandoffRelease(
        format=FORMAT,
        version=about.card.version,
        provenance=provenance,
        articles=tuple(
            _kept(article, ids) if article.document.split in kept else _stripped(article, wording, ids)
            for article in gold.articles
        ),
        registries=_each_row(gold.registries, lambda kind, row: _bare(_named(row, kind, ids))),
        sealed=seal(msgspec.json.encode(words), key_of(texts)),
        about=about,
        metadata=dict(metadata or {}),
    )
    stripped = tuple(each for each in release.articles if not each.document.text)
    without = msgspec.structs.replace(release, articles=stripped)
    refuse(list(_repeated(msgspec.to_builtins(without), wording)))
    return release


def _kept(article: Article, ids: Ids) -> StandoffArticle:
    labels = article.labels.changed(lambda _, item: renamed(item, ids))
    return StandoffArticle(document=article.document, beginnings=(), labels=labels)


def _stripped(article: Article, wording: Wording, ids: Ids) -> StandoffArticle:
    document = article.document
    text = document.text
    url = None if document.url is None or wording.repeated_in(document.url) else document.url
    return StandoffArticle(
        document=msgspec.structs.replace(document, text="", published_reason="", url=url),
        beginnings=tuple(sha256(text[:end]) for end in range(STEP, len(text), STEP)),
        labels=_with_texts(article.labels.changed(lambda _, item: renamed(item, ids)), lambda _: ""),
    )


Ids = Mapping[str, Mapping[str, str]]
"""By what it is of, the other id of each id that has one."""

_ROWS = {kind: name for kind, (name, _) in REGISTERED.items()}
"""The registry of what an id is of."""


def _open_ids(registries: Registries, wording: Wording) -> Ids:
    """What ids that are worded like an article are called in the open part: by their place."""
    found: dict[str, dict[str, str]] = {}
    for kind, name in _ROWS.items():
        ids = [row.id for row in getattr(registries, name)]
        found[kind] = {id: f"{kind}-{n}" for n, id in enumerate(ids) if wording.repeated_in(id)}
    return found


def _each_row(registries: Registries, change: Callable[[str, Any], Any]) -> Registries:
    """The registries in which every row is what ``change`` makes of what an id of it is of, and of the row."""
    return Registries(
        **{name: tuple(change(kind, row) for row in getattr(registries, name)) for kind, name in _ROWS.items()}
    )


def _named(row: R, kind: str, ids: Ids) -> R:
    """A row whose own id, and those that it refers to, are other ones."""
    row = with_references(row, lambda of, id: ids.get(of, {}).get(id, id))
    return msgspec.structs.replace(row, id=ids[kind].get(row.id, row.id))  # type: ignore[attr-defined]


def _bare(row: R) -> R:
    """A row of a registry without what somebody wrote in words."""
    gone: dict[str, Any] = {}
    for field in fields(type(row)):
        if field.struct is not None and field.many:
            gone[field.name] = tuple(map(_bare, getattr(row, field.name)))
        elif field.kind is str and field.refers is None and field.name not in _OPEN:
            gone[field.name] = () if field.many else None if field.optional else ""
    return msgspec.structs.replace(row, **gone)


def _repeated(value: Any, wording: Wording, pointer: str = "") -> Iterator[Fault]:
    """What of a release is worded like an article all the same."""
    if isinstance(value, str):
        run = wording.repeated_in(value)
        if run is not None:
            expected = f"no {RUN} words that stand in an article one after the other"
            yield Fault("wording", "release", None, pointer, run, expected, "word it otherwise")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _repeated(each, wording, f"{pointer}/{name}")
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _repeated(each, wording, f"{pointer}/{place}")


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
    texts: list[str] = []
    for article in release.articles:
        document = article.document
        if document.text:
            texts.append(document.text)
            faults += _own_faults(article)
            continue
        named = seeds / f"{document.id}.txt"
        path = by_hash.get(document.seed_sha256) or (named if named.is_file() else None)
        if path is None:
            expected = f"{named.name}, or any file with SHA-256 {document.seed_sha256}"
            faults.append(Fault("file", str(seeds), None, "", "no such seed", expected))
            continue
        text, wrong = _restored_text(article, path)
        faults += wrong
        texts.append(text)
    refuse(faults)
    try:
        words = msgspec.json.decode(opened(release.sealed, key_of(texts)), type=in_scheme(SealedWords))
        return _restored(release, texts, words)
    except (ValueError, IndexError) as error:
        expected = "what the texts of its articles open"
        raise FaultsError([Fault("hash", "release", None, "/sealed", "something else", expected)]) from error


def _own_faults(article: StandoffArticle) -> Iterator[Fault]:
    """Whether an article that came with its text is of that text."""
    document = article.document
    if (found := sha256(document.text)) != document.text_sha256:
        yield Fault("hash", document.id, None, "", found, f"its text: {document.text_sha256}", "the release is broken")


def _restored(release: StandoffRelease, texts: list[str], words: SealedWords) -> Gold:
    """The gold of a release, its texts, and what was sealed in it."""
    ids = {
        kind: {
            row.id: other.id
            for row, other in zip(getattr(release.registries, name), getattr(words.registries, name), strict=True)
        }
        for kind, name in _ROWS.items()
    }
    articles = []
    for each, text, why, url in zip(release.articles, texts, words.published_reasons, words.urls, strict=True):
        document = msgspec.structs.replace(each.document, text=text, published_reason=why, url=url)
        labels = each.labels.changed(lambda _, item: renamed(item, ids))
        labels = _with_texts(labels, lambda span, text=text: text[span.start : span.end])  # type: ignore[misc]
        articles.append(Article(document=document, labels=labels))
    return Gold(articles=tuple(articles), registries=words.registries, scheme=release.about.scheme)


def _restored_text(article: StandoffArticle, path: Path) -> tuple[str, list[Fault]]:
    """The text that the sections cut out of a seed, and whether the seed is the one they were made for."""
    raw, document = path.read_bytes(), article.document
    expected = f"the seed of {document.id}: {document.seed_sha256}"
    try:
        decoded = raw.decode("utf-8")
    except UnicodeDecodeError:
        return "", [Fault("hash", str(path), None, "", sha256(raw), expected)]
    parts: list[str] = []
    length, taken = 0, 0
    for section in document.sections:
        taken += section.end - section.start
        if taken > len(decoded):  # sections are apart from each other
            found, expected = "sections of more characters than the seed has", f"at most {len(decoded)}"
            return "", [Fault("offset", str(path), None, "", found, expected, "the release is broken")]
        if section.start > length:
            parts.append(JOIN)
        parts.append(decoded[section.raw_start : section.raw_start + section.end - section.start].replace("\r", "\n"))
        length = section.end
    text = "".join(parts)
    if sha256(text) == document.text_sha256:
        return text, []
    ends = range(STEP, STEP * (len(article.beginnings) + 1), STEP)
    same = [end for end, known in zip(ends, article.beginnings, strict=True) if sha256(text[:end]) == known]
    start = same[-1] if same else 0
    end = start + STEP if len(same) < len(article.beginnings) else length
    hint = f"the first difference is at [{start}, {end}) of the article's text"
    return text, [Fault("hash", str(path), None, "", repr(text[start : start + 60]), expected, hint)]


def _with_texts(labels: Labels, text: Callable[[Span], str]) -> Labels:
    """The same labels with every span's text made anew."""
    return labels.changed(lambda _, item: with_spans(item, lambda span: msgspec.structs.replace(span, text=text(span))))
