"""What a prediction file says, as a digest that how it is written does not change.

Not part of it are the order of lines and items, white space and packing, what may be left out and is, ids of items,
the names of the file's own ids, descriptions of ids that nothing uses, and fields that no measure reads. Two files that
say the same have the same digest; two that do not have, as far as anybody will meet, different ones: ids are told apart
by what is said with them, to a depth of :data:`ROUNDS` items.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from onrecord.dataset import Labels
from onrecord.dataset.layers import scheme
from onrecord.dataset.records import UNKNOWN, Item
from onrecord.dataset.walk import references, with_references
from onrecord.eval.submission.prediction_line import Description, EventDescription, NotInText
from onrecord.eval.submission.reading import SubmissionHead

ROUNDS = 3
"""How often what is known of an id is passed on to the items that use it, and back."""

_UNREAD = dict.fromkeys(("id", "agreed", "rule", "noise", "literal", "utterance", "quote"), None) | {
    "annotators": (),
    "optional": False,
    "addressee": (),
    "basis": "stated",
}
"""What an item has beside what is scored; a copy that differs there is one."""

_ORDERED = ("relays",)
"""Fields of several ids whose order says something."""

Node = tuple[str, str]
"""An id: what it is of, and itself. Ids of items are of a document's layer."""


class _Said(NamedTuple):
    own: Node | None
    """The item's own id."""
    words: bytes
    """Document, layer and item, ids taken out."""
    uses: tuple[tuple[str, Node], ...]
    """The ids that stood there, with their places."""


class Meaning:
    """Takes the documents of a file one after the other.

    Args:
        known: The published ids of each kind (``entity``, ``event``, ``claim``): their names say something.
    """

    def __init__(self, known: Mapping[str, Collection[str]]) -> None:
        self._known = {kind: frozenset(ids) for kind, ids in known.items()}
        self._said: list[_Said] = []

    def add(self, document: str, labels: Labels, unplaced: Iterable[NotInText] = ()) -> None:
        """Take the labels of a document, and what is not in its text: that it is there, whatever its words."""
        for each in unplaced:
            no_name = each.layer == "mentions" and each.kind not in (None, scheme().mention_kinds[0])
            self._said.append(_Said(None, msgspec.json.encode((document, each.layer, no_name)), ()))
        for layer, item in labels.items():
            own = None if item.id is None else (f"{document} {layer}", item.id)
            item = msgspec.structs.replace(item, **{k: v for k, v in _UNREAD.items() if k in item.__struct_fields__})
            uses = tuple(self._uses(document, item))
            bare = with_references(item, lambda *_: "")
            self._said.append(_Said(own, msgspec.json.encode((document, layer, bare)), uses))

    def _uses(self, document: str, item: Item) -> Iterable[tuple[str, Node]]:
        for each in references(item):
            of = each.kind if each.kind in self._known else f"{document} {each.kind}"
            place = each.pointer if each.pointer.split("/")[1] in _ORDERED else each.pointer.rstrip("0123456789")
            yield place, (of, each.id)

    def of(self, head: SubmissionHead) -> str:
        """The digest of everything taken, in hexadecimal.

        Args:
            head: What the file says beside its items.
        """
        described: dict[str, Mapping[str, Description]] = {
            "entity": head.entities,
            "claim": head.claims,
            "event": head.event_descriptions,
        }
        told = {
            (kind, id): _words_of(row, self._known["entity"])
            for kind, rows in described.items()
            for id, row in rows.items()
        }
        used: dict[Node, list[tuple[str, int]]] = defaultdict(list)
        for place, said in enumerate(self._said):
            for where, node in said.uses:
                used[node].append((where, place))
        for place, said in enumerate(self._said):
            if said.own is not None and said.own in used:
                used[said.own].append(("/id", place))
        first = {node: _hash([self._name(node), told.get(node, b"")]) for node in used}
        items, ids = [said.words for said in self._said], first
        for _ in range(ROUNDS):
            items = [
                _hash([said.words, *sorted(where.encode() + ids[node] for where, node in self._of(said, used))])
                for said in self._said
            ]
            ids = {
                node: _hash([first[node], *sorted(where.encode() + items[place] for where, place in uses)])
                for node, uses in used.items()
            }
        parts = [*(layer.encode() for layer in sorted(head.layers)), *sorted(items), *sorted(ids.values())]
        return _hash(parts).hex()

    def _name(self, node: Node) -> bytes:
        """What an id says by its name: a published one itself, one of the file's own what kind it is of."""
        kind, id = node
        published = id in self._known.get(kind, ()) or id == UNKNOWN
        return f"{kind} {id if published else ''}".encode()

    @staticmethod
    def _of(said: _Said, used: Mapping[Node, object]) -> Sequence[tuple[str, Node]]:
        return said.uses if said.own is None or said.own not in used else (*said.uses, ("/id", said.own))


def _words_of(row: Description, entities: Collection[str]) -> bytes:
    """What a description says; a place that is one of the file's own ids is left aside."""
    if isinstance(row, EventDescription) and row.place not in entities:
        row = msgspec.structs.replace(row, place=None)
    return msgspec.json.encode(msgspec.structs.replace(row, id=""))


def _hash(parts: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
