"""What is kept of gold that is read by column is, byte by byte, what is kept of it article by article."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.builders import document
from tests.strategies import labels, texts

from onrecord.dataset import Article, FaultsError, Gold, Registries
from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.layers import using
from onrecord.dataset.publishing import folder as folders
from onrecord.dataset.publishing.folder import read_about
from onrecord.dataset.publishing.tables import configs
from onrecord.dataset.records import Labels
from onrecord.dataset.scheme import DEFAULT, Scheme
from onrecord.dataset.seeds.documents import ContentKind, Section
from onrecord.eval.scoring.kept_gold import write_gold

FILES = ("articles", "texts", "columns")

slow = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any number of articles is read by column, a few at a time."""
    monkeypatch.setattr(folders, "_FEW", 0)
    monkeypatch.setattr(folders, "_BY_COLUMN", 3)


@pytest.fixture
def columns_alone(few: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Says from when on no article may be taken by itself."""

    def refuse(_: object) -> None:
        raise AssertionError("an article is taken by itself")

    def alone(wanted: bool) -> None:
        if wanted:
            monkeypatch.setattr(folders.ArticlePart, "articles", refuse)
        else:
            monkeypatch.undo()
            monkeypatch.setattr(folders, "_FEW", 0)
            monkeypatch.setattr(folders, "_BY_COLUMN", 3)

    return alone


def kept(folder: Path, into: Path, by_column: bool) -> dict[str, bytes] | list[str]:
    """The files that are kept, or what is wrong with the folder."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    with using(read_about(folder).scheme):
        try:
            write_gold(folder, into, by_column)
        except FaultsError as error:
            return [str(fault) for fault in error.faults]
    return {name: (into / name).read_bytes() for name in FILES}


@st.composite
def sections(draw: st.DrawFn, text: str) -> tuple[Section, ...]:
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=5)))
    kinds: st.SearchStrategy[ContentKind] = st.sampled_from(["title", "dek", "byline", "body", "caption"])
    return tuple(
        Section(kind=draw(kinds), start=one, end=other, raw_start=one + 3)
        for one, other in itertools.pairwise(edges)
        if draw(st.booleans())
    )


@st.composite
def article(draw: st.DrawFn, id: str) -> Article:
    text = draw(texts)
    made = msgspec.structs.replace(
        document(text),
        id=id,
        split=draw(st.sampled_from(["test", "validation"])),
        published=draw(st.none() | st.just("2022-12-19")),
        published_source=draw(st.none() | st.just("byline")),
        url=draw(st.none() | st.just('https://example.org/"\x1f\n')),
        sections=draw(sections(text)),
    )
    return Article(document=made, labels=draw(labels(text)))


articles = st.lists(st.sampled_from("abcdefgh"), max_size=7, unique=True).flatmap(
    lambda ids: st.tuples(*(article(id) for id in ids))
)


