"""Formats of other tools: small files of each, spans written and read back, and files that are something else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset import FaultsError
from onrecord.eval.readers import (
    AnyFormat,
    ClusterFormat,
    LabelledDocument,
    ReadOptions,
    SpanFormat,
    read_clusters,
    read_documents,
    read_spans,
)
from onrecord.eval.readers.sniffing import seems
from onrecord.eval.spans.documents import ClusteredMention, TypedSpan

TEXT = "Ann 🙂 met\nJürgen Beck in Oslo."
SPANS = (TypedSpan(0, 3, "PER"), TypedSpan(10, 21, "PER"), TypedSpan(25, 29, "LOC"))

Spans = tuple[TypedSpan, ...]


def lines(*values: object) -> bytes:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()


def spacy(text: str, spans: Spans) -> bytes:
    ents = [{"start": each.start, "end": each.end, "label": each.type} for each in spans]
    return lines({"text": text, "ents": ents, "tokens": [], "cats": {"a": 0.5}})


def training(text: str, spans: Spans) -> bytes:
    return lines([text, {"entities": [[each.start, each.end, each.type] for each in spans], "cats": {}}])


def prodigy(text: str, spans: Spans) -> bytes:
    there = [{"start": each.start, "end": each.end, "label": each.type, "token_start": 1} for each in spans]
    return lines({"text": text, "spans": there, "answer": "accept", "meta": {"source": "x"}})


def doccano(text: str, spans: Spans) -> bytes:
    return lines(
        {"id": 1, "text": text, "label": [[each.start, each.end, each.type] for each in spans], "Comments": []}
    )


def doccano_relations(text: str, spans: Spans) -> bytes:
    there = [
        {"id": n, "label": each.type, "start_offset": each.start, "end_offset": each.end}
        for n, each in enumerate(spans)
    ]
    return lines({"id": 1, "text": text, "entities": there, "relations": [{"id": 1}], "Comments": []})


def regions(text: str, spans: Spans) -> list[dict[str, Any]]:
    return [
        {
            "start": each.start,
            "end": each.end,
            "text": text[each.start : each.end].replace("\n", "\\n"),
            "labels": [each.type],
        }
        for each in spans
    ]


def label_studio(text: str, spans: Spans) -> bytes:
    result: list[dict[str, Any]] = [
        {"id": "a", "from_name": "l", "to_name": "t", "type": "labels", "value": each} for each in regions(text, spans)
    ]
    result.append({"type": "relation", "from_id": "a", "to_id": "a"})
    skipped = {"id": 1, "result": [], "was_cancelled": True}
    task = {"id": 7, "data": {"url": "x" * 200, "body": text}, "annotations": [skipped, {"id": 2, "result": result}]}
    return json.dumps([task]).encode()


def label_studio_min(text: str, spans: Spans) -> bytes:
    task = {"id": 7, "text": text, "label": regions(text, spans), "annotator": 1, "annotation_id": 2, "lead_time": 1.5}
    return json.dumps([task], indent=1).encode()


def gliner(text: str, spans: Spans) -> bytes:
    there = [
        {"start": each.start, "end": each.end, "text": text[each.start : each.end], "label": each.type, "score": 0.5}
        for each in spans
    ]
    return lines({"doc_id": "d", "text": text, "entities": there})


def aggregated(text: str, spans: Spans) -> bytes:
    there = [
        {"entity_group": each.type, "score": 0.5, "word": "w", "start": each.start, "end": each.end} for each in spans
    ]
    return lines({"text": text, "entities": there})


def brat(text: str, spans: Spans) -> bytes:
    rows = []
    for number, each in enumerate(spans):
        surface = text[each.start : each.end].replace("\n", " ")
        rows.append(f"T{number}\t{each.type} {each.start} {each.end}\t{surface}\n")
    return "".join(rows).encode()


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def webanno(text: str, spans: Spans) -> bytes:
    """Every character but white space is a token; offsets as the tool counts them."""
    rows = ["#FORMAT=WebAnno TSV 3.3", "#T_SP=custom.Token|pos", "#T_SP=dkpro.NamedEntity|identifier|value", "", ""]
    for at, char in enumerate(text):
        if char.isspace():
            continue
        here = [(n, each) for n, each in enumerate(spans, 1) if each.start <= at < each.end]
        identifiers = "|".join(f"*[{n}]" for n, _ in here) or "_"
        values = "|".join(f"{each.type}[{n}]" for n, each in here) or "_"
        token = "".join("\\" + c if c in "\\[]|_*;->" else c for c in char)
        place = f"{utf16(text[:at])}-{utf16(text[: at + 1])}"
        rows.append(f"1-{at + 1}\t{place}\t{token}\tX\t{identifiers}\t{values}\t")
    return "\n".join([*rows, ""]).encode()


WRITERS: dict[str, tuple[SpanFormat, Callable[[str, Spans], bytes]]] = {
    "spacy": ("spacy", spacy),
    "training": ("spacy", training),
    "prodigy": ("prodigy", prodigy),
    "doccano": ("doccano", doccano),
    "doccano with relations": ("doccano", doccano_relations),
    "label-studio": ("label-studio", label_studio),
    "label-studio-min": ("label-studio-min", label_studio_min),
    "gliner": ("gliner", gliner),
    "hf-pipeline": ("hf-pipeline", aggregated),
    "brat": ("brat", brat),
    "webanno": ("webanno", webanno),
}

PASSED = {
    "spacy": {"field 'cats'": 1, "field 'tokens'": 1},
    "training": {"field 'cats'": 1},
    "prodigy": {"field 'meta'": 1, "field 'token_start'": 3},
    "doccano": {"field 'Comments'": 1},
    "doccano with relations": {"field 'Comments'": 1, "field 'relations'": 1},
    "label-studio": {"results of the type 'relation'": 1, "skipped annotations": 1},
    "label-studio-min": {},
    "gliner": {"field 'score'": 3},
    "hf-pipeline": {"field 'score'": 3},
    "brat": {},
    "webanno": {"layer custom.Token": 1},
}


def only(raw: bytes, format: AnyFormat, options: ReadOptions | None = None) -> LabelledDocument:
    (document,) = read_documents("f", raw, format, options or ReadOptions()).documents
    return document


def codes(raw: bytes, format: AnyFormat, options: ReadOptions | None = None) -> list[tuple[str, int | None, str]]:
    with pytest.raises(FaultsError) as error:
        read_documents("f", raw, format, options or ReadOptions())
    return [(fault.code, fault.line, fault.pointer) for fault in error.value.faults]


@pytest.mark.parametrize("name", WRITERS)
def test_a_small_file(name: str) -> None:
    format, write = WRITERS[name]
    reading = read_documents("f", write(TEXT, SPANS), format)
    (document,) = reading.documents
    assert document.spans == SPANS
    assert dict(reading.passed_over) == PASSED[name]
    if format == "webanno":
        assert document.text is not None
        assert document.text.split() == TEXT.split()
    elif format != "brat":
        assert document.text == TEXT


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, Spans]:
    """A text of visible characters and blanks, and spans that begin and end with visible ones."""
    text = "x" + draw(st.text(alphabet="ab _|[]*\\;->🙂é\u2028\u00a0\n", max_size=12)) + "x"
    visible = [at for at, char in enumerate(text) if not char.isspace()]
    ends = draw(st.lists(st.tuples(st.sampled_from(visible), st.sampled_from(visible)), max_size=4))
    types = draw(st.lists(st.sampled_from(["PER", "LOC", "a-b"]), min_size=len(ends), max_size=len(ends)))
    return text, tuple(
        TypedSpan(min(pair), max(pair) + 1, type) for pair, type in dict.fromkeys(zip(ends, types, strict=True))
    )


@pytest.mark.parametrize("name", WRITERS)
@given(texts())
def test_spans_come_back(name: str, case: tuple[str, Spans]) -> None:
    format, write = WRITERS[name]
    text, spans = case
    if format == "brat" and not spans:
        return
    assert sorted(only(write(text, spans), format).spans, key=str) == sorted(spans, key=str)


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_says_what_it_is(name: str) -> None:
    format, write = WRITERS[name]
    found = seems(write(TEXT, SPANS))
    assert found is not None
    assert format in found.names


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("other", get_args(SpanFormat))
def test_a_file_of_another_format_is_refused_by_its_name(name: str, other: SpanFormat) -> None:
    format, write = WRITERS[name]
    if other == format:
        return
    with pytest.raises(FaultsError) as error:
        read_documents("f", write(TEXT, SPANS), other)
    assert error.value.faults[0].code == "format"
    assert f"give it as {format}" in error.value.faults[0].hint


@pytest.mark.parametrize(
    ("raw", "title", "names"),
    [
        (b"1\tAnn\t_\tX\t_\t_\t0\t_\t_\t_\n", "CoNLL-U", ("conllu",)),
        (b"# begin document (d)\na (1)\n", "a coreference file of CoNLL-2012", ("conll-coref",)),
        (b"Ann B-PER\nsaw O\n", "columns with tags", ("conll",)),
        (b'<?xml version="1.0"?><xmi:XMI></xmi:XMI>', "XMI of UIMA", ()),
        (b'<?xml version="1.0"?><FoLiA/>', "FoLiA", ()),
        (b"<GateDocument/>", "a document of GATE", ()),
        (lines({"doc_key": "d", "sentences": [], "clusters": []}), "e2e-coref JSON Lines", ("e2e",)),
        (lines({"doc_id": "d", "text_sha256": "", "mentions": []}), "prediction lines of onrecord", ("ours",)),
    ],
)
def test_what_files_seem_to_be(raw: bytes, title: str, names: tuple[str, ...]) -> None:
    found = seems(raw)
    assert found is not None
    assert (found.title, found.names) == (title, names)
    for format in ("brat", "jsonl", "spacy"):
        assert codes(raw, format)[0][0] == "format"


@pytest.mark.parametrize("raw", [b"", b"\n", b"abc def\n", b"{}", b"[]", b"\x78\x9c", b"\xff\xfe"])
def test_what_is_like_nothing(raw: bytes) -> None:
    assert seems(raw) is None


def test_pieces_of_words_become_spans() -> None:
    pieces = [
        ("B-PER", 1, "An", 0, 2),
        ("B-PER", 2, "##n", 2, 3),
        ("I-PER", 3, "Lee", 4, 7),
        ("B-PER", 4, "Bo", 8, 10),
        ("I-LOC", 5, "Os", 11, 13),
        ("I-LOC", 6, "##lo", 13, 15),
        ("I-LOC", 9, "Rom", 20, 23),
    ]
    values = [
        {"entity": entity, "index": index, "word": word, "start": start, "end": end, "score": 0.1}
        for entity, index, word, start, end in pieces
    ]
    document = only(json.dumps(values).encode(), "hf-pipeline")
    assert document.spans == (
        TypedSpan(0, 7, "PER"),
        TypedSpan(8, 10, "PER"),
        TypedSpan(11, 15, "LOC"),
        TypedSpan(20, 23, "LOC"),
    )
    assert document.surfaces == ("An##nLee", "Bo", "Os##lo", "Rom")


def test_lists_of_models_are_one_document_or_several() -> None:
    entity = {"start": 0, "end": 3, "text": "Ann", "label": "person", "score": 1}
    one = json.dumps([entity]).encode()
    assert only(one, "gliner").surfaces == ("Ann",)
    assert len(read_documents("f", json.dumps([[entity], [], [entity]]).encode(), "gliner").documents) == 3
    assert len(read_documents("f", one + b"\n" + one, "gliner").documents) == 2


def test_a_slow_tokenizer_has_no_offsets() -> None:
    raw = lines([{"entity": "B-PER", "word": "Ann", "index": 1, "start": None, "end": None}])
    assert codes(raw, "hf-pipeline") == [("offset", None, "/0/start")]


def test_rows_of_tokens() -> None:
    row = {"id": "0", "tokens": ["Ann", "Lee", "saw", "Bo"], "ner_tags": ["B-PER", "I-PER", "O", "B-PER"]}
    spans = (TypedSpan(0, 2, "PER"), TypedSpan(3, 4, "PER"))
    assert only(lines(row), "hf-tokens").spans == spans
    numbers = lines(row | {"ner_tags": [1, 2, 0, 1], "chunk_tags": []})
    names = ReadOptions(tag_names=("O", "B-PER", "I-PER"))
    reading = read_documents("f", numbers, "hf-tokens", names)
    assert reading.documents[0].spans == spans
    assert dict(reading.passed_over) == {"field 'chunk_tags'": 1}
    assert [code for code, _, _ in codes(numbers, "hf-tokens")] == ["tag"] * 4
    with pytest.raises(FaultsError) as error:
        read_documents("f", lines(row | {"ner_tags": [1, -100, 0]}), "hf-tokens", names)
    assert [fault.code for fault in error.value.faults] == ["tags", "tag"]
    assert error.value.faults[1].hint.startswith("-100 marks tokens that are not counted")


E2E = {"doc_key": "d", "sentences": [["Ann", "saw"], ["her", "dog"]], "clusters": [[[0, 0], [2, 2]], [[2, 3]]]}
PRECO = {
    "id": "d",
    "sentences": [["Ann", "saw"], ["her", "dog"]],
    "mention_clusters": [[[0, 0, 1], [1, 0, 1]], [[1, 0, 2]]],
}
MENTIONS = (ClusteredMention(0, 1, "d#0"), ClusteredMention(2, 3, "d#0"), ClusteredMention(2, 4, "d#1"))


def test_coreference_as_json() -> None:
    for document in (only(lines(E2E), "e2e"), only(lines(PRECO), "preco")):
        assert (document.mentions, document.tokens) == (MENTIONS, ("Ann", "saw", "her", "dog"))
    both = lines(E2E | {"predicted_clusters": [[[1, 1]]], "ner": [[[0, 0, "PER"]], []]})
    assert only(both, "e2e").mentions == MENTIONS
    assert only(both, "e2e").spans == (TypedSpan(0, 1, "PER"),)
    assert only(both, "e2e", ReadOptions(predicted=True)).mentions == (ClusteredMention(1, 2, "d#0"),)
    assert codes(lines(E2E | {"clusters": [[[3, 4]], [[2, 1]]]}), "e2e") == [
        ("offset", 1, "/clusters/0/0"),
        ("offset", 1, "/clusters/1/0"),
    ]
    assert codes(lines(PRECO | {"mention_clusters": [[[2, 0, 1], [0, 1, 3]]]}), "preco") == [
        ("offset", 1, "/mention_clusters/0/0"),
        ("offset", 1, "/mention_clusters/0/1"),
    ]


def test_every_fault_of_a_file_is_told() -> None:
    good = {"text": "Ann", "ents": [{"start": 0, "end": 3, "label": "PER"}]}
    bad = {"text": "Ann", "ents": [{"start": 0, "end": 4, "label": "PER"}, {"start": 2, "end": 2}, {"start": -1}]}
    assert codes(lines(good, bad, {"text": 1}, 5) + b'{"a"\n', "spacy") == [
        ("offset", 2, "/ents/0"),
        ("missing-field", 2, "/ents/1/label"),
        ("missing-field", 2, "/ents/2/end"),
        ("missing-field", 2, "/ents/2/label"),
        ("offset", 2, "/ents/2/start"),
        ("missing-field", 3, "/ents"),
        ("type", 3, "/text"),
        ("type", 4, ""),
        ("json", 5, ""),
    ]


def test_lines_and_whole_files() -> None:
    two = [{"text": "Ann", "ents": []}, {"text": "Bo", "ents": []}]
    for raw in (lines(*two), lines(two), json.dumps(two).encode(), json.dumps(two, indent=1).encode()):
        assert [each.text for each in read_documents("f", raw, "spacy").documents] == ["Ann", "Bo"]
    good = lines(two[0])
    assert codes(b"[\n" + good[:-1] + b",\n{}\n]\n", "spacy") == [
        ("missing-field", None, "/1/ents"),
        ("missing-field", None, "/1/text"),
    ]
    assert codes(b'{"text"\n' + good + b"nonsense\n", "spacy") == [("json", 1, ""), ("json", 3, "")]
    assert codes(b'{"text": "Ann",\n"ents"\n', "spacy") == [("json", None, "")]


def test_label_studio_says_which_annotation_is_meant() -> None:
    result = [{"type": "labels", "value": {"start": 0, "end": 3, "text": "Ann", "labels": ["PER", "X"]}}]
    annotation = {"result": result}
    task: dict[str, Any] = {"id": 1, "data": {"text": "Ann"}, "annotations": [annotation]}
    spans = (TypedSpan(0, 3, "PER"), TypedSpan(0, 3, "X"))
    assert only(lines([task]), "label-studio").spans == spans
    assert only(lines([task | {"annotations": [], "predictions": [annotation]}]), "label-studio").spans == spans
    assert codes(lines([task | {"annotations": [annotation, annotation]}]), "label-studio") == [
        ("annotations", None, "/0/annotations")
    ]
    moved = [{"type": "labels", "value": {"start": 0, "end": 2, "text": "Ann", "labels": ["PER"]}}]
    assert codes(lines([task | {"annotations": [{"result": moved}]}]), "label-studio") == [
        ("surface", None, "/0/annotations/0/result/0/value")
    ]
    hyper = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "hypertextlabels": ["PER"]}
    raw = lines([task | {"annotations": [{"result": [{"type": "hypertextlabels", "value": hyper}]}]}])
    assert codes(raw, "label-studio") == [("offset", None, "/0/annotations/0/result/0/value")]
    hyper["globalOffsets"] = {"start": 0, "end": 3}
    raw = lines([task | {"annotations": [{"result": [{"type": "hypertextlabels", "value": hyper}]}]}])
    assert only(raw, "label-studio").spans == (TypedSpan(0, 3, "PER"),)


def test_rejected_tasks_of_prodigy_are_counted() -> None:
    raw = lines(
        {"text": "a", "answer": "reject"}, {"text": "b", "answer": "ignore"}, {"text": "c", "id": 3, "answer": "accept"}
    )
    reading = read_documents("f", raw, "prodigy")
    assert [(each.doc_id, each.spans) for each in reading.documents] == [("3", ())]
    assert reading.passed_over == {"documents with the answer 'reject'": 1, "documents with the answer 'ignore'": 1}


def test_documents_without_a_name_are_called_by_their_place() -> None:
    raw = spacy("a", (TypedSpan(0, 1, "X"),)) + spacy("b", ())
    assert [each.doc_id for each in read_spans("f", raw, "spacy")] == ["1", "2"]


def test_a_name_is_there_once() -> None:
    with pytest.raises(FaultsError) as error:
        read_clusters("f", lines(E2E, E2E), "e2e")
    assert [(fault.code, fault.line) for fault in error.value.faults] == [("repeated-document", 2)]


WEBANNO = """#FORMAT=WebAnno TSV 3.2
#T_SP=custom.Referent|entity|infstat
#T_RL=custom.Coref|type|BT_custom.Referent


