"""What an adjudicator is to look at in one document: outlined on the page, with what was said of it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.annotation.label_studio.panel import CONTINUES
from onrecord.annotation.label_studio.regions import MARKED, META, OPEN, ResultItem
from onrecord.annotation.label_studio.to_result import region_of, tie
from onrecord.dataset.records import Span


@dataclasses.dataclass(frozen=True)
class Unmarked:
    """A place that nothing of the proposed labels is at: drawn without fields, to be filled in or deleted."""

    mark: str
    """The label that it is drawn with."""
    spans: tuple[Span, ...]
    """At least one."""
    said: str


@dataclasses.dataclass(frozen=True)
class Remarks:
    """What was said of the labels of one document."""

    items: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """By id of the item."""
    unmarked: tuple[Unmarked, ...] = ()
    note: str = ""
    """What stands in the document's note."""


def added(remarks: Remarks, result: Sequence[ResultItem]) -> list[ResultItem]:
    """What remarks add to a result: the unmarked places, and the note."""
    used = {str(item.get("id")) for item in result}
    fresh = (id for number in itertools.count(1) if (id := f"{OPEN}remark{number}") not in used)
    made: list[ResultItem] = []
    for id, each in zip(fresh, remarks.unmarked, strict=False):
        meta: dict[str, Any] = {META: {MARKED: True}, "text": [each.said]}
        made.append({**region_of(id, each.mark, each.spans[0]), "meta": meta})
        for place, span in enumerate(each.spans[1:], start=2):
            made += [region_of(f"{id}.{place}", each.mark, span), tie(f"{id}.{place}", CONTINUES, id)]
    if remarks.note:
        value = {"text": [remarks.note]}
        made.append({"id": "note", "from_name": "note", "to_name": "text", "type": "textarea", "value": value})
    return made
