"""Many lines at once: found to be what each of them alone is found to be, and made the same columns."""

from __future__ import annotations

import dataclasses
import json
import random
import sys
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cost.mutants import mutated_bytes, mutated_lines, mutated_values
from tests.eval.conftest import Lines, as_bytes, lines_of
from tests.eval.layers.test_columns import worse
from tests.eval.scoring.test_result import degraded
from tests.eval.submission.test_quick_looks import CHANGES
from tests.examples import examples

from onrecord.dataset import Gold
from onrecord.dataset.layers import using
from onrecord.dataset.reading.tables import TableReader
from onrecord.dataset.reading.typed import Decoder
from onrecord.dataset.scheme import DEFAULT
from onrecord.eval.layers.columns import Codes, MentionColumns, QuoteColumns, Ragged, SideColumns, Vocabularies
from onrecord.eval.layers.flatten import Flattener
from onrecord.eval.submission import file_rules, validation
from onrecord.eval.submission.block_spans import Texts, spans_are_right
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.limits import DEFAULT_LIMITS
from onrecord.eval.submission.line_block import LineBlock
from onrecord.eval.submission.lines import in_blocks
from onrecord.eval.submission.lines import lines_of as lines_in
from onrecord.eval.submission.prediction_line import PredictionLine
from onrecord.eval.submission.validation import Checker

LIMITS = dataclasses.replace(DEFAULT_LIMITS, max_lines=30, max_line_bytes=150_000, max_items=90, max_faults=40)
"""Limits that some of the files are beyond."""

MUTATIONS = (mutated_bytes, mutated_lines, mutated_values)


@pytest.fixture(scope="module")
def lines(gold: Gold) -> Lines:
    return lines_of(gold.articles, gold.registries)


@pytest.fixture(scope="module")
def expected(gold: Gold) -> Expected:
    return Expected.of([article.document for article in gold.articles], gold.registries)


def written(line: dict[str, Any], way: str) -> bytes:
    """A line in one of the ways in which programs write it."""
    if way == "briefly":
        return msgspec.json.encode(without_nothing(line))
    if way == "as structs":
        return msgspec.json.encode(msgspec.convert(line, PredictionLine))
    return json.dumps(line, ensure_ascii=way == "escaped", indent=None, separators=None).encode()


def without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        layers = {"mentions", "quotes", "stances", "events", "content"}
        kept = {k: v for k, v in value.items() if k in layers or not (v is None or v is False or v == [])}
        return {key: without_nothing(each) for key, each in kept.items()}
    return [without_nothing(each) for each in value] if isinstance(value, list) else value


WAYS = ("briefly", "as structs", "escaped", "plain")


@pytest.mark.parametrize("way", WAYS)
def test_right_lines_are_a_table_of_what_the_decoder_makes_of_them(lines: Lines, way: str) -> None:
    raw = [written(line, way) for line in lines]
    table = TableReader(PredictionLine).read(raw)
    assert table is not None
    assert [record(row) for row in table.to_pylist()] == [Decoder(PredictionLine).decode(each).record for each in raw]


def record(row: dict[str, Any]) -> PredictionLine:
    return msgspec.convert(without_null(row), PredictionLine)


def without_null(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_null(each) for key, each in value.items() if each is not None}
    return [without_null(each) for each in value] if isinstance(value, list) else value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(300))
@given(st.integers(0, 2**32), st.sampled_from(WAYS), st.sampled_from(MUTATIONS))
def test_a_table_says_no_more_than_the_decoder(
    lines: Lines, seed: int, way: str, mutate: Callable[[bytes, random.Random], bytes]
) -> None:
    draw = random.Random(seed)
    few = [written(line, way) for line in draw.sample(lines, 2)]
    raw = mutate(b"\n".join(few), draw).split(b"\n")
    table = TableReader(PredictionLine).read(raw)
    if table is not None:
        decoded = [Decoder(PredictionLine).decode(each) for each in raw]
        assert all(not each.wrong for each in decoded)
        assert [record(row) for row in table.to_pylist()] == [each.record for each in decoded]


MENTION = b'{"start":0,"end":1,"text":"x","type":"PER"%s}'


