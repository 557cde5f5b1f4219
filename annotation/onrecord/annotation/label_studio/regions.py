"""Labels to Label Studio's result items and back, without loss.

A *region* is all result items that share an ``id``: one ``labels`` item and an item for each field, all with the same
offsets. An item that is a span, such as a mention, is one region. Any other is a region for each span of its *head*,
such as the segments of a quote's content or a stance's evidence, the later ones tied to the first by the relation
``continues``; and one for each further part, such as a source, tied by a relation of the part's name. Which field is
what, says :mod:`onrecord.annotation.label_studio.forms`. Fields stand on the first region; its id is the item's id.
``annotators`` and ``agreed``, which no form asks for, travel in the region's ``meta``.

Label Studio checks nothing and its own copy of a span's text cannot be trusted (a line break comes back as a backslash
and an ``n``), so offsets are taken and the text is sliced anew. A relation drawn in the editor need not have a label:
the labels of its ends tell which it is.
"""

from __future__ import annotations

from typing import Any

ResultItem = dict[str, Any]
"""One item of Label Studio's ``result`` list."""

META = "onrecord"
"""The key of a region's ``meta`` that holds what the form does not ask for."""
