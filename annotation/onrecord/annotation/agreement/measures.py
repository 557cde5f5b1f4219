"""How far annotators agree: the scorer itself between every two of them, and chance-corrected agreement on attributes.

One annotator's labels are scored as a prediction against the other's, with the same alignment and measures as any
system; F1 is what systems are compared by, so it is also the scale on which people and models can be seen side by side.
What both found is then compared field by field with Krippendorff's alpha for nominal data (Krippendorff, 2004, chapter
11; the ``krippendorff`` package), always with the share that was found by both, since alpha says nothing of the rest.

Each annotator may use ids of their own: they are aligned as a system's are. ``optional`` is taken off both sides first,
so that what somebody was unsure of counts.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from onrecord.annotation.agreement.gamma import Continuum, Unit, gamma
from onrecord.annotation.label_studio.exports import Annotation
from onrecord.dataset import (
    Article,
    Claim,
    Document,
    Entity,
    Event,
    EventMention,
    Labels,
    Mention,
    Quote,
    Registries,
    Stance,
)
from onrecord.dataset.records import LAYERS, EntityType, Item
from onrecord.eval import Result, Submission, score_submission
from onrecord.eval.layers.document_pairs import pair_documents
from onrecord.eval.layers.layer import DocumentPair
from onrecord.eval.layers.mentions import SpanAlignment, cluster
from onrecord.eval.layers.quotes import pair_quotes
from onrecord.eval.layers.same_items import item_text
from onrecord.eval.layers.stances import gold_key
from onrecord.eval.scoring.result import score_pairs
from onrecord.eval.spans.pairs import Fit
from onrecord.eval.statistics.counts import Counts, Score, score


@dataclasses.dataclass(frozen=True)
class Attribute:
    """Agreement on one field of the items that both annotators found."""

    layer: str
    field: str
    matched: int
    """Items both found."""
    total: int
    """Items that either found: ``matched`` / ``total`` is the share the figures are about."""
    observed: float | None
    """Share of the matched on which the field is the same, in [0, 1]; None without matched items."""
    alpha: float | None
    """Krippendorff's nominal alpha, at most 1; None where :attr:`reason` says why."""
    reason: str | None = None


@dataclasses.dataclass(frozen=True)
class Disagreement:
    """One thing on which two annotators differ."""

    document: str
    layer: str
    kind: str
    """``only ONE``, ``only OTHER`` or the fields that differ."""
    text: str
    one: str
    other: str
    tasks: tuple[str, str]
    """Where the two tasks are on their server."""


@dataclasses.dataclass(frozen=True)
class PairAgreement:
    """Two annotators, on the documents that both have annotated."""

    one: str
    other: str
    documents: tuple[str, ...]
    result: Result | None
    """The other's labels scored against the one's; None without shared documents."""
    attributes: tuple[Attribute, ...]
    gammas: Mapping[str, float | None]
    """Gamma of mentions (by type), quotes (by mode) and event mentions; see
    :mod:`onrecord.annotation.agreement.gamma`."""
    by_type: Mapping[str, Score]
    """Mentions of each entity type, by the same offsets and type."""
    by_document: Mapping[str, Result]
    """The same scores with each document by itself."""
    disagreements: tuple[Disagreement, ...]


def agreement(annotations: Sequence[Annotation], documents: Sequence[Document]) -> list[PairAgreement]:
    """The agreement of every two annotators.

    Args:
        annotations: Everyone's, at most one for each annotator and document.
        documents: The documents they are about.

    Returns:
        One entry for each pair of annotators, in alphabetical order; none for fewer than two annotators.
    """
    by_annotator: dict[str, dict[str, Annotation]] = defaultdict(dict)
    for annotation in annotations:
        by_annotator[annotation.annotator][annotation.document] = annotation
    return [
        _pair(by_annotator[one], by_annotator[other], documents)
        for one, other in itertools.combinations(sorted(by_annotator), 2)
    ]


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
                wikidata_note="an annotator's own id",
            )
            for id, count in sorted(types.items())
        ),
        events=tuple(Event(id=id, type="event", title=id, date=None, place=None) for id in sorted(events)),
        claims=tuple(Claim(id=id, text=id) for id in sorted(claims)),
    )


K = TypeVar("K", bound=str)


def _most(count: Counter[K]) -> K:
    return max(sorted(count), key=count.__getitem__)


def as_submission(name: str, labels: Mapping[str, Labels], own: Registries) -> Submission:
    """One annotator's labels as if a system had predicted them; every id is declared the file's own."""
    from onrecord.eval.submission.prediction_line import ClaimDescription, EntityDescription

    return Submission(
        name=name,
        sha256="",
        documents=labels,
        layers=frozenset(LAYERS),
        entities={row.id: EntityDescription(id=row.id, name=row.name) for row in own.entities},
        claims={row.id: ClaimDescription(id=row.id, text=row.text) for row in own.claims},
    )


