"""Whether anything is wrong or odd with several lines, without saying what: by column, in a fraction of the time.

Each look is true where the checks of every line (:mod:`~onrecord.eval.submission.validation`) would find nothing at
all, and false wherever they would find something; where it cannot tell it is false.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import numpy as np

from onrecord.dataset import walk
from onrecord.dataset.layers import LAYERS, scheme
from onrecord.dataset.reading.arrow_columns import numbers_of
from onrecord.dataset.records import UNKNOWN, SpanItem, TargetKind
from onrecord.eval.submission.block_spans import Texts, spans_are_right
from onrecord.eval.submission.expected import KnownDocument
from onrecord.eval.submission.limits import Limits
from onrecord.eval.submission.line_block import NO_WORD, Coded, Ints, LineBlock, Strand, parents_of
from onrecord.eval.submission.line_checks import DESCRIPTIONS, MANY
from onrecord.eval.submission.prediction_line import PLACED


def is_all_right(block: LineBlock, known: Mapping[str, KnownDocument], limits: Limits) -> bool:
    """Whether nothing is wrong or odd with any line by itself.

    Args:
        block: The lines, of the published scheme.
        known: Every document of the dataset.
        limits: What a line may be at most.
    """
    documents = [known.get(id) for id in block.documents]
    if None in documents or not _unplaced_is_right(block):
        return False
    found: list[Any] = documents
    texts = [each.text for each in found]
    return (
        _numbers_are_right(block, [limits.items_of(len(text)) for text in texts])
        and _texts_are_known(block, [each.text_sha256 for each in found])
        and _spans_are_right(block, Texts.of(texts))
        and all(_items_are_right(each) for each in block.layers.values())
        and _own_references_are_right(block)
        and _quotes_are_right(block.layers["quotes"])
        and _stances_are_right(block.layers["stances"])
        and _names_are_right(block)
    )


def _unplaced_is_right(block: LineBlock) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.check_unplaced`."""
    items = block.several("unplaced")
    layers, kinds = items.coded("layer"), items.coded("kind")
    with_kind = kinds.codes >= 0
    for code, layer in enumerate(layers.words):
        if layer not in PLACED or layer not in LAYERS:
            return False
        of = layers.codes == code
        if not np.all(block.is_there(layer)[items.line[of]]) or (layer != "mentions" and np.any(with_kind & of)):
            return False
    return {*kinds.words} <= {*scheme().mention_kinds}


def _numbers_are_right(block: LineBlock, most: Sequence[int]) -> bool:
    limit = np.array(most)
    if any(np.any(block.many(name) > limit) for name in (*LAYERS, *DESCRIPTIONS, "unplaced")):
        return False
    for layer, kind in LAYERS.items():
        items = block.layers[layer]
        within = np.zeros(len(items), np.int64)
        for field in walk.fields(kind):
            if field.many:
                within += items.many(field.name)
        if np.any(np.bincount(items.line, within, len(block)) > 4 * limit):
            return False
    return True


def _texts_are_known(block: LineBlock, hashes: Sequence[str]) -> bool:
    said: list[str | None] = block.rows.field("text_sha256").to_pylist()
    if None in said:
        some = np.sum([block.many(layer) for layer in LAYERS], axis=0)
        each = zip(said, hashes, some, strict=True)
        return all(there if own is None else own == right for own, right, there in each)
    return said == hashes


def _spans_are_right(block: LineBlock, texts: Texts) -> bool:
    return all(spans_are_right(each, texts) for layer in block.layers.values() for each in layer.all_spans())


def _items_are_right(items: Strand) -> bool:
    """No id twice on a line, no place in two clusters, nothing said twice, and more than one cluster."""
    ids = items.coded("id")
    with_id = np.flatnonzero(ids.codes >= 0)
    if not _differ(items.line[with_id] * len(ids.words) + ids.codes[with_id]):
        return False
    alike = _at_one_place(items)
    if len(alike) and not _say_different_things(items, alike):
        return False
    field = walk.cluster_field(items.kind)
    if field is None:
        return True
    clusters = items.coded(field)
    return _clusters_are_several(items.line, clusters) and _one_cluster_each(items, clusters, alike)


def _at_one_place(items: Strand) -> Ints:
    """Items that are where another item of their line is, by what their place begins with."""
    return _alike([items.line, *_place(items)])


def _place(items: Strand) -> tuple[Ints, Ints]:
    return items.spans if issubclass(items.kind, SpanItem) else _first_spans(items)


def _first_spans(items: Strand) -> tuple[Ints, Ints]:
    """Start and end of the first span of the first field of spans; 0 for none."""
    field = next((each for each in walk.fields(items.kind) if each.is_span and each.many), None)
    if field is None:
        return np.zeros(len(items), np.int32), np.zeros(len(items), np.int32)
    many = items.many(field.name)
    spans, first = items.inner(field).spans, (np.cumsum(many) - many)[many > 0]
    found = np.zeros((2, len(items)), np.int32)
    found[:, many > 0] = spans[0][first], spans[1][first]
    return found[0], found[1]


def _alike(columns: Sequence[Ints]) -> Ints:
    """The rows that another row equals in every column, ascending."""
    if not len(columns[0]):
        return np.zeros(0, np.int64)
    key: Ints = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        key = key * (int(column.max()) + 2) + column  # what differs may become alike, which is looked at anew below
    if np.all(key[1:] > key[:-1]):
        return np.zeros(0, np.int64)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    same = ordered[1:] == ordered[:-1]
    if not np.any(same):
        return np.zeros(0, np.int64)
    return np.sort(order[np.concatenate([same, [False]]) | np.concatenate([[False], same])])


