"""The line of a prediction file, as it is typed."""

from __future__ import annotations

from typing import Annotated

import msgspec

from onrecord.dataset import EventMention, Labels, Mention, Quote, Stance
from onrecord.dataset.layers import LAYERS, labels, scheme
from onrecord.dataset.records import Cardinality, Date, EntityId, Id, Refers, Strict, Wikidata
from onrecord.dataset.walk import without_ids


class EntityDescription(Strict, frozen=True, kw_only=True):
    """What one of the file's entity ids stands for."""

    id: Annotated[Id, Refers("entity", "declares")]
    name: str | None = None
    wikidata: Wikidata | None = None


class ClaimDescription(Strict, frozen=True, kw_only=True):
    """What one of the file's claim ids stands for."""

    id: Annotated[Id, Refers("claim", "declares")]
    text: str
    """The claim as the registry words it, or in words of its own."""


class EventDescription(Strict, frozen=True, kw_only=True):
    """What one of the file's event ids stands for, as far as the system can say."""

    id: Annotated[Id, Refers("event", "declares")]
    type: str | None = None
    """What kind of event it is, in the words of the event registry, such as ``meeting``."""
    title: str | None = None
    date: Date | None = None
    """EDTF (ISO 8601-2), without times."""
    place: EntityId | None = None
    """An entity id."""
    cardinality: Cardinality | None = None
    wikidata: Wikidata | None = None


PLACED = ("mentions", "quotes", "events")
"""The layers whose items have their place by words that must be in the text."""


class NotInText(Strict, frozen=True, kw_only=True):
    """An item whose words are not in the text, such as a made-up quote: a prediction that is never right."""

    layer: str
    """The layer that it would be an item of, if it were there."""
    text: Annotated[str, msgspec.Meta(min_length=1)]
    """Its words."""
    kind: str | None = None
    """Of a mention: its kind; None for the first of the scheme, a name."""


class PredictionLine(Strict, frozen=True, kw_only=True):
    """A system's output for one document."""

    doc_id: Id
    text_sha256: str | None = None
    """SHA-256 of the text that the offsets refer to, as the dataset gives it; without it, the surfaces of the items
    alone tell whether it is this text."""
    mentions: tuple[Mention, ...] | None = None
    quotes: tuple[Quote, ...] | None = None
    stances: tuple[Stance, ...] | None = None
    events: tuple[EventMention, ...] | None = None
    entities: tuple[EntityDescription, ...] = ()
    claims: tuple[ClaimDescription, ...] = ()
    event_descriptions: tuple[EventDescription, ...] = ()
    unplaced: tuple[NotInText, ...] = ()
    """What was predicted and is not in the text; each counts as a prediction that is wrong."""

    @property
    def labels(self) -> Labels:
        """The line's items, without ids where the scheme wants none; a layer that is not there is empty."""
        made = labels(**{layer: getattr(self, layer, None) or () for layer in LAYERS})
        return made if scheme().ids else made.changed(lambda _, item: without_ids(item))


Description = EntityDescription | ClaimDescription | EventDescription


def says_something(row: Description) -> bool:
    """Whether a description is more than an id."""
    return says(type(row), msgspec.structs.astuple(row))


def says(kind: type[msgspec.Struct], values: tuple[str | None, ...]) -> bool:
    """The same of the values of one, the first of which is the id."""
    if issubclass(kind, EventDescription):
        return values.count(None) < len(values) - 1
    return any(values[1:])
