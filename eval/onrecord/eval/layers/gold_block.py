"""What gold has beside predictions, of documents whose labels are columns already: words in the order of their first
use, and what kinds of quote each quote is.

The same as what :class:`~onrecord.eval.layers.flatten.Flattener` makes of the labels of one document after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from onrecord.dataset.derive import ends_sentence, quote_type, quoted_stretches
from onrecord.dataset.records import Quote, Span
from onrecord.eval.layers.columns import KINDS, MODES, NONE, Bools, Codes, Ints, QuoteColumns, Vocabularies
from onrecord.eval.layers.line_columns import TextBlock
from onrecord.eval.submission.line_block import Coded, Strand

_WIDE = 2**32
"""More than any offset."""


def is_regular(layers: Mapping[str, Strand], sections: Strand, length: Ints) -> bool:
    """Whether quotes and sections are such that columns can be made of them, as they are of all gold that is checked.

    Args:
        layers: The items of each layer, each of which is what its type wants.
        sections: Those of the documents.
        length: Shape (L,): of the text of each document.
    """
    start, end = sections.spans
    follows = (sections.line[1:] > sections.line[:-1]) | (start[1:] >= end[:-1])
    if np.any(start > end) or not np.all(follows):
        return False
    if "quotes" not in layers:
        return True
    quotes = layers["quotes"]
    spans = [each for each in quotes.all_spans() if len(each)]
    if any(np.any(each.spans[0] >= each.spans[1]) or np.any(each.spans[1] > length[each.line]) for each in spans):
        return False
    return not np.any(quotes.many("content") == 0) and _parents_are_there(quotes)


def _parents_are_there(quotes: Strand) -> bool:
    parents, ids = quotes.coded("parent"), quotes.coded("id")
    there = np.flatnonzero(parents.codes >= 0)
    if not len(there):
        return True
    place = {word: code for code, word in enumerate(ids.words)}
    if any(word not in place for word in parents.words):
        return False
    with_id = np.flatnonzero(ids.codes >= 0)
    keys = np.sort(quotes.line[with_id] * len(ids.words) + ids.codes[with_id])
    codes = np.array([place[word] for word in parents.words], np.int64)[parents.codes[there]]
    wanted = quotes.line[there] * len(ids.words) + codes
    found = keys[np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)] == wanted
    return bool(np.all(found)) and not np.any(keys[1:] == keys[:-1])


def number_words(codes: Vocabularies, layers: Mapping[str, Strand]) -> None:
    """Give codes to the words of some documents, those of one document after those of the one before it."""
    if "mentions" in layers:
        mentions = layers["mentions"]
        _number(codes.type, [(mentions.coded("type"), mentions.line)])
        _number(codes.kind, [(mentions.coded("kind"), mentions.line)])
    uses: dict[str, list[tuple[Coded, Ints]]] = {kind: [] for kind in KINDS}
    for kind, layer, field in (("entity", "mentions", "entity"), ("event", "events", "event")):
        if layer in layers:
            uses[kind].append((layers[layer].coded(field), layers[layer].line))
    if "quotes" in layers:
        quotes = layers["quotes"]
        for field in ("speaker", "relays"):
            uses["entity"].append((quotes.coded(field), np.repeat(quotes.line, quotes.many(field))))
    if "stances" in layers:
        stances = layers["stances"]
        uses["entity"].append((stances.coded("holder"), stances.line))
        target = stances.one("target")
        kinds, ids = target.coded("kind"), target.coded("id")
        for code, kind in enumerate(kinds.words):
            of = kinds.codes == code
            uses[kind].append((Coded(ids.codes[of], ids.words), stances.line[of]))
    for code, kind in enumerate(KINDS):
        _number(codes.of(code), uses[kind])


def _number(codes: Codes, uses: Sequence[tuple[Coded, Ints]]) -> None:
    """Give codes to words, by document, and in each by use."""
    new = []
    for number, (coded, line) in enumerate(uses):
        first = np.full(len(coded.words), NONE, np.int64)
        there = np.flatnonzero(coded.codes >= 0)[::-1]
        first[coded.codes[there]] = there  # of several places the last that is set stays
        for word, at in zip(coded.words, first.tolist(), strict=True):
            if at >= 0 and word not in codes:
                new.append((int(line[at]), number, at, word))
    for *_, word in sorted(new):
        codes[word]


def kinds_of(quotes: QuoteColumns, line: Ints, sections: Strand, block: TextBlock, names: Sequence[str]) -> Ints:
    """The kinds of each quote as bits, see :func:`onrecord.eval.layers.quotes.slice_bits`; shape (n,).

    Args:
        quotes: Of the documents; parents are rows of these.
        line: Shape (n,): the place of the document of each.
        sections: Those of the documents.
        block: The texts.
        names: Of the kinds, a bit each.
    """
    bit = {name: 1 << place for place, name in enumerate(names)}
    bits = np.array([bit[each] for each in ("indirect", "mixed", "direct")])[_types(quotes, line, block)]
    bits |= np.array([bit[mode] for mode in MODES])[quotes.mode]
    start = quotes.content.values[quotes.content.first[:-1], 0]
    kinds = sections.coded("kind")
    of_kind = np.array([*(bit[word] for word in kinds.words), 0])
    bits |= of_kind[np.append(kinds.codes, NONE)[_section_at(sections, line, start)]]
    for name, holds in (
        ("cross_sentence", _cross_sentence(quotes, line, start, block)),
        ("nested", quotes.parent != NONE),
        ("relayed", quotes.relays.many > 0),
        ("discontinuous", quotes.content.many > 1),
    ):
        bits[holds] |= bit[name]
    return bits.astype(np.int32)


def _types(quotes: QuoteColumns, line: Ints, block: TextBlock) -> Ints:
    """See :func:`onrecord.dataset.derive.quote_type`: 0 for indirect, 1 for mixed, 2 for direct; shape (n,)."""
    marked = _Marked(line, block)
    parts, first = quotes.letters.values.astype(np.int64), quotes.letters.first
    parts = parts + block.counted[block.base[line[quotes.letters.owners()]]][:, None]
    inside = marked.before(parts[:, 1]) - marked.before(parts[:, 0])
    many, of_them = (np.diff(np.append(0, np.cumsum(each))[first]) for each in (parts[:, 1] - parts[:, 0], inside))
    types: Ints = (of_them > 0).astype(np.int64) + ((of_them == many) & (many > 0))
    for row in np.flatnonzero(quotes.parent >= 0).tolist():
        one, above = (_bare(quotes, each) for each in (row, int(quotes.parent[row])))
        types[row] = ("indirect", "mixed", "direct").index(quote_type(one, block.texts[line[row]], above))
    return types


def _bare(quotes: QuoteColumns, row: int) -> Quote:
    return Quote(content=tuple(Span(start=start, end=end, text="") for start, end in quotes.content.row(row)))


class _Marked:
    """What stands between quotation marks in some of the texts, in letters and digits of all."""

    def __init__(self, line: Ints, block: TextBlock) -> None:
        low: list[int] = []
        high: list[int] = []
        for place in np.unique(line).tolist():
            base = int(block.base[place])
            for start, end in quoted_stretches(block.texts[place]):
                low.append(start + base)
                high.append(end + base)
        self._low, self._high = (np.append(block.counted[each], 0).astype(np.int64) for each in (low, high))
        self._before = np.cumsum(self._high - self._low) - (self._high - self._low)

    def before(self, places: Ints) -> Ints:
        """How many of them stand before each place; shape (n,)."""
        at = np.searchsorted(self._low[:-1], places, "right") - 1  # -1 is one of none that is at the end
        found: Ints = np.where(at < 0, 0, self._before[at] + np.minimum(places, self._high[at]) - self._low[at])
        return found


def _section_at(sections: Strand, line: Ints, places: Ints) -> Ints:
    """The section that each place is in; -1 for none."""
    start, end = sections.spans
    at = np.searchsorted(sections.line * _WIDE + start, line * _WIDE + places, "right") - 1
    there = np.flatnonzero(at >= 0)
    inside = (sections.line[at[there]] == line[there]) & (places[there] < end[at[there]])
    at[there[~inside]] = NONE
    return at


def _cross_sentence(quotes: QuoteColumns, line: Ints, start: Ints, block: TextBlock) -> Bools:
    """See :func:`onrecord.dataset.derive.crosses_sentence`; shape (n,)."""
    anchor = np.where(quotes.source[:, 0] == NONE, quotes.cue[:, 0], quotes.source[:, 0])
    crosses: Bools = anchor == NONE
    rows = np.flatnonzero(~crosses)
    low, high = np.minimum(anchor, start)[rows], np.maximum(anchor, start)[rows]
    crosses[rows] = [ends_sentence(each) for each in _between(block.texts, line[rows], low, high)]
    return crosses


def _between(texts: Sequence[str], line: Ints, low: Ints, high: Ints) -> Iterator[str]:
    for of, start, end in zip(line.tolist(), low.tolist(), high.tolist(), strict=True):
        yield texts[of][start:end]
