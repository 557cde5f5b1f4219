"""Tokens as JSON Lines: the columns of Hugging Face, and the coreference files of e2e-coref and PreCo.

- Hugging Face: ``{"id": "0", "tokens": ["Ann", "saw"], "ner_tags": ["B-PER", "O"]}``; tags are strings, or numbers
  whose names are given. The column is called ``ner_tags``, ``tags`` or ``labels``.
- e2e-coref: ``{"doc_key": "d", "sentences": [["Ann", "saw"]], "clusters": [[[0, 0]]]}``: first and last token, counted
  over the document; ``ner`` as ``[first, last, type]`` within each sentence's list. What was predicted may be in
  ``predicted_clusters`` (Lee et al., 2017).
- PreCo: ``{"id": "d", "sentences": [["Ann", "saw"]], "mention_clusters": [[[0, 0, 1]]]}``: sentence, first token, one
  past the last (Chen et al., 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path

import msgspec

from onrecord.dataset.reading.faults import Findings, show
from onrecord.dataset.records import Offset
from onrecord.eval.readers.json_records import JsonValue, documents_of, json_values, name_of, record
from onrecord.eval.readers.labelled import LabelledDocument, PassedOver, Reading
from onrecord.eval.readers.tags import Affix, Scheme, Tag, chunks, explain_tag, parse_tag
from onrecord.eval.spans.documents import ClusteredMention, TypedSpan

TAG_COLUMNS = ("ner_tags", "tags", "labels")


class TokensRow(msgspec.Struct, frozen=True):
    """A row of a dataset of tokens."""

    tokens: list[str]


class E2eLine(msgspec.Struct, frozen=True):
    """A document of e2e-coref."""

    doc_key: str
    sentences: list[list[str]]
    clusters: list[list[tuple[Offset, Offset]]] | None = None
    predicted_clusters: list[list[tuple[Offset, Offset]]] | None = None
    ner: list[list[tuple[Offset, Offset, str]]] | None = None


class PrecoLine(msgspec.Struct, frozen=True):
    """A document of PreCo."""

    id: str
    sentences: list[list[str]]
    mention_clusters: list[list[tuple[Offset, Offset, Offset]]]


def read_hf_tokens(
    path: Path | str,
    raw: bytes | None = None,
    tag_names: Sequence[str] = (),
    scheme: Scheme = "lenient",
    affix: Affix = "prefix",
) -> Reading:
    """The documents of a file; a row is one.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        tag_names: What the numbers stand for, by their place.
        scheme: How tags stand for spans.
        affix: Whether the letter stands before the type or after it.

    Raises:
        FaultsError: With every fault of the file.
    """
    findings, passed = Findings(str(path)), PassedOver()
    found: list[LabelledDocument] = []
    for value in json_values(path, raw, findings):
        for each in value.elements():
            row = record(each, TokensRow, findings, PassedOver())
            if row is None:
                continue
            column = next((name for name in TAG_COLUMNS if isinstance(each.value.get(name), list)), None)
            if column is None:
                expected = "a list of tags: " + ", ".join(TAG_COLUMNS)
                findings.add(("missing-field", f"{each.pointer}/ner_tags", "nothing", expected, ""), each.line)
                continue
            for key in each.value.keys() - {"tokens", column, "id", "doc_id"}:
                passed[f"field '{show(key)}'"] += 1
            tags = _tags(each.at(column, each.value[column]), tag_names, scheme, affix, findings)
            if len(tags) != len(row.tokens):
                wrong = f"{len(tags)} tags", f"{len(row.tokens)}, one for each token"
                findings.add(("tags", f"{each.pointer}/{column}", *wrong, ""), each.line)
            spans = chunks(tags, scheme)
            found.append(
                LabelledDocument(
                    name_of(each, "doc_id", "id"),
                    tuple(spans),
                    tokens=tuple(row.tokens),
                    line=each.line,
                    pointer=each.pointer,
                )
            )
    findings.refuse()
    return Reading(tuple(found), passed)


def _tags(value: JsonValue, names: Sequence[str], scheme: Scheme, affix: Affix, findings: Findings) -> list[Tag]:
    tags: list[Tag] = []
    for each in value.elements():
        tag = each.value
        if isinstance(tag, int) and not isinstance(tag, bool):
            if not 0 <= tag < len(names):
                hint = "give the names of the tags in the order of their numbers: --tag-names O,B-PER,I-PER"
                expected = f"a number from 0 to {len(names) - 1}" if names else "a tag, or a number whose name is given"
                if tag == -100:
                    hint = "-100 marks tokens that are not counted: leave them out, with their tokens"
                findings.add(("tag", each.pointer, tag, expected, hint), each.line)
                tags.append(("O", ""))
                continue
            tag = names[tag]
        parsed = parse_tag(tag, scheme, affix) if isinstance(tag, str) else None
        if parsed is None:
            expected, hint = explain_tag(str(tag), scheme, affix)
            findings.add(("tag", each.pointer, show(str(tag)[:40]), expected, hint), each.line)
        tags.append(parsed or ("O", ""))
    return tags


def read_e2e(path: Path | str, raw: bytes | None = None, predicted: bool = False) -> Reading:
    """The documents of a file.

    Args:
        path: The name that faults give the file.
        raw: Its bytes; None to read them.
        predicted: Whether ``predicted_clusters`` are wanted where a line has both.

    Raises:
        FaultsError: With every fault of the file.
    """
    return documents_of(path, raw, partial(_e2e, predicted=predicted))


def _e2e(each: JsonValue, findings: Findings, passed: PassedOver, predicted: bool) -> LabelledDocument | None:
    row = record(each, E2eLine, findings, passed)
    if row is None:
        return None
    order = ("predicted_clusters", "clusters") if predicted else ("clusters", "predicted_clusters")
    there = [(field, clusters) for field in order if (clusters := getattr(row, field)) is not None]
    if not there and row.ner is None:
        expected = "the field 'clusters', which may be empty"
        findings.add(("missing-field", f"{each.pointer}/clusters", "nothing", expected, ""), each.line)
    for field, _ in there[1:]:
        passed[f"field {field!r}"] += 1
    field, clusters = there[0] if there else ("clusters", [])
    tokens = tuple(token for sentence in row.sentences for token in sentence)
    mentions = []
    for index, cluster in enumerate(clusters):
        for which, (first, last) in enumerate(cluster):
            place = each.at(f"{field}/{index}/{which}", [first, last])
            _check(place, first, last + 1, len(tokens), findings)
            mentions.append(ClusteredMention(first, last + 1, f"{row.doc_key}#{index}"))
    spans = []
    for index, sentence in enumerate(row.ner or ()):
        for which, (first, last, type) in enumerate(sentence):
            place = each.at(f"ner/{index}/{which}", [first, last, type])
            _check(place, first, last + 1, len(tokens), findings)
            spans.append(TypedSpan(first, last + 1, type))
    return _document(row.doc_key, spans, mentions, tokens, each)


def read_preco(path: Path | str, raw: bytes | None = None) -> Reading:
    """The documents of a file.

    Raises:
        FaultsError: With every fault of the file.
    """
    return documents_of(path, raw, _preco)


def _preco(each: JsonValue, findings: Findings, passed: PassedOver) -> LabelledDocument | None:
    row = record(each, PrecoLine, findings, passed)
    if row is None:
        return None
    begins = [0, *accumulate(map(len, row.sentences))]
    mentions = []
    for index, cluster in enumerate(row.mention_clusters):
        for which, (sentence, first, end) in enumerate(cluster):
            place = each.at(f"mention_clusters/{index}/{which}", [sentence, first, end])
            if sentence >= len(row.sentences):
                expected = f"a sentence from 0 to {len(row.sentences) - 1}"
                findings.add(("offset", place.pointer, sentence, expected, ""), place.line)
                continue
            _check(place, first, end, len(row.sentences[sentence]), findings)
            begin = begins[sentence]
            mentions.append(ClusteredMention(begin + first, begin + end, f"{row.id}#{index}"))
    tokens = tuple(token for sentence in row.sentences for token in sentence)
    return _document(row.id, [], mentions, tokens, each)


def _check(place: JsonValue, start: int, end: int, size: int, findings: Findings) -> None:
    if not start < end <= size:
        findings.add(("offset", place.pointer, place.value, f"tokens in order, of {size}", ""), place.line)


def _document(
    name: str,
    spans: list[TypedSpan],
    mentions: list[ClusteredMention],
    tokens: tuple[str, ...],
    value: JsonValue,
) -> LabelledDocument:
    return LabelledDocument(name, tuple(spans), tuple(mentions), tokens=tokens, line=value.line, pointer=value.pointer)
