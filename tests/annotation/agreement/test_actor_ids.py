"""Whom items name, by actor and by id: by hand."""

from __future__ import annotations

from typing import Any

import msgspec
from tests.builders import document

from onrecord.annotation.agreement.actor_ids import ActorField, by_evidence
from onrecord.annotation.agreement.measures import agreement
from onrecord.annotation.agreement.tables import actor_rows, agreement_json, markdown
from onrecord.annotation.label_studio.exports import Annotation
from onrecord.dataset import Document, Entity, Event, Labels, Registries, Stance
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import Participant

TEXT = (
    "The Citadel said it rained. Dravia said it snowed. Averna said it blew. Somebody said it froze.\n"
    "The Citadel praised Pelland. Averna blamed the Citadel."
)


def _span(words: str, after: int = 0) -> dict[str, Any]:
    at = TEXT.index(words, after)
    return {"start": at, "end": at + len(words), "text": words}


def _labels(ids: dict[str, str], speakers: list[str], stances: list[tuple[str, str, str]]) -> Labels:
    """One annotator's labels: every entity has its name, every quote and stance the same words for everybody."""
    said = ["it rained", "it snowed", "it blew", "it froze"]
    shows = ["praised Pelland", "blamed the Citadel"]
    return msgspec.convert(
        {
            "mentions": [
                {**_span(name), "type": "GPE", "kind": "name", "entity": id} for name, id in ids.items() if name in TEXT
            ],
            "quotes": [
                {"content": [_span(words)], "speaker": [speaker]} for words, speaker in zip(said, speakers, strict=True)
            ],
            "events": [
                {**_span(word, TEXT.index("\n")), "event": f"{ids['Dravia']}-{word}", "modality": "actual"}
                for word in ("praised", "blamed")
            ],
            "stances": [
                {
                    "holder": holder,
                    "target": {"kind": "entity", "id": target},
                    "label": label,
                    "basis": "stated",
                    "evidence": [_span(words)],
                }
                for words, (holder, label, target) in zip(shows, stances, strict=True)
            ],
        },
        Labels,
    )


def _rows(entities: dict[str, str | None], events: dict[str, list[tuple[str, str]]]) -> Registries:
    return Registries(
        entities=tuple(Entity(id=id, type="GPE", name=id, acts_for=above) for id, above in entities.items()),
        events=tuple(
            Event(
                id=id,
                type="other",
                title=id,
                date=None,
                place=None,
                participants=msgspec.convert(
                    [{"role": role, "entity": id} for role, id in who], tuple[Participant, ...]
                ),
            )
            for id, who in events.items()
        ),
    )


def _pair(rows: bool = True) -> Any:
    """Ann goes by the words; Bob has other ids, takes the state for its office, and Dravia for Averna once."""
    ann = _labels(
        {"Citadel": "citadel", "Dravia": "dravia", "Averna": "averna", "Pelland": "pelland"},
        ["citadel", "dravia", "averna", "unknown"],
        [("citadel", "favor", "pelland"), ("averna", "against", "citadel")],
    )
    bob = _labels(
        {"Citadel": "B-office", "Dravia": "B-state", "Averna": "B-av", "Pelland": "B-pe"},
        ["B-state", "B-state", "B-state", "unknown"],
        [("B-state", "favor", "B-pe"), ("B-av", "against", "B-state")],
    )
    doc: Document = document(TEXT)
    given = [
        Annotation(doc.id, name, labels, frozenset(LAYERS), 1, f"{name}.json", "/0")
        for name, labels in (("ann", ann), ("bob", bob))
    ]
    ann_rows = _rows(
        {"citadel": "dravia", "dravia": None, "averna": None, "pelland": None},
        {"dravia-praised": [("agent", "citadel"), ("patient", "pelland")], "dravia-blamed": [("agent", "averna")]},
    )
    bob_rows = _rows(
        {"B-office": "B-state", "B-state": None, "B-av": None, "B-pe": None},
        {"B-state-praised": [("agent", "B-state"), ("patient", "B-pe")], "B-state-blamed": [("patient", "B-av")]},
    )
    (pair,) = agreement(given, [doc], {"ann": ann_rows, "bob": bob_rows} if rows else {})
    return pair


def test_by_hand() -> None:
    # speakers: the office for the state turns on the id; state; Averna against Dravia is neither; nobody for both
    # holders: the office for the state; Averna. Targets: Pelland; the office for the state
    # participants: the office for the state beside Pelland; Averna in two roles is neither
    assert _pair().by_actor == (
        ActorField("quotes:speaker", matched=4, by_actor=3, by_id=2, several=2),
        ActorField("stances:holder", matched=2, by_actor=2, by_id=1, several=1),
        ActorField("stances:target", matched=2, by_actor=2, by_id=1, several=1),
        ActorField("events:participants", matched=2, by_actor=1, by_id=0, several=1),
    )
    assert [each.turns for each in _pair().by_actor] == [1, 1, 1, 1]


def test_the_tables_say_so_and_without_rows_nothing_is_said() -> None:
    pair = _pair()
    assert actor_rows(pair)[0] == ("quotes:speaker", "4", "2", "3", "2", "1 (25.0 %)")
    assert "| `stances:holder` | 2 | 1 | 2 | 1 | 1 (50.0 %) |" in markdown(pair)
    said = msgspec.json.decode(agreement_json([pair]))[0]["by_actor"]
    assert said[0] == {
        "field": "quotes:speaker",
        "matched": 4,
        "by_actor": 3,
        "by_id": 2,
        "several": 2,
        "turns": 1,
    }
    assert _pair(rows=False).by_actor == ()
    assert "who is named" not in markdown(_pair(rows=False))


def test_stances_are_brought_together_by_their_words_and_never_by_an_id() -> None:
    def stance(words: str, label: str, holder: str) -> Stance:
        target = {"kind": "entity", "id": "pelland"}
        said = {"holder": holder, "target": target, "label": label, "basis": "stated", "evidence": [_span(words)]}
        return msgspec.convert(said, Stance)

    one = [stance("praised Pelland", "favor", "a"), stance("praised Pelland", "against", "b")]
    other = [stance("praised Pelland", "against", "a"), stance("praised Pelland", "favor", "b")]
    assert by_evidence(one, other) == [(one[0], other[1]), (one[1], other[0])]
    assert by_evidence(one, [stance("Averna", "favor", "a")]) == []
