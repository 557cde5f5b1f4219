"""How far annotators agree: the scorer itself between every two of them, and chance-corrected agreement on attributes.

One annotator's labels are scored as a prediction against the other's, with the same alignment and measures as any
system; F1 is what systems are compared by, so it is also the scale on which people and models can be seen side by side.
What both found is then compared field by field with Krippendorff's alpha for nominal data (Krippendorff, 2004, chapter
11), always with the share that was found by both, since alpha says nothing of the rest.

Each annotator may use ids of their own: they are aligned as a system's are. What the ids stand for is known from the
labels alone, unless an annotator has rows for them: then also whom an entity acts for, and what an event is.
``optional`` is taken off both sides first, so that what somebody was unsure of counts.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from onrecord.annotation.agreement.actor_ids import ActorField, actor_fields
from onrecord.annotation.agreement.annotators import as_submission, own_registries, with_rows, without_optional
from onrecord.annotation.agreement.gamma import Continuum, Unit, gamma
from onrecord.annotation.agreement.row_fields import RowField, row_fields, utterance_ids
from onrecord.annotation.label_studio.exports import Annotation
from onrecord.dataset import (
    Article,
    Document,
    Labels,
    Mention,
    Registries,
)
from onrecord.dataset.records import Item
from onrecord.dataset.walk import anchor, with_references
from onrecord.eval import Result, Submission, score_submission
from onrecord.eval.layers.layer import DocumentPair, Layer
from onrecord.eval.layers.scored import with_items
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
    rows: tuple[RowField, ...]
    """Fields of the registries, where both annotators have rows of their own."""
    by_actor: tuple[ActorField, ...]
    """Whom items name, by actor and by id; likewise."""
    by_document: Mapping[str, Result]
    """The same scores with each document by itself."""
    disagreements: tuple[Disagreement, ...]


def agreement(
    annotations: Sequence[Annotation], documents: Sequence[Document], rows: Mapping[str, Registries] | None = None
) -> list[PairAgreement]:
    """The agreement of every two annotators.

    Args:
        annotations: Everyone's, at most one for each annotator and document.
        documents: The documents they are about.
        rows: By annotator, the rows of their own ids, of those who have any.

    Returns:
        One entry for each pair of annotators, in alphabetical order; none for fewer than two annotators.
    """
    return [_agreement(versions) for versions in _versions(annotations, documents, rows or {})]


def agreement_by_split(
    annotations: Sequence[Annotation],
    documents: Sequence[Document],
    splits: Sequence[str],
    rows: Mapping[str, Registries] | None = None,
) -> dict[str, list[PairAgreement]]:
    """The agreement of every two annotators with documents in common, a split at a time and never of two together.

    The last split stands first: what guidelines and systems were made with comes before what is kept for the end.

    Args:
        annotations: Everyone's.
        documents: All documents.
        splits: The splits in the order of tables.
        rows: As for :func:`agreement`.
    """
    found = {}
    for split in reversed(splits):
        here = [document for document in documents if document.split == split]
        found[split] = [pair for pair in agreement(annotations, here, rows) if pair.documents]
    return found


def results(annotations: Sequence[Annotation], documents: Sequence[Document]) -> list[tuple[str, str, Result]]:
    """The scores alone of every two annotators with documents in common: the one, the other, and its score on that."""
    pairs = [versions for versions in _versions(annotations, documents, {}) if versions.articles]
    return [(*each.names, each.scored()) for each in pairs]


@dataclasses.dataclass(frozen=True)
class _Versions:
    """What two annotators say of the documents that both have annotated."""

    names: tuple[str, str]
    articles: tuple[Article, ...]
    """With the one's labels."""
    other: Mapping[str, Labels]
    """The other's, by document."""
    tasks: Mapping[str, tuple[str, str]]
    """Where the two tasks of each document are."""
    rows: tuple[Registries, Registries]
    """The rows that either has for their ids."""

    @functools.cached_property
    def registries(self) -> Registries:
        """The one's ids."""
        return with_rows(own_registries(article.labels for article in self.articles), self.rows[0])

    @functools.cached_property
    def submission(self) -> Submission:
        """The other's labels as if a system had predicted them."""
        known = with_rows(own_registries(self.other.values()), self.rows[1])
        return as_submission(self.names[1], self.other, known, self.rows[1].events)

    def scored(self) -> Result:
        """The other scored against the one."""
        return score_submission(self.articles, self.registries, self.submission, self.names[0])


