"""Documents, gold and predictions made by hand, brought together as the scorer does it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import msgspec

from onrecord.dataset import Article, Document, Labels, Registries, Span
from onrecord.eval.layers.document_pairs import pair_documents
from onrecord.eval.layers.ids import map_links, registry_links
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.submission.reading import Submission


def at(text: str, surface: str) -> Span:
    """The first place where ``surface`` stands."""
    start = text.index(surface)
    return Span(start=start, end=start + len(surface), text=surface)


def document(text: str, name: str = "d", kinds: Sequence[tuple[str, int, int]] = ()) -> Document:
    """A document with sections of some kinds."""
    sections = [{"kind": kind, "start": start, "end": end, "raw_start": start} for kind, start, end in kinds]
    known = {
        "id": name,
        "text": text,
        "text_sha256": "",
        "seed_sha256": "",
        "publisher": "-",
        "language": "en",
        "topic": "-",
        "split": "test",
        "published": None,
        "published_source": None,
        "published_reason": "-",
        "url": None,
        "sections": sections,
    }
    return msgspec.convert(known, Document)


def paired_all(
    documents: Sequence[tuple[Document, Labels, Labels]],
    registries: Registries | None = None,
    submission: Submission | None = None,
) -> list[DocumentPair]:
    """Documents with gold and predicted labels; ids that nothing else is said of go by the registries."""
    registries = registries or Registries()
    submission = submission or Submission("-", "", {}, frozenset(), {}, {})
    submission = dataclasses.replace(submission, documents={each.id: labels for each, _, labels in documents})
    articles = [Article(document=each, labels=labels) for each, labels, _ in documents]
    pairs = pair_documents(articles, registries, submission)
    return [linked(pair, submission, registries) for pair in pairs]


def linked(pair: DocumentPair, submission: Submission, registries: Registries) -> DocumentPair:
    """The pair with what the file itself says of its ids."""
    links = map_links(submission.entities, registries)
    ids = dataclasses.replace(
        pair.ids,
        links=links,
        gold_links=registry_links(registries),
        described_events=submission.event_descriptions,
        gold_events={row.id: row for row in registries.events},
    )
    return dataclasses.replace(pair, ids=ids)


def with_ids(pair: DocumentPair, ids: Mapping[str, str]) -> DocumentPair:
    """The pair with these predicted entities, events and claims mapped to these gold ones."""
    return dataclasses.replace(pair, ids=dataclasses.replace(pair.ids, entity=ids, event=ids, claim=ids))
