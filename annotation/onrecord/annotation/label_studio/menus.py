"""What the buttons and menus of a task offer: the ids of the registries, by the names that people know.

Label Studio searches the words that it shows and nothing else, so a menu's row has every name in it, and the id; the
id is what comes back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from onrecord.dataset.layers import scheme
from onrecord.dataset.records import Entity, Registries

Row = dict[str, str]
"""``value``: the words shown; ``alias``: the id; ``hint``: shown beside it."""

LISTS = ("entities", "events", "utterances", "targets", "here")
"""The lists of a task's data."""

MOST_BUTTONS = 30
"""So many fit beside the text; whoever is named later in it is in the menu alone."""
_KEYS = (*"123456789", *(f"ctrl+alt+shift+{letter}" for letter in "abcdefghijklmnopqrstu"))
"""Of the buttons: digits for the first nine, as ``0`` is a field's word. The others have keys that nobody presses:
Label Studio would give them plain letters, which a hand that types too early would press."""


def menus(registries: Registries, text: str) -> dict[str, list[Row]]:
    """The lists of a task's data that the labelling config names; none where the scheme wants no ids.

    Args:
        registries: The ids there are.
        text: The task's text; ``here`` has the entities that it names, in its order.
    """
    if not scheme().ids:
        return {}
    entities = [_row(row.id, row.name, *row.aliases) for row in registries.entities]
    events = [_row(row.id, row.title) for row in registries.events]
    claims = [_row(row.id, row.text) for row in registries.claims]
    targets = [
        {"value": f"{kind}: {row['value']}", "alias": f"{kind}:{row['alias']}", "hint": row["hint"]}
        for kind, rows in (("claim", claims), ("entity", entities), ("event", events))
        for row in rows
    ]
    return {
        "entities": entities,
        "events": events,
        "utterances": [_row(row.id, row.title) for row in registries.utterances],
        "targets": targets,
        "here": _buttons(named(registries, text)),
    }


def _row(id: str, *names: str) -> Row:
    return {"value": f"{' · '.join(dict.fromkeys(names))} [{id}]", "alias": id, "hint": id}


def _buttons(entities: Sequence[Entity]) -> list[Row]:
    """Rows of names alone, with the id where two have one name, and a key."""
    shown = entities[:MOST_BUTTONS]
    times = Counter(row.name for row in shown)
    return [
        {
            "value": row.name if times[row.name] == 1 else f"{row.name} [{row.id}]",
            "alias": row.id,
            "hint": row.id,
            "hotkey": key,
        }
        for row, key in zip(shown, _KEYS, strict=False)
    ]


def named(registries: Registries, text: str) -> list[Entity]:
    """The entities that a text names by a name or an alias, in the order in which it does."""
    places = ((min(_places(text, (row.name, *row.aliases)), default=-1), row) for row in registries.entities)
    return [row for _, row in sorted(((at, row) for at, row in places if at >= 0), key=lambda found: found[0])]


def _places(text: str, names: Iterable[str]) -> Iterator[int]:
    """Where each of some names stands first as words of their own."""
    for name in filter(None, names):
        at = text.find(name)
        while at >= 0:
            before, after = text[at - 1 : at] if at else "", text[at + len(name) : at + len(name) + 1]
            if not (before.isalnum() or after.isalnum()):
                yield at
                break
            at = text.find(name, at + 1)


def offered_ids(data: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The ids that each list of a task's data offers.

    Args:
        data: The task's data, or what :func:`menus` gave.
    """
    lists = {name: rows for name, rows in data.items() if isinstance(rows, list)}
    return {name: frozenset(str(row.get("alias", row["value"])) for row in rows) for name, rows in lists.items()}
