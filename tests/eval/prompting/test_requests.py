"""What is asked of a model: by the scheme in force, without a single answer; and in what forms replies come back."""

from __future__ import annotations

import importlib.util
import json
import re
from typing import Any, Literal

import jsonschema
import pytest
from tests.eval.prompting.ideal import ideal, names
from tests.eval.prompting.small import ARTICLES, REPLY, ROWS, read, reply

from onrecord.dataset import FaultsError, Gold, Span, walk
from onrecord.dataset.layers import LAYERS, added, using
from onrecord.dataset.records import EntityId, Item
from onrecord.dataset.scheme import Scheme
from onrecord.eval.prompting.grammar import grammar
from onrecord.eval.prompting.instructions import instructions
from onrecord.eval.prompting.linking import link_requests, read_links
from onrecord.eval.prompting.names import Names, same
from onrecord.eval.prompting.predictions import read_predictions
from onrecord.eval.prompting.replies import Reply, chosen, read_replies
from onrecord.eval.prompting.requests import jsonl, requests
from onrecord.eval.prompting.shape import reply_schema

ORDINARY = frozenset(
    re.findall(
        r"\w+",
        "i he him his himself she her hers herself it its itself they them their themselves we us our you your who "
        "help said says say told to according called denied denies reports s council engineer",
    )
)
"""Pronouns, words of reporting and labels, and ids that are words, which no text about labelling can do without."""


def test_the_instructions_hold_no_answer(gold: Gold) -> None:
    told = " ".join(["", *re.findall(r"[^\W_]+", instructions().casefold()), ""])
    surfaces = {
        span.text
        for article in gold.articles
        for layer, item in article.labels.items()
        for _, span in walk.spans(item)
        # of so many articles the words of every kind that are labelled somewhere are those of English
        if article.document.split != "fresh" or (layer == "mentions" and getattr(item, "kind", "") == "name")
    }
    surfaces |= {alias for row in gold.registries.entities for alias in (row.id, *row.aliases)}
    surfaces |= {row.id for rows in (gold.registries.events, gold.registries.claims) for row in rows}
    surfaces |= set(names(gold).values()) - {"unknown"}
    assert len(surfaces) > 600
    found = set()
    for surface in surfaces:
        words = re.findall(r"[^\W_]+", surface.casefold())
        if words and not set(words) <= ORDINARY and f" {' '.join(words)} " in told:
            found.add(surface)
    assert found == set()


