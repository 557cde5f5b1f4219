"""Scoring a prediction file that is read line by line: what is held is columns, and not the labels of the corpus."""

from __future__ import annotations

import dataclasses
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from onrecord.dataset import Article, FaultsError
from onrecord.dataset.layers import in_scheme, using
from onrecord.dataset.layers import labels as empty
from onrecord.dataset.reading.faults import in_order, refuse
from onrecord.dataset.records import Labels
from onrecord.eval.layers.columns import Letters, SideColumns, Vocabularies
from onrecord.eval.layers.corpus import Corpus
from onrecord.eval.layers.flatten import Flattener
from onrecord.eval.layers.id_columns import Described
from onrecord.eval.layers.layer import Layer
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.result import Pairs, Result, result_of
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.label_maps import LabelMap, map_faults, read_label_map, relabelled
from onrecord.eval.submission.limits import DEFAULT_LIMITS, Limits
from onrecord.eval.submission.mention_types import MentionTypes, our_types
from onrecord.eval.submission.reading import SubmissionHead, SubmissionStream


@dataclasses.dataclass(frozen=True)
class StreamScoring:
    """A prediction file that was scored, and what was left out of it."""

    report: Report
    left_out: Mapping[str, int]
    """How many predicted mentions of the articles scored the label map leaves out, by their type."""
    submission: SubmissionHead
    """What the file says beside its items."""

    @property
    def result(self) -> Result:
        """The scores without their intervals."""
        return self.report.result


def score_stream(
    name: Path,
    pieces: Iterable[bytes],
    gold: StoredGold,
    asked: Asked,
    limits: Limits = DEFAULT_LIMITS,
    keep: bool = True,
    judged: bool = False,
) -> StreamScoring:
    """The score of a prediction file whose content comes in pieces.

    Args:
        name: What faults call the file.
        pieces: Its content.
        gold: What it is scored against.
        asked: How.
        limits: What the file may be at most.
        keep: Whether single documents of the result can be looked at later; their labels then go to a temporary file.
        judged: Whether the verdicts on all items are kept, as columns.

    Raises:
        FaultsError: With every fault of the file.
    """
    with using(gold.scheme):
        return _score_stream(name, pieces, gold, asked, limits, keep, judged)


def _score_stream(
    name: Path, pieces: Iterable[bytes], gold: StoredGold, asked: Asked, limits: Limits, keep: bool, judged: bool
) -> StreamScoring:
    ids = gold.in_split(asked.split)
    mapping = None if asked.labels is None else read_label_map(asked.labels)
    types = our_types() if mapping is None else MentionTypes.of(mapping[1])
    columns = gold.columns_of(ids)
    unfit = [] if mapping is None else sorted(map_faults(_types(columns), mapping[1]), key=in_order)
    expected = Expected(gold.documents, gold.ids, () if asked.allow_missing else ids)
    stream = SubmissionStream(name, pieces, expected, limits, types)
    kept = _Kept() if keep or any(_needs_labels(layer, judged) for layer in scored_layers()) else None
    taken = _Taken(ids, gold, columns, kept)
    try:
        for line in stream:
            taken.add(line.doc_id, types.labels(line))
    except FaultsError as error:
        raise error.after(unfit) from None
    refuse(unfit)
    head = stream.finish()
    left_out = Counter[str]()
    for id in ids:
        left_out.update(head.left_out.get(id, {}))
    result = _result(ids, gold, columns, taken, head, asked.split, mapping, judged)
    return StreamScoring(Report.of(result, asked.how), left_out, head)


def _needs_labels(layer: Layer[Any], judged: bool) -> bool:
    return layer.columns is None or (judged and layer.verdicts is not None and layer.judged_columns is None)


def unscored_stream(name: Path, sha256: str, gold: StoredGold, asked: Asked, layers: Collection[str] = ()) -> Report:
    """The report of a file as if it predicted nothing: how it was asked for, where the file itself is refused.

    Without intervals; with scores of the layers that the file is taken to have.
    """
    ids = gold.in_split(asked.split)
    mapping = None if asked.labels is None else read_label_map(asked.labels)
    columns = gold.columns_of(ids)
    head = SubmissionHead(name.name, sha256, frozenset(layers), {}, {}, {}, {})
    result = _result(ids, gold, columns, _Taken(ids, gold, columns, _Kept()), head, asked.split, mapping)
    return Report(result, asked.how, {})


