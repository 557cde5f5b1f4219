"""Files of spans in blocks: the same bits as at once, every fault, bounded memory, and no hanging."""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import os
import random
import signal
import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples

from onrecord.dataset import Fault, FaultsError
from onrecord.eval.corpora.block import FAULTS_TO_GIVE_UP, PIECE
from onrecord.eval.corpora.span_report import SpanReport, score_spans
from onrecord.eval.corpora.stream import BLOCK_BYTES, SpanFile, StreamedSpans, WorkerError, score_span_files
from onrecord.eval.readers import read_spans
from onrecord.eval.spans.counting import CountColumn, SpanCounts
from onrecord.eval.spans.documents import SpanDocument, TypedSpan


def written(documents: Sequence[SpanDocument]) -> bytes:
    """Documents as lines; plain ones as most files have them, with nothing but start, end and type."""
    lines = []
    for document in documents:
        spans = [{"start": s.start, "end": s.end, "type": s.type} | _rest(s) for s in document.spans]
        lines.append(json.dumps({"doc_id": document.doc_id, "spans": spans}, ensure_ascii=False).encode() + b"\n")
    return b"".join(lines)


def _rest(span: TypedSpan) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(span)
    return {name: values[name] for name in ("kind", "optional", "fragments", "alternatives") if values[name]}


def line(doc_id: str, *spans: tuple[int, int, str], key: str = "type") -> bytes:
    made = [{"start": start, "end": end, key: type} for start, end, type in spans]
    return json.dumps({"doc_id": doc_id, "spans": made}).encode() + b"\n"


def run(gold: bytes, predicted: bytes, **options: Any) -> StreamedSpans:
    """The result of two files."""
    return score_span_files(SpanFile("g", io.BytesIO(gold)), SpanFile("p", io.BytesIO(predicted)), **options)


def faults(gold: bytes, predicted: bytes, **options: Any) -> list[Fault]:
    with pytest.raises(FaultsError) as error:
        run(gold, predicted, **options)
    return list(error.value.faults)


def places(gold: bytes, predicted: bytes, **options: Any) -> list[tuple[str, int | None, str]]:
    return [(fault.file, fault.line, fault.code) for fault in faults(gold, predicted, **options)]


def bits(counts: SpanCounts) -> tuple[Any, ...]:
    """All of a state, to compare it."""
    arrays = (counts.values, counts.cells, counts.missed, counts.spurious, counts.iou)
    return counts.documents, counts.types, *(array.tolist() for array in arrays)


def report(found: StreamedSpans) -> bytes:
    return SpanReport(found.counts, found.missing, left_out=found.left_out).as_json()


plain = st.builds(
    lambda start, size, type: TypedSpan(start, start + size, type),
    st.integers(0, 12),
    st.integers(1, 6),
    st.sampled_from(["PER", "ORG", "a:b"]),
)
rich = st.builds(
    lambda span, kind, optional, cut, others: TypedSpan(
        span.start,
        span.end + 3 * cut,
        span.type,
        kind,
        optional,
        ((span.start, span.end), (span.end + 1, span.end + 3)) if cut else (),
        tuple(others),
    ),
    plain,
    st.sampled_from(["", "name", "pronoun"]),
    st.booleans(),
    st.booleans(),
    st.lists(plain, max_size=1),
)


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[SpanDocument], list[SpanDocument]]:
    """Gold, and predictions that leave some documents out; most documents are plain."""
    gold, predicted = [], []
    for number in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from(["d", "http://x/", "é\n"])) + str(number)
        spans = st.lists(draw(st.sampled_from([plain, plain, rich])), max_size=4)
        gold.append(SpanDocument(name, tuple(draw(spans))))
        if draw(st.integers(0, 3)):
            predicted.append(SpanDocument(name, tuple(draw(spans))))
    return gold, predicted


@settings(max_examples=examples(150))
@given(corpora(), st.sampled_from([1, 60, 200, 10**6]), st.randoms(use_true_random=False))
def test_the_bits_of_the_whole_whatever_the_blocks_and_the_order(
    pair: tuple[list[SpanDocument], list[SpanDocument]], block: int, random: random.Random
) -> None:
    gold, predicted = pair
    whole = score_spans(gold, predicted)
    random.shuffle(gold)
    random.shuffle(predicted)
    found = run(written(gold), written(predicted), block=block)
    assert bits(found.counts) == bits(whole.counts)
    assert found.missing == whole.missing
    assert report(found) == SpanReport(whole.counts, whole.missing).as_json()


