"""The numbers of seqeval 1.2.2 (MIT; github.com/chakki-works/seqeval), default and strict mode, ``zero_division=0``.

The default mode reads chunks as conlleval does, with two tags more: S is a chunk of its own, and a chunk ends after E.
The strict mode knows a scheme, a table of which tag may start, continue and end a chunk after which; what does not
start and end by it is no chunk. In both, gold and predicted chunks are sets of (label, first token, last token).
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, pairwise

from onrecord.eval.compat.mode import Compat, CompatResult, CompatRow, Tags, harmonic, ratio

NAME = "seqeval"
AVERAGES = ("micro", "macro", "weighted")
MEASURES = ("chunk", *AVERAGES, "accuracy")
"""``chunk`` is the measure of one label."""

Chunk = tuple[str, int, int]
"""Label, first and last token, numbered over all sentences."""

DIFFERENCES = (
    "Precision, recall and F1 are 0 where there is nothing to divide by, and go into the macro mean as 0; ours are "
    "undefined.",
    "The weighted mean weighs labels by their gold chunks, so labels that are only predicted weigh nothing.",
    "Without a single chunk the tool's macro mean is NaN and its printed report an error; here both have no numbers.",
    "Chunks cannot nest, overlap or be discontinuous, and no partial match counts.",
    "Sample weights, which the tool takes and ignores, are left out.",
)

DEFAULT_DIFFERENCES = (
    *DIFFERENCES,
    "Tags that break the scheme are repaired: a chunk may start with I or E; other repairs give other scores.",
    "A tag without a prefix loses its first letter: `PER` is a chunk of the label `ER`.",
    "Against conlleval.pl: S is known, a chunk ends after every E, and a bare prefix has the label `_`.",
)

STRICT_DIFFERENCES = (
    *DIFFERENCES,
    "What breaks the scheme is no chunk, neither in gold nor in predictions, so a broken gold chunk is not missed and "
    "a broken prediction is not spurious.",
    "In IOB1 a B that no chunk of the same label precedes starts no chunk, and a chunk that is B alone is lost where a "
    "B of another label follows; ours keeps the second.",
    "In IOE1 a chunk that ends in E is kept only where a tag of the same label follows, and one that is E alone only "
    "where an E of it precedes too: of `E-X O` and `I-X E-X O` nothing is left.",
)


@dataclasses.dataclass(frozen=True, slots=True)
class SchemeRules:
    """Which pairs of tags mean what: previous prefixes, prefixes, and how the labels must compare.

    A rule is written ``BI>I=``: after B or I, on an I of the same label; ``!`` is another label, nothing is either.
    """

    prefixes: str
    start: tuple[str, ...]
    inside: tuple[str, ...]
    end: tuple[str, ...]


SCHEMES: Mapping[str, SchemeRules] = {
    "IOB1": SchemeRules("IOB", ("OB>I", "I>I!", "IB>B="), ("BI>I=",), ("I>OB", "BI>I!", "B>O", "B>B=")),
    "IOB2": SchemeRules("IOB", ("IOB>B",), ("BI>I=",), ("BI>OB", "BI>I!")),
    "IOE1": SchemeRules("IOE", ("OE>I", "I>I!", "E>E="), ("I>IE=",), ("I>O", "I>IE!", "E>IE=")),
    "IOE2": SchemeRules("IOE", ("OE>IE", "I>IE!"), ("I>IE=",), ("E>IOE",)),
    "IOBES": SchemeRules("IOBES", ("IOBES>BS",), ("BI>IE=",), ("SE>IOBES",)),
    "BILOU": SchemeRules("BILOU", ("BILOU>BU",), ("BI>IL=",), ("UL>BILOU",)),
}
"""The schemes of the strict mode, after ``seqeval/scheme.py``."""


def score(gold: Tags, predicted: Tags) -> CompatResult:
    """Scores of the default mode: each label, the three means, and token accuracy.

    Raises:
        ValueError: The sentences differ in number or length, or a tag is empty.
    """
    _check(gold, predicted)
    return CompatResult(NAME, _rows(_lenient(gold), _lenient(predicted), gold, predicted))


def score_strict(gold: Tags, predicted: Tags, scheme: str) -> CompatResult:
    """Scores of the strict mode.

    Args:
        gold: The gold tags.
        predicted: As many sentences of as many tags each.
        scheme: One of :data:`SCHEMES`.

    Raises:
        ValueError: The sentences differ in number or length, or a tag has a prefix that the scheme lacks.
        KeyError: There is no such scheme.
    """
    _check(gold, predicted)
    rules = _Rules.of(SCHEMES[scheme])
    return CompatResult(
        f"{NAME}-strict:{scheme}", _rows(_strict(gold, rules), _strict(predicted, rules), gold, predicted)
    )


def text(result: CompatResult, digits: int = 2) -> str:
    """The table as ``classification_report`` prints it, with so many decimals, rounded."""
    labels = [row for row in result.rows if row.label is not None]
    names = [row.label or "" for row in labels]
    width = max(*(len(name) for name in names), len("weighted avg"), digits) if names else len("weighted avg")
    lines = [f"{'':>{width}} " + "".join(f" {name:>9}" for name in ("precision", "recall", "f1-score", "support")), ""]
    for name, row in zip(names, labels, strict=True):
        lines.append(_line(name, row, width, digits))
    lines.append("")
    for average in AVERAGES:
        lines.append(_line(f"{average} avg", result.row(average), width, digits))
    return "\n".join([*lines, ""])


def _line(name: str, row: CompatRow, width: int, digits: int) -> str:
    numbers = "".join(
        f" {'nan' if number is None else format(number, f'.{digits}f'):>9}"
        for number in (row.precision, row.recall, row.f1)
    )
    return f"{name:>{width}} {numbers} {row.counts['gold']:>9}"


def _check(gold: Tags, predicted: Tags) -> None:
    if [len(sentence) for sentence in gold] != [len(sentence) for sentence in predicted]:
        raise ValueError("gold and predictions must hold as many sentences of as many tags")
    if any(not tag for side in (gold, predicted) for sentence in side for tag in sentence):
        raise ValueError("a tag is empty")


def _rows(gold: set[Chunk], predicted: set[Chunk], gold_tags: Tags, predicted_tags: Tags) -> tuple[CompatRow, ...]:
    rows = []
    for label in sorted({chunk[0] for chunk in gold | predicted}):
        of_gold = {chunk for chunk in gold if chunk[0] == label}
        of_predicted = {chunk for chunk in predicted if chunk[0] == label}
        rows.append(_counted("chunk", of_gold, of_predicted, label))
    micro = _counted("micro", gold, predicted, None)
    tokens = [
        pair for sentences in zip(gold_tags, predicted_tags, strict=True) for pair in zip(*sentences, strict=True)
    ]
    right = sum(g == p for g, p in tokens)
    accuracy = {"correct": right, "tokens": len(tokens)}
    return (
        *rows,
        micro,
        _mean("macro", rows, [1] * len(rows), micro.counts),
        _mean("weighted", rows, [row.counts["gold"] for row in rows], micro.counts),
        CompatRow("accuracy", None, None, None, accuracy, share=right / len(tokens) if tokens else None),
    )


def _counted(measure: str, gold: set[Chunk], predicted: set[Chunk], label: str | None) -> CompatRow:
    counts = {"correct": len(gold & predicted), "gold": len(gold), "predicted": len(predicted)}
    precision, recall = ratio(counts["correct"], counts["predicted"]), ratio(counts["correct"], counts["gold"])
    return CompatRow(measure, precision, recall, harmonic(precision, recall), counts, label)


def _mean(measure: str, rows: Sequence[CompatRow], weights: Sequence[float], counts: Mapping[str, float]) -> CompatRow:
    if not rows and measure == "macro":
        return CompatRow(measure, None, None, None, counts)
    columns = [
        [row.precision or 0.0 for row in rows],
        [row.recall or 0.0 for row in rows],
        [row.f1 or 0.0 for row in rows],
    ]
    means = [ratio(sum(w * x for w, x in zip(weights, column, strict=True)), sum(weights)) for column in columns]
    return CompatRow(measure, means[0], means[1], means[2], counts)


def _lenient(tags: Tags) -> set[Chunk]:
    chunks: set[Chunk] = set()
    begin, before, label_before = 0, "O", ""
    # each sentence is followed by O, which has the label _ as a bare prefix has
    for token, tag in enumerate(chain.from_iterable((*sentence, "O") for sentence in tags)):
        prefix, label = tag[0], tag[1:].split("-", maxsplit=1)[-1] or "_"
        other_label = label_before != label
        if _ends(before, prefix, other_label):
            chunks.add((label_before, begin, token - 1))
        if _starts(before, prefix, other_label):
            begin = token
        before, label_before = prefix, label
    return chunks


def _ends(before: str, prefix: str, other_label: bool) -> bool:
    if before in ("E", "S"):
        return True
    if before in ("B", "I") and prefix in ("B", "S", "O"):
        return True
    return before not in ("O", ".") and other_label


def _starts(before: str, prefix: str, other_label: bool) -> bool:
    if prefix in ("B", "S"):
        return True
    if before in ("E", "S", "O") and prefix in ("E", "I"):
        return True
    return prefix not in ("O", ".") and other_label


Steps = frozenset[tuple[str, str, bool]]
"""The allowed (previous prefix, prefix, same label)."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Rules:
    """A scheme spelled out."""

    prefixes: str
    start: Steps
    inside: Steps
    end: Steps

    @classmethod
    def of(cls, scheme: SchemeRules) -> _Rules:
        return cls(scheme.prefixes, *map(_spelled_out, (scheme.start, scheme.inside, scheme.end)))


