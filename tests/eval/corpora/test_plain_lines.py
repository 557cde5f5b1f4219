"""Lines of plain spans are decoded alike, whether their types are known or not."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.corpora.plain_lines import FEW_TYPES, decode_lines
from onrecord.eval.readers.jsonl_spans import TypeKey
from onrecord.eval.spans.columns import Vocabulary

types = st.sampled_from(["PER", "ORG", "", 'a "b" \\ :', "é\U0001f600", "\x7f"])
documents = st.lists(st.lists(st.tuples(st.integers(-9, 9), st.integers(), types), max_size=4), max_size=4)
keys: list[TypeKey] = ["type", "label"]


@given(documents, st.lists(types), st.sampled_from(keys), st.booleans())
def test_known_types_change_nothing(
    corpus: list[list[tuple[int, int, str]]], known: list[str], key: TypeKey, escaped: bool
) -> None:
    lines = [
        json.dumps(
            {"doc_id": f"d{n}", "spans": [{"start": a, "end": b, key: type} for a, b, type in spans]},
            ensure_ascii=escaped,
        ).encode()
        for n, spans in enumerate(corpus)
    ]
    many = [str(n) for n in range(FEW_TYPES + 1)]
    for words in ([], known, [*known, *many]):
        found = decode_lines(lines, key, Vocabulary(words))
        assert [each.doc_id for each in found] == [f"d{n}" for n in range(len(corpus))]
        assert [[(span.start, span.end, span.type) for span in each.spans] for each in found] == corpus


@pytest.mark.parametrize(
    "raw",
    [
        b'{"doc_id": "d", "spans": [{"start": 0, "end": 1, "type": "A", "kind": "name"}]}',
        b'{"doc_id": "d", "spans": [{"start": 0, "end": 1, "type": 7}]}',
        b'{"doc_id": "d", "spans": [{"start": 0.5, "end": 1, "type": "A"}]}',
        b'{"doc_id": "d", "spans": [{"start": 0, "end": 1}]}',
        b'{"doc_id": "d", "spans": [',
        b"",
    ],
)
@pytest.mark.parametrize("known", [(), ("A",)])
def test_what_is_not_plain_is_refused(raw: bytes, known: tuple[str, ...]) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_lines([raw], "type", Vocabulary(known))
