"""``onrecord build``: the dataset folder from its sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.console import note, working


def build(
    seeds: Annotated[Path, typer.Option(help="Folder of the seeds and their descriptions.")] = Path("seeds"),
    annotation: Annotated[Path, typer.Option(help="Folder of registries, exports and annotators.")] = Path(
        "annotation"
    ),
    exports: Annotated[
        str | None,
        typer.Option(
            help="Folder of annotation/exports that the gold comes from; else what annotation/gold.json says."
        ),
    ] = None,
    blind: Annotated[
        str | None, typer.Option(help="Folder of the blind exports, which say who marked each item.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(help="Folder of the round before; what changed since then is the errata.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The dataset folder.")] = Path("dataset"),
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 2 where a file is not as built.")
    ] = False,
) -> None:
    """Turn seeds, exports and registries into the dataset folder: reviewed JSON, Parquet and card."""
    from onrecord.annotation.gold.from_rounds import Rounds, gold_of_rounds, read_rounds
    from onrecord.dataset import read_documents, read_registries
    from onrecord.dataset.publishing.build import build as make
    from onrecord.dataset.publishing.build import differences, write

    with working("building the dataset"):
        documents = read_documents(seeds)
        registries = read_registries(annotation / "registries")
        if exports is not None:
            rounds = Rounds(exports=exports, blind=blind, before=before)
        else:
            rounds = read_rounds(annotation / "gold.json")
        made = gold_of_rounds(annotation, rounds, documents, registries)
        built = make(made.gold, made.provenance, made.extra)
        changed = differences(built, output) if check else write(built, output)
    for id in made.unlabelled:
        note(f"left out, not annotated yet: {id}")
    for name in changed:
        typer.echo(f"{'differs' if check else 'written'}: {output / name}")
    if check and changed:
        note("run onrecord build, and commit what it writes")
        raise typer.Exit(2)
    if not changed:
        note(f"{output} is as its sources give it")
