"""Gold as it is scored against: columns, texts and registries, and an article when somebody asks for one.

What a dataset folder says is read once and kept in the user's cache, named by the hash of the folder's tables: the
second time neither Parquet nor labels are read. ``$ONRECORD_CACHE`` names another folder, or, empty, none.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import io
import itertools
import mmap
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
import numpy as np

from onrecord.dataset import Article, Gold, Registries
from onrecord.dataset.gold import LEARNT_FROM, split_faults
from onrecord.dataset.layers import LAYERS, in_scheme, scheme, using
from onrecord.dataset.publishing.folder import read_about
from onrecord.dataset.reading.faults import refuse
from onrecord.dataset.reading.platform import read_at
from onrecord.dataset.reading.staging import scratch, staged, sweep
from onrecord.dataset.records import REGISTERED, Split
from onrecord.dataset.scheme import DEFAULT, Scheme
from onrecord.eval.layers.columns import Codes, Letters, SideColumns, Vocabularies
from onrecord.eval.layers.document_pairs import add_gold, gold_columns
from onrecord.eval.layers.flatten import Flattener
from onrecord.eval.layers.kept_columns import mapped_columns, write_columns
from onrecord.eval.rendering.signature import SCORER_VERSION

FORMAT = 3
"""Of what is kept."""

_STEP = 64
"""Arrays of the file of columns begin at multiples of so many bytes: numpy takes them as they lie."""

_TABLES = ("corpus.json", *(f"data/{name}/*.parquet" for name in ("articles", "registry_*")))
"""The files of a dataset folder that are read."""


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

    def read(self, place: int) -> bytes:
        """One piece."""
        start, size = self._offsets[place], self._offsets[place + 1] - self._offsets[place]
        return read_at(self._file, size, start)


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
    def split(self) -> str:
        """The split that it is in."""
        return self.about.split

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
    scheme: Scheme = DEFAULT
    """What is labelled."""
    probe: str = ""
    """What was done to the articles, see :class:`onrecord.dataset.corpus.CorpusFile`."""

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
        return {kind: [row.id for row in self.registries.of(kind)] for kind in REGISTERED}

    def in_split(self, split: str) -> list[str]:
        """Ids of the documents of a split, ascending.

        Raises:
            FaultsError: There are none.
        """
        refuse(split_faults(split, [each.about.split for each in self.documents.values()]))
        return [id for id, each in self.documents.items() if split in ("all", each.about.split)]

    def learnable(self) -> list[str]:
        """Ids of the documents that a baseline may learn from, see :func:`onrecord.dataset.gold.learnable`."""
        splits = {each.about.split for each in self.documents.values()}
        return next((self.in_split(name) for name in LEARNT_FROM if name in splits), [])

    def article(self, id: str) -> Article:
        """An article with its labels."""
        with using(self.scheme):
            article = msgspec.json.decode(self.articles.read(self.places[id]), type=in_scheme(Article))
        return Article(document=article.document, labels=article.labels)


_PART = "part"
"""What is staged in the cache is staged as."""


def stored_gold(folder: Path) -> StoredGold:
    """The gold of a dataset folder: from the cache where it is there, and kept there otherwise.

    Raises:
        FaultsError: The folder is not there or not right.
    """
    about = read_about(folder)
    with using(about.scheme):
        return dataclasses.replace(_stored(folder), probe=about.probe)


def _stored(folder: Path) -> StoredGold:
    cache = cache_folder()
    name = gold_name(folder)
    if cache is not None and name is not None:
        try:
            kept = _opened(cache / name)
            sweep(cache / _PART)
            return kept
        except (OSError, ValueError, msgspec.DecodeError, EOFError):
            pass  # not there, or of no use: it is made anew
    with scratch() as made:
        _make(folder, made)
        if cache is not None and name is not None and _keep(made, cache / name):
            with contextlib.suppress(OSError):  # another process may have put its own there in the meantime
                return _opened(cache / name)
        return _opened(made, _held)


def gold_in_memory(gold: Gold) -> StoredGold:
    """Labels that are in memory as what is scored against."""
    articles = sorted(gold.articles, key=lambda article: article.document.id)
    documents, raw, texts = [], [], []
    for article in articles:
        each = article.document
        documents.append(StoredDocument(each.id, each.split, each.topic, each.text_sha256))
        raw.append(msgspec.json.encode(article))
        texts.append(each.text.encode("utf-8"))
    pieces = [Pieces(io.BytesIO(b"".join(each)), [0, *itertools.accumulate(map(len, each))]) for each in (raw, texts)]
    splits = dict.fromkeys(each.split for each in documents)
    hashes = {split: _hash(pieces[0], documents, split) for split in (*splits, "all")}
    known = {each.id: KnownText(each, pieces[1], place) for place, each in enumerate(documents)}
    with using(gold.scheme):
        columns = gold_columns(articles)
    return StoredGold(known, gold.registries, hashes, columns, pieces[0], None, gold.scheme, gold.probe)


def cache_folder(name: str = "gold") -> Path | None:
    """Where what was read, or something else, is kept; None for nowhere."""
    named = os.environ.get("ONRECORD_CACHE")
    if named is not None:
        return Path(named) / name if named else None
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "onrecord" / name


def gold_name(folder: Path) -> str | None:
    """A name that follows from what the folder's tables say; None where one cannot be read."""
    digest = hashlib.sha256(f"{FORMAT} {SCORER_VERSION} {' '.join(LAYERS)}\n".encode())
    try:
        for path in sorted(path for pattern in _TABLES for path in folder.glob(pattern)):
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError:
        return None
    return digest.hexdigest()


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _held(path: Path) -> BinaryIO:
    """A copy of a file that goes when it is closed: on Windows nothing open can be removed."""
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - open as long as the gold is in use
    with path.open("rb") as original:
        shutil.copyfileobj(original, file)
    file.flush()  # it is read by its number
    file.seek(0)
    return file


