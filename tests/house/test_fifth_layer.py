"""A fifth layer in one module: what is registered here is validated, scored, shown, published and annotated everywhere.

No other file knows of relations. Whatever fails here for a layer that was added would be lost in silence for it.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import jsonschema
import msgspec
import pytest
from playwright.sync_api import Browser
from tests.builders import ABOUT
from tests.eval.conftest import as_bytes, lines_of

from onrecord.annotation.agreement.measures import agreement
from onrecord.annotation.agreement.tables import attribute_rows, score_rows
from onrecord.annotation.gold.adjudication import attribute_items, proposals
from onrecord.annotation.label_studio.exports import Annotation
from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.from_result import from_result
from onrecord.annotation.label_studio.labelling import config
from onrecord.annotation.label_studio.menus import menus, offered_ids
from onrecord.annotation.label_studio.project import check_config, with_ids
from onrecord.annotation.label_studio.to_result import to_result
from onrecord.dataset import Article, FaultsError, Gold, Labels, Span, read_folder
from onrecord.dataset.gold import ordered
from onrecord.dataset.layers import LAYERS, labels
from onrecord.dataset.publishing.build import build, differences, write
from onrecord.dataset.publishing.standoff import read_release, rehydrate, release_json, strip
from onrecord.dataset.records import EntityId, Item
from onrecord.eval import compare, record_bytes, record_of, score
from onrecord.eval.board import board_csv, board_html, board_json
from onrecord.eval.board.assessing import Bench
from onrecord.eval.board.budget import Budget
from onrecord.eval.board.entries import entry_folders
from onrecord.eval.board.everyone import assessed_entries
from onrecord.eval.board.standings import standings
from onrecord.eval.layers.gold_changes import gold_changes
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.layer import MISSED, RIGHT, SPURIOUS, Compared, DocumentPair, Layer, State, Verdict
from onrecord.eval.layers.scored import added, scored_layers
from onrecord.eval.layers.shown import in_words
from onrecord.eval.platforms.keys import columns, numbers
from onrecord.eval.platforms.reference import read_reference, reference_bytes, reference_of
from onrecord.eval.report import html, markdown_report, page_view
from onrecord.eval.report.items import documents_of
from onrecord.eval.schemas import schema
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.record import read_record
from onrecord.eval.scoring.score_file import score_bytes
from onrecord.eval.scoring.stored_gold import gold_in_memory
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.statistics.measure import Measure
from onrecord.eval.submission.examples import example

# --- the layer: all there is of it ---


class Relation(Item, frozen=True, kw_only=True):
    """How two entities stand to each other, as one document says."""

    subject: Span
    object: Span
    one: EntityId
    other: EntityId
    label: Literal["ally", "rival"]


@dataclasses.dataclass(frozen=True)
class RelationReading:
    """One document's relations; those with the same two spans answer each other."""

    gold: Sequence[Relation]
    predicted: Sequence[Relation]
    pairs: tuple[tuple[int, int], ...]
    ids: IdMap

    def right(self, g: int, p: int) -> bool:
        """Whether a prediction says what gold says."""
        gold, said = self.gold[g], self.predicted[p]
        entities = (self.ids.entity.get(said.one), self.ids.entity.get(said.other))
        return entities == (gold.one, gold.other) and said.label == gold.label


def _pair(pair: DocumentPair) -> RelationReading:
    gold, predicted = pair.gold.of("relations"), pair.predicted.of("relations")
    waiting: dict[tuple[Span, Span], list[int]] = {}
    for p, relation in enumerate(predicted):
        waiting.setdefault((relation.subject, relation.object), []).append(p)
    pairs = [(g, waiting[key].pop(0)) for g, each in enumerate(gold) if waiting.get(key := (each.subject, each.object))]
    return RelationReading(gold, predicted, tuple(pairs), pair.ids)


def _state(reading: RelationReading) -> State:
    right = sum(reading.right(g, p) for g, p in reading.pairs)
    sides = len(reading.gold), len(reading.predicted)
    return State({"relation": Counts.matched(right, *sides), "pair": Counts.matched(len(reading.pairs), *sides)})


