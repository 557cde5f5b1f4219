"""The line of a prediction file, as it is typed."""

from __future__ import annotations

from typing import Annotated

import msgspec

from onrecord.dataset import EventMention, Labels, Mention, Quote, Stance
from onrecord.dataset.records import Id, Record


class EntityDescription(Record, frozen=True, kw_only=True):
    """What one of the file's entity ids stands for."""

    id: Id
    name: str | None = None
    wikidata: Annotated[str, msgspec.Meta(pattern=r"^Q[1-9][0-9]*$")] | None = None


class ClaimDescription(Record, frozen=True, kw_only=True):
    """What one of the file's claim ids stands for."""

    id: Id
    text: str
    """The claim as the registry words it, or in words of its own."""


class PredictionLine(Record, frozen=True, kw_only=True):
    """A system's output for one document."""

    doc_id: Id
    text_sha256: str
    """SHA-256 of the text that the offsets refer to, as the dataset gives it."""
    mentions: tuple[Mention, ...] | None = None
    quotes: tuple[Quote, ...] | None = None
    stances: tuple[Stance, ...] | None = None
    events: tuple[EventMention, ...] | None = None
    entities: tuple[EntityDescription, ...] = ()
    claims: tuple[ClaimDescription, ...] = ()

    @property
    def labels(self) -> Labels:
        """The line's items; a layer that is not there is empty."""
        return Labels(
            mentions=self.mentions or (),
            quotes=self.quotes or (),
            stances=self.stances or (),
            events=self.events or (),
        )
