"""What became of the items of every layer, on columns; the definitions are the ``verdicts`` of the layers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from onrecord.dataset.records import UNKNOWN
from onrecord.eval.layers.columns import (
    KINDS,
    LABELS,
    NONE,
    Bools,
    Ints,
    MentionColumns,
    QuoteColumns,
    StanceColumns,
    Vocabularies,
)
from onrecord.eval.layers.layer import MISSED, RIGHT
from onrecord.eval.layers.link_columns import LinkedMentions
from onrecord.eval.layers.quote_sides import STRANGER, UNKNOWN_CODE, PairedQuotes, Quotes, Speech
from onrecord.eval.layers.span_pairing import SpanPairing
from onrecord.eval.layers.stance_columns import Stances, content
from onrecord.eval.layers.verdict_columns import Coded, GoldVerdicts, InWords, SpuriousVerdicts, VerdictColumns
from onrecord.eval.spans.pairs import Fit

_OF_FIT = {Fit.STRICT: RIGHT, Fit.EXACT: "type", Fit.TYPE: "boundary", Fit.OVERLAP: "both"}
_MENTIONS = (*_OF_FIT.values(), MISSED)
_LINKS = (RIGHT, MISSED, "type", "boundary", "kind", "nil as link", "wrong row", "link as nil", "wrong link")
_QUOTES = (RIGHT, "speaker", MISSED)
_STANCES = (RIGHT, "label", MISSED)


def mention_verdicts(pairing: SpanPairing, types: Sequence[str]) -> VerdictColumns:
    """Of the mentions of entities or of events.

    Args:
        pairing: The pairing.
        types: The type of each code; an empty word for those that have none.
    """
    gold, predicted = pairing.gold, pairing.predicted
    required = np.flatnonzero(~gold.optional)
    codes = [_MENTIONS.index(_OF_FIT[fit]) for fit in sorted(Fit)] + [_MENTIONS.index(MISSED)]  # which -1 looks up
    spurious = np.flatnonzero(pairing.taken == NONE)
    return VerdictColumns(
        _MENTIONS,
        GoldVerdicts(gold.document[required], np.array(codes)[pairing.fit[required]], _of_spans(gold, required)),
        SpuriousVerdicts(
            predicted.document[spurious],
            (predicted.start[spurious], predicted.end[spurious]),
            (Coded(predicted.type[spurious], types),),
            _of_spans(predicted, spurious),
        ),
    )


def _of_spans(mentions: MentionColumns, rows: Ints) -> InWords:
    start, end = mentions.start[rows], mentions.end[rows]
    return lambda row, text: text[start[row] : end[row]]


def link_verdicts(mentions: LinkedMentions, types: Sequence[str]) -> VerdictColumns:
    """Of the links of names."""
    gold, predicted, partner = mentions.pairing.gold, mentions.pairing.predicted, mentions.partner
    rows = np.flatnonzero(mentions.names[0] & mentions.asked)
    answer = partner[rows]
    there = answer != NONE
    if not len(predicted):
        answer, place, name, known = answer, there, there, there
    else:
        place = (gold.start[rows] == predicted.start[answer]) & (gold.end[rows] == predicted.end[answer])
        name, known = mentions.names[1][answer], mentions.predicted.wikidata[answer] != NONE
    nil = mentions.gold.wikidata[rows] == NONE
    found = mentions.found[rows]
    # the first that holds
    cases: list[tuple[Bools, str]] = [
        (~there, MISSED),
        (~found & place, "type"),
        (~found, "boundary"),
        (~name, "kind"),
        (mentions.linked[rows], RIGHT),
        (nil & known, "nil as link"),
        (nil, "wrong row"),
        (~known, "link as nil"),
    ]
    outcome = np.select([each for each, _ in cases], [_LINKS.index(word) for _, word in cases], len(_LINKS) - 1)
    left = mentions.names[1] & ~mentions.excused
    left[answer[there]] = False
    spurious = np.flatnonzero(left)
    links = mentions.predicted.at(spurious)
    wikidata, registry = (("", *words) for words in mentions.words)
    return VerdictColumns(
        _LINKS,
        GoldVerdicts(gold.document[rows], outcome, _of_spans(gold, rows)),
        SpuriousVerdicts(
            predicted.document[spurious],
            (predicted.start[spurious], predicted.end[spurious]),
            (
                Coded(predicted.type[spurious], types),
                Coded(links.wikidata + 1, wikidata),
                Coded(links.row + 1, registry),
            ),
            _of_spans(predicted, spurious),
        ),
    )


def quote_verdicts(quotes: Quotes, pairs: PairedQuotes) -> VerdictColumns:
    """Of quotes."""
    gold, predicted = quotes.gold, quotes.predicted
    found = np.full(len(gold), _QUOTES.index(MISSED))
    found[pairs.gold] = np.where(pairs.speaker, _QUOTES.index(RIGHT), _QUOTES.index("speaker"))
    required = np.flatnonzero(~gold.optional)
    left = np.ones(len(predicted), bool)
    left[pairs.predicted] = False
    spurious = np.flatnonzero(left)
    content = predicted.content.take(spurious)
    return VerdictColumns(
        _QUOTES,
        GoldVerdicts(gold.document[required], found[required], _of_segments(gold, required)),
        SpuriousVerdicts(
            predicted.document[spurious],
            (),
            (
                Coded.of(_in_bytes(content.first, content.values)),
                Coded.of(_speakers(quotes.said[1], spurious, quotes.words)),
            ),
            _of_segments(predicted, spurious),
        ),
    )


def _in_bytes(first: Ints, values: Ints) -> list[bytes]:
    """The values of each row, as bytes that are equal for equal values."""
    raw = np.ascontiguousarray(values, np.int32)
    step = raw.itemsize * (raw.shape[1] if raw.ndim > 1 else 1)
    every, bounds = raw.tobytes(), (first * step).tolist()
    return [every[low:high] for low, high in itertools.pairwise(bounds)]


def _speakers(said: Speech, rows: Ints, words: Sequence[str]) -> list[tuple[str, ...]]:
    """Who said each quote, in gold's ids; a stranger has none."""
    speaker = said.speaker.take(rows)
    names = {UNKNOWN_CODE: UNKNOWN, STRANGER: ""}
    values, first = speaker.values.tolist(), speaker.first.tolist()
    known = [names[code] if code < 0 else words[code] for code in values]
    return [tuple(sorted(set(known[low:high]))) for low, high in itertools.pairwise(first)]