@settings(max_examples=examples(100))
@given(corpora())
def test_a_document_counts_the_same_by_itself_and_among_others(
    pair: tuple[list[SpanDocument], list[SpanDocument]],
) -> None:
    gold, predicted = pair
    whole = score_spans(gold, predicted).counts
    others = {each.doc_id: each for each in predicted}
    for document in gold:
        alone = score_spans([document], [others[document.doc_id]] if document.doc_id in others else []).counts
        assert alone.values[0].tolist() == whole.values[whole.documents.index(document.doc_id)].tolist()


def corpus(documents: int, spans: int, seed: int = 0) -> tuple[list[bytes], list[bytes]]:
    """Lines of gold and predictions of a corpus made by chance."""
    chance = random.Random(seed)
    gold, predicted = [], []
    for number in range(documents):
        one, other, at = [], [], 0
        for _ in range(spans):
            at += chance.randint(1, 30)
            size, type = chance.randint(1, 9), chance.choice(["PER", "ORG", "LOC"])
            one.append((at, at + size, type))
            fate = chance.random()
            if fate < 0.8:
                other.append((at, at + size, type))
            elif fate < 0.9:
                other.append((at, at + size + 1, chance.choice(["PER", "ORG"])))
            at += size
        gold.append(line(f"d{number:06}", *one))
        predicted.append(line(f"d{number:06}", *other))
    return gold, predicted


@pytest.mark.long
@pytest.mark.parametrize("order", ["same", "reversed", "shuffled", "left out"])
def test_processes_change_nothing(order: str) -> None:
    gold, predicted = corpus(400, 10)
    if order == "reversed":
        predicted.reverse()
    if order == "shuffled":
        random.Random(1).shuffle(predicted)
    if order == "left out":
        predicted = [each for n, each in enumerate(predicted) if n % 10 > 2]
    one, other = b"".join(gold), b"".join(predicted)
    expected = run(one, other)
    assert len(expected.missing) == (120 if order == "left out" else 0)
    for jobs in (1, 2, 3) if order != "same" else (2,):
        found = run(one, other, jobs=jobs, block=9000)
        assert bits(found.counts) == bits(expected.counts)
        assert found.missing == expected.missing


def test_by_hand() -> None:
    gold = line("b", (0, 5, "PER")) + line("a", (0, 5, "PER"), (7, 9, "ORG"))
    found = run(gold, line("a", (0, 5, "PER"), (7, 9, "LOC"), (11, 12, "LOC")))
    assert found.counts.documents == ("a", "b")
    assert found.missing == ("b",)
    assert found.left_out == {}
    columns = [CountColumn.GOLD, CountColumn.PREDICTED, CountColumn.CORRECT, CountColumn.TYPE]
    assert found.counts.values[:, columns].tolist() == [[2, 3, 1, 1], [1, 0, 0, 0]]


PER = (0, 5, "PER")
TWO = line("a", PER) + line("b", PER)


@pytest.mark.parametrize("block", [1, BLOCK_BYTES])
@pytest.mark.parametrize(
    "gold",
    [
        TWO.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + TWO,
        TWO.replace(b"\n", b"\n\n  \n"),
        b"\n" + TWO.strip(),
        TWO.replace(b'"type"', b'"label"'),
        TWO.replace(b'"spans"', b'"sp\\u0061ns"'),
        TWO.replace(b", ", b" ,\t"),
    ],
    ids=["CRLF", "BOM", "blank lines", "no last line end", "label", "escaped key", "spaces"],
)
def test_ways_of_writing_change_nothing(gold: bytes, block: int) -> None:
    expected = bits(run(TWO, TWO).counts)
    assert expected[0] == ("a", "b")
    assert bits(run(gold, gold, block=block).counts) == expected
    assert bits(run(TWO, gold, block=block).counts) == expected


