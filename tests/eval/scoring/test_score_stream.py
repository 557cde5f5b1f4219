"""A file that is read line by line gets the record of one that is held, to the last bit."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import pytest
from tests.eval.conftest import Lines, as_bytes
from tests.eval.scoring.test_result import degraded

from onrecord.dataset import Gold
from onrecord.eval import record_bytes, record_of
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.engines.engine import InProcess
from onrecord.eval.scoring.parts import LineSource, Setting
from onrecord.eval.scoring.rounds import Submitted, score_parts
from onrecord.eval.scoring.score_file import score_bytes
from onrecord.eval.scoring.score_stream import score_stream
from onrecord.eval.scoring.stored_gold import gold_in_memory, stored_gold
from onrecord.eval.submission import validation
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.reading import SubmissionStream


@pytest.mark.parametrize("split", ["test", "validation", "all"])
@pytest.mark.parametrize("labels", [None, "ontonotes"])
def test_lines_in_any_order_give_the_record_of_the_whole(
    split: str, labels: str | None, gold: Gold, perfect: Lines, root: Path
) -> None:
    asked = Asked(split, None, allow_missing=True)
    if labels is not None:
        asked = dataclasses.replace(asked, labels=labels)
        for line in perfect:
            line["mentions"] = [{**m, "type": {"PER": "PERSON"}.get(m["type"], "ORG")} for m in line["mentions"]]
    raw = as_bytes(degraded(perfect, random.Random(7)))
    stored, held = stored_gold(root / "dataset"), score_bytes(Path("p.jsonl"), raw, gold, asked)
    streamed = score_stream(Path("p.jsonl"), iter([raw]), stored, asked)
    assert record_bytes(record_of(streamed.report)) == record_bytes(record_of(held.report))
    assert streamed.left_out == held.left_out
    for one, other in zip(streamed.result.pairs, held.result.pairs, strict=True):
        assert (one.gold, one.predicted, one.mentions.pairs) == (other.gold, other.predicted, other.mentions.pairs)


def test_gold_is_kept_and_found_again_and_a_cache_that_is_broken_is_made_anew(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_CACHE", str(tmp_path))
    made = stored_gold(root / "dataset")
    (folder,) = (tmp_path / "gold").iterdir()
    assert stored_gold(root / "dataset").hashes == made.hashes
    (folder / "columns").write_bytes(b"no columns")
    assert stored_gold(root / "dataset").hashes == made.hashes
    again = stored_gold(root / "dataset")
    assert [again.article(id) for id in again.documents] == [made.article(id) for id in made.documents]
    monkeypatch.setenv("ONRECORD_CACHE", "")
    assert stored_gold(root / "dataset").hashes == made.hashes
    assert len(list((tmp_path / "gold").iterdir())) == 1


def test_where_nothing_can_be_kept_gold_is_read_all_the_same(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_CACHE", "")
    made = stored_gold(root / "dataset")
    (tmp_path / "file").write_bytes(b"no folder")
    monkeypatch.setenv("ONRECORD_CACHE", str(tmp_path / "file"))
    assert stored_gold(root / "dataset").hashes == made.hashes
    assert (tmp_path / "file").read_bytes() == b"no folder"


@pytest.mark.parametrize("split", ["test", "validation", "all"])
def test_labels_in_memory_are_the_gold_of_their_folder(split: str, gold: Gold, root: Path, perfect: Lines) -> None:
    held, stored = gold_in_memory(gold), stored_gold(root / "dataset")
    assert held.hashes == stored.hashes
    assert held.in_split(split) == stored.in_split(split)
    assert held.ids == stored.ids
    for id, document in held.documents.items():
        assert (document.text, document.about) == (stored.documents[id].text, stored.documents[id].about)
        assert held.article(id) == stored.article(id)
    raw = as_bytes(degraded(perfect, random.Random(7)))
    asked = Asked(split, None, allow_missing=True)
    one, other = (score_stream(Path("p.jsonl"), [raw], each, asked).report for each in (held, stored))
    assert record_bytes(record_of(one)) == record_bytes(record_of(other))


@pytest.mark.parametrize("least", [0, 10**9])
def test_documents_that_are_looked_at_later_are_those_of_their_lines(
    least: int, gold: Gold, perfect: Lines, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines as they are written: one by one or many at once, with a mark and fields of anyone's own."""
    monkeypatch.setattr(validation, "LEAST_BYTES", least)
    lines = degraded(perfect, random.Random(7))
    if not least:
        raw = as_bytes(lines)
    else:
        lines[1]["unplaced"] = [{"layer": "quotes", "text": "made up"}]
        raw = b"\xef\xbb\xbf" + as_bytes([{**line, "x_note": {"by": "us"}} for line in lines])
    asked = Asked("all", None, None, allow_missing=True)
    held = score_bytes(Path("p.jsonl"), as_bytes(lines), gold, asked)
    streamed = score_stream(Path("p.jsonl"), [raw], stored_gold(root / "dataset"), asked)
    for one, other in zip(streamed.result.pairs, held.result.pairs, strict=True):
        assert (one.predicted, tuple(one.unplaced)) == (other.predicted, tuple(other.unplaced))


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("split", ["test", "all"])
def test_lines_taken_together_give_the_record_of_lines_one_by_one(
    split: str, perfect: Lines, root: Path, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, file = random.Random(seed), tmp_path / "p.jsonl"
    lines = degraded(perfect, chance)
    for line in lines:
        placed = chance.choice([[], ["quotes"], ["mentions", "events", "mentions"]])
        line["unplaced"] = [{"layer": layer, "text": "We never said that"} for layer in placed]
    chance.shuffle(lines)
    file.write_bytes(as_bytes(lines))
    asked, stored = Asked(split, None, allow_missing=True), stored_gold(root / "dataset")
    found = []
    for least in (10**9, 0):
        monkeypatch.setattr(validation, "LEAST_BYTES", least)
        blocks = list(SubmissionStream(file, [file.read_bytes()], Expected(stored.documents, stored.ids)).blocks())
        assert len(blocks) == (len(lines) if least else 1)
        streamed = score_stream(file, [file.read_bytes()], stored, asked)
        setting = Setting(root / "dataset", split, None, DEFAULT_LIMITS)
        with InProcess() as engine:
            parts = score_parts(Submitted("p.jsonl", (LineSource(file),), None), setting, asked, engine, lambda _: None)
        assert parts.report is not None
        kept = [streamed.result.pairs[n].predicted for n in range(len(streamed.result.pairs))]
        found.append((record_bytes(record_of(streamed.report)), kept, record_bytes(record_of(parts.report))))
    assert found[0] == found[1]
