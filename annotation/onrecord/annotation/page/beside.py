"""The items of one annotator beside those of the others and the gold, in the ids of the registry."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from onrecord.annotation.gold.adjudication import translate
from onrecord.annotation.label_studio.exports import Annotation
from onrecord.dataset import Article, Document, Gold, Labels
from onrecord.dataset.records import Item, Stance
from onrecord.dataset.walk import anchor, renamed
from onrecord.eval.layers.layer import Layer
from onrecord.eval.layers.same_items import matched
from onrecord.eval.layers.scored import with_items
from onrecord.eval.layers.shown import in_words, places

Standing = Literal["as the gold", "differs", "missing", "not in gold", "the other's alone"]

STANDINGS: dict[Standing, str] = {
    "as the gold": "the same in every field; a stance's evidence may be elsewhere",
    "differs": "the gold has it otherwise",
    "missing": "the gold has it, you have not",
    "not in gold": "you have it, the gold has not",
    "the other's alone": "neither you nor the gold has it",
}
"""What an item is to the annotator, with its meaning."""

AROUND = 60
"""Characters of the text that are shown before and after an item."""


@dataclasses.dataclass(frozen=True)
class Said:
    """What one side says of an item: its words, and its fields by name."""

    who: str
    words: str
    fields: tuple[tuple[str, str, bool], ...]
    """Name, value, and whether the gold says otherwise."""
    offsets: str
    """Of its stretches of the text, in code points."""


@dataclasses.dataclass(frozen=True)
class Row:
    """One item, or what is matched with it, of one document."""

    layer: str
    standing: Standing
    start: int
    before: str
    words: str
    after: str
    mine: Said | None
    others: tuple[Said, ...]
    gold: Said | None
    rule: str
    """The rule that the gold item names, or the annotator's own where the gold has nothing; empty for none."""


@dataclasses.dataclass(frozen=True)
class Beside:
    """One annotator's work."""

    annotator: str
    others: tuple[str, ...]
    documents: tuple[tuple[str, str, tuple[Row, ...]], ...]
    """Id, title and items of each document that the annotator has labelled, in the order of the gold."""

    def counts(self) -> dict[str, Counter[str]]:
        """How many items have which standing, by layer."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for _, _, rows in self.documents:
            for row in rows:
                found[row.layer][row.standing] += 1
        return dict(found)

    def rules(self) -> list[tuple[str, int]]:
        """The rules by which the gold is other than what the annotator has, most often first."""
        rows = [row for _, _, rows in self.documents for row in rows if row.rule]
        wrong = Counter(row.rule for row in rows if row.standing in ("differs", "missing", "not in gold"))
        return sorted(wrong.items(), key=lambda each: (-each[1], each[0]))


def beside(annotator: str, annotations: Sequence[Annotation], gold: Gold) -> Beside:
    """The items of one annotator beside those of the others and the gold.

    Args:
        annotator: One of those who made the annotations.
        annotations: Of one round.
        gold: The gold; ids of annotators are translated to its own.

    Raises:
        ValueError: Nothing in the annotations is by this annotator.
    """
    labels: dict[str, dict[str, Labels]] = defaultdict(dict)
    for each in annotations:
        labels[each.annotator][each.document] = each.labels
    if annotator not in labels:
        raise ValueError(f"nothing here is by {annotator}")
    told = {
        name: _with_utterances(translate(each, gold.articles, gold.registries), gold.articles)
        for name, each in sorted(labels.items())
    }
    mine = told.pop(annotator)
    documents = [
        (
            article.document.id,
            article.document.title,
            tuple(
                sorted(
                    _rows(article, mine[article.document.id], annotator, _of(told, article.document.id)),
                    key=lambda row: (row.start, row.layer),
                )
            ),
        )
        for article in gold.articles
        if article.document.id in mine
    ]
    return Beside(annotator, tuple(told), tuple(documents))


def _with_utterances(labels: Mapping[str, Labels], articles: Sequence[Article]) -> dict[str, Labels]:
    """The same labels with the gold's utterances in place of those that most of their quotes are matched with."""
    seen: Counter[tuple[str, str]] = Counter()
    for article in articles:
        theirs = labels.get(article.document.id)
        for g, p in matched(article.labels, theirs, article.document).get("quotes", ()) if theirs else ():
            wanted, own = article.labels.quotes[g].utterance, theirs.quotes[p].utterance if theirs else None
            if wanted is not None and own is not None:
                seen[own, wanted] += 1
    found: dict[str, str] = {}
    for (own, wanted), _ in sorted(seen.items(), key=lambda each: (-each[1], each[0])):
        if own not in found and wanted not in found.values():
            found[own] = wanted
    return {id: each.changed(lambda _, item: renamed(item, {"utterance": found})) for id, each in labels.items()}


