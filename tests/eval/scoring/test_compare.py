"""Systems side by side: differences, tests, ranks, and what changed item by item."""

from __future__ import annotations

import copy
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.eval.conftest import Lines, Scorer, as_bytes
from tests.eval.scoring.test_result import degraded

from onrecord.dataset import FaultsError, Gold
from onrecord.eval.scoring.compare import Comparison, compare, compare_results, distinct_names
from onrecord.eval.scoring.item_changes import ItemChange
from onrecord.eval.scoring.result import score_submission
from onrecord.eval.statistics.ranks import RankInterval
from onrecord.eval.statistics.sampling import Sampling

Comparer = Callable[..., Comparison]


@pytest.fixture
def compared(five_scored: Scorer) -> Comparer:
    def run(*files: Lines, how: Sampling = Sampling()) -> Comparison:  # noqa: B008 - frozen
        return compare_results([five_scored(lines) for lines in files], [f"s{n}" for n in range(len(files))], how)

    return run


@pytest.fixture
def worse(five_lines: Lines) -> Lines:
    return degraded(five_lines, random.Random(3))


def test_differences_are_those_of_the_values(compared: Comparer, five_lines: Lines, worse: Lines) -> None:
    found = compared(worse, five_lines)
    earlier, later = (report.result.values for report in found.reports)
    assert found.contrasts[0, 1].keys() == later.keys()
    for name, each in found.contrasts[0, 1].items():
        one, other = earlier[name], later[name]
        assert each.difference == (None if one is None or other is None else pytest.approx(other - one, abs=1e-12))
        assert (each.p is None) == (each.reason is not None)
        assert each.p is None or 0 < each.p <= 1


def test_swapped_systems_negate_the_differences_and_keep_the_p(
    compared: Comparer, five_lines: Lines, worse: Lines
) -> None:
    others = degraded(five_lines, random.Random(4))
    one, other = compared(worse, others), compared(others, worse)
    for name, each in one.contrasts[0, 1].items():
        swapped = other.contrasts[0, 1][name]
        assert swapped.p == (None if each.p is None else pytest.approx(each.p, abs=1e-12))
        assert (swapped.method, swapped.reason) == (each.method, each.reason)
        if each.difference is not None:
            assert swapped.difference == pytest.approx(-each.difference, abs=1e-12)
        if each.interval.low is not None and each.interval.high is not None:
            assert swapped.interval.low == pytest.approx(-each.interval.high, abs=1e-12)
            assert swapped.interval.high == pytest.approx(-each.interval.low, abs=1e-12)
    mirrored = {"fixed": "regressed", "regressed": "fixed", "still wrong": "still wrong"}
    before, after = (
        Counter((c.document, c.layer, c.text, c.change if plain else mirrored[c.change]) for c in found.items())
        for found, plain in ((one, True), (other, False))
    )
    assert before == after


def test_a_system_is_like_itself(compared: Comparer, worse: Lines) -> None:
    found = compared(worse, copy.deepcopy(worse))
    for each in found.contrasts[0, 1].values():
        assert each.difference in (0.0, None)
        assert each.p == (1.0 if each.difference == 0.0 else None)
    assert {change.change for change in found.items()} == {"still wrong"}
    assert all(change.earlier == change.later != "right" for change in found.items())
    assert set(found.ranks) == set(found.reports[0].result.headlines)
    assert set(found.ranks.values()) == {(RankInterval(1, 2), RankInterval(1, 2))}


def test_the_perfect_has_nothing_wrong(compared: Comparer, five_lines: Lines) -> None:
    assert compared(five_lines, five_lines).items() == []


def changes(found: Comparison) -> list[ItemChange]:
    return [change for change in found.items() if change.layer in ("entities", "quotes", "stances", "events")]


def test_what_changed_by_hand(compared: Comparer, five: Gold, five_lines: Lines) -> None:
    later = copy.deepcopy(five_lines)
    mention = next(m for m in later[1]["mentions"] if m["type"] == "PER" and not m["optional"])
    mention["type"] = "ORG"
    used = {stance["quote"] for stance in later[0]["stances"]} | {quote["parent"] for quote in later[0]["quotes"]}
    quote = next(quote for quote in later[0]["quotes"] if quote["id"] not in used and not quote["optional"])
    later[0]["quotes"].remove(quote)
    text = five.articles[2].document.text[0]
    later[2]["mentions"].append({**later[2]["mentions"][0], "id": "new", "start": 0, "end": 1, "text": text})
    ids = [line["doc_id"] for line in five_lines]
    found = changes(compared(five_lines, later))
    assert [(c.layer, c.document, c.change, c.gold, c.earlier, c.later) for c in found] == [
        ("entities", ids[1], "regressed", True, "right", "type"),
        ("entities", ids[2], "regressed", False, "absent", "spurious"),
        ("quotes", ids[0], "regressed", True, "right", "missed"),
    ]
    assert [change.text for change in found[:2]] == [mention["text"], text]
    back = [(change.change, change.earlier, change.later) for change in changes(compared(later, five_lines))]
    assert back == [("fixed", "type", "right"), ("fixed", "spurious", "absent"), ("fixed", "missed", "right")]


