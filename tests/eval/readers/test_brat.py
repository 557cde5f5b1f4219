"""Brat standoff: text-bound lines, folders, and texts that say otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.dataset import FaultsError
from onrecord.eval.readers import read_documents, read_spans
from onrecord.eval.spans.documents import TypedSpan

TEXT = "John and Mary Smith live\nin Roma 😀 today"
LINES = """T1\tPerson 0 4\tJohn
T2\tPerson 0 4;14 19\tJohn Smith
T3\tPlace 20 24;25 27\tlive in
T4\tPlace 28 30;30 32\tRoma
T5\tPlace 28 34\tRoma 😀
R1\tLives Arg1:T1 Arg2:T4
E1\tLive:T3 Who:T1
A1\tNegated E1
#1\tAnnotatorNotes T1\ta note
*\tEquiv T1 T2
"""
PASSED = {"relations": 1, "events": 1, "attributes": 1, "notes": 1, "equivalences": 1}
SPANS = (
    TypedSpan(0, 4, "Person"),
    TypedSpan(0, 19, "Person", fragments=((0, 4), (14, 19))),
    TypedSpan(20, 27, "Place", fragments=((20, 24), (25, 27))),
    TypedSpan(28, 32, "Place"),
    TypedSpan(28, 34, "Place"),
)


def codes(path: Path, raw: bytes | None = None) -> list[tuple[str, str, int | None]]:
    with pytest.raises(FaultsError) as error:
        read_spans(path, raw, "brat")
    return [(fault.code, Path(fault.file).name, fault.line) for fault in error.value.faults]


def test_a_file_without_its_text() -> None:
    (document,) = read_spans("corpus/doc.1.ann", LINES.encode(), "brat")
    assert document.doc_id == "doc.1"
    assert document.spans == SPANS


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b.ann").write_text(LINES, "utf-8")
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    (tmp_path / "a.ann").write_text("", "utf-8")
    (tmp_path / "annotation.conf").write_text("[entities]", "utf-8")
    first, second = read_spans(tmp_path, None, "brat")
    assert (first.doc_id, first.spans) == ("a", ())
    assert (second.doc_id, second.spans) == ("b", SPANS)


def test_folders_within_and_fragments_in_any_order(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "b.ann").write_text("T1\tPerson 14 19;0 4\tSmith John\n", "utf-8")
    (tmp_path / "one" / "b.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.ann").write_text("T1\tPerson 14 19;0 4\tJohn Smith\n\n", "utf-8")
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    documents = read_spans(tmp_path, None, "brat")
    assert [each.doc_id for each in documents] == ["b", "one/b"]
    assert all(each.spans == (SPANS[1],) for each in documents)


def test_other_annotations_are_counted() -> None:
    assert dict(read_documents("d.ann", LINES.encode(), "brat").passed_over) == PASSED


def test_a_text_that_says_otherwise(tmp_path: Path) -> None:
    (tmp_path / "b.ann").write_text("T1\tPerson 0 4\tJohn\nT2\tPerson 1 5\tJohn\nT3\tPlace 28 99\tRoma\n", "utf-8")
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    (tmp_path / "c.ann").write_text("T1\tPerson 0 1\tJ\n", "utf-8")
    (tmp_path / "c.txt").write_bytes(b"\xff")
    expected = [("surface", "b.ann", 2), ("offset", "b.ann", 3), ("encoding", "c.txt", None)]
    assert codes(tmp_path) == expected


def test_a_text_with_crlf_counts_the_cr(tmp_path: Path) -> None:
    (tmp_path / "b.ann").write_bytes(b"T1\tX 3 4\tb\r\n")
    (tmp_path / "b.txt").write_bytes(b"a\r\nb")
    assert read_spans(tmp_path / "b.ann", None, "brat")[0].spans == (TypedSpan(3, 4, "X"),)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("T1", "standoff"),
        ("T1 Person 0 4 John", "standoff"),
        ("T1\tPerson\tJohn", "standoff"),
        ("T1\tPerson 0\tJohn", "standoff"),
        ("T1\tPerson 0 4 5\tJohn", "standoff"),
        ("T1\tPerson 0 4;\tJohn", "standoff"),
        ("T1\tPerson -1 4\tJohn", "standoff"),
        ("T1\tPerson 0 4.0\tJohn", "standoff"),
        ("T1\tPerson 0 ٤\tJohn", "standoff"),
        ("T1\tPerson 0 99999999999999999999\tJohn", "standoff"),
        ("T1\t 0 4\tJohn", "standoff"),
        ("T1\tPerson 4 4\tJohn", "offset"),
        ("T1\tPerson 4 0\tJohn", "offset"),
        (" T1\tPerson 0 4\tJohn", "standoff"),
        ("t1\tPerson 0 4\tJohn", "standoff"),
        ("1\tJohn\t_", "standoff"),
        ("<doc>", "standoff"),
        ("T1\tPerson 0 5;4 9\tJohn", "fragments"),
        ("T1\tPerson 0 4\tJo\0n", "encoding"),
    ],
)
def test_a_line_that_is_none(line: str, code: str) -> None:
    assert codes(Path("d.ann"), f"T0\tX 0 1\tx\n{line}\n".encode()) == [(code, "d.ann", 2)]


def test_every_fault_of_every_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_bytes(b"T1\tX 0 1\tx\nT1\tX 1 2\tx\nT2\tX\tx\n")
    (tmp_path / "b.ann").write_bytes(b"\xef\xbb\xbfT1\tX \xff\n")
    assert codes(tmp_path) == [("repeated-id", "a.ann", 2), ("standoff", "a.ann", 3), ("encoding", "b.ann", 1)]


def test_nothing_there(tmp_path: Path) -> None:
    assert [code for code, _, _ in codes(tmp_path)] == ["empty"]
    assert [code for code, _, _ in codes(tmp_path / "absent.ann")] == ["unreadable"]
