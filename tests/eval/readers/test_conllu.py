"""Entities of CoNLL-U: brackets, discontinuous mentions, multiword tokens, empty nodes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset import FaultsError
from onrecord.eval.readers import LabelledDocument, ReadOptions, read_clusters, read_documents
from onrecord.eval.spans.documents import ClusteredMention, TypedSpan


def row(number: str, form: str, misc: str = "_") -> str:
    return "\t".join([number, form, *["_"] * 7, misc])


def text(*rows: str, head: str = "# newdoc id = d") -> bytes:
    return "\n".join([head, *rows, ""]).encode()


def only(raw: bytes) -> LabelledDocument:
    (document,) = read_documents("f", raw, "conllu").documents
    return document


def codes(raw: bytes) -> list[tuple[str, int | None]]:
    with pytest.raises(FaultsError) as error:
        read_documents("f", raw, "conllu")
    return [(fault.code, fault.line) for fault in error.value.faults]


def test_brackets_nest_and_stand_in_a_row() -> None:
    raw = text(
        "# global.Entity = eid-etype-head-other",
        row("1", "Ann", "Entity=(e1-person-1-x(e2-person-1-)|SpaceAfter=No"),
        row("2", "'s", "Bridge=a<b|Entity=(e3--1-)"),
        "",
        row("1", "dog", "Entity=e1)(e2-animal-1-)"),
    )
    document = only(raw)
    assert document.tokens == ("Ann", "'s", "dog")
    assert set(document.spans) == {
        TypedSpan(0, 1, "person"),
        TypedSpan(1, 2, ""),
        TypedSpan(0, 3, "person"),
        TypedSpan(2, 3, "animal"),
    }
    assert sorted((each.start, each.end, each.cluster) for each in document.mentions) == [
        (0, 1, "d#e2"),
        (0, 3, "d#e1"),
        (1, 2, "d#e3"),
        (2, 3, "d#e2"),
    ]


def test_fields_are_named_by_the_file() -> None:
    raw = text("# global.Entity = entity-GRP-infstat", row("1", "Ann", "Entity=(person-7-new)"), head="# newdoc")
    assert only(raw).mentions == (ClusteredMention(0, 1, "#7"),)
    assert only(raw).spans == (TypedSpan(0, 1, "person"),)


def test_parts_of_a_mention() -> None:
    raw = text(
        row("1", "a", "Entity=(e1[1/2]-x-1-"),
        row("2", "b", "Entity=e1[1/2])"),
        row("3", "c"),
        row("4", "d", "Entity=(e1[2/2]-x-1-)"),
    )
    (mention,) = only(raw).mentions
    assert mention == ClusteredMention(0, 4, "d#e1", ((0, 2), (3, 4)))
    assert codes(raw.replace(b"[2/2]", b"[2/3]")) == [("fragments", 2), ("fragments", 5)]


def test_words_and_empty_nodes() -> None:
    raw = text(
        row("1-2", "zum"),
        row("1", "zu"),
        row("2", "dem", "Entity=(e1-x-2-"),
        row("2.1", "_", "Entity=(e2-x-1-)(e3-x-1-"),
        row("3-4", "don't"),
        row("3", "do", "Entity=e1)(e4-x-1-"),
        row("4", "n't", "Entity=e3)(e5[1/2]-x-1-)"),
        row("4.1", "_", "Entity=e4)(e5[2/2]-x-1-)"),
    )
    reading = read_documents("f", raw, "conllu")
    (document,) = reading.documents
    assert document.tokens == ("zu", "dem", "do", "n't")
    assert document.forms == ("zum", "", "do", "n't")
    places = [(each.cluster, each.start, each.end) for each in document.mentions]
    assert sorted(places) == [("d#e1", 1, 3), ("d#e3", 2, 4), ("d#e4", 2, 4), ("d#e5", 3, 4)]
    assert dict(reading.passed_over) == {"mentions of empty nodes alone": 1}


def test_clusters_over_documents() -> None:
    raw = text(row("1", "a", "Entity=(e1)")) + text(row("1", "a", "Entity=(e1)"), head="# newdoc id = e")
    assert [each.mentions[0].cluster for each in read_clusters("f", raw, "conllu")] == ["d#e1", "e#e1"]
    assert [each.mentions[0].cluster for each in read_clusters("f", raw, "conllu", "corpus")] == ["e1", "e1"]
    assert ReadOptions().identity == "document"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["1\ta"], [("columns", 2)]),
        ([row("x", "a")], [("token", 2)]),
        ([row("2-1", "a")], [("token", 2)]),
        ([row("1", "a", "Entity=(e1-x")], [("bracket", 2)]),
        ([row("1", "a", "Entity=e1)")], [("bracket", 2)]),
        ([row("1", "a", "Entity=()")], [("mention", 2)]),
        ([row("1", "a", "Entity=(e1-x-)e2"), row("2", "b", "Entity=)")], [("mention", 2), ("mention", 3)]),
    ],
)
def test_what_is_wrong(rows: list[str], expected: list[tuple[str, int]]) -> None:
    assert codes(text(*rows)) == expected


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(["e1", "e2"])), max_size=6))
def test_spans_come_back(drawn: list[tuple[int, int, str]]) -> None:
    # mentions of one cluster nest: brackets of equal ids cannot cross
    spans: list[tuple[int, int, str]] = []
    for a, b, cluster in drawn:
        start, end = min(a, b), max(a, b) + 1
        same = [each for each in spans if each[2] == cluster]
        if all(end <= s or e <= start or (s < start and end < e) or (start < s and e < end) for s, e, _ in same):
            spans.append((start, end, cluster))
    rows = []
    for token in range(8):
        closing = [each for each in spans if each[1] == token + 1 and each[0] < token]
        closing.sort(key=lambda each: -each[0])
        opening = sorted((each for each in spans if each[0] == token and each[1] > token + 1), key=lambda e: -e[1])
        single = [each for each in spans if each[:2] == (token, token + 1)]
        cell = "".join(f"{each[2]})" for each in closing)
        cell += "".join(f"({each[2]}-x-1-" for each in opening) + "".join(f"({each[2]}-x-1-)" for each in single)
        rows.append(row(str(token + 1), "w", f"Entity={cell}" if cell else "_"))
    found = sorted((each.start, each.end, each.cluster) for each in only(text(*rows)).mentions)
    assert found == sorted((start, end, f"d#{cluster}") for start, end, cluster in spans)
