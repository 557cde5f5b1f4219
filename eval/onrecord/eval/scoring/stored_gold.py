"""Gold as it is scored against: columns, texts and registries, and an article when somebody asks for one.

What a dataset folder says is read once and kept in the user's cache, named by the hash of the folder's tables: the
second time neither Parquet nor labels are read. ``$ONRECORD_CACHE`` names another folder, or, empty, none.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from onrecord.dataset import Article, Registries
from onrecord.dataset.layers import with_every_layer
from onrecord.dataset.records import LAYERS, Split
from onrecord.eval.layers.columns import Codes, Letters, SideColumns, Vocabularies
from onrecord.eval.layers.document_pairs import add_gold
from onrecord.eval.layers.flatten import Flattener, of_documents
from onrecord.eval.layers.kept_columns import read_columns, write_columns
from onrecord.eval.rendering.signature import SCORER_VERSION

FORMAT = 1
"""Of what is kept."""

_TABLES = (
    "articles/validation",
    "articles/test",
    "registry_entities/registry",
    "registry_events/registry",
    "registry_claims/registry",
)


class StoredDocument(msgspec.Struct, frozen=True):
    """A document of gold without its labels."""

    id: str
    split: Split
    topic: str
    text_sha256: str
    utf8: bytes
    """The text: in UTF-8 it takes half the memory."""

    @property
    def text(self) -> str:
        """The text; made anew each time."""
        return self.utf8.decode("utf-8")


class _Header(msgspec.Struct, frozen=True):
    documents: list[StoredDocument]
    registries: Registries
    hashes: dict[str, str]
    offsets: list[int]
    """Where each article begins in the file of articles, and where the last ends."""


@dataclasses.dataclass(frozen=True, eq=False)
class StoredGold:
    """All documents of a dataset, ascending by id, with their labels as columns."""

    documents: Mapping[str, StoredDocument]
    registries: Registries
    hashes: Mapping[str, str]
    """By split, ``all`` among them: see :func:`onrecord.dataset.publishing.folder.gold_hash`."""
    columns: SideColumns
    articles: ArticleFile

    @functools.cached_property
    def ids(self) -> dict[str, list[str]]:
        """The published ids of each kind, in the order of their registry."""
        rows = self.registries
        return {
            "entity": [row.id for row in rows.entities],
            "event": [row.id for row in rows.events],
            "claim": [row.id for row in rows.claims],
        }

    def in_split(self, split: str) -> list[str]:
        """Ids of the documents of a split, ascending."""
        return [id for id, each in self.documents.items() if split in ("all", each.split)]

    def columns_of(self, ids: Sequence[str]) -> SideColumns:
        """The labels of some documents, which are numbered in their order; ascending."""
        if len(ids) == len(self.documents):
            return self.columns
        place = {id: n for n, id in enumerate(self.documents)}
        return of_documents(self.columns, [place[id] for id in ids])


class ArticleFile:
    """Articles as JSON, one after the other; each is read when it is asked for."""

    def __init__(self, file: BinaryIO, offsets: Sequence[int], ids: Sequence[str]) -> None:
        self._file = file
        self._offsets = offsets
        self._places = {id: place for place, id in enumerate(ids)}
        self._decoder = msgspec.json.Decoder(with_every_layer(Article))

    def read(self, id: str) -> Article:
        """The article of an id."""
        article = self._decoder.decode(self.raw(id))
        return Article(document=article.document, labels=article.labels)

    def raw(self, id: str) -> bytes:
        """Its JSON."""
        start, end = self._offsets[self._places[id]], self._offsets[self._places[id] + 1]
        self._file.seek(start)
        return self._file.read(end - start)


def stored_gold(folder: Path) -> StoredGold:
    """The gold of a dataset folder: from the cache where it is there, and kept there otherwise.

    Raises:
        FaultsError: The folder is not there or not right.
    """
    cache = cache_folder()
    name = _name(folder)
    if cache is not None and name is not None:
        try:
            return _opened(cache / name)
        except (OSError, ValueError, msgspec.DecodeError, EOFError):
            pass  # not there, or of no use: it is made anew
    with tempfile.TemporaryDirectory(prefix="onrecord-") as made:
        gold = _make(folder, Path(made))
        if cache is not None and name is not None:
            _keep(Path(made), cache / name)
        return gold


def cache_folder() -> Path | None:
    """Where what was read is kept; None for nowhere."""
    named = os.environ.get("ONRECORD_CACHE")
    if named is not None:
        return Path(named) / "gold" if named else None
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "onrecord" / "gold"


def _name(folder: Path) -> str | None:
    """A name that follows from what the folder's tables say; None where one cannot be read."""
    digest = hashlib.sha256(f"{FORMAT} {SCORER_VERSION} {' '.join(LAYERS)}\n".encode())
    try:
        for table in _TABLES:
            with (folder / "data" / f"{table}.parquet").open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError:
        return None
    return digest.hexdigest()


