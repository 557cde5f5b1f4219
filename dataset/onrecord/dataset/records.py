"""The record model: what gold labels, predictions, exports and Parquet rows all consist of.

Offsets are 0-based, half-open and count Unicode code points of a document's ``text``; every span repeats its
surface as ``text``, which serves as a checksum. Ids are opaque: nothing here or in the scorer parses one. What an id
refers to is part of its type (:class:`Refers`), so that :mod:`onrecord.dataset.walk` finds every reference there is.
Definitions: the label scheme in ``annotation/GUIDELINES.md``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import msgspec

EntityType = Literal["PER", "ORG", "GPE", "LOC", "FAC", "NORP", "GRP"]
MentionKind = Literal["name", "nominal", "pronoun"]
Noise = Literal["typo", "mistranslation"]
QuoteMode = Literal["statement", "thought"]
StanceLabel = Literal["favor", "against", "neutral"]
StanceBasis = Literal["stated", "action", "implied"]
TargetKind = Literal["entity", "event", "claim"]
Modality = Literal["actual", "planned", "hypothetical", "denied"]
Cardinality = Literal["single", "set"]
Split = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=64,
        pattern=r"^(?!(?:all|registry)$)[A-Za-z0-9_]+$(?!\n)",
        description="the name of a split: letters, digits and _, but not all or registry",
    ),
]
"""``train``, ``validation``, ``test`` or any other name; ``all`` is all of them."""
UNKNOWN = "unknown"
"""The one reserved entity id: a speaker whom the text leaves unnamed."""

Offset = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_ID = r"^(?!__proto__$)[A-Za-z0-9_-][A-Za-z0-9._:-]*$(?!\n)"

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern=_ID)]
"""Letters, digits and ``. _ : -`` of ASCII: harmless in file names, spreadsheets and addresses; opaque.
What Label Studio calls a region may begin with ``_`` or ``-``."""

Use = Literal["uses", "declares", "clusters", "reserved"]
"""What an id does where it stands. ``uses``: it must be said elsewhere what it stands for. ``declares``: standing here
says it, as far as a prediction file goes. ``clusters``: so does this, and equal ids are one cluster. ``reserved``:
it is :data:`UNKNOWN`."""


@dataclasses.dataclass(frozen=True)
class Refers:
    """What an id refers to: part of the type of every id that refers to something."""

    to: str = ""
    """``entity``, ``event`` or ``claim``, a row of a registry; or a layer: an item of it in the same document."""
    use: Use = "uses"
    by: str = ""
    """The field beside it that says which of the three it is, where that differs from record to record."""
    also: str = ""
    """A second kind that it may be of."""
    unknown: bool = False
    """Whether it may be :data:`UNKNOWN`."""


EntityId = Annotated[Id, Refers("entity")]
EventId = Annotated[Id, Refers("event")]
SpeakerId = Annotated[Id, Refers("entity", unknown=True)]
QuoteId = Annotated[Id, Refers("quotes")]


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Base of whatever is read and written: immutable, by name only, no unknown fields; never part of a cycle."""


class Span(Strict, frozen=True, kw_only=True):
    """A contiguous stretch of a document's text."""

    start: Offset
    """First code point, counted from 0."""
    end: Offset
    """One past the last code point."""
    text: str
    """The surface, equal to ``document.text[start:end]``."""


class Item(Strict, frozen=True, kw_only=True):
    """What every labelled item carries besides its label."""

    id: Id | None = None
    """Unique within its document; required in gold, free (and optional) in predictions."""
    annotators: tuple[str, ...] = ()
    """Who marked it before adjudication; empty where nobody did, or nobody is known to have."""
    agreed: bool | None = None
    """Whether all annotators marked it alike; null where only one looked."""
    optional: bool = False
    """Reasonable readers differ: counted neither as missed nor as spurious."""
    rule: str | None = None
    """Id of the guideline rule that decided a hard case; null where none did."""


class SpanItem(Item, frozen=True, kw_only=True):
    """An item that is a stretch of the text, with the fields of a :class:`Span` as its own."""

    start: Offset
    """First code point, counted from 0."""
    end: Offset
    """One past the last code point."""
    text: str
    """The surface, equal to the text of the article from ``start`` to ``end``."""

    @property
    def span(self) -> Span:
        """Its place in the text."""
        return Span(start=self.start, end=self.end, text=self.text)


class Mention(SpanItem, frozen=True, kw_only=True):
    """A reference to an entity by name, noun phrase or pronoun."""

    type: EntityType
    """What kind of thing is meant; where ``literal`` is given, what kind that is."""
    kind: MentionKind = "name"
    """How it is referred to: by name, by a noun phrase, by a pronoun."""
    entity: Annotated[Id, Refers("entity", "clusters")] | None = None
    """The entity referred to; required in gold with ids. In predictions equal ids form a cluster over the whole file.
    Null where the corpus has no ids."""
    literal: Annotated[Id, Refers("entity", "declares")] | None = None
    """Metonymy: the place literally named, where ``entity`` is the body that acts; null where nothing else is named."""
    noise: Noise | None = None
    """The surface is misspelt or mistranslated; the link goes to the entity that was meant. Null where neither."""


