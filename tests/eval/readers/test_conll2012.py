"""The coreference column of CoNLL-2012: brackets, documents, ids."""

from __future__ import annotations

import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset import FaultsError
from onrecord.eval.readers import read_clusters, read_documents
from onrecord.eval.readers.conll2012 import iter_conll_clusters
from onrecord.eval.spans.documents import ClusterDocument

DOCUMENT = """#begin document (bn/abc/00/abc_0001); part 003
bn/abc/00/abc_0001 3 0 The DT (NP* - - - (0|(1
bn/abc/00/abc_0001 3 1 dog NN * - - - 1)
bn/abc/00/abc_0001 3 2 's POS *) - - - -

bn/abc/00/abc_0001 3 0 tail NN * - - - 0)
bn/abc/00/abc_0001 3 1 it PRP * - - - (1)|(2)
#end document
"""


def mentions(document: ClusterDocument) -> list[tuple[int, int, str]]:
    return [(each.start, each.end, each.cluster) for each in document.mentions]


def column(*cells: str, header: str = "(d); part 000") -> bytes:
    rows = [f"w\t{cell}" if cell else "" for cell in cells]
    return "\n".join([f"#begin document {header}", *rows, "#end document", ""]).encode()


@pytest.mark.parametrize("mark", ["#", "# ", "#  "])
def test_headers_of_others(mark: str) -> None:
    raw = f"{mark}begin document (d)\n1\tAnn\t(1)\n{mark}end document\n"
    (document,) = read_clusters("p", raw.encode(), "conll-coref")
    assert mentions(document) == [(0, 1, f"{document.doc_id}#1")]


def test_brackets_without_bars_and_ids_with_types() -> None:
    (document,) = read_clusters("p", column("(1-person(2-place", "(3)2-place)", "1-person)(4)"), "conll-coref")
    assert mentions(document) == [
        (1, 2, "d; part 0#3"),
        (0, 2, "d; part 0#2-place"),
        (0, 3, "d; part 0#1-person"),
        (2, 3, "d; part 0#4"),
    ]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("Ann (1)", "Ann"),
        ("7\tAnn\t(1)", "Ann"),
        ("d 7 Ann (1)", "Ann"),
        ("d\t0\t7\tAnn\t(1)", "Ann"),
        ("nw/d 0 7 Ann NNP * - - - - * (1)", "Ann"),
        ("7\tA\u00a0n\t(1)", "A\u00a0n"),
    ],
)
def test_the_word_of_a_row(row: str, word: str) -> None:
    raw = f"#begin document (d)\n{row}\n#end document\n".encode()
    (document,) = read_documents("p", raw, "conll-coref").documents
    assert document.tokens == (word,)


def codes(raw: bytes) -> list[tuple[str, int | None]]:
    with pytest.raises(FaultsError) as error:
        read_clusters("p", raw, "conll-coref")
    return [(fault.code, fault.line) for fault in error.value.faults]


def test_a_document_of_the_shared_task() -> None:
    (document,) = read_clusters("p", DOCUMENT.encode(), "conll-coref")
    name = "bn/abc/00/abc_0001; part 3"
    assert document.doc_id == name
    assert mentions(document) == [
        (0, 2, f"{name}#1"),
        (0, 4, f"{name}#0"),
        (4, 5, f"{name}#1"),
        (4, 5, f"{name}#2"),
    ]


def test_ids_over_documents() -> None:
    raw = column("(7)") + column("(7)", header="(d); part 001") + column("(ACT1)", header="(e)")
    local = [each.mentions[0].cluster for each in read_clusters("p", raw, "conll-coref")]
    assert local == ["d; part 0#7", "d; part 1#7", "e#ACT1"]
    shared = [each.mentions[0].cluster for each in read_clusters("p", raw, "conll-coref", "corpus")]
    assert shared == ["7", "7", "ACT1"]


@pytest.mark.parametrize(
    ("header", "doc_id"),
    [
        ("(nw/wsj/00/wsj_0001); part 012", "nw/wsj/00/wsj_0001; part 12"),
        ("(a (b) c);", "a (b) c"),
        ("(test1)", "test1"),
        ("plain name", "plain name"),
        ("", "1"),
    ],
)
def test_names_of_documents(header: str, doc_id: str) -> None:
    assert read_clusters("p", column("-", header=header), "conll-coref")[0].doc_id == doc_id


def test_nested_and_crossing_mentions() -> None:
    (document,) = read_clusters("p", column("(1|(1|(2", "1)", "(3|2)", "1)|3)"), "conll-coref", "corpus")
    assert mentions(document) == [(0, 2, "1"), (0, 3, "2"), (0, 4, "1"), (2, 4, "3")]


def test_a_mention_that_is_there_twice_is_kept() -> None:
    (document,) = read_clusters("p", column("(1)|(1)|(2)"), "conll-coref", "corpus")
    assert mentions(document) == [(0, 1, "1"), (0, 1, "1"), (0, 1, "2")]


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(1, 4), st.integers(0, 3)), max_size=9))
def test_what_is_written_is_read(spans: list[tuple[int, int, int]]) -> None:
    """Which bracket of a cluster closes which is not written, so mentions of one cluster that cross come back nested:
    the starts and ends of each cluster are kept, and where none cross, the mentions.
    """
    placed = [(start, start + size, str(cluster)) for start, size, cluster in spans]
    cells = []
    for token in range(12):
        parts = [f"({c}" for start, end, c in placed if start == token and end > token + 1]
        parts += [f"({c})" for start, end, c in placed if (start, end) == (token, token + 1)]
        parts += [f"{c})" for start, end, c in placed if end == token + 1 and start < token]
        cells.append("|".join(parts) or "-")
    (document,) = read_clusters("p", column(*cells), "conll-coref", "corpus")
    found = mentions(document)
    for side in (0, 1):
        assert Counter((m[side], m[2]) for m in found) == Counter((m[side], m[2]) for m in placed)
    if not any(a[2] == b[2] and a[0] < b[0] < a[1] < b[1] for a in placed for b in placed):
        assert sorted(found) == sorted(placed)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("(1", "-"), [("bracket", 2)]),
        (("-", "1)"), [("bracket", 3)]),
        (("(1", "2)", "(1"), [("bracket", 2), ("bracket", 3), ("bracket", 4)]),
        (
            ("1", "()", "(1|", "((1)", "*"),
            [("mention", 2), ("mention", 3), ("mention", 4), ("bracket", 4), ("mention", 5), ("mention", 6)],
        ),
        (("(1)2(",), [("mention", 2)]),
    ],
)
def test_brackets_that_do_not_match(cells: tuple[str, ...], expected: list[tuple[str, int]]) -> None:
    assert codes(column(*cells)) == expected


def test_lines_outside_documents_and_documents_without_end() -> None:
    assert codes(b"w -\nw -\n" + column("-")) == [("document", 1)]
    assert codes(b"#end document\n" + column("-")) == [("document", 1)]
    assert codes(b"#begin document (d)\nw (1\n" + column("-")) == [("document", 3)]
    assert codes(column("-") + b"#begin document (e)\nw (1\n") == [("document", None), ("bracket", 5)]
    assert codes(column("-") + column("-")) == [("repeated-document", 4)]
    assert codes(b"#begin document (d)\nlonely\n#end document\n") == [("columns", 2)]


def test_a_stream_gives_what_is_right_and_raises_at_the_end() -> None:
    raw = column("(1") + column("(1)", header="(e)")
    stream = iter_conll_clusters(io.BytesIO(raw), "p")
    assert next(stream).doc_id == "e"
    with pytest.raises(FaultsError):
        next(stream)
