"""The columns of many documents say what is said of each document by itself: layers, ids, and what is left out."""

from __future__ import annotations

import math
import random
from typing import Any, TypeVar

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.eval.conftest import Lines
from tests.eval.plain_ids import by_mentions, map_claims
from tests.eval.scoring.test_result import degraded
from tests.examples import examples

from onrecord.dataset import Gold, Labels
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.scheme import DEFAULT
from onrecord.eval import Submission, scored_layers
from onrecord.eval.layers.document_pairs import corpus_of, pair_document
from onrecord.eval.layers.layer import DocumentPair, State
from onrecord.eval.statistics.counts import Counts
from onrecord.eval.submission.prediction_line import ClaimDescription, EntityDescription, EventDescription, NotInText

T = TypeVar("T")

GROUPS = 3


def worse(perfect: Lines, seed: int) -> Lines:
    """Predictions with mistakes of all kinds: without ids, twice, nested wrongly, by several speakers, not there."""
    chance = random.Random(seed)
    lines = degraded(perfect, chance)
    for line in lines:
        for mention in list(line["mentions"]):
            if chance.random() < 0.05:
                line["mentions"].append({**mention, "id": None, "entity": None})
            if chance.random() < 0.1:
                mention["kind"] = chance.choice(["name", "nominal", "pronoun"])
            if chance.random() < 0.1:
                mention["optional"] = True
        for quote in list(line["quotes"]):
            if chance.random() < 0.2:
                quote["speaker"] = [*quote["speaker"], chance.choice(line["mentions"])["entity"] or "unknown"][:2]
                quote["speaker"] = sorted(set(quote["speaker"]))
            if chance.random() < 0.1:
                line["quotes"].append({**quote, "id": None, "parent": None})
            if chance.random() < 0.1:
                quote["relays"] = [*quote["relays"], line["mentions"][0]["entity"] or "x"]
        for stance in list(line["stances"]):
            if chance.random() < 0.2:
                words = DEFAULT.labels_of(stance["target"]["kind"])
                other = words[0] if stance["label"] == words[1] else words[1]
                line["stances"].append({**stance, "id": None, "label": other})
        for event in list(line["events"]):
            if chance.random() < 0.3:
                event["modality"] = chance.choice(["actual", "denied", "planned"])
            if chance.random() < 0.1:
                line["events"].append({**event, "id": None, "modality": "denied"})
        line["unplaced"] = [
            {"layer": layer, "text": chance.choice(["We never said that", "He"])}
            | ({"kind": chance.choice(["name", "nominal"])} if layer == "mentions" and chance.random() < 0.5 else {})
            for layer in ("mentions", "quotes", "events")
            for _ in range(chance.choice([0, 0, 1, 2]))
        ]
    chance.shuffle(lines)
    return [line for line in lines if chance.random() < 0.9]


@pytest.fixture(scope="module")
def optional_gold(gold: Gold) -> Gold:
    """The gold with every seventh item optional."""
    count = iter(range(10**6))

    def changed(_: str, item: Any) -> Any:
        return msgspec.structs.replace(item, optional=True) if next(count) % 7 == 0 else item

    articles = tuple(msgspec.structs.replace(each, labels=each.labels.changed(changed)) for each in gold.articles)
    return msgspec.structs.replace(gold, articles=articles)


def read(lines: Lines) -> Submission:
    """The file, whatever a check of it would say."""

    def described(name: str, kind: type[T]) -> dict[str, T]:
        return {row["id"]: msgspec.convert(row, kind) for line in lines for row in line.get(name, ())}

    return Submission(
        "p.jsonl",
        "",
        {line["doc_id"]: msgspec.convert({name: line[name] for name in LAYERS}, Labels) for line in lines},
        frozenset(LAYERS),
        described("entities", EntityDescription),
        described("claims", ClaimDescription),
        described("event_descriptions", EventDescription),
        unplaced={line["doc_id"]: msgspec.convert(line.get("unplaced", ()), tuple[NotInText, ...]) for line in lines},
    )


def close(one: Counts, other: Counts) -> bool:
    return all(
        math.isclose(getattr(one, name), getattr(other, name), abs_tol=1e-12)
        for name in ("gold_matched", "gold", "predicted_matched", "predicted")
    )


@pytest.mark.long
@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_what_columns_say_is_what_every_document_says(seed: int, optional_gold: Gold, perfect: Lines) -> None:
    gold = optional_gold
    submission = read(worse(perfect, seed))
    corpus = corpus_of(gold.articles, gold.registries, submission)
    empty = type(gold.articles[0].labels)()
    pairs = [
        pair_document(
            a.document,
            a.labels,
            submission.documents.get(a.document.id, empty),
            corpus.ids,
            submission.unplaced.get(a.document.id, ()),
        )
        for a in gold.articles
    ]
    for layer in scored_layers():
        assert layer.columns is not None
        columns = layer.columns(corpus)
        states = [layer.state(layer.pair(pair)) for pair in pairs]
        for place, state in enumerate(states):
            found = columns.document(place)
            assert found.keys() == state.counts.keys()
            assert all(close(found[name], counts) for name, counts in state.counts.items()), (layer.name, place)
        whole = layer.scores(State.total(states))
        for name, score in layer.scores_of(columns).items():
            assert score.value == pytest.approx(whole[name].value, abs=1e-12), ("NAME", layer.name, name)
            assert score.reason == whole[name].reason
        _left_out(layer, columns, states)


def _left_out(layer: Any, columns: Any, states: list[State]) -> None:
    """Every measure that does not add, without each group of documents."""
    group = np.arange(len(states)) % GROUPS
    rest = [measure for measure in layer.measures if not measure.adds]
    found = {name: values for part in columns.wholes for name, values in part.without_each(group, GROUPS).items()}
    for left_out in range(GROUPS):
        kept = State.total(state for state, of in zip(states, group, strict=True) if of != left_out)
        expected = layer.scores(kept, rest)
        for measure in rest:
            value = found[measure.name][left_out]
            wanted = expected[measure.name].value
            assert (None if math.isnan(value) else value) == pytest.approx(wanted, abs=1e-12), (measure, left_out)


@pytest.mark.long
@settings(max_examples=examples(30), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_ids_mean_what_the_items_say(seed: int, optional_gold: Gold, perfect: Lines) -> None:
    gold = optional_gold
    submission = read(worse(perfect, seed))
    ids = corpus_of(gold.articles, gold.registries, submission).ids
    pairs = [_pair(gold, submission, place) for place in range(len(gold.articles))]
    for found, alignments in ((ids.entity, [p.mentions for p in pairs]), (ids.event, [p.events for p in pairs])):
        assert {id: found[id] for id in by_mentions(alignments)} == by_mentions(alignments)
    labels = [(pair.gold, pair.predicted) for pair in pairs]
    assert ids.claim == map_claims(labels, submission.claims, gold.registries)


def _pair(gold: Gold, submission: Submission, place: int) -> DocumentPair:
    from onrecord.eval.layers.ids import IdMap

    article = gold.articles[place]
    predicted = submission.documents.get(article.document.id, type(article.labels)())
    return pair_document(article.document, article.labels, predicted, IdMap({}, {}, {}))
