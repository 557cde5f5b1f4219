"""Articles moved by edits: the text, every section, and every span of every layer, whatever layers there are."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.gold import Article
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.perturbing.edits import Edit, Moves, edited, fitted
from onrecord.dataset.reading.files import sha256
from onrecord.dataset.records import Item, Labels, Span
from onrecord.dataset.seeds.documents import Document


def edges(article: Article) -> list[int]:
    """Where spans and sections of an article begin and end, ascending."""
    found = {edge for section in article.document.sections for edge in (section.start, section.end)}
    for layer, kind in LAYERS.items():
        for span in walk.all_spans(kind, article.labels.of(layer)):
            found.add(span.start)
            found.add(span.end)
    return sorted(found)


def moved(article: Article, edits: Sequence[Edit]) -> tuple[Article, Moves]:
    """The article with its edits, and the map of its offsets.

    A span all of whose text was taken out is left out; an item without the spans by which it has its place is left out
    with it, and so is what refers to it and cannot be without.

    Args:
        article: Any; its ids are kept.
        edits: Ascending and disjoint.
    """
    fitting = fitted(edits, edges(article))
    moves = Moves.of(fitting)
    if not fitting:
        return article, moves
    document, text = article.document, edited(article.document.text, fitting)

    @functools.cache
    def place(start: int, end: int) -> Span | None:
        start, end = moves.span(start, end)
        return Span(start=start, end=end, text=text[start:end]) if start < end else None

    if any(row.new_start == row.new_end for row in moves.rows):
        labels = _left(article.labels, place)
    else:  # nothing can be lost, and most edits are such

        def change(span: Span) -> Span:
            found = place(span.start, span.end)
            assert found is not None, "a span of some text became one of none"
            return found

        labels = article.labels.changed(lambda _, item: walk.with_spans(item, change))
    return Article(document=_document(document, text, moves), labels=labels), moves


def _document(document: Document, text: str, moves: Moves) -> Document:
    places = [(section, *moves.span(section.start, section.end)) for section in document.sections]
    sections = tuple(
        msgspec.structs.replace(section, start=start, end=end, raw_start=start)
        for section, start, end in places
        if start < end
    )
    return msgspec.structs.replace(document, text=text, text_sha256=sha256(text), sections=sections)


def _left(labels: Labels, place: Any) -> Labels:
    kept = {
        layer: [walk.with_spans_left(item, lambda span: place(span.start, span.end)) for item in labels.of(layer)]
        for layer in LAYERS
    }
    return without_dangling(type(labels)(**{layer: tuple(filter(None, items)) for layer, items in kept.items()}))


def without_dangling(labels: Labels) -> Labels:
    """The labels without references to items that are not there, and without what cannot be without one."""
    while True:
        ids = {layer: {item.id for item in labels.of(layer)} for layer in LAYERS}
        cleared: dict[str, Any] = {layer: tuple(_cleared(labels.of(layer), ids)) for layer in LAYERS}
        if cleared == {layer: labels.of(layer) for layer in LAYERS}:
            return labels
        labels = type(labels)(**cleared)


def _cleared(items: Iterable[Item], ids: dict[str, set[str | None]]) -> Iterable[Item]:
    for item in items:
        changed: dict[str, Any] = {}
        for field in walk.fields(type(item)):
            if field.refers is None or field.refers.to not in ids:
                continue
            value, known = getattr(item, field.name), ids[field.refers.to]
            if field.many:
                changed[field.name] = tuple(each for each in value if each in known)
            elif value is not None and value not in known:
                changed[field.name] = None
                if not field.optional:
                    break
        else:
            yield msgspec.structs.replace(item, **changed) if changed else item
