"""The human ceiling, or whoever annotated: each annotator scored as a system, by the scorer itself.

Against each other annotator, and against the gold. The latter is biased upwards, since the gold was made from their own
labels; it is given because it is what a system's score will be read beside.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from onrecord.annotation.agreement.annotators import as_submission, own_registries
from onrecord.annotation.agreement.measures import results
from onrecord.annotation.label_studio.exports import Annotation
from onrecord.dataset import Article, Labels, Registries, gold_hash
from onrecord.eval import Result, score_submission
from onrecord.eval.scoring.ceiling import CeilingFile, CeilingRow


def ceiling(articles: Sequence[Article], blind: Sequence[Annotation], registries: Registries) -> list[CeilingRow]:
    """F1 of every measure for each annotator, against each other one and against the gold.

    Args:
        articles: The gold articles of one split, or of all.
        blind: The blind annotations. Whoever has not annotated every one of these articles has no row: a score on some
            of them is no score to read a system's beside.
        registries: The gold ids.
    """
    documents = [article.document for article in articles]
    known = {document.id for document in documents}
    blind = [annotation for annotation in blind if annotation.document in known]
    many = Counter(annotation.annotator for annotation in blind)
    blind = [annotation for annotation in blind if many[annotation.annotator] == len(known)]
    rows = [
        CeilingRow(name=other, against=one, f1=_annotated(result)) for one, other, result in results(blind, documents)
    ]
    for name in sorted({annotation.annotator for annotation in blind}):
        labels: dict[str, Labels] = {a.document: a.labels for a in blind if a.annotator == name}
        submission = as_submission(name, labels, own_registries(labels.values()))
        result = score_submission(articles, registries, submission, "")
        rows.append(CeilingRow(name=name, against="gold", f1=_annotated(result)))
    return rows


def _annotated(result: Result) -> dict[str, float | None]:
    """F1 of what annotators annotate: they link nothing, and slices and shares are of what was found alone."""
    return {
        measure.full: each.scores[measure.name].value
        for each in result.layers
        for measure in each.layer.measures
        if each.layer.agreed_by and measure.has_parts and not measure.detail
    }


def ceiling_json(articles: Sequence[Article], blind: Sequence[Annotation], registries: Registries) -> bytes:
    """The ceiling of every split, and which gold it is of, as the file that ``onrecord score`` reads."""
    splits = {
        split: [a for a in articles if a.document.split == split]
        for split in dict.fromkeys(a.document.split for a in articles)
    }
    value = {
        name: CeilingFile(gold_sha256=gold_hash(kept), rows=tuple(ceiling(kept, blind, registries))).as_dict()
        for name, kept in {**splits, "all": list(articles)}.items()
    }
    return (json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")
