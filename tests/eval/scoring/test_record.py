"""Records: the same input gives the same bytes, and what a record says cannot be other than scores."""

from __future__ import annotations

import dataclasses
import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.eval.conftest import Lines, Scorer, as_bytes, lines_of

from onrecord.dataset import FaultsError, Gold
from onrecord.eval import Report, Sampling, read_record, record_bytes, record_of
from onrecord.eval.board.entries import predictions_of
from onrecord.eval.board.rescoring import Rescored, moves, places, rescore
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.record import Record, asked_of, canonical
from onrecord.eval.scoring.result import Result
from onrecord.eval.scoring.score_file import score_bytes
from onrecord.eval.scoring.stored_gold import gold_in_memory
from onrecord.eval.statistics.counts import Score


def record(result: Result) -> Record:
    return record_of(Report.of(result, Sampling()))


def test_a_record_reads_back_as_it_was_written(scored: Scorer, perfect: Lines) -> None:
    made = record(scored(perfect))
    assert read_record("r.json", record_bytes(made)) == made
    assert record_bytes(made) == record_bytes(record(scored(perfect)))


def test_the_id_is_that_of_what_went_in_and_of_nothing_else(scored: Scorer, perfect: Lines) -> None:
    made = record(scored(perfect))
    assert made.id == made.key.id
    assert made.environment["python"]
    assert "environment" not in msgspec.structs.asdict(made.key)
    others = [
        record_of(Report.of(scored(perfect), Sampling(seed=1))),
        record_of(Report.of(scored(perfect), None)),
        record(scored(perfect[::-1])),
    ]
    assert len({made.id, *(each.id for each in others)}) == 4


def test_identical_bytes_packed_or_not_are_one_submission(gold: Gold, perfect: Lines, tmp_path: Path) -> None:
    """Case 32 of the checklist."""
    from onrecord.eval import score

    raw = as_bytes(perfect)
    (tmp_path / "a.jsonl").write_bytes(raw)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(raw))
    one, other = (record_of(score(tmp_path / name)) for name in ("a.jsonl", "b.jsonl.gz"))
    assert record_bytes(one) == record_bytes(other)


def test_canonical_json_is_sorted_compact_and_has_whole_numbers(scored: Scorer, perfect: Lines) -> None:
    raw = record_bytes(record(scored(perfect)))
    value = json.loads(raw)
    again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert raw == again
    assert b"3.0," not in raw


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["layers"]["entities"]["measures"]["strict"].update(value=1.5),
        lambda v: v["layers"]["entities"]["measures"]["strict"].update(value="1"),
        lambda v: v.update(status="best"),
        lambda v: v.update(rank=1),
        lambda v: v["key"].update(gold="0" * 64),
        lambda v: v.update(id="0" * 64),
        lambda v: v["key"].update(submission="../../x"),
    ],
)
def test_a_record_that_is_none_is_refused(scored: Scorer, perfect: Lines, change: Any) -> None:
    value = json.loads(record_bytes(record(scored(perfect))))
    change(value)
    with pytest.raises(FaultsError):
        read_record("r.json", json.dumps(value).encode())


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1.0001, -0.1])
def test_a_score_that_is_none_makes_a_failed_record(scored: Scorer, perfect: Lines, bad: float) -> None:
    """Case 35 of the checklist: it must never come to a board."""
    result = scored(perfect)
    layer = result.layers[0]
    scores = {**layer.scores, "strict": Score(bad, 1.0, bad)}
    broken = dataclasses.replace(result, layers=(dataclasses.replace(layer, scores=scores), *result.layers[1:]))
    made = record_of(Report.of(broken, None))
    assert (made.status, made.layers, made.errors) == ("failed", {}, {"score": 1})
    assert b"NaN" not in record_bytes(made)
    assert read_record("r", record_bytes(made)) == made


def test_a_partial_file_has_a_partial_record(gold: Gold, perfect: Lines) -> None:
    with pytest.raises(FaultsError) as error:
        score_bytes(Path("p"), as_bytes(perfect[:-1]), gold, Asked("all", how=None))
    assert {fault.code for fault in error.value.faults} == {"missing-document"}
    made = record(
        score_bytes(Path("p"), as_bytes(perfect[:-1]), gold, Asked("all", how=None, allow_missing=True)).result
    )
    assert made.status == "partial"
    assert made.coverage is not None
    assert made.coverage.missing == (perfect[-1]["doc_id"],)


def changed(gold: Gold) -> Gold:
    """The gold with one name of the test split fewer."""
    articles = list(gold.articles)
    place = next(n for n, a in enumerate(articles) if a.document.split == "test")
    labels = msgspec.structs.replace(articles[place].labels, mentions=articles[place].labels.mentions[1:])
    articles[place] = msgspec.structs.replace(articles[place], labels=labels)
    return msgspec.structs.replace(gold, articles=tuple(articles))


def test_rescoring_says_what_a_new_gold_does(gold: Gold, tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_bytes(as_bytes(lines_of(gold.articles)))
    old = record_of(
        Report.of(
            score_bytes(Path("p"), (tmp_path / "p.jsonl").read_bytes(), gold, Asked(how=None)).result, Sampling(seed=3)
        )
    )
    same = rescore(tmp_path / "r.json", old, gold_in_memory(gold))
    assert same.same
    assert record_bytes(same.new) == record_bytes(old)  # type: ignore[arg-type]
    new = rescore(tmp_path / "r.json", old, gold_in_memory(changed(gold)))
    assert not new.same
    assert new.new is not None
    assert new.new.key.policy == old.key.policy
    before, after = new.differences()["entities:strict"]
    assert before == 1.0
    assert after is not None
    assert after < 1


def test_rescoring_without_the_predictions_says_so(gold: Gold, perfect: Lines, scored: Scorer, tmp_path: Path) -> None:
    old = record(scored(perfect))
    assert predictions_of(old, tmp_path) is None
    found = rescore(tmp_path / "r.json", old, gold_in_memory(gold))
    assert found.new is None
    assert "content" in found.reason


def test_places_move_only_between_records_that_are_complete_both_times(scored: Scorer, perfect: Lines) -> None:
    good = record(scored(perfect))
    for line in perfect:
        line["mentions"] = []
    poor = record(scored(perfect))
    path = Path("r.json")
    found = moves([Rescored(path, good, poor), Rescored(path, poor, good), Rescored(path, good, None, "gone")])
    assert found["entities:strict"] == [(1, 2), (2, 1), (None, None)]
    assert places([None, 0.5]) == [None, 1]


def test_how_a_record_was_asked_for_is_in_its_policy(scored: Scorer, perfect: Lines) -> None:
    how = Sampling("topic", 0.9, 500, 7)
    made = record_of(Report.of(scored(perfect), how))
    assert asked_of(made) == Asked("all", None, how, False)
    assert asked_of(record_of(Report.of(scored(perfect), None))).how is None


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": {"d": 2, "c": 3}}) == b'{"a":{"c":3,"d":2},"b":1}'