@pytest.mark.parametrize(
    "raw",
    [
        b"null",
        b"[]",
        b"[{}]",
        b'"x"',
        b'{"doc_id":"a"}{"doc_id":"b"}',
        b'{"doc_id":"a"} null {"doc_id":"b"}',
        b'{"doc_id":"a"}\x00',
        b'{"doc_id":"a"}\x0b',
        b'{"doc_id":"a"},',
        b'{"doc_id":"a"}/**/',
        b"{'doc_id':'a'}",
        b'{"doc_id":"a","entities" : null}',
        b'{"doc_id":"a","ent\\u0069ties":null}',
        b'\xef\xbb\xbf{"doc_id":"a"}',
        b'{"doc_id":null}',
        b'{"mentions":[]}',
        b'{"doc_id":"a","doc_id":"a"}',
        b'{"doc_id":"a","entities":null}',
        b'{"doc_id":"a","x_note":1}',
        b'{"doc_id":"\\ud800"}',
        b'{"doc_id":"a/b"}',
        b'{"doc_id":"a","text_sha256":"\xff"}',
        b'{"doc_id":"a","mentions":{}}',
        b'{"doc_id":"a","mentions":[null]}',
        b'{"doc_id":"a","mentions":[[]]}',
        b'{"doc_id":"a","mentions":[{}]}',
        b'{"doc_id":"a","mentions":' + b"[" * 2000 + b"]" * 2000 + b"}",
        *(
            b'{"doc_id":"a","mentions":[' + MENTION % more + b"]}"
            for more in (
                b',"optional":null',
                b',"optional" : null',
                b',"\\u006fptional":null',
                b',"kind":null',
                b',"annotators":[null]',
                b',"annotators":null',
                b',"optional":1',
                b',"kind":"nom"',
                b',"entity":""',
                b',"entity":"a b"',
                b',"start":0',
                b',"agreed":true,"agreed":true',
            )
        ),
        b'{"doc_id":"a","mentions":[' + MENTION.replace(b":0", b":0.0") % b"" + b"]}",
        b'{"doc_id":"a","mentions":[' + MENTION.replace(b":0", b":-1") % b"" + b"]}",
        b'{"doc_id":"a","mentions":[' + MENTION.replace(b":0", b":9999999999") % b"" + b"]}",
        b'{"doc_id":"a","mentions":[' + MENTION.replace(b'"x"', b"null") % b"" + b"]}",
        b'{"doc_id":"a","quotes":[{"content":[],"source":{"start":1,"end":2}}]}',
        b'{"doc_id":"a","unplaced":[{"layer":"quotes","text":""}]}',
    ],
)
def test_what_is_none_or_may_be_none_is_no_table(raw: bytes) -> None:
    right = b'{"doc_id":"b","mentions":[' + MENTION % b',"optional":false' + b"]}"
    reader = TableReader(PredictionLine)
    assert reader.read([right, right]) is not None
    assert reader.read([right, raw, right]) is None


ONE = b'{"doc_id":"a"}'


@pytest.mark.parametrize(
    "lines",
    [
        [ONE + ONE, b'{"doc_id":', b'"c"}'],
        [ONE + ONE, b'{"doc_id":"a","mentions":[{}', b"{}]}"],
        [ONE + ONE, b'{"doc_id":"a","text_sha256":"}', b'{"}'],
        [ONE + b"{", b'"doc_id":"b"}', ONE],
        [ONE + ONE, ONE + b"\x00" + ONE, ONE],
        [ONE + b" " + ONE, b"\t"],
    ],
)
def test_as_many_objects_as_lines_that_are_not_one_on_each_are_no_table(lines: list[bytes]) -> None:
    assert TableReader(PredictionLine).read(lines) is None


def test_white_space_around_a_line_is_nothing() -> None:
    table = TableReader(PredictionLine).read([b" \t" + ONE + b"\r ", ONE])
    assert table is not None
    assert [row["doc_id"] for row in table.to_pylist()] == ["a", "a"]


def changed(lines: Lines, draw: random.Random) -> bytes:
    """A file of several lines with what people do to some of them, of which little is right."""
    some = draw.sample(lines, 4)
    some = worse(some, draw.randrange(2**32)) if draw.random() < 0.2 else degraded(some, draw)
    for _ in range(draw.choice([0, 0, 1, 2])):
        try:
            draw.choice(CHANGES)(draw.choice(some), draw)
        except (IndexError, TypeError, KeyError):
            continue
    raw = as_bytes(some)
    if draw.random() < 0.1:
        return raw.replace(b"\n", draw.choice([b"\n\n", b"\r\n", b"\n" * 10]))
    return raw if draw.random() < 0.7 or not some else draw.choice(MUTATIONS)(raw, draw)


