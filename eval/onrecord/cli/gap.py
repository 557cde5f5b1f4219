"""``onrecord gap``: what a system loses when articles are changed under their labels."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import note, working
from onrecord.cli.inputs import sampling
from onrecord.cli.options import Dataset, Draws, LabelMapName, Level, SamplingUnitName, Seed, SplitOption, UnitOption
from onrecord.cli.outputs import refuse_folder, refuse_overwriting
from onrecord.cli.places import GOLD, the_split

if TYPE_CHECKING:
    from onrecord.eval.scoring.gap import Gap
    from onrecord.eval.statistics.sampling import Sampling


def gap(
    original: Annotated[Path, typer.Argument(help="Predictions for the articles as they were found.")],
    perturbed: Annotated[list[Path], typer.Argument(help="Predictions of the same system for changed articles.")],
    probe: Annotated[
        list[Path], typer.Option("--probe", help="The perturbed dataset folder of each perturbed file, in their order.")
    ],
    gold: Dataset = GOLD,
    split: SplitOption = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the gap's record here, as JSON.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the record instead of tables.")] = False,
    items: Annotated[bool, typer.Option(help="List every item that is right on one side only.")] = False,
    headlines: Annotated[bool, typer.Option(help="Only the headline measure of each layer.")] = False,
    labels: LabelMapName = None,
    unit: UnitOption = SamplingUnitName.document,
    level: Level = 0.95,
    draws: Draws = 10_000,
    seed: Seed = 0,
) -> None:
    """Compare scores on changed articles with those on the original ones, paired by article and by item.

    Several perturbed files are variants of the same articles: they count as one unit together, and their mean is taken.
    """
    from onrecord.dataset.reading.files import write_atomically
    from onrecord.eval.scoring.gap import gap as run
    from onrecord.eval.scoring.gap_record import gap_bytes, gap_record

    how = the_sampling(unit, level, draws, seed)
    if len(probe) != len(perturbed):
        raise typer.BadParameter("as many folders as perturbed files", param_hint="--probe")
    refuse_overwriting([output], [original, *perturbed, *probe, gold, None if labels is None else Path(labels)])
    refuse_folder(output)
    pairs = list(zip(perturbed, probe, strict=True))
    with working("comparing"):
        found = run(original, pairs, gold, the_split(gold, split), labels, how)
    if output is not None or json:
        content = gap_bytes(gap_record(found))
        if output is not None:
            write_atomically(output, content)
            note(f"record: {output}")
        if json:
            typer.echo(content.decode("utf-8"), nl=False)
            return
    _print(found, headlines, items)


def the_sampling(unit: SamplingUnitName, level: float, draws: int, seed: int) -> Sampling:
    """How intervals are made, which a gap cannot be without."""
    how = sampling(unit.value, level, draws, seed)
    if how is None:
        raise typer.BadParameter("a gap needs at least one draw", param_hint="--draws")
    return how


def _print(found: Gap, headlines: bool, items: bool) -> None:
    from onrecord.dataset.reading.faults import show
    from onrecord.eval.rendering.terminal import plain_console, show_table
    from onrecord.eval.scoring.gap import gap_headings, gap_rows, power

    console = plain_console()
    probes = ", ".join(each.probe for each in found.variants)
    console.print(f"{show(found.original.result.submission)}: {probes}, minus the original, in points", soft_wrap=True)
    show_table(console, gap_headings(found), gap_rows(found, headlines))
    console.print(power(found), soft_wrap=True)
    every = found.items()
    counts = Counter((each.layer, each.change) for each in every)
    layers = list(dict.fromkeys(each.layer.name for each in found.original.result.layers))
    rows = [[layer, str(counts[layer, "lost"]), str(counts[layer, "gained"])] for layer in layers]
    console.print("\ngold items that are right on one side only")
    show_table(console, ["", "lost", "gained"], rows)
    for each in every if items else ():
        words = show(each.text) + ("" if each.text == each.perturbed else f" -> {show(each.perturbed)}")
        outcome = f"{each.before} -> {each.after}"
        console.print(f"{each.layer} {each.document} {each.change}: {words}: {outcome}", soft_wrap=True)
