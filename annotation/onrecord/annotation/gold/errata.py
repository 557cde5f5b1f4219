"""From verdicts of whoever read a report to tasks for an adjudicator.

A document in which a verdict would change the gold becomes a task: the gold is proposed, and what verdicts are on is
outlined, with what was said of it. Nothing changes in the gold but by what the adjudicator then submits.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.remarks import Remarks, Unmarked
from onrecord.dataset import Article, Document, Gold, Labels
from onrecord.dataset.reading.faults import Findings, Wrong, nearest, refuse, show
from onrecord.dataset.records import Item, Span
from onrecord.eval.layers.scored import with_items
from onrecord.eval.layers.shown import in_words, places
from onrecord.eval.report.verdicts import CORRECTS, ItemVerdict, VerdictFile, VerdictSide

WORDS = 60
"""Characters of a place's words that are quoted."""


@dataclasses.dataclass(frozen=True)
class ErrataTask:
    """A document to be looked at again."""

    document: Document
    labels: Labels
    """The gold."""
    remarks: Remarks
    said: tuple[str, ...]
    """What the verdicts say, in the order of the text, a line each."""


def errata_tasks(file: str, found: VerdictFile, gold: Gold, hashes: Mapping[str, str]) -> list[ErrataTask]:
    """The tasks that verdicts make.

    Args:
        file: The name that faults give the file.
        found: The verdicts.
        gold: The gold of the corpus, every split.
        hashes: Of that gold, by split, ``all`` among them.

    Returns:
        One for each document with a verdict by which the gold is to change, in the order of the gold.

    Raises:
        FaultsError: The verdicts are on another gold, or on what is not in this one; with every fault.
    """
    articles = {article.document.id: article for article in gold.articles}
    findings = Findings(file)
    ours = found.gold in hashes.values()
    if not ours:
        hint = "the gold has changed since, or is of another corpus: make the report anew"
        expected = " or ".join(f"{value} ({split})" for split, value in hashes.items())
        findings.add(("gold", "/gold", found.gold, expected, hint), None)
    for wrong in _faults(found.verdicts, articles, ours):
        findings.add(wrong, None)
    refuse(findings.faults)
    by_document: dict[str, list[ItemVerdict]] = defaultdict(list)
    for verdict in found.verdicts:
        by_document[verdict.doc_id].append(verdict)
    return [
        _task(articles[id], sorted(by_document[id], key=_place))
        for id in articles
        if any(verdict.verdict in CORRECTS for verdict in by_document[id])
    ]


def _place(verdict: ItemVerdict) -> tuple[int, int, str]:
    side = verdict.gold or verdict.predicted
    first = side.spans[0] if side is not None and side.spans else None
    return (0, 0, verdict.item) if first is None else (first.start, first.end, verdict.item)


def _faults(verdicts: Sequence[ItemVerdict], articles: Mapping[str, Article], ours: bool) -> Iterator[Wrong]:
    """What is wrong with verdicts; of items only where the gold is the one that they are on."""
    seen: dict[tuple[str, str], int] = {}
    layers = _layers()
    for number, verdict in enumerate(verdicts):
        at = f"/verdicts/{number}"
        article = articles.get(verdict.doc_id)
        before = seen.setdefault((verdict.doc_id, verdict.item), number)
        if before != number:
            found = f"a second verdict on {show(verdict.item)} of {show(verdict.doc_id)}"
            yield "repeated", f"{at}/item", found, f"one, such as that of /verdicts/{before}", ""
        if verdict.layer not in layers:
            yield "layer", f"{at}/layer", show(verdict.layer), "one of " + ", ".join(layers), ""
        if verdict.gold is None and verdict.predicted is None:
            yield "item", at, "neither a gold nor a predicted item", "one or both", ""
        if article is None:
            hint = nearest(verdict.doc_id, articles)
            yield "document", f"{at}/doc_id", show(verdict.doc_id), "a document of the gold", hint
        elif ours and verdict.layer in layers:
            yield from _item_faults(verdict, article, at)


