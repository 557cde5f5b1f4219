"""What may be told and used: articles and registries, of a dataset folder without any label, or of seeds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow.parquet as pq

from onrecord.dataset import Document, Registries
from onrecord.dataset.publishing.folder import REGISTRY, parquet_name, read_columns, splits_of

_CALLED = {
    "entity": ("registry_entities", "name"),
    "event": ("registry_events", "title"),
    "claim": ("registry_claims", "text"),
    "utterance": ("registry_utterances", "title"),
}


@dataclasses.dataclass(frozen=True)
class KnownArticle:
    """An article without its labels."""

    id: str
    text: str
    text_sha256: str
    split: str
    topic: str


@dataclasses.dataclass(frozen=True)
class KnownRow:
    """A row of a registry, as far as it is needed to know it by its name."""

    id: str
    name: str
    """The name of an entity, the title of an event or utterance, the words of a claim."""
    aliases: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Known:
    """The articles by id, and by ``entity``, ``event``, ``claim`` and ``utterance`` the rows of the registries."""

    articles: Mapping[str, KnownArticle]
    rows: Mapping[str, tuple[KnownRow, ...]]


def read_known(folder: Path, split: str = "all") -> Known:
    """The articles of a split, or of all, and the registries.

    Raises:
        FaultsError: The folder is not there or not right.
    """
    names = ("doc_id", "text", "text_sha256", "topic")
    articles: dict[str, KnownArticle] = {}
    for each in splits_of(folder):
        if split in ("all", each):
            for batch in read_columns(folder, "articles", each, names):
                for id, text, digest, topic in zip(*batch, strict=True):
                    articles[id] = KnownArticle(id, text, digest, each, topic)
    rows = {kind: _rows(folder, config, called) for kind, (config, called) in _CALLED.items()}
    return Known(dict(sorted(articles.items())), rows)


def known_of(documents: Iterable[Document], registries: Registries) -> Known:
    """The same of documents in any order, and registries that have been read."""
    articles = {
        each.id: KnownArticle(each.id, each.text, each.text_sha256, each.split, each.topic) for each in documents
    }
    rows = {
        "entity": tuple(KnownRow(row.id, row.name, row.aliases) for row in registries.entities),
        "event": tuple(KnownRow(row.id, row.title) for row in registries.events),
        "claim": tuple(KnownRow(row.id, row.text) for row in registries.claims),
    }
    return Known(dict(sorted(articles.items())), rows)


def _rows(folder: Path, config: str, called: str) -> tuple[KnownRow, ...]:
    path = folder / parquet_name(config, REGISTRY)
    if not path.exists():
        return ()
    named = [
        (id, name)
        for batch in read_columns(folder, config, REGISTRY, ("id", called))
        for id, name in zip(*batch, strict=True)
    ]
    has_aliases = "aliases" in pq.read_schema(path).names
    aliases = pq.read_table(path, columns=["aliases"])["aliases"].to_pylist() if has_aliases else [()] * len(named)
    return tuple(KnownRow(id, name, tuple(more or ())) for (id, name), more in zip(named, aliases, strict=True))
