"""Two versions of the gold: what changed and nothing else."""

from __future__ import annotations

from typing import Any

import msgspec

from onrecord.dataset import Gold
from onrecord.eval.layers.gold_changes import gold_changes


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
