"""Agreement between annotators and the merging of what they made: by hand, by property, at the edges."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import krippendorff
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.eval.conftest import lines_of
from tests.eval.scoring.test_result import degraded, renamed

from onrecord.annotation.agreement.annotators import without_optional
from onrecord.annotation.agreement.measures import agreement, attribute
from onrecord.annotation.agreement.tables import agreement_json, attribute_rows, markdown, score_rows
from onrecord.annotation.gold.adjudication import attribute_items, merge, proposals, translate
from onrecord.annotation.gold.from_rounds import register, unregistered
from onrecord.annotation.label_studio.exports import Annotation
from onrecord.annotation.label_studio.project import with_ids
from onrecord.dataset import Article, Document, FaultsError, Gold, Labels, read_registries
from onrecord.dataset.check import check_gold
from onrecord.dataset.gold import ordered
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import Registries
from onrecord.dataset.walk import with_references


def annotation(document: str, annotator: str, labels: Labels) -> Annotation:
    return Annotation(document, annotator, labels, frozenset(LAYERS), 1, f"{annotator}.json", "/0")


def by(name: str, labels: dict[str, Labels]) -> list[Annotation]:
    return [annotation(document, name, each) for document, each in labels.items()]


def labels_of(lines: list[dict[str, Any]]) -> dict[str, Labels]:
    return {line["doc_id"]: msgspec.convert({layer: line[layer] for layer in LAYERS}, Labels) for line in lines}


@pytest.fixture
def same(gold: Gold) -> dict[str, Labels]:
    return {article.document.id: article.labels for article in gold.articles}


@pytest.fixture
def own_ids(gold: Gold) -> dict[str, Labels]:
    """The gold as somebody would have made it who chose every id themselves."""
    return labels_of(renamed(lines_of(gold.articles), gold, random.Random(5)))


@pytest.fixture
def other(gold: Gold) -> dict[str, Labels]:
    """The gold with things left out and changed, under other ids."""
    lines = degraded(lines_of(gold.articles), random.Random(11))
    return labels_of(renamed(lines, gold, random.Random(6)))


def test_the_same_labels_under_other_ids_agree_in_everything(
    documents: list[Document], same: dict[str, Labels], own_ids: dict[str, Labels]
) -> None:
    (pair,) = agreement(by("ann", same) + by("bob", own_ids), documents)
    assert {row[1] for row in score_rows(pair)} == {"100.0"}
    assert pair.disagreements == ()
    assert {score.f1 for score in pair.by_type.values()} == {1.0}
    total = sum(score.counts.gold for score in pair.by_type.values() if score.counts)
    assert total == sum(len(labels.mentions) for labels in same.values())
    assert list(pair.by_document) == [document.id for document in documents]
    for each in pair.attributes:
        assert each.matched == each.total
        assert each.observed == 1
        assert each.alpha == pytest.approx(1) if each.alpha is not None else each.reason


def test_rows_of_their_own_say_whom_an_entity_acts_for_and_what_an_event_is(
    gold: Gold, documents: list[Document], same: dict[str, Labels]
) -> None:
    """Where one speaks of the Kremlin and the other of Russia they mean one actor, if their rows say so."""

    def of_the_state(layer: str, item: Any) -> Any:
        return with_references(item, lambda kind, id: "russia" if id == "kremlin" and layer != "mentions" else id)

    other = {id: labels.changed(of_the_state) for id, labels in same.items()}
    assert other != same
    annotations = by("ann", same) + by("bob", other)

    def shown(rows: dict[str, Registries]) -> dict[str, str]:
        (pair,) = agreement(annotations, documents, rows)
        return {row[0]: row[1] for row in score_rows(pair)}

    alone, both = shown({}), shown({"ann": gold.registries, "bob": gold.registries})
    assert alone["stances:tuple"] == both["stances:tuple"] != "100.0"
    assert alone["quotes:joint"] == both["quotes:joint"] != "100.0"
    assert alone["stances:tuple[actor]"] != "100.0" == both["stances:tuple[actor]"] == both["quotes:joint[actor]"]
    assert "events:attributes" not in alone
    assert both["events:attributes"] == "100.0"
    later = msgspec.structs.replace(
        gold.registries,
        events=tuple(msgspec.structs.replace(row, date=None, type="other") for row in gold.registries.events),
    )
    assert 0 < float(shown({"ann": gold.registries, "bob": later})["events:attributes"]) < 100


def test_what_differs_is_listed_and_counted(
    documents: list[Document], same: dict[str, Labels], other: dict[str, Labels]
) -> None:
    (pair,) = agreement(by("ann", same) + by("bob", other), documents)
    assert all(0 < float(row[1]) < 100 for row in score_rows(pair) if "mention" not in row[0])
    kinds = {each.kind for each in pair.disagreements}
    assert {"only ann", "type", "entity", "speaker"} <= kinds
    missing = sum(len(labels.mentions) for labels in same.values()) - sum(
        len(labels.mentions) for labels in other.values()
    )
    only = [each for each in pair.disagreements if each.layer == "mentions" and each.kind == "only ann"]
    assert len(only) == missing
    assert "| field |" in markdown(pair)
    assert '"disagreements"' in agreement_json([pair])


def test_agreement_is_the_same_from_both_sides(
    documents: list[Document], same: dict[str, Labels], other: dict[str, Labels]
) -> None:
    (one,) = agreement(by("ann", same) + by("bob", other), documents)
    (two,) = agreement(by("ann", other) + by("bob", same), documents)
    by_name = {row[0]: row[1] for row in score_rows(two)}
    for name, f1, *_ in score_rows(one):
        if name in ("entities:strict", "entities:strict[all]", "quotes:detection@0.5", "events:mention", "events:lea"):
            assert by_name[name] == f1


def test_one_value_nothing_matched_and_a_known_alpha() -> None:
    assert attribute("l", "f", [], 3).alpha is None
    assert attribute("l", "f", [], 3).reason == "nothing that both found"
    assert attribute("l", "f", [("a", "a")] * 4, 4).alpha is None
    # two coders, values a a b b / a a b a: observed disagreement 1/4, expected 2*5*3/(8*7)
    known = attribute("l", "f", [("a", "a"), ("a", "a"), ("b", "b"), ("b", "a")], 4)
    assert known.alpha == pytest.approx(1 - (1 / 4) / (2 * 5 * 3 / (8 * 7)))
    assert known.observed == 0.75


values = st.sampled_from(["a", "b", "c", "?"])


@given(st.lists(st.tuples(values, values), min_size=1, max_size=40))
def test_alpha_is_that_of_krippendorff(pairs: list[tuple[str, str]]) -> None:
    """The package makes a table of all values with each other for every item."""
    vocabulary = sorted({value for pair in pairs for value in pair})
    found = attribute("l", "f", pairs, len(pairs)).alpha
    if len(vocabulary) == 1:
        assert found is None
    else:
        table = [[vocabulary.index(pair[side]) for pair in pairs] for side in (0, 1)]
        expected = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")
        assert found == pytest.approx(expected, rel=0, abs=1e-12)


def test_an_annotator_with_nothing_no_shared_document_and_one_alone(
    documents: list[Document], same: dict[str, Labels]
) -> None:
    first, second = documents[0].id, documents[1].id
    (pair,) = agreement([annotation(first, "ann", same[first]), annotation(first, "bob", Labels())], documents)
    assert {row[1] for row in score_rows(pair)} == {"0.0"}
    assert all(row[4] == "–" for row in attribute_rows(pair))
    (apart,) = agreement([annotation(first, "ann", same[first]), annotation(second, "bob", same[second])], documents)
    assert apart.documents == ()
    assert apart.result is None
    assert score_rows(apart) == []
    assert agreement(by("ann", same), documents) == []
    (empty,) = agreement([annotation(first, "ann", Labels()), annotation(first, "bob", Labels())], documents)
    assert {row[1] for row in score_rows(empty)} == {"–"}


@pytest.mark.long
def test_three_annotators_make_three_pairs(documents: list[Document], same: dict[str, Labels]) -> None:
    pairs = agreement(by("cy", same) + by("ann", same) + by("bob", same), documents)
    assert [(pair.one, pair.other) for pair in pairs] == [("ann", "bob"), ("ann", "cy"), ("bob", "cy")]


def test_own_ids_are_translated_back(gold: Gold, same: dict[str, Labels], own_ids: dict[str, Labels]) -> None:
    back = translate(own_ids, gold.articles, gold.registries)
    mentioned = {e.event for labels in same.values() for e in labels.events}
    for document, labels in back.items():
        for layer in ("mentions", "events"):
            ids = [getattr(item, "entity", None) or getattr(item, "event", None) for item in getattr(labels, layer)]
            expected = [getattr(i, "entity", None) or getattr(i, "event", None) for i in getattr(same[document], layer)]
            assert ids == expected
        for mine, theirs in zip(labels.stances, same[document].stances, strict=True):
            assert mine.holder == theirs.holder
            if theirs.target.kind == "event" and theirs.target.id in mentioned:
                assert mine.target == theirs.target


def test_what_both_say_stands_once_and_agreed(documents: list[Document], same: dict[str, Labels]) -> None:
    for document in documents:
        merged = merge({"ann": same[document.id], "bob": same[document.id]}, document)
        for layer in LAYERS:
            items = getattr(merged, layer)
            assert len(items) == len(getattr(same[document.id], layer))
            assert all(item.agreed and item.annotators == ("ann", "bob") for item in items)
        assert len({item.id for layer in LAYERS for item in getattr(merged, layer)}) == sum(
            len(getattr(merged, layer)) for layer in LAYERS
        )
        parents = {quote.id for quote in merged.quotes}
        assert all(quote.parent in parents for quote in merged.quotes if quote.parent)
        assert all(stance.quote in parents for stance in merged.stances if stance.quote)


def test_nothing_that_either_said_is_lost_in_a_merge(
    gold: Gold, documents: list[Document], same: dict[str, Labels], other: dict[str, Labels]
) -> None:
    theirs = translate(other, gold.articles, gold.registries)
    alike: dict[str, list[int]] = {layer: [0, 0] for layer in LAYERS}
    for document in documents:
        one, two = same[document.id], theirs[document.id]
        merged = merge({"ann": one, "bob": two}, document)
        for layer in LAYERS:
            agreed = sum(item.agreed for item in getattr(merged, layer))
            assert len(getattr(merged, layer)) == len(getattr(one, layer)) + len(getattr(two, layer)) - agreed
            assert agreed <= len(getattr(one, layer))
            alike[layer][0] += agreed
            alike[layer][1] += len(getattr(one, layer))
    assert all(0 < agreed < all_of_one for agreed, all_of_one in alike.values())


def test_what_all_of_three_say_is_agreed_and_what_two_say_is_to_be_decided(
    gold: Gold, documents: list[Document], same: dict[str, Labels], other: dict[str, Labels]
) -> None:
    theirs = translate(other, gold.articles, gold.registries)
    for document in documents:
        one, two = same[document.id], theirs[document.id]
        pair = merge({"ann": one, "cat": two}, document)
        merged = merge({"ann": one, "bob": one, "cat": two}, document)
        for layer in LAYERS:
            by = [item.annotators for item in getattr(merged, layer)]
            assert len(by) == len(getattr(pair, layer))
            assert sum(item.agreed for item in getattr(merged, layer)) == sum(
                item.agreed for item in getattr(pair, layer)
            )
            assert {("ann", "bob", "cat")} == {item.annotators for item in getattr(merged, layer) if item.agreed} or (
                not any(item.agreed for item in getattr(merged, layer))
            )
            assert set(by) <= {("ann", "bob", "cat"), ("ann", "bob"), ("cat",)}
        ids = {item.id for layer in LAYERS for item in getattr(merged, layer)}
        assert len(ids) == sum(len(getattr(merged, layer)) for layer in LAYERS)
        quotes = {quote.id for quote in merged.quotes}
        assert all(quote.parent in quotes for quote in merged.quotes if quote.parent)
        assert all(stance.quote in quotes for stance in merged.stances if stance.quote)


@pytest.mark.parametrize("many", [2, 3, 5])
def test_any_number_of_annotators_is_proposed_each_in_a_version_of_their_own(
    gold: Gold, documents: list[Document], same: dict[str, Labels], many: int
) -> None:
    names = [f"ann{number}" for number in range(many)]
    blind = [each for name in names for each in by(name, same)]
    shown = proposals(blind, documents, gold.articles, gold.registries)
    assert list(shown) == [*names, "merged"]
    for document in documents:
        for layer in LAYERS:
            items = getattr(shown["merged"][document.id], layer)
            assert len(items) == len(getattr(same[document.id], layer))
            assert all(item.agreed and item.annotators == tuple(names) for item in items)


def test_gold_is_agreed_where_all_who_read_the_article_marked_it_alike(
    gold: Gold, same: dict[str, Labels], other: dict[str, Labels]
) -> None:
    blind = by("ann", same) + by("bob", same) + by("cat", other)
    for article in attribute_items(gold.articles, blind, gold.registries):
        for layer in LAYERS:
            for item in getattr(article.labels, layer):
                assert {"ann", "bob"} <= set(item.annotators)
                assert not item.agreed or "cat" in item.annotators


def test_gold_says_who_marked_what(
    gold: Gold, same: dict[str, Labels], own_ids: dict[str, Labels], other: dict[str, Labels]
) -> None:
    everyone = attribute_items(gold.articles, by("ann", same) + by("bob", own_ids), gold.registries)
    for article in everyone:
        for layer in LAYERS:
            for item in getattr(article.labels, layer):
                assert item.annotators == ("ann", "bob")
                assert item.agreed is True
    some = attribute_items(gold.articles, by("ann", same) + by("bob", other), gold.registries)
    marked = [item.annotators for article in some for item in article.labels.mentions]
    assert set(marked) == {("ann",), ("ann", "bob")}
    nobody = attribute_items(gold.articles, [], gold.registries)
    assert {item.annotators for article in nobody for item in article.labels.quotes} == {()}


def test_only_documents_with_two_annotations_are_proposed(
    gold: Gold, documents: list[Document], same: dict[str, Labels]
) -> None:
    first = documents[0].id
    blind = [*by("ann", same), annotation(first, "bob", same[first])]
    shown = proposals(blind, documents, gold.articles, gold.registries)
    assert list(shown) == ["ann", "bob", "merged"]
    assert set(shown["merged"]) == {first}
    with pytest.raises(FaultsError, match="two annotators"):
        proposals(by("ann", same), documents, gold.articles, gold.registries)


def test_optional_is_taken_off_both_sides(gold: Gold) -> None:
    article: Article = gold.articles[0]
    assert any(item.optional for item in article.labels.mentions)
    bare = without_optional(article.labels)
    assert not any(item.optional for layer in LAYERS for item in getattr(bare, layer))
    assert ordered(bare) == bare


def test_ids_that_the_registries_lack_get_a_row_and_only_those(
    gold: Gold, own_ids: dict[str, Labels], root: Path, tmp_path: Path
) -> None:
    shutil.copytree(root / "annotation" / "registries", tmp_path / "r")
    before = read_registries(tmp_path / "r")
    rows = unregistered(by("bob", own_ids), before)
    assert register(tmp_path / "r", rows)
    after = read_registries(tmp_path / "r")
    assert set(before.entities) < set(after.entities)
    for article in gold.articles:
        labels = own_ids[article.document.id]
        wrong = [w for w in check_gold(article.document, labels, after) if w[0] == "reference"]
        assert wrong == []
    assert register(tmp_path / "r", unregistered(by("bob", own_ids), after)) == []


def test_items_without_an_id_get_one_that_says_the_layer(same: dict[str, Labels]) -> None:
    labels = next(iter(same.values()))
    bare = labels.changed(lambda _, item: msgspec.structs.replace(item, id=None))
    bare = msgspec.structs.replace(
        bare,
        quotes=tuple(msgspec.structs.replace(q, parent=None) for q in bare.quotes),
        mentions=(msgspec.structs.replace(bare.mentions[0], id="q1"), *bare.mentions[1:]),
    )
    ids = [(layer, item.id) for layer, item in with_ids(bare).items()]
    assert len({id for _, id in ids}) == len(ids)
    assert all(str(id).startswith(layer[0]) for layer, id in ids if id != "q1")
    assert ("quotes", "q2") in ids
