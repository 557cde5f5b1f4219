"""``onrecord release``: the annotations without the articles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.outputs import put


def release(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    gold: Annotated[Path, typer.Option("--gold", help="The dataset folder.")] = Path("dataset"),
    standoff: Annotated[bool, typer.Option("--standoff", help="Without a character of the articles.")] = False,
) -> None:
    """Write the annotations without the articles' text: offsets, ids and hashes."""
    from onrecord.dataset import read_folder
    from onrecord.dataset.publishing.build import CROISSANT
    from onrecord.dataset.publishing.folder import read_about
    from onrecord.dataset.publishing.makers import stated_provenance
    from onrecord.dataset.publishing.rai import stated_metadata
    from onrecord.dataset.publishing.standoff import release_json, strip
    from onrecord.dataset.reading.bounded import content_within
    from onrecord.dataset.reading.files import read_text

    if not standoff:
        raise typer.BadParameter("the folder itself is the release with text; say --standoff for one without")
    card = read_text(gold / "README.md")
    described = gold / CROISSANT
    metadata = stated_metadata(content_within(described)) if described.is_file() else {}
    content = release_json(strip(read_folder(gold), read_about(gold), stated_provenance(card), metadata))
    put(output, content, f"written: {output}")