def without_optional(labels: Labels) -> Labels:
    """The same labels with nothing optional."""
    return labels.changed(lambda _, item: msgspec.structs.replace(item, optional=False))


def _by_type(pairs: Sequence[DocumentPair]) -> dict[str, Score]:
    total: dict[str, Counts] = defaultdict(Counts)
    for pair in pairs:
        for mention in pair.gold.mentions:
            total[mention.type] += Counts(gold=1)
        for mention in pair.predicted.mentions:
            total[mention.type] += Counts(predicted=1)
        for found in pair.mentions.pairs:
            if found.fit == Fit.STRICT:
                item = pair.mentions.gold[found.gold]
                assert isinstance(item, Mention)
                total[item.type] += Counts(gold_matched=1, predicted_matched=1)
    return {type: score(counts) for type, counts in sorted(total.items())}


def _quote_units(labels: Labels) -> tuple[Unit, ...]:
    return tuple(Unit(q.content[0].start, q.content[-1].end, q.mode) for q in labels.quotes)


UNITS: dict[str, Callable[[Labels], tuple[Unit, ...]]] = {
    "mentions": lambda labels: tuple(Unit(m.start, m.end, m.type) for m in labels.mentions),
    "quotes": _quote_units,
    "events": lambda labels: tuple(Unit(e.start, e.end) for e in labels.events),
}
"""What gamma is computed on; a quote counts from its first to its last character."""


def _pair(
    one: Mapping[str, Annotation], other: Mapping[str, Annotation], documents: Sequence[Document]
) -> PairAgreement:
    names = next(iter(one.values())).annotator, next(iter(other.values())).annotator
    shared = [document for document in documents if document.id in one and document.id in other]
    if not shared:
        return PairAgreement(*names, (), None, (), {}, {}, {}, ())
    left = {document.id: without_optional(one[document.id].labels) for document in shared}
    right = {document.id: without_optional(other[document.id].labels) for document in shared}
    registries = own_registries(left.values())
    submission = as_submission(names[1], right, own_registries(right.values()))
    articles = [Article(document=document, labels=left[document.id]) for document in shared]
    pairs = pair_documents(articles, registries, submission)
    compared = [_compare(pair) for pair in pairs]
    tasks = {document.id: (one[document.id].link, other[document.id].link) for document in shared}
    return PairAgreement(
        one=names[0],
        other=names[1],
        documents=tuple(document.id for document in shared),
        result=score_pairs(articles, pairs, submission, names[0]),
        attributes=tuple(_attributes(compared)),
        gammas={
            layer: gamma([Continuum(len(d.text), units(left[d.id]), units(right[d.id])) for d in shared])
            for layer, units in UNITS.items()
        },
        by_type=_by_type(pairs),
        by_document={each.document.id: score_submission([each], registries, submission, names[0]) for each in articles},
        disagreements=tuple(_disagreements(compared, names, tasks)),
    )


Side = tuple[str, dict[str, str]]
"""One annotator's version of an item: its text and the fields that are compared."""


@dataclasses.dataclass(frozen=True)
class _Matched:
    """One layer of one document: what both found, and what one alone found, each by its text and fields."""

    document: str
    layer: str
    both: list[tuple[str, dict[str, str], dict[str, str]]]
    only_one: list[Side]
    only_other: list[Side]


FIELDS = {
    "mentions": ("type", "kind", "entity"),
    "quotes": ("mode", "speaker", "relays"),
    "stances": ("label", "basis"),
    "events": ("event",),
}
"""The names of the compared fields by layer; ids are those of the first annotator, or ``?`` where the other's has no
counterpart."""


def _compare(pair: DocumentPair) -> list[_Matched]:
    name, ids = pair.document.id, pair.ids
    gold, predicted = pair.gold, pair.predicted
    quotes = pair_quotes(gold.quotes, predicted.quotes, pair.document.text, ids)
    keys = {gold_key(stance, ids): index for index, stance in reversed(list(enumerate(predicted.stances)))}
    stances = [
        (index, keys[key])
        for index, s in enumerate(gold.stances)
        if (key := (s.holder, s.target.kind, s.target.id)) in keys
    ]

    def translated(quote: Quote) -> Quote:
        speaker = tuple(id or "?" for id in ids.speakers(quote.speaker))
        return msgspec.structs.replace(
            quote, speaker=speaker, relays=tuple(ids.entity.get(id, "?") for id in quote.relays)
        )

    return [
        _match(name, "mentions", *_sides(pair.mentions, ids.entity)),
        _match(
            name,
            "quotes",
            [side(quote) for quote in gold.quotes],
            [side(translated(quote)) for quote in predicted.quotes],
            [(each.gold, each.predicted) for each in quotes],
        ),
        _match(name, "stances", [side(s) for s in gold.stances], [side(s) for s in predicted.stances], stances),
        _match(name, "events", *_sides(pair.events, ids.event)),
    ]


