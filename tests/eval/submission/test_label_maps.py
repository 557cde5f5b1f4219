"""Label maps: taggers of other schemes scored as they are, and nothing dropped in silence."""

from __future__ import annotations

import copy
import hashlib
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.eval.conftest import Lines, as_bytes

from onrecord.dataset import Fault, FaultsError, Gold
from onrecord.dataset.layers import LAYERS, added
from onrecord.dataset.records import EntityId, SpanItem
from onrecord.eval.corpora.span_report import score_spans
from onrecord.eval.corpora.stream import SpanFile, score_span_files
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.score_file import Scoring, score_bytes
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.spans.documents import SpanDocument, TypedSpan
from onrecord.eval.submission.label_maps import BUILT_IN, CONLL2003, ONTONOTES, OURS, LabelMap, read_label_map

TO_CONLL = {"PER": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC", "NORP": "MISC", "GRP": "MISC"}
TO_ONTONOTES: dict[str, str] = {**{type: type for type in OURS}, "PER": "PERSON", "GRP": "CARDINAL"}


def tagged(lines: Lines, types: dict[str, str]) -> Lines:
    """The file of a tagger of another scheme."""
    lines = copy.deepcopy(lines)
    for line in lines:
        for mention in line["mentions"]:
            mention["type"] = types[mention["type"]]
    return lines


def scoring(lines: Lines, gold: Gold, labels: str | None, split: str = "all") -> Scoring:
    return score_bytes(Path("p.jsonl"), as_bytes(lines), gold, Asked(split, labels, None))


def refused(lines: Lines, gold: Gold, labels: str) -> list[Fault]:
    with pytest.raises(FaultsError) as error:
        scoring(lines, gold, labels)
    return list(error.value.faults)


def counts(found: Scoring, measure: str) -> Any:
    (layer,) = [each for each in found.result.layers if each.layer.name == "entities"]
    return layer.scores[measure].counts


@pytest.mark.parametrize(("labels", "types"), [("conll2003", TO_CONLL), ("ontonotes", TO_ONTONOTES)])
def test_a_perfect_tagger_of_another_scheme_is_perfect(
    gold: Gold, perfect: Lines, labels: str, types: dict[str, str]
) -> None:
    found = scoring(tagged(perfect, types), gold, labels)
    assert found.result.values["entities:strict"] == found.result.values["entities:strict[all]"] == 1.0
    mentions = Counter[str](m.type for a in gold.articles for m in a.labels.mentions)
    gone = [type for type in OURS if BUILT_IN[labels].gold[type] is None and mentions[type]]
    left_out = Counter[str]()
    for type in gone:
        left_out[types[type]] += mentions[type]
    assert found.left_out == left_out
    required = sum(not m.optional and m.type not in gone for a in gold.articles for m in a.labels.mentions)
    assert counts(found, "strict[all]").gold == counts(found, "strict[all]").predicted == required
    assert f"labels:{labels}" in str(Report.of(found.result).signature)


def test_sums_are_conserved(gold: Gold, perfect: Lines) -> None:
    lines = tagged(perfect, TO_CONLL)
    for number, mention in enumerate(m for line in lines for m in line["mentions"]):
        if number % 7 == 0:
            mention["type"] = "MISC" if number % 2 else "PER"
    found = scoring(lines, gold, "conll2003")
    predicted = counts(found, "strict[all]").predicted
    mentions = {(line["doc_id"], m["start"], m["end"]): m for line in lines for m in line["mentions"]}
    excused = sum(
        mentions[article.document.id, m.start, m.end]["type"] != "MISC"
        for article in gold.articles
        for m in article.labels.mentions
        if m.optional or CONLL2003.gold[m.type] is None
    )
    assert predicted + excused + sum(found.left_out.values()) == len(mentions)
    types = {type for type in CONLL2003.gold.values() if type}
    by_type = [counts(found, f"strict[{type}]") for type in sorted(types)]
    assert sum(each.predicted for each in by_type) == counts(found, "strict").predicted
    assert sum(each.gold_matched for each in by_type) == counts(found, "strict").gold_matched


def test_only_mentions_of_the_articles_scored_count_as_left_out(gold: Gold, perfect: Lines) -> None:
    lines = tagged(perfect, TO_CONLL)
    parts = [scoring(lines, gold, "conll2003", split).left_out for split in ("test", "validation", "fresh")]
    assert sum(map(Counter, parts), Counter[str]()) == scoring(lines, gold, "conll2003").left_out


def test_an_unmapped_type_is_a_fault_with_the_nearest_one(gold: Gold, perfect: Lines) -> None:
    lines = tagged(perfect, TO_CONLL)
    lines[1]["mentions"][2]["type"] = "PERS"
    (fault,) = refused(lines, gold, "conll2003")
    assert (fault.file, fault.line, fault.pointer, fault.found) == ("p.jsonl", 2, "/mentions/2/type", "PERS")
    assert fault.expected == "one of PER, ORG, LOC, MISC"
    assert fault.hint == "did you mean 'PER'?"


def test_other_faults_are_told_with_it(gold: Gold, perfect: Lines) -> None:
    lines = tagged(perfect, TO_CONLL)
    lines[1]["mentions"][2]["type"] = "PERS"
    lines[0]["mentions"][0]["end"] += 1
    lines[2]["mentions"][0]["type"] = 7
    found = [(fault.line, fault.pointer, fault.code) for fault in refused(lines, gold, "conll2003")]
    assert (2, "/mentions/2/type", "label") in found
    assert (3, "/mentions/0/type") in [each[:2] for each in found]
    assert {line for line, _, _ in found} == {1, 2, 3}
    assert found == sorted(found, key=lambda each: (each[0] or 0, each[1]))


def test_a_key_twice_is_not_mended_by_the_map(gold: Gold, perfect: Lines) -> None:
    raw = as_bytes(tagged(perfect, TO_CONLL)).replace(b'{"doc_id"', b'{"quotes": [], "doc_id"', 1)
    with pytest.raises(FaultsError) as error:
        score_bytes(Path("p.jsonl"), raw, gold, Asked("all", "conll2003", None))
    assert "repeated-key" in {fault.code for fault in error.value.faults}


def test_ways_of_writing_lines_change_nothing(gold: Gold, perfect: Lines) -> None:
    raw = as_bytes(tagged(perfect, TO_CONLL))
    expected = score_bytes(Path("p"), raw, gold, Asked("all", "conll2003", None)).result.values
    for other in (b"\xef\xbb\xbf" + raw, raw.replace(b"\n", b"\r\n"), raw.replace(b"\n", b"\n\n"), raw.strip()):
        assert score_bytes(Path("p"), other, gold, Asked("all", "conll2003", None)).result.values == expected


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b'"doc_id"', b'"quotes": [], "doc_id"', "repeated-key"),
        (b'"kind": "name"', b'"kind": "name", "kind": "name"', "repeated-key"),
        (b'"rule": null', b'"rule": "\\ud800"', "unicode"),
        (b'"rule": null', b'"rule": NaN', "number"),
        (b'"rule": null', b'"rule": 1e999', "number"),
        (b'"rule": null', b'"rule": "\xff"', "encoding"),
        (b'"rule": null', b'"x_score": NaN', "number"),
        (b'"type"', b'"x_type": "PERS", "type"', None),
        (b'"type": "PER"', b'"type": "PERS"', "label"),
        (b'"type": "PER"', b'"type": "\\ud800"', "unicode"),
        (b'"type": "PER"', b'"type": 7', "type"),
        (b'"type": "PER"', b'"type": null', "type"),
    ],
)
def test_a_map_changes_no_fault_of_a_file_that_uses_our_types(
    gold: Gold, perfect: Lines, tmp_path: Path, before: bytes, after: bytes, code: str | None
) -> None:
    """Nothing is decoded twice, and so nothing is mended or spoilt on the way."""
    raw = as_bytes(perfect)
    assert before in raw
    raw = raw.replace(before, after, 1)
    same = write(tmp_path / "same.json", {side: {type: type for type in OURS} for side in ("gold", "predicted")})
    found = [told(gold, raw, labels) for labels in (None, same)]
    assert found[0] == found[1]
    assert {fault[0] for fault in found[0]} == ({code} if code else set())


