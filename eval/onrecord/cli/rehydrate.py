"""``onrecord rehydrate``: the dataset folder from such a release."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.console import note, working
from onrecord.cli.outputs import refuse_stream, say


def rehydrate(
    release: Annotated[Path, typer.Argument(help="A file that onrecord release --standoff wrote.")],
    seeds: Annotated[Path, typer.Argument(help="Folder with your own copies of the articles.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The dataset folder to make.")],
) -> None:
    """Restore the full dataset from a stand-off release, or say exactly which file differs."""
    from onrecord.dataset.publishing.build import build as make
    from onrecord.dataset.publishing.build import check_target, write
    from onrecord.dataset.publishing.standoff import read_release
    from onrecord.dataset.publishing.standoff import rehydrate as restore

    refuse_stream(output)
    with working("restoring the dataset"):
        check_target(output)
        released = read_release(release)
        gold = restore(released, seeds)
        changed = write(make(gold, released.about, released.provenance, metadata=released.metadata), output)
    for name in changed:
        say(f"written: {output / name}")
    note(f"{output} is whole")
