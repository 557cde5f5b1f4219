"""Decoding of tags: by hand, there and back, by what others published, and the defects of others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.eval.oracles import decode, tagged

from onrecord.dataset import Article, FaultsError, Gold, Mention, to_bio
from onrecord.eval.readers.tags import LETTERS, SCHEMES, Affix, Scheme, parse_tag, tagged_spans
from onrecord.eval.spans.documents import TypedSpan

VECTORS = Path(__file__).parents[3].parent / "shared" / "vectors" / "tags.jsonl"

schemes = st.sampled_from(SCHEMES)
affixes = st.sampled_from(["prefix", "suffix"])
types = st.sampled_from(["PER", "ORG", "MISC-event", "B-ORG", "-", "person B", ""])


@st.composite
def flat_spans(draw: st.DrawFn) -> list[TypedSpan]:
    """Spans that share no token, touching or not."""
    cuts = draw(st.lists(st.integers(0, 12), unique=True, max_size=8).map(sorted))
    return [TypedSpan(start, end, draw(types)) for start, end in pairwise(cuts) if draw(st.booleans())]


def found(tags: str, scheme: Scheme, affix: Affix = "prefix") -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.type) for span in decode(tags.split(), scheme, affix)]


@given(flat_spans(), schemes, affixes)
def test_there_and_back(spans: list[TypedSpan], scheme: Scheme, affix: Affix) -> None:
    assert decode(tagged(spans, 12, scheme, affix), scheme, affix) == spans


@given(flat_spans(), st.sampled_from(["IOB1", "IOB2", "IOE1", "IOE2"]))
def test_what_is_right_in_a_scheme_of_two_letters_is_read_alike_without_it(
    spans: list[TypedSpan], scheme: Scheme
) -> None:
    tags = tagged(spans, 12, scheme)
    assert decode(tags, "lenient") == decode(tags, "conlleval") == spans


@given(flat_spans(), st.sampled_from(["IOBES", "BILOU"]))
def test_lenient_reads_all_letters(spans: list[TypedSpan], scheme: Scheme) -> None:
    assert decode(tagged(spans, 12, scheme), "lenient") == spans


tag_lists = st.lists(st.sampled_from(["O", "B-X", "I-X", "E-X", "B-Y", "I-Y", "E-Y"]), max_size=9)


@given(tag_lists)
def test_a_strict_scheme_sees_no_span_that_lenient_does_not(tags: list[str]) -> None:
    for scheme in ("IOB2", "IOE2"):
        known = [tag for tag in tags if parse_tag(tag, scheme)]
        assert set(decode(known, scheme)) <= set(decode(known, "lenient"))


@given(tag_lists.map(lambda tags: [tag for tag in tags if tag[0] != "E"]))
def test_lenient_and_conlleval_are_one_for_iob(tags: list[str]) -> None:
    assert decode(tags, "lenient") == decode(tags, "conlleval")


@pytest.mark.parametrize(
    ("scheme", "tags", "expected"),
    [
        ("lenient", "I-X I-X O I-X B-X", [(0, 2, "X"), (3, 4, "X"), (4, 5, "X")]),
        ("lenient", "B-X I-Y", [(0, 1, "X"), (1, 2, "Y")]),
        ("lenient", "S-X S-X E-X", [(0, 1, "X"), (1, 2, "X"), (2, 3, "X")]),
        ("conlleval", "S-X S-X O", [(0, 2, "X")]),
        ("conlleval", "B-X E-X B-X E-X", [(0, 4, "X")]),
        ("conlleval", "[-X ]-X I-X", [(0, 1, "X"), (1, 2, "X")]),
        ("IOB1", "I-X B-X O B-X I-X", [(0, 1, "X"), (1, 2, "X"), (4, 5, "X")]),
        ("IOB1", "I-X B-X B-Y", [(0, 1, "X"), (1, 2, "X")]),
        ("IOB2", "I-X B-X I-X I-Y", [(1, 3, "X")]),
        ("IOE1", "E-X I-X O I-X E-X", [(0, 1, "X"), (1, 2, "X")]),
        ("IOE2", "I-X E-X I-X O E-X", [(0, 2, "X"), (4, 5, "X")]),
        ("IOBES", "B-X E-X B-X I-X S-X E-X B-X I-X E-X", [(0, 2, "X"), (4, 5, "X"), (6, 9, "X")]),
        ("BILOU", "B-X L-X B-X I-X U-X L-X", [(0, 2, "X"), (4, 5, "X")]),
        ("IOB2", "B I O B", [(0, 2, ""), (3, 4, "")]),
    ],
)
def test_by_hand(scheme: Scheme, tags: str, expected: list[tuple[int, int, str]]) -> None:
    assert found(tags, scheme) == expected


def test_a_hyphen_in_the_type_stays_there() -> None:
    assert found("B-MISC-event I-MISC-event", "IOB2") == [(0, 2, "MISC-event")]
    assert found("MISC-event-B MISC-event-I", "IOB2", "suffix") == [(0, 2, "MISC-event")]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_label_without_a_letter_is_refused(scheme: Scheme) -> None:
    """seqeval#45: read without care, PER becomes the type ER."""
    with pytest.raises(FaultsError) as error:
        decode(["O", "PER", "O", "B_PER", ""], scheme)
    assert [fault.pointer for fault in error.value.faults] == ["/1", "/3", "/4"]
    assert "does not say where spans begin" in error.value.faults[0].hint
    assert f"{LETTERS[scheme][0]}-PER" in error.value.faults[0].hint


