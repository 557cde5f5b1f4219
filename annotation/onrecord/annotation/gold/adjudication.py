"""From blind annotations to one: what all say passes, the rest is decided, and every item keeps who marked it.

Annotators, two or more, use ids of their own; they are translated to those of the registry as a system's ids are, by
alignment with labels that bear registry ids. Then the versions of a document are merged into a proposal for one Label
Studio task: an item on which all agree in every compared field stands once, with ``agreed``; whatever else anyone
marked stands in every version that there is of it, each with who said it, for the adjudicator to choose from, change or
delete. What most say is no more agreed than what one says. Who marked an item of the finished gold, and
whether they agreed, is computed from the blind exports and not from what the adjudicator was shown.
"""

from __future__ import annotations

import itertools
from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from onrecord.annotation.agreement.annotators import as_submission, own_registries
from onrecord.annotation.agreement.measures import compared_fields
from onrecord.annotation.label_studio.exports import Annotation
from onrecord.dataset import Article, Document, Labels, Registries
from onrecord.dataset.gold import ordered
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.layers import labels as labels_of
from onrecord.dataset.reading.faults import Fault, refuse
from onrecord.dataset.records import Item
from onrecord.dataset.walk import renamed
from onrecord.eval.layers.document_pairs import pair_documents
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.layer import Layer
from onrecord.eval.layers.same_items import matched
from onrecord.eval.layers.scored import with_items


def translate(labels: Mapping[str, Labels], reference: Sequence[Article], registries: Registries) -> dict[str, Labels]:
    """One annotator's labels with registry ids in place of their own, wherever the reference shows what they mean.

    Args:
        labels: By document id.
        reference: Articles whose labels bear registry ids, such as an earlier gold.
        registries: The registry.
    """
    return _renamed_all(labels, [_ids(labels, reference, registries)])


def _ids(labels: Mapping[str, Labels], reference: Sequence[Article], registries: Registries) -> IdMap:
    submission = as_submission("", labels, own_registries(labels.values()))
    pairs = pair_documents(reference, registries, submission)
    return pairs[0].ids if pairs else IdMap({}, {}, {})


def _renamed_all(labels: Mapping[str, Labels], maps: Sequence[IdMap]) -> dict[str, Labels]:
    """Labels with every id replaced by what the first map that knows it says."""
    ids = IdMap(
        entity=ChainMap(*(dict(each.entity) for each in maps)),
        event=ChainMap(*(dict(each.event) for each in maps)),
        claim=ChainMap(*(dict(each.claim) for each in maps)),
    )
    by_kind = {"entity": ids.entity, "event": ids.event, "claim": ids.claim}
    return {document: each.changed(lambda _, item: renamed(item, by_kind)) for document, each in labels.items()}


def proposals(
    blind: Sequence[Annotation], documents: Sequence[Document], reference: Sequence[Article], registries: Registries
) -> dict[str, dict[str, Labels]]:
    """What an adjudicator is shown: each annotator's version by name, and ``merged`` last, by document id.

    Only documents that two annotators or more have annotated are there.

    Raises:
        FaultsError: There is none.
    """
    by_document: dict[str, list[Annotation]] = defaultdict(list)
    for annotation in sorted(blind, key=lambda annotation: annotation.annotator):
        by_document[annotation.document].append(annotation)
    several = {id: each for id, each in by_document.items() if len(each) > 1}
    if not several:
        found = f"{len(by_document)} documents, none with two annotators"
        refuse([Fault("annotators", "blind exports", None, "", found, "documents with two annotators or more")])
    versions: dict[str, dict[str, Labels]] = defaultdict(dict)
    for id, each in several.items():
        for annotation in each:
            versions[annotation.annotator][id] = annotation.labels
    # ids that the reference does not know are translated to those of whoever came first, so that two names for one
    # new thing are no disagreement
    by_id = {document.id: document for document in documents}
    shown: dict[str, dict[str, Labels]] = {}
    for name, labels in sorted(versions.items()):
        earlier = [
            _ids(labels, [Article(document=by_id[id], labels=each) for id, each in theirs.items()], own)
            for theirs in shown.values()
            for own in [own_registries(theirs.values())]
        ]
        shown[name] = _renamed_all(labels, [_ids(labels, reference, registries), *earlier])
    shown["merged"] = {}
    for id, each in sorted(several.items()):
        theirs = {annotation.annotator: shown[annotation.annotator][id] for annotation in each}
        shown["merged"][id] = merge(theirs, by_id[id])
    return shown


