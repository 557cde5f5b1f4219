"""What a system's ids mean: predicted entity, event and claim ids mapped to those of gold.

A speaker, holder or target is right when it is the right *entity*, by whatever mention the system found it. An id is
mapped by the first of these that applies:

1. its Wikidata id, where the file gives one that a registry row has;
2. the best one-to-one alignment of predicted and gold clusters over the corpus;
3. a mention of it that overlaps a gold mention with a Dice of at least one half (the gold id that most of them have;
   of several, the one whose mention comes first in the corpus);
4. the name or title the file gives for it, where that is a name, alias or title of just one registry row, or the
   surname of just one person in it;
5. for an id that the file only describes, without a Wikidata id or a mention: the words of the sources of the quotes
   that it alone speaks, where those of them that are such a name all name one row, and the name that the file gives,
   if any, has such a name of that row in it;
6. for an id that the file itself does not declare: the registry row with that id.

Claims have no mentions: they go by equal wording, then by the best one-to-one alignment of evidence, then by 6.

Linking is another question: what the *file* says an id stands for, wherever its mentions are. See :func:`map_links`.
"""

from __future__ import annotations

import dataclasses
import functools
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from onrecord.dataset import Labels, Registries, Stance
from onrecord.dataset.layers import in_scheme, scheme, using
from onrecord.dataset.records import NO_ITEM, UNKNOWN, Entity, Event
from onrecord.dataset.scheme import Scheme
from onrecord.eval.matching.assignment import assign
from onrecord.eval.matching.similarity import Parts, dice, parts, similar
from onrecord.eval.submission.prediction_line import ClaimDescription, EntityDescription, EventDescription

PERSON = "PER"
"""The type of the rows that have a surname."""

LONGEST = 8
"""Words of a name that is looked for inside another."""

MIN_DICE = 0.5
"""Least overlap at which a mention vouches for an entity, or evidence for a claim."""


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """What an id stands for in the knowledge base; without a Wikidata id it is NIL, known to no one but gold."""

    wikidata: str | None = None
    row: str | None = None
    """The row of the entity registry; None where none is meant, or one that the registry does not have."""
    judged: bool = True
    """Of a gold link: False where nobody knows whether there is a Wikidata id, so that no link is right or wrong."""


NIL = Link()
"""The link of an id that stands for nothing known."""


@dataclasses.dataclass(frozen=True)
class IdMap:
    """What ids mean: predicted ids to gold ids, by kind; an id that is not here means nothing in gold."""

    entity: Mapping[str, str]
    event: Mapping[str, str]
    claim: Mapping[str, str]
    links: Mapping[str, Link] = dataclasses.field(default_factory=dict)
    """What the file links its entity ids to; an id that is not here is NIL."""
    gold_links: Mapping[str, Link] = dataclasses.field(default_factory=dict)
    """The same of the registry's ids."""
    described_events: Mapping[str, EventDescription] = dataclasses.field(default_factory=dict)
    """What the file says of its event ids."""
    gold_events: Mapping[str, Event] = dataclasses.field(default_factory=dict)
    """What the registry says of its own."""
    actors: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """The actor of each gold entity that acts for another, see :func:`onrecord.dataset.derive.actors`."""
    has_entities: bool = True
    """Whether the file has an entity id on any of its mentions, or no mention at all."""

    def speakers(self, ids: Iterable[str]) -> frozenset[str | None]:
        """Gold ids of a set of predicted speakers; nobody at all means the unknown speaker."""
        return frozenset(UNKNOWN if id == UNKNOWN else self.entity.get(id) for id in ids) or frozenset({UNKNOWN})

    def actor(self, id: str | None) -> str | None:
        """The actor that a gold entity acts for, or is; None for none."""
        return None if id is None else self.actors.get(id, id)

    def chain(self, ids: Iterable[str]) -> tuple[str | None, ...]:
        """Gold ids of a predicted relay chain, in its order."""
        return tuple(self.entity.get(id) for id in ids)

    def __reduce__(self) -> tuple[Callable[[Scheme, bytes, bytes], IdMap], tuple[Scheme, bytes, bytes]]:
        """For other processes: pickled row by row it takes ten times as long, and types of a scheme cannot be."""
        rest = dataclasses.replace(self, gold_events={})
        return _unpacked, (scheme(), msgspec.msgpack.encode(rest), msgspec.msgpack.encode(self.gold_events))


def _unpacked(of: Scheme, rest: bytes, gold_events: bytes) -> IdMap:
    with using(of):
        events = msgspec.msgpack.decode(gold_events, type=dict[str, in_scheme(Event)])  # type: ignore[misc]
    return dataclasses.replace(msgspec.msgpack.decode(rest, type=IdMap), gold_events=events)


@functools.lru_cache(maxsize=4096)
def normal_name(name: str) -> str:
    """A name as it is compared: NFKC, case folded, white space collapsed."""
    return " ".join((name if name.isascii() else unicodedata.normalize("NFKC", name)).casefold().split())


