"""Labels to Label Studio's result items and back, without loss.

A *region* is all result items that share an ``id``: one ``labels`` item and an item for each field, all with the same
offsets. A mention or an event is one region. A quote is a region for each segment of its content, the later ones tied
to the first by the relation ``continues``, and one each for source and cue, tied by relations of those names. A stance
is a region for each span of its evidence, tied likewise. Fields stand on the first region; its id is the item's id.
``annotators`` and ``agreed``, which no form asks for, travel in the region's ``meta``.

Label Studio checks nothing and its own copy of a span's text cannot be trusted (a line break comes back as a backslash
and an ``n``), so offsets are taken and the text is sliced anew. A relation drawn in the editor need not have a label:
the labels of its ends tell which it is.
"""

from __future__ import annotations

from typing import Any

Result = dict[str, Any]
"""One item of Label Studio's ``result`` list."""

META = "onrecord"
"""The key of a region's ``meta`` that holds what the form does not ask for."""

CHOICES = {"kind", "noise", "mode", "label", "basis", "optional"}
TEXTS = {"entity_new", "literal", "speaker", "relays", "utterance", "holder_new", "target_new", "event_new", "rule"}
MENUS = {"entity", "holder", "target", "event"}
FIELDS = CHOICES | TEXTS | MENUS
SINGLE = FIELDS - {"speaker", "relays"}