def _differ(keys: Ints) -> bool:
    """Whether no number is there twice."""
    ordered = np.sort(keys)
    return not np.any(ordered[1:] == ordered[:-1])


def _clusters_are_several(line: Ints, clusters: Coded) -> bool:
    there = clusters.codes >= 0
    of = line[there]
    if not len(of):
        return True
    begins = np.flatnonzero(np.concatenate([[True], of[1:] != of[:-1]]))
    low, high = (by.reduceat(clusters.codes[there], begins) for by in (np.minimum, np.maximum))
    return not np.any((low == high) & (np.bincount(line)[of[begins]] >= MANY))


def _one_cluster_each(items: Strand, clusters: Coded, alike: Ints) -> bool:
    """Whether items at one place are in one cluster, if in any."""
    there = alike[clusters.codes[alike] >= 0]
    start, end = items.spans
    order = there[np.lexsort([clusters.codes[there], end[there], start[there], items.line[there]])]
    one, other = order[1:], order[:-1]
    same = (items.line[one] == items.line[other]) & (start[one] == start[other]) & (end[one] == end[other])
    return not np.any(same & (clusters.codes[one] != clusters.codes[other]))


def _say_different_things(items: Strand, alike: Ints) -> bool:
    """Whether no two of some items of a line say the same, as far as it is told by single values and the first of many.

    Nearly all differ in a word of a vocabulary, which is seen without looking at the others.
    """
    fields = [field for field in walk.fields(items.kind) if field.name != "id" and items.has_codes(field.name)]
    words = [_codes(items, field)[alike] for field in fields]
    left = alike[_alike([items.line[alike], *(each[alike] for each in _place(items)), *words])]
    taken = items.take(left)
    return not len(_alike([taken.line, *_said(taken, but="id")]))


def _codes(records: Strand, field: walk.Field) -> Ints:
    """The words of a field as codes, of which that of the default is also that of none."""
    coded = records.coded(field.name)
    default = coded.words.index(field.default) if field.default in coded.words else NO_WORD
    return np.where(coded.codes < 0, default, coded.codes)


def _said(records: Strand, but: str = "") -> Iterator[Ints]:
    """What records say, in numbers."""
    for field in walk.fields(records.kind):
        if field.name == but:
            continue
        if field.many:
            many = records.many(field.name)
            yield many
            inner = list(_said(records.inner(field))) if field.struct is not None else [records.coded(field.name).codes]
            there = many > 0
            for values in inner:
                first = np.full(len(records), NO_WORD, np.int64)
                first[there] = values[(np.cumsum(many) - many)[there]]
                yield first
        elif field.struct is not None:
            yield from _said(records.one(field.name))
        elif field.kind in (int, bool):
            nothing = int(field.default) if isinstance(field.default, int) else NO_WORD
            yield numbers_of(records.column(field.name).cast("int32"), nothing)
        else:
            yield _codes(records, field)


def _own_references_are_right(block: LineBlock) -> bool:
    """Whether what refers to an item of its line refers to one that is there."""
    for to, line, ids in (kind for each in block.references for kind in each.by_kind()):
        if to in LAYERS and len(line):
            items = block.layers[to]
            own = items.coded("id")
            place = {word: code for code, word in enumerate(own.words)}
            if any(word not in place for word in ids.words):
                return False
            with_id = own.codes >= 0
            keys = line * len(own.words) + np.array([place[word] for word in ids.words])[ids.codes]
            if not np.all(np.isin(keys, items.line[with_id] * len(own.words) + own.codes[with_id])):
                return False
    return True


def _quotes_are_right(quotes: Strand) -> bool:
    """See :func:`onrecord.dataset.check.check_quotes`."""
    many = quotes.many("content")
    if np.any(many == 0):
        return False
    start, end = quotes.inner(quotes.field("content")).spans
    first = np.cumsum(many) - many
    owner = np.repeat(np.arange(len(quotes)), many)
    if np.any((start[1:] < end[:-1]) & (owner[1:] == owner[:-1])):
        return False
    speakers = quotes.coded("speaker")
    if UNKNOWN in speakers.words:
        alone = np.repeat(quotes.many("speaker") == 1, quotes.many("speaker"))
        if np.any((speakers.codes == speakers.words.index(UNKNOWN)) & ~alone):
            return False
    above = parents_of(quotes)
    inside = np.flatnonzero(above >= 0)
    if len(inside):
        low = np.minimum.reduceat(start, first)[inside]
        high = np.maximum.reduceat(end, first)[inside]
        last = first + many - 1
        if np.any(low < start[first[above[inside]]]) or np.any(high > end[last[above[inside]]]):
            return False
        at = above
        for _ in range(len(quotes)):
            at = np.where(at >= 0, above[at], NO_WORD)
            if not np.any(at >= 0):
                return True
        return False
    return True


def _stances_are_right(stances: Strand) -> bool:
    """See :func:`onrecord.dataset.check.check_stance_labels`."""
    kinds, labels = stances.one("target").coded("kind"), stances.coded("label")
    allowed = {kind: scheme().labels_of(kind) for kind in get_args(TargetKind)}
    pairs = np.unique(kinds.codes.astype(np.int64) * len(labels.words) + labels.codes)
    return all(
        labels.words[pair % len(labels.words)] in allowed[kinds.words[pair // len(labels.words)]]
        for pair in pairs.tolist()
    )


def _names_are_right(block: LineBlock) -> bool:
    """See :func:`~onrecord.eval.submission.line_checks.check_names`."""
    for field in DESCRIPTIONS:
        rows = block.several(field)
        for name in ("name", "text", "title", "type"):
            if name in rows.kind.__struct_fields__ and not all(map(str.isprintable, rows.coded(name).words)):
                return False
    return True