def told(gold: Gold, raw: bytes, labels: str | None) -> list[tuple[str, int | None, str, str, str, str]]:
    """What is wrong with a file."""
    try:
        score_bytes(Path("p.jsonl"), raw, gold, Asked("all", labels, None))
    except FaultsError as error:
        return [(f.code, f.line, f.pointer, f.found, f.expected, f.hint) for f in error.faults]
    return []


def test_the_hash_is_that_of_the_file(gold: Gold, perfect: Lines) -> None:
    raw = as_bytes(tagged(perfect, TO_CONLL))
    found = score_bytes(Path("p.jsonl"), raw, gold, Asked("all", "conll2003", None))
    assert found.submission.sha256 == found.result.submission_sha256 == hashlib.sha256(raw).hexdigest()


def test_a_mention_that_is_left_out_declares_its_entity(gold: Gold, perfect: Lines) -> None:
    lines = tagged(perfect, TO_CONLL)
    mention = lines[0]["mentions"][0] | {"type": "MISC", "entity": "somebody_new", "id": None}
    lines[0]["mentions"][0] = mention
    lines[0]["stances"][0]["holder"] = "somebody_new"
    found = scoring(lines, gold, "conll2003")
    document = found.submission.documents[lines[0]["doc_id"]]
    assert "somebody_new" not in {each.entity for each in document.mentions}
    assert document.stances[0].holder == "somebody_new"