def test_a_request_is_what_batch_services_take(gold: Gold) -> None:
    made = requests(ARTICLES.values(), "a-model")
    assert [each["custom_id"] for each in made] == ["pool", "other"]
    assert {each["method"] for each in made} == {"POST"}
    assert {each["url"] for each in made} == {"/v1/chat/completions"}
    body = made[0]["body"]
    assert body["model"] == "a-model"
    assert ARTICLES["pool"].text in body["messages"][1]["content"]
    schema = body["response_format"]["json_schema"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    value = reply()
    for mention in value["mentions"]:
        mention.update(literal=None, noise=None)
    jsonschema.validate(value, schema)
    assert [json.loads(line) for line in jsonl(made).splitlines()] == made
    for article in gold.articles:
        jsonschema.validate(ideal(gold, article), schema)


def _objects(schema: Any) -> list[dict[str, Any]]:
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    here = [schema] if isinstance(schema, dict) and schema.get("type") == "object" else []
    return here + [found for each in inner for found in _objects(each)]


def test_the_schema_is_strict_and_has_no_offsets() -> None:
    objects = _objects(reply_schema())
    assert len(objects) == 8
    for each in objects:
        assert each["required"] == list(each["properties"])
        assert each["additionalProperties"] is False
        assert not {"start", "end", "annotators", "agreed", "optional", "rule"} & set(each["properties"])


def test_what_is_asked_follows_the_scheme_in_force() -> None:
    with using(Scheme(layers=("mentions",), ids=False, entity_types=("Person", "Firm"))):
        schema = reply_schema()
        assert list(schema["properties"]) == ["mentions"]
        fields = schema["properties"]["mentions"]["items"]["properties"]
        assert fields["type"] == {"type": "string", "enum": ["Person", "Firm"]}
        assert not {"entity", "literal"} & set(fields)
        assert "Quotes:" not in instructions()
        assert "Names:" not in instructions()
        value = {"mentions": [{"text": "Ilse Brandt", "type": "person", "kind": "name", "entity": "x"}]}
        (line,) = read(json.dumps(value)).lines
        assert [(each["type"], each["text"], "entity" in each) for each in line["mentions"]] == [
            ("Person", "Ilse Brandt", False)
        ]
    assert list(reply_schema(["events", "quotes"])["properties"]) == ["quotes", "events", "event_descriptions"]
    assert set(LAYERS) < set(reply_schema()["properties"])


SHORT = Reply("other", ('{"mentions": [{"text": "Łoś", "type": "PER", "entity": "Łoś"}]}',))


def _completions(*contents: Any) -> dict[str, Any]:
    choices = [{"index": n, "message": {"role": "assistant", "content": each}} for n, each in enumerate(contents)]
    return {"custom_id": "pool", "error": None, "response": {"status_code": 200, "body": {"choices": choices}}}


CALL = {"content": None, "tool_calls": [{"function": {"name": "labels", "arguments": "{}"}}]}
TEXT_A = [{"type": "text", "text": "a"}]
FORMS: list[tuple[str, Any, tuple[str, ...]]] = [
    ("batch output", _completions("a"), ("a",)),
    ("several choices", _completions("a", "b"), ("a", "b")),
    ("content in parts", _completions([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]), ("ab",)),
    ("no content", _completions(None), ("",)),
    ("a tool", {"custom_id": "pool", "response": {"body": {"choices": [{"message": CALL}]}}}, ("{}",)),
    ("an error", {"custom_id": "pool", "response": None, "error": {"code": "expired", "message": "too late"}}, ()),
    ("a status", {"custom_id": "pool", "response": {"status_code": 500, "body": {"error": "overloaded"}}}, ()),
    (
        "responses",
        {"custom_id": "pool", "response": {"body": {"output": [{"content": TEXT_A}]}}},
        ("a",),
    ),
    (
        "messages",
        {"custom_id": "pool", "result": {"type": "succeeded", "message": {"content": TEXT_A}}},
        ("a",),
    ),
    ("messages that failed", {"custom_id": "pool", "result": {"type": "errored", "error": {}}}, ()),
    ("plain text", {"doc_id": "pool", "reply": "a"}, ("a",)),
    ("several plain texts", {"id": "pool", "output": ["a", "b"]}, ("a", "b")),
    ("a plain object", {"doc_id": "pool", "reply": {"mentions": []}}, ('{"mentions": []}',)),
    ("the reply itself", {"doc_id": "pool", "mentions": []}, ('{"mentions": []}',)),
]


@pytest.mark.parametrize(("name", "line", "contents"), FORMS, ids=[name for name, *_ in FORMS])
def test_replies_are_read_in_the_forms_of_services(name: str, line: Any, contents: tuple[str, ...]) -> None:
    (found,) = read_replies("replies.jsonl", json.dumps(line).encode() + b"\r\n\n", ARTICLES)
    assert found.contents == contents
    assert bool(found.trouble) == (not contents)
    assert chosen(found, 3) is None


def test_every_line_that_is_no_reply_is_said_at_once() -> None:
    lines = [
        "nonsense",
        "[]",
        '{"custom_id": "pol", "reply": "{}"}',
        '{"id": 7}',
        '{"id": "pool", "text": "{}"}',
        '{"id": "pool"}',
    ]
    with pytest.raises(FaultsError) as raised:
        read_replies("replies.jsonl", "\n".join(lines).encode(), ARTICLES)
    codes = [(fault.line, fault.code) for fault in raised.value.faults]
    assert codes == [(1, "json"), (2, "missing-field"), (3, "document"), (4, "missing-field"), (6, "repeated-document")]
    assert "pool" in raised.value.faults[2].hint


def test_the_order_of_replies_decides_nothing() -> None:
    replies = [
        Reply("pool", (json.dumps(REPLY),)),
        SHORT,
    ]
    one, other = (read_predictions(ARTICLES, order, Names(ROWS)) for order in (replies, replies[::-1]))
    assert jsonl(one.lines) == jsonl(other.lines)


def test_names_stand_for_the_ids_of_registries_or_for_own_ones() -> None:
    made = Names(ROWS)
    assert made.id_of("entity", "ilse  BRANDT", "t") == "ilse-brandt"
    assert made.id_of("entity", "ilse-brandt", "t") == "ilse-brandt"
    assert made.id_of("entity", "Brandt", "t") == "ilse-brandt"
    own = made.id_of("entity", "Velden", "t")
    assert own not in ("ilse-brandt", "velden"), "an alias of two stands for neither"
    assert made.name_of("entity", own) == "Velden"
    assert made.id_of("entity", "VELDEN!", "t") == own
    ids = [
        made.id_of("entity", name, "t")
        for name in ("Łoś", "Ана", "Unknown GmbH", "unknown", "🙂", "a b", "a-b", "a/ b c")
    ]
    assert len(set(ids)) == 7, "a b and a-b are one name"
    assert all(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._:-]*", each) and each != "unknown" for each in ids)
    assert Names({}).id_of("entity", "Ilse Brandt", "t") == "ilse-brandt"


def test_a_second_step_makes_names_of_several_articles_one() -> None:
    value = reply()
    value["mentions"][2]["entity"] = value["mentions"][3]["entity"] = "the deputy mayor of Velden"
    replies = [
        Reply("pool", (json.dumps(value),)),
        SHORT,
    ]
    (asked,) = link_requests(ARTICLES, replies, "m")
    assert asked["custom_id"] == "velden"
    told = asked["body"]["messages"][1]["content"]
    assert all(
        name in told for name in ("the deputy mayor of Velden", "Łoś", "The pool will close.", "The pool is built")
    )
    content = {
        "entities": [{"name": "Jürgen Łoś", "same": ["Łoś", "the deputy mayor of Velden"]}],
        "events": [],
        "claims": [7],
    }
    links = read_links([Reply("velden", (json.dumps(content),))])
    lines = read_predictions(ARTICLES, replies, Names(ROWS, links)).lines
    assert lines[0]["mentions"][2]["entity"] == lines[1]["mentions"][0]["entity"] == "jurgen-os"
    apart = read_predictions(ARTICLES, replies, Names(ROWS)).lines
    assert apart[0]["mentions"][2]["entity"] != apart[1]["mentions"][0]["entity"]


def test_names_that_are_linked_in_a_circle_are_one() -> None:
    rows = [{"name": "A", "same": ["B"]}, {"name": "B", "same": ["C", "A"]}, {"name": "C", "same": ["A"]}]
    links = read_links([Reply("t", (json.dumps({"entities": rows}),))])
    ids = {Names({}, links).id_of("entity", name, "t") for name in "ABC"}
    assert len(ids) == 1
    assert same("Á!") == "a"


@pytest.mark.skipif(importlib.util.find_spec("llguidance") is None, reason="llguidance is not installed")
def test_under_the_grammar_a_model_cannot_misquote(gold: Gold) -> None:
    import llguidance

    article = gold.articles[0]
    tokens = llguidance.LLTokenizer("byte")
    rules = llguidance.LLMatcher.grammar_from_lark(grammar(article.document.text))
    whole = json.dumps(ideal(gold, article), ensure_ascii=False, separators=(",", ":"))
    for text, right in [(whole, True), (whole.replace('"text":"Putin"', '"text":"Putyn"', 1), False)]:
        matcher = llguidance.LLMatcher(tokens, rules)
        assert not matcher.get_error()
        taken = matcher.try_consume_tokens(list(text.encode()))
        assert (taken == len(text.encode()) and matcher.is_accepting()) == right


def test_the_grammar_has_every_field_and_every_word_of_the_text() -> None:
    made = grammar(ARTICLES["pool"].text)
    stretch = json.loads(made.partition("STRETCH: %regex ")[2])
    assert "".join(stretch["substring_chunks"]) == json.dumps(ARTICLES["pool"].text, ensure_ascii=False)[1:-1]
    assert all(f'"\\"{field}\\":' in made or f'",\\"{field}\\":' in made for field in reply_schema()["properties"])


class Tie(Item, frozen=True, kw_only=True):
    """A layer that somebody added."""

    words: Span
    one: EntityId
    kind: Literal["friend", "foe"]
    note: str | None = None


def test_a_layer_that_was_added_is_asked_for_and_read() -> None:
    with added("ties", Tie):
        fields = reply_schema(["ties"])["properties"]["ties"]["items"]["properties"]
        assert list(fields) == ["words", "one", "kind", "note"]
        rows = [
            {"words": {"text": "Mayor Ilse Brandt"}, "one": "Ilse Brandt", "kind": "foe"},
            {"words": "nothing", "one": "x", "kind": "foe"},
        ]
        found = read(json.dumps({"ties": rows}))
        (tie,) = found.lines[0]["ties"]
        assert (tie["one"], tie["kind"], tie["words"]["text"]) == ("ilse-brandt", "foe", "Mayor Ilse Brandt")
        assert found.layers["ties"].unplaced == {"lost": 1}
