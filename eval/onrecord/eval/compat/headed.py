"""Mentions with heads, and which of two sides corefud-scorer takes for one: by heads, and zeros by what governs them.

First mentions whose head is an empty node (zeros) are aligned by their dependencies, then those that are equal, then,
where heads decide, those of one head. Each step is an assignment with the largest sum of weights, one to one, among
what the steps before have left.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence, Set

import numpy as np
from numpy.typing import NDArray

from onrecord.eval.compat.coreference import Alignment, Clusters

Place = tuple[int, float]
"""Sentence and word, both from 1; an empty node is between two words: 2.1 is behind the second."""


@dataclasses.dataclass(frozen=True, slots=True)
class HeadedMention:
    """A mention as a set of words, one of which is its head."""

    words: tuple[Place, ...]
    """Ascending, empty nodes among them."""
    head: Place
    governors: tuple[tuple[Place, str], ...] | None = None
    """Of a zero, a mention whose head is an empty node: what governs that, and how. None for any other."""


MOST = 2**24
"""Mentions of one side times those of the other that are aligned at once, as the tool does; of more those of one head
are aligned by themselves, which may choose another of several alignments that are equally good."""


def identity(mention: Hashable, by_head: bool) -> Hashable:
    """What makes two mentions equal: the same words and, where heads decide, the same head.

    A mention that is not headed is itself.
    """
    if not isinstance(mention, HeadedMention):
        return mention
    return (mention.words, mention.head) if by_head else mention.words


def aligned(gold: Clusters, predicted: Clusters, by_head: bool) -> Alignment:
    """The alignment of what is not equal, by the identities of the mentions.

    Args:
        gold: The clusters of a document.
        predicted: The same.
        by_head: Whether mentions of one head may be one. If not, only zeros are aligned.
    """
    left, other = _mentions(gold, by_head), _mentions(predicted, by_head)
    found: list[tuple[Hashable, Hashable]] = []

    def take(pairs: list[tuple[Hashable, Hashable]]) -> None:
        found.extend(pairs)
        for one, another in pairs:
            del left[one], other[another]

    zeros, other_zeros = (
        {id: each for id, each in side.items() if each.governors is not None} for side in (left, other)
    )
    take(_assigned(zeros, other_zeros, _governed_alike, lambda each: each.head[0]))
    take([(id, id) for id in left if id in other])
    if by_head:
        take(_assigned(left, other, _shared_words, lambda each: each.head))
    uneven = [(one, another) for one, another in found if one != another]
    return {**dict(uneven), **{another: one for one, another in uneven}}


def _mentions(clusters: Clusters, by_head: bool) -> dict[Hashable, HeadedMention]:
    found: dict[Hashable, HeadedMention] = {}
    for cluster in clusters:
        for mention in cluster:
            if isinstance(mention, HeadedMention):
                found.setdefault(identity(mention, by_head), mention)
    return found


_Weight = Callable[[HeadedMention, HeadedMention], float]


def _assigned(
    gold: Mapping[Hashable, HeadedMention],
    predicted: Mapping[Hashable, HeadedMention],
    weight: _Weight,
    block: Callable[[HeadedMention], Hashable],
) -> list[tuple[Hashable, Hashable]]:
    """The best one-to-one alignment; only mentions of one block have a weight."""
    rows, columns = _in_order(gold), _in_order(predicted)
    if len(rows) * len(columns) <= MOST:
        return _best(rows, columns, weight, block)
    pairs = []
    for key in dict.fromkeys(block(each) for _, each in rows):
        one, other = ([each for each in side if block(each[1]) == key] for side in (rows, columns))
        pairs += _best(one, other, weight, block)
    return pairs


_Named = tuple[Hashable, HeadedMention]


def _in_order(mentions: Mapping[Hashable, HeadedMention]) -> list[_Named]:
    """By first word, last word and length, which decides between alignments that are equally good."""
    return sorted(mentions.items(), key=lambda each: _order(each[1]))


def _order(mention: HeadedMention) -> tuple[Place, Place, int, tuple[Place, ...], Place]:
    words = mention.words
    return words[0], words[-1], len(words), words, mention.head


def _best(
    rows: Sequence[_Named], columns: Sequence[_Named], weight: _Weight, block: Callable[[HeadedMention], Hashable]
) -> list[tuple[Hashable, Hashable]]:
    from scipy.optimize import linear_sum_assignment

    at: dict[Hashable, list[int]] = {}
    for column, (_, mention) in enumerate(columns):
        at.setdefault(block(mention), []).append(column)
    weights: NDArray[np.float64] = np.zeros((len(rows), len(columns)))
    for row, (_, mention) in enumerate(rows):
        for column in at.get(block(mention), ()):
            weights[row, column] = weight(mention, columns[column][1])
    chosen = zip(*linear_sum_assignment(-weights), strict=True)
    return [(rows[row][0], columns[column][0]) for row, column in chosen if weights[row, column] > 0]


def _shared_words(gold: HeadedMention, predicted: HeadedMention) -> float:
    """How much of the gold mention a predicted one of the same head has."""
    words = set(gold.words)
    return len(words & set(predicted.words)) / len(words)


def _governed_alike(gold: HeadedMention, predicted: HeadedMention) -> float:
    """Ten times the F1 of governors with their relations, and that of governors alone."""
    one, other = set(gold.governors or ()), set(predicted.governors or ())
    return 10 * _f1(one, other) + _f1({place for place, _ in one}, {place for place, _ in other})


def _f1(one: Set[Hashable], other: Set[Hashable]) -> float:
    common = len(one & other)
    if not common:
        return 0
    precision, recall = common / len(one), common / len(other)
    return 2 * precision * recall / (precision + recall)
