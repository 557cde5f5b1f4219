"""What the columns say of themselves: on the card and in Croissant, from the types, in the scheme of the corpus."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.builders import ABOUT

from onrecord.dataset import Article, Gold, Mention, Quote, Registries, Span
from onrecord.dataset.corpus import CorpusFile
from onrecord.dataset.layers import added, labels, using
from onrecord.dataset.publishing.build import build, write
from onrecord.dataset.publishing.columns import Column
from onrecord.dataset.publishing.dictionary import dictionary
from onrecord.dataset.publishing.folder import read_rows
from onrecord.dataset.publishing.names import named_fields
from onrecord.dataset.publishing.tables import Config, configs
from onrecord.dataset.records import EntityId, EventId, Item, QuoteId
from onrecord.dataset.scheme import Scheme

NEVER_NULL = {"id"}
"""May be left out of predictions, but of nothing that is published."""


def every_column() -> Iterator[tuple[str, Column]]:
    """Every column and part of one, with its place."""
    waiting = [(f"{config.name}.{column.name}", column) for config in configs() for column in config.columns]
    while waiting:
        place, column = waiting.pop(0)
        yield place, column
        waiting += [(f"{place}.{part.name}", part) for part in column.parts]


def test_every_column_is_described_as_a_sentence() -> None:
    for place, column in every_column():
        assert column.meaning.endswith("."), place
        assert column.meaning[0].isupper(), place
        assert "null where" not in column.meaning.lower(), place


def test_a_column_that_is_null_somewhere_says_where(root: Path) -> None:
    """By the data itself, and nothing that says where is a list, which is empty instead."""
    for config in configs():
        for path in (root / "dataset/data" / config.name).glob("*.parquet"):
            for row in pq.read_table(path).to_pylist():
                for column in config.columns:
                    for place, part, value in values(column, row[column.name], column.name):
                        assert value is not None or part.null, (config.name, place)
    assert [place for place, column in every_column() if column.null and pa.types.is_list(column.type)] == []


def values(column: Column, value: Any, place: str) -> Iterator[tuple[str, Column, Any]]:
    yield place, column, value
    many = isinstance(value, list)
    for each in (value if many else [value]) if column.parts else ():
        for part in column.parts if each is not None else ():
            yield from values(part, each[part.name], f"{place}.{part.name}")


def test_what_may_be_left_out_says_where_it_is_null() -> None:
    for kind, without in ((Mention, NEVER_NULL), (Quote, NEVER_NULL)):
        optional = {field.name for field in msgspec.structs.fields(kind) if field.default is None} - without
        config = next(each for each in configs() if each.name == ("entities" if kind is Mention else "quotes"))
        assert optional <= {column.name for column in config.columns if column.null}


def test_the_card_has_every_column_with_type_meaning_and_words(root: Path) -> None:
    card = (root / "dataset/README.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in card.partition("## Columns\n")[2].split("### ")[1:])
    assert [name.strip("`") for name in sections][: len(configs())] == [config.name for config in configs()]
    for config in configs():
        section = sections[f"`{config.name}`"]
        for column in config.columns:
            (line,) = (line for line in section.splitlines() if line.startswith(f"| `{column.name}` |"))
            _, _, type, meaning, null, _ = line.split("|")
            assert type.strip()
            assert meaning.strip().startswith(column.meaning)
            assert null.strip() == column.null
            assert all(f"`{word}`" in meaning for word in column.words)
    assert "| `target.kind` | string | Which registry its id is of. One of `entity`, `event`, `claim`. |  |" in card
    assert "| `sections[].raw_start` | integer |" in card


def test_a_layer_without_a_config_has_its_parts_where_it_is_nested() -> None:
    articles = configs()[0]
    assert not [name for name, *_ in dictionary(articles, configs()) if "mentions[]" in name]
    alone = [name for name, *_ in dictionary(articles, [articles])]
    assert {"`mentions[].entity`", "`stances[].target.kind`", "`quotes[].content`"} <= set(alone)


def croissant_fields(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every field and part of one, by its place."""
    waiting = [field for each in described["recordSet"] for field in each["field"]]
    found = {}
    while waiting:
        field = waiting.pop(0)
        found[field["@id"]] = field
        waiting += field.get("subField", [])
    return found


