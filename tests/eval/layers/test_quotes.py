"""Quotes: pairing by hand and against every other pairing, each measure by hand, and the defects of other scorers."""

from __future__ import annotations

import dataclasses
import itertools
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.eval.by_hand import at, document, paired_all, with_ids
from tests.examples import examples
from tests.strategies import labels, texts

from onrecord.dataset import Labels, Quote, Span
from onrecord.dataset.derive import content_points, quote_type
from onrecord.dataset.scheme import DEFAULT
from onrecord.eval.layers.columns import Codes, Letters, Vocabularies
from onrecord.eval.layers.corpus import Corpus, Pairing
from onrecord.eval.layers.flatten import Flattener
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.layers.quote_columns import pair_all
from onrecord.eval.layers.quote_pairing import QuotePair, content_parts, letters_before, pair_quotes
from onrecord.eval.layers.quote_sides import Quotes
from onrecord.eval.layers.quotes import quotes as quotes_layer
from onrecord.eval.layers.quotes import slices
from onrecord.eval.statistics.counts import Counts, score

TEXT = (
    'Putin said that "we will win" soon, Tass reported. "All is well," he added, "very well." '
    "The aide heard: ‘yes, it is so’."
)
PEOPLE: dict[str, str] = {id: id for id in ("putin", "aide", "tass", "belta")}
SAME = IdMap(PEOPLE, {}, {})
QUOTES = quotes_layer(DEFAULT)
F1 = ("joint", "joint[actor]", "detection@0.5", "detection@0.8", "exact", "soft", "joint+chain", "segments")


def quote(*surfaces: str, **fields: Any) -> Quote:
    spans = {name: fields.pop(name) for name in ("source", "cue") if name in fields}
    made: dict[str, Any] = {name: None if surface is None else at(TEXT, surface) for name, surface in spans.items()}
    fields.setdefault("speaker", ("putin",))
    return Quote(content=tuple(at(TEXT, each) for each in surfaces), **made, **fields)


def pair(gold: list[Quote], predicted: list[Quote], text: str = TEXT) -> DocumentPair:
    whole = document(text, kinds=[("title", 0, 40), ("body", 40, len(text))])
    made = Labels(quotes=tuple(gold)), Labels(quotes=tuple(predicted))
    return with_ids(paired_all([(whole, *made)])[0], PEOPLE)


def counts(of: DocumentPair) -> dict[str, Counts]:
    return dict(QUOTES.state(QUOTES.pair(of)).counts)


def share(of: DocumentPair, name: str) -> tuple[float, float]:
    found = counts(of)[name]
    return found.gold_matched, found.gold


# pairing


@given(st.data())
def test_content_is_the_letters_that_the_dataset_says_it_is(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(["that that tha thatch ", "“That ‘that’ it is”  ", ""])) + data.draw(texts)
    for each in data.draw(labels(text)).quotes:
        letters = letters_before(text)
        found = {n for start, end in content_parts(each.content, text, letters) for n in range(start, end)}
        assert found == {letters[point] for point in content_points(each.content, text)}


def profile(pairs: list[QuotePair]) -> tuple[int, int, int]:
    """What the pairing maximises: pairs, similarity in millionths, right speakers."""
    return len(pairs), sum(round(1_000_000 * each.similarity) for each in pairs), sum(each.speaker for each in pairs)


def best_profile(possible: list[QuotePair], size: int) -> tuple[int, int, int]:
    best = (0, 0, 0)
    for length in range(1, size + 1):
        for chosen in itertools.combinations(possible, length):
            if len({each.gold for each in chosen}) == len({each.predicted for each in chosen}) == length:
                best = max(best, profile(list(chosen)))
    return best


LETTERS = "abcdefghijkl"
short_quotes = st.lists(
    st.builds(
        lambda start, length, speaker, optional, relays: Quote(
            content=(Span(start=start, end=start + length, text=LETTERS[start : start + length]),),
            speaker=(speaker,),
            optional=optional,
            relays=relays,
        ),
        st.integers(0, 6),
        st.integers(1, 5),
        st.sampled_from(["putin", "aide"]),
        st.booleans(),
        st.sampled_from([(), ("tass",), ("tass", "belta")]),
    ),
    max_size=4,
)


