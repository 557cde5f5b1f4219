"""One part of a submission: read, brought together with gold, and counted once it is known what ids mean.

What is done to a part needs no other part, so it is done by whatever process or machine. Gold is read by each process
once; what is sent around is evidence and states, never items.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from onrecord.dataset.layers import use
from onrecord.dataset.reading.faults import refuse
from onrecord.eval.layers.added_states import PartState, layers_in_parts
from onrecord.eval.layers.columns import Ints, SideColumns
from onrecord.eval.layers.corpus import Corpus, Pairing
from onrecord.eval.layers.id_columns import Described, IdEvidence
from onrecord.eval.layers.ids import IdMap
from onrecord.eval.layers.unplaced import Unplaced
from onrecord.eval.scoring.stored_gold import stored_gold
from onrecord.eval.scoring.target import Target
from onrecord.eval.scoring.used_ids import UsedIds
from onrecord.eval.submission.expected import Expected
from onrecord.eval.submission.label_maps import read_label_map
from onrecord.eval.submission.limits import Limits
from onrecord.eval.submission.line_block import LineBlock
from onrecord.eval.submission.open_ends import OpenEnds
from onrecord.eval.submission.prediction_line import NotInText
from onrecord.eval.submission.reading import Digest, SubmissionStream
from onrecord.eval.submission.unpacking import opened

CHUNK = 2**20


@dataclasses.dataclass(frozen=True)
class Setting:
    """What parts are scored against, in words that mean the same to every process."""

    gold: Path
    """The dataset folder."""
    split: str
    labels: str | None
    limits: Limits


@functools.lru_cache(maxsize=1)
def target_of(setting: Setting) -> Target:
    """What a setting says, read once a process.

    Raises:
        FaultsError: The dataset or the label map is not right, or the one does not fit the other.
    """
    mapping = None if setting.labels is None else read_label_map(setting.labels)
    gold = stored_gold(setting.gold)
    use(gold.scheme)  # of the process: a worker may work in any thread
    target = Target.of(gold, setting.split, mapping)
    refuse(target.unfit())
    return target


@dataclasses.dataclass(frozen=True)
class PartHead:
    """What a part says beside items."""

    name: str
    sha256: str
    """Of its content; of a range of a file, what stands for that: the SHA-256 of those of its lines."""
    digests: Mapping[str, bytes]
    """The SHA-256 of the line of each document that it has one for, of whatever split."""
    described: Described
    ends: OpenEnds
    left_out: Mapping[str, int]
    """How many mentions of documents of the split the label map leaves out, by type."""
    unplaced: Mapping[str, tuple[NotInText, ...]] = dataclasses.field(default_factory=dict)
    """What it says of documents of the split that is not in their text, by their ids."""
    warnings: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """By kind, what is odd and does not keep it from being scored."""


@dataclasses.dataclass(frozen=True, eq=False)
class Part:
    """A part as it was read."""

    head: PartHead
    places: Ints
    """Shape (D,), ascending: of its documents in the split."""
    predicted: SideColumns
    """What it says of them, numbered in their order."""

    def bring(self, target: Target) -> BroughtPart:
        """The part beside gold."""
        places = self.places.tolist()
        unplaced = Unplaced.of((n, self.head.unplaced.get(target.ids[at], ())) for n, at in enumerate(places))
        return BroughtPart(self, target.brought(places, self.predicted, unplaced))


@dataclasses.dataclass(frozen=True, eq=False)
class BroughtPart:
    """A part after the first round."""

    part: Part
    pairing: Pairing

    def evidence(self) -> IdEvidence:
        """What it says of what ids mean."""
        return self.pairing.evidence(self.part.head.described, self.part.places)

    def count(self, ids: IdMap, items: Collection[str]) -> PartState:
        """The second round: what the part adds to the layers whose fields the submission has.

        Raises:
            OnrecordError: See :func:`layers_in_parts`.
        """
        return count(self.pairing, self.part.places, ids, items)


def count(pairing: Pairing, places: Ints, ids: IdMap, items: Collection[str]) -> PartState:
    """See :meth:`BroughtPart.count`, which needs no more of a part."""
    return PartState.of(Corpus.with_ids(pairing, ids), places, layers_in_parts(items))


class Source(Protocol):
    """Where a part is from."""

    def read(self, setting: Setting) -> Part:
        """The part.

        Raises:
            FaultsError: With every fault of it that can be told from it alone.
        """


@dataclasses.dataclass(frozen=True)
class LineSource:
    """Lines of a prediction file: all of it, or a range of bytes of one that is not packed."""

    path: Path
    start: int = 0
    stop: int | None = None
    """Where the range ends; None for a whole file, which may be packed."""

    def read(self, setting: Setting) -> Part:
        """See :class:`Source`."""
        if self.stop is not None:
            return self._read(self._range(self.stop), setting, _Unhashed())
        with opened(self.path, setting.limits) as pieces:
            return self._read(pieces, setting, None)

    def _range(self, stop: int) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self.start)
            left = stop - self.start
            while left > 0 and (piece := file.read(min(CHUNK, left))):
                left -= len(piece)
                yield piece

    def _read(self, pieces: Iterator[bytes], setting: Setting, digest: Digest | None) -> Part:
        target = target_of(setting)
        expected = Expected(target.gold.documents, target.published)  # no document must be there
        stream = SubmissionStream(self.path, pieces, expected, setting.limits, target.types, True, digest)
        ids = UsedIds(target.names)
        made, places = target.flattener(), list[int]()
        unplaced: dict[str, tuple[NotInText, ...]] = {}
        for each in stream.blocks():
            if isinstance(each, LineBlock):
                ids.add_several(each)
                some = each.of_documents(target.places)
                here = [target.places[id] for id in some.documents]
                if here:
                    made.add_several(here, some.layers, [target.gold.documents[id].text for id in some.documents])
                places += here
                unplaced |= some.unplaced
                continue
            _, line = each
            labels = target.types.labels(line)
            ids.add(labels)
            if line.doc_id in target.places:
                places.append(target.places[line.doc_id])
                made.add(places[-1], labels, target.gold.documents[line.doc_id].text)
                unplaced |= {line.doc_id: line.unplaced} if line.unplaced else {}
        head = stream.finish()
        places.sort()
        left_out: dict[str, int] = {}
        for id, types in head.left_out.items():
            for type, many in types.items() if id in target.places else ():
                left_out[type] = left_out.get(type, 0) + many
        ends = ids.described(head), stream.open_ends
        sha256 = hashlib.sha256(b"".join(stream.digests.values())).hexdigest() if digest else head.sha256
        about = PartHead(head.name, sha256, stream.digests, *ends, left_out, unplaced, dict(head.warnings))
        return Part(about, np.array(places, np.int64), made.columns(places))


class _Unhashed:
    """In place of the hash of a range of a file, all of which is hashed already."""

    def update(self, data: bytes, /) -> None:
        """Leave it."""

    def hexdigest(self) -> str:
        """Nothing."""
        return ""


def cut(path: Path, size: int, limits: Limits) -> tuple[list[LineSource], str, int]:
    """A prediction file in ranges of some bytes, cut at ends of lines.

    Returns:
        The ranges, the SHA-256 of the content, and how many lines it has. What is packed is not cut.

    Raises:
        FaultsError: See :func:`onrecord.eval.submission.unpacking.opened`.
        OSError: It cannot be opened.
    """
    digest, at, first, lines, bounds = hashlib.sha256(), 0, b"", 0, [0]
    with opened(path, limits) as pieces:
        for piece in pieces:
            first = first or piece[:2]
            digest.update(piece)
            lines += piece.count(b"\n")
            if at + len(piece) - bounds[-1] >= size and (end := piece.rfind(b"\n")) >= 0:
                bounds.append(at + end + 1)
            at += len(piece)
    with path.open("rb") as file:
        packed = file.read(2) != first
    if packed or len(bounds) == 1:
        return [LineSource(path)], digest.hexdigest(), lines
    if bounds[-1] != at:
        bounds.append(at)
    return [LineSource(path, *each) for each in itertools.pairwise(bounds)], digest.hexdigest(), lines