def _opened(folder: Path, opened: Callable[[Path], BinaryIO] = _open) -> StoredGold:
    with opened(folder / "columns") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = msgspec.msgpack.decode(np.load(file, allow_pickle=False).tobytes(), type=in_scheme(_Header))
        columns = mapped_columns(file, memory, _STEP)
    texts = Pieces(opened(folder / "texts"), header.texts)
    articles = Pieces(opened(folder / "articles"), header.articles)
    documents = {each.id: KnownText(each, texts, place) for place, each in enumerate(header.documents)}
    return StoredGold(documents, header.registries, header.hashes, columns, articles, memory, scheme())


def _make(folder: Path, into: Path) -> None:
    """Read a dataset folder, an article at a time, and write what is kept of it."""
    from onrecord.dataset.publishing.folder import read_articles, read_registry_rows, splits_of
    from onrecord.dataset.publishing.folder import read_columns as read_texts

    registries, splits = read_registry_rows(folder), splits_of(folder)
    ids = sorted(
        id for split in splits for (some,) in read_texts(folder, "articles", split, ("doc_id",)) for id in some
    )
    index = {id: n for n, id in enumerate(ids)}
    made = Flattener(Vocabularies(Codes(), Codes()), Letters())
    documents: dict[str, StoredDocument] = {}
    with _Spool() as articles, _Spool() as texts:
        for split in splits:
            for article in read_articles(folder, split):
                document = article.document
                add_gold(made, index[document.id], article)
                documents[document.id] = StoredDocument(document.id, split, document.topic, document.text_sha256)
                articles.add(document.id, msgspec.json.encode(article))
                texts.add(document.id, document.text.encode("utf-8"))
        offsets = articles.write(ids, into / "articles"), texts.write(ids, into / "texts")
    ordered = [documents[id] for id in ids]
    with (into / "articles").open("rb") as file:
        hashes = {split: _hash(Pieces(file, offsets[0]), ordered, split) for split in (*splits, "all")}
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


def _keep(made: Path, path: Path) -> bool:
    """Put what was made into the cache in one step, and say whether it is there; failing that is no reason to stop."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged(path.parent / _PART) as folder:
            beside = folder / "new"
            beside.mkdir()
            for each in made.iterdir():
                shutil.copyfile(each, beside / each.name)
            shutil.rmtree(path, ignore_errors=True)
            beside.rename(path)
    except OSError:
        return False
    return True
