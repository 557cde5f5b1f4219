"""The record model: what gold labels, predictions, exports and Parquet rows all consist of.

Offsets are 0-based, half-open and count Unicode code points of a document's ``text``; every span repeats its
surface as ``text``, which serves as a checksum. Ids are opaque: nothing here or in the scorer parses one.
Definitions: the label scheme in ``annotation/GUIDELINES.md``.
"""

from __future__ import annotations

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
Split = Literal["validation", "test"]
Layer = Literal["mentions", "quotes", "stances", "events"]

LAYERS: tuple[Layer, ...] = ("mentions", "quotes", "stances", "events")
"""The four layers by the name of their field in every record and prediction line."""

UNKNOWN = "unknown"
"""The one reserved entity id: a speaker whom the text leaves unnamed."""

Offset = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_ID = r"^(?!__proto__$)[A-Za-z0-9_-][A-Za-z0-9._:-]*$(?!\n)"

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128, pattern=_ID)]
"""Letters, digits and ``. _ : -`` of ASCII: harmless in file names, spreadsheets and addresses; opaque.
What Label Studio calls a region may begin with ``_`` or ``-``."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every record: immutable, by name only, no unknown fields."""


class Span(Record, frozen=True, kw_only=True):
    """A contiguous stretch of a document's text."""

    start: Offset
    """First code point, counted from 0."""
    end: Offset
    """One past the last code point."""
    text: str
    """The surface, equal to ``document.text[start:end]``."""


class Item(Record, frozen=True, kw_only=True):
    """What every labelled item carries besides its label."""

    id: Id | None = None
    """Unique within its document; required in gold, free (and optional) in predictions."""
    annotators: tuple[str, ...] = ()
    """Who marked it before adjudication."""
    agreed: bool | None = None
    """Whether both annotators marked it alike; null where only one looked."""
    optional: bool = False
    """Reasonable readers differ: counted neither as missed nor as spurious."""
    rule: str | None = None
    """Id of the guideline rule that decided a hard case."""


class Mention(Item, frozen=True, kw_only=True):
    """A reference to an entity by name, noun phrase or pronoun."""

    start: Offset
    end: Offset
    text: str
    type: EntityType
    kind: MentionKind = "name"
    entity: Id | None = None
    """The entity referred to; required in gold. In predictions equal ids form a cluster over the whole file."""
    literal: Id | None = None
    """Metonymy: the place literally named, where ``entity`` is the body that acts."""
    noise: Noise | None = None
    """The surface is misspelt or mistranslated; the link goes to the entity that was meant."""

    @property
    def span(self) -> Span:
        """The mention's place in the text."""
        return Span(start=self.start, end=self.end, text=self.text)


class Quote(Item, frozen=True, kw_only=True):
    """Reported speech, writing or thought: what was said, by whom, through whom."""

    content: tuple[Span, ...]
    """The words reported, in order; more than one segment where the tag splits them."""
    source: Span | None = None
    """The phrase that names the utterer."""
    cue: Span | None = None
    """The reporting verb or ``according to``."""
    speaker: tuple[Id, ...] = ()
    """Entity ids of whoever uttered the words, or ``("unknown",)``."""
    relays: tuple[Id, ...] = ()
    """Entity ids of those who passed the words on, from the outermost inward."""
    parent: Id | None = None
    """Id of the enclosing quote."""
    mode: QuoteMode = "statement"
    utterance: Id | None = None
    """Event id shared by reports of the same words in several articles."""


class Target(Record, frozen=True, kw_only=True):
    """What a stance is about."""

    kind: TargetKind
    id: Id


class Stance(Item, frozen=True, kw_only=True):
    """A holder's attitude to an entity, an event or a claim, as one document shows it."""

    holder: Id
    target: Target
    label: StanceLabel
    """For a claim, favor means: presents it as true."""
    evidence: tuple[Span, ...] = ()
    quote: Id | None = None
    """Id of the quote that carries the attitude."""
    basis: StanceBasis = "stated"


class EventMention(Item, frozen=True, kw_only=True):
    """The shortest head phrase that names an event."""

    start: Offset
    end: Offset
    text: str
    event: Id

    @property
    def span(self) -> Span:
        """The trigger's place in the text."""
        return Span(start=self.start, end=self.end, text=self.text)


class Labels(Record, frozen=True, kw_only=True):
    """All labels of one document."""

    mentions: tuple[Mention, ...] = ()
    quotes: tuple[Quote, ...] = ()
    stances: tuple[Stance, ...] = ()
    events: tuple[EventMention, ...] = ()

    def items(self) -> Iterator[tuple[Layer, Item]]:
        """Every item with its layer."""
        for layer in LAYERS:
            for item in getattr(self, layer):
                yield layer, item

    def changed(self, change: Callable[[Layer, Any], Any]) -> Labels:
        """The labels in which every item is what ``change`` makes of it and its layer."""
        return Labels(**{layer: tuple(change(layer, item) for item in getattr(self, layer)) for layer in LAYERS})


class Entity(Record, frozen=True, kw_only=True):
    """A row of the entity registry."""

    id: Id
    type: EntityType
    name: str
    aliases: tuple[str, ...] = ()
    wikidata: Annotated[str, msgspec.Meta(pattern=r"^Q[1-9][0-9]*$(?!\n)")] | None = None
    wikidata_note: str | None = None
    """Where the Wikidata id was checked, or why there is none."""
    part_of: Id | None = None


class Participant(Record, frozen=True, kw_only=True):
    """An entity's part in an event."""

    entity: Id
    role: str


class Event(Record, frozen=True, kw_only=True):
    """A row of the event registry."""

    id: Id
    type: str
    title: str
    date: str | None
    """EDTF (ISO 8601-2), or null where the articles give none."""
    place: Id | None
    participants: tuple[Participant, ...] = ()
    modality: Modality = "actual"
    cardinality: Cardinality = "single"
    parent: Id | None = None
    wikidata: Annotated[str, msgspec.Meta(pattern=r"^Q[1-9][0-9]*$(?!\n)")] | None = None
    wikidata_note: str | None = None


class Claim(Record, frozen=True, kw_only=True):
    """A row of the claim registry: a proposition that holders can be for or against."""

    id: Id
    text: str
    """One affirmative sentence."""
    about: tuple[Id, ...] = ()
    """Entity and event ids."""
    as_of: str | None = None


class Registries(Record, frozen=True, kw_only=True):
    """The cross-document ids."""

    entities: tuple[Entity, ...] = ()
    events: tuple[Event, ...] = ()
    claims: tuple[Claim, ...] = ()
