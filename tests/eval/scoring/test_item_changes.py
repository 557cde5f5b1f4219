"""What changed item by item is the same on columns as where every document is brought together."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.eval.conftest import Lines, as_bytes
from tests.eval.layers.test_columns import read, worse
from tests.eval.scoring.test_result import degraded
from tests.examples import examples

from onrecord.dataset import Gold
from onrecord.dataset.layers import labels as empty
from onrecord.eval import Result, Submission
from onrecord.eval.layers.document_pairs import corpus_of
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.layers.state_columns import StateColumns
from onrecord.eval.layers.verdict_columns import Coded, SpuriousVerdicts, VerdictColumns
from onrecord.eval.scoring.compare import compare, compare_results
from onrecord.eval.scoring.item_changes import item_changes, item_counts
from onrecord.eval.scoring.result import Pairs, result_of, score_submission


def some_optional(gold: Gold, chance: random.Random) -> Gold:
    """The gold with some items optional, and some mentions, quotes and stances twice."""

    def changed(_: str, item: Any) -> Any:
        return msgspec.structs.replace(item, optional=True) if chance.random() < 0.15 else item

    def doubled(items: tuple[Any, ...]) -> tuple[Any, ...]:
        more = [item for item in items if chance.random() < 0.05]
        return (*items, *(msgspec.structs.replace(item, id=None) for item in more))

    articles = []
    for each in gold.articles:
        labels = each.labels.changed(changed)
        labels = msgspec.structs.replace(labels, **{name: doubled(getattr(labels, name)) for name in ITEMS})
        articles.append(msgspec.structs.replace(each, labels=labels))
    return msgspec.structs.replace(gold, articles=tuple(articles))


ITEMS = ("mentions", "quotes", "stances", "events")


def strange(lines: Lines, gold: Gold, seed: int) -> Lines:
    """Mistakes of all kinds, and items that no gold has: moved, torn apart, of nobody known, without a letter."""
    chance = random.Random(seed)
    lines = worse(lines, seed)
    texts = {article.document.id: article.document.text for article in gold.articles}
    for line in lines:
        text = texts[line["doc_id"]]

        def span(most: int = 40, text: str = text) -> dict[str, Any]:
            start = chance.randrange(len(text) - 1)
            end = min(len(text), start + chance.randint(1, most))
            return {"start": start, "end": end, "text": text[start:end]}

        for name in ("mentions", "events"):
            line[name] += [{**item, **span(3), "id": None} for item in chance.sample(line[name], len(line[name]) // 5)]
        for quote in list(line["quotes"]):
            if chance.random() < 0.3:
                content = sorted((span(), span()), key=lambda each: each["start"])[: chance.randint(1, 2)]
                speaker = chance.choice([[], ["unknown"], ["nobody"], ["nobody", "x"], quote["speaker"]])
                new = {**quote, "id": None, "parent": None, "content": content, "speaker": speaker}
                line["quotes"] += [new] * chance.randint(1, 2)
        for stance in list(line["stances"]):
            new = {**stance, "id": None, "evidence": [span()] if chance.random() < 0.5 else []}
            if chance.random() < 0.3:
                new["holder"] = chance.choice(["nobody", stance["holder"]])
                new["basis"] = chance.choice(["stated", stance["basis"]])
                line["stances"] += [new] * chance.randint(1, 2)
    return lines


def both_ways(gold: Gold, submission: Submission) -> tuple[Result, Result]:
    """The result without verdicts, and with them as columns."""
    corpus = corpus_of(gold.articles, gold.registries, submission)
    by_id = {article.document.id: article for article in gold.articles}
    plain = score_submission(gold.articles, gold.registries, submission, "all")
    counted, verdicts = dict[str, StateColumns](), dict[str, VerdictColumns]()
    for layer in scored_layers():
        if layer.item in submission.layers and layer.judged_columns is not None:
            counted[layer.name], verdicts[layer.name] = layer.judged_columns(corpus)
        elif layer.item in submission.layers and layer.columns is not None:
            counted[layer.name] = layer.columns(corpus)
    judged = result_of(
        corpus.documents,
        counted,
        submission,
        Pairs(
            corpus.documents,
            by_id.__getitem__,
            lambda id: submission.documents.get(id, empty()),
            corpus.ids,
            submission.unplaced,
        ),
        split="all",
        gold_hash=plain.gold_hash,
        labels="as-is",
        topics=plain.topics,
        missing=plain.missing,
        ids=corpus.ids,
        verdicts=verdicts,
        text=lambda id: by_id[id].document.text,
    )
    return plain, judged


@pytest.mark.long
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_columns_say_what_every_document_says(seed: int, gold: Gold, perfect: Lines) -> None:
    labelled = some_optional(gold, random.Random(seed))
    results = [both_ways(labelled, read(strange(perfect, gold, seed + n))) for n in range(2)]
    plain, judged = zip(*results, strict=True)
    expected = list(item_changes(*plain))
    assert list(item_changes(*judged)) == expected
    layers = dict.fromkeys(each.layer for each in expected)
    assert {"entities", "links", "quotes", "stances", "events"} <= layers.keys()
    counts = {name: Counter(each.change for each in expected if each.layer == name) for name in layers}
    assert item_counts(*judged) == item_counts(*plain) == counts
    assert list(item_counts(*judged)) == list(layers)
    for each in judged[0].layers:
        alone = [each.headline_on(id) for id in judged[0].documents]
        assert each.headline_values() == [None if score is None else score.value for score in alone]


def test_a_layer_that_is_empty_on_one_side(gold: Gold, perfect: Lines) -> None:
    nothing = [{**line, "mentions": [], "quotes": [], "stances": [], "events": []} for line in perfect]
    results = [both_ways(gold, read(lines)) for lines in (nothing, worse(perfect, 1), nothing)]
    for one, other in ((0, 1), (1, 2), (0, 2)):
        plain, judged = ([results[n][way] for n in (one, other)] for way in (0, 1))
        assert list(item_changes(*judged)) == list(item_changes(*plain))
        assert item_counts(*judged) == item_counts(*plain)


def test_verdicts_with_and_without_columns_are_compared_all_the_same(gold: Gold, perfect: Lines) -> None:
    one, other = (both_ways(gold, read(worse(perfect, seed))) for seed in (1, 2))
    assert list(item_changes(one[1], other[0])) == list(item_changes(one[0], other[0]))


def test_files_are_compared_as_their_results_are(root: Path, tmp_path: Path, perfect: Lines, read: Any) -> None:
    from onrecord.dataset import read_folder

    gold = read_folder(root / "dataset")
    files, results = [], []
    for seed in range(3):
        lines = degraded(perfect, random.Random(seed))
        files.append(tmp_path / f"{seed}.jsonl")
        files[-1].write_bytes(as_bytes(lines))
        results.append(score_submission(gold.articles, gold.registries, read(lines), "all"))
    found = compare(*files, gold=root / "dataset", split="all")
    expected = compare_results(results, found.names)
    assert found.documents() == expected.documents()
    assert found.contrasts == expected.contrasts
    for pair in found.contrasts:
        assert found.items(*pair) == expected.items(*pair)
        assert found.item_counts(*pair) == expected.item_counts(*pair)


def test_copies_are_told_apart_one_by_one() -> None:
    def spurious(documents: list[int], ids: list[str]) -> SpuriousVerdicts:
        places = (np.zeros(len(documents), np.int64),)
        return SpuriousVerdicts(np.array(documents), places, (Coded.of(ids),), lambda row, text: "")

    one = spurious([0, 0, 0, 1, 1], ["a", "b", "a", "a", "c"])
    other = spurious([0, 0, 1, 1, 1], ["c", "a", "c", "c", "b"])
    found = one.copies(other)
    assert found[0].tolist() == [True, False, False, False, True]
    assert found[1].tolist() == [False, True, True, False, False]


def test_codes_of_equal_values_are_one() -> None:
    mine, its = Coded(np.array([2, 0, 1, 3]), ["a", "b", "a", "c"]), Coded(np.array([0, 1, 1, 2]), ["c", "a", "d"])
    assert mine.with_codes_of(mine).tolist() == [0, 0, 1, 3]
    codes = its.with_codes_of(mine).tolist()
    assert codes[:3] == [3, 0, 0]
    assert codes[3] > 3
