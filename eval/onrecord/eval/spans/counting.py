"""Measures of spans, all read off one alignment: strict, exact, type, partial, IoU, character F1, coverage.

Strict, exact, type and partial are those of SemEval-2013 task 9.1 (Segura-Bedmar et al., 2013); the alignment is that
of :mod:`onrecord.eval.spans.alignment`. Every gold span and every prediction is counted once overall and once by type,
so that the types add up to the whole: correct + type + boundary + both + missed = gold, and with spurious in the place
of missed, predictions. Optional gold is neither missed nor found, and a prediction that it is paired with is not
spurious.

The state is whole numbers, which add over documents, files and machines to the same bits in any order.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from onrecord.eval.spans.alignment import Alignment, align_columns, touching_pairs
from onrecord.eval.spans.columns import Bools, ColumnBuilder, Ints, SpanColumns, Vocabulary, kind_codes
from onrecord.eval.spans.coverage import SHARE_UNIT, clear, cover
from onrecord.eval.spans.documents import TypedSpan
from onrecord.eval.spans.equal import Places
from onrecord.eval.spans.overlaps import CrowdedError
from onrecord.eval.spans.pairs import Fit, Pairs
from onrecord.eval.spans.readings import as_read

IOU = 0.5
"""Least intersection over union, with the same type, of the measure ``iou``."""


class CountColumn(enum.IntEnum):
    """What is counted in every document."""

    GOLD = 0
    """Gold spans that are not optional."""
    PREDICTED = 1
    """Predictions that are not paired with optional gold."""
    CORRECT = 2
    """Strict pairs."""
    TYPE = 3
    """Pairs at the same positions with another type."""
    BOUNDARY = 4
    """Overlapping pairs of the same type."""
    BOTH = 5
    """Overlapping pairs of another type."""
    IOU = 6
    """Pairs of the same type with an intersection over union of at least :data:`IOU`."""
    SPLIT = 7
    """Gold spans that two or more predictions cut up."""
    MERGED = 8
    """Predictions that lump two or more gold spans together."""
    CHARACTERS = 9
    """Positions covered by gold and a prediction of the same type."""
    GOLD_CHARACTERS = 10
    PREDICTED_CHARACTERS = 11
    GOLD_SHARE = 12
    """Covered shares of gold spans, in units of 2**-40."""
    PREDICTED_SHARE = 13
    COVERABLE = 14
    """Predictions that the share is over."""


@dataclasses.dataclass(frozen=True, eq=False)
class SpanCounts:
    """The state of a span score over D documents and T types; adds."""

    documents: tuple[str, ...]
    values: Ints
    """Shape (D, 15): a :class:`CountColumn` each."""
    types: tuple[str, ...]
    cells: Ints
    """Shape (c, 4): a :class:`~onrecord.eval.spans.pairs.Fit`, the code of a gold and of a predicted type, and the
    number of pairs, where there are any."""
    missed: Ints
    """Shape (T,): gold spans that no prediction is paired with."""
    spurious: Ints
    """Shape (T,): predictions without a gold span."""
    iou: Ints
    """Shape (T,): pairs of the same type with enough overlap, see :data:`IOU`."""

    @property
    def total(self) -> Ints:
        """The sum over documents, shape (15,)."""
        total: Ints = self.values.sum(axis=0)
        return total


@dataclasses.dataclass(frozen=True, eq=False)
class Selection:
    """Some of the spans of either side, such as the names alone."""

    gold: Bools
    predicted: Bools


def count_spans(
    documents: Sequence[str],
    types: Sequence[str],
    gold: SpanColumns,
    predicted: SpanColumns,
    alignment: Alignment,
    selection: Selection | None = None,
    coverage: bool = True,
) -> SpanCounts:
    """Count what an alignment says.

    Args:
        documents: Their names.
        types: Names of the types by code.
        gold: Gold spans.
        predicted: Predictions.
        alignment: Of all of them, whatever the selection: a name paired with a pronoun is a name missed, and one
            paired with an optional pronoun no spurious name.
        selection: The spans to count; None for all.
        coverage: Whether characters and shares are counted too.
    """
    many, pairs = len(documents), alignment.pairs
    if gold.alternatives:
        gold = as_read(gold, predicted, pairs)
        alignment = dataclasses.replace(alignment, places=Places.of(gold, predicted))
    counted = pairs
    gold_in: Bools = np.ones(len(gold), bool)
    predicted_in: Bools = np.ones(len(predicted), bool)
    if selection is not None or gold.optional is not None:
        optional = gold.is_optional
        gold_in = ~optional if selection is None else selection.gold & ~optional
        predicted_in = predicted_in if selection is None else selection.predicted.copy()
        predicted_in[pairs.predicted[optional[pairs.gold]]] = False
        counted = pairs.take(np.flatnonzero(gold_in[pairs.gold] & predicted_in[pairs.predicted]))
    every = selection is None and gold.optional is None
    document = gold.document[counted.gold]
    gold_type, type_ = gold.type[counted.gold], predicted.type[counted.predicted]
    enough = (gold_type == type_) & (counted.shared >= IOU * counted.union)
    values = np.zeros((many, len(CountColumn)), np.int64)
    values[:, CountColumn.GOLD] = np.bincount(gold.document if every else gold.document[gold_in], minlength=many)
    values[:, CountColumn.PREDICTED] = np.bincount(
        predicted.document if every else predicted.document[predicted_in], minlength=many
    )
    by_fit = np.bincount(len(Fit) * document + counted.fit, minlength=len(Fit) * many).reshape(many, len(Fit))
    values[:, list(CLASSES.values())] = by_fit[:, list(CLASSES)]
    values[:, CountColumn.IOU] = np.bincount(document[enough], minlength=many)
    split, merged = (
        rows[inside[rows]] for rows, inside in ((alignment.split, gold_in), (alignment.merged, predicted_in))
    )
    values[:, CountColumn.SPLIT] = np.bincount(gold.document[split], minlength=many)
    values[:, CountColumn.MERGED] = np.bincount(predicted.document[merged], minlength=many)
    if coverage:
        _add_coverage(values, gold, predicted, alignment, selection)
    kinds = len(types)
    return SpanCounts(
        documents=tuple(documents),
        values=values,
        types=tuple(types),
        cells=_cells(counted.fit, gold_type, type_, None, kinds),
        missed=_unpaired(gold.type, gold_in, counted.gold, kinds),
        spurious=_unpaired(predicted.type, predicted_in, counted.predicted, kinds),
        iou=np.bincount(gold_type[enough], minlength=kinds),
    )


BLOCK_SPANS = 2**15
"""About how many gold spans are aligned and counted at once: so many that arrays pay, so few that the processor's cache
holds them."""


def score_columns(
    documents: Sequence[str], types: Vocabulary, gold: SpanColumns, predicted: SpanColumns, block: int = BLOCK_SPANS
) -> SpanCounts:
    """Align and count many documents, some at a time; how many changes nothing.

    Args:
        documents: Their names.
        types: Codes of the types.
        gold: Gold spans.
        predicted: Predictions.
        block: About how many gold spans to take at once; a document is never cut.

    Raises:
        CrowdedError: Too many spans of one document lie over each other.
    """
    firsts = np.unique(gold.document[::block]).tolist()
    bounds = [*firsts, len(documents)] if firsts and firsts[0] == 0 else [0, *firsts, len(documents)]
    parts: list[SpanCounts] = []
    for first, last in itertools.pairwise(bounds):
        one, other = gold.of_documents(first, last), predicted.of_documents(first, last)
        parts += _counted(documents[first:last], types, one, other)
    return total_counts(parts)


def _counted(
    documents: Sequence[str], types: Vocabulary, gold: SpanColumns, predicted: SpanColumns
) -> Iterator[SpanCounts]:
    """The counts of some documents, of fewer at a time where spans crowd."""
    try:
        alignment = align_columns(gold, predicted, types.ranks())
        yield count_spans(documents, types.words, gold, predicted, alignment)
    except CrowdedError:
        if len(documents) == 1:
            raise CrowdedError(documents[0]) from None
        middle = len(documents) // 2
        for first, last in ((0, middle), (middle, len(documents))):
            some = gold.of_documents(first, last), predicted.of_documents(first, last)
            yield from _counted(documents[first:last], types, *some)


CLASSES = {
    Fit.STRICT: CountColumn.CORRECT,
    Fit.EXACT: CountColumn.TYPE,
    Fit.TYPE: CountColumn.BOUNDARY,
    Fit.OVERLAP: CountColumn.BOTH,
}


def _add_coverage(
    values: Ints, gold: SpanColumns, predicted: SpanColumns, alignment: Alignment, selection: Selection | None
) -> None:
    many, pairs = len(values), alignment.pairs
    touching: Pairs | None = None
    gold_in = np.ones(len(gold), bool) if selection is None else selection.gold.copy()
    predicted_in = np.ones(len(predicted), bool) if selection is None else selection.predicted.copy()
    if not gold.alternatives:
        # equal spans that no other span touches need not be looked at, and these are nearly all
        equal = pairs.fit >= Fit.EXACT
        places = alignment.places
        apart = clear(places.gold_start, places.gold_end)[pairs.gold] & equal
        apart &= clear(places.start, places.end)[pairs.predicted]
        apart &= gold_in[pairs.gold] & predicted_in[pairs.predicted]
        if gold.optional is not None:
            apart &= ~gold.optional[pairs.gold]
        gold_in[pairs.gold[apart]] = False
        predicted_in[pairs.predicted[apart]] = False
        document = gold.document[pairs.gold[apart]]
        same = pairs.fit[apart] == Fit.STRICT
        size = np.bincount(document, pairs.shared[apart], many).astype(np.int64)
        values[:, CountColumn.CHARACTERS] = np.bincount(document, pairs.shared[apart] * same, many)
        values[:, CountColumn.GOLD_CHARACTERS : CountColumn.PREDICTED_CHARACTERS + 1] = size[:, None]
        alone = np.bincount(document, same, many).astype(np.int64) * SHARE_UNIT
        values[:, CountColumn.GOLD_SHARE : CountColumn.PREDICTED_SHARE + 1] = alone[:, None]
        values[:, CountColumn.COVERABLE] = np.bincount(document, minlength=many)
        if selection is None and gold.optional is None and apart[equal].all():
            touching = alignment.touching
    rows, columns = np.flatnonzero(gold_in), np.flatnonzero(predicted_in)
    copies: tuple[Ints, Ints] | None = None
    if touching is None:
        places = alignment.places
        rows, gold_copies = _distinct(rows, places.gold_key * places.types + gold.type, gold.optional)
        columns, other_copies = _distinct(columns, places.key * places.types + predicted.type, None)
        copies = gold_copies, other_copies
        touching = touching_pairs(gold, predicted, places, rows, columns)
    covered = cover(gold, predicted, many, touching, rows, columns, copies)
    values[:, CountColumn.CHARACTERS] += covered.shared
    values[:, CountColumn.GOLD_CHARACTERS] += covered.gold
    values[:, CountColumn.PREDICTED_CHARACTERS] += covered.predicted
    values[:, CountColumn.GOLD_SHARE] += covered.gold_share
    values[:, CountColumn.PREDICTED_SHARE] += covered.predicted_share
    values[:, CountColumn.COVERABLE] += covered.predicted_spans


def _distinct(rows: Ints, key: Ints, optional: Bools | None) -> tuple[Ints, Ints]:
    """One of the rows of each key, ascending, and how many there are, shape (spans,).

    Copies cover what the first covers: without them a span that is there ten thousand times costs no more than one.
    """
    keys = key[rows] if optional is None else 2 * key[rows] + optional[rows]
    _, first, many = np.unique(keys, return_index=True, return_counts=True)
    copies = np.zeros(len(key), np.int64)
    copies[rows[first]] = many
    return np.sort(rows[first]), copies


def _cells(fit: Ints, gold_type: Ints, type_: Ints, many: Ints | None, kinds: int) -> Ints:
    """Sums of ``many``, or numbers of pairs where it is not given, by fit and types."""
    code = (fit * kinds + gold_type) * kinds + type_
    if 4 * kinds * kinds <= max(4096, len(code)):
        sums = np.bincount(code, many, 4 * kinds * kinds)
        place = np.flatnonzero(sums)
        total = sums[place].astype(np.int64)
    else:  # too many types for a table of all pairs of them
        place, where = np.unique(code, return_inverse=True)
        total = np.bincount(where, many, len(place)).astype(np.int64)
    return np.stack([place // (kinds * kinds), place // kinds % kinds, place % kinds, total], axis=1)


def _unpaired(types: Ints, inside: Bools, paired: Ints, kinds: int) -> Ints:
    left = inside.copy()
    left[paired] = False
    return np.bincount(types[left], minlength=kinds)


def total_counts(parts: Sequence[SpanCounts]) -> SpanCounts:
    """The state of all documents of some disjoint sets of documents, types in alphabetical order."""
    types = sorted({name for part in parts for name in part.types})
    code = {name: n for n, name in enumerate(types)}
    cells = [np.zeros((0, 4), np.int64)]
    single = np.zeros((3, len(types)), np.int64)
    for part in parts:
        at = np.array([code[name] for name in part.types], np.int64)
        fit, gold_type, type_, many = part.cells.T
        cells.append(np.stack([fit, at[gold_type], at[type_], many], axis=1))
        single[:, at] += np.stack([part.missed, part.spurious, part.iou])
    values = [part.values for part in parts]
    fit, gold_type, type_, many = np.concatenate(cells).T
    return SpanCounts(
        documents=tuple(name for part in parts for name in part.documents),
        values=np.concatenate(values) if values else np.zeros((0, len(CountColumn)), np.int64),
        types=tuple(types),
        cells=_cells(fit, gold_type, type_, many, len(types)),
        missed=single[0],
        spurious=single[1],
        iou=single[2],
    )


class Pair(NamedTuple):
    """A gold span and the prediction aligned with it, by index."""

    gold: int
    predicted: int
    fit: Fit


def align(gold: Sequence[TypedSpan], predicted: Sequence[TypedSpan]) -> list[Pair]:
    """The optimal one-to-one alignment of one document's spans, in order of the gold index.

    >>> align([TypedSpan(0, 5, "PER")], [TypedSpan(0, 4, "PER"), TypedSpan(0, 5, "ORG")])
    [Pair(gold=0, predicted=1, fit=<Fit.EXACT: 2>)]
    """
    columns = SpanColumnPair.of([gold], [predicted])
    return pair_list(columns.align().pairs)


def pair_list(pairs: Pairs) -> list[Pair]:
    """Pairs of arrays as a list, in order of the gold row."""
    return _listed(pairs.take(np.argsort(pairs.gold, kind="stable")))


def _listed(pairs: Pairs) -> list[Pair]:
    rows = zip(pairs.gold.tolist(), pairs.predicted.tolist(), pairs.fit.tolist(), strict=True)
    return [Pair(gold, predicted, _FITS[fit]) for gold, predicted, fit in rows]


_FITS = tuple(Fit)


@dataclasses.dataclass(frozen=True, eq=False)
class SpanColumnPair:
    """Both sides of some documents as columns with common codes."""

    types: Vocabulary
    gold: SpanColumns
    predicted: SpanColumns

    @classmethod
    def of(cls, gold: Sequence[Sequence[TypedSpan]], predicted: Sequence[Sequence[TypedSpan]]) -> SpanColumnPair:
        """The columns of the gold and predicted spans of each document."""
        types = Vocabulary()
        builders = ColumnBuilder(types), ColumnBuilder(types)
        for builder, documents in zip(builders, (gold, predicted), strict=True):
            builder.add(documents)
        return cls.built(types, *builders)

    @classmethod
    def built(cls, types: Vocabulary, gold: ColumnBuilder, predicted: ColumnBuilder) -> SpanColumnPair:
        """The columns of two builders with common codes of types."""
        kinds = kind_codes(gold.kinds | predicted.kinds)
        return cls(types, gold.columns(kinds), predicted.columns(kinds))

    def align(self) -> Alignment:
        """Their alignment."""
        return align_columns(self.gold, self.predicted, self.types.ranks())

    def count(self, documents: Sequence[str], alignment: Alignment, selection: Selection | None = None) -> SpanCounts:
        """What :func:`count_spans` makes of it."""
        return count_spans(documents, self.types.words, self.gold, self.predicted, alignment, selection)

    def pair_lists(self, alignment: Alignment, documents: int) -> list[list[Pair]]:
        """The pairs of each of so many documents, by index within it, in order of the gold index."""
        pairs, every = alignment.pairs, np.arange(documents + 1)
        first, other = (np.searchsorted(side.document, every) for side in (self.gold, self.predicted))
        document = self.gold.document[pairs.gold]
        many = np.bincount(document, minlength=documents).tolist()
        within = dataclasses.replace(
            pairs, gold=pairs.gold - first[document], predicted=pairs.predicted - other[document]
        )
        found = iter(_listed(within.take(np.argsort(pairs.gold, kind="stable"))))
        return [list(itertools.islice(found, each)) for each in many]
