"""A result as JSON and as a table, and the signature that says how it was computed."""

from __future__ import annotations

import importlib.metadata
import json
from typing import Any

from onrecord.eval.clusters import Table
from onrecord.eval.counts import Counts, Score
from onrecord.eval.scoring import LayerResult, Result

FORMAT = "onrecord-result/1"

POLICY = {
    "unit": "codepoint",
    "align": "lexicographic",
    "overlap": "iou0.1",
    "quotes": "dice-alnum",
    "mentions": "predicted",
    "singletons": "kept",
    "duplicates": "multiset",
    "optional": "ignored",
    "missing": "empty",
    "average": "micro",
}
"""The decisions that are in every score; a score made under others has another signature."""


def version() -> str:
    """The scorer's version."""
    return importlib.metadata.version("onrecord")


def signature(result: Result) -> str:
    """One line that says what was scored on what and how, in the manner of sacreBLEU (Post, 2018)."""
    fields = {
        "split": result.split,
        "docs": str(len(result.documents)),
        **POLICY,
        "gold": result.gold_hash[:12],
        "predictions": result.submission_sha256[:12],
        "version": version(),
    }
    return "onrecord|" + "|".join(f"{name}:{value}" for name, value in fields.items())


def as_json(result: Result) -> bytes:
    """The whole result as JSON: scores, counts per document, signature. The same result gives the same bytes."""
    value = {
        "format": FORMAT,
        "signature": signature(result),
        "submission": {"name": result.submission, "sha256": result.submission_sha256},
        "gold": {"sha256": result.gold_hash, "split": result.split},
        "status": "partial" if result.missing else "complete",
        "documents": {"scored": list(result.documents), "missing": list(result.missing)},
        "layers": {each.layer.name: _layer(each) for each in result.layers},
    }
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def _layer(each: LayerResult) -> dict[str, Any]:
    documents: dict[str, Any] = {}
    if each.state is not None:
        for document in sorted({*each.state.counts, *each.state.tables}):
            counts = each.state.counts.get(document, {})
            documents[document] = {"counts": {name: _counts(value) for name, value in counts.items()}}
            if document in each.state.tables:
                documents[document]["clusters"] = _table(each.state.tables[document])
    return {
        "headline": each.layer.measures[0].name,
        "measures": {name: _score(score) for name, score in each.scores.items()},
        "documents": documents,
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
        "reason": score.reason,
        "counts": _counts(score.counts) if score.counts else None,
    }


def _counts(counts: Counts) -> dict[str, float]:
    return {
        "gold_matched": counts.gold_matched,
        "gold": counts.gold,
        "predicted_matched": counts.predicted_matched,
        "predicted": counts.predicted,
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "cells": sorted([str(g), str(p), n] for (g, p), n in table.cells.items()),
        "gold": {str(g): n for g, n in table.gold.items()},
        "predicted": {str(p): n for p, n in table.predicted.items()},
    }


def rows(result: Result, headlines_only: bool = False) -> list[tuple[str, str, str, str, str, str]]:
    """The score table: layer and measure, precision, recall, F1, matched of gold, matched of predicted, note."""
    table = []
    for each in result.layers:
        for measure in each.layer.measures[: 1 if headlines_only else None]:
            score = each.scores[measure.name]
            counts = score.counts
            table.append(
                (
                    f"{each.layer.name}:{measure.name}",
                    percent(score.precision),
                    percent(score.recall),
                    percent(score.f1),
                    f"{counts.gold_matched:.4g}/{counts.gold:.4g}" if counts else "",
                    f"{counts.predicted_matched:.4g}/{counts.predicted:.4g}" if counts else "",
                )
            )
    return table


def percent(value: float | None) -> str:
    """A share in percent with one decimal, or a dash where it is undefined."""
    return "–" if value is None else f"{100 * value:.1f}"


HEADINGS = ("measure", "P", "R", "F1", "gold found", "predictions right")


def markdown(result: Result, headlines_only: bool = False) -> str:
    """The score table as Markdown."""
    from onrecord.dataset.card import markdown_table

    lines = [(f"`{name}`", *rest) for name, *rest in rows(result, headlines_only)]
    return markdown_table(HEADINGS, lines)


def reasons(result: Result) -> list[str]:
    """Why something in the table is undefined, a line for each reason."""
    found: dict[str, list[str]] = {}
    for each in result.layers:
        why = {name: score.reason for name, score in each.scores.items() if score.reason}
        if len(why) == len(each.scores) and len(set(why.values())) == 1:
            found.setdefault(next(iter(why.values())), []).append(each.layer.name)
            continue
        for name, reason in why.items():
            found.setdefault(reason, []).append(f"{each.layer.name}:{name}")
    return [f"{', '.join(names)}: {reason}" for reason, names in found.items()]
