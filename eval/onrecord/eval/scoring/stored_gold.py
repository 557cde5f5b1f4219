"""Gold as it is scored against: columns, texts and registries, and an article when somebody asks for one.

What a dataset folder says is read once and kept in the user's cache, named by the hash of the folder's tables: the
second time neither Parquet nor labels are read. ``$ONRECORD_CACHE`` names another folder, or, empty, none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import mmap
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
from onrecord.eval.layers.flatten import Flattener
from onrecord.eval.layers.kept_columns import mapped_columns, write_columns
from onrecord.eval.rendering.signature import SCORER_VERSION

FORMAT = 3
"""Of what is kept."""

_STEP = 64
"""Arrays of the file of columns begin at multiples of so many bytes: numpy takes them as they lie."""

_TABLES = (
    "articles/validation",
    "articles/test",
    "registry_entities/registry",
    "registry_events/registry",
    "registry_claims/registry",
)


class StoredDocument(msgspec.Struct, frozen=True, gc=False):
    """A document of gold without its labels and its text."""

    id: str
    split: Split
    topic: str
    text_sha256: str


class _Header(msgspec.Struct, frozen=True):
    documents: list[StoredDocument]
    registries: Registries
    hashes: dict[str, str]
    articles: list[int]
    """Where each article begins in the file of articles, and where the last ends."""
    texts: list[int]
    """Likewise of the texts."""


class Pieces:
    """A file of pieces one after the other, of which each is read when it is asked for.

    Args:
        file: The file, open.
        offsets: Where each piece begins, and where the last ends.
    """

    def __init__(self, file: BinaryIO, offsets: Sequence[int]) -> None:
        self._file = file
        self._offsets = offsets
        self._number = None
        with contextlib.suppress(OSError):  # what is in memory has no number
            self._number = file.fileno()

    def read(self, place: int) -> bytes:
        """One piece."""
        start, size = self._offsets[place], self._offsets[place + 1] - self._offsets[place]
        if self._number is not None and hasattr(os, "pread"):
            return os.pread(self._number, size, start)  # a forked process shares the place where the file stands
        self._file.seek(start)
        return self._file.read(size)


class KnownText:
    """A document of gold with its text, which is read anew each time."""

    __slots__ = ("_place", "_texts", "about")

    def __init__(self, about: StoredDocument, texts: Pieces, place: int) -> None:
        self.about = about
        self._texts = texts
        self._place = place

    @property
    def id(self) -> str:
        """Its id."""
        return self.about.id

    @property
    def text_sha256(self) -> str:
        """SHA-256 of the text."""
        return self.about.text_sha256

    @property
    def text(self) -> str:
        """The text."""
        return self._texts.read(self._place).decode("utf-8", "surrogatepass")


@dataclasses.dataclass(frozen=True, eq=False)
class StoredGold:
    """All documents of a dataset, ascending by id, with their labels as columns."""

    documents: Mapping[str, KnownText]
    registries: Registries
    hashes: Mapping[str, str]
    """By split, ``all`` among them: see :func:`onrecord.dataset.publishing.folder.gold_hash`."""
    columns: SideColumns
    """Of all documents; what nobody has looked at is not in memory."""
    articles: Pieces
    """As JSON, in the order of ``documents``."""
    memory: mmap.mmap | None
    """The file of the columns; None where they are held."""

    def let_go(self) -> None:
        """Give back the memory of columns that were looked at; who looks again reads them again."""
        if self.memory is not None and hasattr(mmap, "MADV_DONTNEED"):
            self.memory.madvise(mmap.MADV_DONTNEED)

    @functools.cached_property
    def places(self) -> dict[str, int]:
        """The place of each document in ``columns``."""
        return {id: place for place, id in enumerate(self.documents)}

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
        return [id for id, each in self.documents.items() if split in ("all", each.about.split)]

    def article(self, id: str) -> Article:
        """An article with its labels."""
        article = msgspec.json.decode(self.articles.read(self.places[id]), type=with_every_layer(Article))
        return Article(document=article.document, labels=article.labels)


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
        _make(folder, Path(made))
        if cache is not None and name is not None:
            _keep(Path(made), cache / name)
        return _opened(Path(made))


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
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = msgspec.msgpack.decode(np.load(file, allow_pickle=False).tobytes(), type=_Header)
        columns = mapped_columns(file, memory, _STEP)
    texts = Pieces((folder / "texts").open("rb"), header.texts)
    articles = Pieces((folder / "articles").open("rb"), header.articles)
    documents = {each.id: KnownText(each, texts, place) for place, each in enumerate(header.documents)}
    return StoredGold(documents, header.registries, header.hashes, columns, articles, memory)


def _make(folder: Path, into: Path) -> None:
    """Read a dataset folder, an article at a time, and write what is kept of it."""
    from onrecord.dataset.publishing.folder import SPLITS, read_articles, read_registry_rows
    from onrecord.dataset.publishing.folder import read_columns as read_texts

    registries = read_registry_rows(folder)
    ids = sorted(id for split in SPLITS for (some,) in read_texts(folder, "articles", split, ("id",)) for id in some)
    index = {id: n for n, id in enumerate(ids)}
    made = Flattener(Vocabularies(Codes(), Codes()), Letters())
    documents: dict[str, StoredDocument] = {}
    with _Spool() as articles, _Spool() as texts:
        for split in SPLITS:
            for article in read_articles(folder, split):
                document = article.document
                add_gold(made, index[document.id], article)
                documents[document.id] = StoredDocument(document.id, split, document.topic, document.text_sha256)
                articles.add(document.id, msgspec.json.encode(article))
                texts.add(document.id, document.text.encode("utf-8"))
        offsets = articles.write(ids, into / "articles"), texts.write(ids, into / "texts")
    ordered = [documents[id] for id in ids]
    with (into / "articles").open("rb") as file:
        hashes = {split: _hash(Pieces(file, offsets[0]), ordered, split) for split in (*SPLITS, "all")}
    header = _Header(ordered, registries, hashes, *offsets)
    with (into / "columns").open("wb") as file:
        np.save(file, np.frombuffer(msgspec.msgpack.encode(header), np.uint8), allow_pickle=False)
        write_columns(file, made.columns(), _STEP)


class _Spool:
    """Pieces in a temporary file, in the order in which they came."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._places: dict[str, tuple[int, int]] = {}

    def __enter__(self) -> _Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, id: str, raw: bytes) -> None:
        self._places[id] = self._file.tell(), len(raw)
        self._file.write(raw)

    def write(self, ids: Sequence[str], path: Path) -> list[int]:
        """Write the pieces in the order of some ids, and say where each begins."""
        offsets = [0]
        with path.open("wb") as file:
            for id in ids:
                start, size = self._places[id]
                self._file.seek(start)
                file.write(self._file.read(size))
                offsets.append(offsets[-1] + size)
        return offsets


def _hash(articles: Pieces, documents: Sequence[StoredDocument], split: str) -> str:
    digest = hashlib.sha256()
    for place, each in enumerate(documents):
        if split in ("all", each.split):
            digest.update(articles.read(place) + b"\n")
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
