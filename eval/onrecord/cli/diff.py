"""``onrecord diff``: two versions of the dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import read_input, working
from onrecord.cli.options import SplitOption
from onrecord.cli.outputs import put, say
from onrecord.cli.places import the_split

if TYPE_CHECKING:
    from onrecord.eval.scoring.stored_gold import StoredGold


def diff(
    old: Annotated[Path, typer.Argument(help="A dataset folder.")],
    new: Annotated[Path, typer.Argument(help="Another version of it.")],
    predictions: Annotated[
        Path | None, typer.Option(help="A prediction file to score on both; its documents must be in both.")
    ] = None,
    split: SplitOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """What changed between two versions of the dataset, item by item, and what it does to a file's scores."""
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.layers.gold_changes import Version, gold_changes
    from onrecord.eval.layers.scored import scored_layers
    from onrecord.eval.rendering.scores import percent
    from onrecord.eval.scoring.stored_gold import stored_gold

    before, after = stored_gold(old), stored_gold(new)
    with working("comparing"):
        found = gold_changes(*(Version(each.documents, each.article, each.registries) for each in (before, after)))
    scores = [] if predictions is None else _both_scores(predictions, before, after, the_split(new, split))
    if json:
        import dataclasses
        from json import dumps

        value = {
            "changes": [dataclasses.asdict(change) for change in found],
            "scores": [dict(zip(("measure", "old", "new"), row, strict=True)) for row in scores],
        }
        put(None, f"{dumps(value, ensure_ascii=False, indent=1)}\n".encode())
        return
    for change in found:
        place = f"{change.document} {change.layer}".strip()
        say(f"{place}: {change.kind}: {show(change.item)}")
        for name, one, other in change.fields:
            say(f"    {name}: {show(one)} -> {show(other)}")
    say(f"{len(found)} changes")
    shown = {measure.full for layer in scored_layers() for measure in layer.measures if not measure.detail}
    for measure, before_f1, after_f1 in scores:
        if measure not in shown:
            continue
        difference = "" if before_f1 is None or after_f1 is None else f" ({100 * (after_f1 - before_f1):+.1f})"
        say(f"{measure}: {percent(before_f1)} -> {percent(after_f1)}{difference}")


def _both_scores(
    predictions: Path, before: StoredGold, after: StoredGold, split: str
) -> list[tuple[str, float | None, float | None]]:
    """F1 of every measure on the old and the new gold."""
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.score_stream import score_stream

    raw, asked = read_input(predictions), Asked(split, None, None, True)
    versions = [score_stream(predictions, [raw], gold, asked, keep=False) for gold in (before, after)]
    by_version = [each.result.values for each in versions]
    return [(name, f1, by_version[1][name]) for name, f1 in by_version[0].items()]
