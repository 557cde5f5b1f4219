"""Labels to Label Studio's result items and back, without loss.

A *region* is all result items that share an ``id``: one ``labels`` item and an item for each field, all with the same
offsets. An item that is a span, such as a mention, is one region. Any other is a region for each span of its *head*,
such as the segments of a quote's content or a stance's evidence, the later ones tied to the first by the relation
``continues``; and one for each further part, such as a source, tied by a relation of the part's name. Which field is
what, says :mod:`onrecord.annotation.label_studio.forms`. Fields stand on the first region; its id is the item's id,
with :data:`OPEN` before it where annotators did not agree, or where a remark says what is to be looked at.
``annotators`` and ``agreed``, which no form asks for, travel in the region's ``meta``.

A field for an id may have its value in any of its controls: a button, the menu, or what is in neither list.

Label Studio checks nothing and its own copy of a span's text cannot be trusted (a line break comes back as a backslash
and an ``n``), so offsets are taken and the text is sliced anew. A relation drawn in the editor need not have a label:
the labels of its ends tell which it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ResultItem = dict[str, Any]
"""One item of Label Studio's ``result`` list."""

META = "onrecord"
"""The key of a region's ``meta`` that holds what the form does not ask for."""

OPEN = "open-"
"""What the id of a region begins with where its item is to be decided: the page outlines regions by their ids."""


MARKED = "open"
"""The key within that, where it is not ``agreed`` that says whether the region is outlined."""


def region_id(id: str, open: bool) -> str:
    """The id of an item's first region, which is outlined or not."""
    return OPEN + id if open else id


def item_of(region: ResultItem) -> str:
    """The id of the item that a region is, or would be, the first of."""
    meta = region.get("meta")
    kept = meta.get(META) if isinstance(meta, dict) else None
    return item_id(str(region.get("id")), kept if isinstance(kept, dict) else {})


def item_id(id: str, kept: Mapping[str, Any]) -> str:
    """The id of the item whose first region has an id and keeps that in its ``meta``; see :func:`region_id`."""
    return id.removeprefix(OPEN) if kept.get(MARKED, kept.get("agreed") is False) is True else id
