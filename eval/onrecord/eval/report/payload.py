"""What the page's script reads: one JSON value for the whole, and one for each document, read when it is opened (see
:mod:`onrecord.eval.report.parts`).

Offsets are in UTF-16 code units there, as strings of JavaScript are; keys and addresses keep code points.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from onrecord.dataset import Labels, Registries
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import NO_ITEM
from onrecord.dataset.walk import all_ids
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.scored import scored_layers, with_items
from onrecord.eval.report.errors import NOTHING, Tally, error_layers, tally
from onrecord.eval.report.exchanges import Exchange, exchange_value
from onrecord.eval.report.items import UNJUDGED, DocumentItems, ItemSide, ReportItem, error_count, meanings
from onrecord.eval.submission.reading import Submission, SubmissionHead


@dataclasses.dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document in the list, with how many items of each kind it has so that a filter need not open it."""

    document: str
    title: str
    errors: int
    """How many of its items are wrong."""
    counts: Tally

    @classmethod
    def of(cls, each: DocumentItems) -> DocumentSummary:
        """Of a document's items."""
        return cls(each.document, each.pair.document.title, error_count(each), tally(each.items))


def index(
    documents: Sequence[DocumentSummary],
    firsts: Sequence[int],
    registries: Registries,
    system: Sequence[Sequence[str]],
    pen: Mapping[str, Any],
    rules: Mapping[str, str],
) -> dict[str, Any]:
    """What the script needs before any document is opened.

    Args:
        documents: All of them, in order.
        firsts: The number of the first document of each part.
        registries: The gold ids.
        system: The file's, see :meth:`SystemNames.rows`.
        pen: See :func:`onrecord.eval.report.verdicts.pen`.
        rules: What each rule says, by its name.
    """
    kinds: dict[tuple[str, str, str, str], int] = {}
    rows = [[each.document, each.title, each.errors, *_flat(each.counts, kinds)] for each in documents]
    return {
        "outcomes": list(meanings()),
        "unjudged": sorted(UNJUDGED),
        "layers": error_layers(),
        "items": [layer.name for layer in with_items()],
        "nothing": NOTHING,
        "gold": _gold_names(registries),
        "system": system,
        "kinds": list(kinds),
        "documents": rows,
        "parts": list(firsts),
        "pen": pen,
        "rules": list(rules.items()),
        "meanings": list(meanings().items()),
        "headlines": [[each.name, each.headline.full, each.headline.definition] for each in scored_layers()],
    }


def _flat(counts: Tally, kinds: dict[tuple[str, str, str, str], int]) -> Iterator[int]:
    """Number of a kind of item and how many there are of it, one after the other; kinds are numbered as they come."""
    for kind, n in sorted(counts.items()):
        yield kinds.setdefault(kind, len(kinds))
        yield n


def _gold_names(registries: Registries) -> list[list[str]]:
    """Kind, id, name, and the Wikidata id, ``NIL`` for none; empty where nobody looked."""
    return [
        *(["entity", row.id, row.name, _link(row.wikidata)] for row in registries.entities),
        *(["event", row.id, row.title, _link(row.wikidata)] for row in registries.events),
        *(["claim", row.id, row.text, ""] for row in registries.claims),
        *(["utterance", row.id, row.title, ""] for row in registries.utterances),
    ]


def _link(wikidata: str | None) -> str:
    return "NIL" if wikidata == NO_ITEM else wikidata or ""


class SystemNames:
    """The ids of a file, gathered one document after the other."""

    def __init__(self) -> None:
        self._ids: dict[str, set[str]] = {"entity": set(), "event": set(), "claim": set()}

    def add(self, labels: Labels) -> None:
        """The ids that a document's labels have."""
        for name in LAYERS:
            for kind, _, ids in all_ids(LAYERS[name], labels.of(name)):
                if kind in self._ids:
                    self._ids[kind] |= ids

    def rows(self, submission: Submission | SubmissionHead, ids: IdMap) -> list[list[str]]:
        """Kind, id, what the file calls it, the gold id that it was mapped to, what it links to."""
        known: Mapping[str, Mapping[str, str]] = {"entity": ids.entity, "event": ids.event, "claim": ids.claim}
        named = {(kind, id): "" for kind, several in self._ids.items() for id in several}
        named |= {("entity", id): each.name or "" for id, each in submission.entities.items()}
        named |= {("event", id): each.title or "" for id, each in submission.event_descriptions.items()}
        named |= {("claim", id): each.text for id, each in submission.claims.items()}
        links = {id: link.wikidata or "NIL" for id, link in ids.links.items()}
        return [
            [kind, id, name, known[kind].get(id, ""), links.get(id, "NIL") if kind == "entity" else ""]
            for (kind, id), name in sorted(named.items())
        ]


def document_value(each: DocumentItems, exchange: Exchange | None = None) -> dict[str, Any]:
    """One document: its text and its items, and what a model was asked of it where that is known."""
    document = each.pair.document
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
        **({} if exchange is None else {"x": exchange_value(exchange)}),
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
    places = side.places
    if units is not None:
        places = tuple((units[start], units[end], role) for start, end, role in places)
    value: dict[str, Any] = {"s": places, "t": side.label, "f": side.fields}
    if side.id:
        value["i"] = side.id
    if side.rule:
        value["r"] = side.rule
    return value


def _utf16(text: str) -> list[int] | None:
    """The offset in UTF-16 of every code point, and of the end; None where it is the same."""
    if not text or max(text) <= "\uffff":
        return None
    return [0, *itertools.accumulate(1 + (c > "\uffff") for c in text)]
