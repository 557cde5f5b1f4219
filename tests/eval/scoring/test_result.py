"""The whole score on the real articles: perfect, empty, shuffled, renamed, broken on purpose."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from collections import Counter
from typing import Any

import msgspec
import pytest
from tests.eval.conftest import Lines, Scorer, f1

from onrecord.dataset import Gold
from onrecord.dataset.scheme import DEFAULT
from onrecord.eval import Report, Result, Sampling, record_bytes, record_of, score_submission, scored_layers
from onrecord.eval.layers.ids import normal_name
from onrecord.eval.layers.layer import State
from onrecord.eval.statistics.measure import Measure


def test_gold_against_itself_is_1_on_every_measure(scored: Scorer, perfect: Lines) -> None:
    result = scored(perfect)
    assert_perfect(result)
    assert sum(len(layer.measures) for layer in scored_layers()) == len(f1(result))


def may_be_undefined(measure: Measure) -> bool:
    """Where gold has nothing of it: perhaps no name without an id in the world, no event that is denied."""
    rare = measure.full in ("links:nil", "events:contradictions")
    return bool(measure.detail or measure.share or measure.mean_of or rare)


def assert_perfect(result: Result) -> None:
    """Every measure is 1; only a share, a mean or a slice without gold items may be undefined, with a reason."""
    for each in result.layers:
        for measure in each.layer.measures:
            score = each.scores[measure.name]
            if score.value is None:
                assert may_be_undefined(measure), measure.name
                assert score.reason, measure.name
            else:
                assert score.value == 1.0, measure.name
    shown = [each.scores[measure.name].value for each in result.layers for measure in each.layer.measures[:2]]
    assert set(shown) == {1.0}


@pytest.mark.parametrize("split", ["validation", "test", "fresh"])
def test_gold_against_itself_is_1_on_each_split(gold: Gold, read: Any, perfect: Lines, split: str) -> None:
    articles = [a for a in gold.articles if a.document.split == split]
    result = score_submission(articles, gold.registries, read(perfect), split)
    if split == "fresh":  # of who is invented nobody has looked for a link
        layers = tuple(each for each in result.layers if each.layer.name != "links")
        assert {each.scores["all"].value for each in result.layers if each.layer.name == "links"} == {None}
        result = dataclasses.replace(result, layers=layers)
    assert_perfect(result)


def test_layers_that_are_not_there_are_undefined_with_a_reason(scored: Scorer, perfect: Lines) -> None:
    result = scored([{key: perfect[0][key] for key in ("doc_id", "text_sha256", "quotes")}])
    others = [each for each in result.layers if each.layer.name != "quotes"]
    assert {score.value for each in others for score in each.scores.values()} == {None}
    assert all(score.reason for each in others for score in each.scores.values())
    assert len(result.missing) == len(perfect) - 1


def test_empty_layers_are_0_and_precision_undefined(scored: Scorer, perfect: Lines) -> None:
    for line in perfect:
        line.update(mentions=[], quotes=[], stances=[], events=[])
        line["event_descriptions"] = []
    for each in scored(perfect).layers:
        for measure in each.layer.measures:
            score = each.scores[measure.name]
            # of what was found nothing can be said where nothing was found
            if score.value is None:
                assert may_be_undefined(measure), measure.name
                assert score.reason
            else:
                assert score.value == 0.0, measure.name


def test_a_layer_that_is_not_submitted_is_undefined_and_costs_the_others_nothing(
    scored: Scorer, perfect: Lines
) -> None:
    for line in perfect:
        del line["stances"]
    result = scored(perfect)
    (stances,) = [each for each in result.layers if each.layer.name == "stances"]
    assert {score.value for score in stances.scores.values()} == {None}
    rest = tuple(each for each in result.layers if each is not stances)
    assert_perfect(dataclasses.replace(result, layers=rest))


def test_quotes_and_stances_alone_are_scored_by_registry_ids(scored: Scorer, perfect: Lines) -> None:
    for line in perfect:
        del line["mentions"], line["events"]
    values = f1(scored(perfect))
    assert values["quotes:joint"] == values["stances:tuple"] == 1.0


def test_a_missing_document_counts_as_one_without_predictions(scored: Scorer, perfect: Lines) -> None:
    whole = scored(perfect)
    partial = scored(perfect[1:])
    assert partial.missing == (perfect[0]["doc_id"],)
    for full, part in zip(whole.layers, partial.layers, strict=True):
        for measure in part.layer.measures:
            score, before = part.scores[measure.name], full.scores[measure.name]
            if may_be_undefined(measure):
                continue
            if score.counts is not None and before.counts is not None and measure.name != "contradictions":
                assert score.counts.gold == before.counts.gold
            assert score.f1 is not None
            assert score.f1 < 1.0, measure.name


def shuffled(lines: Lines, random: random.Random) -> Lines:
    lines = copy.deepcopy(lines)
    random.shuffle(lines)
    for line in lines:
        for layer in ("mentions", "quotes", "stances", "events"):
            random.shuffle(line[layer])
    return [dict(random.sample(sorted(line.items()), len(line))) for line in lines]


def renamed(lines: Lines, gold: Gold, random: random.Random) -> Lines:
    """Every id replaced by one that says nothing; claims keep their wording."""
    names: dict[str, str] = {}

    mentioned = {event["event"] for line in lines for event in line["events"]}
    registered = {event.id for event in gold.registries.events} - mentioned
    borne = {mention["entity"] for line in lines for mention in line["mentions"]}
    called = Counter(normal_name(name) for e in gold.registries.entities for name in {e.name, *e.aliases})
    # two who are called alike, and of whom nothing else is said, can be told apart by their registry ids alone
    registered |= {e.id for e in gold.registries.entities if e.id not in borne and called[normal_name(e.name)] > 1}

    def new(id: str | None) -> str | None:
        if id is None or id == "unknown" or id in registered:  # one without a mention goes by its registry id
            return id
        return names.setdefault(id, f"x{random.getrandbits(60):x}")

    lines = copy.deepcopy(lines)
    texts = {claim.id: claim.text for claim in gold.registries.claims}
    for line in lines:
        used = {s["target"]["id"] for s in line["stances"] if s["target"]["kind"] == "claim"}
        line["claims"] = [{"id": new(id), "text": texts[id]} for id in sorted(used)]
        for mention in line["mentions"]:
            mention.update(id=new(f"{line['doc_id']}{mention['id']}"), entity=new(mention["entity"]))
        for quote in line["quotes"]:
            quote["id"] = new(f"{line['doc_id']}{quote['id']}")
            quote["parent"] = quote["parent"] and new(f"{line['doc_id']}{quote['parent']}")
            quote["speaker"] = [new(id) for id in quote["speaker"]]
            quote["addressee"] = [new(id) for id in quote["addressee"]]
            quote["relays"] = [new(id) for id in quote["relays"]]
            quote["utterance"] = new(quote["utterance"])
        for stance in line["stances"]:
            stance["id"] = new(f"{line['doc_id']}{stance['id']}")
            stance["holder"] = new(stance["holder"])
            stance["target"]["id"] = new(stance["target"]["id"])
            stance["quote"] = stance["quote"] and new(f"{line['doc_id']}{stance['quote']}")
        for event in line["events"]:
            event.update(id=new(f"{line['doc_id']}{event['id']}"), event=new(event["event"]))
        for described in line["event_descriptions"]:
            described.update(id=new(described["id"]), place=described["place"] and new(described["place"]))
    # ids that no mention bears must be said something of
    entities = {m["entity"] for line in lines for m in line["mentions"]}
    by_id = {e.id: {"name": e.name, "wikidata": e.wikidata} for e in gold.registries.entities}
    extra = [{"id": new, **by_id[old]} for old, new in names.items() if old in by_id and new not in entities]
    lines[0]["entities"] = extra
    return lines


def degraded(lines: Lines, random: random.Random) -> Lines:
    """Gold with things left out, moved and mislabelled, so that invariance is tested away from perfection."""
    lines = copy.deepcopy(lines)
    for line in lines:
        for layer in ("mentions", "quotes", "stances", "events"):
            line[layer] = [item for item in line[layer] if random.random() < 0.8]
        quotes = {quote["id"] for quote in line["quotes"]}
        ids = [mention["entity"] for mention in line["mentions"]]
        for quote in line["quotes"]:
            quote["parent"] = quote["parent"] if quote["parent"] in quotes else None
            if random.random() < 0.3:
                quote["speaker"] = [random.choice(ids)]
        for stance in line["stances"]:
            stance["quote"] = stance["quote"] if stance["quote"] in quotes else None
            if random.random() < 0.2:
                stance["label"] = DEFAULT.labels_of(stance["target"]["kind"])[2]
        for mention in line["mentions"]:
            if random.random() < 0.2:
                mention["entity"] = random.choice(ids)
            if random.random() < 0.1:
                mention["type"] = "LOC"
        for event in line["events"]:
            if random.random() < 0.2:
                event["modality"] = random.choice(DEFAULT.event_modalities)
    return lines


@pytest.mark.parametrize("seed", range(20))
def test_order_of_lines_and_items_changes_nothing(scored: Scorer, perfect: Lines, seed: int) -> None:
    lines = degraded(perfect, random.Random(seed))
    one, other = scored(lines), scored(shuffled(lines, random.Random(seed)))
    assert [each.scores for each in one.layers] == [each.scores for each in other.layers]


@pytest.mark.parametrize("seed", range(20))
def test_renaming_every_id_changes_nothing(scored: Scorer, gold: Gold, perfect: Lines, seed: int) -> None:
    lines = degraded(perfect, random.Random(seed))
    one, other = f1(scored(lines)), f1(scored(renamed(lines, gold, random.Random(seed))))
    for values in (one, other):
        for name in [name for name in values if name.startswith("links:")]:
            del values[name]  # linking is about what an id names
    assert other == pytest.approx(one, abs=1e-12)


def test_renamed_gold_is_still_perfect(scored: Scorer, gold: Gold, perfect: Lines) -> None:
    lines = renamed(perfect, gold, random.Random(7))
    result = scored(lines)
    rest = tuple(each for each in result.layers if each.layer.name != "links")
    assert_perfect(dataclasses.replace(result, layers=rest))


def test_renamed_gold_that_says_what_its_ids_name_is_still_perfect(scored: Scorer, gold: Gold, perfect: Lines) -> None:
    lines = renamed(perfect, gold, random.Random(7))
    ids = {
        new["entity"]: old["entity"]
        for line, other in zip(lines, perfect, strict=True)
        for new, old in zip(line["mentions"], other["mentions"], strict=True)
    }
    rows = {row.id: row for row in gold.registries.entities}
    lines[0]["entities"] += [
        {"id": new, "name": rows[old].name, "wikidata": rows[old].wikidata} for new, old in ids.items()
    ]
    assert_perfect(scored(lines))


def test_the_state_adds(scored: Scorer, perfect: Lines) -> None:
    for each in scored(degraded(perfect, random.Random(3))).layers:
        state = each.state
        assert state is not None
        again = each.layer.scores(State.total(reversed([state.documents[id] for id in state.ids])))
        for name, score in each.scores.items():
            assert again[name].value == pytest.approx(score.value, abs=1e-12)


def test_the_record_is_the_same_bytes_and_has_counts_for_every_document(scored: Scorer, perfect: Lines) -> None:
    result = scored(perfect)
    report = Report.of(result, Sampling())
    raw = record_bytes(record_of(report))
    assert raw == record_bytes(record_of(Report.of(scored(perfect), Sampling())))
    value = json.loads(raw)
    assert value["status"] == "complete"
    assert value["signature"] == str(report.signature)
    for layer in value["layers"].values():
        assert sorted(layer["documents"]) == sorted(result.documents)
    strict = value["layers"]["entities"]
    summed = sum(document["counts"]["strict"][1] for document in strict["documents"].values())
    assert summed == strict["measures"]["strict"]["counts"][1]


def test_every_measure_says_what_it_is() -> None:
    for layer in scored_layers():
        names = [measure.name for measure in layer.measures]
        assert len(names) == len(set(names))
        assert all(measure.definition for measure in layer.measures)


def test_gold_order_changes_nothing(gold: Gold, read: Any, perfect: Lines) -> None:
    lines = degraded(perfect, random.Random(1))
    flipped = [
        msgspec.structs.replace(
            article,
            labels=msgspec.structs.replace(
                article.labels,
                mentions=article.labels.mentions[::-1],
                quotes=article.labels.quotes[::-1],
                stances=article.labels.stances[::-1],
                events=article.labels.events[::-1],
            ),
        )
        for article in reversed(gold.articles)
    ]
    submission = read(lines)
    one = score_submission(gold.articles, gold.registries, submission, "all")
    other = score_submission(flipped, gold.registries, submission, "all")
    assert [each.scores for each in one.layers] == [each.scores for each in other.layers]