#Text=A_b New-York met
1-1\t0-3\tA\\_b\tPER[1]|ORG[2]\tnew[1]|_\tana\t1-2[3_1]\t
1-2\t4-12\tNew-York\tORG[2]\t*[2]\t_\t_\t
1-2.1\t4-7\tNew\tLOC\t_\t_\t_\t
1-3\t13-16\tmet\t_\t_\t_\t_\t
"""


def test_webanno() -> None:
    reading = read_documents("corpus/d.tsv", WEBANNO.encode(), "webanno")
    (document,) = reading.documents
    assert (document.doc_id, document.text) == ("", "A_b New-York met")
    assert document.spans == (TypedSpan(0, 3, "PER"), TypedSpan(0, 12, "ORG"), TypedSpan(4, 7, "LOC"))
    assert dict(reading.passed_over) == {"layer custom.Coref": 1}
    assert codes(WEBANNO.encode(), "webanno", ReadOptions(layer="NamedEntity"))[0][0] == "layer"
    assert codes(WEBANNO.replace("4-12", "2-10").encode(), "webanno")[0] == ("offset", 8, "")
    assert [code for code, _, _ in codes(WEBANNO.replace("\t_\t_\t_\t_\t", "\t_").encode(), "webanno")] == ["columns"]


def test_every_format_is_in_one_of_the_lists() -> None:
    assert {*get_args(SpanFormat)} | {*get_args(ClusterFormat)} == {
        name for each in get_args(AnyFormat) for name in (get_args(each) or (each,))
    }
