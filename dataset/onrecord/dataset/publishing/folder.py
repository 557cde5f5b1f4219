"""The dataset folder: writing it as Parquet with a card, reading it back, and the hash of what it says.

Parquet is written with pyarrow itself and without ``huggingface`` schema metadata, which older readers refuse;
labels are strings, because integer class labels change their meaning in silence when a card reorders them. A config's
``description`` in the card carries the hash of its rows: that, and not the file's time or bytes, is what the cache of
``load_dataset`` looks at for a local folder.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.layers import LAYERS, in_scheme, scheme, using
from onrecord.dataset.publishing.article_rows import article_reader, name_in, other_version, without_text
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.faults import Fault, FaultsError, refuse
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import REGISTERED, Labels, Registries, Split
from onrecord.dataset.scheme import DEFAULT

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

    from onrecord.dataset.publishing.article_columns import ArticleBlock
    from onrecord.dataset.publishing.tables import Config, TableRow

CORPUS_FILE = "corpus.json"
"""What the corpus's ``onrecord.toml`` said: card, scheme, splits."""

_USUAL = ("train", "validation", "test")

REGISTRY = "registry"
"""The one split of a registry's config."""


def parquet_name(config: str, split: str) -> str:
    """Where the rows of a config's split lie, relative to the dataset folder."""
    return f"data/{config}/{split}.parquet"


@dataclasses.dataclass(frozen=True)
class Tables:
    """All rows of all configs, and their hashes."""

    rows: Mapping[tuple[str, str], Sequence[TableRow]]
    """By config and split; none is empty."""
    hashes: Mapping[str, str]
    """By config: SHA-256 of its rows."""

    def splits(self, config: str) -> list[str]:
        """The splits of a config that have rows, in their order."""
        return [split for name, split in self.rows if name == config]


def content_hash(splits: Iterable[tuple[str, Sequence[TableRow]]]) -> str:
    """SHA-256 of a config's rows as canonical JSON lines, after a line with the name of each split.

    It depends on what the rows say alone: not on how, when or by which version of a library they were written.
    """
    digest = hashlib.sha256()
    for split, rows in splits:
        digest.update(f"{split}\n".encode())
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            digest.update(line.encode("utf-8") + b"\n")
    return digest.hexdigest()


def make_tables(gold: Gold, names: Sequence[str], every: Sequence[Config]) -> Tables:
    """The rows of every config, as they will be read back from Parquet; where there are none, there is no split.

    Args:
        gold: What the rows say.
        names: The splits, in their order.
        every: The configs.
    """
    import pyarrow as pa

    rows: dict[tuple[str, str], Sequence[TableRow]] = {}
    for config in every:
        for split in (REGISTRY,) if config.registry else names:
            made = [
                {name: row[name] for name in config.schema.names}  # a KeyError names a column nobody fills
                for row in config.rows(gold, split)
            ]
            if made:
                rows[config.name, split] = pa.Table.from_pylist(made, schema=config.schema).to_pylist()
    kept = dict.fromkeys(name for name, _ in rows)
    hashes = {
        config: content_hash((split, each) for (name, split), each in rows.items() if name == config) for config in kept
    }
    return Tables(rows, hashes)