def _verdicts(reading: RelationReading) -> list[Verdict]:
    partner = dict(reading.pairs)
    found = []
    for g, each in enumerate(reading.gold):
        p = partner.get(g)
        outcome = MISSED if p is None else RIGHT if reading.right(g, p) else "relation"
        found.append(Verdict(g, p, outcome, ("relation", each.subject, each.object), in_words(each)))
    return found + [
        Verdict(None, p, SPURIOUS, ("relation", each.subject, each.object, each.label), in_words(each))
        for p, each in enumerate(reading.predicted)
        if p not in partner.values()
    ]


RELATIONS: Layer[RelationReading] = Layer(
    name="relations",
    item="relations",
    measures=(
        Measure("relation", "both ends, both entities and the label right"),
        Measure("pair", "both ends right"),
    ),
    pair=_pair,
    state=_state,
    verdicts=_verdicts,
    outcomes={"relation": "right ends, wrong entity or label"},
    matches=lambda reading: reading.pairs,
    compared=(Compared("label"), Compared("one"), Compared("other")),
    agreed_by=("relation",),
    label="label",
)

# --- what becomes of it ---


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    with added(RELATIONS, Relation):
        yield
    assert "relations" not in LAYERS
    assert RELATIONS not in scored_layers()


@pytest.fixture
def with_relations(five: Gold) -> Gold:
    """The gold with two relations in every article, between the names that come first."""

    def related(article: Article) -> Article:
        names = [m for m in article.labels.mentions if m.kind == "name" and m.literal is None][:3]
        said: tuple[Literal["ally", "rival"], ...] = ("ally", "rival")
        made = [
            Relation(id=f"r{n}", subject=a.span, object=b.span, one=a.entity or "", other=b.entity or "", label=label)
            for n, (a, b, label) in enumerate(zip(names, names[1:], said, strict=False), start=1)
        ]
        items = {layer: article.labels.of(layer) for layer in article.labels.__struct_fields__}
        return Article(document=article.document, labels=ordered(labels(**items, relations=made)))

    return Gold(articles=tuple(map(related, five.articles)), registries=five.registries)


@pytest.fixture
def folder(with_relations: Gold, tmp_path: Path) -> Path:
    """That gold as a dataset folder."""
    write(build(with_relations, ABOUT, "- `ann` (mine): person, annotator.\n"), tmp_path / "dataset")
    return tmp_path / "dataset"


def file_of(gold: Gold, path: Path, change: str = "", in_articles: int = 5) -> Path:
    """Gold as a prediction file, in which every relation of some articles has one label where one is given."""
    lines = lines_of(gold.articles)
    for number, (line, article) in enumerate(zip(lines, gold.articles, strict=True)):
        relations = [msgspec.structs.replace(each, id=None) for each in article.labels.of("relations")]
        line["relations"] = [
            {
                k: v
                for k, v in msgspec.to_builtins(each).items()
                if k not in ("annotators", "agreed", "optional", "rule")
            }
            | ({"label": change} if change and number < in_articles else {})
            for each in relations
        ]
    path.write_bytes(as_bytes(lines))
    return path


def test_it_is_validated_by_its_types(with_relations: Gold, folder: Path, tmp_path: Path) -> None:
    path = file_of(with_relations, tmp_path / "p.jsonl")
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    lines[0]["relations"][0]["subject"]["text"] = "Nobody"
    lines[0]["relations"][1]["one"] = "never-declared"
    lines[1]["relations"][0]["label"] = "allly"
    lines[1]["relations"][1]["object"]["end"] = 10**6
    lines[2]["relations"].append(dict(lines[2]["relations"][0], id="r"))
    lines[2]["relations"].append(dict(lines[2]["relations"][1], id="r"))
    path.write_bytes(as_bytes(lines))
    with pytest.raises(FaultsError) as caught:
        score(path, folder, "all")
    found = {(fault.line, fault.code, fault.pointer) for fault in caught.value.faults}
    assert found == {
        (1, "surface", "/relations/0/subject/text"),
        (1, "reference", "/relations/1/one"),
        (2, "label", "/relations/0/label"),
        (2, "offset", "/relations/1/object"),
        (3, "repeated-id", "/relations/3/id"),
    }
    (label,) = [fault for fault in caught.value.faults if fault.code == "label"]
    assert "ally, rival" in label.expected
    assert "'ally'" in label.hint