def checked(
    raw: bytes, expected: Expected, least: int, patch: pytest.MonkeyPatch, part: bool = False
) -> tuple[Any, int]:
    """What is found of a file, and how many lines were taken together."""
    patch.setattr(validation, "LEAST_BYTES", least)
    patch.setattr(validation, "LEAST_MORE", least)
    patch.setattr(validation, "MOST_MISSES", 10**9)
    checker = Checker("p.jsonl", expected, LIMITS, part=part)
    together = 0
    for each in checker.take_all(lines_in(iter([raw]), LIMITS)):
        together += len(each) if isinstance(each, LineBlock) else 0
    if not part:
        checker.finish()
    findings = checker.findings
    return (
        findings.faults,
        findings.errors,
        findings.warnings,
        checker.documents,
        checker.layers,
        checker.open_ends,
        checker.lines,
    ), together


def test_many_lines_are_found_what_each_is_found_to_be(lines: Lines, expected: Expected) -> None:
    together = 0
    with pytest.MonkeyPatch.context() as patch:
        for seed in range(examples(600)):
            draw = random.Random(seed)
            raw = changed(lines, draw)
            patch.setattr(validation, "in_blocks", lambda each, draw=draw: cut(each, draw.randint(1, 3)))
            found, taken = checked(raw, expected, 0, patch)
            assert found == checked(raw, expected, 10**9, patch)[0], seed
            together += taken
    assert together > examples(600) // 2  # or nothing was looked at


def apart(lines: Lines, draw: random.Random) -> Lines:
    """Lines of which some use ids that others declare, before them or after them, or that none does."""
    some = [dict(line) for line in lines]
    draw.shuffle(some)
    for field in ("entities", "claims", "event_descriptions"):
        said = [row for line in some for row in line.get(field, ())]
        for line in some:
            line[field] = []
        for row in said:
            if draw.random() < 0.9:
                draw.choice(some)[field].append(row)
    for line in some:
        if draw.random() < 0.5:  # nobody whom a quote of it names has a mention on it
            line["mentions"] = [{**mention, "entity": None} for mention in line["mentions"]]
    return some


@pytest.mark.parametrize("part", [False, True])
def test_ids_wait_for_other_lines_the_same_way(lines: Lines, expected: Expected, part: bool) -> None:
    """Of a file it is said where an id that no line declares is used; of a part, which ids wait for other parts."""
    bare = dataclasses.replace(expected, ids=dict.fromkeys(expected.ids, ()))
    together = waited = stopped = 0
    with pytest.MonkeyPatch.context() as patch:
        for seed in range(examples(100)):
            draw = random.Random(seed)
            patch.setattr(file_rules, "MOST_IDS", draw.choice([draw.randint(20, 300), 10**6]))
            raw = as_bytes(apart(lines, draw))
            patch.setattr(validation, "in_blocks", lambda each, draw=draw: cut(each, draw.randint(1, 3)))
            found, taken = checked(raw, bare, 0, patch, part)
            assert found == checked(raw, bare, 10**9, patch, part)[0], seed
            together += taken
            waited += any(found[5].waiting.values())
            stopped += "too-many" in found[1]
    assert together > examples(100)
    assert waited
    assert stopped


def test_without_arrow_lines_are_taken_one_by_one(lines: Lines, expected: Expected) -> None:
    raw = as_bytes(lines)
    with pytest.MonkeyPatch.context() as patch:
        found, together = checked(raw, expected, 0, patch)
        assert together == len(lines)
        patch.delitem(sys.modules, "onrecord.dataset.reading.tables", raising=False)
        patch.setitem(sys.modules, "pyarrow", None)
        assert checked(raw, expected, 0, patch) == (found, 0)


def cut(lines: Any, most: int) -> Any:
    several = []
    for line in lines:
        several.append(line)
        if len(several) == most:
            yield several
            several = []
    if several:
        yield several


