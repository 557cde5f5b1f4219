"""CoNLL column files: tokens, sentences, documents, and rows that are none."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.eval.oracles import tagged

from onrecord.dataset import Fault, FaultsError
from onrecord.dataset.reading.budget import BUDGET
from onrecord.eval.readers import (
    ColumnFormat,
    content_faults,
    iter_columns,
    read_columns,
    read_columns_pair,
    read_spans,
)
from onrecord.eval.readers.tags import SCHEMES, Scheme
from onrecord.eval.spans.documents import SpanDocument, TypedSpan

CONLL_2003 = b"""-DOCSTART- -X- -X- O

EU NNP B-NP B-ORG
rejects VBZ B-VP O

Peter NNP B-NP B-PER
Blackburn NNP I-NP I-PER

-DOCSTART- -X- -X- O

Rome NNP B-NP B-LOC
"""


def spans(raw: bytes, columns: ColumnFormat = ColumnFormat()) -> dict[str, list[tuple[int, int, str]]]:  # noqa: B008
    documents = read_spans("p.conll", raw, "conll", columns)
    return {each.doc_id: [(span.start, span.end, span.type) for span in each.spans] for each in documents}


def faults(raw: bytes, columns: ColumnFormat = ColumnFormat()) -> list[Fault]:  # noqa: B008
    with pytest.raises(FaultsError) as error:
        read_spans("p.conll", raw, "conll", columns)
    return list(error.value.faults)


def codes(raw: bytes, columns: ColumnFormat = ColumnFormat()) -> list[tuple[str, int | None]]:  # noqa: B008
    return [(fault.code, fault.line) for fault in faults(raw, columns)]


def test_documents_and_offsets_that_run_over_sentences() -> None:
    assert spans(CONLL_2003) == {"1": [(0, 1, "ORG"), (2, 4, "PER")], "2": [(0, 1, "LOC")]}
    assert spans(CONLL_2003, ColumnFormat(tag=2))["1"] == [(0, 1, "NP"), (1, 2, "VP"), (2, 4, "NP")]


def test_every_sentence_a_document() -> None:
    expected = {"1": [(0, 1, "ORG")], "2": [(0, 2, "PER")], "3": [(0, 1, "LOC")]}
    assert spans(CONLL_2003, ColumnFormat(unit="sentence")) == expected


def test_a_span_ends_with_its_sentence() -> None:
    assert spans(b"a I-X\n\nb I-X\n") == {"1": [(0, 1, "X"), (1, 2, "X")]}


def test_without_docstart_the_file_is_one_document() -> None:
    assert spans(b"a O\n\n\n\nb B-X\n\n") == {"1": [(1, 2, "X")]}


def test_documents_without_tokens_keep_their_number() -> None:
    raw = b"-DOCSTART- O\n\n-DOCSTART- O\n\na B-X\n\n-DOCSTART- O\n"
    assert spans(raw) == {"1": [], "2": [(0, 1, "X")], "3": []}
    assert spans(b"a B-X\n\n-DOCSTART- O\n\nb O\n") == {"1": [(0, 1, "X")], "2": []}


def test_tokens_and_their_lines_are_kept() -> None:
    first, second = read_columns("p", CONLL_2003)
    assert first.tokens == ("EU", "rejects", "Peter", "Blackburn")
    assert (list(first.lines), list(second.lines)) == ([3, 4, 6, 7], [11])


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("separator", [b" ", b"\t", b"   "])
def test_line_ends_byte_order_marks_and_separators(end: bytes, start: bytes, separator: bytes) -> None:
    rows = [[b"a", b"B-X"], [b"b", b"I-X"], [], [b"c", b"O"]]
    assert spans(start + end.join(separator.join(row) for row in rows)) == {"1": [(0, 2, "X")]}


def test_a_token_may_hold_spaces_that_do_not_separate() -> None:
    (document,) = read_columns("p", "New York\tB-LOC\n \u00a0\tO\nn\u00b0\u2028 5\tO\n".encode())
    assert document.tokens == ("New York", " \u00a0", "n\u00b0\u2028 5")
    (document,) = read_columns("p", "5\u00a0000 O\n".encode())
    assert document.tokens == ("5\u00a0000",)


def test_comments_are_passed_over_only_where_asked_for() -> None:
    raw = b"# id 7\na B-X\n# O\n"
    assert spans(raw, ColumnFormat(comment="# id")) == {"1": [(0, 1, "X")]}
    assert codes(raw)[:2] == [("tag", 1), ("columns", 2)]


def test_gold_and_predicted_in_one_file() -> None:
    ((gold, predicted),) = read_columns_pair("p", b"a NN B-X B-X\nb NN I-X O\n")
    assert gold.document.spans == (TypedSpan(0, 2, "X"),)
    assert predicted.document.spans == (TypedSpan(0, 1, "X"),)
    assert gold.tokens == predicted.tokens


def test_a_pair_needs_three_columns() -> None:
    with pytest.raises(FaultsError) as error:
        read_columns_pair("p", b"a B-X\n" * 9)
    assert [(fault.code, fault.line) for fault in error.value.faults] == [("columns", 1)]


@st.composite
def corpora(draw: st.DrawFn) -> list[list[tuple[int, list[TypedSpan]]]]:
    """Documents of sentences: a length and flat spans."""
    sentence = st.integers(1, 5).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.integers(0, n - 1), unique=True).map(
                lambda at: [TypedSpan(i, i + 1, "X" if i % 2 else "Y") for i in sorted(at)]
            ),
        )
    )
    return draw(st.lists(st.lists(sentence, max_size=3), min_size=1, max_size=3))


@given(corpora(), st.sampled_from(SCHEMES))
def test_what_is_written_is_read(corpus: list[list[tuple[int, list[TypedSpan]]]], scheme: Scheme) -> None:
    rows, expected = [], []
    for number, sentences in enumerate(corpus, start=1):
        rows += ["-DOCSTART- O", ""]
        written: list[TypedSpan] = []
        begin = 0
        for length, flat in sentences:
            rows += [f"w {tag}" for tag in tagged(flat, length, scheme)] + [""]
            written += [TypedSpan(span.start + begin, span.end + begin, span.type) for span in flat]
            begin += length
        expected.append(SpanDocument(str(number), tuple(written)))
    assert read_spans("p", "\n".join(rows).encode(), "conll", ColumnFormat(scheme=scheme)) == expected


def test_every_fault_is_told() -> None:
    raw = b"a B-X\nb\nc PER\nd I-X x\n\xff O\ne\0 O\n\nf B-Y\n\n-DOCSTART- O\ng b-X\n"
    assert codes(raw) == [
        ("columns", 2),
        ("tag", 3),
        ("columns", 4),
        ("encoding", 5),
        ("encoding", 6),
        ("tag", 11),
    ]


def test_a_missing_column_is_told_once() -> None:
    (fault,) = faults(b"a O\n" * 50, ColumnFormat(tag=3))
    assert (fault.code, fault.line) == ("columns", 1)
    assert faults(b"B-X\n" * 50)[0].code == "columns"


def test_many_faults_are_counted_and_not_kept() -> None:
    with pytest.raises(FaultsError) as error:
        read_columns("p", b"a PER\n" * 5000)
    assert len(error.value.faults) == BUDGET.max_kept
    assert error.value.total == 5000


def test_a_scheme_that_does_not_fit() -> None:
    (fault,) = faults(b"a S-X\n", ColumnFormat(scheme="IOB2"))
    assert "IOBES" in fault.hint


class Counted:
    """A stream that tells how many lines were taken from it."""

    def __init__(self, raw: bytes) -> None:
        self._lines = io.BytesIO(raw)
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.taken += 1
            yield line


def test_a_stream_is_read_no_further_than_the_document() -> None:
    stream = Counted(CONLL_2003 * 100)
    documents = iter_columns(cast(BinaryIO, stream), "p")
    assert next(documents).document.doc_id == "1"
    assert stream.taken == 9
    assert len(list(documents)) == 199


def test_a_stream_gives_what_is_right_and_raises_at_the_end() -> None:
    stream = iter_columns(io.BytesIO(b"a PER\n-DOCSTART- O\nb B-X\n-DOCSTART- O\nc\n"), "p")
    assert next(stream).document.doc_id == "2"
    with pytest.raises(FaultsError) as error:
        next(stream)
    assert [fault.line for fault in error.value.faults] == [1, 5]


@pytest.mark.parametrize(
    ("predicted", "line", "found", "expected"),
    [
        (b"a O\nx O\nc O\n", 2, "token 1 of document 1: x", "b"),
        (b"a O\n\nb O\n", 3, "token 2 of document 1: the end of the document", "c"),
        (b"a O\nb O\nc O\n\nd O\n", 5, "token 3 of document 1: d", "the end of the document"),
    ],
)
def test_other_tokens_are_found(predicted: bytes, line: int, found: str, expected: str) -> None:
    gold = [each.labelled for each in read_columns("g", b"a B-X\nb O\nc O\n")]
    (fault,) = content_faults(gold, [each.labelled for each in read_columns("p", predicted)], "p")
    assert (fault.file, fault.line, fault.found, fault.expected) == ("p", line, found, expected)
    assert content_faults(gold, gold, "p") == []