def test_both_wrong_is_still_wrong(compared: Comparer, five_lines: Lines) -> None:
    one, other = copy.deepcopy(five_lines), copy.deepcopy(five_lines)
    place = next(n for n, m in enumerate(five_lines[0]["mentions"]) if m["type"] == "PER" and not m["optional"])
    one[0]["mentions"][place]["type"] = "ORG"
    del other[0]["mentions"][place]
    (change,) = [c for c in compared(one, other).items() if c.layer == "entities"]
    assert (change.change, change.earlier, change.later) == ("still wrong", "type", "missed")


def test_items_come_by_layer_and_document(compared: Comparer, five_lines: Lines, worse: Lines) -> None:
    found = compared(worse, degraded(five_lines, random.Random(5)))
    layers = [each.layer.name for each in found.reports[0].result.layers]
    order = [(layers.index(c.layer), c.document, not c.gold) for c in found.items()]
    assert order == sorted(order)


def test_types_that_one_system_alone_predicts(compared: Comparer, five_lines: Lines) -> None:
    one, other = copy.deepcopy(five_lines), copy.deepcopy(five_lines)
    for mention in one[0]["mentions"]:
        mention["type"] = "LOC"
    for mention in other[1]["mentions"]:
        mention["type"] = "FAC"
    assert compared(one, other).contrasts[0, 1]["entities:strict"].difference is not None
    assert compared(other, one).contrasts[0, 1]["entities:strict[LOC]"].difference is None


def test_three_systems_and_their_ranks(compared: Comparer, five_lines: Lines, worse: Lines) -> None:
    worst = [dict(line, mentions=line["mentions"][:1]) for line in copy.deepcopy(worse)]
    found = compared(five_lines, worse, worst, how=Sampling(level=0.5))
    assert set(found.contrasts) == {(0, 1), (0, 2), (1, 2)}
    ranks = found.ranks["entities:strict"]
    assert ranks == (RankInterval(1, 1), RankInterval(2, 2), RankInterval(3, 3))
    # five articles cannot tell systems apart at the usual level, and say so
    usual = compared(five_lines, worse, worst)
    assert usual.ranks["entities:strict"] == (RankInterval(1, 3),) * 3
    assert usual.contrasts[0, 1]["entities:strict"].attainable_p == 0.0625


def test_a_layer_that_one_file_lacks(compared: Comparer, five_lines: Lines, worse: Lines) -> None:
    without = copy.deepcopy(five_lines)
    for line in without:
        del line["stances"]
    found = compared(worse, without)
    assert not [name for name in found.contrasts[0, 1] if name.startswith("stances:")]
    assert found.ranks["stances:tuple"] == (RankInterval(1, 1), None)
    assert not [change for change in found.items() if change.layer == "stances"]
    for measures in found.documents().values():
        assert measures["stances:tuple"][0] is not None
        assert measures["stances:tuple"][1] is None


def test_documents_one_by_one(compared: Comparer, five_scored: Scorer, five: Gold, read: Any, worse: Lines) -> None:
    found = compared(worse, worse[1:])
    assert [len(report.result.missing) for report in found.reports] == [0, 1]
    documents = found.documents()
    assert list(documents) == [article.document.id for article in five.articles]
    for article in five.articles:
        measures = documents[article.document.id]
        assert list(measures) == found.reports[0].result.headlines
        alone = score_submission([article], five.registries, read(worse), "one").values
        assert measures["entities:strict"][0] == alone["entities:strict"]
    missing = documents[worse[0]["doc_id"]]
    assert {name: values[1] for name, values in missing.items()} == dict.fromkeys(missing, 0.0)


def write(path: Path, lines: Lines) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(as_bytes(lines))
    return path


def test_files_are_told_apart_by_name(five_folder: Path, tmp_path: Path, five_lines: Lines, worse: Lines) -> None:
    one, other = write(tmp_path / "a" / "p.jsonl", five_lines), write(tmp_path / "b" / "p.jsonl", worse)
    start = time.perf_counter()
    found = compare(one, other, other, gold=five_folder, split="all")
    found.documents()
    found.items()
    assert time.perf_counter() - start < 3  # about half a second on an idle machine
    assert found.names == ("a/p.jsonl", "b/p.jsonl", "b/p.jsonl (2)")
    assert found.contrasts[1, 2]["entities:strict"].p == 1.0
    assert len(compare(one, other, gold=five_folder).reports[0].result.documents) == 3


def test_names() -> None:
    assert distinct_names(["p", "p", "p"]) == ["p", "p (2)", "p (3)"]
    assert distinct_names(["/x/a/p", "/y/a/p"]) == ["x/a/p", "y/a/p"]
    assert distinct_names(["a/p", "p"]) == ["a/p", "p"]
    assert len(set(distinct_names(["p (2)", "p", "p"]))) == 3


def test_what_cannot_be_compared(
    five_folder: Path, tmp_path: Path, five_scored: Scorer, five: Gold, read: Any, five_lines: Lines
) -> None:
    with pytest.raises(ValueError, match="two or more"):
        compare_results([five_scored(five_lines)], ["one"])
    part = score_submission(five.articles[:3], five.registries, read(five_lines), "part")
    with pytest.raises(ValueError, match="different articles"):
        compare_results([five_scored(five_lines), part], ["one", "other"])
    with pytest.raises(FaultsError):
        compare(write(tmp_path / "p", five_lines), write(tmp_path / "q", [{}]), gold=five_folder)
