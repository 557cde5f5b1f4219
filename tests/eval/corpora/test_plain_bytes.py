"""What is read by the bytes of its lines is what decoding every line gives, or is left to that."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples

from onrecord.eval.corpora.plain_bytes import read_spans
from onrecord.eval.corpora.plain_lines import decode_lines
from onrecord.eval.corpora.text_codes import TextCodes
from onrecord.eval.readers.jsonl_spans import TypeKey
from onrecord.eval.spans.columns import Vocabulary

Documents = list[tuple[str, list[tuple[int, int, str]]]]

COMPACT, SPACED = (",", ":"), (", ", ": ")

texts = st.one_of(
    st.sampled_from(
        ["PER", "ORGANIZATION", "a:b", "é\U0001f600", "x" * 8, "y" * 64, "x" * 65, 'a "b"', "\\", "{", "}, {"]
    ),
    st.text(max_size=20),
)
offsets = st.one_of(st.integers(0, 120), st.sampled_from([999_999, 1_000_000, 9_999_999, 10**8, 2**31, 2**64, -1]))
documents = st.lists(
    st.tuples(texts.filter(bool), st.lists(st.tuples(offsets, offsets, texts), max_size=4)), min_size=1, max_size=4
)
keys: list[TypeKey] = ["type", "label"]


MARKS = [b'"', b"{", b"}", b"[", b"]", b",", b":", b" ", b"\n", b"\r", b"0", b"\\", b"\\u0041", b"\0"]


def written(corpus: Documents, key: str, separators: tuple[str, str], escaped: bool = False) -> bytes:
    lines = [
        json.dumps(
            {"doc_id": id, "spans": [{"start": start, "end": end, key: type} for start, end, type in spans]},
            ensure_ascii=escaped,
            separators=separators,
        )
        for id, spans in corpus
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def found(raw: bytes, key: TypeKey, known: Vocabulary | None = None) -> Documents | None:
    """What is read by bytes."""
    types = Vocabulary() if known is None else known
    read = read_spans(raw, key, TextCodes(types))
    if read is None:
        return None
    words = [types.words[code] for code in read.type.tolist()]
    spans = iter(zip(read.start.tolist(), read.end.tolist(), words, strict=True))
    made = [(id, [next(spans) for _ in range(size)]) for id, size in zip(read.ids, read.sizes.tolist(), strict=True)]
    assert next(spans, None) is None
    return made


def decoded(raw: bytes, key: TypeKey) -> Documents | None:
    """What the decoder gives; None where it refuses."""
    lines = raw.split(b"\n")
    lines = lines[:-1] if not lines[-1] else lines
    try:
        made = decode_lines(lines, key, Vocabulary())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return [(each.doc_id, [(span.start, span.end, span.type) for span in each.spans]) for each in made]


@settings(max_examples=examples(400))
@given(documents, st.sampled_from(keys), st.sampled_from([COMPACT, SPACED]), st.booleans())
def test_what_is_read_is_what_was_written(
    corpus: Documents, key: TypeKey, separators: tuple[str, str], escaped: bool
) -> None:
    made = found(written(corpus, key, separators, escaped), key)
    assert made is None or made == corpus


@settings(max_examples=examples(200))
@given(st.randoms(use_true_random=False), st.sampled_from(keys), st.sampled_from([COMPACT, SPACED]))
def test_plain_lines_are_read(random: random.Random, key: TypeKey, separators: tuple[str, str]) -> None:
    names = [
        "PER",
        "ORG",
        "",
        "LONGER THAN EIGHT",
        "é: ü",
        "w" * 64,
        *(f"t{n}" for n in range(random.choice([1, 9000]))),
    ]
    most = 10 ** (6 + (separators == COMPACT)) - 1
    corpus: Documents = [
        (
            f"d: {n}",
            [
                (random.randint(0, most), random.randint(0, 99), random.choice(names))
                for _ in range(random.choice([0, 1, 3, 400]))
            ],
        )
        for n in range(random.randint(1, 9))
    ]
    raw = written(corpus, key, separators)
    assert found(raw, key) == corpus
    assert found(raw.removesuffix(b"\n"), key) == corpus
    assert found(raw, key, Vocabulary(reversed(names))) == corpus


@settings(max_examples=examples(1500))
@given(st.data(), st.sampled_from([COMPACT, SPACED]))
def test_bytes_that_were_tampered_with(data: st.DataObject, separators: tuple[str, str]) -> None:
    corpus: Documents = [("a", [(0, 5, "PER"), (12, 345, "ORG")]), ("b", []), ("c", [(7, 8, "LONGER NAME")]), ("d", [])]
    raw = written(corpus, "type", separators)
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(raw)))
        gone = data.draw(st.integers(0, 3))
        start, size = data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, 60))
        new = data.draw(st.one_of(st.binary(max_size=2), st.sampled_from(MARKS), st.just(raw[start : start + size])))
        raw = raw[:at] + new + raw[at + gone :]
    made = found(raw, "type")
    assert made is None or made == decoded(raw, "type")


LINE = b'{"doc_id": "d", "spans": [{"start": 0, "end": 5, "type": "PER"}]}\n'


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        LINE + b"\n",
        b"\xef\xbb\xbf" + LINE,
        LINE.replace(b"\n", b"\r\n"),
        LINE.replace(b'"d"', b'""'),
        LINE.replace(b'"d"', b'"d", "x": "y"'),
        LINE.replace(b'"d"', b'"d\xff"'),
        LINE.replace(b"PER", b"P\xffR"),
        LINE.replace(b"PER", b"P\nR"),
        LINE.replace(b"PER", b"PER\0"),
        LINE.replace(b'"PER"', b'"PER", "kind": "name"'),
        LINE.replace(b'"PER"', b'"PER", "type": "ORG"'),
        LINE.replace(b'"type": "PER"', b'"label": "PER"'),
        LINE.replace(b', "type": "PER"', b""),
        LINE.replace(b"0,", b"00,"),
        LINE.replace(b"0,", b"-0,"),
        LINE.replace(b"0,", b"0.0,"),
        LINE.replace(b"0,", b"1e1,"),
        LINE.replace(b"0,", b","),
        LINE.replace(b"0,", b"0 ,"),
        LINE.replace(b"0,", b"123456789,"),
        LINE.replace(b"0,", b"%d," % 2**70),
        LINE.replace(b"0,", b":,"),
        LINE.replace(b"start", b"begin"),
        LINE.replace(b"}]", b"},]"),
        LINE.replace(b"[{", b"[null, {"),
        LINE.replace(b"[{", b'[{"start": 1, "end": 2, "type": "A"} {'),
        LINE[:-4] + LINE,
        LINE[:-3],
        b"null\n" + LINE,
        LINE + b"null",
        b'{"start": 0, "end": 5, "type": "PER"}]}\n',
        b"[" * 10**5,
        b"{" * 10**5,
    ],
)
def test_anything_else_is_left_to_the_decoder(raw: bytes) -> None:
    assert found(raw, "type") is None


def test_spans_without_a_type_are_left_to_the_decoder() -> None:
    assert read_spans(LINE, None, TextCodes(Vocabulary())) is None


def test_names_that_share_a_slot_and_names_in_pieces_of_several_widths() -> None:
    names = [f"t{n}" for n in range(20_000)]  # more than there are slots
    types = Vocabulary()
    codes = TextCodes(types)
    for some in (["a", "bb"], names, ["a", "a name of more than sixteen bytes"], names[::-1], ["a"]):
        corpus: Documents = [("d", [(n, n + 1, name) for n, name in enumerate(some)])]
        read = read_spans(written(corpus, "type", SPACED), "type", codes)
        assert read is not None
        assert [types.words[code] for code in read.type.tolist()] == some


def test_a_span_may_be_written_by_others() -> None:
    corpus: Any = {"doc_id": "d", "spans": [{"start": 0, "end": 5, "type": "PER"}]}
    for raw in (msgspec.json.encode(corpus), json.dumps(corpus).encode()):
        assert found(raw, "type") == [("d", [(0, 5, "PER")])]
