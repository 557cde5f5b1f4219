"""Intervals of a whole result, against leaving documents out by hand and scoring again."""

from __future__ import annotations

import dataclasses
import random
import time
from typing import Any

import msgspec
import pytest
from tests.eval.by_hand import document
from tests.eval.conftest import NO_IDS, Lines, Scorer
from tests.eval.scoring.test_result import degraded

from onrecord.dataset import Article, Gold, Labels
from onrecord.eval.scoring.intervals import formula, leave_out, result_intervals, units_of
from onrecord.eval.scoring.result import Result, score_submission
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.statistics.sampling import MOST_GROUPS, Sampling
from onrecord.eval.statistics.uncertainty import jackknife_interval
from onrecord.eval.submission.reading import Submission


@pytest.fixture
def lines(five_lines: Lines) -> Lines:
    return degraded(five_lines, random.Random(3))


MEASURES = [
    "entities:strict",  # a sum
    "entities:coverage",  # a sum of fractions
    "quotes:speaker",  # a share
    "stances:label[macro]",  # a mean of sums
    "entity_ids:lea",  # of clusters
    "entity_ids:conll",  # a mean of clusters
    "entity_ids:b3[within]",
    "events:lea[no-singletons]",
    "stances:tuple[corpus]",  # of the corpus as a whole
    "events:attributes",
]


def test_intervals_are_those_of_leaving_out_and_scoring_again(five: Gold, read: Any, lines: Lines) -> None:
    submission = read(lines)
    result = score_submission(five.articles, five.registries, submission, "all")
    # what an id means is found out from the whole file, and stays so when a document is left out
    without = [kept(result, {id}) for id in result.documents]
    found = result_intervals(result, Sampling())
    given = 0
    for name in MEASURES:
        expected = jackknife_interval(result.values[name], [values[name] for values in without])
        assert found[name].units == 5
        assert (found[name].low is None) == (found[name].reason is not None)
        if expected.contributing == found[name].contributing:
            assert found[name].low == approximately(expected.low)
            assert found[name].high == approximately(expected.high)
            given += found[name].low is not None
    assert given >= 6


def approximately(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, abs=1e-9)


def kept(result: Result, left_out: set[str]) -> dict[str, float | None]:
    """The values of a result without some documents."""
    values: dict[str, float | None] = {}
    for each in result.layers:
        assert each.state is not None
        scores = each.layer.scores(each.state.total(set(result.documents) - left_out))
        values |= {measure.full: scores[measure.name].value for measure in each.layer.measures}
    return values


@pytest.mark.parametrize(
    "name", ["entities:strict", "entities:coverage", "quotes:detection@0.5", "entity_ids:lea[within]"]
)
def test_measures_that_no_other_document_touches_are_those_of_subsets(
    five: Gold, read: Any, lines: Lines, name: str
) -> None:
    submission = read(lines)
    result = score_submission(five.articles, five.registries, submission, "all")
    without = []
    for id in result.documents:
        articles = [article for article in five.articles if article.document.id != id]
        without.append(score_submission(articles, five.registries, submission, "all").values[name])
    expected = jackknife_interval(result.values[name], without)
    found = result_intervals(result, Sampling())[name]
    assert expected.low is not None
    assert (found.low, found.high) == (approximately(expected.low), approximately(expected.high))


def test_every_submitted_measure_has_an_interval_or_a_reason(five_scored: Scorer, lines: Lines) -> None:
    for line in lines:
        del line["stances"]
    result = five_scored(lines)
    found = result_intervals(result, Sampling())
    assert found.keys() == {name for name in result.values if not name.startswith("stances:")}
    for interval in found.values():
        assert (interval.low is None) == (interval.high is None) == (interval.reason is not None)
    assert Report.of(result).intervals == {}


def test_topics_are_units(five_scored: Scorer, lines: Lines) -> None:
    result = five_scored(lines)
    units = units_of(result, "topic")
    assert sorted(sum(units.values(), ())) == sorted(result.documents)
    assert list(units) == sorted(set(result.topics.values()))
    found = result_intervals(result, Sampling(unit="topic"))
    assert {each.reason for each in found.values() if result.values} >= {
        f"{len(units)} topics: an interval needs at least 3"
    }
    three = dict(zip(result.documents, ("a", "b", "a", "c", "b"), strict=True))
    grouped = dataclasses.replace(result, topics=three)
    strict = result_intervals(grouped, Sampling(unit="topic"))["entities:strict"]
    left_out = [{id for id in three if three[id] == topic} for topic in "abc"]
    expected = jackknife_interval(
        result.values["entities:strict"], [kept(result, each)["entities:strict"] for each in left_out], unit="topic"
    )
    assert strict.units == 3
    assert (strict.low, strict.high) == (approximately(expected.low), approximately(expected.high))


