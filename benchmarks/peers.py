"""The other scorers, each fed in the form it likes best: what is given to it is made before the clock starts.

Every function takes the folder of a corpus and returns the scoring alone, as a function of nothing that gives the
scores it found by name. Runs in the environment of the peers: nothing but the standard library is imported at the top,
and the peers by their names, since the environment that types are checked in lacks them.
"""

from __future__ import annotations

import collections
import collections.abc
import json
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

Figures = dict[str, float]
Scoring = Callable[[], Figures]


def nervaluate(folder: Path) -> Scoring:
    """``Evaluator.evaluate``: strict, exact, partial and type, overall and by type."""
    gold, predicted = (
        [
            [{"label": span["type"], "start": span["start"], "end": span["end"] - 1} for span in document["spans"]]
            for document in _documents(folder, side)
        ]
        for side in ("gold", "predicted")
    )
    evaluator = import_module("nervaluate").Evaluator(gold, predicted, tags=_made(folder)["types"], loader="dict")
    return lambda: {"strict F1": float(evaluator.evaluate()["overall"]["strict"].f1)}


def seqeval_report(folder: Path) -> Scoring:
    """``classification_report``: overall and by type, as conlleval counts."""
    report = import_module("seqeval.metrics").classification_report
    gold, predicted = _both_tags(folder)
    return lambda: _micro(report(gold, predicted, output_dict=True))


def seqeval_strict_report(folder: Path) -> Scoring:
    """``classification_report`` with ``mode="strict"`` and the scheme IOB2."""
    report, scheme = import_module("seqeval.metrics").classification_report, import_module("seqeval.scheme").IOB2
    gold, predicted = _both_tags(folder)
    return lambda: _micro(report(gold, predicted, output_dict=True, mode="strict", scheme=scheme))


def seqeval_f1(folder: Path) -> Scoring:
    """``f1_score``: one number and nothing else."""
    f1_score = import_module("seqeval.metrics").f1_score
    gold, predicted = _both_tags(folder)
    return lambda: {"strict F1": float(f1_score(gold, predicted))}


def conlleval(folder: Path) -> Scoring:
    """``evaluate`` on lines of token, gold tag and predicted tag, overall and by type."""
    evaluate = import_module("conlleval").evaluate
    lines: list[str] = []
    for gold, predicted in zip(*_both_tags(folder), strict=True):
        lines += [f"w {one} {other}" for one, other in zip(gold, predicted, strict=True)]
        lines.append("")
    return lambda: {"strict F1": float(evaluate(lines)["overall"]["chunks"]["evals"]["f1"])}


def neleval_strict(folder: Path) -> Scoring:
    """``strong_typed_mention_match``: one measure, overall."""
    _mend_neleval()
    annotation, document = import_module("neleval.annotation"), import_module("neleval.document")
    measure = "strong_typed_mention_match"

    def annotated(name: str, span: dict[str, Any]) -> Any:
        types = [annotation.Candidate("NIL", None, span["type"])]
        return annotation.Annotation(name, span["start"], span["end"] - 1, types)

    gold, predicted = (
        [
            document.Document(each["doc_id"], [annotated(each["doc_id"], span) for span in each["spans"]])
            for each in _documents(folder, side)
        ]
        for side in ("gold", "predicted")
    )
    evaluate = import_module("neleval.evaluate").Evaluate(predicted, gold, measures=[measure])
    return lambda: {"strict F1": float(evaluate()[measure]["fscore"])}


def orjson_decode(folder: Path) -> Scoring:
    """Every line of both files decoded by orjson and dropped."""
    loads = import_module("orjson").loads
    return lambda: _each_line(folder, loads)


def json_decode(folder: Path) -> Scoring:
    """Every line of both files decoded by the standard library and dropped."""
    return lambda: _each_line(folder, json.loads)


def scorch(measure: str) -> Callable[[Path], Scoring]:
    """A measure of ``scorch.scores`` by its name there."""

    def prepared(folder: Path) -> Scoring:
        gold, predicted = (list(_clusters(folder, side).values()) for side in ("gold", "predicted"))
        function = getattr(import_module("scorch.scores"), measure)
        return lambda: {f"{_NAMES[measure]} F1": float(function(gold, predicted)[2])}

    return prepared