@given(short_quotes, short_quotes)
def test_the_pairing_is_the_lexicographic_optimum(gold: list[Quote], predicted: list[Quote]) -> None:
    gold = [msgspec.structs.replace(each, optional=False) for each in gold]
    possible = [
        QuotePair(g, p, found.similarity, found.speaker)
        for g, one in enumerate(gold)
        for p, other in enumerate(predicted)
        for found in pair_quotes([one], [other], LETTERS, SAME)
    ]
    found = pair_quotes(gold, predicted, LETTERS, SAME)
    assert profile(found) == best_profile(possible, min(len(gold), len(predicted)))


@st.composite
def like_quotes(draw: st.DrawFn) -> list[Quote]:
    """Quotes that are hard to tell apart, and copies of some."""
    modes, cues = st.sampled_from(DEFAULT.quote_modes[:2]), st.sampled_from([None, Span(start=0, end=1, text="a")])
    made = [msgspec.structs.replace(each, mode=draw(modes), cue=draw(cues)) for each in draw(short_quotes)]
    return made + [draw(st.sampled_from(made)) for _ in range(draw(st.integers(0, 3))) if made]


@settings(max_examples=examples(300))
@given(documents=st.lists(st.tuples(like_quotes(), like_quotes()), min_size=1, max_size=4))
def test_columns_pair_the_quotes_of_each_document_as_it_does(documents: list[tuple[list[Quote], list[Quote]]]) -> None:
    codes = Vocabularies(Codes(), Codes())
    sides = Flattener(codes, Letters()), Flattener(codes, Letters())
    for number, both in enumerate(documents):
        for side, quotes in zip(sides, both, strict=True):
            side.add(number, Labels(quotes=tuple(quotes)), LETTERS)
    gold, predicted = (side.columns() for side in sides)
    pairing = Pairing.align([str(number) for number in range(len(documents))], gold, predicted)
    corpus = Corpus.with_ids(pairing, SAME)
    paired = pair_all(
        Quotes.of(
            len(documents),
            (gold.quotes, predicted.quotes),
            (gold.codes, predicted.codes),
            corpus.entity,
            corpus.actor,
        )
    )
    first, other = ([0, *itertools.accumulate(len(both[side]) for both in documents)] for side in (0, 1))
    expected = [
        (first[number] + each.gold, other[number] + each.predicted, each.speaker)
        for number, both in enumerate(documents)
        for each in pair_quotes(*both, LETTERS, SAME)
    ]
    columns = (each.tolist() for each in (paired.gold, paired.predicted, paired.speaker))
    assert list(zip(*columns, strict=True)) == sorted(expected)


@given(short_quotes, short_quotes, st.randoms(use_true_random=False))
def test_the_order_of_a_file_changes_nothing(gold: list[Quote], predicted: list[Quote], random: random.Random) -> None:
    before = counts(pair(gold, predicted, LETTERS))
    random.shuffle(gold)
    random.shuffle(predicted)
    assert counts(pair(gold, predicted, LETTERS)) == before


@given(short_quotes, short_quotes)
def test_leaving_a_prediction_out_never_finds_more(gold: list[Quote], predicted: list[Quote]) -> None:
    found = counts(pair(gold, predicted, LETTERS))["detection@0.5"].gold_matched
    for index in range(len(predicted)):
        fewer = [*predicted[:index], *predicted[index + 1 :]]
        assert counts(pair(gold, fewer, LETTERS))["detection@0.5"].gold_matched <= found


@given(short_quotes, short_quotes)
def test_a_prediction_like_nothing_lowers_every_f1_that_is_not_zero(gold: list[Quote], predicted: list[Quote]) -> None:
    text = LETTERS + " elsewhere"
    stray = Quote(content=(at(text, "elsewhere"),), speaker=("putin",))
    before, after = counts(pair(gold, predicted, text)), counts(pair(gold, [*predicted, stray], text))
    for name in F1:
        one, other = score(before[name]).f1, score(after[name]).f1
        assert not one or (other is not None and other < one), name


@given(short_quotes, short_quotes)
def test_exchanging_gold_and_predictions_exchanges_precision_and_recall(
    gold: list[Quote], predicted: list[Quote]
) -> None:
    gold, predicted = (
        [msgspec.structs.replace(each, optional=False) for each in quotes] for quotes in (gold, predicted)
    )
    there, back = counts(pair(gold, predicted, LETTERS)), counts(pair(predicted, gold, LETTERS))
    for name in ("detection@0.5", "joint", "soft", "segments"):
        assert score(there[name]).precision == pytest.approx(score(back[name]).recall), name


