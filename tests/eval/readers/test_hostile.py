"""Bytes from a stranger, in every format: documents or faults, never another exception."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest

from onrecord.dataset import Fault, FaultsError
from onrecord.eval.readers import iter_columns, read_clusters, read_spans
from onrecord.eval.readers.jsonl_clusters import iter_jsonl_clusters

Reader = Callable[[bytes], object]

RIGHT: dict[str, bytes] = {
    "jsonl": b'{"doc_id": "d", "spans": [{"start": 0, "end": 5, "type": "PER"}]}\n'
    b'{"doc_id": "e", "spans": [{"start": 0, "end": 5, "label": "X", "fragments": [[0, 1], [3, 5]]}]}\n',
    "conll": b"-DOCSTART- O\n\na B-X\nb I-X\n\nc O\n",
    "brat": b"T1\tPerson 0 4;6 9\tJohn Doe\nR1\tX Arg1:T1\n",
    "ours": b'{"doc_id": "d", "text_sha256": "", "mentions": [{"start": 0, "end": 1, "text": "x", "type": "PER"}]}\n',
    "jsonl clusters": b'{"doc_id": "d", "mentions": [{"start": 0, "end": 5, "cluster": "c"}]}\n',
    "lists of clusters": b'{"doc_id": "d", "clusters": [[[0, 5], [7, 8]], [[1, 2]]]}\n',
    "spacy": b'{"text": "John", "ents": [{"start": 0, "end": 4, "label": "PER"}]}\n',
    "prodigy": b'{"text": "John", "spans": [{"start": 0, "end": 4, "label": "PER"}], "meta": {"id": 1}}\n',
    "doccano": b'{"id": 1, "text": "John", "labels": [[0, 4, "PER"]]}\n',
    "label-studio": b'[{"data": {"text": "John"}, "annotations": [{"result": [{"value": {"start": 0, "end": 4, '
    b'"labels": ["PER"]}}]}]}]\n',
    "label-studio-min": b'[{"text": "John", "l": [{"start": 0, "end": 4, "labels": ["PER"]}]}]\n',
    "gliner": b'[{"start": 0, "end": 4, "text": "John", "label": "PER"}]\n',
    "hf-pipeline": b'[{"start": 0, "end": 4, "word": "John", "entity": "B-PER", "index": 1}]\n',
    "hf-tokens": b'{"tokens": ["John", "ran"], "ner_tags": ["B-PER", "O"]}\n',
    "conllu": b"# newdoc id = d\n1-2\tab\t_\t_\t_\t_\t_\t_\t_\t_\n1\ta\t_\t_\t_\t_\t_\t_\t_\tEntity=(e1[1/2]-x-1-\n"
    b"2\tJohn\t_\t_\t_\t_\t_\t_\t_\tEntity=e1[1/2])(e1[2/2]-x-1-)\n",
    "e2e": b'{"doc_key": "d", "sentences": [["a", "b"]], "clusters": [[[0, 1], [1, 1]]]}\n',
    "preco": b'{"id": "d", "sentences": [["a", "b"]], "mention_clusters": [[[0, 0, 1], [0, 1, 2]]]}\n',
    "webanno": b"#FORMAT=WebAnno TSV 3.2\n#T_SP=a.NamedEntity|value\n\n"
    b"1-1\t0-4\tJohn\tPER[1]\t\n1-2\t5-9\tJohn\tPER[1]\t\n",
    "conll-coref": b"#begin document (d); part 000\na (0|(1)\nb 0)\n#end document\n",
}
READERS: dict[str, Reader] = {
    "jsonl": lambda raw: read_spans("f", raw, "jsonl"),
    "conll": lambda raw: read_spans("f", raw, "conll"),
    "brat": lambda raw: read_spans("f", raw, "brat"),
    "ours": lambda raw: read_spans("f", raw, "ours"),
    "jsonl clusters": lambda raw: read_clusters("f", raw, "jsonl"),
    "lists of clusters": lambda raw: read_clusters("f", raw, "jsonl"),
    "conll-coref": lambda raw: read_clusters("f", raw, "conll-coref"),
    "spacy": lambda raw: read_spans("f", raw, "spacy"),
    "prodigy": lambda raw: read_spans("f", raw, "prodigy"),
    "doccano": lambda raw: read_spans("f", raw, "doccano"),
    "label-studio": lambda raw: read_spans("f", raw, "label-studio"),
    "label-studio-min": lambda raw: read_spans("f", raw, "label-studio-min"),
    "gliner": lambda raw: read_spans("f", raw, "gliner"),
    "hf-pipeline": lambda raw: read_spans("f", raw, "hf-pipeline"),
    "hf-tokens": lambda raw: read_spans("f", raw, "hf-tokens"),
    "conllu": lambda raw: read_clusters("f", raw, "conllu"),
    "e2e": lambda raw: read_clusters("f", raw, "e2e"),
    "preco": lambda raw: read_clusters("f", raw, "preco"),
    "webanno": lambda raw: read_spans("f", raw, "webanno"),
}
MANY = [name for name in READERS if name != "brat"]


def faults(name: str, raw: bytes) -> list[Fault]:
    try:
        READERS[name](raw)
    except FaultsError as error:
        return list(error.faults)
    return []


@pytest.mark.parametrize("name", MANY)
@pytest.mark.parametrize("raw", [b"", b"\n\n", b"\xef\xbb\xbf", b"\r\n", b" \t \n"])
def test_a_file_without_documents(name: str, raw: bytes) -> None:
    assert [fault.code for fault in faults(name, raw)] == ["empty"]


@pytest.mark.parametrize("name", READERS)
def test_line_ends_and_a_byte_order_mark_change_nothing(name: str) -> None:
    raw = RIGHT[name].replace(b'"label": "X"', b'"type": "X"')
    expected = READERS[name](raw)
    assert READERS[name](b"\xef\xbb\xbf" + raw) == expected
    assert READERS[name](raw.replace(b"\n", b"\r\n")) == expected
    assert READERS[name](raw.removesuffix(b"\n")) == expected


@pytest.mark.parametrize("name", READERS)
def test_what_is_no_utf8(name: str) -> None:
    last = RIGHT[name].splitlines()[0 if name == "brat" else -1]
    for bad in (b"\xff", b"\xc3", b"\xed\xa0\x80"):
        middle = last.replace(b"d", b"d" + bad).replace(b"John", b"J" + bad).replace(b"c O", b"c" + bad + b" O")
        assert "encoding" in {fault.code for fault in faults(name, RIGHT[name] + middle)}, bad


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings(name: str, encoding: str) -> None:
    raw = RIGHT[name].decode().replace("T1", "TT1").encode(encoding)
    assert faults(name, raw)


@pytest.mark.parametrize("name", READERS)
def test_nul(name: str) -> None:
    raw = RIGHT[name].replace(b'"d"', b'"d\0"').replace(b"\na", b"\na\0").replace(b"John", b"J\0hn")
    assert faults(name, raw)


JSON = ("jsonl", "ours", "jsonl clusters", "spacy", "prodigy", "doccano", "label-studio-min", "e2e")
LONG: list[tuple[str, bytes, bytes, bytes]] = [
    *((name, b"", b"a", b"") for name in READERS),
    *((name, b'{"doc_id": "', b"a", b'", "spans": 1}') for name in JSON),
    *((name, b'{"doc_id": "d", "', b"\\u001b[31m", b'": 1}') for name in JSON),
    *((name, b'{"doc_id": "d", "spans": ', b"[", b"") for name in JSON),
    ("jsonl", b'{"doc_id": "d", "spans": [{"start": ', b"9", b', "end": 1}]}'),
    ("brat", b"T1\tX 0 1\t", b"a", b""),
    ("brat", b"T1\tX 0 1", b";0 1", b"\ta"),
    ("conll", b"tok ", b"B", b"-X"),
    ("conll", b"tok ", b"a ", b"B-X"),
    ("conll-coref", b"#begin document (", b"(", b")"),
    ("conll-coref", b"#begin document (d)\nw ", b"a", b"(\n#end document"),
    ("conllu", b"1\ta" + b"\t_" * 7 + b"\tEntity=", b"a", b""),
    ("conllu", b"1\ta" + b"\t_" * 7 + b"\tEntity=", b"(e1-", b""),
    ("webanno", b"#FORMAT=WebAnno TSV 3.2\n#T_SP=a|b\n1-1\t0-1\ta\t", b"[1", b""),
    ("webanno", b"#FORMAT=WebAnno TSV 3.2\n#T_SP=a|b\n1-1\t0-1\ta\t", b"\\", b""),
    ("hf-tokens", b'{"tokens": ["', b"a", b'"], "ner_tags": ["-"]}'),
    ("conll-coref", b"#begin document (d)\nw ", b"(1|", b"-\n#end document"),
]


@pytest.mark.long
@pytest.mark.parametrize(("name", "before", "middle", "after"), LONG)
def test_a_line_of_ten_megabytes(name: str, before: bytes, middle: bytes, after: bytes) -> None:
    found = faults(name, before + middle * (10_000_000 // len(middle)) + after)
    assert found or name in ("brat", "webanno") or middle in (b"B", b"a ")
    assert len(found) <= 1001
    for fault in found:
        assert len(str(fault)) < 3000
        assert "\x1b" not in str(fault)


@pytest.mark.parametrize("name", READERS)
def test_bytes_that_were_changed(name: str) -> None:
    tokens = [b"null", b"-1", b"1e999", b'"\\ud800"', b"NaN", b"9" * 30, b"[[[", b"}", b"\xff", b"|", b"(", b")", b"\n"]
    for seed in range(200):
        randomly = random.Random(seed)
        mutant = bytearray(RIGHT[name] * 2)
        for _ in range(randomly.randint(1, 4)):
            at = randomly.randrange(len(mutant))
            if randomly.random() < 0.5:
                mutant[at : at + randomly.randint(0, 6)] = randomly.choice(tokens)
            else:
                mutant[at] = randomly.randrange(256)
        for fault in faults(name, bytes(mutant)):
            assert fault.file == "f"
            assert fault.found
            assert fault.expected


def test_a_stream_gives_what_the_file_gives() -> None:
    raw = RIGHT["conll"]
    assert [each.document for each in iter_columns(io.BytesIO(raw), "f")] == read_spans("f", raw, "conll")
    raw = RIGHT["jsonl clusters"]
    assert list(iter_jsonl_clusters(io.BytesIO(raw), "f")) == read_clusters("f", raw, "jsonl")
