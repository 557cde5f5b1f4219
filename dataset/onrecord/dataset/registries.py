"""The registries of entities, events and claims: ids that hold across documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from onrecord.dataset.faults import Fault, nearest, refuse, show
from onrecord.dataset.reading import read_lines
from onrecord.dataset.records import UNKNOWN, Claim, Entity, Event, Record, Registries

R = TypeVar("R", Entity, Event, Claim)


def read_registries(folder: Path) -> Registries:
    """Read ``entities.jsonl``, ``events.jsonl`` and ``claims.jsonl`` and check that every id in them resolves.

    Raises:
        FaultsError: With every fault of all three files.
    """
    faults: list[Fault] = []
    lines: dict[str, list[int]] = {}

    def rows(name: str, kind: type[R]) -> tuple[R, ...]:
        path = folder / name
        if not path.is_file():
            faults.append(Fault("file", str(path), None, "", "no such file", "a registry"))
            return ()
        read, wrong = read_lines(path, path.read_bytes(), kind)
        faults.extend(wrong)
        lines[name] = [line for line, _ in read]
        return tuple(row for _, row in read)

    registries = Registries(
        entities=rows("entities.jsonl", Entity),
        events=rows("events.jsonl", Event),
        claims=rows("claims.jsonl", Claim),
    )
    if not faults:  # a row that did not parse would make every reference to it dangle
        for name, index, pointer, code, found, expected, hint in _unresolved(registries):
            faults.append(Fault(code, str(folder / name), lines[name][index], pointer, show(found), expected, hint))
    refuse(faults)
    return registries


def _unresolved(registries: Registries) -> Iterable[tuple[str, int, str, str, str, str, str]]:
    """(file, row, pointer, code, found, expected, hint) of every repeated id and dangling reference."""
    entities = {entity.id for entity in registries.entities}
    events = {event.id for event in registries.events}
    named: tuple[tuple[str, tuple[Record, ...]], ...] = (
        ("entities.jsonl", registries.entities),
        ("events.jsonl", registries.events),
        ("claims.jsonl", registries.claims),
    )
    for name, rows in named:
        count = Counter(row.id for row in rows)  # type: ignore[attr-defined]
        for index, row in enumerate(rows):
            if count[row.id] > 1:  # type: ignore[attr-defined]
                yield name, index, "/id", "repeated-id", row.id, "an id used once", ""  # type: ignore[attr-defined]

    def entity(
        name: str, index: int, pointer: str, id: str | None
    ) -> Iterable[tuple[str, int, str, str, str, str, str]]:
        if id is not None and id not in entities:
            yield name, index, pointer, "reference", id, "an id of entities.jsonl", nearest(id, entities)

    for index, row in enumerate(registries.entities):
        if row.id == UNKNOWN:
            yield (
                "entities.jsonl",
                index,
                "/id",
                "reserved-id",
                row.id,
                "any other id",
                "it names the unknown speaker",
            )
        yield from entity("entities.jsonl", index, "/part_of", row.part_of)
        if row.wikidata is None and not row.wikidata_note:
            yield (
                "entities.jsonl",
                index,
                "/wikidata_note",
                "missing-note",
                "nothing",
                "why there is no Wikidata id",
                "",
            )
    for index, event in enumerate(registries.events):
        yield from entity("events.jsonl", index, "/place", event.place)
        if event.wikidata is None and not event.wikidata_note:
            yield "events.jsonl", index, "/wikidata_note", "missing-note", "nothing", "why there is no Wikidata id", ""
        for place, participant in enumerate(event.participants):
            yield from entity("events.jsonl", index, f"/participants/{place}/entity", participant.entity)
        if event.parent is not None and (event.parent not in events or event.parent == event.id):
            hint = nearest(event.parent, events - {event.id})
            yield (
                "events.jsonl",
                index,
                "/parent",
                "reference",
                event.parent,
                "another id of events.jsonl",
                hint,
            )
    for index, claim in enumerate(registries.claims):
        for place, id in enumerate(claim.about):
            if id not in entities | events:
                hint = nearest(id, entities | events)
                yield (
                    "claims.jsonl",
                    index,
                    f"/about/{place}",
                    "reference",
                    id,
                    "an id of entities or events",
                    hint,
                )


def registry_lines(rows: Iterable[Record]) -> bytes:
    """A registry as JSON Lines, a row a line."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