ODD = {
    "spaces": lambda raw: raw.replace(b", ", b" , ", 1),
    "an escape": lambda raw: raw.replace(b"PER", b"\\u0050ER", 1),
    "another order": lambda raw: json.dumps(dict(reversed(json.loads(raw).items()))).encode() + b"\n",
    "a field of somebody's own": lambda raw: raw.replace(b"{", b'{"x": "{", ', 1),
    "CR": lambda raw: raw.replace(b"\n", b"\r\n"),
    "a long offset": lambda raw: raw.replace(
        b'[{"start": ', b'[{"start": 1234567, "end": 1234568, "type": "A"}, {"start": '
    ),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_a_line_that_is_written_otherwise_among_many(odd: Callable[[bytes], bytes]) -> None:
    gold, predicted = corpus(300, 30)  # several times what is read together where a line is odd
    assert sum(map(len, gold)) > 3 * PIECE
    changed = [odd(each) if n in (0, 150) else each for n, each in enumerate(gold)]
    assert changed[150] != gold[150]
    documents, others = ([*read(b"".join(lines))[0]] for lines in (changed, predicted))
    assert bits(run(b"".join(changed), b"".join(predicted)).counts) == bits(score_spans(documents, others).counts)
    wrong = b"".join([*changed, line("wrong", (3, 3, "PER"))])
    assert places(wrong, b"".join(predicted)) == [("g", 301, "offset")]


def test_spans_without_a_type() -> None:
    bare = b'{"doc_id": "a", "spans": [{"start": 0, "end": 5}]}\n'
    assert run(bare, bare).counts.values[0, CountColumn.CORRECT] == 1
    found = run(bare + line("b", PER), line("b", PER) + bare, block=1)
    assert found.counts.values[:, CountColumn.CORRECT].tolist() == [1, 1]
    assert found.counts.types == ("", "PER")


def test_a_file_keeps_to_the_name_that_its_first_span_gives_the_type() -> None:
    bare = line("a") + b'{"doc_id": "b", "spans": [{"start": 0, "end": 5}]}\n'
    labelled = bare + line("c", PER, key="label") + line("d", PER, key="type") + line("e", PER, key="label")
    gold = b"".join(line(name) for name in "abcde")
    for block in (1, 120, BLOCK_BYTES):
        assert places(labelled, b"", block=block) == [("g", 4, "mixed")]
        assert places(gold, labelled, block=block) == [("p", 4, "mixed")]


def test_the_hash_is_of_every_byte() -> None:
    digest = hashlib.sha256()
    gold = b"\xef\xbb\xbf" + TWO + b"\r\n"
    score_span_files(SpanFile("g", io.BytesIO(gold), digest), SpanFile("p", io.BytesIO(TWO)), block=1)
    assert digest.hexdigest() == hashlib.sha256(gold).hexdigest()


def test_progress_tells_how_many_gold_documents_were_read() -> None:
    told: list[int] = []
    files = SpanFile("g", io.BytesIO(TWO)), SpanFile("p", io.BytesIO(TWO))
    score_span_files(*files, block=1, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 2


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (b"{", "json"),
        (b"[]", "type"),
        (b'{"doc_id": "x"}', "missing-field"),
        (b'{"doc_id": "", "spans": []}', "type"),
        (b'{"doc_id": "x", "spans": [], "spans": []}', "repeated-key"),
        (b'{"doc_id": "x", "spans": [{"start": 0, "end": 1, "end": 2, "type": "X"}]}', "repeated-key"),
        (b'{"doc_id": "x:y", "spans": [{"start": 0, "end": 1, "end": 2, "type": "X"}]}', "repeated-key"),
        (b'{"doc_id": "x\\u003ay", "spans": [{"start": 0, "end": 1, "end": 2, "type": "X"}]}', "repeated-key"),
        (b'{"doc_id": "x", "spans": [{"start": 1, "end": 1, "type": "X"}]}', "offset"),
        (b'{"doc_id": "x", "spans": [{"start": 2, "end": 1, "type": "X"}]}', "offset"),
        (b'{"doc_id": "x", "spans": [{"start": -1, "end": 1, "type": "X"}]}', "offset"),
        (b'{"doc_id": "x", "spans": [{"start": 0, "end": 2147483648, "type": "X"}]}', "offset"),
        (b'{"doc_id": "x", "spans": [{"start": 0, "end": %d, "type": "X"}]}' % 2**63, "offset"),
        (b'{"doc_id": "x", "spans": [{"start": 0, "end": %d, "type": "X"}]}' % 10**30, "number"),
        (b'{"doc_id": "x", "spans": [{"start": 0, "end": 1.5, "type": "X"}]}', "type"),
        (b'{"doc_id": "x", "spans": [{"start": 0, "end": 1, "type": 1}]}', "type"),
        (b'{"doc_id": "x", "spans": [{"start": 0, "end": 1, "type": "\xff"}]}', "encoding"),
        (b'{"doc_id": "x", "spans": [{"start": 0, "end": 9, "fragments": [[0, 3], [2, 9]]}]}', "fragments"),
        (b"[" * 10**5, "depth"),
    ],
)
@pytest.mark.parametrize("block", [1, BLOCK_BYTES])
def test_broken_lines(broken: bytes, code: str, block: int) -> None:
    good, gold = line("a", PER), line("a", PER) + line("x") + line("x:y")
    assert places(good + broken + b"\n", good, block=block) == [("g", 2, code)]
    assert places(gold, good + b"\n" + broken, block=block) == [("p", 3, code)]


