"""The labelling config: valid to the SDK, the same fields as the conversion knows, and as the scheme in force says."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest

from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.from_result import from_result
from onrecord.annotation.label_studio.keys import RESERVED, colours, keys
from onrecord.annotation.label_studio.labelling import config, config_hash
from onrecord.annotation.label_studio.menus import menus, named, offered_ids
from onrecord.annotation.label_studio.project import check_config
from onrecord.annotation.label_studio.to_result import to_result
from onrecord.dataset import Gold
from onrecord.dataset.layers import LAYERS, labels, using
from onrecord.dataset.records import Entity, Registries
from onrecord.dataset.scheme import DEFAULT, Scheme

MENTIONS = Scheme(layers=("mentions",), ids=False, entity_types=("Person", "R&D/lab"), free_types=())
QUOTES = Scheme(layers=("quotes",), ids=True, quote_modes=("said", "written", "thought"))
ONTONOTES = Scheme(entity_types=("PERSON", "NORP", "EVENT", "CUE", *(f"T{n}" for n in range(40))), free_types=())


def tree() -> ET.Element:
    return ET.fromstring(config())


def controls() -> set[str]:
    return {tag.get("name", "") for kind in ("Choices", "TextArea", "Taxonomy") for tag in tree().iter(kind)}


@pytest.mark.parametrize("scheme", [DEFAULT, MENTIONS, QUOTES, ONTONOTES])
def test_the_sdk_finds_it_valid(scheme: Scheme) -> None:
    with using(scheme):
        check_config()
        assert re.fullmatch(r"[0-9a-f]{64}", config_hash())


@pytest.mark.parametrize("scheme", [DEFAULT, MENTIONS, QUOTES, ONTONOTES])
def test_its_fields_are_those_the_conversion_reads(scheme: Scheme) -> None:
    with using(scheme):
        assert controls() == page().controls | {"complete", "note"}
        (complete,) = (tag for tag in tree().iter("Choices") if tag.get("name") == "complete")
        assert {word.get("value") for word in complete} == set(LAYERS)
        marks = [tag.get("value") for tag in tree().iter("Label")]
        assert marks == [mark.value for mark in page().marks]
        assert len(marks) == len(set(marks))
        types = {mark for mark, form in page().by_mark.items() if form.layer == "mentions"}
        assert types == (set(scheme.entity_types) if "mentions" in scheme.layers else set())


def test_every_field_has_its_name_above_it() -> None:
    for form in page().forms:
        for ask in form.asks:
            assert any(tag.get("value") == ask.head for tag in tree().iter("Header"))
    heads = [ask.head for form in page().forms for ask in form.asks]
    assert "kind (name if none is chosen)" in heads
    assert "mode (statement if none is chosen)" in heads


def test_keys_say_what_they_stand_for_and_are_given_once() -> None:
    assert {mark.value: mark.hotkey for mark in page().marks} == {
        "PER": "p",
        "ORG": "o",
        "GPE": "g",
        "LOC": "l",
        "FAC": "f",
        "NORP": "n",
        "GRP": "r",
        "CONTENT": "q",
        "SOURCE": "s",
        "CUE": "c",
        "EVIDENCE": "t",
        "EVENT": "e",
    }
    modalities = {word.value: word.hotkey for word in page().asks["modality"].words}
    assert set(modalities) == set(DEFAULT.event_modalities)
    assert all(key.startswith("shift+") for key in modalities.values())
    for scheme in (DEFAULT, MENTIONS, QUOTES, ONTONOTES):
        with using(scheme):
            given = Counter(tag.get("hotkey") for tag in tree().iter() if tag.get("hotkey"))
            assert set(given.values()) == {1}
            assert not RESERVED & given.keys()
    assert keys({"a": "Über", "b": "über", "c": "b"}) == {"a": "b", "b": "e", "c": "a"}
    assert len(keys({str(n): "x" for n in range(40)})) == 25
    assert len(set(colours(200))) == 200


def test_mentions_alone_with_types_of_their_own_and_no_ids(gold: Gold) -> None:
    with using(MENTIONS):
        assert [mark.value for mark in page().marks] == ["Person", "R&D/lab"]
        assert controls() == {"kind", "noise", "optional", "rule", "complete", "note"}
        assert menus(gold.registries, "Putin") == {}
        item = LAYERS["mentions"](id="m1", start=0, end=5, text="Putin", type="R&D/lab", kind="pronoun")  # type: ignore[call-arg]
        made = to_result(labels(mentions=[item]), {})
        assert from_result(made, "Putin won.") == (labels(mentions=[item]), [])
        _, wrong = from_result([{**made[0], "value": {**made[0]["value"], "labels": ["PER"]}}], "Putin won.")
        assert [each[0] for each in wrong] == ["label"]


def test_quotes_alone() -> None:
    with using(QUOTES):
        assert [mark.value for mark in page().marks] == ["CONTENT", "SOURCE", "CUE"]
        assert page().relations == ["continues", "source", "cue", "parent"]
        assert page().asks["mode"].head == "mode (said if none is chosen)"
        assert {"speaker_unknown", "who_here", "who", "who_new", "addressee", "relays", "utterance_new"} <= controls()
        heads = {tag.get("value") for tag in tree().iter("Header")}
        assert {"speaker", "addressee: to whom it was said", "utterance: where it is reported more than once"} <= heads
        assert not {"entity", "holder", "event"} & heads
    with using(Scheme(layers=("quotes",), ids=False)):
        assert controls() == {"mode", "optional", "rule", "complete", "note"}


def test_a_type_that_is_called_like_a_mark_is_told_apart() -> None:
    with using(ONTONOTES):
        assert page().by_mark["EVENT"].layer == "mentions"
        assert page().by_mark["EVENT (events)"].layer == "events"
        mention = LAYERS["mentions"](id="m1", start=0, end=3, text="War", type="EVENT", entity="war")  # type: ignore[call-arg]
        event = LAYERS["events"](id="e1", start=0, end=3, text="War", event="war")  # type: ignore[call-arg]
        both = labels(mentions=[mention], events=[event])
        assert from_result(to_result(both, {}), "War.") == (both, [])


def test_labels_are_told_apart_by_what_they_are_of() -> None:
    head = "label: asserts, denies, doubts of a claim; favor, against, neutral of anything else"
    assert page().asks["label"].head == head
    with using(Scheme(claim_labels=("pro", "con"), stance_labels=("pro", "con"))):
        assert page().asks["label"].head == "label"
        assert [word.value for word in page().asks["label"].words] == ["pro", "con"]


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("Vladimir Putin", "vladimir-putin"),
        ("New York Times", "the-new-york-times"),
        ("Ministry of Defense", "russian-defence-ministry"),
        ("russian-defence", "russian-defence-ministry"),
    ],
)
def test_the_words_of_a_menu_have_names_aliases_and_ids_in_them(gold: Gold, typed: str, row: str) -> None:
    offered = menus(gold.registries, "")["entities"]
    assert row in [each["alias"] for each in offered if typed.lower() in each["value"].lower()]


def test_the_menus_offer_every_registered_id(gold: Gold) -> None:
    ids = offered_ids(menus(gold.registries, ""))
    assert ids["entities"] == {row.id for row in gold.registries.entities}
    assert ids["utterances"] == {row.id for row in gold.registries.utterances}
    assert {id.partition(":")[0] for id in ids["targets"]} == {"entity", "event", "claim"}
    assert ids["here"] == frozenset()
    assert offered_ids({"text": "x", "events": [{"value": "war", "hint": "as it was before"}]}) == {"events": {"war"}}


def test_the_buttons_are_whom_the_text_names_in_its_order() -> None:
    rows = [("a", "Ann", ()), ("b", "Bo", ("Bob",)), ("c", "Ann", ()), ("d", "An", ()), ("e", "", ("",))]
    registries = Registries(entities=tuple(Entity(id=i, type="PER", name=n, aliases=a) for i, n, a in rows))
    assert [row.id for row in named(registries, "Bobby met Bob. Annie met Ann")] == ["b", "a", "c"]
    shown = menus(registries, "Bob met Ann")["here"]
    assert [(row["value"], row["alias"]) for row in shown] == [("Bo", "b"), ("Ann [a]", "a"), ("Ann [c]", "c")]
