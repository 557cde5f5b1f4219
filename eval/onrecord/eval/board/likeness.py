"""What predictions are like: a digest that is had from the columns that are scored anyhow.

Two files of one meaning (:mod:`onrecord.eval.submission.meaning`) are alike; of two that are alike nothing more is
known. So what files mean has to be found out only where several are alike. Part of the digest is of every item what
does not hang on the names of the file's own ids, in no order, and how many mentions of a document each id has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

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
        for document, hashes in (
            (mentions.document, _mentions(mentions, types[mentions.type], kinds[mentions.kind], names["entity"])),
            (events.document, _mentions(events, events.type, events.kind, names["event"])),
            (quotes.document, _quotes(quotes, names["entity"])),
            (stances.document, _stances(stances, names)),
            _cluster_sizes(mentions),
            _cluster_sizes(events),
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


def _quotes(quotes: QuoteColumns, names: Hashes) -> Hashes:
    ids = (Ragged(each.first, names[each.values]) for each in (quotes.speaker, quotes.relays))
    spans = (*quotes.source.T, *quotes.cue.T)
    nested = quotes.parent != NONE
    return _mixed(len(quotes), 2, _sums(quotes.content), *map(_sums, ids), *spans, quotes.mode, nested)


def _stances(stances: StanceColumns, names: Mapping[str, Hashes]) -> Hashes:
    target = np.zeros(len(stances), np.uint64)
    for code, kind in enumerate(KINDS):
        rows = stances.kind == code
        target[rows] = names[kind][stances.target[rows]]
    said = (stances.kind, stances.label, names["entity"][stances.holder], target)
    return _mixed(len(stances), 3, *said, _sums(stances.evidence))


def _cluster_sizes(items: MentionColumns) -> tuple[Ints, Hashes]:
    """The documents of the ids, each as often as it has ids, and how many of its mentions each of these has."""
    there = np.flatnonzero(items.id != NONE)
    width = 1 + int(items.id.max(initial=0))
    pairs, many = np.unique(items.document[there].astype(np.int64) * width + items.id[there], return_counts=True)
    return pairs // width, _mixed(len(pairs), 4, many)


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