spoilt = st.sampled_from(
    [
        b'{"doc_id": "a", "spans": [{"start": 0, "end": 5, "label": "PER"}]}',
        b'{"doc_id": "b", "spans": [{"start": 0, "end": 5, "type": "PER"}, {"start": 0, "end": 5, "label": "PER"}]}',
        b'{"doc_id": "c", "spans": [{"start": 0, "end": 5}]}',
        b'{"doc_id": "d", "spans": [{"start": 5, "end": 0, "type": "PER", "optional": 1}]}',
        b'{"doc_id": "e", "spans": [{"start": 5, "end": 0, "type": "PER", "alternatives": [{"start": 2, "end": 1}]}]}',
        b'{"doc_id": "f", "spans": [], "spans": []}',
        b'{"doc_id": "g", "spans": [{"start": 5, "end": 5, "type": "PER"}]}',
        b'{"doc_id": "h", "spans": [{"start": 5, "end": 7, "type": "PER"}]}',
        b"",
        b"{",
    ]
)


@given(st.lists(spoilt, max_size=6), st.sampled_from([1, 150, BLOCK_BYTES]))
def test_the_faults_are_those_of_the_reader(lines: list[bytes], block: int) -> None:
    raw = b"\n".join(lines)
    whole, expected = read(raw)
    if whole:
        assert bits(run(raw, raw, block=block).counts) == bits(score_spans(whole, whole).counts)
        return
    found: list[Any] = list(faults(raw, b"", block=block))
    # a line that is no record has a document for the one, and for the other not
    for each in (found, expected):
        each[:] = [(f.line, f.code, f.pointer) for f in each if f.code != "repeated-document"]
    assert found == expected


def read(raw: bytes) -> tuple[list[SpanDocument], list[Any]]:
    """What the reader gives: the documents, or the faults."""
    try:
        return read_spans("g", raw, "jsonl"), []
    except FaultsError as error:
        return [], list(error.faults)


def test_every_fault_of_both_files_in_order_and_nothing_is_scored() -> None:
    gold = line("a", PER) + b"{\n" + line("a") + line("b", (3, 3, "X"), (4, 3, "X"))
    predicted = line("nobody") + line("a", (5, 1, "X")) + line("a") + b'{"doc_id": 1, "spans": []}'
    for block in (1, 70, BLOCK_BYTES):
        found = [("g", 2, "json"), ("g", 3, "repeated-document"), ("g", 4, "offset"), ("g", 4, "offset")]
        found += [("p", 2, "offset"), ("p", 3, "repeated-document"), ("p", 4, "type")]
        assert places(gold, predicted, block=block) == found


def test_repeated_documents_in_a_block_and_far_apart() -> None:
    apart = b"".join([line(f"d{n}", PER) for n in range(50)])
    for block in (1, 500, BLOCK_BYTES):
        for gold, predicted in ((apart + line("d3"), apart), (apart, apart + line("d3")), (apart, line("d3") + apart)):
            (fault,) = faults(gold, predicted, block=block)
            assert fault.code == "repeated-document"
            assert (fault.found, fault.line) == ("d3 again", 5 if predicted.startswith(line("d3")) else 51)
            assert fault.hint == ("see line 1" if fault.line == 5 else "see line 4")


def test_unknown_documents_with_the_nearest_one() -> None:
    for block in (1, BLOCK_BYTES):
        found = faults(TWO, line("c", PER) + line("a") + line("bb"), block=block)
        assert [(each.line, each.code, each.found) for each in found] == [(1, "document", "c"), (3, "document", "bb")]
        assert found[1].hint == "did you mean 'b'?"
    # with other faults of the predictions; not where gold could not be read, and so might have had them
    assert places(TWO, line("c") + line("a", (2, 2, ""))) == [("p", 1, "document"), ("p", 2, "offset")]
    assert places(TWO + b"{", line("c")) == [("g", 3, "json")]
    assert places(TWO + b'{"doc_id": "c"}', line("c")) == [("g", 3, "missing-field")]