class Quote(Item, frozen=True, kw_only=True):
    """Reported speech, writing or thought: what was said, by whom, through whom."""

    content: tuple[Span, ...]
    """The words reported, in order; more than one segment where the tag splits them."""
    source: Span | None = None
    """The phrase that names the utterer; null where the sentence has none."""
    cue: Span | None = None
    """The reporting verb or ``according to``; null where there is neither."""
    speaker: tuple[SpeakerId, ...] = ()
    """Entity ids of whoever uttered the words, or ``unknown`` alone; empty where the corpus has no ids."""
    relays: tuple[EntityId, ...] = ()
    """Entity ids of those who passed the words on, from the outermost inward; empty where nobody did."""
    parent: QuoteId | None = None
    """Id of the enclosing quote; null where it is in none."""
    mode: QuoteMode = "statement"
    """Whether it was said or thought."""
    utterance: Annotated[Id, Refers("event", "declares")] | None = None
    """Event id shared by reports of the same words in several articles; null where no other article
    reports them."""


class Target(Strict, frozen=True, kw_only=True):
    """What a stance is about."""

    kind: TargetKind
    """Which registry its id is of."""
    id: Annotated[Id, Refers(by="kind")]
    """Id of the entity, event or claim."""


class Stance(Item, frozen=True, kw_only=True):
    """A holder's attitude to an entity, an event or a claim, as one document shows it."""

    holder: EntityId
    """Entity id of whoever has the attitude."""
    target: Target
    """What it is about."""
    label: StanceLabel
    """How the holder stands to it. For a claim, favor means: presents it as true."""
    evidence: tuple[Span, ...] = ()
    """The stretches of the text that show it; at least one in gold."""
    quote: QuoteId | None = None
    """Id of the quote that carries the attitude; null where none does."""
    basis: StanceBasis = "stated"
    """What shows it: words of the holder, an action, or neither outright."""


class EventMention(SpanItem, frozen=True, kw_only=True):
    """The shortest head phrase that names an event."""

    event: Annotated[Id, Refers("event", "clusters")]
    """The event referred to. In predictions equal ids form a cluster over the whole file."""


ITEM_TYPES: dict[str, type[Item]] = {"mentions": Mention, "quotes": Quote, "stances": Stance, "events": EventMention}
"""The layers of the published scheme by the name of their field in every record and prediction line, with the type of
their items; those that are in force are :data:`onrecord.dataset.layers.LAYERS`."""


class Labels(Strict, frozen=True, kw_only=True):
    """All labels of one document; made with :func:`onrecord.dataset.layers.labels` where the layers are not known."""

    mentions: tuple[Mention, ...] = ()
    quotes: tuple[Quote, ...] = ()
    stances: tuple[Stance, ...] = ()
    events: tuple[EventMention, ...] = ()

    def of(self, layer: str) -> tuple[Any, ...]:
        """The items of a layer."""
        items: tuple[Any, ...] = getattr(self, layer)
        return items

    def items(self) -> Iterator[tuple[str, Item]]:
        """Every item with its layer."""
        for layer in self.__struct_fields__:
            for item in self.of(layer):
                yield layer, item

    def changed(self, change: Callable[[str, Any], Any]) -> Labels:
        """The labels in which every item is what ``change`` makes of it and its layer."""
        fields = self.__struct_fields__
        return type(self)(**{layer: tuple(change(layer, item) for item in self.of(layer)) for layer in fields})


class Entity(Strict, frozen=True, kw_only=True):
    """A row of the entity registry."""

    id: Id
    """The entity's id in every article."""
    type: EntityType
    """What kind of thing it is."""
    name: str
    """The name it goes by."""
    aliases: tuple[str, ...] = ()
    """Other names of it."""
    wikidata: Annotated[str, msgspec.Meta(pattern=r"^Q[1-9][0-9]*$(?!\n)")] | None = None
    """Its Wikidata id; null where none is confirmed."""
    wikidata_note: str | None = None
    """Where the Wikidata id was checked, or why there is none; null where nobody wrote it down."""
    part_of: EntityId | None = None
    """Id of the entity that it is a part of; null where it is of none, or nobody wrote it down."""


class Participant(Strict, frozen=True, kw_only=True):
    """An entity's part in an event."""

    entity: EntityId
    """Id of the entity."""
    role: str
    """What it does in the event, such as ``agent``, ``target`` or ``party``."""


class Event(Strict, frozen=True, kw_only=True):
    """A row of the event registry."""

    id: Id
    """The event's id in every article."""
    type: str
    """What kind of event it is, in a word such as ``meeting``."""
    title: str
    """What happened, as a heading."""
    date: str | None
    """When, in EDTF (ISO 8601-2); null where the articles give none."""
    place: EntityId | None
    """Id of the entity where it happened; null where the articles give none."""
    participants: tuple[Participant, ...] = ()
    """Who took part; empty where the articles name nobody."""
    modality: Modality = "actual"
    """Whether it happened, is planned, is only supposed, or is denied."""
    cardinality: Cardinality = "single"
    """Whether it is one event or a set of like ones."""
    parent: EventId | None = None
    """Id of the event that it is a part of; null where it is of none."""
    wikidata: Annotated[str, msgspec.Meta(pattern=r"^Q[1-9][0-9]*$(?!\n)")] | None = None
    """Its Wikidata id; null where none is known."""
    wikidata_note: str | None = None
    """Where the Wikidata id was checked, or why there is none; null where nobody wrote it down."""


class Claim(Strict, frozen=True, kw_only=True):
    """A row of the claim registry: a proposition that holders can be for or against."""

    id: Id
    """The claim's id in every article."""
    text: str
    """One affirmative sentence."""
    about: tuple[Annotated[Id, Refers("entity", also="event")], ...] = ()
    """Ids of the entities and events that it is about."""
    as_of: str | None = None
    """The day as of which it is meant, in EDTF (ISO 8601-2); null where it is bound to none."""


class Registries(Strict, frozen=True, kw_only=True):
    """The cross-document ids."""

    entities: tuple[Entity, ...] = ()
    events: tuple[Event, ...] = ()
    claims: tuple[Claim, ...] = ()