def neleval_clusters(measure: str) -> Callable[[Path], Scoring]:
    """A measure of ``neleval.coref_metrics`` by its name there."""

    def prepared(folder: Path) -> Scoring:
        _mend_neleval()
        gold, predicted = (
            {name: frozenset(mentions) for name, mentions in _clusters(folder, side).items()}
            for side in ("gold", "predicted")
        )
        function = getattr(import_module("neleval.coref_metrics"), measure)
        return lambda: {f"{_NAMES[measure]} F1": _f1(*map(float, function(gold, predicted)))}

    return prepared


_NAMES = {
    "muc": "MUC",
    "b_cubed": "B3",
    "ceaf_m": "CEAFm",
    "mention_ceaf": "CEAFm",
    "ceaf_e": "CEAFe",
    "entity_ceaf": "CEAFe",
    "blanc": "BLANC",
    "pairwise": "pairwise",
}


def _mend_neleval() -> None:
    """Names that Python 3.10 and numpy 1.24 have dropped and that neleval 3.1.1 needs to be imported and to run."""
    import numpy

    collections.Sequence = collections.abc.Sequence  # type: ignore[attr-defined]
    numpy.int = int  # type: ignore[attr-defined]


def _f1(right: float, predicted: float, found: float, gold: float) -> float:
    precision, recall = right / predicted, found / gold
    return 2 * precision * recall / (precision + recall)


def _micro(report: Any) -> Figures:
    return {"strict F1": float(report["micro avg"]["f1-score"])}


def _documents(folder: Path, side: str) -> list[Any]:
    with open(folder / f"{side}.jsonl", "rb") as file:
        return [json.loads(line) for line in file]


def _made(folder: Path) -> Any:
    return json.loads((folder / "made.json").read_bytes())


def _each_line(folder: Path, decode: Callable[[bytes], object]) -> Figures:
    for side in ("gold", "predicted"):
        with open(folder / f"{side}.jsonl", "rb") as file:
            for line in file:
                decode(line)
    return {}


def _both_tags(folder: Path) -> tuple[list[list[str]], list[list[str]]]:
    """The spans as IOB2 tags of tokens."""
    warnings.simplefilter("ignore")
    made = _made(folder)
    gold, predicted = (_tags(folder, side, made["document_tokens"], made["width"]) for side in ("gold", "predicted"))
    return gold, predicted


def _tags(folder: Path, side: str, tokens: int, width: int) -> list[list[str]]:
    made = []
    for document in _documents(folder, side):
        tags = ["O"] * tokens
        for span in document["spans"]:
            start, end = span["start"] // width, (span["end"] + 1) // width
            tags[start] = f"B-{span['type']}"
            tags[start + 1 : end] = [f"I-{span['type']}"] * (end - start - 1)
        made.append(tags)
    return made


def _clusters(folder: Path, side: str) -> dict[int, set[int]]:
    """Mentions of each cluster; a mention is its number."""
    import numpy

    clusters: dict[int, set[int]] = {}
    for mention, label in enumerate(numpy.load(folder / f"{side}.npy").tolist()):
        if label >= 0:
            clusters.setdefault(label, set()).add(mention)
    return clusters


DISTRIBUTIONS: tuple[str, ...] = (
    "nervaluate",
    "seqeval",
    "neleval",
    "conlleval",
    "scorch",
    "orjson",
    "numpy",
    "scipy",
    "scikit-learn",
)
"""Whose versions are told."""

CONTENDERS: dict[str, Callable[[Path], Scoring]] = {
    "nervaluate": nervaluate,
    "seqeval-report": seqeval_report,
    "seqeval-strict": seqeval_strict_report,
    "seqeval-f1": seqeval_f1,
    "conlleval": conlleval,
    "neleval": neleval_strict,
    "orjson": orjson_decode,
    "json": json_decode,
    **{f"scorch-{name}": scorch(name) for name in ("muc", "b_cubed", "ceaf_e", "ceaf_m", "blanc")},
    **{
        f"neleval-{name}": neleval_clusters(name)
        for name in ("muc", "b_cubed", "entity_ceaf", "mention_ceaf", "pairwise")
    },
}
