"""What ``onrecord spans`` and ``onrecord clusters`` share: their gold file, their table and their JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.outputs import is_standard_output, put

if TYPE_CHECKING:
    from onrecord.eval.corpora.cluster_report import ClusterReport
    from onrecord.eval.corpora.span_report import SpanReport
    from onrecord.eval.rendering.scores import ScoreRow
    from onrecord.eval.statistics.sampling import Sampling

GoldFile = Annotated[Path, typer.Argument(help="The gold file; - for standard input; gzip and zip are unpacked.")]
CompatName = Annotated[
    str | None, typer.Option(help="The numbers of another tool instead, such as nervaluate, conlleval or perl-8.01.")
]


def hand_over(report: SpanReport | ClusterReport, output: Path | None, json: bool) -> None:
    """Write the report where it was asked for: to a file, to standard output as JSON, or nowhere."""
    if output is None and not json:
        return
    content = report.as_json()
    if output is not None:
        put(output, content, f"result: {output}")
    if json and not is_standard_output(output):
        put(None, content)


def show_scores(
    title: str, missing: tuple[str, ...], rows: list[ScoreRow], how: Sampling | None, heading: str = "measure"
) -> None:
    """Print a table of scores under its title, with the documents that had no prediction."""
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.scores import headings
    from onrecord.eval.rendering.terminal import plain_console, show_table

    console = plain_console()
    console.print(title)
    if missing:
        named = ", ".join(show(id) for id in missing[:10])
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        console.print(f"PARTIAL: no predictions for {named}{more}; scored as empty", soft_wrap=True)
    show_table(console, [heading, *headings(how)[1:]], [(show(name), *rest) for name, *rest in rows])