def test_gold_that_does_not_hold_is_not_built(with_relations: Gold) -> None:
    first, *rest = with_relations.articles
    wrong = first.labels.changed(
        lambda layer, item: msgspec.structs.replace(item, other="nobody-known") if layer == "relations" else item
    )
    bad = Gold(articles=(Article(document=first.document, labels=wrong), *rest), registries=with_relations.registries)
    with pytest.raises(FaultsError) as caught:
        build(bad, ABOUT, "")
    assert {fault.pointer for fault in caught.value.faults} == {"/relations/0/other", "/relations/1/other"}


def test_it_is_scored_with_intervals_and_is_in_the_record(with_relations: Gold, folder: Path, tmp_path: Path) -> None:
    perfect = score(file_of(with_relations, tmp_path / "p.jsonl"), folder, "all")
    assert perfect.result.values["relations:relation"] == perfect.result.values["relations:pair"] == 1
    half = score(file_of(with_relations, tmp_path / "h.jsonl", "ally", in_articles=3), folder, "all")
    assert half.result.values["relations:relation"] == pytest.approx(0.7)
    assert half.result.values["relations:pair"] == 1
    interval = half.intervals["relations:relation"]
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low < 0.7 < interval.high
    record = read_record("r.json", record_bytes(record_of(half)))
    assert record.layers["relations"].headline == "relation"
    assert record.layers["relations"].measures["relation"].value == pytest.approx(0.7)
    assert record.coverage is not None
    assert "relations" in record.coverage.layers
    assert record.layers["relations"].documents[with_relations.articles[0].document.id].counts["pair"] == (2, 2, 2, 2)
    assert "relations:relation" in half.to_frame().index.map(":".join)


def test_it_is_compared(with_relations: Gold, folder: Path, tmp_path: Path) -> None:
    files = file_of(with_relations, tmp_path / "h.jsonl", "ally"), file_of(with_relations, tmp_path / "p.jsonl")
    found = compare(*files, gold=folder, split="all")
    assert found.contrasts[0, 1]["relations:relation"].difference == pytest.approx(0.5)
    assert found.ranks["relations:relation"]
    fixed = [each for each in found.items() if each.layer == "relations"]
    assert [(each.change, each.earlier, each.later) for each in fixed] == [("fixed", "relation", "right")] * 5


def test_it_is_in_the_report(with_relations: Gold, folder: Path, tmp_path: Path) -> None:
    path = file_of(with_relations, tmp_path / "h.jsonl", "ally")
    found = score_bytes(path, path.read_bytes(), read_folder(folder), Asked("all"))
    view = page_view(found.report, with_relations, found.submission)
    errors = next(each for each in view.errors if each.layer == "relations")
    assert {each.outcome: each.count for each in errors.classes} == {"right": 5, "relation": 5}
    assert {each.meaning for each in errors.classes} >= {"right ends, wrong entity or label"}
    (confusion,) = [each for each in view.confusions if each.layer == "relations"]
    assert [row[0] for row in confusion.rows] == ["ally", "rival", "–"]
    for document in documents_of(view.result):
        items = [item for item in document.items if item.layer == "relations"]
        assert len(items) == 2
        for item in items:
            assert item.gold is not None
            assert {role for *_, role in item.gold.places} == {"subject", "object"}
            assert {name for name, _ in item.gold.fields} == {"one", "other"}
    assert "relations:relation" in markdown_report(view)


