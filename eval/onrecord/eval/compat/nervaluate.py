"""The numbers of nervaluate 1.0.0 to 1.2.1 (MIT; github.com/MantisAI/nervaluate): SemEval-2013 task 9.1, four modes.

Every mode goes through the predictions in the order of the list, and each prediction takes one gold span that is not
taken yet: one that fits wholly, if there is any, else the first that it overlaps enough. What fits wholly is the same
span with the same label (``strict``) or with any (``exact``, ``partial``), or, for ``ent_type``, any span of the same
label that it overlaps enough, the one with the nearest boundaries. A span that fits wholly is correct; one that does
not is partial in ``partial`` and incorrect elsewhere; what takes no span is spurious and what nobody takes is missed.

The rows of one label are counted anew among the spans of that label alone. What earlier versions did otherwise is a
:class:`Release` each; those before 1.0.0 make a single pass (:mod:`onrecord.eval.compat.nervaluate_one_pass`).
"""

from __future__ import annotations

import dataclasses
import functools
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import accumulate

from onrecord.eval.compat.mode import Compat, CompatResult, CompatRow, harmonic, ratio
from onrecord.eval.spans.documents import SpanDocument, TypedSpan

NAME = "nervaluate"
MODES = ("strict", "partial", "ent_type", "exact")
"""In the order of the tool."""

OUTCOMES = ("correct", "incorrect", "partial", "missed", "spurious")

COMMON = (
    "Labels outside `tags` are dropped from gold and predictions before anything is counted, so an invented label "
    "costs no precision; ours are spurious.",
    "Precision, recall and F1 are 0 where there is nothing to divide by; ours are undefined.",
    "Ends are inclusive in the tool: whoever gives it half-open offsets has spans of one token too many, and spans "
    "that touch overlap, as 0-5 and 5-9 do; here half-open offsets mean what they say.",
    "A discontinuous span is taken as one from its first to its last position, and optional and alternative gold "
    "counts as any other: the tool knows of neither.",
    "Its own readers of tags know B and I alone: E and S go on with what is open, and where nothing is, they begin a "
    "span before 1.0.0 and are refused since; here tags become spans as for our measures.",
)
"""Of every version."""

DIFFERENCES = (
    "Predictions are matched greedily in the order of the list, so that order changes the counts; our alignment is "
    "optimal and independent of order.",
    "Each mode aligns anew, so a prediction may be paired with different gold spans in different modes; ours reads all "
    "modes off one alignment.",
    "The rows of one label compare the spans of that label alone, so a wrong label is one incorrect span overall but a "
    "missed one and a spurious one by label, and the rows do not add up to the total; ours do.",
    "The smallest overlap is a share of the gold span alone, so a prediction of the whole document overlaps every span "
    "by 100%; ours is intersection over union.",
    *COMMON,
)

WITHOUT_HALVES = (
    "In `partial` what is partial has half a point where there is a single document, and none where there are several; "
    "to its readers of tags every sentence is a document.",
)
FIRST_COMES = (
    "A prediction takes the first gold span of the list that it overlaps enough, although an equal one may come after: "
    "of gold 0-4 and 2-4, both PER, a prediction 2-4 is incorrect.",
)


@dataclasses.dataclass(frozen=True)
class Release:
    """What a version does."""

    name: str
    """Of the mode."""
    version: str
    differences: tuple[str, ...] = DIFFERENCES
    first_comes: bool = False
    """Whether a prediction takes the first free gold span that it overlaps enough, whether or not it fits."""
    without_halves: bool = False
    """Whether the halves of ``partial`` are lost where documents are added up."""
    least: float = 1.0
    """The smallest percentage; 0 where one position is enough."""


RELEASES = (
    Release(NAME, "1.2.1"),
    Release(f"{NAME}:1.2.0", "1.2.0", (*WITHOUT_HALVES, *DIFFERENCES), without_halves=True),
    Release(f"{NAME}:1.1.0", "1.1.0", (*FIRST_COMES, *WITHOUT_HALVES, *DIFFERENCES), True, True),
    Release(f"{NAME}:1.0.0", "1.0.0", (*FIRST_COMES, *WITHOUT_HALVES, *DIFFERENCES), True, True, 0.0),
)

Candidates = list[list[int]]
"""For each prediction, the gold spans that it overlaps enough, in the order of the list."""


def score(
    gold: Sequence[SpanDocument],
    predicted: Sequence[SpanDocument],
    tags: Collection[str] | None = None,
    min_overlap_percentage: float | None = None,
    release: Release = RELEASES[0],
) -> CompatResult:
    """Counts, precision, recall and F1 of the four modes, over all labels and for each label.

    Args:
        gold: The documents; their order decides nothing, that of their spans does.
        predicted: The same documents in the same order.
        tags: The labels that are looked at, which the tool requires; None for every label that occurs.
        min_overlap_percentage: From 1 to 100, of the length of the gold span; None for the least of the version.
        release: The version.

    Raises:
        ValueError: The documents differ, or the percentage is out of range.
    """
    percentage = release.least if min_overlap_percentage is None else min_overlap_percentage
    if not release.least <= percentage <= 100.0:
        raise ValueError(f"min_overlap_percentage must be from 1 to 100, not {percentage}")
    if [document.doc_id for document in gold] != [document.doc_id for document in predicted]:
        raise ValueError("gold and predictions must hold the same documents in the same order")
    labels: set[str] = {span.type for document in (*gold, *predicted) for span in document.spans}
    if tags is not None:
        labels &= set(tags)
    outcomes: dict[tuple[str, str | None], Counter[str]] = {
        (mode, label): Counter() for label in (None, *sorted(labels)) for mode in MODES if gold
    }
    for g, p in zip(gold, predicted, strict=True):
        spans = [span for span in g.spans if span.type in labels]
        guesses = [span for span in p.spans if span.type in labels]
        for label in (None, *{span.type for span in (*spans, *guesses)}):
            of_gold = [span for span in spans if label in (None, span.type)]
            of_predicted = [span for span in guesses if label in (None, span.type)]
            candidates = _candidates(of_gold, of_predicted, percentage)
            for mode in MODES:
                outcomes[mode, label] += _outcomes(mode, of_gold, of_predicted, candidates, release.first_comes)
    halves = len(gold) == 1 or not release.without_halves
    rows = tuple(row(mode, label, each, halves) for (mode, label), each in outcomes.items())
    return CompatResult(release.name, rows)


