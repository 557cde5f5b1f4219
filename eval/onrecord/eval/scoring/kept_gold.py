"""What is kept of gold, in three files: articles as JSON Lines, their texts, and the columns of their labels."""

from __future__ import annotations

import contextlib
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from onrecord.dataset import Article, Registries
from onrecord.dataset.reading.faults import OnrecordError
from onrecord.dataset.reading.platform import read_at
from onrecord.dataset.records import Split
from onrecord.eval.layers.columns import Codes, Letters, Vocabularies
from onrecord.eval.layers.document_pairs import add_gold, add_gold_block
from onrecord.eval.layers.flatten import Flattener
from onrecord.eval.layers.kept_columns import write_columns

if TYPE_CHECKING:
    from onrecord.dataset.publishing.folder import ArticlePart

FORMAT = 5
"""Of what is kept."""

STEP = 64
"""Arrays of the file of columns begin at multiples of so many bytes: numpy takes them as they lie."""

ARTICLES, TEXTS, COLUMNS, DIGEST = "articles", "texts", "columns", "digest"
"""The files; the last has the SHA-256 of that of columns."""


class DamagedError(OnrecordError, ValueError):
    """What was kept is not what was written."""


class StoredDocument(msgspec.Struct, frozen=True, gc=False):
    """A document of gold without its labels and its text."""

    id: str
    split: Split
    topic: str
    text_sha256: str


class KeptHeader(msgspec.Struct, frozen=True):
    """What the file of columns begins with."""

    documents: list[StoredDocument]
    """Ascending by id."""
    registries: Registries
    hashes: dict[str, str]
    """By split, ``all`` among them."""
    articles: bytes
    """Where each document is in the file of articles, see :class:`Pieces`: whole numbers of 64 bits."""
    texts: bytes
    """Likewise in that of texts."""


class Pieces:
    """A file of pieces, of which each is read when it is asked for.

    Args:
        file: The file, open.
        places: Shape (n, 3): where each piece begins, how long it is and its CRC-32; or their bytes.
    """

    def __init__(self, file: BinaryIO, places: NDArray[np.int64] | bytes) -> None:
        self._file = file
        self._places = np.frombuffer(places, np.int64).reshape(-1, 3) if isinstance(places, bytes) else places

    @classmethod
    def held(cls, pieces: Sequence[bytes]) -> Pieces:
        """Pieces that are in memory."""
        size = np.array([len(piece) for piece in pieces], np.int64)
        check = np.array([zlib.crc32(piece) for piece in pieces], np.int64)
        return cls(io.BytesIO(b"".join(pieces)), np.stack([np.cumsum(size) - size, size, check], axis=1))

    def read(self, place: int) -> bytes:
        """One piece.

        Raises:
            DamagedError: It is not what was written; what was kept is removed, so that it is made anew.
        """
        start, size, check = self._places[place].tolist()
        raw = read_at(self._file, size, start)
        if zlib.crc32(raw) != check:
            path = getattr(self._file, "name", "")
            if isinstance(path, str) and path:
                Path(path).unlink(missing_ok=True)
            raise DamagedError(
                f"what was kept of the gold is damaged ({path}); it is made anew when you run this again"
            )
        return raw


def write_gold(folder: Path, into: Path, by_column: bool = True) -> None:
    """Read a dataset folder, some articles at a time, and write what is kept of it.

    Args:
        folder: The dataset folder.
        into: Where to.
        by_column: Whether many articles are read by column, which changes nothing but the time it takes.

    Raises:
        FaultsError: The folder is not right.
    """
    from onrecord.dataset.publishing.folder import read_article_parts, read_columns, read_registry_rows, splits_of

    registries, splits = read_registry_rows(folder), splits_of(folder)
    ids = sorted(
        id for split in splits for (some,) in read_columns(folder, "articles", split, ("doc_id",)) for id in some
    )
    made = Flattener(Vocabularies(Codes(), Codes()), Letters())
    index = {id: place for place, id in enumerate(ids)}
    with (into / ARTICLES).open("wb", 0) as articles, (into / TEXTS).open("wb", 2**18) as texts:
        writer = _Writer(index, _Spool(articles), _Spool(texts))
        with _kept_memory():
            for split in splits:
                for part in read_article_parts(folder, split, by_column):
                    writer.take(split, part, made)
    documents = [writer.documents[id] for id in ids]
    with (into / ARTICLES).open("rb") as file:
        written = Pieces(file, writer.articles.places(ids))
        lines = ((each.split, written.read(place)) for place, each in enumerate(documents))
        hashes = lines_hashes(splits, lines)
    places = (each.places(ids).tobytes() for each in (writer.articles, writer.texts))
    header = KeptHeader(documents, registries, hashes, *places)
    with (into / COLUMNS).open("wb") as file:
        np.save(file, np.frombuffer(msgspec.msgpack.encode(header), np.uint8), allow_pickle=False)
        write_columns(file, made.columns(), STEP)
    (into / DIGEST).write_bytes(columns_digest(into))