def test_its_items_are_drawn_by_the_report(
    with_relations: Gold, folder: Path, tmp_path: Path, browser: Browser
) -> None:
    path = file_of(with_relations, tmp_path / "h.jsonl", "ally")
    found = score_bytes(path, path.read_bytes(), read_folder(folder), Asked("all", how=None))
    view = page_view(found.report, with_relations, found.submission)
    (tmp_path / "report.html").write_bytes(html(view))
    page = browser.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    first = next(documents_of(view.result))
    item = next(each for each in first.items if each.layer == "relations")
    page.goto(f"{(tmp_path / 'report.html').as_uri()}#doc={first.document}&item={item.key}")
    page.wait_for_selector("#text .relations", state="attached")
    assert "relations" in page.inner_text("#details")
    assert "relations" in page.inner_text("#layers")
    assert wrong == []
    page.close()


def test_it_has_a_column_on_boards_and_platforms(with_relations: Gold, folder: Path, tmp_path: Path) -> None:
    entry = tmp_path / "results" / "team" / "system"
    entry.mkdir(parents=True)
    file_of(with_relations, entry / "predictions.jsonl", "ally")
    (entry / "about.json").write_text('{"team": "team", "system": "system", "name": "a"}')
    gold = read_folder(folder)
    bench = Bench(gold_in_memory(gold), None, Asked("all"))
    entries = assessed_entries(entry_folders(tmp_path / "results")[0], bench, Budget())
    found = standings(entries, bench.gold, bench.asked)
    assert not found.rows[0].excluded
    assert found.rows[0].ranks["relations"] is not None
    assert "relations:relation" in json.loads(board_json(found, ()))["entries"][0]["scores"]
    assert "relations:relation" in board_csv(found, ()).decode()
    assert "relations" in board_html(found, (), "").decode()
    assert "relations_relation" in {column.key for column in columns()}
    made = tmp_path / "reference.json"
    made.write_bytes(reference_bytes(reference_of(gold, "all")))
    path = entry / "predictions.jsonl"
    again = score_bytes(path, path.read_bytes(), read_reference(made).gold, Asked("all", how=None))
    assert numbers(again.result)["relations_relation"] == pytest.approx(0.5)


