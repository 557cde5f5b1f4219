"""The corpora that are measured on: made from a seed, with every error known because it was put there.

- Spans: gold in slots of twelve tokens, and a prediction for each that is exact, of a wrong type, of a wrong boundary,
  of both, or missing; beside them spurious ones. Errors never touch a neighbour, so that the counts of every error
  class are known without any scorer. Offsets are characters: token ``t`` covers ``6 t`` to ``6 t + 5``.
- Clusters: sizes from a zeta distribution, then clusters split and merged, mentions moved, isolated or left out.

Run as a module it writes one corpus into a folder: a large one is better made in a process of its own.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

SEED = 20240229
TYPES = ("DATE", "EVENT", "LAW", "LOCATION", "ORGANIZATION", "PERSON", "PRODUCT", "WORK")
"""In alphabetical order, so that a code is also a rank."""
SLOT = 12
"""Tokens from one span, or one nested pair, to the next."""
WIDTH = 6
"""Characters of a token with the space after it."""
SPURIOUS = 0.06
"""Spurious predictions, as a share of the gold spans."""


class SpanShares(msgspec.Struct, frozen=True):
    """What becomes of gold spans, in shares that sum to 1."""

    correct: float = 0.80
    type: float = 0.05
    boundary: float = 0.07
    both: float = 0.02
    missed: float = 0.06


class ClusterShares(msgspec.Struct, frozen=True):
    """What becomes of gold clusters and of mentions."""

    split: float = 0.15
    merged: float = 0.10
    moved: float = 0.05
    alone: float = 0.03
    twinless: float = 0.05
    """Mentions that the predictions lack, and as many that gold lacks."""


SPAN_SHARES = SpanShares()
CLUSTER_SHARES = ClusterShares()


class SpanCorpus(msgspec.Struct, frozen=True, tag="spans"):
    """Gold spans and predictions."""

    spans: int
    """Gold spans."""
    per_document: int = 40
    nested: bool = False
    """Whether the spans come in pairs, one inside the other."""

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"spans-{self.spans}-by-{self.per_document}{'-nested' if self.nested else ''}"


class ClusterCorpus(msgspec.Struct, frozen=True, tag="clusters"):
    """Two clusterings of mentions, as cluster numbers."""

    mentions: int
    """Gold mentions."""

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"clusters-{self.mentions}"


Corpus = SpanCorpus | ClusterCorpus


class SpanTruth(msgspec.Struct, frozen=True, tag_field="of", tag="spans"):
    """How many spans there are of each error class."""

    gold: int
    predicted: int
    correct: int
    type: int
    boundary: int
    both: int
    missed: int
    spurious: int

    @property
    def figures(self) -> dict[str, float]:
        """What a scorer should find: the strict F1, and the number of spans of each error class."""
        return {
            "strict F1": 2 * self.correct / (self.gold + self.predicted),
            "correct": self.correct,
            "type": self.type,
            "boundary": self.boundary,
            "both": self.both,
            "missed": self.missed,
            "spurious": self.spurious,
        }


class ClusterTruth(msgspec.Struct, frozen=True, tag_field="of", tag="clusters"):
    """How many mentions each side has, and how many both have."""

    gold: int
    predicted: int
    shared: int


class Spans(msgspec.Struct, frozen=True):
    """n spans as arrays of shape (n,), in reading order."""

    document: Ints
    start: Ints
    end: Ints
    type: Ints


class Made(msgspec.Struct, frozen=True):
    """What is known of a corpus in a folder."""

    corpus: Corpus
    truth: SpanTruth | ClusterTruth
    types: tuple[str, ...]
    document_tokens: int
    width: int
    """Characters of a token with the space after it."""
    made_by: str
    """Digest of this module: a corpus of another version of it is made anew."""


def make_spans(corpus: SpanCorpus, shares: SpanShares = SPAN_SHARES) -> tuple[Spans, Spans, SpanTruth]:
    """Gold, predictions and how many there are of each error class."""
    random = np.random.default_rng([SEED, corpus.spans, corpus.per_document, corpus.nested])
    many = corpus.spans
    layers = 2 if corpus.nested else 1
    slot, inner = np.divmod(np.arange(many), layers)
    # a flat span is 1 to 4 tokens long; of a pair the outer has 7 or 8 and the inner 1 or 2, never equal to each other
    if corpus.nested:
        start = np.where(inner == 1, random.integers(3, 5, many), 1)
        end = start + np.where(inner == 1, random.integers(1, 3, many), random.integers(7, 9, many))
    else:
        start = random.integers(2, 4, many)
        end = start + random.integers(1, 5, many)
    # types of outer and inner spans differ, also after errors, so that no error is better paired with the other span
    of_layer = len(TYPES) // layers
    first = inner * of_layer
    kind = random.integers(0, of_layer, many)
    wrong = (kind + random.integers(1, of_layer, many)) % of_layer
    fate = random.choice(5, many, p=msgspec.structs.astuple(shares))
    correct, wrong_type, boundary, both, missed = (fate == code for code in range(5))
    moved_start, moved_end = _moved(random, start, end)
    off = boundary | both
    predicted_start, predicted_end = np.where(off, moved_start, start), np.where(off, moved_end, end)
    predicted_kind = np.where(wrong_type | both, wrong, kind)
    slots = -(-many // layers)
    extra = np.flatnonzero(random.random(slots) < SPURIOUS * layers)
    extra_start = np.full(len(extra), 10 if corpus.nested else 9)
    extra_end = extra_start + random.integers(1, 3, len(extra))
    kept = ~missed
    gold = _placed(corpus, slot, start, end, first + kind)
    predicted = _placed(
        corpus,
        np.concatenate([slot[kept], extra]),
        np.concatenate([predicted_start[kept], extra_start]),
        np.concatenate([predicted_end[kept], extra_end]),
        np.concatenate([(first + predicted_kind)[kept], random.integers(0, len(TYPES), len(extra))]),
    )
    truth = SpanTruth(
        gold=many,
        predicted=len(predicted.start),
        correct=int(correct.sum()),
        type=int(wrong_type.sum()),
        boundary=int(boundary.sum()),
        both=int(both.sum()),
        missed=int(missed.sum()),
        spurious=len(extra),
    )
    return gold, predicted, truth


def _moved(random: np.random.Generator, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """One end moved by one token; a span of one token only grows."""
    choice = random.integers(0, 4, len(start))
    inward = np.where(end - start > 1, 1, -1)
    moved_start = start + np.select([choice == 0, choice == 1], [-1, inward], 0)
    moved_end = end - np.select([choice == 2, choice == 3], [-1, inward], 0)
    return moved_start, moved_end


def _placed(corpus: SpanCorpus, slot: Ints, start: Ints, end: Ints, kind: Ints) -> Spans:
    document, place = np.divmod(slot, slots_of(corpus))
    start = (place * SLOT + start) * WIDTH
    end = (place * SLOT + end) * WIDTH - 1
    order = np.lexsort((kind, -end, start, document))
    return Spans(document[order], start[order], end[order], kind[order])


def slots_of(corpus: SpanCorpus) -> int:
    """Slots of twelve tokens in a document."""
    return corpus.per_document // (2 if corpus.nested else 1)


def make_clusters(corpus: ClusterCorpus, shares: ClusterShares = CLUSTER_SHARES) -> tuple[Ints, Ints, ClusterTruth]:
    """Gold and predicted cluster of every mention, -1 where that side lacks it, and how many there are."""
    random = np.random.default_rng([SEED, corpus.mentions])
    many = corpus.mentions
    sizes = _zeta_sizes(random, many)
    clusters = len(sizes)
    gold = np.repeat(np.arange(clusters), sizes)
    predicted = gold.copy()
    # every second cluster may join the one before it: neighbours, as within a topic
    joins = (np.arange(clusters) % 2 == 1) & (random.random(clusters) < 2 * shares.merged)
    predicted -= joins[gold]
    halved = (random.random(clusters) < shares.split)[gold] & (random.random(many) < 0.5)
    predicted[halved] += clusters
    moved = np.flatnonzero(random.random(many) < shares.moved)
    near = np.clip(moved + random.integers(-1000, 1001, len(moved)), 0, many - 1)
    predicted[moved] = predicted[near]
    alone = np.flatnonzero(random.random(many) < shares.alone)
    predicted[alone] = 2 * clusters + np.arange(len(alone))
    extra = predicted[random.integers(0, many, round(many * shares.twinless))]
    lost = random.random(many) < shares.twinless
    predicted[lost] = -1
    gold = np.concatenate([gold, np.full(len(extra), -1)])
    predicted = np.concatenate([predicted, extra])
    order = random.permutation(len(gold))
    truth = ClusterTruth(many, len(predicted) - int(lost.sum()), many - int(lost.sum()))
    return _renamed(random, gold[order]), _renamed(random, predicted[order]), truth


def _zeta_sizes(random: np.random.Generator, mentions: int) -> Ints:
    """Cluster sizes, at most a tenth of all mentions each, that sum to the number of mentions."""
    sizes = np.minimum(random.zipf(2.2, mentions), max(1, mentions // 10))
    ends = np.cumsum(sizes)
    last = int(np.searchsorted(ends, mentions))
    sizes = sizes[: last + 1]
    sizes[last] -= ends[last] - mentions
    return sizes


def _renamed(random: np.random.Generator, labels: Ints) -> Ints:
    """Labels in no order that a scorer could profit from."""
    names = random.permutation(int(labels.max()) + 1)
    return np.where(labels < 0, -1, names[labels])


def corpus_folder(data: Path, corpus: Corpus) -> Path:
    """Where a corpus lies."""
    return data / corpus.name


def is_made(data: Path, corpus: Corpus) -> bool:
    """Whether the corpus is there, as this version of the module makes it."""
    try:
        return read_made(corpus_folder(data, corpus)).made_by == _digest()
    except (OSError, msgspec.DecodeError):
        return False


def read_made(folder: Path) -> Made:
    """What is known of the corpus in a folder."""
    return msgspec.json.decode((folder / "made.json").read_bytes(), type=Made)


def write_corpus(data: Path, corpus: Corpus) -> Path:
    """Make a corpus and write it; the folder is there whole or not at all."""
    final = corpus_folder(data, corpus)
    folder = final.with_name(f"{final.name}.part")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    truth: SpanTruth | ClusterTruth
    tokens = 0
    if isinstance(corpus, SpanCorpus):
        gold, predicted, truth = make_spans(corpus)
        tokens = slots_of(corpus) * SLOT
        for side, spans in (("gold", gold), ("predicted", predicted)):
            with open(folder / f"{side}.jsonl", "wb") as file:
                file.writelines(jsonl(spans, int(gold.document[-1]) + 1))
            np.save(folder / f"{side}.npy", np.stack(msgspec.structs.astuple(spans)))
    else:
        *labels, truth = make_clusters(corpus)
        for side, array in zip(("gold", "predicted"), labels, strict=True):
            np.save(folder / f"{side}.npy", array)
    made = Made(corpus, truth, TYPES, tokens, WIDTH, _digest())
    (folder / "made.json").write_bytes(msgspec.json.encode(made))
    shutil.rmtree(final, ignore_errors=True)
    folder.rename(final)
    return final


def jsonl(spans: Spans, documents: int) -> Iterator[bytes]:
    """A line for each document, as ``json.dumps`` writes it."""
    ends = np.searchsorted(spans.document, np.arange(documents + 1)).tolist()
    columns = [each.tolist() for each in (spans.start, spans.end, spans.type)]
    for document in range(documents):
        rows = zip(*(column[ends[document] : ends[document + 1]] for column in columns), strict=True)
        items = ", ".join(f'{{"start": {start}, "end": {end}, "type": "{TYPES[kind]}"}}' for start, end, kind in rows)
        yield f'{{"doc_id": "doc-{document:06d}", "spans": [{items}]}}\n'.encode()


def _digest() -> str:
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]


Side = Literal["gold", "predicted"]


def read_spans(folder: Path, side: Side) -> Spans:
    """The spans of one side as arrays."""
    return Spans(*np.load(folder / f"{side}.npy"))


def read_labels(folder: Path, side: Side) -> Ints:
    """The cluster numbers of one side."""
    labels: Ints = np.load(folder / f"{side}.npy")
    return labels


if __name__ == "__main__":
    write_corpus(Path(sys.argv[1]), msgspec.json.decode(sys.argv[2], type=Corpus))
