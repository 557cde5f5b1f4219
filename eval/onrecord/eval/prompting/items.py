"""An item in words and names as an item of a prediction: its labels, its ids, its references to other items."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from onrecord.dataset import walk
from onrecord.dataset.check import check_stance_labels
from onrecord.dataset.layers import LAYERS, in_scheme, scheme
from onrecord.dataset.records import UNKNOWN, Item, SpanItem, Stance
from onrecord.eval.grounding.records import fields_of
from onrecord.eval.prompting.names import Names, name_in, one_line
from onrecord.eval.prompting.shape import NAME, NEVER_ASKED
from onrecord.eval.submission.prediction_line import EventDescription

T = TypeVar("T", bound=msgspec.Struct)

_PLACE = frozenset(SpanItem.__struct_fields__) - frozenset(Item.__struct_fields__)


class UnusableError(Exception):
    """An item that cannot be one of a prediction: why, in a word or two of :data:`WHY`."""


WHY = {
    "lost": "its words are not in the text",
    "label": "a label that the scheme does not have, or not for such a target",
    "shape": "no item of the layer: a field is missing or of another kind",
    "unread": "it is cut off, or no JSON",
    "taken": "an item before it says of the same place that it is another one",
    "again": "the event is described before it, in this reply or in another",
    "many": "there are more items than a prediction file may have",
    "unused": "it describes an event that no item is about",
}
"""Why an item of a reply is none of the predictions."""


@dataclasses.dataclass
class Maker:
    """Makes the items of one article.

    Args:
        names: The ids of the file.
        topic: The article's.
        ids: By layer, what an id of the reply is called in the line.
    """

    names: Names
    topic: str
    ids: Mapping[str, Mapping[str, str]]
    mended: Counter[str] = dataclasses.field(default_factory=Counter)
    """What was left out or exchanged of items that were kept: ``label`` for the default instead of an unknown one,
    ``reference`` for one that led nowhere, ``name`` for what is no name."""

    def taken(self) -> Counter[str]:
        """What was mended since this was last asked."""
        mended, self.mended = self.mended, Counter()
        return mended

    def item(self, kind: type[Item], value: Mapping[str, Any]) -> Item:
        """The item.

        Args:
            kind: Its type.
            value: What the reply says, its spans placed.

        Raises:
            UnusableError: It cannot be one.
        """
        place = {name: value[name] for name in _PLACE} if issubclass(kind, SpanItem) else {}
        made = self.record(kind, {**place, **self._fields(kind, value, NEVER_ASKED | place.keys())})
        if isinstance(made, Stance) and any(check_stance_labels([made])):
            raise UnusableError("label")
        return made

    def described(self, value: Mapping[str, Any]) -> EventDescription:
        """What a reply says of an event.

        Raises:
            UnusableError: It has no title, or no title alone.
        """
        title = name_in(value.get("title"))
        if title is None:
            raise UnusableError("shape")
        kind = in_scheme(EventDescription)
        said = self._fields(kind, value, frozenset({"id", "title", "wikidata"}))
        head = {"id": self.names.id_of("event", title, self.topic), "title": one_line(title)}
        texts = {name: one_line(said.pop(name)) for name in ("type",) if isinstance(said.get(name), str)}
        try:
            return self.record(kind, {**said, **texts, **head})
        except UnusableError:
            self.mended["date"] += 1
            return self.record(kind, {**{name: each for name, each in said.items() if name != "date"}, **texts, **head})

    def record(self, kind: type[T], value: dict[str, Any]) -> T:
        """A record of some fields.

        Raises:
            UnusableError: It cannot be one.
        """
        try:
            return msgspec.convert(value, kind, strict=True)
        except (msgspec.ValidationError, ValueError) as error:
            raise UnusableError("shape") from error

    def _fields(self, kind: type[msgspec.Struct], value: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for field, required in fields_of(kind):
            if field.name in without:
                continue
            if field.refers is not None and field.refers.by:
                raw = value.get(NAME, value.get(field.name))
            else:
                raw = value.get(field.name)
            found = self._field(kind, field, raw, value)
            if found is not None and found != ():
                made[field.name] = found
            elif required:
                raise UnusableError("label" if walk.vocabulary(kind, field.name) and raw is not None else "shape")
        return made

    def _field(self, kind: type[msgspec.Struct], field: walk.Field, raw: Any, value: Mapping[str, Any]) -> Any:
        """The value of a field; None for none."""
        words = walk.vocabulary(kind, field.name)
        if raw is None:
            return None
        if field.is_span:
            return raw
        if words:
            return self._word(words, raw)
        if field.struct is not None and not field.many:
            inner = raw if isinstance(raw, Mapping) else {NAME: raw}
            return self._fields(field.struct, inner, frozenset())
        if field.refers is None:
            return raw
        to = field.refers.to
        if field.refers.by:
            told = str(value.get(field.refers.by)).strip().casefold()
            to = next((word for word in walk.vocabulary(kind, field.refers.by) if word.casefold() == told), "")
        if field.many:
            several = raw if isinstance(raw, list) else [raw]
            ids = [id for each in several if (id := self._id(field, to, each)) is not None]
            found = tuple(dict.fromkeys(ids))
            return tuple(id for id in found if id != UNKNOWN) or found if field.refers.unknown else found
        return self._id(field, to, raw)

    def _word(self, words: tuple[str, ...], raw: Any) -> str | None:
        found = next(
            (word for word in words if isinstance(raw, str) and word.casefold() == raw.strip().casefold()), None
        )
        if found is None:
            self.mended["label"] += 1
        return found

    def _id(self, field: walk.Field, to: str, raw: Any) -> str | None:
        if to in LAYERS:
            key = str(raw) if isinstance(raw, str | int) else ""
            found = self.ids.get(to, {}).get(key)
            if found is None:
                self.mended["reference"] += 1
            return found
        if not scheme().ids:
            return None
        name = name_in(raw)
        if name is None or not to:
            self.mended["name"] += 1
            return None
        if field.refers is not None and field.refers.unknown and name.strip().casefold() == UNKNOWN:
            return UNKNOWN
        return self.names.id_of(to, name, self.topic)
