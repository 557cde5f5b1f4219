"""``onrecord export``: files for the platforms where people submit and compare."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.cli.console import note
from onrecord.cli.export_hub import hub
from onrecord.cli.export_logs import every_eval_ever
from onrecord.cli.inputs import given
from onrecord.cli.options import Dataset, SplitOption
from onrecord.cli.outputs import put
from onrecord.cli.places import GOLD, the_split

if TYPE_CHECKING:
    from onrecord.eval.platforms.competition import Competition

app = typer.Typer(help="Write files for platforms where people submit: Codabench, EvalAI, Hugging Face.")

app.command()(hub)
app.command("every-eval-ever")(every_eval_ever)

Archive = Annotated[Path, typer.Option("--output", "-o", help="The zip archive to write.")]
Title = Annotated[str | None, typer.Option(help="What it is called; as the dataset if left out.")]
Start = Annotated[datetime.datetime, typer.Option(help="When submissions open, in UTC.")]
PerDay = Annotated[int, typer.Option(min=1, max=1000, help="Submissions a participant may make a day.")]


@app.command()
def codabench(
    output: Archive,
    start: Start,
    end: Annotated[
        datetime.datetime | None, typer.Option(help="When they close, in UTC; never where it is left out.")
    ] = None,
    gold: Dataset = GOLD,
    split: SplitOption = None,
    title: Title = None,
    docker_image: Annotated[
        str | None, typer.Option(help="Image that scores: Python 3.11 or newer, and the libraries or pip.")
    ] = None,
    per_day: PerDay = 10,
) -> None:
    """A competition bundle for Codabench, with this scorer in it."""
    from onrecord.eval.platforms.codabench import DOCKER_IMAGE, codabench_bundle

    made = _competition(gold, split, title, start, end)
    _write(output, codabench_bundle(made, _image(docker_image or DOCKER_IMAGE), per_day))


@app.command()
def evalai(
    output: Archive,
    start: Start,
    end: Annotated[datetime.datetime, typer.Option(help="When they close, in UTC.")],
    gold: Dataset = GOLD,
    split: SplitOption = None,
    title: Title = None,
    per_day: PerDay = 10,
) -> None:
    """A challenge for EvalAI, with this scorer in it."""
    from onrecord.eval.platforms.evalai import evalai_challenge

    _write(output, evalai_challenge(_competition(gold, split, title, start, end), per_day))


@app.command("hf-eval-results")
def hf_eval_results(
    predictions: Annotated[Path, typer.Argument(help="Prediction file, or a record with the file beside it.")],
    dataset_id: Annotated[str, typer.Option(help="The benchmark's dataset on the Hub, ORG/NAME.")],
    date: Annotated[str, typer.Option(help="When it was scored, YYYY-MM-DD.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write, in the model's repository; - for standard output.")
    ] = Path(".eval_results/onrecord.yaml"),
    task_id: Annotated[
        list[str] | None, typer.Option(help="LAYER=ID where a task is not called like its layer; may be repeated.")
    ] = None,
    source_url: Annotated[str | None, typer.Option(help="Where the result comes from.")] = None,
    source_name: Annotated[str | None, typer.Option(help="What that is called.")] = None,
    source_user: Annotated[str | None, typer.Option(help="Whose it is, a user of the Hub.")] = None,
    source_org: Annotated[str | None, typer.Option(help="Whose it is, an organisation of the Hub.")] = None,
    revision: Annotated[
        str | None, typer.Option(help="The commit of the dataset's repository that was scored on.")
    ] = None,
    gold: Dataset = GOLD,
    split: SplitOption = None,
) -> None:
    """Evaluation results for a model's repository on the Hugging Face Hub: one entry a layer.

    A partial result, of which articles are missing, is not published.
    """
    from onrecord.dataset import read_folder
    from onrecord.eval.platforms.hub import Origin, eval_results, yaml_bytes
    from onrecord.eval.scoring.asked import Asked
    from onrecord.eval.scoring.score_file import score_bytes
    from onrecord.eval.statistics.sampling import Sampling

    tasks = dict(_named(each) for each in task_id or [])
    source = given(predictions, Asked(the_split(gold, split), None, Sampling(), False))
    asked = dataclasses.replace(source.asked, labels=None, how=None, allow_missing=False)
    report = score_bytes(source.path, source.raw, read_folder(gold), asked).report
    source.tell(report.result.gold_hash)
    origin = Origin(source_url, source_name, source_user, source_org)
    entries = eval_results(report, dataset_id, date, tasks, origin, revision)
    for each in report.result.layers:
        if each.scores[each.layer.headline.name].value is None:
            note(f"left out: {each.layer.name}, whose headline is undefined for this file")
    if not entries:
        note("no headline is defined; nothing was written")
        raise typer.Exit(2)
    _write(output, yaml_bytes(entries))


def _competition(
    gold: Path, split: str | None, title: str | None, start: datetime.datetime, end: datetime.datetime | None
) -> Competition:
    from onrecord.dataset import read_folder
    from onrecord.dataset.publishing.folder import read_about
    from onrecord.eval.platforms.competition import competition

    return competition(
        read_folder(gold), gold, the_split(gold, split), title or read_about(gold).card.title, start, end
    )


def _image(name: str) -> str:
    import re

    if not re.fullmatch(r"[a-z0-9][\w.:/@-]{0,127}", name, re.ASCII):
        raise typer.BadParameter("not the name of an image", param_hint="--docker-image")
    return name


def _named(text: str) -> tuple[str, str]:
    layer, equals, id = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"{text!r} is not of the form LAYER=ID", param_hint="--task-id")
    return layer, id


def _write(output: Path, content: bytes) -> None:
    put(output, content, f"written: {output}")
