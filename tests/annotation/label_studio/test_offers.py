"""An offer is no label until its grey label is gone, and a project with offers asks for nothing else."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests import strategies

from onrecord.annotation.label_studio import offers
from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.from_result import from_result
from onrecord.annotation.label_studio.labelling import config
from onrecord.annotation.label_studio.to_result import to_result
from onrecord.dataset.layers import using
from onrecord.dataset.records import Labels, Mention, Quote, Span
from onrecord.dataset.scheme import DEFAULT

TEXT = "“We won,” said Ann."
CONTENT = Span(start=0, end=9, text="“We won,”")
QUOTE = to_result(Labels(quotes=(Quote(id="q1", content=(CONTENT,)),)), {})
any_labels = strategies.texts.flatmap(lambda text: st.tuples(st.just(text), strategies.labels(text)))


@given(any_labels)
def test_offers_are_faults_until_they_are_accepted_and_then_the_labels(case: tuple[str, Labels]) -> None:
    text, labels = case
    result = to_result(labels, {})
    offered = offers.offered(result)
    regions = {item["id"] for item in result if item["type"] == "labels"}
    assert offers.undecided(offered).keys() == regions
    _, wrong = from_result(offered, text)
    assert {code for code, *_ in wrong} == ({"offer"} if regions else set())
    assert len(wrong) == len(regions)
    # its key takes the grey label away, and nothing else
    accepted = [item for item in offered if item.get("from_name") != offers.CONTROL]
    back, wrong = from_result(accepted, text)
    assert wrong == []
    assert back == from_result(result, text)[0]
    # a grey label comes before the other, or the editor shows that one
    for item in result:
        if item["type"] == "labels":
            names = [each["from_name"] for each in offered if each.get("id") == item["id"] and each["type"] == "labels"]
            assert names == [offers.CONTROL, "region"]


def test_a_fault_says_where_and_what() -> None:
    mention = Mention(id="m1", start=15, end=18, text="Ann", type="PER", entity="ann")
    result = offers.offered(to_result(Labels(mentions=(mention,)), {}))
    _, [(code, pointer, found, expected, _)] = from_result(result, TEXT)
    assert (code, pointer) == ("offer", "/0")
    assert "Ann" in str(found)
    assert "accepted" in expected


def test_an_offered_speaker_counts_once_it_is_taken() -> None:
    offered = offers.with_speaker(QUOTE, "ann")
    labels, [(code, pointer, found, *_)] = from_result(offered, TEXT)
    assert labels.quotes[0].speaker == ()
    assert (code, pointer) == ("offer", "/2")
    assert "ann" in str(found)
    tick = {"id": "q1", "from_name": "speaker_taken", "type": "choices", "value": {"choices": [offers.TAKE]}}
    labels, wrong = from_result([*offered, tick], TEXT)
    assert (labels.quotes[0].speaker, wrong) == (("ann",), [])


def test_the_annotator_s_own_speaker_goes_before_the_offered_one() -> None:
    tick = {"id": "q1", "from_name": "speaker_taken", "type": "choices", "value": {"choices": [offers.TAKE]}}
    for own in (
        {"id": "q1", "from_name": "who_here", "type": "choices", "value": {"choices": ["bob"]}},
        {"id": "q1", "from_name": "who", "type": "taxonomy", "value": {"taxonomy": [["bob"]]}},
        {"id": "q1", "from_name": "who_new", "type": "taxonomy", "value": {"taxonomy": [["bob"]]}},
    ):
        for result in ([*QUOTE, own, tick], [*offers.with_speaker(QUOTE, "ann"), own]):
            labels, wrong = from_result(result, TEXT)
            assert (labels.quotes[0].speaker, wrong) == (("bob",), [])


def test_a_grey_part_is_at_fault_for_nothing_else() -> None:
    quote = Quote(id="q1", content=(CONTENT,), cue=Span(start=10, end=14, text="said"))
    offered = offers.offered(to_result(Labels(quotes=(quote,)), {}))
    assert {code for code, *_ in from_result(offered, TEXT)[1]} == {"offer"}


def test_whatever_stands_under_the_names_of_offers_is_a_fault_and_no_error() -> None:
    for item in (
        {"from_name": "offer"},
        {"from_name": "offer", "id": 3, "value": []},
        {"from_name": "speaker_offered", "id": None, "value": "x"},
    ):
        _, wrong = from_result([*QUOTE, item], TEXT)
        assert [code for code, *_ in wrong] == ["offer"]


def test_the_config_with_offers_is_the_config_and_what_offers_need() -> None:
    wider = offers.with_offers(config())
    assert offers.with_offers(wider) == wider
    from label_studio_sdk.label_interface import LabelInterface

    LabelInterface(wider).validate()
    before, after = (
        {each.get("name"): each for each in ET.fromstring(xml).iter() if each.get("name")} for xml in (config(), wider)
    )
    assert after.keys() - before.keys() == set(offers.FIELDS)
    for name, each in before.items():
        same = {key: value for key, value in each.items() if key != "whenLabelValue"}
        assert same == {key: value for key, value in after[name].items() if key != "whenLabelValue"}
        shown = set(each.get("whenLabelValue", "").split(",")) - {""}
        forms = [form for form in page().forms if form.mark in shown]
        assert set(after[name].get("whenLabelValue", "").split(",")) - {""} == shown | set(map(offers.mark_of, forms))
    keys = re.findall(r'hotkey="([^"]+)"', wider)
    assert len(keys) == len(set(keys))


def test_every_grey_region_shows_the_fields_of_its_layer_and_how_to_accept_it() -> None:
    wider = ET.fromstring(offers.with_offers(config()))
    for form in page().forms:
        shown = [each for each in wider.iter() if offers.mark_of(form) in each.get("whenLabelValue", "").split(",")]
        controls = {control for ask in form.asks for control in ask.controls}
        assert controls <= {each.get("name") for each in shown}
        assert any("accepts" in header.get("value", "") for each in shown for header in each.iter("Header"))


def test_the_keys_of_offers_are_nobody_else_s_in_any_scheme() -> None:
    types = tuple(f"TYPE{letter}" for letter in "ABCDEFGHIJKLMNOPQ")
    with using(msgspec.structs.replace(DEFAULT, entity_types=types)):
        wider = offers.with_offers(config())
        keys = re.findall(r'hotkey="([^"]+)"', wider)
        assert len(keys) == len(set(keys))
        assert "u" not in keys
    with using(msgspec.structs.replace(DEFAULT, layers=("mentions",), ids=False)):
        assert "speaker" not in offers.with_offers(config())
