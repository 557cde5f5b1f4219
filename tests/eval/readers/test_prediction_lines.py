"""The mentions of prediction lines as spans and clusters."""

from __future__ import annotations

import json
from typing import Any

import pytest

from onrecord.dataset import FaultsError
from onrecord.eval.readers import read_clusters, read_spans
from onrecord.eval.spans.documents import ClusteredMention, TypedSpan


def line(doc_id: str, *mentions: dict[str, Any], **more: Any) -> bytes:
    value = {"doc_id": doc_id, "text_sha256": "0", "mentions": list(mentions), **more}
    return json.dumps(value).encode() + b"\n"


NAME = {"start": 0, "end": 4, "text": "Rome", "type": "GPE", "entity": "rome"}
NOMINAL = {"start": 5, "end": 9, "text": "city", "type": "GPE", "kind": "nominal", "optional": True}


def test_spans_and_clusters() -> None:
    raw = line("d", NAME, NOMINAL) + line("e", NAME, quotes=[])
    spans = read_spans("p", raw, "ours")
    assert spans[0].spans == (TypedSpan(0, 4, "GPE", "name"), TypedSpan(5, 9, "GPE", "nominal", True))
    clusters = read_clusters("p", raw, "ours")
    assert clusters[0].mentions == (ClusteredMention(0, 4, "rome"), ClusteredMention(5, 9, "d#1"))
    assert clusters[1].mentions == (ClusteredMention(0, 4, "rome"),)


def test_every_fault_is_told() -> None:
    raw = line("d", NAME | {"end": 0}, NAME | {"type": "CITY"}, NAME | {"start": "0"})
    raw += b'{"doc_id": "e", "text_sha256": "0"}\n' + line("f") + line("f")
    with pytest.raises(FaultsError) as error:
        read_spans("p", raw, "ours")
    assert [(fault.code, fault.line, fault.pointer) for fault in error.value.faults] == [
        ("offset", 1, "/mentions/0"),
        ("label", 1, "/mentions/1/type"),
        ("type", 1, "/mentions/2/start"),
        ("missing-field", 2, "/mentions"),
        ("repeated-document", 4, "/doc_id"),
    ]
