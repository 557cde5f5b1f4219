"""The registries of entities, events, claims and utterances: ids that hold across documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from onrecord.dataset import walk
from onrecord.dataset.check import faults_of
from onrecord.dataset.gold import Article
from onrecord.dataset.layers import in_scheme, scheme
from onrecord.dataset.reading.bounded import content_within
from onrecord.dataset.reading.faults import Fault, Hints, Wrong, nearest, refuse
from onrecord.dataset.reading.typed import read_lines
from onrecord.dataset.records import NO_ITEM, REGISTERED, UNKNOWN, Entity, Event, Registries, Row


def rows_of(articles: Iterable[Article], registries: Registries) -> Registries:
    """The rows that some articles use, and those that these rows refer to, in their order."""
    rows = {row.id: row for kind in REGISTERED for row in registries.of(kind)}
    waiting = [each.id for a in articles for _, item in a.labels.items() for each in walk.references(item)]
    used: set[str] = set()
    while waiting:
        id = waiting.pop()
        if id in rows and id not in used:
            used.add(id)
            waiting += [each.id for each in walk.references(rows[id])]
    kept = {name: tuple(row for row in registries.of(kind) if row.id in used) for kind, (name, _) in REGISTERED.items()}
    return Registries(**kept)  # type: ignore[arg-type]


def read_registries(folder: Path) -> Registries:
    """Read ``entities.jsonl``, ``events.jsonl``, ``claims.jsonl`` and ``utterances.jsonl`` and check that every id in
    them resolves.

    Where the scheme in force wants no ids there are none.

    Raises:
        FaultsError: With every fault of all files.
    """
    if not scheme().ids:
        return Registries()
    faults: list[Fault] = []
    lines: dict[str, list[int]] = {}
    rows: dict[str, tuple[Row, ...]] = {}
    for name, kind in REGISTERED.values():
        path = folder / f"{name}.jsonl"
        if not path.is_file():
            faults.append(Fault("file", str(path), None, "", "no such file", "a registry", "an empty file has no rows"))
            continue
        read, wrong = read_lines(path, content_within(path), in_scheme(kind))
        faults += wrong
        lines[name] = [line for line, _ in read]
        rows[name] = tuple(row for _, row in read)
    registries = Registries(**rows)  # type: ignore[arg-type]
    if not faults:  # a row that did not parse would make every reference to it dangle
        hints = Hints()
        for name, index, each in _wrong(registries):
            faults += faults_of(str(folder / f"{name}.jsonl"), lines[name][index], [each], hints)
    refuse(faults)
    return registries


def _wrong(registries: Registries) -> Iterator[tuple[str, int, Wrong]]:
    """Registry, row and what is wrong with it: repeated ids, dangling or circular references, missing notes."""
    known = registries.ids()
    for own, (name, kind) in REGISTERED.items():
        rows = registries.of(own)
        ids = Counter(row.id for row in rows)
        linked = Counter(row.wikidata for row in rows if isinstance(row, Entity | Event))
        circular = {field: (of, _circular(of)) for field, of in _above(own, kind, rows).items()}
        for index, row in enumerate(rows):
            for wrong in _wrong_references(own, row, known):
                yield name, index, wrong
            for field, (of, around) in circular.items():
                if row.id in around:
                    hint = f"its {field} leads back to it"
                    yield name, index, ("circle", f"/{field}", of[row.id], "an id that does not lead back", hint)
            if ids[row.id] > 1:
                yield name, index, ("repeated-id", "/id", row.id, "an id used once", "")
            if not isinstance(row, Entity | Event):
                continue
            if row.wikidata == NO_ITEM and not row.wikidata_note:
                hint = "null where nobody looked"
                yield name, index, ("missing-note", "/wikidata_note", "nothing", "where it was looked for", hint)
            if row.wikidata not in (None, NO_ITEM) and linked[row.wikidata] > 1:
                yield name, index, ("repeated-id", "/wikidata", row.wikidata, "a Wikidata id used once", "")


def _above(own: str, kind: type[Row], rows: tuple[Row, ...]) -> dict[str, dict[str, str]]:
    """The fields of a row that name one other row of the same registry, each as a map from id to id."""
    fields = [field.name for field in walk.fields(kind) if field.refers and field.refers.to == own and not field.many]
    return {field: {row.id: id for row in rows if (id := getattr(row, field)) is not None} for field in fields}


def _circular(above: Mapping[str, str]) -> set[str]:
    """The ids that whoever follows them comes back to; each is followed once."""
    found: set[str] = set()
    done: set[str] = set()
    for id in above:
        path: dict[str, int] = {}
        at: str | None = id
        while at is not None and at not in done and at not in path:
            path[at] = len(path)
            at = above.get(at)
        if at is not None and at in path:
            found |= {each for each, place in path.items() if place >= path[at]}
        done |= path.keys()
    return found


def _wrong_references(own: str, row: Row, known: Mapping[str, set[str]]) -> Iterator[Wrong]:
    """Ids in a row that no other row has; known ids are by kind."""
    if isinstance(row, Entity) and row.id == UNKNOWN:
        yield "reserved-id", "/id", row.id, "any other id", "it names the unknown speaker"
    for kind, id, pointer, use, also in walk.references(row):
        if use == "reserved":
            continue
        kinds = [each for each in (kind, also) if each]
        ids = set[str]().union(*(known[each] for each in kinds)) - ({row.id} if own in kinds else set())
        if id not in ids:
            one = f"another {own}" if own in kinds else f"an {' or '.join(kinds)}"
            yield "reference", pointer, id, one, partial(nearest, id, ids)
