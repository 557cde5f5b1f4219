"""What a system's ids mean: by mention, by name, by evidence; and never by the order of a file."""

from __future__ import annotations

import copy
import pickle
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.eval.by_hand import document
from tests.eval.conftest import Lines
from tests.eval.plain_ids import map_claims, overlapping_mentions

from onrecord.dataset import Article, Labels, Mention, Quote, Registries, Span, Stance, Target
from onrecord.dataset.layers import in_scheme, using
from onrecord.dataset.records import Claim, Entity, Event
from onrecord.dataset.scheme import DEFAULT
from onrecord.eval.layers.document_pairs import corpus_of
from onrecord.eval.layers.id_columns import Described
from onrecord.eval.layers.ids import MIN_DICE, NIL, IdMap, Link, evidence_dice, map_entities
from onrecord.eval.submission.prediction_line import ClaimDescription, EntityDescription, EventDescription
from onrecord.eval.submission.reading import Submission

ROWS = Registries(
    entities=tuple(Entity(id=id, type="PER", name=id.upper(), aliases=("both",)) for id in ("a", "b")),
    claims=tuple(Claim(id=f"c{n}", text=f"Claim {n}.") for n in range(3)),
)


def span(start: int, end: int) -> Span:
    return Span(start=start, end=end, text="-")


places = st.builds(lambda start, length: span(start, start + length), st.integers(0, 12), st.integers(1, 6))
mentions = st.lists(st.tuples(places, st.sampled_from(["x", "y", "z", None])), max_size=6)
gold_mentions = st.lists(
    st.tuples(places, st.sampled_from(["a", "b", None])),
    max_size=6,
    unique_by=lambda each: (each[0].start, each[0].end),
)


PEOPLE = Registries(
    entities=(
        Entity(id="dp", type="PER", name="Dmitry Peskov"),
        Entity(id="vp", type="PER", name="Vladimir Putin", aliases=("the president",)),
        Entity(id="ap", type="PER", name="Anna Putin"),
        Entity(id="md", type="ORG", name="Ministry of Defence"),
    )
)
SAID = "Peskov spoke. He spoke. Putin spoke. the president spoke. Defence spoke."


def quote(source: str, *speakers: str) -> Quote:
    start = SAID.index(source)
    place = Span(start=start, end=start + len(source), text=source)
    return Quote(content=(Span(start=start, end=len(SAID), text=SAID[start:]),), source=place, speaker=speakers)


def speakers(said: dict[str, str], *quotes: Quote, mentions: tuple[Mention, ...] = ()) -> dict[str, str]:
    """What an id ``x`` means, of which the file says no more than this."""
    submission = Submission(
        "-",
        "",
        {"d": Labels(mentions=mentions, quotes=quotes)},
        frozenset(),
        {"x": EntityDescription(id="x", **said), "y": EntityDescription(id="y", name="somebody")},
        {},
    )
    ids = corpus_of([Article(document=document(SAID), labels=Labels())], PEOPLE, submission).ids
    return {id: gold for id, gold in ids.entity.items() if id in ("x", "y")}


@pytest.mark.parametrize(
    ("said", "sources", "found"),
    [
        ({"name": "PESKOV"}, [], "dp"),  # the surname of one person
        ({"name": "Putin"}, [], None),  # of two
        ({"name": "Defence"}, [], None),  # of no person
        ({"name": "Dmitry"}, [], None),
        ({}, ["Peskov"], "dp"),  # the words of a source
        ({}, ["He", "Peskov", "He"], "dp"),
        ({}, ["He"], None),
        ({}, ["Putin"], None),
        ({}, ["the president"], "vp"),
        ({}, ["Peskov", "the president"], None),
        ({"name": "Kremlin spokesman Dmitry Peskov"}, ["Peskov"], "dp"),
        ({"name": "Kremlin spokesman Dmitry Peskov"}, ["He"], None),
        ({"name": "somebody else"}, ["Peskov"], None),
        ({"wikidata": "Q1"}, ["Peskov"], None),
    ],
)
def test_a_speaker_is_resolved_as_a_reader_would(said: dict[str, str], sources: list[str], found: str | None) -> None:
    quotes = [quote(source, "x") for source in sources]
    assert speakers(said, *quotes).get("x") == found
    assert speakers(said, *reversed(quotes)).get("x") == found


