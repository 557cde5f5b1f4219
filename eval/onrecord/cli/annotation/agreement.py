"""``onrecord annotation agreement``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.annotation.shared import Seeds, Sources
from onrecord.cli.console import note
from onrecord.cli.outputs import put


def agreement(
    exports: Annotated[list[Path], typer.Argument(help="Folders of exports, such as annotation/exports/blind.")],
    seeds: Seeds = None,
    rows: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FOLDER", help="An annotator's own rows, where the corpus has none for their ids."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON instead of tables.")] = False,
    disagreements: Annotated[bool, typer.Option(help="List every disagreement.")] = False,
) -> None:
    """How far annotators agree: every two of them, on the documents both have annotated."""
    from onrecord.annotation.agreement.measures import agreement as measure
    from onrecord.annotation.agreement.tables import agreement_json, print_agreement
    from onrecord.annotation.label_studio.exports import read_exports
    from onrecord.dataset import read_registries
    from onrecord.dataset.reading.faults import show

    sources = Sources(seeds)
    documents = sources.documents()
    annotations = [each for folder in exports for each in read_exports(sources.exports(folder), documents)]
    folders = dict(_named(each) for each in rows or ())
    pairs = measure(annotations, documents, {name: read_registries(folder) for name, folder in folders.items()})
    if json:
        put(None, f"{agreement_json(pairs)}\n".encode())
        return
    if not pairs:
        names = sorted({annotation.annotator for annotation in annotations})
        note(f"agreement takes two annotators; these exports are by {', '.join(map(show, names)) or 'nobody'}")
    for pair in pairs:
        print_agreement(pair, disagreements)


def _named(given: str) -> tuple[str, Path]:
    name, equals, folder = given.partition("=")
    if not equals or not name or not folder:
        raise typer.BadParameter(f"{given!r} is no NAME=FOLDER", param_hint="--rows")
    return name, Path(folder)
