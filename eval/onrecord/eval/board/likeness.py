"""What predictions are like: a digest that is had from the columns that are scored anyhow.

Two files of one meaning (:mod:`onrecord.eval.submission.meaning`) are alike; of two that are alike nothing more is
known. So what files mean has to be found out only where several are alike. Part of the digest is of every item what
does not hang on the names of the file's own ids, in no order; for an id of its own stands what the mentions of the same
document say that bear it.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from onrecord.dataset.records import UNKNOWN
from onrecord.eval.layers.columns import (
    KINDS,
    NONE,
    Ints,
    MentionColumns,
    QuoteColumns,
    Ragged,
    SideColumns,
    StanceColumns,
    Vocabularies,
)

Hashes = NDArray[np.uint64]

_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


class Likeness:
    """Takes the columns of a file some documents at a time.

    Args:
        documents: How many are scored.
        known: The published ids of each kind (``entity``, ``event``, ``claim``): their names say something.
    """

    def __init__(self, documents: int, known: Mapping[str, Collection[str]]) -> None:
        self._known = {kind: frozenset(ids) for kind, ids in known.items()}
        self._found = np.zeros(documents, np.uint64)

    def add(self, places: Ints, predicted: SideColumns) -> None:
        """Take what is predicted of some documents.

        Args:
            places: Their places among those scored.
            predicted: The columns, documents numbered in their order.
        """
        names = self._names(predicted.codes)
        types, kinds = (_words(codes.words) for codes in (predicted.codes.type, predicted.codes.kind))
        mentions, events, quotes, stances = predicted.mentions, predicted.events, predicted.quotes, predicted.stances
        found = _mentions(mentions, types[mentions.type], kinds[mentions.kind], names["entity"])
        others = _mentions(events, events.type, events.kind, names["event"])
        entities, reported = _Bearers.of(mentions, found), _Bearers.of(events, others)
        ids: dict[str, Ids] = {
            "entity": lambda document, id: names["entity"][id] + entities.said(document, id),
            "event": lambda document, id: names["event"][id] + reported.said(document, id),
            "claim": lambda _, id: names["claim"][id],
        }
        for document, hashes in (
            (mentions.document, found),
            (events.document, others),
            (entities.documents, entities.hashes),
            (reported.documents, reported.hashes),
            (quotes.document, _quotes(quotes, ids["entity"])),
            (stances.document, _stances(stances, ids)),
        ):
            np.add.at(self._found, places[document], hashes)  # a sum knows no order

    def of(self, layers: Collection[str]) -> str:
        """The digest of everything taken, in hexadecimal.

        Args:
            layers: Those that the file has.
        """
        return hashlib.sha256(" ".join(sorted(layers)).encode() + b"\n" + self._found.tobytes()).hexdigest()

    def _names(self, codes: Vocabularies) -> dict[str, Hashes]:
        """By kind, what each id says by its name: all that are the file's own say the same."""
        found = {}
        for kind in KINDS:
            known = self._known.get(kind, frozenset())
            words = getattr(codes, kind).words
            found[kind] = _words([word if word in known or word == UNKNOWN else "" for word in words])
        return found


def _mentions(items: MentionColumns, type: Ints | Hashes, kind: Ints | Hashes, names: Hashes) -> Hashes:
    return _mixed(len(items), 1, items.start, items.end, type, kind, names[items.id])


@dataclasses.dataclass(frozen=True, eq=False)
class _Bearers:
    """What the mentions of a document say that bear an id, for each of p pairs of document and id."""

    keys: Ints
    """Shape (p,): document and id as one number, ascending."""
    width: int
    """What documents are multiplied with."""
    hashes: Hashes
    """Shape (p,)."""

    @classmethod
    def of(cls, items: MentionColumns, said: Hashes) -> _Bearers:
        there = np.flatnonzero(items.id != NONE)
        width = 1 + int(items.id.max(initial=0))
        keys, pair = np.unique(items.document[there].astype(np.int64) * width + items.id[there], return_inverse=True)
        hashes = np.zeros(len(keys), np.uint64)
        np.add.at(hashes, pair.ravel(), said[there])
        return cls(keys, width, _mixed(len(keys), 4, hashes))

    @property
    def documents(self) -> Ints:
        """The document of each pair, shape (p,)."""
        return self.keys // self.width

    def said(self, document: Ints, id: Ints) -> Hashes:
        """Those of some documents and ids; 0 where no mention bears the id."""
        if not len(self.keys):
            return np.zeros(len(id), np.uint64)
        wanted = document.astype(np.int64) * self.width + id
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        is_there = (self.keys[at] == wanted) & (id != NONE) & (id < self.width)
        return np.where(is_there, self.hashes[at], np.uint64(0))


Ids = Callable[[Ints, Ints], Hashes]
"""What ids say of themselves in some documents."""


def _quotes(quotes: QuoteColumns, ids: Ids) -> Hashes:
    several = (quotes.speaker, quotes.relays)
    said = [Ragged(each.first, ids(quotes.document[each.owners()], each.values)) for each in several]
    spans = (*quotes.source.T, *quotes.cue.T)
    nested = quotes.parent != NONE
    return _mixed(len(quotes), 2, _sums(quotes.content), *map(_sums, said), *spans, quotes.mode, nested)


def _stances(stances: StanceColumns, ids: Mapping[str, Ids]) -> Hashes:
    target = np.zeros(len(stances), np.uint64)
    for code, kind in enumerate(KINDS):
        rows = stances.kind == code
        target[rows] = ids[kind](stances.document[rows], stances.target[rows])
    said = (stances.kind, stances.label, ids["entity"](stances.document, stances.holder), target)
    return _mixed(len(stances), 3, *said, _sums(stances.evidence))


def _sums(values: Ragged) -> Hashes:
    """Of each row what its values say, in no order, and how many there are."""
    columns = values.values.T if values.values.ndim == 2 else (values.values,)
    found = values.many.astype(np.uint64)
    np.add.at(found, values.owners(), _mixed(len(values.values), 0, *columns))
    return found


def _mixed(rows: int, kind: int, *columns: Ints | Hashes) -> Hashes:
    """A number of each row, by the numbers in its columns; see SplitMix64, whose steps these are."""
    found: Hashes = np.full(rows, kind, np.uint64)
    for column in columns:
        found = (found ^ column.astype(np.int64).view(np.uint64)) + np.uint64(_STEP)
        found = (found ^ (found >> np.uint64(30))) * np.uint64(_FIRST)
        found = (found ^ (found >> np.uint64(27))) * np.uint64(_SECOND)
        found ^= found >> np.uint64(31)
    return found


def _words(words: Sequence[str]) -> Hashes:
    """A number for each word, and last for none; the same in every process."""
    digests = b"".join(hashlib.blake2b(word.encode(), digest_size=8).digest() for word in [*words, "\0"])
    return np.frombuffer(digests, "<u8").astype(np.uint64)
