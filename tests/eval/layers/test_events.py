"""What a system says of events: what is right, of how many, and how the descriptions are read."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest
from tests.eval.by_hand import document, paired_all, with_ids
from tests.eval.conftest import Lines, as_bytes

from onrecord.dataset import EventMention, FaultsError, Gold, Labels, Registries, Span, Stance, Target
from onrecord.dataset.records import EDTF, Event, Modality
from onrecord.eval import read_submission
from onrecord.eval.layers.event_attributes import (
    ATTRIBUTES,
    EVENT_ATTRIBUTE_MEASURES,
    PRECISIONS,
    ReportedEvents,
    beginning,
    event_attributes,
)
from onrecord.eval.layers.events import EVENTS
from onrecord.eval.layers.ids import map_events
from onrecord.eval.layers.layer import DocumentPair, State
from onrecord.eval.statistics.counts import Counts, score
from onrecord.eval.submission.prediction_line import EventDescription

TEXT = "They met in Minsk before the war."
ROWS = Registries(
    events=(
        Event(id="meeting", type="meeting", title="Meeting in Minsk", date="2022-12-19", place="minsk", wikidata="Q1"),
        Event(id="war", type="war", title="The war", date="2022-02/..", place=None, cardinality="single"),
        Event(id="other", type="war", title="Another", date=None, place=None),
        Event(id="twin", type="war", title="another", date=None, place=None),
    )
)
IDS = {"meeting": "meeting", "m2": "meeting", "war": "war", "minsk": "minsk", "city": "minsk"}


def pair(*events: str, name: str = "d", target: str | None = None) -> DocumentPair:
    stances = (
        ()
        if target is None
        else (
            Stance(
                holder="a",
                target=Target(kind="event", id=target),
                label="favor",
                evidence=(Span(start=0, end=4, text="They"),),
            ),
        )
    )
    gold = Labels(
        events=tuple(EventMention(start=n, end=n + 1, text=TEXT[n], event=each) for n, each in enumerate(events)),
        stances=stances,
    )
    return with_ids(paired_all([(document(TEXT, name), gold, Labels())], ROWS)[0], IDS)


def described(*rows: EventDescription) -> dict[str, EventDescription]:
    return {row.id: row for row in rows}


def said_of(pairs: list[DocumentPair], said: dict[str, EventDescription]) -> dict[str, Counts]:
    """The counts where the file has said this of its events."""
    told = [replace(each, ids=replace(each.ids, described_events=said)) for each in pairs]
    return event_attributes(ReportedEvents.total([EVENTS.pair(each).said[0] for each in told]))


def test_precision_is_of_what_is_stated_and_recall_of_what_gold_has() -> None:
    said = described(EventDescription(id="meeting", type="Meeting", date="2022-12-20", place="city"))
    found = said_of([pair("meeting", "war")], said)
    assert found["type"] == Counts(1, 2, 1, 1)
    assert found["date"] == Counts(0, 2, 0, 1)
    assert [found[f"date[{each}]"] for each in PRECISIONS] == [
        Counts(1, 2, 1, 1),
        Counts(1, 2, 1, 1),
        Counts(0, 1, 0, 1),
    ]
    assert found["place"] == Counts(1, 1, 1, 1)
    assert found["cardinality"] == Counts(0, 2)
    assert found["attributes"] == Counts(2, 7, 2, 3)


def test_one_attribute_that_is_right_is_not_everything() -> None:
    found = said_of([pair("meeting", "war")], described(EventDescription(id="meeting", type="meeting")))
    assert score(found["attributes"]).precision == 1
    assert score(found["attributes"]).value == pytest.approx(2 / 8)


def test_what_gold_leaves_open_is_not_judged() -> None:
    assert said_of([pair("war")], described(EventDescription(id="war", place="minsk")))["place"] == Counts()


def test_a_place_is_the_right_entity_and_no_string() -> None:
    for place, right in (("minsk", 1), ("city", 1), ("nowhere", 0)):
        found = said_of([pair("meeting")], described(EventDescription(id="meeting", place=place)))
        assert found["place"] == Counts.matched(right, 1, 1)


@pytest.mark.parametrize(
    ("date", "exact", "year", "month"),
    [
        ("2022-02/..", 1, 1, 1),
        ("2022-02", 0, 1, 1),
        ("2022-02~", 0, 1, 1),
        ("2022-03", 0, 1, 0),
        ("2022", 0, 1, 0),
        ("2021-02", 0, 0, 0),
    ],
)
def test_dates_are_compared_as_strings_and_by_what_they_begin_with(
    date: str, exact: int, year: int, month: int
) -> None:
    found = said_of([pair("war")], described(EventDescription(id="war", date=date)))
    assert [found[f"date{each}"] for each in ("", "[year]", "[month]", "[day]")] == [
        Counts.matched(exact, 1, 1),
        Counts.matched(year, 1, 1),
        Counts.matched(month, 1, 1),
        Counts(),
    ]


def test_an_event_counts_once_over_the_documents_and_different_values_for_it_are_a_hedge() -> None:
    pairs = [pair("meeting", name="1"), pair("meeting", name="2")]
    twice = described(EventDescription(id="meeting", type="meeting"), EventDescription(id="m2", type="Meeting"))
    assert said_of(pairs, twice)["type"] == Counts(1, 1, 2, 2)
    hedge = described(EventDescription(id="meeting", type="meeting"), EventDescription(id="m2", type="visit"))
    assert said_of(pairs, hedge)["type"] == Counts(0, 1, 0, 2)
    apart = [said_of([each], twice)["type"] for each in pairs]
    assert sum(apart, Counts()) == Counts(2, 2, 4, 4)


def test_events_of_other_documents_and_unknown_ones_are_not_looked_at() -> None:
    said = described(EventDescription(id="war", type="war"), EventDescription(id="stranger", type="war"))
    assert said_of([pair("meeting")], said)["type"] == Counts(0, 1)
    assert said_of([pair(target="war")], said)["type"] == Counts(1, 1, 1, 1)
    assert set(said_of([], said).values()) == {Counts()}


def test_every_measure_has_its_counts_and_is_none_that_is_shown() -> None:
    assert EVENT_ATTRIBUTE_MEASURES[0].name == "attributes"
    assert {measure.name for measure in EVENT_ATTRIBUTE_MEASURES} == set(said_of([], {}))
    assert all(measure.detail and measure.has_parts for measure in EVENT_ATTRIBUTE_MEASURES)


# which event is meant


@pytest.mark.parametrize(
    ("description", "event"),
    [
        (EventDescription(id="v", wikidata="Q1"), "meeting"),
        (EventDescription(id="v", title="the  WAR"), "war"),
        (EventDescription(id="v", title="the war", wikidata="Q1"), "meeting"),
        (EventDescription(id="v", title="Another"), None),
        (EventDescription(id="v", type="war"), None),
        (EventDescription(id="war", type="war"), "war"),
        (EventDescription(id="war", title="Something else"), None),
    ],
)
def test_an_event_without_a_mention_goes_by_wikidata_id_title_or_registry_id(
    description: EventDescription, event: str | None
) -> None:
    ids = map_events({}, frozenset(), ROWS, described(description))
    assert ids.get(description.id) == event


def test_mentions_come_before_the_title_and_after_the_wikidata_id() -> None:
    by_mentions = {"v": "other"}
    by_title, by_wikidata = EventDescription(id="v", title="The war"), EventDescription(id="v", wikidata="Q1")
    declared = frozenset({"v"})
    assert map_events(by_mentions, declared, ROWS, described(by_title))["v"] == "other"
    assert map_events(by_mentions, declared, ROWS, described(by_wikidata))["v"] == "meeting"


# modality


def said(*mentions: tuple[str, Modality], optional: int = -1, name: str = "d") -> Labels:
    """A mention of an event a word, in order."""
    return Labels(
        events=tuple(
            EventMention(start=n, end=n + 1, text=TEXT[n], event=event, modality=modality, optional=n == optional)
            for n, (event, modality) in enumerate(mentions)
        )
    )


def heard(*documents: tuple[Labels, Labels]) -> list[DocumentPair]:
    made = [(document(TEXT, str(n)), *each) for n, each in enumerate(documents)]
    return [with_ids(each, IDS) for each in paired_all(made, ROWS)]


def modal(*documents: tuple[Labels, Labels]) -> dict[str, Counts]:
    state = State.total(EVENTS.state(EVENTS.pair(each)) for each in heard(*documents))
    assert EVENTS.whole is not None
    whole = {name: each for name, each in EVENTS.whole(state).items() if isinstance(each, Counts)}
    return {**state.counts, **whole}


def test_modality_is_asked_of_the_mentions_found() -> None:
    gold = said(("meeting", "actual"), ("war", "planned"), ("war", "denied"))
    found = modal((gold, said(("meeting", "actual"), ("meeting", "denied"))))
    assert found["mention"] == Counts.matched(2, 3, 2)
    assert found["modality"] == Counts(1, 2)
    assert found["mention+modality"] == Counts.matched(1, 3, 2)


def test_optional_mentions_are_asked_for_nothing() -> None:
    gold = said(("meeting", "actual"), ("war", "planned"), optional=1)
    found = modal((gold, said(("meeting", "actual"), ("war", "denied"))))
    assert (found["modality"], found["mention+modality"]) == (Counts(1, 1), Counts.matched(1, 1, 1))


def test_of_two_mentions_at_one_place_the_one_of_the_right_modality_answers_whatever_the_order() -> None:
    gold = said(("war", "denied"))
    twice = [EventMention(start=0, end=1, text="T", event="war", modality=each) for each in ("actual", "denied")]
    for events in (twice, twice[::-1]):
        found = modal((gold, Labels(events=tuple(events))))
        assert (found["modality"], found["mention+modality"]) == (Counts(1, 1), Counts.matched(1, 1, 2))


def test_a_denial_contradicts_whatever_else_is_said_across_documents() -> None:
    for other, contradiction in (("planned", 1), ("hypothetical", 1), ("actual", 1), ("denied", 0)):
        gold = said(("war", "denied")), said(("war", other))  # type: ignore[arg-type]
        found = modal((gold[0], gold[0]), (gold[1], gold[1]))
        assert found["contradictions"] == Counts.matched(contradiction, contradiction, contradiction)


def test_contradictions_are_of_events_and_not_of_ids() -> None:
    gold = said(("meeting", "planned"), ("meeting", "denied"), ("war", "actual"))
    right = said(("m2", "planned"), ("meeting", "denied"))
    assert modal((gold, right))["contradictions"] == Counts.matched(1, 1, 1)
    stranger = said(("x", "planned"), ("x", "denied"))
    assert modal((gold, stranger))["contradictions"] == Counts.matched(0, 1, 1)
    unasked = said(("war", "planned"), ("war", "denied"))
    assert modal((said(("war", "planned"), ("war", "denied"), optional=1), unasked))["contradictions"] == Counts()


# the file


def first_event(perfect: Lines) -> str:
    return str(perfect[0]["events"][0]["event"])


def faults(gold: Gold, lines: Lines) -> list[tuple[str, int | None, str]]:
    with pytest.raises(FaultsError) as error:
        read_submission("p.jsonl", as_bytes(lines), [a.document for a in gold.articles], gold.registries)
    return [(fault.code, fault.line, fault.pointer) for fault in error.value.faults]


@pytest.mark.parametrize(
    ("row", "code", "pointer"),
    [
        ({"id": "v", "place": "nowhere"}, "reference", "/event_descriptions/0/place"),
        ({"id": "v", "date": "19 December 2022"}, "type", "/event_descriptions/0/date"),
        ({"id": "v", "modality": "denied"}, "unknown-field", "/event_descriptions/0/modality"),
        ({"id": "v", "cardinality": "Set"}, "label", "/event_descriptions/0/cardinality"),
        ({"id": "v", "wikidata": "7747"}, "type", "/event_descriptions/0/wikidata"),
        ({"id": "v", "when": "2022"}, "unknown-field", "/event_descriptions/0/when"),
        ({"title": "x"}, "missing-field", "/event_descriptions/0/id"),
    ],
)
def test_a_wrong_description_is_one_fault(
    gold: Gold, perfect: Lines, row: dict[str, str], code: str, pointer: str
) -> None:
    perfect[1]["event_descriptions"] = [row]
    assert faults(gold, perfect) == [(code, 2, pointer)]


def test_descriptions_that_differ_are_a_contradiction_wherever_they_stand(five: Gold, five_lines: Lines) -> None:
    for line, title in zip(five_lines, (None, "one", None, "one", "other"), strict=True):
        line["event_descriptions"] = [{"id": "v", "title": title}]
    assert faults(five, five_lines) == [("contradiction", 5, "/event_descriptions/0")]
    for line, name in zip(five_lines, (None, "one", None, "one", "other"), strict=True):
        line.update(event_descriptions=[], entities=[{"id": "e", "name": name}])
    assert faults(five, five_lines) == [("contradiction", 5, "/entities/0")]


def test_a_line_that_merely_names_an_id_does_not_undo_its_description(gold: Gold, perfect: Lines) -> None:
    documents = [a.document for a in gold.articles]
    for lines in (perfect, perfect[::-1]):
        lines[0]["event_descriptions"] = [{"id": "v", "date": "2022-12/.."}]
        lines[1]["event_descriptions"] = [{"id": "v"}]
        lines[0]["entities"], lines[1]["entities"] = [{"id": "e", "name": "Putin"}], [{"id": "e"}]
        read = read_submission("p.jsonl", as_bytes(lines), documents, gold.registries)
        assert read.event_descriptions == {"v": EventDescription(id="v", date="2022-12/..")}
        assert read.entities["e"].name == "Putin"


def test_a_stance_may_be_about_an_event_that_is_described_alone(gold: Gold, perfect: Lines) -> None:
    perfect[0]["stances"][0].update(target={"kind": "event", "id": "v"}, label="favor")
    assert ("reference", 1, "/stances/0/target/id") in faults(gold, perfect)
    perfect[0]["event_descriptions"] = [{"id": "v", "title": "anything"}]
    read_submission("p.jsonl", as_bytes(perfect), [a.document for a in gold.articles], gold.registries)


def test_what_the_registry_says_of_its_events_can_be_said_in_a_file(gold: Gold) -> None:
    for row in gold.registries.events:
        value = {name: getattr(row, name) for name in ("id", "title", "wikidata", *ATTRIBUTES)}
        assert msgspec.convert(value, EventDescription).date == row.date
        assert row.date is None or ".." in row.date[:3] or len(beginning(row.date)) >= 1


@pytest.mark.parametrize(
    "date",
    [
        "2022",
        "2022-12-19~",
        "../2022",
        "2022-12/..",
        "202X",
        "-0044-03-15",
        "2022/2023-07",
        "[2022-12..]",
        "[..2022-12-19]",
        "[2022-12..2023-02]",
    ],
)
def test_dates_are_edtf(date: str) -> None:
    assert re.search(EDTF, date)


@pytest.mark.parametrize(
    "date", ["", "22", "2022-1", "2022-12-19T10:00", "19.12.2022", "2022 - 2023", "[2022]", "[..]"]
)
def test_other_dates_are_not(date: str) -> None:
    assert not re.search(EDTF, date)
