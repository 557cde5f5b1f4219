"""Scoring a prediction file that is read line by line: what is held is columns, and not the labels of the corpus."""

from __future__ import annotations

import dataclasses
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from onrecord.dataset import Article, FaultsError
from onrecord.dataset.layers import in_scheme, scheme, using
from onrecord.dataset.layers import labels as empty
from onrecord.dataset.reading.faults import refuse
from onrecord.dataset.reading.typed import Decoder
from onrecord.dataset.records import Labels
from onrecord.eval.layers.id_columns import Described
from onrecord.eval.layers.layer import Layer
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.scoring.asked import Asked
from onrecord.eval.scoring.blocks import Blocks, Told
from onrecord.eval.scoring.result import Pairs, Result
from onrecord.eval.scoring.score_report import Report
from onrecord.eval.scoring.stored_gold import StoredGold
from onrecord.eval.scoring.target import Target, result_against
from onrecord.eval.scoring.used_ids import UsedIds
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.label_maps import read_label_map, relabelled
from onrecord.eval.submission.limits import DEFAULT_LIMITS, Limits
from onrecord.eval.submission.line_block import LineBlock
from onrecord.eval.submission.mention_types import MentionTypes
from onrecord.eval.submission.prediction_line import NotInText, PredictionLine
from onrecord.eval.submission.reading import Digest, SubmissionHead, SubmissionStream


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
    digest: Digest | None = None,
    told: Told | None = None,
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
        digest: See :class:`~onrecord.eval.submission.reading.SubmissionStream`.
        told: See :class:`~onrecord.eval.scoring.blocks.Blocks`; in vain where the end raises.

    Raises:
        FaultsError: With every fault of the file.
    """
    with using(gold.scheme):
        return _score_stream(name, pieces, gold, asked, limits, keep, judged, digest, told)


def _score_stream(
    name: Path,
    pieces: Iterable[bytes],
    gold: StoredGold,
    asked: Asked,
    limits: Limits,
    keep: bool,
    judged: bool,
    digest: Digest | None,
    told: Told | None,
) -> StreamScoring:
    target = Target.of(gold, asked.split, None if asked.labels is None else read_label_map(asked.labels))
    unfit = target.unfit()
    expected = Expected(gold.documents, gold.ids, () if asked.allow_missing else target.ids)
    stream = SubmissionStream(name, pieces, expected, limits, target.types, digest=digest)
    kept = _Kept(target.types) if keep or any(_needs_labels(layer, judged) for layer in scored_layers()) else None
    taken = _Taken(target, kept, judged, told)
    try:
        for each in stream.blocks():
            if isinstance(each, LineBlock):
                taken.add_several(each)
            else:
                taken.add(*each)
    except FaultsError as error:
        raise error.after(unfit) from None
    refuse(unfit)
    head = stream.finish()
    left_out = Counter[str]()
    for id in target.ids:
        left_out.update(head.left_out.get(id, {}))
    return StreamScoring(Report.of(_result(target, taken, head, judged), asked.how), left_out, head)


def _needs_labels(layer: Layer[Any], judged: bool) -> bool:
    return layer.columns is None or (judged and layer.verdicts is not None and layer.judged_columns is None)


def unscored_stream(name: Path, sha256: str, gold: StoredGold, asked: Asked, layers: Collection[str] = ()) -> Report:
    """The report of a file as if it predicted nothing: how it was asked for, where the file itself is refused.

    Without intervals; with scores of the layers that the file is taken to have.
    """
    with using(gold.scheme):
        target = Target.of(gold, asked.split, None if asked.labels is None else read_label_map(asked.labels))
        head = SubmissionHead(name.name, sha256, frozenset(layers), {}, {}, {}, {})
        return Report(_result(target, _Taken(target, _Kept(target.types)), head), asked.how, {})


class _Kept:
    """The lines of documents in a temporary file.

    Args:
        types: How they are read.
    """

    def __init__(self, types: MentionTypes) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as somebody may ask
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0
        self._types = types
        self._scheme = scheme()
        self._kind = in_scheme(types.line)
        self.unplaced: dict[str, Sequence[NotInText]] = {}

    def add(self, documents: Sequence[str], lines: Sequence[bytes]) -> None:
        self._file.seek(self._end)
        for document, raw in zip(documents, lines, strict=True):
            self._file.write(raw)
            self._places[document] = self._end, len(raw)
            self._end += len(raw)

    def read(self, document: str) -> Labels:
        if document not in self._places:
            return empty()
        start, size = self._places[document]
        self._file.seek(start)
        raw = self._file.read(size)
        try:
            line: PredictionLine | None = msgspec.json.decode(raw, type=self._kind)
        except msgspec.ValidationError:  # it has fields of anyone's own
            line = Decoder(self._kind, extensions=True).decode(raw).record
        assert line is not None  # it has been read before
        with using(self._scheme):
            return self._types.labels(line)


class _Taken:
    """What a file says of the documents scored, in blocks; and which ids it uses in any."""

    def __init__(self, target: Target, kept: _Kept | None, judged: bool = False, told: Told | None = None) -> None:
        self.blocks = Blocks(target, whole=judged, told=told)
        self.there: set[str] = set()
        self.kept = kept
        self._target = target
        self._ids = UsedIds(target.names)

    def add(self, raw: bytes, line: PredictionLine) -> None:
        document, labels = line.doc_id, self._target.types.labels(line)
        self._ids.add(labels)
        if document in self._target.places:
            self.there.add(document)
            text = self._target.gold.documents[document].text
            self.blocks.add(self._target.places[document], labels, text, line.unplaced)
            if self.kept is not None:
                self.kept.add([document], [raw])
                if line.unplaced:
                    self.kept.unplaced[document] = line.unplaced

    def add_several(self, lines: LineBlock) -> None:
        self._ids.add_several(lines)
        some = lines.of_documents(self._target.places)
        if len(some):
            self.there.update(some.documents)
            if self.kept is not None:
                self.kept.add(some.documents, some.raw)
                self.kept.unplaced |= some.unplaced
            texts = [self._target.gold.documents[id].text for id in some.documents]
            self.blocks.add_several([self._target.places[id] for id in some.documents], some, texts)

    def described(self, head: SubmissionHead) -> Described:
        return self._ids.described(head)


def _result(target: Target, taken: _Taken, head: SubmissionHead, judged: bool = False) -> Result:
    missing = tuple(id for id in target.ids if id not in taken.there)
    evidence = taken.blocks.finish([target.places[id] for id in missing], taken.described(head))
    ids = evidence.id_map(target.gold.registries)
    layers = [layer for layer in scored_layers() if layer.item in head.layers and layer.columns is not None]
    unplaced = {} if taken.kept is None else taken.kept.unplaced
    pairs = Pairs(target.ids, _article(target), _predicted(taken.kept), ids, unplaced)
    if not judged:
        return result_against(target, taken.blocks.count(ids, layers).finished(ids), head, pairs, missing, ids)
    counted, verdicts = taken.blocks.judge(ids, layers)
    return result_against(target, counted, head, pairs, missing, ids, verdicts)


def _article(target: Target) -> Callable[[str], Article]:
    gold, mapping = target.gold, target.mapping
    if mapping is None:
        return gold.article
    return lambda id: relabelled([gold.article(id)], mapping[1])[0]


def _predicted(kept: _Kept | None) -> Callable[[str], Labels]:
    def nothing(document: str) -> Labels:
        raise LookupError(f"what the file says of {document} was not kept")

    return nothing if kept is None else kept.read
