"""``onrecord rescore``: what a new gold or scorer does to records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onrecord.cli.console import note, working
from onrecord.cli.options import Dataset
from onrecord.cli.outputs import put
from onrecord.cli.places import GOLD

if TYPE_CHECKING:
    from onrecord.eval.board.rescoring import Rescored


def rescore(
    records: Annotated[
        list[Path], typer.Argument(help="Records, or folders with records; the predictions lie beside them.")
    ],
    gold: Dataset = GOLD,
    write: Annotated[bool, typer.Option("--write", help="Write the new records beside the old ones.")] = False,
    details: Annotated[bool, typer.Option(help="Every measure that changes, not only the headlines.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Score the predictions of records again, as they were asked for: old and new score, difference, change of place.

    Nothing is changed without --write, and then nothing is overwritten: a new record has another id.
    """
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.dataset.reading.staging import sweep
    from onrecord.eval.board.entries import records_in
    from onrecord.eval.board.rescoring import rescore as run
    from onrecord.eval.rendering.scores import json_bytes
    from onrecord.eval.scoring.record import record_bytes
    from onrecord.eval.scoring.stored_gold import stored_gold

    labelled = stored_gold(gold)
    with working("scoring again"):
        found = [run(path, record, labelled) for path, record in records_in(records)]
    if write:
        for each in found:
            if each.new is not None:
                path = each.path.parent / f"{each.new.id}.json"
                sweep(path)
                if not each.same:
                    write_atomically(path, record_bytes(each.new))
    if json:
        put(None, json_bytes(rescoring_json(found)))
    else:
        _print(found, details)
    if not found:
        note("no records there: onrecord board add makes an entry, onrecord score -o FOLDER a record")
        raise typer.Exit(2)


def rescoring_json(found: list[Rescored]) -> dict[str, Any]:
    """Everything as JSON."""
    from onrecord.eval.board.rescoring import moves

    return {
        "format": "onrecord-rescoring/1",
        "records": [
            {
                "path": each.path.as_posix(),
                "old": each.old.id,
                "new": None if each.new is None else each.new.id,
                "reason": each.reason,
                "scores": {name: list(pair) for name, pair in each.differences().items()},
            }
            for each in found
        ],
        "places": {name: [list(pair) for pair in pairs] for name, pairs in moves(found).items()},
    }


def _print(found: list[Rescored], details: bool) -> None:
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.board.rescoring import headline_names, moves
    from onrecord.eval.rendering.scores import percent
    from onrecord.eval.rendering.terminal import plain_console, show_table

    console = plain_console()
    places = moves(found)
    for index, each in enumerate(found):
        console.print(show(str(each.path)), soft_wrap=True)
        if each.new is None:
            console.print(f"  no new score: {show(each.reason)}", soft_wrap=True)
            continue
        if each.same:
            console.print("  of this gold and this version already", soft_wrap=True)
        headlines = headline_names(each.old)
        rows = []
        for name, (old, new) in each.differences().items():
            if name in headlines or (details and old != new):
                before, after = places[name][index] if name in places else (None, None)
                place = "" if len(found) < 2 or before is None or after is None else f"{before} -> {after}"
                rows.append((show(name), percent(old), percent(new), difference(old, new), place))
        show_table(console, ("measure", "old", "new", "difference", "place" if len(found) > 1 else ""), rows)


def difference(old: float | None, new: float | None) -> str:
    """The change of a score in points; what became undefined, or ceased to be, has none."""
    if old is None or new is None:
        return "" if old is new else "–"
    return f"{100 * (new - old):+.1f}" if new != old else "0"
