"""From the lines of a prediction file, which are columns already, to those that layers are counted on.

The same as what :class:`~onrecord.eval.layers.flatten.Flattener` makes of the labels of one document after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from onrecord.dataset.reading.arrow_columns import flags_of, numbers_of, places_of
from onrecord.dataset.records import ITEM_TYPES, Item
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
    without_that,
)
from onrecord.eval.layers.ids import Names
from onrecord.eval.matching.similarity import parts
from onrecord.eval.submission.line_block import Coded, Strand, parents_of


class TextBlock:
    """The texts of some documents, one after the other.

    Args:
        texts: The text of each.
        letters: Where letters and digits are.
    """

    def __init__(self, texts: Sequence[str], letters: Letters) -> None:
        self.texts = texts
        self.length = np.array([len(text) for text in texts], np.int64)
        """Shape (L,)."""
        self.base = np.cumsum(self.length) - self.length
        """Shape (L,): where each begins."""
        self.counted = letters.before("".join(texts))
        """How many letters and digits stand before each place."""


def columns_of(codes: Vocabularies, layers: Mapping[str, Strand], documents: Ints, block: TextBlock) -> SideColumns:
    """The columns of some documents.

    Args:
        codes: Of types and ids; new ones are added.
        layers: The items of each layer of the scheme; nothing is wrong with them.
        documents: Shape (L,): the index of each.
        block: The text of each.
    """
    items = {layer: layers[layer] if layer in layers else _no_items(kind) for layer, kind in ITEM_TYPES.items()}
    mentions, events = items["mentions"], items["events"]
    type = mentions.coded("type").by(codes.type)
    kind = _coded(mentions, "kind", codes.kind)
    modality = _coded(events, "modality", _numbered(MODALITIES))
    nothing = np.zeros(len(events), np.int32)
    return SideColumns(
        codes=codes,
        mentions=_mentions(mentions, documents, type, kind, mentions.coded("entity").by(codes.entity)),
        events=_mentions(events, documents, nothing, modality, events.coded("event").by(codes.event)),
        quotes=_quotes(items["quotes"], codes, documents, block),
        stances=_stances(items["stances"], codes, documents),
    )


def _no_items(kind: type[Item]) -> Strand:
    """Of a layer that the scheme lacks."""
    from onrecord.dataset.reading.typed_columns import TypedColumns  # there is Arrow where there are blocks

    return Strand(kind, TypedColumns(kind).nothing(), np.zeros(0, np.int64))


def _numbered(words: Sequence[str]) -> dict[str, int]:
    return {word: code for code, word in enumerate(words)}


def _coded(items: Strand, name: str, codes: Mapping[str, int] | Mapping[str | None, int]) -> Ints:
    """The codes of a field that has a default."""
    return items.coded(name).by(codes, items.field(name).default)


def _mentions(items: Strand, documents: Ints, type: Ints, kind: Ints, id: Ints) -> MentionColumns:
    return MentionColumns(documents[items.line], *items.spans, type, kind, items.flags("optional"), id)


def _quotes(quotes: Strand, codes: Vocabularies, documents: Ints, block: TextBlock) -> QuoteColumns:
    many, content = quotes.many("content"), quotes.inner(quotes.field("content"))
    edges = np.stack(content.spans, axis=1)
    bare = _without_that(content, edges, block)
    pieces = _in_letters(bare, content.line, block)
    first = np.cumsum(many) - many
    several = np.flatnonzero(many > 1)
    whole = edges.copy()
    whole[first] = bare[first]  # only the first segment of a quote is without a leading "that"
    placed = _in_letters(whole, content.line, block)
    return QuoteColumns(
        document=documents[quotes.line],
        content=Ragged(_bounds(many), edges),
        letters=_parts(many, placed, several),
        pieces=pieces,
        speaker=Ragged(_bounds(quotes.many("speaker")), quotes.coded("speaker").by(codes.entity)),
        relays=Ragged(_bounds(quotes.many("relays")), quotes.coded("relays").by(codes.entity)),
        mode=_coded(quotes, "mode", _numbered(MODES)),
        source=_place(quotes, "source"),
        cue=_place(quotes, "cue"),
        parent=parents_of(quotes).astype(np.int32),
        optional=quotes.flags("optional"),
        slices=np.zeros(len(quotes), np.int32),
    )


def _without_that(content: Strand, edges: Ints, block: TextBlock) -> Ints:
    """Segments without a leading ``that``, shape (segments, 2)."""
    texts, counted = block.texts, block.counted
    bare = edges.copy()
    start = edges[:, 0] + block.base[content.line]
    starts_with_t = np.array([texts[line][first] in "tT" for line, first in _pairs(content.line, edges[:, 0])], bool)
    rows = np.flatnonzero(starts_with_t | (counted[start + 1] == counted[start]))
    for row, line, (first, last) in zip(rows.tolist(), content.line[rows].tolist(), edges[rows].tolist(), strict=True):
        begin, _ = without_that(first, last, texts[line])
        if begin != first:
            bare[row, 0] = begin
    return bare


def _pairs(one: Ints, other: Ints) -> zip[tuple[int, int]]:
    return zip(one.tolist(), other.tolist(), strict=True)


def _in_letters(edges: Ints, line: Ints, block: TextBlock) -> Ints:
    """Stretches of texts in letters and digits, shape (n, 2)."""
    at = block.base[line][:, None]
    found: Ints = (block.counted[edges + at] - block.counted[at]).astype(np.int32)
    return found


def _parts(many: Ints, stretches: Ints, several: Ints) -> Ragged:
    """The parts of rows of stretches.

    Args:
        many: Shape (n,): how many stretches each row has.
        stretches: Shape (stretches, 2).
        several: The rows that have more than one.
    """
    first = np.cumsum(many) - many
    alone = np.flatnonzero(many == 1)
    alone = alone[stretches[first[alone], 0] < stretches[first[alone], 1]]
    merged = [
        parts((low, high) for low, high in stretches[start : start + length].tolist())
        for start, length in _pairs(first[several], many[several])
    ]
    left = np.zeros(len(many), np.int64)
    left[alone] = 1
    left[several] = [len(each) for each in merged]
    bounds = _bounds(left)
    values = np.zeros((bounds[-1], 2), np.int32)
    values[bounds[alone]] = stretches[first[alone]]
    for start, each in zip(bounds[several].tolist(), merged, strict=True):
        values[start : start + len(each)] = np.array(each, np.int32).reshape(-1, 2)
    return Ragged(bounds, values)


def _bounds(many: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(many, dtype=np.int64)])


def _place(items: Strand, name: str) -> Ints:
    """Start and end of a span that may not be there, shape (n, 2)."""
    spans = items.one(name)
    return np.stack([numbers_of(spans.column(edge), NONE) for edge in ("start", "end")], axis=1)


def _stances(stances: Strand, codes: Vocabularies, documents: Ints) -> StanceColumns:
    target = stances.one("target")
    kind, ids = target.coded("kind").by(_numbered(KINDS)), target.coded("id")
    of = np.empty(len(stances), np.int32)
    for code in range(len(KINDS)):
        rows = np.flatnonzero(kind == code)
        used, place = np.unique(ids.codes[rows], return_inverse=True)
        vocabulary = codes.of(code)
        of[rows] = np.array([vocabulary[ids.words[word]] for word in used.tolist()], np.int32)[place.ravel()]
    many, evidence = stances.many("evidence"), stances.inner(stances.field("evidence"))
    return StanceColumns(
        document=documents[stances.line],
        holder=stances.coded("holder").by(codes.entity),
        kind=kind,
        target=of,
        label=stances.coded("label").by(_numbered(LABELS)),
        basis=_coded(stances, "basis", _numbered(BASES)),
        optional=stances.flags("optional"),
        evidence=_parts(many, np.stack(evidence.spans, axis=1), np.flatnonzero(many > 1)),
    )


def sources_of(quotes: Strand, names: Names) -> frozenset[tuple[str, str]]:
    """See :func:`~onrecord.eval.layers.ids.named_by_sources`."""
    source, speakers = quotes.one("source").column("text"), quotes.coded("speaker")
    many = quotes.many("speaker")
    alone = np.flatnonzero((many == 1) & flags_of(source.is_valid()))
    words = Coded.of(source.take(places_of(alone)))
    pairs = {*zip(speakers.codes[(np.cumsum(many) - many)[alone]].tolist(), words.codes.tolist(), strict=True)}
    rows = [names.rows(word) for word in words.words]
    return frozenset((speakers.words[one], next(iter(rows[said]))) for one, said in pairs if len(rows[said]) == 1)
