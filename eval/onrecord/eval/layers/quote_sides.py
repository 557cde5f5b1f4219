"""Both sides of the quotes of many documents, as columns: who said them in gold's codes, and which answers which."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from onrecord.dataset.records import UNKNOWN
from onrecord.eval.layers.columns import NONE, Bools, Ints, QuoteColumns, Ragged, Vocabularies
from onrecord.eval.layers.state_columns import Floats

UNKNOWN_CODE = -2
"""Of the unknown speaker."""
STRANGER = -3
"""Of an id that means nothing in gold."""


@dataclasses.dataclass(frozen=True, eq=False)
class Speech:
    """Who said the quotes of a side and who passed them on, in gold's codes."""

    speaker: Ragged
    """Nobody at all is the unknown speaker."""
    relays: Ragged


def speech(quotes: QuoteColumns, unknown: int, mapping: Ints | None) -> Speech:
    """The speakers and relays of a side.

    Args:
        quotes: The quotes.
        unknown: The code that the side has for the unknown speaker; -1 where it never names one.
        mapping: Of the file's codes to gold's, :data:`STRANGER` for none; None for gold itself.
    """

    def gold_codes(values: Ints, reserved: bool) -> Ints:
        found = values.astype(np.int64) if mapping is None else mapping[values]
        return np.where(values == unknown, UNKNOWN_CODE, found) if reserved and unknown >= 0 else found

    speaker = gold_codes(quotes.speaker.values, True)
    nobody = np.flatnonzero(quotes.speaker.many == 0)
    many = np.maximum(quotes.speaker.many, 1)
    said = Ragged(
        np.concatenate([[0], np.cumsum(many)]), np.insert(speaker, quotes.speaker.first[nobody], UNKNOWN_CODE)
    )
    return Speech(said, Ragged(quotes.relays.first, gold_codes(quotes.relays.values, False)))


@dataclasses.dataclass(frozen=True, eq=False)
class PairedQuotes:
    """k pairs of quotes, by row, in order of the gold row; every array has the shape (k,)."""

    gold: Ints
    predicted: Ints
    similarity: Floats
    speaker: Bools
    """Whether the predicted speakers are the gold speakers, no more and no fewer."""

    def take(self, which: Ints) -> PairedQuotes:
        """Some of the pairs, by index."""
        return PairedQuotes(self.gold[which], self.predicted[which], self.similarity[which], self.speaker[which])


@dataclasses.dataclass(frozen=True, eq=False)
class Quotes:
    """Both sides of the quotes of D documents."""

    documents: int
    gold: QuoteColumns
    predicted: QuoteColumns
    said: tuple[Speech, Speech]
    words: Sequence[str]
    """Of gold's entity codes."""
    actor: Ints
    """The gold code of the actor of each of gold's entities."""

    @classmethod
    def of(
        cls,
        documents: int,
        quotes: tuple[QuoteColumns, QuoteColumns],
        codes: tuple[Vocabularies, Vocabularies],
        entity: Ints,
        actor: Ints,
    ) -> Quotes:
        """Both sides, the file's ids as ``entity`` maps their codes to gold's, and these as ``actor`` to actors."""
        reserved = [side.entity.get(UNKNOWN, NONE) for side in codes]
        mapping = np.where(entity == NONE, STRANGER, entity)
        said = speech(quotes[0], reserved[0], None), speech(quotes[1], reserved[1], mapping)
        return cls(documents, *quotes, said, codes[0].entity.words, actor)