def text(result: CompatResult, digits: int = 2) -> str:
    """The overall table as ``summary_report`` prints it, with so many decimals, rounded."""
    rows = sorted((row for row in result.rows if row.label is None), key=lambda row: row.measure)
    return "Scenario: all\n\n" + table(rows, digits)


def table(rows: Sequence[CompatRow], digits: int) -> str:
    """Outcomes and scores of some rows, a line each."""
    headers = (*OUTCOMES, "precision", "recall", "f1-score")
    width = max(len(name) for name in (headers[0], *(row.measure for row in rows)))
    lines = [f"{'':>{width}} " + "".join(f" {header:>11}" for header in headers), ""]
    for row in rows:
        counts = "".join(f" {row.counts[outcome]:>11}" for outcome in OUTCOMES)
        scores = "".join(f" {number:>11.{digits}f}" for number in (row.precision, row.recall, row.f1))
        lines.append(f"{row.measure:>{width}} {counts}{scores}")
    return "\n".join(lines) + "\n"


def _candidates(gold: Sequence[TypedSpan], predicted: Iterable[TypedSpan], percentage: float) -> Candidates:
    by_start = sorted(range(len(gold)), key=lambda g: gold[g].start)
    starts = [gold[g].start for g in by_start]
    furthest = list(accumulate((gold[g].end for g in by_start), max))
    found: Candidates = []
    for guess in predicted:
        place = bisect_left(starts, guess.end)
        near: list[int] = []
        while place and furthest[place - 1] > guess.start:
            place -= 1
            span = gold[by_start[place]]
            shared = min(span.end, guess.end) - max(span.start, guess.start)
            if shared > 0 and shared / (span.end - span.start) * 100.0 >= percentage:
                near.append(by_start[place])
        found.append(sorted(near))
    return found


def _outcomes(
    mode: str, gold: Sequence[TypedSpan], predicted: Sequence[TypedSpan], candidates: Candidates, first_comes: bool
) -> Counter[str]:
    choose, otherwise = _CHOICES[mode]
    taken: set[int] = set()
    outcomes: Counter[str] = Counter()
    for guess, near in zip(predicted, candidates, strict=True):
        free = [g for g in near if g not in taken]
        right = choose(gold, guess, free[:1] if first_comes else free)
        if right is not None:
            taken.add(right)
            outcomes["correct"] += 1
        elif free:
            taken.add(free[0])
            outcomes[otherwise] += 1
        else:
            outcomes["spurious"] += 1
    outcomes["missed"] = len(gold) - len(taken)
    return outcomes


def _same_span_and_label(gold: Sequence[TypedSpan], guess: TypedSpan, free: Iterable[int]) -> int | None:
    wanted = (guess.start, guess.end, guess.type)
    return next((g for g in free if (gold[g].start, gold[g].end, gold[g].type) == wanted), None)


def _same_span(gold: Sequence[TypedSpan], guess: TypedSpan, free: Iterable[int]) -> int | None:
    return next((g for g in free if (gold[g].start, gold[g].end) == (guess.start, guess.end)), None)


def _same_label(gold: Sequence[TypedSpan], guess: TypedSpan, free: Iterable[int]) -> int | None:
    def distance(g: int) -> int:
        return abs(gold[g].start - guess.start) + abs(gold[g].end - guess.end)

    return min((g for g in free if gold[g].type == guess.type), key=distance, default=None)


_Choose = Callable[[Sequence[TypedSpan], TypedSpan, Iterable[int]], int | None]

_CHOICES: dict[str, tuple[_Choose, str]] = {
    "strict": (_same_span_and_label, "incorrect"),
    "partial": (_same_span, "partial"),
    "ent_type": (_same_label, "incorrect"),
    "exact": (_same_span, "incorrect"),
}
"""For each mode: which free gold span is right, and what taking another one is called."""


def row(mode: str, label: str | None, outcomes: Counter[str], halves: bool = True) -> CompatRow:
    """The row of a mode; without halves what is partial has no points."""
    shared = outcomes["correct"] + outcomes["incorrect"] + outcomes["partial"]
    possible, actual = shared + outcomes["missed"], shared + outcomes["spurious"]
    points = outcomes["correct"] + 0.5 * outcomes["partial"] * halves
    precision, recall = ratio(points, actual), ratio(points, possible)
    counts = {**{outcome: outcomes[outcome] for outcome in OUTCOMES}, "possible": possible, "actual": actual}
    return CompatRow(mode, precision, recall, harmonic(precision, recall), counts, label)


COMPAT = tuple(
    Compat(
        each.name,
        each.version,
        "spans",
        MODES,
        each.differences,
        functools.partial(score, release=each),
        text,
    )
    for each in RELEASES
)