def columns_digest(folder: Path) -> bytes:
    """The SHA-256 of the file of columns.

    Raises:
        OSError: It cannot be read.
    """
    with (folder / COLUMNS).open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


@contextlib.contextmanager
def _kept_memory() -> Iterator[None]:
    """Have Arrow keep the memory of a batch for the next: its own pool gives it back, to be had anew by the page."""
    import pyarrow as pa

    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.default_memory_pool().release_unused()
        pa.set_memory_pool(before)


class _Spool:
    """Pieces in a file, in the order in which they came."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._places: dict[str, tuple[int, int, int]] = {}
        self._end = 0

    def add(self, id: str, raw: bytes) -> None:
        self._places[id] = self._end, len(raw), zlib.crc32(raw)
        self._end += len(raw)
        while raw:
            raw = raw[self._file.write(raw) :]  # at one time unless the disk is full

    def places(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """Where the pieces of some ids are, see :class:`Pieces`."""
        return np.array([self._places[id] for id in ids], np.int64).reshape(-1, 3)


class _Writer:
    """Writes articles and texts, and collects what is known of their documents."""

    def __init__(self, index: Mapping[str, int], articles: _Spool, texts: _Spool) -> None:
        self._index = index
        self.articles = articles
        self.texts = texts
        self.documents: dict[str, StoredDocument] = {}

    def take(self, split: Split, part: ArticlePart, made: Flattener) -> None:
        """Take some articles, and add their labels to columns.

        Raises:
            FaultsError: An article is not right.
        """
        block = part.block
        if block is not None:
            ids, texts = block.words("id"), block.words("text")
            if add_gold_block(made, [self._index[id] for id in ids], block, texts):
                topics, hashes = block.words("topic"), block.words("text_sha256")
                rows = zip(ids, texts, topics, hashes, block.json(), strict=True)
                for id, text, topic, text_sha256, pieces in rows:
                    self._add(StoredDocument(id, split, topic, text_sha256), text, b"".join([*pieces, b"\n"]))
                return
        for article in part.articles():
            each = article.document
            add_gold(made, self._index[each.id], article)
            self._add(StoredDocument(each.id, split, each.topic, each.text_sha256), each.text, article_line(article))

    def _add(self, document: StoredDocument, text: str, line: bytes) -> None:
        self.documents[document.id] = document
        self.articles.add(document.id, line)
        self.texts.add(document.id, text.encode("utf-8"))


def lines_hashes(splits: Iterable[str], lines: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """The hash of the articles of each split, and of ``all``; see :func:`onrecord.dataset.publishing.folder.gold_hash`.

    Args:
        splits: Their names.
        lines: The split and the line of each article, ascending by id.
    """
    digests = {split: hashlib.sha256() for split in splits}
    whole, before = None, ""
    for split, line in lines:
        if whole is None and before and split != before:
            whole = digests[before].copy()  # until here all are of one split
        if whole is not None:
            whole.update(line)
        digests[split].update(line)
        before = split
    every = whole if whole is not None else digests[before] if before else hashlib.sha256()
    return {**{split: digest.hexdigest() for split, digest in digests.items()}, "all": every.hexdigest()}


def article_line(article: Article) -> bytes:
    """An article as JSON, with its end of line."""
    return msgspec.json.encode(article) + b"\n"
