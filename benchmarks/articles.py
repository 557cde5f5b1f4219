"""Corpora of whole articles with every layer, in any number, made of the five of ``dataset/``.

``python -m benchmarks.articles --kind copies --articles 3000 --seed 0 -o FOLDER`` writes ``FOLDER/dataset``, of which
``read_folder`` reads all it needs, and two systems: ``FOLDER/predictions.jsonl`` and ``FOLDER/predictions-2.jsonl``.
With ``--relabelled`` there is ``FOLDER/relabelled`` beside it, the same articles with other labels here and there.

- ``copies``: the five over and over, with the same ids everywhere; lines of the rule baseline and of gold with items
  left out, in turn.
- ``hard``: a quarter of the gold ids belong to one copy alone; the systems have ids of their own, which they describe,
  and make the mistakes that cost a scorer most (:mod:`benchmarks.mistakes`).

All articles are in the split ``test``. What is written holds the articles' text and is nothing to be committed. Rows
and lines are written as they are made, so memory does not grow with the corpus.
"""

from __future__ import annotations

import contextlib
import random
import zlib
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from benchmarks.base import base as the_five
from benchmarks.mistakes import described, mistaken

from onrecord.dataset import Article, Gold, Registries, walk
from onrecord.dataset.layers import scheme
from onrecord.dataset.publishing.folder import REGISTRY, parquet_name
from onrecord.dataset.publishing.tables import Config, configs
from onrecord.dataset.records import REGISTERED, Entity, Event, Labels, Mention, Row, Stance
from onrecord.eval.baselines.rules import Rules
from onrecord.eval.submission.prediction_line import PredictionLine

SYSTEMS = ("predictions.jsonl", "predictions-2.jsonl")
"""The prediction files of a corpus."""
COPIES_AT_ONCE = 100
"""Copies of the five articles in a row group."""
OWN = 4
"""One gold id in so many belongs to one copy alone, where a corpus is hard."""
CHANGED = 0.05
"""Share of items that another version of the labels has otherwise, for each way there is."""
SPLITS = ("validation", "test")

_READ = ("articles", *(f"registry_{name}" for name, _ in REGISTERED.values()))

Lines = Callable[[int, Article, Registries], bytes]
"""A system: the line for an article, given its number and the registries of its copy."""


class Kind(StrEnum):
    """What a corpus is like."""

    copies = "copies"
    hard = "hard"