def test_it_is_published_and_comes_back(with_relations: Gold, folder: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    assert read_folder(folder) == with_relations
    assert differences(build(with_relations, ABOUT, "- `ann` (mine): person, annotator.\n"), folder) == []
    rows = datasets.load_dataset(str(folder), "relations", split="test", cache_dir=str(tmp_path / "cache"))
    expected = [
        each for a in with_relations.articles if a.document.split == "test" for each in a.labels.of("relations")
    ]
    assert [row["label"] for row in rows] == [each.label for each in expected]
    assert rows[0]["subject"] == msgspec.to_builtins(expected[0].subject)
    assert rows[0]["context"]
    whole = datasets.load_dataset(str(folder), split="test", cache_dir=str(tmp_path / "cache"))
    assert [len(row["relations"]) for row in whole] == [2] * len(whole)
    assert "`relations`" in (folder / "README.md").read_text()
    assert "relations_test" in (folder / "croissant.json").read_text()
    assert b'"relations"' in next((folder / "gold").glob("*.json")).read_bytes()


def test_it_is_released_without_text_and_restored(with_relations: Gold, root: Path, tmp_path: Path) -> None:
    release = tmp_path / "release.json"
    release.write_bytes(release_json(strip(with_relations, ABOUT, "- made up")))
    for article in read_release(release).articles:
        for each in article.labels.of("relations"):
            assert each.subject.text == ""
            assert each.object.text == ""
    assert rehydrate(read_release(release), root / "seeds") == with_relations


def annotated(gold: Gold, name: str, label: str = "") -> list[Annotation]:
    def said(layer: str, item: Item) -> Item:
        return msgspec.structs.replace(item, label=label) if layer == "relations" and label else item

    return [
        Annotation(a.document.id, name, a.labels.changed(said), frozenset(LAYERS), n, f"{name}.json", f"/{n}")
        for n, a in enumerate(gold.articles)
    ]


def test_annotators_agree_on_it_and_are_adjudicated(with_relations: Gold) -> None:
    documents = [article.document for article in with_relations.articles]
    both = [*annotated(with_relations, "ann"), *annotated(with_relations, "bob", "ally")]
    (pair,) = agreement(both, documents)
    assert "relations:relation" in [row[0] for row in score_rows(pair)]
    by_name = {row[0]: row for row in attribute_rows(pair)}
    assert by_name["relations:label"][3] == "50.0"
    assert by_name["relations:one"][3] == "100.0"
    assert [each.kind for each in pair.disagreements if each.layer == "relations"] == ["label"] * 5
    merged = proposals(both, documents, with_relations.articles, with_relations.registries)["merged"]
    for each in merged.values():
        relations = each.of("relations")
        assert sorted(item.agreed for item in relations) == [False, False, True]
        assert {item.one for item in relations} <= {row.id for row in with_relations.registries.entities}
    marked = attribute_items(with_relations.articles, both, with_relations.registries)
    for article in marked:
        assert [item.agreed for item in article.labels.of("relations")] == [True, False]
        assert {item.annotators for item in article.labels.of("relations")} == {("ann", "bob")}


def test_versions_of_gold_are_compared_by_it(with_relations: Gold) -> None:
    flipped = [
        Article(document=a.document, labels=b.labels)
        for a, b in zip(with_relations.articles, annotated(with_relations, "x", "rival"), strict=True)
    ]
    found = gold_changes(with_relations, Gold(articles=tuple(flipped), registries=with_relations.registries))
    assert [(each.layer, each.kind, each.fields) for each in found] == [
        ("relations", "changed", (("label", "ally", "rival"),))
    ] * 5


def test_it_is_labelled_in_label_studio(with_relations: Gold) -> None:
    check_config()
    for mark in ("RELATION", "RELATION_OBJECT"):
        assert f'<Label value="{mark}"' in config()
    assert [word.value for word in page().asks["relations_label"].words] == ["ally", "rival"]
    assert '<Relation value="object"/>' in config()
    assert '<Choice value="relations" hotkey="shift+5"/>' in config()
    article = with_relations.articles[0]
    offered = offered_ids(menus(with_relations.registries, article.document.text))
    result = to_result(with_ids(article.labels), offered)
    assert from_result(result, article.document.text) == (article.labels, [])
    lacking = [item for item in result if item.get("from_name") != "relations_label"]
    _, wrong = from_result(lacking, article.document.text)
    assert [code for code, *_ in wrong] == ["missing-field", "missing-field"]


def test_it_has_a_schema_and_an_example(with_relations: Gold) -> None:
    lines = example(with_relations, "relations")
    checker = jsonschema.Draft202012Validator(schema("predictions"))
    for line in lines:
        checker.validate(line)
    assert any(line["relations"] for line in lines)
    assert list(checker.iter_errors({**lines[0], "relations": [{"one": 1}]}))


def test_the_command_knows_it(with_relations: Gold, folder: Path, tmp_path: Path, root: Path) -> None:
    path = file_of(with_relations, tmp_path / "p.jsonl")
    program = "\n".join(
        [
            "import sys",
            "from onrecord.cli import main",
            "from onrecord.eval.layers.scored import added",
            "from tests.house.test_fifth_layer import RELATIONS, Relation",
            "with added(RELATIONS, Relation):",
            "    sys.argv = ['onrecord', 'score', *sys.argv[1:]]",
            "    main()",
        ]
    )
    words = [sys.executable, "-c", program, str(path), "--gold", str(folder), "--split", "all"]
    found = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(words, capture_output=True, text=True, cwd=root, env={**os.environ, "PYTHONPATH": found})
    assert done.returncode == 0, done.stderr
    assert re.search(r"relations:relation +100\.0", done.stdout)


def test_a_layer_is_added_once_and_gone_afterwards(gold: Gold) -> None:
    with pytest.raises(ValueError, match="already"), added(RELATIONS, Relation):
        pass
    assert isinstance(labels(relations=[]), Labels)
    assert {row.id for row in gold.registries.entities}