def _of(told: Mapping[str, Mapping[str, Labels]], document: str) -> dict[str, Labels]:
    return {name: each[document] for name, each in told.items() if document in each}


def _rows(article: Article, mine: Labels, name: str, others: Mapping[str, Labels]) -> Iterator[Row]:
    """Every item of the gold; then what the annotator has beside it; then what another has alone."""
    own = matched(article.labels, mine, article.document)
    theirs = {who: matched(article.labels, labels, article.document) for who, labels in others.items()}
    among = {who: matched(mine, labels, article.document) for who, labels in others.items()}
    for layer in with_items():
        gold = article.labels.of(layer.item)
        ours, by_gold = mine.of(layer.item), dict(own[layer.item])
        sides = _Sides(layer, article, name, mine)
        answered = {who: dict(each[layer.item]) for who, each in theirs.items()}
        for g, item in enumerate(gold):
            matches = {who: (others[who], each[g]) for who, each in answered.items() if g in each}
            yield sides.row(item, ours[by_gold[g]] if g in by_gold else None, matches)
        shown = {who: set(each.values()) for who, each in answered.items()}
        for m, item in enumerate(ours):
            if m in set(by_gold.values()):
                continue
            matches = {}
            for who, each in among.items():
                p = dict(each[layer.item]).get(m)
                if p is not None and p not in shown[who]:
                    shown[who].add(p)
                    matches[who] = (others[who], p)
            yield sides.row(None, item, matches)
        for who, labels in others.items():
            for p in range(len(labels.of(layer.item))):
                if p not in shown[who]:
                    yield sides.row(None, None, {who: (labels, p)})


@dataclasses.dataclass(frozen=True)
class _Sides:
    """Makes the rows of one layer of one document."""

    layer: Layer[Any]
    article: Article
    name: str
    mine: Labels

    def row(self, gold: Item | None, mine: Item | None, others: Mapping[str, tuple[Labels, int]]) -> Row:
        """A row of what is matched; any side may have nothing."""
        every = {who: (labels, labels.of(self.layer.item)[p]) for who, (labels, p) in others.items()}
        item = gold or mine or next(each for _, each in every.values())
        before, words, after, start = _context(item, self.article.document)
        return Row(
            layer=self.layer.name,
            standing=self._standing(gold, mine),
            start=start,
            before=before,
            words=words,
            after=after,
            mine=None if mine is None else self._said(self.name, mine, self.mine, gold),
            others=tuple(self._said(who, each, labels, gold) for who, (labels, each) in every.items()),
            gold=None if gold is None else self._said("gold", gold, self.article.labels, None),
            rule=(gold.rule if gold is not None else mine.rule if mine is not None else None) or "",
        )

    def _standing(self, gold: Item | None, mine: Item | None) -> Standing:
        if gold is None:
            return "the other's alone" if mine is None else "not in gold"
        if mine is None:
            return "missing"
        said = [self._told(item, labels) for item, labels in ((gold, self.article.labels), (mine, self.mine))]
        # of a stance's evidence any passage will do
        same = said[0] == said[1] and (isinstance(gold, Stance) or anchor(gold) == anchor(mine))
        return "as the gold" if same else "differs"

    def _said(self, who: str, item: Item, labels: Labels, gold: Item | None) -> Said:
        fields = self._fields(item, labels)
        wanted = None if gold is None else self._fields(gold, self.article.labels)
        marked = tuple((*each, wanted is not None and each not in wanted) for each in fields)
        return Said(who, in_words(item), marked, ", ".join(f"{start}–{end}" for start, end, _ in places(item)))

    def _fields(self, item: Item, labels: Labels) -> tuple[tuple[str, str], ...]:
        parts = Counter(part for _, _, part in places(item) if part)
        words = (
            (part, self.article.document.text[start:end])
            for start, end, part in places(item)
            if part and (len(parts) > 1 or parts[part] > 1)
        )
        return (*self._told(item, labels), *words)

    def _told(self, item: Item, labels: Labels) -> tuple[tuple[str, str], ...]:
        """What an item says, but for where."""
        label = self.layer.label
        own = ((label, str(getattr(item, label))),) if label else ()
        return (*own, *self.layer.said_of(item, labels), *((("optional", "yes"),) if item.optional else ()))


def _context(item: Item, document: Document) -> tuple[str, str, str, int]:
    spans = anchor(item)
    if not spans:
        return "", "", "", len(document.text)
    start, end = spans[0].start, spans[-1].end
    text = document.text
    return text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND], start
