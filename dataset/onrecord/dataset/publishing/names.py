"""What the ids of an item stand for, in words: columns for whoever would have to join for them.

They follow from the types of the item's fields. Beside ``speaker`` stands ``speaker_names``, beside ``event``
``event_title``, beside ``quote`` ``quote_text``; a layer that is added gets the like.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa

from onrecord.dataset import walk
from onrecord.dataset.gold import Article, Gold
from onrecord.dataset.publishing.columns import Column
from onrecord.dataset.records import UNKNOWN, Item

_CALLED = {
    "entity": ("name", "registry_entities"),
    "event": ("title", "registry_events"),
    "claim": ("text", "registry_claims"),
    "utterance": ("title", "registry_utterances"),
}
"""What a row of each registry is called by, and the config that it is in."""


@dataclasses.dataclass(frozen=True)
class Named:
    """A field of an item that holds ids, and the column that says what they stand for."""

    column: Column
    field: walk.Field
    """The field itself, or, of a target, the record with the id in it."""

    def said(self, item: Item, called: Callable[[str, str], str]) -> Any:
        """The value of the column.

        Args:
            item: The item.
            called: Given what an id refers to and the id, what that is called.
        """
        value = getattr(item, self.field.name)
        if self.field.struct is not None:
            (reference,) = walk.references(value)
            return called(reference.kind, reference.id)
        assert self.field.refers is not None
        to = self.field.refers.to
        if self.field.many:
            return [called(to, id) for id in value]
        return None if value is None else called(to, value)


def named_fields(item: type[Item]) -> tuple[Named, ...]:
    """The fields of an item that hold ids of something that has a name, a title or words."""
    return tuple(_named(item))


def _named(item: type[Item]) -> Iterator[Named]:
    for field in walk.fields(item):
        if field.struct is not None and not field.is_span and not field.many:
            inner = [each for each in walk.fields(field.struct) if each.refers is not None]
            if len(inner) == 1:
                meaning = f"What `{field.name}` is called in its registry: a name, a title, or the words of a claim."
                yield Named(_column(f"{field.name}_name", meaning, field), field)
        elif field.refers is not None and field.refers.to in _CALLED:
            what, config = _CALLED[field.refers.to]
            meaning = f"The {what} of `{field.name}` in `{config}`."
            if field.many:
                unknown = f" `{UNKNOWN}` stays as it is." if field.refers.unknown else ""
                meaning = f"The {what}s of `{field.name}` in `{config}`, in the same order.{unknown}"
            stem = field.name.removesuffix("s") if field.many else field.name
            yield Named(_column(f"{stem}_{what}{'s' * field.many}", meaning, field), field)
        elif field.refers is not None and field.refers.to and not field.many:
            meaning = (
                f"The words of the item of `{field.refers.to}` that `{field.name}` names, its segments joined by ` … `."
            )
            column = _column(f"{field.name}_text", meaning, field)
            yield Named(dataclasses.replace(column, verbatim=True), field)


def _column(name: str, meaning: str, field: walk.Field) -> Column:
    return Column(
        name=name,
        type=pa.list_(pa.string()) if field.many else pa.string(),
        meaning=meaning,
        null=f"`{field.name}` is null" if field.optional else "",
    )


def registry_names(gold: Gold) -> Mapping[tuple[str, str], str]:
    """What everything in the registries is called, by kind and id."""
    rows = ((kind, called, gold.registries.of(kind)) for kind, (called, _) in _CALLED.items())
    return {(kind, row.id): getattr(row, called) for kind, called, each in rows for row in each}


def words_of(item: msgspec.Struct) -> str:
    """The words of an item: the spans by which it has its place, joined by an ellipsis."""
    return " … ".join(span.text for span in walk.anchor(item))


def called_in(article: Article, names: Mapping[tuple[str, str], str]) -> Callable[[str, str], str]:
    """What an id stands for in an article.

    Args:
        article: The article.
        names: What :func:`registry_names` gives.
    """

    def called(kind: str, id: str) -> str:
        if (kind, id) in names:
            return names[kind, id]
        if id == UNKNOWN:
            return id
        return words_of(next(item for item in article.labels.of(kind) if item.id == id))

    return called
