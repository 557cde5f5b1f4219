"""``onrecord prompt``: requests for a language model, and predictions from its replies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from onrecord.cli.articles import GoldFolder, Seeds, known_articles
from onrecord.cli.console import note
from onrecord.cli.outputs import put, refuse_overwriting

app = typer.Typer(
    help="Requests for a language model as a batch file, and predictions from its replies.", no_args_is_help=True
)

Model = Annotated[str, typer.Option(help="What the service calls the model.")]
Layers = Annotated[
    list[str] | None, typer.Option("--layer", help="A layer to ask for; may be repeated; all if left out.")
]
Split = Annotated[
    str | None, typer.Option(help="Articles to ask about: a split, or all; test if left out, all of --seeds.")
]
Replies = Annotated[Path, typer.Argument(help="The replies: what the batch service gave back, or plain lines.")]
Choice = Annotated[int, typer.Option(min=1, help="Which of several choices of a reply is taken.")]
Out = Annotated[Path, typer.Option("--output", "-o", help="Where it goes; - for standard output.")]


@app.command()
def requests(
    model: Model,
    gold: GoldFolder = None,
    seeds: Seeds = None,
    split: Split = None,
    layer: Layers = None,
    output: Out = Path("-"),
) -> None:
    """Write one request for each article: a line with custom_id, method, url and body, as batch services take it."""
    from onrecord.eval.prompting.requests import jsonl
    from onrecord.eval.prompting.requests import requests as run
    from onrecord.eval.rendering.counted import counted

    refuse_overwriting([output], [gold, seeds])
    articles = known_articles(gold, seeds, split).articles.values()
    rows = run(articles, model, _layers(layer))
    _write(output, jsonl(rows), counted(len(rows), "request"))


@app.command()
def link(
    replies: Replies,
    model: Model,
    gold: GoldFolder = None,
    seeds: Seeds = None,
    split: Split = None,
    choice: Choice = 1,
    output: Out = Path("-"),
) -> None:
    """Write one request for each topic: which names in the replies for its articles mean the same."""
    from onrecord.eval.prompting.linking import link_requests
    from onrecord.eval.prompting.replies import read_replies
    from onrecord.eval.prompting.requests import jsonl
    from onrecord.eval.rendering.counted import counted

    refuse_overwriting([output], [replies, gold, seeds])
    articles = known_articles(gold, seeds, split).articles
    rows = link_requests(articles, read_replies(replies, _content(replies), articles), model, choice)
    _write(output, jsonl(rows), counted(len(rows), "request"))


@app.command()
def read(
    replies: Replies,
    output: Annotated[Path, typer.Option("--output", "-o", help="Prediction file; - for standard output.")],
    gold: GoldFolder = None,
    seeds: Seeds = None,
    split: Split = None,
    links: Annotated[
        Path | None, typer.Option(help="What was replied to the requests of onrecord prompt link.")
    ] = None,
    registry: Annotated[bool, typer.Option(help="Names of the registries stand for their ids.")] = True,
    choice: Choice = 1,
    report: Annotated[Path | None, typer.Option(help="Write what became of every item here, as JSON.")] = None,
) -> None:
    """Make a prediction file of replies: words are placed in the articles, names become ids, every item is counted.

    What is no prediction, such as words that are in no article, is kept on its line in x_unplaced.
    """
    from onrecord.eval.prompting.linking import read_links
    from onrecord.eval.prompting.names import Names
    from onrecord.eval.prompting.predictions import read_predictions
    from onrecord.eval.prompting.replies import read_replies
    from onrecord.eval.prompting.requests import jsonl
    from onrecord.eval.prompting.telling import as_json, told
    from onrecord.eval.rendering.counted import counted
    from onrecord.eval.rendering.scores import json_bytes

    refuse_overwriting([output, report], [replies, links, gold, seeds])
    known = known_articles(gold, seeds, split)
    read = read_replies(replies, _content(replies), known.articles)
    topics = {article.topic for article in known.articles.values()}
    linked = read_links(read_replies(links, _content(links), topics), choice) if links is not None else {}
    found = read_predictions(known.articles, read, Names(known.rows if registry else {}, linked), choice)
    if report is not None:
        put(report, json_bytes(as_json(found)))
    _write(output, jsonl(found.lines), counted(len(found.lines), "line"))
    for line in told(found):
        note(line)


@app.command()
def log(
    log: Annotated[Path, typer.Argument(help="A log of Inspect, .eval or .json, of onrecord/articles or /topics.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Prediction file; - for standard output.")],
    gold: Annotated[
        Path | None, typer.Option("--gold", help="The dataset folder; where it was when the task ran if left out.")
    ] = None,
    epoch: Annotated[int, typer.Option(min=1, help="Which of several answers of a sample is taken.")] = 1,
) -> None:
    """Make a prediction file of a log of Inspect: what read makes of the same replies. What failed has no line."""
    import msgspec

    from onrecord.eval.inspecting.logs import read_log
    from onrecord.eval.inspecting.said import submitted, unanswered
    from onrecord.eval.prompting.telling import told

    refuse_overwriting([output], [log, gold])
    said, about = read_log(log, epoch)
    if gold is not None:
        about = msgspec.structs.replace(about, gold=str(gold))
    made = submitted(said, about)
    _write(output, made.content, "predictions")
    for line in told(made.predictions) if made.predictions is not None else ():
        note(line)
    missing = unanswered(said, about)
    if missing:
        note(f"PARTIAL: no answer, and no line, for {', '.join(missing)}")


@app.command()
def grammar(
    article: Annotated[str, typer.Argument(metavar="ID", help="The article's id.")],
    gold: GoldFolder = None,
    seeds: Seeds = None,
    layer: Layers = None,
    output: Out = Path("-"),
) -> None:
    """Write a grammar for llguidance under which a model can quote nothing but the article."""
    from onrecord.dataset.reading.faults import Fault, nearest, refuse
    from onrecord.eval.prompting.grammar import grammar as run

    refuse_overwriting([output], [gold, seeds])
    articles = known_articles(gold, seeds).articles
    if article not in articles:
        expected = "the id of an article of the dataset" if seeds is None else f"the id of an article of {seeds}"
        refuse([Fault("document", "ID", None, "", article, expected, nearest(article, articles))])
    _write(output, run(articles[article].text, _layers(layer)).encode("utf-8"), "a grammar")


def _content(path: Path) -> bytes:
    """What a file contains, packed or not; services put much into replies, so they are larger than predictions."""
    from onrecord.eval.submission.limits import CORPUS
    from onrecord.eval.submission.unpacking import content

    return content(path, CORPUS)


def _layers(asked: list[str] | None) -> tuple[str, ...]:
    from onrecord.dataset.layers import LAYERS
    from onrecord.dataset.reading.faults import Fault, nearest, refuse

    expected = f"one of {', '.join(LAYERS)}"
    unknown = [each for each in asked or () if each not in LAYERS]
    refuse([Fault("label", "--layer", None, "", each, expected, nearest(each, LAYERS)) for each in unknown])
    return tuple(asked or ())


def _write(output: Path, content: bytes, what: Any) -> None:
    put(output, content, f"{what}: {output}")