def test_a_line_with_faults_has_a_name_all_the_same() -> None:
    wrong = b'{"doc_id": "a"}\n'
    assert places(wrong + TWO, TWO) == [("g", 1, "missing-field"), ("g", 2, "repeated-document")]
    assert places(TWO, TWO + wrong) == [("p", 3, "repeated-document"), ("p", 3, "missing-field")]
    assert places(wrong, line("c")) == [("g", 1, "missing-field"), ("p", 1, "document")]


def test_empty_files() -> None:
    found = run(TWO, b"")
    assert found.missing == ("a", "b")
    assert found.counts.total[[CountColumn.GOLD, CountColumn.PREDICTED]].tolist() == [2, 0]
    for empty in (b"", b"\n \n", b"\xef\xbb\xbf"):
        assert places(empty, b"") == [("g", None, "empty")]
        assert places(empty, TWO + b"{") == [("g", None, "empty"), ("p", 3, "json")]


def test_faults_are_capped() -> None:
    many = b"".join(line(f"d{n}", (3, 3, "X"), (4, 3, "X")) for n in range(FAULTS_TO_GIVE_UP))
    for block in (1000, BLOCK_BYTES):
        found = faults(many, b"", block=block)
        assert len(found) == FAULTS_TO_GIVE_UP + 1
        assert {each.code for each in found[:-1]} == {"offset"}
        assert [each.line for each in found[:4]] == [1, 1, 2, 2]
        assert found[-1].code == "more"
    unknown = b"".join(line(f"x{n}") for n in range(3 * FAULTS_TO_GIVE_UP))
    assert len(faults(TWO, unknown)) == FAULTS_TO_GIVE_UP + 1
    broken = b"{\n" * 3 * FAULTS_TO_GIVE_UP
    assert len(faults(broken, broken)) == FAULTS_TO_GIVE_UP + 1


class _Slow(io.BytesIO):
    """A file that leaves time for a process to start, so that it has a part in what is done."""

    def read(self, size: int | None = -1) -> bytes:
        time.sleep(0.05)
        return super().read(size)


def test_a_worker_that_dies_is_an_error_and_no_hanging() -> None:
    gold, predicted = corpus(400, 10)
    before = set(multiprocessing.active_children())

    def kill(_: int) -> None:
        for process in set(multiprocessing.active_children()) - before:
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)

    files = SpanFile("g", _Slow(b"".join(gold))), SpanFile("p", io.BytesIO(b"".join(predicted)))
    with pytest.raises(WorkerError, match="died"):
        score_span_files(*files, jobs=2, block=2000, progress=kill)


@pytest.mark.parametrize("wrong", [{"jobs": 0}, {"block": 0}])
def test_senseless_numbers(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        run(TWO, TWO, **wrong)


def peak(gold: Sequence[bytes], predicted: Sequence[bytes], block: int) -> int:
    """The most memory that the scoring takes, in bytes, without the files."""
    score_span_files(SpanFile("g", io.BytesIO(gold[0])), SpanFile("p", io.BytesIO(gold[0])))  # imports what it needs
    files = SpanFile("g", io.BytesIO(b"".join(gold))), SpanFile("p", io.BytesIO(b"".join(predicted)))
    tracemalloc.start()
    try:
        score_span_files(*files, block=block)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.long
@pytest.mark.parametrize("order", ["same", "reversed", "left out"])
def test_memory_does_not_grow_with_the_spans(order: str) -> None:
    gold, predicted = corpus(60, 50)
    # the same documents again and again, under other names: 150,000 spans on either side
    gold = [each.replace(b'"d0', b'"%02d' % n) for n in range(50) for each in gold]
    predicted = [each.replace(b'"d0', b'"%02d' % n) for n in range(50) for each in predicted]
    predicted = {"same": predicted, "reversed": predicted[::-1], "left out": predicted[::2]}[order]
    size = sum(map(len, gold)) + sum(map(len, predicted))
    most = peak(gold, predicted, 2**16)
    # 25 times a block for what is being scored, and a kilobyte for every document's name and counts
    assert most < 25 * 2**16 + 1024 * len(gold) < size / 2