def merge(versions: Mapping[str, Labels], document: Document) -> Labels:
    """Labels of one document by two annotators or more, in registry ids, as one proposal; see the module's docstring.

    Ids of items are made unique by the annotator's name. Of what several say alike the first one's item stands for all,
    and what refers to the others' is pointed to it.
    """
    names = tuple(versions)
    pairs = {
        (one, other): matched(versions[one], versions[other], document, rematch=False)
        for one, other in itertools.combinations(names, 2)
    }
    prefixed = {name: _prefixed(labels, name) for name, labels in versions.items()}
    same: dict[str, str] = {}
    merged: dict[str, list[Any]] = {}
    for layer in with_items():
        alike = _alike(layer, versions, {both: each[layer.item] for both, each in pairs.items()})
        items = {name: labels.of(layer.item) for name, labels in prefixed.items()}
        merged[layer.item] = []
        for group in alike:
            by = tuple(name for name in names if name in group)
            first, *others = (items[name][group[name]] for name in by)
            same |= {str(other.id): str(first.id) for other in others}
            merged[layer.item].append(
                msgspec.structs.replace(
                    first,
                    annotators=by,
                    agreed=by == names,
                    optional=any(item.optional for item in (first, *others)),
                    rule=next((item.rule for item in (first, *others) if item.rule), None),
                )
            )
    return _renumbered(ordered(_repointed(labels_of(**merged), same)))


def _alike(
    layer: Layer[Any], versions: Mapping[str, Labels], pairs: Mapping[tuple[str, str], Iterable[tuple[int, int]]]
) -> list[dict[str, int]]:
    """The items of a layer in groups of those that are matched and the same in every compared field.

    Args:
        layer: The layer.
        versions: The labels by annotator.
        pairs: Places of items that are matched, by two annotators in the order of ``versions``.

    Returns:
        Place of an item by annotator, one group after the other; at most one item of an annotator in a group.
    """
    groups: list[dict[str, int]] = []
    of: dict[tuple[str, int], dict[str, int]] = {}
    names = list(versions)
    for number, name in enumerate(names):
        items = versions[name].of(layer.item)
        for earlier in names[:number]:
            theirs = versions[earlier].of(layer.item)
            for g, p in pairs[earlier, name]:
                group = of[earlier, g]
                free = (name, p) not in of and name not in group
                if free and compared_fields(layer, theirs[g]) == compared_fields(layer, items[p]):
                    group[name] = p
                    of[name, p] = group
        for place in range(len(items)):
            if (name, place) not in of:
                groups.append({name: place})
                of[name, place] = groups[-1]
    return groups


def _prefixed(labels: Labels, name: str) -> Labels:
    """The same labels with item ids that start with the annotator's name."""
    return _with_item_ids(labels, {str(item.id): f"{name}-{item.id}" for _, item in labels.items()})


def _renumbered(labels: Labels) -> Labels:
    """The same labels with item ids that say the layer and the place in it."""
    count: Counter[str] = Counter()
    ids: dict[str, str] = {}
    for layer, item in labels.items():
        count[layer] += 1
        ids[str(item.id)] = f"{layer[0]}{count[layer]}"
    return _with_item_ids(labels, ids)


def _with_item_ids(labels: Labels, ids: Mapping[str, str]) -> Labels:
    return _repointed(labels.changed(lambda _, item: msgspec.structs.replace(item, id=ids[str(item.id)])), ids)


def _repointed(labels: Labels, same: Mapping[str, str]) -> Labels:
    """References to items follow a renaming."""
    maps = dict.fromkeys(LAYERS, same)
    return labels.changed(lambda _, item: renamed(item, maps))


def attribute_items(articles: Sequence[Article], blind: Sequence[Annotation], registries: Registries) -> list[Article]:
    """Gold in which every item says which blind annotators marked it and whether they agreed.

    Args:
        articles: Adjudicated gold.
        blind: The blind annotations.
        registries: The registry.

    Returns:
        The articles with ``annotators`` those who marked the item (the same offsets, quote, or holder and target) and
        ``agreed`` true where those are all who annotated the document, at least two, and all compared fields are the
        same. A stance whose target
        the adjudicator exchanged is known by its holder and evidence.
    """
    by_annotator: dict[str, dict[str, Labels]] = defaultdict(dict)
    for annotation in blind:
        by_annotator[annotation.annotator][annotation.document] = annotation.labels
    translated = {name: translate(labels, articles, registries) for name, labels in sorted(by_annotator.items())}
    return [
        Article(
            document=article.document,
            labels=_attributed(
                article.labels,
                {n: labels[article.document.id] for n, labels in translated.items() if article.document.id in labels},
                article.document,
            ),
        )
        for article in articles
    ]


def _attributed(gold: Labels, versions: Mapping[str, Labels], document: Document) -> Labels:
    marked: dict[str | None, dict[str, Item]] = defaultdict(dict)
    by_field = {layer.item: layer for layer in with_items()}
    for name, labels in versions.items():
        for field, pairs in matched(gold, labels, document).items():
            for g, p in pairs:
                marked[gold.of(field)[g].id][name] = labels.of(field)[p]

    def attributed(field: str, item: Item) -> Item:
        by = marked.get(item.id, {})
        fields = [compared_fields(by_field[field], version) for version in by.values()]
        agreed = len(by) == len(versions) > 1 and all(each == fields[0] for each in fields)
        return msgspec.structs.replace(item, annotators=tuple(sorted(by)), agreed=agreed)

    return gold.changed(attributed)