def parquet_bytes(rows: Sequence[TableRow], schema: Any) -> bytes:
    """Rows as one Parquet file of one row group, zstd-compressed, without library metadata in the schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist(list(rows), schema=schema),
        sink,
        compression="zstd",
        write_page_index=True,
        use_content_defined_chunking=True,
    )
    return sink.getvalue()


def read_rows(folder: Path, config: str, split: str) -> list[TableRow]:
    """The rows of one config's split.

    Raises:
        FaultsError: There is no such file, or it is no Parquet file.
    """
    with _parquet(folder / parquet_name(config, split)) as file:
        rows: list[TableRow] = file.read(use_threads=False).to_pylist()
        return rows


def read_columns(folder: Path, config: str, split: str, names: Sequence[str]) -> Iterator[list[list[str]]]:
    """Some columns of text of one config's split, a batch of rows at a time.

    Args:
        folder: The dataset folder.
        config: The config.
        split: The split.
        names: The columns, as they are called now; in an older folder they may be called otherwise.

    Yields:
        The values of each column, in the order of ``names``.

    Raises:
        FaultsError: There is no such file, it is no Parquet file, or a column is not there or lacks a value.
    """
    path = folder / parquet_name(config, split)
    with _parquet(path) as file:
        there = [name_in(name, file.schema_arrow.names) for name in names]
        missing = [name for name, each in zip(names, there, strict=True) if each not in file.schema_arrow.names]
        if missing:
            raise FaultsError([other_version(path, f"no column {missing[0]}", f"the columns {', '.join(names)}")])
        for batch in file.iter_batches(batch_size=_BATCH, columns=there, use_threads=False):
            columns = [batch.column(name).to_pylist() for name in there]
            if "text" in names and None in columns[names.index("text")]:
                raise FaultsError([without_text(path)])
            if any(not isinstance(value, str) for values in columns for value in values):
                raise FaultsError([other_version(path, "a value that is no text", "text")])
            yield columns


_BATCH = 64
"""Rows that are read at a time: texts of a few megabytes."""

_BY_COLUMN = 192
"""The same where no article is made of a row: what is the same for every batch costs less."""

_FEW = 64
"""So many articles take less time one by one than what is imported for columns."""


@contextmanager
def _parquet(path: Path) -> Iterator[ParquetFile]:
    """A Parquet file, open.

    Raises:
        FaultsError: It is not there, or it is none; also while it is read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except FileNotFoundError:
        hint = "give the dataset folder, the one with README.md and data/; onrecord build makes it"
        raise FaultsError([Fault("file", str(path), None, "", "no such file", "a Parquet file", hint)]) from None
    except pa.ArrowInvalid as error:
        raise FaultsError([Fault("parquet", str(path), None, "", str(error), "a Parquet file")]) from error


def read_about(folder: Path) -> CorpusFile:
    """What a dataset folder says of its corpus; one that says nothing is of the published scheme.

    Raises:
        FaultsError: What it says is not right.
    """
    path = folder / CORPUS_FILE
    try:
        raw = content_within(path)
    except FileNotFoundError:
        return CorpusFile()
    about, faults = read_value(path, raw, CorpusFile)
    refuse(faults)
    assert about is not None
    return about


def splits_of(folder: Path) -> list[str]:
    """The splits of a dataset folder that have articles, in the order that it says.

    Raises:
        FaultsError: There are none: it is no dataset folder.
    """
    there = {path.stem for path in (folder / "data" / "articles").glob("*.parquet")}
    if not there:
        path = folder / "data" / "articles"
        hint = "give the dataset folder, the one with README.md and data/; onrecord build makes it"
        raise FaultsError([Fault("file", str(path), None, "", "no such file", "Parquet files of articles", hint)])
    order = [*read_about(folder).splits.names, *_USUAL, *sorted(there)]
    return [name for name in dict.fromkeys(order) if name in there]


def read_articles(folder: Path, split: Split) -> Iterator[Article]:
    """The articles of one split of a dataset folder, in its order, a batch of rows in memory.

    Raises:
        FaultsError: The folder is not there or not right.
    """
    for part in read_article_parts(folder, split, by_column=False):
        yield from part.articles()


@dataclasses.dataclass(frozen=True, eq=False)
class ArticlePart:
    """Some articles of a split, on end."""

    block: ArticleBlock | None
    """Their columns; None where they are to be taken one by one."""
    rows: Any
    """The batch of rows that they are."""
    article_of: Callable[[Mapping[str, Any]], Article]
    """Makes an article of a row."""

    def articles(self) -> Iterator[Article]:
        """The articles.

        Raises:
            FaultsError: One is not right.
        """
        for first in range(0, len(self.rows), _BATCH):
            yield from map(self.article_of, self.rows.slice(first, _BATCH).to_pylist())


