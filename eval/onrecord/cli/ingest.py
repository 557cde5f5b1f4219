"""``onrecord ingest``: seeds of new articles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.console import note
from onrecord.cli.outputs import say
from onrecord.cli.places import seeds_folder


def ingest(
    path: Annotated[Path, typer.Argument(help="A .txt, .html or .jsonl file, or a folder of such.")],
    topic: Annotated[str, typer.Option(help="What the articles are about, as a short slug; splits go by topic.")],
    seeds: Annotated[Path | None, typer.Option(help="Folder of the seeds; seeds in the corpus if left out.")] = None,
    language: Annotated[str, typer.Option(help="BCP 47 tag, where the source does not say.")] = "en",
) -> None:
    """Make seeds of new articles and propose their zones, in one small file each to look over and edit."""
    from onrecord.dataset.reading.faults import show
    from onrecord.dataset.seeds.ingest import ingest as run

    intake = run(path, seeds_folder(seeds), topic, language)
    for each in intake.articles:
        say(str(each.path))
        for zone in each.description.zones:
            note(f"  {zone.kind:9} {zone.start:6}-{zone.end:<6} {show(zone.opens)}")
        for warning in each.warnings:
            note(f"  look: {warning}")
    for reason in intake.passed_over:
        note(f"passed over: {reason}")
