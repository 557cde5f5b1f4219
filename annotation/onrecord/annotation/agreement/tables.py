"""Agreement as tables for a terminal, as Markdown, and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence

from onrecord.annotation.agreement.measures import PairAgreement
from onrecord.dataset.publishing.card import markdown_table
from onrecord.dataset.reading.faults import show
from onrecord.eval.layers.scored import scored_layers
from onrecord.eval.rendering.markdown import inert
from onrecord.eval.rendering.scores import percent
from onrecord.eval.statistics.counts import Score
from onrecord.eval.statistics.measure import Measure


def measures() -> dict[str, list[Measure]]:
    """The measures of the scorer that agreement is reported by, the foremost first, by layer."""
    return {
        layer.name: [measure for name in layer.agreed_by for measure in layer.measures if measure.name == name]
        for layer in scored_layers()
        if layer.agreed_by
    }


SCORE_HEADINGS = ("measure", "F1", "P", "R")
GAMMA_HEADINGS = ("layer", "gamma")
TYPE_HEADINGS = ("type", "F1", "mentions")
ROW_HEADINGS = ("field of a row", "rows of both", "same")
ACTOR_HEADINGS = ("who is named", "found by both", "actor with several ids", "same actor", "same id", "turn on the id")
ATTRIBUTE_HEADINGS = ("field", "found by both", "of either", "same", "alpha")


def score_rows(pair: PairAgreement) -> list[tuple[str, str, str, str]]:
    """F1, or share, precision and recall of the other annotator scored against the one; not of what nobody says."""
    if pair.result is None:
        return []
    by_name = {each.layer.name: each.scores for each in pair.result.layers}
    return [
        (measure.full, percent(score.value), percent(score.precision), percent(score.recall))
        for layer, shown in measures().items()
        for measure in shown
        if not _is_of_nothing(measure, score := by_name[layer][measure.name])
    ]


def _is_of_nothing(measure: Measure, score: Score) -> bool:
    """Whether there is nothing to agree on: a share of nothing, or attributes of events that the other leaves open."""
    open_ones = measure.page == "event-attributes.md" and score.counts is not None and not score.counts.predicted
    return open_ones or (score.value is None and bool(measure.share))


def attribute_rows(pair: PairAgreement) -> list[tuple[str, str, str, str, str]]:
    """Agreement on the fields of what both found."""
    return [
        (
            f"{each.layer}:{each.field}",
            str(each.matched),
            str(each.total),
            percent(each.observed),
            "–" if each.alpha is None else f"{each.alpha:.2f}",
        )
        for each in pair.attributes
    ]


def gamma_rows(pair: PairAgreement) -> list[tuple[str, str]]:
    """Gamma by layer."""
    return [(layer, "–" if value is None else f"{value:.2f}") for layer, value in pair.gammas.items()]


def row_rows(pair: PairAgreement) -> list[tuple[str, str, str]]:
    """Agreement on the fields of registry rows, and on all of them."""
    rows = [(f"{each.registry}:{each.field}", each.matched, each.same) for each in pair.rows]
    if rows:
        rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    return [(name, str(matched), percent(same / matched)) for name, matched, same in rows]


def actor_rows(pair: PairAgreement) -> list[tuple[str, str, str, str, str, str]]:
    """Whom items name: how often both name the same actor, the same id, and so how often the id alone decides."""
    return [
        (
            each.field,
            str(each.matched),
            str(each.several),
            str(each.by_actor),
            str(each.by_id),
            f"{each.turns} ({percent(each.turns / each.matched if each.matched else None)} %)",
        )
        for each in pair.by_actor
    ]


def type_rows(pair: PairAgreement) -> list[tuple[str, str, str]]:
    """F1 of mentions by entity type, with how many either annotator marked at most."""
    return [
        (f"mentions:{type}", percent(score.f1), str(int(max(score.counts.gold, score.counts.predicted))))
        for type, score in pair.by_type.items()
        if score.counts is not None
    ]


def document_headings() -> tuple[str, ...]:
    """The headings of :func:`document_rows`."""
    return ("document", *measures())


def document_rows(pair: PairAgreement) -> list[tuple[str, ...]]:
    """F1 of each layer's first measure, document by document."""
    return [
        (document, *(percent(result.values[shown[0].full]) for shown in measures().values()))
        for document, result in pair.by_document.items()
    ]