def map_entities(
    by_mentions: Mapping[str, str],
    declared: frozenset[str],
    described: Mapping[str, EntityDescription],
    registries: Registries,
    sources: Mapping[str, frozenset[str]] | None = None,
) -> dict[str, str]:
    """Predicted entity ids to gold ones.

    Args:
        by_mentions: By the rules 2 and 3, the former before the latter.
        declared: Ids that the file itself says something of.
        described: The file's descriptions.
        registries: The gold ids.
        sources: For ids that no mention bears, the rows that the sources of their quotes name; see
            :func:`named_by_sources`.
    """
    mapping = {row.id: row.id for row in registries.entities if row.id not in declared}
    foremost = {**by_mentions, **_by_item(registries.entities, described)}
    named = {id: each.name for id, each in described.items() if each.name and id not in foremost}
    if named or sources:
        names = Names.of(registries)
        mapping |= _spoken(sources or {}, described, names)
        mapping |= _unambiguous({id: names.rows(name) for id, name in named.items()})
    return mapping | foremost


def map_events(
    by_mentions: Mapping[str, str],
    declared: frozenset[str],
    registries: Registries,
    described: Mapping[str, EventDescription] | None = None,
) -> dict[str, str]:
    """Predicted event ids to gold ones; see :func:`map_entities`.

    A description without title and Wikidata id says nothing of which event it is: it does not count as a declaration.
    """
    described = described or {}
    declared = declared | {id for id, each in described.items() if each.title or _item(each.wikidata)}
    mapping = {row.id: row.id for row in registries.events if row.id not in declared}
    foremost = {**by_mentions, **_by_item(registries.events, described)}
    titled = {id: normal_name(each.title) for id, each in described.items() if each.title and id not in foremost}
    if titled:
        by_title: dict[str, set[str]] = defaultdict(set)
        for row in registries.events:
            by_title[normal_name(row.title)].add(row.id)
        by_title.pop("", None)
        mapping |= _unambiguous({id: by_title.get(title) for id, title in titled.items()})
    return mapping | foremost


def map_links(described: Mapping[str, EntityDescription], registries: Registries) -> dict[str, Link]:
    """What the file itself links its entity ids to (TAC-KBP): no mention is looked at.

    By the Wikidata id it declares, be it one of the registry or not; else by a name that just one registry row has;
    else, where it declares neither, by being the id of a registry row. Where it says that there is no Wikidata id it
    is linked to no row that has one.

    Args:
        described: The file's descriptions.
        registries: The knowledge base: its rows with a Wikidata id are linked, the others are NIL to the world.

    Returns:
        Links by predicted id, those of the registry's own ids included. What is not here is NIL.
    """
    links = registry_links(registries)
    rows = {row.wikidata: links[row.id] for row in registries.entities if _item(row.wikidata)}
    found = dict(links)
    by_name: Mapping[str, set[str]] | None = None
    for id, description in described.items():
        said = description.wikidata
        if said and said != NO_ITEM:
            found[id] = rows.get(said) or Link(wikidata=said)
            continue
        if description.name is not None:
            by_name = _by_name(registries) if by_name is None else by_name
            named = by_name.get(normal_name(description.name), set())
            found[id] = links[next(iter(named))] if len(named) == 1 else NIL
        if said == NO_ITEM and found.get(id, NIL).wikidata is not None:
            found[id] = NIL
    return found


def registry_links(registries: Registries) -> dict[str, Link]:
    """The links of the registry's own ids: judged where somebody looked for an item, whether there is one or none."""
    return {row.id: Link(_item(row.wikidata), row.id, row.wikidata is not None) for row in registries.entities}


def _item(wikidata: str | None) -> str | None:
    """The Wikidata id that a field gives; None where it says that there is none, or nothing."""
    return None if wikidata == NO_ITEM else wikidata


class Evidence(NamedTuple):
    """A stance on a claim, by its evidence."""

    document: int
    claim: str
    parts: Parts
    label: str
    basis: str


def worded_claims(described: Mapping[str, ClaimDescription], registries: Registries) -> dict[str, str]:
    """Predicted claim ids to the gold ones with the same wording."""
    by_text = {_wording(row.text): row.id for row in registries.claims}
    return {id: by_text[text] for id, each in described.items() if (text := _wording(each.text)) in by_text}