def _versions(
    annotations: Sequence[Annotation], documents: Sequence[Document], rows: Mapping[str, Registries]
) -> Iterator[_Versions]:
    by_annotator: dict[str, dict[str, Annotation]] = defaultdict(dict)
    for annotation in annotations:
        by_annotator[annotation.annotator][annotation.document] = annotation
    for names in itertools.combinations(sorted(by_annotator), 2):
        one, other = (by_annotator[name] for name in names)
        shared = [document for document in documents if document.id in one and document.id in other]
        yield _Versions(
            names=names,
            articles=tuple(Article(document=d, labels=without_optional(one[d.id].labels)) for d in shared),
            other={d.id: without_optional(other[d.id].labels) for d in shared},
            tasks={d.id: (one[d.id].link, other[d.id].link) for d in shared},
            rows=(rows.get(names[0], Registries()), rows.get(names[1], Registries())),
        )


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


def _units(layer: Layer[Any], labels: Labels) -> tuple[Unit, ...]:
    """What gamma is computed on; an item of several segments counts from its first to its last character."""
    kinds = [(anchor(item), layer.units and str(getattr(item, layer.units))) for item in labels.of(layer.item)]
    return tuple(Unit(spans[0].start, spans[-1].end, kind or "") for spans, kind in kinds)


def _agreement(both: _Versions) -> PairAgreement:
    if not both.articles:
        return PairAgreement(*both.names, (), None, (), {}, {}, (), (), {}, ())
    result = both.scored()
    compared = [_compare(pair, readings_of(result, pair)) for pair in result.pairs]
    return PairAgreement(
        one=both.names[0],
        other=both.names[1],
        documents=tuple(article.document.id for article in both.articles),
        result=result,
        attributes=tuple(_attributes(compared)),
        gammas={layer.item: _gamma(layer, both) for layer in with_items() if layer.units is not None},
        by_type=_by_type(result.pairs),
        rows=tuple(_rows(both, result)),
        by_actor=tuple(_actors(both, result)),
        by_document={
            each.document.id: score_submission([each], both.registries, both.submission, both.names[0])
            for each in both.articles
        },
        disagreements=tuple(_disagreements(compared, both.names, both.tasks)),
    )


def _rows(both: _Versions, result: Result) -> list[RowField]:
    if any(each == Registries() for each in both.rows) or not result.pairs:
        return []
    ids = result.pairs[0].ids
    known = {"entity": ids.entity, "event": ids.event, "claim": ids.claim, "utterance": utterance_ids(_quotes(result))}
    return row_fields(*both.rows, known)


def _actors(both: _Versions, result: Result) -> list[ActorField]:
    if any(each == Registries() for each in both.rows):
        return []
    return actor_fields([*_quotes_of_both(result)], *both.rows)


def _quotes(result: Result) -> Iterator[tuple[str | None, str | None]]:
    """The utterances of the quotes that both found."""
    for pair, quotes in _quotes_of_both(result):
        for one, other in quotes:
            yield pair.gold.quotes[one].utterance, pair.predicted.quotes[other].utterance


def _quotes_of_both(result: Result) -> Iterator[tuple[DocumentPair, list[tuple[int, int]]]]:
    """Every document with the indices of the quotes that both found."""
    layer = next((each for each in with_items() if each.item == "quotes"), None)
    for pair in result.pairs:
        matches = None if layer is None else layer.matches
        yield pair, [] if layer is None or matches is None else [*matches(readings_of(result, pair)[layer.name])]


