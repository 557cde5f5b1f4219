"""``onrecord annotation page``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from onrecord.cli.annotation.shared import Registries, Seeds, Sources
from onrecord.cli.outputs import put


def page(
    annotator: Annotated[str, typer.Option(help="Whose page, as the gold calls them.")],
    exports: Annotated[
        Path, typer.Argument(help="Folder of the exports of one round, or its name in the corpus.")
    ] = Path("blind"),
    gold: Annotated[
        Path | None, typer.Option(help="Dataset folder of the gold; the corpus's if left out.", show_default=False)
    ] = None,
    seeds: Seeds = None,
    registries: Registries = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The page, ANNOTATOR.html where not given; - for standard output."),
    ] = None,
) -> None:
    """Show an annotator each item beside the other's, the gold, and the rule that decided it, as one HTML file."""
    from onrecord.annotation.label_studio.exports import read_exports
    from onrecord.annotation.label_studio.naming import check_names
    from onrecord.annotation.page.beside import beside
    from onrecord.annotation.page.html import html
    from onrecord.dataset import Fault, FaultsError
    from onrecord.dataset.reading.faults import nearest, show
    from onrecord.eval.report.rules import rules_of

    check_names("page", annotator)
    sources = Sources(seeds, registries)
    folder = sources.exports(exports)
    annotations = read_exports(folder, sources.documents())
    names = sorted({each.annotator for each in annotations})
    if annotator not in names:
        expected = "one of " + ", ".join(map(show, names))
        found, hint = f"nothing by {annotator}", nearest(annotator, names)
        raise FaultsError([Fault("annotator", str(folder), None, "", found, expected, hint)])
    labelled = sources.gold(gold)
    shown = beside(annotator, annotations, labelled)
    content = html(shown, labelled.registries, rules_of(sources.guidelines()))
    output = output or Path(f"{annotator}.html")
    put(output, content, f"{len(shown.documents)} articles: {output}")