def _spelled_out(rules: Sequence[str]) -> Steps:
    found = set()
    for rule in rules:
        before, after = rule.split(">")
        same = {"=": (True,), "!": (False,)}.get(after[-1], (True, False))
        found |= {(b, a, s) for b in before for a in after.rstrip("=!") for s in same}
    return frozenset(found)


def _strict(tags: Tags, rules: _Rules) -> set[Chunk]:
    chunks: set[Chunk] = set()
    offset = 0
    for sentence in tags:
        parsed = [("O", "_"), *(_parsed(tag, rules) for tag in sentence), ("O", "_")]
        steps = [(before[0], now[0], before[1] == now[1]) for before, now in pairwise(parsed)]
        at = 0
        while at < len(steps):
            if steps[at] not in rules.start:
                at += 1
                continue
            begin, at = at, at + 1
            while steps[at] in rules.inside:
                at += 1
            if steps[at] in rules.end:
                chunks.add((parsed[at][1], offset + begin, offset + at - 1))
        offset += len(sentence)
    return chunks


def _parsed(tag: str, rules: _Rules) -> tuple[str, str]:
    if tag[0] not in rules.prefixes:
        raise ValueError(f"no tag of this scheme: {tag!r}; it has the prefixes {', '.join(rules.prefixes)}")
    return tag[0], tag[1:].strip("-") or "_"


def _strict_by(scheme: str) -> Callable[[Tags, Tags], CompatResult]:
    return functools.partial(score_strict, scheme=scheme)


COMPAT = (
    Compat(NAME, "1.2.2", "tags", MEASURES, DEFAULT_DIFFERENCES, score, text),
    *(
        Compat(f"{NAME}-strict:{scheme}", "1.2.2", "tags", MEASURES, STRICT_DIFFERENCES, _strict_by(scheme), text)
        for scheme in SCHEMES
    ),
)
