"""``speaker-exchange`` on articles made for it: who exchanges, what follows, and who is left alone."""

from __future__ import annotations

import msgspec
import pytest
from tests.builders import document
from tests.dataset.perturbing.cases import perturb, wrong_spans

from onrecord.dataset import Article, Entity, Gold, Labels, Mention, Quote, Registries, Span, Stance, Target

TEXT = "“We won’t close the pool,” Brandt said. “I shall,” Okonkwo said. Nobody swam."
ROWS = Registries(
    entities=(
        Entity(id="brandt", type="PER", name="Brandt"),
        Entity(id="okonkwo", type="PER", name="Okonkwo"),
        Entity(id="pool", type="FAC", name="the pool"),
    )
)


def span(text: str, surface: str) -> Span:
    at = text.index(surface)
    return Span(start=at, end=at + len(surface), text=surface)


def mention(id: str, text: str, surface: str, entity: str, kind: str = "name", type: str = "PER") -> Mention:
    at = msgspec.to_builtins(span(text, surface))
    return msgspec.convert({"id": id, **at, "type": type, "kind": kind, "entity": entity}, Mention)


def labels(text: str) -> Labels:
    return Labels(
        mentions=(
            mention("m1", text, "We", "brandt", "pronoun"),
            mention("m2", text, "the pool", "pool", "nominal", "FAC"),
            mention("m3", text, "Brandt", "brandt"),
            mention("m4", text, "I", "okonkwo", "pronoun"),
            mention("m5", text, "Okonkwo", "okonkwo"),
        ),
        quotes=(
            Quote(
                id="q1",
                content=(span(text, "“We won’t close the pool,”"),),
                source=span(text, "Brandt"),
                speaker=("brandt",),
                utterance="u1",
            ),
            Quote(id="q2", content=(span(text, "“I shall,”"),), source=span(text, "Okonkwo"), speaker=("okonkwo",)),
        ),
        stances=(
            Stance(
                id="s1",
                holder="brandt",
                target=Target(kind="entity", id="pool"),
                label="favor",
                evidence=(span(text, "won’t close"),),
                quote="q1",
            ),
        ),
    )


def exchanged(text: str, given: Labels) -> Article:
    made = Article(document=document(text), labels=given)
    (found,) = perturb(Gold(articles=(made,), registries=ROWS), "speaker-exchange").gold.articles
    assert not wrong_spans(found)
    return found


def test_names_exchange_and_all_that_means_the_speaker_follows() -> None:
    found = exchanged(TEXT, labels(TEXT))
    assert found.document.text == TEXT.replace("Brandt", "*").replace("Okonkwo", "Brandt").replace("*", "Okonkwo")
    assert [quote.speaker for quote in found.labels.quotes] == [("okonkwo",), ("brandt",)]
    assert [quote.source.text for quote in found.labels.quotes if quote.source] == ["Okonkwo", "Brandt"]
    assert {m.text: m.entity for m in found.labels.mentions} == {
        "We": "okonkwo",
        "the pool": "pool",
        "Okonkwo": "okonkwo",
        "I": "brandt",
        "Brandt": "brandt",
    }
    assert [stance.holder for stance in found.labels.stances] == ["okonkwo"]
    assert found.labels.quotes[0].utterance is None, "nobody else reports that this one said it"


def _changed(text: str, given: Labels, **fields: object) -> Labels:
    first, second = given.quotes
    return msgspec.structs.replace(given, quotes=(msgspec.structs.replace(first, **fields), second))


@pytest.mark.parametrize("case", ["pronoun", "title", "same", "two", "relay", "stance", "nested"])
def test_who_cannot_exchange_is_left_alone(case: str) -> None:
    text = TEXT
    if case == "pronoun":
        text = TEXT.replace("Nobody swam.", "She swam.")
    if case == "title":
        text = TEXT.replace("Brandt", "Mayor Brandt")
    given = labels(text)
    if case == "pronoun":
        given = msgspec.structs.replace(
            given, mentions=(*given.mentions, mention("m6", text, "She", "okonkwo", "pronoun"))
        )
    elif case == "title":
        whole = mention("m6", text, "Mayor Brandt", "brandt", "nominal")
        given = msgspec.structs.replace(given, mentions=(*given.mentions, whole))
    elif case == "same":
        given = _changed(text, given, speaker=("okonkwo",))
    elif case == "two":
        given = _changed(text, given, speaker=("brandt", "pool"))
    elif case == "relay":
        given = _changed(text, given, relays=("okonkwo",))
    elif case == "nested":
        given = _changed(text, given, parent="q2")
    else:
        (stance,) = given.stances
        at_him = msgspec.structs.replace(stance, target=Target(kind="entity", id="okonkwo"))
        given = msgspec.structs.replace(given, stances=(at_him,))
    found = exchanged(text, given)
    assert (found.document.text, found.labels) == (text, given)
