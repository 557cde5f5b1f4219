"""Two versions of the gold: what changed and nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onrecord.dataset import Article, Gold
from onrecord.dataset.records import REGISTERED
from onrecord.eval.layers.gold_changes import Version, gold_changes
from onrecord.eval.layers.same_items import matched
from onrecord.eval.layers.scored import with_items
from onrecord.eval.scoring.stored_gold import stored_gold


def replaced(gold: Gold, number: int, **layers: Any) -> Gold:
    article = gold.articles[number]
    labels = msgspec.structs.replace(article.labels, **layers)
    articles = list(gold.articles)
    articles[number] = msgspec.structs.replace(article, labels=labels)
    return msgspec.structs.replace(gold, articles=tuple(articles))


def test_the_same_gold_has_no_changes(gold: Gold) -> None:
    assert gold_changes(gold, gold) == []


def test_new_item_ids_and_another_order_are_no_change(gold: Gold) -> None:
    for number, article in enumerate(gold.articles):
        mentions = tuple(msgspec.structs.replace(m, id=f"x{m.id}", annotators=()) for m in article.labels.mentions)
        assert gold_changes(gold, replaced(gold, number, mentions=mentions[::-1])) == []


def test_versions_that_are_read_article_by_article_differ_as_those_in_memory(five: Gold, five_folder: Path) -> None:
    fewer = msgspec.structs.replace(replaced(five, 1, mentions=()), articles=five.articles[1:])
    stored = stored_gold(five_folder)
    read: list[str] = []

    def article(id: str) -> Article:
        read.append(id)
        return stored.article(id)

    version = Version(stored.documents, article, stored.registries)
    assert gold_changes(version, fewer) == gold_changes(five, fewer)
    assert gold_changes(fewer, version) == gold_changes(fewer, five)
    assert gold_changes(version, Version.of(five)) == []
    assert sorted(read) == sorted(3 * [each.document.id for each in five.articles])  # each once a comparison


def test_each_kind_of_change_is_told(gold: Gold) -> None:
    labels = gold.articles[0].labels
    first, second, *rest = labels.mentions
    relabelled = msgspec.structs.replace(first, type="LOC", entity="minsk")
    stance = msgspec.structs.replace(labels.stances[0], label="neutral")
    new = replaced(gold, 0, mentions=(relabelled, *rest), stances=(stance, *labels.stances[1:]))
    found = gold_changes(gold, new)
    assert [(c.layer, c.kind) for c in found] == [
        ("mentions", "changed"),
        ("mentions", "removed"),
        ("stances", "changed"),
    ]
    assert found[0].fields == (("type", first.type, "LOC"), ("entity", first.entity, "minsk"))
    assert found[1].item == second.text
    back = gold_changes(new, gold)
    assert [(c.layer, c.kind) for c in back] == [("mentions", "changed"), ("mentions", "added"), ("stances", "changed")]


def test_articles_and_registries_are_compared_too(gold: Gold) -> None:
    registries = msgspec.structs.replace(gold.registries, claims=gold.registries.claims[1:])
    fewer = msgspec.structs.replace(gold, articles=gold.articles[1:], registries=registries)
    assert [(c.layer, c.kind) for c in gold_changes(gold, fewer)] == [("articles", "removed"), ("claims", "removed")]
    renamed = msgspec.structs.replace(gold.registries.entities[0], name="Another Name")
    registries = msgspec.structs.replace(gold.registries, entities=(renamed, *gold.registries.entities[1:]))
    (change,) = gold_changes(gold, msgspec.structs.replace(gold, registries=registries))
    assert change.fields == (("name", gold.registries.entities[0].name, "Another Name"),)
    for kind, (name, _) in REGISTERED.items():
        registries = msgspec.structs.replace(gold.registries, **{name: gold.registries.of(kind)[1:]})
        found = gold_changes(gold, msgspec.structs.replace(gold, registries=registries))
        assert [(each.layer, each.kind) for each in found] == [(name, "removed")]


NOT_COMPARED = {"id", "annotators", "agreed", "parent", "quote"}


def plain_changes(old: Article, new: Article) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Layer, kind, item and changed fields, with everything aligned and every field looked at."""
    pairs = matched(old.labels, new.labels, new.document)
    for layer in with_items():
        before, after, of = old.labels.of(layer.item), new.labels.of(layer.item), dict(pairs[layer.item])
        for index, item in enumerate(before):
            if index not in of:
                yield layer.item, "removed", layer.text(item), ()
                continue
            names = [field.name for field in msgspec.structs.fields(item) if field.name not in NOT_COMPARED]
            changed = [name for name in names if getattr(item, name) != getattr(after[of[index]], name)]
            if changed:
                yield layer.item, "changed", layer.text(item), tuple(changed)
        for index, item in enumerate(after):
            if index not in of.values():
                yield layer.item, "added", layer.text(item), ()


def edited(items: tuple[Any, ...], randomly: random.Random, share: float) -> tuple[Any, ...]:
    """Some items left out, moved, made optional, or with a field of another one."""
    made = []
    for item in items:
        if randomly.random() < share:
            field = randomly.choice(("type", "entity", "mode", "speaker", "label", "holder", "event", "rule", ""))
            if field in item.__struct_fields__:
                item = msgspec.structs.replace(item, **{field: getattr(randomly.choice(items), field)})
            elif field == "":
                continue
            else:
                item = msgspec.structs.replace(item, optional=not item.optional)
        made.append(item)
    if randomly.random() < share:
        randomly.shuffle(made)
    return tuple(made)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([0.0, 0.02, 0.3]))
def test_what_is_passed_over_has_no_changes(gold: Gold, randomly: random.Random, share: float) -> None:
    number = randomly.randrange(len(gold.articles))
    labels = gold.articles[number].labels
    layers = {name: edited(labels.of(name), randomly, share) for name in labels.__struct_fields__}
    new = replaced(gold, number, **layers)
    found = [(c.layer, c.kind, c.item, tuple(name for name, _, _ in c.fields)) for c in gold_changes(gold, new)]
    assert found == list(plain_changes(gold.articles[number], new.articles[number]))