def test_croissant_describes_every_field_and_names_its_vocabulary(root: Path) -> None:
    described = json.loads((root / "dataset/croissant.json").read_text(encoding="utf-8"))
    fields = croissant_fields(described)
    assert all(field["description"] for field in fields.values())
    words = {
        each["@id"]: [next(iter(row.values())) for row in each["data"]]
        for each in described["recordSet"]
        if "data" in each
    }
    for config in configs():
        for split in ("registry",) if config.registry else ("validation", "test"):
            for column in config.columns:
                field = fields[f"{config.name}_{split}/{column.name}"]
                assert field["description"].startswith(column.meaning.replace("`", ""))
                assert column.null.replace("`", "") in field["description"]
                if column.words:
                    vocabulary = field["references"]["field"]["@id"].partition("/")[0]
                    assert words[vocabulary] == list(column.words)
    assert words["stance_label"] == ["asserts", "denies", "doubts", "favor", "against", "neutral"]
    assert words["event_mention_modality"] == ["actual", "planned", "hypothetical", "denied"]
    assert words["target_kind"] == ["entity", "event", "claim"]


CROISSANT = """
import json, sys
import mlcroissant as mlc
dataset = mlc.Dataset("croissant.json")
issues = dataset.metadata.ctx.issues
assert not issues.errors and not issues.warnings, issues
def plain(value):
    if isinstance(value, dict):
        return {key.rpartition("/")[2]: plain(each) for key, each in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.decode() if isinstance(value, bytes) else None if value != value else value
said = {each.name: [plain(row) for row in dataset.records(each.name)] for each in dataset.metadata.record_sets}
print(json.dumps(said))
"""