@given(st.data())
def test_any_gold_is_perfect_against_itself(data: st.DataObject) -> None:
    text = data.draw(texts)
    drawn = {(each.content, each.mode, each.speaker): each for each in data.draw(labels(text)).quotes}
    kept = {each.id for each in drawn.values()}
    quotes = [
        msgspec.structs.replace(each, parent=each.parent if each.parent in kept else None) for each in drawn.values()
    ]
    everyone = {id: id for each in quotes for id in (*each.speaker, *each.relays)}
    found = counts(with_ids(pair(quotes, quotes, text), everyone))
    for name, each in found.items():
        assert each.gold_matched == pytest.approx(each.gold), name
        if name in F1:
            assert each.predicted_matched == pytest.approx(each.predicted), name


def test_more_pairs_come_before_similarity_and_similarity_before_speakers() -> None:
    whole, part = quote('"we will win" soon', speaker=("aide",)), quote("we will win")
    (found,) = pair_quotes([part], [whole, part], TEXT, SAME)
    assert (found.predicted, found.similarity) == (1, 1.0)
    (found,) = pair_quotes([msgspec.structs.replace(part, speaker=("aide",))], [whole, part], TEXT, SAME)
    assert (found.predicted, found.speaker) == (1, False)


def test_quotes_with_the_same_words_are_told_apart_by_what_else_they_say() -> None:
    gold = [quote("we will win", mode=mode, optional=mode == "statement") for mode in ("statement", "thought")]
    for predicted in (gold, gold[::-1]):
        assert share(pair(gold, predicted), "mode") == (1, 1)


def test_optional_gold_is_paired_last_and_not_counted() -> None:
    gold = [quote("we will win", optional=True), quote('"we will win" soon')]
    found = counts(pair(gold, [quote("we will win")]))
    assert found["detection@0.5"] == Counts.matched(1, 1, 1)
    found = counts(pair(gold, [quote("we will win"), quote('"we will win" soon')]))
    assert found["detection@0.5"] == Counts.matched(1, 1, 1)


def test_content_without_a_letter_is_like_itself_alone() -> None:
    text = '"?!" and "..."'
    one, other = (Quote(content=(at(text, each),)) for each in ('"?!"', '"..."'))
    assert [each.similarity for each in pair_quotes([one], [one], text, SAME)] == [1]
    assert pair_quotes([one], [other], text, SAME) == []


# measures


def test_the_relay_chain_is_compared_as_a_list() -> None:
    gold = quote("we will win", relays=("tass", "belta"))
    for relays, right in ((("tass", "belta"), 1), (("belta", "tass"), 0), (("tass",), 0), ((), 0), (("x", "belta"), 0)):
        of = pair([gold], [quote("we will win", relays=relays)])
        assert counts(of)["joint+chain"] == Counts.matched(right, 1, 1)
        assert counts(of)["joint"] == Counts.matched(1, 1, 1)
        assert share(of, "relay") == share(of, "relay[relayed]") == (right, 1)


def test_relays_mean_entities() -> None:
    gold, predicted = quote("we will win", relays=("tass",)), quote("we will win", relays=("agency",))
    of = with_ids(pair([gold], [predicted]), {**PEOPLE, "agency": "tass"})
    assert counts(of)["joint+chain"].gold_matched == 1


def test_a_spokesman_is_his_state_by_actor_and_not_by_id() -> None:
    gold = [quote("we will win", speaker=("putin",)), quote("All is well", speaker=("aide", "belta"))]
    for speakers, right in (
        ((("tass",), ("putin", "belta")), 2),
        ((("tass",), ("tass", "aide")), 1),
        ((("tass", "aide"), ("belta",)), 1),
        ((("unknown",), ("aide", "x")), 0),
        (((), ()), 0),
    ):
        predicted = [quote(each.content[0].text, speaker=who) for each, who in zip(gold, speakers, strict=True)]
        of = pair(gold, predicted)
        of = dataclasses.replace(of, ids=dataclasses.replace(of.ids, actors={"putin": "tass", "aide": "tass"}))
        found = counts(of)
        assert found["joint[actor]"] == Counts.matched(right, 2, 2)
        assert found["speaker[actor]"] == Counts(right, 2)
        assert found["joint"].gold_matched == 0


