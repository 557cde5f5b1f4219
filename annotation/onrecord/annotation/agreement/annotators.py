"""An annotator's labels as gold and as a submission: what their ids stand for, by their rows or by the labels alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from onrecord.dataset import Claim, Entity, Event, Labels, Registries
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import REGISTERED, EntityType
from onrecord.eval import Submission

_DESCRIBED = ("id", "type", "title", "date", "place", "cardinality")
"""What a row says of an event that a prediction file can say too."""


def own_registries(labels: Iterable[Labels]) -> Registries:
    """Registries of the ids that some labels use, made from the labels alone.

    An entity has the type and the names of most of its name mentions; a claim is worded by its id.
    """
    types: dict[str, Counter[EntityType]] = defaultdict(Counter)
    names: dict[str, Counter[str]] = defaultdict(Counter)
    events: set[str] = set()
    claims: set[str] = set()
    for each in labels:
        for mention in each.mentions:
            if mention.entity is not None:
                types[mention.entity][mention.type] += 1
                names[mention.entity][mention.text] += mention.kind == "name"
        events |= {event.event for event in each.events}
        for stance in each.stances:
            named = {"event": events, "claim": claims}.get(stance.target.kind)
            if named is not None:
                named.add(stance.target.id)
    return Registries(
        entities=tuple(
            Entity(
                id=id,
                type=_most(count),
                name=_most(names[id]),
                aliases=tuple(sorted(name for name, n in names[id].items() if n and name != _most(names[id]))),
            )
            for id, count in sorted(types.items())
        ),
        events=tuple(Event(id=id, type="event", title=id, date=None, place=None) for id in sorted(events)),
        claims=tuple(Claim(id=id, text=id) for id in sorted(claims)),
    )


def with_rows(own: Registries, rows: Registries) -> Registries:
    """Somebody's rows, and what their labels say of ids without one."""
    known = rows.ids()
    made = {
        name: (*rows.of(kind), *(row for row in own.of(kind) if row.id not in known[kind]))
        for kind, (name, _) in REGISTERED.items()
    }
    return Registries(**made)  # type: ignore[arg-type]


K = TypeVar("K", bound=str)


def _most(count: Counter[K]) -> K:
    return max(sorted(count), key=count.__getitem__)


def as_submission(
    name: str, labels: Mapping[str, Labels], own: Registries, described: Sequence[Event] = ()
) -> Submission:
    """One annotator's labels as if a system had predicted them; every id is declared the file's own.

    Args:
        name: The annotator's.
        labels: By document.
        own: What their ids stand for.
        described: The events of which they say what they are.
    """
    from onrecord.eval.submission.prediction_line import ClaimDescription, EntityDescription, EventDescription

    return Submission(
        name=name,
        sha256="",
        documents=labels,
        layers=frozenset(LAYERS),
        entities={row.id: EntityDescription(id=row.id, name=row.name) for row in own.entities},
        claims={row.id: ClaimDescription(id=row.id, text=row.text) for row in own.claims},
        event_descriptions={
            row.id: EventDescription(**{name: getattr(row, name) for name in _DESCRIBED}) for row in described
        },
    )


def without_optional(labels: Labels) -> Labels:
    """The same labels with nothing optional."""
    return labels.changed(lambda _, item: msgspec.structs.replace(item, optional=False))