def markdown(pair: PairAgreement) -> str:
    """All tables as Markdown."""
    scores = markdown_table(SCORE_HEADINGS, [(f"`{name}`", *rest) for name, *rest in score_rows(pair)])
    fields = markdown_table(ATTRIBUTE_HEADINGS, [(f"`{name}`", *rest) for name, *rest in attribute_rows(pair)])
    gammas = markdown_table(GAMMA_HEADINGS, [(f"`{name}`", value) for name, value in gamma_rows(pair)])
    types = markdown_table(TYPE_HEADINGS, [(f"`{name}`", *rest) for name, *rest in type_rows(pair)])
    documents = markdown_table(document_headings(), document_rows(pair))
    rows = [(f"`{name}`", *rest) for name, *rest in row_rows(pair)]
    actors = [(f"`{name}`", *rest) for name, *rest in actor_rows(pair)]
    of_rows = [markdown_table(head, each) for head, each in ((ROW_HEADINGS, rows), (ACTOR_HEADINGS, actors)) if each]
    return "\n".join((scores, fields, *of_rows, gammas, types, documents))


def agreement_sections(pairs: Mapping[str, Sequence[PairAgreement]]) -> str:
    """The agreement of every two annotators as sections of the card, a split at a time and never of two together.

    Args:
        pairs: By split, in the order of the sections, those who have annotated a document of it.

    Returns:
        Markdown; empty without two who have annotated one document.
    """
    return "".join(
        f"\n### Agreement before adjudication{f' on `{split}`' if len(pairs) > 1 else ''}: "
        f"{inert(pair.one)} and {inert(pair.other)} on {_articles(len(pair.documents))}\n\n{markdown(pair)}"
        for split, these in pairs.items()
        for pair in these
    )


def _articles(many: int) -> str:
    return "1 article" if many == 1 else f"{many} articles"


def print_agreement(pair: PairAgreement, disagreements: bool) -> None:
    """All tables on standard output, and every disagreement if asked for."""
    from onrecord.eval.rendering.terminal import plain_console, show_table

    console = plain_console()
    console.print(f"{show(pair.one)} and {show(pair.other)} on {len(pair.documents)} documents", soft_wrap=True)
    if not pair.documents:
        console.print("no document that both have annotated: agreement is undefined", soft_wrap=True)
        return
    tables: tuple[tuple[Sequence[str], Sequence[Sequence[str]]], ...] = (
        (SCORE_HEADINGS, score_rows(pair)),
        (ATTRIBUTE_HEADINGS, attribute_rows(pair)),
        *([(ROW_HEADINGS, row_rows(pair))] if pair.rows else []),
        *([(ACTOR_HEADINGS, actor_rows(pair))] if pair.by_actor else []),
        (GAMMA_HEADINGS, gamma_rows(pair)),
        (TYPE_HEADINGS, type_rows(pair)),
        (document_headings(), document_rows(pair)),
    )
    for headings, rows in tables:
        show_table(console, headings, rows)
        console.print()
    for field in pair.attributes:
        if field.reason:
            console.print(f"– {field.layer}:{field.field}: {field.reason}", soft_wrap=True)
    console.print(f"{len(pair.disagreements)} disagreements", soft_wrap=True)
    for each in pair.disagreements if disagreements else ():
        place = f"{each.document} {each.layer} ({each.tasks[0]} and {each.tasks[1]})"
        console.print(f"{place}: {each.kind}: {show(each.text)!r}", soft_wrap=True)
        for name, said in ((show(pair.one), each.one), (show(pair.other), each.other)):
            if said:
                console.print(f"    {name}: {show(said)}", soft_wrap=True)


def agreement_json(pairs: list[PairAgreement]) -> str:
    """Everything as JSON: scores with their counts, attributes, disagreements."""
    value = [
        {
            "annotators": [pair.one, pair.other],
            "documents": list(pair.documents),
            "scores": {
                measure.full: dataclasses.asdict(each.scores[measure.name])
                for each in (pair.result.layers if pair.result else ())
                for measure in each.layer.measures
            },
            "attributes": [dataclasses.asdict(each) for each in pair.attributes],
            "rows": [dataclasses.asdict(each) for each in pair.rows],
            "by_actor": [dataclasses.asdict(each) | {"turns": each.turns} for each in pair.by_actor],
            "gamma": dict(pair.gammas),
            "by_type": {name: dataclasses.asdict(score) for name, score in pair.by_type.items()},
            "by_document": {document: result.values for document, result in pair.by_document.items()},
            "disagreements": [dataclasses.asdict(each) for each in pair.disagreements],
        }
        for pair in pairs
    ]
    return json.dumps(value, ensure_ascii=False, indent=1)