def _opened(folder: Path) -> StoredGold:
    with (folder / "columns").open("rb") as file:
        header = msgspec.msgpack.decode(np.load(file, allow_pickle=False).tobytes(), type=_Header)
        columns = read_columns(file)
    return _gold(header, columns, (folder / "articles.jsonl").open("rb"))


def _gold(header: _Header, columns: SideColumns, articles: BinaryIO) -> StoredGold:
    documents = {each.id: each for each in header.documents}
    return StoredGold(
        documents, header.registries, header.hashes, columns, ArticleFile(articles, header.offsets, list(documents))
    )


def _make(folder: Path, into: Path) -> StoredGold:
    """Read a dataset folder, an article at a time, and write what is kept of it."""
    from onrecord.dataset.publishing.folder import SPLITS, read_articles, read_registry_rows
    from onrecord.dataset.publishing.folder import read_columns as read_texts

    registries = read_registry_rows(folder)
    ids = sorted(id for split in SPLITS for (some,) in read_texts(folder, "articles", split, ("id",)) for id in some)
    index = {id: n for n, id in enumerate(ids)}
    spooled = tempfile.TemporaryFile()  # noqa: SIM115 - it is the last thing that holds the articles
    made = Flattener(Vocabularies(Codes(), Codes()), Letters())
    documents: dict[str, StoredDocument] = {}
    places: dict[str, tuple[int, int]] = {}
    for split in SPLITS:
        for article in read_articles(folder, split):
            document = article.document
            add_gold(made, index[document.id], article)
            documents[document.id] = StoredDocument(
                document.id, split, document.topic, document.text_sha256, document.text.encode("utf-8")
            )
            raw = msgspec.json.encode(article)
            places[document.id] = spooled.tell(), len(raw)
            spooled.write(raw)
    offsets = _sorted(spooled, [places[id] for id in ids], into / "articles.jsonl")
    articles = (into / "articles.jsonl").open("rb")
    ordered = [documents[id] for id in ids]
    hashes = {split: _hash(articles, offsets, ordered, split) for split in (*SPLITS, "all")}
    header, columns = _Header(ordered, registries, hashes, offsets), made.columns()
    with (into / "columns").open("wb") as file:
        np.save(file, np.frombuffer(msgspec.msgpack.encode(header), np.uint8), allow_pickle=False)
        write_columns(file, columns)
    return _gold(header, columns, articles)


def _sorted(spooled: BinaryIO, places: Sequence[tuple[int, int]], path: Path) -> list[int]:
    """Write the articles in the order of their ids, and say where each begins."""
    offsets = [0]
    with spooled, path.open("wb") as file:
        for start, size in places:
            spooled.seek(start)
            file.write(spooled.read(size))
            offsets.append(offsets[-1] + size)
    return offsets


def _hash(articles: BinaryIO, offsets: Sequence[int], documents: Sequence[StoredDocument], split: str) -> str:
    digest = hashlib.sha256()
    for place, each in enumerate(documents):
        if split in ("all", each.split):
            articles.seek(offsets[place])
            digest.update(articles.read(offsets[place + 1] - offsets[place]) + b"\n")
    return digest.hexdigest()


def _keep(made: Path, path: Path) -> None:
    """Put what was made into the cache in one step; a cache that cannot be written is no reason to fail."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".part-", dir=path.parent))
        try:
            for each in made.iterdir():
                shutil.copyfile(each, beside / each.name)
            shutil.rmtree(path, ignore_errors=True)
            beside.rename(path)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError:
        return