@pytest.mark.parametrize(
    ("tag", "scheme", "hint"),
    [
        ("b-PER", "IOB2", "did you mean B-PER?"),
        ("o", "IOB2", "did you mean O?"),
        ("S-PER", "IOB2", "it is a tag of lenient and conlleval and IOBES"),
        ("PER-B", "IOB2", "its letter is a suffix: give --affix suffix, or ColumnFormat(affix='suffix') in Python"),
        ("_", "IOB2", "a token outside every span has the tag O"),
        ("O-PER", "IOB2", "O has no type"),
    ],
)
def test_hints(tag: str, scheme: Scheme, hint: str) -> None:
    with pytest.raises(FaultsError) as error:
        decode([tag], scheme)
    assert [fault.hint for fault in error.value.faults] == [hint]


@pytest.mark.parametrize(
    "spans",
    [
        [TypedSpan(0, 2), TypedSpan(1, 3)],
        [TypedSpan(0, 3), TypedSpan(1, 2)],
        [TypedSpan(0, 1), TypedSpan(0, 1)],
        [TypedSpan(2, 5)],
        [TypedSpan(0, 3, fragments=((0, 1), (2, 3)))],
    ],
)
def test_tags_that_cannot_say_it_are_not_written(spans: list[TypedSpan]) -> None:
    with pytest.raises(ValueError, match="span"):
        tagged(spans, 4, "IOB2")


def vectors() -> Iterator[dict[str, Any]]:
    if not VECTORS.exists():
        pytest.skip(f"{VECTORS} is absent")
    yield from map(json.loads, VECTORS.read_text("utf-8").splitlines())


def matches(vector: dict[str, Any], scheme: Scheme) -> tuple[int, int, int]:
    """Right, spurious and missed spans of all sentences."""
    sides = [
        {(n, *span) for n, tags in enumerate(vector[side]) for span in found(" ".join(tags), scheme)}
        for side in ("gold", "pred")
    ]
    gold, predicted = sides
    return len(gold & predicted), len(predicted - gold), len(gold - predicted)


@pytest.mark.conformance
def test_published_cases() -> None:
    schemes: dict[str, Scheme] = {"conlleval": "conlleval", "strict_iob2": "IOB2", "iobes_strict": "IOBES"}
    checked = set()
    for vector in vectors():
        for name, expected in vector["expected"].items():
            if name not in schemes or "gold" not in vector:
                continue
            if "tp_fp_fn" in expected:
                assert matches(vector, schemes[name]) == tuple(expected["tp_fp_fn"]), vector["id"]
            else:
                right, spurious, missed = matches(vector, schemes[name])
                assert 2 * right / (2 * right + spurious + missed) == expected["f"], vector["id"]
            checked.add((vector["id"], name))
    assert len(checked) == 5


@pytest.mark.conformance
def test_the_conll_2000_sample() -> None:
    vector = next(each for each in vectors() if each["id"] == "tags.conll2000")
    path = VECTORS.parent / vector["file"]
    if not path.exists():
        pytest.skip(f"{path} is absent")
    blocks = [[line.split() for line in block.splitlines()] for block in path.read_text("utf-8").split("\n\n")]
    sentences = [block for block in blocks if block]
    pair = {
        "gold": [[row[-2] for row in rows] for rows in sentences],
        "pred": [[row[-1] for row in rows] for rows in sentences],
    }
    right, spurious, missed = matches(pair, "conlleval")
    expected = vector["expected"]["conlleval"]
    assert (right, right + missed, right + spurious) == (expected["correct"], expected["gold"], expected["pred"])


def test_tagged_text_gives_its_names_back(gold: Gold) -> None:
    for article in gold.articles:
        tagged = to_bio(article, scheme="BIOES")
        found = tagged_spans(tagged.tags, tagged.tokens, "IOBES")
        within = [each.mention for each in tagged.unfit]  # a name within a name, for which tags have no room
        assert found == [(m.start, m.end, m.type) for m in sorted_names(article) if m not in within]


def sorted_names(article: Article) -> list[Mention]:
    names = (mention for mention in article.labels.mentions if mention.kind == "name")
    return sorted(names, key=lambda mention: mention.start)


def test_a_token_without_a_tag_parts_nothing() -> None:
    tags, tokens = ["B-PER", None, "I-PER", "O"], [(0, 3), (3, 3), (3, 6), (7, 9)]
    assert tagged_spans(tags, tokens) == [(0, 6, "PER")]


def test_a_tag_that_is_none_is_refused_with_a_hint() -> None:
    with pytest.raises(ValueError, match=r"PER: a tag of IOB2: .* is expected; a label without a letter"):
        tagged_spans(["O", "PER"], [(0, 1), (1, 2)], "IOB2")
    with pytest.raises(ValueError, match="shorter"):
        tagged_spans(["O", "O"], [(0, 1)])