def test_what_is_left_out_is_checked_all_the_same(gold: Gold, perfect: Lines) -> None:
    lines = tagged(perfect, TO_CONLL)
    lines[0]["mentions"][0] |= {"type": "MISC", "text": "another surface"}
    lines[1]["mentions"][1] |= {"type": "MISC", "id": lines[1]["mentions"][0]["id"]}
    found = [(fault.code, fault.line, fault.pointer) for fault in refused(lines, gold, "conll2003")]
    assert found == [("surface", 1, "/mentions/0/text"), ("repeated-id", 2, "/mentions/1/id")]


def test_mentions_are_of_our_types_in_the_end(gold: Gold, perfect: Lines) -> None:
    found = scoring(tagged(perfect, TO_ONTONOTES), gold, "ontonotes")
    expected = [m for a in gold.articles for m in a.labels.mentions if m.type != "GRP"]
    assert [m for a in gold.articles for m in found.submission.documents[a.document.id].mentions] == expected


class Remark(SpanItem, frozen=True, kw_only=True):
    """An item of a layer that somebody adds."""

    by: EntityId


def test_a_map_and_an_added_layer(gold: Gold, perfect: Lines) -> None:
    lines = tagged(perfect, TO_CONLL)
    with added("remarks", Remark):
        for line in lines:
            mention = line["mentions"][0]
            line["remarks"] = [{key: mention[key] for key in ("start", "end", "text")} | {"by": mention["entity"]}]
        found = scoring(lines, gold, "conll2003")
        assert found.submission.layers == {*LAYERS}
        assert all(len(labels.of("remarks")) == 1 for labels in found.submission.documents.values())
        lines[0]["remarks"][0] |= {"by": "nobody_known", "kind": "aside"}
        lines[1]["mentions"][2]["type"] = "PERS"
        told = [(fault.code, fault.line, fault.pointer) for fault in refused(lines, gold, "conll2003")]
        assert told == [
            ("reference", 1, "/remarks/0/by"),
            ("unknown-field", 1, "/remarks/0/kind"),
            ("label", 2, "/mentions/2/type"),
        ]


def write(path: Path, value: Any) -> str:
    path.write_text(json.dumps(value), encoding="utf-8")
    return str(path)


def test_a_map_file_is_a_map(gold: Gold, perfect: Lines, tmp_path: Path) -> None:
    path = write(tmp_path / "m.json", {"gold": CONLL2003.gold, "predicted": CONLL2003.predicted})
    lines = tagged(perfect, TO_CONLL)
    found = scoring(lines, gold, path)
    assert found.result.values == scoring(lines, gold, "conll2003").result.values
    name, _ = read_label_map(path)
    assert name.startswith("file-")
    assert f"labels:{name}" in str(Report.of(found.result).signature)
    other, _ = read_label_map(write(tmp_path / "n.json", {"gold": {}, "predicted": {}}))
    assert other != name


@pytest.mark.parametrize(
    ("value", "code", "pointer"),
    [
        ({"gold": {}}, "missing-field", "/predicted"),
        ({"gold": {}, "predicted": {}, "silver": {}}, "unknown-field", "/silver"),
        ({"gold": [], "predicted": {}}, "type", "/gold"),
    ],
)
def test_a_misshapen_map_is_refused(tmp_path: Path, value: Any, code: str, pointer: str) -> None:
    with pytest.raises(FaultsError) as error:
        read_label_map(write(tmp_path / "m.json", value))
    assert [(fault.code, fault.pointer) for fault in error.value.faults] == [(code, pointer)]


def test_a_map_that_is_not_there() -> None:
    with pytest.raises(FaultsError) as error:
        read_label_map("conll2004")
    (fault,) = error.value.faults
    assert (fault.code, fault.file, fault.hint) == ("unreadable", "conll2004", "did you mean 'conll2003'?")


