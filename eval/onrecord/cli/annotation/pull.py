"""``onrecord annotation pull``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.annotation.shared import Data, Round, Seeds, Sources, Token, Url, access_to, speaking_with
from onrecord.cli.console import note, show_faults
from onrecord.cli.outputs import refuse_stream, say

if TYPE_CHECKING:
    from onrecord.annotation.label_studio.project import Pulled


def pull(
    round: Round,
    data: Data = None,
    seeds: Seeds = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the exports; that of the corpus if left out.")
    ] = None,
    url: Url = None,
    token: Token = None,
) -> None:
    """Export every annotator's annotations of a round, untouched, and check them.

    Only what was submitted counts: tasks that were skipped, or hold work that was not submitted, are named.
    """
    from onrecord.annotation.label_studio import project

    refuse_stream(output)

    sources = Sources(seeds)
    documents = sources.documents()
    access = access_to(data, url, token)
    with speaking_with(access, "pulling"):
        client = project.connect(access.url, access.token)
        pulled = project.pull(client, round, output or sources.exports(), documents, note, access.url)
    for each in pulled:
        say(_line(each))
    for each in pulled:
        _tell(each, access.url)
    if faults := [fault for each in pulled for fault in each.faults]:
        end = "; the exports are kept as they came: mend the annotations in Label Studio and pull again"
        show_faults(faults, Counter(fault.code for fault in faults), end=end, each=True)
        raise typer.Exit(2)


def _line(pulled: Pulled) -> str:
    """How far a project is."""
    states: Counter[str] = Counter(task.state for task in pulled.tasks)
    tasks = len({task.link for task in pulled.tasks})
    parts = [f"{states['submitted']} of {tasks} tasks submitted"]
    more = (("skipped", "skipped"), ("draft", "with a draft"), ("change", "changed and not updated"))
    parts += [f"{states[state]} {said}" for state, said in more if states[state]]
    usable = f"; {pulled.annotations} annotations can be used" if pulled.faults else ""
    return f"{pulled.path}: {', '.join(parts)}{usable}"


def _tell(pulled: Pulled, url: str) -> None:
    """The tasks that hold less, or more, than was submitted."""
    from onrecord.annotation.label_studio.standing import SAID
    from onrecord.dataset.reading.faults import show

    for task in pulled.tasks:
        if task.state in SAID:
            by = f" by {show(task.annotator)}" if task.annotator else ""
            note(f"{show(task.document)}: {SAID[task.state]}{by}: {url}{task.link}")
