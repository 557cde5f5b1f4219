"""Offers are whole words of what is marked, and never stand where something of their type does."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from onrecord.annotation.assist.propagation import places, propagate
from onrecord.dataset.records import Entity, Mention

TEXT = (
    "Vladimir Putin met Lukashenko. Putin’s aides and the Putinists said the Russian Ministry of Defence, "
    "in Russian hands, told Putin that he, Putin, had won. PUTIN WINS."
)
PUTIN = Entity(id="putin", type="PER", name="Vladimir Putin", aliases=("Putin", "Mr Putin"))
BELARUS = Entity(id="lukashenko", type="PER", name="Alexander Lukashenko", aliases=("Lukashenko",))
ROWS = {row.id: row for row in (PUTIN, BELARUS)}


def at(surface: str, number: int = 0, text: str = TEXT, **fields: object) -> Mention:
    start = -1
    for _ in range(number + 1):
        start = text.index(surface, start + 1)
    values = {"type": "PER", "entity": "putin", "start": start, "end": start + len(surface), "text": surface}
    return Mention(**{**values, **fields})  # type: ignore[arg-type]


def said(offers: Sequence[Mention]) -> list[tuple[str, int]]:
    return [(offer.text, offer.start) for offer in offers]


def test_every_other_place_as_a_whole_word_in_its_case() -> None:
    offers = propagate(TEXT, [at("Putin", 1)], [], {})
    # the first is within no mention that is marked; Putinists and PUTIN are other words
    assert said(offers) == [("Putin", TEXT.index("Putin")), *[("Putin", at("Putin", n).start) for n in (3, 4)]]
    assert {(offer.entity, offer.type, offer.kind) for offer in offers} == {("putin", "PER", "name")}


def test_the_names_of_the_registry_too_the_longest_first() -> None:
    offers = propagate(TEXT, [at("Putin", 3)], [], ROWS)
    assert [offer.text for offer in offers] == ["Vladimir Putin", "Putin", "Putin"]
    assert all(offer.entity == "putin" for offer in offers)


def test_nothing_overlaps_its_type_but_may_be_nested_in_another() -> None:
    ministry = at("Russian Ministry of Defence", type="ORG", entity="mod")
    russian = at("Russian", 1, type="NORP", entity="russia")
    assert said(propagate(TEXT, [russian], [ministry], {})) == [("Russian", ministry.start)]
    within = at("Russian Ministry of Defence", type="NORP", entity="mod")
    assert propagate(TEXT, [russian], [within], {}) == ()


def test_a_surface_of_two_entities_is_offered_for_none() -> None:
    other = at("Putin", 3, entity="another-putin")
    assert propagate(TEXT, [at("Putin", 1), other], [], {}) == ()
    namesake = Entity(id="namesake", type="PER", name="Putin")
    rows = {row.id: row for row in (PUTIN, namesake)}
    offers = propagate(TEXT, [at("Vladimir Putin")], [], rows)
    assert offers == ()
    # what the annotator says of a surface goes before what the registry says
    assert [offer.text for offer in propagate(TEXT, [at("Putin", 3)], [], rows)] == ["Vladimir Putin", "Putin", "Putin"]


def test_pronouns_and_common_words_are_left_alone() -> None:
    text = "He said he would. The president said he and the president were one. He left."
    assert propagate(text, [at("He", text=text, kind="pronoun")], [], {}) == ()
    assert propagate(text, [at("He", text=text)], [], {}) == ()  # nobody has ticked its kind yet
    assert propagate(text, [at("president", text=text)], [], {}) == ()
    (offer,) = propagate(text, [at("president", text=text, kind="nominal")], [], {})
    assert (offer.start, offer.kind) == (text.rindex("president"), "nominal")


def test_without_an_entity_nothing_is_said() -> None:
    assert propagate(TEXT, [at("Putin", 1, entity=None)], [], ROWS) == ()


def test_a_rejected_place_stays_empty() -> None:
    place = at("Putin", 3)
    offers = propagate(TEXT, [at("Putin", 1)], [], {}, {("PER", place.start, place.end)})
    assert place.start not in {offer.start for offer in offers}


def test_a_combining_mark_is_part_of_its_word() -> None:
    text = "Jose met Jose\u0301 and Jose."
    assert [start for start, _ in places(text, "Jose")] == [0, text.rindex("Jose")]


SURFACES = ["Ab", "Ab Cd", "Cd", "Ab-Cd", "cd", "E\u0301", "“Ab”", "Ab\nCd", "👩🏽‍🚀 Ab", "Бо"]
texts = st.lists(st.sampled_from([*SURFACES, " ", ", ", "\n", "x", "’s ", "-"]), min_size=1, max_size=25).map("".join)
rows = st.dictionaries(
    st.sampled_from(["one", "two", "three"]), st.lists(st.sampled_from(SURFACES), max_size=3), max_size=3
)


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, list[Mention], list[Mention], dict[str, Entity]]:
    text = draw(texts)
    made: list[list[Mention]] = [[], []]
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text) - 1))
        surface = draw(st.sampled_from([s for s in SURFACES if s in text] or [text]))
        if draw(st.booleans()):
            start = text.find(surface, start) if surface in text[start:] else text.find(surface)
            end = start + len(surface)
        else:
            end = draw(st.integers(start + 1, len(text)))
        made[draw(st.integers(0, 1))].append(
            Mention(
                start=start,
                end=end,
                text=text[start:end],
                type=draw(st.sampled_from(["PER", "ORG"])),
                kind=draw(st.sampled_from(["name", "nominal", "pronoun"])),
                entity=draw(st.sampled_from(["one", "two", "three", None])),
            )
        )
    registry = {
        id: Entity(id=id, type="PER", name=names[0], aliases=tuple(names[1:]))
        for id, names in draw(rows).items()
        if names
    }
    return text, made[0], made[1], registry


@given(annotated())
def test_offers_keep_their_promises(case: tuple[str, list[Mention], list[Mention], dict[str, Entity]]) -> None:
    text, marked, standing, registry = case
    offers = propagate(text, marked, standing, registry)
    known = {row.id: {row.name, *row.aliases} for row in registry.values()}
    for offer in offers:
        assert text[offer.start : offer.end] == offer.text
        surfaces = {each.text for each in marked if each.entity == offer.entity and each.type == offer.type}
        assert offer.text in surfaces | known.get(offer.entity or "", set())
        assert any(each.entity == offer.entity and each.type == offer.type for each in marked)
        before, after = text[offer.start - 1 : offer.start], text[offer.end : offer.end + 1]
        assert not (before.isalnum() and offer.text[0].isalnum())
        assert not (after.isalnum() and offer.text[-1].isalnum())
        assert not (after and unicodedata.combining(after))
    every = [*marked, *standing]
    for number, offer in enumerate(offers):
        for other in (*every, *offers[number + 1 :]):
            assert other.type != offer.type or other.end <= offer.start or offer.end <= other.start
    assert len({offer.id for offer in offers}) == len(offers)
    # accepted, rejected or left alone: nothing more is offered
    assert propagate(text, [*marked, *offers], standing, registry) == ()
    assert propagate(text, marked, [*standing, *offers], registry) == ()
    gone = {(offer.type, offer.start, offer.end) for offer in offers}
    again = propagate(text, marked, standing, registry, gone)
    assert not gone & {(offer.type, offer.start, offer.end) for offer in again}
