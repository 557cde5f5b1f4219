"""Tables of one split each: how far annotators agreed, what was decided, what an audit found, what can be told apart.

Splits are never taken together, and the last one stands first: nobody had seen its articles when guidelines, rules and
lists were written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from onrecord.annotation.agreement.measures import PairAgreement
from onrecord.annotation.agreement.tables import markdown as agreement_markdown
from onrecord.dataset import Article, Gold, Registries
from onrecord.dataset.gold import in_split
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.publishing.card import markdown_table
from onrecord.dataset.records import REGISTERED
from onrecord.dataset.registries import rows_of
from onrecord.eval import Result, Submission, score_submission
from onrecord.eval.layers.gold_changes import GoldChange
from onrecord.eval.scoring.ceiling import BIASED, ceiling_table, read_ceiling
from onrecord.eval.statistics.measure import full_name
from onrecord.eval.statistics.uncertainty import attainable_p, detectable_difference, jackknife_error

FRESH = "fresh"
"""The split of the articles that were written for it; the other splits are the five of the web."""
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


def web_gold(gold: Gold) -> Gold:
    """The five articles of the web, with the registries of all."""
    return only(gold, [article for article in gold.articles if article.document.split != FRESH])


def only(gold: Gold, articles: Sequence[Article]) -> Gold:
    """The same gold with some of its articles."""
    return Gold(articles=tuple(articles), registries=gold.registries, scheme=gold.scheme)


def agreement_tables(by_split: Mapping[str, Sequence[PairAgreement]]) -> dict[str, str]:
    """The agreement of the two who annotated each split blindly, by generated part."""
    return {
        f"agreement-{split}": f"`{pair.one}` and `{pair.other}`, {len(pair.documents)} articles:\n\n"
        + agreement_markdown(pair)
        for split, (pair,) in by_split.items()
    }


def adjudication_table(articles: Sequence[Article]) -> str:
    """How many items the blind annotators agreed on, by layer."""
    rows = []
    for layer in LAYERS:
        items = [item for article in articles for item in article.labels.of(layer)]
        both = [item for item in items if len(item.annotators) > 1]
        agreed = sum(item.agreed is True for item in both)
        one = sum(len(item.annotators) == 1 for item in items)
        neither = sum(not item.annotators for item in items)
        optional = sum(item.optional for item in items)
        counts = [len(items), agreed, len(both) - agreed, one, neither, optional]
        rows.append([layer, *map(str, counts)])
    return markdown_table(["", "items", "both, alike", "both, not alike", "one", "neither", "optional"], rows)


def ceiling_of(root: Path, result: Result) -> str:
    """The baseline and every annotator of a split, headline F1 of each layer."""
    head, rows = ceiling_table(result, read_ceiling(root / "dataset", result))
    return f"{markdown_table(head, rows)}\n{BIASED.replace('*', chr(92) + '*', 1)}\n"


def detectable_table(gold: Gold, split: str, submission: Submission) -> str:
    """The smallest difference that a split is likely to show, for each headline measure, by article and by topic."""
    articles = in_split(gold, split)
    whole = headline(gold, articles, submission)
    topics = sorted({article.document.topic for article in articles})
    without = [headline(gold, [a for a in articles if a is not left], submission) for left in articles]
    without_topic = [
        headline(gold, [a for a in articles if a.document.topic != left], submission)
        for left in topics
        if len(topics) > 1
    ]
    rows = [
        [
            f"`{name}`",
            f"{100 * f1:.1f}",
            *_told_apart([each[name] for each in without]),
            *_told_apart([each[name] for each in without_topic]),
        ]
        for name, f1 in whole.items()
    ]
    head = ["measure", "F1 of the baseline", "error, by article", "detectable", "error, by topic", "detectable"]
    smallest = f"{len(articles)} articles: {attainable_p(len(articles)):.3g}"
    if len(topics) > 1:
        smallest += f"; over {len(topics)} topics: {attainable_p(len(topics)):.3g}"
    return f"{markdown_table(head, rows)}\nSmallest p of an exact paired test over {smallest}.\n"


def _told_apart(without: Sequence[float]) -> tuple[str, str]:
    """Standard error and detectable difference, from the score without each unit."""
    error = jackknife_error(without)
    if not error:  # a score that is 0 whatever is left out says nothing of how others vary
        return "–", "–"
    return f"{100 * error:.1f}", f"{100 * detectable_difference(error, len(without)):.1f}"


def headline(gold: Gold, articles: Sequence[Article], submission: Submission) -> dict[str, float]:
    """F1 of each layer's headline measure."""
    result = score_submission(articles, gold.registries, submission, "")
    return {
        full_name(each.layer.name, name): each.scores[name].f1 or 0.0
        for each in result.layers
        for name in [each.layer.headline.name]
    }


def audit_tables(root: Path, gold: Gold, errata: Sequence[GoldChange]) -> dict[str, str]:
    """What the audits found, by layer, with rates on the items there are now, and what was corrected."""
    found = [
        json.loads(line)
        for path in sorted((root / "annotation/audit").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    parts = {"audit-fresh": in_split(gold, FRESH), "audit-web": web_gold(gold).articles}
    rows = {name: _ids(rows_of(articles, gold.registries)) for name, articles in parts.items()}

    def part_of(document: str, said: str) -> str:
        for name, some in parts.items():
            if any(article.document.id == document for article in some):
                return name
        # what is said of a row does not say whose row: it is of the articles that use most of the ids it names
        named = set(_ID.findall(said))
        return max(rows, key=lambda name: len(named & rows[name]))

    by_part = {name: [each for each in found if part_of(each["doc"], json.dumps(each)) == name] for name in parts}
    changed = {
        name: [each for each in errata if part_of(each.document or "", str(each.item)) == name] for name in parts
    }
    return {name: _audit_table(articles, rows[name], by_part[name], changed[name]) for name, articles in parts.items()}


def is_of_a_row(finding: Mapping[str, str]) -> bool:
    """Whether a finding is of a row of a registry, and not of an item of an article."""
    return finding["doc"] == "registry" or finding["layer"] not in LAYERS


def _ids(registries: Registries) -> set[str]:
    return {row.id for kind in REGISTERED for row in registries.of(kind)}


def _audit_table(
    articles: Sequence[Article], registry: set[str], found: Sequence[Mapping[str, str]], errata: Sequence[GoldChange]
) -> str:
    items = {layer: sum(len(article.labels.of(layer)) for article in articles) for layer in LAYERS}
    rows = []
    for name, many in [*items.items(), ("registry rows", len(registry))]:
        of_rows = name == "registry rows"
        here = [each["verdict"] for each in found if (of_rows if is_of_a_row(each) else each["layer"] == name)]
        said = [here.count(verdict) for verdict in ("WRONG", "DEBATABLE", "MISSED")]
        changed = sum((change.layer == name) if change.document else of_rows for change in errata)
        shown = [f"{n} ({100 * n / many:.1f} %)" if found else "–" for n in said]
        rows.append([name, str(many), *shown, str(changed)])
    return markdown_table(["", "items", "wrong", "debatable", "missed", "changed"], rows)