def _of_segments(quotes: QuoteColumns, rows: Ints) -> InWords:
    content = quotes.content.take(rows)
    return lambda row, text: " … ".join(text[start:end] for start, end in content.row(row))


def stance_verdicts(stances: Stances, codes: tuple[Vocabularies, Vocabularies]) -> VerdictColumns:
    """Of stances.

    Args:
        stances: Both sides.
        codes: Of gold and of the file.
    """
    gold, predicted = stances.gold, stances.predicted
    required = stances.kept & ~gold.optional
    answers = np.flatnonzero(stances.answers != NONE)
    answers = answers[required[stances.answers[answers]]] if len(gold) else answers
    to = stances.answers[answers]
    agreeing = stances.said[answers] == gold.label[to]
    found = np.full(len(gold), _STANCES.index(MISSED))
    found[to] = _STANCES.index("label")
    found[to[agreeing]] = _STANCES.index(RIGHT)
    left = ~stances.excused
    left[_used(stances, answers, to, agreeing)] = False
    spurious = np.flatnonzero(left)
    rows = stances.order[required[stances.order]]
    evidence = predicted.evidence.take(spurious)
    targets = _words(predicted.kind[spurious], stances.target[spurious], codes[0])
    return VerdictColumns(
        _STANCES,
        GoldVerdicts(gold.document[rows], found[rows], _of_stances(gold, rows, codes[0])),
        SpuriousVerdicts(
            predicted.document[spurious],
            (predicted.kind[spurious], predicted.label[spurious]),
            (
                Coded(stances.holder[spurious] + 1, ("", *codes[0].entity.words)),
                Coded.of(targets),
                Coded.of(_in_bytes(evidence.first, evidence.values)),
            ),
            _of_stances(predicted, spurious, codes[1]),
        ),
    )


def _used(stances: Stances, answers: Ints, to: Ints, agreeing: Bools) -> Ints:
    """The prediction that is taken for the answer of each gold stance: of several with its label, or else of all, the
    first by content.
    """
    best = np.zeros(len(stances.gold), bool)
    best[to[agreeing]] = True
    able = agreeing | ~best[to]
    answers, to = answers[able], to[able]
    many = np.bincount(to, minlength=len(stances.gold))
    alone = many[to] == 1
    several: dict[int, list[int]] = {}
    for row, of in zip(answers[~alone].tolist(), to[~alone].tolist(), strict=True):
        several.setdefault(of, []).append(row)
    first = [min(rows, key=lambda row: content(stances.predicted, row)) for rows in several.values()]
    return np.concatenate([answers[alone], np.array(first, np.int64)])


def _words(kind: Ints, target: Ints, codes: Vocabularies) -> list[str]:
    """The target of each stance; an empty word for none."""
    words = [codes.of(number).words for number in range(len(KINDS))]
    return ["" if code == NONE else words[of][code] for of, code in zip(kind.tolist(), target.tolist(), strict=True)]


def _of_stances(stances: StanceColumns, rows: Ints, codes: Vocabularies) -> InWords:
    kind, holder, target, label = (
        each[rows].tolist() for each in (stances.kind, stances.holder, stances.target, stances.label)
    )
    holders = codes.entity.words
    targets = [codes.of(number).words for number in range(len(KINDS))]

    def words(row: int, _: str) -> str:
        return f"{holders[holder[row]]}: {LABELS[label[row]]}: {targets[kind[row]][target[row]]}"

    return words
