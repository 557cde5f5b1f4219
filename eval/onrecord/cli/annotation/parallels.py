"""``onrecord annotation parallels``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.places import any_corpus, gold_folder


def parallels(
    gold: Annotated[
        Path | None, typer.Option(help="Dataset folder, as `onrecord build` makes it; the corpus's if left out.")
    ] = None,
    differences: Annotated[bool, typer.Option(help="Only what is not labelled alike.")] = False,
) -> None:
    """List passages of two articles that report the same thing, with their labels side by side.

    What is parallel is labelled alike, or annotation/parallels.jsonl says why not: = is in both, < in the first alone,
    > in the second.
    """
    from onrecord.annotation.gold.parallels import REASONS, explained, read_reasons
    from onrecord.annotation.gold.parallels import parallels as found
    from onrecord.cli.console import note
    from onrecord.dataset import read_folder
    from onrecord.dataset.reading.faults import show

    corpus = any_corpus()
    folder = Path("annotation") if corpus is None else corpus.annotation
    reasons = read_reasons(folder / REASONS)
    pairs = found(read_folder(gold_folder(gold)).articles)
    told = explained(pairs, reasons)
    for pair, why in zip(pairs, told.whys, strict=True):
        for passage in (pair.one, pair.other):
            typer.echo(f"{passage.document} [{passage.start}, {passage.end}) {passage.text}")
        for where, label in pair.rows:
            if where != "=" or not differences:
                typer.echo(f"  {where} {label}")
        if pair.differs:
            typer.echo(f"  why: {show(why) if why else 'nobody has said'}")
        typer.echo()
    differ = sum(bool(pair.differs) for pair in pairs)
    note(
        f"{len(pairs)} pairs of passages; not labelled alike: {differ}, {told.open} of them without a reason on record"
    )
    for each in told.idle:
        place = f"{show(each.one)} at {each.at}, {show(each.other)} at {each.other_at}"
        note(f"{folder / REASONS}: a reason for what does not differ, or not so: {place}")
