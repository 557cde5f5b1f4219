"""The registries of entities, events and claims: ids that hold across documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from onrecord.dataset import walk
from onrecord.dataset.check import faults_of
from onrecord.dataset.layers import in_scheme, scheme
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.faults import Fault, Hints, Wrong, nearest, refuse
from onrecord.dataset.reading.typed import read_lines
from onrecord.dataset.records import UNKNOWN, Claim, Entity, Event, Registries

R = TypeVar("R", Entity, Event, Claim)


def read_registries(folder: Path) -> Registries:
    """Read ``entities.jsonl``, ``events.jsonl`` and ``claims.jsonl`` and check that every id in them resolves.

    Where the scheme in force wants no ids there are none.

    Raises:
        FaultsError: With every fault of all three files.
    """
    faults: list[Fault] = []
    lines: dict[str, list[int]] = {}

    def rows(name: str, kind: type[R]) -> tuple[R, ...]:
        path = folder / name
        if not scheme().ids:
            return ()
        if not path.is_file():
            faults.append(Fault("file", str(path), None, "", "no such file", "a registry"))
            return ()
        read, wrong = read_lines(path, content_within(path), in_scheme(kind))
        faults.extend(wrong)
        lines[name] = [line for line, _ in read]
        return tuple(row for _, row in read)

    registries = Registries(
        entities=rows("entities.jsonl", Entity),
        events=rows("events.jsonl", Event),
        claims=rows("claims.jsonl", Claim),
    )
    if not faults:  # a row that did not parse would make every reference to it dangle
        hints = Hints()
        for name, index, wrong in _wrong(registries):
            faults += faults_of(str(folder / name), lines[name][index], [wrong], hints)
    refuse(faults)
    return registries


def _wrong(registries: Registries) -> Iterator[tuple[str, int, Wrong]]:
    """File, row and what is wrong with it: repeated ids, dangling references, missing notes."""
    rows: dict[str, tuple[Entity | Event | Claim, ...]] = {
        "entities.jsonl": registries.entities,
        "events.jsonl": registries.events,
        "claims.jsonl": registries.claims,
    }
    known = {
        "entity": {row.id for row in registries.entities},
        "event": {row.id for row in registries.events},
        "claim": {row.id for row in registries.claims},
    }
    for name, each in rows.items():
        ids = Counter(row.id for row in each)
        linked = Counter(row.wikidata for row in each if not isinstance(row, Claim) and row.wikidata)
        for index, row in enumerate(each):
            for wrong in _wrong_references(row, known):
                yield name, index, wrong
            if ids[row.id] > 1:
                yield name, index, ("repeated-id", "/id", row.id, "an id used once", "")
            if isinstance(row, Claim):
                continue
            if row.wikidata is None and not row.wikidata_note:
                yield name, index, ("missing-note", "/wikidata_note", "nothing", "why there is no Wikidata id", "")
            if row.wikidata is not None and linked[row.wikidata] > 1:
                yield name, index, ("repeated-id", "/wikidata", row.wikidata, "a Wikidata id used once", "")


def _wrong_references(row: Entity | Event | Claim, known: Mapping[str, set[str]]) -> Iterator[Wrong]:
    """Ids in a row that no other row has; known ids are by kind."""
    own = "entity" if isinstance(row, Entity) else "event" if isinstance(row, Event) else "claim"
    if isinstance(row, Entity) and row.id == UNKNOWN:
        yield "reserved-id", "/id", row.id, "any other id", "it names the unknown speaker"
    for kind, id, pointer, _, also in walk.references(row):
        kinds = [each for each in (kind, also) if each]
        ids = set[str]().union(*(known[each] for each in kinds)) - ({row.id} if own in kinds else set())
        if id not in ids:
            one = f"another {own}" if own in kinds else f"an {' or '.join(kinds)}"
            yield "reference", pointer, id, one, partial(nearest, id, ids)
