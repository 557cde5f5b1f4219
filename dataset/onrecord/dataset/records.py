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
StanceLabel = Literal["asserts", "denies", "doubts", "favor", "against", "neutral"]
"""The first three are of claims, the others of entities and events: what is done to a claim is not what is felt about a
thing. See :meth:`onrecord.dataset.scheme.Scheme.labels_of`."""
StanceBasis = Literal["stated", "action", "implied"]
TargetKind = Literal["entity", "event", "claim"]
Modality = Literal["actual", "planned", "hypothetical", "denied"]
Cardinality = Literal["single", "set"]
Role = Literal["agent", "patient", "party", "host", "recipient", "place"]
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
NO_ITEM = "none"
"""The one word that a Wikidata id may be: it was looked for, and there is none."""
Wikidata = Annotated[
    str,
    msgspec.Meta(
        pattern=rf"^(Q[1-9][0-9]*|{NO_ITEM})$(?!\n)",
        description=f"a Wikidata id such as Q42, or {NO_ITEM!r} where there is none",
    ),
]
_DATE = r"-?[0-9X]{4}(-[0-9X]{2}){0,2}[~?%]?"
_END = rf"({_DATE}|\.\.)?"
EDTF = rf"^({_DATE}|{_END}/{_END}|\[({_DATE}\.\.({_DATE})?|\.\.{_DATE})\])$(?!\n)"
"""A date, an interval, or one day within bounds, in EDTF (ISO 8601-2) without times: ``2022-12-19``, ``2022-12~``,
``2022-12-19/2022-12-20``, ``[2022-12..]`` for some time from December 2022 on."""
Date = Annotated[
    str,
    msgspec.Meta(pattern=EDTF, description="EDTF such as 2022-12-19, 2022-12, 2022-12-19/2022-12-20, [2022-12..]"),
]
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
    """``entity``, ``event``, ``claim`` or ``utterance``, a row of a registry; or a layer: an item of it in the same
    document."""
    use: Use = "uses"
    by: str = ""
    """The field beside it that says which of these it is, where that differs from record to record."""
    also: str = ""
    """A second kind that it may be of."""
    unknown: bool = False
    """Whether it may be :data:`UNKNOWN`."""


@dataclasses.dataclass(frozen=True)
class Verbatim:
    """Says of a field that it holds words of an article: part of its type, so that they can be withheld."""


Words = Annotated[str, Verbatim()]
"""Words of an article, as they stand in it."""

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
    text: Words
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
    text: Words
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
    """The reporting verb or noun, or ``according to``; null where there is neither."""
    speaker: tuple[SpeakerId, ...] = ()
    """Entity ids of whoever uttered the words, or ``unknown`` alone; empty where the corpus has no ids."""
    addressee: tuple[EntityId, ...] = ()
    """Entity ids of those to whom the words were said; empty where the text names nobody."""
    relays: tuple[EntityId, ...] = ()
    """Entity ids of those who passed the words on, from the outermost inward; empty where nobody did."""
    parent: QuoteId | None = None
    """Id of the enclosing quote; null where it is in none."""
    mode: QuoteMode = "statement"
    """Whether it was said or thought."""
    utterance: Annotated[Id, Refers("utterance", "declares")] | None = None
    """Id shared by reports of the same utterance or thought; null where it is reported once."""


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
    """Of a claim: whether the holder asserts, denies or doubts it. Of an entity or event: whether the holder is for or
    against it, or says to be neither."""
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
    modality: Modality = "actual"
    """What the text says of it here: that it happened or happens, is planned, is only supposed, or is denied."""


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
    wikidata: Wikidata | None = None
    """Its confirmed Wikidata id, or `none` where it was looked for and there is none; null where nobody looked."""
    wikidata_note: str | None = None
    """Where its Wikidata id was looked for; null where nobody wrote it down."""
    part_of: EntityId | None = None
    """Id of the whole that it is a part of; null where it is of none."""
    acts_for: EntityId | None = None
    """Id of the actor that it speaks or acts for, as a ministry for its state; null where it is an actor itself."""


class Participant(Strict, frozen=True, kw_only=True):
    """An entity's part in an event."""

    entity: EntityId
    """Id of the entity."""
    role: Role
    """What it does in the event."""


class Event(Strict, frozen=True, kw_only=True):
    """A row of the event registry: what mentions speak of, whether they say that it happened or not."""

    id: Id
    """The event's id in every article."""
    type: str
    """What kind of event it is, in a word such as ``meeting``."""
    title: str
    """What happened, as a heading."""
    date: Date | None
    """When, in EDTF (ISO 8601-2); null where the articles give none."""
    place: EntityId | None
    """Id of the entity where it happened; null where the articles give none."""
    participants: tuple[Participant, ...] = ()
    """Who took part; empty where the articles name nobody."""
    cardinality: Cardinality = "single"
    """Whether it is one event or a set of like ones."""
    parent: EventId | None = None
    """Id of the event that it is a part of; null where it is of none."""
    wikidata: Wikidata | None = None
    """Its confirmed Wikidata id, or `none` where it was looked for and there is none; null where nobody looked."""
    wikidata_note: str | None = None
    """Where its Wikidata id was looked for; null where nobody wrote it down."""


class Claim(Strict, frozen=True, kw_only=True):
    """A row of the claim registry: a proposition that holders assert, deny or doubt."""

    id: Id
    """The claim's id in every article."""
    text: str
    """One affirmative sentence, in words that each side could use."""
    about: tuple[Annotated[Id, Refers("entity", also="event")], ...] = ()
    """Ids of the entities and events that it is about."""
    as_of: Date | None = None
    """The day as of which it is meant, in EDTF (ISO 8601-2); null where it is bound to none."""


class Utterance(Strict, frozen=True, kw_only=True):
    """A row of the utterance registry: what was said or thought once, however often it is reported."""

    id: Id
    """The utterance's id in every article."""
    title: str
    """What was said, by whom and when, in a few words."""
    speaker: tuple[SpeakerId, ...] = ()
    """Entity ids of whoever uttered it, or ``unknown`` alone."""
    addressee: tuple[EntityId, ...] = ()
    """Entity ids of those to whom it was said; empty where the articles name nobody."""
    date: Date | None = None
    """When, in EDTF (ISO 8601-2); null where the articles give none."""


Row = Entity | Event | Claim | Utterance
"""A row of any registry."""

REGISTERED: dict[str, tuple[str, type[Row]]] = {
    "entity": ("entities", Entity),
    "event": ("events", Event),
    "claim": ("claims", Claim),
    "utterance": ("utterances", Utterance),
}
"""What an id may refer to that holds across documents, with the name of its registry and the type of its rows."""


class Registries(Strict, frozen=True, kw_only=True):
    """The cross-document ids."""

    entities: tuple[Entity, ...] = ()
    events: tuple[Event, ...] = ()
    claims: tuple[Claim, ...] = ()
    utterances: tuple[Utterance, ...] = ()

    def of(self, kind: str) -> tuple[Row, ...]:
        """The rows of what an id may refer to."""
        rows: tuple[Row, ...] = getattr(self, REGISTERED[kind][0])
        return rows

    def ids(self) -> dict[str, set[str]]:
        """The ids of each registry, by what they refer to."""
        return {kind: {row.id for row in self.of(kind)} for kind in REGISTERED}