def write_articles(
    folder: Path, several: tuple[Article, ...], change: Callable[[pa.Table], pa.Table] = lambda table: table
) -> None:
    """A dataset folder of some articles, in the order in which they are given, without registries."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data" / "articles").mkdir(parents=True)
    (config,) = (each for each in configs() if each.name == "articles")
    for split in ("test", "validation"):
        rows = list(config.rows(Gold(articles=several, registries=Registries()), split))
        table = pa.Table.from_pylist(rows, schema=config.schema)
        pq.write_table(change(table), folder / "data" / "articles" / f"{split}.parquet", row_group_size=4)


@slow
@given(several=articles)
def test_any_gold_is_kept_by_column_as_article_by_article(
    several: tuple[Article, ...], tmp_path: Path, columns_alone: Callable[[bool], None]
) -> None:
    write_articles(tmp_path / "dataset", several)
    columns_alone(True)
    by_column = kept(tmp_path / "dataset", tmp_path / "one", True)
    columns_alone(False)
    assert by_column == kept(tmp_path / "dataset", tmp_path / "other", False)


def test_the_published_gold_is_kept_by_column(
    root: Path, tmp_path: Path, columns_alone: Callable[[bool], None]
) -> None:
    columns_alone(True)
    by_column = kept(root / "dataset", tmp_path / "one", True)
    columns_alone(False)
    assert by_column == kept(root / "dataset", tmp_path / "other", False)


@pytest.mark.parametrize(
    "layers", [("mentions",), ("quotes",), ("mentions", "quotes"), ("mentions", "quotes", "events")]
)
@settings(slow, max_examples=10)
@given(several=articles)
def test_of_a_scheme_that_lacks_layers(
    layers: tuple[str, ...], several: tuple[Article, ...], tmp_path: Path, columns_alone: Callable[[bool], None]
) -> None:
    scheme = Scheme(layers=layers, quote_modes=("thought", "statement"))
    with using(scheme):
        write_articles(tmp_path / "dataset", several)
    (tmp_path / "dataset" / "corpus.json").write_bytes(msgspec.json.encode(CorpusFile(scheme=scheme)))
    columns_alone(True)
    by_column = kept(tmp_path / "dataset", tmp_path / "one", True)
    columns_alone(False)
    assert by_column == kept(tmp_path / "dataset", tmp_path / "other", False)


Items = list[dict[str, Any]]


def _each(layer: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Items], None]:
    def changed(rows: Items) -> None:
        for item in rows[-1][layer]:
            change(item)

    return changed


def _row(change: Callable[[dict[str, Any]], object]) -> Callable[[Items], None]:
    return lambda rows: change(rows[-1])  # type: ignore[return-value]


ODD: dict[str, Callable[[Items], None]] = {
    "a parent that is not there": _each("quotes", lambda each: each.update(parent="nobody")),
    "a parent of another article": _each("quotes", lambda each: each.update(parent="elsewhere")),
    "one id for all": _each("quotes", lambda each: each.update(id="q", parent="q")),
    "no ids": _each("quotes", lambda each: each.update(id=None, parent=None)),
    "no entity": _each("mentions", lambda each: each.update(entity=None)),
    "an offset beyond the text": _each("mentions", lambda each: each.update(end=2_000_000)),
    "a cue beyond the text": _each("quotes", lambda each: each.update(cue={"start": 5, "end": 999, "text": "x"})),
    "a cue that is empty": _each("quotes", lambda each: each.update(cue={"start": 5, "end": 5, "text": ""})),
    "a negative offset": _each("mentions", lambda each: each.update(start=-1)),
    "a word of another scheme": _each("mentions", lambda each: each.update(type="THING")),
    "an id with a space": _each("events", lambda each: each.update(event="an event")),
    "a null for a word": _each("mentions", lambda each: each.update(kind=None)),
    "a null for a truth value": _each("stances", lambda each: each.update(optional=None)),
    "a null for an offset": _each("mentions", lambda each: each.update(start=None)),
    "a null for a surface": _each("mentions", lambda each: each.update(text=None)),
    "a null for a record": _each("stances", lambda each: each.update(target=None)),
    "a null within a record": _each("stances", lambda each: each["target"].update(id=None)),
    "a null for a list": _each("quotes", lambda each: each.update(speaker=None)),
    "a null in a list": _each("quotes", lambda each: each.update(relays=["minsk", None])),
    "a null in a list of spans": _each("stances", lambda each: each.update(evidence=[None])),
    "evidence in any order": _each(
        "stances", lambda each: each.update(evidence=[{"start": a, "end": b, "text": ""} for a, b in ((9, 4), (1, 3))])
    ),
    "a null for an item": _row(lambda row: row.update(mentions=[None])),
    "a null for a layer": _row(lambda row: row.update(events=None)),
    "a null for a text": _row(lambda row: row.update(text=None)),
    "a null for a topic": _row(lambda row: row.update(topic=None)),
    "a null for a title": _row(lambda row: row.update(title=None)),
    "sections that overlap": _row(
        lambda row: row.update(
            sections=[{"kind": kind, "start": 0, "end": 30, "raw_start": 0} for kind in ("dek", "title")]
        )
    ),
    "sections in any order": _row(
        lambda row: row.update(
            sections=[
                {"kind": kind, "start": start, "end": start + 5, "raw_start": 0}
                for kind, start in (("body", 9), ("title", 0))
            ]
        )
    ),
    "an id that is none": _row(lambda row: row.update(doc_id="an id")),
    "one id for two": lambda rows: rows[-1].update(doc_id=rows[0]["doc_id"]),
}
"""What rows may say that checked gold does not."""


@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_is_as_it_is_article_by_article(odd: str, gold: Gold, tmp_path: Path, few: None) -> None:
    several = _with_ids_of_others(gold)

    def change(table: pa.Table) -> pa.Table:
        rows = table.to_pylist()
        if len(rows) > 1:
            ODD[odd](rows)
        return pa.Table.from_pylist(rows, schema=table.schema)

    _same_both_ways(tmp_path, several, change)


def _with_ids_of_others(gold: Gold) -> tuple[Article, ...]:
    """Some articles, of which the first has a quote with an id of its own."""
    some = [each for each in gold.articles if all(each.labels.of(layer) for layer in DEFAULT.layers)][:5]
    moved = [msgspec.structs.replace(each.document, split="test") for each in some]
    first = some[0].labels.quotes
    own = (msgspec.structs.replace(first[0], id="elsewhere", parent=None), *first[1:])
    others = [msgspec.structs.replace(some[0].labels, quotes=own), *(each.labels for each in some[1:])]
    return tuple(Article(document=one, labels=two) for one, two in zip(moved, others, strict=True))


def _same_both_ways(folder: Path, several: tuple[Article, ...], change: Callable[[pa.Table], pa.Table]) -> None:
    write_articles(folder / "dataset", several, change)
    try:
        one_by_one: object = kept(folder / "dataset", folder / "other", False)
    except (IndexError, KeyError, ValueError) as error:
        with pytest.raises(type(error)):
            kept(folder / "dataset", folder / "one", True)
        return
    assert kept(folder / "dataset", folder / "one", True) == one_by_one


def _typed(name: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(table.schema.get_field_index(name), name, table[name].cast(kind))


def _renamed(old: str, new: str) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.rename_columns([new if name == old else name for name in table.schema.names])


def _without_field(layer: str, name: str) -> Callable[[pa.Table], pa.Table]:
    def changed(table: pa.Table) -> pa.Table:
        kind = table.schema.field(layer).type.value_type
        kept_fields = pa.struct([field for field in kind if field.name != name])
        rows = [[{k: v for k, v in item.items() if k != name} for item in row] for row in table[layer].to_pylist()]
        return table.set_column(table.schema.get_field_index(layer), layer, pa.array(rows, pa.list_(kept_fields)))

    return changed


def _with_field(layer: str, name: str) -> Callable[[pa.Table], pa.Table]:
    def changed(table: pa.Table) -> pa.Table:
        kind = table.schema.field(layer).type.value_type
        rows = [[{**item, name: "x"} for item in row] for row in table[layer].to_pylist()]
        more = pa.list_(pa.struct([*kind, pa.field(name, pa.string())]))
        return table.set_column(table.schema.get_field_index(layer), layer, pa.array(rows, more))

    return changed


OTHER: dict[str, Callable[[pa.Table], pa.Table]] = {
    "an older name of the id": _renamed("doc_id", "id"),
    "both names of the id": lambda table: table.append_column("id", table["doc_id"]),
    "a split of its own": lambda table: table.append_column("split", pa.array(["train"] * len(table))),
    "a column of one's own": lambda table: table.append_column("x_mine", pa.array(["x"] * len(table))),
    "no title": lambda table: table.drop_columns(["title"]),
    "no publisher": lambda table: table.drop_columns(["publisher"]),
    "no layer": lambda table: table.drop_columns(["stances"]),
    "large text": _typed("text", pa.large_string()),
    "dictionaries": _typed("topic", pa.dictionary(pa.int32(), pa.string())),
    "numbers for words": lambda table: table.set_column(7, "topic", pa.array([7] * len(table))),
    "a field that is lacking": _without_field("mentions", "rule"),
    "a field that must be there and is not": _without_field("mentions", "type"),
    "a field of one's own": _with_field("quotes", "x_mine"),
    "another order": lambda table: table.select([*reversed(table.schema.names)]),
}
"""Columns that another version or another program may write."""


@pytest.mark.parametrize("other", OTHER)
def test_other_columns_are_as_they_are_article_by_article(other: str, gold: Gold, tmp_path: Path, few: None) -> None:
    _same_both_ways(tmp_path, _with_ids_of_others(gold), OTHER[other])


def test_what_is_no_utf_8_is_as_it_is_article_by_article(gold: Gold, tmp_path: Path, few: None) -> None:
    def change(table: pa.Table) -> pa.Table:
        raw = pa.array([b"\xff" + each.encode() for each in table["publisher"].to_pylist()], pa.binary())
        return table.set_column(table.schema.get_field_index("publisher"), "publisher", raw.view(pa.string()))

    _same_both_ways(tmp_path, _with_ids_of_others(gold), change)


def test_an_article_without_labels(tmp_path: Path, few: None) -> None:
    plain = Article(document=document("Nobody said a thing."), labels=Labels())
    _same_both_ways(tmp_path, (plain,), lambda table: table)
