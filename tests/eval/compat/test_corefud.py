"""corefud-scorer on CoNLL-U: heads, zeros, parts; every number here was printed by the tool itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.eval.compat import COMPAT, both_sides
from onrecord.eval.compat import headed as headed_mentions
from onrecord.eval.compat.corefud_files import read_corefud
from onrecord.eval.compat.headed import HeadedMention, Place, aligned, identity

Row = tuple[str, str] | tuple[str, str, str]


def file(*sentences: list[Row], head: str = "# newdoc id = d") -> bytes:
    """Rows of a number, what stands behind ``Entity=``, and of an empty node its dependencies."""
    lines = ["# global.Entity = eid-etype-head-other", head]
    for sentence in sentences:
        for number, entity, *governors in sentence:
            cells = [number, f"w{number}", *["_"] * 6, *(governors or "_"), f"Entity={entity}" if entity else "_"]
            lines.append("\t".join(cells))
        lines.append("")
    return "\n".join([*lines, ""]).encode()


def printed(mode: str, gold: bytes, predicted: bytes) -> str:
    compat = COMPAT[mode]
    assert compat.reads is not None
    found = compat.text(compat.score(both_sides(compat.reads, gold, predicted)))
    return " ".join(found.replace("Recall:", "").replace("Precision:", "").replace("F1:", "").split())


OLD_MAN = (
    file([("1", "(a-x-3-"), ("2", ""), ("3", "a)"), ("4", ""), ("5", "(a-x-1-)")]),
    file([("1", ""), ("2", ""), ("3", "(a-x-1-)"), ("4", ""), ("5", "(a-x-1-)")]),
)
ONE_HEAD_OF_TWO = (
    file([("1", "(a-x-3-"), ("2", ""), ("3", "a)"), ("4", "(b-x-1-)"), ("5", "(a-x-1-)"), ("6", "(b-x-1-)")]),
    file([("1", ""), ("2", "(b-x-2-"), ("3", "b)(a-x-1-)"), ("4", "(b-x-1-)"), ("5", "(a-x-1-)"), ("6", "")]),
)
ZEROS = (
    file(
        [("1", "(a-x-1-)"), ("1.1", "(a-x-1-)", "1:nsubj"), ("2", ""), ("2.1", "(b-x-1-)", "2:obj"), ("3", "(b-x-1-)")]
    ),
    file(
        [("1", "(a-x-1-)"), ("1.1", "(b-x-1-)", "2:obj"), ("2", ""), ("2.1", "(a-x-1-)", "1:nsubj"), ("3", "(b-x-1-)")]
    ),
)
PARTS = (
    file(
        [("1", "(a[1/2]-x-2-"), ("2", "a[1/2])"), ("3", ""), ("4", "(a[2/2]-x-2-)(b-x-1-)"), ("5", "(a-x-1-)(b-x-1-)")]
    ),
    file([("1", ""), ("2", "(a-x-1-)"), ("3", ""), ("4", "(b-x-1-)"), ("5", "(a-x-1-)")]),
)
ALL = "100.00 100.00 100.00"
PERFECT = f"lea {ALL} muc {ALL} bcub {ALL} ceafe {ALL} ceafm {ALL} blanc {ALL} CoNLL score: 100.00"


@pytest.mark.parametrize(
    ("sides", "mode", "expected"),
    [
        (OLD_MAN, "corefud", PERFECT),
        (
            OLD_MAN,
            "corefud-exact-match",
            "lea 0.00 0.00 0.00 muc 0.00 0.00 0.00 bcub 25.00 25.00 25.00 ceafe 50.00 50.00 50.00 "
            "ceafm 50.00 50.00 50.00 blanc 0.00 0.00 0.00 CoNLL score: 25.00",
        ),
        (
            ONE_HEAD_OF_TWO,  # the prediction with more of the gold mention is the one
            "corefud",
            "lea 0.00 0.00 0.00 muc 0.00 0.00 0.00 bcub 37.50 37.50 37.50 ceafe 50.00 50.00 50.00 "
            "ceafm 50.00 50.00 50.00 blanc 12.50 12.50 12.50 CoNLL score: 29.17",
        ),
        (ZEROS, "corefud", PERFECT),
        (ZEROS, "corefud-exact-match", PERFECT),
        (
            PARTS,
            "corefud",
            "lea 50.00 0.00 0.00 muc 50.00 0.00 0.00 bcub 62.50 50.00 55.56 ceafe 50.00 100.00 66.67 "
            "ceafm 50.00 100.00 66.67 blanc 25.00 50.00 33.33 CoNLL score: 40.74",
        ),
        (
            PARTS,
            "corefud-keep-singletons",
            "lea 50.00 0.00 0.00 muc 50.00 0.00 0.00 bcub 75.00 66.67 70.59 ceafe 83.33 83.33 83.33 "
            "ceafm 75.00 100.00 85.71 blanc 50.00 100.00 66.67 CoNLL score: 51.31",
        ),
        (
            PARTS,
            "corefud-exact-match-keep-singletons",
            "lea 0.00 0.00 0.00 muc 0.00 0.00 0.00 bcub 37.50 50.00 42.86 ceafe 58.33 58.33 58.33 "
            "ceafm 50.00 66.67 57.14 blanc 12.50 25.00 16.67 CoNLL score: 33.73",
        ),
    ],
)
def test_what_the_tool_prints(sides: tuple[bytes, bytes], mode: str, expected: str) -> None:
    assert printed(mode, *sides) == expected


def test_mentions_with_their_words_and_heads() -> None:
    raw = file(
        [("1", "(a-x-2-(b-x-1-)"), ("1.1", "", "1:obj"), ("2", "a)(b[1/2]-x-3-)"), ("3", ""), ("4", "(b[2/2]-x-2-)")]
    )
    assert read_corefud(raw) == {
        "d": [
            [HeadedMention(((1, 1), (1, 1.1), (1, 2)), (1, 1.1), (((1, 1), "obj"),))],
            [HeadedMention(((1, 1),), (1, 1)), HeadedMention(((1, 2), (1, 4)), (1, 4))],
        ]
    }


def test_entities_come_in_the_order_of_the_file_and_groups_are_of_a_document() -> None:
    one, other = file([("1", ""), ("2", "(b-x-1-)")]), file([("1", "(a-x-1-)(b-x-1-)")], head="# newdoc id = e")
    # a begins in the second document, after b
    assert read_corefud(one + other)["e"] == [[HeadedMention(((2, 1),), (2, 1))]] * 2
    by_group = (one + other).replace(b"eid-etype-head", b"entity-GRP-head").replace(b"(b-x", b"(x-b")
    assert [len(clusters) for clusters in read_corefud(by_group).values()] == [1, 2]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[("1", "(a-x-3-"), ("2", "a)")]], "2 words and the head 3"),
        ([[("1", "(a-x-y-)")]], "'y' is no head"),
        ([[("1", "(a-x-1-")], [("1", "a)")]], "over several sentences"),
        ([[("1", "(a[2/2]-x-1-)")]], "without a first part"),
        ([[("1", "(a[1/2]-x-1-)")], [("1", "(a[2/2]-x-1-)")]], "without a first part"),
    ],
)
def test_what_the_tool_refuses(rows: list[list[Row]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_corefud(file(*rows))


places = st.integers(1, 6).map(lambda word: (1, word))


@st.composite
def mentions(draw: st.DrawFn) -> HeadedMention:
    words = tuple(sorted(draw(st.sets(places, min_size=1, max_size=4))))
    return HeadedMention(words, draw(st.sampled_from(words)))


Clusters = list[list[HeadedMention]]
clusters = st.lists(st.lists(mentions(), min_size=1, max_size=4, unique=True), max_size=4)


@given(clusters, clusters)
def test_an_alignment_pairs_mentions_of_one_head_one_to_one(gold: Clusters, predicted: Clusters) -> None:
    sides = [
        {identity(mention, True): mention for cluster in side for mention in cluster} for side in (gold, predicted)
    ]
    found = aligned(gold, predicted, True)
    for one, other in found.items():
        assert found[other] == one
        assert one != other
    for id, mention in sides[0].items():
        if id in found:
            assert sides[1][found[id]].head == mention.head
            assert id not in sides[1]
    assert aligned(gold, predicted, False) == {}


@given(clusters, clusters)
def test_a_document_that_is_too_large_is_aligned_head_by_head(gold: Clusters, predicted: Clusters) -> None:
    at_once = aligned(gold, predicted, True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(headed_mentions, "MOST", 0)
        assert len(aligned(gold, predicted, True)) == len(at_once)


@given(clusters)
def test_a_perfect_answer_in_any_words(gold: Clusters) -> None:
    """Where every head is one mention's, words count for nothing."""
    by_head = {mention.head: cluster for cluster, each in enumerate(gold) for mention in each}

    def side(*more: Place) -> Clusters:
        return [
            [HeadedMention(tuple(sorted({head, *more})), head) for head in by_head if by_head[head] == cluster]
            for cluster in range(len(gold))
        ]

    found = COMPAT["corefud-keep-singletons"].score({"d": (side(), side((1, 0), (1, 9)))})
    same = COMPAT["corefud-keep-singletons"].score({"d": (side(), side())})
    assert found.rows == same.rows
