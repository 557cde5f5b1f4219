"""The numbers of the reference scorer 8.01 (Pradhan et al., 2014), written in Perl.

GPL-2 or later; github.com/conll/reference-coreference-scorers.

Mentions that gold has too are dropped from the response from the second time on, in the order of its clusters; other
repeated mentions stay. Numerators and denominators are summed over documents. BLANC follows Recasens and Hovy (2011):
a part that gold has no links for is left out. After the tenth repeated mention the scorer refuses; it never resets the
count, so with the metric ``all`` the repeats of every metric add up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain, combinations, product

from onrecord.eval.compat import coreference
from onrecord.eval.compat.blanc import PARTS, blanc
from onrecord.eval.compat.bracket_files import read_perl
from onrecord.eval.compat.coreference import Clusters, Documents, Sides
from onrecord.eval.compat.mode import Compat, CompatResult, CompatRow, counted
from onrecord.eval.statistics.counts import Counts

NAME = "perl-8.01"
ALL = "perl-8.01-all"
MEASURES = ("muc", "bcub", "ceafm", "ceafe", "blanc")
"""In the order of the metric ``all``; every run also gives ``mentions``."""

MOST_REPEATS = 10
REFUSAL = "more than 10 repeated mentions in the response: the scorer stops here"

DIFFERENCES = (
    "Precision, recall and F1 are 0 where there is nothing to divide by, as MUC of singletons alone, so the mean of "
    "MUC, B3 and CEAFe of a perfect answer of singletons is 2/3; ours is undefined.",
    "Of a mention in two predicted clusters the first is kept if gold has the mention, and if not both are; one twice "
    "in gold counts for its last cluster; ours refuses.",
    "More than ten repeated mentions, summed over documents and, with `all`, over metrics, are refused.",
    "Counts are summed over documents, so a cluster over two documents is two clusters.",
    "BLANC leaves out a part that gold has no links for, whatever was predicted (Recasens and Hovy, 2011); ours offers "
    "this rule and that of Luo et al. (2014) by name.",
    "There is no LEA and no CoNLL score: papers take the mean of three printed F1.",
    "In a cell the script takes openings before closings: after `(0` the cell `0)|(0` is a mention of its own token "
    "inside one that goes on; ours closes the first and opens the next.",
    "Ids are digits, and `(1+2)` is passed over; ours takes any id.",
    "Columns are separated by tabs: of a line with blanks alone all is the cell, so that a word `(1)` is a mention.",
    "The printed numbers are per cent, cut to two decimals and not rounded: 2/3 is 66.66.",
)


def score(documents: Documents, measures: Sequence[str] = MEASURES) -> CompatResult:
    """Scores over all documents, each measure by a run of its own.

    Args:
        documents: Gold and predicted clusters by document.
        measures: Some of :data:`MEASURES`.

    Raises:
        KeyError: The tool has no such measure.
    """
    sides, repeats = _read(documents)
    if repeats > MOST_REPEATS:
        return CompatResult(NAME, (), REFUSAL)
    return CompatResult(NAME, _rows(sides, measures))


def score_all(documents: Documents) -> CompatResult:
    """Scores of the metric ``all``: one run, which may be refused at any of the measures."""
    sides, repeats = _read(documents)
    scored = [name for number, name in enumerate(MEASURES, 1) if number * repeats <= MOST_REPEATS]
    return CompatResult(ALL, _rows(sides, scored), None if len(scored) == len(MEASURES) else REFUSAL)


def text(result: CompatResult) -> str:
    """The totals that the scorer prints for each metric, numbers cut to two decimals."""
    lines: list[str] = []
    for row in result.rows:
        if row.measure == "mentions":
            continue
        identified = result.row("mentions")
        lines += ["", f"METRIC {row.measure}:", "", "====== TOTALS ======="]
        lines += [f"Identification of Mentions: {_shown(identified)}", _RULE]
        if row.measure == "blanc":
            lines += ["", "Coreference:", *_shown_blanc(row)]
        else:
            lines += [f"Coreference: {_shown(row)}", _RULE]
    return "\n".join([*lines, *([result.refused] if result.refused else []), ""])


def _read(documents: Documents) -> tuple[list[Sides], int]:
    """All documents without the repeats that the scorer drops, and how many those are."""
    total = 0
    sides = []
    for gold, predicted in documents.values():
        kept, repeats = _without_repeats(gold, predicted)
        total += repeats
        sides.append(Sides.of(gold, kept))
    return sides, total


def _without_repeats(gold: Clusters, predicted: Clusters) -> tuple[Clusters, int]:
    in_gold = {mention for cluster in gold for mention in cluster}
    seen: set[Hashable] = set()
    kept: list[list[Hashable]] = []
    repeats = 0
    for cluster in predicted:
        kept.append([])
        for mention in cluster:
            if mention in seen:
                repeats += 1
                continue
            kept[-1].append(mention)
            # a repeated mention that gold lacks is never dropped
            if mention in in_gold:
                seen.add(mention)
    return kept, repeats


def _rows(sides: Sequence[Sides], measures: Sequence[str]) -> tuple[CompatRow, ...]:
    if not measures:
        return ()
    rows = [counted("mentions", sum((coreference.mentions(each) for each in sides), Counts()))]
    for name in measures:
        if name == "blanc":
            parts = {part: sum((_links(each)[part] for each in sides), Counts()) for part in PARTS}
            rows.append(blanc(parts, lambda part: part.gold > 0))
        else:
            rows.append(counted(name, sum((_MEASURES[name](each) for each in sides), Counts())))
    return tuple(rows)


def _muc(sides: Sides) -> Counts:
    found = coreference.links_found(sides.predicted_found)
    return Counts.matched(found, coreference.links_listed(sides.gold), coreference.links_listed(sides.predicted))


def _b_cubed(sides: Sides) -> Counts:
    """Both sums are over the mentions of the response; gold clusters are looked into, not only looked up."""
    holders: dict[Hashable, set[int]] = {}
    for at, cluster in enumerate(sides.gold):
        for mention in cluster:
            holders.setdefault(mention, set()).add(at)
    gold: list[float] = []
    predicted: list[float] = []
    for cluster, homes in zip(sides.predicted, sides.predicted_found, strict=True):
        inside = Counter(at for mention in cluster for at in holders.get(mention, ()))
        gold += [n * inside[at] / len(sides.gold[at]) for at, n in homes.items()]
        predicted += [n * inside[at] / len(cluster) for at, n in homes.items()]
    return Counts(
        math.fsum(gold), coreference.listed(sides.gold), math.fsum(predicted), coreference.listed(sides.predicted)
    )


_MEASURES: Mapping[str, Callable[[Sides], Counts]] = {
    "muc": _muc,
    "bcub": _b_cubed,
    "ceafm": coreference.ceafm,
    "ceafe": coreference.ceafe,
}


def _links(sides: Sides) -> Mapping[str, Counts]:
    """Counts of the two parts of BLANC."""
    if not any(_repeats(clusters) for clusters in (sides.gold, sides.predicted)):
        return {name: part(sides) for name, part in PARTS.items()}
    # the scorer keeps links as sets, so that a repeated mention gives no link twice but may be linked with itself
    parts = {}
    for name, linked in (("coreference", _linked_within), ("noncoreference", _linked_between)):
        gold, predicted = linked(sides.gold), linked(sides.predicted)
        parts[name] = Counts.matched(len(gold & predicted), len(gold), len(predicted))
    return parts


def _repeats(clusters: Clusters) -> bool:
    return len(set(chain.from_iterable(clusters))) < coreference.listed(clusters)


def _linked_within(clusters: Clusters) -> set[frozenset[Hashable]]:
    return {frozenset(pair) for cluster in clusters for pair in combinations(cluster, 2)}


def _linked_between(clusters: Clusters) -> set[frozenset[Hashable]]:
    return {frozenset(pair) for two in combinations(clusters, 2) for pair in product(*two)}


_RULE = "-" * 74


def _shown(row: CompatRow) -> str:
    return _shown_scores(row, *(row.counts[name] for name in _COUNTS))


_COUNTS = ("gold_matched", "gold", "predicted_matched", "predicted")


def _shown_scores(row: CompatRow, *counts: float) -> str:
    recall, precision, f1 = (_per_cent(number) for number in (row.recall, row.precision, row.f1))
    of_gold, of_predicted = (f"({a:.15g} / {b:.15g})" for a, b in (counts[:2], counts[2:]))
    return f"Recall: {of_gold} {recall}\tPrecision: {of_predicted} {precision}\tF1: {f1}"


def _per_cent(share: float | None) -> str:
    return f"{int((share or 0.0) * 10000) / 100:.15g}%"


def _shown_blanc(row: CompatRow) -> Iterable[str]:
    for part, title in (("coreference", "Coreference links"), ("noncoreference", "Non-coreference links")):
        counts = Counts(*(row.counts[f"{part}_{name}"] for name in _COUNTS))
        yield from (f"{title}: {_shown(counted(part, counts))}", _RULE)
    recall, precision = row.recall or 0.0, row.precision or 0.0
    yield from (f"BLANC: {_shown_scores(row, recall, 1, precision, 1)}", _RULE)


COMPAT = (
    Compat(NAME, "8.01", "clusters", ("mentions", *MEASURES), DIFFERENCES, score, text, read_perl, "conll-coref"),
    Compat(ALL, "8.01", "clusters", ("mentions", *MEASURES), DIFFERENCES, score_all, text, read_perl, "conll-coref"),
)
