"""The scheme as data: what is of another scheme has its words in types, faults, schemas and scores, and no others."""

from __future__ import annotations

import threading
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.dataset import Article, Mention, Quote, Stance
from onrecord.dataset.layers import LAYERS, in_scheme, labels, scheme, use, using
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import ITEM_TYPES, Labels
from onrecord.dataset.scheme import DEFAULT, FIELD_NAMES, Scheme, wrong_scheme
from onrecord.dataset.walk import vocabulary
from onrecord.eval import scored_layers
from onrecord.eval.schemas import schema
from onrecord.eval.submission.prediction_line import PredictionLine

NER = Scheme(layers=("mentions",), ids=False, entity_types=("PERSON", "PLACE"), mention_kinds=("proper", "common"))

words = st.lists(st.from_regex(r"\A[^\W_][\w.&+/'-]{0,8}\Z"), min_size=1, max_size=6, unique=True).map(tuple)


def mention(**fields: Any) -> dict[str, Any]:
    return {"start": 0, "end": 1, "text": "a", "type": "PERSON", **fields}


def test_the_published_scheme_leaves_every_type_as_it_is() -> None:
    assert scheme() == DEFAULT
    assert dict(LAYERS) == ITEM_TYPES
    for kind in (Mention, Quote, Stance, Labels, Article, PredictionLine, tuple[Mention, ...]):
        assert in_scheme(kind) is kind


def test_types_have_the_words_of_the_scheme_in_force() -> None:
    with using(NER):
        assert list(LAYERS) == ["mentions"]
        made = msgspec.convert(mention(), LAYERS["mentions"])
        assert isinstance(made, Mention)
        assert str(made.kind) == "proper"  # the first is the default
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(mention(type="PER"), LAYERS["mentions"])
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(mention(kind="name"), LAYERS["mentions"])
        assert in_scheme(Labels) is in_scheme(Labels)
    assert vocabulary(LAYERS["mentions"], "type") == DEFAULT.entity_types


@given(words, words, words, words, words, words)
def test_any_words_may_be_the_scheme(
    types: tuple[str, ...],
    kinds: tuple[str, ...],
    modes: tuple[str, ...],
    stances: tuple[str, ...],
    claims: tuple[str, ...],
    modalities: tuple[str, ...],
) -> None:
    made = Scheme(
        entity_types=types,
        mention_kinds=kinds,
        quote_modes=modes,
        stance_labels=stances,
        claim_labels=claims,
        stance_bases=tuple(f"b-{word}" for word in stances),
        event_modalities=modalities,
    )
    if list(wrong_scheme(made)):
        return
    with using(made):
        assert vocabulary(LAYERS["mentions"], "type") == types
        assert vocabulary(LAYERS["mentions"], "kind") == kinds
        assert vocabulary(LAYERS["quotes"], "mode") == modes
        assert vocabulary(LAYERS["stances"], "label") == made.all_labels
        assert vocabulary(LAYERS["events"], "modality") == modalities
        names = [measure.full for layer in scored_layers() for measure in layer.measures]
        assert len(names) == len(set(names))
        assert {f"entities:strict[{each}]" for each in types} <= set(names)
        assert {f"stances:tuple[{each}]" for each in (*claims, *stances)} <= set(names)
        assert ("stances:contradictions" in names) == ({"asserts", "denies"} <= set(claims))


def test_what_the_scheme_lacks_is_refused_in_its_words() -> None:
    line = {"doc_id": "d", "text_sha256": "0", "mentions": [mention(type="PERS")], "quotes": []}
    with using(NER):
        _, faults = read_value("line", msgspec.json.encode(line), in_scheme(PredictionLine))
    said = {(fault.pointer, fault.found, fault.expected) for fault in faults}
    assert said == {
        ("/mentions/0/type", "PERS", "one of PERSON, PLACE"),
        ("/quotes", "[]", "nothing: the layers of this corpus are mentions"),
    }


def test_the_schema_of_predictions_follows() -> None:
    with using(NER):
        defined = schema("predictions")["$defs"]
    assert defined["Mention"]["properties"]["type"]["enum"] == ["PERSON", "PLACE"]
    assert {"Quote", "Stance", "EventMention"}.isdisjoint(defined)
    assert schema("predictions")["$defs"]["Mention"]["properties"]["type"]["enum"] == sorted(DEFAULT.entity_types)


def test_without_ids_nothing_that_needs_them_is_scored() -> None:
    with using(NER):
        assert [layer.name for layer in scored_layers()] == ["entities"]
    with using(Scheme(layers=("quotes",), ids=False)):
        (quotes,) = scored_layers()
        names = [measure.name for measure in quotes.measures]
        assert quotes.headline.name == "detection@0.5"
        assert not any(name.startswith(("joint", "speaker", "relay")) for name in names)
        line = PredictionLine(
            doc_id="d",
            text_sha256="0",
            quotes=(
                Quote(content=(), speaker=("ann",), addressee=("eve",), relays=("bob",), utterance="u", mode="thought"),
            ),
        )
        assert line.labels.quotes == (Quote(content=(), mode="thought"),)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (Scheme(layers=()), {"layers"}),
        (Scheme(layers=("mention",)), {"layers"}),
        (Scheme(layers=("mentions", "mentions")), {"layers"}),
        (Scheme(layers=("stances",), ids=False), {"layers"}),
        (Scheme(entity_types=("A", "B", "A", "all")), {"entity_types"}),
        (Scheme(quote_modes=("direct",)), {"quote_modes"}),
        (Scheme(stance_labels=("claim", "stated")), {"stance_labels", "stance_bases"}),
        (Scheme(claim_labels=("actor", "implied")), {"claim_labels", "stance_bases"}),
        (Scheme(participant_roles=("agent", "agent"), quote_modes=("credit",)), {"participant_roles", "quote_modes"}),
        (Scheme(entity_types=("A",), free_types=("B",)), {"free_types"}),
    ],
)
def test_a_scheme_that_cannot_be_is_told_why(wrong: Scheme, fields: set[str]) -> None:
    assert {field for field, _, _ in wrong_scheme(wrong)} == fields
    assert list(wrong_scheme(Scheme(layers=FIELD_NAMES[:1], ids=False))) == []


def test_a_scheme_is_in_force_in_its_thread_and_for_the_process() -> None:
    seen: list[tuple[str, ...]] = []
    with using(NER):
        thread = threading.Thread(target=lambda: seen.append(tuple(LAYERS)))
        thread.start()
        thread.join()
        assert tuple(LAYERS) == ("mentions",)
    try:
        use(NER)
        thread = threading.Thread(target=lambda: seen.append(tuple(LAYERS)))
        thread.start()
        thread.join()
    finally:
        use(DEFAULT)
    assert seen == [FIELD_NAMES, ("mentions",)]


def test_labels_are_made_with_the_layers_in_force() -> None:
    with using(NER):
        made = labels(mentions=[msgspec.convert(mention(), LAYERS["mentions"])])
        assert [layer for layer, _ in made.items()] == ["mentions"]
