"""Two versions of the gold: what changed item by item, and what that does to a submission's scores.

Items are matched by what they are about, not by their ids, so that a renumbering is no change.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator

import msgspec

from onrecord.dataset import Article, Gold, Labels, Registries, walk
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import REGISTERED, Item, Strict
from onrecord.dataset.seeds.documents import Document
from onrecord.eval.layers.same_items import matched
from onrecord.eval.layers.scored import with_items


@dataclasses.dataclass(frozen=True)
class GoldChange:
    """One item, or one row of a registry, that is not the same in both versions."""

    document: str
    """Empty for a registry."""
    layer: str
    kind: str
    """``added``, ``removed`` or ``changed``."""
    item: str
    """The item in a few words."""
    fields: tuple[tuple[str, str, str], ...] = ()
    """Name, old and new value of every field that changed."""


@dataclasses.dataclass(frozen=True)
class Version:
    """A gold of which an article is read when it is asked for."""

    ids: Collection[str]
    """Of its articles."""
    article: Callable[[str], Article]
    registries: Registries

    @classmethod
    def of(cls, gold: Gold) -> Version:
        """One that is in memory."""
        articles = {article.document.id: article for article in gold.articles}
        return cls(articles, articles.__getitem__, gold.registries)


def gold_changes(old: Gold | Version, new: Gold | Version) -> list[GoldChange]:
    """Everything that differs between two versions, by document and layer, then the registries.

    Of each version one article is held at a time.
    """
    old, new = (each if isinstance(each, Version) else Version.of(each) for each in (old, new))
    found: list[GoldChange] = []
    for id in sorted({*old.ids, *new.ids}):
        if id not in old.ids or id not in new.ids:
            version, kind = (old, "removed") if id in old.ids else (new, "added")
            found.append(GoldChange(id, "articles", kind, version.article(id).document.title))
            continue
        before, after = old.article(id), new.article(id)
        if before.document.text != after.document.text:
            found.append(GoldChange(id, "articles", "changed", "the text: its labels cannot be compared"))
        else:
            found += _changed_items(before.labels, after.labels, after.document)
    for kind, (name, _) in REGISTERED.items():
        found += _changed_rows(name, old.registries.of(kind), new.registries.of(kind))
    return found


def _changed_items(old: Labels, new: Labels, document: Document) -> Iterator[GoldChange]:
    if old == new:
        return
    pairs = matched(old, new, document)
    for layer in with_items():
        before, after = old.of(layer.item), new.of(layer.item)
        partner, without = dict(pairs[layer.item]), _not_compared(layer.item_type)
        for index, item in enumerate(before):
            if index not in partner:
                yield GoldChange(document.id, layer.item, "removed", layer.text(item))
            elif fields := tuple(_changed_fields(item, after[partner[index]], without)):
                yield GoldChange(document.id, layer.item, "changed", layer.text(item), fields)
        taken = set(partner.values())
        for index, item in enumerate(after):
            if index not in taken:
                yield GoldChange(document.id, layer.item, "added", layer.text(item))


def _not_compared(kind: type[Item]) -> frozenset[str]:
    """Fields that say who made an item, or that refer to other items by ids which may have been renumbered."""
    within = [field.name for field in walk.fields(kind) if field.refers is not None and field.refers.to in LAYERS]
    return frozenset(["id", "annotators", "agreed", *within])


def _changed_rows(name: str, old: Iterable[Strict], new: Iterable[Strict]) -> Iterator[GoldChange]:
    before, after = ({str(getattr(row, "id", "")): row for row in rows} for rows in (old, new))
    for id in sorted({*before, *after}):
        if id not in after or id not in before:
            yield GoldChange("", name, "removed" if id in before else "added", id)
        elif fields := tuple(_changed_fields(before[id], after[id], {"id"})):
            yield GoldChange("", name, "changed", id, fields)


def _changed_fields(old: Strict, new: Strict, without: Collection[str]) -> Iterator[tuple[str, str, str]]:
    if old == new:
        return
    for name in old.__struct_fields__:
        one, other = getattr(old, name), getattr(new, name)
        if name not in without and one != other:
            yield name, _shown(one), _shown(other)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode("utf-8")
