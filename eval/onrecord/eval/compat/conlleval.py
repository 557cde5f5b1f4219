"""The numbers of conlleval, the Perl script of the CoNLL-2000 to 2003 shared tasks, version 2004-01-26.

Chunks are read leniently: I or E may start one. Gold and predicted tags are read side by side, and a chunk is correct
where both sides start it, label it and end it at the same tokens. The script knows the prefixes B, I and E and, as
chunks of one token, ``[`` and ``]``; of any other prefix only a change of label starts or ends a chunk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from onrecord.eval.compat.mode import Compat, CompatResult, CompatRow, Tags, harmonic, ratio

NAME = "conlleval"
RAW = "conlleval-raw"
MEASURES = ("chunk", "accuracy")
DIFFERENCES = (
    "Tags that break the scheme are repaired: a chunk may start with I or E; other repairs give other scores.",
    "S is no prefix to the script, and an E with a B of the same label after it is no boundary, so IOBES is misread: "
    "two chunks that touch can be read as one, with F1 of 100 although half of the tags are wrong.",
    "Precision, recall and F1 are 0 where there is nothing to divide by; ours are undefined. The package conlleval 0.2 "
    "of PyPI gives a precision of 1 where nothing is predicted.",
    "Only micro averages, and chunks cannot nest, overlap or be discontinuous.",
    "The printed numbers are per cent with two decimals, rounded.",
    "Without a blank line at its end the script loses the last chunk of a file of tags without labels or with foreign "
    "prefixes, and it pads labels by bytes: `Æ` is one column narrower there.",
    "A line for chunks with an empty label is printed twice by the script and once here.",
)

PrefixedLabel = tuple[str, str]
"""Prefix and label."""

_OUTSIDE: PrefixedLabel = ("O", "")


def score(gold: Tags, predicted: Tags) -> CompatResult:
    """Chunks over all labels and for each, and token accuracy.

    Raises:
        ValueError: The sentences differ in number or length.
    """
    return CompatResult(NAME, _rows(gold, predicted))


def score_raw(gold: Tags, predicted: Tags) -> CompatResult:
    """As with the option ``-r``: tags are labels without prefixes, and each token outside O is a chunk.

    Raises:
        ValueError: The sentences differ in number or length.
    """
    return CompatResult(RAW, _rows(_with_prefixes(gold), _with_prefixes(predicted)))


def text(result: CompatResult) -> str:
    """The lines that the script prints."""
    chunks, tokens = result.row("chunk"), result.row("accuracy")
    lines = [
        f"processed {tokens.counts['tokens']} tokens with {chunks.counts['gold']} phrases; "
        f"found: {chunks.counts['predicted']} phrases; correct: {chunks.counts['correct']}."
    ]
    if tokens.share is not None:
        lines.append(f"accuracy: {100 * tokens.share:6.2f}%; {_scores(chunks)}")
    for row in result.rows:
        if row.label is not None:
            lines.append(f"{row.label:>17}: {_scores(row)}  {row.counts['predicted']}")
    return "\n".join([*lines, ""])


def _scores(row: CompatRow) -> str:
    precision, recall, f1 = (100 * (number or 0.0) for number in (row.precision, row.recall, row.f1))
    return f"precision: {precision:6.2f}%; recall: {recall:6.2f}%; FB1: {f1:6.2f}"


def _with_prefixes(tags: Tags) -> Tags:
    return [[tag if tag == "O" else f"B-{tag}" for tag in sentence] for sentence in tags]


def _rows(gold: Tags, predicted: Tags) -> tuple[CompatRow, ...]:
    if [len(sentence) for sentence in gold] != [len(sentence) for sentence in predicted]:
        raise ValueError("gold and predictions must hold as many sentences of as many tags")
    sentences = [
        [(_parsed(g), _parsed(p)) for g, p in zip(*sentence, strict=True)]
        for sentence in zip(gold, predicted, strict=True)
    ]
    tokens = sum(len(sentence) for sentence in sentences)
    right = sum(g == p for sentence in sentences for g, p in sentence)
    correct, in_gold, in_predicted = _chunks(sentences)
    return (
        _row(None, correct.total(), in_gold.total(), in_predicted.total()),
        CompatRow(
            "accuracy",
            None,
            None,
            None,
            {"correct": right, "tokens": tokens},
            share=right / tokens if tokens else None,
        ),
        *(_row(label, correct[label], in_gold[label], in_predicted[label]) for label in sorted(in_gold | in_predicted)),
    )


def _chunks(
    sentences: Iterable[Sequence[tuple[PrefixedLabel, PrefixedLabel]]],
) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Correct, gold and predicted chunks by label."""
    correct: Counter[str] = Counter()
    in_gold: Counter[str] = Counter()
    in_predicted: Counter[str] = Counter()
    gold_before = predicted_before = _OUTSIDE
    agreed = False
    # between sentences both sides are outside; what is open there all the same stays open, as in the script
    for gold, predicted in chain.from_iterable((*sentence, (_OUTSIDE, _OUTSIDE)) for sentence in sentences):
        gold_ends, predicted_ends = _ends(gold_before, gold), _ends(predicted_before, predicted)
        if agreed and gold_ends and predicted_ends and gold_before[1] == predicted_before[1]:
            correct[gold_before[1]] += 1
            agreed = False
        elif gold_ends != predicted_ends or gold[1] != predicted[1]:
            agreed = False
        gold_starts, predicted_starts = _starts(gold_before, gold), _starts(predicted_before, predicted)
        in_gold[gold[1]] += gold_starts
        in_predicted[predicted[1]] += predicted_starts
        agreed = agreed or (gold_starts and predicted_starts and gold[1] == predicted[1])
        gold_before, predicted_before = gold, predicted
    correct[gold_before[1]] += agreed
    return correct, +in_gold, +in_predicted


def _parsed(tag: str) -> PrefixedLabel:
    prefix, hyphen, label = tag.partition("-")
    # to Perl the string "0" is false, and the script takes a false label for none
    return (prefix, "" if label == "0" else label) if hyphen else (tag, "")


def _ends(before: PrefixedLabel, now: PrefixedLabel) -> bool:
    step = before[0], now[0]
    if before[0] in ("[", "]") or (before[0] not in ("O", ".") and before[1] != now[1]):
        return True
    return step in _BREAKS


def _starts(before: PrefixedLabel, now: PrefixedLabel) -> bool:
    step = before[0], now[0]
    if now[0] in ("[", "]") or (now[0] not in ("O", ".") and before[1] != now[1]):
        return True
    return step in _BEGINNINGS


_BREAKS = {("B", "B"), ("B", "O"), ("I", "B"), ("I", "O"), ("E", "E"), ("E", "I"), ("E", "O")}
_BEGINNINGS = {("B", "B"), ("I", "B"), ("O", "B"), ("O", "I"), ("E", "E"), ("E", "I"), ("O", "E")}


def _row(label: str | None, correct: int, gold: int, predicted: int) -> CompatRow:
    precision, recall = ratio(correct, predicted), ratio(correct, gold)
    counts = {"correct": correct, "gold": gold, "predicted": predicted}
    return CompatRow("chunk", precision, recall, harmonic(precision, recall), counts, label)


COMPAT = (
    Compat(NAME, "2004-01-26", "tags", MEASURES, DIFFERENCES, score, text),
    Compat(RAW, "2004-01-26", "tags", MEASURES, DIFFERENCES, score_raw, text),
)
