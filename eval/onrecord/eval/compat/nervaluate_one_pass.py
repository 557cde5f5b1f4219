"""The numbers of nervaluate 0.1.8 to 0.3.1 (MIT; github.com/MantisAI/nervaluate): one pass for all four modes.

A prediction with the place and label of a gold span is correct, as often as it is given and whether or not others took
that span. Any other goes through the gold spans: one at the same place with another label is correct in ``exact`` and
``partial`` and incorrect in the others; one that it overlaps, and that nobody has taken, is partial in ``partial``,
incorrect in ``strict`` and ``exact`` and in ``ent_type`` correct if the labels agree. In 0.1.8 the search ends with the
first of either; from 0.2.0 on, where spans are sorted first, it ends only at the same place, so a prediction over three
gold spans counts three times. A gold span that was not met is missed. The rows of one label are those of gold's label.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate

from onrecord.eval.compat.mode import Compat, CompatResult
from onrecord.eval.compat.nervaluate import COMMON, MODES, NAME, row, table
from onrecord.eval.spans.documents import SpanDocument, TypedSpan

EARLIEST = "0.1.8"
"""The one version that takes spans in the order of the list."""

SORTED = ("0.2.0", "0.3.1")
"""Those that sort gold by start and predictions by end, and let a prediction take several gold spans."""

_SHARED = (
    "A prediction given twice is correct twice, so precision does not fall, and a gold span that is there twice "
    "is found by one prediction; ours counts every span once.",
    "What overlaps is paired greedily, in the order that the spans are taken in, although another pairing may fit "
    "better; our alignment is optimal and independent of order.",
    "Any overlap is enough, so a prediction of the whole document is right by `ent_type`; ours asks for a least "
    "intersection over union.",
    "A wrong label is an incorrect span of the label of gold, and wrong predictions of a label do not count for it, "
    "so its precision is too high; ours counts them for the label that was predicted.",
    *COMMON,
)

DIFFERENCES = (
    "Spans are taken in the order of the list, so that order changes the counts.",
    *_SHARED,
)
SORTED_DIFFERENCES = (
    "A prediction that overlaps several gold spans counts once for each of them, so that there may be more found than "
    "predicted: one PER over gold spans PER and PER is correct twice by `ent_type`.",
    *_SHARED,
)

_Place = tuple[int, int, str]


def score(
    gold: Sequence[SpanDocument],
    predicted: Sequence[SpanDocument],
    tags: Collection[str] | None = None,
    version: str = EARLIEST,
) -> CompatResult:
    """Counts, precision, recall and F1 of the four modes, over all labels and for each label.

    Args:
        gold: The documents; their order decides nothing, that of their spans does in 0.1.8.
        predicted: The same documents in the same order.
        tags: The labels that are looked at, which the tool requires; None for every label that occurs.
        version: 0.1.8, 0.2.0 or 0.3.1.

    Raises:
        ValueError: The documents differ.
    """
    if [document.doc_id for document in gold] != [document.doc_id for document in predicted]:
        raise ValueError("gold and predictions must hold the same documents in the same order")
    occurring = {span.type for document in (*gold, *predicted) for span in document.spans}
    labels = occurring if tags is None else set(tags)
    outcomes: dict[tuple[str, str | None], Counter[str]] = {
        (mode, label): Counter() for label in (None, *sorted(labels)) for mode in MODES
    }
    for g, p in zip(gold, predicted, strict=True):
        sides = _places(g.spans, labels), _places(p.spans, labels)
        for label, many in _outcomes(*sides, in_order=version == EARLIEST):
            for mode, outcome in zip(MODES, many, strict=True):
                outcomes[mode, None][outcome] += 1
                outcomes[mode, label][outcome] += 1
    rows = tuple(row(mode, label, each) for (mode, label), each in outcomes.items())
    return CompatResult(f"{NAME}:{version}", rows)


def text(result: CompatResult, digits: int = 2) -> str:
    """The overall table as ``summary_report_overall`` prints it; 0.1.8 prints none."""
    order = ("ent_type", "partial", "strict", "exact")
    return table([result.row(mode) for mode in order], digits)


def _places(spans: Sequence[TypedSpan], labels: Collection[str]) -> list[_Place]:
    return [(span.start, span.end, span.type) for span in spans if span.type in labels]


_CORRECT = ("correct", "correct", "correct", "correct")
_SPURIOUS = ("spurious", "spurious", "spurious", "spurious")
_MISSED = ("missed", "missed", "missed", "missed")
_OTHER_LABEL = ("incorrect", "correct", "incorrect", "correct")
_SAME_LABEL_OVERLAPS = ("incorrect", "partial", "correct", "incorrect")
_OVERLAPS = ("incorrect", "partial", "incorrect", "incorrect")
"""What becomes of a span in each of the modes."""


def _outcomes(
    gold: list[_Place], predicted: list[_Place], in_order: bool
) -> Iterator[tuple[str, tuple[str, str, str, str]]]:
    """The label that something counts for, and what it is in each mode."""
    if not in_order:
        gold, predicted = sorted(gold, key=lambda each: each[0]), sorted(predicted, key=lambda each: each[1])
    there, taken = set(gold), set[_Place]()
    near = _Overlapping(gold)
    for guess in predicted:
        if guess in there:
            taken.add(guess)
            yield guess[2], _CORRECT
            continue
        found = False
        for each in near.of(guess):
            same_place = each[:2] == guess[:2]
            if not same_place and each in taken:
                continue
            taken.add(each)
            found = True
            same_label = _SAME_LABEL_OVERLAPS if each[2] == guess[2] else _OVERLAPS
            yield each[2], _OTHER_LABEL if same_place else same_label
            if same_place or in_order:
                break
        if not found:
            yield guess[2], _SPURIOUS
    yield from ((each[2], _MISSED) for each in gold if each not in taken)


class _Overlapping:
    """The spans of a list that overlap another, in the order of the list."""

    def __init__(self, spans: Sequence[_Place]) -> None:
        self._spans = spans
        self._by_start = sorted(range(len(spans)), key=lambda at: spans[at][0])
        self._starts = [spans[at][0] for at in self._by_start]
        self._furthest = list(accumulate((spans[at][1] for at in self._by_start), max))

    def of(self, guess: _Place) -> list[_Place]:
        place = bisect_left(self._starts, guess[1])
        found = []
        while place and self._furthest[place - 1] > guess[0]:
            place -= 1
            if self._spans[self._by_start[place]][1] > guess[0]:
                found.append(self._by_start[place])
        return [self._spans[at] for at in sorted(found)]


COMPAT = tuple(
    Compat(
        f"{NAME}:{version}",
        version,
        "spans",
        MODES,
        DIFFERENCES if version == EARLIEST else SORTED_DIFFERENCES,
        functools.partial(score, version=version),
        text,
    )
    for version in (*reversed(SORTED), EARLIEST)
)