def test_speakers_are_a_set_and_half_right_is_half() -> None:
    gold = quote("we will win", speaker=("putin", "aide"))
    for speaker, joint, soft in (
        (("aide", "putin"), 1, 1),
        (("putin",), 0, 1 / 2),
        (("putin", "aide", "tass"), 0, 2 / 3),
        (("putin", "x", "y"), 0, 1 / 4),
        ((), 0, 0),
    ):
        of = pair([gold], [quote("we will win", speaker=speaker)])
        assert share(of, "speaker") == (joint, 1)
        assert share(of, "speaker[soft]") == pytest.approx((soft, 1))


def test_shares_stand_beside_the_share_they_look_at() -> None:
    gold = [quote("we will win"), quote("yes, it is so", speaker=("aide",)), quote("All is well")]
    of = pair(gold, [quote("we will win")])
    assert share(of, "matched") == (1, 3)
    assert share(of, "speaker") == (1, 1)
    assert score(counts(of)["joint"]).recall == pytest.approx(1 / 3)


def test_the_parent_is_the_quote_that_answers_the_gold_parent() -> None:
    outer, inner = quote("aide heard: ‘yes, it is so’", id="o"), quote("yes, it is so", id="i", parent="o")
    same = [msgspec.structs.replace(outer, id="x"), msgspec.structs.replace(inner, id="y", parent="x")]
    assert share(pair([outer, inner], same), "parent") == (2, 2)
    assert share(pair([outer, inner], same), "parent[nested]") == (1, 1)
    flat = [same[0], msgspec.structs.replace(same[1], parent=None)]
    assert share(pair([outer, inner], flat), "parent") == (1, 2)
    assert share(pair([outer, inner], flat), "parent[nested]") == (0, 1)
    assert share(pair([outer, inner], [same[1], quote("we will win", id="x")]), "parent") == (0, 1)


def test_an_optional_parent_may_be_left_out() -> None:
    outer = quote("aide heard: ‘yes, it is so’", id="o", optional=True)
    inner = quote("yes, it is so", id="i", parent="o")
    assert share(pair([outer, inner], [quote("yes, it is so")]), "parent") == (1, 1)
    both = [msgspec.structs.replace(outer, optional=False), quote("yes, it is so")]
    assert share(pair([outer, inner], both), "parent") == (0, 1)


def test_mode_source_and_cue() -> None:
    gold = quote("we will win", source="Putin", cue="said", mode="thought")
    of = pair([gold], [quote("we will win", source="Putin said", cue=None)])
    assert share(of, "mode") == (0, 1)
    assert share(of, "source") == pytest.approx((2 * 5 / 15, 1))
    assert share(of, "cue") == (0, 1)
    assert share(pair([quote("we will win")], [quote("we will win")]), "cue") == (1, 1)


def test_segments_are_found_one_by_one() -> None:
    gold = [quote('"All is well,"', '"very well."')]
    of = pair(gold, [quote("All is well"), quote("very well")])
    assert counts(of)["segments"] == Counts.matched(2, 2, 2)
    assert counts(of)["detection@0.5"] == Counts.matched(1, 1, 2)


def test_slices_are_recall_on_kinds_of_gold() -> None:
    gold = [
        quote('that "we will win" soon', relays=("tass",), source="Putin"),
        quote('"All is well,"', '"very well."', source="he"),
        quote("aide heard", mode="thought", speaker=("aide",)),
    ]
    whole = document(TEXT, kinds=[("title", 0, 40), ("body", 40, len(TEXT))])
    assert slices(gold, whole) == [
        {"mixed", "statement", "title", "relayed"},
        {"direct", "statement", "body", "discontinuous"},
        {"indirect", "thought", "body", "cross_sentence"},
    ]
    of = pair(gold, [gold[0], msgspec.structs.replace(gold[1], speaker=("aide",))])
    for name, expected in {
        "mixed": (1, 1, 1),
        "direct": (0, 1, 1),
        "indirect": (0, 0, 1),
        "statement": (1, 2, 2),
        "body": (0, 1, 2),
        "nested": (0, 0, 0),
    }.items():
        found = (*share(of, f"joint[{name}]")[:1], *share(of, f"detection[{name}]"))
        assert found == expected, name


@given(st.data())
def test_the_slice_by_type_is_the_type_that_the_dataset_derives(data: st.DataObject) -> None:
    text = data.draw(texts)
    quotes = data.draw(labels(text)).quotes
    by_id = {each.id: each for each in quotes}
    derived = [quote_type(each, text, by_id.get(each.parent)) for each in quotes]
    kinds = slices(quotes, document(text))
    assert [next(iter({"direct", "mixed", "indirect"} & each)) for each in kinds] == derived