def read_article_parts(folder: Path, split: Split, by_column: bool = True) -> Iterator[ArticlePart]:
    """The articles of one split of a dataset folder, in its order, some at a time, as columns where there are many.

    Args:
        folder: The dataset folder.
        split: The split.
        by_column: Whether columns are wanted at all.

    Raises:
        FaultsError: The folder is not there or not right.
    """
    path = folder / parquet_name("articles", split)
    with _parquet(path) as file, using(read_about(folder).scheme):
        article_of, columns, size = article_reader(split, str(path)), None, _BATCH
        if by_column and file.metadata.num_rows > _FEW:
            from onrecord.dataset.publishing.article_columns import ArticleColumns

            columns, size = ArticleColumns(split, name_in("doc_id", file.schema_arrow.names)), _BY_COLUMN
        for batch in file.iter_batches(batch_size=size, use_threads=False):
            yield ArticlePart(None if columns is None else columns.block(batch), batch, article_of)


def read_registry_rows(folder: Path) -> Registries:
    """The registries of a dataset folder.

    Raises:
        FaultsError: The folder is not there or not right.
    """
    found: dict[str, Any] = {}
    with using(read_about(folder).scheme):
        for name, kind in REGISTERED.values():
            config = f"registry_{name}"
            rows = read_rows(folder, config, REGISTRY) if (folder / parquet_name(config, REGISTRY)).exists() else []
            found[name] = _registry(rows, kind, config)
    return Registries(**found)


def read_folder(folder: Path) -> Gold:
    """Read articles, labels and registries back from a dataset folder.

    Raises:
        FaultsError: The folder is not there or not right.
    """
    articles = [article for split in splits_of(folder) for article in read_articles(folder, split)]
    about = read_about(folder)
    return Gold(
        articles=tuple(sorted(articles, key=lambda article: article.document.id)),
        registries=read_registry_rows(folder),
        scheme=about.scheme,
        probe=about.probe,
    )


def gold_of_configs(configs: Mapping[str, Any]) -> Gold:
    """Gold of the published scheme from configs that were loaded, as by ``datasets.load_dataset``.

    Args:
        configs: By name: ``articles``, and the registries ``registry_entities``, ``registry_events``,
            ``registry_claims`` and ``registry_utterances``; each by split, rows as dictionaries. A registry that is not
            there has no rows.

    Raises:
        FaultsError: There are no articles, or a row is not right.
    """
    if not isinstance(configs.get("articles"), Mapping):
        found = f"configs {', '.join(map(str, configs))}" if configs else "no config"
        hint = '{name: load_dataset(folder, name) for name in ("articles", "registry_entities", ...)}'
        raise FaultsError([Fault("type", "gold", None, "", found, "articles, by split, and the registries", hint)])
    with using(DEFAULT):
        articles = [
            article
            for split, rows in configs["articles"].items()
            for article in map(article_reader(split, f"articles/{split}"), rows)
        ]
        found_rows: dict[str, Any] = {}
        for name, kind in REGISTERED.values():
            rows = [dict(row) for some in configs.get(f"registry_{name}", {}).values() for row in some]
            found_rows[name] = _registry(rows, kind, f"registry_{name}")
    return Gold(
        articles=tuple(sorted(articles, key=lambda article: article.document.id)), registries=Registries(**found_rows)
    )


def _registry(rows: list[dict[str, Any]], kind: type[msgspec.Struct], name: str) -> Any:
    try:
        return msgspec.convert(rows, in_scheme(tuple[kind, ...]))  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        raise FaultsError([other_version(name, str(error), "rows of a registry")]) from error


def gold_hash(articles: Iterable[Article]) -> str:
    """SHA-256 of documents and labels in order of document id: what a score was computed against.

    Two gold sets with the same hash give any prediction file the same score.
    """
    digest = hashlib.sha256()
    for article in sorted(articles, key=lambda a: a.document.id):
        digest.update(msgspec.json.encode(article) + b"\n")
    return digest.hexdigest()


def count_items(articles: Iterable[Article]) -> dict[str, int]:
    """How many articles and items of each layer there are, and how many entities and events are mentioned."""
    kept = list(articles)
    labels: list[Labels] = [article.labels for article in kept]
    found = {"articles": len(kept), "characters": sum(len(article.document.text) for article in kept)}
    for layer in LAYERS:
        name = "event mentions" if layer == "events" else layer
        found[name] = sum(len(each.of(layer)) for each in labels)
        if layer == "mentions" and scheme().ids:
            found["entities"] = len({m.entity for each in labels for m in each.mentions})
        if layer == "events":
            found["events"] = len({e.event for each in labels for e in each.events})
    return found
