"""``onrecord errata``: what readers of a report say of the gold, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.annotation.shared import Data, Registries, Sources, Token, Url, access_to, push_project
from onrecord.cli.console import note
from onrecord.cli.outputs import say

if TYPE_CHECKING:
    from onrecord.annotation.gold.errata import ErrataTask
    from onrecord.eval.report.verdicts import VerdictFile

app = typer.Typer(help="Mend the gold by what readers of a report say of it.", no_args_is_help=True)


@app.callback()
def errata() -> None:
    """Mend the gold by what readers of a report say of it."""


@app.command()
def apply(
    verdicts: Annotated[Path, typer.Argument(metavar="VERDICTS", help="The verdicts.json that a report saved.")],
    annotator: Annotated[str, typer.Option(help="Who adjudicates.")] = "adjudicator",
    round: Annotated[str, typer.Option("--round", help="Name of the round of the tasks.")] = "errata",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which tasks there would be.")] = False,
    data: Data = None,
    registries: Registries = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Make a task for the adjudicator of every document in which a verdict says that the gold is wrong.

    The gold is proposed there, what verdicts are on is outlined, and what they say stands beside it. Pull the round
    when it is submitted, then build with --mended.
    """
    from onrecord.annotation.gold.errata import errata_tasks
    from onrecord.annotation.label_studio.naming import check_names
    from onrecord.eval.report.verdicts import MOST_BYTES, read_verdicts
    from onrecord.eval.scoring.stored_gold import stored_gold
    from onrecord.eval.submission.unpacking import small_file

    check_names(round, annotator)
    sources = Sources(None, registries)
    found = read_verdicts(str(verdicts), small_file(verdicts, MOST_BYTES))
    gold = sources.gold(None)
    hashes = stored_gold(sources.built).hashes
    tasks = errata_tasks(str(verdicts), found, gold, hashes)
    _tell(found, tasks)
    if dry_run or not tasks:
        return
    documents = [task.document for task in tasks]
    push_project(
        access_to(data, url, token),
        round,
        annotator,
        documents,
        sources.ids(),
        {"gold": {task.document.id: task.labels for task in tasks}},
        sources.guidelines(),
        {task.document.id: task.remarks for task in tasks},
    )


def _tell(found: VerdictFile, tasks: list[ErrataTask]) -> None:
    for task in tasks:
        say(f"{task.document.id}: {task.document.title}")
        for line in task.said:
            say(f"  {line}")
    told = sum(len(task.said) for task in tasks)
    rest = f"; {left} more where the gold stands" if (left := len(found.verdicts) - told) else ""
    plural = ["" if n == 1 else "s" for n in (told, len(tasks))]
    note(f"{told} verdict{plural[0]} in {len(tasks)} document{plural[1]} to look at again{rest}")
