"""Everything that is said in words or ids in a record, whatever its type: found by the types of its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.gold import Article
from onrecord.dataset.perturbing.probe import Change
from onrecord.dataset.records import UNKNOWN, Item, Labels, Registries

R = TypeVar("R", bound=msgspec.Struct)


def reworded(record: R, words: Callable[[str], str], ids: Callable[[str], str]) -> R:
    """The record with its own id and every other, and with everything that it says in words, exchanged.

    Labels of a vocabulary, numbers and spans stay as they are.

    Args:
        record: A row of a registry, or any other record.
        words: What becomes of words.
        ids: What becomes of an id.
    """
    changed: dict[str, Any] = {}
    for field in walk.fields(type(record)):
        value = getattr(record, field.name)
        if value is None or field.is_span:
            continue
        is_id = field.refers is not None or field.name == "id"
        if field.struct is not None:
            one: Callable[[Any], Any] = lambda inner: reworded(inner, words, ids)  # noqa: E731
        elif field.kind is str:
            one = _id_changed(ids) if is_id else words
        else:
            continue
        changed[field.name] = tuple(map(one, value)) if field.many else one(value)
    return msgspec.structs.replace(record, **changed) if changed else record


def _id_changed(ids: Callable[[str], str]) -> Callable[[str], str]:
    return lambda id: id if id == UNKNOWN else ids(id)


def with_ids(labels: Labels, ids: Callable[[str], str]) -> Labels:
    """The labels with every id exchanged: their own, and those that they refer to."""

    def one(_: str, item: Item) -> Item:
        found = walk.with_references(item, lambda _, id: ids(id))
        return found if found.id is None else msgspec.structs.replace(found, id=ids(found.id))

    return labels.changed(one)


def reworded_article(article: Article, change: Change) -> Article:
    """The article with what is said of it, and every id in it, as a change has them; its text and spans stay."""
    document = article.document
    told = reworded(msgspec.structs.replace(document, text="", sections=()), change.words, change.ids)
    document = msgspec.structs.replace(
        told,
        id=change.documents(told.id),
        topic=change.ids(document.topic),
        text=document.text,
        sections=document.sections,
        **{name: getattr(document, name) for name in ("text_sha256", "seed_sha256", "language", "split")},
    )
    labels = article.labels if change.ids is Change.ids else with_ids(article.labels, change.ids)
    return Article(document=document, labels=labels)


def reworded_rows(registries: Registries, change: Change) -> Registries:
    """The registries as a change has them."""
    return reworded(change.registries(registries), change.words, change.ids)
