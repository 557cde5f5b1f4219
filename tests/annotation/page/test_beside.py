"""An annotator's items beside the others' and the gold's."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from onrecord.annotation.label_studio.exports import Annotation
from onrecord.annotation.page.beside import Beside, Row, beside
from onrecord.dataset import Gold, Labels
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.walk import renamed


def annotation(gold: Gold, name: str, labels: Labels) -> Annotation:
    document = gold.articles[0].document.id
    return Annotation(document, name, labels, frozenset(LAYERS), 1, "export.json", "/0/annotations/0")


def shown(gold: Gold, mine: Labels, other: Labels | None = None) -> Beside:
    given = [annotation(gold, "ann", mine)]
    given += [] if other is None else [annotation(gold, "bob", other)]
    return beside("ann", given, gold)


def rows(found: Beside, standing: str) -> list[Row]:
    return [row for _, _, each in found.documents for row in each if row.standing == standing]


def test_who_has_what_the_gold_has_differs_in_nothing(gold: Gold) -> None:
    labels = gold.articles[0].labels
    found = shown(gold, labels, labels)
    assert {standing for counts in found.counts().values() for standing in counts} == {"as the gold"}
    assert sum(map(Counter.total, found.counts().values())) == sum(1 for _ in labels.items())
    assert found.rules() == []
    (_, _, every), *_ = found.documents
    assert [row.start for row in every] == sorted(row.start for row in every)
    assert all(row.mine and row.gold and len(row.others) == 1 for row in every)


def test_ids_of_one_s_own_are_no_difference(gold: Gold) -> None:
    labels = gold.articles[0].labels
    own = {
        kind: {id: f"my-{number}" for number, id in enumerate(sorted(ids))}
        for kind, ids in gold.registries.ids().items()
    }
    # of a place that is no mention's entity nothing says what an id means
    for id in {item.literal for item in labels.mentions if item.literal}:
        own["entity"].pop(id, None)
    mine = labels.changed(lambda _, item: renamed(item, own))
    assert mine != labels
    assert {standing for counts in shown(gold, mine).counts().values() for standing in counts} == {"as the gold"}


def test_every_standing_is_told_with_the_fields_that_differ_and_the_rule(gold: Gold) -> None:
    labels = gold.articles[0].labels
    ruled = next(n for n, item in enumerate(labels.mentions) if item.rule)
    other = next(n for n, item in enumerate(labels.mentions) if n != ruled and item.type == "GPE" and not item.rule)
    events = tuple(msgspec.structs.replace(item, modality="denied", id=item.id) for item in labels.events[:1])
    spurious = msgspec.structs.replace(labels.mentions[other], start=1, end=3, text=gold.articles[0].document.text[1:3])
    mine = msgspec.structs.replace(
        labels,
        mentions=(*(item for n, item in enumerate(labels.mentions) if n != ruled), spurious),
        events=(*events, *labels.events[1:]),
    )
    alone = msgspec.structs.replace(spurious, start=4, end=5, text=gold.articles[0].document.text[4:5])
    theirs = msgspec.structs.replace(labels, mentions=(*labels.mentions, alone))
    found = shown(gold, mine, theirs)
    (missing,) = rows(found, "missing")
    assert (missing.rule, missing.mine) == (labels.mentions[ruled].rule, None)
    assert [each.who for each in missing.others] == ["bob"]
    assert found.rules()[0] == (missing.rule, 1)
    (extra,) = rows(found, "not in gold")
    assert (extra.start, extra.gold, extra.others) == (1, None, ())
    (theirs_alone,) = rows(found, "the other's alone")
    assert (theirs_alone.start, theirs_alone.mine, theirs_alone.gold) == (4, None, None)
    (differs,) = rows(found, "differs")
    assert differs.mine is not None
    assert [(name, value) for name, value, wrong in differs.mine.fields if wrong] == [("modality", "denied")]
    text = gold.articles[0].document.text
    for _, _, every in found.documents:
        for row in every:
            assert text[row.start :].startswith(row.words)
            assert (row.before + row.words + row.after) in text


def test_whoever_made_nothing_has_no_page(gold: Gold) -> None:
    with pytest.raises(ValueError, match="nothing here is by eve"):
        beside("eve", [annotation(gold, "ann", gold.articles[0].labels)], gold)