def test_blocks_are_of_all_lines_in_their_order() -> None:
    raw = b"".join(b"x" * n + b"\n" for n in range(5000))
    lines = list(lines_in(iter([raw]), DEFAULT_LIMITS))
    blocks = list(in_blocks(lines))
    assert [line for block in blocks for line in block] == lines
    assert len(blocks) > 3


ALPHABET = "ab \t\u00e9\u2019\u2028\ud7ff\ue000\U0001f600\U0010ffff"


@settings(max_examples=examples(300))
@given(st.lists(st.text(ALPHABET, min_size=1, max_size=9), min_size=1, max_size=3), st.randoms())
def test_surfaces_are_compared_by_character(texts: list[str], draw: random.Random) -> None:
    """Whatever the width of the characters, of the texts and of the surfaces."""
    lines, right = [], True
    for number, text in enumerate(texts):
        spans = []
        for _ in range(draw.randint(0, 3)):
            start = draw.randrange(len(text))
            end = draw.randint(start + 1, len(text))
            surface = text[start:end]
            if draw.random() < 0.1:
                surface = surface.replace(draw.choice(surface), draw.choice(ALPHABET))
            end += draw.random() < 0.05
            right = right and text[start:end] == surface and end <= len(text) and surface == surface.strip()
            spans.append({"start": start, "end": end, "text": surface, "type": "PER"})
        lines.append(msgspec.json.encode({"doc_id": f"d{number}", "mentions": spans}))
    table = TableReader(PredictionLine).read(lines)
    assert table is not None
    mentions = LineBlock(PredictionLine, table, range(1, len(lines) + 1), lines).layers["mentions"]
    assert spans_are_right(mentions, Texts.of(texts)) == right


@pytest.mark.parametrize("seed", range(12))
def test_columns_of_lines_are_those_of_their_labels(gold: Gold, lines: Lines, seed: int) -> None:
    draw = random.Random(seed)
    some = worse(lines, seed)
    texts = {article.document.id: article.document.text for article in gold.articles}
    with using(DEFAULT):
        raw = [written(line, draw.choice(WAYS)) for line in some]
        table = TableReader(PredictionLine).read(raw)
        assert table is not None
        block = LineBlock(PredictionLine, table, range(1, len(raw) + 1), raw)
        one, other = (Flattener(Vocabularies(Codes(), Codes())) for _ in range(2))
        for number, each in enumerate(raw):
            line = msgspec.json.decode(each, type=PredictionLine)
            one.add(number, line.labels, texts[line.doc_id])
        half = len(raw) // 2
        for first, last in ((0, half), (half, len(raw))):
            part = block.some(range(first, last))
            other.add_several(range(first, last), part.layers, [texts[id] for id in part.documents])
        assert said(one.columns()) == said(other.columns())


def said(side: SideColumns) -> dict[str, Any]:
    """Columns with words for codes, which are numbered in the order of their first use."""
    codes, found = side.codes, dict[str, Any]()
    entities, claims = words(codes.entity), words(codes.claim)
    for name in ("mentions", "events", "quotes", "stances"):
        table = getattr(side, name)
        for field in dataclasses.fields(table):
            column = getattr(table, field.name)
            found[f"{name}.{field.name}"] = listed(column)
    targets = (entities, words(codes.event), claims)
    mentions: MentionColumns = side.mentions
    quotes: QuoteColumns = side.quotes
    found["mentions.id"] = entities[mentions.id].tolist()
    found["mentions.type"] = words(codes.type)[mentions.type].tolist()
    found["mentions.kind"] = words(codes.kind)[mentions.kind].tolist()
    found["events.id"] = words(codes.event)[side.events.id].tolist()
    for name, ragged in (("speaker", quotes.speaker), ("relays", quotes.relays)):
        found[f"quotes.{name}"] = ragged.first.tolist(), entities[ragged.values].tolist()
    found["stances.holder"] = entities[side.stances.holder].tolist()
    pairs = zip(side.stances.kind.tolist(), side.stances.target.tolist(), strict=True)
    found["stances.target"] = [targets[kind][target] for kind, target in pairs]
    return found


def words(codes: Codes) -> Any:
    return np.array([*codes.words, None], object)


def listed(column: Any) -> Any:
    if isinstance(column, Ragged):
        return column.first.tolist(), column.values.tolist(), column.values.dtype
    return column.tolist(), column.dtype