def read_by_croissant(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of every record set, as mlcroissant reads them, in a process of its own."""
    words = [sys.executable, "-c", CROISSANT]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return said


def same(read: Any, row: Any) -> bool:
    """Whether what mlcroissant reads is what a row says, as far as it reads it: no lists and records within records."""
    if row is None:  # of a record it gives one of nothing
        return read is None or (isinstance(read, dict) and set(read.values()) <= {None})
    if isinstance(row, dict):
        return all(same(read[name], row[name]) for name in read) and read.keys() <= row.keys()
    if isinstance(row, list):
        return len(read) == len(row) and all(map(same, read, row))
    return bool(read == row)


@pytest.mark.long
def test_croissant_is_valid_and_reads_every_row(root: Path) -> None:
    said = read_by_croissant(root / "dataset")
    for path in sorted((root / "dataset/data").glob("*/*.parquet")):
        rows = read_rows(root / "dataset", path.parent.name, path.stem)
        read = said.pop(f"{path.parent.name}_{path.stem}")
        assert len(read) == len(rows)
        for one, row in zip(read, rows, strict=True):
            assert one.keys() == row.keys()
            assert same(one, row), (path, one, row)
    assert said["quote_type"] == [{"word": "direct"}, {"word": "mixed"}, {"word": "indirect"}]


OWN = Scheme(
    layers=("mentions", "quotes"),
    ids=False,
    entity_types=("Persona", "Órgano"),
    free_types=(),
    mention_kinds=("nombre", "otro"),
    quote_modes=("dicho", "pensado"),
)


def own_gold(gold: Gold) -> Gold:
    """Two articles labelled by a scheme of their own, without ids."""
    articles = []
    with using(OWN):
        for article in gold.articles[:2]:
            text, span = article.document.text, article.labels.quotes[0].content[0]
            mention: Any = Mention(id="m1", start=0, end=3, text=text[:3], type="Órgano", kind="nombre")  # type: ignore[arg-type]
            quote: Any = Quote(id="q1", content=(span,), mode="dicho")  # type: ignore[arg-type]
            articles.append(Article(document=article.document, labels=labels(mentions=[mention], quotes=[quote])))
    return Gold(articles=tuple(articles), registries=Registries(), scheme=OWN)


@pytest.mark.long
def test_card_croissant_and_rows_follow_from_the_scheme(gold: Gold, tmp_path: Path) -> None:
    about: CorpusFile = msgspec.structs.replace(ABOUT, scheme=OWN)
    write(build(own_gold(gold), about, ""), tmp_path)
    (split,) = {article.document.split for article in gold.articles[:1]}
    row = read_rows(tmp_path, "entities", split)[0]
    assert (row["type"], row["entity"], row["entity_name"], row["wikidata"]) == ("Órgano", None, None, None)
    quote = read_rows(tmp_path, "quotes", split)[0]
    assert (quote["speaker"], quote["speaker_names"], quote["mode"]) == ([], [], "dicho")
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "One of `Persona`, `Órgano`." in card
    assert "One of `dicho`, `pensado`." in card
    assert "`stances`" not in card
    assert "`PER`" not in card
    said = read_by_croissant(tmp_path)
    assert said["mention_kind"] == [{"word": "nombre"}, {"word": "otro"}]
    assert [each["type"] for each in said[f"entities_{split}"]] == ["Órgano"]
    assert not {"stance_label", "entity_type"} & said.keys()


def test_a_row_says_the_names_of_what_it_refers_to(root: Path, gold: Gold) -> None:
    names = {row.id: row.name for row in gold.registries.entities} | {"unknown": "unknown"}
    titles = {row.id: row.title for row in gold.registries.events}
    words = titles | names | {row.id: row.text for row in gold.registries.claims}
    said = {row.id: row.title for row in gold.registries.utterances}
    wikidata = {row.id: row.wikidata for row in gold.registries.entities}
    dates = {row.id: row.date for row in gold.registries.events}
    every = []
    for split in ("validation", "test"):
        quotes = read_rows(root / "dataset", "quotes", split)
        every += quotes
        by_id = {(row["doc_id"], row["id"]): row["text"] for row in quotes}
        for row in quotes:
            assert row["speaker_names"] == [names[id] for id in row["speaker"]]
            assert row["addressee_names"] == [names[id] for id in row["addressee"]]
            assert row["relay_names"] == [names[id] for id in row["relays"]]
            assert row["parent_text"] == (row["parent"] and by_id[row["doc_id"], row["parent"]])
            assert row["utterance_title"] == (row["utterance"] and said[row["utterance"]])
        for row in read_rows(root / "dataset", "entities", split):
            assert (row["entity_name"], row["wikidata"]) == (names[row["entity"]], wikidata[row["entity"]])
            assert row["literal_name"] == (row["literal"] and names[row["literal"]])
        for row in read_rows(root / "dataset", "stances", split):
            assert row["holder_name"] == names[row["holder"]]
            assert row["target_name"] == words[row["target"]["id"]]
            assert row["quote_text"] == (row["quote"] and by_id[row["doc_id"], row["quote"]])
        for row in read_rows(root / "dataset", "events", split):
            assert (row["event_title"], row["event_date"]) == (titles[row["event"]], dates[row["event"]])
    assert "unknown" in {name for row in every for name in row["speaker_names"]}
    assert {True, False} <= {row["parent_text"] is None for row in every}


def test_a_span_stands_in_its_context_where_context_start_says(root: Path) -> None:
    several = 0
    for config in ("entities", "quotes", "stances", "events"):
        for split in ("validation", "test"):
            texts = {row["doc_id"]: row["text"] for row in read_rows(root / "dataset", "articles", split)}
            for row in read_rows(root / "dataset", config, split):
                spans = row.get("content") or row.get("evidence") or [row]
                low = row["context_start"]
                assert texts[row["doc_id"]][low : low + len(row["context"])] == row["context"]
                first = spans[0]
                assert row["context"][first["start"] - low : first["end"] - low] == first["text"]
                several += row["context"].count(first["text"]) > 1
    assert several > 100  # of which none could be found by its words alone


class Deal(Item, frozen=True, kw_only=True):
    """Two sides agree on something."""

    words: Span
    """Where it is told."""
    sides: tuple[EntityId, ...]
    """Who agrees."""
    about: EventId | None = None
    """On what; null where nothing says it."""
    told_by: QuoteId | None = None
    """Which quote tells it; null where none does."""


def test_a_layer_that_is_added_gets_its_names_too(gold: Gold, tmp_path: Path) -> None:
    assert [each.column.name for each in named_fields(Deal)] == ["side_names", "about_title", "told_by_text"]
    article = gold.articles[0]
    quote = article.labels.quotes[0]
    deal = Deal(
        id="d1",
        words=quote.content[0],
        sides=("vladimir-putin", "alexander-lukashenko"),
        about=gold.registries.events[0].id,
        told_by=quote.id,
    )
    with added("deals", Deal):
        own = labels(**{**{layer: article.labels.of(layer) for layer in ("mentions", "quotes")}, "deals": [deal]})
        one = Gold(articles=(Article(document=article.document, labels=own),), registries=gold.registries)
        write(build(one, ABOUT, ""), tmp_path)
        (row,) = read_rows(tmp_path, "deals", article.document.split)
        config: Config = next(each for each in configs() if each.name == "deals")
    assert row["side_names"] == ["Vladimir Putin", "Alexander Lukashenko"]
    assert row["about_title"] == gold.registries.events[0].title
    assert row["told_by_text"] == " … ".join(span.text for span in quote.content)
    assert {column.name: column.null for column in config.columns}["about"] == "nothing says it"
