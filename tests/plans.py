"""The plans of the fresh articles, typed: ``annotation/fresh/README.md`` says what they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from onrecord.dataset.reading.faults import refuse
from onrecord.dataset.reading.typed import read_value
from onrecord.dataset.records import Strict

Phenomenon = Literal[
    "alike meetings",
    "plan comes true",
    "relay three deep",
    "quote in quote",
    "late speaker",
    "same surname",
    "spokesperson against office",
    "metonym against city",
    "denial of a denial",
    "sarcasm",
    "mistranslated verb",
    "numbers differ",
    "two translations",
    "unnamed source",
]
Modality = Literal["actual", "planned", "hypothetical", "denied"]
How = Literal["direct", "indirect", "relayed", "mistranslated"]


class Article(Strict, frozen=True, kw_only=True):
    """A telling; ``id`` is what the id of its seed begins with."""

    id: str
    outlet: str
    published: str
    form: str
    tells: str


class Person(Strict, frozen=True, kw_only=True):
    id: str
    name: str
    office: str
    organisation: str
    """An id of the plan, the name of an outlet, or empty."""
    speaks_for: str | None


class Named(Strict, frozen=True, kw_only=True):
    """An organisation or a place."""

    id: str
    name: str
    what: str


class Participant(Strict, frozen=True, kw_only=True):
    who: str
    role: str


class Told(Strict, frozen=True, kw_only=True):
    """How an article presents an event, with words of it."""

    article: str
    modality: Modality
    words: str


class Event(Strict, frozen=True, kw_only=True):
    id: str
    title: str
    type: str
    time: str
    place: str
    participants: tuple[Participant, ...]
    told: tuple[Told, ...]


class Telling(Strict, frozen=True, kw_only=True):
    """How an article gives an utterance."""

    article: str
    how: How
    words: tuple[str, ...]
    """As they stand in the article, in order."""
    relays: tuple[str, ...]
    """Who passes it on, from the outermost inward, without the author."""
    note: str
    within: str | None
    """The utterance that it is quoted in."""


class Utterance(Strict, frozen=True, kw_only=True):
    id: str
    speaker: str
    addressee: str
    wording: str
    """What was really said."""
    tellings: tuple[Telling, ...]


class Claim(Strict, frozen=True, kw_only=True):
    id: str
    text: str


class Stand(Strict, frozen=True, kw_only=True):
    """Who stands where, and which articles show it."""

    who: str
    kind: Literal["claim", "entity", "event"]
    on: str
    label: Literal["favor", "against", "neutral"]
    articles: tuple[str, ...]


class Said(Strict, frozen=True, kw_only=True):
    article: str
    words: str


class Contradiction(Strict, frozen=True, kw_only=True):
    about: str
    tellings: tuple[Said, ...]
    fact: str


class Hard(Strict, frozen=True, kw_only=True):
    """A phenomenon that makes the task hard, and where it is."""

    name: Phenomenon
    articles: tuple[str, ...]
    what: str


class Plan(Strict, frozen=True, kw_only=True):
    """What a happening is, and how its articles tell it."""

    happening: str
    """The topic of its articles."""
    title: str
    setting: str
    articles: tuple[Article, ...]
    persons: tuple[Person, ...]
    organisations: tuple[Named, ...]
    places: tuple[Named, ...]
    events: tuple[Event, ...]
    utterances: tuple[Utterance, ...]
    claims: tuple[Claim, ...]
    stands: tuple[Stand, ...]
    contradictions: tuple[Contradiction, ...]
    phenomena: tuple[Hard, ...]

    @property
    def entities(self) -> list[str]:
        """The ids of all persons, organisations and places."""
        return [each.id for group in (self.persons, self.organisations, self.places) for each in group]

    def tellings(self) -> Iterator[tuple[Utterance, Telling]]:
        """Every telling of every utterance."""
        for utterance in self.utterances:
            for telling in utterance.tellings:
                yield utterance, telling

    def quoted(self) -> Iterator[tuple[str, str]]:
        """Every article with words that the plan says stand in it."""
        for event in self.events:
            yield from ((told.article, told.words) for told in event.told)
        for _, telling in self.tellings():
            yield from ((telling.article, words) for words in telling.words)
        for contradiction in self.contradictions:
            yield from ((said.article, said.words) for said in contradiction.tellings)


def read_plans(folder: Path) -> list[Plan]:
    """The plans of a folder, in order of their names.

    Raises:
        FaultsError: With every fault of every plan.
    """
    plans, faults = [], []
    for path in sorted(folder.glob("*.json")):
        plan, wrong = read_value(path, path.read_bytes(), Plan)
        faults += wrong
        if plan is not None:
            plans.append(plan)
    refuse(faults)
    return plans
