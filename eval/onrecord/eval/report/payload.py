"""What the page's script reads: one JSON value for the whole, and one for each document, read when it is opened.

Offsets are in UTF-16 code units there, as strings of JavaScript are; keys and addresses keep code points.
"""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from onrecord.dataset import Document, Registries
from onrecord.dataset.walk import references
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.layers.scored import with_items
from onrecord.eval.report.errors import NOTHING, error_layers, outcome_in
from onrecord.eval.report.items import UNJUDGED, DocumentItems, ItemSide, ReportItem, error_count, meanings
from onrecord.eval.submission.reading import Submission

_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def script_json(value: object) -> str:
    r"""JSON that may stand inside a script element: nothing in it can end the element or begin a comment.

    >>> script_json("</script><!--")
    '"\\u003c/script\\u003e\\u003c!--"'
    """
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False).translate(_ESCAPES)


def packed(value: object) -> str:
    """JSON compressed in zlib's format, as base64: letters, digits, ``+``, ``/`` and ``=`` are inert in any element."""
    plain = json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode("ascii")
    return base64.b64encode(zlib.compress(plain)).decode("ascii")


def index(
    documents: Sequence[DocumentItems],
    pairs: Sequence[DocumentPair],
    registries: Registries,
    submission: Submission,
) -> dict[str, Any]:
    """What the script needs before any document is opened."""
    ids = pairs[0].ids if pairs else IdMap({}, {}, {})
    return {
        "outcomes": list(meanings()),
        "unjudged": sorted(UNJUDGED),
        "layers": error_layers(),
        "items": [layer.name for layer in with_items()],
        "nothing": NOTHING,
        "gold": _gold_names(registries),
        "system": _system_names(submission, ids, pairs),
        "documents": [_summary(each, pair.document) for each, pair in zip(documents, pairs, strict=True)],
    }


def _gold_names(registries: Registries) -> list[list[str]]:
    """Kind, id, name, Wikidata id."""
    return [
        *(["entity", row.id, row.name, row.wikidata or ""] for row in registries.entities),
        *(["event", row.id, row.title, row.wikidata or ""] for row in registries.events),
        *(["claim", row.id, row.text, ""] for row in registries.claims),
    ]


def _system_names(submission: Submission, ids: IdMap, pairs: Sequence[DocumentPair]) -> list[list[str]]:
    """Kind, id, what the file calls it, the gold id that it was mapped to, what it links to."""
    known: Mapping[str, Mapping[str, str]] = {"entity": ids.entity, "event": ids.event, "claim": ids.claim}
    named: dict[tuple[str, str], str] = {}
    for pair in pairs:
        for _, item in pair.predicted.items():
            named |= {(each.kind, each.id): "" for each in references(item) if each.kind in known}
    named |= {("entity", id): each.name or "" for id, each in submission.entities.items()}
    named |= {("event", id): each.title or "" for id, each in submission.event_descriptions.items()}
    named |= {("claim", id): each.text for id, each in submission.claims.items()}
    links = {id: link.wikidata or "NIL" for id, link in ids.links.items()}
    return [
        [kind, id, name, known[kind].get(id, ""), links.get(id, "NIL") if kind == "entity" else ""]
        for (kind, id), name in sorted(named.items())
    ]


def _summary(each: DocumentItems, document: Document) -> dict[str, Any]:
    """A document in the list, with how many items of each kind it has so that a filter need not open it."""
    layers = error_layers()
    counts = Counter(
        (layer, outcome, _label(item.gold), _label(item.predicted))
        for item in each.items
        for layer in layers
        if (outcome := outcome_in(item, layer))
    )
    return {
        "id": each.document,
        "title": document.title,
        "errors": error_count(each),
        "counts": [[*key, n] for key, n in sorted(counts.items())],
    }


def _label(side: ItemSide | None) -> str:
    return NOTHING if side is None else side.label


def document_value(each: DocumentItems, document: Document) -> dict[str, Any]:
    """One document: its text and its items."""
    units = _utf16(document.text)
    return {
        "id": each.document,
        "title": document.title,
        "about": [
            ["publisher", document.publisher],
            ["published", document.published or ""],
            ["url", document.url or ""],
        ],
        "text": document.text,
        "items": [_item(item, units) for item in each.items],
    }


def _item(item: ReportItem, units: Sequence[int] | None) -> dict[str, Any]:
    value: dict[str, Any] = {"k": item.key, "l": item.layer, "o": item.outcome}
    if item.link:
        value["n"] = item.link
    for name, side in (("g", item.gold), ("p", item.predicted)):
        if side is not None:
            value[name] = _side(side, units)
    return value


def _side(side: ItemSide, units: Sequence[int] | None) -> dict[str, Any]:
    places = [
        [start if units is None else units[start], end if units is None else units[end], role]
        for start, end, role in side.places
    ]
    return {"s": places, "t": side.label, "f": [list(field) for field in side.fields]}


def _utf16(text: str) -> list[int] | None:
    """The offset in UTF-16 of every code point, and of the end; None where it is the same."""
    if not text or max(text) <= "\uffff":
        return None
    return [0, *itertools.accumulate(1 + (c > "\uffff") for c in text)]