def claim_map(
    gold: Sequence[Evidence],
    predicted: Sequence[Evidence],
    described: Mapping[str, ClaimDescription],
    registries: Registries,
    worded: Mapping[str, str],
) -> dict[str, str]:
    """Predicted claim ids to gold ones.

    Args:
        gold: The gold stances on claims that have evidence, documents ascending.
        predicted: The file's, on claims that it describes; likewise. Those that are worded as gold's are passed over.
        described: The file's descriptions.
        registries: The gold ids.
        worded: See :func:`worded_claims`.
    """
    mapping = {row.id: row.id for row in registries.claims if row.id not in described}
    by_document: dict[int, list[Evidence]] = defaultdict(list)
    for one in gold:
        by_document[one.document].append(one)
    others: dict[int, list[Evidence]] = defaultdict(list)
    profiles: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for other in predicted:
        if other.claim not in worded:
            others[other.document].append(other)
            profiles[other.claim].append((other.document, other.parts, other.label, other.basis))
    shared: Counter[tuple[str, str]] = Counter()
    for document, several in others.items():
        stances = by_document.get(document, [])
        for each in similar([one.parts for one in stances], [other.parts for other in several], MIN_DICE):
            shared[several[each.predicted].claim, stances[each.gold].claim] += round(1000 * each.dice)
    # what decides between equally good alignments is what the file says of its claims, not what it calls them
    said = {id: (_wording(described[id].text), sorted(profile)) for id, profile in profiles.items()}
    texts = {row.id: row.text for row in registries.claims}
    order = sorted(shared, key=lambda pair: (said[pair[0]], texts.get(pair[1], ""), pair[1]))
    edges: list[tuple[Hashable, Hashable, float]] = [(p, g, shared[p, g]) for p, g in order]
    mapping |= {str(edges[index][0]): str(edges[index][1]) for index in assign(edges)}
    return {**mapping, **worded}


def evidence(stance: Stance) -> Parts:
    """A stance's evidence as a set of code points."""
    return parts((span.start, span.end) for span in stance.evidence)


def evidence_dice(one: Stance, other: Stance) -> float:
    """Overlap of two stances' evidence in code points, in [0, 1]; 0 where neither has any."""
    return dice(evidence(one), evidence(other))


@dataclasses.dataclass(frozen=True)
class Names:
    """What the rows of the entity registry go by."""

    whole: Mapping[str, set[str]]
    """Rows by name or alias."""
    surname: Mapping[str, set[str]]
    """Persons by the last word of a name of several."""

    @classmethod
    def of(cls, registries: Registries) -> Names:
        """Those of a registry."""
        surname: dict[str, set[str]] = defaultdict(set)
        for row in registries.entities:
            words = normal_name(row.name).split()
            if row.type == PERSON and len(words) > 1:
                surname[words[-1]].add(row.id)
        return cls(_by_name(registries), surname)

    def rows(self, name: str) -> set[str]:
        """The rows that a name may mean: those that have it as name or alias, else the persons of that surname.

        >>> from onrecord.dataset.records import Entity
        >>> names = Names.of(Registries(entities=(Entity(id="dp", type="PER", name="Dmitry Peskov"),)))
        >>> names.rows("PESKOV"), names.rows("Dmitry")
        ({'dp'}, set())
        """
        said = normal_name(name)
        return self.whole.get(said) or self.surname.get(said) or set()

    def inside(self, text: str) -> set[str]:
        """The rows that some words of a text, side by side, may mean."""
        words = normal_name(text).split()
        ends = ((start, end) for start in range(len(words)) for end in range(start + 1, len(words) + 1))
        return {row for start, end in ends if end - start <= LONGEST for row in self.rows(" ".join(words[start:end]))}


def named_by_sources(labels: Iterable[Labels], names: Names) -> frozenset[tuple[str, str]]:
    """Speaker and row of every quote with one speaker whose source is the name of just one row."""
    return frozenset(
        (quote.speaker[0], next(iter(rows)))
        for each in labels
        for quote in each.quotes
        if quote.source is not None and len(quote.speaker) == 1 and len(rows := names.rows(quote.source.text)) == 1
    )


def _spoken(
    sources: Mapping[str, frozenset[str]], described: Mapping[str, EntityDescription], names: Names
) -> dict[str, str]:
    """The rows of rule 5."""
    found: dict[str, str] = {}
    for id, row in _unambiguous(sources).items():
        said = described.get(id)
        if said is not None and not _item(said.wikidata) and (not said.name or row in names.inside(said.name)):
            found[id] = row
    return found


def _by_name(registries: Registries) -> dict[str, set[str]]:
    by_name: dict[str, set[str]] = defaultdict(set)
    for row in registries.entities:
        for name in (row.name, *row.aliases):
            by_name[normal_name(name)].add(row.id)
    by_name.pop("", None)
    return by_name


R = TypeVar("R", Entity, Event)


def _by_item(rows: Iterable[R], described: Mapping[str, EntityDescription | EventDescription]) -> dict[str, str]:
    """Predicted ids to those of the registry with their Wikidata id."""
    by_wikidata: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if item := _item(row.wikidata):
            by_wikidata[item].add(row.id)
    return _unambiguous({id: by_wikidata.get(each.wikidata) for id, each in described.items() if each.wikidata})


def _unambiguous(candidates: Mapping[str, Collection[str] | None]) -> dict[str, str]:
    return {id: next(iter(rows)) for id, rows in candidates.items() if rows and len(rows) == 1}


def _wording(text: str) -> str:
    return normal_name(text).rstrip(".")