def test_a_source_says_nothing_of_two_speakers_nor_of_an_id_with_mentions() -> None:
    assert speakers({}, quote("Peskov", "x", "y")) == {}
    elsewhere = Mention(start=7, end=12, text="spoke", type="PER", entity="x")
    assert speakers({}, quote("Peskov", "x"), mentions=(elsewhere,)) == {}
    assert speakers({}, quote("Peskov", "x"), quote("Peskov", "y")) == {"x": "dp"}


@given(mentions, gold_mentions)
def test_mentions_vouch_where_half_of_both_is_shared(
    predicted: list[tuple[Span, str | None]], gold: list[tuple[Span, str | None]]
) -> None:
    expected = [
        (id, gold_id)
        for one, id in predicted
        for other, gold_id in gold
        if id and gold_id
        if 2 * len({*range(one.start, one.end)} & {*range(other.start, other.end)})
        >= MIN_DICE * (one.end - one.start + other.end - other.start)
    ]
    assert sorted(overlapping_mentions(predicted, gold)) == sorted(expected)


Marked = list[tuple[Span, str | None]]


def entities(predicted: Marked, gold: Marked) -> dict[str, str]:
    """What the ids of the mentions of one document mean."""

    def labels(marked: Marked) -> Labels:
        made = (Mention(start=at.start, end=at.end, text="-", type="PER", entity=id) for at, id in marked)
        return Labels(mentions=tuple(made))

    of = document("-" * 20)
    submission = Submission("-", "", {of.id: labels(predicted)}, frozenset(), {}, {})
    return dict(corpus_of([Article(document=of, labels=labels(gold))], ROWS, submission).ids.entity)


one_id_a_place = st.lists(
    st.tuples(places, st.sampled_from(["x", "y", "z", None])),
    max_size=6,
    unique_by=lambda each: (each[0].start, each[0].end),
)


@given(one_id_a_place, gold_mentions, st.randoms(use_true_random=False))
def test_a_tie_of_votes_is_broken_by_place_and_not_by_the_order_of_a_file(
    predicted: Marked, gold: Marked, random: random.Random
) -> None:
    before = entities(predicted, gold)
    random.shuffle(predicted)
    random.shuffle(gold)
    assert entities(predicted, gold) == before


def test_of_equally_many_votes_the_first_mention_of_gold_decides() -> None:
    gold: Marked = [(span(10, 14), "a"), (span(0, 4), "b")]
    predicted: Marked = [(span(10, 13), "x"), (span(0, 3), "x")]
    assert entities(predicted, gold)["x"] == "b"
    more = [*predicted, (span(11, 14), "x")]
    assert entities(more, gold)["x"] == "a"


@pytest.mark.parametrize(("name", "entity"), [("a", "a"), ("  A ", "a"), ("both", None), ("", None), ("c", None)])
def test_a_name_counts_where_it_is_unambiguous(name: str, entity: str | None) -> None:
    described = {"x": EntityDescription(id="x", name=name)}
    assert map_entities({}, frozenset("x"), described, ROWS).get("x") == entity


def test_a_relay_chain_is_mapped_in_its_order() -> None:
    ids = IdMap({"x": "a", "y": "b"}, {}, {})
    assert ids.chain(("y", "stranger", "x")) == ("b", None, "a")


# claims


def stance(claim: str, *spans: tuple[int, int], label: str = "favor") -> Stance:
    made = tuple(span(*each) for each in spans)
    return Stance(holder="a", target=Target(kind="claim", id=claim), label=label, evidence=made)  # type: ignore[arg-type]


def claims(gold: list[Stance], predicted: list[Stance], texts: dict[str, str]) -> dict[str, str]:
    described = {id: ClaimDescription(id=id, text=text) for id, text in texts.items()}
    return map_claims([(Labels(stances=tuple(gold)), Labels(stances=tuple(predicted)))], described, ROWS)


def test_claims_go_by_wording_then_by_evidence() -> None:
    gold = [stance("c0", (0, 10)), stance("c1", (20, 30))]
    predicted = [stance("x", (20, 30)), stance("y", (2, 10)), stance("z", (0, 100))]
    found = claims(gold, predicted, {"x": "claim 0", "y": "other words", "z": "anything"})
    assert found == {"c0": "c0", "c1": "c1", "c2": "c2", "x": "c0", "y": "c0"}


some_claims = st.lists(
    st.builds(
        stance,
        st.sampled_from(["c0", "c1", "c2"]),
        st.sampled_from([(0, 4), (2, 6), (4, 8)]),
        label=st.sampled_from(["favor", "against"]),
    ),
    max_size=5,
)