def _item_faults(verdict: ItemVerdict, article: Article, at: str) -> Iterator[Wrong]:
    length = len(article.document.text)
    for name, side in (("gold", verdict.gold), ("predicted", verdict.predicted)):
        for place, span in enumerate(side.spans if side else ()):
            if not span.start < span.end <= length:
                expected = f"start < end <= {length}"
                yield "offset", f"{at}/{name}/spans/{place}", f"[{span.start}, {span.end})", expected, ""
    if verdict.gold is not None and _gold_item(verdict, article) is None:
        found = f"{verdict.layer} {show(verdict.gold.id or 'of no id')} at {_offsets(verdict.gold) or 'no place'}"
        there = [item for item in _items(verdict, article) if item.id == verdict.gold.id]
        expected = f"an item of the gold, such as {_spans(there[0])}" if there else "an item of the gold"
        yield "reference", f"{at}/gold", found, expected, "was the file written by hand?"


def _layers() -> dict[str, str]:
    """The layer of the labels by what the report calls it."""
    return {layer.name: layer.item for layer in with_items()}


def _items(verdict: ItemVerdict, article: Article) -> Sequence[Item]:
    return article.labels.of(_layers()[verdict.layer])


def _gold_item(verdict: ItemVerdict, article: Article) -> Item | None:
    """The gold item that a verdict is on; None where there is none, or it is not where the verdict says."""
    side = verdict.gold
    if side is None:
        return None
    wanted = tuple((span.start, span.end, span.part) for span in side.spans)
    return next((item for item in _items(verdict, article) if item.id == side.id and places(item) == wanted), None)


def _task(article: Article, verdicts: Sequence[ItemVerdict]) -> ErrataTask:
    items: dict[str, str] = {}
    unmarked: list[Unmarked] = []
    lines: list[str] = []
    for verdict in verdicts:
        item, said = _gold_item(verdict, article), _said(verdict, article.document)
        if item is not None and item.id is not None:
            items[item.id] = said
        elif verdict.predicted is not None and (spans := _head(verdict, article.document)):
            unmarked.append(Unmarked(_mark(verdict, verdict.predicted), spans, said))
        lines.append(f"{_called(verdict, item, article.document)}: {said}")
    remarks = Remarks(items, tuple(unmarked), "\n".join(lines))
    return ErrataTask(article.document, article.labels, remarks, tuple(lines))


def _called(verdict: ItemVerdict, item: Item | None, document: Document) -> str:
    """An item by its layer, its place and its words."""
    side = verdict.gold or verdict.predicted
    assert side is not None
    words = in_words(item) if item is not None else " … ".join(_text(side, document))
    name = f"{verdict.layer} {item.id if item is not None and item.id else 'predicted'}"
    return f"{name} {_offsets(side)} {show(repr(words), WORDS)}" if side.spans else name


def _said(verdict: ItemVerdict, document: Document) -> str:
    cause = f" ({verdict.cause})" if verdict.cause else ""
    note = f": {show(verdict.note, 500)}" if verdict.note else ""
    system = ""
    if verdict.gold is not None:
        words = " … ".join(_text(verdict.predicted, document)) if verdict.predicted else ""
        has = f"{verdict.predicted.label} {words!r}".strip() if verdict.predicted else "nothing"
        system = f"; the system has {show(has, WORDS)}"
    return f"{verdict.verdict}{cause}{note}{system}"


def _head(verdict: ItemVerdict, document: Document) -> tuple[Span, ...]:
    """The spans of a prediction that its first mark stands on: without what is drawn with a mark of its own."""
    assert verdict.predicted is not None
    form = next(form for form in page().forms if form.layer == _layers()[verdict.layer])
    return tuple(
        Span(start=span.start, end=span.end, text=document.text[span.start : span.end])
        for span in verdict.predicted.spans
        if span.part not in form.parts
    )


def _mark(verdict: ItemVerdict, side: VerdictSide) -> str:
    form = next(form for form in page().forms if form.layer == _layers()[verdict.layer])
    known = [mark.value for mark in form.marks]
    return side.label if form.label and side.label in known else form.mark


def _text(side: VerdictSide, document: Document) -> list[str]:
    return [document.text[span.start : span.end] for span in side.spans]


def _offsets(side: VerdictSide) -> str:
    return ", ".join(f"[{span.start}, {span.end})" for span in side.spans)


def _spans(item: Item) -> str:
    return ", ".join(f"[{start}, {end})" for start, end, _ in places(item))