def write_corpus(folder: Path, kind: Kind, articles: int, seed: int, relabelled: bool = False) -> None:
    """Write the dataset folder and the prediction files of a corpus; the same arguments give the same rows and lines.

    Args:
        folder: Made where it is not there.
        kind: What the corpus is like.
        articles: How many; the last copy may have fewer than five.
        seed: Of the systems' mistakes.
        relabelled: Whether to write a second dataset folder, of another version of the labels.
    """
    base = the_five()
    systems = [_system(base, kind, seed, number) for number in range(len(SYSTEMS))]
    tables = [config for config in configs() if config.name in _READ]
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(open(folder / name, "wb")) for name in SYSTEMS]
        versions = [
            {
                (config.name, split): stack.enter_context(_writer(folder / name, config, split))
                for config in tables
                for split in _splits(config)
            }
            for name in (("dataset", "relabelled") if relabelled else ("dataset",))
        ]
        for writers in versions:
            _add_rows(writers, tables, Gold(articles=(), registries=base.registries))
        copies = range(-(-articles // len(base.articles)))
        for first in copies[::COPIES_AT_ONCE]:
            made = [copy_of(base, kind, number) for number in copies[first : first + COPIES_AT_ONCE]]
            kept = [each.articles for each in made]
            flat = [article for each in kept for article in each][: articles - first * len(base.articles)]
            _add_rows(versions[0], tables, _merged(flat, made))
            if relabelled:
                draw = random.Random(f"{seed}:{first}")
                other = [msgspec.structs.replace(each, labels=changed(each.labels, draw)) for each in flat]
                _add_rows(versions[1], tables, _merged(other, made))
            for number, article in enumerate(flat, start=first * len(base.articles)):
                registries = made[number // len(base.articles) - first].registries
                for file, line_of in zip(files, systems, strict=True):
                    file.write(line_of(number, article, registries) + b"\n")


def copy_of(base: Gold, kind: Kind, number: int) -> Gold:
    """A copy of the articles, in split ``test``, and the rows of the ids that it alone has, if the corpus is hard."""
    rows = [row for kind_of in REGISTERED for row in base.registries.of(kind_of)]
    own = {row.id for row in rows if kind is Kind.hard and zlib.crc32(row.id.encode()) % OWN == 0}

    def change(_: str, id: str) -> str:
        return f"{id}.{number}" if id in own else id

    articles = []
    for article in base.articles:
        document = msgspec.structs.replace(article.document, id=f"{article.document.id}-{number:05}", split="test")
        labels = walk.with_references(article.labels, change) if own else article.labels
        articles.append(Article(document=document, labels=labels))
    return Gold(
        articles=tuple(articles),
        registries=_registries(_own_row(row, change, number) for row in rows if row.id in own),
    )


def _registries(rows: Iterable[Row]) -> Registries:
    """Registries of rows of every kind."""
    kept = list(rows)
    by_name = {name: tuple(row for row in kept if isinstance(row, kind)) for name, kind in REGISTERED.values()}
    return Registries(**by_name)  # type: ignore[arg-type]


def changed(labels: Labels, draw: random.Random) -> Labels:
    """The labels as a later version may have them: some types, kinds and stances differ, and some items are gone."""

    def mention(each: Mention) -> Mention:
        said = draw.random()
        if said < CHANGED:
            return msgspec.structs.replace(each, type="ORG" if each.type == "PER" else "PER")
        return msgspec.structs.replace(each, kind="nominal") if said < 2 * CHANGED else each

    def stance(each: Stance) -> Stance:
        words = scheme().labels_of(each.target.kind)
        other = words[1] if each.label == words[0] else words[0]
        return msgspec.structs.replace(each, label=other) if draw.random() < CHANGED else each

    return msgspec.structs.replace(
        labels,
        mentions=tuple(mention(each) for each in labels.mentions if draw.random() >= CHANGED),
        stances=tuple(stance(each) for each in labels.stances if draw.random() >= CHANGED),
        events=tuple(each for each in labels.events if draw.random() >= CHANGED),
    )


def _own_row(row: Row, change: Callable[[str, str], str], number: int) -> Row:
    """The row of a copy's own id: other words, and no Wikidata id, as one stands in a registry once."""
    changed: dict[str, Any] = {"id": change("", row.id)}
    for field in ("name", "title", "text"):
        if hasattr(row, field):
            changed[field] = f"{getattr(row, field).rstrip('.')} of copy {number}"
    if isinstance(row, Entity | Event):
        changed |= {"wikidata": None, "wikidata_note": "of one copy alone"}
    return msgspec.structs.replace(walk.with_references(row, change), **changed)


def _merged(articles: Sequence[Article], copies: Sequence[Gold]) -> Gold:
    """Articles and the rows of all their copies."""
    rows = (row for each in copies for kind in REGISTERED for row in each.registries.of(kind))
    return Gold(articles=tuple(articles), registries=_registries(rows))


def _splits(config: Config) -> tuple[str, ...]:
    return (REGISTRY,) if config.registry else SPLITS


def _writer(folder: Path, config: Config, split: str) -> pq.ParquetWriter:
    path = folder / parquet_name(config.name, split)
    path.parent.mkdir(parents=True, exist_ok=True)
    return pq.ParquetWriter(path, config.schema, compression="zstd", write_page_index=True)


def _add_rows(writers: dict[tuple[str, str], pq.ParquetWriter], tables: Sequence[Config], gold: Gold) -> None:
    """Add a row group to every table that gold has rows for."""
    for config in tables:
        for split in _splits(config):
            if rows := list(config.rows(gold, split)):
                writers[config.name, split].write_table(pa.Table.from_pylist(rows, schema=config.schema))


def _system(base: Gold, kind: Kind, seed: int, number: int) -> Lines:
    """The system of a number; one that makes ``hard`` mistakes draws them from the seed, its number and the article."""
    if kind is Kind.copies:
        return _alternating(base, seed, number)
    said: set[str] = set()
    known = _rows(base.registries)

    def line(at: int, article: Article, registries: Registries) -> bytes:
        draw = random.Random(f"{seed}:{number}:{at}")
        labels = mistaken(article, at, draw)
        own = _rows(registries)
        return compact(described(article.document, labels, known | own, said))

    return line


def _rows(registries: Registries) -> dict[str, Row]:
    """All rows by id."""
    return {row.id: row for kind in REGISTERED for row in registries.of(kind)}


def _alternating(base: Gold, seed: int, number: int) -> Lines:
    """Lines of the baseline and of gold with items left out, in turn; where one system has gold, the other has not."""
    rules = Rules.learn(article for article in base.articles if article.document.split == "validation")
    draw = random.Random(f"{seed}:{number}")
    first: list[tuple[bytes, bytes]] = []
    for article in base.articles:
        document = article.document
        labels = article.labels
        kept = {
            layer: tuple(each for each in labels.of(layer) if draw.random() > 0.1) for layer in ("mentions", "events")
        }
        gold = PredictionLine(
            doc_id=document.id,
            text_sha256=document.text_sha256,
            quotes=labels.quotes,
            stances=labels.stances,
            **kept,
        )
        first.append((msgspec.json.encode(rules.predict(document)), compact(gold)))

    def line(at: int, article: Article, _: Registries) -> bytes:
        which = at % len(base.articles)
        whole = first[which][(at + number) % 2]
        old = msgspec.json.encode(base.articles[which].document.id)
        return whole.replace(old, msgspec.json.encode(article.document.id), 1)

    return line


def compact(line: PredictionLine) -> bytes:
    """A line as systems write it: what items leave at its default is not there, nor who marked them."""

    def slim(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: slim(each) for key, each in value.items() if key not in _GOLD_ONLY and each not in _NOTHING}
        return [slim(each) for each in value] if isinstance(value, list | tuple) else value

    return msgspec.json.encode(
        {name: slim(value) for name, value in msgspec.to_builtins(line).items() if value is not None}
    )


_GOLD_ONLY = ("annotators", "agreed", "optional", "rule")
_NOTHING: tuple[object, ...] = (None, [], ())


def main(
    articles: Annotated[int, typer.Option(min=1)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write to.")],
    kind: Kind = Kind.copies,
    seed: int = 0,
    relabelled: Annotated[bool, typer.Option("--relabelled", help="A second dataset with other labels too.")] = False,
) -> None:
    """Write a corpus of so many articles."""
    write_corpus(output, kind, articles, seed, relabelled)


if __name__ == "__main__":
    typer.run(main)