def test_a_map_that_does_not_suit_gold_is_refused(gold: Gold, perfect: Lines, tmp_path: Path) -> None:
    types = sorted({m.type for a in gold.articles for m in a.labels.mentions})
    value = {"gold": dict.fromkeys(types[1:], "PER"), "predicted": {"PER": "PERSON", **dict.fromkeys(OURS[1:], "ORG")}}
    found = [(fault.file, fault.pointer) for fault in refused(perfect, gold, write(tmp_path / "m.json", value))]
    assert found == [("label map", "/gold"), ("label map", "/predicted/PER")]


GOLD = [
    SpanDocument("a", (TypedSpan(0, 5, "GPE"), TypedSpan(7, 9, "NORP"), TypedSpan(12, 15, "PER"))),
    SpanDocument("b", (TypedSpan(0, 5, "FAC", alternatives=(TypedSpan(0, 4, "PER"),)),)),
]
PREDICTED = [
    SpanDocument("a", (TypedSpan(0, 5, "LOC"), TypedSpan(7, 9, "ORG"), TypedSpan(12, 15, "MISC"))),
    SpanDocument("b", (TypedSpan(0, 4, "PER"), TypedSpan(8, 9, "MISC"))),
]


def streamed(gold: list[SpanDocument], predicted: list[SpanDocument], labels: LabelMap) -> Any:
    files = [SpanFile(name, io.BytesIO(as_lines(side))) for name, side in (("g", gold), ("p", predicted))]
    return score_span_files(files[0], files[1], labels=labels, block=1)


def as_lines(documents: list[SpanDocument]) -> bytes:
    import msgspec

    return msgspec.json.Encoder().encode_lines(documents)


def test_spans_by_hand() -> None:
    report = score_spans(GOLD, PREDICTED, how=None, labels="conll2003")
    # ORG on NORP, which is left out, is neither right nor wrong; MISC is gone, and so PER is missed
    strict = report.scores["strict"].counts
    assert strict is not None
    assert (strict.gold_matched, strict.gold, strict.predicted) == (2, 3, 2)
    assert report.left_out == {"MISC": 2}
    # the FAC was found as its other answer, which is a PER
    assert report.confusion == {("LOC", "LOC"): 1, ("PER", "PER"): 1, ("PER", None): 1}
    assert report.signature.fields["labels"] == "conll2003"
    assert json.loads(report.as_json())["left_out"] == {"MISC": 2}


def test_a_stream_compares_labels_alike() -> None:
    for gold, predicted in ((GOLD, PREDICTED), (GOLD, PREDICTED[::-1]), (GOLD, PREDICTED[1:])):
        found = streamed(gold, predicted, CONLL2003)
        whole = score_spans(gold, predicted, labels="conll2003")
        assert found.counts.values.tolist() == whole.counts.values.tolist()
        assert found.counts.cells.tolist() == whole.counts.cells.tolist()
        assert found.counts.types == whole.counts.types
        assert found.left_out == whole.left_out


def test_unmapped_types_of_spans_are_faults_at_their_first_line() -> None:
    gold = [*GOLD, SpanDocument("c", (TypedSpan(0, 1, "PER", alternatives=(TypedSpan(0, 2, "GPES"),)),))]
    predicted = [SpanDocument("c", ()), SpanDocument("a", (TypedSpan(0, 1, "ORG"), TypedSpan(2, 3, "PERS")))]
    predicted += [SpanDocument("b", (TypedSpan(2, 3, "PERS"), TypedSpan(0, 1, "MIS")))]
    with pytest.raises(FaultsError) as error:
        streamed(gold, predicted, CONLL2003)
    assert [(fault.file, fault.line, fault.pointer, fault.found, fault.hint) for fault in error.value.faults] == [
        ("g", 3, "/spans/0", "GPES", "did you mean 'GPE'?"),
        ("p", 2, "/spans/1", "PERS", "did you mean 'PER'?"),
        ("p", 3, "/spans/1", "MIS", "did you mean 'MISC'?"),
    ]
    with pytest.raises(FaultsError) as error:
        score_spans(gold, predicted, labels="conll2003")
    assert [(fault.file, fault.found) for fault in error.value.faults] == [
        ("gold", "GPES"),
        ("predicted", "PERS"),
        ("predicted", "MIS"),
    ]


def test_built_in_maps_speak_of_all_our_types() -> None:
    for labels in (CONLL2003, ONTONOTES):
        assert set(labels.gold) == set(OURS)
        names = {name for name in (*labels.gold.values(), *labels.predicted.values()) if name}
        assert names <= set(OURS)
