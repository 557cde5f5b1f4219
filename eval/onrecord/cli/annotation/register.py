"""``onrecord annotation register``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.annotation.shared import Registries, Seeds, Sources
from onrecord.cli.console import note
from onrecord.cli.outputs import say


def register(
    exports: Annotated[Path, typer.Argument(help="Folder of exports, such as annotation/exports/mine.")],
    seeds: Seeds = None,
    registries: Registries = None,
) -> None:
    """Append a row for every id that annotators used and the registries lack; then look the rows over."""
    from onrecord.annotation.gold import from_rounds as gold
    from onrecord.annotation.label_studio.exports import read_exports

    sources = Sources(seeds, registries)
    annotations = read_exports(sources.exports(exports), sources.documents())
    appended = gold.register(sources.registries, gold.unregistered(annotations, sources.ids()))
    for line in appended:
        say(line)
    note(f"{len(appended)} rows appended" + ("; look over their types, names and titles" if appended else ""))
    if appended:
        note("the menus of tasks that are on a server offer them after the next push to their project")
