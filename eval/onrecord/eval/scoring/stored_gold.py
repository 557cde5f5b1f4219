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
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
import numpy as np

from onrecord.dataset import Article, Gold, Registries
from onrecord.dataset.gold import LEARNT_FROM, split_faults
from onrecord.dataset.layers import LAYERS, in_scheme, scheme, using
from onrecord.dataset.publishing.folder import read_about
from onrecord.dataset.reading.faults import OnrecordError, refuse, show
from onrecord.dataset.reading.platform import closes_first
from onrecord.dataset.reading.staging import scratch, staged, sweep
from onrecord.dataset.records import REGISTERED
from onrecord.dataset.scheme import DEFAULT, Scheme
from onrecord.eval.layers.columns import SideColumns
from onrecord.eval.layers.document_pairs import gold_columns
from onrecord.eval.layers.kept_columns import mapped_columns
from onrecord.eval.rendering.signature import SCORER_VERSION
from onrecord.eval.scoring.kept_gold import (
    ARTICLES,
    COLUMNS,
    DIGEST,
    FORMAT,
    STEP,
    TEXTS,
    DamagedError,
    KeptHeader,
    Pieces,
    StoredDocument,
    article_line,
    columns_digest,
    lines_hashes,
    write_gold,
)

_TABLES = ("corpus.json", *(f"data/{name}/*.parquet" for name in ("articles", "registry_*")))
"""The files of a dataset folder that are read."""


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

DAYS = 30
"""What is kept of a gold that nobody has used in so many days is removed when another is kept."""

_TRIES = 3
"""How often a folder that changes while it is read is read anew."""

_OF_NO_USE = OSError, ValueError, msgspec.DecodeError, EOFError
"""What opening says of what is not there, or is broken."""


def stored_gold(folder: Path) -> StoredGold:
    """The gold of a dataset folder: from the cache where it is there, and kept there otherwise.

    Raises:
        FaultsError: The folder is not there or not right.
    """
    about = read_about(folder)
    with using(about.scheme):
        return dataclasses.replace(_stored(folder), probe=about.probe)


def _stored(folder: Path) -> StoredGold:
    for _ in range(_TRIES):
        with contextlib.suppress(_ChangesError):
            return _stored_as(folder, _state(folder))
    raise OnrecordError(f"{show(str(folder))} changes while it is read")


def _stored_as(folder: Path, state: object) -> StoredGold:
    """The gold of a folder in some state.

    Raises:
        _ChangesError: It is not in that state any more.
    """
    cache = cache_folder()
    name = gold_name(folder)
    if cache is not None and name is not None:
        try:
            kept = _opened(cache / name)
            sweep(cache / _PART)
            _use(cache / name)
            return kept
        except _OF_NO_USE:
            pass  # it is made anew
        with contextlib.suppress(*_OF_NO_USE):  # that nothing can be kept there is no reason to stop
            return _kept(folder, cache / name, state)
    with scratch() as made:
        _make(folder, made, state)
        return _opened(made, _held if closes_first() else _open)


def _kept(folder: Path, path: Path, state: object) -> StoredGold:
    """Make what is kept of a dataset folder, and put it into the cache in one step.

    Raises:
        OSError: It cannot be kept there.
        FaultsError: The folder is not right.
        _ChangesError: It has changed in the meantime.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _forget(path.parent)
    with staged(path.parent / _PART) as part:
        made = part / "new"
        made.mkdir()
        _make(folder, made, state)
        shutil.rmtree(path, ignore_errors=True)
        with contextlib.suppress(OSError):  # another process may have put its own there in the meantime
            made.rename(path)
        return _opened(path)


def _use(kept: Path) -> None:
    """Say of what is kept that somebody has used it now."""
    with contextlib.suppress(OSError):  # who may only read uses it all the same
        os.utime(kept)


def _forget(cache: Path) -> None:
    """Remove what nobody has used for :data:`DAYS` days; whoever has it open now goes on reading."""
    oldest = time.time() - DAYS * 86_400
    for path in cache.iterdir():
        if re.fullmatch("[0-9a-f]{64}", path.name) and path.stat().st_mtime < oldest:
            shutil.rmtree(path, ignore_errors=True)


class _ChangesError(Exception):
    """A folder has changed while it was read."""


def _make(folder: Path, into: Path, state: object) -> None:
    try:
        write_gold(folder, into)
    finally:
        if _state(folder) != state:
            raise _ChangesError


def _state(folder: Path) -> list[tuple[str, int, int, int]]:
    """What tells that one of the tables of a folder is another than it was."""
    found = []
    for path in _tables(folder):
        with contextlib.suppress(OSError):
            about = path.stat()
            found.append((path.name, about.st_ino, about.st_size, about.st_mtime_ns))
    return found


def _tables(folder: Path) -> list[Path]:
    return sorted(path for pattern in _TABLES for path in folder.glob(pattern))


def gold_in_memory(gold: Gold) -> StoredGold:
    """Labels that are in memory as what is scored against."""
    articles = sorted(gold.articles, key=lambda article: article.document.id)
    documents, texts = [], []
    for article in articles:
        each = article.document
        documents.append(StoredDocument(each.id, each.split, each.topic, each.text_sha256))
        texts.append(each.text.encode("utf-8"))
    lines = [article_line(article) for article in articles]
    pieces = [Pieces.held(each) for each in (lines, texts)]
    splits = dict.fromkeys(each.split for each in documents)
    hashes = lines_hashes(splits, zip((each.split for each in documents), lines, strict=True))
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
        for path in _tables(folder):
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
    if columns_digest(folder) != (folder / DIGEST).read_bytes():
        raise DamagedError(f"{folder / COLUMNS} is damaged")
    with opened(folder / COLUMNS) as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        header = msgspec.msgpack.decode(np.load(file, allow_pickle=False).tobytes(), type=in_scheme(KeptHeader))
        columns = mapped_columns(file, memory, STEP)
    texts = Pieces(opened(folder / TEXTS), header.texts)
    articles = Pieces(opened(folder / ARTICLES), header.articles)
    documents = {each.id: KnownText(each, texts, place) for place, each in enumerate(header.documents)}
    return StoredGold(documents, header.registries, header.hashes, columns, articles, memory, scheme())
