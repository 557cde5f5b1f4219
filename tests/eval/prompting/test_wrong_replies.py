"""Ways in which models answer wrongly, and what becomes of each; a model wrote the replies for these tests."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.eval.prompting.damage import (
    SMALL,
    accounted,
    damaged_file,
    held_file,
    held_links,
    held_words,
    of_gold,
    run,
    valid,
)
from tests.eval.prompting.small import ARTICLE, REPLY, TEXT, read, reply

from onrecord.dataset import Gold
from onrecord.dataset.layers import LAYERS
from onrecord.eval.prompting.accounts import UNPLACED
from onrecord.eval.prompting.parsing import parse
from onrecord.eval.prompting.predictions import Predictions
from onrecord.eval.prompting.shape import DESCRIBED

WHOLE = {"mentions": 4, "quotes": 2, "stances": 1, "events": 1}
"""How many items the right reply has."""

Change = Callable[[dict[str, Any]], Any]


def kept(found: Predictions) -> dict[str, int]:
    return {layer: account.kept for layer, account in found.layers.items() if layer != DESCRIBED}


def line(found: Predictions) -> dict[str, Any]:
    (only,) = found.lines
    return only


def surface(span: dict[str, Any]) -> str:
    assert TEXT[span["start"] : span["end"]] == span["text"]
    return str(span["text"])


def test_a_right_reply_is_read_whole() -> None:
    found = read(json.dumps(REPLY))
    assert dict(found.states) == {"whole": {"pool": ""}}
    assert kept(found) == WHOLE
    assert found.missing == ("other",)
    assert valid(found) == []
    made = line(found)
    assert [each["entity"] for each in made["mentions"]] == ["velden", "ilse-brandt", "jurgen-os", "jurgen-os"]
    assert made["entities"] == [{"id": "jurgen-os", "name": "Jürgen Łoś"}]
    assert [surface(each) for each in made["quotes"][1]["content"]] == ["“The pool,”", "“costs too much.”"]
    assert made["stances"][0]["target"] == {"kind": "claim", "id": "claim-pool-closes"}
    assert made["stances"][0]["quote"] == made["quotes"][0]["id"]
    assert made["event_descriptions"] == [
        {
            "id": "the-pool-is-built",
            "type": "building",
            "title": "The pool is built",
            "date": "1962",
            "place": "velden",
            "cardinality": "single",
        }
    ]
    assert UNPLACED not in made
    accounted(found)


AROUND = [
    ("a fence", lambda text: f"```json\n{text}\n```"),
    ("a fence that is not closed", lambda text: f"Sure!\n```\n{text}"),
    ("prose before and after", lambda text: f"Here is {{the}} JSON [as asked]:\n{text}\nLet me know if you need more."),
    ("thoughts with another reply", lambda text: f'<think>Maybe {{"mentions": []}}?</think>\n{text}'),
    ("Python's spelling", lambda text: repr(json.loads(text))),
    ("a wrapper", lambda text: json.dumps({"result": json.loads(text)})),
    ("an array around it", lambda text: f"[{text}]"),
    ("raw line ends in strings", lambda text: text.replace("\\n", "\n")),
]


@pytest.mark.parametrize(("name", "change"), AROUND, ids=[name for name, _ in AROUND])
def test_what_is_around_the_json_is_passed_over(name: str, change: Callable[[str], str]) -> None:
    found = read(change(json.dumps(REPLY)))
    assert kept(found) == WHOLE
    assert valid(found) == []
    assert set(found.states) <= {"whole", "around"}


def test_a_reply_that_is_cut_off_is_read_item_by_item() -> None:
    text = json.dumps(REPLY)
    cut = text[: text.index("costs too much")]
    found = read(cut)
    assert set(found.states) == {"broken"}
    assert kept(found) == {"mentions": 4, "quotes": 1}
    assert found.layers["quotes"].unplaced == {"unread": 1}
    assert line(found)[UNPLACED][0]["item"].startswith('{"id": "b"')
    assert valid(found) == []
    accounted(found)


def test_an_item_that_is_no_json_is_the_only_one_lost() -> None:
    text = json.dumps(REPLY, ensure_ascii=False).replace(
        '"Ilse Brandt", "before"', '"Ilse "the mayor" Brandt", "before"', 1
    )
    found = read(text)
    assert kept(found) == {**WHOLE, "mentions": 3}
    assert found.layers["mentions"].unplaced == {"unread": 1}
    accounted(found)


def test_no_json_at_all_is_a_line_without_items_and_is_said() -> None:
    found = read("I'm sorry, I can't help with that.")
    assert dict(found.states) == {"none": {"pool": ""}}
    assert kept(found) == dict.fromkeys(LAYERS, 0)
    assert valid(found) == []


def _set(layer: str, index: int, **fields: Any) -> Change:
    def change(value: dict[str, Any]) -> None:
        value[layer][index].update(fields)

    return change


def _words(text: str, before: str = "", after: str = "") -> dict[str, str]:
    return {"text": text, "before": before, "after": after}


PLACED = [
    (
        "plain quotation marks",
        _set("quotes", 0, content=[_words('"We won\'t close the pool - not this year."')]),
        "“We won’t close the pool — not this year.”",
    ),
    (
        "no quotation marks",
        _set("quotes", 0, content=[_words("We won't close the pool, not this year")]),
        "We won’t close the pool — not this year",
    ),
    (
        "one letter wrong",
        _set("quotes", 0, content=[_words("We wont closes the pool — not this year")]),
        "We won’t close the pool — not this year",
    ),
    ("words alone", _set("quotes", 0, content=["We won’t close the pool"]), "We won’t close the pool"),
    ("no array", _set("quotes", 0, content=_words("We won’t close the pool")), "We won’t close the pool"),
    (
        "wrong surroundings",
        _set("quotes", 0, content=[_words("We won’t close the pool", "the mayor ", " at all")]),
        "We won’t close the pool",
    ),
    ("capitals", _set("quotes", 0, content=[_words("WE WON’T CLOSE THE POOL")]), "We won’t close the pool"),
]


@pytest.mark.parametrize(("name", "change", "expected"), PLACED, ids=[name for name, *_ in PLACED])
def test_words_that_are_not_quite_right_are_placed(name: str, change: Change, expected: str) -> None:
    value = reply()
    change(value)
    found = read(json.dumps(value))
    assert surface(line(found)["quotes"][0]["content"][0]) == expected
    assert kept(found) == WHOLE
    assert valid(found) == []


def test_segments_that_a_reply_joined_are_two_again() -> None:
    value = reply()
    value["quotes"][1]["content"] = [_words("The pool costs too much.")]
    found = read(json.dumps(value))
    assert [surface(each) for each in line(found)["quotes"][1]["content"]] == ["The pool", "costs too much."]


UNUSABLE = [
    ("an invented quote", "quotes", _set("quotes", 1, content=[_words("The pool is a disgrace")]), "lost"),
    ("a translated quote", "quotes", _set("quotes", 1, content=[_words("Das Bad kostet zu viel.")]), "lost"),
    ("no words", "quotes", _set("quotes", 1, content=[]), "shape"),
    ("words of another kind", "mentions", _set("mentions", 0, text=7), "shape"),
    ("a label of another scheme", "mentions", _set("mentions", 0, type="PERSON"), "label"),
    ("no target", "stances", _set("stances", 0, target=None), "shape"),
    ("a target of another kind", "stances", _set("stances", 0, target={"kind": "person", "name": "x"}), "label"),
    ("no holder", "stances", _set("stances", 0, holder=" "), "shape"),
    ("an item that is a text", "events", lambda value: value["events"].__setitem__(0, "built"), "shape"),
    (
        "another entity at the same place",
        "mentions",
        lambda value: value["mentions"].append({**value["mentions"][1], "entity": "Brandt AG"}),
        "taken",
    ),
]


@pytest.mark.parametrize(("name", "layer", "change", "why"), UNUSABLE, ids=[name for name, *_ in UNUSABLE])
def test_what_is_no_prediction_is_kept_and_counted(name: str, layer: str, change: Change, why: str) -> None:
    value = reply()
    change(value)
    found = read(json.dumps(value))
    assert found.layers[layer].unplaced == {why: 1}
    assert [(each["layer"], each["why"]) for each in line(found)[UNPLACED] if each["layer"] != DESCRIBED] == [
        (layer, why)
    ]
    assert valid(found) == []
    accounted(found)


def test_what_leads_nowhere_is_left_out_of_what_is_kept() -> None:
    value = reply()
    value["quotes"][0]["content"] = [_words("Nobody said this, ever")]
    value["quotes"][1]["parent"] = "a"
    value["mentions"][0]["kind"] = "Name "
    value["mentions"][1]["kind"] = "title"
    value["quotes"][1]["speaker"] = ["unknown", {"name": "Jürgen Łoś"}, ""]
    value["quotes"][1]["cue"] = _words("shouted")
    found = read(json.dumps(value))
    (quote,) = line(found)["quotes"]
    assert "parent" not in quote
    assert "cue" not in quote
    assert quote["speaker"] == ["jurgen-os"]
    assert "quote" not in line(found)["stances"][0]
    assert found.layers["quotes"].spans.found["lost"] == 2
    assert found.layers["mentions"].mended == {"label": 1}
    assert valid(found) == []


@pytest.mark.parametrize(
    ("layer", "change", "why"),
    [
        ("mentions", _set("mentions", 0, type="PERSON"), "label"),
        ("stances", _set("stances", 0, label="pro", basis="guessed"), "label"),
        (
            "mentions",
            lambda value: value["mentions"].append({**value["mentions"][1], "entity": "Brandt AG", "kind": "title"}),
            "taken",
        ),
        (
            "event_descriptions",
            lambda value: value["event_descriptions"].append(
                {**value["event_descriptions"][0], "date": "long ago", "modality": "sure"}
            ),
            "again",
        ),
    ],
    ids=["label", "two labels", "taken", "again"],
)
def test_nothing_is_mended_of_what_is_not_kept(layer: str, change: Change, why: str) -> None:
    value = reply()
    change(value)
    account = read(json.dumps(value)).layers[layer]
    assert account.unplaced == {why: 1}
    assert account.mended.total() == 0


def test_quotes_inside_each_other_in_a_circle_have_no_parent() -> None:
    value = reply()
    inner = {**value["quotes"][0], "id": "c", "content": [_words("close the pool")], "parent": "a"}
    value["quotes"][0]["parent"] = "c"
    value["quotes"].append(inner)
    found = read(json.dumps(value))
    assert kept(found)["quotes"] == 3
    assert valid(found) == []


def test_a_reply_that_repeats_itself_without_end_is_within_limits() -> None:
    value = reply()
    value["events"] *= 3000
    found = read(json.dumps(value))
    assert found.layers["events"].unplaced == {"many": 1000}
    assert not [fault for fault in valid(found) if "too-many" in fault]
    accounted(found)


def test_the_same_sentence_twice_is_two_places() -> None:
    value = reply()
    value["events"] = [{"text": "built", "before": "pool was ", "after": " in 1962.", "event": "The pool is built"}] * 2
    found = read(json.dumps(value))
    assert [each["start"] for each in line(found)["events"]] == [TEXT.index("built"), TEXT.rindex("built")]
    assert found.layers["events"].spans.ambiguous == {"order": 2}


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_however_a_reply_is_damaged_nothing_is_invented_and_nothing_lost(seed: int) -> None:
    run(SMALL, seed, 1000)


@given(st.integers(0, 10**9))
def test_any_damaged_reply_is_accounted_for(seed: int) -> None:
    run(SMALL, seed, 1)


@pytest.mark.long
def test_damaged_replies_to_the_articles_of_the_dataset_are_accounted_for(gold: Gold) -> None:
    for case in of_gold(gold):
        run(case, 0, 30)


@given(st.integers(0, 10**9))
def test_a_damaged_file_of_replies_has_faults_or_predictions(seed: int) -> None:
    held_file(damaged_file(random.Random(seed)))


@given(st.integers(0, 10**9))
def test_damaged_replies_to_the_second_step_give_names_for_names(seed: int) -> None:
    held_links(random.Random(seed))


@given(st.integers(0, 10**9))
def test_damaged_words_are_grounded_or_refused(seed: int) -> None:
    held_words(random.Random(seed))


@given(st.text(alphabet=st.sampled_from("{}[]\",:\\`' \nmentions0"), max_size=80))
def test_any_text_is_parsed(text: str) -> None:
    parsed = parse(text, ("mentions", "n"))
    assert (parsed.state == "none") == (not parsed.fields)


def test_deep_and_long_replies_are_parsed() -> None:
    for text in (
        "[" * 100_000,
        '{"mentions":' * 50_000,
        '{"mentions": [' + '{"a": ' * 5000,
        "{" * 3000 + "}" * 3000,
        "'" * 10_000,
    ):
        assert parse(text, ("mentions",)).state in ("none", "broken")
    assert ARTICLE.text == TEXT