def _gamma(layer: Layer[Any], both: _Versions) -> float | None:
    return gamma(
        Continuum(len(a.document.text), _units(layer, a.labels), _units(layer, both.other[a.document.id]))
        for a in both.articles
    )


ItemVersion = tuple[str, dict[str, str]]
"""One annotator's version of an item: its text and the fields that are compared."""


@dataclasses.dataclass(frozen=True)
class _Matched:
    """One layer of one document: what both found, and what one alone found, each by its text and fields."""

    document: str
    layer: str
    both: list[tuple[str, dict[str, str], dict[str, str]]]
    only_one: list[ItemVersion]
    only_other: list[ItemVersion]


def _compare(pair: DocumentPair, readings: Mapping[str, Any]) -> list[_Matched]:
    """Both sides of every layer, the other's ids translated to the one's; ``?`` where they have no counterpart."""
    ids = pair.ids
    known = {"entity": ids.entity, "event": ids.event, "claim": ids.claim}

    def translated(item: Item) -> Item:
        return with_references(item, lambda kind, id: known[kind].get(id, "?") if kind in known else id)

    found: list[_Matched] = []
    for layer in with_items():
        assert layer.matches is not None
        reading = readings[layer.name]
        gold = [(layer.text(item), compared_fields(layer, item)) for item in reading.gold]
        predicted = [(layer.text(item), compared_fields(layer, translated(item))) for item in reading.predicted]
        found.append(_match(pair.document.id, layer.item, gold, predicted, layer.matches(reading)))
    return found


def readings_of(result: Result, pair: DocumentPair) -> dict[str, Any]:
    """How the scorer brought a document together, by name of the layer."""
    return {each.layer.name: each.state.readings[pair.document.id] for each in result.layers if each.state is not None}


def compared_fields(layer: Layer[Any], item: Item) -> dict[str, str]:
    """The fields by which two annotators' versions of an item are compared; ids must be of one registry."""
    return {each.field: each.value(item) for each in layer.compared}


def _match(
    document: str,
    layer: str,
    gold: list[ItemVersion],
    predicted: list[ItemVersion],
    pairs: Sequence[tuple[int, int]],
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
    for layer in with_items():
        parts = [matched for document in compared for matched in document if matched.layer == layer.item]
        both = [each for part in parts for each in part.both]
        total = len(both) + sum(len(part.only_one) + len(part.only_other) for part in parts)
        for field in (each.field for each in layer.compared):
            yield attribute(layer.item, field, [(one[field], other[field]) for _, one, other in both], total)


def attribute(layer: str, field: str, values: Sequence[tuple[str, str]], total: int) -> Attribute:
    """Agreement on one field, from the two annotators' values of each matched item.

    >>> attribute("stances", "label", [("favor", "favor")] * 3, 4).reason
    'only one value occurs: nothing to tell apart'
    """
    if not values:
        return Attribute(layer, field, 0, total, None, None, "nothing that both found")
    observed = sum(one == other for one, other in values) / len(values)
    if len(set(itertools.chain.from_iterable(values))) == 1:
        reason = "only one value occurs: nothing to tell apart"
        return Attribute(layer, field, len(values), total, observed, None, reason)
    return Attribute(layer, field, len(values), total, observed, _alpha(values))


def _alpha(values: Sequence[tuple[str, str]]) -> float:
    """Krippendorff's nominal alpha of two annotators' values, of which there are at least two different ones.

    Every item has both values, so the observed disagreement is the share of unlike pairs, and the expected one that of
    all ordered pairs of two of the n values: whole numbers until the last division, and no table of values.
    """
    counts = Counter(itertools.chain.from_iterable(values))
    n = 2 * len(values)
    unlike = 2 * sum(one != other for one, other in values)
    return 1 - (n - 1) * unlike / (n * n - sum(count * count for count in counts.values()))


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