@given(short_quotes, short_quotes)
def test_slices_of_one_kind_add_up(gold: list[Quote], predicted: list[Quote]) -> None:
    found = counts(pair(gold, predicted, LETTERS))
    for kinds in (("direct", "mixed", "indirect"), ("statement", "thought")):
        for whole, part in (("joint", "joint"), ("detection@0.5", "detection")):
            total = sum((found[f"{part}[{kind}]"] for kind in kinds), Counts())
            assert (total.gold_matched, total.gold) == (found[whole].gold_matched, found[whole].gold)


@given(short_quotes, short_quotes)
def test_verdicts_tell_what_the_headline_counts(gold: list[Quote], predicted: list[Quote]) -> None:
    of = pair(gold, predicted, LETTERS)
    verdicts, joint = QUOTES.judged(QUOTES.pair(of)), counts(of)["joint"]
    outcomes = [each.outcome for each in verdicts if each.gold is not None]
    assert outcomes.count("right") == joint.gold_matched
    assert len(outcomes) == joint.gold
    spurious = sum(each.gold is None for each in verdicts)
    assert outcomes.count("right") + outcomes.count("speaker") + spurious == joint.predicted


def test_every_measure_has_its_counts() -> None:
    found = counts(pair([], []))
    assert {measure.name for measure in QUOTES.measures} == set(found)
    assert all(each == Counts() for each in found.values())
    assert all(measure.share or measure.name in F1 for measure in QUOTES.measures)


# defects of other scorers


@pytest.mark.parametrize("copies", [2, 5])
def test_citron_copies_never_lift_a_score_above_what_they_find(copies: int) -> None:
    gold = [quote("we will win"), quote("All is well")]
    found = counts(pair(gold, [quote("we will win")] * copies))
    for name in F1:
        each = score(found[name])
        assert (each.precision, each.recall) == (1 / copies, 1 / 2), name
        assert each.f1 is not None
        assert each.f1 <= 1 / 2, name


def test_citron_precision_and_recall_are_not_exchanged() -> None:
    each = score(counts(pair([quote("we will win"), quote("All is well")], [quote("we will win")]))["soft"])
    assert (each.precision, each.recall) == (1, 1 / 2)


def test_germeval_2023_a_quote_elsewhere_gives_its_roles_nothing() -> None:
    gold = quote("we will win", relays=("tass",), source="Putin", cue="said")
    of = pair([gold], [msgspec.structs.replace(gold, content=(at(TEXT, "All is well"),))])
    assert pair_quotes(of.gold.quotes, of.predicted.quotes, TEXT, of.ids) == []
    found = counts(of)
    assert all(each.gold_matched == 0 for each in found.values())
    assert found["speaker"] == found["source"] == Counts()


def test_sfu_a_quote_over_the_whole_document_is_no_answer() -> None:
    whole = quote(TEXT, source=TEXT, cue=TEXT)
    assert all(each.gold_matched == 0 for each in counts(pair([quote("we will win")], [whole])).values())
    right_but = quote("we will win", source=TEXT, cue=TEXT)
    of = pair([quote("we will win", source="Putin", cue="said")], [right_but])
    assert share(of, "source") == share(of, "cue") == (0, 1)


def test_sfu_accuracy_on_what_was_found_does_not_stand_alone() -> None:
    names = [measure.name for measure in QUOTES.measures]
    first = next(n for n, measure in enumerate(QUOTES.measures) if measure.share == "matched quotes")
    assert names[first - 1] == "matched"


def test_quobert_a_speaker_who_was_not_found_is_not_nobody() -> None:
    """Neither nobody, nor the unknown, nor a stranger answers for a known speaker."""
    gold = [quote("we will win", speaker=("putin",))]
    for speaker in ((), ("unknown",), ("stranger",)):
        assert counts(pair(gold, [quote("we will win", speaker=speaker)]))["joint"].gold_matched == 0
    unknown = [quote("we will win", speaker=("unknown",))]
    assert counts(pair(unknown, [quote("we will win", speaker=())]))["joint"].gold_matched == 1
    assert counts(pair(unknown, [quote("we will win", speaker=("stranger",))]))["joint"].gold_matched == 0
