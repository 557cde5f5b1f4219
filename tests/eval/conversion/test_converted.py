"""Documents of other tools as prediction lines: found by id or content, aligned, named where they cannot be."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset import FaultsError
from onrecord.eval.conversion.converted import Converted, convert
from onrecord.eval.readers import LabelledDocument, Reading, read_documents
from onrecord.eval.spans.documents import ClusteredMention, TypedSpan
from onrecord.eval.submission.expected import KnownDocument
from onrecord.eval.submission.label_maps import CONLL2003, ONTONOTES, LabelMap


@dataclasses.dataclass(frozen=True)
class Known:
    id: str
    text: str
    split: str = "test"

    @property
    def text_sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


FIRST = "Ann Lee (of “Oslo”) said:\n\n  no. Bo didn’t see   her. Yes."
SECOND = "Minsk – again. Bo left Minsk. Yes."
TEXTS: dict[str, KnownDocument] = {"one": Known("one", FIRST), "two": Known("two", SECOND)}


def converted(
    *documents: LabelledDocument, labels: LabelMap | None = None, type_of_all: str | None = None
) -> Converted:
    return convert(Reading(documents), TEXTS, "f", labels, type_of_all)


def rows(made: Converted) -> list[tuple[str, int, int, str, str]]:
    return [
        (line.doc_id, each.start, each.end, each.type, each.text) for line in made.lines for each in line.mentions or ()
    ]


def codes(*documents: LabelledDocument, **options: str | LabelMap | None) -> list[tuple[str, str]]:
    with pytest.raises(FaultsError) as error:
        converted(*documents, **options)  # type: ignore[arg-type]
    return [(fault.code, fault.found) for fault in error.value.faults]


def words(*tokens: str, spans: Sequence[TypedSpan] = (), name: str = "") -> LabelledDocument:
    return LabelledDocument(name, tuple(spans), tokens=tokens)


@pytest.mark.parametrize("name", ["", "7", "one", "folder/one.txt"])
def test_a_document_is_known_by_its_text(name: str) -> None:
    made = converted(LabelledDocument(name, (TypedSpan(0, 7, "PER"), TypedSpan(13, 17, "GPE")), text=FIRST))
    assert rows(made) == [("one", 0, 7, "PER", "Ann Lee"), ("one", 13, 17, "GPE", "Oslo")]
    assert made.lines[0].text_sha256 == TEXTS["one"].text_sha256


def test_white_space_and_quotation_marks_are_of_no_account() -> None:
    text = '\r\nAnn Lee (of "Oslo") said: no. Bo didn\'t see her. Yes.\r\n'
    at = text.index("Bo")
    made = converted(LabelledDocument("", (TypedSpan(1, 10, "PER"), TypedSpan(at, at + 3, "PER")), text=text))
    assert rows(made) == [("one", 0, 7, "PER", "Ann Lee"), ("one", 33, 35, "PER", "Bo")]


def test_tokens_are_aligned() -> None:
    assert codes(words("Minsk", "--", "again", ".", "Bo", name="two")) == [("align", "token 1: --")]
    tokens = (
        "Ann",
        "Lee",
        "-LRB-",
        "of",
        "``",
        "Oslo",
        "''",
        "-RRB-",
        "said",
        ":",
        "no",
        ".",
        "Bo",
        "did",
        "n't",
        "see",
    )
    made = converted(words(*tokens, spans=[TypedSpan(0, 2, "PER"), TypedSpan(5, 6, "GPE"), TypedSpan(12, 14, "PER")]))
    assert rows(made) == [
        ("one", 0, 7, "PER", "Ann Lee"),
        ("one", 13, 17, "GPE", "Oslo"),
        ("one", 33, 39, "PER", "Bo did"),
    ]


def test_tokens_of_a_word() -> None:
    document = dataclasses.replace(
        words("Bo", "did", "not", "see", spans=[TypedSpan(2, 3, "PER")]), forms=("Bo", "didn't", "", "see")
    )
    assert rows(converted(document)) == [("one", 36, 42, "PER", "didn’t")]


def test_sentences_are_parts_of_a_document() -> None:
    parts = [
        words("Minsk", "–", "again", ".", spans=[TypedSpan(0, 1, "GPE")]),
        words("Bo", "left", "Minsk", ".", spans=[TypedSpan(2, 3, "GPE")]),
        words("Yes", ".", spans=[TypedSpan(0, 1, "PER")]),  # stands in both, and here after the part before it
    ]
    assert rows(converted(*parts)) == [
        ("two", 0, 5, "GPE", "Minsk"),
        ("two", 23, 28, "GPE", "Minsk"),
        ("two", 30, 33, "PER", "Yes"),
    ]
    assert codes(parts[2]) == [("document", "the document Yes .")]
    assert codes(parts[0], parts[0]) == [("repeated-document", "document two again")]


def test_a_part_that_stands_in_two_places_is_told() -> None:
    texts: dict[str, KnownDocument] = {name: Known(name, f"{name} It was so again.") for name in ("a", "b")}
    reading = Reading((words("It", "was", "so", "again", "."),))
    with pytest.raises(FaultsError) as error:
        convert(reading, texts, "f")
    assert "in 2 places (a, b)" in error.value.faults[0].found


def test_a_part_that_another_document_has_too_is_not_guessed() -> None:
    texts: dict[str, KnownDocument] = {
        "a": Known("a", "It began. It went on. They met again."),
        "b": Known("b", "They met again. Then it was over."),
    }
    began, on, met, over = (
        words("It", "began", "."),
        words("It", "went", "on", "."),
        words("They", "met", "again", "."),
        words("Then", "it", "was", "over", "."),
    )
    assert [line.doc_id for line in convert(Reading((began, on, met)), texts, "f").lines] == ["a"]
    with pytest.raises(FaultsError) as error:
        convert(Reading((began, met, over)), texts, "f")
    assert [fault.found for fault in error.value.faults] == ["the document They met again ., in 2 places (a, b)"]
    named = dataclasses.replace(met, doc_id="b")
    assert [line.doc_id for line in convert(Reading((began, named, over)), texts, "f").lines] == ["a", "b"]


def test_the_first_difference_is_told() -> None:
    (fault,) = codes(LabelledDocument("two", text="Minsk - once. Bo"))
    assert fault == ("align", "text: once.Bo")
    assert codes(words("Minsk", "–", "once", name="two")) == [("align", "token 2: once")]
    assert codes(words("quite", "another", "text")) == [("document", "the document quite another text")]
    assert codes(LabelledDocument("", text="   ")) == [("document", "the document    ")]


def surfaces(*found: tuple[int, int, str], name: str = "") -> LabelledDocument:
    return LabelledDocument(
        name, tuple(TypedSpan(start, end, "PER") for start, end, _ in found), surfaces=tuple(word for *_, word in found)
    )


def test_surfaces_tell_the_text() -> None:
    assert rows(converted(surfaces((0, 7, "ann lee"), (33, 35, "##Bo")))) == [
        ("one", 0, 7, "PER", "Ann Lee"),
        ("one", 33, 35, "PER", "Bo"),
    ]
    assert codes(surfaces((0, 3, "Bob"))) == [("document", "Bob at 0 and 0 more: they fit no documents")]
    assert codes(surfaces((0, 3, "Bob"), name="one")) == [("surface", "Bob at 0 to 3")]
    assert codes(surfaces()) == [("document", "no name, no text and no span")]
    assert [line.mentions for line in converted(surfaces(name="two")).lines] == [()]


def test_offsets_alone_need_the_id() -> None:
    raw = b'{"doc_id": "one", "spans": [{"start": 0, "end": 7, "type": "PER"}]}\n'
    assert rows(convert(read_documents("f", raw, "jsonl"), TEXTS, "f")) == [("one", 0, 7, "PER", "Ann Lee")]
    spans = (TypedSpan(0, 99, "PER"),)
    assert codes(LabelledDocument("one", spans)) == [("offset", "end 99")]
    assert codes(LabelledDocument("three", spans)) == [("document", "document three")]
    assert codes(LabelledDocument("", spans)) == [("document", "a document without a name")]


def test_types() -> None:
    person = LabelledDocument("", (TypedSpan(0, 7, "PERSON"), TypedSpan(8, 9, "DATE")), text=FIRST)
    assert codes(person) == [("label", "PERSON"), ("label", "DATE")]
    made = converted(person, labels=ONTONOTES)
    assert rows(made) == [("one", 0, 7, "PER", "Ann Lee")]
    assert made.passed_over == {"spans of the type 'DATE'": 1}
    assert [code for code, _ in codes(person, labels=CONLL2003)] == ["label", "label"]
    assert codes(person, labels=LabelMap({}, {"PERSON": "HUMAN", "DATE": None})) == [("label", "HUMAN")]
    bare = LabelledDocument("", (TypedSpan(0, 7),), text=FIRST)
    assert codes(bare) == [("label", "spans without a type")]
    assert rows(converted(bare, type_of_all="PER")) == [("one", 0, 7, "PER", "Ann Lee")]


def test_clusters_are_entities() -> None:
    value: dict[str, object] = {
        "doc_key": "x",
        "sentences": [["Minsk", "–", "again", "."], ["Bo", "left", "Minsk", "."], ["Yes", "."]],
    }
    value |= {"clusters": [[[0, 0], [6, 6]], [[4, 4]]], "ner": [[[0, 0, "GPE"]], [[4, 4, "PER"]], []]}
    made = convert(read_documents("f", json.dumps(value).encode(), "e2e"), TEXTS, "f", type_of_all="LOC")
    assert [(each.start, each.type, each.entity) for each in made.lines[0].mentions or ()] == [
        (0, "GPE", "e1"),
        (15, "PER", "e2"),
        (23, "LOC", "e1"),
    ]
    assert [(each.id, each.name) for each in made.lines[0].entities] == [("e1", "Minsk"), ("e2", "Bo")]


def test_what_a_line_cannot_say_is_counted() -> None:
    twice = TypedSpan(0, 7, "PER")
    apart = TypedSpan(0, 17, "PER", fragments=((0, 3), (13, 17)))
    blank = TypedSpan(25, 29, "PER")
    made = converted(LabelledDocument("", (twice, twice, apart, blank), text=FIRST))
    assert rows(made) == [("one", 0, 7, "PER", "Ann Lee")]
    assert made.passed_over == {
        "spans that are there twice": 1,
        "discontinuous spans": 1,
        "spans of white space alone": 1,
    }
    mention = ClusteredMention(0, 17, "c", fragments=((0, 3), (13, 17)))
    assert converted(LabelledDocument("", (apart,), (mention,), text=FIRST)).passed_over == {"discontinuous spans": 1}


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=5))
def test_spans_of_any_tokens_come_back(places: list[tuple[int, int]]) -> None:
    """Each visible character is a token, with any white space between: spans are where they were."""
    visible = [at for at, char in enumerate(FIRST) if not char.isspace()]
    cut = [(first, min(first + many, len(visible))) for first, many in places if first < len(visible)]
    document = words(*(FIRST[at] for at in visible), spans=[TypedSpan(a, b, "PER") for a, b in dict.fromkeys(cut)])
    expected = sorted({(visible[a], visible[b - 1] + 1) for a, b in cut})
    assert [(start, end) for _, start, end, _, _ in rows(converted(document))] == expected