@given(some_claims, some_claims, st.randoms(use_true_random=False))
def test_claims_do_not_depend_on_the_order_of_a_file(
    gold: list[Stance], predicted: list[Stance], random: random.Random
) -> None:
    texts = {"c0": "one", "c1": "two", "c2": "three"}
    before = claims(gold, predicted, texts)
    random.shuffle(gold)
    random.shuffle(predicted)
    assert claims(gold, predicted, dict(random.sample(sorted(texts.items()), 3))) == before


@given(some_claims, some_claims)
def test_claims_do_not_depend_on_what_they_are_called(gold: list[Stance], predicted: list[Stance]) -> None:
    texts = {"c0": "one", "c1": "two", "c2": "three"}
    new = {"c0": "z", "c1": "y", "c2": "x"}
    renamed = [stance(new[s.target.id], (s.evidence[0].start, s.evidence[0].end), label=s.label) for s in predicted]
    before = claims(gold, predicted, texts)
    after = claims(gold, renamed, {new[id]: text for id, text in texts.items()})
    assert {id: before.get(id) for id in texts} == {id: after.get(new[id]) for id in texts}


def test_evidence_is_compared_as_a_set_of_characters() -> None:
    assert evidence_dice(stance("c0", (0, 4), (2, 6)), stance("c0", (0, 6))) == 1
    assert evidence_dice(stance("c0", (0, 4)), stance("c0", (2, 6))) == 1 / 2
    assert evidence_dice(stance("c0"), stance("c0")) == 0


def test_lines_shuffled_mean_the_same(perfect: Lines, read: object, gold: object) -> None:
    from onrecord.dataset import Gold
    from onrecord.eval.layers.document_pairs import pair_documents

    assert isinstance(gold, Gold)
    assert callable(read)
    randomly = random.Random(5)
    ids = [mention["entity"] for line in perfect for mention in line["mentions"]]
    for line in perfect:
        ends = [mention["end"] for mention in line["mentions"]]
        for mention in line["mentions"]:
            if randomly.random() < 0.5 and ends.count(mention["end"]) == 1:
                mention["entity"] = randomly.choice(ids)
                mention["start"], mention["text"] = mention["end"] - 1, mention["text"][-1]
    other = copy.deepcopy(perfect)
    randomly.shuffle(other)
    for line in other:
        for layer in ("mentions", "quotes", "stances", "events"):
            randomly.shuffle(line[layer])
    one, two = (pair_documents(gold.articles, gold.registries, read(lines))[0].ids for lines in (perfect, other))
    assert (one.entity, one.event, one.claim) == (two.entity, two.event, two.claim)


@pytest.mark.parametrize("roles", [DEFAULT.participant_roles, ("guest", "host")])
def test_what_ids_mean_is_the_same_in_another_process(roles: tuple[str, ...]) -> None:
    taking_part = [{"entity": "a", "role": roles[0]}]
    row = {"id": "e", "type": "meeting", "title": "T", "date": None, "place": "minsk", "participants": taking_part}
    with using(msgspec.structs.replace(DEFAULT, participant_roles=roles)):
        ids = IdMap(
            {"p": "a"},
            {},
            {"c": "d"},
            links={"p": Link("Q1", "a"), "q": NIL},
            gold_links={"a": Link("Q1", judged=False)},
            described_events={"x": EventDescription(id="x", title="T", wikidata="Q5")},
            gold_events={"e": msgspec.convert(row, in_scheme(Event))},
            actors={"a": "b"},
            has_entities=False,
        )
        sent = pickle.dumps(ids)
    other = pickle.loads(sent)
    assert msgspec.to_builtins(other) == msgspec.to_builtins(ids)
    assert (other.links, other.described_events) == (ids.links, ids.described_events)
    assert (other == ids) == (roles == DEFAULT.participant_roles)  # or the types of the rows are those of a scheme


def test_what_a_part_says_of_ids_is_the_same_in_another_process() -> None:
    said = Described(
        {"a": EntityDescription(id="a", name="A \u2028 ä", wikidata="Q7")},
        {"c": ClaimDescription(id="c", text="It is so.")},
        {"e": EventDescription(id="e", date="2022-12")},
        frozenset({"a", "b"}),
        frozenset(),
        frozenset({("a", "row")}),
        True,
    )
    assert pickle.loads(pickle.dumps(said)) == said
