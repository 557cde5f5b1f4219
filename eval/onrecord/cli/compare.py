"""``onrecord compare``: systems side by side."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.cli.console import note, say_left_out, working
from onrecord.cli.inputs import PredictionInput, given, sampling
from onrecord.cli.label_options import FileLabels, labels_of, on_one_gold
from onrecord.cli.options import (
    Dataset,
    Draws,
    Level,
    SamplingUnitName,
    Seed,
    SplitOption,
    UnitOption,
)
from onrecord.cli.outputs import put
from onrecord.cli.places import GOLD, the_split

if TYPE_CHECKING:
    from onrecord.eval.scoring.compare import Comparison


def compare(
    predictions: Annotated[
        list[Path],
        typer.Argument(help="Two or more prediction files, or records beside theirs; the first is the one to beat."),
    ],
    gold: Dataset = GOLD,
    split: SplitOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON instead of tables.")] = False,
    items: Annotated[bool, typer.Option(help="List what was fixed, what regressed and what is still wrong.")] = False,
    headlines: Annotated[bool, typer.Option(help="Only the headline measure of each layer.")] = False,
    labels: FileLabels = None,
    unit: UnitOption = SamplingUnitName.document,
    level: Level = 0.95,
    draws: Draws = 10_000,
    seed: Seed = 0,
) -> None:
    """Compare prediction files: differences with intervals and p, ranks, documents, and what changed item by item.

    All are scored on the same articles and the same gold: where one file has the types of another scheme
    (--labels FILE=ontonotes), files of our types are compared by that map too.
    """
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.compare import compare as run

    how = sampling(unit.value, level, draws, seed)
    if len(predictions) < 2:
        raise typer.BadParameter("a comparison takes two files or more", param_hint="PREDICTIONS")
    if how is None:
        raise typer.BadParameter("a comparison needs at least one draw", param_hint="--draws")
    split = the_split(gold, split)
    said = labels_of(labels, predictions)
    sources = [given(file, Asked(split, each)) for file, each in zip(predictions, said, strict=True)]
    maps = on_one_gold([each or source.asked.labels for each, source in zip(said, sources, strict=True)])
    with working("comparing"):
        found = run(*(source.path for source in sources), gold=gold, split=split, labels=maps, how=how)
    _tell(predictions, sources, maps, found)
    if json:
        from onrecord.eval.rendering.scores import json_bytes

        put(None, json_bytes(comparison_json(found)))
    else:
        _print(found, headlines, items)


def _tell(files: list[Path], sources: list[PredictionInput], maps: list[str | None], found: Comparison) -> None:
    """Say what a record that was given is of, and what is compared by a map that its own types are not of."""
    from onrecord.eval.submission.label_maps import OURS_AS

    for file, source, name, report, left_out in zip(files, sources, maps, found.reports, found.left_out, strict=True):
        source.tell(report.result.gold_hash)
        if source.record is not None and source.asked.split != report.result.split:
            note(f"{file} is a record of split {source.asked.split}; compared on split {report.result.split}")
        if name is not None and name.startswith(OURS_AS):
            note(f"{file}: our types, compared as {name.removeprefix(OURS_AS)} compares gold's")
        say_left_out(left_out, str(file))


def comparison_json(found: Comparison) -> dict[str, Any]:
    """The whole comparison as JSON."""
    return {
        "format": "onrecord-comparison/1",
        "systems": [
            {"name": name, "signature": str(report.signature), "values": report.result.values}
            for name, report in zip(found.names, found.reports, strict=True)
        ],
        "ranks": {
            measure: [None if each is None else [each.best, each.worst] for each in ranks]
            for measure, ranks in found.ranks.items()
        },
        "contrasts": [
            {
                "earlier": found.names[i],
                "later": found.names[j],
                "measures": {name: dataclasses.asdict(each) for name, each in measures.items()},
                "items": [change.told() for change in found.items(i, j)],
            }
            for (i, j), measures in found.contrasts.items()
        ],
        "documents": found.documents(),
    }


def _print(found: Comparison, headlines_only: bool, items: bool) -> None:
    _print_scores(found)
    for j in range(1, len(found.names)):
        _print_differences(found, j, headlines_only)
    _print_documents(found)
    for j in range(1, len(found.names)):
        _print_items(found, j, items)


def _names(found: Comparison) -> list[str]:
    from onrecord.dataset.reading.faults import show

    return [show(name) for name in found.names]


def _print_scores(found: Comparison) -> None:
    from onrecord.eval.rendering.terminal import plain_console, show_table
    from onrecord.eval.scoring.compare import score_rows, title_of

    console = plain_console()
    console.print(title_of(found))
    names = _names(found)
    for name, report in zip(names, found.reports, strict=True):
        if report.result.missing:
            missing = ", ".join(report.result.missing)
            console.print(f"PARTIAL: {name} has no line for {missing}; scored as empty", soft_wrap=True)
    show_table(console, ["", *names], score_rows(found))


def _print_differences(found: Comparison, j: int, headlines_only: bool) -> None:
    from onrecord.eval.rendering.terminal import plain_console, show_table
    from onrecord.eval.scoring.compare import difference_headings, difference_rows
    from onrecord.eval.statistics.paired import conclusion

    console = plain_console()
    names = _names(found)
    contrast = found.contrasts[0, j]
    console.print(f"\n{names[j]} minus {names[0]}, in points", soft_wrap=True)
    show_table(console, difference_headings(found), difference_rows(found, j, headlines_only))
    for name in found.reports[0].result.headlines:
        if name in contrast:
            said = conclusion(contrast[name], found.how.level, found.how.unit)
            console.print(f"{name}: {said}", soft_wrap=True)


def _print_documents(found: Comparison) -> None:
    from onrecord.eval.rendering.scores import percent
    from onrecord.eval.rendering.terminal import plain_console, show_table

    console = plain_console()
    console.print("\nby document")
    lines = [
        [id, measure, *(percent(value) for value in values)]
        for id, measures_of in found.documents().items()
        for measure, values in measures_of.items()
    ]
    show_table(console, ["", "", *_names(found)], lines)


def _print_items(found: Comparison, j: int, items: bool) -> None:
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.terminal import plain_console, show_table
    from onrecord.eval.scoring.item_changes import KINDS, item_changes

    console = plain_console()
    names = _names(found)
    console.print(f"\nitems, {names[0]} -> {names[j]}", soft_wrap=True)
    rows = [[layer, *(str(counts[kind]) for kind in KINDS)] for layer, counts in found.item_counts(0, j).items()]
    show_table(console, ["", *KINDS], rows)
    for change in item_changes(found.reports[0].result, found.reports[j].result) if items else ():
        what = "" if change.gold else " (predicted)"
        outcome = f"{change.earlier} -> {change.later}"
        console.print(
            f"{change.layer} {change.document} {change.change}: {show(change.text)}{what}: {outcome}", soft_wrap=True
        )