def test_fewer_than_three_documents(five: Gold, read: Any, lines: Lines) -> None:
    result = score_submission(five.articles[:2], five.registries, read(lines), "two")
    found = result_intervals(result, Sampling())
    reasons = {each.reason for name, each in found.items() if result.values[name] is not None}
    assert reasons == {"2 documents: an interval needs at least 3"}


def test_the_order_of_articles_changes_nothing(five: Gold, read: Any, lines: Lines) -> None:
    submission = read(lines)
    one, other = (score_submission(a, five.registries, submission, "all") for a in (five.articles, five.articles[::-1]))
    assert result_intervals(one, Sampling()) == result_intervals(other, Sampling())


TEXT = "Ann met Bob. Ann left."


def tiny(number: int, chance: random.Random | None = None) -> Labels:
    """Labels of a tiny document: two entities of its own; by chance some are missed or mixed up."""
    places = [
        ({"start": start, "end": start + 3, "text": text}, text.lower())
        for text, start in (("Ann", 0), ("Bob", 8), ("Ann", 13))
    ]
    mentions = [
        {"id": f"m{n}", "type": "PER", "kind": "name", "entity": f"{id}-{number}"} | place
        for n, (place, id) in enumerate(places)
        if chance is None or chance.random() < 0.8
    ]
    return msgspec.convert({"mentions": mentions, "quotes": [], "stances": [], "events": []}, Labels)


def many(documents: int) -> Result:
    chance = random.Random(0)
    names = [f"d{n:03}" for n in range(documents)]
    articles = [Article(document=document(TEXT, name), labels=tiny(n)) for n, name in enumerate(names)]
    predicted = {name: tiny(n, chance) for n, name in enumerate(names)}
    submission = Submission("-", "", predicted, frozenset({"mentions"}), {}, {})
    return score_submission(articles, NO_IDS, submission, "many")


@pytest.mark.long
def test_many_documents_are_left_out_in_groups_and_quickly() -> None:
    result = many(450)
    start = time.perf_counter()
    found = result_intervals(result, Sampling(draws=1000))
    assert time.perf_counter() - start < 20
    (ids,) = [each for each in result.layers if each.layer.name == "entity_ids"]
    assert ids.state is not None
    units = units_of(result, "document")
    (lea,) = leave_out(ids, ids.state.columns, [ids.layer.headline], ids.state.ids, units)
    assert len(lea.without) == MOST_GROUPS
    groups = [set(result.documents[n::MOST_GROUPS]) for n in range(MOST_GROUPS)]
    state = ids.state.total(set(result.documents) - groups[7])
    assert lea.without[7] == pytest.approx(ids.layer.scores(state)["lea"].value, abs=1e-12)
    assert lea.value == result.values["entity_ids:lea"]
    interval = found["entity_ids:lea"]
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low < result.values["entity_ids:lea"] < interval.high  # type: ignore[operator]
    # tighter than those of fewer documents, as it should be, and of about the same width as that of a sum
    few = result_intervals(many(50), Sampling(draws=1000))["entity_ids:lea"]
    assert few.low is not None
    assert few.high is not None
    assert 2 < (few.high - few.low) / (interval.high - interval.low) < 4.5


def test_which_measures_are_sums(five_scored: Scorer, lines: Lines) -> None:
    for each in five_scored(lines).layers:
        assert each.state is not None
        counted = {name for state in each.state.documents.values() for name in state.counts}
        for measure in each.layer.measures:
            # what is said to add is read off counts, and what is not said to add is not
            assert measure.adds == ({*(measure.mean_of or (measure.name,))} <= counted), measure.full
            if measure.adds:
                assert formula(measure, sorted(counted)).kind == ("share" if measure.share else "f1")
            assert measure.clusters <= (not measure.adds)
            assert not measure.clusters or all(state.tables for state in each.state.documents.values())