class _Kept:
    """The labels of documents in a temporary file."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as somebody may ask
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0
        self._kind = in_scheme(Labels)

    def add(self, document: str, labels: Labels) -> None:
        raw = msgspec.json.encode(labels)
        self._file.seek(self._end)
        self._file.write(raw)
        self._places[document] = self._end, len(raw)
        self._end += len(raw)

    def read(self, document: str) -> Labels:
        if document not in self._places:
            return empty()
        start, size = self._places[document]
        self._file.seek(start)
        return msgspec.json.decode(self._file.read(size), type=self._kind)


class _Taken:
    """What a file says of the documents scored, as columns; and which ids it uses in any."""

    def __init__(self, ids: list[str], gold: StoredGold, columns: SideColumns, kept: _Kept | None) -> None:
        self.there: set[str] = set()
        self.kept = kept
        self._entities: set[str | None] = set()
        self._events: set[str] = set()
        self._index = {id: n for n, id in enumerate(ids)}
        self._documents = gold.documents
        self._made = Flattener(Vocabularies(columns.codes.type, columns.codes.kind), Letters())

    def add(self, document: str, labels: Labels) -> None:
        self._entities.update([mention.entity for mention in labels.mentions])
        self._events.update([mention.event for mention in labels.events])
        if document in self._index:
            self.there.add(document)
            self._made.add(self._index[document], labels, self._documents[document].text)
            if self.kept is not None:
                self.kept.add(document, labels)

    def columns(self) -> SideColumns:
        return self._made.columns()

    def described(self, head: SubmissionHead) -> Described:
        return Described(
            head.entities,
            head.claims,
            head.event_descriptions,
            frozenset(id for id in self._entities if id),
            frozenset(self._events),
        )


def _result(
    ids: list[str],
    gold: StoredGold,
    columns: SideColumns,
    taken: _Taken,
    head: SubmissionHead,
    split: str,
    mapping: tuple[str, LabelMap] | None,
    judged: bool = False,
) -> Result:
    if mapping is not None:
        columns = _relabelled(columns, mapping[1])
    corpus = Corpus.of(ids, columns, taken.columns(), taken.described(head), gold.registries)
    return result_of(
        corpus,
        head,
        Pairs(ids, _article(gold, mapping), _predicted(taken.kept), corpus.ids),
        split=split,
        gold_hash=gold.hashes[split],
        labels="as-is" if mapping is None else mapping[0],
        topics={id: gold.documents[id].about.topic for id in ids},
        missing=tuple(id for id in ids if id not in taken.there),
        text=(lambda id: gold.documents[id].text) if judged else None,
    )


def _article(gold: StoredGold, mapping: tuple[str, LabelMap] | None) -> Callable[[str], Article]:
    if mapping is None:
        return gold.article
    return lambda id: relabelled([gold.article(id)], mapping[1])[0]


def _predicted(kept: _Kept | None) -> Callable[[str], Labels]:
    def nothing(document: str) -> Labels:
        raise LookupError(f"what the file says of {document} was not kept")

    return nothing if kept is None else kept.read


def _types(columns: SideColumns) -> set[str]:
    words = columns.codes.type.words
    return {words[code] for code in np.unique(columns.mentions.type).tolist()}


def _relabelled(columns: SideColumns, labels: LabelMap) -> SideColumns:
    """The columns with the map's types; mentions of a type that is left out are optional."""
    codes, mentions = columns.codes.type, columns.mentions
    names = [labels.gold.get(word) for word in codes.words]
    to = np.array([code if name is None else codes[name] for code, name in enumerate(names)], np.int32)
    left_out = np.array([name is None for name in names], bool)
    if not len(mentions):
        return columns
    changed = dataclasses.replace(
        mentions, type=to[mentions.type], optional=mentions.optional | left_out[mentions.type]
    )
    return dataclasses.replace(columns, mentions=changed)
