"""``onrecord show``: the predictions of a file in words, with no gold to hold them against."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.articles import GoldFolder, Seeds, known_articles
from onrecord.cli.console import read_input
from onrecord.cli.options import LabelMapName
from onrecord.cli.outputs import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onrecord.eval.prompting.known import Known
    from onrecord.eval.submission.prediction_line import PredictionLine


def show(
    predictions: Annotated[Path, typer.Argument(help="Prediction file; - for standard input.")],
    gold: GoldFolder = None,
    seeds: Seeds = None,
    labels: LabelMapName = None,
) -> None:
    """Print the items of a prediction file article by article: where each is, its words, and what it says of them.

    No labels are needed, so it is for articles of your own too. A file with faults is refused as by onrecord validate;
    articles may lack a line.
    """
    from onrecord.dataset.layers import LAYERS
    from onrecord.eval.prompting.accounts import unplaced_of
    from onrecord.eval.report import listed
    from onrecord.eval.submission.expected import Expected
    from onrecord.eval.submission.label_maps import read_label_map
    from onrecord.eval.submission.mention_types import MentionTypes, our_types
    from onrecord.eval.submission.reading import SubmissionStream

    known = known_articles(gold, seeds)
    ids = {kind: [row.id for row in rows] for kind, rows in known.rows.items()}
    types = our_types() if labels is None else MentionTypes.of(read_label_map(labels)[1])
    raw = read_input(predictions)
    lines = list(SubmissionStream(predictions, iter([raw]), Expected(known.articles, ids), types=types))
    called, unplaced = _called(known, lines), unplaced_of(raw)
    for line in lines:
        title = known.articles[line.doc_id].text.lstrip().partition("\n")[0]
        items = {layer: types.labels(line).of(layer) for layer in LAYERS if getattr(line, layer, None) is not None}
        for row in listed(line.doc_id, title, items, called, unplaced.get(line.doc_id, ())):
            say(row)


def _called(known: Known, lines: Iterable[PredictionLine]) -> dict[tuple[str, str], str]:
    """What ids are called: in the registries, or else in the file."""
    found = {(kind, row.id): row.name for kind, rows in known.rows.items() for row in rows}
    for line in lines:
        said = [("entity", each.id, each.name) for each in line.entities]
        said += [("claim", each.id, each.text) for each in line.claims]
        said += [("event", each.id, each.title) for each in line.event_descriptions]
        for kind, id, name in said:
            if name:
                found.setdefault((kind, id), name)
    return found
