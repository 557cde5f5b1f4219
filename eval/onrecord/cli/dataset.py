"""``onrecord ingest`` and ``onrecord build``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.console import note, working


def ingest(
    path: Annotated[Path, typer.Argument(help="A .txt, .html or .jsonl file, or a folder of such.")],
    topic: Annotated[str, typer.Option(help="What the articles are about, as a short slug; splits go by topic.")],
    seeds: Annotated[Path, typer.Option(help="Folder of the seeds.")] = Path("seeds"),
    language: Annotated[str, typer.Option(help="BCP 47 tag, where the source does not say.")] = "en",
) -> None:
    """Make seeds of new articles and propose their zones, in one small file each to look over and edit."""
    from onrecord.dataset.reading.faults import show
    from onrecord.dataset.seeds.ingest import ingest as run

    for each in run(path, seeds, topic, language):
        typer.echo(each.path)
        for zone in each.description.zones:
            note(f"  {zone.kind:9} {zone.start:6}-{zone.end:<6} {show(zone.opens)}")
        for warning in each.warnings:
            note(f"  look: {warning}")


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


def release(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    gold: Annotated[Path, typer.Option("--gold", help="The dataset folder.")] = Path("dataset"),
    standoff: Annotated[bool, typer.Option("--standoff", help="Without a character of the articles.")] = False,
) -> None:
    """Write the annotations without the articles' text: offsets, ids and hashes."""
    from onrecord.dataset import read_folder
    from onrecord.dataset.publishing.card import VERSION, stated_provenance
    from onrecord.dataset.publishing.standoff import release_json, strip
    from onrecord.dataset.reading.files import write_atomically

    if not standoff:
        raise typer.BadParameter("the folder itself is the release with text; say --standoff for one without")
    card = (gold / "README.md").read_text(encoding="utf-8")
    write_atomically(output, release_json(strip(read_folder(gold), VERSION, stated_provenance(card))))
    note(f"written: {output}")


def rehydrate(
    release: Annotated[Path, typer.Argument(help="A file that onrecord release --standoff wrote.")],
    seeds: Annotated[Path, typer.Argument(help="Folder with your own copies of the articles.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The dataset folder to make.")],
) -> None:
    """Restore the full dataset from a stand-off release, or say exactly which file differs."""
    from onrecord.dataset.publishing.build import build as make
    from onrecord.dataset.publishing.build import write
    from onrecord.dataset.publishing.standoff import read_release
    from onrecord.dataset.publishing.standoff import rehydrate as restore

    with working("restoring the dataset"):
        released = read_release(release)
        changed = write(make(restore(released, seeds), released.provenance), output)
    for name in changed:
        typer.echo(f"written: {output / name}")
    note(f"{output} is whole")