def _sides(
    alignment: SpanAlignment, to_gold: Mapping[str, str]
) -> tuple[list[Side], list[Side], list[tuple[int, int]]]:
    """Both sides' mentions, the other's ids translated to the one's, and the pairs with the same offsets."""

    def translated(item: Mention | EventMention) -> Mention | EventMention:
        id = to_gold.get(cluster(item) or "", "?")
        field = "entity" if isinstance(item, Mention) else "event"
        return msgspec.structs.replace(item, **{field: id})

    return (
        [side(item) for item in alignment.gold],
        [side(translated(item)) for item in alignment.predicted],
        [(pair.gold, pair.predicted) for pair in alignment.pairs if pair.fit >= Fit.EXACT],
    )


def side(item: Item) -> Side:
    """An item's text and the fields that are compared."""
    return item_text(item), compared_fields(item)


def compared_fields(item: Item) -> dict[str, str]:
    """The fields by which two annotators' versions of an item are compared; ids must be of one registry."""
    if isinstance(item, Mention):
        return {"type": item.type, "kind": item.kind, "entity": item.entity or "?"}
    if isinstance(item, Quote):
        return {"mode": item.mode, "speaker": ", ".join(sorted(item.speaker)), "relays": ", ".join(item.relays)}
    if isinstance(item, Stance):
        return {"label": item.label, "basis": item.basis}
    assert isinstance(item, EventMention)
    return {"event": item.event}


def _match(
    document: str,
    layer: str,
    gold: list[Side],
    predicted: list[Side],
    pairs: list[tuple[int, int]],
) -> _Matched:
    taken, other_taken = {g for g, _ in pairs}, {p for _, p in pairs}
    return _Matched(
        document=document,
        layer=layer,
        both=[(gold[g][0], gold[g][1], predicted[p][1]) for g, p in pairs],
        only_one=[each for index, each in enumerate(gold) if index not in taken],
        only_other=[each for index, each in enumerate(predicted) if index not in other_taken],
    )


def _attributes(compared: Sequence[Sequence[_Matched]]) -> Iterable[Attribute]:
    for layer, fields in FIELDS.items():
        parts = [matched for document in compared for matched in document if matched.layer == layer]
        both = [each for part in parts for each in part.both]
        total = len(both) + sum(len(part.only_one) + len(part.only_other) for part in parts)
        for field in fields:
            yield attribute(layer, field, [(one[field], other[field]) for _, one, other in both], total)


def attribute(layer: str, field: str, values: Sequence[tuple[str, str]], total: int) -> Attribute:
    """Agreement on one field, from the two annotators' values of each matched item.

    >>> attribute("stances", "label", [("favor", "favor")] * 3, 4).reason
    'only one value occurs: nothing to tell apart'
    """
    if not values:
        return Attribute(layer, field, 0, total, None, None, "nothing that both found")
    observed = sum(one == other for one, other in values) / len(values)
    vocabulary = sorted({value for pair in values for value in pair})
    if len(vocabulary) == 1:
        reason = "only one value occurs: nothing to tell apart"
        return Attribute(layer, field, len(values), total, observed, None, reason)
    import krippendorff

    table = [[vocabulary.index(pair[side]) for pair in values] for side in (0, 1)]
    alpha = float(krippendorff.alpha(reliability_data=table, level_of_measurement="nominal"))
    return Attribute(layer, field, len(values), total, observed, alpha)


def _disagreements(
    compared: Sequence[Sequence[_Matched]], names: tuple[str, str], tasks: Mapping[str, tuple[str, str]]
) -> Iterable[Disagreement]:
    for part in itertools.chain.from_iterable(compared):

        def differ(kind: str, text: str, one: str, other: str, part: _Matched = part) -> Disagreement:
            return Disagreement(part.document, part.layer, kind, text, one, other, tasks[part.document])

        for text, one, other in part.both:
            if fields := [field for field in one if one[field] != other[field]]:
                yield differ(", ".join(fields), text, _said(one, fields), _said(other, fields))
        for text, values in part.only_one:
            yield differ(f"only {names[0]}", text, _said(values, values), "")
        for text, values in part.only_other:
            yield differ(f"only {names[1]}", text, "", _said(values, values))


def _said(values: Mapping[str, str], fields: Iterable[str]) -> str:
    return ", ".join(f"{field}: {values[field]}" for field in fields)
