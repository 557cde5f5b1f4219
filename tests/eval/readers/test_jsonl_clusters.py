"""Clusters as JSON Lines, in both forms."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset import FaultsError
from onrecord.eval.readers import read_clusters
from onrecord.eval.readers.jsonl_clusters import iter_jsonl_clusters
from onrecord.eval.spans.documents import ClusterDocument, ClusteredMention


def lines(*values: Any) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def codes(raw: bytes) -> list[tuple[str, int | None, str]]:
    with pytest.raises(FaultsError) as error:
        read_clusters("p.jsonl", raw, "jsonl")
    return [(fault.code, fault.line, fault.pointer) for fault in error.value.faults]


def mention(start: int, end: int, cluster: Any = "c", **more: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "cluster": cluster, **more}


def test_ids_are_shared_over_documents() -> None:
    raw = lines(
        {"doc_id": "d", "mentions": [mention(0, 1), mention(0, 1), mention(2, 9, 7, fragments=[[2, 3], [5, 9]])]},
        {"doc_id": "e", "mentions": [mention(0, 1), mention(3, 4, "7")]},
    )
    one, seven = ClusteredMention(0, 1, "c"), ClusteredMention(2, 9, "7", ((2, 3), (5, 9)))
    assert read_clusters("p", raw, "jsonl") == [
        ClusterDocument("d", (one, one, seven)),
        ClusterDocument("e", (one, ClusteredMention(3, 4, "7"))),
    ]


def test_clusters_without_names_are_of_their_document_alone() -> None:
    raw = lines({"doc_id": "d", "clusters": [[[0, 1], [2, 3]], [[4, 5]]]}, {"doc_id": "e", "clusters": [[[0, 1]]]})
    first, second = read_clusters("p", raw, "jsonl")
    assert [(each.start, each.end, each.cluster) for each in first.mentions] == [
        (0, 1, "d#0"),
        (2, 3, "d#0"),
        (4, 5, "d#1"),
    ]
    assert [each.cluster for each in second.mentions] == ["e#0"]


@given(
    st.lists(
        st.tuples(st.integers(-1, 9), st.integers(0, 9), st.sampled_from(["c", "a:b", "", "é", 7])),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["d", "d: e", ""]),
    st.booleans(),
)
def test_a_line_that_is_walked_gives_what_one_gives_that_is_not(
    mentions: list[tuple[int, int, Any]], id: str, escaped: bool
) -> None:
    document = {"doc_id": id, "mentions": [mention(start, end, cluster) for start, end, cluster in mentions]}
    raw, walked = (json.dumps(each, ensure_ascii=escaped).encode() for each in (document, {**document, "text": "a: b"}))
    found: list[Any] = []
    for each in (raw, walked):
        try:
            found.append(read_clusters("p", each, "jsonl"))
        except FaultsError as error:
            found.append(error.faults)
    assert found[0] == found[1]


def test_every_fault_is_told() -> None:
    raw = lines(
        {"doc_id": "d", "mentions": [mention(0, 0), mention(0, 1, True), mention(0, 1, 1.0), mention(0, 1, "")]},
        {"doc_id": "d", "mentions": [{"start": "0", "end": 1, "cluster": "c"}, mention(0, 4, fragments=[[0, 2]])]},
        {"doc_id": "e", "clusters": []},
        {"doc_id": "f", "mentions": []},
        {"doc_id": "f", "mentions": []},
    )
    assert codes(raw) == [
        ("offset", 1, "/mentions/0"),
        ("type", 1, "/mentions/1/cluster"),
        ("type", 1, "/mentions/2/cluster"),
        ("type", 1, "/mentions/3/cluster"),
        ("type", 2, "/mentions/0/start"),
        ("fragments", 2, "/mentions/1/fragments"),
        ("mixed", 3, "/clusters"),
        ("missing-field", 3, "/mentions"),
        ("repeated-document", 5, "/doc_id"),
    ]


def test_faults_of_clusters_without_names() -> None:
    raw = lines(
        {"doc_id": "d", "clusters": [[], [[3, 3], [2, 1]], [[0, 1, 2]], [[0.0, 1]]]},
        {"doc_id": "e", "mentions": []},
    )
    found = codes(raw)
    assert ("empty-cluster", 1, "/clusters/0") in found
    assert ("offset", 1, "/clusters/1/0") in found
    assert ("offset", 1, "/clusters/1/1") in found
    assert [pointer[:11] for code, _, pointer in found if code == "type"] == ["/clusters/2", "/clusters/3"]
    assert ("mixed", 2, "/mentions") in found


def test_a_stream_gives_what_is_right_and_raises_at_the_end() -> None:
    raw = lines({"doc_id": "d", "mentions": [mention(1, 0)]}, {"doc_id": "e", "mentions": []})
    stream = iter_jsonl_clusters(io.BytesIO(raw), "p")
    assert next(stream).doc_id == "e"
    with pytest.raises(FaultsError):
        next(stream)
