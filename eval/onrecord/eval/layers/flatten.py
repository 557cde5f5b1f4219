"""From labels to columns, some documents at a time, so that their labels need not be held together."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from onrecord.dataset import EventMention, Labels, Mention, Quote, Stance
from onrecord.eval.layers.columns import (
    BASES,
    KINDS,
    LABELS,
    MODALITIES,
    MODES,
    NONE,
    Ints,
    Letters,
    MentionColumns,
    QuoteColumns,
    Ragged,
    SideColumns,
    StanceColumns,
    Vocabularies,
    narrow,
    without_that,
)
from onrecord.eval.layers.gold_block import is_regular, kinds_of, number_words
from onrecord.eval.layers.line_columns import TextBlock, columns_of
from onrecord.eval.matching.similarity import parts
from onrecord.eval.submission.line_block import Strand

_KIND = {name: code for code, name in enumerate(KINDS)}

_NOWHERE = (NONE, NONE)

NOWHERE = -2
"""The row of a parent that the document does not have."""


class Flattener:
    """Columns of one side, made document after document.

    Args:
        codes: Of types and ids; new ones are added.
        letters: Where letters and digits are, which costs less when shared.
    """

    def __init__(self, codes: Vocabularies, letters: Letters | None = None) -> None:
        self.codes = codes
        self._letters = letters or Letters()
        self._blocks: list[SideColumns] = []
        self._waiting = 0
        self._targets = (codes.entity, codes.event, codes.claim)
        self._quotes = 0
        self._mode, self._label, self._basis, self._modality = (
            {word: code for code, word in enumerate(words)} for words in (MODES, LABELS, BASES, MODALITIES)
        )
        self._empty()

    def _empty(self) -> None:
        self._mention: list[list[int]] = [[] for _ in range(7)]
        self._event: list[list[int]] = [[] for _ in range(7)]
        self._quote: list[list[Any]] = [[] for _ in range(8)]
        self._ragged: list[tuple[list[int], list[Any]]] = [([], []) for _ in range(4)]
        self._stance: list[list[int]] = [[] for _ in range(7)]
        self._evidence: tuple[list[int], list[Any]] = ([], [])

    def add(self, document: int, labels: Labels, text: str, slices: Sequence[int] = ()) -> None:
        """The labels of a document.

        Args:
            document: Its index.
            labels: Its labels, checked.
            text: Its text.
            slices: For gold, bits of what kinds of quote each quote is.
        """
        if labels.mentions:
            self._add_mentions(document, labels.mentions)
        if labels.events:
            self._add_events(document, labels.events)
        if labels.quotes:
            self._add_quotes(document, labels.quotes, text, slices)
        if labels.stances:
            self._add_stances(document, labels.stances)
        self._waiting += 1
        if self._waiting == BLOCK:
            self._close()

    def add_several(self, documents: Sequence[int], layers: Mapping[str, Strand], texts: Sequence[str]) -> None:
        """The labels of several documents, as they stand on the lines of a file.

        Args:
            documents: The index of each.
            layers: The items of each layer; nothing is wrong with them.
            texts: The text of each.
        """
        self._add_block(documents, layers, TextBlock(texts, self._letters))

    def add_gold(
        self,
        documents: Sequence[int],
        layers: Mapping[str, Strand],
        sections: Strand,
        texts: Sequence[str],
        kinds: Sequence[str],
    ) -> bool:
        """The gold labels of several documents, with what kinds of quote each quote is.

        Args:
            documents: The index of each.
            layers: The items of each layer; each is what its type wants.
            sections: The sections of the documents.
            texts: The text of each.
            kinds: The names of the kinds of quotes, a bit each.

        Returns:
            Whether they are taken; where not, they are to be added one by one.
        """
        block = TextBlock(texts, self._letters)
        if not is_regular(layers, sections, block.length):
            return False
        number_words(self.codes, layers)

        def slices(quotes: QuoteColumns) -> Ints:
            return kinds_of(quotes, layers["quotes"].line, sections, block, kinds)

        self._add_block(documents, layers, block, slices if "quotes" in layers else None)
        made = self._blocks[-1]
        self._blocks[-1] = SideColumns(self.codes, *map(_narrowed, _tables(made)))
        return True

    def _add_block(
        self,
        documents: Sequence[int],
        layers: Mapping[str, Strand],
        block: TextBlock,
        slices: Callable[[QuoteColumns], Ints] | None = None,
    ) -> None:
        self._close()
        made = columns_of(self.codes, layers, np.array(documents, np.int32), block)
        quotes = made.quotes if slices is None else dataclasses.replace(made.quotes, slices=slices(made.quotes))
        inside = np.where(quotes.parent >= 0, quotes.parent + self._quotes, quotes.parent).astype(np.int32)
        self._blocks.append(dataclasses.replace(made, quotes=dataclasses.replace(quotes, parent=inside)))
        self._quotes += len(quotes)

    def _add_mentions(self, document: int, items: Sequence[Mention]) -> None:
        of, start, end, type, kind, optional, id = self._mention
        types, kinds, ids = self.codes.type, self.codes.kind, self.codes.entity
        of += [document] * len(items)
        start += [each.start for each in items]
        end += [each.end for each in items]
        type += [types[each.type] for each in items]
        kind += [kinds[each.kind] for each in items]
        optional += [each.optional for each in items]
        id += [ids[each.entity] for each in items]

    def _add_events(self, document: int, items: Sequence[EventMention]) -> None:
        of, start, end, type, kind, optional, id = self._event
        ids = self.codes.event
        of += [document] * len(items)
        start += [each.start for each in items]
        end += [each.end for each in items]
        type += [0] * len(items)
        kind += [self._modality[each.modality] for each in items]
        optional += [each.optional for each in items]
        id += [ids[each.event] for each in items]

    def _add_quotes(self, document: int, items: Sequence[Quote], text: str, slices: Sequence[int]) -> None:
        of, mode, source, cue, pieces, parent, optional, kinds = self._quote
        content, letters, speaker, relays = self._ragged
        ids, before = self.codes.entity, self._letters.before(text)
        rows = {each.id: row for row, each in enumerate(items, self._quotes) if each.id is not None}
        of += [document] * len(items)
        mode += [self._mode[each.mode] for each in items]
        optional += [each.optional for each in items]
        kinds += slices or [0] * len(items)
        parent += [NONE if each.parent is None else rows.get(each.parent, NOWHERE) for each in items]
        source += [_NOWHERE if (span := each.source) is None else (span.start, span.end) for each in items]
        cue += [_NOWHERE if (span := each.cue) is None else (span.start, span.end) for each in items]
        for many, values, all_ids in ((*speaker, [e.speaker for e in items]), (*relays, [e.relays for e in items])):
            many += map(len, all_ids)
            values += [ids[id] for each in all_ids for id in each]
        edges = [[(span.start, span.end) for span in each.content] for each in items]
        content[0].extend(map(len, edges))
        content[1].extend(edge for each in edges for edge in each)
        bare = [without_that(*edge, text) for each in edges for edge in each]
        flat = before[np.array(bare, np.int64).reshape(-1, 2)].tolist()
        pieces += flat
        at = 0
        for each in edges:
            found = [(low, high) for low, high in flat[at : at + len(each)] if low < high]
            if len(each) > 1:  # only the first segment of a quote is without a leading "that"
                whole = [without_that(*each[0], text), *each[1:]]
                found = list(parts((int(before[start]), int(before[end])) for start, end in whole))
            at += len(each)
            letters[0].append(len(found))
            letters[1].extend(found)
        self._quotes += len(items)

    def _add_stances(self, document: int, items: Sequence[Stance]) -> None:
        of, holder, kind, target, label, basis, optional = self._stance
        ids, targets = self.codes.entity, self._targets
        of += [document] * len(items)
        holder += [ids[each.holder] for each in items]
        kinds = [_KIND[each.target.kind] for each in items]
        kind += kinds
        target += [targets[code][each.target.id] for code, each in zip(kinds, items, strict=True)]
        label += [self._label[each.label] for each in items]
        basis += [self._basis[each.basis] for each in items]
        optional += [each.optional for each in items]
        many, values = self._evidence
        for each in items:
            evidence = [(span.start, span.end) for span in each.evidence]
            found = parts(evidence) if len(evidence) != 1 or evidence[0][0] >= evidence[0][1] else evidence
            many.append(len(found))
            values.extend(found)

    def _close(self) -> None:
        of, mode, source, cue, pieces, parent, optional, slices = self._quote
        content, letters, speaker, relays = self._ragged
        self._blocks.append(
            SideColumns(
                codes=self.codes,
                mentions=_mentions(self._mention),
                events=_mentions(self._event),
                quotes=QuoteColumns(
                    document=np.array(of, np.int32),
                    content=Ragged.of(*content, width=2),
                    letters=Ragged.of(*letters, width=2),
                    pieces=np.array(pieces, np.int32).reshape(-1, 2),
                    speaker=Ragged.of(*speaker),
                    relays=Ragged.of(*relays),
                    mode=np.array(mode, np.int32),
                    source=np.array(source, np.int32).reshape(-1, 2),
                    cue=np.array(cue, np.int32).reshape(-1, 2),
                    parent=np.array(parent, np.int32),
                    optional=np.array(optional, bool),
                    slices=np.array(slices, np.int32),
                ),
                stances=_stances(self._stance, self._evidence),
            )
        )
        self._waiting = 0
        self._empty()

    def columns(self, numbers: Sequence[int] | None = None) -> SideColumns:
        """The columns of all documents so far, documents in ascending order of their index.

        Args:
            numbers: Indices, ascending; the documents become those from 0 on, in this order.
        """
        self._close()
        made = self._blocks
        joined = SideColumns(
            codes=self.codes,
            mentions=_by_document([each.mentions for each in made]),
            events=_by_document([each.events for each in made]),
            quotes=_quotes_by_document([each.quotes for each in made]),
            stances=_by_document([each.stances for each in made]),
        )
        return joined if numbers is None else of_documents(joined, numbers)


BLOCK = 256
"""So many documents are held as lists at a time."""


def _mentions(lists: Sequence[Sequence[int]]) -> MentionColumns:
    of, start, end, type, kind, optional, id = (np.array(each, np.int32) for each in lists)
    return MentionColumns(of, start, end, type, kind, optional.astype(bool), id)


def _stances(lists: Sequence[Sequence[int]], evidence: tuple[list[int], list[Any]]) -> StanceColumns:
    of, holder, kind, target, label, basis = (np.array(each, np.int32) for each in lists[:6])
    parts_of = Ragged.of(*evidence, width=2)
    return StanceColumns(of, holder, kind, target, label, basis, np.array(lists[6], bool), parts_of)


def _by_document(blocks: Sequence[Any]) -> Any:
    """Several blocks of columns of one type as one, in order of the documents."""
    joined = _joined(blocks)
    document = joined.document
    if np.all(document[1:] >= document[:-1]):
        return joined
    return _taken(joined, np.argsort(document, kind="stable"))


def _quotes_by_document(blocks: Sequence[QuoteColumns]) -> QuoteColumns:
    joined: QuoteColumns = _joined(blocks)
    document = joined.document
    if np.all(document[1:] >= document[:-1]):
        return joined
    order = np.argsort(document, kind="stable")
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    moved: QuoteColumns = _taken(joined, order)
    return dataclasses.replace(moved, parent=np.where(moved.parent >= 0, place[moved.parent], moved.parent))


def of_documents(columns: SideColumns, kept: Sequence[int]) -> SideColumns:
    """The columns of some documents, which become the documents from 0 on; documents on end are not copied.

    Args:
        columns: Of all documents, in their order.
        kept: Indices, ascending.
    """
    wanted = np.array(kept, np.int32)
    return SideColumns(columns.codes, *(_of_documents(table, wanted) for table in _tables(columns)))


def _of_documents(table: Any, kept: Ints) -> Any:
    low, high = (np.searchsorted(table.document, kept, side) for side in ("left", "right"))
    many = high - low
    on_end = len(kept) == 0 or bool(np.all(low[1:] == high[:-1]))
    moved = low - np.concatenate([[0], np.cumsum(many)[:-1]]) if len(kept) else low
    if on_end:
        some = _taken(table, slice(low[0], high[-1]) if len(kept) else slice(0, 0))
    else:
        some = _taken(table, np.arange(many.sum()) + np.repeat(moved, many))
    if isinstance(some, QuoteColumns):
        place = (some.parent - np.repeat(moved, many)).astype(np.int32)
        some = dataclasses.replace(some, parent=np.where(some.parent >= 0, place, some.parent))
    return dataclasses.replace(some, document=np.repeat(np.arange(len(kept), dtype=np.int32), many))


def _tables(columns: SideColumns) -> tuple[MentionColumns, MentionColumns, QuoteColumns, StanceColumns]:
    return columns.mentions, columns.events, columns.quotes, columns.stances


def _joined(blocks: Sequence[Any]) -> Any:
    names = blocks[0].__dataclass_fields__
    values: dict[str, Any] = {}
    for name in names:
        several = [getattr(each, name) for each in blocks]
        if isinstance(several[0], Ragged):
            joined = Ragged.joined(several)
            values[name] = Ragged(joined.first, joined.values.astype(np.int32, copy=False))
        else:
            kind = bool if several[0].dtype == bool else np.int32
            values[name] = np.concatenate(several, dtype=kind, casting="unsafe")
    return type(blocks[0])(**values)


def _narrowed(columns: Any) -> Any:
    """The same in a third of the memory, for as long as they wait."""
    values: dict[str, Any] = {}
    for name in columns.__dataclass_fields__:
        value = getattr(columns, name)
        if isinstance(value, Ragged):
            values[name] = Ragged(narrow(value.first), narrow(value.values))
        else:
            values[name] = value if value.dtype == bool else narrow(value)
    return type(columns)(**values)


def _taken(columns: Any, rows: Ints | slice) -> Any:
    values: dict[str, Any] = {}
    if isinstance(columns, QuoteColumns):  # the only ragged column without bounds of its own
        values["pieces"] = Ragged(columns.content.first, columns.pieces).take(rows).values
    for name in columns.__dataclass_fields__:
        value = getattr(columns, name)
        if name not in values:
            values[name] = value.take(rows) if isinstance(value, Ragged) else value[rows]
    return type(columns)(**values)
